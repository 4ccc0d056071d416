"""A coroutine that works beside the calls of a runtime, until it ends by itself or is cancelled."""

from __future__ import annotations

import os
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

from msgcore.base.times import Deadline
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.runtime.cancel import Call, Calls, entered

__all__ = ["BackgroundWork"]


class BackgroundWork:
    """The work and its end; see :meth:`msgcore.runtime.abc.Runtime.in_background`.

    It is a call of its own, which is not among those that the runtime's ``cancel()`` ends.
    """

    def __init__(self, runtime: Runtime, calls: Calls, coroutine: Coroutine[Any, Any, object]) -> None:
        self.ended: Future[None] = Future()
        self.holder: object = None
        """Whatever runs it: a loop keeps no hold of its tasks."""
        self._process = os.getpid()
        self._runtime = runtime
        self._call = Call(calls)
        self._coroutine = coroutine

    async def main(self) -> None:
        """Do the work; for the thread or task that it was given."""
        with entered(self._call):
            await self._coroutine

    def settle(self, error: BaseException | None) -> None:
        """Note the end; only the first one counts."""
        self._call.is_over = True
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)

    @property
    def has_ended(self) -> bool:
        return self.ended.done() or self._is_elsewhere

    @property
    def _is_elsewhere(self) -> bool:
        """Whether this process was forked from the one that works: it has none of its threads."""
        return os.getpid() != self._process

    def cancel(self) -> None:
        if not self._is_elsewhere:
            self._call.cancel()

    async def wait(self, deadline: Deadline = NEVER) -> None:
        if not self._is_elsewhere:
            await self._runtime.wait(self.ended, deadline)
