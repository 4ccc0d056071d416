"""Mail to oneself: connectors that relay to where their own MTA listens."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import ip_address

from msgcore.mta.routing.check import TableFinding
from msgcore.mta.routing.hosts import host_of
from msgcore.mta.routing.route import RouteTable

__all__ = ["check_own_places"]

Place = tuple[str, int]


def check_own_places(table: RouteTable, host_name: str, places: Collection[Place]) -> tuple[TableFinding, ...]:
    """Find connectors that lead to an address and a port at which the MTA itself takes mail: it would go round.

    ``host_name`` is what the MTA's host is called; an empty host in ``places`` is every address of the machine. Only
    what the table itself says is looked at: a name of another host may still lead here.
    """
    return tuple(_findings(table, host_name.lower().rstrip("."), places))


def _findings(table: RouteTable, host_name: str, places: Collection[Place]) -> Iterator[TableFinding]:
    for connector in table.connectors:
        there = host_of(connector)
        if there is not None and any(_is_same(there, place, host_name) for place in places):
            host, port = there
            text = f"relays to {host}:{port}, where this MTA itself takes mail"
            yield TableFinding("error", "loop", text, connector.name)


def _is_same(there: Place, place: Place, host_name: str) -> bool:
    (host, port), (own, own_port) = there, place
    if port != own_port:
        return False
    is_here = host in {host_name, "localhost"} or _is_loopback(host)
    return host == own.lower() or (is_here and (_is_everywhere(own) or _is_loopback(own) or host == host_name))


def _is_everywhere(own: str) -> bool:
    try:
        return ip_address(own).is_unspecified
    except ValueError:
        return not own


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
