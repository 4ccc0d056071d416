"""Lock, written once for threads, tasks and any mixture of the two, and the event of blocking callers.

Theory of operation: the state is a few fields under a small ``threading.Lock`` that nobody holds while waiting. A
waiter is a ``concurrent.futures.Future`` in a queue and waits through its own ``runtime.wait``. A lock that is released
is handed to the first waiter, so it never is free in between; a waiter that gave up after that passes it on.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from types import TracebackType

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.runtime.abc import NEVER, Runtime

__all__ = ["Event", "Lock"]


class Lock:
    """Mutual exclusion; first come, first served, and not reentrant."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._guard = threading.Lock()
        self._is_held = False
        self._waiters: deque[Future[None]] = deque()

    async def acquire(self, deadline: Deadline = NEVER) -> None:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            turn: Future[None] = Future()
            self._waiters.append(turn)
        try:
            await self._runtime.wait(turn, deadline)
        except BaseException:
            with self._guard:
                was_handed_over = turn not in self._waiters
                if not was_handed_over:
                    self._waiters.remove(turn)
            if was_handed_over:
                self.release()
            raise

    def release(self) -> None:
        """Hand the lock to the first waiter, or set it free.

        Raises:
            UsageError: nobody holds it.
        """
        with self._guard:
            if not self._is_held:
                raise UsageError("release() of a lock that nobody holds")
            if not self._waiters:
                self._is_held = False
                return
            turn = self._waiters.popleft()
        turn.set_result(None)

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Event:
    """A flag; :meth:`set` and :meth:`clear` work from any thread."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._guard = threading.Lock()
        self._is_set = False
        self._waiters: set[Future[None]] = set()

    @property
    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        with self._guard:
            self._is_set = True
            waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            waiter.set_result(None)

    def clear(self) -> None:
        with self._guard:
            self._is_set = False

    async def wait(self, deadline: Deadline = NEVER) -> None:
        with self._guard:
            if self._is_set:
                return
            waiter: Future[None] = Future()
            self._waiters.add(waiter)
        try:
            await self._runtime.wait(waiter, deadline)
        finally:
            with self._guard:
                self._waiters.discard(waiter)
