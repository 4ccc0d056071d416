"""The one way to wait on an event loop: bounded by a deadline, ended by ``cancel()`` from any thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple

from msgcore.base.times import Deadline
from msgcore.errors import CutShort, MsgcoreError, OperationCancelled, TimedOut
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import wait_seconds

__all__ = ["bounded", "complete", "cut_at", "post", "until"]

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

# The waits of a Runtime end at once when their call is cancelled; who waits for something else has this long to end.
_GRACE_SECONDS = 1.0


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
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None

    def end(error: MsgcoreError) -> None:
        if not waiter.done():
            waiter.set_exception(error)

    def wake() -> None:
        post(loop, end, OperationCancelled("cancel() ended this call"))

    def watch() -> None:
        nonlocal timer
        seconds = wait_seconds(deadline)
        if seconds is None:
            return
        if seconds > 0:
            timer = loop.call_later(seconds, watch)
        else:
            end(TimedOut(f"{doing}: the deadline has passed"))

    call = calls.current()
    call.add(wake)
    try:
        watch()
        await waiter
    finally:
        call.discard(wake)
        if timer is not None:
            timer.cancel()


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
    except asyncio.CancelledError as error:
        if reason is not None and task.cancelling() == requests + 1:
            raise reason from error
        if reason is None and task.cancelling() == requests:
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
