"""How often something may be done, by threads, tasks, or both."""

from __future__ import annotations

import threading

from msgcore.base.times import Deadline
from msgcore.errors import TimedOut
from msgcore.runtime.abc import Runtime

__all__ = ["Pace"]


class Pace:
    """Says when each use may begin: spread evenly, but for a tenth of a minute's that may come at once."""

    def __init__(self, runtime: Runtime, per_minute: int | None) -> None:
        self._runtime = runtime
        self._guard = threading.Lock()
        self._step_seconds = 60.0 / per_minute if per_minute else 0.0
        self._ahead_seconds = (max(1, (per_minute or 0) // 10) - 1) * self._step_seconds
        self._next = 0.0  # when the next use is due

    async def keep(self, deadline: Deadline) -> None:
        """Wait until the next use may begin; who does not wait to the end leaves his turn to a later one."""
        if not self._step_seconds:
            return
        with self._guard:
            now = self._runtime.monotonic()
            due = max(now, self._next)
            self._next = due + self._step_seconds
        wait_seconds = due - self._ahead_seconds - now
        if wait_seconds <= 0:
            return
        try:
            await self._runtime.sleep(wait_seconds, deadline)
        except BaseException as error:
            with self._guard:
                self._next -= self._step_seconds
            if isinstance(error, TimedOut):
                raise TimedOut(f"{60 / self._step_seconds:g} a minute: no turn until the deadline") from error
            raise
