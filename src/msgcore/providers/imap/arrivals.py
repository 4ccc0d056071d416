"""Where messages came to be, at a server that does not say it: one without UIDPLUS, or some (RFC 4315 section 3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import attrs

from msgcore.codecs import read_message
from msgcore.errors import CommitUnknown, ObjectDeleted
from msgcore.props.table import PidTagInternetMessageId
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["Print", "find_arrived", "prints_of", "prints_there"]

_ITEMS = ("RFC822.SIZE", "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")


@attrs.frozen
class Print:
    """By what a message is known again. Old servers differ on sizes, which are compared first, and then left out."""

    message_id: str
    size_octets: int


async def prints_of(session: ImapSession, uids: Sequence[int]) -> list[Print]:
    """Describe messages of the mailbox that is selected, in the same order.

    Raises:
        ObjectDeleted: one of them is gone.
    """
    found = await prints_there(session, UidSet.of(uids))
    gone = [uid for uid in uids if uid not in found]
    if gone:
        raise ObjectDeleted(f"the message of unique id {gone[0]} is gone")
    return [found[uid] for uid in uids]


async def prints_there(session: ImapSession, uids: UidSet) -> dict[int, Print]:
    """Describe those of some messages that are in the mailbox that is selected, by their unique ids."""
    fetched = await session.fetch_all(uids, _ITEMS) if uids else ()
    return {one.uid: _print(one) for one in fetched if one.uid is not None}


async def find_arrived(session: ImapSession, least_uid: int, prints: Sequence[Print]) -> list[int]:
    """Find messages that came last into the mailbox that is selected, from a unique id on; in the same order.

    Raises:
        CommitUnknown: one of them is not found, though the server said that it is there.
    """
    fetched = await session.fetch_all(UidSet(((max(least_uid, 1), MAX_UID),)), _ITEMS)
    known = sorted((one.uid, _print(one)) for one in fetched if one.uid is not None and one.uid >= least_uid)
    found = _matched(known, prints) or _matched([(uid, _without_size(one)) for uid, one in known], _sizeless(prints))
    if found is None:
        raise CommitUnknown("the server took messages, and does not say which they are; they are in their folder")
    return found


def _matched(known: Sequence[tuple[int, Print]], prints: Sequence[Print]) -> list[int] | None:
    newest_first: defaultdict[Print, list[int]] = defaultdict(list)
    for uid, one in reversed(known):
        newest_first[one].append(uid)
    # The same messages may have been there before; those that have just come have the highest unique ids.
    came = {one: iter(newest_first[one][:count][::-1]) for one, count in Counter(prints).items()}
    found = [next(came[one], 0) for one in prints]
    return found if all(found) else None


def _print(fetch: Fetch) -> Print:
    section = next(iter(fetch.sections.values()), None) or b""
    message_id = read_message(section, form="mime").get(PidTagInternetMessageId, "")
    return Print(message_id, -1 if fetch.size_octets is None else fetch.size_octets)


def _without_size(one: Print) -> Print:
    return attrs.evolve(one, size_octets=-1)


def _sizeless(prints: Sequence[Print]) -> list[Print]:
    return [_without_size(one) for one in prints]
