"""A client's connection as a server's session uses it: lines in, answers out, each within its time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from msgcore.errors import ConnectionLost, ProtocolBroken, StarttlsInjection, TimedOut, TlsFailed
from msgcore.runtime.abc import Stream, TlsServerSettings
from msgcore.wire.lines import Incoming, take_line

__all__ = ["ENDS_OF_SESSION", "LineLimits", "ServerLine"]

ENDS_OF_SESSION = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken, StarttlsInjection)
"""What a client does, or its network, that ends a session and is no error of the server's."""

# The longest line of an exchange, as RFC 4954 section 4 has it: RFC 5034 leaves it open.
_AUTH_OCTETS = 12_288
_OUTGOING_OCTETS = 64 * 1024


class LineLimits(Protocol):
    """What a server puts up with on one connection; the settings of a server are such."""

    @property
    def max_command_octets(self) -> int: ...

    @property
    def command_seconds(self) -> float: ...

    @property
    def data_seconds(self) -> float: ...

    @property
    def session_seconds(self) -> float: ...


class ServerLine:
    """Answers are gathered and go out together before the next wait, or when they are many."""

    def __init__(self, stream: Stream, limits: LineLimits, write_seconds: float) -> None:
        self.stream = stream
        self.is_over = False
        self._limits = limits
        self._write_seconds = write_seconds
        self._deadline = stream.deadline.sooner(limits.session_seconds)
        self._monotonic = self._deadline.clock.monotonic
        self._waits_since, self._waits_for = -math.inf, 0.0
        self._incoming = Incoming(stream)
        self._outgoing: list[bytes] = []
        self._outgoing_octets = 0

    @property
    def unread_octets(self) -> int:
        return len(self._incoming.buffer) + self.stream.unread_octets

    def arrived_line(self) -> bytes | None:
        """Give the next line if it has arrived and is of usual length: what a batch of commands needs no wait for."""
        buffer = self._incoming.buffer
        if not buffer:
            return None
        end = buffer.find(b"\n", 0, self._limits.max_command_octets) + 1
        if not end:
            return None
        line = bytes(buffer[:end])
        del buffer[:end]
        return line

    async def next_line(self, *, is_exchange: bool = False) -> bytes | None:
        """Give the next line, or ``None`` for one that is too long."""
        is_waiting = False
        while True:
            if self._incoming.buffer:
                try:
                    line = take_line(self._incoming.buffer, self._limit_octets(is_exchange))
                except ProtocolBroken:
                    return None
                if line is not None:
                    return line
            await self.flush()
            if not is_waiting:  # once a command: a client that drips octets gains no time
                self._wait_for(self._limits.command_seconds)
                is_waiting = True
            self._incoming.add(await self.stream.read())
            if not is_exchange and (line := self.arrived_line()) is not None:
                return line

    def _limit_octets(self, is_exchange: bool) -> int:
        is_long = is_exchange or self._incoming.buffer[:5].upper().startswith(b"AUTH ")
        return _AUTH_OCTETS if is_long else self._limits.max_command_octets

    async def take(self, take: Callable[[bytearray], bool]) -> None:
        """Wait for data until ``take`` has all of its own off the front."""
        if take(self._incoming.buffer):
            return
        await self.flush()
        self._wait_for(self._limits.data_seconds)
        self._incoming.add(await self.stream.read())
        while not take(self._incoming.buffer):
            self._incoming.add(await self.stream.read())

    def _wait_for(self, seconds: float) -> None:
        """Wait for so long from now, or up to a hundredth of it less: a deadline serves for several waits."""
        now = self._monotonic()
        if seconds != self._waits_for or not 0 <= now - self._waits_since < seconds / 100:
            self._waits_since, self._waits_for = now, seconds
            self.stream.deadline = self._deadline.sooner(seconds)

    def put_octets(self, octets: bytes) -> None:
        self._outgoing.append(octets)
        self._outgoing_octets += len(octets)

    @property
    def has_much(self) -> bool:
        """Whether the answers are so many that they should go out."""
        return self._outgoing_octets > _OUTGOING_OCTETS

    async def flush_much(self) -> None:
        """Send the answers when they are many."""
        if self.has_much:
            await self.flush()

    async def flush(self) -> None:
        if self._outgoing:
            octets = b"".join(self._outgoing)
            self._outgoing.clear()
            self._outgoing_octets = 0
            self._wait_for(self._write_seconds)  # the handler may have used up what was left
            await self.stream.write(octets)

    async def start_tls(self, settings: TlsServerSettings) -> None:
        """Go on in TLS; what has arrived in clear is forgotten."""
        await self.flush()
        self._wait_for(self._limits.command_seconds)
        self.stream = await self.stream.start_tls_server(settings)
        self._waits_for = 0.0
        self._incoming = Incoming(self.stream)
