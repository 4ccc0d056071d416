"""The one writer of a process to a database file.

Theory of operation: callers queue functions for a thread of the writer's. The thread takes the database's write lock,
then everything that is queued by now, runs each function in a savepoint of its own and commits all at once: one wait
for the disk serves every caller that came while the last one lasted. A future is completed only after COMMIT has
returned. Until a function begins, its future is pending and its owner may withdraw it with ``cancel()``; so he does
at his deadline, and as long as somebody waits, the thread waits for other processes. Who has no deadline is told that
they are at it (``StoreBusy``). Once begun, a function runs to its end; only the first of a transaction is ended at its
deadline, for nobody else's changes may be undone with it. A function that raises undoes its own changes only. Unless
all raised, ``tell`` is called before anybody hears that his changes are done. When SQLite has rolled back the whole
transaction (disk full), nobody's changes stand, and all of them are told so. Work that is to run alone (VACUUM) waits
for its turn like any other, and runs without a transaction.

As long as nobody else of this process writes, a transaction is run by its caller's own thread (``run_here``): handing
it to another one and back costs as much as the transaction itself, but for the disk. Whoever comes meanwhile queues.
Who must not wait for the disk either runs a short function and leaves its transaction open (``begin_here``): the
thread commits it, with what has come meanwhile. Two threads that both are at Python code take the interpreter's lock
from each other at every statement, and that costs more than most statements. Nothing is begun without a thread that
will commit it: it is started before, where there is none, and does not end while somebody has the right to write.

Such a caller may be interrupted between any two steps (Ctrl-C). So the right to write is a lock, which ``with`` takes
and gives back with nothing between; one of the interpreter's own, as ``threading.Condition`` is Python code that may be
interrupted just when it has taken its lock. A connection is not used again when its transaction was interrupted. Who is
interrupted when what it began is complete leaves it to the thread, which finds it at the next call, or once it has been
idle for long enough to end.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Generic, TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, StoreBusy, StoreClosed, StoreError, UsageError
from msgcore.runtime.abc import NEVER
from msgcore.runtime.sql.connection import Connection
from msgcore.runtime.sql.promise import Promise
from msgcore.runtime.sql.sqlite_connection import SqliteConnection

__all__ = ["IDLE_SECONDS", "Writer"]

T = TypeVar("T")

IDLE_SECONDS = 5.0

# More would keep the first of them waiting, and gain nothing.
_GROUP = 1_000


@attrs.define(eq=False)
class _Work:
    function: Callable[[SqliteConnection], Any]
    future: Future[Any]
    deadline: Deadline = NEVER
    is_alone: bool = False
    since: float = attrs.field(factory=time.monotonic)
    result: Any = None
    error: BaseException | None = None


@attrs.frozen
class Done(Generic[T]):
    """What a function gave."""

    result: T


class Writer:
    """Write to one file, in group commits.

    ``open_connection`` makes the connection that the thread then owns; ``tell`` is called after each commit.
    """

    def __init__(
        self,
        open_connection: Callable[[], SqliteConnection],
        tell: Callable[[], None],
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._open = open_connection
        self._tell = tell
        self._idle_seconds = idle_seconds
        self._guard = threading.RLock()
        self._changed = threading.Condition(self._guard)
        self._queue: deque[_Work] = deque()
        self._thread: threading.Thread | None = None
        self._is_serving = False
        self._is_closed = False
        self._connection: SqliteConnection | None = None
        # What has run in a transaction that is still open, until that is committed.
        self._begun: tuple[SqliteConnection, _Work] | None = None
        # Who has it writes, and has the connection.
        self._turn = threading.Lock()
        self._owner: int | None = None

    @property
    def is_free(self) -> bool:
        return not self._turn.locked() and not self._queue and self._begun is None

    def run_here(self, function: Callable[[Connection], T], deadline: Deadline = NEVER) -> Done[T] | None:
        """Run a function in this thread, as one transaction; ``None`` when somebody else is writing: submit it then."""
        if not self.is_free:
            return None
        with self._turn:  # who was quicker is waited for
            if self._is_closed or self._begun is not None:
                return None
            self._owner = threading.get_ident()
            try:
                return self._run_here(function, deadline)
            finally:
                self._owner = None

    def _run_here(self, function: Callable[[SqliteConnection], T], deadline: Deadline) -> Done[T] | None:
        connection, self._connection = self._connection or self._open(), None
        try:
            if not connection.try_begin_alone():
                self._connection = connection
                return None
            result = _within(deadline, connection, function)
        except BaseException as error:
            self._connection = _undone(connection, error)
            raise
        try:
            connection.commit()
        except BaseException:  # what is on the disk is unknown, or nothing
            _close(connection)
            raise
        self._connection = connection
        self._tell()
        return Done(result)

    def begin_here(self, function: Callable[[Connection], T]) -> Future[T] | None:
        """Run a short function in this thread, and give the future of its commit, for which this does not wait.

        ``None`` when somebody else is writing, or nobody has written yet: then it is not short.
        """
        if not self.is_free:
            return None
        with self._turn:
            if self._begun is not None or self._connection is None or not self._has_thread():
                return None
            self._owner = threading.get_ident()
            connection, self._connection = self._connection, None
            try:
                if not connection.try_begin_alone():
                    self._connection = connection
                    return None
                future: Promise[T] = Promise()
                future.set_running_or_notify_cancel()
                work = _Work(function, future, result=_in_transaction(connection, function))
                self._begun = connection, work
            except BaseException as error:
                self._connection = _undone(connection, error)
                raise
            finally:
                self._owner = None
        self._wake()
        return future

    def begun(self) -> Future[Any] | None:
        """Give the future of what :meth:`begin_here` began, if it has not been committed yet."""
        begun = self._begun
        if begun is None:
            return None
        self._wake()  # whoever began it may have been interrupted just then
        return begun[1].future

    def _has_thread(self) -> bool:
        """See that there is a thread to commit what is begun; not after close, or when the system gives no more."""
        with self._guard:
            if self._is_closed:
                return False
            try:
                self._start()
            except RuntimeError:
                return False
            return True

    def submit(self, function: Callable[[Connection], T], deadline: Deadline = NEVER) -> Future[T]:
        """Queue a function; ``cancel()`` of its future, which is due at the deadline, withdraws it until it begins."""
        return self._submit(function, deadline, is_alone=False)

    def submit_alone(self, function: Callable[[SqliteConnection], T], deadline: Deadline = NEVER) -> Future[T]:
        """Queue a function that runs in no transaction, between those of others; as :meth:`submit` does."""
        return self._submit(function, deadline, is_alone=True)

    def _submit(self, function: Callable[[SqliteConnection], T], deadline: Deadline, *, is_alone: bool) -> Future[T]:
        if threading.get_ident() == self._owner:
            raise UsageError("a function that writes would wait for a write behind itself; do both in one function")
        future: Promise[T] = Promise()
        with self._guard:
            if self._is_closed:
                raise StoreClosed("the database is closed")
            self._start()  # first: what cannot be is not queued
            self._queue.append(_Work(function, future, deadline, is_alone))
            self._changed.notify()
        return future

    def _start(self) -> None:
        if not self._is_serving:
            self._thread = threading.Thread(target=self._serve, name="msgcore writer", daemon=True)
            self._thread.start()
            self._is_serving = True

    def _wake(self) -> None:
        with self._guard:
            self._changed.notify()

    def close(self) -> None:
        """Take no more, run what is queued, and wait for the thread's end."""
        with self._guard:
            self._is_closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()
        with self._turn:
            connection, self._connection = self._connection, None
            _close(connection)

    def _serve(self) -> None:
        while self._has_work():
            with self._turn:
                self._owner = threading.get_ident()
                try:
                    self._connection, done = self._write_group(self._connection)
                finally:
                    self._owner = None
            # Who hears of it may write at once.
            for work in done:
                _settle(work)

    def _has_work(self) -> bool:
        """Wait for work; without any for a while, or at close, end the service."""
        with self._guard:
            self._changed.wait_for(lambda: self._is_wanted or self._is_closed, self._idle_seconds)
            # Who has the right to write may be about to leave something begun.
            self._is_serving = self._is_wanted or self._turn.locked()
            return self._is_serving

    @property
    def _is_wanted(self) -> bool:
        return bool(self._queue) or self._begun is not None

    def _count(self) -> int:
        with self._guard:
            return min(len(self._queue), _GROUP)

    def _is_next_alone(self) -> bool:
        with self._guard:
            return bool(self._queue) and self._queue[0].is_alone

    def _next(self) -> _Work | None:
        """Take the first work from the queue and begin it; ``None`` when its owner withdrew it."""
        with self._guard:
            work = self._queue.popleft()
        return work if work.future.set_running_or_notify_cancel() else None

    def _write_group(self, connection: SqliteConnection | None) -> tuple[SqliteConnection | None, list[_Work]]:
        """Run and commit what is queued, and give what is to be told of it.

        The connection is given back, too, or ``None`` when it is not to be used again.
        """
        if not self._is_wanted:
            return connection, []
        begun: list[_Work] = []
        try:
            if self._begun is not None:
                connection, first = self._begun
                begun.append(first)
            else:
                connection = connection or self._open()
                if not connection.begin_alone_while(partial(self._is_waited_for, connection)):
                    return connection, []
                if self._is_next_alone():
                    connection.roll_back()
                    return connection, self._run_alone(connection)
        except BaseException as error:
            begun += (work for _ in range(self._count()) if (work := self._next()))
            _close(connection)
            connection = None
            _fail(begun, error)
        else:
            try:
                self._run(connection, begun)
                connection.commit()
            except BaseException as error:  # what is on the disk is unknown, or nothing
                _close(connection)
                connection = None
                _fail(begun, error)
            else:
                if any(work.error is None for work in begun):
                    self._tell()
        self._begun = None
        return connection, begun

    def _is_waited_for(self, connection: SqliteConnection, waited_seconds: float) -> bool:
        """Say whether anybody in the queue still waits for other processes; who has no deadline, not for too long."""
        latest = time.monotonic() - connection.busy_seconds
        is_long = waited_seconds >= connection.busy_seconds
        with self._guard:
            ended = [
                work
                for work in self._queue
                if work.future.cancelled() or (is_long and work.since <= latest and math.isinf(work.deadline.at))
            ]
            for work in ended:
                self._queue.remove(work)
            is_wanted = bool(self._queue)
        for work in ended:
            if work.future.set_running_or_notify_cancel():
                work.error = connection.busy()
                _settle(work)
        return is_wanted

    def _run_alone(self, connection: SqliteConnection) -> list[_Work]:
        work = self._next()
        if work is None:
            return []
        try:
            # Whoever was quicker between the two, and readers, of whom nothing more of the log may be looked at.
            connection.wait_for_others(is_wanted=True)
            try:
                work.result = work.function(connection)
            finally:
                connection.wait_for_others(is_wanted=False)
        except BaseException as error:  # raised in the thread that waits
            work.error = error
        return [work]

    def _run(self, connection: SqliteConnection, begun: list[_Work]) -> None:
        """Run the functions that are queued by now, as long as the transaction stands."""
        for _ in range(self._count()):
            if self._is_next_alone():
                return
            work = self._next()
            if work is not None:
                begun.append(work)
                _run_one(connection, work, work.deadline if begun == [work] else NEVER)
                if not connection.is_in_transaction:
                    raise work.error or StoreError("the transaction is gone")


def _in_transaction(connection: SqliteConnection, function: Callable[[SqliteConnection], T]) -> T:
    result = function(connection)
    if not connection.is_in_transaction:
        raise StoreError("the function ended the transaction that it ran in")
    return result


def _within(deadline: Deadline, connection: SqliteConnection, function: Callable[[SqliteConnection], T]) -> T:
    connection.limit_to(deadline)
    try:
        return _in_transaction(connection, function)
    finally:
        connection.limit_to(NEVER)


def _undone(connection: SqliteConnection, error: BaseException) -> SqliteConnection | None:
    """Undo a transaction; give the connection, or ``None`` when it is not to be used again."""
    # What was interrupted may stand between two settings.
    if not isinstance(error, Exception) or not connection.is_in_transaction:
        _close(connection)
        return None
    try:
        connection.roll_back()
    except BaseException as another:
        _close(connection)
        if not isinstance(another, MsgcoreError):
            raise
        return None
    return connection


def _run_one(connection: SqliteConnection, work: _Work, deadline: Deadline) -> None:
    try:
        connection.run("savepoint work")
        work.result = _within(deadline, connection, work.function)
        connection.run("release work")
    except BaseException as error:  # raised in the thread that waits
        work.error = error
        if connection.is_in_transaction:
            connection.run("rollback to work")
            connection.run("release work")


def _fail(begun: list[_Work], error: BaseException) -> None:
    """Tell everybody whose changes are lost; who has an error of his own keeps that."""
    for work in begun:
        work.error = work.error or _copy(error)


def _settle(work: _Work) -> None:
    if work.error is not None:
        work.future.set_exception(work.error)
    else:
        work.future.set_result(work.result)


def _copy(error: BaseException) -> MsgcoreError:
    """Give each waiter an error of its own: threads that raise the same one would mix their tracebacks."""
    kind = type(error) if isinstance(error, StoreError | StoreBusy) else StoreError
    copy = kind(str(error))
    copy.__cause__ = error
    return copy


def _close(connection: SqliteConnection | None) -> None:
    """Undo what is not committed, and close; whatever it cannot do any more, its transaction ends with it."""
    if connection is None:
        return
    try:
        # Closing alone leaves it open as long as somebody holds rows that were not read to their end.
        with contextlib.suppress(MsgcoreError):
            connection.roll_back()
    finally:
        with contextlib.suppress(MsgcoreError):
            connection.close()
