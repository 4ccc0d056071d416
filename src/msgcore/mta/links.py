"""Which connectors are down for an address, by what the workers of a queue wrote down of their next hops."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from msgcore.model.address import Address
from msgcore.mta.manager.hop import hop_name
from msgcore.mta.queue.contract import LinkNote
from msgcore.mta.routing.facts import LinkState
from msgcore.mta.routing.nexthop import next_hop
from msgcore.mta.routing.route import RouteTable

__all__ = ["Links", "links_for"]

Links = Callable[[Address], LinkState]
"""Gives the state of the links as it is for one address."""


def links_for(routes: RouteTable, notes: Iterable[LinkNote], now: datetime) -> Links:
    """Give the state of a table's links for each address: a connector may lead to a hop for every domain."""
    down = {note.hop: note.down_until for note in notes if note.down_until is not None and note.down_until > now}

    def state(address: Address) -> LinkState:
        found: dict[str, datetime] = {}
        for connector in routes.connectors if down else ():
            until = down.get(hop_name(connector.name, next_hop(address, connector.options)))
            if until is not None:
                found[connector.name] = until
        return LinkState(found)

    return state
