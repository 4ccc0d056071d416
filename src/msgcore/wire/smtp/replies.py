"""What a server answers to commands that go together: mostly it arrives together, too, and is read at once."""

from __future__ import annotations

from msgcore.base.status import Reply
from msgcore.errors import MsgcoreError, ProtocolBroken
from msgcore.runtime.abc import Stream
from msgcore.wire.lines import Incoming
from msgcore.wire.smtp.reply import REPLY_OCTETS, SHORT_OCTETS, take_reply, usual_reply

__all__ = ["Leaving", "Replies"]

_MOST_AT_ONCE = 128
_CLOSING = 421


class Leaving(MsgcoreError):
    """The server said 421: it closes the connection, at whatever stage (RFC 5321 section 3.8)."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply))
        self.reply = reply


class Replies:
    """The replies on a stream, taken in their order; false when nothing is left of what was read.

    Raises (from what takes one):
        Leaving: it is 421.
        ProtocolBroken: it is none; see :func:`~msgcore.wire.smtp.reply.take_reply`.
    """

    __slots__ = ("_incoming", "_peer", "_read", "_stream")

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._incoming = Incoming(stream)
        self._peer = str(stream.endpoint)
        self._read: list[Reply] = []  # the next one last

    def __bool__(self) -> bool:
        return bool(self._read or self._incoming.buffer)

    async def look(self) -> bool:
        """Say what :attr:`has_unasked` says, also of what lies below the stream; raises as :meth:`wait` does."""
        return bool(self._read) or await self._incoming.look()

    @property
    def has_unasked(self) -> bool:
        """Whether anything has arrived, here or in the stream, that nobody has taken."""
        return bool(self._read) or self._incoming.has_unasked

    async def wait(self) -> Reply:
        """Wait for the next reply, when :meth:`take` gave none.

        Raises:
            ConnectionLost: the peer has ended its side before it.
        """
        while True:
            octets = await self._stream.read()
            self._incoming.add(octets)
            if octets.find(b"\n") < 0 and len(octets) < REPLY_OCTETS:
                await self._incoming.fill_line()
            if (reply := self.take()) is not None:
                return reply

    async def fill(self) -> None:
        """Wait for octets, if there are none; raises as :meth:`wait` does."""
        if not self:
            await self._incoming.fill()

    def take(self) -> Reply | None:
        """Take the next reply if it has arrived whole."""
        if self._read:
            return self._read.pop()
        if not self._incoming.buffer:
            return None
        self._read_usual()
        return self._read.pop() if self._read else self._take_other()

    def _read_usual(self) -> None:
        """Read the replies of one short line that come next, but for 421."""
        *lines, rest = bytes(self._incoming.buffer).split(b"\n", _MOST_AT_ONCE)
        read = self._read
        for line in lines:
            reply = usual_reply(line) if len(line) < SHORT_OCTETS else None
            if reply is None or reply.code == _CLOSING:
                break
            read.append(reply)
        else:
            self._incoming.buffer[:] = rest
            read.reverse()
            return
        del self._incoming.buffer[: sum(map(len, lines[: len(read)])) + len(read)]
        read.reverse()

    def _take_other(self) -> Reply | None:
        try:
            reply = take_reply(self._incoming.buffer)
        except ProtocolBroken as error:
            raise ProtocolBroken.remote(f"{self._peer}: {error}") from None
        if reply is not None and reply.code == _CLOSING:
            raise Leaving(reply)
        return reply
