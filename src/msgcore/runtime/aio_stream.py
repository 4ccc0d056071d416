"""The stream of asyncio callers: a protocol of asyncio's that gathers octets and wakes its reader once a batch."""

from __future__ import annotations

import asyncio
import math
import threading
from typing import cast

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, MsgcoreError, OperationCancelled, ProtocolBroken, TimedOut, TryAgain
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings
from msgcore.runtime.cancel import Call, Calls
from msgcore.runtime.limits import UNREAD_PAUSE, UNREAD_WHILE_WRITING, WRITE_SLICE_OCTETS, wait_seconds
from msgcore.runtime.waits import post

__all__ = ["AsyncioStream"]


_RECEIVED_OCTETS = 256 * 1024


class _Landing(threading.local):
    """Where the octets land that a thread's loop receives; every stream takes its own from there at once.

    A loop that is asked for no place makes one of 256 KiB each time, which the system maps and takes back again: that
    costs several times what receiving a command does.
    """

    def __init__(self) -> None:
        self.place = memoryview(bytearray(_RECEIVED_OCTETS))


_landing = _Landing()


class AsyncioStream(asyncio.BufferedProtocol):
    """A :class:`~msgcore.runtime.abc.Stream` on an event loop.

    The transport calls the methods from ``connection_made`` to ``resume_writing``; all others are the stream's. The
    peer is read from until ``UNREAD_PAUSE`` octets are unread, and beyond that while a writer waits. A wait that is
    cut aborts the connection. Octets that arrived before the connection broke can still be read.
    """

    tls: TlsFacts | None = None

    def __init__(self, endpoint: Endpoint, calls: Calls, deadline: Deadline) -> None:
        self.endpoint = endpoint
        self.deadline = deadline
        self._name = str(endpoint)
        self._calls = calls
        self._loop = asyncio.get_running_loop()
        self._place: memoryview
        self._transport: asyncio.Transport
        self._arrived = bytearray()
        self._has_ended = False
        self._lost: MsgcoreError | None = None
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._waiter: asyncio.Future[None] | None = None
        self._is_writing = False
        self._sent_octets: int | None = 0
        self._is_full = False
        self._is_paused = False
        # One timer serves many waits: it is left running when a wait ends, and looks again when it goes off early.
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = math.inf
        # The call that this stream is used by, which it is to be woken by when that is cancelled: mostly the same.
        self._call: Call | None = None

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # A write has ended when the system has taken its octets, as in blocking mode; then no octets wait at close.
        self._transport.set_write_buffer_limits(high=0)

    def get_buffer(self, sizehint: int) -> memoryview:
        place = self._place = _landing.place
        return place

    def buffer_updated(self, nbytes: int) -> None:
        self._arrived += self._place[:nbytes]
        if len(self._arrived) > UNREAD_WHILE_WRITING:
            self._lost = ProtocolBroken.remote(
                f"{self._name}: {len(self._arrived)} octets came while the peer took none"
            )
            self._arrived.clear()
            self._transport.abort()
        if self._is_paused or len(self._arrived) > UNREAD_PAUSE:
            self._regulate()
        self._wake()

    def eof_received(self) -> bool:
        self._has_ended = True
        self._wake()
        return True  # this side may still have something to say

    def connection_lost(self, exc: Exception | None) -> None:
        if self._lost is None:
            said = getattr(exc, "strerror", None) or exc or "the connection was closed on this side"
            self._lost = ConnectionLost(f"{self._name}: {said}")
            self._lost.__cause__ = exc
        if not self._closed.done():
            self._closed.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
        self._leave_call()
        self._wake()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    # The stream's side.

    @property
    def unread_octets(self) -> int:
        return len(self._arrived)

    @property
    def has_ended(self) -> bool:
        return self._has_ended or self._is_lost()

    def give_back(self, octets: bytes) -> None:
        """Let the next read give these octets first."""
        self._arrived[:0] = octets

    async def read(self) -> bytes:
        self._check("read")
        while not self._arrived and not self._has_ended:
            if self._lost is not None:
                raise self._end_of(self._lost)
            await self._wait("read")
        octets = bytes(self._arrived)
        self._arrived.clear()
        if self._is_paused:
            self._regulate()
        return octets

    async def read_within(self, seconds: float) -> bytes | None:
        self._check("read")
        if not (self._arrived or self.has_ended):
            alarm = self._loop.call_later(seconds, self._wake)
            try:
                await self._wait("read")
            finally:
                alarm.cancel()
            if not (self._arrived or self.has_ended):
                return None
        return await self.read()

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self._is_writing = True
        if self._is_paused:
            self._regulate()
        self._sent_octets = 0
        try:
            if len(octets) <= WRITE_SLICE_OCTETS:
                if self._is_given(octets):
                    await self._until_taken()
            else:
                with memoryview(octets) as view:
                    for start in range(0, len(view), WRITE_SLICE_OCTETS):
                        self._sent_octets = start
                        if self._is_given(view[start : start + WRITE_SLICE_OCTETS]):
                            await self._until_taken()
        except TryAgain as error:
            error.sent_octets = self._sent_octets
            raise
        finally:
            self._is_writing = False
            if len(self._arrived) > UNREAD_PAUSE:
                self._regulate()

    def _is_given(self, octets: bytes | memoryview) -> bool:
        """Give octets to the transport, and say whether one has to wait for what becomes of them."""
        self._check("write")
        if self._lost is not None:
            raise self._end_of(self._lost)
        self._transport.write(octets)
        return self._is_full or self._transport.is_closing()

    async def _until_taken(self) -> None:
        if self._is_full:
            # From here on the transport sends by itself, and does not tell how much.
            self._sent_octets = None
        # A transport that failed says so in the loop's next round.
        while (self._is_full or self._transport.is_closing()) and self._lost is None:
            await self._wait("write")
        if self._lost is not None:
            raise self._end_of(self._lost)

    async def start_tls(self, settings: TlsSettings) -> Stream:
        from msgcore.runtime.tls import secure  # loads OpenSSL

        return await secure(self, settings)

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        from msgcore.runtime.tls import serve_tls

        return await serve_tls(self, settings)

    async def close(self) -> None:
        if not self._loop.is_closed():
            self._transport.close()
            await asyncio.shield(self._closed)

    def abort(self) -> None:
        post(self._loop, self._transport.abort)

    def _check(self, doing: str) -> None:
        try:
            call = self._calls.current()
            if call is not self._call and not self._is_lost():
                self._leave_call()
                call.add(self._cancel)
                self._call = call
            if call.waits.is_cancelled:
                call.check()
            deadline = self.deadline
            if deadline.at <= deadline.clock.monotonic():
                deadline.check(f"{self._name}: {doing}")
        except MsgcoreError:
            self._transport.abort()
            raise

    def _is_lost(self) -> bool:
        if self._lost is None and self._loop.is_closed():
            # As after a second asyncio.run(), in which what was opened in the first is used again.
            self._lost = ConnectionLost(f"{self._name}: its event loop was closed")
        return self._lost is not None

    def _leave_call(self) -> None:
        if self._call is not None:
            self._call.discard(self._cancel)
            self._call = None

    def _end_of(self, lost: MsgcoreError) -> MsgcoreError:
        # A new one for each call that it ends, for what else each of them has to tell.
        error = type(lost)(str(lost))
        error.__cause__ = lost.__cause__
        return error

    async def _wait(self, doing: str) -> None:
        """Wait for whatever the transport has to tell."""
        waiter = self._waiter = self._loop.create_future()
        try:
            call = self._call
            if call is not None and call.waits.is_cancelled:  # since it was looked at, when nobody waited
                call.check()
            if self.deadline.at < self._timer_at:
                self._set_timer()
            await waiter
        except TimedOut:
            self._transport.abort()
            raise TimedOut(f"{self._name}: {doing}: the deadline has passed") from None
        except BaseException:  # cut in the middle, perhaps by asyncio.CancelledError
            self._transport.abort()
            raise
        finally:
            self._waiter = None

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = None, math.inf
        seconds = wait_seconds(self.deadline)
        if seconds is not None:
            self._timer, self._timer_at = self._loop.call_later(seconds, self._look_at_deadline), self.deadline.at

    def _look_at_deadline(self) -> None:
        self._timer, self._timer_at = None, math.inf
        if self._waiter is None:
            return
        if self.deadline.is_past:
            _fail(self._waiter, TimedOut("the deadline has passed"))
        else:
            self._set_timer()

    def _cancel(self) -> None:
        """Come from :meth:`Runtime.cancel`, in any thread."""
        waiter = self._waiter  # the one of the call that is cancelled; later there may be another
        if waiter is not None:
            post(self._loop, _fail, waiter, OperationCancelled("cancel() ended this call"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _regulate(self) -> None:
        """Read from the peer or let it wait, by what is unread."""
        should_pause = len(self._arrived) > UNREAD_PAUSE and not self._is_writing
        if should_pause != self._is_paused and not self._transport.is_closing():
            self._is_paused = should_pause
            if should_pause:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()


def _fail(waiter: asyncio.Future[None], error: MsgcoreError) -> None:
    if not waiter.done():
        waiter.set_exception(error)
