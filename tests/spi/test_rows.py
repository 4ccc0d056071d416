"""Answering table queries in memory: what is refused, and how much of it is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast
from weakref import WeakSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import TooComplex, UsageError, WrongType
from msgcore.model import Message
from msgcore.props.restriction import Comparison, Relation, SortKey
from msgcore.props.row import Row
from msgcore.props.table import PidTagImportance, PidTagInstanceKey, PidTagSubject
from msgcore.props.tags import PropertyTag
from msgcore.props.types import PropertyType
from msgcore.spi import rows
from msgcore.spi.store import RowKey, TableQuery

NUMBERED: PropertyTag[int] = PropertyTag(PidTagSubject.id, PropertyType.LONG, "NumberedSubject")
BY_IMPORTANCE = (SortKey(PidTagImportance),)


class Numbered:
    """The row of a number: its key, and a rank that comes again every seven rows."""

    def __init__(self, number: int) -> None:
        self.number = number

    def get(self, tag: Any, /) -> object:
        if tag == PidTagInstanceKey:
            return self.number.to_bytes(4, "big")
        return self.number % 7 if tag == PidTagImportance else None


def numbers(found: list[Row]) -> list[int]:
    return [int.from_bytes(row[PidTagInstanceKey], "big") for row in found]


def key_of(number: int) -> RowKey:
    return RowKey((number % 7,), number.to_bytes(4, "big"))


@given(
    st.integers(0, 3_000),
    st.booleans(),
    st.none() | st.integers(0, 3_000),
    st.booleans(),
    st.booleans(),
    st.integers(0, 1_500),
    st.integers(0, 1_500),
)
def test_a_page_is_cut_out_of_all_rows_in_order(
    size: int,
    is_descending: bool,
    origin: int | None,
    includes_origin: bool,
    is_backward: bool,
    start: int,
    count: int,
) -> None:
    key = SortKey(PidTagImportance, is_descending)
    place = None if origin is None else key_of(origin)
    query = TableQuery((PidTagInstanceKey,), None, (key,), start, count, place, includes_origin, is_backward)

    ordered = sorted(range(size), key=lambda number: (number % 7, number), reverse=is_descending)
    if origin is not None:
        everything = sorted({*ordered, origin}, key=lambda number: (number % 7, number), reverse=is_descending)
        at = everything.index(origin)
        side = set(everything[:at] if is_backward else everything[at + 1 :])
        ordered = [number for number in ordered if number in side or (includes_origin and number == origin)]
    expected = ordered[::-1][start : start + count][::-1] if is_backward else ordered[start : start + count]
    sources = [Numbered(number) for number in range(size)]
    assert numbers(rows.select(sources, query)) == expected
    assert rows.count_rows(sources, query) == len(ordered)


def test_only_the_page_and_a_batch_of_rows_are_held() -> None:
    alive: WeakSet[Numbered] = WeakSet()
    most = 0

    def sources() -> Iterator[Numbered]:
        nonlocal most
        for number in range(5_000):
            one = Numbered(number)
            alive.add(one)
            most = max(most, len(alive))
            yield one

    rows.select(sources(), TableQuery((PidTagInstanceKey,), None, BY_IMPORTANCE, 100, 50))

    assert most < 2_500


@pytest.mark.parametrize("number", [-1, 2**62, 1.5, "5", True, None])
@pytest.mark.parametrize("name", ["start", "count"])
def test_what_is_no_number_of_rows_is_refused(name: str, number: object) -> None:
    changes: Any = {name: number}

    with pytest.raises(UsageError, match="is no number of rows"):
        rows.select([Message()], TableQuery((PidTagSubject,), **changes))


@pytest.mark.parametrize(
    "origin",
    [RowKey((), b"a"), RowKey((1, 2), b"a"), RowKey(("high",), b"a"), RowKey((1,), cast("Any", "a"))],
    ids=["too few values", "too many", "another kind", "text for the instance key"],
)
def test_an_origin_that_is_no_place_is_refused(origin: RowKey) -> None:
    query = TableQuery((PidTagSubject,), None, BY_IMPORTANCE, origin=origin)

    for ask in (rows.select, rows.count_rows):
        with pytest.raises(UsageError):
            ask([Message()], query)


def test_one_property_as_two_types_is_refused_for_groups_too() -> None:
    with pytest.raises(UsageError, match="NumberedSubject: one property is asked for as UNICODE and LONG"):
        rows.group_rows([Message()], None, [SortKey(PidTagSubject), SortKey(NUMBERED)])


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (TableQuery((), Comparison(PidTagSubject, Relation.EQ, 5)), WrongType),
        (TableQuery((), None, BY_IMPORTANCE * 101), TooComplex),
    ],
    ids=["restriction", "sort order"],
)
def test_a_query_without_meaning_is_refused_for_no_rows_too(query: TableQuery, error: type[Exception]) -> None:
    for ask in (rows.select, rows.count_rows):
        with pytest.raises(error):
            ask([], query)
