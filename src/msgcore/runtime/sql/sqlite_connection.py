"""One SQLite connection: opened as this library needs it, typed, and with msgcore's errors."""

from __future__ import annotations

import errno
import importlib
import math
import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from operator import lt
from pathlib import Path
from shutil import disk_usage
from typing import Any

from msgcore.base.times import Deadline
from msgcore.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, TimedOut, UsageError
from msgcore.runtime.sql.connection import Engine, Row, SqlValue
from msgcore.runtime.sql.fence import Fence
from msgcore.runtime.sql.schema import check_tables

__all__ = ["PAGE_OCTETS", "SqliteConnection", "give_name", "open_connection", "open_read_only"]

PAGE_OCTETS = 4 * 1024

# So large the log becomes before it goes into the file: 16 MB, in which pages that change often are written once.
_PAGES_OF_LOG = 4_000
_MOST_OCTETS_OF_LOG = 64 * 1024 * 1024
_RETRY_SECONDS = 0.02
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.000_5, 0.005
_PAGES_A_STEP = 1_000
# SQLite's own steps between two looks at the clock: some ten milliseconds of reading what is in memory.
_STEPS_A_LOOK = 100_000

_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
_FOREIGN = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError)


def _let_stay(kind: type[Any], same: Callable[[Any], Any]) -> None:
    """Have ``sqlite3`` bind values of a kind as they are, unless the program has told it otherwise."""
    if (kind, sqlite3.PrepareProtocol) not in sqlite3.adapters:
        sqlite3.register_adapter(kind, same)


if sys.version_info < (3, 12):
    # It asks each None and bytes in vain whether they want to be something else, and makes an error of it, which costs
    # more than all the rest of binding. Neither function is Python code: Ctrl-C in there would be lost.
    _nothing: dict[object, None] = {}
    _let_stay(type(None), _nothing.get)
    _let_stay(bytes, bytes)


class SqliteConnection:
    """A :class:`~msgcore.runtime.sql.connection.Connection` to a file; ``fence``: what its transactions are kept by."""

    def __init__(self, raw: sqlite3.Connection, path: Path, busy_seconds: float) -> None:
        self._raw = raw
        self._path = path
        self._busy_seconds = busy_seconds
        self._busy_ms = int(busy_seconds * 1_000)
        self._waits = True
        self._ends_at: list[float] | None = None
        self.fence: Fence | None = None
        self._admitted: Mapping[str, int] | None = None
        self._data_version: tuple[int] | None = None

    @property
    def busy_seconds(self) -> float:
        return self._busy_seconds

    @property
    def engine(self) -> Engine:
        return Engine.SQLITE

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[Row]:
        self._check_limit()
        try:
            return self._raw.execute(sql, parameters).fetchall()
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def row(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Row | None:
        """Give the first row, if there is one."""
        self._check_limit()
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
        self._check_limit()
        return self._run(sql, parameters)

    def _run(self, sql: str, parameters: Sequence[SqlValue] = ()) -> int:
        try:
            return max(0, self._raw.execute(sql, parameters).rowcount)
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> int:
        """Run one statement for each row of parameters and give the number of rows changed by all."""
        self._check_limit()
        try:
            return max(0, self._raw.executemany(sql, rows).rowcount)
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    def stream(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Iterator[Row]:
        """Give rows one by one, for results too large to hold; only within the transaction."""
        self._check_limit()
        try:
            yield from self._raw.execute(sql, parameters)
        except _FOREIGN as error:
            raise ours(error, self._path) from error

    @property
    def is_in_transaction(self) -> bool:
        return self._raw.in_transaction

    def tables(self) -> set[str]:
        return {name for (name,) in self.rows("select name from sqlite_schema where type = 'table'")}

    def begin_alone(self) -> None:
        """Begin to write, once no other process does.

        Raises:
            StoreBusy: others write for longer than one waits.
        """
        if not self.begin_alone_while(lambda waited_seconds: waited_seconds < self._busy_seconds):
            raise self.busy()

    def begin_alone_while(self, is_wanted: Callable[[float], bool]) -> bool:
        """Begin to write, once no other process does; false when that is wanted no more, after so many seconds."""
        began = time.monotonic()
        pause = _SHORTEST_PAUSE_SECONDS
        while not self.try_begin_alone():
            if not is_wanted(time.monotonic() - began):
                return False
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        return True

    def busy(self) -> StoreBusy:
        """Make the error for who has waited too long for other processes."""
        return StoreBusy(f"{self._path}: database is locked")

    def try_begin_alone(self) -> bool:
        """Begin to write, unless another process is at it.

        Raises:
            StoreError: a newer msgcore has changed the schema; the transaction is to be undone.
        """
        # SQLite's own wait looks again after up to 100 ms, while whoever writes a lot has begun the next transaction.
        waits = self._waits
        self.wait_for_others(is_wanted=False)
        try:
            self.run("begin immediate")
        except StoreBusy:
            return False
        finally:
            self.wait_for_others(is_wanted=waits)
        self.check_versions()
        return True

    def check_versions(self) -> None:
        """Go on in a transaction that has begun, unless a newer msgcore has changed the schema.

        Raises:
            StoreError: it has.
        """
        if self.fence is None:
            return
        try:
            # Another one after each commit of any other connection.
            found = self._raw.execute("pragma data_version").fetchone()
        except _FOREIGN as error:
            raise ours(error, self._path) from error
        known = self.fence.known
        if found != self._data_version or known is not self._admitted:
            self.fence.check(self)
            self._data_version, self._admitted = found, known

    def wait_for_others(self, *, is_wanted: bool) -> None:
        """Have SQLite wait itself where another process has a lock, or not; within a transaction nobody is waited for.

        A connection that only writes does without for good: to change it twice is a seventh of a small transaction.
        """
        if is_wanted != self._waits:
            self.rows(f"pragma busy_timeout = {self._busy_ms if is_wanted else 0}")
            self._waits = is_wanted

    def limit_to(self, limit: Deadline) -> None:
        """Let no statement begin or go on past ``limit``, until another one is set: it raises ``TimedOut`` then.

        One that is ended while it changes something undoes the whole transaction.
        """
        seconds = limit.remaining_seconds()
        if self._ends_at is None:
            if math.isinf(seconds):
                return
            self._ends_at = [math.inf]
            self._raw.set_progress_handler(_is_past(self._ends_at), _STEPS_A_LOOK)
        self._ends_at[0] = time.monotonic() + seconds

    def _check_limit(self) -> None:
        if self._ends_at is not None and time.monotonic() > self._ends_at[0]:
            raise _past_limit(self._path)

    def lay_foundation(self) -> None:
        self.run(
            "create table if not exists msgcore_schema"
            " (name text primary key, version integer not null) without rowid, strict"
        )

    def run_script(self, script: str) -> None:
        for statement in statements(script):
            self.run(statement)

    def commit(self) -> None:
        self._run("commit")

    def roll_back(self) -> None:
        """Undo the transaction, unless SQLite has done so already."""
        if self._raw.in_transaction:
            self._run("rollback")

    def copy_to(self, path: Path, go_on: Callable[[], None]) -> None:
        """Write what the transaction sees as a database of its own, calling ``go_on`` now and then, which may raise."""
        try:

            def step(_status: int, _remaining: int, _total: int) -> None:
                go_on()

            copy = sqlite3.connect(path, isolation_level=None)
            try:
                # Whoever asks for it makes the whole file durable, or throws it away.
                copy.execute("pragma journal_mode = off")
                copy.execute("pragma synchronous = 0")
                self._raw.backup(copy, pages=_PAGES_A_STEP, progress=step)
            finally:
                copy.close()
        except _FOREIGN as error:
            raise ours(error, path) from error

    def close(self) -> None:
        try:
            self._raw.close()
        except _FOREIGN as error:
            raise ours(error, self._path) from error


def _is_past(at: list[float]) -> Callable[[], bool]:
    """Give what says whether the moment in a list is past, and is no Python code: Ctrl-C in there would be lost."""
    return partial(next, map(lt, map(at.__getitem__, repeat(0)), iter(time.monotonic, None)))


def _past_limit(path: Path) -> TimedOut:
    return TimedOut(f"{path}: the deadline has passed")


def _no_space(path: Path) -> str:
    """Say that a disk is full, for an error that SQLite calls one of input or output: its -shm has no place."""
    try:
        return "" if disk_usage(path.parent).free else f": no space is left on the disk of {path.parent}"
    except OSError:
        return ""


def ours(error: Exception, path: Path) -> StoreError | StoreBusy | TimedOut | UsageError:
    """Make msgcore's error of one that sqlite3 raised."""
    text = f"{path}: {error}"
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # the module's own: a wrong count or kind of parameters, a connection that is closed, …
        return StoreError(text) if isinstance(error, sqlite3.OperationalError) else UsageError(text)
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(text)
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return StoreFull(f"{text}{_no_space(path)}")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreCorrupt(text)
        case sqlite3.SQLITE_READONLY:
            return StoreError(f"{text}: it, or {path.name}-wal or {path.name}-shm beside it, may not be written")
        case sqlite3.SQLITE_INTERRUPT:
            return _past_limit(path)
        case _:
            return StoreError(text)


def open_connection(path: Path, *, create: bool, busy_seconds: float, is_reader: bool = False) -> SqliteConnection:
    """Open a database file in WAL mode, with every setting read back.

    Raises:
        StoreCorrupt: the file is empty: one that is made never is.
        StoreError: the file cannot be opened, or SQLite refuses a setting; the message names the file.
    """
    if create:
        _make(path)
    if path.exists() and path.stat().st_size == 0:
        raise StoreCorrupt(f"{path}: is empty, no database")
    connection = _connect(path, "mode=rw", busy_seconds)
    try:
        _set(connection, path, "busy_timeout", int(busy_seconds * 1_000))
        check_tables(connection.tables(), str(path))  # before the first change to the file
        _set_wal(connection, path, busy_seconds)
        _set(connection, path, "synchronous", 2)
        _set(connection, path, "wal_autocheckpoint", _PAGES_OF_LOG)
        _set(connection, path, "foreign_keys", 1)
        # To which it shrinks again: while a backup or a check looks at one moment, it only grows.
        _set(connection, path, "journal_size_limit", _MOST_OCTETS_OF_LOG)
        if is_reader:
            _set(connection, path, "query_only", 1)
    except BaseException:
        connection.close()
        raise
    return connection


def open_read_only(path: Path, busy_seconds: float) -> SqliteConnection:
    """Open a file as it is, without a change to it, whatever it holds.

    Raises:
        StoreError: the file cannot be opened; or its log was left in a folder that may not be written.
    """
    connection = _connect(path, "mode=ro", busy_seconds)
    try:
        try:
            _look_at(connection)
        except StoreError:
            # In a folder that may not be written WAL has no place; nobody else writes there, either.
            _refuse_log_left(path)
            connection.close()
            connection = _connect(path, "mode=ro&immutable=1", busy_seconds)
            _look_at(connection)
        _set(connection, path, "query_only", 1)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_log_left(path: Path) -> None:
    """Go on unless somebody left commits beside a file, without which it would be read as it was before them."""
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"{path}: the last changes stand in {log.name} and cannot be read in a folder that may not be written;"
            " copy both files into one that may"
        )


def _look_at(connection: SqliteConnection) -> None:
    try:
        connection.value("select count(*) from sqlite_schema")
    except StoreCorrupt:
        _bear_with_a_cut_file(connection)  # who reads is told of it


def _bear_with_a_cut_file(connection: SqliteConnection) -> None:
    """Let what is left be read of a file that is shorter than it says, which SQLite else refuses as a whole."""
    connection.rows("pragma writable_schema = on")
    try:
        connection.value("select count(*) from sqlite_schema")
    except StoreCorrupt:
        connection.rows("pragma writable_schema = off")


def statements(script: str) -> Iterator[str]:
    """Cut a script into statements; ``executescript`` would commit the transaction first."""
    start = end = 0
    while (end := script.find(";", end) + 1) > 0:
        if sqlite3.complete_statement(script[start:end]):
            yield script[start:end]
            start = end
    if script[start:].strip():
        yield script[start:]


def _connect(path: Path, how: str, busy_seconds: float) -> SqliteConnection:
    try:
        # Transactions are ours: with isolation_level=None the module begins none by itself.
        raw = sqlite3.connect(
            f"{path.as_uri()}?{how}", uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise ours(error, path) from error
    return SqliteConnection(raw, path, busy_seconds)


def _make(path: Path) -> None:
    """Make a database without tables that only its owner reads, unless there is a file; complete, or not at all.

    SQLite gives the file's companions the same mode.
    """
    if path.exists():
        return
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            _lay_out(partial)
            give_name(partial, path)
        except FileExistsError:
            return
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def give_name(partial: Path, path: Path) -> None:
    """Give a file that is complete its name; a rename would replace what another process made meanwhile.

    Raises:
        FileExistsError: there is a file of that name.
    """
    if os.name == "nt":  # where a rename replaces nothing
        partial.rename(path)
        return
    try:
        os.link(partial, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _rename_alone(partial, path)


def _rename_alone(partial: Path, path: Path) -> None:
    """Rename on a file system without links (exFAT), while all others who do so wait; a process that ends lets go."""
    fcntl: Any = importlib.import_module("fcntl")
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        partial.rename(path)
    finally:
        os.close(folder)


def _lay_out(path: Path) -> None:
    connection = _connect(path, "mode=rw", 0)
    try:
        _set(connection, path, "page_size", PAGE_OCTETS)
        _set_wal(connection, path, 0)  # writes the first page
    finally:
        connection.close()


def _set(connection: SqliteConnection, path: Path, name: str, value: int) -> None:
    connection.rows(f"pragma {name} = {value}")
    found = connection.value(f"pragma {name}")
    if found != value:
        raise StoreError(f"{path}: pragma {name} is {found} and cannot be made {value}")


def _set_wal(connection: SqliteConnection, path: Path, busy_seconds: float) -> None:
    # Two processes that make a file at the same time: SQLite does not use its busy timeout for this change.
    give_up = time.monotonic() + busy_seconds
    while True:
        try:
            found = connection.value("pragma journal_mode = wal")
        except StoreBusy:
            if time.monotonic() >= give_up:
                raise
            time.sleep(_RETRY_SECONDS)
            continue
        if found != "wal":
            raise StoreError(f"{path}: journal_mode is {found} and cannot be made wal")
        return
