"""One SQLite connection: opened as this library needs it, typed, and with msgcore's errors."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgcore.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, UsageError

__all__ = ["BUSY_SECONDS", "PAGE_OCTETS", "Connection", "Note", "Row", "SqlValue", "open_connection", "own_tables"]

SqlValue = str | bytes | int | float | None

Note = tuple[SqlValue, ...]
"""What a trigger says of a change: the arguments of ``note(…)``."""

# What a column holds is known to whoever wrote the SELECT, and to nobody else.
Row = tuple[Any, ...]

BUSY_SECONDS = 10.0
PAGE_OCTETS = 16 * 1024

_RETRY_SECONDS = 0.02

_FOREIGN = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError)


class Connection:
    """Run SQL inside a transaction that :class:`~msgcore.runtime.sql.Database` begins and ends.

    Raises (from every method):
        StoreBusy: another process holds the lock for too long.
        StoreFull: no space is left, or the disk has an error.
        StoreCorrupt: the file is damaged.
        StoreError: anything else that SQLite says, a broken constraint among them.
        UsageError: a value is not of SQL's kinds: a lone surrogate, an int of more than 64 bits.
    """

    def __init__(self, raw: sqlite3.Connection, path: Path) -> None:
        self._raw = raw
        self._path = path
        self._notes: list[Note] = []

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[Row]:
        try:
            return self._raw.execute(sql, parameters).fetchall()
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def row(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Row | None:
        """Give the first row, if there is one."""
        try:
            cursor = self._raw.execute(sql, parameters)
            row: Row | None = cursor.fetchone()
            cursor.close()
            return row
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def value(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Any:
        """Give the first column of the first row; ``None`` when there is no row."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def run(self, sql: str, parameters: Sequence[SqlValue] = ()) -> int:
        """Run one statement and give the number of rows that it changed."""
        try:
            return max(0, self._raw.execute(sql, parameters).rowcount)
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def insert(self, sql: str, parameters: Sequence[SqlValue] = ()) -> int:
        """Run one INSERT and give the row id; meaningless when a conflict clause left the row out."""
        try:
            return self._raw.execute(sql, parameters).lastrowid or 0
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> int:
        """Run one statement for each row of parameters and give the number of rows changed by all."""
        try:
            return max(0, self._raw.executemany(sql, rows).rowcount)
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def stream(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Iterator[Row]:
        """Give rows one by one, for results too large to hold; only within the transaction."""
        try:
            yield from self._raw.execute(sql, parameters)
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def take_notes(self) -> list[Note]:
        """Give what triggers have noted since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def accept_notes(self) -> None:
        """Give SQL the function ``note(…)``, which triggers of this connection may call."""
        try:
            self._raw.create_function("note", -1, self._note)
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def _note(self, *values: SqlValue) -> None:
        self._notes.append(values)

    @property
    def is_in_transaction(self) -> bool:
        return self._raw.in_transaction

    def roll_back(self) -> None:
        """Undo the transaction, unless SQLite has done so already."""
        if self._raw.in_transaction:
            self.run("ROLLBACK")

    def close(self) -> None:
        try:
            self._raw.close()
        except _FOREIGN as error:
            raise ours(error, self._path) from error


def ours(error: Exception, path: Path) -> StoreError | StoreBusy | UsageError:
    """Make msgcore's error of one that sqlite3 raised."""
    text = f"{path}: {error}"
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # the module's own: a wrong count or kind of parameters, a connection that is closed, …
        return StoreError(text) if isinstance(error, sqlite3.OperationalError) else UsageError(text)
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(text)
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return StoreFull(text)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreCorrupt(text)
        case _:
            return StoreError(text)


def open_connection(path: Path, *, create: bool, busy_seconds: float, is_reader: bool = False) -> Connection:
    """Open a database file in WAL mode, with every setting read back.

    Raises:
        StoreError: the file cannot be opened, or SQLite refuses a setting; the message names the file.
    """
    if create:
        _make_private(path)
    is_new = not path.exists() or path.stat().st_size == 0
    mode = "rwc" if create else "rw"
    try:
        # Transactions are ours: with isolation_level=None the module begins none by itself.
        raw = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise ours(error, path) from error
    connection = Connection(raw, path)
    try:
        _set(connection, path, "busy_timeout", int(busy_seconds * 1_000))
        if is_new:
            _set(connection, path, "page_size", PAGE_OCTETS)
        else:
            own_tables(connection, path)  # before the first change to the file
        _set_wal(connection, path, busy_seconds)
        _set(connection, path, "synchronous", 2)
        _set(connection, path, "foreign_keys", 1)
        if is_reader:
            _set(connection, path, "query_only", 1)
    except BaseException:
        connection.close()
        raise
    return connection


def own_tables(connection: Connection, path: Path) -> set[str]:
    """Name the tables of a file of msgcore's.

    Raises:
        StoreError: they are another program's.
    """
    tables = {name for (name,) in connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if tables and "msgcore_schema" not in tables:
        raise StoreError(f"{path}: a database of another program (its tables: {', '.join(sorted(tables)[:5])})")
    return tables


def _make_private(path: Path) -> None:
    """Make a file that only its owner reads; SQLite gives its companions the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def _set(connection: Connection, path: Path, name: str, value: int) -> None:
    connection.rows(f"PRAGMA {name} = {value}")
    found = connection.value(f"PRAGMA {name}")
    if found != value:
        raise StoreError(f"{path}: PRAGMA {name} is {found} and cannot be made {value}")


def _set_wal(connection: Connection, path: Path, busy_seconds: float) -> None:
    # Two processes that make a file at the same time: SQLite does not use its busy timeout for this change.
    give_up = time.monotonic() + busy_seconds
    while True:
        try:
            found = connection.value("PRAGMA journal_mode = WAL")
        except StoreBusy:
            if time.monotonic() >= give_up:
                raise
            time.sleep(_RETRY_SECONDS)
            continue
        if found != "wal":
            raise StoreError(f"{path}: journal_mode is {found} and cannot be made wal")
        return
