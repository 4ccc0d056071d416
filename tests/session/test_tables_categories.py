"""Categories: which rows are inside, how they are found, and how many are turned."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.base.times import Deadline
from msgcore.errors import NotFound, TooComplex
from msgcore.props import PropBag, PropertyTag, PropertyType
from msgcore.props.key import PropertyKey
from msgcore.props.match import match
from msgcore.props.restriction import And, Not, Or, PropertyComparison, Relation, Restriction, SortKey, any_recipient
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagContentCount,
    PidTagDepth,
    PidTagImportance,
    PidTagInstanceKey,
    PidTagMessageSizeExtended,
    PidTagRowType,
    PidTagSubject,
)
from msgcore.runtime import BlockingRuntime
from msgcore.session.table import Table
from msgcore.session.tables.gap import Bookmark
from msgcore.session.tables.headers import Folding, Headers
from msgcore.session.tables.said import without_said
from msgcore.session.tables.source import MemoryRows, bag_of
from msgcore.spi.store import RowGroup, TableQuery
from tests.conftest import SOAK

RUNTIME = BlockingRuntime()
WEIGHT = PropertyTag[float](0x6600, PropertyType.DOUBLE, "Weight")
NAN, LEAST = math.nan, -math.inf


def table_of(tag: PropertyTag[Any], values: Sequence[object], expanded: int = 0) -> Table:
    """Give a table of a row for each value, with a category for each different one."""
    bags = [
        bag_of([(PidTagInstanceKey, number.to_bytes(4, "big")), (tag, value)]) for number, value in enumerate(values)
    ]
    table = Table(RUNTIME, MemoryRows(lambda: bags), [tag, PidTagRowType, PidTagContentCount, PidTagInstanceKey])
    table.sort([tag.ascending()], categories=1, expanded=expanded)
    return table


def read(table: Table) -> list[Any]:
    return list(RUNTIME.run(table.query_rows(1_000)))


class Noting(MemoryRows):
    """Notes what it is asked."""

    def __init__(self, make: Callable[[], Sequence[PropBag]]) -> None:
        super().__init__(make)
        self.asked: list[TableQuery] = []

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        self.asked.append(query)
        return await super().query(query, deadline)


SUBJECTS = [f"{number:03}" for number in range(200)]


@pytest.mark.parametrize("count", [400, -400])
def test_rows_of_small_categories_are_read_together(count: int) -> None:
    source = Noting(lambda: [bag_of([(PidTagInstanceKey, one.encode()), (PidTagSubject, one)]) for one in SUBJECTS])
    table = Table(RUNTIME, source, [PidTagSubject, PidTagRowType])
    table.sort("subject", categories=1, expanded=1)
    assert RUNTIME.run(table.row_count()) == 400
    RUNTIME.run(table.seek_row(0 if count > 0 else 400))
    source.asked.clear()
    rows = RUNTIME.run(table.query_rows(count))

    assert [row[PidTagSubject] for row in rows] == [one for one in SUBJECTS for _ in range(2)]
    assert len(source.asked) == 4


@pytest.mark.parametrize("count", [90, -90])
def test_rows_beyond_another_are_those_of_one_category(count: int) -> None:
    """SQLite reads all that are beyond it in the folder, where several values are asked for."""
    source = Noting(lambda: [bag_of([(PidTagInstanceKey, one.encode()), (PidTagSubject, one[:2])]) for one in SUBJECTS])
    table = Table(RUNTIME, source, [PidTagSubject])
    table.sort("subject", categories=1, expanded=1)
    RUNTIME.run(table.seek_row(115))
    source.asked.clear()
    RUNTIME.run(table.query_rows(count))

    restrictions = [asked.restriction for asked in source.asked]
    assert [asked.origin is not None for asked in source.asked] == [True, False, False]
    assert [isinstance(one, And) and isinstance(one.parts[-1], Or) for one in restrictions] == [False, True, False]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100])
def test_pages_of_rows_that_changed_since_the_headers_were_read_are_those_of_each_category(step: int) -> None:
    """One category has lost its rows, one has more of them, and there is one that has no header yet."""
    subjects = ["a", "a", "b", "c", "C", "d", "f"]

    def bags() -> list[PropBag]:
        return [bag_of([(PidTagInstanceKey, bytes([n])), (PidTagSubject, one)]) for n, one in enumerate(subjects)]

    table = Table(RUNTIME, MemoryRows(bags), [PidTagSubject, PidTagRowType, PidTagInstanceKey])
    table.sort("subject", categories=1, expanded=1)
    headers = [row for row in read(table) if row[PidTagRowType] != 1]
    RUNTIME.run(table.collapse_row(headers[3][PidTagInstanceKey]))
    subjects[:] = ["a", "a", "x", "c", "C", "d", "f", "c", "c", "e"]
    forward: list[str] = []
    RUNTIME.run(table.seek_row(0))
    while page := RUNTIME.run(table.query_rows(step)):
        forward += [row[PidTagSubject] for row in page]
    backward: list[str] = []
    RUNTIME.run(table.seek_row(0, Bookmark.END))
    while page := RUNTIME.run(table.query_rows(-step)):
        backward = [row[PidTagSubject] for row in page] + backward

    assert forward == backward == ["a", "a", "a", "b", "c", "c", "C", "c", "c", "d", "f", "f"]


# What is inside


def test_rows_without_a_number_are_in_a_category_that_can_be_opened() -> None:
    rows = read(table_of(WEIGHT, [1.0, NAN, NAN], expanded=1))

    assert [row[PidTagRowType] for row in rows] == [3, 1, 1, 3, 1]


def test_nan_and_the_least_number_are_one_category() -> None:
    rows = read(table_of(WEIGHT, [LEAST, NAN, 0.0]))

    assert [row[PidTagContentCount] for row in rows] == [2, 1]


def test_the_rows_of_the_least_number_are_those_that_its_header_counts() -> None:
    rows = read(table_of(WEIGHT, [NAN, LEAST, 0.0], expanded=1))

    assert [row[PidTagInstanceKey] for row in rows[1:3]] == [bytes(4), b"\0\0\0\1"]


def test_no_value_is_another_category_than_nan() -> None:
    rows = read(table_of(WEIGHT, [None, NAN], expanded=1))

    assert [(row.get(PidTagContentCount), str(row.get(WEIGHT))) for row in rows] == [
        (1, "None"),
        (None, "None"),
        (1, "nan"),
        (None, "nan"),
    ]


EQUALS: list[tuple[object, object]] = [
    (0.0, -0.0),
    (Decimal("1.50"), Decimal("1.5000")),
    (Decimal("0"), Decimal("-0.0")),
    (True, 1),
    ("a", "A"),
]


@pytest.mark.parametrize(("one", "other"), EQUALS, ids=[f"{one!r} and {other!r}" for one, other in EQUALS])
def test_a_header_of_equal_values_has_one_key(one: object, other: object) -> None:
    assert key_of(one) == key_of(other)


def test_headers_of_different_values_have_different_keys() -> None:
    keys = {key_of(value) for value in (None, "", "a", 0, 1, 2, 0.5, LEAST, Decimal("1.5"), b"", b"a")}

    assert len(keys) == 11


def key_of(value: object) -> bytes:
    folding = Folding((SortKey(WEIGHT),), 0)
    return Headers([RowGroup((value,), 1, 0)], folding).blocks[0].header.instance_key


# Finding by what the view itself says


def found(table: Table, condition: Restriction) -> tuple[int, int] | None:
    row = RUNTIME.run(table.find_row(condition))
    return None if row is None else (row[PidTagRowType], row[PidTagImportance])


def importance() -> Table:
    return table_of(PidTagImportance, [0, 1, 1], expanded=1)


def test_the_next_leaf_is_found_by_its_row_type() -> None:
    assert found(importance(), PidTagRowType.equals(1)) == (1, 0)


def test_a_leaf_is_found_by_its_row_type_and_a_value_of_its_own() -> None:
    assert found(importance(), PidTagRowType.equals(1) & PidTagImportance.equals(1)) == (1, 1)


def test_a_header_is_found_by_what_no_leaf_is() -> None:
    assert found(importance(), ~PidTagRowType.equals(1) & PidTagImportance.equals(1)) == (3, 1)


def test_a_leaf_is_found_by_its_depth() -> None:
    assert found(importance(), PidTagDepth.equals(1)) == (1, 0)


def test_what_the_view_says_is_not_compared_with_what_a_row_says() -> None:
    condition = PropertyComparison(PidTagRowType, Relation.EQ, PidTagMessageSizeExtended)

    with pytest.raises(TooComplex, match="one is the table's, one is the row's"):
        found(importance(), condition)


SAID: dict[PropertyKey, object] = {PidTagRowType: 1, PidTagDepth: 2}
LEAVES: list[Restriction] = [
    PidTagRowType.equals(1),
    PidTagRowType > 1,
    PidTagDepth.exists(),
    PidTagDepth.has_any_bit(2),
    PropertyComparison(PidTagRowType, Relation.LT, PidTagDepth),
    PidTagImportance.equals(1),
    PidTagImportance.exists(),
    any_recipient(PidTagRowType.equals(1)),
]


def joined(parts: SearchStrategy[Restriction]) -> SearchStrategy[Restriction]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, parts)


CONDITIONS = st.recursive(st.sampled_from(LEAVES), joined, max_leaves=6)


@settings(max_examples=2_000 if SOAK else 60)
@given(CONDITIONS, st.sampled_from([None, 0, 1]))
def test_a_condition_holds_of_a_row_as_it_does_of_one_that_says_it_itself(
    condition: Restriction, value: int | None
) -> None:
    own = bag_of([(PidTagImportance, value)])
    whole = bag_of([(PidTagImportance, value), *SAID.items()])

    assert match(without_said(condition, SAID), own) is match(condition, whole)


# Turning many


def nested(expanded: int) -> tuple[Headers, list[bytes]]:
    """Give headers in three levels, two inside of each, and the keys of all of them."""
    keys = (SortKey(PidTagSubject), SortKey(PidTagImportance), SortKey(PidTagMessageSizeExtended))
    groups = [RowGroup((a, b, c), 3, 0) for a in "ab" for b in (0, 1) for c in (0, 1)]
    every = [block.header.instance_key for block in Headers(groups, Folding(keys, 3)).blocks]
    return Headers(groups, Folding(keys, expanded)), every


@settings(max_examples=2_000 if SOAK else 60)
@given(st.integers(0, 3), st.lists(st.tuples(st.integers(0, 13), st.booleans()), max_size=12))
def test_turning_a_header_says_by_how_many_rows_the_table_changes(expanded: int, turns: list[tuple[int, bool]]) -> None:
    headers, keys = nested(expanded)
    for number, expand in turns:
        before = headers.total
        said = headers.turn(keys[number], expand=expand)

        assert said == abs(headers.total - before)


def test_a_header_that_there_is_not_is_not_turned() -> None:
    headers, _ = nested(1)

    with pytest.raises(NotFound):
        headers.turn(b"no header", expand=True)


def test_turning_hundreds_of_headers_does_not_list_all_of_them_each_time() -> None:
    """Listing 10,000 headers takes some 5 ms, so that 500 turns would take seconds."""
    folding = Folding((SortKey(PidTagImportance),), 0)
    headers = Headers([RowGroup((number,), 1, 0) for number in range(10_000)], folding)
    keys = [block.header.instance_key for block in headers.blocks[:500]]
    started = time.process_time()
    shown = sum(headers.turn(key, expand=True) for key in keys)

    assert (shown, time.process_time() - started < 0.5) == (500, True)
