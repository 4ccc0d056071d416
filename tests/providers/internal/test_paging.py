"""Places in a contents table: what is none is refused, and pages from one are right whatever the keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound, UsageError
from msgcore.model import Message
from msgcore.props.restriction import And, Count, Restriction, SortKey, at_most
from msgcore.props.table import (
    PidTagBody,
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.runtime import NEVER
from msgcore.spi import rows
from msgcore.spi.folders import Search
from msgcore.spi.store import Contents, Incoming, MessageFlag, RowKey, SpecialFolder, TableQuery
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.strategies import incoming, restrictions, sort_orders
from tests.providers.internal.test_query import put

EXAMPLES = settings(max_examples=5_000 if SOAK else 40, deadline=None)
FEWER = settings(max_examples=5_000 if SOAK else 15, deadline=None)
START = datetime(2026, 1, 1, tzinfo=UTC)
BY_SUBJECT = (SortKey(PidTagSubject),)
BY_SENDER = TableQuery((PidTagEntryId,), None, (SortKey(PidTagSubject), SortKey(PidTagSentRepresentingName)))
BY_SENDER_DOWN = attrs.evolve(BY_SENDER, sort_order=tuple(SortKey(key.tag, True) for key in BY_SENDER.sort_order))
BY_CLASS = TableQuery((PidTagEntryId,), None, (SortKey(PidTagMessageClass),))


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


MESSAGES, QUERIES = st.lists(incoming, max_size=6), st.lists(queries, min_size=3, max_size=6)


@EXAMPLES
@given(MESSAGES, QUERIES)
@example([Incoming(Message(message_class=text)) for text in ("a", "B", "c")], [BY_CLASS])
def test_pages_from_each_row_are_those_that_select_gives(
    file_shelf: Box, given_messages: list[Incoming], wanted: list[TableQuery]
) -> None:
    check_pages(file_shelf, given_messages, wanted)


@FEWER
@given(MESSAGES, QUERIES)
@example([Incoming(Message(message_class=text)) for text in ("a", "B", "c")], [BY_CLASS])
@example([Incoming(Message(subject=text)) for text in ("", "b")] + [Incoming(Message())], [BY_SENDER_DOWN, BY_SENDER])
def test_pages_of_postgresql_are_those_that_select_gives(
    server_shelf: Box, given_messages: list[Incoming], wanted: list[TableQuery]
) -> None:
    check_pages(server_shelf, given_messages, wanted)


def check_pages(box: Box, given_messages: list[Incoming], wanted: list[TableQuery]) -> None:
    folder, saved = put(box, given_messages)
    loaded = [box.load(one) for one in saved]
    for query in [*wanted, *(at(query, message) for query in wanted for message in loaded)]:
        assert ids(box, folder, query) == [row[PidTagEntryId] for row in rows.select(loaded, query)], query
        assert box.run(box.store.count(folder, query, NEVER)) == rows.count_rows(loaded, query)


@EXAMPLES
@given(MESSAGES, restrictions, sort_orders.map(tuple))
def test_groups_are_those_that_the_loaded_messages_make(
    file_shelf: Box, given_messages: list[Incoming], restriction: Restriction, keys: tuple[SortKey, ...]
) -> None:
    check_groups(file_shelf, given_messages, restriction, keys)


@FEWER
@given(MESSAGES, restrictions, sort_orders.map(tuple))
def test_groups_of_postgresql_are_those_that_the_loaded_messages_make(
    server_shelf: Box, given_messages: list[Incoming], restriction: Restriction, keys: tuple[SortKey, ...]
) -> None:
    check_groups(server_shelf, given_messages, restriction, keys)


def check_groups(box: Box, given_messages: list[Incoming], restriction: Restriction, keys: tuple[SortKey, ...]) -> None:
    folder, saved = put(box, given_messages)
    loaded = [box.load(one) for one in saved]

    found = box.run(box.store.groups(folder, TableQuery((), restriction, keys), NEVER))
    assert found == rows.group_rows(loaded, restriction, keys)


@EXAMPLES
@given(MESSAGES, restrictions, st.integers(0, 4), queries)
def test_a_count_keeps_the_first_rows_in_the_order_of_the_table(
    file_shelf: Box, given_messages: list[Incoming], part: Restriction, limit: int, query: TableQuery
) -> None:
    check_first_rows(file_shelf, given_messages, part, limit, query)


@FEWER
@given(MESSAGES, restrictions, st.integers(0, 4), queries)
def test_a_count_on_postgresql_keeps_the_first_rows_in_the_order_of_the_table(
    server_shelf: Box, given_messages: list[Incoming], part: Restriction, limit: int, query: TableQuery
) -> None:
    check_first_rows(server_shelf, given_messages, part, limit, query)


def check_first_rows(
    box: Box, given_messages: list[Incoming], part: Restriction, limit: int, query: TableQuery
) -> None:
    folder, saved = put(box, given_messages)
    loaded = [box.load(one) for one in saved]
    whole = TableQuery((PidTagEntryId,), part, query.sort_order)
    first = [row[PidTagEntryId] for row in rows.select(loaded, whole)][:limit]
    kept = [message for message in loaded if message[PidTagEntryId] in first]
    cut = attrs.evolve(query, restriction=Count(limit, part))

    expected = [row[PidTagEntryId] for row in rows.select(kept, attrs.evolve(query, restriction=None))]
    assert (ids(box, folder, cut), box.run(box.store.count(folder, cut, NEVER))) == (expected, len(first))


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


# Sections and search folders


def associated(text: str) -> Incoming:
    message = Message(subject=text)
    message[PidTagMessageFlags] = MessageFlag.ASSOCIATED
    return Incoming(message)


@pytest.mark.parametrize(
    ("contents", "expected"),
    [(Contents.MESSAGES, [0]), (Contents.ASSOCIATED, [1]), (Contents.DELETED, [2])],
    ids=["messages", "associated", "deleted"],
)
def test_a_table_has_the_messages_of_its_section(shelf: Box, contents: Contents, expected: list[int]) -> None:
    folder, saved = put(shelf, [Incoming(Message(subject="a"))])
    saved += shelf.run(shelf.store.save_associated(folder, [associated("b")], NEVER))
    saved += shelf.run(shelf.store.save(folder, [Incoming(Message(subject="c"))], NEVER))
    shelf.run(shelf.store.delete(saved[2:], NEVER))
    query = TableQuery((PidTagEntryId,), PidTagSubject.exists(), BY_SUBJECT, contents=contents)

    assert ids(shelf, folder, query) == [bytes(saved[number]) for number in expected]


@FEWER
@given(MESSAGES, st.none() | restrictions, queries)
def test_a_search_folder_is_read_like_the_folder_that_it_searches(
    shelf: Box, given_messages: list[Incoming], restriction: Restriction | None, query: TableQuery
) -> None:
    folder, saved = put(shelf, given_messages)
    search = Search(And(()), (folder,), is_recursive=False)
    found = shelf.run(shelf.store.create_search_folder(shelf.special[SpecialFolder.FINDER], "found", search, NEVER))
    loaded = [shelf.load(one) for one in saved]
    wanted = attrs.evolve(query, restriction=restriction)

    try:
        for one in [wanted, *(at(wanted, message) for message in loaded)]:
            assert ids(shelf, found, one) == [row[PidTagEntryId] for row in rows.select(loaded, one)], one
            assert shelf.run(shelf.store.count(found, one, NEVER)) == rows.count_rows(loaded, one)
        grouped = shelf.run(shelf.store.groups(found, wanted, NEVER))
        assert grouped == rows.group_rows(loaded, restriction, wanted.sort_order)
    finally:
        shelf.run(shelf.store.delete_folder(found, NEVER))
