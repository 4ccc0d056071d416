"""A domain's hosts, in every state of security."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from msgcore.testing.modes import Mode
from tests.mta.nexthop.hosts import FIRST, ZONE, Place, place, tlsa_of
from tests.servers import Authority, KeyPair


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


@pytest.fixture(scope="module")
def pair(authority: Authority) -> KeyPair:
    return authority.issue("mx1.b.test", "DNS:mx1.b.test", "DNS:mx2.b.test")


@pytest.fixture
def plain(authority: Authority, pair: KeyPair) -> Iterator[Place]:
    """Hosts with TLS of a domain without any policy."""
    yield from place(authority, pair, {"b.test": ZONE})


@pytest.fixture
def dane(authority: Authority, pair: KeyPair) -> Iterator[Place]:
    """Hosts of which the first has a TLSA record that DNSSEC vouches for."""
    yield from place(authority, pair, {"b.test": ZONE + f"_PORT._tcp.mx1 {tlsa_of(pair)}"}, ["b.test"])


@pytest.fixture
def dane_only(authority: Authority, pair: KeyPair) -> Iterator[Place]:
    """One host, with a TLSA record of its own."""
    zone = f"@ MX 10 mx1\nmx1 A {FIRST}\n_PORT._tcp.mx1 {tlsa_of(pair)}"
    yield from place(authority, pair, {"b.test": zone}, ["b.test"])
