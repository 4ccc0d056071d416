"""The one event loop thread of a process, for what blocking callers need run on a loop."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from msgcore.errors import CutShort, SuspendedError
from msgcore.runtime.abc import LoopRuntime
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.runtime.dial import LookUp
from msgcore.runtime.limits import LOOP_THREAD_NAME
from msgcore.runtime.waits import post
from msgcore.runtime.workers import refuse_exit

__all__ = ["LoopFuture", "submit", "with_runtime"]

T = TypeVar("T")

_STOP_SECONDS = 5.0


class LoopFuture(Future[T]):
    """What a coroutine on the loop thread comes to. Unlike its parent, it is done only when the task has ended."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._task: asyncio.Task[T] | None = None
        self._is_to_end = False

    def cancel(self) -> bool:
        """Ask the task to end; say whether it still runs."""
        if self.done():
            return False
        self._is_to_end = True
        post(self._loop, self._cancel_task)
        return True

    def start(self, coroutine: Coroutine[Any, Any, T]) -> None:
        """Start the task; on the loop."""
        self._task = self._loop.create_task(coroutine)
        self._task.add_done_callback(self._settle)

    def _cancel_task(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _settle(self, task: asyncio.Task[T]) -> None:
        if task.cancelled() and not self._is_to_end:
            self.set_exception(CutShort("it was cancelled from within"))
        elif task.cancelled():
            super().cancel()
            self.set_running_or_notify_cancel()
        elif (error := task.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(task.result())


class _LoopThread:
    def __init__(self) -> None:
        self.process_id = os.getpid()
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self.thread = threading.Thread(target=self._main, name=LOOP_THREAD_NAME, daemon=True)
        self.thread.start()
        self.loop = self._loop.result()

    def _main(self) -> None:
        try:
            # On its way out the runner cancels all tasks and waits for them.
            with asyncio.Runner() as runner:
                runner.run(self._serve())
        except BaseException as error:
            if self._loop.done():
                raise
            self._loop.set_exception(error)

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        self._loop.set_result(asyncio.get_running_loop())
        await self._stopped.wait()

    def stop(self) -> None:
        post(self.loop, self._stopped.set)
        self.thread.join(_STOP_SECONDS)


_guard = threading.Lock()
_shared: _LoopThread | None = None
_of_parents: list[_LoopThread] = []  # kept, because collecting a parent's loop in a child would close it


def _get() -> _LoopThread:
    global _shared  # noqa: PLW0603  # one for each process is the point
    with _guard:
        if _shared is None or not _shared.thread.is_alive():
            _shared = _LoopThread()
        return _shared


def _forget() -> None:
    """Let a forked child start with a loop thread and a lock of its own; its parent's thread is not in it."""
    global _guard, _shared  # noqa: PLW0603
    _guard = threading.Lock()
    if _shared is not None:
        _of_parents.append(_shared)
        _shared = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@atexit.register
def _stop() -> None:
    if _shared is not None and _shared.process_id == os.getpid():
        _shared.stop()


def submit(coroutine: Coroutine[Any, Any, T]) -> LoopFuture[T]:
    """Start a coroutine on the process's loop thread, which the first call starts.

    Raises:
        SuspendedError: the caller runs on that very thread and would wait for itself.
    """
    shared = _get()
    if shared.thread is threading.current_thread():
        coroutine.close()
        raise SuspendedError("blocking code on msgcore's loop thread would wait for itself; use the asyncio form there")
    future: LoopFuture[T] = LoopFuture(shared.loop)
    post(shared.loop, future.start, coroutine)
    return future


async def with_runtime(main: Callable[[LoopRuntime], Awaitable[T]], look_up: LookUp) -> T:
    """Run ``main`` with a runtime that nobody else can cancel."""
    runtime = AsyncioRuntime(look_up)
    return await runtime.run(_call(main, runtime))


async def _call(main: Callable[[LoopRuntime], Awaitable[T]], runtime: LoopRuntime) -> T:
    try:
        return await main(runtime)
    except SystemExit as error:
        refuse_exit(error)
        raise
