"""What happens to the rows of an open table.

The table's source tells, in whatever thread; what it tells waits in a queue until the table's own thread or task asks,
which looks at the rows as they are then. So a row that changed ten times is told once, and one that came and went not
at all.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence

import attrs

from msgcore.props.row import Row
from msgcore.spi.store import EventKind

__all__ = ["RELOAD", "Change", "ChangeSink", "Membership", "TableEvent", "TableEventKind", "merged"]


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
"""A row by its instance key, and what happened to it."""

ChangeSink = Callable[[Sequence[Change]], None]
"""Takes what happened to rows. It is called in whatever thread, in order, must return at once and not raise."""


def merged(changes: Sequence[Change]) -> list[Change]:
    """Give each row once, with what happened to it first, in order."""
    first: dict[bytes, EventKind] = {}
    for key, kind in changes:
        first.setdefault(key, kind)
    return list(first.items())


class Membership:
    """Which rows the application was told to be in view; without ``keys`` every row that there is.

    Rows that it has read before it was told of them are known besides, so that it is told when they have gone.
    """

    def __init__(self, keys: set[bytes] | None) -> None:
        self._keys = keys
        self._read: set[bytes] = set()

    def note_read(self, keys: Iterable[bytes]) -> None:
        """Know that the application has read these rows."""
        if self._keys is not None:
            self._read.update(key for key in keys if key not in self._keys)

    def told(self, changes: Sequence[Change], rows: dict[bytes, Row]) -> list[TableEvent]:
        """Say what happened, given the changed rows that are in view now."""
        events = [self._event(key, kind, rows.get(key)) for key, kind in changes]
        return [event for event in events if event is not None]

    def _event(self, key: bytes, kind: EventKind, row: Row | None) -> TableEvent | None:
        # What a store tells late had come already when the table found out which rows are in view.
        is_known = self._keys is None or key in self._keys or key in self._read
        was_there = kind is not EventKind.CREATED and (self._keys is None or key in self._keys)
        if self._keys is not None:
            self._read.discard(key)
            (self._keys.discard if row is None else self._keys.add)(key)
        if row is not None:
            return TableEvent(TableEventKind.ROW_MODIFIED if was_there else TableEventKind.ROW_ADDED, key, row)
        # One that came and went may have been read in between; of every row that there is, nobody notes which were.
        return TableEvent(TableEventKind.ROW_DELETED, key) if is_known else None
