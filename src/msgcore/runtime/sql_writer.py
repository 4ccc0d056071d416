"""The one thread of a process that writes to a database file.

Theory of operation: callers queue functions. The thread takes the database's write lock, then everything that is queued
by now, runs each function in a savepoint of its own and commits all at once: one wait for the disk serves every caller
that came while the last one lasted. A future is completed only after COMMIT has returned. Until a function begins, its
future is pending and its owner may withdraw it with ``cancel()``; from then on it runs to its end. A function that
raises undoes its own changes only. What triggers note of the changes is told in order, before anybody hears that his
are done. When SQLite has rolled back the whole transaction (disk full), nobody's changes stand, and all of them are
told so.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import attrs

from msgcore.errors import MsgcoreError, StoreBusy, StoreError, UsageError
from msgcore.runtime.sql_connection import Connection, Note

__all__ = ["IDLE_SECONDS", "Writer"]

T = TypeVar("T")

IDLE_SECONDS = 5.0

# More would keep the first of them waiting, and gain nothing.
_GROUP = 1_000


@attrs.define(eq=False)
class _Work:
    function: Callable[[Connection], Any]
    future: Future[Any]
    result: Any = None
    error: BaseException | None = None
    notes: Sequence[Note] = ()


class Writer:
    """Write to one file, in group commits.

    ``ready_connection`` makes the connection that the thread then owns, or readies the one that it has; ``tell`` takes
    what triggers noted.
    """

    def __init__(
        self,
        ready_connection: Callable[[Connection | None], Connection],
        tell: Callable[[Sequence[Note]], None],
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._ready = ready_connection
        self._tell = tell
        self._idle_seconds = idle_seconds
        self._changed = threading.Condition()
        self._queue: deque[_Work] = deque()
        self._thread: threading.Thread | None = None
        self._is_serving = False
        self._is_closed = False

    def submit(self, function: Callable[[Connection], T]) -> Future[T]:
        """Queue a function; ``cancel()`` of its future withdraws it as long as it has not begun."""
        if threading.current_thread() is self._thread:
            raise UsageError("a function that writes would wait for a write behind itself; do both in one function")
        future: Future[T] = Future()
        with self._changed:
            if self._is_closed:
                raise StoreError("the database is closed")
            if not self._is_serving:
                self._thread = threading.Thread(target=self._serve, name="msgcore writer", daemon=True)
                self._thread.start()
                self._is_serving = True
            self._queue.append(_Work(function, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Take no more, run what is queued, and wait for the thread's end."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _serve(self) -> None:
        connection: Connection | None = None
        try:
            while self._has_work():
                connection = self._write_group(connection)
        finally:
            _close(connection)

    def _has_work(self) -> bool:
        """Wait for work; without any for a while, or at close, end the service."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closed, self._idle_seconds)
            self._is_serving = bool(self._queue)
            return self._is_serving

    def _count(self) -> int:
        with self._changed:
            return min(len(self._queue), _GROUP)

    def _next(self) -> _Work | None:
        """Take the first work from the queue and begin it; ``None`` when its owner withdrew it."""
        with self._changed:
            work = self._queue.popleft()
        return work if work.future.set_running_or_notify_cancel() else None

    def _write_group(self, connection: Connection | None) -> Connection | None:
        """Run and commit what is queued; give the connection back, or ``None`` when it is not to be used again."""
        begun: list[_Work] = []
        try:
            connection = self._ready(connection)
            connection.run("BEGIN IMMEDIATE")
        except BaseException as error:
            begun += (work for _ in range(self._count()) if (work := self._next()))
            _close(connection)
            connection = None
            _fail(begun, error)
        else:
            try:
                self._run(connection, begun)
                connection.run("COMMIT")
            except BaseException as error:  # what is on the disk is unknown, or nothing
                _close(connection)
                connection = None
                _fail(begun, error)
            else:
                self._tell([note for work in begun for note in work.notes])
        for work in begun:
            _settle(work)
        return connection

    def _run(self, connection: Connection, begun: list[_Work]) -> None:
        """Run the functions that are queued by now, as long as the transaction stands."""
        for _ in range(self._count()):
            work = self._next()
            if work is not None:
                begun.append(work)
                _run_one(connection, work)
                if not connection.is_in_transaction:
                    raise work.error or StoreError("the transaction is gone")


def _run_one(connection: Connection, work: _Work) -> None:
    try:
        connection.run("SAVEPOINT work")
        work.result = work.function(connection)
        if not connection.is_in_transaction:
            raise StoreError("the function ended the transaction that it ran in")
        connection.run("RELEASE work")
        work.notes = connection.take_notes()
    except BaseException as error:  # raised in the thread that waits
        work.error = error
        connection.take_notes()
        if connection.is_in_transaction:
            connection.run("ROLLBACK TO work")
            connection.run("RELEASE work")


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


def _close(connection: Connection | None) -> None:
    if connection is not None:
        # Whatever it cannot do any more, its transaction ends with it.
        with contextlib.suppress(MsgcoreError):
            connection.close()
