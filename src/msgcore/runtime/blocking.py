"""The runtime of blocking callers: every wait blocks the calling thread, nothing ever suspends."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from msgcore.base.times import Deadline, SystemClock
from msgcore.errors import CutShort, SuspendedError, TimedOut
from msgcore.runtime.abc import DIRECT, NEVER, Endpoint, LoopRuntime, NetworkPath, RunningCall, Stream
from msgcore.runtime.background import BackgroundWork
from msgcore.runtime.blocking_dial import connect_first
from msgcore.runtime.blocking_stream import BlockingStream
from msgcore.runtime.cancel import Calls, finish, result_of, shielded
from msgcore.runtime.dial import LookUp, find, look_up, naming
from msgcore.runtime.limits import refuse_on_loop_thread, wait_seconds
from msgcore.runtime.proxy import first_hop, through
from msgcore.runtime.race import Race
from msgcore.runtime.sync import Event, Lock
from msgcore.runtime.thread_group import ThreadGroup, run_in_thread
from msgcore.runtime.transcript import watched
from msgcore.runtime.workers import DaemonWorkers, refuse_exit

__all__ = ["BlockingRuntime", "run"]

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Drive a coroutine that never suspends, as a plain call.

    Raises:
        SuspendedError: it awaited an event loop's primitive, which nobody would ever complete.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    except RuntimeError as error:
        if "no running event loop" not in str(error):
            raise
        raise SuspendedError(f"{coroutine!r} needs an event loop, in blocking mode") from error
    coroutine.close()
    raise SuspendedError(
        f"{coroutine!r} awaited {awaited!r}: in blocking mode only Stream and Runtime methods may wait"
    )


class BlockingRuntime:
    """A :class:`~msgcore.runtime.abc.Runtime` for plain threads; several may share one.

    Each public call goes through :meth:`run`, which is the scope of :meth:`cancel`.
    """

    def __init__(self, look_up: LookUp = look_up) -> None:
        self._calls = Calls()
        self._clock = SystemClock()
        self._look_up = look_up

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one public call to its end.

        Raises:
            SuspendedError: it awaited a foreign loop's primitive.
            OperationCancelled: :meth:`cancel` was called meanwhile.
        """
        with self._calls.begin():
            return run(coroutine)

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
        connection = connect_first(race, self._calls, deadline)
        stream = BlockingStream(connection, endpoint, self._calls, deadline)
        return watched(await through(stream, path, addresses))

    async def sleep(self, seconds: float, deadline: Deadline = NEVER) -> None:
        end = Deadline.after(seconds, self)
        self._until(lambda: end.is_past, SimpleQueue(), deadline, "sleep", end)

    async def in_thread(self, function: Callable[[], T], deadline: Deadline = NEVER) -> T:
        """Run ``function`` right here: the calling thread may block, so a second one would gain nothing.

        A deadline that passes meanwhile does not undo what was done; ``cancel()`` is raised after the function's end.
        """
        call = self._calls.current()
        call.check()
        deadline.check("the call")
        result = function()
        call.check()
        return result

    async def wait(self, future: Future[T], deadline: Deadline = NEVER) -> T:
        return await self._wait(future, deadline, "wait")

    async def _wait(self, future: Future[T], deadline: Deadline, doing: str) -> T:
        if not future.done():
            bell: SimpleQueue[None] = SimpleQueue()
            future.add_done_callback(lambda _: bell.put(None))
            self._until(future.done, bell, deadline, doing, NEVER)
        return result_of(future)

    def _until(
        self, is_done: Callable[[], bool], bell: SimpleQueue[None], deadline: Deadline, doing: str, end: Deadline
    ) -> None:
        """Wait for ``is_done``, looking whenever the bell rings and at ``end``."""
        call = self._calls.current()
        deadline = deadline.or_sooner(call.limit)
        refuse_on_loop_thread()

        # A SimpleQueue because its put() is safe in a signal handler that interrupted get(); an Event's set() is not.
        def ring() -> None:
            bell.put(None)

        call.add(ring)
        try:
            while not is_done():
                call.check()
                deadline.check(doing)
                seconds = min((s for s in (wait_seconds(deadline), wait_seconds(end)) if s is not None), default=None)
                try:
                    bell.get(timeout=seconds)
                except Empty:
                    continue
                call.check()
        finally:
            call.discard(ring)

    async def on_loop(self, main: Callable[[LoopRuntime], Awaitable[T]], deadline: Deadline = NEVER) -> T:
        """Run ``main`` on the process's loop thread, with an AsyncioRuntime of its own.

        A deadline or :meth:`cancel` cancels it there, and is raised here after it has ended.
        """
        from msgcore.runtime import loop_thread  # loads asyncio

        self._calls.current().check()
        deadline.check("the call")
        future = loop_thread.submit(loop_thread.with_runtime(main, self._look_up))
        try:
            return await self._wait(future, deadline, "the call")
        except BaseException:
            if future.cancel():
                await finish(self, future)
            raise

    async def bounded(self, coroutine: Coroutine[Any, Any, T], deadline: Deadline) -> T:
        is_begun = False
        try:
            with self._calls.within(deadline):
                deadline.check("bounded")
                is_begun = True
                return run(coroutine)
        except SystemExit as error:
            refuse_exit(error)
            raise
        except TimedOut as error:
            if is_begun and deadline.is_past:
                raise CutShort(str(error)) from error
            raise
        except (Exception, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            from asyncio import CancelledError  # whoever raised it has loaded asyncio

            if isinstance(error, CancelledError):  # nobody else can cancel what no loop runs
                raise CutShort("it was cancelled from within") from error
            raise
        finally:
            coroutine.close()  # one that was never begun

    def workers(self, name: str, threads: int) -> DaemonWorkers:
        return DaemonWorkers(name, threads)

    def lock(self) -> Lock:
        return Lock(self)

    def event(self) -> Event:
        return Event(self)

    def group(self) -> ThreadGroup:
        return ThreadGroup(self._calls, run)

    def in_background(self, coroutine: Coroutine[Any, Any, object]) -> BackgroundWork:
        work = BackgroundWork(self, self._calls, coroutine)
        run_in_thread(work, run)
        return work

    def shielded(self) -> AbstractContextManager[None]:
        return shielded()

    def as_one_call(self) -> AbstractContextManager[RunningCall]:
        return self._calls.begin()

    def cancel(self) -> None:
        self._calls.cancel()
