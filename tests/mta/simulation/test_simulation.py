"""The simulation of the benchmark simulate: laws that hold in every small world, and that it sees when one does not."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulation.engine import Broken, RunSettings, simulate
from benchmarks.simulation.hosts import DAY, Habits, Host
from benchmarks.simulation.mails import MailSettings
from benchmarks.simulation.measures import Delays, Measures
from benchmarks.simulation.plots import draw_all
from benchmarks.simulation.worlds import Topology, World, WorldSettings, make_world
from tests.shared import REPOSITORY

TOPOLOGIES: tuple[Topology, ...] = ("hub", "ring", "mesh")
HOUR = 3_600.0


@st.composite
def world_settings(draw: st.DrawFn, *, has_faults: bool) -> WorldSettings:
    sites = draw(st.integers(2, 5))
    return WorldSettings(
        draw(st.sampled_from(TOPOLOGIES)),
        sites,
        draw(st.integers(6 * sites, 12 * sites)),
        domains=1,
        seed=draw(st.integers(0, 1_000)),
        has_faults=has_faults,
        outage=(HOUR, 3 * HOUR) if has_faults else None,
    )


def mails(count: int = 80, hours: float = 6.0, seed: int = 1) -> MailSettings:
    return MailSettings(count, hours, seed)


def with_hosts(world: World, habits: Mapping[str, Habits]) -> World:
    """Give a world whose hosts behave as they are told, by the names of the connectors, and all others well."""
    hosts = {name: Host(name, habits.get(name, Habits()), seed=1) for name in world.hosts}
    return attrs.evolve(world, hosts=hosts)


def ring_of(sites: int = 4) -> World:
    return make_world(WorldSettings("ring", sites, 12 * sites, domains=1, has_faults=False))


@given(world_settings(has_faults=True), st.integers(0, 100), st.booleans())
def test_every_message_ends_once_whatever_fails(settings: WorldSettings, seed: int, knows_trace: bool) -> None:
    found = simulate(make_world(settings), RunSettings(mails(seed=seed), knows_trace=knows_trace, check_each=1))
    assert (found.accepted, found.ended) == (80, 80)
    assert found.most_tries_while_down <= 2


@given(world_settings(has_faults=False))
def test_all_goes_the_cheapest_way_while_all_is_up(settings: WorldSettings) -> None:
    """The run itself compares each way with the cheapest, and each decision with one that is made by hand."""
    found = simulate(make_world(settings), RunSettings(mails(), check_each=1))
    assert (found.delivered, found.rerouted, found.deferred, found.failed_tries) == (80, 0, 0, 0)
    assert found.checked == found.decisions


def test_a_seed_makes_one_run() -> None:
    settings = WorldSettings("mesh", 4, 60, outage=(HOUR, 2 * HOUR))
    first, again = (simulate(make_world(settings), RunSettings(mails(400))) for _ in range(2))
    assert told(first) == told(again)
    other = simulate(make_world(settings), RunSettings(mails(400, seed=2)))
    assert told(first) != told(other)


def told(measures: Measures) -> dict[str, object]:
    return {
        **{name: value for name, value in attrs.asdict(measures, recurse=False).items() if isinstance(value, int)},
        "delays": [delays.shares() for delays in measures.delays if delays.count],
        "carried": measures.carried,
    }


def test_mail_of_a_host_that_is_gone_expires() -> None:
    world = ring_of(2)
    group = world.domains[0].group
    gone = Habits(windows=((0.0, 100 * DAY),))
    world = with_hosts(world, {connector.name: gone for connector in group.connectors})
    found = simulate(world, RunSettings(mails(20)))
    assert found.expired > 0
    assert found.delivered == 20 - found.expired
    assert not any(found.carried.get(connector.name) for connector in group.connectors)


def test_a_ring_that_is_cut_goes_the_other_way_round_by_the_trace() -> None:
    world = ring_of()
    cut = Habits(windows=((0.0, DAY),))
    world = with_hosts(world, {"s0-s1": cut, "s1-s0": cut})
    found = simulate(world, RunSettings(mails(200)))
    assert (found.delivered, found.been_twice) == (200, 0)
    assert found.rerouted > 0


def test_without_the_trace_mail_goes_to_and_fro_until_it_is_refused() -> None:
    world = ring_of()
    cut = Habits(windows=((0.0, DAY),))
    world = with_hosts(world, {"s0-s1": cut, "s1-s0": cut})
    found = simulate(world, RunSettings(mails(200), knows_trace=False))
    assert found.refused_as_loops > 0
    assert found.delivered + found.refused == 200


def test_a_table_that_does_not_know_the_cheapest_way_is_noticed() -> None:
    world = ring_of()
    dearer = {pair: cost * (10 if pair == (0, 1) else 1) for pair, cost in world.costs.items()}
    with pytest.raises(Broken, match="is the least"):
        simulate(attrs.evolve(world, costs=dearer), RunSettings(mails(200)))


def test_percentiles_are_exact_to_two_percent() -> None:
    delays = Delays()
    for number in range(1, 1_001):
        delays.add(number / 10)
    assert delays.percentile(50) == pytest.approx(50, rel=0.03)
    assert delays.percentile(99) == pytest.approx(99, rel=0.03)
    assert delays.percentile(100) == 100
    assert Delays().percentile(50) == 0


@pytest.mark.parametrize("count", [1, 300])
def test_pictures_are_xml_and_small(count: int, tmp_path: Path) -> None:
    outage = 2 * HOUR, 3 * HOUR
    world = make_world(WorldSettings("hub", 3, 40, outage=outage))
    draw_all(tmp_path, world, simulate(world, RunSettings(mails(count))), outage)
    pictures = sorted(tmp_path.iterdir())
    assert [one.name for one in pictures] == [f"simulation-{name}.svg" for name in ("day", "delays", "outage")]
    for picture in pictures:
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")
        assert picture.stat().st_size < 60_000


def test_the_script_tells_of_three_worlds() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.simulate", "--quick", "--messages", "300"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert "| case | hub | ring | mesh |" in lines
    assert "| lost; came back to a site | 0; 0 | 0; 0 | 0; 0 |" in lines
