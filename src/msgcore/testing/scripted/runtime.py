"""A whole runtime in memory, with one outcome a script."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, CutShort, NotSupported, TimedOut
from msgcore.runtime.abc import (
    DIRECT,
    NEVER,
    Background,
    Endpoint,
    Listener,
    LoopRuntime,
    NetworkPath,
    RunningCall,
    Stream,
)
from msgcore.runtime.blocking import run
from msgcore.runtime.cancel import finish, result_of, shielded
from msgcore.testing.clock import ManualClock
from msgcore.testing.scripted.faults import Faults
from msgcore.testing.scripted.peers import Peer
from msgcore.testing.scripted.stream import ScriptedStream
from msgcore.testing.scripted.sync import ScriptedEvent, ScriptedGroup, ScriptedLock
from msgcore.testing.scripted.waits import Awaited, Waits

__all__ = ["Answer", "ScriptedRuntime"]

T = TypeVar("T")

Answer = Callable[[Endpoint], Peer | None]
"""Gives the peer of a connection, or ``None`` where nobody answers; may raise what ``connect`` raises."""

_NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
_NONE = Faults()

# How long another thread may work on what is waited for: for the machine's time a script has no say in.
_PATIENCE_SECONDS = 10.0


class ScriptedRuntime:
    """A :class:`~msgcore.runtime.abc.Runtime` that never suspends: no sockets, no threads, and time that is moved.

    ::

        server = Served(lambda stream: serve_session(stream, handler, settings))
        runtime = ScriptedRuntime([server], faults=Faults(breaks_after_sent=100, cut=by_octet))
        outcomes = runtime.run(MyTransport(config, runtime).submit(envelope, message, runtime.deadline(30)))

    ``peers`` answer the connections in their order, ``None`` and the end of them as a refused port does; or a function
    says who answers at an endpoint. ``faults`` are those of every connection, or of each in its order. Without
    ``clock`` the time stands still at noon of 2030-01-01, but for what waits let pass.

    Drive it by :meth:`run`, or by ``asyncio.run(runtime.call(...))``. ``awaited`` lists what was awaited, in order;
    ``streams`` the connections that were made.
    """

    def __init__(
        self,
        peers: Sequence[Peer | None] | Answer = (),
        *,
        faults: Faults | Sequence[Faults] = _NONE,
        clock: ManualClock | None = None,
    ) -> None:
        self.clock = clock or ManualClock(_NOON)
        self.streams: list[ScriptedStream] = []
        self._answer = peers if callable(peers) else _in_order(peers)
        self._faults = faults
        self._waits = Waits(self.clock)

    @property
    def awaited(self) -> Sequence[Awaited]:
        return tuple(self._waits.awaited)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one public call to its end, as a blocking caller does."""
        return run(self.call(coroutine))

    async def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one public call to its end, as the scope of :meth:`cancel`."""
        with self._waits.call():
            return await coroutine

    def now(self) -> datetime:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def deadline(self, seconds: float | None) -> Deadline:
        return Deadline.after(seconds, self)

    async def connect(
        self,
        endpoint: Endpoint,
        deadline: Deadline = NEVER,
        path: NetworkPath = DIRECT,
        addresses: Sequence[str] = (),
    ) -> Stream:
        """Connect to the next peer; the way there and the addresses play no part."""
        self._waits.note("connect", str(endpoint))
        self._waits.check(deadline, f"{endpoint}: connect")
        peer = self._answer(endpoint)
        if peer is None:
            raise ConnectionLost(f"{endpoint}: connection refused")
        stream = ScriptedStream(peer, self._faults_of(len(self.streams)), endpoint=endpoint, waits=self._waits)
        stream.deadline = deadline
        self.streams.append(stream)
        return stream

    def _faults_of(self, number: int) -> Faults:
        if isinstance(self._faults, Faults):
            return self._faults
        return self._faults[number] if number < len(self._faults) else _NONE

    async def sleep(self, seconds: float, deadline: Deadline = NEVER) -> None:
        self._waits.note("sleep", f"{seconds:g} s")
        self._waits.check(deadline, "sleep")
        await self._waits.pass_time(seconds, deadline, "sleep")

    async def in_thread(self, function: Callable[[], T], deadline: Deadline = NEVER) -> T:
        """Run ``function`` at once, in this thread."""
        self._waits.note("in_thread")
        self._waits.check(deadline, "in_thread")
        result = function()
        self._waits.check(NEVER, "in_thread")
        return result

    async def wait(self, future: Future[T], deadline: Deadline = NEVER) -> T:
        """Wait for another thread, really, until the deadline and no longer than ten seconds."""
        self._waits.note("wait")
        self._waits.check(deadline, "wait")
        if not future.done():
            concurrent.futures.wait([future], min(deadline.remaining_seconds(), _PATIENCE_SECONDS))
        await self._waits.until(future.done, deadline, "wait")
        return result_of(future)

    async def on_loop(self, main: Callable[[LoopRuntime], Awaitable[T]], deadline: Deadline = NEVER) -> T:
        """Run ``main`` with this runtime, on the event loop that runs, or on msgcore's loop thread."""
        from msgcore.runtime import loop_thread

        async def call() -> T:
            return await main(self)

        self._waits.note("on_loop")
        self._waits.check(deadline, "on_loop")
        if _is_on_loop():
            return await call()
        future = loop_thread.submit(call())
        try:
            return await self.wait(future, deadline)
        except BaseException:
            if future.cancel():
                await finish(self, future)
            raise

    async def listen(
        self,
        endpoint: Endpoint,
        serve: Callable[[Stream], Awaitable[None]],
        connections: int = 1_000,
        *,
        is_shared: bool = False,
    ) -> Listener:
        """Refuse: here servers are peers.

        Raises:
            NotSupported: always; ``Served`` runs a server conversation.
        """
        raise NotSupported(f"{endpoint}: a ScriptedRuntime does not listen; give it Served(serve) as a peer")

    async def bounded(self, coroutine: Coroutine[Any, Any, T], deadline: Deadline) -> T:
        try:
            with self._waits.calls.within(deadline):
                if self._waits.is_in_member or _is_on_loop():
                    return await coroutine
                return run(coroutine)
        except TimedOut as error:
            if deadline.is_past:
                raise CutShort(str(error)) from error
            raise

    def workers(self, name: str, threads: int) -> ScriptedWorkers:
        return ScriptedWorkers()

    def lock(self) -> ScriptedLock:
        return ScriptedLock(self._waits)

    def event(self) -> ScriptedEvent:
        return ScriptedEvent(self._waits)

    def group(self) -> ScriptedGroup:
        return ScriptedGroup(self._waits)

    def in_background(self, coroutine: Coroutine[Any, Any, object]) -> Background:
        """Refuse: a script has one thing going on at a time.

        Raises:
            NotSupported: always.
        """
        coroutine.close()
        raise NotSupported("a ScriptedRuntime works on nothing in the background")

    def shielded(self) -> AbstractContextManager[None]:
        return shielded()

    def as_one_call(self) -> AbstractContextManager[RunningCall]:
        return self._waits.call()

    def cancel(self) -> None:
        """End the waits that stand, or the next one when none does; inside of a call also every later one of it."""
        self._waits.cancel()


class ScriptedWorkers:
    """A pool whose functions run at once, in the thread that submits them."""

    def submit(self, function: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(function())
        except Exception as error:  # it belongs to whoever waits
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Do nothing: there are no threads."""


def _in_order(peers: Sequence[Peer | None]) -> Answer:
    left = iter(peers)
    return lambda _: next(left, None)


def _is_on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
