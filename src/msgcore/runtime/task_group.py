"""The group of asyncio callers: one task a coroutine."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

from msgcore.errors import OperationCancelled
from msgcore.runtime.thread_group import first_of

__all__ = ["TaskGroup"]


class TaskGroup:
    """Coroutines side by side in tasks.

    Other than ``asyncio.TaskGroup``, an error of one leaves the others alone, as it does between threads. When the
    block itself is cut (its task or its call is cancelled), they are cancelled, too.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._errors: list[BaseException] = []

    def start(self, coroutine: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._errors.append(error)

    async def __aenter__(self) -> TaskGroup:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OperationCancelled) or not isinstance(error, Exception | None):
            self._cancel_all()
        cut: asyncio.CancelledError | None = None
        while self._tasks:
            try:
                await asyncio.wait(self._tasks)
            except asyncio.CancelledError as cancelled:
                cut = cancelled
                self._cancel_all()
        if cut is not None:
            raise cut
        if error is not None:
            first_of([error, *self._errors])
        elif self._errors:
            raise first_of(self._errors)

    def _cancel_all(self) -> None:
        for task in self._tasks:
            task.cancel()
