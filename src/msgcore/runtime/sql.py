"""SQLite databases: consistent reads from a pool of connections, durable writes from one thread a file."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import NotFound, StoreCorrupt, StoreError, TimedOut
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.runtime.cancel import finish, shielded
from msgcore.runtime.sql_connection import BUSY_SECONDS, Connection, Note, open_connection
from msgcore.runtime.sql_schema import Schema, migrate, statements
from msgcore.runtime.sql_writer import Writer

__all__ = ["Database"]

T = TypeVar("T")

Listener = Callable[[Sequence[Note]], None]

_IDLE_READERS = 8

_log = logging.getLogger("msgcore.sql")


class _File:
    """One database file, shared by all that open it in this process."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self.path = path
        self.users = 0
        self.writer = Writer(self._ready_writer, self._tell)
        self._watches: tuple[str, ...] = ()
        self._watched = 0
        self._listeners: tuple[Listener, ...] = ()
        self._busy_seconds = busy_seconds
        self._guard = threading.Lock()
        self._readers: list[Connection] = []
        self._is_closed = False

    def watch(self, script: str) -> None:
        with self._guard:
            if script and script not in self._watches:
                self._watches += (script,)

    def add_listener(self, listener: Listener) -> None:
        with self._guard:
            self._listeners += (listener,)

    def forget(self, listener: Listener) -> None:
        with self._guard:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

    def _tell(self, notes: Sequence[Note]) -> None:
        for listener in self._listeners if notes else ():
            try:
                listener(notes)
            except BaseException:  # the change is on the disk, whatever a listener makes of it
                _log.exception("%s: a listener raised", self.path)

    def _ready_writer(self, connection: Connection | None) -> Connection:
        if connection is None:
            connection = open_connection(self.path, create=False, busy_seconds=self._busy_seconds)
            self._watched = 0
        try:
            self._watch_with(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _watch_with(self, connection: Connection) -> None:
        # Triggers cost every change something, so none is made before somebody listens.
        new = self._watches[self._watched :] if self._listeners else ()
        if new:
            connection.accept_notes()
        for statement in (statement for script in new for statement in statements(script)):
            connection.run(statement)
        self._watched += len(new)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction of its own, which sees the database as of one moment."""
        reader = self._take_reader()
        try:
            reader.run("BEGIN")
            return work(reader)
        finally:
            try:
                reader.roll_back()
            except BaseException:
                reader.close()
                raise
            self._give_back(reader)

    def _take_reader(self) -> Connection:
        with self._guard:
            if self._is_closed:
                raise StoreError(f"{self.path}: the database is closed")
            if self._readers:
                return self._readers.pop()
        return open_connection(self.path, create=False, busy_seconds=self._busy_seconds, is_reader=True)

    def _give_back(self, reader: Connection) -> None:
        with self._guard:
            if not self._is_closed and len(self._readers) < _IDLE_READERS:
                self._readers.append(reader)
                return
        reader.close()

    def close(self) -> None:
        self.writer.close()
        with self._guard:
            self._is_closed = True
            readers, self._readers = self._readers, []
        for reader in readers:
            reader.close()


_guard = threading.Lock()
_files: dict[Path, _File] = {}
# What a parent had open when it forked: SQLite's locks would not hold between it and this process. Never closed here.
_of_parents: dict[Path, _File] = {}


def _forget() -> None:
    global _guard, _files  # noqa: PLW0603  # the registry of a process
    _guard = threading.Lock()
    _of_parents.update(_files)
    _files = {}


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class Database:
    """A schema's tables in one SQLite file. May be shared by threads and tasks; :meth:`close` it when done.

    Every database object of a process that has the same file open shares its writer thread and its readers.
    """

    def __init__(self, file: _File) -> None:
        """Use :meth:`open`."""
        self._file = file
        self._process_id = os.getpid()
        self._is_closed = False

    @property
    def path(self) -> Path:
        return self._file.path

    @classmethod
    def open(cls, path: Path, schema: Schema, *, create: bool, busy_seconds: float = BUSY_SECONDS) -> Database:
        """Open a file and bring the schema to its newest version; blocks, so a loop runs it through ``in_thread``.

        ``busy_seconds`` is how long a transaction waits for another process; the first to open the file sets it.

        Raises:
            NotFound: there is no file, and ``create`` is false.
            StoreCorrupt: the file is no database, or damaged.
            StoreBusy: another process holds the write lock for too long.
            StoreError: the folder is missing or not writable, the schema is newer than this program, the tables are
                another program's, or this process was forked while the file was open.
        """
        path = path.resolve()
        if path in _of_parents:
            raise StoreError(f"{path}: was open when this process was forked; open it after the fork only")
        _check_file(path, create=create)
        connection = open_connection(path, create=create, busy_seconds=busy_seconds)
        try:
            migrate(connection, schema, path)
        finally:
            connection.close()
        with _guard:
            file = _files.setdefault(path, _File(path, busy_seconds))
            file.users += 1
            file.watch(schema.watch)
        return cls(file)

    async def read(self, runtime: Runtime, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        """Run ``work`` in one transaction that sees the database as of one moment and cannot change it.

        The connection is of no use after ``work`` has returned.

        Raises:
            TimedOut: the deadline passed before it began.
        """
        self._check()
        return await runtime.in_thread(lambda: self._file.read(work), deadline)

    async def write(self, runtime: Runtime, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        """Run ``work`` on the file's writer thread and give its result once it is on the disk.

        An error that ``work`` raises undoes its changes and is raised here. ``work`` must not begin or end
        transactions, nor wait for another write.

        Raises:
            TimedOut: the deadline passed before ``work`` began; it will never run. Once begun, it is waited for.
            OperationCancelled: the call was cancelled; when ``work`` had begun it was waited for and has been done.
            StoreBusy, StoreFull, StoreCorrupt, StoreError: nothing was changed, as far as the disk can tell.
        """
        self._check()
        deadline.check(f"{self.path}: write")
        future = self._file.writer.submit(work)
        try:
            return await runtime.wait(future, deadline)
        except BaseException as error:
            if future.cancel():
                raise
            await finish(runtime, future)
            if isinstance(error, TimedOut):
                return future.result()
            raise

    async def listen(self, runtime: Runtime, listener: Listener, deadline: Deadline = NEVER) -> Callable[[], None]:
        """Tell ``listener`` what each transaction notes, once it is on the disk, until the result is called.

        It is called on the writer thread, before who wrote goes on: it must return at once. What other processes write
        is not noted here. Raises as :meth:`write` does.
        """
        self._check()
        self._file.add_listener(listener)
        try:
            # What is being written now is not noted yet: who reads after this call sees it.
            await self.write(runtime, lambda _: None, deadline)
        except BaseException:
            self._file.forget(listener)
            raise
        return lambda: self._file.forget(listener)

    async def close(self, runtime: Runtime) -> None:
        """Let go of the file, even in a cancelled call; the last to do so waits until what is queued is written."""
        if self._process_id == os.getpid():
            with shielded():
                await runtime.in_thread(self._close)

    def _close(self) -> None:
        with _guard:
            if self._is_closed:
                return
            self._is_closed = True
            self._file.users -= 1
            if self._file.users:
                return
            del _files[self.path]
        # Whoever opens the file meanwhile gets another writer; the database's own lock keeps the two apart.
        self._file.close()

    def _check(self) -> None:
        if self._process_id != os.getpid():
            raise StoreError(f"{self.path}: opened before this process was forked; open it again here")
        if self._is_closed:
            raise StoreError(f"{self.path}: the database is closed")


def _check_file(path: Path, *, create: bool) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise StoreError(f"{path}: the folder {folder} does not exist")
    if path.is_dir():
        raise StoreError(f"{path}: is a folder")
    if not path.exists():
        if not create:
            raise NotFound(f"{path}: no such file")
    elif path.stat().st_size == 0 and not create:
        raise StoreCorrupt(f"{path}: is empty, no database")
    elif not os.access(path, os.W_OK):
        raise StoreError(f"{path}: may not be written")
    # WAL keeps two more files beside it.
    if not os.access(folder, os.W_OK):
        raise StoreError(f"{path}: the folder {folder} may not be written")
