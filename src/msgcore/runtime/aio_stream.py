"""The stream of asyncio callers: an ``asyncio.Protocol`` that gathers octets and wakes its reader once a batch."""

from __future__ import annotations

import asyncio
from typing import cast

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, MsgcoreError, ProtocolBroken
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsSettings
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import UNREAD_PAUSE, UNREAD_WHILE_WRITING, WRITE_SLICE_OCTETS
from msgcore.runtime.waits import post, until

__all__ = ["AsyncioStream"]


class AsyncioStream(asyncio.Protocol):
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
        self._transport: asyncio.Transport
        self._arrived = bytearray()
        self._has_ended = False
        self._lost: MsgcoreError | None = None
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._waiter: asyncio.Future[None] | None = None
        self._is_writing = False
        self._is_full = False
        self._is_paused = False

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # A write has ended when the system has taken its octets, as in blocking mode; then no octets wait at close.
        self._transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        if len(self._arrived) > UNREAD_WHILE_WRITING:
            self._lost = ProtocolBroken.remote(
                f"{self._name}: {len(self._arrived)} octets came while the peer took none"
            )
            self._arrived.clear()
            self._transport.abort()
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

    async def read(self) -> bytes:
        self._check("read")
        while not self._arrived and not self._has_ended:
            self._raise_if_lost()
            await self._wait("read")
        octets = bytes(self._arrived)
        self._arrived.clear()
        self._regulate()
        return octets

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self._is_writing = True
        self._regulate()
        try:
            with memoryview(octets) as view:
                for start in range(0, len(view), WRITE_SLICE_OCTETS):
                    await self._write(view[start : start + WRITE_SLICE_OCTETS])
        finally:
            self._is_writing = False
            self._regulate()

    async def _write(self, octets: memoryview) -> None:
        self._check("write")
        self._raise_if_lost()
        self._transport.write(octets)
        # A transport that failed says so in the loop's next round.
        while (self._is_full or self._transport.is_closing()) and self._lost is None:
            await self._wait("write")
        self._raise_if_lost()

    async def start_tls(self, settings: TlsSettings) -> Stream:
        from msgcore.runtime.tls import secure  # loads OpenSSL

        return await secure(self, settings)

    async def close(self) -> None:
        self._transport.close()
        await asyncio.shield(self._closed)

    def abort(self) -> None:
        post(self._loop, self._transport.abort)

    def _check(self, doing: str) -> None:
        try:
            self._calls.current().check()
            self.deadline.check(f"{self._name}: {doing}")
        except MsgcoreError:
            self._transport.abort()
            raise

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            raise self._lost

    async def _wait(self, doing: str) -> None:
        self._waiter = self._loop.create_future()
        try:
            await until(self._waiter, self._calls, self.deadline, f"{self._name}: {doing}")
        except BaseException:  # cut in the middle, perhaps by asyncio.CancelledError
            self._transport.abort()
            raise
        finally:
            self._waiter = None

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
