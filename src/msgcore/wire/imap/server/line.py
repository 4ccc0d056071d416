"""A client's connection that can be looked at while the server has something else to wait for, as in IDLE."""

from __future__ import annotations

from msgcore.errors import ConnectionLost
from msgcore.wire.imap.compressed import CompressedStream
from msgcore.wire.imap.server.answer import bye
from msgcore.wire.lines import Incoming
from msgcore.wire.server_line import ServerLine

__all__ = ["ImapLine"]


class ImapLine(ServerLine):
    is_compressed = False

    async def compress(self) -> None:
        """Go on compressed, both ways (RFC 4978)."""
        await self.flush()
        self.is_compressed = True
        self.stream = CompressedStream(self.stream, bytes(self._incoming.buffer))
        self._incoming = Incoming(self.stream)

    def end(self, why: str) -> None:
        """Say that the session is over, and let it be."""
        self.put_octets(bye(why))
        self.is_over = True

    def begin_idle(self, seconds: float) -> None:
        """Give the client so many seconds to end its IDLE."""
        self._wait_for(seconds)

    async def has_line(self, seconds: float) -> bool:
        """Wait so long at most, and say whether a whole line has arrived, or what is too long for one."""
        buffer = self._incoming.buffer
        if b"\n" in buffer or len(buffer) > self._limits.max_command_octets:
            return True
        octets = await self.stream.read_within(seconds)
        if octets == b"":
            raise ConnectionLost(f"{self.stream.endpoint}: the client closed the connection")
        buffer += octets or b""
        return b"\n" in buffer or len(buffer) > self._limits.max_command_octets
