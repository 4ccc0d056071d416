"""Connectors that lead to where their own MTA listens."""

from __future__ import annotations

import pytest

from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.routing.own_places import check_own_places

EVERYWHERE = ("", 2525)
LOOPBACK = ("127.0.0.1", 2525)
OUTSIDE = ("192.0.2.1", 2525)


@pytest.mark.parametrize(
    ("relay", "place", "leads_here"),
    [
        ("smtp://127.0.0.1:2525", LOOPBACK, True),
        ("smtp://localhost:2525", LOOPBACK, True),
        ("smtp://[::1]:2525", EVERYWHERE, True),
        ("smtp://localhost:2525", ("0.0.0.0", 2525), True),
        ("smtp://MX.a.test.:2525", OUTSIDE, True),
        ("smtp://192.0.2.1:2525", OUTSIDE, True),
        ("smtp://127.0.0.1:2526", EVERYWHERE, False),
        ("smtp://127.0.0.1:2525", OUTSIDE, False),
        ("smtp://mx.b.test:2525", EVERYWHERE, False),
    ],
)
def test_a_relay_at_the_address_and_port_of_a_listener_is_found(
    relay: str, place: tuple[str, int], leads_here: bool
) -> None:
    table = RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")], options={"relay": relay})])

    found = check_own_places(table, "mx.a.test", [place])

    assert [(one.severity, one.rule, one.connector) for one in found] == [("error", "loop", "out")] * leads_here
