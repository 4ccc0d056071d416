"""Places in a contents table: what is none is refused, and pages from one are right whatever the keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound, UsageError
from msgcore.model import Message
from msgcore.props.restriction import Count, Restriction, SortKey, at_most
from msgcore.props.table import (
    PidTagBody,
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagSubject,
)
from msgcore.runtime import NEVER
from msgcore.spi import rows
from msgcore.spi.store import Incoming, RowKey, TableQuery
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.strategies import incoming, restrictions, sort_orders
from tests.providers.internal.test_query import put

EXAMPLES = settings(max_examples=5_000 if SOAK else 80, deadline=None)
START = datetime(2026, 1, 1, tzinfo=UTC)
BY_SUBJECT = (SortKey(PidTagSubject),)
BY_CLASS = TableQuery((PidTagEntryId,), None, (SortKey(PidTagMessageClass),))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, empty_mailbox: bytes) -> Iterator[Box]:
    """One mailbox for every example: each takes a folder of its own."""
    path: Path = tmp_path_factory.mktemp("shelf") / "mail.db"
    path.write_bytes(empty_mailbox)
    with Box(Mode.BLOCKING, path) as opened:
        yield opened


queries = st.builds(
    TableQuery,
    st.just((PidTagEntryId,)),
    st.none() | restrictions,
    sort_orders.map(tuple),
    start=st.integers(0, 3),
    count=st.integers(0, 4),
    includes_origin=st.booleans(),
    is_backward=st.booleans(),
)


def at(query: TableQuery, message: Message) -> TableQuery:
    values = tuple(message.get(cast("Any", key.tag)) for key in query.sort_order)
    return attrs.evolve(query, origin=RowKey(values, message[PidTagInstanceKey]))


def ids(box: Box, folder: EntryId, query: TableQuery) -> list[bytes]:
    return [row[PidTagEntryId] for row in box.run(box.store.query(folder, query, NEVER))]


@EXAMPLES
@given(st.lists(incoming, max_size=6), st.lists(queries, min_size=3, max_size=6))
@example([Incoming(Message(message_class=text)) for text in ("a", "B", "c")], [BY_CLASS])
def test_pages_from_each_row_are_those_that_select_gives(
    shelf: Box, given_messages: list[Incoming], wanted: list[TableQuery]
) -> None:
    folder, saved = put(shelf, given_messages)
    loaded = [shelf.load(one) for one in saved]
    for query in [*wanted, *(at(query, message) for query in wanted for message in loaded)]:
        assert ids(shelf, folder, query) == [row[PidTagEntryId] for row in rows.select(loaded, query)], query
        assert shelf.run(shelf.store.count(folder, query, NEVER)) == rows.count_rows(loaded, query)


@EXAMPLES
@given(st.lists(incoming, max_size=6), restrictions, sort_orders.map(tuple))
def test_groups_are_those_that_the_loaded_messages_make(
    shelf: Box, given_messages: list[Incoming], restriction: Restriction, keys: tuple[SortKey, ...]
) -> None:
    folder, saved = put(shelf, given_messages)
    loaded = [shelf.load(one) for one in saved]

    assert shelf.run(shelf.store.groups(folder, restriction, keys, NEVER)) == rows.group_rows(loaded, restriction, keys)


@EXAMPLES
@given(st.lists(incoming, max_size=6), restrictions, st.integers(0, 4), queries)
def test_a_count_keeps_the_first_rows_in_the_order_of_the_table(
    shelf: Box, given_messages: list[Incoming], part: Restriction, limit: int, query: TableQuery
) -> None:
    folder, saved = put(shelf, given_messages)
    loaded = [shelf.load(one) for one in saved]
    whole = TableQuery((PidTagEntryId,), part, query.sort_order)
    first = [row[PidTagEntryId] for row in rows.select(loaded, whole)][:limit]
    kept = [message for message in loaded if message[PidTagEntryId] in first]
    cut = attrs.evolve(query, restriction=Count(limit, part))

    expected = [row[PidTagEntryId] for row in rows.select(kept, attrs.evolve(query, restriction=None))]
    assert (ids(shelf, folder, cut), shelf.run(shelf.store.count(folder, cut, NEVER))) == (expected, len(first))


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_entry_ids_have_the_order_of_their_numbers(one: int, other: int) -> None:
    uid = bytes(range(16))

    assert (bytes(EntryId(uid, 5, one)) < bytes(EntryId(uid, 5, other))) == (one < other)


@pytest.mark.parametrize(
    "origin",
    [
        RowKey(("a",), bytes(EntryId(bytes(16), 5, 1))),
        RowKey(("a",), b""),
        RowKey((), b"own"),
        RowKey((5,), b"own"),
    ],
    ids=["another store's", "no entry id", "too few values", "a value of another kind"],
)
@pytest.mark.parametrize("key", [PidTagSubject, PidTagBody], ids=["sorted by the database", "sorted in memory"])
def test_what_is_no_place_in_the_table_is_refused(shelf: Box, origin: RowKey, key: Any) -> None:
    if origin.instance_key == b"own":
        origin = attrs.evolve(origin, instance_key=bytes(EntryId(shelf.store.uid, 5, 1)))
    query = TableQuery((PidTagSubject,), None, (SortKey(key),), origin=origin)

    with pytest.raises(UsageError):
        shelf.run(shelf.store.query(shelf.inbox, query, NEVER))


def test_offsets_from_a_place_go_on_over_rows_of_equal_keys(shelf: Box) -> None:
    texts = ["a", "b", "b", "b", "c", "c", "d"]
    folder, saved = put(shelf, [Incoming(Message(subject=text)) for text in texts])
    query = at(TableQuery((PidTagEntryId,), None, BY_SUBJECT, start=3), shelf.load(saved[1]))

    assert ids(shelf, folder, query) == [bytes(one) for one in saved[5:]]


@pytest.mark.parametrize("is_backward", [False, True])
def test_a_page_is_whole_where_it_goes_from_one_value_to_the_next(shelf: Box, is_backward: bool) -> None:
    arrivals = [Incoming(Message(), received_at=START + timedelta(seconds=number // 3)) for number in range(9)]
    folder, saved = put(shelf, arrivals)
    query = TableQuery((PidTagEntryId,), None, (SortKey(PidTagMessageDeliveryTime),), count=3, is_backward=is_backward)

    found = ids(shelf, folder, at(query, shelf.load(saved[4])))
    assert found == [bytes(one) for one in (saved[1:4] if is_backward else saved[5:8])]


def test_a_count_on_top_is_no_more_than_its_limit(shelf: Box) -> None:
    folder, saved = put(shelf, [Incoming(Message(subject=text)) for text in "abc"])

    assert shelf.ids(at_most(2, PidTagSubject.exists()), folder=folder) == saved[:2]


def test_a_folder_that_is_gone_is_not_found_although_it_was_seen(shelf: Box) -> None:
    folder, _ = put(shelf, [Incoming(Message())])
    shelf.ids(folder=folder)
    shelf.run(shelf.store.delete_folder(folder, NEVER))

    with pytest.raises(NotFound):
        shelf.ids(folder=folder)
