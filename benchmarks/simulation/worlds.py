"""Worlds: sites with their tables, the links between them, and the hosts outside.

*Theory of operation.* Each domain belongs to a site, ``dN.sM.test``, and there to a group of connectors that lead
outside. A site's own table has a space for each of its domains on each connector of the group; for each other site it
has ``*@*.sM.test`` on every link from which that site can be reached without coming back. The cost there is the sum of
the links' costs on the cheapest such way, as Exchange's tables have it.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import attrs

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.routing.schedule import Schedule

from .hosts import DAY, Habits, Host

__all__ = ["Domain", "Group", "Site", "Topology", "World", "WorldSettings", "distances", "make_world"]

Topology = Literal["hub", "ring", "mesh"]

_MOST_COST = 100
_EXIT_COST, _DEAR_COST = 1, 20
_MEGABYTE = 1_000_000
_LINK_SESSIONS = 50

Costs = Mapping[tuple[int, int], int]
"""The cost of the link from one site to another, each way."""


@attrs.frozen
class WorldSettings:
    """How large a world is, and whether anything ever fails in it.

    ``connectors`` counts all, links among them; there is a domain at least for each group of them. ``outage`` (from,
    to, in seconds) is that of one host, to be looked at: of the most popular domain that has no other way.
    """

    topology: Topology = "mesh"
    sites: int = 8
    connectors: int = 300
    domains: int = 400
    seed: int = 1
    has_faults: bool = True
    outage: tuple[float, float] | None = None

    def __attrs_post_init__(self) -> None:
        if self.topology not in get_args(Topology):
            raise ValueError(f"topology {self.topology!r}: need one of {get_args(Topology)}")
        if self.sites < 2 or self.connectors < 4 * self.sites or self.domains < 1:
            raise ValueError("need two sites or more, four connectors for each, and a domain")


@attrs.frozen(eq=False)
class Group:
    """Connectors of one site that serve the same domains; ``equals`` share by weight what ``others`` may take over."""

    site: int
    equals: tuple[Connector, ...]
    others: tuple[Connector, ...] = ()

    @property
    def connectors(self) -> tuple[Connector, ...]:
        return self.equals + self.others


@attrs.frozen(eq=False)
class Domain:
    """A domain of a group; all its recipients are one address."""

    address: Address
    group: Group


@attrs.frozen(eq=False)
class Site:
    name: str
    table: RouteTable


@attrs.frozen(eq=False)
class World:
    """``leads_to`` gives the site behind a connector, unless it leads outside. The most popular domain is first."""

    settings: WorldSettings
    sites: tuple[Site, ...]
    hosts: Mapping[str, Host]
    leads_to: Mapping[str, int]
    domains: tuple[Domain, ...]
    groups: tuple[Group, ...]
    costs: Costs
    watched: str
    """The connector whose host has the outage."""

    @property
    def connectors(self) -> int:
        return sum(len(site.table.connectors) for site in self.sites)


def make_world(settings: WorldSettings) -> World:
    chance = random.Random(settings.seed)
    costs = _costs(settings, chance)
    links = _links(settings, costs)
    exits = settings.connectors - len(costs)
    groups = _groups(settings, exits)
    owners = list(groups)
    chance.shuffle(owners)
    names = [f"s{number}" for number in range(settings.sites)]
    count = max(settings.domains, len(groups))
    domains = tuple(
        Domain(Address("SMTP", f"user@d{number}.{names[group.site]}.test"), group)
        for number, group in ((number, owners[number % len(owners)]) for number in range(count))
    )
    spaces: dict[int, list[AddressSpace]] = {id(group): [] for group in groups}
    for domain in domains:
        spaces[id(domain.group)].append(AddressSpace("SMTP", f"*@{domain.address.domain}"))
    connectors: dict[int, list[Connector]] = {number: [] for number in range(settings.sites)}
    for group in groups:
        for connector in group.connectors:
            cost = connector.spaces[0].cost
            own = [attrs.evolve(space, cost=cost) for space in spaces[id(group)]]
            connectors[group.site].append(attrs.evolve(connector, spaces=own))
    for number in range(settings.sites):
        connectors[number] += links[number]
    sites = tuple(Site(name, RouteTable(connectors[number], site=name)) for number, name in enumerate(names))
    only_ways = [domain.group for domain in domains if len(domain.group.connectors) == 1]
    watched = (only_ways or [domains[0].group])[0].connectors[0].name
    return World(
        settings,
        sites,
        _hosts(settings, sites, watched),
        {connector.name: int(connector.leads_to[1:]) for own in links.values() for connector in own},
        domains,
        groups,
        costs,
        watched,
    )


# Links


def _costs(settings: WorldSettings, chance: random.Random) -> Costs:
    count = settings.sites
    if settings.topology == "hub":
        pairs = {(0, other) for other in range(1, count)}
    else:
        pairs = {_pair(number, (number + 1) % count) for number in range(count)}
        if settings.topology == "mesh":
            wanted = min(count * (count - 1) // 2, len(pairs) + count)
            while len(pairs) < wanted:
                pairs.add(_pair(*chance.sample(range(count), 2)))
    costs: dict[tuple[int, int], int] = {}
    for one, other in sorted(pairs):
        costs[one, other] = costs[other, one] = chance.choice((1, 2, 3))
    return costs


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def distances(costs: Costs, start: int, without: int | None = None) -> dict[int, int]:
    """Give the cost of the cheapest way from a site to each other one that does not lead through ``without``."""
    found: dict[int, int] = {}
    heap = [(0, start)]
    neighbours = _neighbours(costs)
    while heap:
        cost, site = heapq.heappop(heap)
        if site in found or site == without:
            continue
        found[site] = cost
        for other in neighbours[site]:
            heapq.heappush(heap, (cost + costs[site, other], other))
    return found


def _neighbours(costs: Costs) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in costs:
        found.setdefault(one, []).append(other)
    return found


def _links(settings: WorldSettings, costs: Costs) -> dict[int, list[Connector]]:
    found: dict[int, list[Connector]] = {number: [] for number in range(settings.sites)}
    for (one, other), cost in costs.items():
        beyond = distances(costs, other, one)
        spaces = [
            AddressSpace("SMTP", f"*@*.s{site}.test", min(_MOST_COST, cost + further))
            for site, further in sorted(beyond.items())
        ]
        found[one].append(
            Connector(
                f"s{one}-s{other}",
                "smtp",
                spaces,
                {"relay": f"s{other}.test"},
                leads_to=f"s{other}",
                max_sessions=_LINK_SESSIONS,
            )
        )
    return found


# Exits


def _groups(settings: WorldSettings, exits: int) -> tuple[Group, ...]:
    """Make groups, by turns, of as many connectors as there are to be."""
    groups: list[Group] = []
    left, number = exits, 0
    while left:
        group = _group(number, settings.sites)
        if len(group.connectors) > left:
            site = group.site
            group = Group(site, tuple(_exit(number, site, part) for part in range(left)))
        groups.append(group)
        left -= len(group.connectors)
        number += 1
    return tuple(groups)


def _group(number: int, sites: int) -> Group:
    site = number % sites
    match number // sites % 4:
        case 0:  # two equals and a way that costs more
            return Group(
                site, (_exit(number, site, 0), _exit(number, site, 1)), (_exit(number, site, 2, cost=_DEAR_COST),)
            )
        case 1:  # three that share by weight, one of which takes nothing large
            small = _exit(number, site, 2, weight=4, max_size_octets=10 * _MEGABYTE)
            return Group(site, (_exit(number, site, 0), _exit(number, site, 1, weight=2), small))
        case 2:  # the only way
            return Group(site, (_exit(number, site, 0),))
        case _:  # a way that is cheap at night, and one that is always open
            night = _exit(number, site, 0, schedule=Schedule(["20:00-06:00"]))
            return Group(site, (night,), (_exit(number, site, 1, cost=_DEAR_COST),))


def _exit(
    number: int,
    site: int,
    part: int,
    *,
    cost: int = _EXIT_COST,
    weight: int = 1,
    max_size_octets: int | None = None,
    schedule: Schedule | None = None,
) -> Connector:
    """Make a connector; its only space says what those of its domains cost."""
    name = f"s{site}-g{number}-{part}"
    return Connector(
        name,
        "smtp",
        [AddressSpace("SMTP", "*", cost)],
        {"relay": f"{name}.test"},
        weight=weight,
        max_size_octets=max_size_octets,
        schedule=schedule,
    )


# Hosts

_QUICK = Habits()
_ILLS: Sequence[tuple[float, Habits]] = (
    (0.04, attrs.evolve(_QUICK, mean_up=12 * 3_600.0, mean_down=1_800.0)),
    (0.03, attrs.evolve(_QUICK, mean_up=6 * 3_600.0, mean_down=600.0, is_silent=True)),
    (0.02, attrs.evolve(_QUICK, nightly=(3 * 3_600.0, 4 * 3_600.0))),
    (0.02, attrs.evolve(_QUICK, dead_share=0.25)),
    (0.01, attrs.evolve(_QUICK, dead_share=0.5, is_silent=True)),
    (0.02, attrs.evolve(_QUICK, service=3.0, latency=0.3)),
    (0.02, attrs.evolve(_QUICK, deferring=0.3)),
    (0.01, attrs.evolve(_QUICK, sessions=2)),
    (0.002, attrs.evolve(_QUICK, windows=((0.0, 100 * DAY),))),
)
"""What share of the hosts has which fault; all others have none but for a few recipients that are deferred."""
_USUAL = attrs.evolve(_QUICK, deferring=0.005)
_LINK = Habits(latency=0.02, service=0.02, octets_a_second=10_000_000.0, sessions=_LINK_SESSIONS)
_LINK_AT_RISK = attrs.evolve(_LINK, mean_up=2 * DAY, mean_down=1_200.0)


def _hosts(settings: WorldSettings, sites: Sequence[Site], watched: str) -> dict[str, Host]:
    """Give the host of each connector, by the connector's name."""
    chance = random.Random(settings.seed + 1)
    hosts: dict[str, Host] = {}
    for site in sites:
        for connector in site.table.connectors:
            is_link = bool(connector.leads_to)
            if not settings.has_faults:
                habits = _LINK if is_link else _QUICK
            elif is_link:
                habits = _LINK_AT_RISK
            else:
                habits = _habits(chance)
            if connector.name == watched:
                habits = attrs.evolve(_QUICK, windows=(settings.outage,) if settings.outage else ())
            hosts[connector.name] = Host(connector.name, habits, chance.randrange(2**31))
    return hosts


def _habits(chance: random.Random) -> Habits:
    draw = chance.random()
    for share, habits in _ILLS:
        draw -= share
        if draw < 0:
            return habits
    return _USUAL
