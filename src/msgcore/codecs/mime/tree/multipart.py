"""Where the parts of a multipart stand (RFC 2046 section 5.1), found with ``find`` for the boundary."""

from __future__ import annotations

import re

import attrs

__all__ = ["Parts", "find_parts"]

_BLANK_LINE = re.compile(rb"\n\r?\n")
_DELIMITER_END = re.compile(rb"(--)?[ \t]*+(?:\r?\n|\r|\Z)")
_USUAL_HEADER = 1_000
_LARGE = 8_192
_LF, _CR, _HYPHEN = b"\n\r-"  # as numbers, which are looked up and compared faster than octets


@attrs.define
class Parts:
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
    spans: list[tuple[int, int]] = []
    body_start, preamble_end, part, size = start, end, -1, len(delimiter)
    at = scan.find(delimiter, start, end)
    while at >= 0:
        position = at + size
        is_last = position + 2 <= end and scan[position] == _HYPHEN == scan[position + 1]
        next_line = _next_line(scan, position + 2 if is_last else position, end)
        if next_line < 0:
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


def _next_line(scan: bytes, position: int, end: int) -> int:
    """Say where the line behind a line end at ``position`` starts; -1 when there is none, or CR alone."""
    if position < end:
        if scan[position] == _LF:
            return position + 1
        if scan[position] == _CR and position + 1 < end and scan[position + 1] == _LF:
            return position + 2
    return -1


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
    if at <= start or scan[at - 1] not in b"\r\n":
        return at
    is_pair = scan[at - 1] == _LF and at - 2 >= start and scan[at - 2] == _CR
    return at - 2 if is_pair else at - 1
