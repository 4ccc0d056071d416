"""Hosts: the server that a connector relays to, by name."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from msgcore.errors import MsgcoreError
from msgcore.mta.routing.connector import Connector
from msgcore.spi.url import ServiceUrl

__all__ = ["host_of", "is_among"]

Host = tuple[str, int]


def host_of(connector: Connector) -> Host | None:
    """Give the name and the port of a connector's ``relay``; ``None`` where it has none, or no URL."""
    relay = connector.options.get("relay")
    if relay is None:
        return None
    try:
        url = ServiceUrl.parse(relay, ("smtp", "lmtp"))
    except MsgcoreError:
        return None
    return url.host.rstrip("."), url.port


def is_among(host: Host, names: AbstractSet[str]) -> bool:
    """Say whether a host is one of ``names`` (in lower case, ``[::1]:25`` for an IPv6 address with a port)."""
    name, port = host
    return name in names or f"{f'[{name}]' if ':' in name else name}:{port}" in names
