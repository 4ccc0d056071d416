"""Which next hop a recipient has."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from msgcore.model import Address
from msgcore.mta.routing.nexthop import next_hop


@pytest.mark.parametrize(
    ("address", "options", "expected"),
    [
        (Address("SMTP", "bob@B.test"), {}, "b.test"),
        (Address("SMTP", "bob@b.test"), {"relay": "smtp://out.a.test"}, "smtp://out.a.test"),
        (Address("MS", "net/po1/Bob"), {}, "NET/PO1"),
        (Address("FAX", "+46 8 1"), {}, ""),
    ],
    ids=["a domain", "a relay", "a post office", "the gateway knows"],
)
def test_the_next_hop_is_the_relay_or_what_the_address_says(
    address: Address, options: Mapping[str, str], expected: str
) -> None:
    assert next_hop(address, options) == expected
