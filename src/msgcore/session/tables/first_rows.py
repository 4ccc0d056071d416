"""The first rows of a restriction (RES_COUNT): read once, and worked on in memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import TooComplex
from msgcore.props.check import parts_of
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.restriction import (
    And,
    Annotation,
    Bitmask,
    Comparison,
    Content,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Restriction,
    Size,
    SortKey,
)
from msgcore.props.row import Row
from msgcore.props.table import PidTagInstanceKey
from msgcore.session.tables.asked import MOST_ROWS, both
from msgcore.session.tables.events import ChangeSink
from msgcore.session.tables.source import TableSource
from msgcore.spi.rows import count_rows, kept, select
from msgcore.spi.store import TablePlan, TableQuery

__all__ = ["FirstRows"]


class FirstRows(TableSource):
    """The first ``limit`` rows of a source, as they were when they were read.

    They are read again when a query needs a column that was not read yet.

    Raises:
        TooComplex: the limit is past what a table holds in memory.
    """

    def __init__(
        self, source: TableSource, restriction: Restriction | None, sort_order: tuple[SortKey, ...], limit: int
    ) -> None:
        if limit > MOST_ROWS:
            raise TooComplex(f"the first {limit} rows: a table keeps at most {MOST_ROWS}")
        self._source = source
        self._first = TableQuery((), restriction, sort_order, count=limit)
        self.refresh()

    def refresh(self) -> None:
        self._source.refresh()
        self._tags: dict[BagKey, PropertyKey] = {}
        self._rows: Sequence[Row] = ()
        self._ordered: dict[tuple[SortKey, ...], Sequence[Row]] = {}

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        rows = _beyond(await self._satisfying(query, deadline), query)
        if query.is_backward:
            end = max(0, len(rows) - query.start)
            page = rows[max(0, end - query.count) : end]
        else:
            page = rows[query.start : query.start + query.count]
        return select(page, attrs.evolve(query, restriction=None, start=0, origin=None))

    async def count(self, query: TableQuery, deadline: Deadline) -> int:
        return len(_beyond(await self._satisfying(query, deadline), query))

    async def explain(self, query: TableQuery, deadline: Deadline) -> TablePlan:
        restriction, first = both(self._first.restriction, query.restriction), self._first
        asked = TableQuery(query.columns, restriction, first.sort_order, count=first.count)
        return await self._source.explain(asked, deadline)

    async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        return await self._source.advise(sink, ended, deadline)

    async def _satisfying(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        """Give the rows that satisfy the query's restriction, in its order."""
        asked = (*query.columns, *(key.tag for key in query.sort_order))
        await self._read({tag.bag_key: tag for tag in asked}, deadline)
        rows = self._in_order(query.sort_order)
        if query.restriction is None:
            return rows
        if _is_about(query.restriction, self._tags):
            return cast("list[Row]", kept(rows, query.restriction))
        # Of more rows than these: the first of all that satisfy both are among the first that satisfy the one.
        condition = both(self._first.restriction, query.restriction)
        first = TableQuery((PidTagInstanceKey,), condition, self._first.sort_order, count=self._first.count)
        keys = {row[PidTagInstanceKey] for row in await self._source.query(first, deadline)}
        return [row for row in rows if row[PidTagInstanceKey] in keys]

    def _in_order(self, sort_order: tuple[SortKey, ...]) -> Sequence[Row]:
        """Sort the rows, once for each order."""
        if sort_order not in self._ordered:
            query = TableQuery(tuple(self._tags.values()), None, sort_order, count=len(self._rows))
            self._ordered[sort_order] = select(self._rows, query)
        return self._ordered[sort_order]

    async def _read(self, columns: dict[BagKey, PropertyKey], deadline: Deadline) -> None:
        needed = {key.tag.bag_key: key.tag for key in self._first.sort_order} | columns
        needed[PidTagInstanceKey.bag_key] = PidTagInstanceKey
        if not needed.items() <= self._tags.items():
            tags, first = self._tags | needed, self._first
            query = TableQuery(tuple(tags.values()), first.restriction, first.sort_order, count=first.count)
            self._rows = await self._source.query(query, deadline) if query.count else ()
            self._tags = tags
            self._ordered = {}


def _beyond(rows: Sequence[Row], query: TableQuery) -> Sequence[Row]:
    """Give the rows, which are in the query's order, on the query's side of its origin."""
    if query.origin is None:
        return rows
    of_one = attrs.evolve(query, columns=(), restriction=None, start=0)
    at = bisect_left(rows, True, key=lambda row: bool(count_rows([row], of_one)) is not query.is_backward)
    return rows[:at] if query.is_backward else rows[at:]


def _is_about(restriction: Restriction, tags: Mapping[BagKey, PropertyKey]) -> bool:
    """Whether the restriction asks of a row nothing but these properties."""
    waiting = [restriction]
    while waiting:
        one = waiting.pop()
        waiting += parts_of(one)
        match one:
            case PropertyComparison():
                mentioned = [one.tag, one.other]
            case Content() | Comparison() | Bitmask() | Size() | Exists():
                mentioned = [one.tag]
            case And() | Or() | Not() | Annotation():
                mentioned = []
            case _:
                return False
        if any(tags.get(tag.bag_key) != tag for tag in mentioned):
            return False
    return True
