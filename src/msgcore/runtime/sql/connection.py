"""What a transaction may do, in SQL that both engines take."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

__all__ = ["BUSY_SECONDS", "Connection", "Engine", "Row", "SqlValue"]

SqlValue = str | bytes | int | float | None
"""What can be bound."""

# What a column holds is known to whoever wrote the SELECT, and to nobody else.
Row = tuple[Any, ...]
"""The columns of a row in the order of the SELECT."""

BUSY_SECONDS = 10.0


class Engine(enum.Enum):
    """Which database runs the SQL."""

    SQLITE = "sqlite"
    POSTGRES = "postgresql"


class Connection(Protocol):
    """Run SQL inside a transaction that :class:`~msgcore.runtime.sql.database.Database` begins and ends.

    Parameters stand as ``?``, in both engines; ints are of 64 bits, and text that is bound is text.

    Raises (from every method):
        StoreBusy: somebody else holds a lock for too long.
        StoreFull: no space is left, or the disk has an error.
        StoreCorrupt: the database is damaged.
        ConnectionLost: the server is gone; the transaction with it.
        TimedOut: the statement was ended at the deadline of the call.
        StoreError: anything else that the database says, a broken constraint among them.
        UsageError: a value is not of SQL's kinds: a lone surrogate, an int of more than 64 bits; in PostgreSQL, a
            text with NUL.
    """

    @property
    def engine(self) -> Engine: ...

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[Row]: ...

    def row(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Row | None:
        """Give the first row, if there is one."""
        ...

    def value(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Any:
        """Give the first column of the first row; ``None`` when there is no row."""
        ...

    def run(self, sql: str, parameters: Sequence[SqlValue] = ()) -> int:
        """Run one statement and give the number of rows that it changed."""
        ...

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> int:
        """Run one statement for each row of parameters and give the number of rows changed by all."""
        ...

    def stream(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Iterator[Row]:
        """Give rows one by one, for results too large to hold; only within the transaction."""
        ...
