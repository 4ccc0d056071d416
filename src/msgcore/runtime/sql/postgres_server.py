"""One namespace of a PostgreSQL server: consistent reads, durable writes, and what becomes of them when it is lost.

Theory of operation: every call takes a connection from the pool for one transaction. One that fails for what others
did, or with the connection, is done again from its beginning until there is no time left:

- a deadlock, a serialization failure: the server chose this one to give way;
- a broken unique or foreign key, once: at READ COMMITTED a row may have come or gone since ``work`` looked for it. One
  that is the caller's own fault comes again, and is raised;
- a connection lost before COMMIT was sent: nothing was done; or while a statement ran that is a transaction by itself
  and bears to be done twice.

When it is lost at COMMIT, the server knows. Every transaction that writes begins with setting its number in its
connection's row of ``msgcore_writer``, and so holds that row's lock until its end. Whoever then asks for the row on
another connection waits for that end, and finds the number when it was committed. (Transaction ids would not do:
after a crash the server gives those again that had not reached the disk.)
"""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import CommitUnknown, ConnectionLost, MsgcoreError, NotFound, NotSupported, StoreBusy, TimedOut
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.runtime.sql.connection import Connection, Engine, Row, SqlValue
from msgcore.runtime.sql.fence import Fence
from msgcore.runtime.sql.listeners import Listeners
from msgcore.runtime.sql.postgres_connect import connect
from msgcore.runtime.sql.postgres_connection import PostgresConnection
from msgcore.runtime.sql.postgres_pool import Pool
from msgcore.runtime.sql.postgres_target import PostgresTarget
from msgcore.runtime.sql.postgres_upkeep import compact, problems
from msgcore.runtime.sql.schema import Schema, check_tables, migrate

__all__ = ["PostgresServer", "prepare_server"]

T = TypeVar("T")

# How long a lost COMMIT is asked after when the call has no deadline: servers restart in less.
_ASK_SECONDS = 30.0
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.5

_GAVE_WAY = frozenset({"40001", "40P01", "55P03"})
_OVERTAKEN = frozenset({"23503", "23505"})


class _Again(Exception):
    """A transaction was undone that may succeed when it is done again; ``is_once``: but not a third time."""

    def __init__(self, error: BaseException, *, is_once: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_once = is_once


class PostgresServer:
    """One namespace, shared by all that open it in this process."""

    engine = Engine.POSTGRES
    folder: Path | None = None

    def __init__(self, target: PostgresTarget, busy_seconds: float) -> None:
        self.name = str(target)
        self.users = 0
        self.fence = Fence(self.name)
        self.listeners = Listeners(self.name, lambda: _Lookout(self._connect))
        self._target = target
        self._busy_seconds = busy_seconds
        self._pool = Pool(self._connect_inside, self.name)

    def _connect(self, deadline: Deadline) -> PostgresConnection:
        return connect(self._target, self._busy_seconds, deadline)

    def _connect_inside(self, deadline: Deadline) -> PostgresConnection:
        connection = self._connect(deadline)
        connection.fence = self.fence
        return connection

    def read(self, work: Callable[[PostgresConnection], T], deadline: Deadline) -> T:
        return self._until_done(lambda give_up: self._read_once(work, deadline, give_up), deadline)

    async def write(
        self, runtime: Runtime, work: Callable[[Connection], T], deadline: Deadline, *, is_quick: bool
    ) -> T:
        return await runtime.in_thread(lambda: self._write(work, deadline), deadline)

    def _write(self, work: Callable[[PostgresConnection], T], deadline: Deadline) -> T:
        result = self._until_done(lambda give_up: self._write_once(work, deadline, give_up), deadline)
        self.listeners.tell()
        return result

    async def write_at_once(
        self, runtime: Runtime, steps: str, parameters: Sequence[SqlValue], deadline: Deadline
    ) -> list[Row]:
        return await runtime.in_thread(lambda: self._write_at_once(steps, parameters, deadline), deadline)

    def _write_at_once(self, steps: str, parameters: Sequence[SqlValue], deadline: Deadline) -> list[Row]:
        lost: list[MsgcoreError] = []

        def attempt(give_up: Deadline) -> list[Row]:
            if deadline.remaining_seconds() < self._busy_seconds:  # it might wait for a lock for longer
                return self._write_once(lambda c: c.rows(f"with {steps}", parameters), deadline, give_up)
            return self._pool.use(write, give_up, deadline)

        def write(connection: PostgresConnection) -> list[Row]:
            try:
                return connection.write_at_once(steps, parameters, deadline)
            except MsgcoreError as error:
                if not connection.is_lost:
                    raise _judged(connection, error) from error.__cause__
                lost.append(error)
                # Whether it was done or not, it bears to be done twice; but not before the server is there again.
                self._has_committed(connection, error, deadline.sooner(_ASK_SECONDS))
                raise _Again(error) from error

        try:
            rows = self._until_done(attempt, deadline)
        except (ConnectionLost, StoreBusy, TimedOut) as error:
            if not lost:
                raise
            raise CommitUnknown(f"{self.name}: the server was lost while it wrote, and then: {error}") from error
        self.listeners.tell()
        return rows

    def _until_done(self, attempt: Callable[[Deadline], T], deadline: Deadline) -> T:
        give_up = self._patience(deadline)
        was_overtaken = False
        for count in itertools.count():
            try:
                return attempt(give_up)
            except _Again as again:
                if give_up.is_past or (again.is_once and was_overtaken):
                    raise self._final(again.error, deadline) from again.error.__cause__
                was_overtaken = was_overtaken or again.is_once
                _pause(count, give_up)
            except StoreBusy as error:
                raise self._final(error, deadline) from error.__cause__
        raise AssertionError("count() ends")

    def _patience(self, deadline: Deadline) -> Deadline:
        """Say for how long others are waited for: until the deadline, where there is one."""
        return deadline.sooner(self._busy_seconds) if math.isinf(deadline.at) else deadline

    def _final(self, error: BaseException, deadline: Deadline) -> BaseException:
        if deadline.is_past and isinstance(error, StoreBusy):
            return TimedOut(f"{self.name}: the deadline has passed while others held what it needs")
        return error

    def _read_once(self, work: Callable[[PostgresConnection], T], deadline: Deadline, give_up: Deadline) -> T:
        def read(connection: PostgresConnection) -> T:
            try:
                connection.begin_read(deadline, give_up)
                result = work(connection)
            except BaseException as error:
                raise _judged(connection, error) from error.__cause__
            # What was read stands, even if the server is lost at this moment.
            with suppress(ConnectionLost):
                connection.roll_back()
            return result

        return self._pool.use(read, give_up, deadline)

    def _write_once(self, work: Callable[[PostgresConnection], T], deadline: Deadline, give_up: Deadline) -> T:
        def write(connection: PostgresConnection) -> tuple[T, PostgresConnection, MsgcoreError | None]:
            try:
                connection.begin_write(deadline, give_up)
                result = work(connection)
            except BaseException as error:
                raise _judged(connection, error) from error.__cause__
            return result, connection, _commit(connection)

        result, connection, lost = self._pool.use(write, give_up, deadline)
        if lost is None or self._has_committed(connection, lost, deadline.sooner(_ASK_SECONDS)):
            return result
        raise _Again(lost)

    def _has_committed(self, lost: PostgresConnection, error: MsgcoreError, deadline: Deadline) -> bool:
        """Ask the server what became of the last transaction of a connection that was lost.

        Raises:
            CommitUnknown: it has not said so by the deadline.
        """
        for count in itertools.count():
            try:
                return self._ask(lost, deadline)
            except (ConnectionLost, StoreBusy, TimedOut):
                if deadline.is_past:
                    break
                _pause(count, deadline)
        raise CommitUnknown(f"{self.name}: the server was lost while it committed, and has not said more") from error

    def _ask(self, lost: PostgresConnection, deadline: Deadline) -> bool:
        connection = self._connect(deadline)
        try:
            connection.limit_to(deadline)
            # Inserting waits for a first transaction of that connection, which nobody sees yet, too.
            found = connection.value(
                "insert into msgcore_writer (uid, number, since) values (?, 0, now())"
                " on conflict (uid) do update set since = excluded.since returning number",
                [lost.uid],
            )
            return bool(found == lost.number)
        finally:
            connection.close()

    async def back_up(
        self, runtime: Runtime, path: Path, finish: Callable[[Connection], None], deadline: Deadline
    ) -> None:
        raise NotSupported(f"{self.name}: back a server's database up with pg_dump, or with what its host offers")

    async def compact(self, runtime: Runtime, deadline: Deadline) -> None:
        await runtime.in_thread(lambda: self._alone(compact, deadline), deadline)

    def verify(self, deadline: Deadline) -> list[str]:
        return self._alone(problems, deadline)

    def _alone(self, work: Callable[[PostgresConnection], T], deadline: Deadline) -> T:
        """Run what begins no transaction, or its own, on a connection of its own."""
        connection = self._connect(deadline)
        try:
            connection.limit_to(deadline)
            return work(connection)
        finally:
            connection.close()

    def close(self) -> None:
        self.listeners.close()
        self._pool.close()


def _commit(connection: PostgresConnection) -> MsgcoreError | None:
    """Commit, or give the error with which the connection was lost meanwhile."""
    is_fit = connection.is_in_transaction and connection.failure is None
    try:
        connection.commit()
    except MsgcoreError as error:
        if is_fit and connection.is_lost:
            return error
        raise _judged(connection, error) from error.__cause__
    return None


def _judged(connection: PostgresConnection, error: BaseException) -> BaseException:
    """Give the error to raise: the same, or one that has the transaction done again."""
    failure = connection.failure
    if failure is None or not isinstance(error, MsgcoreError):
        return error
    if connection.is_lost or failure.sqlstate in _GAVE_WAY:
        return _Again(error)
    return _Again(error, is_once=True) if failure.sqlstate in _OVERTAKEN else error


def _pause(count: int, deadline: Deadline) -> None:
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(count, 10))
    time.sleep(min(random.uniform(0, longest), deadline.remaining_seconds()))


class _Lookout:
    """Sees the transactions of all connections of the namespace by their numbers."""

    def __init__(self, connect: Callable[[Deadline], PostgresConnection]) -> None:
        self._connect = connect
        self._connection: PostgresConnection | None = None

    def look(self) -> object:
        if self._connection is None:
            self._connection = self._connect(NEVER)
        try:
            return frozenset(self._connection.rows("select uid, number from msgcore_writer"))
        except MsgcoreError:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def prepare_server(
    target: PostgresTarget,
    schema: Schema,
    deadline: Deadline,
    *,
    create: bool,
    busy_seconds: float,
    is_read_only: bool,
) -> None:
    """See that the namespace is there, or make it, and bring its schema to the newest version."""
    if is_read_only:
        raise NotSupported(f"{target}: only files are opened read-only")
    connection = connect(target, busy_seconds, deadline)
    try:
        tables = connection.tables()
        check_tables(tables, str(target))
        if not tables and not create:
            raise NotFound(f"{target}: there is nothing of msgcore's")
        migrate(connection, schema, str(target))
        # Of connections long gone. One that is there still makes its row again, and is not waited for while it writes.
        connection.run(
            "delete from msgcore_writer where uid in (select uid from msgcore_writer"
            " where since < now() - interval '1 day' for update skip locked)"
        )
    finally:
        connection.close()
