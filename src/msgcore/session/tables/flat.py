"""A table without categories: its source's rows, paged by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeAlias, cast

from msgcore.base.times import Deadline
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row, RowLayout, RowSet
from msgcore.props.table import PidTagInstanceKey
from msgcore.props.tags import Property
from msgcore.props.values import PropertyError
from msgcore.session.tables.anchors import Anchors
from msgcore.session.tables.asked import both
from msgcore.session.tables.gap import BEGINNING, END, Gap, HeaderPlace, Page
from msgcore.session.tables.source import TableSource
from msgcore.spi.store import RowKey, TableQuery

__all__ = ["FlatView", "Seen"]

_PAGE = 1_000

Seen: TypeAlias = tuple[RowKey | HeaderPlace, Row]
"""A row as it is shown, and its place."""


class FlatView:
    """The rows that satisfy a restriction, in order. ``said`` are values of its own that each row shows."""

    def __init__(
        self,
        source: TableSource,
        restriction: Restriction | None,
        sort_order: tuple[SortKey, ...],
        said: Mapping[BagKey, object] | None = None,
    ) -> None:
        self._source = source
        self._restriction = restriction
        self._sort_order = sort_order
        self._said = said or {}
        self.refresh()

    def refresh(self) -> None:
        """Forget what is known of the rows."""
        # None before the rows are counted: what was passed before then may be gone, and nobody would notice.
        self._anchors: Anchors | None = None
        self._know(BEGINNING, 0)

    def _know(self, gap: Gap, number: int) -> None:
        """Remember how many rows stand before one gap."""
        self._known = gap, number
        # What was read since then, and how many rows stand before its end, whose place is made when it is asked for.
        self._passed: tuple[Page[RowKey], int] | None = None

    async def read(
        self, gap: Gap, columns: tuple[PropertyKey, ...], count: int, deadline: Deadline, *, backward: bool = False
    ) -> Page[RowKey]:
        """Give at most ``count`` rows behind the gap, or before it; both in the table's order."""
        found = await self._keyed(gap, columns, deadline, backward=backward, count=count)
        number = self._number_known(gap)
        count = len(found.rows)
        if count and number is not None and not backward:
            if self._anchors is not None:
                self._anchors.pass_by(number, count, found.place)
            self._passed = found, number + count
        return found

    async def read_all(
        self, columns: tuple[PropertyKey, ...], deadline: Deadline, most: int | None = None
    ) -> list[Row]:
        """Give all rows, or the first ``most`` of them."""
        found: list[Row] = []
        gap = BEGINNING
        while most is None or len(found) < most:
            count = _PAGE if most is None else min(_PAGE, most - len(found))
            page = await self.read(gap, columns, count, deadline)
            found += page.rows
            if len(page.rows) < count:
                break
            gap = page.end
        return found

    async def find(
        self,
        gap: Gap,
        columns: tuple[PropertyKey, ...],
        condition: Restriction,
        deadline: Deadline,
        *,
        backward: bool = False,
    ) -> Seen | None:
        """Give the next row that satisfies the condition, or the last one before the gap."""
        found = await self._keyed(gap, columns, deadline, backward=backward, condition=condition)
        return (found.place(0), found.rows[0]) if found.rows else None

    async def count(self, deadline: Deadline) -> int:
        return (await self._counted(deadline)).total

    async def _counted(self, deadline: Deadline) -> Anchors:
        """Count the rows; when they are not as many as before, forget which row has which number."""
        total = await self._source.count(TableQuery((), self._restriction), deadline)
        if self._anchors is None or self._anchors.total != total:
            self._anchors = Anchors(total)
            self._know(BEGINNING, 0)
        return self._anchors

    async def number(self, gap: Gap, deadline: Deadline) -> int:
        """Count the rows before the gap."""
        return await self._count_beside(gap, deadline, backward=True)

    async def seek(self, gap: Gap, rows: int, deadline: Deadline) -> tuple[Gap, int]:
        """Go ``rows`` on from the gap, back where negative, and say how many rows that really were."""
        if rows == 0:
            return gap, 0
        backward = rows < 0
        found = await self._keyed(gap, (), deadline, backward=backward, start=-rows - 1 if backward else rows)
        if found.rows:
            reached, gone = Gap(found.place(0)), rows
        else:
            left = await self._count_beside(gap, deadline, backward=backward)
            reached, gone = (BEGINNING, -left) if backward else (END, left)
        number = self._number_known(gap)
        if number is not None and reached.place is not None:
            self._know(reached, number + gone)
        return reached, gone

    async def key_at(self, number: int, deadline: Deadline) -> RowKey | None:
        """Give the key of the row that has ``number`` rows before it."""
        found = await self._keyed(BEGINNING, (), deadline, backward=False, start=number)
        return found.place(0) if found.rows else None

    async def seek_fraction(self, numerator: int, denominator: int, deadline: Deadline) -> Gap:
        """Find the place that has this part of the rows before it.

        Exactly, unless as many rows came as went since they were counted first. From near there, where rows were
        passed after they were counted.
        """
        anchors = await self._counted(deadline)
        number = anchors.total * numerator // denominator
        if number in {0, anchors.total}:
            return END if number else BEGINNING
        known, gap = anchors.nearest(number)
        self._know(gap, known)
        reached, _ = await self.seek(gap, number - known, deadline)
        return reached

    def query(self, columns: tuple[PropertyKey, ...]) -> TableQuery:
        """Give the query for the first page of the view."""
        return TableQuery(self._with_key(columns), self._restriction, self._sort_order)

    def _number_known(self, gap: Gap) -> int | None:
        if gap.place is None and not gap.is_after:
            return 0
        if self._passed is not None:
            self._know(self._passed[0].end, self._passed[1])
        known, number = self._known
        return number if gap == known else None

    async def _count_beside(self, gap: Gap, deadline: Deadline, *, backward: bool) -> int:
        query = self._beside(gap, (), backward=backward)
        return 0 if query is None else await self._source.count(query, deadline)

    async def _keyed(
        self,
        gap: Gap,
        columns: tuple[PropertyKey, ...],
        deadline: Deadline,
        *,
        backward: bool,
        start: int = 0,
        count: int = 1,
        condition: Restriction | None = None,
    ) -> Page[RowKey]:
        asked = self._with_key(columns)
        query = self._beside(gap, asked, backward=backward, start=start, count=count, condition=condition)
        if query is None:
            return Page((), _no_place)
        found = RowSet.of(asked, await self._source.query(query, deadline))
        assert found is not None
        shown = found.showing(columns)
        if self._said:
            shown = RowSet(_layout(columns, self._said), [(row,) for row in found])
        # Not of this view, which keeps the page: what refers to itself waits for Python's search for garbage.
        return Page(shown, partial(_key_of, found, self._sort_order))

    def _beside(
        self,
        gap: Gap,
        columns: tuple[PropertyKey, ...],
        *,
        backward: bool,
        start: int = 0,
        count: int = 1,
        condition: Restriction | None = None,
    ) -> TableQuery | None:
        """Make the query for the rows on one side of the gap; ``None`` where there can be none."""
        origin = gap.place
        if origin is None and gap.is_after is not backward:
            return None
        assert not isinstance(origin, HeaderPlace)
        restriction = both(self._restriction, condition)
        includes_origin = origin is not None and gap.is_after is backward
        return TableQuery(columns, restriction, self._sort_order, start, count, origin, includes_origin, backward)

    def _with_key(self, columns: tuple[PropertyKey, ...]) -> tuple[PropertyKey, ...]:
        """Add what the rows' keys are made of."""
        return _columns_and_key(columns, self._sort_order)


@lru_cache(1_000)
def _columns_and_key(columns: tuple[PropertyKey, ...], sort_order: tuple[SortKey, ...]) -> tuple[PropertyKey, ...]:
    asked: dict[BagKey, PropertyKey] = {tag.bag_key: tag for tag in columns}
    for tag in (*(key.tag for key in sort_order), PidTagInstanceKey):
        asked.setdefault(tag.bag_key, tag)
    return tuple(asked.values())


def _key_of(rows: RowSet, sort_order: tuple[SortKey, ...], number: int) -> RowKey:
    values = [rows.value(number, key.tag) for key in sort_order]
    instance_key = rows.value(number, PidTagInstanceKey)
    assert isinstance(instance_key, bytes)
    return RowKey(tuple([None if isinstance(one, PropertyError) else one for one in values]), instance_key)


def _no_place(number: int) -> RowKey:
    raise IndexError(number)


def _layout(columns: tuple[PropertyKey, ...], said: Mapping[BagKey, object]) -> RowLayout:
    """Say how a row shows these columns, and no other, of a row that has them and more."""

    def place(tag: Property[Any]) -> tuple[int, Callable[[Row], object]]:
        def value_in(row: Row) -> object:
            value: object = row.get(tag)
            return row.error(tag) if value is None else value

        own = said.get(tag.bag_key)
        return 0, value_in if own is None else lambda _: own

    return RowLayout(columns, {tag.bag_key: place(cast("Property[Any]", tag)) for tag in columns})
