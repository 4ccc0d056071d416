"""The internal store's streams: attachments read piece by piece, without the message being loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.codecs import read_message
from msgcore.codecs.mime.large_parts import LargePart
from msgcore.codecs.mime.part_stream import START, Place, read_part
from msgcore.errors import NotFound, StoreCorrupt, StoreError, UsageError
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.content_reader import ContentReader
from msgcore.providers.internal.mailboxes import Mailbox
from msgcore.runtime import Connection, Database, Runtime
from msgcore.spi.message_state import AttachmentFacts

__all__ = ["StreamCalls"]

_MOST_CURSORS = 8

T = TypeVar("T")

_Found = LargePart | bytes


@attrs.frozen
class _Cursor:
    """Where the last read of an attachment ended, with the piece of the message that it read last.

    ``whole`` is the attachment's content where that had to be read as a whole.
    """

    content: int
    number: int
    place: Place = START
    piece: tuple[int, bytes] = (-1, b"")
    whole: bytes | None = None


class StreamCalls(StoreCalls):
    """Read attachments in pieces.

    Where reading ended is kept for the last few attachments. Contents never change, so a cursor never is wrong; two
    threads that read at once may forget each other's, and one of them then begins anew.
    """

    def __init__(self, runtime: Runtime, database: Database, mailbox: Mailbox) -> None:
        super().__init__(runtime, database, mailbox)
        self._cursors: tuple[_Cursor, ...] = ()

    async def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> AttachmentFacts:
        def facts_of(found: _Found, cursor: _Cursor, _reader: ContentReader) -> AttachmentFacts:
            size = len(found) if isinstance(found, bytes) else found.size_octets
            return AttachmentFacts(size, _mark(cursor.content))

        return await self._with_attachment(entry_id, number, facts_of, deadline)

    async def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        if start < 0 or count < 0:
            raise UsageError(f"attachment: no {count} octets from {start} on can be read")

        def octets_of(found: _Found, cursor: _Cursor, reader: ContentReader) -> bytes:
            if isinstance(found, bytes):
                # What was read to its end is not held any longer.
                is_at_end = start + count >= len(found)
                self._keep(attrs.evolve(cursor, whole=None if is_at_end else found))
                return found[start : start + count]
            octets, place = _read(found, reader, start, count, cursor.place)
            self._keep(attrs.evolve(cursor, place=place, piece=reader.piece))
            return octets

        return await self._with_attachment(entry_id, number, octets_of, deadline, mark)

    async def _with_attachment(
        self,
        entry_id: EntryId,
        number: int,
        use: Callable[[_Found, _Cursor, ContentReader], T],
        deadline: Deadline,
        mark: bytes | None = None,
    ) -> T:
        message = self._number(entry_id, ObjectKind.MESSAGE)

        def work(connection: Connection) -> T:
            (standing,) = self._standing(connection, [message])
            if mark not in {None, _mark(standing.content)}:
                raise StoreError("the message has been changed since its attachment was opened; open it again")
            reader = ContentReader(connection, standing.content)
            cursor = self._cursor(standing.content, number)
            reader.piece = cursor.piece
            found = _find(reader, number) if cursor.whole is None else cursor.whole
            return use(found, cursor, reader)

        return await self._read(work, deadline)

    def _cursor(self, content: int, number: int) -> _Cursor:
        for cursor in self._cursors:
            if (cursor.content, cursor.number) == (content, number):
                return cursor
        return _Cursor(content, number)

    def _keep(self, cursor: _Cursor) -> None:
        others = [
            attrs.evolve(one, whole=None)  # one attachment at a time is held
            for one in self._cursors
            if (one.content, one.number) != (cursor.content, cursor.number)
        ]
        self._cursors = (cursor, *others[: _MOST_CURSORS - 1])


def _find(reader: ContentReader, number: int) -> _Found:
    """Find an attachment: where it stands, or its content if that is not large or cannot be read in pieces."""
    part = None if reader.part_map is None else reader.part_map.part_at(number)
    if part is not None:
        return part
    skeleton = reader.skeleton()
    attachments = read_message(reader.octets() if skeleton is None else skeleton, form=reader.form).attachments
    if not 0 <= number < len(attachments):
        raise NotFound(f"the message has {len(attachments)} attachments, no number {number}")
    if attachments[number].message is not None:
        raise UsageError(f"attachment {number} is a message, which is no stream of octets; embedded({number}) gives it")
    return attachments[number].data


def _mark(content: int) -> bytes:
    # Contents are numbered, and no number is given twice.
    return content.to_bytes(8, "big")


def _read(part: LargePart, reader: ContentReader, start: int, count: int, place: Place) -> tuple[bytes, Place]:
    try:
        return read_part(part, reader.range, start, count, place)
    except ValueError as error:
        raise StoreCorrupt(f"an attachment is damaged: {error}") from error
