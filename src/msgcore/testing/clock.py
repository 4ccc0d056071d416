"""A clock that tests move, and real runtimes that go by it."""

from __future__ import annotations

import math
import threading
from concurrent.futures import Future
from datetime import datetime, timedelta

from msgcore.base.times import Deadline, SystemClock
from msgcore.errors import TimedOut, UsageError
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Runtime
from msgcore.testing.modes import Mode

__all__ = ["ManualClock", "runtime_on"]

_STILL_MONOTONIC = 1_000.0

# What is left of a deadline after moving to it is a rounding error below this; above, it goes by another clock.
_ROUNDING_SECONDS = 1e-3


class ManualClock:
    """A :class:`~msgcore.base.times.Clock` that stands still at ``start``, but for what it is moved by.

    Without ``start`` it goes with the machine's clocks, ahead of them by what it was moved by. It may be moved from any
    thread.

    Raises:
        UsageError: ``start`` is naive.
    """

    def __init__(self, start: datetime | None = None) -> None:
        if start is not None and start.tzinfo is None:
            raise UsageError(f"{start} is naive; give it a tzinfo")
        self._start = start
        self._system = SystemClock()
        self._guard = threading.Lock()
        self._moved_seconds = 0.0
        self._stepped = timedelta()
        self._alarms: list[tuple[Deadline, Future[None]]] = []

    def now(self) -> datetime:
        moved = timedelta(seconds=self._moved_seconds) + self._stepped
        return (self._system.now() if self._start is None else self._start) + moved

    def monotonic(self) -> float:
        return (self._system.monotonic() if self._start is None else _STILL_MONOTONIC) + self._moved_seconds

    @property
    def moved(self) -> timedelta:
        """How far :meth:`move` has taken it."""
        return timedelta(seconds=self._moved_seconds)

    def move(self, by: float | timedelta) -> None:
        """Let time pass: seconds, or a timedelta.

        Raises:
            UsageError: time does not go back; :meth:`step` sets the time of day.
        """
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        if not 0 <= seconds < math.inf:
            raise UsageError(f"move by {by}: time only goes on; step() sets the time of day")
        with self._guard:
            self._moved_seconds += seconds
        self._ring()

    def move_to(self, deadline: Deadline) -> None:
        """Let time pass until a deadline has come."""
        self.move(deadline.remaining_seconds())
        while 0 < deadline.remaining_seconds() < _ROUNDING_SECONDS:
            self.move(math.ulp(self.monotonic()))

    def step(self, by: timedelta) -> None:
        """Set the time of day on or back, as an administrator does; ``monotonic()`` does not notice."""
        self._stepped += by

    def alarm(self, end: Deadline) -> Future[None]:
        """Give a future that is done once the clock has been moved to ``end``."""
        future: Future[None] = Future()
        with self._guard:
            self._alarms.append((end, future))
        self._ring()
        return future

    def _ring(self) -> None:
        with self._guard:
            due = [future for end, future in self._alarms if end.is_past]
            self._alarms = [(end, future) for end, future in self._alarms if future not in due]
        for future in due:
            future.set_result(None)


def runtime_on(mode: Mode, clock: ManualClock) -> BlockingRuntime | AsyncioRuntime:
    """Make a real runtime that tells this clock's time: on it deadlines, leases and retries are measured.

    A ``sleep`` ends when the clock is moved far enough. Any other wait that stands already does not notice a move: move
    first, or use a ``ScriptedRuntime``. On a clock that stands still, a socket's wait never comes to its deadline.
    """
    return _BlockingOnClock(clock) if mode is Mode.BLOCKING else _AsyncioOnClock(clock)


class _BlockingOnClock(BlockingRuntime):
    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._manual = clock

    def now(self) -> datetime:
        return self._manual.now()

    def monotonic(self) -> float:
        return self._manual.monotonic()

    async def sleep(self, seconds: float, deadline: Deadline = NEVER) -> None:
        await _sleep(self, self._manual, seconds, deadline)


class _AsyncioOnClock(AsyncioRuntime):
    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._manual = clock

    def now(self) -> datetime:
        return self._manual.now()

    def monotonic(self) -> float:
        return self._manual.monotonic()

    async def sleep(self, seconds: float, deadline: Deadline = NEVER) -> None:
        await _sleep(self, self._manual, seconds, deadline)


async def _sleep(runtime: Runtime, clock: ManualClock, seconds: float, deadline: Deadline) -> None:
    end = Deadline.after(seconds, clock)
    first = end if end.remaining_seconds() <= deadline.remaining_seconds() else deadline
    try:
        # The machine's time counts, too, for a clock that goes with it.
        await runtime.wait(clock.alarm(first), first)
    except TimedOut:
        if not first.is_past:
            raise
    if not end.is_past:
        deadline.check("sleep")
