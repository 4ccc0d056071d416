"""Circles: mail that the tables of several MTAs send round.

*Theory of operation.* For every address space of any table one address is followed from table to table. A circle of
connectors that are chosen while all links are up is an error: what is sent there never arrives, even if its trace ends
the circle. A circle with connectors that could take over, or were not drawn among equals, is a warning: mail goes round
while a link is down (in Q278444 between three equal bridgeheads). ``leads_to`` of one of them ends such a circle, and
the mail waits for the link; so those are not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from msgcore.model.address import Address
from msgcore.mta.routing.check import Severity, TableFinding
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.hosts import host_of
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.mta.routing.specimen import specimen
from msgcore.mta.routing.verdict import Verdict

__all__ = ["check_circles"]

# Of the best set, only not the best.
_COULD_TAKE_OVER = frozenset({Verdict.NOT_OPEN, Verdict.COSTS_MORE, Verdict.FARTHER, Verdict.NOT_DRAWN})


@attrs.frozen
class _Hop:
    """A connector of one MTA, and the MTA that it leads to, if that is one of those that are checked."""

    node: str
    connector: str
    next_node: str | None
    is_guarded: bool


_Circle = tuple[_Hop, ...]


def check_circles(tables: Mapping[str, RouteTable]) -> tuple[TableFinding, ...]:
    """Find addresses that the tables of several MTAs send round in a circle, each circle once, errors first.

    Each MTA is known by the name of its host, or of the place that ``leads_to`` of others names.
    """
    spaces = {
        (space.address_type, space.key): space
        for table in tables.values()
        for connector in table.connectors
        for space in connector.spaces
    }
    ways = {name: _ways(table, name, {node.lower(): node for node in tables}) for name, table in tables.items()}
    found: dict[Severity, dict[_Circle, tuple[AddressSpace, int]]] = {"error": {}, "warning": {}}
    for space in spaces.values():
        address = specimen(space)
        if address is not None:
            for severity, circle in _circles(tables, ways, address):
                first, count = found[severity].get(circle, (space, 0))
                found[severity][circle] = first, count + 1
    return tuple(
        _told(severity, circle, space, count)
        for severity, circles in found.items()
        for circle, (space, count) in circles.items()
    )


def _told(severity: Severity, circle: _Circle, space: AddressSpace, count: int) -> TableFinding:
    way = " -> ".join(f"{hop.node} ({hop.connector})" for hop in circle)
    more = f"; so does mail for {count - 1:,} other space{'' if count == 2 else 's'}" if count > 1 else ""
    when = "goes round" if severity == "error" else "can go round, until one of these has leads_to"
    return TableFinding(severity, "loop", f"{when}: {way} -> {circle[0].node}{more}", circle[0].connector, space)


def _ways(table: RouteTable, node: str, nodes: Mapping[str, str]) -> Mapping[str, _Hop]:
    return {one.name: _Hop(node, one.name, _node_behind(one, nodes), bool(one.leads_to)) for one in table.connectors}


def _node_behind(connector: Connector, nodes: Mapping[str, str]) -> str | None:
    if connector.leads_to.lower() in nodes:
        return nodes[connector.leads_to.lower()]
    host = host_of(connector)
    return None if host is None else nodes.get(host[0])


def _circles(
    tables: Mapping[str, RouteTable], ways: Mapping[str, Mapping[str, _Hop]], address: Address
) -> Iterator[tuple[Severity, _Circle]]:
    chosen: dict[str, list[_Hop]] = {}
    unguarded: dict[str, list[_Hop]] = {}
    for node, table in tables.items():
        decision = table.route(address)
        if decision.connector is not None:
            chosen[node] = [ways[node][decision.connector]]
            others = [one.connector for one in decision.candidates if one.verdict in _COULD_TAKE_OVER]
            hops = [*chosen[node], *(ways[node][name] for name in others)]
            unguarded[node] = [hop for hop in hops if not hop.is_guarded]
    errors = tuple(_circles_of(chosen))
    for circle in errors:
        yield "error", circle
    for circle in _circles_of(unguarded):
        if circle not in errors:
            yield "warning", circle


def _circles_of(hops: Mapping[str, list[_Hop]]) -> Iterator[_Circle]:
    """Give a circle for each hop that leads back, beginning at the MTA whose name sorts first."""
    done: set[str] = set()
    for start in hops:
        if start not in done:
            yield from _circles_from(start, (), hops, done)


def _circles_from(node: str, path: _Circle, hops: Mapping[str, list[_Hop]], done: set[str]) -> Iterator[_Circle]:
    done.add(node)
    for hop in hops[node]:
        way, other = (*path, hop), hop.next_node
        nodes = [one.node for one in way]
        if other is None or other not in hops:
            continue
        if other in nodes:
            yield _turned(way[nodes.index(other) :])
        elif other not in done:
            yield from _circles_from(other, way, hops, done)


def _turned(circle: _Circle) -> _Circle:
    turn = circle.index(min(circle, key=lambda hop: hop.node))
    return circle[turn:] + circle[:turn]
