"""How an open table learns what happens to its rows, and says so in the columns in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from msgcore.base.times import Deadline
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction
from msgcore.props.row import Row
from msgcore.props.table import PidTagInstanceKey
from msgcore.runtime.abc import Event, Runtime
from msgcore.session.notices.queue import Ear, EventQueue
from msgcore.session.tables.asked import MOST_ROWS, both
from msgcore.session.tables.events import RELOAD, Change, Membership, TableEvent, merged
from msgcore.session.tables.flat import FlatView
from msgcore.session.tables.gap import BEGINNING, HeaderPlace
from msgcore.session.tables.source import TableSource
from msgcore.spi.store import RowKey

__all__ = ["InView", "Notices"]


@attrs.frozen
class InView:
    """What a table shows; ``is_told_by_row`` where what happens to one row changes no other one."""

    restriction: Restriction | None
    columns: tuple[PropertyKey, ...]
    is_told_by_row: bool


class Notices:
    """A table's ear at its source."""

    def __init__(self, runtime: Runtime, source: TableSource, bell: Event | None = None) -> None:
        self._source = source
        self._queue: EventQueue[Change] = EventQueue(runtime, bell)
        self._end: Callable[[], None] | None = None
        self._members: Membership | None = None

    async def begin(self, shown: InView, deadline: Deadline) -> None:
        """Listen from now on; raises ``NotSupported`` where the source cannot tell."""
        ear = Ear(self._queue)
        self._end = ear.end = await self._source.advise(ear.put, ear.ended, deadline)
        try:
            self._members = await self._members_now(shown, deadline)
        except BaseException:
            self.close()
            raise

    @property
    def is_empty(self) -> bool:
        return self._queue.is_empty

    @property
    def has_ended(self) -> bool:
        """Whether nothing will be told any more."""
        return self._queue.has_ended

    def forget_members(self) -> None:
        """Know no more which rows are in view: the table was restricted or sorted anew."""
        self._members = None

    def note_read(self, places: Iterable[RowKey | HeaderPlace]) -> None:
        """Know that the application has read the rows at these places."""
        if self._members is not None:
            self._members.note_read(place.instance_key for place in places if isinstance(place, RowKey))

    async def wait(self, deadline: Deadline) -> None:
        """Wait until something happened; see :meth:`EventQueue.wait`."""
        await self._queue.wait(deadline)

    async def events(self, shown: InView, deadline: Deadline) -> tuple[TableEvent, ...]:
        """Say what happened to the rows in view; perhaps nothing."""
        taken = self._queue.take()
        try:
            if not shown.is_told_by_row:
                return (RELOAD,)
            if taken is None or self._members is None:  # what the application knows of the view is not known
                self._members = await self._members_now(shown, deadline)
                return (RELOAD,)
            changes = merged(taken)
            condition = PidTagInstanceKey.is_in([key for key, _ in changes])
            rows = await self._instances(shown, condition, shown.columns, len(changes), deadline)
        except BaseException:
            self._queue.overflow()  # nothing is lost: the next call tells to read again
            raise
        return tuple(self._members.told(changes, rows))

    def close(self) -> None:
        """Listen no more, and wake who waits."""
        end, self._end = self._end, None
        if end is not None:
            end()
        self._queue.close()

    async def _members_now(self, shown: InView, deadline: Deadline) -> Membership:
        """Find out which rows are in view; of very many, or without a restriction, all that there are."""
        if shown.restriction is None or not shown.is_told_by_row:
            return Membership(None)
        found = await self._instances(shown, None, (PidTagInstanceKey,), MOST_ROWS + 1, deadline)
        return Membership(None if len(found) > MOST_ROWS else set(found))

    async def _instances(
        self,
        shown: InView,
        condition: Restriction | None,
        columns: tuple[PropertyKey, ...],
        count: int,
        deadline: Deadline,
    ) -> dict[bytes, Row]:
        """Read rows in view by instance key."""
        view = FlatView(self._source, both(shown.restriction, condition), ())
        page = await view.read(BEGINNING, columns, count, deadline)
        return {page.place(number).instance_key: row for number, row in enumerate(page.rows)}
