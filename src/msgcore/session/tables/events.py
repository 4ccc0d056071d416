"""What happens to the rows of an open table.

The store tells of messages, in whatever thread; they wait in a queue until the table's own thread or task asks, which
looks at the rows as they are then. So a row that changed ten times is told once, and one that came and went not at all.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import Closed
from msgcore.props.row import Row
from msgcore.runtime.abc import Runtime
from msgcore.spi.store import EventKind, StoreEvent

__all__ = ["RELOAD", "Change", "EventQueue", "Membership", "TableEvent", "TableEventKind"]

_MOST_WAITING = 1_000


class TableEventKind(enum.Enum):
    """What has happened to a row of a table (MAPI's TABLE_ events)."""

    ROW_ADDED = "row added"
    ROW_MODIFIED = "row modified"
    ROW_DELETED = "row deleted"
    RELOAD = "reload"


@attrs.frozen
class TableEvent:
    """One row came into view, changed, or left it; or too much happened to be told, and all has to be read again.

    ``row`` has the columns in force, as it is now; of a row that left, and of a reload, there is none.
    """

    kind: TableEventKind
    instance_key: bytes = b""
    row: Row | None = None


RELOAD = TableEvent(TableEventKind.RELOAD)

Change = tuple[bytes, EventKind]
"""A row by its instance key, and what happened to it first."""


class EventQueue:
    """What the store told and nobody has taken; past 1,000 events only that there were too many."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: deque[StoreEvent | None] = deque()
        self._bell = runtime.event()
        self._is_closed = False

    def put(self, events: Sequence[StoreEvent]) -> None:
        """Take in what happened; called in whatever thread."""
        self._waiting.extend(events)
        if len(self._waiting) > _MOST_WAITING:
            self.overflow()
        self._bell.set()

    def overflow(self) -> None:
        """Remember only that something happened."""
        self._waiting.clear()
        self._waiting.append(None)

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    async def wait(self, deadline: Deadline) -> None:
        """Wait until something happened.

        Raises:
            Closed: the table or its store was closed.
            TimedOut: nothing happened until the deadline.
        """
        while True:
            self._bell.clear()
            if self._is_closed:
                raise Closed("the table, or its store, has been closed")
            if self._waiting:
                return
            await self._bell.wait(deadline)

    def take(self) -> list[Change] | None:
        """Give what waits, each row once, in order; ``None`` when it was too much."""
        changes: dict[bytes, EventKind] = {}
        for _ in range(len(self._waiting)):
            event = self._waiting.popleft() if self._waiting else None
            if event is None:
                self._waiting.clear()
                return None
            changes.setdefault(bytes(event.entry_id), event.kind)
        return list(changes.items())

    def close(self) -> None:
        self._is_closed = True
        self._bell.set()


class Membership:
    """Which rows the application knows to be in view; without ``keys`` every row that there is."""

    def __init__(self, keys: set[bytes] | None) -> None:
        self._keys = keys

    def told(self, changes: Sequence[Change], rows: dict[bytes, Row]) -> list[TableEvent]:
        """Say what happened, given the changed rows that are in view now."""
        events = [self._event(key, kind, rows.get(key)) for key, kind in changes]
        return [event for event in events if event is not None]

    def _event(self, key: bytes, kind: EventKind, row: Row | None) -> TableEvent | None:
        was_there = kind is not EventKind.CREATED and (self._keys is None or key in self._keys)
        if self._keys is not None:
            (self._keys.discard if row is None else self._keys.add)(key)
        if row is not None:
            return TableEvent(TableEventKind.ROW_MODIFIED if was_there else TableEventKind.ROW_ADDED, key, row)
        # One that came and went may have been read in between.
        return TableEvent(TableEventKind.ROW_DELETED, key) if was_there or kind is EventKind.CREATED else None
