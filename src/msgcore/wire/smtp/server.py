"""An SMTP session as server, over a handler that decides.

*Theory of operation.* The state only ever is: nobody has said hello; ready; a sender is given; a sender and at least
one recipient are given. After every reply the envelope is whole or empty, and each message, RSET and EHLO empties it.
Replies are gathered while whole commands lie in the buffer and go out together, before the next wait. DATA has to be
the last of its batch: what lies behind it unasked would be taken for a message by one reader and for commands by
another.
"""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from typing import Protocol

import attrs

from msgcore.base.status import Reply
from msgcore.errors import (
    ConnectionLost,
    MsgcoreError,
    OperationCancelled,
    ProtocolBroken,
    StoreFull,
    TimedOut,
    TlsFailed,
)
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Stream
from msgcore.wire.lines import Incoming, take_line
from msgcore.wire.smtp.incoming_data import DataFault, IncomingData
from msgcore.wire.smtp.reply import write_reply
from msgcore.wire.smtp.server_commands import (
    Command,
    MailFacts,
    Refusal,
    read_command,
    read_ehlo_name,
    read_mail,
    read_rcpt,
    reply_of,
)
from msgcore.wire.smtp.turn import END_OF_DATA, GREETING, Around, Turn

__all__ = ["Handler", "MailFacts", "ServerSettings", "serve_session"]

_OTHER_PROTOCOLS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PRI", "PUT", "TRACE"}
_OUTGOING_OCTETS = 64 * 1024


class Handler(Protocol):
    """Decides what a session accepts; one object serves one session.

    A reply of 2yz accepts, 421 closes the session too. An error of msgcore's becomes 452 (``StoreFull``) or 451.
    """

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply: ...

    async def rcpt(self, recipient: Address) -> Reply: ...

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        """Take responsibility for a message (lines end with CR LF); 2yz only when no crash can lose it any more."""
        ...


@attrs.frozen
class ServerSettings:
    """How this server calls itself, and what it puts up with."""

    host_name: str
    max_message_octets: int = 50 * 1024 * 1024
    max_recipients: int = 1_000
    max_command_octets: int = 1_024
    max_errors: int = 20
    """Protocol errors in one session; what the handler refuses is none."""
    max_idle_commands: int = 100
    """Commands since the last accepted message that brought nothing forward."""
    command_seconds: float = 300.0
    data_seconds: float = 1_800.0


async def serve_session(
    stream: Stream, handler: Handler, settings: ServerSettings, around: Around | None = None
) -> None:
    """Hold one session from greeting to farewell, and close the stream.

    ``around`` stands around every turn, for who has to see or change more than a :class:`Handler` decides. A client
    that leaves without farewell or is too slow is no error. Errors of the handler that are not msgcore's come out,
    after the connection was closed.
    """
    session = _Session(stream, handler, settings, around)
    try:
        await session.run()
    except (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken):
        return
    finally:
        await stream.close()


class _State(enum.Enum):
    NEW = "EHLO"
    READY = "MAIL"
    SENDER = "RCPT"
    RECIPIENTS = "DATA"


class _Session:
    def __init__(self, stream: Stream, handler: Handler, settings: ServerSettings, around: Around | None) -> None:
        self._stream = stream
        self._around = around
        self._deadline = stream.deadline
        self._handler = handler
        self._settings = settings
        self._incoming = Incoming(stream)
        self._outgoing = bytearray()
        self._state = _State.NEW
        self._hello = MailFacts("", "SMTP")
        self._facts = self._hello
        self._sender: Address | None = None
        self._recipients: list[Address] = []
        self._rcpt_commands = 0
        self._errors = 0
        self._idle_commands = 0
        self._is_data_next = False
        self._is_over = False
        self._verbs: dict[str, Callable[[str], Awaitable[Reply]]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "QUIT": self._quit,
        }

    async def run(self) -> None:
        greeting = await self._answer(GREETING, "", self._greeting)
        self._put(greeting)
        self._is_over = self._is_over or (greeting is not None and not greeting.is_positive)
        while not self._is_over:
            line = await self._next_line()
            if line is None:
                await self._end_with(reply_of(500, "5.5.2", "line too long"))
            else:
                await self._obey(line)
        await self._flush()

    # Octets.

    async def _next_line(self) -> bytes | None:
        """Give the next line, or ``None`` for one that is too long."""
        is_waiting = False
        while True:
            try:
                line = take_line(self._incoming.buffer, self._settings.max_command_octets)
            except ProtocolBroken:
                return None
            if line is not None:
                return line
            if not is_waiting:  # once a command: a client that drips octets gains no time
                self._stream.deadline = self._deadline.sooner(self._settings.command_seconds)
                is_waiting = True
            await self._flush()
            await self._incoming.fill()

    def _put(self, reply: Reply | None) -> None:
        if reply is not None:
            self._outgoing += write_reply(reply, utf8=self._facts.is_utf8)
            self._is_over = self._is_over or reply.code == 421

    async def _flush(self) -> None:
        if self._outgoing:
            octets = bytes(self._outgoing)
            self._outgoing.clear()
            await self._stream.write(octets)

    async def _end_with(self, reply: Reply) -> None:
        self._is_over = True
        self._put(reply)
        await self._flush()

    # Turns.

    async def _answer(self, stage: str, argument: str, carry_out: Callable[[], Awaitable[Reply]]) -> Reply | None:
        if self._around is None:
            return await carry_out()
        unread_octets = len(self._incoming.buffer) + self._stream.unread_octets
        return await self._around(Turn(stage, argument, unread_octets, carry_out, self._flush))

    async def _greeting(self) -> Reply:
        if self._stream.unread_octets:
            return reply_of(554, "5.5.0", "the server speaks first")
        return Reply(220, (f"{self._settings.host_name} ESMTP",))

    async def _obey(self, line: bytes) -> None:
        try:
            command = read_command(line)
        except Refusal as refusal:
            self._put(self._refuse(refusal))
        else:
            reply = await self._answer(command.verb, command.argument, lambda: self._carry_out(command))
            self._put(reply)
            is_data_next, self._is_data_next = self._is_data_next, False
            if is_data_next and reply is not None and reply.is_intermediate:
                await self._take_message()
        if self._errors > self._settings.max_errors or self._idle_commands > self._settings.max_idle_commands:
            if not self._is_over:
                await self._end_with(reply_of(421, "4.7.0", "too many errors or idle commands"))
        elif len(self._outgoing) > _OUTGOING_OCTETS:
            await self._flush()

    async def _carry_out(self, command: Command) -> Reply:
        try:
            return await self._reply_to(command)
        except Refusal as refusal:
            return self._refuse(refusal)

    def _refuse(self, refusal: Refusal) -> Reply:
        self._errors += 1
        return refusal.reply

    async def _reply_to(self, command: Command) -> Reply:
        carry_out = self._verbs.get(command.verb)
        if carry_out is not None:
            return await carry_out(command.argument)
        if command.verb in _OTHER_PROTOCOLS:
            self._is_over = True
            raise Refusal(554, "5.5.1", "this is SMTP")
        raise Refusal(500, "5.5.1", "no such command")

    def _expect(self, *states: _State) -> None:
        if self._state not in states:
            raise Refusal(503, "5.5.1", f"{self._state.value} first")

    def _empty_envelope(self) -> None:
        self._idle_commands += 1
        self._state = _State.NEW if self._state is _State.NEW else _State.READY
        self._facts = self._hello
        self._sender = None
        self._recipients = []
        self._rcpt_commands = 0

    def _greet(self, name: str, protocol: str) -> None:
        self._hello = MailFacts(read_ehlo_name(name), protocol)
        self._empty_envelope()
        self._state = _State.READY

    async def _ehlo(self, argument: str) -> Reply:
        self._greet(argument, "ESMTP")
        size = f"SIZE {self._settings.max_message_octets}"
        return Reply(250, (self._settings.host_name, "PIPELINING", size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"))

    async def _helo(self, argument: str) -> Reply:
        self._greet(argument, "SMTP")
        return Reply(250, (self._settings.host_name,))

    async def _mail(self, argument: str) -> Reply:
        self._expect(_State.READY)
        sender, facts = read_mail(argument, self._hello, self._settings.max_message_octets)
        reply = await self._ask(self._handler.mail(sender, facts))
        if reply.is_positive:
            self._sender, self._facts = sender, facts
            self._state = _State.SENDER
        return reply

    async def _rcpt(self, argument: str) -> Reply:
        self._expect(_State.SENDER, _State.RECIPIENTS)
        self._rcpt_commands += 1
        if self._rcpt_commands > self._settings.max_recipients:
            return reply_of(452, "4.5.3", "too many recipients")
        recipient = read_rcpt(argument, self._facts, self._settings.host_name)
        reply = await self._ask(self._handler.rcpt(recipient))
        if reply.is_positive:
            self._recipients.append(recipient)
            self._state = _State.RECIPIENTS
        return reply

    async def _data(self, argument: str) -> Reply:
        if self._incoming.has_unasked:
            self._is_over = True
            raise Refusal(554, "5.5.0", "data ahead of the reply to DATA")
        self._expect(_State.RECIPIENTS)
        if argument:
            raise Refusal(501, "5.5.4", "DATA takes no argument")
        self._is_data_next = True
        return Reply(354, ("end with CR LF . CR LF",))

    async def _take_message(self) -> None:
        await self._flush()
        data = await self._read_data()
        reply = await self._answer(END_OF_DATA, "", lambda: self._judge(data))
        self._put(reply)
        idle_commands = 0 if reply is not None and reply.is_positive else self._idle_commands
        self._empty_envelope()
        self._idle_commands = idle_commands

    async def _read_data(self) -> IncomingData:
        data = IncomingData(self._settings.max_message_octets)
        self._stream.deadline = self._deadline.sooner(self._settings.data_seconds)
        while not data.take(self._incoming.buffer):
            await self._incoming.fill()
        self._is_over = self._is_over or data.fault is DataFault.STRAY_LINE_END
        return data

    async def _judge(self, data: IncomingData) -> Reply:
        if data.fault is DataFault.STRAY_LINE_END:
            return reply_of(521, "5.5.2", "a bare CR or LF in the data; good-bye")
        if data.fault is DataFault.NUL:
            return reply_of(554, "5.6.0", "a NUL in the data")
        if data.fault is DataFault.TOO_BIG:
            return reply_of(552, "5.3.4", f"a message may have {self._settings.max_message_octets} octets")
        recipients = tuple(Recipient(address) for address in dict.fromkeys(self._recipients))
        return await self._ask(self._handler.data(Envelope(self._sender, recipients), data.message()))

    async def _ask(self, answer: Awaitable[Reply]) -> Reply:
        try:
            return await answer
        except OperationCancelled:
            raise
        except StoreFull:
            return reply_of(452, "4.3.1", "no space; try again later")
        except MsgcoreError:
            return reply_of(451, "4.3.0", "an error here; try again later")

    async def _rset(self, argument: str) -> Reply:
        self._empty_envelope()
        return reply_of(250, "2.0.0", "done")

    async def _noop(self, argument: str) -> Reply:
        self._idle_commands += 1
        return reply_of(250, "2.0.0", "done")

    async def _vrfy(self, argument: str) -> Reply:
        self._idle_commands += 1
        return reply_of(252, "2.5.0", "send some mail, and see")

    async def _quit(self, argument: str) -> Reply:
        self._is_over = True
        return reply_of(221, "2.0.0", f"{self._settings.host_name} closes")
