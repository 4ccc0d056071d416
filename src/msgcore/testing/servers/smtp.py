"""An SMTP server that keeps what it takes in memory."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.text import Secret
from msgcore.codecs import mime
from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Stream, TlsServerSettings
from msgcore.testing.servers.faults import Fault
from msgcore.testing.servers.logins import InClear
from msgcore.testing.servers.loopback import LoopbackServer
from msgcore.wire.sasl import Authenticator, Passwords
from msgcore.wire.smtp.server import USUAL_EXTENSIONS, MailFacts, ServerSettings, serve_session
from msgcore.wire.smtp.server.turn import END_OF_DATA, GREETING, Turn

__all__ = ["LoopbackSmtpServer", "ReceivedMessage"]

_YES = Reply(250, ("ok",), EnhancedStatus(2, 0, 0))
_PATH = re.compile("<([^<>]*)>")


@attrs.frozen
class ReceivedMessage:
    """A message that the server took: its envelope, what stood in MAIL, and its octets as they came.

    In LMTP each recipient has one.
    """

    envelope: Envelope
    facts: MailFacts
    octets: bytes = attrs.field(repr=False)

    @property
    def message(self) -> Message:
        """The message, read from its octets."""
        return mime.read(self.octets)


class LoopbackSmtpServer(LoopbackServer[Turn]):
    """An SMTP or LMTP server on 127.0.0.1 that takes what it is not told to refuse.

    ``refusals`` gives the reply to RCPT for single addresses, as ``{"bob@b.test": "451 4.2.1 busy"}``. ``logins`` are
    the users with their passwords, for every mechanism, also in clear; an ``authenticator`` decides by itself. Nobody
    has to log in. With ``tls`` it offers STARTTLS, or speaks TLS ``from_first_octet``. ``extensions`` are offered.

    Faults strike at a stage: ``"greeting"``, a verb such as ``"RCPT"``, or ``"end of data"`` (also of what comes by
    BDAT; in LMTP once for each recipient); of several at one stage only the newest does::

        with LoopbackSmtpServer() as server:
            server.answer("451 4.2.1 busy", at="RCPT", address="bob@b.test", times=1)
            server.cut(at="end of data")
            with server.hold(at="DATA") as held:
                ...
                assert held.wait()
    """

    protocol = "smtp"
    stages = (
        GREETING, "EHLO", "HELO", "LHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", END_OF_DATA,
        "RSET", "NOOP", "HELP", "VRFY", "EXPN", "QUIT",
    )  # fmt: skip
    decisive_stage = END_OF_DATA

    def __init__(
        self,
        host_name: str = "mx.loopback.test",
        refusals: Mapping[str, str] | None = None,
        logins: Mapping[str, str] | None = None,
        *,
        authenticator: Authenticator | None = None,
        extensions: frozenset[str] = USUAL_EXTENSIONS,
        tls: TlsServerSettings | None = None,
        from_first_octet: bool = False,
        is_lmtp: bool = False,
    ) -> None:
        super().__init__(tls if from_first_octet else None)
        if authenticator is None and logins:
            authenticator = InClear(Passwords({user: Secret(password) for user, password in logins.items()}))
        self._settings = ServerSettings(
            host_name, offers=extensions, tls=tls, authenticator=authenticator, is_lmtp=is_lmtp
        )
        self.protocol = "lmtp" if is_lmtp else "smtps" if tls is not None and from_first_octet else "smtp"
        self._received: list[ReceivedMessage] = []
        self._has_received = threading.Condition(self.guard)
        self._attempts: Counter[str] = Counter()
        self._left_out: frozenset[str] = frozenset()
        for address, reply in (refusals or {}).items():
            self.answer(reply, at="RCPT", address=address)

    # What it saw

    @property
    def received(self) -> tuple[ReceivedMessage, ...]:
        """What the server has taken so far, oldest first."""
        with self.guard:
            return tuple(self._received)

    def wait_for(self, count: int, timeout_seconds: float = 30.0) -> tuple[ReceivedMessage, ...]:
        """Wait until so many messages were taken, at most so long, and give what was."""
        with self._has_received:
            self._has_received.wait_for(lambda: len(self._received) >= count, timeout_seconds)
            return tuple(self._received)

    def attempts(self, address: str) -> int:
        """Count how often somebody asked to send to an address, whatever the answer was."""
        with self.guard:
            return self._attempts[address]

    # Faults

    def answer(self, reply: str, *, at: str, address: str = "", times: int | None = None) -> Fault[Turn]:
        """Give this reply in place of the right one, and do nothing else; ``421`` closes the connection, too."""
        parsed = _reply(reply)

        async def act(_turn: Turn) -> Reply:
            return parsed

        return self.add(at, address, Fault(act, times))

    def hold(self, at: str = END_OF_DATA, address: str = "") -> Fault[Turn]:
        """Let clients wait at a stage until the fault ends; then what they asked for is done."""
        return self._hold(at, address)

    def leave_out(self, *extensions: str) -> None:
        """Offer none of these in the reply to EHLO; they are served all the same. Without any, offer all again."""
        self._left_out = frozenset(extension.upper() for extension in extensions)

    @staticmethod
    def is_about(argument: str, about: str) -> bool:
        return f"<{about}>" in argument

    # Sessions

    async def converse(self, stream: Stream, commands: list[str]) -> None:
        async def around(turn: Turn) -> Reply | None:
            return await self._turn(turn, commands)

        await serve_session(stream, _Keeper(self), self._settings, around)

    async def _turn(self, turn: Turn, commands: list[str]) -> Reply | None:
        self.note(turn, commands)
        if turn.stage == "RCPT" and (path := _PATH.search(turn.argument)):
            with self.guard:
                self._attempts[path[1]] += 1
        reply = await self.take_turn(attrs.evolve(turn, carry_out=self._carried_out(turn)))
        assert reply is None or isinstance(reply, Reply)
        return reply

    def _carried_out(self, turn: Turn) -> Callable[[], Awaitable[Reply]]:
        async def carry_out() -> Reply:
            reply = await turn.carry_out()
            return self._offer(reply) if turn.stage in {"EHLO", "LHLO"} and reply.is_positive else reply

        return carry_out

    def _offer(self, reply: Reply) -> Reply:
        name, *extensions = reply.lines
        offered = [one for one in extensions if one.split()[0] not in self._left_out]
        return attrs.evolve(reply, lines=(name, *offered))

    def keep(self, message: ReceivedMessage) -> None:
        """Take a message."""
        with self._has_received:
            self._received.append(message)
            self._has_received.notify_all()


class _Keeper:
    """The handler of one session."""

    def __init__(self, server: LoopbackSmtpServer) -> None:
        self._server = server
        self._facts: MailFacts | None = None

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply:
        self._facts = facts
        return _YES

    async def rcpt(self, recipient: Recipient) -> Reply:
        return attrs.evolve(_YES, enhanced=EnhancedStatus(2, 1, 5))

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        assert self._facts is not None
        self._server.keep(ReceivedMessage(envelope, self._facts, octets))
        return Reply(250, (f"taken, {len(octets)} octets",), EnhancedStatus(2, 0, 0))


def _reply(text: str) -> Reply:
    code, _, rest = text.partition(" ")
    if not (code.isascii() and code.isdecimal() and len(code) == 3):
        raise UsageError(f"{text!r}: need a reply, such as 550 5.1.1 no such mailbox")
    enhanced, words = EnhancedStatus.split(rest)
    return Reply(int(code), (words,), enhanced)
