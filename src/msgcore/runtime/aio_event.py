"""The event of asyncio callers: who waits on the loop where it is set costs no trip through another thread's way in."""

from __future__ import annotations

import asyncio
import threading

from msgcore.base.times import Deadline
from msgcore.runtime.abc import NEVER
from msgcore.runtime.cancel import Calls
from msgcore.runtime.waits import complete, post, until

__all__ = ["AsyncioEvent"]


class AsyncioEvent:
    """A flag; :meth:`set` and :meth:`clear` work from any thread, and tasks of any loop may wait."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._guard = threading.Lock()
        self.is_set = False
        self._waiters: set[asyncio.Future[None]] = set()

    def set(self) -> None:
        with self._guard:
            self.is_set = True
            waiters, self._waiters = self._waiters, set()
        if waiters:
            here = asyncio._get_running_loop()  # the public one raises in other threads
            for waiter in waiters:
                loop = waiter.get_loop()
                if loop is here:
                    complete(waiter)
                else:
                    post(loop, complete, waiter)

    def clear(self) -> None:
        with self._guard:
            self.is_set = False

    async def wait(self, deadline: Deadline = NEVER) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._guard:
            if self.is_set:
                return
            self._waiters.add(waiter)
        try:
            await until(waiter, self._calls, deadline, "wait")
        finally:
            with self._guard:
                self._waiters.discard(waiter)
