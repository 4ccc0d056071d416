"""Next hops: where a gateway connects for a recipient."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.model.address import Address

__all__ = ["next_hop"]


def next_hop(address: Address, options: Mapping[str, str]) -> str:
    """Name the next hop: the connector's ``relay``, or the recipient's domain; empty where the gateway knows best."""
    return options.get("relay") or address.domain
