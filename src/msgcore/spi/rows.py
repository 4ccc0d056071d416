"""Answering table queries in memory, over bags, messages, or whatever has a ``get``: for stores without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, cast

from msgcore.props.check import check_restriction
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.match import PropertySource, matcher
from msgcore.props.order import Rank, rank
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.table import PidTagInstanceKey, PidTagMessageFlags
from msgcore.props.values import PropertyError, PropertyErrorCode
from msgcore.spi.check import check_query
from msgcore.spi.store import MessageFlag, RowGroup, TableQuery

__all__ = ["count_rows", "group_rows", "kept", "select"]

_MISSING = PropertyError(PropertyErrorCode.NOT_FOUND)

_BATCH = 1_000

_Place = tuple[tuple[Rank, ...], bytes]


def select(sources: Iterable[PropertySource], query: TableQuery) -> list[Row]:
    """Give the rows that the query asks for. Each source has a ``PidTagInstanceKey``, unless none is asked for by it.

    Sources are taken one by one, and only those of the page are held.

    Raises:
        TooComplex, WrongType, MissingExtra, UsageError: as :func:`~msgcore.spi.check.check_query` does.
    """
    check_query(query)
    wanted = query.start + query.count
    found = _nearest(_beyond(sources, query), query, wanted)
    chosen = found[: max(0, len(found) - query.start)] if query.is_backward else found[query.start :]
    return [Row(query.columns, _values(source, query.columns)) for source in chosen]


def count_rows(sources: Iterable[PropertySource], query: TableQuery) -> int:
    """Count the rows that the query would give without its limit; raises as :func:`select` does."""
    check_query(query)
    return sum(1 for _ in _beyond(sources, query))


def group_rows(
    sources: Iterable[PropertySource], restriction: Restriction | None, keys: Sequence[SortKey]
) -> list[RowGroup]:
    """Group the rows by their values of ``keys``, in order; raises as :func:`select` does."""
    check_query(TableQuery((), restriction, tuple(keys)))
    groups: dict[tuple[Rank, ...], list[PropertySource]] = {}
    for source in _kept(sources, restriction):
        groups.setdefault(_ranks(source, keys), []).append(source)
    found = [min(members, key=_instance_key) for members in groups.values()]
    return [
        RowGroup(tuple(first.get(key.tag) for key in keys), len(members), sum(map(_is_unread, members)))
        for first in _sorted(found, keys)
        for members in (groups[_ranks(first, keys)],)
    ]


def kept(sources: Iterable[PropertySource], restriction: Restriction | None) -> list[PropertySource]:
    """Give those that satisfy the restriction; raises as :func:`select` does."""
    if restriction is not None:
        check_restriction(restriction)
    return list(_kept(sources, restriction))


def _kept(sources: Iterable[PropertySource], restriction: Restriction | None) -> Iterable[PropertySource]:
    return sources if restriction is None else filter(matcher(restriction), sources)


def _beyond(sources: Iterable[PropertySource], query: TableQuery) -> Iterable[PropertySource]:
    """Give the rows on the query's side of its origin, in any order."""
    found, origin = _kept(sources, query.restriction), query.origin
    if origin is None:
        return found
    place: _Place = tuple(rank(value) for value in origin.values), origin.instance_key
    compare = _comparison(query.sort_order)
    side = -1 if query.is_backward else 1
    least = 0 if query.includes_origin else 1
    return (source for source in found if side * compare(_place(source, query.sort_order), place) >= least)


def _nearest(sources: Iterable[PropertySource], query: TableQuery, most: int) -> list[PropertySource]:
    """Give the first ``most`` rows in order, the last ones if the query is backward."""
    waiting = iter(sources)
    found: list[PropertySource] = []
    while batch := list(islice(waiting, max(most, _BATCH))):
        found = _sorted([*found, *batch], query.sort_order)
        found = found[max(0, len(found) - most) :] if query.is_backward else found[:most]
    return found


def _sorted(sources: list[PropertySource], keys: Sequence[SortKey]) -> list[PropertySource]:
    is_last_descending = bool(keys) and keys[-1].is_descending
    found = sorted(sources, key=_instance_key, reverse=is_last_descending)
    for key in reversed(keys):
        # Sorting keeps the order of equals, also the other way round.
        found.sort(key=_rank_by(key.tag), reverse=key.is_descending)
    return found


def _rank_by(tag: PropertyKey) -> Callable[[PropertySource], Rank]:
    return lambda source: rank(source.get(tag))


def _comparison(keys: Sequence[SortKey]) -> Callable[[_Place, _Place], int]:
    directions = [-1 if key.is_descending else 1 for key in keys]
    last = directions[-1] if directions else 1

    def compare(left: _Place, right: _Place) -> int:
        for one, other, direction in zip(left[0], right[0], directions, strict=True):
            if one != other:
                return direction if one > other else -direction
        return last * ((left[1] > right[1]) - (left[1] < right[1]))

    return compare


def _place(source: PropertySource, keys: Sequence[SortKey]) -> _Place:
    return _ranks(source, keys), _instance_key(source)


def _ranks(source: PropertySource, keys: Sequence[SortKey]) -> tuple[Rank, ...]:
    return tuple(rank(source.get(key.tag)) for key in keys)


def _instance_key(source: PropertySource) -> bytes:
    return cast("bytes | None", source.get(PidTagInstanceKey)) or b""


def _is_unread(source: PropertySource) -> bool:
    flags: Any = source.get(PidTagMessageFlags)
    return flags is not None and not flags & MessageFlag.READ


def _values(source: PropertySource, columns: tuple[PropertyKey, ...]) -> dict[BagKey, object]:
    values = ((tag.bag_key, source.get(tag)) for tag in columns)
    return {key: _MISSING if value is None else value for key, value in values}
