"""A header block: fields by name, decoded when asked for.

A block whose lines have the usual length is read in one pass, which keeps its fields. One with very many or very short
lines is searched for each name instead, so that what is kept stays in proportion to the octets. The block of a message
whose line ends are bare CR is read through a copy with LF in their place, so that offsets stay the same.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import repeat
from typing import NamedTuple

from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.mime.syntax.parameters import NOTHING, Parameterised, parse_parameters
from msgcore.codecs.mime.syntax.tolerated import Note, ignore
from msgcore.codecs.mime.syntax.words import clean, decode_words, header_text, unfold_all
from msgcore.model.headers import Header

__all__ = ["LONGEST_SHARED", "HeaderBlock", "RawField", "shared_header_block"]

# One logical line: a field's name if it has one, then all up to the line end that no white space follows.
_LINE = re.compile(rb"(?:([!-9;-~]++)[ \t]*+:)?([^\n]*+(?:\n[ \t][^\n]*+)*+\n?)")
# The same for all lines at once, which is faster where one that is no field gives nothing.
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+\n?+)|(?!\Z)[^\n]*+(?:\n[ \t][^\n]*+)*+\n?+")
_NO_WHITE_SPACE = b"\0\v\f\x1c\x1d\x1e\x1f"  # NUL, and what Python takes for white space
_new = tuple[str, str].__new__  # half the time of a named tuple's own
_TOKEN = re.compile(rb"[\s;\"']*([^\s;\"'()]*)")
_SHORTEST_LINES = 32
_ALWAYS_KEPT = 256
_LARGE = 65_536


class RawField(NamedTuple):
    """One field: its name in lower case (empty: a line that is no field), where it starts, its value and its end."""

    name: bytes
    start: int
    value_start: int
    end: int


class HeaderBlock:
    """The fields of one entity; ``note`` takes what decoding them tolerates.

    Of a block that ``is_kept``, the fields were read at once; ``has_junk`` says that some line of it is no field.
    """

    __slots__ = (
        "_disposition",
        "_index",
        "_limits",
        "_lowered",
        "_pairs",
        "_repeated",
        "_transfer_encoding",
        "_type",
        "has_junk",
        "is_kept",
        "note",
        "octets",
    )

    def __init__(self, octets: bytes, limits: Limits = USUAL_LIMITS, note: Note = ignore) -> None:
        self.octets = octets
        self.note = note
        self._limits = limits
        self._lowered: bytes | None = None
        self._type: Parameterised | None = None
        self._disposition: Parameterised | None = None
        self._transfer_encoding: str | None = None
        self._index: dict[bytes, bytes] | None = None
        self.has_junk = self.is_kept = False
        if len(octets) <= _LARGE or self._is_dense(octets.count(b"\n")):
            pairs: list[tuple[bytes, bytes]] = _FIELD.findall(octets)
            if self._is_dense(len(pairs)):
                self._keep(pairs)

    def _keep(self, pairs: list[tuple[bytes, bytes]]) -> None:
        index: dict[bytes, bytes] = {}
        repeated: set[bytes] = set()
        for written, value in pairs:
            name = written.lower()
            if name in index:
                repeated.add(name)
            else:
                index[name] = value
        self.is_kept, self.has_junk = True, b"" in index
        self._pairs, self._index, self._repeated = pairs, index, repeated

    def _is_dense(self, lines: int) -> bool:
        """Say whether so many lines may be kept."""
        return lines * _SHORTEST_LINES <= len(self.octets) + _ALWAYS_KEPT and lines <= self._limits.header_fields

    # Fields that say what the body is

    @property
    def content_type(self) -> Parameterised:
        """The Content-Type as it stands; :data:`NOTHING` when there is none."""
        if self._type is None:
            self._type = self._parameterised(b"content-type")
        return self._type

    @property
    def disposition(self) -> Parameterised:
        """The Content-Disposition; :data:`NOTHING` when there is none."""
        if self._disposition is None:
            self._disposition = self._parameterised(b"content-disposition")
        return self._disposition

    @property
    def transfer_encoding(self) -> str:
        """The Content-Transfer-Encoding in lower case; empty when there is none."""
        known = self._transfer_encoding
        if known is None:
            raw = self.raw(b"content-transfer-encoding")
            found = None if raw is None else _TOKEN.match(raw)
            known = self._transfer_encoding = "" if found is None else found[1].decode("latin-1").lower()
        return known

    def _parameterised(self, name: bytes) -> Parameterised:
        raw = self.raw(name)
        return NOTHING if raw is None else parse_parameters(raw, self.note, self._limits.parameters)

    # Any field

    def raw(self, name: bytes) -> bytes | None:
        """Give the value of the first field called ``name`` (in lower case), as it stands there, or ``None``."""
        index = self._index
        return next(self._values(name), None) if index is None else index.get(name)

    def raw_all(self, name: bytes) -> list[bytes]:
        """Give the value of every field called ``name``, in order."""
        index = self._index
        if index is None or not self.is_kept:
            return list(self._values(name))
        if name in self._repeated:
            return [value for written, value in self._pairs if written.lower() == name]
        return [index[name]] if name in index else []

    def _values(self, name: bytes) -> Iterator[bytes]:
        """Search the block for a name."""
        if self._lowered is None:
            self._lowered = b"\n" + self.octets.lower()
        lowered = self._lowered
        # White space before a colon is rare (RFC 5322 section 4.5); then the whole block is read.
        if b" :" in lowered or b"\t:" in lowered:
            yield from (self.value(field) for field in self.each_field() if field.name == name)
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
        text = header_text(raw, self.note)
        return self._with_words(text) if "=?" in text else text

    def _with_words(self, text: str) -> str:
        return decode_words(text, self.note, self._limits.encoded_words)

    def names(self) -> list[bytes]:
        """Give the name of each field in lower case, once, in order; past the limit of fields none."""
        if self._index is None:
            # Whoever asks for the names asks for their values next.
            self._index = {}
            for field in self.each_field():
                self._index.setdefault(field.name, self.value(field))
        return [name for name in self._index if name]

    def headers(self) -> list[Header]:
        """Give each field with its decoded value, in order; past the limit of fields none."""
        pairs = self._pairs if self.is_kept else [(self.name(one), self.value(one)) for one in self.each_field()]
        if self.has_junk or not self.is_kept:
            pairs = [pair for pair in pairs if pair[0]]
        if not pairs or not self.octets.isascii() or any(map(self.octets.__contains__, _NO_WHITE_SPACE)):
            return [Header(name.decode(), self.decoded(raw)) for name, raw in pairs]
        names, values = zip(*pairs, strict=True)
        texts = [self._with_words(clean(one)) if "?" in one or "\r" in one else one for one in unfold_all(values)]
        return list(map(_new, repeat(Header), zip(map(bytes.decode, names), texts, strict=True)))

    def value(self, field: RawField) -> bytes:
        return self.octets[field.value_start : field.end]

    def name(self, field: RawField) -> bytes:
        """Give the name as written."""
        return self.octets[field.start : field.start + len(field.name)]

    def each_field(self) -> Iterator[RawField]:
        """Give every line in order with its place, those that are no fields, too; past the limit of fields none."""
        most = self._limits.header_fields
        position, size, count = 0, len(self.octets), 0
        while position < size:
            if count >= most:
                self.note("limit-header-fields", f"more than {most} header fields")
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


LONGEST_SHARED = 256
shared_header_block = functools.lru_cache(maxsize=512)(HeaderBlock)
"""Reads a block whose findings nobody wants. The headers of parts are short, most of them the same few: read once."""
