"""Next hops: where a gateway connects for a recipient."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.model.address import Address

__all__ = ["next_hop"]


_MS = "MS"


def next_hop(address: Address, options: Mapping[str, str]) -> str:
    """Name the next hop: the connector's ``relay``, or the recipient's domain; empty where the gateway knows best.

    Of an address of type MS, ``NETWORK/POSTOFFICE/MAILBOX``, it is the post office, in capitals.
    """
    return options.get("relay") or (_post_office(address) if address.address_type == _MS else address.domain)


def _post_office(address: Address) -> str:
    return address.email_address.rpartition("/")[0].upper()
