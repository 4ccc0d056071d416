"""Values longer than an index of PostgreSQL takes: each engine keeps them, sorts and finds them, or refuses them."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.model import Address, Message
from msgcore.props.restriction import Content, ContentMode, Restriction, SortKey
from msgcore.props.table import (
    PidTagEntryId,
    PidTagMessageDeliveryTime,
    PidTagSentRepresentingEmailAddress,
    PidTagSubject,
)
from msgcore.props.tags import PropertyTag
from msgcore.providers.internal.dialect import HEAD_OCTETS
from msgcore.providers.internal.mailboxes import add_address, create_mailbox
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.runtime import NEVER, BlockingRuntime, Connection, Database
from msgcore.spi.store import Incoming, TableQuery
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.test_paging import check_pages
from tests.providers.internal.test_query import check_against_reference

PAIRS = settings(max_examples=2_000 if SOAK else 25, deadline=None)
RUNTIME = BlockingRuntime()
FEWER_PAIRS = settings(max_examples=2_000 if SOAK else 8, deadline=None)


def noise(count: int) -> str:
    """Text that no compression makes shorter."""
    return "".join(random.Random(count).choices(string.ascii_letters + string.digits, k=count))


# Alike up to where the index ends, or nearly.
_COUNTS = st.sampled_from([0, 1, HEAD_OCTETS - 1, HEAD_OCTETS, HEAD_OCTETS + 1, 2 * HEAD_OCTETS])
_ENDS = st.sampled_from(["", "a", "B", "b", "é", "xa", "y"])
_TAGS = st.sampled_from([PidTagSubject, PidTagSentRepresentingEmailAddress])
_MODES = st.sampled_from([ContentMode.FULL, ContentMode.PREFIX, ContentMode.SUBSTRING])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    return "x" * draw(_COUNTS) + draw(_ENDS)


@st.composite
def _incoming(draw: st.DrawFn) -> Incoming:
    sender = draw(st.none() | TEXTS.filter(bool))
    return Incoming(Message(subject=draw(TEXTS), from_=None if sender is None else Address("X", sender)))


@st.composite
def _restrictions(draw: st.DrawFn) -> Restriction:
    tag, texts = draw(_TAGS), draw(st.lists(TEXTS, min_size=1, max_size=3))
    equality = tag.equals(texts[0]) if len(texts) == 1 else tag.is_in(texts)
    return draw(
        st.just(equality) | st.builds(Content, st.just(tag), _MODES, st.just(texts[0]), ignore_case=st.booleans())
    )


@st.composite
def _orders(draw: st.DrawFn) -> tuple[SortKey, ...]:
    tags = draw(st.lists(_TAGS | st.just(PidTagMessageDeliveryTime), min_size=1, max_size=2))
    return tuple(SortKey(tag, draw(st.booleans())) for tag in tags)


TEXTS = _texts()
MESSAGES = st.lists(_incoming(), min_size=1, max_size=6)
RESTRICTIONS = _restrictions()
QUERIES = st.builds(
    TableQuery,
    st.just((PidTagEntryId,)),
    st.none() | RESTRICTIONS,
    _orders(),
    count=st.integers(1, 4),
    includes_origin=st.booleans(),
    is_backward=st.booleans(),
)


@PAIRS
@given(MESSAGES, st.lists(RESTRICTIONS, min_size=3, max_size=8))
def test_long_values_are_found_as_the_reference_evaluator_finds_them(
    file_shelf: Box, given_messages: list[Incoming], wanted: list[Restriction]
) -> None:
    check_against_reference(file_shelf, given_messages, wanted)


@PAIRS
@given(MESSAGES, st.lists(RESTRICTIONS, min_size=3, max_size=8))
def test_long_values_are_found_on_postgresql_as_the_reference_evaluator_finds_them(
    server_shelf: Box, given_messages: list[Incoming], wanted: list[Restriction]
) -> None:
    check_against_reference(server_shelf, given_messages, wanted)


@FEWER_PAIRS
@given(MESSAGES, st.lists(QUERIES, min_size=2, max_size=4))
def test_pages_of_long_values_are_those_that_select_gives(
    file_shelf: Box, given_messages: list[Incoming], wanted: list[TableQuery]
) -> None:
    check_pages(file_shelf, given_messages, wanted)


@FEWER_PAIRS
@given(MESSAGES, st.lists(QUERIES, min_size=2, max_size=4))
def test_pages_of_long_values_on_postgresql_are_those_that_select_gives(
    server_shelf: Box, given_messages: list[Incoming], wanted: list[TableQuery]
) -> None:
    check_pages(server_shelf, given_messages, wanted)


@pytest.mark.parametrize("count", [2_800, 7_900])
@pytest.mark.parametrize("tag", [PidTagSubject, PidTagSentRepresentingEmailAddress], ids=repr)
def test_a_message_with_a_value_longer_than_an_index_takes_is_kept(
    shelf: Box, tag: PropertyTag[str], count: int
) -> None:
    message = Message(subject="s", from_=Address("FAX", "1"))
    message[tag] = noise(count)
    saved = shelf.save_one(message)

    assert (shelf.value(saved, tag), shelf.ids(tag.equals(noise(count)))) == (noise(count), [saved])


# Names and addresses that are keys themselves


SET = UUID("00020329-0000-0000-c000-000000000046")


@pytest.mark.parametrize(
    "name", ["n" * 2_001, "é" * 1_001, "a\udc80"], ids=["long", "long in UTF-8", "half a character"]
)
@pytest.mark.parametrize("create", [True, False])
def test_a_name_of_a_property_that_no_index_takes_is_refused(shelf: Box, name: str, create: bool) -> None:
    with pytest.raises(UsageError, match="name"):
        shelf.run(shelf.store.property_ids([(SET, name)], create, NEVER))


def test_the_longest_name_of_a_property_gets_an_id(shelf: Box) -> None:
    (made,) = shelf.run(shelf.store.property_ids([(SET, noise(2_000))], True, NEVER))
    assert made is not None
    assert shelf.run(shelf.store.property_names([made], NEVER)) == [(SET, noise(2_000))]


@pytest.fixture
def organization(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "mail.db", STORE_SCHEMA, create=True)
    yield database
    RUNTIME.run(database.close(RUNTIME))


@pytest.mark.parametrize("name", ["n" * 2_001, "é" * 1_001], ids=["long", "long in UTF-8"])
def test_a_name_of_a_mailbox_that_no_index_takes_is_refused(organization: Database, name: str) -> None:
    with pytest.raises(UsageError, match="too long"):
        RUNTIME.run(organization.write(RUNTIME, lambda c: create_mailbox(c, name)))


@pytest.mark.parametrize("kind", ["X", "X" * 200])
def test_an_address_of_a_mailbox_that_no_index_takes_is_refused(organization: Database, kind: str) -> None:
    def work(connection: Connection) -> None:
        add_address(connection, create_mailbox(connection, "ann").id, Address(kind, "9" * 2_000), is_primary=True)

    with pytest.raises(UsageError, match="too long"):
        RUNTIME.run(organization.write(RUNTIME, work))
