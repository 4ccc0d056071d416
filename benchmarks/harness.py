"""Timing cases in turn, so that a drift of the machine meets all alike: ratios to a limit in the same round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import attrs

__all__ = ["Result", "compare_cases", "print_table"]


@attrs.frozen
class Result:
    """One case: the median of its seconds, and of its share of the limit (1 is as fast as the limit)."""

    name: str
    seconds: float
    of_limit: float


def compare_cases(
    cases: Mapping[str, Callable[[], object]],
    limit: str,
    rounds: int = 7,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Result]:
    """Run every case once a round, after one round that does not count; ``limit`` names the physical limit."""
    for case in cases.values():
        case()
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            start = clock()
            case()
            taken[name].append(clock() - start)
    return [
        Result(
            name,
            statistics.median(seconds),
            statistics.median(bound / own for bound, own in zip(taken[limit], seconds, strict=True)),
        )
        for name, seconds in taken.items()
    ]


def print_table(title: str, results: list[Result], count: int, unit: str) -> None:
    """Print a Markdown table: what one round took, how many a second, and the share of the limit."""
    print(f"\n### {title}\n")
    print(f"| case | ms a round | {unit}/s | of limit |")
    print("| --- | ---: | ---: | ---: |")
    for one in results:
        print(f"| {one.name} | {one.seconds * 1e3:.1f} | {count / one.seconds:,.0f} | {one.of_limit:.3f} |")
