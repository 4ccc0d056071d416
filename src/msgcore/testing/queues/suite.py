"""How the suite for queues is told what it tests, and how it runs a story at a queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from msgcore.mta.queue.contract import QueueStore
from msgcore.runtime.abc import Runtime
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.conformance import Conformance
from msgcore.testing.modes import Mode, call
from msgcore.testing.queues.desk import Desk

__all__ = ["QueueSuite", "Run"]

T = TypeVar("T")


class Run(Protocol):
    def __call__(self, story: Callable[[Desk], Awaitable[T]]) -> T:
        """Run a story at a desk of its own."""
        ...


class QueueSuite(Conformance):
    """What a project says of its queue."""

    def open_queue(self, runtime: Runtime, place: Path) -> AbstractAsyncContextManager[QueueStore]:
        """Open the queue that is kept at ``place``, an empty folder to begin with; it is opened twice at once."""
        raise NotImplementedError(f"{type(self).__qualname__} has to say how its queue is opened")

    @pytest.fixture
    def run(self, mode: Mode, tmp_path: Path) -> Run:
        return self._runner(mode, tmp_path)

    @pytest.fixture
    def run_on_loop(self, tmp_path: Path) -> Run:
        return self._runner(Mode.ASYNCIO, tmp_path)

    def _runner(self, mode: Mode, place: Path) -> Run:
        def run(story: Callable[[Desk], Awaitable[T]]) -> T:
            clock = ManualClock()

            async def main(runtime: Runtime) -> T:
                async with self.open_queue(runtime, place) as queue, self.open_queue(runtime, place) as other:
                    return await story(Desk(queue, other, clock, runtime))

            return call(runtime_on(mode, clock), main)

        return run
