"""A server conversation of msgcore's, run in memory against the client."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from msgcore.base.times import Clock, Deadline, SystemClock
from msgcore.errors import ConnectionLost, ProtocolBroken, SuspendedError, TimedOut
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings

__all__ = ["Serve", "Served"]

Serve = Callable[[Stream], Coroutine[Any, Any, object]]

_MORE = object()


class Served:
    """A :class:`~msgcore.testing.scripted.Peer` that is a server conversation: any ``async def`` over a stream.

    ``Served(lambda stream: serve_session(stream, handler, settings))`` is an SMTP server. It is stepped in the client's
    thread: whenever it is spoken to it goes on until it waits for more. It must wait for nothing but its stream. TLS
    with it is real: the conversation calls ``start_tls_server()``.

    As under a listener, a server that ends closes the connection, and so does one that raises ConnectionLost or
    TimedOut; any other error comes out where the client waits. Its deadlines go by ``clock`` and are looked at whenever
    it is spoken to.
    """

    def __init__(self, serve: Serve, clock: Clock | None = None) -> None:
        self._serve = serve
        self._stream = _ServerStream(clock or SystemClock())
        self._coroutine: Coroutine[Any, Any, object] | None = None
        self._context = contextvars.copy_context()
        self._is_stepping = False
        self._is_over = False

    @property
    def is_closed(self) -> bool:
        return self._is_over or self._stream.is_closed

    def greet(self) -> bytes:
        self._coroutine = self._serve(self._stream)
        self._step(self._coroutine)
        return self._stream.take()

    def react(self, octets: bytes) -> bytes:
        if octets:
            self._stream.arrived += octets
        else:
            self._stream.has_ended = True
        # An abort() may come from inside the server's own turn.
        if self._coroutine is not None and not self._is_over and not self._is_stepping:
            self._step(self._coroutine)
        return self._stream.take()

    def _step(self, coroutine: Coroutine[Any, Any, object]) -> None:
        self._is_stepping = True
        try:
            awaited = self._context.run(coroutine.send, None)
        except (StopIteration, ConnectionLost, TimedOut):
            self._is_over = True
        except BaseException:
            self._is_over = True
            raise
        else:
            if awaited is not _MORE:
                self._is_over = True
                self._context.run(coroutine.close)
                raise SuspendedError(f"{coroutine!r} awaited {awaited!r}: Served waits for its stream only")
        finally:
            self._is_stepping = False


class _More:
    def __await__(self) -> Generator[object, None, None]:
        yield _MORE


class _ServerStream:
    """The server's end. Nothing that it writes waits; the client's faults decide what becomes of it."""

    tls: TlsFacts | None = None

    def __init__(self, clock: Clock) -> None:
        self.deadline = Deadline(clock=clock)
        self.endpoint = Endpoint("192.0.2.1", 40_000, "client")
        self.arrived = bytearray()
        self.has_ended = False
        self.is_closed = False
        self._said = bytearray()

    def take(self) -> bytes:
        """Give what was written since the last time."""
        said = bytes(self._said)
        self._said.clear()
        return said

    @property
    def unread_octets(self) -> int:
        return len(self.arrived)

    async def read(self) -> bytes:
        self._check("read")
        while not self.arrived:
            if self.has_ended:
                return b""
            await _More()
            self._check("read")
        octets = bytes(self.arrived)
        self.arrived.clear()
        return octets

    async def read_within(self, seconds: float) -> bytes | None:
        return await self.read() if self.arrived or self.has_ended else None

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self._check("write")
        if self.has_ended:
            raise ConnectionLost(f"{self.endpoint}: write: the client has ended the connection")
        self._said += octets

    async def start_tls(self, settings: TlsSettings) -> Stream:
        raise ProtocolBroken.local(f"{self.endpoint}: a server calls start_tls_server()")

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        from msgcore.runtime.tls import serve_tls  # loads OpenSSL

        return await serve_tls(self, settings)

    async def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def _check(self, doing: str) -> None:
        if self.is_closed:
            raise ConnectionLost(f"{self.endpoint}: {doing}: the connection was closed on this side")
        self.deadline.check(f"{self.endpoint}: {doing}")
