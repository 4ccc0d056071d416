"""Selection compared with a slow one that says the specification (mta.md a6) once more, and the laws that follow."""

from collections.abc import Set as AbstractSet
from datetime import datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, Decision, LinkState, MessageFacts, RouteTable, Verdict
from tests.mta.routing.tables import (
    NEVER,
    NOON,
    OPEN,
    OPENS_AT_2,
    OPENS_AT_3,
    facts,
    left_out,
    links,
    recipients,
    rows,
    tables,
)

Line = tuple[Connector, AddressSpace]


@attrs.frozen
class Case:
    """One question to a table."""

    table: RouteTable
    recipient: Address
    facts: MessageFacts
    links: LinkState
    exclude: AbstractSet[str]

    def decide(self) -> Decision:
        return self.table.route(self.recipient, self.facts, links=self.links, now=NOON, exclude=self.exclude)

    def matching(self) -> list[Line]:
        return [
            (connector, space)
            for connector in self.table.connectors
            for space in connector.spaces
            if space.address_type == self.recipient.address_type and space.matches(self.recipient.email_address)
        ]

    def with_costs(self, raised: AbstractSet[tuple[str, str]]) -> "Case":
        """Give the same with some rows, named by connector and space, dearer by as much as no other row costs."""
        table = attrs.evolve(
            self.table,
            connectors=[
                attrs.evolve(
                    one,
                    spaces=[
                        attrs.evolve(s, cost=s.cost + 50) if (one.name, str(s)) in raised else s for s in one.spaces
                    ],
                )
                for one in self.table.connectors
            ],
        )
        return attrs.evolve(self, table=table)


cases = st.builds(Case, tables(), recipients, facts, links, left_out)


def is_able(case: Case, line: Line) -> bool:
    """Step 2 of a6: what a connector takes at all."""
    (connector, space), message, table = line, case.facts, case.table
    sender = message.sender.email_address if message.sender else None
    return (
        connector.is_enabled
        and (not space.scope or bool({table.site, *table.locations} & set(space.scope)))
        and (connector.max_size_octets is None or message.size_octets <= connector.max_size_octets)
        and (
            not connector.message_classes
            or any(
                f"{message.message_class}.".upper().startswith(f"{one}.".upper()) for one in connector.message_classes
            )
        )
        and connector.priorities[0] <= message.priority <= connector.priorities[1]
        and (not connector.only_from or (sender is not None and sender.endswith("@a.test")))
        and (not connector.never_from or sender is None or not sender.startswith("eve@"))
        and connector.needs_verdicts <= message.verdicts
        and not connector.refuses_verdicts & message.verdicts
        and (connector.capabilities is None or message.needs <= connector.capabilities)
        and connector.name != message.arrived_by
        and (not connector.leads_to or connector.leads_to not in message.visited)
    )


def opens_after_hours(case: Case, connector: Connector) -> float:
    """Say in how many hours a connector opens by itself; infinite for one that only the other side opens."""
    if connector.schedule is None or connector.name in case.links.called:
        return 0
    return {OPEN: 0, OPENS_AT_3: 3, OPENS_AT_2: 2, NEVER: float("inf")}[connector.schedule]


def down_for_hours(case: Case, connector: Connector) -> float:
    until = case.links.down.get(connector.name)
    if until is None or connector.name in case.links.called:
        return 0
    return max(0.0, (until - NOON).total_seconds() / 3_600)


def order(case: Case, line: Line) -> tuple[float, ...]:
    """Step 4 of a6, up to the draw among equals."""
    connector, space = line
    opens = opens_after_hours(case, connector)
    first = (opens > 0, space.cost) if case.table.policy == "least_cost" else ()
    tries = case.facts.tries.get(connector.name, 0)
    is_far = connector.site not in ("", case.table.site)
    return (*first, opens, tries, down_for_hours(case, connector), space.cost, is_far)


def expected(case: Case) -> tuple[list[tuple[str, str]], float]:
    """Give the rows that are equally good, and in how many hours the best can go."""
    able = [line for line in case.matching() if is_able(case, line)]
    waiting: tuple[list[tuple[str, str]], float] | None = None
    for specificity in sorted({space.specificity for _, space in able}, reverse=True):
        fixed = [line for line in able if line[1].specificity == specificity]
        left = [
            (connector, space)
            for connector, space in fixed
            if connector.name not in case.exclude
            and not (connector.max_tries and case.facts.tries.get(connector.name, 0) >= connector.max_tries)
        ]
        if left:
            first = min(order(case, line) for line in left)
            equals = [line for line in left if order(case, line) == first]
            wait = max(opens_after_hours(case, equals[0][0]), down_for_hours(case, equals[0][0]))
            found = [(connector.name, str(space)) for connector, space in equals], wait
            if wait == 0:
                return found
            waiting = waiting or found
        if not all(space.fallthrough for _, space in fixed):
            break
    return waiting or ([], 0)


def hours(decision: Decision) -> float:
    if decision.waits_for_call:
        return float("inf")
    return 0 if decision.retry_at is None else (decision.retry_at - NOON).total_seconds() / 3_600


def row(decision: Decision) -> tuple[str, str]:
    return decision.connector or "", str(decision.space)


@given(cases)
def test_the_choice_is_that_of_the_specification(case: Case) -> None:
    equals, wait = expected(case)
    decision = case.decide()

    if not equals:
        assert decision.connector is None
    else:
        assert row(decision) in equals, decision.explain()
        assert hours(decision) == wait, decision.explain()


@given(cases)
def test_no_candidate_is_lost(case: Case) -> None:
    told = sorted((one.connector, str(one.space)) for one in case.decide().candidates)

    assert told == sorted((connector.name, str(space)) for connector, space in case.matching())


@given(cases)
def test_those_that_lost_by_nothing_are_the_equals_of_the_chosen(case: Case) -> None:
    equals, _ = expected(case)
    decision = case.decide()
    best = {Verdict.CHOSEN, Verdict.NOT_DRAWN}

    told = {(one.connector, str(one.space)) for one in decision.candidates if one.verdict in best}
    assert not decision.connector or told >= set(equals), decision.explain()


@given(cases)
def test_what_cannot_take_the_message_is_said_to(case: Case) -> None:
    unable = {(c.name, str(s)) for c, s in case.matching() if not is_able(case, (c, s))}
    verdicts = list(Verdict)
    barriers = set(verdicts[: verdicts.index(Verdict.LESS_SPECIFIC)])

    told = {(one.connector, str(one.space)) for one in case.decide().candidates if one.verdict in barriers}
    assert told == unable


@given(cases)
def test_making_losers_dearer_changes_nothing(case: Case) -> None:
    decision = case.decide()
    losers = {(c.name, str(s)) for c, s in case.matching()} - {row(decision)}

    assert row(case.with_costs(losers).decide()) == row(decision)


@given(cases)
def test_making_any_row_dearer_never_makes_it_win(case: Case) -> None:
    before = row(case.decide())
    for connector, space in case.matching():
        one = (connector.name, str(space))
        assert one == before or row(case.with_costs({one}).decide()) != one


@given(cases)
def test_leaving_out_those_that_lost_changes_nothing(case: Case) -> None:
    decision = case.decide()
    others = frozenset(one.connector for one in decision.candidates) - {decision.connector}
    without = attrs.evolve(case, exclude=case.exclude | others)

    assert decision.connector is None or row(without.decide()) == row(decision)


@given(cases)
def test_the_same_question_has_the_same_answer(case: Case) -> None:
    assert case.decide() == case.decide()


@given(cases, st.sampled_from([NOON, None]))
def test_a_reason_is_given_where_there_is_no_connector(case: Case, now: datetime | None) -> None:
    decision = case.table.route(case.recipient, case.facts, links=case.links, now=now, exclude=case.exclude)

    assert (decision.connector is None) == (decision.reason is not None)


def drawn(table: RouteTable, count: int = 10_000) -> list[str | None]:
    return [table.route("bob@b.test", MessageFacts(transfer_id=f"message-{n}")).connector for n in range(count)]


@pytest.mark.parametrize(("count", "messages"), [(2, 10_000), (3, 20_000), (5, 40_000)])
def test_equals_share_messages_evenly_within_3_percent(count: int, messages: int) -> None:
    names = "abcde"[:count]
    found = drawn(rows(*(f"{name} SMTP:* 1" for name in names)), messages)

    shares = {name: found.count(name) * count / len(found) for name in names}
    assert all(abs(share - 1) < 0.03 for share in shares.values()), shares


def test_a_connector_that_is_added_takes_its_share_and_moves_nothing_else() -> None:
    before, after = (drawn(rows(*(f"{name} SMTP:* 1" for name in names))) for names in ("abc", "abcd"))

    assert {new for old, new in zip(before, after, strict=True) if old != new} == {"d"}
