"""An SMTP server on this machine as the far end of a suite, for all that speaks SMTP."""

from __future__ import annotations

import binascii
import threading
from base64 import b64decode
from collections import Counter
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import ClassVar, Self

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.codecs import mime
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.runtime.abc import Endpoint, Listener, Stream
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.runtime.loop_thread import submit
from msgcore.testing.far_ends import Taken
from msgcore.wire.smtp import MailFacts, ServerSettings, serve_session
from msgcore.wire.smtp.turn import END_OF_DATA, Turn

__all__ = ["SmtpFarEnd"]

_YES = Reply(250, ("yes",), EnhancedStatus(2, 0, 0))
_REFUSED = Reply(550, ("no such mailbox",), EnhancedStatus(5, 1, 1))
_DEFERRED = Reply(450, ("the mailbox is busy",), EnhancedStatus(4, 2, 1))
_LOGGED_IN = Reply(235, ("welcome",), EnhancedStatus(2, 7, 0))
_WRONG = Reply(535, ("wrong user or password",), EnhancedStatus(5, 7, 8))


class SmtpFarEnd:
    """A server on 127.0.0.1, in clear, that takes mail of anybody, and logs ``user`` in who wants to.

    A derived class may say at another ``hold_stage`` that it holds: ``"greeting"``, ``"end of data"``, or a verb.
    """

    user: ClassVar[str] = "ann"
    password: ClassVar[str] = "correct horse/battery+staple"
    hold_stage: ClassVar[str] = END_OF_DATA

    def __init__(self) -> None:
        self._password = self.password
        self._replies: dict[str, Reply] = {}
        self._attempts: Counter[str] = Counter()
        self._received: list[tuple[Envelope, bytes]] = []
        self._loses = False
        self._held = threading.Event()
        self._gate: Future[None] | None = None
        self._listener: Listener | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def url(self) -> str:
        """Where it listens, as ``smtp://127.0.0.1:2525``."""
        return f"smtp://127.0.0.1:{self._port}"

    def _start(self) -> None:
        self._listener = submit(self._listen()).result()
        self._port = self._listener.port

    async def _listen(self) -> Listener:
        return await AsyncioRuntime().listen(Endpoint("127.0.0.1", self._port, "smtp"), self._serve)

    def _stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            submit(_close(listener)).result()

    async def _serve(self, stream: Stream) -> None:
        async def around(turn: Turn) -> Reply | None:
            return await self._around(turn, stream)

        await serve_session(stream, _Session(self), ServerSettings("mx.far-end.test"), around)

    async def _around(self, turn: Turn, stream: Stream) -> Reply | None:
        gate = self._gate
        if gate is not None and turn.stage == self.hold_stage:
            await turn.flush()
            self._held.set()
            await AsyncioRuntime().wait(gate)
        if turn.stage == "AUTH":
            return _LOGGED_IN if _password_of(turn.argument) == self._password else _WRONG
        reply = await turn.carry_out()
        if turn.stage == "EHLO" and reply.is_positive:
            return attrs.evolve(reply, lines=(*reply.lines, "AUTH PLAIN"))
        if turn.stage == END_OF_DATA and self._loses:
            stream.abort()
        return reply

    # What the sessions ask.

    def answer(self, recipient: Address) -> Reply:
        """Say whether somebody gets mail."""
        self._attempts[recipient.email_address] += 1
        return self._replies.get(recipient.email_address, _YES)

    def take(self, envelope: Envelope, octets: bytes) -> None:
        """Take a message."""
        self._received.append((envelope, octets))

    # What the suites ask.

    def address(self, name: str) -> str:
        return f"{name}@b.test"

    def taken(self) -> list[Taken]:
        return [
            Taken(tuple(one.email_address for one in envelope.recipients), mime.read(octets).text or "")
            for envelope, octets in self._received
        ]

    def attempts(self, address: str) -> int:
        return self._attempts[address]

    def octets(self) -> list[bytes]:
        return [octets for _, octets in self._received]

    def refuse(self, address: str) -> None:
        self._replies[address] = _REFUSED

    def defer(self, address: str) -> None:
        self._replies[address] = _DEFERRED

    def lose(self) -> None:
        self._loses = True

    def refuse_credentials(self) -> None:
        self._password = ""

    @contextmanager
    def hold(self) -> Generator[threading.Event]:
        gate: Future[None] = Future()
        self._held.clear()
        self._gate = gate
        try:
            yield self._held
        finally:
            self._gate = None
            gate.set_result(None)

    @contextmanager
    def down(self) -> Generator[None]:
        self._stop()
        try:
            yield
        finally:
            self._start()


class _Session:
    """The handler of one session."""

    def __init__(self, far_end: SmtpFarEnd) -> None:
        self._far_end = far_end

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply:
        return _YES

    async def rcpt(self, recipient: Address) -> Reply:
        return self._far_end.answer(recipient)

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        self._far_end.take(envelope, octets)
        return _YES


async def _close(listener: Listener) -> None:
    await listener.close()


def _password_of(argument: str) -> str:
    """Read the password out of ``AUTH PLAIN`` with an initial response (RFC 4616)."""
    mechanism, _, response = argument.partition(" ")
    try:
        return b64decode(response).decode().rpartition("\0")[2] if mechanism.upper() == "PLAIN" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
