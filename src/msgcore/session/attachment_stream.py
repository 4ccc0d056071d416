"""The content of an attachment as a stream: read piece by piece, from any place on, in constant memory."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Self

from msgcore.base.ids import EntryId
from msgcore.errors import Closed, NotFound, StoreError, UsageError
from msgcore.session.access import StoreAccess
from msgcore.session.checked import checked_integer
from msgcore.session.opening import Closing
from msgcore.spi.capability import Capability
from msgcore.spi.store import NO_LOAD_LIMIT

__all__ = ["PIECE_OCTETS", "AttachmentStream", "PieceReader", "open_stream"]

PIECE_OCTETS = 256 * 1024
_LAST_PLACE = (1 << 63) - 1

PieceReader = Callable[[int, int], Awaitable[bytes]]
"""Reads so many octets from a place on."""

WholeCall = Callable[[], AbstractContextManager[object]]
"""Makes one call of what ``cancel()`` ends as a whole."""


class AttachmentStream(Closing):
    """An attachment's octets. Used by one task at a time; iterating gives what is left in pieces.

    Each piece is waited for as long as :meth:`StoredMessage.open_attachment` was told to. A read that raises leaves
    the stream where it was: it may be made again. All of a read happens within ``whole_call``.
    """

    def __init__(self, read_piece: PieceReader, size_octets: int, whole_call: WholeCall = nullcontext) -> None:
        self._read_piece = read_piece
        self._whole_call = whole_call
        self._position = 0
        self._piece = b""
        self._piece_start = 0
        self._is_closed = False
        self._is_reading = False
        self.size_octets = size_octets

    async def read(self, count: int = -1) -> bytes:
        """Give the next ``count`` octets, fewer at the end only; all that is left when it is negative.

        Raises:
            StoreError: the message has been changed since the attachment was opened.
            NotFound: the message is gone.
            UsageError: another task is reading it.
            Closed: the stream was closed.
        """
        self._check_open()
        if self._is_reading:
            raise UsageError("read: another task is reading this stream; open the attachment for each of them")
        left = max(0, self.size_octets - self._position)
        wanted = left if checked_integer(count, "read") < 0 else min(count, left)
        before, self._is_reading = self._position, True
        try:
            with self._whole_call():
                return await self._octets(wanted)
        except BaseException:
            self._position = before
            raise
        finally:
            self._is_reading = False

    async def _octets(self, wanted: int) -> bytes:
        parts: list[bytes] = []
        while wanted:
            part = await self._next(wanted)
            parts.append(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _next(self, wanted: int) -> bytes:
        """Give some of the octets at the position, from the piece that was read last if they are in it."""
        at = self._position - self._piece_start
        if not 0 <= at < len(self._piece):
            count = min(PIECE_OCTETS, self.size_octets - self._position)
            piece = await self._read_piece(self._position, count)
            if len(piece) != count:
                raise StoreError(f"the attachment has changed since it was opened: {len(piece)} octets for {count}")
            self._piece, self._piece_start, at = piece, self._position, 0
        part = self._piece[at : at + wanted]
        self._position += len(part)
        return part

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as files do, and give it: octets from the beginning. What is behind the end reads as empty.

        Raises:
            UsageError: it is before the beginning, or no octet can be there; or ``whence`` is none.
            Closed: the stream was closed.
        """
        self._check_open()
        origins = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size_octets}
        if whence not in origins:
            raise UsageError(f"seek: {whence} is no origin; use 0 (the beginning), 1 (where it is) or 2 (the end)")
        place = origins[whence] + checked_integer(offset, "seek")
        if not 0 <= place <= _LAST_PLACE:
            where = "before the beginning" if place < 0 else "behind every end"
            raise UsageError(f"seek: {place} is {where}; the attachment has {self.size_octets} octets")
        self._position = place
        return place

    def tell(self) -> int:
        self._check_open()
        return self._position

    def _check_open(self) -> None:
        if self._is_closed:
            raise Closed("the attachment was closed")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self.read(PIECE_OCTETS)
        if not piece:
            raise StopAsyncIteration
        return piece

    async def close(self) -> None:
        """Let go of what was read."""
        self._is_closed = True
        self._piece = b""


async def open_stream(store: StoreAccess, entry_id: EntryId, number: int, timeout_seconds: float) -> AttachmentStream:
    """Open a stream of attachment ``number`` as the store has it.

    Raises:
        NotFound: the message has no such attachment, or is gone.
        UsageError: the attachment is a message.
    """
    checked_integer(number, "open_attachment")
    provider = store.provider
    if not provider.can(Capability.STREAMS):
        return await _loaded(store, entry_id, number, timeout_seconds)
    facts = await provider.attachment_facts(entry_id, number, store.deadline(timeout_seconds))

    async def read(start: int, count: int) -> bytes:
        deadline = store.deadline(timeout_seconds)
        return await provider.attachment_octets(entry_id, number, facts.mark, start, count, deadline)

    return AttachmentStream(read, facts.size_octets, store.runtime.as_one_call)


async def _loaded(store: StoreAccess, entry_id: EntryId, number: int, timeout_seconds: float) -> AttachmentStream:
    """Open a stream over the content in memory, of a store that gives messages only whole."""
    message = await store.load_message(entry_id, NO_LOAD_LIMIT, timeout_seconds=timeout_seconds)
    if not 0 <= number < len(message.attachments):
        raise NotFound(f"the message has {len(message.attachments)} attachments, no number {number}")
    if message.attachments[number].message is not None:
        raise UsageError(f"attachment {number} is a message, which is no stream of octets; embedded({number}) gives it")
    data = message.attachments[number].data

    async def read(start: int, count: int) -> bytes:
        return data[start : start + count]

    return AttachmentStream(read, len(data))
