"""A header block: fields by name, decoded when asked for.

A block whose lines have the usual length is read in one pass, which keeps its fields. One with very many or very short
lines is searched for each name instead, so that what is kept stays in proportion to the octets. The block of a message
whose line ends are bare CR is read through a copy with LF in their place, so that offsets stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import NamedTuple

from msgcore.base.memo import Memo
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.mime.syntax.parameters import NOTHING, Parameterised, parse_parameters
from msgcore.codecs.mime.syntax.tolerated import Note, ignore
from msgcore.codecs.mime.syntax.words import decode_words, has_folded_word, header_text
from msgcore.model.headers import Header

__all__ = ["LONGEST_SHARED", "SHARED_HEADER_BLOCKS", "HeaderBlock", "RawField"]

# One logical line: a field's name if it has one, then all up to the line end that no white space follows.
_LINE = re.compile(rb"(?:([!-9;-~]++)[ \t]*+:)?([^\n]*+(?:\n[ \t][^\n]*+|(?!))*+\n?)")
# Where the next one starts, with the name and what stands before the value; a line that is no field gives no name.
_START = re.compile(rb"\n(?:([!-9;-~]++)[ \t]*+:[ \t]*+|(?![ \t]|\Z))")
_BLANK = " \t\r"
_LF = 0x0A
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


def _first_values(cut: list[bytes]) -> dict[bytes, bytes]:
    """Give the values by name, from behind, so that of a name the first one counts."""
    return {name.lower(): value for name, value in zip(cut[-2::-2], cut[:0:-2])}  # noqa: B905


def _is_dense(lines: int, size_octets: int, limits: Limits) -> bool:
    """Say whether so many lines may be kept."""
    return lines * _SHORTEST_LINES <= size_octets + _ALWAYS_KEPT and lines <= limits.header_fields


def _encoding(raw: bytes) -> str:
    found = _TOKEN.match(raw)
    return "" if found is None else found[1].decode("latin-1").lower()


_LONGEST_SHARED_VALUE = 100
_encodings = Memo(_encoding, 256)


class HeaderBlock:
    """The fields of one entity; ``note`` takes what decoding them tolerates.

    Of a block that ``is_kept``, the fields were read at once; ``has_junk`` says that some line of it is no field;
    one that ``is_usual`` is kept and has no junk.
    """

    __slots__ = (
        "_cut",
        "_disposition",
        "_index",
        "_limits",
        "_lowered",
        "_lowered_names",
        "_transfer_encoding",
        "_type",
        "has_junk",
        "is_kept",
        "is_usual",
        "note",
        "octets",
    )

    _lowered: bytes | None
    _type: Parameterised | None
    _disposition: Parameterised | None
    _transfer_encoding: str | None
    _index: dict[bytes, bytes] | None

    def __init__(self, octets: bytes, limits: Limits = USUAL_LIMITS, note: Note = ignore) -> None:
        self.octets = octets
        self.note = note
        self._limits = limits
        self._lowered = self._type = self._disposition = self._transfer_encoding = self._index = None
        self._lowered_names: list[bytes] | None = None
        self.has_junk = self.is_kept = self.is_usual = False
        size = len(octets)
        if size <= _LARGE or _is_dense(octets.count(b"\n"), size, limits):
            # What is before the fields (nothing), a name (``None`` of a line that is no field), its value, and so on.
            cut: list[bytes] = _START.split(b"\n" + octets) if octets else [b""]
            if _is_dense(len(cut) // 2 + bool(cut[0]), size, limits):
                self._cut = cut
                self.is_kept = True
                try:
                    self._index = _first_values(cut)
                    self.is_usual = not cut[0]
                except AttributeError:  # there is a ``None``
                    cut[1::2] = [name or b"" for name in cut[1::2]]
                    self._index = _first_values(cut)
                self.has_junk = not self.is_usual

    # Fields that say what the body is

    @property
    def content_type(self) -> Parameterised:
        """The Content-Type as it stands; :data:`NOTHING` when there is none."""
        found = self._type
        if found is None:
            raw = self.raw(b"content-type")
            found = self._type = NOTHING if raw is None else parse_parameters(raw, self.note, self._limits.parameters)
        return found

    @property
    def disposition(self) -> Parameterised:
        """The Content-Disposition; :data:`NOTHING` when there is none."""
        found = self._disposition
        if found is None:
            raw = self.raw(b"content-disposition")
            found = NOTHING if raw is None else parse_parameters(raw, self.note, self._limits.parameters)
            self._disposition = found
        return found

    @property
    def transfer_encoding(self) -> str:
        """The Content-Transfer-Encoding in lower case; empty when there is none."""
        known = self._transfer_encoding
        if known is None:
            raw = self.raw(b"content-transfer-encoding")
            known = "" if raw is None else _encodings[raw] if len(raw) <= _LONGEST_SHARED_VALUE else _encoding(raw)
            self._transfer_encoding = known
        return known

    # Any field

    def raw(self, name: bytes) -> bytes | None:
        """Give the value of the first field called ``name`` (in lower case), or ``None``: still folded and encoded.

        White space around it may be there or not.
        """
        index = self._index
        return next(self._searched(name), None) if index is None else index.get(name)

    def raw_all(self, name: bytes) -> list[bytes]:
        """Give the value of every field called ``name``, in order."""
        index = self._index
        if index is None or not self.is_kept:
            return list(self._searched(name))
        found = index.get(name)
        if found is None:
            return []
        cut = self._cut
        again = len(cut) // 2 - len(index)
        # Nearly always it is only this field that comes again, and in this spelling.
        if again and (name == b"received" or cut[1::2].count(b"Received") != again + 1):
            names = self._kept_names()
            if names.count(name) > 1:
                return [value for one, value in zip(names, cut[2::2], strict=True) if one == name]
        return [found]

    def _kept_names(self) -> list[bytes]:
        if self._lowered_names is None:
            self._lowered_names = list(map(bytes.lower, self._cut[1::2]))
        return self._lowered_names

    def _searched(self, name: bytes) -> Iterator[bytes]:
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
        return decode_words(text, self.note, self._limits.encoded_words) if "=?" in text else text

    def names(self) -> list[bytes]:
        """Give the name of each field in lower case, once, in order; past the limit of fields none."""
        if self.is_kept:
            return list(filter(None, dict.fromkeys(self._kept_names())))
        if self._index is None:
            # Whoever asks for the names asks for their values next.
            self._index = {}
            for field in self.each_field():
                self._index.setdefault(field.name, self.value(field))
        return [name for name in self._index if name]

    def headers(self) -> list[Header]:
        """Give each field with its decoded value, in order; past the limit of fields none."""
        if self.is_usual and self._index:
            usual = self._usual_headers()
            if usual is not None:
                return usual
        pairs: Iterable[tuple[bytes, bytes]]
        if self.is_kept:
            pairs = zip(self._cut[1::2], self._cut[2::2], strict=True)
        else:
            pairs = ((self.name(one), self.value(one)) for one in self.each_field())
        return [Header(name.decode(), self.decoded(raw)) for name, raw in pairs if name]

    def _usual_headers(self) -> list[Header] | None:
        """Read fields in ASCII all at once; ``None`` where one is unusual."""
        cut = self._cut
        try:
            text = b"\0".join(cut).decode("ascii")
        except UnicodeDecodeError:
            return None
        if "\n" in text:
            text = " ".join(filter(None, [line.strip(_BLANK) for line in text.split("\n")]))
        pieces = text.split("\0")
        texts = [one.strip(_BLANK) for one in pieces[2::2]]
        if len(pieces) != len(cut) or "\r" in "".join(texts):  # which is data
            return None
        if "?" in text:  # one character is found much faster than two
            for number, one in enumerate(texts):
                if "?" in one and "=?" in one:
                    texts[number] = self._unfolded(one, cut[2 * number + 2])
        return list(map(_new, repeat(Header), zip(pieces[1::2], texts)))  # noqa: B905

    def _unfolded(self, line: str, raw: bytes) -> str:
        """Decode the words in a value that was unfolded without a look at them."""
        if _LF in raw and has_folded_word(raw):
            return self.decoded(raw)
        return decode_words(line, self.note, self._limits.encoded_words)

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
SHARED_HEADER_BLOCKS = Memo(HeaderBlock, 512)
"""Blocks whose findings nobody wants. The headers of parts are short, most of them the same few: read once."""
