"""A client's connection as a server's session uses it: lines in, replies out, each within its time."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.base.status import Reply
from msgcore.errors import ProtocolBroken
from msgcore.runtime.abc import Stream, TlsServerSettings
from msgcore.wire.lines import Incoming, take_line
from msgcore.wire.smtp.reply import write_reply
from msgcore.wire.smtp.server.commands import Refusal
from msgcore.wire.smtp.server.settings import ServerSettings

__all__ = ["ClientLine"]

# The longest line of an exchange (RFC 4954 section 4).
_AUTH_OCTETS = 12_288
_OUTGOING_OCTETS = 64 * 1024


class ClientLine:
    """Replies are gathered and go out together before the next wait; 421 ends it."""

    def __init__(self, stream: Stream, settings: ServerSettings) -> None:
        self.stream = stream
        self.is_over = False
        self._settings = settings
        self._deadline = stream.deadline.sooner(settings.session_seconds)
        self._incoming = Incoming(stream)
        self._outgoing = bytearray()

    @property
    def unread_octets(self) -> int:
        return len(self._incoming.buffer) + self.stream.unread_octets

    async def next_line(self, *, is_exchange: bool = False) -> bytes | None:
        """Give the next line, or ``None`` for one that is too long."""
        is_waiting = False
        while True:
            try:
                line = take_line(self._incoming.buffer, self._limit_octets(is_exchange))
            except ProtocolBroken:
                return None
            if line is not None:
                return line
            await self.flush()
            if not is_waiting:  # once a command: a client that drips octets gains no time
                self._wait_for(self._settings.command_seconds)
                is_waiting = True
            await self._incoming.fill()

    def _limit_octets(self, is_exchange: bool) -> int:
        is_long = is_exchange or bytes(self._incoming.buffer[:5]).upper() == b"AUTH "
        return _AUTH_OCTETS if is_long else self._settings.max_command_octets

    def refuse_unread(self, verb: str) -> None:
        """Refuse what has to wait for its reply, and end the session, when more has arrived already."""
        if self.unread_octets:
            self.is_over = True
            raise Refusal(554, "5.5.0", f"octets ahead of the reply to {verb}")

    async def take(self, take: Callable[[bytearray], bool]) -> None:
        """Wait for data until ``take`` has all of its own off the front."""
        if take(self._incoming.buffer):
            return
        await self.flush()
        self._wait_for(self._settings.data_seconds)
        await self._incoming.fill()
        while not take(self._incoming.buffer):
            await self._incoming.fill()

    def _wait_for(self, seconds: float) -> None:
        self.stream.deadline = self._deadline.sooner(seconds)

    def put(self, reply: Reply | None, *, utf8: bool = False) -> None:
        if reply is not None:
            self._outgoing += write_reply(reply, utf8=utf8)
            self.is_over = self.is_over or reply.code == 421

    def put_octets(self, octets: bytes) -> None:
        self._outgoing += octets

    async def flush_much(self) -> None:
        """Send the replies when they are many."""
        if len(self._outgoing) > _OUTGOING_OCTETS:
            await self.flush()

    async def flush(self) -> None:
        if self._outgoing:
            octets = bytes(self._outgoing)
            self._outgoing.clear()
            self._wait_for(self._settings.command_seconds)  # the handler may have used up what was left
            await self.stream.write(octets)

    async def start_tls(self, settings: TlsServerSettings) -> None:
        """Go on in TLS; what has arrived in clear is forgotten."""
        await self.flush()
        self._wait_for(self._settings.command_seconds)
        self.stream = await self.stream.start_tls_server(settings)
        self._incoming = Incoming(self.stream)
