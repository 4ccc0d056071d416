"""Tables: rows of chosen columns, restricted and sorted, read a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, Self, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.runtime.abc import Runtime
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.spi.rows import kept, select
from msgcore.spi.store import TableQuery

__all__ = ["MemoryRows", "Table", "TableSource", "bag_of"]

_MOST_ROWS = 100_000
_PAGE = 1_000


class TableSource(Protocol):
    """Where a table's rows come from."""

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]: ...

    async def count(self, restriction: Restriction | None, deadline: Deadline) -> int: ...


class Table:
    """A view of rows with a cursor ([MS-OXCTABL]). Belongs to one thread or task; reads rows only when asked.

    Raises:
        UsageError: there is no column.
    """

    def __init__(
        self,
        runtime: Runtime,
        source: TableSource,
        columns: Iterable[PropertyKey],
        restriction: Restriction | None = None,
        sort_order: Iterable[SortKey] = (),
    ) -> None:
        self._runtime = runtime
        self._source = source
        self._columns = _checked_columns(columns)
        self._restriction = restriction
        self._sort_order = _checked_order(sort_order)
        self._position = 0
        self._page: Iterator[Row] = iter(())

    @property
    def columns(self) -> tuple[PropertyKey, ...]:
        return self._columns

    @property
    def position(self) -> int:
        """How many rows stand before the cursor."""
        return self._position

    def set_columns(self, columns: Iterable[PropertyKey]) -> None:
        """Choose other columns; the cursor stays."""
        self._columns = _checked_columns(columns)

    def restrict(self, restriction: Restriction | None) -> None:
        """Show only rows that satisfy the restriction, from the first one."""
        self._restriction = restriction
        self._position = 0

    def sort(self, sort_order: Iterable[SortKey]) -> None:
        """Order the rows by these keys, from the first row; absent values come first, text compares without case."""
        self._sort_order = _checked_order(sort_order)
        self._position = 0

    def seek_row(self, position: int) -> None:
        """Put the cursor before the row ``position``, counted from 0."""
        if position < 0:
            raise UsageError(f"{position} is no position in a table")
        self._position = position

    async def query_rows(self, count: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[Row, ...]:
        """Give the next ``count`` rows, fewer at the end, and move the cursor behind them.

        Raises:
            TooComplex: the restriction goes past what is evaluated.
        """
        if not 0 < count <= _MOST_ROWS:
            raise UsageError(f"{count} rows: ask for 1 to {_MOST_ROWS} at a time")
        query = TableQuery(self._columns, self._restriction, self._sort_order, self._position, count)
        rows = tuple(await self._source.query(query, self._runtime.deadline(timeout_seconds)))
        self._position += len(rows)
        return rows

    def __aiter__(self) -> Self:
        """Read the rows from the cursor on, a page at a time."""
        self._page = iter(())
        return self

    async def __anext__(self) -> Row:
        row = next(self._page, None)
        if row is None:
            self._page = iter(await self.query_rows(_PAGE))
            row = next(self._page, None)
        if row is None:
            raise StopAsyncIteration
        return row

    async def row_count(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        """Count the rows that satisfy the restriction."""
        return await self._source.count(self._restriction, self._runtime.deadline(timeout_seconds))


def _checked_columns(columns: Iterable[PropertyKey]) -> tuple[PropertyKey, ...]:
    chosen = () if isinstance(columns, PropertyKey) else tuple(columns)
    if not chosen or not all(isinstance(cast(object, one), PropertyKey) for one in chosen):
        raise UsageError("a table needs columns: a sequence of property tags, such as [PidTagSubject]")
    return chosen


def _checked_order(keys: Iterable[SortKey]) -> tuple[SortKey, ...]:
    chosen = None if isinstance(keys, SortKey | PropertyKey) else tuple(keys)
    if chosen is None or not all(isinstance(cast(object, one), SortKey) for one in chosen):
        raise UsageError("a sort order is a sequence of sort keys, such as [PidTagSubject.ascending()]")
    return chosen


@attrs.frozen
class MemoryRows:
    """A table source over rows in memory."""

    rows: tuple[PropBag, ...]

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return select(self.rows, query)

    async def count(self, restriction: Restriction | None, deadline: Deadline) -> int:
        return len(kept(self.rows, restriction))


def bag_of(values: Iterable[tuple[PropertyKey, object | None]]) -> PropBag:
    """Make a row of values; ``None`` leaves a column without one."""
    bag = PropBag()
    for tag, value in values:
        if value is not None:
            bag.preset(tag, value)
    return bag
