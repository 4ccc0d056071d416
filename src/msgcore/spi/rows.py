"""Answering a table query over properties in memory: for stores that have no database, and for small tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from msgcore.base.text import fold
from msgcore.props.bag import PropBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.match import match
from msgcore.props.restriction import Restriction
from msgcore.props.row import Row
from msgcore.props.values import PropertyError, PropertyErrorCode
from msgcore.spi.store import TableQuery

__all__ = ["kept", "select"]

_MISSING = PropertyError(PropertyErrorCode.NOT_FOUND)


def select(bags: Iterable[PropBag], query: TableQuery) -> list[Row]:
    """Give the rows that the query asks for; those that compare as equal keep their order.

    Raises:
        TooComplex: the restriction goes past what is evaluated.
    """
    found = kept(bags, query.restriction)
    for key in reversed(query.sort_order):

        def rank(bag: PropBag, tag: Any = key.tag) -> tuple[bool, Any]:
            value: object = bag.get(tag)
            return value is not None, fold(value) if isinstance(value, str) else value

        found.sort(key=rank, reverse=key.is_descending)
    chosen = found[query.start : query.start + query.count]
    return [Row(query.columns, _values(bag, query.columns)) for bag in chosen]


def kept(bags: Iterable[PropBag], restriction: Restriction | None) -> list[PropBag]:
    """Give those that satisfy the restriction."""
    return [bag for bag in bags if restriction is None or match(restriction, bag)]


def _values(bag: PropBag, columns: tuple[PropertyKey, ...]) -> dict[BagKey, object]:
    return {tag.bag_key: bag.get(cast(Any, tag), _MISSING) for tag in columns}
