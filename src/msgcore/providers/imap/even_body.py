"""Bodies whose octets are found by their place: those that are not encoded, and base64 in lines that are all alike.

What a body is, is seen from its first and last octets. Whoever decodes a range of it sees whether the lines in that are
as they looked; a body that is not is read from its beginning. (Lines that are uneven and make up for each other, before
a range that is read alone, are seen by nobody.)
"""

from __future__ import annotations

import binascii
from collections.abc import Callable

import attrs

from msgcore.codecs.mime.syntax.transfer import IDENTITIES

__all__ = ["END_OCTETS", "EvenBody", "EvenPieces", "even_body"]

END_OCTETS = 1_024
"""So much of either end is looked at."""


@attrs.frozen
class EvenBody:
    """A body of ``body_octets``, which are ``size_octets`` when they are decoded.

    Of base64, ``line_octets`` are in each line but the last one, without the line end; 0: it is not encoded.
    """

    body_octets: int
    size_octets: int
    line_octets: int = 0

    @property
    def stride(self) -> int:
        """The octets of a line with its end."""
        return self.line_octets + 2 if self.line_octets else 1

    @property
    def unit(self) -> int:
        """The octets of a line, decoded."""
        return self.line_octets // 4 * 3 or 1

    @property
    def last_line(self) -> int:
        """The number of the last line, from 0."""
        return max(0, -(-self.size_octets // self.unit) - 1)

    def lines_with(self, start: int, end: int) -> tuple[int, int]:
        """Give the first of the lines that hold these octets, and where they end as they are encoded."""
        after = -(-end // self.unit)
        return start // self.unit, self.body_octets if after > self.last_line else after * self.stride

    def decoded(self, text: bytes, line: int, *, is_end: bool) -> bytes | None:
        """Decode whole lines from number ``line`` on; ``is_end``: to the body's end. ``None``: they are not alike."""
        if not self.line_octets:
            return text
        text = text.rstrip(b"\r\n") if is_end else text
        count, rest = divmod(len(text), self.stride)
        ends = slice(self.line_octets, count * self.stride, self.stride)
        if rest > self.line_octets or text[ends] != b"\r" * count:
            return None
        size = self.size_octets - line * self.unit if is_end else count * self.unit
        try:
            found = binascii.a2b_base64(b"".join(text.split(b"\r\n")))
        except binascii.Error:
            return None
        # What is no base64 is passed over, and counts as missing.
        return found if len(found) == size else None


def even_body(body_octets: int, encoding: str, head: bytes, tail: bytes) -> EvenBody | None:
    """Say how a body can be read in ranges, by its first and last octets; ``None``: it cannot, or not for sure.

    These are its first :data:`END_OCTETS`, and all that the server gives behind all but the last :data:`END_OCTETS`: it
    may have told a size that is wrong.
    """
    tail_start = max(0, body_octets - END_OCTETS)
    if len(head) != min(body_octets, END_OCTETS) or len(tail) != body_octets - tail_start:
        return None
    if encoding in IDENTITIES:
        return EvenBody(body_octets, body_octets)
    line_octets = head.find(b"\r\n") if b"\r\n" in head else len(head)
    text = tail.rstrip(b"\r\n")
    if encoding != "base64" or not text or not line_octets or line_octets % 4:
        return None
    text_octets = tail_start + len(text)
    characters = text_octets - text_octets // (line_octets + 2) * 2
    size = characters // 4 * 3 - (len(text) - len(text.rstrip(b"=")))
    body = EvenBody(body_octets, size, line_octets)
    return body if characters % 4 == 0 and size > 0 and _looks_even(body, head, tail) else None


def _looks_even(body: EvenBody, head: bytes, tail: bytes) -> bool:
    """See whether the whole lines at both ends are as they should be."""
    tail_start = body.body_octets - len(tail)
    line = -(-tail_start // body.stride)
    if line > body.last_line:
        return False
    count = min(len(head) // body.stride, body.last_line)
    first = body.decoded(head[: count * body.stride], 0, is_end=False)
    return first is not None and body.decoded(tail[line * body.stride - tail_start :], line, is_end=True) is not None


class EvenPieces:
    """Octets of an even body from a line on as they come, which are given to ``write`` decoded, with their place.

    ``is_uneven``: the lines are not as they looked; what was written is right.
    """

    def __init__(self, body: EvenBody, line: int, write: Callable[[int, bytes], object]) -> None:
        self._body = body
        self._line = line
        self._write = write
        self._rest = b""
        self.place = line * body.stride
        self.is_uneven = False

    def take(self, octets: bytes) -> None:
        self.place += len(octets)
        if self.is_uneven:
            return
        body = self._body
        text = self._rest + octets
        # The last line may be another, and has an end of its own.
        is_end = self.place >= body.body_octets
        count = max(0, min(len(text) // body.stride, body.last_line - self._line))
        cut = len(text) if is_end else count * body.stride
        self._rest = text[cut:]
        if not cut:
            return
        found = body.decoded(text[:cut], self._line, is_end=is_end)
        if found is None:
            self.is_uneven = True
        else:
            self._write(self._line * body.unit, found)
            self._line += count
