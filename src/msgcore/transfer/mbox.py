"""Mbox files (RFC 4155), read a chunk at a time.

A message starts at a line ``From address date``. Bodies have such lines, too, when a program did not quote them; so
the line counts when at least two of three hold: it has a time of day, a blank line stands before it, a header field
follows. Where programs did quote (``>From``, mboxrd), one ``>`` is taken off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from msgcore.base.octets import Limits
from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.tree.entity import parse
from msgcore.errors import LimitExceeded, NotFound, UsageError
from msgcore.transfer.archive import ImportedMessage

__all__ = ["Mbox", "is_separator"]

_CHUNK = 1024 * 1024
_LOOK_AHEAD = 2_000  # a separator and the line behind it; longer lines count as they are
_SEPARATOR = re.compile(rb"From [^\r\n]*")
_TIME = re.compile(rb"\d{1,2}:\d{2}")
_FIELD = re.compile(rb"\r?\n(?:[!-9;-~]{1,200}:|>?From )")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_ADDRESS = re.compile(rb"^From +(?:\S+@\S+|-|\S+(?= +\S+ +\S+ +\d))? *")
_HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{1,8}")
# The first message of folders that UW-IMAP and Alpine kept.
_FOLDER_DATA = b"FOLDER INTERNAL DATA"


def is_separator(octets: bytes | bytearray, at: int) -> bool:
    """Say whether a message starts at ``at``, where a line starts with ``From``."""
    line = _SEPARATOR.match(octets, at)
    if line is None:
        return False
    before = octets[max(0, at - 4) : at]
    signs = (
        _TIME.search(line[0]) is not None,
        at == 0 or before.endswith((b"\n\n", b"\n\r\n")),
        _FIELD.match(octets, line.end()) is not None,
    )
    return sum(signs) >= 2


class Mbox:
    """The messages of one mbox file; flags come from the Status fields that mail programs keep in it."""

    def __init__(self, path: Path, limits: Limits | None = None, *, unquote: bool = True) -> None:
        self._path = path
        self._limits = limits or Limits()
        self._unquote = unquote

    @property
    def total_octets(self) -> int:
        return self._path.stat().st_size

    def __iter__(self) -> Iterator[ImportedMessage]:
        """Read the messages.

        Raises:
            LimitExceeded: a message is larger than the limit; the text names the file and the offset.
            NotFound: the file is not there any more.
            UsageError: it cannot be read.
        """
        try:
            for octets, position in self._raw_messages():
                message = self._imported(octets, position)
                if message is not None:
                    yield message
        except FileNotFoundError as error:
            raise NotFound(f"{self._path}: no such file") from error
        except OSError as error:
            raise UsageError(f"{self._path}: {error.strerror}") from error

    def _raw_messages(self) -> Iterator[tuple[bytes, int]]:
        """Give each message with its separator, and the offset of its end."""
        buffer = bytearray()
        offset = 0  # of the buffer in the file: where the message at hand starts
        searched = 0
        with self._path.open("rb") as file:
            is_end = False
            while not is_end:
                chunk = file.read(_CHUNK)
                is_end = not chunk
                buffer += chunk
                while True:
                    at = buffer.find(b"\nFrom ", searched) + 1
                    if not at or (not is_end and at + _LOOK_AHEAD > len(buffer)):
                        # The rest is searched again when more of it is there.
                        searched = at - 1 if at else max(0, len(buffer) - 5)
                        break
                    searched = at
                    if is_separator(buffer, at):
                        self._check(at, offset)
                        offset += at
                        yield bytes(buffer[:at]), offset
                        del buffer[:at]
                        searched = 0
                self._check(len(buffer), offset)
        if buffer:
            yield bytes(buffer), offset + len(buffer)

    def _check(self, size: int, offset: int) -> None:
        limit = self._limits.total_octets
        if size > limit:
            raise LimitExceeded(f"{self._path}: the message at octet {offset} is larger than {limit} octets")

    def _imported(self, octets: bytes, position: int) -> ImportedMessage | None:
        """Take separator, closing blank line and quoting off, and read the flags; ``None`` for a program's own data."""
        received_at: datetime | None = None
        if octets.startswith(b"From "):
            line, _, octets = octets.partition(b"\n")
            received_at = parse_date(_ADDRESS.sub(b"", line).decode("latin-1"))
        octets = _without_closing_line(octets)
        if self._unquote and b">From " in octets:
            octets = _QUOTED.sub(rb"\1", octets)
        header = parse(octets).header
        if _FOLDER_DATA in (header.raw(b"subject") or b""):
            return None
        status = (header.raw(b"status") or b"") + (header.raw(b"x-status") or b"")
        mozilla = _hexadecimal(header.raw(b"x-mozilla-status") or b"")
        return ImportedMessage(
            octets,
            is_read=b"R" in status or bool(mozilla & 0x1),
            is_answered=b"A" in status or bool(mozilla & 0x2),
            is_flagged=b"F" in status or bool(mozilla & 0x4),
            is_deleted=b"D" in status or bool(mozilla & 0x8),
            is_draft=b"T" in status,
            received_at=received_at,
            position_octets=position,
        )


def _without_closing_line(octets: bytes) -> bytes:
    """Take the blank line that closes a message off, but not the one that ends its header."""
    for line_end in (b"\r\n", b"\n"):
        if octets.endswith(b"\n" + line_end):
            shorter = octets.removesuffix(line_end)
            return shorter if line_end * 2 in shorter else octets
    return octets


def _hexadecimal(octets: bytes) -> int:
    digits = octets.strip()
    return int(digits, 16) if _HEXADECIMAL.fullmatch(digits) else 0
