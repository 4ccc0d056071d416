"""Which clients are meant by a test over them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.mta.listener import ListenerSettings, any_of, from_networks, is_logged_in, logged_in_as, nobody
from msgcore.wire.smtp.server import Client

ANN, EVE, STRANGER = Client("192.0.2.1", user="ann"), Client("192.0.2.1", user="eve"), Client("198.51.100.1")


@given(st.ip_addresses(), st.ip_addresses(v=4), st.integers(0, 32))
def test_a_network_is_that_of_the_addresses_in_it(
    address: ipaddress.IPv4Address, inside: ipaddress.IPv4Address, bits: int
) -> None:
    network = ipaddress.ip_network((inside, bits), strict=False)

    seen = getattr(address, "ipv4_mapped", None) or address

    assert from_networks(str(network))(Client(str(address))) == (seen in network)
    assert from_networks(str(network))(Client(str(inside)))


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("::ffff:127.0.0.1", True),
        ("128.0.0.1", False),
        ("::2", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_who_is_from_these_networks(address: str, is_one: bool) -> None:
    assert from_networks("127.0.0.0/8", "::1", "fe80::/10")(Client(address)) == is_one


@pytest.mark.parametrize("network", ["", "localhost", "10.0.0.1/8", "10.0.0.0/33"])
def test_what_is_no_network_is_refused(network: str) -> None:
    with pytest.raises(UsageError):
        from_networks(network)


def test_who_has_logged_in() -> None:
    assert [is_logged_in(one) for one in (ANN, EVE, STRANGER)] == [True, True, False]


def test_who_has_logged_in_under_a_name() -> None:
    assert [logged_in_as("ann", "")(one) for one in (ANN, EVE, STRANGER)] == [True, False, False]


def test_several_tests_mean_whom_one_of_them_means() -> None:
    either = any_of(nobody, logged_in_as("ann"), from_networks("198.51.100.0/24"))

    assert [either(one) for one in (ANN, EVE, STRANGER)] == [True, False, True]


def test_tls_from_the_first_octet_needs_a_certificate() -> None:
    with pytest.raises(UsageError):
        ListenerSettings("mx.b.test", from_first_octet=True)


def test_an_extension_that_is_not_known_cannot_be_offered() -> None:
    with pytest.raises(UsageError):
        ListenerSettings("mx.b.test", offers=frozenset({"TURN"}))
