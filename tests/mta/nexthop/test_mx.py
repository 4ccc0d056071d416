"""Which hosts take a domain's mail, and in which order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Refused
from msgcore.mta.nexthop.mx import (
    MOST_ADDRESSES,
    MOST_HOSTS,
    MxHost,
    addresses_in_order,
    cut_at_own,
    hosts_in_order,
    literal_address,
    mx_hosts,
    plan_targets,
)
from msgcore.runtime.dns import DnsAnswer, DnsKind, MxRecord

NAMES = st.sampled_from([f"mx{number}.b.test" for number in range(6)])
RECORDS = st.lists(st.builds(MxRecord, st.integers(0, 3), NAMES), max_size=8)
ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2", "127.0.0.1", "::"])


def answer(*records: MxRecord, exists: bool = True) -> DnsAnswer:
    return DnsAnswer("b.test", DnsKind.MX, records, exists, False, "b.test", 60)


def hosts(*records: MxRecord, own: tuple[str, ...] = (), seed: int = 0) -> list[str] | str:
    found = mx_hosts("b.test", answer(*records), own, Random(seed))
    return str(found.enhanced) if isinstance(found, Refused) else [host.name for host in found]


@given(RECORDS, st.integers())
def test_hosts_stand_by_preference_each_once_and_none_is_lost(records: list[MxRecord], seed: int) -> None:
    found = mx_hosts("b.test", answer(*records), (), Random(seed))

    assert not isinstance(found, Refused)
    assert [host.preference for host in found] == sorted(host.preference for host in found)
    assert {host.name for host in found} == ({one.host for one in records} or {"b.test"})
    assert len({host.name for host in found}) == len(found)


@given(RECORDS.filter(bool), NAMES, st.integers())
def test_nothing_goes_to_the_own_host_or_behind_it(records: list[MxRecord], own: str, seed: int) -> None:
    best = {one.host: min(each.preference for each in records if each.host == one.host) for one in records}
    limit = best.get(own, 99)
    found = mx_hosts("b.test", answer(*records), [own.upper() + "."], Random(seed))

    expected = {name for name, preference in best.items() if preference < limit}
    assert ({host.name for host in found} if not isinstance(found, Refused) else set()) == expected


def test_hosts_of_one_preference_change_places_between_tries_and_no_others_do() -> None:
    records = [MxRecord(10, "a.b.test"), MxRecord(10, "b.b.test"), MxRecord(20, "c.b.test")]
    orders = {tuple(hosts(*records, seed=seed)) for seed in range(20)}

    assert orders == {("a.b.test", "b.b.test", "c.b.test"), ("b.b.test", "a.b.test", "c.b.test")}


@pytest.mark.parametrize(
    ("records", "own", "expected"),
    [
        ([MxRecord(0, "")], (), "5.1.10"),
        ([MxRecord(10, ".")], (), "5.1.10"),
        ([MxRecord(10, ""), MxRecord(20, "mx.b.test")], (), ["mx.b.test"]),
        ([], (), ["b.test"]),
        ([], ("b.test",), "5.4.6"),
        ([MxRecord(10, "mx.a.test")], ("mx.a.test",), "5.4.6"),
        ([MxRecord(10, "MX.B.test.")], (), ["mx.b.test"]),
        ([MxRecord(10, "192.0.2.1")], (), "5.4.4"),
        ([MxRecord(10, "[192.0.2.1]"), MxRecord(20, "mx.b.test")], (), ["mx.b.test"]),
    ],
    ids=["null MX", "null MX 10", "a dot among hosts", "implicit", "implicit self", "self", "case", "address", "both"],
)
def test_examples(records: list[MxRecord], own: tuple[str, ...], expected: list[str] | str) -> None:
    assert hosts(*records, own=own) == expected


def test_a_domain_that_is_not_there_is_refused_for_good() -> None:
    found = mx_hosts("b.test", answer(exists=False), (), Random(0))

    assert (type(found), str(getattr(found, "enhanced", ""))) == (Refused, "5.1.2")


def test_of_a_thousand_hosts_the_best_are_known() -> None:
    found = hosts(*(MxRecord(number, f"mx{number}.b.test") for number in reversed(range(1_000))))

    assert found == [f"mx{number}.b.test" for number in range(20)]


@given(st.lists(ADDRESSES), st.integers())
def test_ipv6_and_ipv4_go_by_turns_and_nothing_goes_to_oneself(addresses: list[str], seed: int) -> None:
    found = addresses_in_order(addresses, Random(seed))
    six = [one for one in found if ":" in one]
    both = min(len(six), len(found) - len(six))

    assert set(found) == set(addresses) - {"127.0.0.1", "::"}
    assert [":" in one for one in found[: 2 * both]] == [True, False] * both


@pytest.mark.parametrize("address", ["127.0.0.2", "0.0.0.0", "::1", "::ffff:127.0.0.1", "224.0.0.1", "no address"])
def test_an_address_of_nobody_or_of_this_machine_is_left_out(address: str) -> None:
    assert addresses_in_order([address, "192.0.2.1"], Random(0)) == ("192.0.2.1",)


def test_loopback_stays_where_that_is_allowed_and_the_other_family_goes() -> None:
    addresses = ["127.0.0.2", "2001:db8::1", "0.0.0.0"]

    assert addresses_in_order(addresses, Random(0), families="ipv4", allows_loopback=True) == ("127.0.0.2",)


def test_a_host_that_has_an_own_address_is_cut_with_those_behind_it() -> None:
    known = [(MxHost(f"mx{n}.b.test", n), (f"192.0.2.{n}",)) for n in (1, 2, 3)]

    cut = cut_at_own("b.test", known, ["192.0.2.2"])
    assert cut == (known[0],)
    assert isinstance(cut_at_own("b.test", known, ["192.0.2.1"]), Refused)
    assert cut_at_own("b.test", [], ["192.0.2.1"]) == ()


KNOWN = st.lists(st.lists(ADDRESSES, unique=True, max_size=5), max_size=5).map(
    lambda lists: [(MxHost(f"mx{n}.b.test", n), tuple(addresses)) for n, addresses in enumerate(lists)]
)


@given(KNOWN, st.sets(ADDRESSES))
def test_an_attempt_is_bounded_and_tries_what_failed_last(
    known: list[tuple[MxHost, tuple[str, ...]]], penalty: set[str]
) -> None:
    ordered = hosts_in_order(known, penalty.__contains__)
    targets = plan_targets(ordered, penalty.__contains__)
    names = list(dict.fromkeys(one.host for one in targets))

    tried = [len(addresses) for _, addresses in ordered[:MOST_HOSTS]]
    assert len(targets) == min(MOST_ADDRESSES, sum(tried))
    assert len(names) == min(MOST_HOSTS, sum(bool(one[1]) for one in known))
    for name in names:
        waits = [one.address in penalty for one in targets if one.host == name]
        assert waits == sorted(waits)
    if any(set(addresses) - penalty for _, addresses in known):
        assert targets[0].address not in penalty


@pytest.mark.parametrize(
    ("counts", "planned"),
    [((9,), [6]), ((1, 9), [1, 5]), ((9, 1), [5, 1]), ((9, 1, 9), [3, 1, 2]), ((9, 9, 9, 9), [2, 2, 2])],
)
def test_a_host_of_few_addresses_leaves_its_tries_to_the_others(counts: tuple[int, ...], planned: list[int]) -> None:
    known = [
        (MxHost(f"mx{n}.b.test", n), tuple(f"192.0.{n}.{m}" for m in range(count))) for n, count in enumerate(counts)
    ]

    targets = plan_targets(known, frozenset[str]().__contains__)

    assert [sum(one.host == host.name for one in targets) for host, _ in known[:MOST_HOSTS]] == planned


@pytest.mark.parametrize(
    ("domain", "address"),
    [
        ("[192.0.2.1]", "192.0.2.1"),
        ("[IPv6:2001:DB8::1]", "2001:db8::1"),
        ("[2001:db8::1]", None),
        ("[IPv6:192.0.2.1]", None),
        ("[999.0.2.1]", None),
        ("192.0.2.1", None),
    ],
)
def test_address_literals(domain: str, address: str | None) -> None:
    assert literal_address(domain) == address
