"""Octets that servers keep as they are, and how to get back from them to those that no server does.

IMAP carries lines that end with CRLF, and servers that keep other line ends put them right, each in its own way; none
keeps a NUL (RFC 9051 section 4.3). So what is appended has neither CR nor LF alone, nor NUL, and a :class:`Patch` says
what stood there.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import cast

import attrs

__all__ = ["Patch", "is_clean", "patch_from_octets", "with_crlf"]

_ENDS = re.compile(rb"\r\n|[\r\n\0]")
_MOST_OCTETS = 1 << 24  # of a patch that was packed


@attrs.frozen
class Patch:
    """What other octets had in places where these have CRLF or a space.

    ``runs`` say how many line ends, one after the other, were CRLF, then how many LF alone, then CRLF again, and so on.
    ``returns`` and ``nuls`` are the places of spaces that were a CR alone and a NUL. ``checksum`` (CRC-32) is that of
    what comes out.
    """

    checksum: int
    runs: tuple[int, ...]
    returns: tuple[int, ...]
    nuls: tuple[int, ...]

    def __bytes__(self) -> bytes:
        fields = [self.checksum, self.runs, _gaps(self.returns), _gaps(self.nuls)]
        return zlib.compress(json.dumps(fields, separators=(",", ":")).encode())

    @property
    def shorter_octets(self) -> int:
        """By how many octets what comes out is shorter."""
        return sum(self.runs[1::2])

    def undo(self, octets: bytes) -> bytes | None:
        """Give what the octets were before; ``None`` when they are others than those that this was made for."""
        text = bytearray(octets)
        for places, old in ((self.returns, 0x0D), (self.nuls, 0x00)):
            for place in places:
                if not 0 <= place < len(text):
                    return None
                text[place] = old
        lines = bytes(text).split(b"\r\n")
        if sum(self.runs) != len(lines) - 1:
            return None
        found = _joined(lines, self.runs)
        return found if zlib.crc32(found) == self.checksum else None


def is_clean(octets: bytes) -> bool:
    """Say whether every line ends with CRLF, no CR or LF stands alone, and there is no NUL."""
    pairs = octets.count(b"\r\n")
    return octets.count(b"\r") == pairs == octets.count(b"\n") and b"\0" not in octets


def with_crlf(octets: bytes) -> tuple[bytes, Patch | None]:
    """Give octets that servers keep, and how to get back from them; ``None``: they are the same."""
    if is_clean(octets):
        return octets, None
    parts: list[bytes] = []
    runs, returns, nuls = [0], list[int](), list[int]()
    start = longer = 0
    for found in _ENDS.finditer(octets):
        at, end = found.span()
        parts.append(octets[start:at])
        start = end
        match octets[at:end]:
            case b"\r":
                returns.append(at + longer)
                parts.append(b" ")
            case b"\0":
                nuls.append(at + longer)
                parts.append(b" ")
            case line_end:
                is_pair = line_end == b"\r\n"
                longer += 0 if is_pair else 1
                parts.append(b"\r\n")
                _count(runs, is_pair)
    parts.append(octets[start:])
    return b"".join(parts), Patch(zlib.crc32(octets), tuple(runs), tuple(returns), tuple(nuls))


def patch_from_octets(packed: bytes) -> Patch:
    """Read what a patch was written as.

    Raises:
        ValueError: it is damaged, or too large.
    """
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, _MOST_OCTETS)
        checksum, runs, returns, nuls = json.loads(text)
        return Patch(int(checksum), _numbers(runs), _places(_numbers(returns)), _places(_numbers(nuls)))
    except (zlib.error, TypeError, RecursionError) as error:
        raise ValueError(f"no patch: {error}") from error


def _count(runs: list[int], is_pair: bool) -> None:
    # Runs of pairs are the first, the third, and so on.
    if is_pair is (len(runs) % 2 == 0):
        runs.append(0)
    runs[-1] += 1


def _joined(lines: Sequence[bytes], runs: Sequence[int]) -> bytes:
    parts: list[bytes] = []
    start = 0
    for place, count in enumerate(runs):
        line_end = b"\n" if place % 2 else b"\r\n"
        parts.append(line_end.join([*lines[start : start + count], b""]))
        start += count
    return b"".join([*parts, lines[start]])


def _gaps(places: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *places])]


def _places(gaps: Sequence[int]) -> tuple[int, ...]:
    return tuple(accumulate(gaps))


def _numbers(given: object) -> tuple[int, ...]:
    numbers = tuple(cast("list[object]", given)) if isinstance(given, list) else (None,)
    if not all(type(one) is int and one >= 0 for one in numbers):
        raise ValueError("no patch: need numbers")
    return cast("tuple[int, ...]", numbers)
