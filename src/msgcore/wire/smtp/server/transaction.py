"""The transactions of a server's session: MAIL, RCPT, DATA, BDAT and the end of the message."""

from __future__ import annotations

import enum
import functools
from collections.abc import Awaitable, Callable
from typing import Protocol

import attrs

from msgcore.base.status import Reply
from msgcore.model.envelope import Envelope
from msgcore.wire.smtp.server.commands import Refusal, Terms, read_bdat, reply_of
from msgcore.wire.smtp.server.handler import BodyKind, Client, Handler
from msgcore.wire.smtp.server.incoming_data import DataFault, IncomingChunk, IncomingData, fault_of
from msgcore.wire.smtp.server.line import ClientLine
from msgcore.wire.smtp.server.mail import Mail, ask, fault_reply
from msgcore.wire.smtp.server.parameters import read_mail, read_rcpt
from msgcore.wire.smtp.server.settings import ServerSettings
from msgcore.wire.smtp.server.tally import Tally
from msgcore.wire.smtp.server.turn import END_OF_DATA

__all__ = ["Then", "Transactions"]


@attrs.frozen(eq=False)
class Then:
    """A reply, and what follows once it is the one that is given."""

    reply: Reply
    carry_out: Callable[[Reply], Awaitable[None]]


class Answer(Protocol):
    async def __call__(self, stage: str, argument: str, carry_out: Callable[[], Awaitable[Reply]]) -> Reply | None: ...


class _State(enum.Enum):
    """Where a session is; the value is the command that leads on."""

    NEW = "EHLO"
    READY = "MAIL"
    SENDER = "RCPT"
    RECIPIENTS = "DATA"
    CHUNKS = "BDAT"


class Transactions:
    """One transaction after the other, with the client that the session knows and what it offered to it."""

    def __init__(
        self, line: ClientLine, handler: Handler, settings: ServerSettings, tally: Tally, answer: Answer
    ) -> None:
        self.client = Client(line.stream.endpoint.host, tls=line.stream.tls)
        self._line = line
        self._handler = handler
        self._settings = settings
        self._go_ahead = Then(Reply(354, ("end with CR LF . CR LF",)), self._take_data)
        self.offer(frozenset())
        self._tally = tally
        self._answer = answer
        self._mail: Mail | None = None
        self._chunk: IncomingChunk | None = None

    # What may be said when.

    @property
    def has_begun(self) -> bool:
        """Whether a sender is given, and the message is not over."""
        return self._mail is not None

    def _expect(self, *states: _State) -> None:
        mail = self._mail
        if mail is None:
            state = _State.READY if self.client.hello else _State.NEW
        elif mail.chunks is not None:
            state = _State.CHUNKS
        else:
            state = _State.RECIPIENTS if mail.recipients else _State.SENDER
        if state not in states:
            hello = "LHLO" if self._settings.is_lmtp else "EHLO"
            first = hello if state is _State.NEW else state.value
            raise Refusal(503, "5.5.1", f"{first} first")

    def _begun(self, *states: _State) -> Mail:
        self._expect(*states)
        assert self._mail is not None
        return self._mail

    def expect_none(self) -> None:
        """Refuse what may not stand in a transaction, nor before EHLO."""
        self._expect(_State.READY)

    def expect_tls(self) -> None:
        """Refuse what may not be said in clear."""
        if self._settings.requires_tls and self.client.tls is None:
            raise Refusal(530, "5.7.0", "STARTTLS first")

    def empty(self) -> None:
        """Forget the envelope."""
        self._tally.idle_commands += 1
        self._mail = None
        self._line.end_message()

    def put(self, reply: Reply | None) -> None:
        self._line.put(reply, utf8=self._mail is not None and self._mail.facts.is_utf8)

    def offer(self, extensions: frozenset[str]) -> None:
        """Serve these extensions from now on, and no others."""
        settings, clock = self._settings, self._line.stream.deadline.clock
        self._terms = Terms(extensions, settings.max_message_octets, settings.max_hold_seconds, clock)

    @property
    def offered(self) -> frozenset[str]:
        return self._terms.offered

    # The envelope.

    async def mail(self, argument: str) -> Reply:
        self.expect_tls()
        self._expect(_State.READY)
        sender, facts = read_mail(argument, self.client, self._terms)
        reply = await ask(self._handler.mail(sender, facts))
        if reply.is_positive:
            self._mail = Mail(sender, facts)
        return reply

    async def rcpt(self, argument: str) -> Reply:
        mail = self._begun(_State.SENDER, _State.RECIPIENTS)
        mail.rcpt_commands += 1
        if mail.rcpt_commands > self._settings.max_recipients:
            return reply_of(452, "4.5.3", "too many recipients")
        recipient = read_rcpt(argument, mail.facts, self._terms, self._settings.host_name)
        reply = await ask(self._handler.rcpt(recipient))
        if reply.is_positive:
            mail.recipients.append(recipient)
        return reply

    # The message.

    async def data(self, argument: str) -> Then:
        self._line.refuse_unread("DATA")
        mail = self._begun(_State.RECIPIENTS)
        if argument:
            raise Refusal(501, "5.5.4", "DATA takes no argument")
        if mail.facts.body is BodyKind.BINARY:
            raise Refusal(503, "5.5.1", "BINARYMIME needs BDAT")
        return self._go_ahead

    async def _take_data(self, reply: Reply) -> None:
        self.put(reply)
        data = IncomingData(self._settings.max_message_octets)
        await self._line.take_message(data.take, self._settings.max_message_octets)
        # With a stray line end nobody can tell where the data ends.
        await self._end_message(data.fault, data.message, is_over=data.fault is DataFault.STRAY_LINE_END)

    async def take_chunk(self, argument: str) -> None:
        """Take the octets behind a BDAT off the line, whatever becomes of the command."""
        size = read_bdat(argument) if "CHUNKING" in self.offered else None
        if size is None:
            self._chunk = None
            return
        room = 0
        if self._mail is not None and self._mail.recipients:
            room = self._settings.max_message_octets - len(self._mail.chunks or b"")
        self._chunk = IncomingChunk(size[0], room)
        await self._line.take_message(self._chunk.take, room)

    async def bdat(self, argument: str) -> Reply | Then:
        chunk, size = self._chunk, read_bdat(argument)
        if chunk is None or size is None:
            self._line.is_over = True  # what follows is part of a message, for all that anybody knows
            raise Refusal(501, "5.5.4", "need BDAT, as it was offered, with a size")
        mail = self._begun(_State.RECIPIENTS, _State.CHUNKS)
        mail.chunks = mail.chunks or bytearray()
        mail.chunks += chunk.octets
        if size[1]:
            return Then(Reply(354, ("that is all",)), self._end_chunks)
        self._tally.idle_commands += not size[0]
        if len(mail.chunks) > self._settings.max_message_octets:
            self.empty()
            return fault_reply(DataFault.TOO_BIG, self._settings.max_message_octets, is_over=False)
        return reply_of(250, "2.0.0", f"{size[0]} octets")

    async def _end_chunks(self, reply: Reply) -> None:
        """Judge what has come; the reply to the last BDAT is the one to the message."""
        mail = self._begun(_State.CHUNKS)
        chunks = mail.chunks or bytearray()
        is_binary = mail.facts.body is BodyKind.BINARY
        fault = fault_of(chunks, self._settings.max_message_octets, is_binary=is_binary)
        await self._end_message(fault, lambda: bytes(chunks))

    async def _end_message(
        self, fault: DataFault | None, octets: Callable[[], bytes], *, is_over: bool = False
    ) -> None:
        mail = self._begun(_State.RECIPIENTS, _State.CHUNKS)
        refusal = None if fault is None else fault_reply(fault, self._settings.max_message_octets, is_over=is_over)
        message = b"" if fault is not None else octets()
        is_taken = False
        given: dict[str, Reply | None] = {}  # one who is named twice gets it once
        for envelope, about in mail.envelopes(is_lmtp=self._settings.is_lmtp):
            if about not in given:
                judge = functools.partial(self._judge, envelope, message, refusal)
                given[about] = await self._answer(END_OF_DATA, about, judge)
            reply = given[about]
            self.put(reply)
            is_taken = is_taken or (reply is not None and reply.is_positive)
            if self._line.is_over:
                break
        self.empty()
        if is_taken:
            self._tally.idle_commands = 0
        self._line.is_over = self._line.is_over or is_over

    async def _judge(self, envelope: Envelope, message: bytes, refusal: Reply | None) -> Reply:
        return refusal if refusal is not None else await ask(self._handler.data(envelope, message))
