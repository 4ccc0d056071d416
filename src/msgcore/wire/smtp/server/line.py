"""A client's connection as an SMTP server's session uses it."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost
from msgcore.runtime.abc import Stream
from msgcore.wire.server_line import ServerLine
from msgcore.wire.smtp.reply import write_reply
from msgcore.wire.smtp.server.commands import Refusal
from msgcore.wire.smtp.server.guard import Guard
from msgcore.wire.smtp.server.settings import ServerSettings

__all__ = ["ClientLine"]


class ClientLine(ServerLine):
    """Replies are gathered and go out together before the next wait; 421 ends it."""

    def __init__(self, stream: Stream, settings: ServerSettings, guard: Guard | None = None) -> None:
        super().__init__(stream, settings, write_seconds=settings.command_seconds)
        self._settings = settings
        self._guard = guard

    async def take_message(self, take: Callable[[bytearray], bool], most_octets: int) -> None:
        """Wait until ``take`` has all octets of a message that are its own; it keeps so many of them at most."""
        guard, room = self._guard, most_octets
        if guard is None:
            return await self.take(take)

        def seen(buffer: bytearray) -> bool:
            nonlocal room
            before = len(buffer)
            is_over = take(buffer)
            kept = min(before - len(buffer), room)
            room -= kept
            if kept and not guard.arrived(kept):
                raise ConnectionLost(f"{self.stream.endpoint}: the client has had to leave")
            return is_over

        return await self.take(seen)

    def end_message(self) -> None:
        """Note that the message, of which something may have been taken, is answered or given up."""
        if self._guard is not None:
            self._guard.over()

    async def take(self, take: Callable[[bytearray], bool]) -> None:
        """Wait for data until ``take`` has all of its own; who drips it is cut long before the longest time is over."""
        rate = self._settings.min_data_octets_per_second
        if not rate:
            return await super().take(take)
        buffer, patience_seconds = self._incoming.buffer, self._settings.command_seconds
        if take(buffer):
            return None
        await self.flush()
        self._wait_for(min(patience_seconds, self._settings.data_seconds))
        self._incoming.add(await self.stream.read())
        arrived = len(buffer)
        if take(buffer):
            return None
        longest = self._deadline.sooner(self._settings.data_seconds)
        patient = self._deadline.clock.monotonic() + patience_seconds
        self._waits_for = 0.0  # the deadline is this method's own now
        while True:
            self.stream.deadline = longest.or_sooner(Deadline(patient + arrived / rate, longest.clock))
            before = len(buffer)
            self._incoming.add(await self.stream.read())
            arrived += len(buffer) - before
            if take(buffer):
                return None

    def refuse_unread(self, verb: str) -> None:
        """Refuse what has to wait for its reply, and end the session, when more has arrived already."""
        if self.unread_octets:
            self.is_over = True
            raise Refusal(554, "5.5.0", f"octets ahead of the reply to {verb}")

    def put(self, reply: Reply | None, *, utf8: bool = False) -> None:
        if reply is not None:
            self.put_octets(write_reply(reply, utf8=utf8))
            self.is_over = self.is_over or reply.code == 421
