"""Cut what a server says into responses (RFC 9051 sections 2.2 and 4.3): lines, and the literals between them.

A frame is all lines of one response and the literals that stand between these. Octets are fed in any pieces, which are
searched once and copied once: a line that spans pieces is joined when its end has arrived, a literal when all of it
has.
"""

from __future__ import annotations

import re

import attrs

from msgcore.errors import ProtocolBroken
from msgcore.wire.imap.limits import ReaderLimits

__all__ = ["Frame", "Framer"]

_STATUS = re.compile(rb"\*[ \t]*(?:\[|(?:OK|NO|BAD|BYE|PREAUTH)(?![^ \t\[]))", re.IGNORECASE)
_FETCH = re.compile(rb"\*[ \t]*\d+[ \t]+FETCH", re.IGNORECASE)
_LITERAL = re.compile(rb"~?\{[ \t]*(\d+)[ \t]*[+-]?[ \t]*\}[ \t]*\Z")
_SECTION = re.compile(rb"(?:(?:BODY|BINARY)\[[^\[\]]*+\](?:<\d+>)?|RFC822(?:\.HEADER|\.TEXT)?)[ \t]*\Z", re.IGNORECASE)
_QUOTED = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+|(?!))*+(?:"|\Z)', re.DOTALL)
_LONGEST_LITERAL = 128
"""Octets at the end of a line among which the length of a literal is looked for."""


@attrs.frozen
class Frame:
    """The lines of a response without their ends, and the literals that stand between them: one less than lines.

    The lengths of the literals are taken off the lines.
    """

    lines: list[bytes]
    literals: list[bytes]


@attrs.frozen
class Piece:
    """A part of the literal that is streamed."""

    octets: bytes
    is_last: bool


class Framer:
    """Gives frames of what it is fed, whatever way that is cut."""

    def __init__(self, limits: ReaderLimits) -> None:
        self._limits = limits
        self.data: bytes = b""
        """What has been joined; what is not used yet begins at ``place``."""
        self.place: int = 0
        self.is_streaming = False
        self._chunks: list[bytes] = []
        self._chunk_octets = 0
        self._searched = -1
        # Of the chunks, how many are known to end no line; -1 when not even ``data`` is.
        self._lines: list[bytes] = []
        self._literals: list[bytes] = []
        self._octets = 0
        self._awaited = -1
        self._is_streamed = False
        self._depth = 0

    def begins_response(self) -> bool:
        """Say whether a response begins at ``place`` that may be taken from ``data``: by moving ``place`` behind it.

        Raises:
            ProtocolBroken: its line is too long.
        """
        return not (self._lines or self.is_streaming) and (self._searched < 0 or self._join_line())

    @property
    def unused_octets(self) -> int:
        return len(self.data) - self.place + self._chunk_octets + self._octets

    def feed(self, octets: bytes) -> None:
        if self.place == len(self.data) and not self._chunks:
            self.data, self.place, self._searched = octets, 0, -1
        else:
            self._chunks.append(octets)
            self._chunk_octets += len(octets)

    def next(self) -> Frame | Piece | None:
        """Give the next response, or a piece of the literal that is streamed, or ``None``: more octets are needed.

        Raises:
            ProtocolBroken: a limit is passed, or a literal has no length.
        """
        while True:
            if self._awaited >= 0:
                if self._is_streamed:
                    return self._take_piece()
                literal = self._take(self._awaited)
                if literal is None:
                    return None
                self._end_literal(literal)
            line = self._take_line()
            if line is None:
                return None
            if self._goes_on(line):
                continue
            if self._lines:
                frame = Frame(self._lines, self._literals)
                self._lines, self._literals, self._octets, self._depth = [], [], 0, 0
                return frame

    def _goes_on(self, line: bytes) -> bool:
        """Add a line to the frame; say whether more of the response follows."""
        if not self._lines:
            line = line.lstrip(b"\0")
            if not line.strip():
                return False  # Between responses blank lines say nothing: the frame stays empty.
            may_go_on = line.startswith(b"*") and not _STATUS.match(line)
        else:
            may_go_on = True
            if not line.strip() and self._depth > 0:
                return True  # A blank line behind a literal, where the parentheses say that more must come.
        if not may_go_on or not line.endswith((b"}", b" ", b"\t")):
            self._add(line)
            return False
        found = _LITERAL.search(line, max(0, len(line) - _LONGEST_LITERAL))
        if found is None:
            if line.rstrip().endswith(b"}") and _FETCH.match([*self._lines, line][0]):
                # What follows is of a letter, and must not be read as responses.
                raise ProtocolBroken.remote(f"{line[-40:]!r} ends with a literal of no length")
            self._add(line)
            return False
        self._await_literal(line[: found.start()], found[1])
        return True

    def _add(self, line: bytes) -> None:
        self._lines.append(line)
        self._octets += len(line)
        if self._octets > self._limits.max_response_octets:
            raise self._response_too_long()

    def _response_too_long(self) -> ProtocolBroken:
        return ProtocolBroken.remote(f"a response of more than {self._limits.max_response_octets} octets")

    def _await_literal(self, line: bytes, digits: bytes) -> None:
        self._add(line)
        if len(self._literals) >= self._limits.max_literals:
            raise ProtocolBroken.remote(f"a response with more than {self._limits.max_literals} literals")
        bare = _QUOTED.sub(b"", line)
        self._depth += bare.count(b"(") - bare.count(b")")
        self._is_streamed = self.is_streaming and bool(_FETCH.match(self._lines[0])) and bool(_SECTION.search(line))
        limit = 2**63 if self._is_streamed else self._limits.max_literal_octets
        length = int(digits) if len(digits) < 20 else limit + 1
        if length > limit:
            raise ProtocolBroken.remote(f"a literal of more than {limit} octets")
        if not self._is_streamed and self._octets + length > self._limits.max_response_octets:
            raise self._response_too_long()
        self._awaited = length

    def _end_literal(self, literal: bytes) -> None:
        self._literals.append(literal)
        self._octets += len(literal)
        self._awaited = -1

    def _take_line(self) -> bytes | None:
        """Take a line off, without its end: LF, or CR LF."""
        end = self.data.find(b"\n", self.place) if self._searched < 0 else -1
        if end < 0:
            if not self._join_line():
                return None
            end = self.data.index(b"\n")
        start, self.place = self.place, end + 1
        if end - start > self._limits.max_line_octets:
            raise self._line_too_long()
        return self.data[start : end - 1 if end > start and self.data[end - 1] == 13 else end]

    def _join_line(self) -> bool:
        """Join chunks up to the first that ends a line; say whether one does."""
        for number in range(max(self._searched, 0), len(self._chunks)):
            if b"\n" in self._chunks[number]:
                taken = self._chunks[: number + 1]
                del self._chunks[: number + 1]
                self._chunk_octets -= sum(map(len, taken))
                self.data, self.place, self._searched = b"".join([self.data[self.place :], *taken]), 0, -1
                return True
        self._searched = len(self._chunks)
        if len(self.data) - self.place + self._chunk_octets > self._limits.max_line_octets + 1:
            raise self._line_too_long()
        return False

    def _line_too_long(self) -> ProtocolBroken:
        return ProtocolBroken.remote(f"a line of more than {self._limits.max_line_octets} octets")

    def _take(self, count: int) -> bytes | None:
        """Take so many octets off; ``None`` when they have not all arrived."""
        here = len(self.data) - self.place
        if here >= count:
            start, self.place = self.place, self.place + count
            return self.data[start : self.place]
        if here + self._chunk_octets < count:
            return None
        taken = [self.data[self.place :]]
        used = 0
        while here < count:
            self.data = self._chunks[used]
            used += 1
            self._chunk_octets -= len(self.data)
            self.place = min(len(self.data), count - here)
            here += self.place
            taken.append(self.data[: self.place])
        del self._chunks[:used]
        return b"".join(taken)

    def _take_piece(self) -> Piece | None:
        if self.place == len(self.data) and self._chunks:
            self.data, self.place = self._chunks.pop(0), 0
            self._chunk_octets -= len(self.data)
        count = min(self._awaited, len(self.data) - self.place)
        if count == 0 < self._awaited:
            return None
        start, self.place = self.place, self.place + count
        self._awaited -= count
        is_last = self._awaited == 0
        if is_last:
            self._end_literal(b"")
            self.is_streaming = False
        return Piece(self.data[start : self.place], is_last)
