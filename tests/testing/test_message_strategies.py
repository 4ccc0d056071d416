"""The strategies of messages and of what finds them give what their docstrings say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.errors import UsageError
from msgcore.model import Message, compare
from msgcore.props.bag import PropBag
from msgcore.props.check import check_restriction, parts_of
from msgcore.props.match import match
from msgcore.props.restriction import Comparison, Content, ContentMode, Count, Relation, Restriction, SortKey
from msgcore.props.table import PidTagClientSubmitTime, PidTagImportance, PidTagSubject
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing import strategies
from msgcore.testing.strategies import MESSAGE_TAGS
from tests.testing.samples import sample, smallest

# What strategies draw is seen in many draws only.
pytestmark = pytest.mark.soak

OWN: Property[object] = PropertyTag[object](0x6801, PropertyType.MV_UNICODE, "Own")
TAGS = (*MESSAGE_TAGS, OWN)
OF_WIRES = {"NULL", "ERROR", "OBJECT", "SERVER_ID", "RESTRICTION", "RULE_ACTION", "STRING8", "UNSPECIFIED"}
OF_EVERY_KIND: Sequence[Property[object]] = [
    PropertyTag[object](0x6900 + number, kind, kind.name)
    for number, kind in enumerate(PropertyType)
    if kind.element.name not in OF_WIRES
]


# Messages


def levels(message: Message) -> int:
    """How many messages are in one another, below the first."""
    return max((1 + levels(a.message) for a in message.attachments if a.message is not None), default=0)


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_messages_nest_as_deep_as_was_asked_for(depth: int) -> None:
    assert levels(smallest(strategies.composed_messages(depth), lambda message: levels(message) >= depth)) == depth


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_messages_nest_no_deeper_than_was_asked_for(depth: int) -> None:
    assert max(levels(message) for message in sample(strategies.composed_messages(depth), 60)) <= depth


MESSAGES: dict[str, Callable[[Message], object]] = {
    "composed": lambda message: message.source is None,
    "read": lambda message: message.source is not None,
    "a picture": lambda message: any(a.is_inline and "cid:" in (message.html or "") for a in message.attachments),
    "an octets attachment": lambda message: any(a.message is None for a in message.attachments),
    "a message attachment": lambda message: any(a.message is not None for a in message.attachments),
    "a bare name": lambda message: any(not recipient.address.is_resolved for recipient in message.recipients),
    "bcc": lambda message: message.bcc,
    "reply to": lambda message: message.reply_to,
    "both bodies": lambda message: message.html and message.text,
    "a bare CR in the text": lambda message: "\r" in (message.text or "").replace("\r\n", ""),
    "a header field": lambda message: any(field.name.endswith("-Own") for field in message.headers),
}


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    return sample(strategies.messages(1), 400)


@pytest.mark.parametrize("kind", MESSAGES)
def test_messages_of_every_kind_appear(messages: list[Message], kind: str) -> None:
    assert any(MESSAGES[kind](message) for message in messages)


def test_moments_in_zones_on_either_side_and_in_the_middle_appear() -> None:
    offsets = [moment.utcoffset() or timedelta() for moment in sample(strategies.moments())]

    assert {(offset > timedelta()) - (offset < timedelta()) for offset in offsets} == {-1, 0, 1}


@given(strategies.messages())
def test_any_message_survives_writing_and_reading(message: Message) -> None:
    assert compare(mime.read(mime.write(message)), message) == ()


def test_messages_shrink_to_an_empty_one() -> None:
    assert compare(smallest(strategies.messages()), Message()) == ()


# Restrictions


@pytest.fixture(scope="module")
def every_restriction() -> list[Restriction]:
    """A thousand restrictions, and their parts."""
    waiting = sample(strategies.table_restrictions(TAGS), 1_000)
    for one in waiting:
        waiting += parts_of(one)
    return waiting


def test_restrictions_of_every_kind_appear(every_restriction: list[Restriction]) -> None:
    assert {type(one) for one in every_restriction} == set(Restriction.__subclasses__())


def test_only_the_restrictions_of_tables_count_rows() -> None:
    assert Count not in {type(one) for one in sample(strategies.restrictions(TAGS))}


def test_content_conditions_of_every_mode_appear_loose_and_not(every_restriction: list[Restriction]) -> None:
    modes = {(one.mode, one.is_loose) for one in every_restriction if isinstance(one, Content)}

    assert modes == {(mode, is_loose) for mode in ContentMode for is_loose in (True, False)}


def test_comparisons_with_every_relation_but_membership_appear(every_restriction: list[Restriction]) -> None:
    relations = {one.relation for one in every_restriction if isinstance(one, Comparison)}

    assert relations == set(Relation) - {Relation.MEMBER_OF}


@given(strategies.table_restrictions([*TAGS, *OF_EVERY_KIND]))
def test_every_restriction_is_one_that_is_evaluated(restriction: Restriction) -> None:
    assert check_restriction(restriction) is None  # type: ignore[func-returns-value]


@given(strategies.restrictions(TAGS), strategies.messages_to_find([OWN]))
def test_every_restriction_has_an_answer(restriction: Restriction, message: Message) -> None:
    assert match(restriction, message) is not match(~restriction, message)


@pytest.mark.parametrize("tag", [PidTagSubject, PidTagImportance, PidTagClientSubmitTime, OWN], ids=str)
def test_for_each_property_comparisons_hold_and_do_not_hold(tag: Property[object]) -> None:
    messages = strategies.messages_to_find([OWN]).map(as_in_a_store)
    pairs = sample(st.tuples(strategies.restrictions([tag]), messages), 400)

    assert {match(one, message) for one, message in pairs if isinstance(one, Comparison)} == {True, False}


# What only a store sets.
SET_BY_A_STORE: dict[PropertyType, object] = {
    PropertyType.UNICODE: "",
    PropertyType.MV_UNICODE: ("a",),
    PropertyType.LONG: 1,
    PropertyType.I8: 1,
    PropertyType.BOOLEAN: True,
    PropertyType.SYSTIME: datetime(2026, 1, 1, tzinfo=UTC),
}


def as_in_a_store(message: Message) -> PropBag:
    """The properties of a message, with those that only a store sets."""
    bag = PropBag()
    for tag in TAGS:
        bag[tag] = message.get(tag, SET_BY_A_STORE[tag.value_type])
    return bag


@given(strategies.sort_orders(TAGS))
def test_sort_keys_are_single_valued_properties_of_the_given_ones(keys: list[SortKey]) -> None:
    assert {key.tag for key in keys} <= set(MESSAGE_TAGS)


@pytest.mark.parametrize("kind", [PropertyType.NULL, PropertyType.OBJECT, PropertyType.ERROR])
def test_a_type_that_nobody_looks_for_has_no_few_values(kind: PropertyType) -> None:
    with pytest.raises(UsageError, match=kind.name):
        strategies.few_values(kind)


@pytest.mark.parametrize("tag", [PidTagSubject, OWN], ids=str)
def test_two_messages_to_find_often_agree(tag: Property[object]) -> None:
    pairs = sample(st.tuples(strategies.messages_to_find([OWN]), strategies.messages_to_find([OWN])), 100)

    assert sum(bool(one.get(tag)) and one.get(tag) == other.get(tag) for one, other in pairs) >= 2


def test_incoming_messages_are_read_or_not_and_have_arrived_or_not() -> None:
    incoming = sample(strategies.incoming(strategies.messages_to_find()), 100)

    assert len({(one.is_read, one.is_unsent, one.received_at is None) for one in incoming}) == 8
