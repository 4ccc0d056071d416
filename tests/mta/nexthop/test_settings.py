"""What an MTA says of how it goes to other domains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from msgcore.errors import UsageError
from msgcore.mta.nexthop.settings import OutboundSettings


def test_a_floor_is_a_domain_s_own_or_that_of_all() -> None:
    settings = OutboundSettings(tls={"Bücher.example.": "verify", "*": "encrypt"})

    assert [settings.floor(one) for one in ("xn--bcher-kva.example", "b.test")] == ["verify", "encrypt"]
    assert OutboundSettings().floor("b.test") == "opportunistic"


def test_where_it_takes_mail_itself_is_an_own_address_unless_that_is_anybody_s() -> None:
    settings = OutboundSettings(own_addresses=frozenset({"192.0.2.1"}))
    hosts = ["192.0.2.2", "2001:DB8::1", "127.0.0.1", "::", "", "mx.a.test"]

    assert settings.listening_at(hosts).own_addresses == {"192.0.2.1", "192.0.2.2", "2001:db8::1"}


@pytest.mark.parametrize(
    "values",
    [
        {"tls": {"b.test": "must"}},
        {"own_addresses": {"mx.a.test"}},
        {"tls_reports_from": "FAX:1"},
        {"https_port": 0},
        {"https_port": "443"},
        {"uses_mta_sts": "no"},
        {"own_addresses": "192.0.2.1"},
        {"own_names": "mx.a.test"},
        {"own_names": [5]},
        {"tls": {5: "verify"}},
        {"tls": "verify"},
        {"tls": {"*.b.test": "verify"}},
        {"tls": {".b.test": "verify"}},
        {"tls": {"@b.test": "verify"}},
        {"tls": {"": "verify"}},
        {"tls": {"b.test:25": "verify"}},
        {"tls": {"b.test,c.test": "verify"}},
    ],
)
def test_what_makes_no_sense_is_refused(values: Mapping[str, Any]) -> None:
    with pytest.raises(UsageError):
        OutboundSettings(**values)
