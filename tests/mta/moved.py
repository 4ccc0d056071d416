"""Runtimes whose clocks a test moves, so that nobody waits for a lease or a retry."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from msgcore.runtime import AsyncioRuntime, BlockingRuntime
from tests.runtime.modes import Mode

__all__ = ["MovedClock", "moved_runtime"]


@attrs.define
class MovedClock:
    """How far ahead of the machine's own clocks a test is: the time of day, and the seconds that never go back."""

    wall_seconds: float = 0.0
    monotonic_seconds: float = 0.0

    def move(self, seconds: float) -> None:
        self.wall_seconds += seconds
        self.monotonic_seconds += seconds


class _MovedBlockingRuntime(BlockingRuntime):
    def __init__(self, clock: MovedClock) -> None:
        super().__init__()
        self._moved = clock

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._moved.wall_seconds)

    def monotonic(self) -> float:
        return super().monotonic() + self._moved.monotonic_seconds


class _MovedAsyncioRuntime(AsyncioRuntime):
    def __init__(self, clock: MovedClock) -> None:
        super().__init__()
        self._moved = clock

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._moved.wall_seconds)

    def monotonic(self) -> float:
        return super().monotonic() + self._moved.monotonic_seconds


def moved_runtime(mode: Mode, clock: MovedClock) -> BlockingRuntime | AsyncioRuntime:
    return _MovedBlockingRuntime(clock) if mode is Mode.BLOCKING else _MovedAsyncioRuntime(clock)
