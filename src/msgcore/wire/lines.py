"""What has arrived on a stream and is not used up yet, within bounds."""

from __future__ import annotations

from msgcore.errors import ConnectionLost, ProtocolBroken
from msgcore.runtime.abc import Stream

__all__ = ["Incoming", "take_line"]

_MANY_OCTETS = 64 * 1024


def take_line(buffer: bytearray, limit_octets: int) -> bytes | None:
    """Take the first line off the buffer, with its LF; ``None`` when no whole line has arrived.

    Raises:
        ProtocolBroken: the line is longer than ``limit_octets``; the buffer is as it was.
    """
    end = buffer.find(b"\n", 0, limit_octets) + 1
    if end:
        line = bytes(buffer[:end])
        del buffer[:end]
        return line
    if len(buffer) >= limit_octets:
        raise ProtocolBroken.remote(f"a line of more than {limit_octets} octets")
    return None


class Incoming:
    """The octets that a conversation has read and not used; parsers take theirs off the front of ``buffer``."""

    __slots__ = ("_stream", "buffer")

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.buffer = bytearray()

    async def fill(self) -> None:
        """Wait for more octets.

        Raises:
            ConnectionLost: the peer has ended its side.
        """
        self.add(await self._stream.read())

    def add(self, octets: bytes) -> None:
        """Keep what was read from the stream; raises as :meth:`fill` does."""
        if not octets:
            raise ConnectionLost(f"{self._stream.endpoint}: the peer closed the connection")
        self.buffer += octets

    async def fill_line(self) -> None:
        """Wait for octets that bring a line end, or for many without one: parsers need not look again before.

        Raises:
            ConnectionLost: the peer has ended its side.
        """
        arrived = 0
        octets = b""
        while octets.find(b"\n") < 0 and arrived <= _MANY_OCTETS:
            octets = await self._stream.read()
            self.add(octets)
            arrived += len(octets)

    async def look(self) -> bool:
        """Say what :attr:`has_unasked` says, also of what lies below: ciphertext, or what the loop has not read.

        Raises:
            ConnectionLost: the peer has ended its side.
        """
        if not self.has_unasked and (octets := await self._stream.read_within(0)) is not None:
            self.add(octets)
        return self.has_unasked

    @property
    def has_unasked(self) -> bool:
        """Whether anything has arrived, here or in the stream, that nobody has used."""
        return bool(self.buffer) or self._stream.unread_octets > 0
