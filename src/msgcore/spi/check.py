"""What is asked of a store's table, checked before any row is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from msgcore.errors import UsageError
from msgcore.props.check import check_restriction, check_sort_order
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.restriction import SortKey
from msgcore.props.types import PropertyType
from msgcore.props.values import check_value
from msgcore.spi.store import RowKey, TableQuery

__all__ = ["MOST_ROWS", "check_query"]

MOST_ROWS = 2**62
"""More rows than any table has."""

_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})


def check_query(query: TableQuery) -> None:
    """See that a query has a meaning: every store does this first.

    Raises:
        TooComplex, WrongType, MissingExtra: as :mod:`msgcore.props.check` raises them for restriction and sort order.
        UsageError: columns and sort keys name one property as two types (integers of any width are one); ``start`` or
            ``count`` is negative or larger than any table; the origin has not one value for each sort key, of its type.
    """
    if query.restriction is not None:
        check_restriction(query.restriction)
    _check_shape(tuple(query.columns), tuple(query.sort_order))
    _check_number(query.start)
    _check_number(query.count)
    if query.origin is not None:
        _check_origin(query.origin, query)


@lru_cache(1_000)
def _check_shape(columns: tuple[PropertyKey, ...], sort_order: tuple[SortKey, ...]) -> None:
    # Remembered, for the pages of a table ask for the same.
    check_sort_order(sort_order)
    _check_types([*columns, *(key.tag for key in sort_order)])


def _check_types(tags: Iterable[PropertyKey]) -> None:
    seen: dict[BagKey, PropertyKey] = {}
    for tag in tags:
        first = seen.setdefault(tag.bag_key, tag)
        if first.value_type is not tag.value_type and not {first.value_type, tag.value_type} <= _INTEGERS:
            both = f"{first.value_type.name} and {tag.value_type.name}"
            raise UsageError(f"{tag.label}: one property is asked for as {both}; a row has one of them")


def _check_number(rows: int) -> None:
    given = cast(object, rows)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < MOST_ROWS:
        raise UsageError(f"{given!r} is no number of rows; need an integer from 0 on, below 2**62")


def _check_origin(origin: RowKey, query: TableQuery) -> None:
    if not isinstance(cast(object, origin.instance_key), bytes):
        raise UsageError(f"the row key's instance key is {origin.instance_key!r}; need octets")
    if len(origin.values) != len(query.sort_order):
        raise UsageError(f"the row key has {len(origin.values)} values; the sort keys are {len(query.sort_order)}")
    for key, value in zip(query.sort_order, origin.values, strict=True):
        if value is not None:
            check_value(key.tag, value)
