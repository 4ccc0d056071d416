"""The one way to wait on an event loop: bounded by a deadline, ended by ``cancel()`` from any thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, OperationCancelled, TimedOut
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import wait_seconds

__all__ = ["bounded", "complete", "post", "until"]

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


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
