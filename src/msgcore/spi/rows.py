"""Answering a table query in memory, over bags, messages, or whatever has a ``get``: for stores without a database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgcore.base.text import fold
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.match import PropertySource, match
from msgcore.props.restriction import Restriction
from msgcore.props.row import Row
from msgcore.props.values import PropertyError, PropertyErrorCode
from msgcore.spi.store import TableQuery

__all__ = ["kept", "select"]

_MISSING = PropertyError(PropertyErrorCode.NOT_FOUND)


def select(sources: Iterable[PropertySource], query: TableQuery) -> list[Row]:
    """Give the rows that the query asks for; those that compare as equal keep their order.

    Raises:
        TooComplex: the restriction goes past what is evaluated.
    """
    found = kept(sources, query.restriction)
    for key in reversed(query.sort_order):

        def rank(source: PropertySource, tag: PropertyKey = key.tag) -> tuple[bool, Any]:
            value = source.get(tag)
            return value is not None, fold(value) if isinstance(value, str) else value

        found.sort(key=rank, reverse=key.is_descending)
    chosen = found[query.start : query.start + query.count]
    return [Row(query.columns, _values(source, query.columns)) for source in chosen]


def kept(sources: Iterable[PropertySource], restriction: Restriction | None) -> list[PropertySource]:
    """Give those that satisfy the restriction."""
    return [source for source in sources if restriction is None or match(restriction, source)]


def _values(source: PropertySource, columns: tuple[PropertyKey, ...]) -> dict[BagKey, object]:
    values = ((tag.bag_key, source.get(tag)) for tag in columns)
    return {key: _MISSING if value is None else value for key, value in values}
