"""One SQLite file: consistent reads from a pool of connections, durable writes by one writer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import NotFound, NotSupported, StoreClosed, StoreCorrupt, StoreError, TimedOut
from msgcore.runtime.abc import Runtime
from msgcore.runtime.cancel import end_of, finish
from msgcore.runtime.sql.connection import Connection, Engine, Row, SqlValue
from msgcore.runtime.sql.fence import Fence
from msgcore.runtime.sql.listeners import Listeners
from msgcore.runtime.sql.schema import Schema, migrate
from msgcore.runtime.sql.sqlite_backup import back_up, compact, problems
from msgcore.runtime.sql.sqlite_connection import SqliteConnection, open_connection, open_read_only
from msgcore.runtime.sql.sqlite_writer import Writer
from msgcore.runtime.sql.writable import check_writable

__all__ = ["SqliteFile", "check_file", "prepare_file"]

T = TypeVar("T")

_IDLE_READERS = 8


class SqliteFile:
    """One database file, shared by all that open it in this process."""

    engine = Engine.SQLITE

    def __init__(self, path: Path, busy_seconds: float, *, is_read_only: bool) -> None:
        self.path = path
        self.name = str(path)
        self.folder: Path | None = path.parent
        self.users = 0
        self.fence = Fence(self.name)
        self.listeners = Listeners(self.name, lambda: _Lookout(self._open_reader()))
        self._busy_seconds = busy_seconds
        self._is_read_only = is_read_only
        self._identity = _identity(path)
        self._writer = Writer(self._open_writer, self.listeners.tell)
        self._guard = threading.Lock()
        self._readers: list[SqliteConnection] = []
        self._is_closed = False

    def _open_writer(self) -> SqliteConnection:
        connection = open_connection(self.path, create=False, busy_seconds=self._busy_seconds)
        connection.fence = self.fence
        connection.wait_for_others(is_wanted=False)  # the writer does, for the right to write
        return connection

    def _open_reader(self) -> SqliteConnection:
        if self._is_read_only:
            return open_read_only(self.path, self._busy_seconds)
        connection = open_connection(self.path, create=False, busy_seconds=self._busy_seconds, is_reader=True)
        connection.fence = self.fence
        return connection

    def read(self, work: Callable[[SqliteConnection], T], deadline: Deadline) -> T:
        """Run ``work`` in a transaction of its own, which sees the database as of one moment."""
        reader = self._take_reader()
        try:
            reader.limit_to(deadline)
            reader.run("begin")
            reader.check_versions()
            return work(reader)
        finally:
            try:
                reader.roll_back()
            except BaseException:
                reader.close()
                raise
            self._give_back(reader)

    def _take_reader(self) -> SqliteConnection:
        with self._guard:
            if self._is_closed:
                raise StoreClosed(f"{self.path}: the database is closed")
            if self._readers:
                return self._readers.pop()
        return self._open_reader()

    def _give_back(self, reader: SqliteConnection) -> None:
        with self._guard:
            if not self._is_closed and len(self._readers) < _IDLE_READERS:
                self._readers.append(reader)
                return
        reader.close()

    async def write(
        self, runtime: Runtime, work: Callable[[Connection], T], deadline: Deadline, *, is_quick: bool
    ) -> T:
        self._check_writable("write")
        if is_quick:
            # Once: of many who wait, one begins, and the thread commits the others with it; and nobody is overtaken.
            if (other := self._writer.begun()) is not None:
                await runtime.wait(end_of(other), deadline)
            if (begun := self._writer.begin_here(work)) is not None:
                return await _outcome(self.name, runtime, begun, deadline)
        if self._writer.is_free:
            done = await runtime.in_thread(lambda: self._writer.run_here(work, deadline), deadline)
            if done is not None:
                return done.result
        return await _outcome(self.name, runtime, self._writer.submit(work, deadline), deadline)

    async def write_at_once(
        self, runtime: Runtime, steps: str, parameters: Sequence[SqlValue], deadline: Deadline
    ) -> list[Row]:
        raise NotSupported(f"{self.path}: SQLite has no SELECT that writes")

    def _check_writable(self, doing: str) -> None:
        if self._is_read_only:
            raise StoreError(f"{self.path}: {doing}: the database was opened to be read only")
        # SQLite would go on with a file that has no name any more, and what is written there goes with it.
        found = _identity(self.path)
        if found == self._identity and found is not None:
            return
        if found is None or _has_open(self._identity):
            raise StoreError(
                f"{self.path}: {doing}: the file was removed, or another has taken its place, since it was opened;"
                " close it wherever this program has it open, and open it again"
            )
        self._identity = found  # some file systems give other numbers to the same file

    async def back_up(
        self, runtime: Runtime, path: Path, finish: Callable[[Connection], None], deadline: Deadline
    ) -> None:
        await runtime.in_thread(lambda: self.read(lambda c: back_up(c, path, finish, deadline), deadline), deadline)

    async def compact(self, runtime: Runtime, deadline: Deadline) -> None:
        self._check_writable("compact")
        await _outcome(self.name, runtime, self._writer.submit_alone(compact, deadline), deadline)

    def verify(self, deadline: Deadline) -> list[str]:
        try:
            return self.read(problems, deadline)
        except StoreCorrupt as error:
            return [str(error)]

    def close(self) -> None:
        self.listeners.close()
        self._writer.close()
        with self._guard:
            self._is_closed = True
            readers, self._readers = self._readers, []
        for reader in readers:
            reader.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell the file of this name from others; ``None``: there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    return found.st_dev, found.st_ino


def _has_open(identity: tuple[int, int] | None) -> bool:
    """Say whether this process has a file open; where the system does not tell, it has."""
    try:
        numbers = [int(one.name) for one in Path("/dev/fd").iterdir()]
    except OSError:
        return True
    for number in numbers:
        with suppress(OSError):  # closed meanwhile
            found = os.fstat(number)
            if (found.st_dev, found.st_ino) == identity:
                return True
    return False


async def _outcome(name: str, runtime: Runtime, future: Future[T], deadline: Deadline) -> T:
    """Wait for what the writer thread does; what has begun is waited for, whatever passes meanwhile."""
    try:
        return await runtime.wait(future, deadline)
    except BaseException as error:
        if future.cancel():
            if isinstance(error, TimedOut):
                raise TimedOut(f"{name}: others wrote until the deadline passed") from error
            raise
        await finish(runtime, future)
        if isinstance(error, TimedOut):
            return future.result()
        raise


class _Lookout:
    """Sees the commits of all other connections to the file."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection

    def look(self) -> object:
        return self._connection.value("pragma data_version")

    def close(self) -> None:
        self._connection.close()


def prepare_file(path: Path, schema: Schema, *, create: bool, busy_seconds: float, is_read_only: bool) -> None:
    """See that there is a file that can be used, and bring its schema to the newest version, unless only to read it."""
    check_file(path, create=create, is_read_only=is_read_only)
    if is_read_only:
        open_read_only(path, busy_seconds).close()
        return
    connection = open_connection(path, create=create, busy_seconds=busy_seconds)
    try:
        migrate(connection, schema, str(path))
    finally:
        connection.close()


def check_file(path: Path, *, create: bool, is_read_only: bool) -> None:
    """Go on when the file can be used, or be made where it is not there.

    Raises:
        NotFound: it is not there, and is not to be made.
        StoreCorrupt, StoreError: it cannot.
    """
    folder = path.parent
    if not folder.is_dir():
        raise StoreError(f"{path}: the folder {folder} does not exist")
    if path.is_dir():
        raise StoreError(f"{path}: is a folder")
    if not path.exists():
        if not create or is_read_only:
            raise NotFound(f"{path}: no such file")
    elif path.stat().st_size == 0 and not create:
        raise StoreCorrupt(f"{path}: is empty, no database")
    elif not is_read_only:
        check_writable(path, f"{path}: the file")
    if not is_read_only:  # WAL keeps two more files beside it
        check_writable(folder, f"{path}: the folder {folder}")
