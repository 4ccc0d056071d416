"""Rows: what a row says of its columns, and what two rows have in common."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import PropertyNotFound, StoreError, UsageError
from msgcore.props.row import Row, RowLayout, RowSet
from msgcore.props.table import PidTagBody, PidTagMessageSizeExtended, PidTagSubject
from msgcore.props.values import PropertyError, PropertyErrorCode

COLUMNS = (PidTagSubject, PidTagMessageSizeExtended, PidTagBody)
NOT_FOUND = PropertyError(PropertyErrorCode.NOT_FOUND)
TOO_LARGE = PropertyError(PropertyErrorCode.NOT_ENOUGH_MEMORY, "open it as a stream")


def row_of(subject: object = "x", size: object = 10, body: object = None) -> Row:
    values = zip(COLUMNS, (subject, size, body), strict=True)
    return Row(COLUMNS, {tag.bag_key: value for tag, value in values if value is not None})


def stored_row(subject: str) -> Row:
    """A row as a store makes it, whose size is made of what is there when it is asked for."""
    places: dict[Any, Any] = {
        PidTagSubject.bag_key: (1, None),
        PidTagMessageSizeExtended.bag_key: (0, int),
        PidTagBody.bag_key: (2, None),
    }
    return RowSet(RowLayout(COLUMNS, places), [("10", subject, None)])[0]


def unpickled(given: object) -> object:
    return pickle.loads(pickle.dumps(given))


COPIES: list[Callable[[object], object]] = [unpickled, copy.copy, copy.deepcopy]


@pytest.mark.parametrize("copied", COPIES)
def test_rows_can_be_copied_and_given_to_another_process(copied: Callable[[object], object]) -> None:
    """Alone, or as the page that a table gave; values are made before, for how they are made stays here."""
    rows = [row_of(body=TOO_LARGE), stored_row("y"), row_of(subject=None)]
    assert [copied(row) for row in rows] == rows
    page = RowSet.of(COLUMNS, [stored_row("x"), stored_row("y")])
    assert (copied(page), type(copied(page))) == (page, RowSet)


def test_row_gives_its_columns() -> None:
    assert tuple(row_of()) == COLUMNS


def test_length_is_the_number_of_columns() -> None:
    assert len(row_of()) == 3


@pytest.mark.parametrize("row", [row_of(), row_of(body=NOT_FOUND), stored_row("x")])
def test_items_are_columns_with_values_or_errors(row: Row) -> None:
    assert list(row.items()) == [(PidTagSubject, "x"), (PidTagMessageSizeExtended, 10), (PidTagBody, NOT_FOUND)]


def test_column_with_a_value_is_in_the_row() -> None:
    assert PidTagSubject in row_of()


@pytest.mark.parametrize("body", [None, NOT_FOUND, TOO_LARGE])
def test_column_without_a_value_is_not_in_the_row(body: object) -> None:
    assert PidTagBody not in row_of(body=body)


def test_what_is_no_column_is_not_in_the_row() -> None:
    assert PidTagBody not in Row((PidTagSubject,), {PidTagSubject.bag_key: "x"})


@given(st.sampled_from(COLUMNS), st.sampled_from(["x", None, NOT_FOUND, TOO_LARGE]))
def test_what_is_in_the_row_can_be_had(tag: Any, value: object) -> None:
    row = row_of(value, value, value)
    try:
        row[tag]
    except (PropertyNotFound, StoreError):
        can_be_had = False
    else:
        can_be_had = True

    assert (tag in row) == can_be_had


@pytest.mark.parametrize("other", [row_of("x"), stored_row("x"), row_of("x", body=NOT_FOUND)])
def test_rows_of_equal_values_are_equal(other: Row) -> None:
    assert row_of("x") == other


@pytest.mark.parametrize(
    "other",
    [
        row_of("y"),
        row_of("x", body=""),
        row_of("x", body=TOO_LARGE),
        Row(COLUMNS[:2], {PidTagSubject.bag_key: "x", PidTagMessageSizeExtended.bag_key: 10}),
        ("x", 10, None),
    ],
)
def test_rows_of_other_columns_or_values_differ(other: object) -> None:
    assert row_of("x") != other


def test_row_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(row_of())


@pytest.mark.parametrize("ask", [Row.__getitem__, Row.get, Row.__contains__, Row.error])
def test_name_in_the_place_of_a_tag_is_refused(ask: Any) -> None:
    with pytest.raises(UsageError, match=r"need a property tag such as PidTagSubject, got 'subject'; .*props\.lookup"):
        ask(row_of(), cast(Any, "subject"))


def test_missing_value_shows_short() -> None:
    assert repr(row_of()) == "<Row PidTagSubject='x', PidTagMessageSizeExtended=10, PidTagBody=NOT_FOUND>"


def test_other_error_shows_with_its_text() -> None:
    assert "open it as a stream" in repr(row_of(body=TOO_LARGE))


def row_set(rows: Sequence[Row]) -> RowSet:
    found = RowSet.of(COLUMNS, rows)
    assert found is not None
    return found


@pytest.mark.parametrize("rows", [(), (row_of("x"),), (row_of("x"), stored_row("y"), row_of(None, None, TOO_LARGE))])
def test_rows_of_one_query_are_a_set_of_them(rows: Sequence[Row]) -> None:
    found: Sequence[Row] = row_set(rows)

    assert found == list(rows)
    assert (list(found[:1]), list(found[::-1])) == (list(rows[:1]), list(rows[::-1]))


def test_rows_of_other_columns_are_no_set() -> None:
    assert RowSet.of(COLUMNS[:2], (row_of("x"),)) is None


def test_rows_that_show_less_keep_their_other_values() -> None:
    found = row_set([stored_row("x")])

    assert (found.showing(COLUMNS[:1])[0].get(PidTagMessageSizeExtended), found.value(0, COLUMNS[1])) == (None, 10)
