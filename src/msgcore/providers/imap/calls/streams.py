"""The IMAP store's streams: attachments read piece by piece.

Where the lines of an attachment look alike, the ranges that are asked for are fetched, and a little ahead; else all of
it is, before the first octet is given. It is kept in a temporary file, and read from there; so nobody holds it. When
the connection is lost on the way, the rest is fetched by the next call, or at once if the connection was an old one. A
message never changes as long as its mailbox has its UIDVALIDITY; so what is held is right, until the message is deleted
by this logon.
"""

from __future__ import annotations

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import NotFound, ObjectDeleted, StoreError, UsageError
from msgcore.model.message import Message
from msgcore.providers.imap.calls.reach import ReachCalls
from msgcore.providers.imap.content import LARGE_OCTETS
from msgcore.providers.imap.directory import Place
from msgcore.providers.imap.even_body import EvenPieces
from msgcore.providers.imap.front import read_front
from msgcore.providers.imap.held import Download, Held, HeldKey, TemporaryOctets, decode
from msgcore.providers.imap.ids import message_number
from msgcore.providers.imap.partial_load import fetch_beginning, fetch_whole
from msgcore.providers.imap.skeleton import LeftPart, Skeleton, fetch_skeleton
from msgcore.providers.imap.there import the_message
from msgcore.spi.message_state import AttachmentFacts
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["StreamCalls"]


class StreamCalls(ReachCalls):
    """Read attachments in pieces."""

    async def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> AttachmentFacts:
        self._begin(deadline)
        (place,) = await self._directory.places([entry_id], deadline)
        content = await self._content(place, number, deadline)
        return AttachmentFacts(content.size_octets, _mark(place, content))

    async def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        self._begin(deadline)
        if start < 0 or count < 0:
            raise UsageError(f"attachment: no {count} octets from {start} on can be read")
        (place,) = await self._directory.places([entry_id], deadline)
        content = await self._content(place, number, deadline)
        octets = None
        if mark == _mark(place, content):
            octets = await self._octets(place, content, start, count, deadline)
        if octets is None and content.part is not None:
            # Its lines are not as they looked, and perhaps not as long together.
            content = await self._content(place, number, deadline, may_be_part=False)
            if mark == _mark(place, content):
                octets = await self._octets(place, content, start, count, deadline)
        if octets is None:
            raise StoreError("the attachment is another one than when it was opened; open it again")
        return octets

    async def _content(self, place: Place, number: int, deadline: Deadline, *, may_be_part: bool = True) -> Held:
        """Give what is held of an attachment, which is all of it unless it ``may_be_part``."""
        key = (place.folder.tag, place.uid, number)
        content = self._held.held(key)
        if content is None or (content.part is not None and not may_be_part):
            content = await self._downloaded(place, key, may_be_part, deadline)
            self._held.hold(key, content)
        return content

    async def _octets(self, place: Place, content: Held, start: int, count: int, deadline: Deadline) -> bytes | None:
        """Read octets, once they are there; ``None``: the lines of the attachment are not as they looked."""
        await content.lock.acquire(deadline)
        try:
            if content.missing(start, start + count) is not None:
                filling = _Filling(place, content, start, start + count)
                if not await self._on(deadline, filling.run, folder=place.folder):
                    return None
            return await self._runtime.in_thread(lambda: content.octets.read(start, count), deadline)
        except ObjectDeleted:
            self._held.forget(place.folder.tag, place.uid)
            raise
        finally:
            content.lock.release()

    async def _downloaded(self, place: Place, key: HeldKey, may_be_part: bool, deadline: Deadline) -> Held:
        fetching = _Fetching(place, key[2], may_be_part, self._held.take_cut(key))
        try:
            found = await self._on(deadline, fetching.run, folder=place.folder)
            if isinstance(found, LeftPart):
                return Held(self._runtime.lock(), found.size_octets, part=found)
            if isinstance(found, bytes):
                content = await self._runtime.in_thread(lambda: _attachment_in(found, key[2]), deadline)
            else:
                content = await self._runtime.in_thread(lambda: decode(found.body, found.encoding), deadline)
        except BaseException:
            if fetching.download is not None:
                self._held.keep_cut(key, fetching.download)
            raise
        return Held(self._runtime.lock(), content.size_octets, content)


@attrs.frozen
class _Filling:
    """Fetching a range of an attachment; may be run again when the connection was lost, and then goes on."""

    place: Place
    content: Held
    start: int
    end: int

    async def run(self, session: ImapSession) -> bool:
        """Say whether the octets are there now: not, when the lines are not as they looked."""
        content, part = self.content, self.content.part
        assert part is not None
        even = part.even
        assert even is not None
        while (missing := content.missing(self.start, self.end)) is not None:
            line, end = even.lines_with(*missing)
            pieces = EvenPieces(even, line, content.put)
            start = pieces.place
            await session.fetch_to(self.place.uid, part.section, pieces.take, start=start, octets=end - start)
            if pieces.is_uneven or pieces.place < end:
                return False
        return True


class _Fetching:
    """Fetching one attachment; may be run again when the connection was lost, and then goes on."""

    def __init__(self, place: Place, number: int, may_be_part: bool, download: Download | None) -> None:
        self._place = place
        self._number = number
        self._may_be_part = may_be_part
        self.download = download

    async def run(self, session: ImapSession) -> bytes | LeftPart | Download:
        """Fetch the attachment's body, or only see what it is if it can be read in ranges.

        The whole message is given where the attachment is to be found in that.
        """
        folder, uid = self._place.folder, self._place.uid
        if self.download is None:
            beginning = await fetch_beginning(session, folder, uid)
            skeleton = None
            if not beginning.is_whole and beginning.size_octets > LARGE_OCTETS:
                skeleton = await fetch_skeleton(session, folder, uid, beginning.octets, beginning.fetch.size_octets)
            if skeleton is None:
                return await fetch_whole(session, uid, beginning)
            part = _part(skeleton, self._number)
            if part is None:
                return skeleton.octets
            if part.even is not None and self._may_be_part:
                return part
            self.download = Download(beginning.size_octets, part.section, part.encoding, part.body_octets)
        elif await self._size(session) != self.download.message_octets:
            self.download.body.clear()
        download = self.download
        start = download.body.size_octets
        if start < download.body_octets:
            await session.fetch_to(uid, download.section, download.body.add, start=start)
        return download

    async def _size(self, session: ImapSession) -> int | None:
        folder, uid = self._place.folder, self._place.uid
        fetched = await session.fetch_all(UidSet.of([uid]), ["RFC822.SIZE"])
        return the_message(fetched, folder, uid).size_octets


def _part(skeleton: Skeleton, number: int) -> LeftPart | None:
    """Find an attachment that was left out; ``None``: its content is there.

    Raises:
        NotFound, UsageError: as :meth:`StreamCalls.attachment_facts` does.
    """
    part = skeleton.left_out.get((number,))
    if part is None:
        _check_number(mime.read(skeleton.octets), number)
        if any(path[0] == number for path in skeleton.left_out):
            raise _no_stream(number)
    return part


def _attachment_in(octets: bytes, number: int) -> TemporaryOctets:
    message = mime.read(read_front(octets).own(octets))
    _check_number(message, number)
    content = TemporaryOctets()
    content.add(message.attachments[number].data)
    return content


def _check_number(message: Message, number: int) -> None:
    if not 0 <= number < len(message.attachments):
        raise NotFound(f"the message has {len(message.attachments)} attachments, no number {number}")
    if message.attachments[number].message is not None:
        raise _no_stream(number)


def _no_stream(number: int) -> UsageError:
    return UsageError(f"attachment {number} is a message, which is no stream of octets; embedded({number}) gives it")


def _mark(place: Place, content: Held) -> bytes:
    # The tag changes with UIDVALIDITY, and no unique id is given twice before that.
    return message_number(place.folder.tag, place.uid).to_bytes(8, "big") + content.size_octets.to_bytes(8, "big")
