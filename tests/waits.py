"""The waits of an event loop, at each of which something may happen."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any, cast

__all__ = ["Waits"]


class Waits:
    """The waits of a loop's tasks, at one of which something happens: when it is over, and its task not on yet."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens = happens
        self.left = 0
        self.since: int | None = None
        """How many waits have begun since it happened."""

    def begin(self, at: int) -> None:
        self.left, self.since = at, None

    def start(
        self, loop: asyncio.AbstractEventLoop, coroutine: Any, *, context: Context | None = None
    ) -> asyncio.Task[Any]:
        """Make a task; for ``set_task_factory``."""
        driven = cast(Coroutine[Any, Any, Any], self._drive(coroutine))
        task = asyncio.Task(driven, loop=loop, context=context)
        task.add_done_callback(lambda _: coroutine.close())  # one that was never begun
        return task

    @types.coroutine
    def _drive(self, coroutine: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        raised: BaseException | None = None
        while True:
            try:
                waited_for = coroutine.send(None) if raised is None else coroutine.throw(raised)
            except StopIteration as stop:
                return stop.value
            self.left -= 1
            if self.since is not None:
                self.since += 1
            if self.left == 0:
                self._watch(waited_for)
            try:
                raised = None
                yield waited_for
            except BaseException as error:
                raised = error

    def _watch(self, waited_for: Any) -> None:
        def is_over(_: object = None) -> None:
            self.since = 0
            self.happens()

        if waited_for is None:
            is_over()
            return
        waited_for._asyncio_future_blocking = False
        waited_for.add_done_callback(is_over)
        waited_for._asyncio_future_blocking = True
