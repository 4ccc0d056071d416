"""Threads for functions that may never return: they are daemons, so a process ends without waiting for them."""

from __future__ import annotations

import contextvars
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

__all__ = ["DaemonWorkers", "refuse_exit"]

T = TypeVar("T")

_IDLE_SECONDS = 30.0

Job = Callable[[], None]


class DaemonWorkers:
    """A pool of at most ``threads`` threads; each begins when there is work for it and ends when there was none."""

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._threads = threads
        self._is_closed = False
        self._begin()

    def _begin(self) -> None:
        self._guard = threading.Lock()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._alive = 0
        self._outstanding = 0
        self._process_id = os.getpid()

    def submit(self, function: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        context = contextvars.copy_context()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                context.run(_settle, future, function)

        if self._process_id != os.getpid():  # the threads stayed in the parent of this fork, and so does their work
            self._begin()
        with self._guard:
            self._outstanding += 1
            if self._alive < min(self._outstanding, self._threads):
                threading.Thread(target=self._main, name=self._name, daemon=True).start()
                self._alive += 1
            self._jobs.put(work)
        return future

    def _main(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=_IDLE_SECONDS)
            except Empty:
                job = None
            if job is None:
                with self._guard:
                    if self._is_closed or self._jobs.empty():
                        self._alive -= 1
                        return
                continue
            job()
            with self._guard:
                self._outstanding -= 1

    def close(self) -> None:
        with self._guard:
            self._is_closed = True
            for _ in range(self._alive):
                self._jobs.put(None)


def refuse_exit(error: SystemExit) -> None:
    """See that it may be a signal handler's: in another thread than the main one, it would end what others work on.

    Raises:
        RuntimeError: somebody else's code called ``sys.exit()``.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError(f"{type(error).__name__}: {error}") from error


def _settle(future: Future[T], function: Callable[[], T]) -> None:
    try:
        result = function()
    except Exception as error:  # whatever it is, it belongs to the waiter
        future.set_exception(error)
    except BaseException as error:  # sys.exit() in a thread of its own ends nothing, and no task is cancelled by it
        future.set_exception(RuntimeError(f"{type(error).__name__}: {error}"))
    else:
        future.set_result(result)
