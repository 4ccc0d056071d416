"""Tables: rows of chosen columns, restricted and sorted, read a page at a time.

A cursor stands between two rows (:mod:`msgcore.session.tables.gap`), and pages are read from the key of the row next to
it: a page deep inside a table costs what the first one does. What the cursor runs over is a view: the rows themselves
(:mod:`~msgcore.session.tables.flat`), or headers and rows (:mod:`~msgcore.session.tables.grouped`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self, cast

from msgcore.base.times import Deadline
from msgcore.errors import Closed, InvalidBookmark, TimedOut, TooComplex, UsageError
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Count, Restriction, SortKey
from msgcore.props.row import Row
from msgcore.runtime.abc import Event, Runtime
from msgcore.session.checked import checked_integer
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing
from msgcore.session.tables.asked import (
    MOST_ROWS,
    check_together,
    checked_columns,
    checked_order,
    checked_restriction,
    without_limit,
)
from msgcore.session.tables.events import TableEvent
from msgcore.session.tables.first_rows import FirstRows
from msgcore.session.tables.flat import FlatView
from msgcore.session.tables.gap import BEGINNING, END, Bookmark, Gap, HeaderPlace, Page, Position
from msgcore.session.tables.grouped import GroupedView
from msgcore.session.tables.headers import Folding
from msgcore.session.tables.notices import InView, Notices
from msgcore.session.tables.source import TableSource
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.check import MOST_ROWS as MORE_THAN_ANY_TABLE
from msgcore.spi.store import RowKey, TablePlan

__all__ = ["Notifications", "Table"]

_PAGE = 1_000
_GAPS = {Bookmark.BEGINNING: BEGINNING, Bookmark.END: END}


@each_call_whole("_runtime")
class Table(Closing):
    """A view of rows with a cursor ([MS-OXCTABL]). Belongs to one thread or task; reads rows only when asked.

    Restrictions and sort orders may be text (``'subject:contains("x")'``, ``"received desc"``). Of a restriction that
    :func:`~msgcore.props.restriction.at_most` cuts, the table reads the rows once and works on them in memory.

    Raises:
        UsageError: there is no column.
        TooComplex: the restriction goes past what is evaluated; ``WrongType`` where a value or key has a wrong type.
        RestrictionSyntax, UnknownProperty: the text is no restriction, no sort order, or no columns.
    """

    def __init__(
        self,
        runtime: Runtime,
        source: TableSource,
        columns: Iterable[PropertyKey] | str,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> None:
        self._runtime = runtime
        self._source = source
        self._columns = checked_columns(columns)
        self._is_closed = False
        self._notices: Notices | None = None
        self._bell: Event | None = None
        self._renew_view(checked_restriction(restriction), checked_order(sort_order), None)

    def _renew_view(
        self, restriction: Restriction | None, sort_order: tuple[SortKey, ...], folding: Folding | None
    ) -> None:
        """Make a view, and then show it; the cursor, bookmarks and rows read ahead are the old one's."""
        condition, limit = without_limit(restriction)
        source = self._source
        if limit is not None:
            source, condition = FirstRows(source, condition, sort_order, limit), None
        self._viewed = source
        self._view: FlatView | GroupedView
        if folding is None:
            self._view = FlatView(source, condition, sort_order)
        else:
            self._view = GroupedView(source, condition, sort_order, folding)
        self._restriction, self._sort_order, self._folding = restriction, sort_order, folding
        self._cursor = BEGINNING
        self._bookmarks: dict[Bookmark, Gap] = {}
        if self._notices is not None:
            self._notices.forget_members()

    @property
    def _cursor(self) -> Gap:
        # Behind the last row that was taken: made when it is asked for, for most rows nobody asks.
        if self._ahead is not None and self._taken:
            return Gap(self._ahead.place(self._taken - 1), is_after=True)
        return self._placed

    @_cursor.setter
    def _cursor(self, gap: Gap) -> None:
        self._placed = gap
        self._ahead: Page[RowKey | HeaderPlace] | None = None
        self._rows: tuple[Row, ...] = ()
        self._taken = 0

    def _need_open(self) -> None:
        if self._is_closed:
            raise Closed("the table has been closed")

    def _deadline(self, timeout_seconds: float | None) -> Deadline:
        self._need_open()
        return self._runtime.deadline(timeout_seconds)

    @property
    def columns(self) -> tuple[PropertyKey, ...]:
        return self._columns

    def set_columns(self, columns: Iterable[PropertyKey] | str) -> None:
        """Choose other columns; the cursor stays."""
        self._need_open()
        self._cursor = self._cursor
        self._columns = checked_columns(columns)

    def restrict(self, restriction: Restriction | str | None) -> None:
        """Show only rows that satisfy the restriction, from the first one; bookmarks end."""
        self._need_open()
        self._renew_view(checked_restriction(restriction), self._sort_order, self._folding)

    def sort(self, sort_order: Iterable[SortKey] | str | None, *, categories: int = 0, expanded: int = 0) -> None:
        """Order the rows by these keys, from the first row; bookmarks end, and so does what was expanded or collapsed.

        Absent values come first, text compares without case. The first ``categories`` keys group the rows: each
        category has a header row in front, and the outer ``expanded`` levels of them show what is inside. Headers,
        counts and positions are those of the last read; the rows inside are read as they are now (:meth:`refresh`).

        Raises:
            TooComplex: a category key has several values.
            UsageError: there are more categories than keys, or more of them expanded than there are.
        """
        self._need_open()
        keys = checked_order(sort_order)
        categories, expanded = checked_integer(categories, "categories"), checked_integer(expanded, "expanded")
        if not 0 <= expanded <= categories <= len(keys):
            raise UsageError(f"{categories} categories, {expanded} of them expanded, of {len(keys)} sort keys")
        for key in keys[:categories]:
            if key.tag.value_type.is_multiple:
                raise TooComplex(f"{key.tag.label} has several values; a category has one")
        self._renew_view(self._restriction, keys, Folding(keys[:categories], expanded) if categories else None)

    def refresh(self) -> None:
        """Read anew what the table keeps: headers, and rows in memory; cursor and bookmarks stay where they are.

        Until then, or an event, :meth:`row_count` and :meth:`query_position` of a table with categories say what the
        headers do, while the rows inside are those that there are.
        """
        self._source.refresh()
        self._viewed.refresh()
        self._view.refresh()
        self._cursor = self._cursor

    # Rows

    async def query_rows(
        self, count: int, *, advance: bool = True, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[Row, ...]:
        """Give the next ``count`` rows, fewer at the end, and move the cursor behind them.

        A negative count gives the rows before the cursor, in the table's order, and moves it before them. The cursor
        stays when ``advance`` is false.

        Raises:
            UsageError: ``count`` is 0, or more than is given at a time; the message says how many that is.
        """
        deadline = self._deadline(timeout_seconds)
        if not 0 < abs(checked_integer(count, "query_rows")) <= MOST_ROWS:
            raise UsageError(f"{count} rows: ask for 1 to {MOST_ROWS} at a time, one way or the other")
        is_backward = count < 0
        page = await self._view.read(self._cursor, self._columns, abs(count), deadline, backward=is_backward)
        rows = tuple(page.rows)
        self._note_read(map(page.place, range(len(rows))))
        if rows and advance:
            if is_backward:
                self._cursor = Gap(page.place(0))
            else:
                self._ahead, self._rows, self._taken = page, rows, len(rows)
        return rows

    def rows_read(self) -> Iterator[Row]:
        """Give the rows that were read ahead, until something is moved or changed; the cursor moves with them."""
        while self._taken < len(self._rows):
            self._taken += 1
            yield self._rows[self._taken - 1]

    async def read_ahead(self) -> bool:
        """Read a page behind the cursor; false at the end."""
        cursor = self._cursor
        page = await self._view.read(cursor, self._columns, _PAGE, self._deadline(DEFAULT_TIMEOUT_SECONDS))
        self._cursor = cursor
        self._ahead, self._rows = page, tuple(page.rows)
        self._note_read(map(page.place, range(len(self._rows))))
        return bool(self._rows)

    def __aiter__(self) -> Self:
        """Read the rows from the cursor on, a page at a time; the cursor moves with the rows."""
        return self

    async def __anext__(self) -> Row:
        row = next(self.rows_read(), None)
        if row is None and await self.read_ahead():
            row = next(self.rows_read(), None)
        if row is None:
            raise StopAsyncIteration
        return row

    async def row_count(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        """Count the rows in view."""
        return await self._view.count(self._deadline(timeout_seconds))

    # Places

    async def seek_row(
        self,
        rows: int,
        origin: Bookmark = Bookmark.BEGINNING,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> int:
        """Put the cursor ``rows`` on from ``origin``, back where negative; say how many rows that really were.

        More than there are, however many, lead to the end, or to the beginning.

        Raises:
            InvalidBookmark: ``origin`` is another table's, was freed, or ended with a new restriction or sort order.
        """
        deadline = self._deadline(timeout_seconds)
        rows = max(-MORE_THAN_ANY_TABLE, min(checked_integer(rows, "seek_row"), MORE_THAN_ANY_TABLE - 1))
        self._cursor, gone = await self._view.seek(self._gap(origin), rows, deadline)
        return gone

    async def seek_fraction(
        self, numerator: int, denominator: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Put the cursor where this part of the rows stands before it; about there, while as many come as go.

        Raises:
            UsageError: the fraction is less than 0 or more than 1.
        """
        deadline = self._deadline(timeout_seconds)
        numerator, denominator = (checked_integer(one, "seek_fraction") for one in (numerator, denominator))
        if not 0 <= numerator <= denominator or not denominator:
            raise UsageError(f"{numerator}/{denominator} is no part of a table")
        self._cursor = await self._view.seek_fraction(numerator, denominator, deadline)

    async def query_position(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Position:
        """Say how many rows stand before the cursor, and how many there are. Counts, so it takes longer than a page."""
        deadline = self._deadline(timeout_seconds)
        count = await self._view.count(deadline)
        return Position(min(count, await self._view.number(self._cursor, deadline)), count)

    async def find_row(
        self,
        restriction: Restriction | str,
        origin: Bookmark = Bookmark.CURRENT,
        *,
        backward: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Row | None:
        """Find the next row that satisfies the restriction, or the last one before ``origin``.

        The cursor goes before it; without such a row it stays. Of the rows of a table with categories the restriction
        may ask for ``PidTagRowType`` and ``PidTagDepth``, too. Raises as :meth:`seek_row` and :meth:`restrict` do.

        Raises:
            TooComplex: with the table's own, the restriction goes past what is evaluated; or it compares
                ``PidTagRowType`` or ``PidTagDepth`` with a property of the row.
        """
        deadline = self._deadline(timeout_seconds)
        condition = checked_restriction(restriction)
        if condition is None or isinstance(condition, Count):
            raise TooComplex("find_row: need a restriction, and no at_most, to look for")
        check_together(without_limit(self._restriction)[0], condition)
        found = await self._view.find(self._gap(origin), self._columns, condition, deadline, backward=backward)
        if found is None:
            return None
        self._cursor = Gap(found[0])
        self._note_read([found[0]])
        return found[1]

    def create_bookmark(self) -> Bookmark:
        """Remember the cursor's place, until the next restriction or sort order; it stays when its row goes."""
        bookmark = Bookmark()
        self._bookmarks[bookmark] = self._cursor
        return bookmark

    def free_bookmark(self, bookmark: Bookmark) -> None:
        """Forget a bookmark.

        Raises:
            InvalidBookmark: it is another table's, was freed, or ended with a new restriction or sort order.
        """
        if self._bookmarks.pop(bookmark, None) is None:
            raise InvalidBookmark("no bookmark of this table, or not any more")

    def _gap(self, origin: Bookmark) -> Gap:
        gap = self._cursor if origin is Bookmark.CURRENT else _GAPS.get(origin) or self._bookmarks.get(origin)
        if gap is None:
            raise InvalidBookmark("no bookmark of this table, or not any more")
        return gap

    # Categories

    def _grouped(self) -> tuple[GroupedView, Folding]:
        if self._folding is None:
            raise UsageError("the table has no categories; sort() makes them")
        return cast(GroupedView, self._view), self._folding

    async def expand_row(self, instance_key: bytes, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        """Show what is inside a category, named by its header's ``PidTagInstanceKey``; say how many rows that are.

        Raises:
            NotFound: no header has this key.
        """
        view, _ = self._grouped()
        return await view.turn(instance_key, self._deadline(timeout_seconds), expand=True)

    async def collapse_row(self, instance_key: bytes, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        """Hide what is inside a category; say how many rows that are, and raise as :meth:`expand_row` does."""
        view, _ = self._grouped()
        return await view.turn(instance_key, self._deadline(timeout_seconds), expand=False)

    def get_collapse_state(self) -> bytes:
        """Give what is expanded and collapsed, for :meth:`set_collapse_state` of a table with the same categories."""
        return self._grouped()[1].state()

    def set_collapse_state(self, state: bytes) -> None:
        """Expand and collapse as it was when the state was taken.

        Raises:
            UsageError: the octets are no collapse state, or one of other categories.
        """
        view, folding = self._grouped()
        folding.restore(state)
        view.refresh()

    # What happens meanwhile

    async def advise(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Note from now on what happens to the rows, for :meth:`next_events`; before reading them, to miss nothing.

        Raises:
            NotSupported: the store, or this kind of table, cannot tell.
        """
        deadline = self._deadline(timeout_seconds)
        if self._notices is None:
            notices = Notices(self._runtime, self._source, self._bell)
            await notices.begin(self._in_view(), deadline)
            self._notices = notices
            if self._is_closed:  # meanwhile, from another thread
                notices.close()

    async def next_events(self, *, timeout_seconds: float | None = None) -> tuple[TableEvent, ...]:
        """Wait until something happens to the rows in view, and tell it; nothing when the time is over.

        A table with categories, or with ``at_most``, is told to be read again. Begins with :meth:`advise`, if nobody
        called it.

        Raises:
            Closed: the table, or its store, was closed meanwhile.
        """
        until = self._deadline(timeout_seconds)
        await self.advise()
        assert self._notices is not None
        while True:
            try:
                await self._notices.wait(until)
            except TimedOut:
                return ()
            self.refresh()
            events = await self._notices.events(self._in_view(), self._deadline(DEFAULT_TIMEOUT_SECONDS))
            if events:
                return events

    def ring(self, bell: Event) -> None:
        """Ring this bell when something happens to the rows, for who listens to several tables.

        Raises:
            UsageError: the table notes already what happens, for somebody else.
        """
        self._need_open()
        if self._notices is not None:
            raise UsageError("advise: the table was advised before; give one that is not")
        self._bell = bell

    async def taken(self) -> tuple[TableEvent, ...] | None:
        """Tell what has happened to the rows, without waiting; ``None`` when nothing will be told any more."""
        notices = self._notices
        if self._is_closed or notices is None or notices.has_ended:
            return None
        if notices.is_empty:
            return ()
        self.refresh()
        return await notices.events(self._in_view(), self._deadline(DEFAULT_TIMEOUT_SECONDS))

    def unring(self) -> None:
        """Note no more what happens to the rows."""
        notices, self._notices, self._bell = self._notices, None, None
        if notices is not None:
            notices.close()

    def notifications(self) -> Notifications:
        """Iterate over what happens to the rows in view, until the table is closed; see :meth:`next_events`."""
        return Notifications(self)

    def _note_read(self, places: Iterable[RowKey | HeaderPlace]) -> None:
        if self._notices is not None:
            self._notices.note_read(places)

    def _in_view(self) -> InView:
        is_plain = self._folding is None and not isinstance(self._restriction, Count)
        return InView(self._restriction, self._columns, is_plain)

    # The rest

    async def explain(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> TablePlan:
        """Say how the rows are found: which part an index answers, and which is looked at row by row. Prints as a page.

        Raises:
            NotSupported: the store cannot tell.
        """
        deadline = self._deadline(timeout_seconds)
        return await self._viewed.explain(self._view.query(self._columns), deadline)

    async def close(self) -> None:
        """Close the table, from any thread: notifications end, and who waits for one is woken."""
        self._is_closed = True
        if self._notices is not None:
            self._notices.close()


class Notifications:
    """An asynchronous iterator over what happens to a table's rows."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._events: deque[TableEvent] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> TableEvent:
        if not self._events:
            try:
                self._events.extend(await self._table.next_events())
            except Closed:
                raise StopAsyncIteration from None
        return self._events.popleft()
