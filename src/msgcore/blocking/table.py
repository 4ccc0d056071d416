"""Tables for blocking code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import table as _table
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.tables.events import TableEvent
from msgcore.session.tables.gap import Bookmark, Position
from msgcore.spi.store import TablePlan

__all__ = ["Notifications", "Table"]


@twin_of(_table.Table)
class Table(Closing):
    """:class:`msgcore.session.table.Table` for blocking code; iterating reads the rows from the cursor on."""

    def __init__(self, runtime: BlockingRuntime, inner: _table.Table) -> None:
        self._runtime = runtime
        self._inner = inner

    def ring(self) -> _table.Table:
        """Give the table that it stands for: for this package, not for applications."""
        return self._inner

    @property
    def columns(self) -> tuple[PropertyKey, ...]:
        return self._inner.columns

    def set_columns(self, columns: Iterable[PropertyKey] | str) -> None:
        self._inner.set_columns(columns)

    def restrict(self, restriction: Restriction | str | None) -> None:
        self._inner.restrict(restriction)

    def sort(self, sort_order: Iterable[SortKey] | str | None, *, categories: int = 0, expanded: int = 0) -> None:
        self._inner.sort(sort_order, categories=categories, expanded=expanded)

    def refresh(self) -> None:
        self._inner.refresh()

    def query_rows(
        self, count: int, *, advance: bool = True, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[Row, ...]:
        return self._runtime.run(self._inner.query_rows(count, advance=advance, timeout_seconds=timeout_seconds))

    def row_count(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.row_count(timeout_seconds=timeout_seconds))

    def seek_row(
        self,
        rows: int,
        origin: Bookmark = Bookmark.BEGINNING,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> int:
        return self._runtime.run(self._inner.seek_row(rows, origin, timeout_seconds=timeout_seconds))

    def seek_fraction(
        self, numerator: int, denominator: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.seek_fraction(numerator, denominator, timeout_seconds=timeout_seconds))

    def query_position(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Position:
        return self._runtime.run(self._inner.query_position(timeout_seconds=timeout_seconds))

    def find_row(
        self,
        restriction: Restriction | str,
        origin: Bookmark = Bookmark.CURRENT,
        *,
        backward: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Row | None:
        return self._runtime.run(
            self._inner.find_row(restriction, origin, backward=backward, timeout_seconds=timeout_seconds)
        )

    def create_bookmark(self) -> Bookmark:
        return self._inner.create_bookmark()

    def free_bookmark(self, bookmark: Bookmark) -> None:
        self._inner.free_bookmark(bookmark)

    def expand_row(self, instance_key: bytes, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.expand_row(instance_key, timeout_seconds=timeout_seconds))

    def collapse_row(self, instance_key: bytes, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.collapse_row(instance_key, timeout_seconds=timeout_seconds))

    def get_collapse_state(self) -> bytes:
        return self._inner.get_collapse_state()

    def set_collapse_state(self, state: bytes) -> None:
        self._inner.set_collapse_state(state)

    def advise(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.advise(timeout_seconds=timeout_seconds))

    def next_events(self, *, timeout_seconds: float | None = None) -> tuple[TableEvent, ...]:
        return self._runtime.run(self._inner.next_events(timeout_seconds=timeout_seconds))

    def notifications(self) -> Notifications:
        return Notifications(self._runtime, self._inner.notifications())

    def explain(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> TablePlan:
        return self._runtime.run(self._inner.explain(timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __iter__(self) -> Iterator[Row]:
        is_there = True
        while is_there:
            yield from self._inner.rows_read()
            is_there = self._runtime.run(self._inner.read_ahead())


class Notifications:
    """An iterator over what happens to a table's rows, until the table is closed."""

    def __init__(self, runtime: BlockingRuntime, inner: _table.Notifications) -> None:
        self._runtime = runtime
        self._inner = inner

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> TableEvent:
        try:
            return self._runtime.run(self._inner.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None
