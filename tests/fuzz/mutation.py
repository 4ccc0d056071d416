"""Changing octets by chance, so that much of what they were stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

__all__ = ["mutated"]

_MOST_OCTETS = 300_000
_WORD = re.compile(rb"\w+|[^\w\s]+|\s+")
_DIGITS = re.compile(rb"\d+")
_ODD = (
    *(b"\0", b"\xff", b"\r", b"\n", b"\r\n", b" ", b"\t", b"=", b'"', b"\\", b"(", b")", b"<", b">", b"[", b"]"),
    *(b"{", b"}", b"%", b"%00", b"&", b"*", b"~", b";", b":", b",", b".", b"@", b"-", b"+", b"/", b"?", b"'"),
    *(b"\xc3\xa9", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\xc2\xb2", b"\xd9\xa3"),
    *(b"NIL", b"nan", b"inf", b"1e999", b"0x", b"-1", b"=?utf-8?b?", b"?=", b"{9}\r\n", b"\r\n.\r\n", b"--"),
)
_NUMBERS = (
    *(0, 1, -1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63, 2**64),
    10**20,
)
_Change = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutated(octets: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change octets in one to four ways; ``others`` are seeds to take pieces from."""
    for _ in range(chance.choice((1, 1, 2, 3, 4))):
        octets = chance.choice(_CHANGES)(octets, chance, others)
    return octets[:_MOST_OCTETS]


def _span(octets: bytes, chance: Random) -> tuple[int, int]:
    """Draw where a piece lies: words as a rule, as changes within them are seldom understood."""
    if chance.random() < 0.5 and (words := list(_WORD.finditer(octets, *_window(octets, chance)))):
        first = chance.randrange(len(words))
        last = min(len(words) - 1, first + chance.choice((0, 0, 0, 1, 3, 9)))
        return words[first].start(), words[last].end()
    start = chance.randint(0, len(octets))
    return start, min(len(octets), start + chance.choice((1, 1, 2, 4, 8, 32, 200)))


def _window(octets: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randint(0, max(0, len(octets) - 500))
    return start, start + 500


def _flipped(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    if not octets:
        return octets
    at = chance.randrange(len(octets))
    return octets[:at] + bytes((octets[at] ^ 1 << chance.randrange(8),)) + octets[at + 1 :]


def _replaced(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(octets, chance)
    return octets[:start] + chance.choice(_ODD) + octets[end:]


def _inserted(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, _end = _span(octets, chance)
    return octets[:start] + chance.choice(_ODD) + octets[start:]


def _lost(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(octets, chance)
    return octets[:start] + octets[end:]


def _cut(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    return octets[: chance.randint(0, len(octets))]


def _repeated(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(octets, chance)
    times = chance.choice((1, 1, 2, 5, 20, 200, 5_000, 50_000))
    return octets[:end] + (octets[start:end] * times)[:_MOST_OCTETS] + octets[end:]


def _moved(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(octets, chance)
    rest = octets[:start] + octets[end:]
    at = chance.randint(0, len(rest))
    return rest[:at] + octets[start:end] + rest[at:]


def _mixed(octets: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = _span(other, chance)
    at, to = _span(octets, chance)
    return octets[:at] + other[start:end] + octets[to:]


def _numbered(octets: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Put another number in the place of one: written in digits where there are some, else in binary."""
    number = chance.choice(_NUMBERS)
    digits = list(_DIGITS.finditer(octets, *_window(octets, chance)))
    if digits and chance.random() < 0.7:
        found = chance.choice(digits)
        written = b"%d" % number + b"0" * chance.choice((0, 0, 0, 0, 300, 5_000))
        return octets[: found.start()] + written + octets[found.end() :]
    width = chance.choice((1, 2, 4, 8))
    at = chance.randint(0, max(0, len(octets) - width))
    return octets[:at] + (number % (1 << 8 * width)).to_bytes(width, "little") + octets[at + width :]


_CHANGES: Sequence[_Change] = (
    *(_flipped, _flipped, _replaced, _replaced, _inserted, _inserted, _lost, _lost, _cut, _repeated, _moved, _mixed),
    *(_mixed, _numbered, _numbered),
)
