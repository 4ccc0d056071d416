"""Which messages are in the mailbox that is selected, and what it lets be done to them."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from msgcore.errors import CapabilityMissing, ObjectDeleted, ProtocolBroken, UsageError
from msgcore.providers.imap.folder_tree import Folder
from msgcore.wire.imap.criteria import SearchCriteria
from msgcore.wire.imap.criteria import uids as with_uids
from msgcore.wire.imap.responses import Fetch, SearchResult
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = [
    "check_kept",
    "check_there",
    "check_writable",
    "find",
    "flags_in_use",
    "found_among",
    "keywords_kept",
    "only_section",
    "the_message",
]

_MOST_ROWS = 5_000_000


async def find(session: ImapSession, criteria: SearchCriteria) -> UidSet:
    """Search the mailbox that is selected.

    Raises:
        ProtocolBroken: the server says that it has found many more messages than there are.
        MsgcoreError: what searching raises.
    """
    found = (await session.search(criteria)).ids or UidSet()
    exists = 0 if session.selected is None else session.selected.exists
    if len(found) > min(2 * exists + 1_000, _MOST_ROWS):
        raise ProtocolBroken.remote(f"{session.name}: it has {exists} messages, and found {len(found)}")
    return found


def found_among(wanted: Sequence[int], result: SearchResult) -> list[int]:
    """Give those of the unique ids that a search has found; whatever else a server says does not matter."""
    numbers = set(result.numbers or ())
    ranges = sorted(result.ids.ranges) if result.ids else []
    starts = [first for first, _ in ranges]

    def is_found(uid: int) -> bool:
        place = bisect.bisect_right(starts, uid)
        return uid in numbers or (place > 0 and uid <= ranges[place - 1][1])

    return [uid for uid in wanted if is_found(uid)]


async def check_there(session: ImapSession, folder: Folder, wanted: Iterable[int]) -> None:
    """Go on if all these messages are in the mailbox that is selected.

    Raises:
        ObjectDeleted: one is not there (any more).
    """
    uids = sorted(set(wanted))
    if not uids:
        return
    found = found_among(uids, await session.search(with_uids(UidSet.of(uids))))
    if len(found) < len(uids):
        gone = min(set(uids) - set(found))
        raise ObjectDeleted(f"folder {folder.name!r}: the message of unique id {gone} is gone")


def the_message(fetched: Iterable[Fetch], folder: Folder, uid: int) -> Fetch:
    """Give what was said of a message.

    Raises:
        ObjectDeleted: nothing was: it is gone.
    """
    for one in fetched:
        if one.uid == uid:
            return one
    raise ObjectDeleted(f"folder {folder.name!r}: the message of unique id {uid} is gone")


def only_section(fetch: Fetch, folder: Folder) -> bytes:
    """Give the one section that was asked for.

    Raises:
        ObjectDeleted: there is none, because the message is gone.
    """
    octets = next(iter(fetch.sections.values()), None)
    if octets is None:
        raise ObjectDeleted(f"folder {folder.name!r}: the message of unique id {fetch.uid} is gone")
    return octets


def check_writable(session: ImapSession, folder: Folder) -> None:
    """Go on if the mailbox that is selected can be changed.

    Raises:
        UsageError: it cannot.
    """
    if session.selected is not None and session.selected.is_read_only:
        raise UsageError(f"folder {folder.name!r} can only be read")


def flags_in_use(session: ImapSession, flags: Iterable[str]) -> tuple[str, ...]:
    """Give those of the flags that a message of the selected mailbox may have: who names another one makes it."""
    known = {one.lower() for one in (() if session.selected is None else session.selected.flags)}
    return tuple(one for one in flags if not known or one.lower() in known)


def keywords_kept(session: ImapSession, keywords: Iterable[str]) -> tuple[str, ...]:
    """Give those of the keywords that the selected mailbox keeps; none, where none is selected."""
    selected = session.selected
    kept = () if selected is None else selected.permanent_flags
    known = None if kept is None else {one.lower() for one in kept}
    return tuple(one for one in keywords if known is None or "\\*" in known or one.lower() in known)


def check_kept(session: ImapSession, folder: Folder, flags: Iterable[str]) -> None:
    """Go on if the mailbox that is selected keeps these flags and keywords.

    Raises:
        UsageError: it can only be read.
        CapabilityMissing: the server keeps others only.
    """
    check_writable(session, folder)
    kept = None if session.selected is None else session.selected.permanent_flags
    if kept is None:
        return
    known = {one.lower() for one in kept}
    for one in flags:
        if one.lower() not in known and (one.startswith("\\") or "\\*" not in known):
            raise CapabilityMissing(f"folder {folder.name!r}: the server does not keep {one}")
