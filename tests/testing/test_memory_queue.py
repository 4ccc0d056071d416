"""The queue in memory: the suite for every queue, and the machine that knows what a queue has to say."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import settings

from msgcore.model import Deferred
from msgcore.mta.queue.contract import QueueStore
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, Runtime
from msgcore.testing.memory_queue import MemoryQueue, QueueMemory
from msgcore.testing.queues import Desk, QueueConformance, Run
from msgcore.testing.queues.desk import report_about
from tests.conftest import SOAK
from tests.mta.queue.test_queue_machine import QueueMachine

T = TypeVar("T")


class TestMemoryQueue(QueueConformance):
    @pytest.fixture(autouse=True)
    def memory(self) -> None:
        self._memory = QueueMemory()

    def open_queue(self, runtime: Runtime, place: Path) -> AbstractAsyncContextManager[QueueStore]:
        @asynccontextmanager
        async def opened() -> AsyncGenerator[QueueStore]:
            yield MemoryQueue(self._memory, runtime)

        return opened()

    def test_a_delay_is_reported_once(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            await desk.accept("bob")
            for number in range(2):
                claim = next(one for one in await desk.claim() if one.message.transfer_id == "t1")
                delayed = report_about(claim, kind="delayed", transfer_id=f"t1/{number}")
                await desk.settle(claim, Deferred(451), after=timedelta(), reports=[delayed])
            return await desk.queue.waiting(NEVER)

        assert run(story) == 2


class MemoryQueueMachine(QueueMachine):
    """Two queues on one memory, which stays when whoever worked has forgotten everything."""

    def __init__(self) -> None:
        self._memory = QueueMemory()
        super().__init__()

    def _open(self) -> None:
        """There is nothing to open."""

    def _close(self) -> None:
        """There is nothing to close."""

    def _at(self, story: Callable[[SqlQueue], Coroutine[Any, Any, T]], which: int = 0) -> T:
        # A queue is all that a story asks for.
        return self._runtime.run(story(cast(SqlQueue, MemoryQueue(self._memory, self._runtime))))


TestMemoryQueueMachine = MemoryQueueMachine.TestCase
TestMemoryQueueMachine.settings = settings(max_examples=2_000 if SOAK else 60, stateful_step_count=30, deadline=None)
