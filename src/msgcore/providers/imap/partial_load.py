"""Messages fetched: whole where they are within a limit, else without their large attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from msgcore.errors import CommandRefused, MsgcoreError, ObjectDeleted
from msgcore.model.message import Message
from msgcore.providers.imap.content import LARGE_OCTETS, message_of
from msgcore.providers.imap.folder_tree import Folder
from msgcore.providers.imap.front import Front, read_front
from msgcore.providers.imap.sessions import Outdated
from msgcore.providers.imap.skeleton import fetch_behind, fetch_skeleton
from msgcore.providers.imap.there import only_section, the_message
from msgcore.spi.limited import AttachmentPath, LeftOut
from msgcore.wire.imap.command import Command
from msgcore.wire.imap.items import item_atoms
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Beginning", "Loaded", "fetch_beginning", "fetch_whole", "load", "load_afresh", "load_several"]

_FIRST_OCTETS = 65_536
_ITEMS = ("FLAGS", "INTERNALDATE", "RFC822.SIZE", f"BODY.PEEK[]<0.{_FIRST_OCTETS}>")


@attrs.frozen
class Beginning:
    """What the server says of a message, and its first octets, which are all of a small one."""

    fetch: Fetch
    octets: bytes

    @property
    def size_octets(self) -> int:
        """The size on the server, as it says it."""
        said = self.fetch.size_octets
        return len(self.octets) if said is None else said

    @property
    def is_whole(self) -> bool:
        # A server that gives no ranges gives all. Of one that gives less than it was asked for, the rest is asked for.
        had, said = len(self.octets), self.fetch.size_octets
        return had > _FIRST_OCTETS or (had < _FIRST_OCTETS if said is None else had >= said)


@attrs.frozen
class Loaded:
    """A message as it was fetched: its own octets, without the bodies of what is left out."""

    octets: bytes
    front: Front
    flags: tuple[str, ...]
    internal_date: datetime | None
    size_octets: int
    left_out: Mapping[AttachmentPath, LeftOut] = attrs.field(factory=dict[AttachmentPath, LeftOut])

    def message(self) -> Message:
        """Read it; raises ``LimitExceeded`` when it is larger than what can be read."""
        return message_of(self.octets, self.front)


async def load(session: ImapSession, folder: Folder, uid: int, limit_octets: int) -> Loaded:
    """Fetch a message of the mailbox that is selected; above the limit, its large attachments are left out.

    Raises:
        ObjectDeleted: it is gone.
        CommandRefused, ServiceBusy: the server does not give it.
    """
    return await _finish(session, folder, uid, limit_octets, await fetch_beginning(session, folder, uid))


async def load_afresh(session: ImapSession, folder: Folder, uid: int, limit_octets: int) -> Loaded:
    """Fetch a message as it is now of a mailbox that the server may not have looked at for a while.

    Raises as :func:`load` does, and ``Outdated`` when the server does not look at it any more.
    """
    # In one flight: the server sees who is gone before it answers (RFC 9051 section 5.5).
    said = Command(b"UID FETCH", UidSet.of([uid]), item_atoms(_ITEMS))
    looked, fetched = await session.run(Command(b"NOOP"), said)
    if looked.refusal is not None:
        raise Outdated(str(looked.refusal)) from looked.refusal
    whole = [one for one in fetched.data if isinstance(one, Fetch) and one.uid == uid and _is_complete(one)]
    if not whole:  # it is gone, or said in several lines
        return await load(session, folder, uid, limit_octets)
    beginning = Beginning(whole[-1], only_section(whole[-1], folder))
    return await _finish(session, folder, uid, limit_octets, beginning)


def _has_section(fetch: Fetch) -> bool:
    return any(octets is not None for octets in fetch.sections.values())


def _is_complete(fetch: Fetch) -> bool:
    return _has_section(fetch) and None not in {fetch.flags, fetch.internal_date, fetch.size_octets}


async def load_several(
    session: ImapSession, folder: Folder, uids: Sequence[int], limit_octets: int, most_octets: int
) -> dict[int, Loaded | MsgcoreError]:
    """Fetch the first of these messages, as many as have so many octets together, at least one; each as :func:`load`.

    What hinders one from being fetched is in its place, and the last.
    """
    beginnings: dict[int, Beginning] = {}
    was_refused = False
    try:
        fetching = await session.fetch(UidSet.of(uids), _ITEMS)
        while some := await fetching.next():
            beginnings.update(
                (one.uid or 0, Beginning(one, only_section(one, folder))) for one in some if _has_section(one)
            )
    except CommandRefused:
        was_refused = True  # by one of them, perhaps, which is found when each is asked for
    chosen = _fitting(uids, beginnings, limit_octets, most_octets)
    medium = [uid for uid in chosen if uid in beginnings and _is_medium(beginnings[uid])]
    if medium:
        await _fetch_rest(session, beginnings, medium)
    found: dict[int, Loaded | MsgcoreError] = {}
    for uid in chosen:
        beginning = beginnings.get(uid)
        try:
            if beginning is not None:
                found[uid] = await _finish(session, folder, uid, limit_octets, beginning)
            elif was_refused:
                found[uid] = await load(session, folder, uid, limit_octets)
            else:
                found[uid] = ObjectDeleted(f"folder {folder.name!r}: the message of unique id {uid} is gone")
        except ObjectDeleted as error:
            found[uid] = error
        except CommandRefused as error:
            found[uid] = error
            break
    return found


def _fitting(
    uids: Sequence[int], beginnings: Mapping[int, Beginning], limit_octets: int, most_octets: int
) -> list[int]:
    """Give the first messages, until they have so many octets; what is left out of large ones counts little."""
    chosen: list[int] = []
    octets = 0
    for uid in uids:
        size = beginnings[uid].size_octets if uid in beginnings else 0
        octets += min(size, max(limit_octets, LARGE_OCTETS))
        if chosen and octets > most_octets:
            break
        chosen.append(uid)
    return chosen


def _is_medium(beginning: Beginning) -> bool:
    return not beginning.is_whole and beginning.size_octets <= LARGE_OCTETS


async def _fetch_rest(session: ImapSession, beginnings: dict[int, Beginning], uids: Sequence[int]) -> None:
    """Fetch messages whole, of which that is no burden; one that does not come is fetched by itself then."""
    try:
        fetching = await session.fetch(UidSet.of(uids), ["RFC822.SIZE", "BODY.PEEK[]"])
        while some := await fetching.next():
            for one in some:
                octets = next(iter(one.sections.values()), None)
                known = beginnings.get(one.uid or 0)
                if octets is not None and known is not None and len(octets) > len(known.octets):
                    beginnings[one.uid or 0] = Beginning(known.fetch, octets)
    except CommandRefused:
        return


async def _finish(session: ImapSession, folder: Folder, uid: int, limit_octets: int, beginning: Beginning) -> Loaded:
    """Fetch what is missing of a message, or leave it out; raises as :func:`load` does."""
    if not beginning.is_whole and beginning.size_octets > max(limit_octets, LARGE_OCTETS):
        skeleton = await fetch_skeleton(session, folder, uid, beginning.octets, beginning.fetch.size_octets)
        if skeleton is not None:
            left_out = {path: LeftOut(one.size_octets, one.body_octets) for path, one in skeleton.left_out.items()}
            return _loaded(skeleton.octets, skeleton.front, beginning, left_out)
    octets = await fetch_whole(session, uid, beginning)
    front = read_front(octets)
    return _loaded(front.own(octets), front, beginning, {})


async def fetch_beginning(session: ImapSession, folder: Folder, uid: int) -> Beginning:
    """Fetch what is said of a message, and its first octets; raises as :func:`load` does."""
    fetch = the_message(await session.fetch_all(UidSet.of([uid]), _ITEMS), folder, uid)
    return Beginning(fetch, only_section(fetch, folder))


async def fetch_whole(session: ImapSession, uid: int, beginning: Beginning) -> bytes:
    """Fetch the rest of a message; raises as :func:`load` does."""
    if beginning.is_whole:
        return beginning.octets
    # Whatever size the server said, there may be nothing behind the first octets.
    return b"".join([beginning.octets, *await fetch_behind(session, uid, len(beginning.octets))])


def _loaded(octets: bytes, front: Front, beginning: Beginning, left_out: Mapping[AttachmentPath, LeftOut]) -> Loaded:
    fetch = beginning.fetch
    size = front.own_size(beginning.size_octets)
    return Loaded(octets, front, fetch.flags or (), fetch.internal_date, size, left_out)
