"""One connection to a PostgreSQL server, spoken to as one to a file.

``?`` becomes ``$n`` outside of quotes. Ints go as bigint, bytes as bytea and text as text, in binary both ways, so that
a statement has one plan whatever the values; a sum comes back as int. Statements that come again are prepared.
"""

from __future__ import annotations

import functools
import math
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

import psycopg
from psycopg.adapt import AdaptersMap, Buffer
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.types.numeric import FloatBinaryDumper, Int8BinaryDumper, NumericBinaryLoader
from psycopg.types.string import BytesBinaryDumper, StrBinaryDumper

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, StoreError, UsageError
from msgcore.runtime.abc import NEVER
from msgcore.runtime.sql.connection import Engine, Row, SqlValue
from msgcore.runtime.sql.fence import Fence
from msgcore.runtime.sql.placeholders import translated
from msgcore.runtime.sql.postgres_errors import FOREIGN, is_lost, ours
from msgcore.runtime.sql.postgres_target import PostgresTarget

__all__ = ["PostgresConnection", "RawConnection", "adapters"]

T = TypeVar("T")

_ROWS_A_FETCH = 100
# The server itself ends a statement at the deadline; one that does not even answer is left at this much later.
_GRACE_SECONDS = 1.0
_LOOK_SECONDS = 1.0

# Values decide the plan within a transaction; a statement that is one by itself is planned once (``write_at_once``).
_PLANS = "set local plan_cache_mode = force_custom_plan"
# The words are no number, which is an error, when the versions are others than those that the connection has seen.
_NOTE_WRITER = (
    "insert into msgcore_writer (uid, number, since)"
    " select {}, case sum(version) when {} then {} else ('other versions of schemas: ' || sum(version))::bigint end,"
    " now() from msgcore_schema on conflict (uid) do update set number = excluded.number, since = excluded.since"
)
_NOTE_AT_ONCE = _NOTE_WRITER.format("?", "?", "?")
_NO_NUMBER, _NOT_PREPARED = "22P02", "26000"
# Who only reads looks at the versions no more often.
_SECONDS_OF_READING = 1.0


class _WholeNumberLoader(NumericBinaryLoader):
    """``numeric`` is what sums of bigint are: an int then, as in SQLite."""

    def load(self, data: Buffer) -> Any:
        number = super().load(data)
        return int(number) if number.is_finite() and number == number.to_integral_value() else float(number)


@functools.cache
def adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    for kind, dumper in (
        (int, Int8BinaryDumper),
        (bool, Int8BinaryDumper),
        (str, StrBinaryDumper),
        (bytes, BytesBinaryDumper),
        (float, FloatBinaryDumper),
    ):
        adapters.register_dumper(kind, dumper)
    adapters.register_loader("numeric", _WholeNumberLoader)
    return adapters


class RawConnection(psycopg.Connection[Row]):
    """The driver's connection, whose waits end even when the server says nothing any more."""

    limit: Deadline = NEVER

    def wait(self, gen: Generator[Any, Any, T], interval: float = _LOOK_SECONDS, timeout: float | None = None) -> T:
        if not math.isinf(self.limit.at):
            gen = _until(gen, self.limit)
        # Older drivers know no timeout here.
        return super().wait(gen, interval) if timeout is None else super().wait(gen, interval, timeout)


def _until(gen: Generator[Any, Any, T], limit: Deadline) -> Generator[Any, Any, T]:
    """Go through the driver's waits, none of which is longer than ``_LOOK_SECONDS``, as long as there is time."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and limit.is_past:
                raise psycopg.OperationalError("the server has not answered by the deadline")
            wanted = gen.send(ready)
    except StopIteration as stop:
        result: T = stop.value
        return result


class PostgresConnection:
    """A :class:`~msgcore.runtime.sql.connection.Connection` to a server.

    ``failure`` is what ended the transaction, if anything did: the server does nothing more until it is rolled back.
    ``uid`` names the connection in ``msgcore_writer``, and ``number`` counts the transactions that write, which a
    ``fence`` keeps to the versions that are known.
    """

    def __init__(self, raw: RawConnection, target: PostgresTarget) -> None:
        self._raw = raw
        self._name = str(target)
        self._namespace = target.namespace
        self._cursor = raw.cursor(binary=True)
        self._streams = 0
        self.failure: psycopg.Error | None = None
        self.uid = uuid.uuid4().hex
        self.number = 0
        self.fence = Fence(self._name)
        self._admitted: Mapping[str, int] | None = None
        self._versions: int | None = None
        self._looked_at = -math.inf
        self._has_note = False

    @property
    def engine(self) -> Engine:
        return Engine.POSTGRES

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[Row]:
        return self._fetch(sql, parameters, psycopg.Cursor[Row].fetchall)

    def row(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Row | None:
        """Give the first row, if there is one."""
        return self._fetch(sql, parameters, psycopg.Cursor[Row].fetchone)

    def value(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Any:
        """Give the first column of the first row; ``None`` when there is no row."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def run(self, sql: str, parameters: Sequence[SqlValue] = ()) -> int:
        """Run one statement and give the number of rows that it changed."""
        return max(0, self._execute(sql, parameters).rowcount)

    def run_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> int:
        """Run one statement for each row of parameters, without a wait between, and give the rows changed by all."""
        try:
            left = iter(rows)
            first = list(islice(left, 2))
            if len(first) < 2:  # a pipeline costs as much again as one statement
                return self.run(sql, first[0]) if first else 0
            self._cursor.executemany(translated(sql).sql, chain(first, left))
        except FOREIGN as error:
            raise self._failed(error) from error
        return max(0, self._cursor.rowcount)

    def stream(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Iterator[Row]:
        """Give rows one by one, for results too large to hold; only within the transaction, with which it ends."""
        self._streams += 1
        name = f"stream_{self._streams}"
        self._execute(f"declare {name} no scroll cursor for {sql}", parameters)
        while rows := self.rows(f"fetch forward {_ROWS_A_FETCH} from {name}"):
            yield from rows
        self._command(f"close {name}")

    def _fetch(self, sql: str, parameters: Sequence[SqlValue], fetch: Callable[[psycopg.Cursor[Row]], T]) -> T:
        cursor = self._execute(sql, parameters)
        try:
            return fetch(cursor)
        except FOREIGN as error:
            raise self._failed(error) from error

    def _execute(self, sql: str, parameters: Sequence[SqlValue]) -> psycopg.Cursor[Row]:
        known = translated(sql)
        if len(parameters) != known.count:  # the server takes more than it needs
            raise UsageError(f"{self._name}: the statement takes {known.count} parameters, got {len(parameters)}")
        try:
            return self._cursor.execute(known.sql, parameters)
        except FOREIGN as error:
            raise self._failed(error) from error

    def _command(self, script: str) -> None:
        """Run what has no parameters and is said once: any number of statements, in one round trip."""
        try:
            self._raw.execute(script.encode(), prepare=False)
        except FOREIGN as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> MsgcoreError:
        if isinstance(error, psycopg.Error) and not self.failure:
            self.failure = error
        return ours(error, self._name)

    # Transactions

    def begin_read(self, limit: Deadline, lock_limit: Deadline) -> None:
        """Begin a transaction that sees one moment and cannot write; no statement of it goes past ``limit``.

        Raises:
            StoreError: a newer msgcore has changed the schema; it may be a second before that is seen.
        """
        self._begin(
            f"begin isolation level repeatable read, read only; set local lock_timeout = {_milliseconds(lock_limit)}",
            limit,
        )
        if time.monotonic() - self._looked_at > _SECONDS_OF_READING:
            self._look_at_versions()

    def begin_write(self, limit: Deadline, lock_limit: Deadline) -> None:
        """Begin a transaction that leaves its number in ``msgcore_writer``, for when its commit is lost.

        Raises:
            StoreError: a newer msgcore has changed the schema.
        """
        self.number += 1
        while True:
            versions = self._seen_versions(limit)
            is_new = self._prepare_note()
            try:
                self._begin(
                    f"begin isolation level read committed; set local lock_timeout = {_milliseconds(lock_limit)};"
                    # First, as what is executed sees what was committed before it began, not what it waited for.
                    " lock table msgcore_writer in row exclusive mode;"
                    f" execute msgcore_note ({versions}, {self.number})",
                    limit,
                )
            except StoreError:
                # The driver deallocates all that is prepared after a rollback now and then.
                is_gone = self._has_failed_with(_NOT_PREPARED) and not is_new
                if not is_gone and not self._has_failed_with(_NO_NUMBER):
                    raise
                self.roll_back()
                self._has_note, self._versions = not is_gone, None
            else:
                return

    def write_at_once(self, steps: str, parameters: Sequence[SqlValue], limit: Deadline) -> list[Row]:
        """Run one statement as a transaction of its own, which leaves its number like any other, in one round trip.

        Raises:
            StoreError: a newer msgcore has changed the schema.
        """
        self.number += 1
        sql = f"with msgcore_writes as ({_NOTE_AT_ONCE}), {steps}"
        while True:
            versions = self._seen_versions(limit)
            self.failure = None
            self._raw.limit = limit.later(_GRACE_SECONDS)
            try:
                return self.rows(sql, (self.uid, versions, self.number, *parameters))
            except StoreError:
                if not self._has_failed_with(_NO_NUMBER):
                    raise
                self._versions = None
                if self._seen_versions(limit) == versions:  # a text of the caller's own
                    raise

    def _seen_versions(self, limit: Deadline) -> int:
        """Give the sum of the versions that this connection has seen, all of them known."""
        if self._versions is None or self._admitted is not self.fence.known:
            self.failure = None
            self._raw.limit = limit.later(_GRACE_SECONDS)
            return self._look_at_versions()
        return self._versions

    def _look_at_versions(self) -> int:
        known = self.fence.known
        self._versions = versions = self.fence.check(self)
        self._looked_at, self._admitted = time.monotonic(), known
        return versions

    def _has_failed_with(self, code: str) -> bool:
        return self.failure is not None and self.failure.sqlstate == code

    def _prepare_note(self) -> bool:
        """Have the note of a writer planned once, as text costs twice as much; false when it is already."""
        if self._has_note:
            return False
        note = _NOTE_WRITER.format(f"'{self.uid}'", "$1", "$2")
        self._command(f"prepare msgcore_note (bigint, bigint) as {note}")
        self._has_note = True
        return True

    def begin_alone(self) -> None:
        """Begin a transaction that no other process migrates the namespace beside, nor writes."""
        self._begin("begin isolation level read committed", NEVER)
        self.row("select pg_advisory_xact_lock(hashtextextended(?, 0))", [f"msgcore {self._namespace}"])
        if "msgcore_writer" in self.tables():
            self._command("lock table msgcore_writer in share row exclusive mode")

    def _begin(self, script: str, limit: Deadline) -> None:
        self.failure = None
        self._raw.limit = limit.later(_GRACE_SECONDS)
        script = f"{script}; {_PLANS}"
        if not math.isinf(limit.at):
            script = f"{script}; set local statement_timeout = {_milliseconds(limit)}"
        self._command(script)

    def limit_to(self, limit: Deadline) -> None:
        """Let no statement outside of a transaction go past ``limit``, nor wait for a lock any longer than that.

        Without one a lock is waited for as long as the connection was made to.
        """
        self._raw.limit = limit.later(_GRACE_SECONDS)
        if not math.isinf(limit.at):
            milliseconds = _milliseconds(limit)
            self._command(f"set statement_timeout = {milliseconds}; set lock_timeout = {milliseconds}")

    def commit(self) -> None:
        """Make the transaction last.

        Raises:
            StoreError: it is not in a state to, which ``failure`` tells; or it ended before.
        """
        if not self.is_in_transaction:
            raise StoreError("the function ended the transaction that it ran in")
        if self.failure is not None:
            raise ours(self.failure, self._name) from self.failure
        self._command("commit")

    def roll_back(self) -> None:
        """Undo the transaction, unless it is gone already."""
        if self._raw.info.transaction_status != TransactionStatus.IDLE and not self.is_lost:
            self._command("rollback")

    @property
    def is_in_transaction(self) -> bool:
        return self._raw.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    @property
    def is_idle(self) -> bool:
        """Whether the connection can be used again: it is there, without a transaction, and nothing is under way."""
        info = self._raw.info
        is_free = info.transaction_status == TransactionStatus.IDLE and info.pipeline_status == PipelineStatus.OFF
        return is_free and not self.is_lost

    @property
    def is_lost(self) -> bool:
        """Whether the connection is of no use any more."""
        return self._raw.closed or (self.failure is not None and is_lost(self.failure))

    def close(self) -> None:
        self._raw.close()

    # Making the tables

    def tables(self) -> set[str]:
        sql = "select relname::text from pg_class where relnamespace = to_regnamespace(?) and relkind in ('r', 'p')"
        return {name for (name,) in self.rows(sql, [self._namespace])}

    def lay_foundation(self) -> None:
        if self.value("select to_regnamespace(?)::oid::bigint", [self._namespace]) is None:
            self._command(f'create schema "{self._namespace}"')
        self._command(
            "create table if not exists msgcore_schema (name text primary key, version bigint not null);"
            "create table if not exists msgcore_writer"
            " (uid text primary key, number bigint not null, since timestamptz not null) with (fillfactor = 50)"
        )

    def run_script(self, script: str) -> None:
        self._command(script)


def _milliseconds(limit: Deadline) -> int:
    """Say what is left, as a PostgreSQL setting: 0 there means for ever, and 2**31 - 1 is the most."""
    return int(min(max(1.0, limit.remaining_seconds() * 1_000), 2**31 - 1))
