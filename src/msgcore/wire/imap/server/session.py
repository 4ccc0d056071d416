"""An IMAP session as server, over a handler that decides.

*Theory of operation.* The states are those of RFC 9051 section 3: not authenticated until a user is proved and the
account open, authenticated, and selected. For each there is a table of the commands that are heard. A mailbox may
change at any time; the client is told behind the answer to a command, or while it idles, and numbers of messages change
only then. Answers are gathered while whole commands lie in the buffer and go out together before the next wait, so that
clients may pipeline. STARTTLS has to be the last of its batch: what lies behind it in clear is never obeyed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import attrs

from msgcore.runtime.abc import Stream
from msgcore.wire.imap.server.answer import Answer, ok, write_answer
from msgcore.wire.imap.server.command import Command, CommandReader, Unreadable
from msgcore.wire.imap.server.handler import Handler
from msgcore.wire.imap.server.line import ImapLine
from msgcore.wire.imap.server.settings import ServerSettings
from msgcore.wire.imap.server.states import States
from msgcore.wire.imap.server.turn import GREETING, IDLING, Around, Turn
from msgcore.wire.server_line import ENDS_OF_SESSION

__all__ = ["serve_session"]


def _now() -> datetime:
    return datetime.now(UTC)


async def serve_session(
    stream: Stream,
    handler: Handler,
    settings: ServerSettings,
    around: Around | None = None,
    now: Callable[[], datetime] = _now,
) -> None:
    """Hold one session from greeting to farewell, and close the stream.

    ``around`` stands around every turn, for who has to see or change more than a :class:`Handler` decides. TLS from the
    first octet is the caller's to start. A client that leaves without farewell or is too slow is no error. Errors of
    the handler that are not msgcore's come out, after the connection was closed.
    """
    line = ImapLine(stream, settings, write_seconds=settings.data_seconds)
    session = _Session(line, handler, settings, around, now)
    try:
        await session.run()
    except ENDS_OF_SESSION:
        return
    finally:
        try:
            await session.leave()
        finally:
            await line.stream.close()


class _Session:
    def __init__(
        self,
        line: ImapLine,
        handler: Handler,
        settings: ServerSettings,
        around: Around | None,
        now: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._reader = CommandReader(line, settings)
        self._settings = settings
        self._around = around
        self._states = States(line, handler, settings, now, self._tell_idler)
        self._tag = b"*"
        self._commands = self._errors = 0

    async def run(self) -> None:
        greeting = await self._answer(Command(b"*", GREETING, b""), lambda _: self._states.greet())
        await self._put(b"*", greeting)
        if greeting is not None and greeting.status.word == "BYE":
            self._line.is_over = True
        while not self._line.is_over:
            try:
                command = await self._reader.next(is_logged_in=self._states.is_logged_in)
            except Unreadable as error:
                self._errors += 1
                await self._put(error.tag, error.answer)
                if error.is_end:
                    self._line.end("what follows cannot be read")
            else:
                await self._obey(command)
            self._keep_limits()
        await self._line.flush()

    async def leave(self) -> None:
        await self._states.leave()

    async def _put(self, tag: bytes, answer: Answer | None) -> None:
        if answer is not None:
            self._line.put_octets(write_answer(tag, answer))
            await self._line.flush_much()

    async def _answer(self, command: Command, carry_out: Callable[[bytes], Awaitable[Answer]]) -> Answer | None:
        if self._around is None:
            return await carry_out(command.octets)
        line, selected = self._line, self._states.selected
        turn = Turn(
            command.stage,
            command.argument,
            line.unread_octets,
            lambda: carry_out(command.octets),
            line.flush,
            line.stream,
            command.tag,
            command.octets,
            carry_out,
            self._states.user,
            None if selected is None else selected.mailbox.raw_name,
        )
        return await self._around(turn)

    async def _obey(self, command: Command) -> None:
        self._commands += 1
        self._tag = command.tag
        answer = await self._answer(
            command, lambda octets: self._states.carry_out(attrs.evolve(command, octets=octets))
        )  # fmt: skip
        await self._put(command.tag, answer)
        self._errors += answer is not None and answer.status.word == "BAD"
        switch, self._states.switch_due = self._states.switch_due, None
        if switch is not None and answer is not None and answer.is_positive:
            await switch()

    async def _tell_idler(self, lines: Sequence[bytes]) -> None:
        async def carry_out(_: bytes) -> Answer:
            return ok("", *lines)

        answer = await self._answer(Command(self._tag, IDLING, b""), carry_out)
        if answer is not None:
            self._line.put_octets(b"".join(answer.data))
            await self._line.flush()

    def _keep_limits(self) -> None:
        settings = self._settings
        if self._line.is_over:
            return
        if self._commands > settings.max_commands or self._errors > settings.max_errors:
            self._line.end("too much of this")
        elif self._states.refused_logins >= settings.max_refused_logins:
            self._line.end("too many refused logins")
