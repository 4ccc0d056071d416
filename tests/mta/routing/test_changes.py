"""Comparing tables, and what a change does to a sample of mail."""

from __future__ import annotations

from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InvalidAddress
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable, Schedule
from msgcore.mta.routing.changes import compare_tables, simulate
from tests.mta.routing.pooled import pooled_tables
from tests.mta.routing.tables import NOON, facts, links, recipients, rows

CONNECTOR = Connector("a", "smtp", [AddressSpace("SMTP", "*", 10)], {"relay": "smtp://a.test"})
OTHER_VALUES: dict[str, Any] = {
    "gateway": "lmtp",
    "is_enabled": False,
    "max_size_octets": 10,
    "only_from": ["*@a.test"],
    "weight": 2,
    "never_from": ["*@a.test"],
    "message_classes": ["IPM.Note"],
    "priorities": (0, 9),
    "capabilities": ["DSN"],
    "needs_verdicts": ["dmarc=pass"],
    "refuses_verdicts": ["spf=fail"],
    "leads_to": "north",
    "site": "north",
    "schedule": Schedule(["08:00-18:00"]),
    "max_tries": 3,
    "retry_shortest_seconds": 60.0,
    "retry_longest_seconds": 60.0,
    "max_recipients": 5,
    "max_sessions": 5,
    "content": "mime",
}
samples = st.lists(st.tuples(recipients, facts), max_size=5)


def changes(before: RouteTable, after: RouteTable) -> list[str]:
    return [str(change) for change in compare_tables(before, after)]


@given(pooled_tables(), st.randoms(use_true_random=False))
def test_the_order_of_a_table_is_no_change(table: RouteTable, random: Random) -> None:
    shuffled = [attrs.evolve(c, spaces=random.sample(c.spaces, len(c.spaces))) for c in table.connectors]
    random.shuffle(shuffled)

    assert compare_tables(table, attrs.evolve(table, connectors=shuffled)) == ()


@given(pooled_tables(), pooled_tables(), samples, links)
def test_tables_without_changes_route_alike(
    before: RouteTable, after: RouteTable, sample: list[tuple[Address, MessageFacts]], links: LinkState
) -> None:
    found = simulate(before, after, sample, links=links, now=NOON)

    assert found.moved == () or compare_tables(before, after) != ()


@given(pooled_tables(), pooled_tables())
def test_the_way_back_has_the_same_changes_the_other_way_round(before: RouteTable, after: RouteTable) -> None:
    there = {(one.connector, one.field, str(one.before), str(one.after)) for one in compare_tables(before, after)}
    back = {(one.connector, one.field, str(one.after), str(one.before)) for one in compare_tables(after, before)}

    assert there == back


def test_every_field_of_a_connector_is_tried() -> None:
    fields = {field.name for field in attrs.fields(Connector) if field.init}

    assert OTHER_VALUES.keys() == fields - {"name", "spaces", "options"}


@pytest.mark.parametrize("field", OTHER_VALUES)
def test_a_changed_field_of_a_connector_is_named(field: str) -> None:
    changed = attrs.evolve(CONNECTOR, **{field: OTHER_VALUES[field]})

    (change,) = compare_tables(RouteTable([CONNECTOR]), RouteTable([changed]))
    assert (change.connector, change.space, change.field) == ("a", None, field)
    assert (change.before, change.after) == (getattr(CONNECTOR, field), getattr(changed, field))


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("cost", 20, "connector 'a': space SMTP:*: cost: 10 -> 20"),
        ("scope", ["north"], "connector 'a': space SMTP:*: scope: none -> north"),
        ("fallthrough", True, "connector 'a': space SMTP:*: fallthrough: False -> True"),
    ],
)
def test_a_changed_field_of_a_space_is_named(field: str, value: Any, text: str) -> None:
    space = attrs.evolve(CONNECTOR.spaces[0], **{field: value})

    assert changes(RouteTable([CONNECTOR]), RouteTable([attrs.evolve(CONNECTOR, spaces=[space])])) == [text]


def test_a_pattern_written_otherwise_is_no_change() -> None:
    assert changes(rows("a SMTP:*@b.test 1"), rows("a SMTP:**@B.TEST. 1")) == []


def test_what_came_and_went_is_told() -> None:
    before = rows("a SMTP:* 1", "a SMTP:*@b.test 1", "gone MS:* 1")
    after = rows("a SMTP:* 1", "a SMTP:*@c.test 1", "new MS:* 1")

    assert changes(before, after) == [
        "connector 'a': space SMTP:*@b.test: removed",
        "connector 'a': space SMTP:*@c.test: added",
        "connector 'gone': removed",
        "connector 'new': added",
    ]


def test_the_changes_of_options_schedule_and_table_are_told() -> None:
    changed = attrs.evolve(CONNECTOR, options={"user": "ann"}, schedule=Schedule(["08:00-18:00"], "UTC"))
    after = RouteTable([changed], policy="least_cost", site="north")

    assert changes(RouteTable([CONNECTOR]), after) == [
        "table: policy: cost -> least_cost",
        "table: site: none -> north",
        "connector 'a': schedule: none -> 08:00-18:00 (UTC)",
        "connector 'a': options.relay: smtp://a.test -> none",
        "connector 'a': options.user: none -> ann",
    ]


# Simulation


@given(pooled_tables(), pooled_tables(), samples, links)
def test_exactly_the_recipients_whose_decision_is_another_are_moved(
    before: RouteTable, after: RouteTable, sample: list[tuple[Address, MessageFacts]], links: LinkState
) -> None:
    found = simulate(before, after, sample, links=links, now=NOON)

    def says(table: RouteTable, recipient: Address, facts: MessageFacts) -> object:
        decision = table.route(recipient, facts, links=links, now=NOON)
        return decision.connector, dict(decision.options), decision.retry_at, decision.reason and decision.reason.status

    moved = [
        recipient for recipient, facts in sample if says(before, recipient, facts) != says(after, recipient, facts)
    ]
    assert [one.recipient for one in found.moved] == moved


@given(pooled_tables(), pooled_tables(), samples)
def test_every_recipient_is_counted_before_and_after(
    before: RouteTable, after: RouteTable, sample: list[tuple[Address, MessageFacts]]
) -> None:
    shares = simulate(before, after, sample).shares

    assert [sum(share.before for share in shares), sum(share.after for share in shares)] == [len(sample)] * 2


@pytest.mark.parametrize(
    "change", [{"options": {"relay": "smtp://b.test"}}, {"gateway": "lmtp"}, {"content": "plain"}], ids=str
)
def test_a_connector_that_delivers_otherwise_is_another_way(change: dict[str, Any]) -> None:
    after = RouteTable([attrs.evolve(CONNECTOR, **change)])

    assert len(simulate(RouteTable([CONNECTOR]), after, [("bob@b.test", MessageFacts())]).moved) == 1


def test_a_connector_that_only_limits_more_is_the_same_way_for_what_it_takes() -> None:
    after = RouteTable([attrs.evolve(CONNECTOR, max_size_octets=100, max_sessions=1)])

    assert simulate(RouteTable([CONNECTOR]), after, [("bob@b.test", MessageFacts(100))]).moved == ()


def test_the_report_shows_shares_and_both_decisions() -> None:
    before = rows("internet SMTP:* 10")
    after = rows("internet SMTP:* 10", "partner SMTP:*@b.test 50")
    sample = [(text, MessageFacts()) for text in ("bob@b.test", "ann@c.test", "FAX:+46")]

    assert str(simulate(before, after, sample)) == (
        "3 recipients, another way than before: 1\n"
        "\n"
        "  connector       before       after\n"
        "  internet             2           1\n"
        "  partner              0           1\n"
        "  (no route)           1           1\n"
        "\n"
        "  SMTP:bob@b.test: goes to internet (gateway smtp) by SMTP:*, cost 10\n"
        "    now goes to partner (gateway smtp) by SMTP:*@b.test, cost 50"
    )


def test_the_report_of_many_moves_shows_the_first_ones() -> None:
    sample = [(f"r{n}@b.test", MessageFacts()) for n in range(25)]

    assert str(simulate(rows("a SMTP:* 1"), rows("b SMTP:* 1"), sample)).endswith("\n  and 5 more")


def test_an_empty_sample_has_a_report() -> None:
    assert str(simulate(RouteTable(), RouteTable(), [])).startswith("0 recipients, another way than before: 0")


def test_a_recipient_that_is_no_address_is_refused() -> None:
    with pytest.raises(InvalidAddress):
        simulate(RouteTable(), RouteTable(), [("SMTP:b.test", MessageFacts())])
