"""Sites, links, costs and outages, simulated: python -m benchmarks.simulate [--quick | --large] [OPTION …]

A day of mail goes through the MTAs of several sites, which decide with the library's own router, pace and retries at a
clock that is moved (:mod:`simulation.engine`). Some hosts and links fail, for a while or for good, some are slow, and
one host is away from six to eight o'clock, to be looked at. Each run checks its laws as it goes: nothing is lost, ends
twice or goes back, and what nothing stands in the way of goes the cheapest way.

Without an option: a hub with spokes, a ring and a mesh, of 12 sites, 600 connectors and 200,000 messages. ``--large``
is a mesh with 10,000 connectors and 10,000,000 messages. ``--plots FOLDER`` draws the last run as SVG.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import attrs

from .results import Row, Table, print_each
from .simulation.engine import RunSettings, simulate
from .simulation.mails import MailSettings
from .simulation.measures import Measures
from .simulation.plots import draw_all
from .simulation.worlds import Topology, World, WorldSettings, make_world

_HOUR = 3_600.0
OUTAGE = 6 * _HOUR, 8 * _HOUR
GRADES = "urgent", "normal", "non-urgent"


@attrs.frozen
class Run:
    """One world, what went through it, and what that took: processor seconds, and octets of memory at the most."""

    world: World
    measures: Measures
    mails: int
    seconds: float
    octets: int


def run(settings: WorldSettings, mails: MailSettings, *, knows_trace: bool) -> Run:
    start = time.process_time()
    world = make_world(settings)
    gc.freeze()
    measures = simulate(world, RunSettings(mails, knows_trace=knows_trace))
    seconds = time.process_time() - start
    # In kilobytes, as Linux has it.
    return Run(world, measures, mails.count, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024)


# What is told


def table_of(runs: Sequence[Run]) -> Table:
    columns = tuple(one.world.settings.topology for one in runs)
    rows = tuple(Row(name, tuple(cells)) for name, cells in _rows(runs))
    return Table("A day of mail", columns, rows, f"{runs[-1].mails:,} messages")


def _rows(runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    found = [one.measures for one in runs]
    rows = [
        ("sites, connectors, domains", [_size(one.world) for one in runs]),
        ("messages", [f"{one.accepted:,}" for one in found]),
        ("delivered; expired; refused (as loops)", [_ends(one) for one in found]),
        ("lost; came back to a site", [f"{one.accepted - one.ended}; {one.been_twice:,}" for one in found]),
        ("links a message", [f"{one.site_hops / max(1, one.delivered):.2f}" for one in found]),
        ("rerouted, share", [_share(one.rerouted, one) for one in found]),
        ("had to wait, share", [_share(one.deferred, one) for one in found]),
        ("next hops found down", [f"{one.went_down:,}" for one in found]),
        ("tries; failed; deferred by 4yz", [_tries(one) for one in found]),
        ("most under way at once", [f"{one.most_waiting:,}" for one in found]),
        ("delivered in the best five minutes, a second", [_best(one) for one in found]),
    ]
    for grade, name in enumerate(GRADES):
        rows.append((f"delay, {name}: 50, 90, 99, 99.9 %, most", [_delays(one, grade) for one in found]))
    rows += [
        ("first delivery after an outage: 50 %, most", [_after(one) for one in found]),
        ("its backlog gone, after that: 50 %, most", [_drained(one) for one in found]),
        ("tries a minute at a host that is down, most", [f"{one.most_tries_while_down}" for one in found]),
        ("tries in 10 s after, most (of a backlog of)", [_storm(one) for one in found]),
        ("equals: farthest from its share", [_equals(one) for one in runs]),
        ("decisions; made again by hand", [f"{one.decisions:,}; {one.checked:,}" for one in found]),
        ("processor time; a message; memory", [_cost(one) for one in runs]),
    ]
    return rows


def _size(world: World) -> str:
    return f"{len(world.sites)}, {world.connectors:,}, {len(world.domains):,}"


def _ends(measures: Measures) -> str:
    loops = f" ({measures.refused_as_loops:,})" if measures.refused_as_loops else ""
    return f"{measures.delivered:,}; {measures.expired:,}; {measures.refused:,}{loops}"


def _share(count: int, measures: Measures) -> str:
    return f"{count / max(1, measures.accepted):.2%}"


def _tries(measures: Measures) -> str:
    return f"{measures.tries:,}; {measures.failed_tries:,}; {measures.deferred_tries:,}"


def _best(measures: Measures) -> str:
    return f"{max(measures.delivered_at.counts) / measures.stretch_seconds:,.1f}"


def _delays(measures: Measures, grade: int) -> str:
    delays = measures.delays[grade]
    return ", ".join(_time(delays.percentile(percent)) for percent in (50, 90, 99, 99.9)) + f", {_time(delays.most)}"


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"


def _after(measures: Measures) -> str:
    return f"{_time(measures.first_after.percentile(50))}, {_time(measures.first_after.most)}"


def _drained(measures: Measures) -> str:
    return f"{_time(measures.drained_after.percentile(50))}, {_time(measures.drained_after.most)}"


def _storm(measures: Measures) -> str:
    return f"{measures.most_tries_after} ({measures.most_backlog:,})"


def _equals(one: Run) -> str:
    """Say how far the share of any of some equal connectors is from what its weight says, and how far that is.

    A draw without bias is within three standard errors nearly always.
    """
    worst, errors = 0.0, 0.0
    for group in one.world.groups:
        chosen = [one.measures.chosen.get(connector.name, 0) for connector in group.equals]
        total, weights = sum(chosen), sum(connector.weight for connector in group.equals)
        if len(group.equals) < 2 or total < 1_000:
            continue
        for connector, count in zip(group.equals, chosen, strict=True):
            share = connector.weight / weights
            worst = max(worst, abs(count / total - share))
            errors = max(errors, abs(count / total - share) / (share * (1 - share) / total) ** 0.5)
    return f"{worst:.2%} ({errors:.1f} standard errors)"


def _cost(one: Run) -> str:
    return f"{one.seconds:,.0f} s; {one.seconds / one.mails * 1e6:.0f} µs; {one.octets / 1e6:,.0f} MB"


USUAL, QUICK, LARGE = (600, 200_000), (240, 3_000), (10_000, 10_000_000)
"""Connectors, and messages."""


def measure(is_quick: bool) -> Iterator[Table]:
    connectors, messages = QUICK if is_quick else USUAL
    worlds = [WorldSettings(topology, 12, connectors, outage=OUTAGE) for topology in get_args(Topology)]
    yield table_of([run(world, MailSettings(messages), knows_trace=True) for world in worlds])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small worlds, a few seconds")
    size.add_argument("--large", action="store_true", help="10,000 connectors, 10,000,000 messages")
    parser.add_argument("--topology", choices=get_args(Topology), action="append", help="one or several; all without")
    parser.add_argument("--sites", type=int, default=12)
    parser.add_argument("--connectors", type=int)
    parser.add_argument("--messages", type=int)
    parser.add_argument("--hours", type=float, default=24.0, help="within which the messages come")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all-up", action="store_true", help="nothing fails")
    parser.add_argument("--blind", action="store_true", help="the router is not told where a message has been")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw the last run there")
    given = parser.parse_args()
    connectors, messages = QUICK if given.quick else LARGE if given.large else USUAL
    runs: list[Run] = []
    topologies: Sequence[Topology] = given.topology or (["mesh"] if given.large else get_args(Topology))
    for topology in topologies:
        settings = WorldSettings(
            topology,
            given.sites,
            given.connectors or connectors,
            seed=given.seed,
            has_faults=not given.all_up,
            outage=None if given.all_up else OUTAGE,
        )
        mails = MailSettings(given.messages or messages, given.hours, given.seed)
        runs.append(run(settings, mails, knows_trace=not given.blind))
        print(f"{topology}: {runs[-1].seconds:,.1f} s", file=sys.stderr)
    print_each([table_of(runs)])
    if given.plots is not None:
        draw_all(given.plots, runs[-1].world, runs[-1].measures, OUTAGE)


if __name__ == "__main__":
    main()
