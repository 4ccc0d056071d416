"""A table with categories: headers, and the rows below those that are expanded.

The headers say what was so when they were read, until they are read anew; the rows below them are read when they are
asked for, by key, those of small categories together. So counts and positions are those of the headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from msgcore.base.times import Deadline
from msgcore.props.key import PropertyKey
from msgcore.props.match import matcher
from msgcore.props.order import Rank
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import RowLayout, RowSet
from msgcore.props.table import PidTagDepth, PidTagInstanceKey, PidTagMessageFlags, PidTagRowType
from msgcore.props.tags import Property
from msgcore.session.tables.asked import both
from msgcore.session.tables.flat import FlatView, Seen
from msgcore.session.tables.gap import BEGINNING, END, Gap, HeaderPlace, Page
from msgcore.session.tables.headers import (
    HEADER_TAGS,
    Block,
    Folding,
    Headers,
    RowType,
    condition_of,
    layout_of_headers,
    ranks_of,
)
from msgcore.session.tables.said import without_said
from msgcore.session.tables.source import TableSource
from msgcore.spi.rows import group_rows
from msgcore.spi.store import RowGroup, RowKey, TableQuery

__all__ = ["GroupedView"]

_MOST_AT_ONCE = 50  # categories whose rows are read together


class GroupedView:
    """The rows to be seen of a table that the keys of ``folding``, the first of the sort order, group."""

    def __init__(
        self,
        source: TableSource,
        restriction: Restriction | None,
        sort_order: tuple[SortKey, ...],
        folding: Folding,
    ) -> None:
        self._source = source
        self._restriction = restriction
        self._sort_order = sort_order
        self._folding = folding
        self._said: dict[PropertyKey, object] = {PidTagRowType: int(RowType.LEAF), PidTagDepth: len(folding.keys)}
        self._headers: Headers | None = None

    def refresh(self) -> None:
        """Forget the headers."""
        self._headers = None

    async def headers(self, deadline: Deadline) -> Headers:
        if self._headers is None:
            keys = self._folding.keys
            groups = await _groups(self._source, self._restriction, keys, deadline)
            self._headers = Headers(groups, self._folding)
        return self._headers

    async def read(
        self, gap: Gap, columns: tuple[PropertyKey, ...], count: int, deadline: Deadline, *, backward: bool = False
    ) -> Page[RowKey | HeaderPlace]:
        """Give at most ``count`` rows behind the gap, or before it; both in the table's order."""
        headers = await self.headers(deadline)
        read = self._backward if backward else self._forward
        seen = await read(headers, gap, columns, count, deadline)
        return Page([row for _, row in seen], lambda number: seen[number][0])

    async def _backward(
        self, headers: Headers, gap: Gap, columns: tuple[PropertyKey, ...], count: int, deadline: Deadline
    ) -> list[Seen]:
        found: list[Seen] = []
        layout, blocks = layout_of_headers(self._folding.keys, columns), headers.blocks
        index, inner = self._located(headers, gap)
        if inner == BEGINNING:
            found.append(_shown(blocks[index], layout))
            index, inner = index - 1, END
        while index >= 0 and len(found) < count:
            left = count - len(found)
            some = self._as_many(map(blocks.__getitem__, range(index, -1, -1)), inner, left)
            rows = await self._rows_of(some, inner, columns, left, deadline, backward=True)
            for block in some:
                found += reversed(rows.get(block.header.ranks, ()))
                found.append(_shown(block, layout))
            index, inner = index - len(some), END
        return found[:count][::-1]

    async def _forward(
        self, headers: Headers, gap: Gap, columns: tuple[PropertyKey, ...], count: int, deadline: Deadline
    ) -> list[Seen]:
        found: list[Seen] = []
        layout, blocks = layout_of_headers(self._folding.keys, columns), headers.blocks
        index, inner = self._located(headers, gap)
        is_below_header = inner != END
        if not is_below_header:
            index, inner = index + 1, BEGINNING
        while index < len(blocks) and len(found) < count:
            left = count - len(found)
            some = self._as_many(map(blocks.__getitem__, range(index, len(blocks))), inner, left)
            rows = await self._rows_of(some, inner, columns, left, deadline)
            for block in some:
                if not is_below_header:
                    found.append(_shown(block, layout))
                found += rows.get(block.header.ranks, ())
                is_below_header = False
            index, inner = index + len(some), BEGINNING
        return found[:count]

    def _as_many(self, blocks: Iterable[Block], gap: Gap, count: int) -> list[Block]:
        """Take the first block, and those behind it whose rows are read with its own, for ``count`` rows in all.

        They are inside of the same category, so that the database is asked for some values of one property. The
        first stands alone where the gap is at a row of it: for several values beyond a row, SQLite reads whatever is
        beyond it in the folder.
        """
        found: list[Block] = []
        seen = with_rows = 0
        is_at_row = isinstance(gap.place, RowKey)
        inside_of: tuple[Rank, ...] | None = None
        for block in blocks:
            seen += 1 + block.row_count
            if block.shows_rows:
                with_rows += 1
                inside_of = inside_of or block.header.ranks[:-1]
            is_elsewhere = block.shows_rows and block.header.ranks[:-1] != inside_of
            if found and (is_at_row or seen > count or with_rows > _MOST_AT_ONCE or is_elsewhere):
                break
            found.append(block)
        return found

    async def _rows_of(
        self,
        blocks: Sequence[Block],
        gap: Gap,
        columns: tuple[PropertyKey, ...],
        count: int,
        deadline: Deadline,
        *,
        backward: bool = False,
    ) -> dict[tuple[Rank, ...], list[Seen]]:
        """Read at most ``count`` rows of blocks that stand side by side, behind the gap or before it, by category."""
        shown = [block for block in blocks if block.shows_rows]
        found: dict[tuple[Rank, ...], list[Seen]] = {}
        if shown:
            page = await self._rows(*shown).read(gap, columns, count, deadline, backward=backward)
            for place, row in _seen(page):
                found.setdefault(ranks_of(place, len(self._folding.keys)), []).append((place, row))
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
        """Give the next row to be seen that satisfies the condition, or the last one before the gap."""
        headers = await self.headers(deadline)
        holds = matcher(condition)
        of_rows = without_said(condition, self._said)
        restriction = both(self._restriction, of_rows)
        groups = await _groups(self._source, restriction, self._folding.keys, deadline)
        has_row = {ranks_of(HeaderPlace(group.values), len(group.values)) for group in groups}

        async def row_in(block: Block, inner: Gap) -> Seen | None:
            if not block.shows_rows or block.header.ranks not in has_row:
                return None
            return await self._rows(block).find(inner, columns, of_rows, deadline, backward=backward)

        keys = self._folding.keys
        whole = layout_of_headers(keys, (*(key.tag for key in keys), *HEADER_TAGS))
        layout = layout_of_headers(keys, columns)

        def header_of(block: Block) -> Seen | None:
            return _shown(block, layout) if holds(_shown(block, whole)[1]) else None

        index, inner = self._located(headers, gap)
        while backward and index >= 0:
            block = headers.blocks[index]
            found = await row_in(block, inner) or header_of(block)
            if found is not None:
                return found
            index, inner = index - 1, END
        while not backward and index < len(headers.blocks):
            found = None if index < 0 else await row_in(headers.blocks[index], inner)
            index, inner = index + 1, BEGINNING
            if found is None and index < len(headers.blocks):
                found = header_of(headers.blocks[index])
            if found is not None:
                return found
        return None

    async def count(self, deadline: Deadline) -> int:
        return (await self.headers(deadline)).total

    async def number(self, gap: Gap, deadline: Deadline) -> int:
        """Count the rows before the gap."""
        headers = await self.headers(deadline)
        index, inner = self._located(headers, gap)
        if index < 0:
            return 0
        block = headers.blocks[index]
        if inner == BEGINNING or not block.shows_rows:
            before = 0
        elif inner == END:
            before = block.row_count
        else:
            before = min(block.row_count, await self._rows(block).number(inner, deadline))
        return block.number + 1 + before

    async def seek(self, gap: Gap, rows: int, deadline: Deadline) -> tuple[Gap, int]:
        """Go ``rows`` on from the gap, back where negative, and say how many rows that really were."""
        if rows == 0:
            return gap, 0
        headers = await self.headers(deadline)
        number = await self.number(gap, deadline)
        target = min(max(number + rows, 0), headers.total)
        return await self._before(headers, target, deadline), target - number

    async def seek_fraction(self, numerator: int, denominator: int, deadline: Deadline) -> Gap:
        """Find the place that has this part of the rows before it."""
        headers = await self.headers(deadline)
        return await self._before(headers, headers.total * numerator // denominator, deadline)

    async def turn(self, instance_key: bytes, deadline: Deadline, *, expand: bool) -> int:
        """Expand or collapse a header; see :meth:`Headers.turn`."""
        return (await self.headers(deadline)).turn(instance_key, expand=expand)

    def query(self, columns: tuple[PropertyKey, ...]) -> TableQuery:
        """Give the query for the rows of all categories."""
        return FlatView(self._source, self._restriction, self._sort_order).query(columns)

    def _located(self, headers: Headers, gap: Gap) -> tuple[int, Gap]:
        """Give the block that the gap is in, -1 for before all, and the place among the rows below its header."""
        index = headers.preceding(gap) - 1
        place = gap.place
        if index < 0 or place is None:
            return index, END
        if ranks_of(place, len(self._folding.keys)) != headers.blocks[index].header.ranks:
            return index, END
        return index, gap if isinstance(place, RowKey) else BEGINNING

    async def _before(self, headers: Headers, number: int, deadline: Deadline) -> Gap:
        """Give the place before the row of this number."""
        if number >= headers.total:
            return END if number else BEGINNING
        index = headers.at(number)
        block = headers.blocks[index]
        below = number - block.number - 1
        if below < 0:
            return Gap(block.header.place) if number else BEGINNING
        key = await self._rows(block).key_at(below, deadline)
        if key is not None:
            return Gap(key)
        # Rows went since the headers were read.
        return Gap(headers.blocks[index + 1].header.place) if index + 1 < len(headers.blocks) else END

    def _rows(self, *blocks: Block) -> FlatView:
        condition = condition_of([block.header for block in blocks], self._folding.keys)
        said = {tag.bag_key: value for tag, value in self._said.items()}
        return FlatView(self._source, both(self._restriction, condition), self._sort_order, said)


def _shown(block: Block, layout: RowLayout) -> Seen:
    return block.header.place, RowSet(layout, [(block,)])[0]


def _seen(page: Page[RowKey]) -> list[Seen]:
    return [(page.place(number), row) for number, row in enumerate(page.rows)]


async def _groups(
    source: TableSource, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
) -> Sequence[RowGroup]:
    """Group the rows, by the source itself or by reading them all."""
    found = await source.groups(restriction, keys, deadline)
    if found is not None:
        return found
    tags = {tag.bag_key: cast("Property[Any]", tag) for tag in (key.tag for key in keys)}
    tags |= {tag.bag_key: tag for tag in (PidTagInstanceKey, PidTagMessageFlags)}
    columns: tuple[PropertyKey, ...] = tuple(tags.values())
    return group_rows(await FlatView(source, restriction, ()).read_all(columns, deadline), None, keys)
