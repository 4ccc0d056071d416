"""Any operations on a table, with rows that come and go between them, held against a list."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from msgcore.base.times import Deadline
from msgcore.errors import InvalidBookmark, NotFound
from msgcore.props.bag import PropBag
from msgcore.props.match import match
from msgcore.props.restriction import Count, Restriction, SortKey, at_most
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagInstanceKey,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagRowType,
    PidTagSubject,
)
from msgcore.runtime import AsyncioRuntime, BlockingRuntime
from msgcore.session.table import Table
from msgcore.session.tables.gap import Bookmark, Position
from msgcore.session.tables.source import MemoryRows, bag_of
from msgcore.spi.rows import group_rows
from msgcore.spi.store import RowGroup
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.session.table_model import COLUMNS, Item, ListModel, Path, Spot, shown

T = TypeVar("T")

KEYS = (PidTagSubject, PidTagMessageSizeExtended, PidTagMessageDeliveryTime)
SUBJECTS = [None, "", "a", "A", "b", "ß", "SS"]
MOMENTS = [None, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)]
CONDITIONS: list[Restriction] = [
    PidTagSubject.equals("a"),
    PidTagSubject.contains("S", ignore_case=True),
    PidTagMessageSizeExtended > 1,
    ~PidTagSubject.exists(),
    PidTagMessageFlags.has_any_bit(1),
]
restrictions = st.sampled_from([None, *CONDITIONS]) | st.builds(
    at_most, st.integers(0, 4), st.sampled_from([*CONDITIONS, PidTagInstanceKey.exists()])
)
sort_orders = st.lists(st.sampled_from(KEYS), max_size=3, unique=True).flatmap(
    lambda tags: st.tuples(*(st.builds(SortKey, st.just(tag), st.booleans()) for tag in tags))
)
counts = st.integers(1, 6) | st.integers(-6, -1)


class GroupingRows(MemoryRows):
    """Rows in memory that group themselves, as stores with a database do."""

    async def groups(
        self, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup]:
        return group_rows(self._look(), restriction, keys)


class Tables(RuleBasedStateMachine):
    mode: ClassVar[Mode] = Mode.BLOCKING
    source_type: ClassVar[type[MemoryRows]] = MemoryRows

    def __init__(self) -> None:
        super().__init__()
        self.model = ListModel()
        self.made = 0
        self.changes = 0  # since the table last read anew what it keeps
        self.cursor = Spot(None)
        self.bookmarks: list[tuple[Bookmark, Spot | None]] = []
        self.header_keys: dict[Path, bytes] = {}
        self._runner = asyncio.Runner() if self.mode is Mode.ASYNCIO else None
        self._runtime = BlockingRuntime() if self._runner is None else AsyncioRuntime()
        self.table = Table(self._runtime, self.source_type(lambda: list(self.model.living)), COLUMNS)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if self._runner is not None:
            return self._runner.run(coroutine)
        assert isinstance(self._runtime, BlockingRuntime)
        return self._runtime.run(coroutine)

    def teardown(self) -> None:
        if self._runner is not None:
            self._runner.close()

    # What happens to the rows

    def changed(self) -> None:
        self.changes += 1
        if self.model.categories or isinstance(self.model.restriction, Count):
            self.refresh()

    @rule()
    def refresh(self) -> None:
        self.table.refresh()
        self.changes = 0

    @rule(
        subject=st.sampled_from(SUBJECTS),
        size=st.sampled_from([None, 1, 2]),
        moment=st.sampled_from(MOMENTS),
        flags=st.integers(0, 1),
        place=st.integers(0, 255),
    )
    def arrive(self, subject: str | None, size: int | None, moment: datetime | None, flags: int, place: int) -> None:
        self.made += 1
        values = zip(KEYS, (subject, size, moment), strict=True)
        own = ((PidTagInstanceKey, bytes([place]) + self.made.to_bytes(2, "big")), (PidTagMessageFlags, flags))
        self.model.living.append(bag_of([*values, *own]))
        self.changed()

    @precondition(lambda self: self.model.living)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        del self.model.living[data.draw(st.integers(0, len(self.model.living) - 1))]
        self.changed()

    # How they are looked at

    def renewed(self) -> None:
        self.cursor = Spot(None)
        self.bookmarks = [(bookmark, None) for bookmark, _ in self.bookmarks]
        self.changes = 0

    @rule(restriction=restrictions)
    def restrict(self, restriction: Restriction | None) -> None:
        self.table.restrict(restriction)
        self.model.restriction = restriction
        self.renewed()

    @rule(order=sort_orders, data=st.data())
    def sort(self, order: tuple[SortKey, ...], data: st.DataObject) -> None:
        self.model.order = order
        self.model.categories = data.draw(st.integers(0, len(order)))
        self.model.expanded = data.draw(st.integers(0, self.model.categories))
        self.model.turned = set()
        self.header_keys = {}
        self.table.sort(order, categories=self.model.categories, expanded=self.model.expanded)
        self.renewed()

    def check_rows(self, rows: Sequence[Row], items: Sequence[Item]) -> None:
        assert [shown(row) for row in rows] == [self.model.row(item) for item in items]
        for row, item in zip(rows, items, strict=True):
            if item.depth is not None:
                path = self.model.path(item.bag, item.depth)
                assert self.header_keys.setdefault(path, row[PidTagInstanceKey]) == row[PidTagInstanceKey]

    # Operations

    @rule(count=counts, advance=st.booleans())
    def query_rows(self, count: int, advance: bool) -> None:
        number, visible = self.model.number(self.cursor), self.model.visible()
        expected = visible[number : number + count] if count > 0 else visible[max(0, number + count) : number]

        self.check_rows(self.run(self.table.query_rows(count, advance=advance)), expected)

        if expected and advance:
            self.cursor = Spot(expected[-1], is_after=True) if count > 0 else Spot(expected[0])

    @rule()
    def query_position(self) -> None:
        expected = Position(self.model.number(self.cursor), len(self.model.visible()))

        assert self.run(self.table.query_position()) == expected

    def an_origin(self, data: st.DataObject) -> tuple[Bookmark, Spot | None]:
        fixed = [
            (Bookmark.BEGINNING, Spot(None)),
            (Bookmark.CURRENT, self.cursor),
            (Bookmark.END, Spot(None, is_after=True)),
        ]
        return data.draw(st.sampled_from([*fixed, *self.bookmarks]))

    @rule(rows=st.integers(-6, 6), data=st.data())
    def seek_row(self, rows: int, data: st.DataObject) -> None:
        origin, spot = self.an_origin(data)
        if spot is None:
            with pytest.raises(InvalidBookmark):
                self.run(self.table.seek_row(rows, origin))
            return
        number, visible = self.model.number(spot), self.model.visible()
        target = min(max(number + rows, 0), len(visible))

        assert self.run(self.table.seek_row(rows, origin)) == target - number

        if rows:
            self.stand_at(target)
        else:
            self.cursor = spot

    def stand_at(self, number: int) -> None:
        """Put the model's cursor before a row; before the first one and at the beginning differ by arrivals only."""
        visible = self.model.visible()
        self.cursor = Spot(visible[number]) if number < len(visible) else Spot(None, is_after=True)
        if number == 0:
            self.cursor = Spot(None)
            self.run(self.table.seek_row(0))

    @rule(denominator=st.integers(1, 5), data=st.data())
    def seek_fraction(self, denominator: int, data: st.DataObject) -> None:
        numerator = data.draw(st.integers(0, denominator))
        expected = len(self.model.visible()) * numerator // denominator

        self.run(self.table.seek_fraction(numerator, denominator))

        found = self.run(self.table.query_position()).row
        assert abs(found - expected) <= self.changes
        self.run(self.table.seek_row(found))
        self.stand_at(found)

    @rule(condition=st.sampled_from(CONDITIONS), backward=st.booleans(), data=st.data())
    def find_row(self, condition: Restriction, backward: bool, data: st.DataObject) -> None:
        origin, spot = self.an_origin(data)
        if spot is None:
            with pytest.raises(InvalidBookmark):
                self.run(self.table.find_row(condition, origin, backward=backward))
            return
        number, visible = self.model.number(spot), self.model.visible()
        among = visible[:number][::-1] if backward else visible[number:]
        expected = next((item for item in among if self.satisfies(item, condition)), None)

        found = self.run(self.table.find_row(condition, origin, backward=backward))

        self.check_rows([] if found is None else [found], [] if expected is None else [expected])
        if expected is not None:
            self.cursor = Spot(expected)

    def satisfies(self, item: Item, condition: Restriction) -> bool:
        if item.depth is None:
            return match(condition, item.bag)
        header = PropBag()
        first = min(self.model.inside(item), key=lambda bag: bag[PidTagInstanceKey])
        for key in self.model.order[: item.depth + 1]:
            value: object = first.get(key.tag)  # type: ignore[call-overload]  # tags of any type
            if value is not None:
                header.preset(key.tag, value)
        return match(condition, header)

    @rule()
    def create_bookmark(self) -> None:
        self.bookmarks.append((self.table.create_bookmark(), self.cursor))

    @precondition(lambda self: self.bookmarks)
    @rule(data=st.data())
    def free_bookmark(self, data: st.DataObject) -> None:
        bookmark, spot = self.bookmarks.pop(data.draw(st.integers(0, len(self.bookmarks) - 1)))
        if spot is None:
            with pytest.raises(InvalidBookmark):
                self.table.free_bookmark(bookmark)
        else:
            self.table.free_bookmark(bookmark)

    @precondition(lambda self: self.header_keys)
    @rule(expand=st.booleans(), data=st.data())
    def turn(self, expand: bool, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.header_keys, key=repr)))
        key = self.header_keys[path]
        call = self.table.expand_row if expand else self.table.collapse_row
        if not any(self.model.path(bag, len(path) - 1) == path for bag in self.model.members()):
            with pytest.raises(NotFound):
                self.run(call(key))
            return
        before = len(self.model.visible())
        if self.model.is_open(path) is not expand:
            self.model.turned ^= {path}

        assert self.run(call(key)) == abs(len(self.model.visible()) - before)

    @precondition(lambda self: self.model.categories)
    @rule()
    def carry_the_collapse_state_over(self) -> None:
        state = self.table.get_collapse_state()
        self.table.sort(self.model.order, categories=self.model.categories, expanded=self.model.expanded)
        self.table.set_collapse_state(state)
        self.renewed()


class TablesOnALoop(Tables):
    mode = Mode.ASYNCIO


class GroupingTables(Tables):
    source_type = GroupingRows


_SETTINGS = hypothesis.settings(
    max_examples=2_000 if SOAK else 60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
TestTables = Tables.TestCase
TestTables.settings = _SETTINGS
TestTablesOnALoop = TablesOnALoop.TestCase
TestTablesOnALoop.settings = hypothesis.settings(_SETTINGS, max_examples=2_000 if SOAK else 25)
TestGroupingTables = GroupingTables.TestCase
TestGroupingTables.settings = _SETTINGS


def test_a_row_of_a_table_without_categories_has_no_row_type() -> None:
    runtime = BlockingRuntime()
    table = Table(runtime, MemoryRows(lambda: [bag_of([(PidTagInstanceKey, b"1")])]), COLUMNS)
    (row,) = runtime.run(table.query_rows(1))

    assert row.get(PidTagRowType) is None
