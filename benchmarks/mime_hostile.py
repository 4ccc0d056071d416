"""How the time to read hostile messages grows with their size: python -m benchmarks.mime_hostile [--quick] [WORD]

The cases are those of tests/hostile/mime_cases.py that have a size, and some of quantities that multiply. Each runs at
sizes n, 2n and 4n, once below the limits that the reader keeps and once beyond them where both make sense. Linear means
time(4n) / time(n) < 6; the exponent is the logarithm of that factor to the base 4. WORD picks cases by their names.
All of it takes some minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from msgcore.codecs import mime
from msgcore.errors import CapabilityMissing
from msgcore.model import Message, compare

from .hostile_mails import CASES, Case
from .results import Cell, Row, Table, print_each

LINEAR = 1.3
"""Steps of a larger exponent are named: 4 ** 1.3 is 6."""

QUICK_STEP = 24
_LONGEST_SECONDS = 15.0
_SHORTEST_SECONDS = 0.02


# The job, by its steps


def ask(octets: bytes) -> None:
    message = mime.read(octets)
    for tag in message.tags():
        message.get(tag)  # type: ignore[call-overload]  # the keys of a bag carry no value type
    _look_at(message)
    mime.read_delivery_report(message)


def _look_at(message: Message) -> None:
    _ = (message.headers, message.recipients, message.reply_to, message.text, message.html)
    for attachment in message.attachments:
        _ = (attachment.data, attachment.filename)


def check(octets: bytes) -> None:
    mime.check(octets)


def compare_with_itself(octets: bytes) -> None:
    message = mime.read(octets)
    assert compare(message, message) == ()


def change_and_write(octets: bytes) -> None:
    message = mime.read(octets)
    message.subject = "changed"
    mime.write(message)


def write_for_wire(octets: bytes) -> None:
    with contextlib.suppress(CapabilityMissing):  # an answer that the caller can act on
        mime.octets_for_wire(octets, allow_8bit=False, allow_utf8=False)


STEPS: Mapping[str, Callable[[bytes], None]] = {
    "ask": ask,
    "check": check,
    "compare": compare_with_itself,
    "change": change_and_write,
    "wire": write_for_wire,
}


# Time


@attrs.frozen
class Growth:
    """The CPU seconds of one step, or of all, at n, 2n and 4n; fewer when it takes too long."""

    seconds: tuple[float, ...]

    @property
    def factor(self) -> float:
        return self.seconds[-1] / self.seconds[0]

    @property
    def exponent(self) -> float:
        return math.log(self.factor, 2) / (len(self.seconds) - 1) if len(self.seconds) > 1 else math.inf


def growth_of(case: Case, times: int) -> dict[str, Growth]:
    """Measure each step of a case; after a size that takes too long no larger one is tried."""
    taken: list[dict[str, float]] = []
    for size in (case.size, 2 * case.size, 4 * case.size):
        octets = case.make(size)
        taken.append({name: seconds_of(step, octets, times) for name, step in STEPS.items()})
        if sum(taken[-1].values()) > _LONGEST_SECONDS:
            break
    return {name: Growth(tuple(one[name] for one in taken)) for name in STEPS}


def seconds_of(step: Callable[[bytes], None], octets: bytes, times: int) -> float:
    """Give the least CPU time of several runs: what else the machine does only adds to it."""
    least, spent, runs = math.inf, 0.0, 0
    while runs < times or spent < _SHORTEST_SECONDS:
        started = time.process_time()
        step(octets)
        taken = time.process_time() - started
        least, spent, runs = min(least, taken), spent + taken, runs + 1
        if spent > _LONGEST_SECONDS:
            break
    return least


def total(steps: Mapping[str, Growth]) -> Growth:
    return Growth(tuple(map(sum, zip(*(growth.seconds for growth in steps.values()), strict=True))))


def worst_step(steps: Mapping[str, Growth]) -> tuple[str, Growth]:
    """Give the step that grows most, of those that take a tenth of the time or more."""
    whole = total(steps).seconds[-1]
    return max(
        ((name, one) for name, one in steps.items() if one.seconds[-1] >= whole / 10),
        key=lambda item: item[1].exponent,
    )


# The run


COLUMNS = (
    "n",
    "ms at n",
    "time(2n)/time(n)",
    "time(4n)/time(2n)",
    "exponent",
    "worst step",
    "its exponent",
)


def measure(is_quick: bool) -> Iterator[Table]:
    """Measure all cases, or some."""
    yield growth_table(CASES[:: QUICK_STEP if is_quick else 1], 1 if is_quick else 3)


def growth_table(cases: Sequence[Case], times: int) -> Table:
    rows: list[Row] = []
    steep: list[str] = []
    for case in cases:
        steps = growth_of(case, times)
        rows.append(row_of(case, steps))
        steep += [f"{case.name}, {name}: {exponent:.2f}" for name, exponent in steep_steps(case, steps, times)]
    note = f"Above {LINEAR}: " + ("; ".join(steep) or "none")
    return Table("Growth", COLUMNS, tuple(rows), f"{len(rows)} of {len(CASES)} cases", notes=(note,))


def steep_steps(case: Case, steps: Mapping[str, Growth], times: int) -> list[tuple[str, float]]:
    """Give the steps that are steep, and are so again from twice the size: where a cache ends, time jumps once."""
    names = [name for name, growth in steps.items() if is_steep(growth)]
    if not names:
        return []
    again = growth_of(attrs.evolve(case, size=2 * case.size), times)
    return [(name, again[name].exponent) for name in names if is_steep(again[name])]


def is_steep(growth: Growth) -> bool:
    return growth.exponent > LINEAR and growth.seconds[-1] > _SHORTEST_SECONDS


def row_of(case: Case, steps: Mapping[str, Growth]) -> Row:
    whole = total(steps)
    factors: list[Cell] = [later / earlier for earlier, later in itertools.pairwise(whole.seconds)]
    factors += ["too long"] * (2 - len(factors))
    name, worst = worst_step(steps)
    return Row(case.name, (case.size, whole.seconds[0] * 1e3, *factors, whole.exponent, name, worst.exponent))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("word", nargs="?", default="")
    given = parser.parse_args()
    picked = [case for case in CASES if given.word in case.name][:: QUICK_STEP if given.quick and not given.word else 1]
    print_each([growth_table(picked, 1 if given.quick else 3)])
