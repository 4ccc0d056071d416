"""Chains of sectors: which sectors follow one another, and their octets in as few slices as there are runs."""

from __future__ import annotations

from array import array
from itertools import pairwise

from msgcore.codecs.compound.layout import END_OF_CHAIN
from msgcore.codecs.compound.numbers import table

__all__ = ["ChainTable"]

_FEW = 8
_MOST_ASCENDING = 1 << 19
_ascending = table([])


class ChainTable:
    """Sectors of ``1 << shift`` octets from ``first`` on, and for each the number of the next (``following``).

    A chain is followed for as many steps as there are sectors at most, and never into a sector twice.
    """

    __slots__ = ("_cut_off", "_first", "_following", "_octets", "_shift", "steps_left")

    def __init__(self, octets: bytes, first: int, shift: int, following: array[int]) -> None:
        self._octets = octets
        self._first = first
        self._shift = shift
        held = max(0, len(octets) - first + (1 << shift) - 1) >> shift
        self._following = following if len(following) <= held else following[:held]
        self._cut_off = held if (len(octets) - first) & ((1 << shift) - 1) else -1
        self.steps_left = len(self._following)
        """How many sectors may yet be given away: streams that share none never need more than there are."""

    def read(self, start: int, size_octets: int) -> tuple[bytes, str]:
        """Give ``size_octets`` of the chain from sector ``start``, or what there is and why it is not all."""
        count = (size_octets + (1 << self._shift) - 1) >> self._shift
        if self._is_one_run(start, count):
            self.steps_left -= count
            begin = self._first + (start << self._shift)
            octets = self._octets[begin : begin + size_octets]
            return octets, "" if len(octets) == size_octets else "the file ends first"
        runs, problem = self.runs(start, count)
        octets = self._joined(runs, size_octets)
        return octets, "" if len(octets) == size_octets else problem or "the chain or the file ends first"

    def read_whole(self, start: int) -> tuple[bytes, list[tuple[int, int]], str]:
        """Give all octets of a chain, its runs, and what is wrong with its end."""
        runs, problem = self.runs(start, len(self._following) + 1)
        return self._joined(runs, len(self._octets)), runs, problem

    def give_back(self) -> None:
        """Count anew what is given away: what was read until now belongs to no stream."""
        self.steps_left = len(self._following)

    def _is_one_run(self, start: int, count: int) -> bool:
        following = self._following
        end = start + count
        if end > len(following):
            return False
        if count <= _FEW:
            while count > 1:
                if following[start] != start + 1:
                    return False
                start += 1
                count -= 1
            return True
        return end <= _MOST_ASCENDING and following[start : end - 1] == _ascending_to(end)[start + 1 : end]

    def runs(self, start: int, count: int) -> tuple[list[tuple[int, int]], str]:
        """Follow a chain for ``count`` sectors: its runs, and why it ends early ("" at its mark)."""
        following, held = self._following, len(self._following)
        runs: dict[int, int] = {}
        sector, left = start, count
        while left and sector < held and sector not in runs:
            begin, limit = sector, min(held, sector + left)
            sector += 1
            while sector < limit and following[sector - 1] == sector:
                sector += 1
            runs[begin] = sector
            left -= sector - begin
            if left:
                after = following[sector - 1]
                if sector == self._cut_off and after != END_OF_CHAIN:
                    break  # what follows would stand at the wrong place
                sector = after
        self.steps_left -= count - left
        found = list(runs.items())
        # What comes back begins the same runs again, if not at once; so far it was followed at most twice.
        if len(found) > 1 and any(end > begin for (_, end), (begin, _) in pairwise(sorted(found))):
            return _before_repeat(found)
        return found, _problem_of(sector, held) if left else ""

    def _joined(self, runs: list[tuple[int, int]], size_octets: int) -> bytes:
        """Copy the octets of runs once, up to a size."""
        first, shift, view = self._first, self._shift, memoryview(self._octets)
        pieces = [view[first + (begin << shift) : first + (end << shift)] for begin, end in runs]
        if pieces:
            last = len(pieces) - 1
            before = sum(end - begin for begin, end in runs[:last]) << shift
            pieces[last] = pieces[last][: max(0, size_octets - before)]
        return b"".join(pieces)


def _problem_of(sector: int, held: int) -> str:
    if sector == END_OF_CHAIN:
        return ""
    return f"the chain goes on at sector {sector} of {held}" if sector >= held else f"the chain comes back to {sector}"


def _before_repeat(runs: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], str]:
    """Keep what stands before the first sector that is met again."""
    seen: set[int] = set()
    for number, (begin, end) in enumerate(runs):
        repeated = next((sector for sector in range(begin, end) if sector in seen), None)
        if repeated is not None:
            kept = [*runs[:number], (begin, repeated)]
            return kept, f"the chain comes back to {repeated}"
        seen.update(range(begin, end))
    return runs, ""


def _ascending_to(end: int) -> array[int]:
    """Give 0, 1, 2, … to ``end`` or farther, for runs to be compared with in one step; it is kept (at most 2 MB)."""
    global _ascending  # noqa: PLW0603  # replaced as a whole, so that threads see one or the other
    known = _ascending
    if len(known) < end:
        known = _ascending = table(range(min(_MOST_ASCENDING, 2 * end)))
    return known
