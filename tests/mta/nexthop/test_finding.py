"""What DNS says of a domain's hosts, and what that means for its mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random
from typing import cast

import attrs
import pytest

from msgcore.base.times import Deadline
from msgcore.errors import ResolverFailed
from msgcore.model import Refused
from msgcore.mta.nexthop.finding import FoundHosts, HostFinder
from msgcore.mta.nexthop.policy import HostFacts
from msgcore.runtime import NEVER, BlockingRuntime, TlsaRecord
from msgcore.runtime.dns import DnsAnswer, DnsKind, MxRecord, Resolver
from msgcore.runtime.dns.names import a_labels
from msgcore.runtime.dns.records import DnsRecord

OWN = "192.0.2.66"
RECORD = TlsaRecord(3, 1, 1, bytes(32))
LONG = ".".join(["a" * 60] * 4)


@attrs.frozen
class Names:
    """Says what is written down; of the kinds at names that are ``silent`` nothing, and nothing else is there."""

    records: Mapping[str, Collection[DnsRecord]]
    silent: Collection[str] = ()
    insecure: Collection[str] = ()
    aliases: Mapping[str, str] = attrs.field(factory=dict[str, str])

    async def ask(self, name: str, kind: DnsKind, deadline: Deadline) -> DnsAnswer:
        asked = f"{a_labels(name)} {kind}"
        if asked in self.silent:
            raise ResolverFailed(asked)
        canonical = name if kind is DnsKind.CNAME else self.aliases.get(name, name)
        records = tuple(self.records.get(f"{canonical} {kind}", ()))
        return DnsAnswer(name, kind, records, True, asked not in self.insecure, canonical, 60)


def find(names: Names, families: str = "any") -> FoundHosts | Refused:
    return BlockingRuntime().run(finder(names, families).find("b.test", NEVER))


def finder(names: Names, families: str = "any") -> HostFinder:
    return HostFinder(cast(Resolver, names), (), own, lambda _: False, Random(0), families=families)


async def own(_: Deadline) -> Collection[str]:
    return {OWN}


def facts(names: Names, host: str) -> HostFacts:
    found = find(names)
    assert isinstance(found, FoundHosts)
    return BlockingRuntime().run(finder(names).facts(host, found, NEVER))


MX = {"b.test MX": [MxRecord(10, "mx1.b.test"), MxRecord(20, "mx2.b.test")]}


def test_a_loop_is_certain_only_when_all_hosts_are_known() -> None:
    names = Names({**MX, "mx2.b.test A": [OWN]}, silent=["mx1.b.test A", "mx1.b.test AAAA"])
    with pytest.raises(ResolverFailed):
        find(names)
    found = find(attrs.evolve(names, silent=[], records={**MX, "mx1.b.test A": [OWN]}))
    assert isinstance(found, Refused)


@pytest.mark.parametrize(("address", "families"), [("192.0.2.1", "ipv6"), ("127.0.0.1", "any")])
def test_a_host_is_without_an_address_only_when_both_kinds_are_known(address: str, families: str) -> None:
    names = Names({**MX, "mx1.b.test A": [address]}, silent=["mx1.b.test AAAA"])
    with pytest.raises(ResolverFailed):
        find(names, families)
    assert isinstance(find(attrs.evolve(names, silent=[]), families), Refused)


def test_an_own_address_is_known_in_whatever_way_it_is_written() -> None:
    assert isinstance(find(Names({**MX, "mx1.b.test AAAA": [f"::ffff:{OWN}"]})), Refused)


def test_a_secure_alias_keeps_its_records_wherever_it_leads_to() -> None:
    names = Names(
        {**MX, "mx.c.test A": ["192.0.2.1"], "_25._tcp.mx1.b.test TLSA": [RECORD]},
        insecure=["mx1.b.test A", "mx1.b.test AAAA"],
        aliases={"mx1.b.test": "mx.c.test"},
    )
    assert facts(names, "mx1.b.test").tlsa == (RECORD,)
    assert facts(attrs.evolve(names, insecure=[*names.insecure, "mx1.b.test CNAME"]), "mx1.b.test").tlsa is None
    with pytest.raises(ResolverFailed):
        find(attrs.evolve(names, silent=["mx1.b.test CNAME"]))


def test_a_host_whose_name_is_as_long_as_names_may_be_has_no_records() -> None:
    names = Names({"b.test MX": [MxRecord(10, f"mx.{LONG}")], f"mx.{LONG} A": ["192.0.2.1"]})
    assert facts(names, f"mx.{LONG}").tlsa is None
