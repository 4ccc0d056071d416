"""Fan-out: who shares a copy, who never does, and what the copies say together."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, Decision, MessageFacts, RouteTable, Schedule
from msgcore.mta.routing.fan_out import Copy, fan_out
from msgcore.mta.routing.nexthop import next_hop
from tests.mta.routing.tables import NOON, facts, recipients, tables

RELAYED = Connector("relayed", "smtp", [AddressSpace("SMTP", "*@*.test")], {"relay": "smtp://out.a.test"})
DIRECT = Connector("direct", "smtp", [AddressSpace("SMTP", "*")])
TABLE = RouteTable([RELAYED, DIRECT])


def decided(table: RouteTable, *texts: str, facts: MessageFacts | None = None) -> list[tuple[str, Decision]]:
    return [(text, table.route(text, facts or MessageFacts(), now=NOON)) for text in texts]


def shared(copies: list[Copy[str]]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(copy.connector.name, copy.next_hop, copy.recipients) for copy in copies]


@given(tables(), st.lists(st.tuples(recipients, facts), max_size=8), st.sampled_from([None, 1, 2]))
def test_what_is_true_of_a_copy_is_true_of_each_of_its_recipients(
    table: RouteTable, asked: list[tuple[Address, MessageFacts]], limit: int | None
) -> None:
    table = attrs.evolve(table, connectors=[attrs.evolve(one, max_recipients=limit) for one in table.connectors])
    decisions = [table.route(recipient, its_facts, now=NOON) for recipient, its_facts in asked]
    going = [(number, one) for number, one in enumerate(decisions) if one.connector and one.retry_at is None]
    copies = fan_out(going)

    assert sorted(number for copy in copies for number in copy.recipients) == [number for number, _ in going]
    for copy in copies:
        for number in copy.recipients:
            own = decisions[number]
            assert (own.connector, next_hop(own.recipient, own.options)) == (copy.connector.name, copy.next_hop)
            assert ("REQUIRETLS" in own.facts.needs, own.way) == (copy.is_tls_required, copy.connector)


def test_recipients_of_one_relay_share_a_copy_whatever_their_domains() -> None:
    copies = fan_out(decided(TABLE, "a@x.test", "b@y.test"))

    assert shared(copies) == [("relayed", "smtp://out.a.test", ("a@x.test", "b@y.test"))]


def test_the_first_recipients_domain_never_stands_for_the_others() -> None:
    copies = fan_out(decided(TABLE, "a@x.com", "b@y.com", "c@X.com"))

    assert shared(copies) == [("direct", "x.com", ("a@x.com", "c@X.com")), ("direct", "y.com", ("b@y.com",))]


def test_a_copy_is_split_at_the_most_recipients_of_its_connector() -> None:
    table = RouteTable([attrs.evolve(RELAYED, max_recipients=2)])
    copies = fan_out(decided(table, "a@x.test", "b@x.test", "c@x.test"))

    assert [copy.recipients for copy in copies] == [("a@x.test", "b@x.test"), ("c@x.test",)]


def test_what_needs_tls_does_not_share_a_copy_with_what_does_not() -> None:
    tls = decided(TABLE, "b@x.test", facts=MessageFacts(needs=["REQUIRETLS"]))
    copies = fan_out([*decided(TABLE, "a@x.test"), *tls])

    found = [(copy.recipients, copy.is_tls_required) for copy in copies]
    assert found == [(("a@x.test",), False), (("b@x.test",), True)]


def test_connectors_of_one_name_in_two_tables_are_two_ways() -> None:
    tables = (attrs.evolve(TABLE, epoch=epoch) for epoch in (1, 2))
    copies = fan_out(one for table in tables for one in decided(table, "a@x.test"))

    assert len(copies) == 2


@pytest.mark.parametrize("recipient", ["FAX:1", "late@x.test"])
def test_who_has_no_way_now_is_not_taken(recipient: str) -> None:
    table = RouteTable([attrs.evolve(RELAYED, schedule=Schedule())])
    with pytest.raises(UsageError, match="has no way now"):
        fan_out(decided(table, recipient))
