"""What has become faster or slower between two runs, by the shares of the limit and not by seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from .results import Report, Share, is_limit, is_ours

__all__ = ["Move", "moves_between", "regressions_in"]

LEAST = 0.1
"""A move of less than a tenth is none: that much two runs of the same differ anyway."""


@attrs.frozen
class Move:
    """A case whose share of its limit is another one, by more than its rounds lie apart in either run."""

    benchmark: str
    table: str
    case: str
    column: str
    old: Share
    new: Share

    @property
    def times(self) -> float:
        """How many times as fast it is as it was."""
        return self.new.median / self.old.median

    @property
    def is_regression(self) -> bool:
        """Whether something of ours has become slower; a peer that has is none of our faults."""
        return self.times < 1 and is_ours(self.case)

    def __str__(self) -> str:
        shares = f"{self.old.median:.3g} -> {self.new.median:.3g} {self.column}"
        spread = f"rounds lay {self.old.spread:.2g} and {self.new.spread:.2g} apart"
        return f"{self.times:5.2f} x  {self.benchmark}, {self.table}, {self.case}: {shares} ({spread})"


def moves_between(old: Report, new: Report) -> list[Move]:
    """Find the cases that moved: first ours that are slower, the worst first, then what is faster, then peers.

    Raises:
        ValueError: One of them is a quick run, and the other is not.
    """
    if old.is_quick != new.is_quick:
        raise ValueError("a quick run and a full one cannot be compared: their tables are of other sizes")
    return sorted(
        (one for one in _cases(old, new) if _has_moved(one)),
        key=lambda one: (not one.is_regression, not is_ours(one.case), one.times),
    )


def regressions_in(moves: Sequence[Move]) -> list[Move]:
    return [one for one in moves if one.is_regression]


def _cases(old: Report, new: Report) -> Iterator[Move]:
    """Give every share that both runs have."""
    later = new.tables()
    for (benchmark, name), table in old.tables().items():
        if (benchmark, name) not in later:
            continue
        cells = later[benchmark, name].cells()
        for (case, column), was in table.cells().items():
            now = cells.get((case, column))
            if isinstance(was, Share) and isinstance(now, Share) and not is_limit(case):
                yield Move(benchmark, name, case, column, was, now)


def _has_moved(move: Move) -> bool:
    distance = abs(move.new.median - move.old.median)
    return distance > max(move.old.spread, move.new.spread, LEAST * move.old.median)
