"""Where the parts of a multipart stand (RFC 2046 section 5.1), found with ``find`` for the boundary."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Parts", "find_parts"]

_BLANK_LINE = re.compile(rb"\n\r?\n")
_DELIMITER_END = re.compile(rb"(--)?[ \t]*+(?:\r?\n|\r|\Z)")
_USUAL_HEADER = 1_000
_SMALL, _LARGE = 65_536, 8_192
_CR = 0x0D


class Parts(NamedTuple):
    """The start and end of each part, the end of the preamble, and the start of what follows the last part.

    ``problem`` is an offset, a rule and a text, when the multipart is not closed as it should be.
    """

    spans: list[tuple[int, int]]
    preamble_end: int
    epilogue_start: int
    problem: tuple[int, str, str] | None = None

    @property
    def is_closed(self) -> bool:
        return self.problem is None


def find_parts(scan: bytes, start: int, end: int, delimiter: bytes, most: int) -> Parts:
    """Find the parts between ``start`` and ``end``, at most ``most`` of them. ``delimiter`` is two hyphens and more.

    Any of CRLF, LF and CR ends a line. The last part goes to the end when nothing closes it.
    """
    if end - start <= _SMALL:
        usual = _usual_parts(scan[start:end].split(delimiter), start, len(delimiter), most)
        if usual is not None:
            return usual
    spans: list[tuple[int, int]] = []
    body_start, preamble_end, part, size = start, end, -1, len(delimiter)
    at = scan.find(delimiter, start, end)
    while at >= 0:
        position = at + size
        is_last, next_line = False, position + 2
        if not scan.startswith(b"\r\n", position, end):
            found = _DELIMITER_END.match(scan, position, end)
            is_last, next_line = (False, -1) if found is None else (found[1] is not None, found.end())
        if next_line >= 0 and (at == body_start or scan[at - 1] in b"\r\n"):
            if part < 0 and is_last:
                break
            if part < 0:
                preamble_end = at
            else:
                spans.append((part, _before_line_end(scan, part, at)))
                if is_last:
                    return Parts(spans, preamble_end, position + 2)
            if len(spans) >= most:
                return Parts(spans, preamble_end, at, (at, "limit-parts", f"more than {most} parts are left"))
            part = position = next_line
            if end - position > _LARGE:
                position = _past_header(scan, position, end, delimiter)
        at = scan.find(delimiter, position, end)
    if part < 0:
        return Parts([], end, end, (start, "boundary-not-found", "the boundary does not occur"))
    if part < end:
        spans.append((part, end))
    return Parts(spans, preamble_end, end, (start, "boundary-unterminated", "the last boundary is missing"))


def _usual_parts(pieces: list[bytes], start: int, size: int, most: int) -> Parts | None:
    """Read what stands before, between and behind the delimiters of that ``size``; ``None`` where it is unusual.

    As a rule each stands on a line of its own, all lines end alike, and the last delimiter closes the multipart.
    """
    before, behind = pieces[0], pieces[-1]
    if not 2 < len(pieces) <= most + 2 or (before and before[-1] not in b"\r\n"):
        return None
    line_end = b"\r\n" if pieces[1].startswith(b"\r\n") else b"\n"
    if behind != b"--" and not behind.startswith(b"--" + line_end):
        return None
    width = len(line_end)
    at = preamble_end = start + len(before)
    spans: list[tuple[int, int]] = []
    for piece in pieces[1:-1]:
        at += size
        next_at = at + len(piece)
        if (
            next_at - at < 2 * width
            or not (piece.startswith(line_end) and piece.endswith(line_end))
            or (width == 1 and piece[-2] == _CR)
        ):
            return None
        spans.append((at + width, next_at - width))
        at = next_at
    return Parts(spans, preamble_end, at + size + 2)


def _past_header(scan: bytes, position: int, end: int, delimiter: bytes) -> int:
    """Step over what cannot hold ``delimiter``: a header, and behind it all up to the first hyphen.

    There is none in base64, and one octet is found many times faster than a delimiter.
    """
    blank = _BLANK_LINE.search(scan, position, min(end, position + _USUAL_HEADER))
    if blank is None or scan.find(delimiter, position, blank.end()) >= 0:
        return position
    hyphen = scan.find(b"-", blank.end(), end)
    return end if hyphen < 0 else hyphen


def _before_line_end(scan: bytes, start: int, at: int) -> int:
    """Step back over the line end before ``at``: it belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if scan.endswith(b"\r\n", start, at):
        return at - 2
    return at - 1 if at > start and scan[at - 1] in b"\r\n" else at
