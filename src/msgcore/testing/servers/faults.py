"""Faults of a loopback server: what it does at a stage of its conversation instead of what it should."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Generic, TypeVar

from msgcore.base.times import Deadline
from msgcore.runtime.abc import NEVER, Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings

__all__ = ["Fault", "FaultyStream", "StreamFaults"]

A = TypeVar("A")

Act = Callable[[A], Awaitable[object]]


class Fault(Generic[A]):
    """One fault, from now on, the next ``times`` times or until :meth:`end`; as a context manager, until it is left."""

    def __init__(self, act: Act[A], times: int | None, on_end: Callable[[], None] | None = None) -> None:
        """Use the methods of a server."""
        self.act = act
        self._left = times
        self._on_end = on_end
        self._guard = threading.Lock()
        self._has_struck = threading.Event()

    def strike(self) -> bool:
        """Count one more time; false when there are none left."""
        with self._guard:
            if self._left == 0:
                return False
            if self._left is not None:
                self._left -= 1
        self._has_struck.set()
        return True

    def wait(self, timeout: float = 30.0) -> bool:
        """Wait until the fault has struck, at most for ``timeout`` seconds, and say whether it has.

        It blocks: in asyncio code, ``await asyncio.to_thread(fault.wait)``.
        """
        return self._has_struck.wait(timeout)

    def end(self) -> None:
        """Take the fault back; whom it holds goes on."""
        with self._guard:
            self._left = 0
            on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end()

    def __enter__(self) -> Fault[A]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class StreamFaults:
    """What befalls every connection: it breaks after so many octets, or what the server says comes in drips."""

    def __init__(self) -> None:
        self.breaks_after_sent: int | None = None
        self.breaks_after_heard: int | None = None
        self.drip_octets: int | None = None
        self.drip_seconds = 0.0


class FaultyStream:
    """A server's stream that these faults befall."""

    def __init__(self, stream: Stream, faults: StreamFaults, pause: Callable[[float], Awaitable[None]]) -> None:
        self._stream = stream
        self._faults = faults
        self._pause = pause
        self._sent = self._heard = 0

    @property
    def deadline(self) -> Deadline:
        return self._stream.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._stream.deadline = deadline

    @property
    def endpoint(self) -> Endpoint:
        return self._stream.endpoint

    @property
    def tls(self) -> TlsFacts | None:
        return self._stream.tls

    @property
    def unread_octets(self) -> int:
        return self._stream.unread_octets

    @property
    def has_ended(self) -> bool:
        return self._stream.has_ended

    async def read(self) -> bytes:
        return self._heard_of(await self._stream.read())

    async def read_within(self, seconds: float) -> bytes | None:
        octets = await self._stream.read_within(seconds)
        return None if octets is None else self._heard_of(octets)

    def _heard_of(self, octets: bytes) -> bytes:
        limit = self._faults.breaks_after_heard
        if limit is not None and self._heard + len(octets) >= limit:
            octets = octets[: max(0, limit - self._heard)]
            self._stream.abort()
        self._heard += len(octets)
        return octets

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        limit = self._faults.breaks_after_sent
        is_last = limit is not None and self._sent + len(octets) >= limit
        if limit is not None and is_last:
            octets = octets[: max(0, limit - self._sent)]
        step = self._faults.drip_octets or len(octets) or 1
        for start in range(0, len(octets), step):
            if start:
                await self._pause(self._faults.drip_seconds)
            await self._stream.write(octets[start : start + step])
        self._sent += len(octets)
        if is_last:
            await self._stream.close()

    async def start_tls(self, settings: TlsSettings) -> Stream:
        return await self._stream.start_tls(settings)

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        """Secure the connection; what is counted from now on are the octets inside."""
        return FaultyStream(await self._stream.start_tls_server(settings), self._faults, self._pause)

    async def close(self) -> None:
        self._stream.deadline = NEVER
        await self._stream.close()

    def abort(self) -> None:
        self._stream.abort()
