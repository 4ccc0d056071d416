"""Which clients may do more than others: tests over what a session knows of its client."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable

from msgcore.errors import UsageError
from msgcore.wire.smtp.server import Client

__all__ = ["ClientTest", "any_of", "from_networks", "is_logged_in", "logged_in_as", "nobody"]

ClientTest = Callable[[Client], bool]
"""Says whether a client is one of those that are meant."""


def nobody(_: Client) -> bool:
    """Say no."""
    return False


def is_logged_in(client: Client) -> bool:
    """Say whether a client has proved who it is."""
    return bool(client.user)


def logged_in_as(*users: str) -> ClientTest:
    """Mean those who have logged in under one of these names."""
    known = frozenset(users)
    return lambda client: client.user in known and bool(client.user)


def from_networks(*networks: str) -> ClientTest:
    """Mean those who connect from one of these networks, such as ``127.0.0.0/8``, ``::1`` or ``10.1.0.0/16``.

    Without a network, that is :func:`nobody`.

    Raises:
        UsageError: one is no network.
    """
    try:
        known = tuple(ipaddress.ip_network(network) for network in networks)
    except ValueError as error:
        raise UsageError(f"{error}; need a network, such as 192.0.2.0/24") from None

    if not known:
        return nobody

    @functools.lru_cache(maxsize=1_024)
    def is_inside(host: str) -> bool:
        try:
            address = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((mapped or address) in network for network in known)

    return lambda client: is_inside(client.address)


def any_of(*tests: ClientTest) -> ClientTest:
    """Mean those whom one of these tests means."""
    return lambda client: any(test(client) for test in tests)
