"""The order of a table in SQL, and where in it a page begins.

Rows on one side of an origin are read as *stretches*, the nearest to it first: the rows that equal it in every sort key
and stand beyond it by their ids; then those that equal it in all keys but the last and stand beyond it by that one; and
so on. An index gives each of them in order from its first row on, however deep in the table that is. Where no value is
absent and all keys go one way, SQL says the same of rows at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from msgcore.errors import UsageError
from msgcore.props.restriction import SortKey
from msgcore.props.table import PidTagInstanceKey
from msgcore.providers.internal.columns import Column, Columns, column_of
from msgcore.providers.internal.dialect import Dialect
from msgcore.runtime import SqlValue
from msgcore.spi.store import RowKey, TableQuery

__all__ = ["ALL", "Order", "Stretch", "number_of", "order_of", "stretches"]


_Condition = tuple[str, tuple[SqlValue, ...]]


@attrs.frozen
class _Key:
    """A sort key that SQL has; ``position`` is its place among the keys that were given."""

    column: Column
    sql: str
    is_descending: bool
    position: int


def _is_one_way(order: Order) -> bool:
    return bool(order.keys) and all(
        not key.column.is_nullable
        and key.is_descending is order.is_id_descending
        and order.dialect.head(key.sql) is None
        for key in order.keys
    )


@attrs.frozen(eq=False)
class Order:
    """Sort keys that SQL has, and behind them the id."""

    keys: tuple[_Key, ...]
    is_id_descending: bool
    dialect: Dialect
    is_one_way: bool = attrs.field(init=False, default=attrs.Factory(_is_one_way, takes_self=True))
    """Whether rows compare by their keys and ids as SQL compares rows: none absent, all in one direction."""
    _written: dict[tuple[bool, int], str] = attrs.field(init=False, factory=dict[tuple[bool, int], str])

    def sql(self, *, is_backward: bool, equal: int = 0) -> str:
        """Give the ORDER BY of rows that are equal in the first ``equal`` keys."""
        known = self._written.get((is_backward, equal))
        if known is None:
            known = self._written[is_backward, equal] = self._write(is_backward, equal)
        return known

    def _write(self, is_backward: bool, equal: int) -> str:
        keys: list[str] = []
        for key in self.keys[equal:]:
            is_down = key.is_descending is not is_backward
            head = self.dialect.head(key.sql)
            if head is not None:  # which the index gives; what is left to sort are the few that begin alike
                keys.append(_term(key, head, is_down=is_down))
            keys.append(_term(key, key.sql, is_down=is_down))
        return ", ".join([*keys, "id desc" if self.is_id_descending is not is_backward else "id"])

    @property
    def of_groups(self) -> str:
        """The ORDER BY of rows grouped by the keys."""
        return ", ".join(_term(key, key.sql, is_down=key.is_descending) for key in self.keys)


@attrs.frozen
class Stretch:
    """Rows that satisfy ``sql``, in their order."""

    sql: str
    values: tuple[SqlValue, ...]
    order: str


ALL = Stretch("true", (), "id")
"""The whole table, in the order of saving."""


def _term(key: _Key, sql: str, *, is_down: bool) -> str:
    # Said, because absent values are the least of all in SQLite and the greatest in PostgreSQL.
    absent = (" nulls last" if is_down else " nulls first") if key.column.is_nullable else ""
    return f"{sql}{' desc' if is_down else ''}{absent}"


def order_of(keys: Sequence[SortKey], columns: Columns, dialect: Dialect) -> Order | None:
    """Give the order of sort keys; ``None`` when SQL has not all of them."""
    found: dict[str, _Key] = {}
    for position, key in enumerate(keys):
        column = column_of(key.tag, columns)
        if column is None or column.order is None:
            return None
        # What comes again decides nothing.
        found.setdefault(column.order, _Key(column, column.order, key.is_descending, position))
    return Order(tuple(found.values()), bool(keys) and keys[-1].is_descending, dialect)


def number_of(origin: RowKey | None, columns: Columns) -> SqlValue:
    """Give the id of a query's origin.

    Raises:
        UsageError: its instance key is another store's, or none.
    """
    if origin is None:
        return None
    number = columns[PidTagInstanceKey.bag_key].to_sql(origin.instance_key)
    if number is None:
        raise UsageError(f"instance key {origin.instance_key!r} is none of this store's")
    return number


def stretches(order: Order, query: TableQuery, number: SqlValue) -> Iterator[Stretch]:
    """Give the rows on the query's side of its origin, whose id is ``number``, those next to it first.

    Raises:
        UsageError: a value of the origin is none of its sort key's.
    """
    origin, is_backward = query.origin, query.is_backward
    if origin is None:
        yield Stretch("true", (), order.sql(is_backward=is_backward))
        return
    places = [key.column.place(origin.values[key.position]) for key in order.keys]
    sign = f"{'<' if order.is_id_descending is not is_backward else '>'}{'=' if query.includes_origin else ''}"
    if order.is_one_way and None not in places:
        sql = order.dialect.rows_compared([key.sql for key in order.keys], sign)
        yield Stretch(sql, (*places, number), order.sql(is_backward=is_backward))
        return
    beyond: _Condition = (f"id {sign} ?", (number,))
    yield _stretch(order, places, len(places), beyond, is_backward)
    for at in reversed(range(len(places))):
        for beyond in _beyond(order, order.keys[at], places[at], is_backward):
            yield _stretch(order, places, at, beyond, is_backward)


def _stretch(order: Order, places: Sequence[SqlValue], equal: int, beyond: _Condition, is_backward: bool) -> Stretch:
    pairs = list(zip(order.keys, places, strict=True))[:equal]
    conditions = [*(_is_at(order, key, place) for key, place in pairs), beyond]
    sql = " and ".join(condition for condition, _ in conditions)
    values = tuple(value for _, values in conditions for value in values)
    return Stretch(sql, values, order.sql(is_backward=is_backward, equal=equal))


def _is_at(order: Order, key: _Key, place: SqlValue) -> _Condition:
    return _is_absent(order, key) if place is None else order.dialect.compared(key.sql, "=", place)


def _is_absent(order: Order, key: _Key) -> _Condition:
    return f"{order.dialect.head(key.sql) or key.sql} is null", ()


def _beyond(order: Order, key: _Key, place: SqlValue, is_backward: bool) -> Iterator[_Condition]:
    """Say which values come after ``place`` when rows are read in this direction; absent ones are the least."""
    goes_down = key.is_descending is not is_backward
    if place is None:
        if not goes_down:
            yield f"{order.dialect.head(key.sql) or key.sql} is not null", ()
        return
    yield order.dialect.compared(key.sql, "<" if goes_down else ">", place)
    if goes_down and key.column.is_nullable:
        yield _is_absent(order, key)
