"""How the lines of a body in base64 are laid out."""

from __future__ import annotations

import string
from typing import NamedTuple

__all__ = ["Base64Lines", "lines_of_base64"]

_ALPHABET = (string.ascii_letters + string.digits + "+/").encode()
_WHITE = b" \t\r\n"
_CR = 0x0D
_BLOCK_OCTETS = 65_536


class Base64Lines(NamedTuple):
    """Base64 in lines that are all alike but for the last, and the size of what they hold.

    ``line_octets`` is the length of a line without its line end, a multiple of 4; ``line_end_octets`` that of the end.
    """

    line_octets: int
    line_end_octets: int
    size_octets: int


def lines_of_base64(octets: bytes, start: int, end: int) -> Base64Lines | None:
    """Say how the lines of base64 are laid out, when any place in them can be found by counting."""
    last = octets[max(start, end - _BLOCK_OCTETS) : end].rstrip(_WHITE)
    end = max(start, end - _BLOCK_OCTETS) + len(last)
    first_end = octets.find(b"\n", start, end)
    line_end = b"" if first_end < 0 else b"\r\n" if octets[first_end - 1] == _CR else b"\n"
    width = (end if first_end < 0 else first_end + 1) - start - len(line_end)
    count = (end - start) // (width + len(line_end)) if width > 0 and width % 4 == 0 else 0
    rest = octets[start + count * (width + len(line_end)) : end] if line_end else octets[start:end]
    padding = len(rest) - len(rest.rstrip(b"="))
    if width <= 0 or width % 4 or len(rest) % 4 or len(rest) > width or padding > 2:
        return None
    if rest[: len(rest) - padding].translate(None, _ALPHABET):
        return None
    if not line_end:
        return Base64Lines(width, 0, width // 4 * 3 - padding)
    if not _are_lines(octets, start, count, width, line_end):
        return None
    return Base64Lines(width, len(line_end), (count * width + len(rest)) // 4 * 3 - padding)


def _are_lines(octets: bytes, start: int, count: int, width: int, line_end: bytes) -> bool:
    """Say whether there are ``count`` lines of base64, each as long as the others."""
    length = width + len(line_end)
    step = max(1, _BLOCK_OCTETS // length)
    for number in range(0, count, step):
        some = min(step, count - number)
        lines = octets[start + number * length : start + (number + some) * length]
        if lines.translate(None, _ALPHABET) != line_end * some:
            return False
        # Nothing but line ends is left; each stands where it should when the last octet of it does.
        if lines[length - 1 :: length] != b"\n" * some or lines[width::length] != line_end[:1] * some:
            return False
    return True
