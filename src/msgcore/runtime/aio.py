"""The runtime of asyncio callers."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeVar

from msgcore.base.times import Deadline, SystemClock
from msgcore.errors import OperationCancelled, TimedOut
from msgcore.runtime.abc import DIRECT, NEVER, Endpoint, LoopRuntime, NetworkPath, RunningCall, Stream
from msgcore.runtime.aio_dial import connect_first
from msgcore.runtime.aio_event import AsyncioEvent
from msgcore.runtime.aio_listener import AsyncioListener, bind
from msgcore.runtime.aio_stream import AsyncioStream
from msgcore.runtime.background import BackgroundWork
from msgcore.runtime.cancel import Calls, finish, result_of, shielded
from msgcore.runtime.dial import LookUp, addresses_of, find, look_up, naming
from msgcore.runtime.held import HeldSockets
from msgcore.runtime.proxy import first_hop, through
from msgcore.runtime.race import Race
from msgcore.runtime.sync import Lock
from msgcore.runtime.task_group import TaskGroup
from msgcore.runtime.transcript import watched
from msgcore.runtime.waits import bounded, complete, cut_at, post, until
from msgcore.runtime.workers import DaemonWorkers, refuse_exit

__all__ = ["AsyncioRuntime"]

T = TypeVar("T")

_POOL_THREADS = 16


class AsyncioRuntime:
    """A :class:`~msgcore.runtime.abc.LoopRuntime` on the running loop; several tasks may share one.

    A public call that goes through :meth:`run` is cancelled as a whole; outside of it, :meth:`cancel` ends the waits
    that stand at that moment. At the places of ``held`` it listens on those sockets, and not on new ones.
    """

    def __init__(self, look_up: LookUp = look_up, *, held: HeldSockets | None = None) -> None:
        self._held = held
        self._calls = Calls()
        self._clock = SystemClock()
        self._look_up = look_up

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one public call to its end, as the scope of :meth:`cancel`."""
        with self._calls.begin():
            return await coroutine

    def now(self) -> datetime:
        return self._clock.now()

    monotonic = staticmethod(time.monotonic)

    def deadline(self, seconds: float | None) -> Deadline:
        return Deadline.after(seconds, self)

    async def connect(
        self,
        endpoint: Endpoint,
        deadline: Deadline = NEVER,
        path: NetworkPath = DIRECT,
        addresses: Sequence[str] = (),
    ) -> Stream:
        first = first_hop(endpoint, path)
        deadline.check(f"{first}: connect")
        with naming(first):
            looking = find(first, path, addresses, self._look_up)
            found = await self._wait(looking, deadline, f"{first}: look up")
        race = Race(found, first, path.source_address)
        connection = await connect_first(race, self._calls, deadline)
        stream = AsyncioStream(endpoint, self._calls, deadline)
        try:
            await asyncio.get_running_loop().create_connection(lambda: stream, sock=connection)
        except BaseException:
            connection.close()
            raise
        return watched(await through(stream, path, addresses))

    async def listen(
        self,
        endpoint: Endpoint,
        serve: Callable[[Stream], Awaitable[None]],
        connections: int = 1_000,
        *,
        is_shared: bool = False,
    ) -> AsyncioListener:
        """Serve each connection in a task of its own; port 0 takes a free one; past ``connections`` new ones wait.

        An error that ``serve`` raises ends its connection and is logged; the stream is closed when it returns.

        Raises:
            SetupError: the port is taken or not allowed, or the host is not this machine's; or ports cannot be shared
                on this system.
        """
        sockets = [] if self._held is None else self._held.take(endpoint.host, endpoint.port)
        if not sockets:
            passive = socket.AI_PASSIVE
            addresses = await self.in_thread(lambda: addresses_of(endpoint.host, endpoint.port, passive))
            sockets = bind(endpoint, list(addresses), is_shared=is_shared)
        return AsyncioListener(sockets, endpoint.service, serve, connections, self._calls)

    async def sleep(self, seconds: float, deadline: Deadline = NEVER) -> None:
        waiter = asyncio.get_running_loop().create_future()
        timer = asyncio.get_running_loop().call_later(seconds, complete, waiter)
        try:
            await until(waiter, self._calls, deadline, "sleep")
        finally:
            timer.cancel()

    async def in_thread(self, function: Callable[[], T], deadline: Deadline = NEVER) -> T:
        """Run ``function`` in one of the process's pool of threads.

        Work that has not begun at the deadline never runs. Once begun it is waited for: what it did is told even when
        the deadline passed meanwhile; ``cancel()``, or the task's cancellation, is raised after its end.
        """
        self._calls.current().check()
        deadline.check("the call")
        future = _pool().submit(function)
        try:
            return await self._wait(future, deadline, "the call")
        except BaseException as error:
            if future.cancel():
                raise
            await finish(self, future)
            if isinstance(error, TimedOut):
                return future.result()
            raise

    async def wait(self, future: Future[T], deadline: Deadline = NEVER) -> T:
        return await self._wait(future, deadline, "wait")

    async def _wait(self, future: Future[T], deadline: Deadline, doing: str) -> T:
        if not future.done():
            loop = asyncio.get_running_loop()
            waiter = loop.create_future()
            future.add_done_callback(lambda _: post(loop, complete, waiter))
            await until(waiter, self._calls, deadline, doing)
        return result_of(future)

    async def on_loop(self, main: Callable[[LoopRuntime], Awaitable[T]], deadline: Deadline = NEVER) -> T:
        async def call() -> T:
            try:
                return await main(self)
            except SystemExit as error:
                refuse_exit(error)
                raise

        return await bounded(call(), self._calls, deadline, "the call")

    async def bounded(self, coroutine: Coroutine[Any, Any, T], deadline: Deadline) -> T:
        return await cut_at(coroutine, self._calls, deadline)

    def workers(self, name: str, threads: int) -> DaemonWorkers:
        return DaemonWorkers(name, threads)

    def lock(self) -> Lock:
        return Lock(self)

    def event(self) -> AsyncioEvent:
        return AsyncioEvent(self._calls)

    def group(self) -> TaskGroup:
        return TaskGroup()

    def in_background(self, coroutine: Coroutine[Any, Any, object]) -> BackgroundWork:
        work = BackgroundWork(self, self._calls, coroutine)
        task = asyncio.get_running_loop().create_task(work.main())

        def settle(task: asyncio.Task[None]) -> None:
            coroutine.close()  # one that was never begun
            work.settle(OperationCancelled("its task was cancelled") if task.cancelled() else task.exception())

        task.add_done_callback(settle)
        work.holder = task
        return work

    def shielded(self) -> AbstractContextManager[None]:
        return shielded()

    def as_one_call(self) -> AbstractContextManager[RunningCall]:
        return self._calls.begin()

    def cancel(self) -> None:
        self._calls.cancel()


_guard = threading.Lock()
_shared_pool: ThreadPoolExecutor | None = None


def _pool() -> ThreadPoolExecutor:
    global _shared_pool  # noqa: PLW0603  # one for each process bounds its threads
    with _guard:
        if _shared_pool is None:
            _shared_pool = ThreadPoolExecutor(_POOL_THREADS, thread_name_prefix="msgcore")
        return _shared_pool


def _forget() -> None:
    """Let a forked child start with a pool of its own; the threads of its parent's are not in it."""
    global _guard, _shared_pool  # noqa: PLW0603
    _guard = threading.Lock()
    _shared_pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
