"""Sets of message numbers and unique ids (RFC 9051 section 9, ``sequence-set``): ranges, which stay ranges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import attrs

from msgcore.errors import ProtocolBroken, UsageError

__all__ = ["MAX_UID", "UidSet"]

MAX_UID = 2**32 - 1

_MOST_RANGES = 1_000_000
_SET = re.compile(rb"\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*")


@attrs.frozen
class UidSet:
    """Numbers as ranges, ends included, in the order in which they were written; a set may be of any size.

    Two sets that correspond, as those of COPYUID do (RFC 4315 section 3), do so in this order.

    Raises:
        UsageError: a number is not one of 1 to :data:`MAX_UID`.
    """

    ranges: tuple[tuple[int, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        for first, last in self.ranges:
            if not 0 < first <= last <= MAX_UID:
                raise UsageError(f"{first}:{last} is no range of numbers from 1 to {MAX_UID}")

    @classmethod
    def of(cls, numbers: Iterable[int]) -> UidSet:
        """Make a set of numbers, rising."""
        ordered = sorted(set(numbers))
        if not ordered:
            return cls()
        breaks = [(one, other) for one, other in pairwise(ordered) if other != one + 1]
        starts = [ordered[0], *(after for _, after in breaks)]
        ends = [*(before for before, _ in breaks), ordered[-1]]
        return cls(tuple(zip(starts, ends, strict=True)))

    @classmethod
    def union(cls, *sets: UidSet) -> UidSet:
        """Put sets together: rising, and each number once."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted(pair for one in sets for pair in one.ranges):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = joined[-1][0], max(joined[-1][1], last)
            else:
                joined.append((first, last))
        return cls(tuple(joined))

    def without(self, other: UidSet) -> UidSet:
        """Leave out the numbers of another set; what is left is rising."""
        gone = UidSet.union(other).ranges
        left: list[tuple[int, int]] = []
        place = 0
        for first, last in UidSet.union(self).ranges:
            at = first
            while at <= last:
                while place < len(gone) and gone[place][1] < at:
                    place += 1
                start, end = gone[place] if place < len(gone) else (MAX_UID + 1, MAX_UID + 1)
                if at < start:
                    left.append((at, min(last, start - 1)))
                at = end + 1
        return UidSet(tuple(left))

    def between(self, start: int, stop: int) -> UidSet:
        """Give the numbers at these places, from 0, the last of which is left out."""
        found: list[tuple[int, int]] = []
        for first, last in self.ranges:
            count = last - first + 1
            low, high = max(0, start), min(count, stop)
            if low < high:
                found.append((first + low, first + high - 1))
            start, stop = start - count, stop - count
        return UidSet(tuple(found))

    @classmethod
    def parse(cls, octets: bytes) -> UidSet:
        """Read ``1:3,7``; a range may be written either way round.

        Raises:
            ProtocolBroken: this is no set of numbers.
        """
        if not _SET.fullmatch(octets):
            raise ProtocolBroken.remote(f"{octets[:40]!r} is no set of numbers")
        if octets.count(b",") >= _MOST_RANGES:
            raise ProtocolBroken.remote(f"a set of more than {_MOST_RANGES} ranges")
        ranges: list[tuple[int, int]] = []
        for part in octets.split(b","):
            first, _, last = part.partition(b":")
            low, high = sorted((int(first), int(last or first)))
            if not 0 < low <= high <= MAX_UID:
                raise ProtocolBroken.remote(f"{part!r} is out of bounds")
            ranges.append((low, high))
        return cls(tuple(ranges))

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and any(first <= number <= last for first, last in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __bytes__(self) -> bytes:
        return b",".join(b"%d" % one if one == other else b"%d:%d" % (one, other) for one, other in self.ranges)

    def split(self, max_octets: int) -> Sequence[UidSet]:
        """Give sets that are written with so many octets at most, in order: a server's command line has an end."""
        found: list[UidSet] = []
        start = octets = 0
        for place, one in enumerate(self.ranges):
            more = len(bytes(UidSet((one,)))) + 1
            if octets + more > max_octets and place > start:
                found.append(UidSet(self.ranges[start:place]))
                start, octets = place, 0
            octets += more
        return [*found, UidSet(self.ranges[start:])] if self.ranges else []
