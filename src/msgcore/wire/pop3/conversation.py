"""Commands and answers on one POP3 connection, by the client's side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.text import Secret, forget_frames
from msgcore.errors import CommandRefused, ConnectionLost, ProtocolBroken
from msgcore.runtime.abc import Stream
from msgcore.wire.pop3.answers import Answers
from msgcore.wire.pop3.status import GO_ON, NO
from msgcore.wire.sasl import without_echo

__all__ = ["Conversation"]

T = TypeVar("T")

_SHORTEST_ECHO = 4


class Conversation:
    """What is said and heard on a stream.

    A server that breaks the protocol is not heard any more: the stream is aborted, and ``ProtocolBroken`` raised.
    ``secrets`` are what was said and is not to be seen in an error when a server sends it back.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.secrets: Sequence[Secret] = ()
        self._answers = Answers()

    @property
    def name(self) -> str:
        return str(self.stream.endpoint)

    @property
    def begins_well(self) -> bool:
        """Whether what has arrived and is not taken, if there is any, goes on as an answer does."""
        return self._answers.begins_well

    @property
    def unused_octets(self) -> int:
        """How much has arrived and is not taken."""
        return self._answers.unused_octets

    async def say(self, command: bytes, shown_as: bytes | None = None, *, is_first: bool = True) -> None:
        """Say a command, or several with CR LF between them.

        With ``is_first`` everything said before is answered, so that nothing may be there to be heard.

        Raises:
            ConnectionLost: the server has ended the session meanwhile, and perhaps said why.
        """
        if is_first and (self.unused_octets or self.stream.unread_octets):
            await self._hear_unasked()
        await self.stream.write(command + b"\r\n", None if shown_as is None else shown_as + b"\r\n")

    async def fill(self, seconds: float | None = None) -> bool:
        """Wait for more octets, for so many seconds if they are given; say whether some came.

        Raises:
            ConnectionLost: the server has ended the session.
        """
        octets = await (self.stream.read() if seconds is None else self.stream.read_within(seconds))
        if octets is None:
            return False
        if not octets:
            self._answers.clear()
            raise ConnectionLost(f"{self.name}: the peer closed the connection")
        self._answers.feed(octets)
        return True

    async def hear(self) -> StatusResponse:
        """Hear a status line: ``+OK``, ``-ERR``, or ``+``."""
        while (status := self._taken(self._answers.status)) is None:
            await self.fill()
        return status

    async def hear_lines(self, limit_octets: int) -> bytes | StatusResponse:
        """Hear an answer of several lines: its body, or the refusal."""
        while (answer := self.take_lines(limit_octets)) is None:
            await self.fill()
        return answer

    def take_lines(self, limit_octets: int) -> bytes | StatusResponse | None:
        """Give such an answer when it has arrived."""
        answer = self._taken(self._answers.lines, limit_octets)
        return self._yes_or_no(answer) if isinstance(answer, StatusResponse) else answer

    async def hear_piece(self, limit_octets: int) -> tuple[bytes, bool] | StatusResponse:
        """Hear a part of such an answer, and whether it is the last; or the refusal."""
        while (answer := self._taken(self._answers.piece, limit_octets)) is None:
            await self.fill()
        return self._yes_or_no(answer) if isinstance(answer, StatusResponse) else answer

    async def hear_answer(self) -> StatusResponse:
        """Hear whether a command is granted, where more answers may follow."""
        return self._yes_or_no(await self.hear())

    async def hear_granted(self, command: bytes) -> StatusResponse:
        """Hear that a command, which was the last, is granted.

        Raises:
            CommandRefused: it is not.
        """
        status = await self.hear_answer()
        self.expect_nothing()
        if status.word == NO:
            raise CommandRefused(status, f"{self.name}: {command.decode()}")
        return status

    async def command(self, command: bytes) -> StatusResponse:
        """Say a command and hear that it is granted, as :meth:`hear_granted` does."""
        await self.say(command)
        return await self.hear_granted(command)

    def expect_nothing(self) -> None:
        if self.unused_octets:
            raise self.broken("the server says more than it was asked")

    def broken(self, what: str) -> ProtocolBroken:
        """Abort the stream, and give the error to raise."""
        self._answers.clear()
        self.stream.abort()
        return ProtocolBroken.remote(f"{self.name}: {what}")

    def cleaned(self, status: StatusResponse) -> StatusResponse:
        """Hide what a server may send back of what it was told in secret, perhaps in base64."""
        status = self._without_secrets(status)
        return attrs.evolve(status, text=without_echo(status.text))

    def _without_secrets(self, status: StatusResponse) -> StatusResponse:
        text = status.text
        for secret in self.secrets:
            if len(secret.reveal()) >= _SHORTEST_ECHO:
                text = text.replace(secret.reveal(), "***")
        return attrs.evolve(status, text=text)

    def _taken(self, take: Callable[..., T], *arguments: int) -> T:
        try:
            return take(*arguments)
        except ProtocolBroken as error:
            forget_frames(error)  # they hold the line, which may be a secret that was sent back
            what = str(error)
        raise self.broken(what)

    def _yes_or_no(self, status: StatusResponse) -> StatusResponse:
        if status.word == GO_ON:
            raise self.broken(f"the server says {GO_ON} where +OK or -ERR is due")
        return self._without_secrets(status) if status.word == NO else status

    async def _hear_unasked(self) -> None:
        """Hear why a server speaks before it is asked: what it may say is that it ends the session."""
        status = self.cleaned(await self.hear())
        if status.word != NO:
            raise self.broken("the server speaks before it is asked")
        self.stream.abort()
        raise ConnectionLost(f"{self.name}: the server ended the session: {status}")
