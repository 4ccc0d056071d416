"""Timing cases in turn, so that a drift of the machine meets all alike: ratios to a limit in the same round."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from .results import Row, Share, Table, print_each

__all__ = [
    "REPOSITORY",
    "Goals",
    "Result",
    "compare_cases",
    "module_command",
    "output_of",
    "results_of",
    "run_by_hand",
    "speed_table",
    "times_as_fast",
]

Goals = Mapping[str, tuple[float, float]]
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""

REPOSITORY = Path(__file__).resolve().parents[1]
NOTHING_MISSING: Mapping[str, str] = {}


@attrs.frozen
class Result:
    """One case: what each round took that did ``count`` of something, and the share of the limit."""

    name: str
    seconds: tuple[float, ...]
    share: Share
    count: int = 1

    @property
    def each(self) -> float:
        """Seconds for one, in the middle of the rounds."""
        return statistics.median(self.seconds) / self.count

    @property
    def rate(self) -> float:
        return 1 / self.each


def compare_cases(
    cases: Mapping[str, Callable[[], object]],
    limit: str,
    rounds: int = 7,
    *,
    count: int = 1,
    fewer: Mapping[str, int] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Result]:
    """Run every case once a round, after one round that does not count; ``limit`` names the physical limit.

    A round of a case does ``count`` of something, but for those that ``fewer`` has; shares are of what one takes.
    """
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            start = clock()
            case()
            if number:
                taken[name].append(clock() - start)
    return results_of(taken, limit, {**dict.fromkeys(cases, count), **(fewer or {})})


def results_of(taken: Mapping[str, Sequence[float]], limit: str, counts: Mapping[str, int]) -> list[Result]:
    """Give what the seconds of the rounds say, and how many of something each case did in one."""
    bounds = [seconds / counts[limit] for seconds in taken[limit]]
    return [
        Result(
            name,
            tuple(seconds),
            Share(tuple(bound * counts[name] / own for bound, own in zip(bounds, seconds, strict=True))),
            counts[name],
        )
        for name, seconds in taken.items()
    ]


def times_as_fast(one: Result, other: Result) -> float:
    """Say how many times as fast one case is as another, in the same round."""
    return statistics.median(own / its for own, its in zip(one.share.rounds, other.share.rounds, strict=True))


def speed_table(
    name: str,
    results: Sequence[Result],
    unit: str,
    *,
    about: str = "",
    goals: Mapping[str, Goals] | None = None,
    megabytes: float = 0.0,
    missing: Mapping[str, str] = NOTHING_MISSING,
) -> Table:
    """Make a table of rates and shares of the limit.

    ``goals`` names the cases beside which the others are set: one more column for each says how many times as fast it
    is. With ``megabytes``, the size of a round, there is a column of megabytes a second.
    """
    ours = [(one, (goals or {})[one.name]) for one in results if one.name in (goals or {})]
    columns = ["µs each", f"{unit}/s", *(["MB/s"] if megabytes else []), "of limit"]
    for own, wanted in ours:
        columns += [f"{own.name} is x times as fast", *(["goal; floor"] if wanted else [])]
    rows: list[Row] = []
    for one in results:
        cells = [one.each * 1e6, one.rate, *([megabytes / statistics.median(one.seconds)] if megabytes else [])]
        row: list[str | float | Share | None] = [*cells, one.share]
        for own, wanted in ours:
            row.append(None if own is one else times_as_fast(own, one))
            if wanted:
                row.append("{:g}; {:g}".format(*wanted[one.name]) if one.name in wanted else None)
        rows.append(Row(one.name, tuple(row)))
    return Table(name, tuple(columns), tuple(rows), about, missing)


def module_command(module: str, *arguments: object) -> list[str]:
    """Give the command that runs a module of ours in a process of its own, from :data:`REPOSITORY`."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def output_of(module: str, *arguments: object) -> str:
    """Run it, and give its last line."""
    command = module_command(module, *arguments)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    return done.stdout.splitlines()[-1]


def run_by_hand(measure: Callable[[bool], Iterable[Table]]) -> None:
    """Be the script of a benchmark that has no other option, and print its tables as they come."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer rounds of less, for a look")
    print_each(measure(parser.parse_args().quick))
