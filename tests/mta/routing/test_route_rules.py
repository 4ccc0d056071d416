"""Routing as a set of rules that hold for every table."""

import re
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import UsageError
from msgcore.model import Address
from msgcore.mta import AddressSpace, Connector, LinkState, MessageFacts, RouteTable, Verdict
from tests.mta.routing.tables import NOON, facts, links, recipients, tables


@given(tables(), recipients, facts, links)
def test_exactly_the_decided_candidate_is_called_chosen(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState
) -> None:
    decision = table.route(recipient, facts, links=links, now=NOON)

    chosen = [(c.connector, c.space) for c in decision.candidates if c.verdict is Verdict.CHOSEN]
    assert chosen == ([] if decision.connector is None else [(decision.connector, decision.space)])


@given(tables(), recipients, facts, links, st.randoms(use_true_random=False))
def test_the_order_of_the_connectors_says_nothing(
    table: RouteTable, recipient: Address, facts: MessageFacts, links: LinkState, random: Random
) -> None:
    shuffled = list(table.connectors)
    random.shuffle(shuffled)
    other = attrs.evolve(
        table, connectors=[attrs.evolve(c, spaces=random.sample(c.spaces, len(c.spaces))) for c in shuffled]
    )

    first = table.route(recipient, facts, links=links, now=NOON)
    assert other.route(recipient, facts, links=links, now=NOON).explain() == first.explain()


@given(tables(), recipients)
def test_the_space_is_of_the_recipients_own_type(table: RouteTable, recipient: Address) -> None:
    space = table.route(recipient).space

    assert space is None or space.address_type == recipient.address_type


@given(tables(), recipients)
def test_an_exact_space_beats_a_cheaper_wildcard(table: RouteTable, recipient: Address) -> None:
    assume("*" not in recipient.email_address)
    exact = Connector("exact", "smtp", [AddressSpace(recipient.address_type, recipient.email_address, 100)])
    others = [c for c in table.connectors if not any(s.is_exact for s in c.spaces)]

    assert RouteTable([exact, *others]).route(recipient).connector == "exact"


@given(tables(), recipients)
def test_rerouting_ends_within_the_best_set_of_those_that_do_not_fall_through(
    table: RouteTable, recipient: Address
) -> None:
    tried: set[str] = set()
    specificities: list[tuple[int, int]] = []
    while (decision := table.route(recipient, exclude=tried)).connector is not None:
        assert decision.space is not None
        if not decision.space.fallthrough:
            specificities.append(decision.space.specificity)
        tried.add(decision.connector)

    assert len(set(specificities)) <= 1


@pytest.mark.parametrize(("value", "text"), [(4, "4"), (True, "true"), (["/bin/x", "a b"], '["/bin/x", "a b"]')])
def test_an_option_that_is_no_text_is_refused_with_what_to_write(value: Any, text: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"need text; write {text!r}")):
        Connector("out", "pipe", [AddressSpace("SMTP", "*")], {"x": value})


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (None, "; leave it out for what counts without it"),
        (Secret("geheim"), "; write where the secret lies, such as 'env:NAME'"),
        (["a", None], ""),
        ({"a": 1}, ""),
    ],
)
def test_what_no_option_can_say_is_not_advised(value: Any, advice: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"need text{advice}") + "$"):
        Connector("out", "pipe", [AddressSpace("SMTP", "*")], {"x": value})


@pytest.mark.parametrize(
    "wrong",
    [
        {"options": {"connections": 4}},
        {"is_enabled": "no"},
        {"leads_to": None},
        {"max_size_octets": "5MB"},
        {"priorities": 5},
        {"schedule": "Mon-Fri 22:00-06:00"},
        {"weight": "2"},
        {"weight": True},
        {"spaces": ["*"]},
    ],
    ids=str,
)
def test_a_connector_refuses_what_could_not_be_stored(wrong: dict[str, object]) -> None:
    """A table that cannot be read again would keep every node from its work."""
    given: dict[str, object] = {"name": "out", "gateway": "smtp", "spaces": [AddressSpace("SMTP", "*")], **wrong}
    with pytest.raises(UsageError, match=next(iter(wrong)).removesuffix("s")):
        Connector(**given)  # type: ignore[arg-type]  # what a careless caller gives
