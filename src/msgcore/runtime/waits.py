"""The one way to wait on an event loop: bounded by a deadline, ended by ``cancel()`` from any thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple

from msgcore.base.times import Deadline
from msgcore.errors import CutShort, MsgcoreError, OperationCancelled, TimedOut
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import wait_seconds
from msgcore.runtime.workers import refuse_exit

__all__ = ["FarWaits", "bounded", "complete", "cut_at", "post", "until"]

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

# The waits of a Runtime end at once when their call is cancelled; who waits for something else has this long to end.
_GRACE_SECONDS = 1.0

_FAR_SECONDS = 2.0


def post(loop: asyncio.AbstractEventLoop, function: Callable[[*Arguments], object], *arguments: *Arguments) -> None:
    """Call a function on the loop, from any thread; on a loop that is closed nobody is left to call it for."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        if not loop.is_closed():
            raise


def complete(waiter: asyncio.Future[None]) -> None:
    """End a wait, unless it has ended."""
    if not waiter.done():
        waiter.set_result(None)


async def until(waiter: asyncio.Future[None], calls: Calls, deadline: Deadline, doing: str) -> None:
    """Wait until somebody completes ``waiter``.

    Raises:
        TimedOut: the deadline passed first.
        OperationCancelled: the call was cancelled.
    """
    far = calls.far
    if far is None or far.loop is not waiter.get_loop():
        far = calls.far = FarWaits(waiter.get_loop())
    wait = _Wait(waiter, deadline, doing, far)
    call, wake = calls.current(), wait.wake
    call.add(wake)
    try:
        wait.watch()
        await waiter
    finally:
        call.discard(wake)
        wait.leave()


class _Wait:
    """What may end a wait besides what is waited for."""

    __slots__ = ("_deadline", "_doing", "_far", "_timer", "_waiter")

    def __init__(self, waiter: asyncio.Future[None], deadline: Deadline, doing: str, far: FarWaits) -> None:
        self._waiter = waiter
        self._deadline = deadline
        self._doing = doing
        self._far = far
        self._timer: asyncio.TimerHandle | None = None

    def wake(self) -> None:
        post(self._far.loop, self._end, OperationCancelled("cancel() ended this call"))

    def _end(self, error: MsgcoreError) -> None:
        if not self._waiter.done():
            self._waiter.set_exception(error)

    def watch(self) -> None:
        seconds = wait_seconds(self._deadline)
        if seconds is None:
            return
        if seconds > _FAR_SECONDS:
            self._far.add(self)
        elif seconds > 0:
            self._timer = self._far.loop.call_later(seconds, self.watch)
        else:
            self._end(TimedOut(f"{self._doing}: the deadline has passed"))

    def leave(self) -> None:
        self._far.waits.discard(self)
        if self._timer is not None:
            self._timer.cancel()


class FarWaits:
    """The waits of a loop whose deadlines are far away: nearly all end before, and one timer serves them all."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.waits: set[_Wait] = set()
        self._is_looking = False

    def add(self, wait: _Wait) -> None:
        self.waits.add(wait)
        if not self._is_looking:
            self._is_looking = True
            self.loop.call_later(_FAR_SECONDS / 2, self._look)

    def _look(self) -> None:
        waits, self.waits, self._is_looking = self.waits, set(), False
        for wait in waits:
            wait.watch()


async def bounded(coroutine: Coroutine[Any, Any, T], calls: Calls, deadline: Deadline, doing: str) -> T:
    """Run a coroutine of asyncio's own; it has ended, one way or the other, when this returns or raises."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(coroutine)
    waiter = loop.create_future()
    task.add_done_callback(lambda _: complete(waiter))
    try:
        await until(waiter, calls, deadline, doing)
    except BaseException:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, so that the loop does not report it
        raise
    if task.cancelled():
        raise CutShort("it was cancelled from within")
    return task.result()


async def cut_at(coroutine: Coroutine[Any, Any, T], calls: Calls, deadline: Deadline) -> T:
    """Run a coroutine in this task, as ``asyncio.timeout`` does; see :meth:`msgcore.runtime.abc.Runtime.bounded`."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    requests = task.cancelling()
    reason: MsgcoreError | None = None
    timers: list[asyncio.TimerHandle] = []

    def cut(error: MsgcoreError) -> None:
        nonlocal reason
        if reason is None:
            reason = error
            task.cancel()

    def watch() -> None:
        seconds = wait_seconds(deadline)
        if seconds is None:
            return
        if seconds > 0:
            timers.append(loop.call_later(seconds, watch))
        else:
            cut(CutShort("the deadline has passed"))

    def wake() -> None:
        post(loop, follow_up)

    def follow_up() -> None:
        if not is_over:
            timers.append(loop.call_later(_GRACE_SECONDS, cut, OperationCancelled("cancel() ended this call")))

    is_over = False
    call = calls.current()
    try:
        call.add(wake)
        deadline.check("bounded")
        watch()
        return await coroutine
    except SystemExit as error:
        refuse_exit(error)
        raise
    except (asyncio.CancelledError, BaseExceptionGroup) as error:
        is_group = isinstance(error, BaseExceptionGroup)
        if isinstance(error, BaseExceptionGroup) and error.subgroup(asyncio.CancelledError) is None:
            raise
        if reason is not None and task.cancelling() == requests + 1:
            raise reason from error
        if not is_group and reason is None and task.cancelling() == requests:
            raise CutShort("it was cancelled from within") from error
        raise
    finally:
        is_over = True
        coroutine.close()  # one that was never begun
        call.discard(wake)
        for timer in timers:
            timer.cancel()
        if reason is not None:
            task.uncancel()
