"""One connection to a PostgreSQL server, spoken to as one to a file.

``?`` becomes ``$n`` outside of quotes. Ints go as bigint, bytes as bytea and text as text, in binary both ways, so that
a statement has one plan whatever the values; a sum comes back as int. Statements that come again are prepared.
"""

from __future__ import annotations

import functools
import math
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
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
_NOTE_WRITER = (
    "insert into msgcore_writer (uid, number, since) values (?, ?, now())"
    " on conflict (uid) do update set number = excluded.number, since = excluded.since"
)


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
    ``uid`` names the connection in ``msgcore_writer``, and ``number`` counts the transactions that write.
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
        """Begin a transaction that sees one moment and cannot write; no statement of it goes past ``limit``."""
        self._begin(
            f"begin isolation level repeatable read, read only; set local lock_timeout = {_milliseconds(lock_limit)}",
            limit,
        )

    def begin_write(self, limit: Deadline, lock_limit: Deadline) -> None:
        """Begin a transaction that leaves its number in ``msgcore_writer``, for when its commit is lost."""
        self.number += 1
        self._begin(
            f"begin isolation level read committed; set local lock_timeout = {_milliseconds(lock_limit)};"
            f" insert into msgcore_writer (uid, number, since) values ('{self.uid}', {self.number}, now())"
            " on conflict (uid) do update set number = excluded.number, since = excluded.since",
            limit,
        )

    def write_at_once(self, steps: str, parameters: Sequence[SqlValue], limit: Deadline) -> list[Row]:
        """Run one statement as a transaction of its own, which leaves its number like any other, in one round trip."""
        self.number += 1
        self.failure = None
        self._raw.limit = limit.later(_GRACE_SECONDS)
        return self.rows(f"with msgcore_writes as ({_NOTE_WRITER}), {steps}", (self.uid, self.number, *parameters))

    def begin_alone(self) -> None:
        """Begin a transaction that no other process migrates the namespace beside."""
        self._begin("begin isolation level read committed", NEVER)
        self.row("select pg_advisory_xact_lock(hashtextextended(?, 0))", [f"msgcore {self._namespace}"])

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
