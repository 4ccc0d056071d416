"""Tables of more rows than a page, and what it takes to answer them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.errors import StoreBusy, TooComplex
from msgcore.props.bag import PropBag
from msgcore.props.restriction import Restriction, SortKey, at_most
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagContentCount,
    PidTagImportance,
    PidTagInstanceKey,
    PidTagMessageSizeExtended,
    PidTagSubject,
)
from msgcore.props.tags import PropertyTag
from msgcore.runtime import BlockingRuntime
from msgcore.runtime.abc import NEVER
from msgcore.session.table import Table
from msgcore.session.tables.events import RELOAD, ChangeSink
from msgcore.session.tables.first_rows import FirstRows
from msgcore.session.tables.source import MemoryRows, bag_of
from msgcore.spi.rows import count_rows, select
from msgcore.spi.store import EventKind, RowGroup, RowKey, TableQuery
from tests.conftest import SOAK

ROWS = 2_500
RUNTIME = BlockingRuntime()
BAGS = [
    bag_of(
        [
            (PidTagInstanceKey, number.to_bytes(4, "big")),
            (PidTagMessageSizeExtended, number),
            (PidTagImportance, number % 3),
        ]
    )
    for number in range(ROWS)
]


class CountingRows(MemoryRows):
    """Notes how many rows each query leaves out."""

    def __init__(self, look: Callable[[], Sequence[PropBag]]) -> None:
        super().__init__(look)
        self.left_out: list[int] = []

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        self.left_out.append(query.start)
        return await super().query(query, deadline)


SIZE = (PidTagMessageSizeExtended.ascending(),)


@lru_cache
def passed_table() -> tuple[Table, CountingRows]:
    """Give a table whose rows were counted, and then read from the first to the last."""
    source = CountingRows(lambda: BAGS)
    table = Table(RUNTIME, source, [PidTagMessageSizeExtended], None, [PidTagMessageSizeExtended.ascending()])
    RUNTIME.run(table.row_count())
    while RUNTIME.run(table.query_rows(700)):
        pass
    return table, source


def test_pages_leave_no_row_out_by_number() -> None:
    source = CountingRows(lambda: BAGS)
    table = Table(RUNTIME, source, [PidTagMessageSizeExtended])
    while RUNTIME.run(table.query_rows(2_000)):
        pass

    assert source.left_out == [0, 0, 0]


@settings(max_examples=25)
@given(st.integers(0, ROWS))
def test_a_fraction_of_rows_that_were_passed_is_found_exactly(number: int) -> None:
    table, _ = passed_table()
    RUNTIME.run(table.seek_fraction(number, ROWS))

    rows = RUNTIME.run(table.query_rows(1))
    assert [row[PidTagMessageSizeExtended] for row in rows] == [number][: ROWS - number]


@settings(max_examples=25)
@given(st.integers(0, ROWS))
def test_a_fraction_of_rows_that_were_passed_is_found_from_nearby(number: int) -> None:
    table, source = passed_table()
    source.left_out.clear()
    RUNTIME.run(table.seek_fraction(number, ROWS))

    assert max(source.left_out, default=0) <= 500


@pytest.mark.parametrize("is_counted", [False, True], ids=["not counted before", "counted before"])
def test_a_fraction_is_of_the_rows_that_there_are_now(is_counted: bool) -> None:
    bags = list(BAGS)
    table = Table(RUNTIME, MemoryRows(lambda: bags), [PidTagMessageSizeExtended], None, SIZE)
    if is_counted:
        RUNTIME.run(table.row_count())
    RUNTIME.run(table.query_rows(2_200))
    del bags[:1_000]
    RUNTIME.run(table.seek_fraction(1, 2))

    assert [row[PidTagMessageSizeExtended] for row in RUNTIME.run(table.query_rows(1))] == [1_750]


def test_rows_that_are_passed_after_others_went_have_the_numbers_that_they_have_now() -> None:
    bags = list(BAGS)
    table = Table(RUNTIME, MemoryRows(lambda: bags), [PidTagMessageSizeExtended], None, SIZE)
    RUNTIME.run(table.query_rows(500))
    del bags[:400]
    RUNTIME.run(table.row_count())
    RUNTIME.run(table.query_rows(1_000))
    RUNTIME.run(table.seek_fraction(1, 2))

    assert [row[PidTagMessageSizeExtended] for row in RUNTIME.run(table.query_rows(1))] == [1_450]


# The first rows


ORDERS = [
    (),
    (PidTagImportance.ascending(), PidTagMessageSizeExtended.descending()),
    (PidTagImportance.descending(),),
]
CONDITIONS = [None, PidTagImportance.equals(1), PidTagMessageSizeExtended > 40, PidTagSubject.exists()]


@settings(max_examples=1_000 if SOAK else 60)
@given(st.data())
def test_the_first_rows_answer_any_query_as_a_list_of_them_does(data: st.DataObject) -> None:
    order = data.draw(st.sampled_from(ORDERS))
    first = FirstRows(MemoryRows(lambda: BAGS[:80]), None, SIZE, 60)
    columns = (PidTagMessageSizeExtended, PidTagInstanceKey)
    origin = data.draw(st.sampled_from([None, *(key_of(bag, order) for bag in BAGS[:80])]))
    query = TableQuery(
        columns,
        data.draw(st.sampled_from(CONDITIONS)),
        order,
        data.draw(st.integers(0, 5)),
        data.draw(st.integers(0, 70)),
        origin,
        data.draw(st.booleans()),
        data.draw(st.booleans()),
    )

    keys = [row[PidTagInstanceKey] for row in select(BAGS[:60], query)]
    assert RUNTIME.run(answers(first, query)) == (keys, count_rows(BAGS[:60], query))


async def answers(first: FirstRows, query: TableQuery) -> tuple[list[bytes], int]:
    rows = await first.query(query, NEVER)
    return [row[PidTagInstanceKey] for row in rows], await first.count(query, NEVER)


def key_of(bag: PropBag, order: tuple[SortKey, ...]) -> RowKey:
    values = tuple(bag.get(cast("PropertyTag[int]", key.tag)) for key in order)
    return RowKey(values, bag[PidTagInstanceKey])


def test_rows_that_could_not_be_read_are_read_again() -> None:
    source = BusyOnce(lambda: BAGS[:2])
    table = Table(RUNTIME, source, [PidTagMessageSizeExtended], at_most(2, PidTagImportance.exists()))
    source.is_busy = True
    with pytest.raises(StoreBusy):
        RUNTIME.run(table.query_rows(9))

    assert len(RUNTIME.run(table.query_rows(9))) == 2


def test_a_page_deep_in_the_first_rows_costs_no_look_at_all_of_them() -> None:
    """Sorting 20,000 rows takes some 50 ms, so that sorting them for each of 200 pages would take ten seconds."""
    bags = [bag_of([(PidTagInstanceKey, n.to_bytes(4, "big")), (PidTagMessageSizeExtended, n)]) for n in range(20_000)]
    table = Table(
        RUNTIME, MemoryRows(lambda: bags), [PidTagInstanceKey], at_most(20_000, PidTagInstanceKey.exists()), SIZE
    )
    RUNTIME.run(table.query_rows(1))
    started = time.process_time()
    pages = [RUNTIME.run(table.query_rows(10)) for _ in range(200)]

    assert (len(pages[-1]), time.process_time() - started < 2) == (10, True)


# Categories and events


def test_rows_that_their_source_does_not_group_are_read_in_pages() -> None:
    table = Table(RUNTIME, MemoryRows(lambda: BAGS), [PidTagContentCount])
    table.sort([PidTagImportance.ascending()], categories=1)

    assert [row[PidTagContentCount] for row in RUNTIME.run(table.query_rows(9))] == [834, 833, 833]


class TooManyGroups(MemoryRows):
    async def groups(
        self, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup]:
        return [RowGroup((str(number),), 1, 0) for number in range(100_001)]


def test_more_categories_than_a_table_takes_are_refused() -> None:
    table = Table(RUNTIME, TooManyGroups(list), [PidTagSubject])
    table.sort([PidTagSubject.ascending()], categories=1)

    with pytest.raises(TooComplex):
        RUNTIME.run(table.row_count())


class BusyOnce(MemoryRows):
    """Tells of a row, and is then busy for the one query that looks at it."""

    is_busy = False

    async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        sink([(b"1", EventKind.CREATED)])
        self.is_busy = True
        return lambda: None

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        if self.is_busy:
            self.is_busy = False
            raise StoreBusy("in use")
        return await super().query(query, deadline)


def test_an_event_whose_row_cannot_be_read_is_told_later_as_a_reload() -> None:
    table = Table(RUNTIME, BusyOnce(list), [PidTagSubject])
    with pytest.raises(StoreBusy):
        RUNTIME.run(table.next_events())

    assert RUNTIME.run(table.next_events()) == (RELOAD,)
