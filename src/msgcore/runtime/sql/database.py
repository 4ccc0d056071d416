"""A database, whichever engine keeps it: what is open in this process, and what may be done with it."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self, TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import MissingExtra, StoreClosed, StoreError, UsageError
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.runtime.cancel import shielded
from msgcore.runtime.sql.connection import BUSY_SECONDS, Connection, Engine, Row, SqlValue
from msgcore.runtime.sql.fence import Fence
from msgcore.runtime.sql.listeners import Listener, Listeners
from msgcore.runtime.sql.postgres_target import PostgresTarget
from msgcore.runtime.sql.schema import Schema

__all__ = ["Database"]

T = TypeVar("T")

# A week, which both engines can count in milliseconds.
_LONGEST_WAIT_SECONDS = 7 * 24 * 3600.0


class _Home(Protocol):
    """One SQLite file or PostgreSQL namespace, shared by all database objects of this process that have it open."""

    engine: Engine
    name: str
    folder: Path | None
    users: int
    listeners: Listeners
    fence: Fence

    def read(self, work: Callable[[Connection], T], deadline: Deadline) -> T: ...

    async def write(
        self, runtime: Runtime, work: Callable[[Connection], T], deadline: Deadline, *, is_quick: bool
    ) -> T: ...

    async def write_at_once(
        self, runtime: Runtime, steps: str, parameters: Sequence[SqlValue], deadline: Deadline
    ) -> list[Row]: ...

    async def back_up(
        self, runtime: Runtime, path: Path, finish: Callable[[Connection], None], deadline: Deadline
    ) -> None: ...

    async def compact(self, runtime: Runtime, deadline: Deadline) -> None: ...

    def verify(self, deadline: Deadline) -> list[str]: ...

    def close(self) -> None: ...


_Key = tuple[Path | PostgresTarget, bool]

_guard = threading.Lock()
_homes: dict[_Key, _Home] = {}
# What a parent had open when it forked: SQLite's locks would not hold between it and this process, and a connection
# to a server would be two processes'. Never closed here.
_of_parents: dict[_Key, _Home] = {}


def _forget() -> None:
    global _guard, _homes  # noqa: PLW0603  # the registry of a process
    _guard = threading.Lock()
    _of_parents.update(_homes)
    _homes = {}


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class Database:
    """A schema's tables in an SQLite file or a PostgreSQL namespace. May be shared by threads and tasks.

    Database objects of a process that have the same one open share its connections and its listeners. :meth:`close` it
    when done.

    Once a newer msgcore has brought the schema to a version that this process does not know, nothing is written any
    more, and little is read: :class:`StoreError` says so.
    """

    def __init__(self, home: _Home, key: _Key) -> None:
        """Use :meth:`open`."""
        self._home = home
        self._key = key
        self._process_id = os.getpid()
        self._is_closed = False

    @property
    def engine(self) -> Engine:
        return self._home.engine

    @property
    def name(self) -> str:
        """Name the database for people: the path, or the server's address; no password."""
        return self._home.name

    @property
    def folder(self) -> Path | None:
        """The folder of an SQLite file; ``None`` for a server's database."""
        return self._home.folder

    @classmethod
    def open(
        cls,
        target: Path | PostgresTarget,
        schema: Schema,
        *,
        create: bool,
        busy_seconds: float = BUSY_SECONDS,
        is_read_only: bool = False,
        deadline: Deadline = NEVER,
    ) -> Self:
        """Open a database and bring the schema to its newest version; blocks, so a loop runs it through ``in_thread``.

        ``busy_seconds`` is how long a transaction without a deadline waits for others'; the first to open the database
        sets it. One that has a deadline waits until then, and so does opening, which may change the tables.
        ``is_read_only`` opens a file as it is, be it damaged or of a newer version: nothing is changed.

        Raises:
            NotFound: there is no such file or database, and ``create`` is false; a server's has to be there.
            StoreCorrupt: the file is no database, or damaged.
            StoreBusy: another process holds a lock for too long, or the server has no connection left.
            ConnectionLost, NameNotResolved, AuthenticationRefused, TlsFailed: the server cannot be used.
            NotSupported: a server's database cannot be opened read-only, or the schema is not written for it.
            MissingExtra: a server needs the extra ``postgres``.
            StoreError: the folder is missing or not writable, the schema is newer than this program, the tables are
                another program's, or this process was forked while the file was open.
        """
        if isinstance(target, Path):
            target = target.resolve()
        key = (target, is_read_only)
        if isinstance(target, Path) and any(target == theirs for theirs, _ in _of_parents):
            raise StoreError(f"{target}: was open when this process was forked; open it after the fork only")
        make = _prepare(target, schema, deadline, create=create, busy_seconds=busy_seconds, is_read_only=is_read_only)
        with _guard:
            home = _homes.get(key) or _homes.setdefault(key, make())
            home.users += 1
            home.fence.admit(schema.name, len(schema.scripts(home.engine)))
        return cls(home, key)

    async def read(self, runtime: Runtime, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        """Run ``work`` in one transaction that sees the database as of one moment and cannot change it.

        The connection is of no use after ``work`` has returned. When a server is lost, ``work`` runs again.

        Raises:
            TimedOut: the deadline passed before it began, or while the database was at it.
            StoreBusy: without a deadline: others were in the way for ``busy_seconds``.
            ConnectionLost: the server is gone.
        """
        self._check()
        return await runtime.in_thread(lambda: self._home.read(work, deadline), deadline)

    def look(self, work: Callable[[Connection], T]) -> T:
        """Read as :meth:`read` does, blocking: for listeners, which are called in threads that may wait."""
        self._check()
        return self._home.read(work, NEVER)

    async def write(
        self,
        runtime: Runtime,
        work: Callable[[Connection], T],
        deadline: Deadline = NEVER,
        *,
        is_quick: bool = False,
    ) -> T:
        """Run ``work`` in one transaction and give its result once it is on the disk.

        An error that ``work`` raises undoes its changes and is raised here. ``work`` must not begin or end
        transactions, nor wait for another write. In SQLite it runs in a thread; on a server beside others, and again
        when it met them (a deadlock, a row that came or went after it had looked) or when the server was lost: what it
        does besides SQL it must bear to do twice.

        One that ``is_quick`` takes a loop less time than it would lose to a thread at work beside it: where nobody else
        writes, it runs here, and only its commit is waited for (SQLite).

        Raises:
            TimedOut: the deadline passed before ``work`` began, which will never run, or while the database was at it,
                which was undone. In SQLite what shares its transaction with others is waited for.
            OperationCancelled: the call was cancelled; when ``work`` had begun it was waited for and has been done.
            CommitUnknown: the server was lost while it committed, and did not say by the deadline what became of it.
            ConnectionLost, StoreBusy, StoreFull, StoreCorrupt, StoreError: nothing was changed, as far as the disk
                can tell.
            UsageError: a listener called it, which others wait for.
        """
        self._check()
        self._refuse_in_listener()
        deadline.check(f"{self.name}: write")
        return await self._home.write(runtime, work, deadline, is_quick=is_quick)

    async def write_at_once(
        self, runtime: Runtime, steps: str, parameters: Sequence[SqlValue], deadline: Deadline = NEVER
    ) -> list[Row]:
        """Run one statement, which begins with ``with``, as a transaction of its own: one round trip (PostgreSQL).

        ``steps`` is what comes behind that word, common table expressions that write and a SELECT. It has to bear to be
        done twice: it is, when the server is lost meanwhile, and then gives what the second time gives.

        Raises:
            CommitUnknown: the server was lost, and did not come back in time to do it once more.
            NotSupported: the engine's SELECT cannot write (SQLite).
            MsgcoreError: as :meth:`write` does.
        """
        self._check()
        self._refuse_in_listener()
        deadline.check(f"{self.name}: write")
        return await self._home.write_at_once(runtime, steps, parameters, deadline)

    async def listen(
        self, runtime: Runtime, listener: Listener, deadline: Deadline = NEVER, *, is_told_at_once: bool = False
    ) -> Callable[[], None]:
        """Call ``listener`` after each commit, until the result is called.

        One that ``is_told_at_once`` is called before this returns, too, and what it raises then is raised here.
        After this process's it is called before who wrote goes on, in that thread; within about 0.25 s after other
        processes', in a thread that looks for them; by one thread at a time. It is told of nothing else, and may be
        told of one commit twice or of several at once. Whoever wrote waits for it: it may :meth:`look`, but not write.

        Raises:
            StoreError, TryAgain: the database cannot be looked at.
            TimedOut: the deadline passed before the listener was there.
        """
        self._check()
        ends: list[Callable[[], None]] = []

        def add() -> Callable[[], None]:
            ends.append(self._home.listeners.add(listener, deadline, is_told_at_once=is_told_at_once))
            return ends[0]

        try:
            return await runtime.in_thread(add, deadline)
        except BaseException:  # cancelled when it was there already
            for end in ends:
                end()
            raise

    async def backup(
        self,
        runtime: Runtime,
        path: Path,
        finish: Callable[[Connection], None] = lambda _: None,
        deadline: Deadline = NEVER,
    ) -> None:
        """Write the database as of now to a new file, while others go on reading and writing.

        ``finish`` gets a connection to the copy before anybody finds it, and may change it in one transaction.

        Raises:
            StoreError: there is such a file already, or it cannot be made. Nothing is left of it.
            NotSupported: a server's database is kept by the server's own tools.
        """
        self._check()
        await self._home.back_up(runtime, path, finish, deadline)

    async def compact(self, runtime: Runtime, deadline: Deadline = NEVER) -> None:
        """Give back the space that nothing uses any more; who writes meanwhile waits (SQLite).

        Raises:
            TimedOut: others wrote until the deadline.
            StoreBusy: without a deadline: others wrote for ``busy_seconds``.
        """
        self._check()
        self._refuse_in_listener()
        await self._home.compact(runtime, deadline)

    async def verify(self, runtime: Runtime, deadline: Deadline = NEVER) -> list[str]:
        """Have the engine look for damage and say what it found, in its own words; an empty list when all is well."""
        self._check()
        return await runtime.in_thread(lambda: self._home.verify(deadline), deadline)

    async def close(self, runtime: Runtime) -> None:
        """Let go of the database, even in a cancelled call; the last to do so waits until what is queued is written."""
        if self._process_id == os.getpid():
            with shielded():
                await runtime.in_thread(self._close)

    def _close(self) -> None:
        with _guard:
            if self._is_closed:
                return
            self._is_closed = True
            self._home.users -= 1
            if self._home.users:
                return
            del _homes[self._key]
        # Whoever opens the file meanwhile gets another writer; the database's own lock keeps the two apart.
        self._home.close()

    def _refuse_in_listener(self) -> None:
        if self._home.listeners.is_telling_here:
            raise UsageError(f"{self.name}: who is told of a commit must not write: others wait for him to return")

    def _check(self) -> None:
        if self._process_id != os.getpid():
            raise StoreError(f"{self.name}: opened before this process was forked; open it again here")
        if self._is_closed:
            raise StoreClosed(f"{self.name}: the database is closed")


def _prepare(
    target: Path | PostgresTarget,
    schema: Schema,
    deadline: Deadline,
    *,
    create: bool,
    busy_seconds: float,
    is_read_only: bool,
) -> Callable[[], _Home]:
    """See that the database is there and ready, and give what makes its home. Each engine loads on first use."""
    wait_seconds = busy_seconds if math.isinf(deadline.at) else min(deadline.remaining_seconds(), _LONGEST_WAIT_SECONDS)
    if isinstance(target, Path):
        from msgcore.runtime.sql.sqlite_file import SqliteFile, prepare_file

        path = target
        prepare_file(path, schema, create=create, busy_seconds=wait_seconds, is_read_only=is_read_only)
        return lambda: SqliteFile(path, busy_seconds, is_read_only=is_read_only)
    try:
        from msgcore.runtime.sql.postgres_server import PostgresServer, prepare_server
    except ImportError as error:
        raise MissingExtra("postgres", "PostgreSQL") from error

    server = target
    prepare_server(server, schema, deadline, create=create, busy_seconds=wait_seconds, is_read_only=is_read_only)
    return lambda: PostgresServer(server, busy_seconds)
