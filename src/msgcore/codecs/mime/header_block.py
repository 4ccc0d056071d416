"""A header block: one lower-cased copy to find fields in, decoded when asked for.

Everything is an offset into the block. The block of a message whose line ends are bare CR is read through a copy with
LF in their place, so that offsets stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgcore.base.octets import Limits
from msgcore.codecs.mime.tolerated import Findings
from msgcore.codecs.mime.words import decode_words, header_text

__all__ = ["HeaderBlock", "RawField"]

# One logical line: a field's name if it has one, then all up to the line end that no white space follows.
_LINE = re.compile(rb"(?:([!-9;-~]++)[ \t]*+:)?([^\n]*+(?:\n[ \t][^\n]*+)*+\n?)")


class RawField(NamedTuple):
    """One field: its name in lower case (empty: a line that is no field), where it starts, its value and its end."""

    name: bytes
    start: int
    value_start: int
    end: int


class HeaderBlock:
    """The fields of one entity. ``offset`` is where the block starts in the message."""

    __slots__ = ("_fields", "_findings", "_index", "_is_plain", "_limits", "_lowered", "octets", "offset")

    def __init__(self, octets: bytes, offset: int, limits: Limits, findings: Findings) -> None:
        self.octets = octets
        self.offset = offset
        self._limits = limits
        self._findings = findings
        self._lowered: bytes | None = None
        self._is_plain = False
        self._fields: tuple[RawField, ...] | None = None
        self._index: dict[bytes, list[RawField]] | None = None

    def raw(self, name: bytes) -> bytes | None:
        """Give the value of the first field called ``name`` (in lower case), as it stands there, or ``None``."""
        return next(self._values(name), None)

    def raw_all(self, name: bytes) -> list[bytes]:
        """Give the value of every field called ``name``, in order."""
        return list(self._values(name))

    def _values(self, name: bytes) -> Iterator[bytes]:
        lowered = self._lowered
        if lowered is None:
            lowered = self._lowered = b"\n" + self.octets.lower()
            # White space before a colon is rare (RFC 5322 section 4.5); then the whole block is read.
            self._is_plain = b" :" not in lowered and b"\t:" not in lowered
        if not self._is_plain:
            yield from (self.value(field) for field in self.index().get(name, ()))
            return
        mark = b"\n%b:" % name
        at = lowered.find(mark)
        while at >= 0:
            start = at + len(name) + 1
            end = self._end_of_value(start)
            yield self.octets[start:end]
            at = lowered.find(mark, end)

    def text(self, name: bytes) -> str | None:
        """Give the first field's value unfolded and decoded, or ``None``."""
        raw = self.raw(name)
        return None if raw is None else self.decoded(raw)

    def decoded(self, raw: bytes) -> str:
        note = self._findings.at(self.offset)
        return decode_words(header_text(raw, note), note, self._limits.encoded_words)

    def fields(self) -> tuple[RawField, ...]:
        """Give every line in order, those that are no fields, too; past the limit of fields none."""
        if self._fields is None:
            self._fields = tuple(self.each_field())
        return self._fields

    def index(self) -> dict[bytes, list[RawField]]:
        if self._index is None:
            index: dict[bytes, list[RawField]] = {}
            for field in self.fields():
                index.setdefault(field.name, []).append(field)
            index.pop(b"", None)
            self._index = index
        return self._index

    def value(self, field: RawField) -> bytes:
        return self.octets[field.value_start : field.end]

    def name(self, field: RawField) -> str:
        """Give the name as written."""
        return self.octets[field.start : field.start + len(field.name)].decode("ascii")

    def each_field(self) -> Iterator[RawField]:
        """Give what :meth:`fields` does, one after the other, and keep nothing."""
        most = self._limits.header_fields
        position, size, count = 0, len(self.octets), 0
        while position < size:
            if count >= most:
                self._findings.add(self.offset + position, "limit-header-fields", f"more than {most} header fields")
                return
            line = _LINE.match(self.octets, position)
            assert line is not None
            yield RawField((line[1] or b"").lower(), position, line.start(2), line.end())
            position = line.end()
            count += 1

    def _end_of_value(self, start: int) -> int:
        octets = self.octets
        end = octets.find(b"\n", start)
        while end >= 0 and octets[end + 1 : end + 2] in (b" ", b"\t"):
            end = octets.find(b"\n", end + 1)
        return len(octets) if end < 0 else end + 1
