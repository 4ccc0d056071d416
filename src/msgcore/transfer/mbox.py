"""Mbox files, read a chunk at a time.

A message ends where its Content-Length says, if a separator or the file's end stands there, and else before the next
separator. Where programs did not quote, bodies have lines that look like one; so a line counts by its signs
(:func:`~msgcore.transfer.framing.is_separator`), unless the variant is said to quote: then every one counts.
"""

from __future__ import annotations

import copy
import io
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Self

import attrs

from msgcore.base.octets import Limits
from msgcore.codecs.mime.tree.entity import parse
from msgcore.errors import LimitExceeded
from msgcore.transfer.archive import Archive, ArchivedMessage, Skipped
from msgcore.transfer.choices import check_path
from msgcore.transfer.files import reading_errors
from msgcore.transfer.framing import MboxVariant, StatedSizes, is_separator, unframe
from msgcore.transfer.mbox_lock import DotLock, lock_for_reading

__all__ = ["Mbox"]

_CHUNK = 1024 * 1024
_LOOK_AHEAD = 2_000  # a separator and the line behind it; longer lines count as they are
_LOOK_BACK = 8
_BLANK_LINES = re.compile(rb"(?:\r?\n){0,2}")
_HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{1,8}")
# The first message of folders that UW-IMAP and Alpine kept.
_FOLDER_DATA = b"FOLDER INTERNAL DATA"


class _Window:
    """The part of a file that is in memory: ``octets``, which start at ``offset``; nothing is read behind ``end``."""

    def __init__(self, file: io.FileIO, end: int) -> None:
        self._file = file
        self._end = end
        self.octets = bytearray()
        self.offset = 0
        self.sizes = StatedSizes()
        self.is_end = False

    def more(self) -> None:
        left = self._end - self.offset - len(self.octets)
        chunk = self._file.read(max(0, min(_CHUNK, left)))
        self.is_end = not chunk
        self.octets += chunk

    def reach(self, size: int) -> None:
        """Have ``size`` octets in memory, or all that are left."""
        while len(self.octets) < size and not self.is_end:
            self.more()

    def drop(self, count: int) -> None:
        """Go on by ``count`` octets, which need not be in memory."""
        is_beyond = count > len(self.octets)
        self.offset += count
        del self.octets[:count]
        if is_beyond:
            self._file.seek(self.offset)

    def peek(self, at: int, count: int) -> bytes:
        """Read octets further on, counted from ``offset``, without having those before them in memory."""
        left = self._end - self.offset - at
        if left <= 0:
            return b""
        self._file.seek(self.offset + at)
        found = self._file.read(min(count, left))
        self._file.seek(self.offset + len(self.octets))
        return found


@attrs.frozen
class _HeldFile:
    file: io.FileIO
    end: int


class Mbox(Archive):
    """The messages of one mbox file; flags come from the Status fields that mail programs keep in it.

    ``variant`` is for who knows better than the file shows: without it quoting is taken off as in mboxrd, but from
    messages that end where their Content-Length says, as in mboxcl2.

    An import holds the file; who iterates without a :meth:`hold` may read a message that is just being written.
    """

    def __init__(self, path: Path, limits: Limits | None = None, *, variant: MboxVariant | None = None) -> None:
        check_path(path)
        self.path = path
        self._limit = (limits or Limits()).total_octets
        self._variant = variant
        self._held: _HeldFile | None = None

    @property
    def total_octets(self) -> int:
        with reading_errors(self.path):
            return self.path.stat().st_size if self._held is None else self._held.end

    def hold(self) -> Self | None:
        """Keep writers off by a record lock; of what a program writes without one only what was whole is read."""
        with reading_errors(self.path):
            file = self.path.open("rb", buffering=0)
            end = None
            try:
                end = _whole_octets(self.path, file)
            finally:
                if end is None:
                    file.close()
        if end is None:
            return None
        held = copy.copy(self)
        held._held = _HeldFile(file, end)
        return held

    def close(self) -> None:
        if self._held is not None:
            self._held.file.close()

    def entries(self) -> Generator[ArchivedMessage | Skipped]:
        with reading_errors(self.path):
            if self._held is not None:
                self._held.file.seek(0)
                yield from self._entries(_Window(self._held.file, self._held.end))
                return
            with self.path.open("rb", buffering=0) as file:
                yield from self._entries(_Window(file, _size(file)))

    def _entries(self, window: _Window) -> Generator[ArchivedMessage | Skipped]:
        window.reach(_CHUNK)
        while window.octets:
            entry = self._next(window)
            if entry is not None:
                yield entry
            window.reach(_CHUNK)

    def _next(self, window: _Window) -> ArchivedMessage | Skipped | None:
        """Read the message at the window's start; ``None`` for a program's own data."""
        start = window.offset
        end = self._stated_end(window)
        has_length = end is not None
        end = self._next_separator(window) if end is None else end
        size = window.offset + end - start
        if size > self._limit:
            window.drop(end)
            where = f"{self.path}: the message at octet {start}"
            return Skipped(where, LimitExceeded(f"{where} is larger than {self._limit} octets"))
        window.reach(end)
        octets = bytes(window.octets[:end])
        window.drop(end)
        return self._message(octets, window.offset, has_length=has_length)

    def _stated_end(self, window: _Window) -> int | None:
        """Find the end of a message that states its length, if it does not lie."""
        if self._variant is not None and not self._variant.has_length:
            return None
        size = window.sizes.of(window.octets, window.offset)
        if size is None:
            return None
        # The end of the body and what is behind it.
        tail = window.peek(size - 2, 2 + _LOOK_AHEAD)
        if len(tail) < 2:
            return None
        blank = _BLANK_LINES.match(tail, 2)
        at = 2 if blank is None else blank.end()
        return size - 2 + at if at == len(tail) or is_separator(tail, at) else None

    def _next_separator(self, window: _Window) -> int:
        """Find the next separator, or the end of the file; of a message over the limit only the end is kept."""
        searched = 0
        while True:
            at = window.octets.find(b"\nFrom ", searched) + 1
            if at and (window.is_end or at + _LOOK_AHEAD <= len(window.octets)):
                if self._is_start(window.octets, at):
                    return at
                searched = at
                continue
            if window.is_end:
                return len(window.octets)
            # The rest is searched again when more of it is there.
            searched = at - 1 if at else max(0, len(window.octets) - 5)
            if searched > self._limit:
                window.drop(searched - _LOOK_BACK)
                searched = _LOOK_BACK
            window.more()

    def _is_start(self, octets: bytearray, at: int) -> bool:
        is_quoted = self._variant in {MboxVariant.MBOXO, MboxVariant.MBOXRD}
        return is_quoted or is_separator(octets, at)

    def _message(self, octets: bytes, position: int, *, has_length: bool) -> ArchivedMessage | None:
        octets, received_at = unframe(octets, self._variant, has_length=has_length)
        header = parse(octets).header
        if _FOLDER_DATA in (header.raw(b"subject") or b""):
            return None
        status = (header.raw(b"status") or b"") + (header.raw(b"x-status") or b"")
        mozilla = _hexadecimal(header.raw(b"x-mozilla-status") or b"")
        return ArchivedMessage(
            octets,
            is_read=b"R" in status or bool(mozilla & 0x1),
            is_answered=b"A" in status or bool(mozilla & 0x2),
            is_flagged=b"F" in status or bool(mozilla & 0x4),
            is_deleted=b"D" in status or bool(mozilla & 0x8),
            is_forwarded=bool(mozilla & 0x1000),
            is_draft=b"T" in status,
            received_at=received_at,
            position_octets=position,
        )


def _hexadecimal(octets: bytes) -> int:
    digits = octets.strip()
    return int(digits, 16) if _HEXADECIMAL.fullmatch(digits) else 0


def _size(file: io.FileIO) -> int:
    return os.fstat(file.fileno()).st_size


def _whole_octets(path: Path, file: io.FileIO) -> int | None:
    """Lock a file for reading, and say how much of it is whole; ``None``: another program writes it."""
    dot_lock = DotLock(path)
    if not lock_for_reading(file.fileno()):
        return None
    size = _size(file)
    left = dot_lock.left_behind()
    if left is not None:
        whole, planned = left
        return whole if whole < size <= planned else size
    # Who wrote at the first look has the lock now, or has ended since, and the file has grown.
    return None if dot_lock.is_there() or _size(file) != size else size
