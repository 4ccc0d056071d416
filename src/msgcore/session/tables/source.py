"""Where a table's rows come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from msgcore.base.times import Deadline
from msgcore.errors import NotSupported
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.match import PropertySource
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.session.tables.events import ChangeSink
from msgcore.spi.rows import count_rows, select
from msgcore.spi.store import RowGroup, TablePlan, TableQuery

__all__ = ["KeptRows", "LiveRows", "MemoryRows", "RowsReader", "TableSource", "bag_of"]

RowsReader = Callable[[Deadline], Awaitable[Sequence[PropertySource]]]
"""Reads all the rows as they are now."""


class TableSource:
    """Rows that answer queries; what a source can do beyond that, it says by overriding."""

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        raise NotImplementedError

    async def count(self, query: TableQuery, deadline: Deadline) -> int:
        raise NotImplementedError

    async def groups(
        self, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup] | None:
        """Group the rows as :class:`~msgcore.spi.store.SupportsGroups` says; ``None``: the caller has to read them."""
        return None

    async def explain(self, query: TableQuery, deadline: Deadline) -> TablePlan:
        order = ", ".join(f"{key.tag.label}{' descending' if key.is_descending else ''}" for key in query.sort_order)
        return TablePlan(None, None, query.restriction, order or "PidTagInstanceKey", ("every row, in memory",))

    async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        """Tell ``sink`` what happens to the rows, until the result is called; ``ended``: the source was closed."""
        raise NotSupported("this table's source tells nobody what happens in it")

    def refresh(self) -> None:
        """Forget what was read, so that the next query reads it anew."""


class RowsInMemory(TableSource):
    """Rows that are searched and sorted in memory."""

    async def rows(self, deadline: Deadline) -> Sequence[PropertySource]:
        """Give all the rows; each has a ``PidTagInstanceKey``, which stays the same."""
        raise NotImplementedError

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return select(await self.rows(deadline), query)

    async def count(self, query: TableQuery, deadline: Deadline) -> int:
        return count_rows(await self.rows(deadline), query)


class MemoryRows(RowsInMemory):
    """Rows that are there already, looked at anew for each query."""

    def __init__(self, look: Callable[[], Sequence[PropertySource]]) -> None:
        self._look = look

    async def rows(self, deadline: Deadline) -> Sequence[PropertySource]:
        return self._look()


class LiveRows(RowsInMemory):
    """Rows that are read anew for each query."""

    def __init__(self, read: RowsReader) -> None:
        self._read = read

    async def rows(self, deadline: Deadline) -> Sequence[PropertySource]:
        return await self._read(deadline)


class KeptRows(LiveRows):
    """Rows that are read once, and again after :meth:`refresh`: for those that cost more than a look."""

    _kept: Sequence[PropertySource] | None = None

    async def rows(self, deadline: Deadline) -> Sequence[PropertySource]:
        if self._kept is None:
            self._kept = await self._read(deadline)
        return self._kept

    def refresh(self) -> None:
        self._kept = None


def bag_of(values: Iterable[tuple[PropertyKey, object | None]]) -> PropBag:
    """Make a row of values; ``None`` leaves a column without one."""
    bag = PropBag()
    for tag, value in values:
        if value is not None:
            bag.preset(tag, value)
    return bag
