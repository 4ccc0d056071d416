"""Routing as a set of rules that hold for every table."""

from datetime import datetime
from random import Random

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable, Verdict
from tests.mta.routing.tables import NOON, facts, links, recipients, tables


def matching(table: RouteTable, recipient: Address) -> list[tuple[Connector, AddressSpace]]:
    return [
        (connector, space)
        for connector in table.connectors
        for space in connector.spaces
        if space.address_type == recipient.address_type and space.matches(recipient.email_address)
    ]


def expected_best(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> tuple[datetime, int] | None:
    """Say it again, slowly: eligible, then most specific, then first to be up, then cheapest."""
    able = [
        (connector, space)
        for connector, space in matching(table, recipient)
        if connector.is_enabled and connector.takes_size(facts.size_octets)
    ]
    if not able:
        return None
    specificity = max(space.specificity for _, space in able)
    return min(
        (max(NOON, links.down.get(connector.name, NOON)), space.cost)
        for connector, space in able
        if space.specificity == specificity
    )


@given(tables(), recipients, facts, links)
def test_the_choice_is_eligible_then_specific_then_up_then_cheap(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> None:
    decision = table.route(recipient, facts, links=links, now=NOON)

    best = None if decision.cost is None else (decision.retry_at or NOON, decision.cost)
    assert best == expected_best(table, recipient, facts, links)


@given(tables(), recipients, facts, links)
def test_no_candidate_is_lost(table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState) -> None:
    candidates = table.route(recipient, facts, links=links, now=NOON).candidates

    expected = sorted((connector.name, str(space)) for connector, space in matching(table, recipient))
    assert sorted((candidate.connector, str(candidate.space)) for candidate in candidates) == expected


@given(tables(), recipients, facts, links)
def test_exactly_the_decided_candidate_is_called_chosen(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> None:
    decision = table.route(recipient, facts, links=links, now=NOON)

    chosen = [(c.connector, c.space) for c in decision.candidates if c.verdict is Verdict.CHOSEN]
    assert chosen == ([] if decision.connector is None else [(decision.connector, decision.space)])


@given(tables(), recipients, facts, links)
def test_either_a_connector_or_a_reason_is_given(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> None:
    decision = table.route(recipient, facts, links=links, now=NOON)

    assert (decision.connector is None) == (decision.reason is not None)


@given(tables(), recipients, facts, links, st.randoms(use_true_random=False))
def test_the_order_of_the_connectors_says_nothing(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState, random: Random
) -> None:
    shuffled = list(table.connectors)
    random.shuffle(shuffled)
    other = RouteTable(attrs.evolve(c, spaces=random.sample(c.spaces, len(c.spaces))) for c in shuffled)

    first = table.route(recipient, facts, links=links, now=NOON)
    assert other.route(recipient, facts, links=links, now=NOON).explain() == first.explain()


@given(tables(), recipients)
def test_the_space_is_of_the_recipients_own_type(table: RouteTable, recipient: Address) -> None:
    space = table.route(recipient).space

    assert space is None or space.address_type == recipient.address_type


@given(tables(), recipients, st.integers(1, 3))
def test_making_the_chosen_space_cheaper_keeps_it_chosen(table: RouteTable, recipient: Address, cost: int) -> None:
    decision = table.route(recipient)
    space = decision.space
    assume(space is not None and cost < space.cost)
    assert space is not None
    cheaper = RouteTable(
        attrs.evolve(
            connector,
            spaces=[attrs.evolve(s, cost=cost) if s == space else s for s in connector.spaces],
        )
        if connector.name == decision.connector
        else connector
        for connector in table.connectors
    )

    assert cheaper.route(recipient).connector == decision.connector


@given(tables(), recipients)
def test_an_exact_space_beats_a_cheaper_wildcard(table: RouteTable, recipient: Address) -> None:
    assume("*" not in recipient.email_address)
    exact = Connector("exact", "smtp", [AddressSpace(recipient.address_type, recipient.email_address, 100)])
    others = [c for c in table.connectors if not any(s.is_exact for s in c.spaces)]

    assert RouteTable([exact, *others]).route(recipient).connector == "exact"


@given(tables(), recipients)
def test_rerouting_ends_within_the_best_set(table: RouteTable, recipient: Address) -> None:
    tried: set[str] = set()
    specificities: set[tuple[int, int]] = set()
    while (decision := table.route(recipient, exclude=tried)).connector is not None:
        assert decision.space is not None
        specificities.add(decision.space.specificity)
        tried.add(decision.connector)

    assert len(specificities) <= 1
