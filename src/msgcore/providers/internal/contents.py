"""Contents tables: rows of one folder, restricted and sorted, on a connection that is handed in.

What SQL can answer exactly it does, page and all. The rest is evaluated row by row as the rows stream by, with the
reference evaluator; a message is decoded only when a property is asked for that has no column, and let go at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, cast

from msgcore.base.text import fold
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.match import check_restriction, match
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.tags import Property
from msgcore.props.values import PropertyError, PropertyErrorCode
from msgcore.providers.internal.columns import column_of
from msgcore.providers.internal.records import computed_properties, load_message, promoted, read_content
from msgcore.providers.internal.translate import Where, order_by, translate
from msgcore.runtime import Connection
from msgcore.spi.store import TableQuery

__all__ = ["count_rows", "query_rows", "read_row"]

_Rank = tuple[bool, Any]


def query_rows(connection: Connection, uid: bytes, folder: int, query: TableQuery) -> list[Row]:
    """Answer one query.

    Raises:
        TooComplex: the restriction goes past what is evaluated.
    """
    where = _where(query.restriction)
    order = order_by(query.sort_order)
    if where.residual is None and order is not None:
        condition = f"folder_id = ? and {where.sql} order by {order} limit ? offset ?"
        records = promoted(connection, condition, (folder, *where.values, query.count, query.start))
        return [_Source(connection, record, uid).row(query.columns) for record in records]
    matching = _matching(connection, uid, folder, where, order or "id")
    if order is not None:
        page = islice(matching, query.start, query.start + query.count)
        return [source.row(query.columns) for source in page]
    ranked = [(source.ranks(query.sort_order), source.number) for source in matching]
    for position, key in reversed(list(enumerate(query.sort_order))):
        ranked.sort(key=_rank_at(position), reverse=key.is_descending)
    chosen = ranked[query.start : query.start + query.count]
    return [read_row(connection, uid, number, query.columns) for _, number in chosen]


def _rank_at(position: int) -> Callable[[tuple[list[_Rank], int]], _Rank]:
    return lambda ranked: ranked[0][position]


def count_rows(connection: Connection, uid: bytes, folder: int, restriction: Restriction | None) -> int:
    """Count the rows that satisfy a restriction; raises as :func:`query_rows` does."""
    where = _where(restriction)
    if where.residual is None:
        sql = f"select count(*) from message where folder_id = ? and {where.sql}"
        return int(connection.value(sql, (folder, *where.values)))
    return sum(1 for _ in _matching(connection, uid, folder, where, "id"))


def read_row(connection: Connection, uid: bytes, number: int, columns: tuple[PropertyKey, ...]) -> Row:
    """Read one message as a row.

    Raises:
        NotFound: it is gone.
    """
    record = next(iter(promoted(connection, "id = ?", (number,))), None)
    if record is None:
        raise NotFound(f"message {number} is not in the store (any more)")
    return _Source(connection, record, uid).row(columns)


def _where(restriction: Restriction | None) -> Where:
    if restriction is not None:
        check_restriction(restriction)
    return translate(restriction)


def _matching(connection: Connection, uid: bytes, folder: int, where: Where, order: str) -> Iterator[_Source]:
    condition = f"folder_id = ? and {where.sql} order by {order}"
    for record in promoted(connection, condition, (folder, *where.values)):
        source = _Source(connection, record, uid)
        if where.residual is None or match(where.residual, source):
            yield source


class _Source:
    """The properties of one row: promoted columns first, the message itself only when something else is asked for."""

    def __init__(self, connection: Connection, record: dict[str, Any], uid: bytes) -> None:
        self._connection = connection
        self._record = record
        self._computed: dict[BagKey, object] = {
            tag.bag_key: value for tag, value in computed_properties(record, uid).items()
        }
        self._message: Message | None = None

    @property
    def number(self) -> int:
        return int(self._record["id"])

    def get(self, tag: PropertyKey) -> object:
        column = column_of(tag)
        if column is not None:
            value = self._record[column.name]
            return None if value is None else column.from_sql(value)
        computed = self._computed.get(tag.bag_key)
        if computed is not None:
            return computed
        if self._message is None:
            octets, overlay = read_content(self._connection, self.number)
            self._message = load_message(octets, overlay, {})
        return self._message.get(cast("Property[object]", tag))

    def row(self, columns: tuple[PropertyKey, ...]) -> Row:
        missing = PropertyError(PropertyErrorCode.NOT_FOUND)
        values: dict[BagKey, object] = {}
        for tag in columns:
            value = self.get(tag)
            values[tag.bag_key] = missing if value is None else value
        return Row(columns, values)

    def ranks(self, keys: Sequence[SortKey]) -> list[_Rank]:
        """Give what the row sorts by: absent values first, text without case."""
        values = [self.get(key.tag) for key in keys]
        return [(value is not None, fold(value) if isinstance(value, str) else value) for value in values]
