"""Tables of 32-bit numbers, little-endian in the file and native in memory."""

from __future__ import annotations

import sys
from array import array

__all__ = ["numbers_of", "octets_of", "table"]

_CODE = next(code for code in "IL" if array(code).itemsize == 4)


def table(numbers: range | list[int]) -> array[int]:
    return array(_CODE, numbers)


def numbers_of(octets: bytes) -> array[int]:
    """Read a table; what is left behind the last whole number is ignored."""
    numbers = array(_CODE, octets[: len(octets) & ~3])
    return _swapped(numbers)


def octets_of(numbers: array[int]) -> bytes:
    return _swapped(numbers[:]).tobytes()


def _swapped(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
