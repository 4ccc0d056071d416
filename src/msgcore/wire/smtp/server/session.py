"""An SMTP or LMTP session as server, over a handler that decides.

*Theory of operation.* The state only ever is: nobody has said hello; ready; a sender is given; a sender and at least
one recipient are given; part of the message has come in chunks. After every reply the envelope is whole or empty, and
each message, RSET, EHLO and STARTTLS empties it. Replies are gathered while whole commands lie in the buffer and go out
together, before the next wait. DATA and STARTTLS have to be the last of their batch: what lies behind them unasked
would be taken for one thing by one reader and for another by the next. So has every command, where the settings say so,
before PIPELINING was offered (RFC 2920 section 3.1): who does not wait for that waits for nothing. The octets of a BDAT
are taken off the line before anybody looks at the command, so that they never pass for commands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import attrs

from msgcore.base.status import Reply
from msgcore.runtime.abc import Event, Stream
from msgcore.wire.server_line import ENDS_OF_SESSION
from msgcore.wire.smtp.server.auth import prove_user
from msgcore.wire.smtp.server.commands import Command, Refusal, read_command, read_ehlo_name, reply_of
from msgcore.wire.smtp.server.guard import Guard
from msgcore.wire.smtp.server.handler import Client, Handler
from msgcore.wire.smtp.server.line import ClientLine
from msgcore.wire.smtp.server.settings import ServerSettings, offer_lines
from msgcore.wire.smtp.server.tally import Tally
from msgcore.wire.smtp.server.transaction import Then, Transactions
from msgcore.wire.smtp.server.turn import GREETING, Around, Turn

__all__ = ["serve_session"]

_OTHER_PROTOCOLS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PRI", "PUT", "TRACE"}


async def serve_session(
    stream: Stream,
    handler: Handler,
    settings: ServerSettings,
    around: Around | None = None,
    closing: Event | None = None,
    guard: Guard | None = None,
) -> None:
    """Hold one session from greeting to farewell, and close the stream.

    ``around`` stands around every turn, for who has to see or change more than a :class:`Handler` decides; ``guard``
    sees what the client costs. Once
    ``closing`` is set, a transaction that has begun still comes to its end; then, or at the next command, the session
    ends with 421. TLS from the first octet is the caller's to start. A client that leaves without farewell or is too
    slow is no error. Errors of the handler that are not msgcore's come out, after the connection was closed.
    """
    line = ClientLine(stream, settings, guard)
    try:
        await _Session(line, handler, settings, around, closing, guard).run()
    except ENDS_OF_SESSION:
        return
    finally:
        await line.stream.close()


class _Session:
    def __init__(
        self,
        line: ClientLine,
        handler: Handler,
        settings: ServerSettings,
        around: Around | None,
        closing: Event | None,
        guard: Guard | None,
    ) -> None:
        self._line = line
        self._settings = settings
        self._around = around
        self._closing = closing
        self._guard = guard
        self._has_to_wait = settings.forbids_early_pipelining
        self._last_words: Reply | None = None
        self._tally = Tally()
        self._next: Then | None = None
        mails = self._mails = Transactions(line, handler, settings, self._tally, self._answer)
        hellos = {"LHLO": self._ehlo} if settings.is_lmtp else {"EHLO": self._ehlo, "HELO": self._helo}
        self._verbs: dict[str, Callable[[str], Awaitable[Reply | Then]]] = {
            **hellos,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": mails.mail,
            "RCPT": mails.rcpt,
            "DATA": mails.data,
            "BDAT": mails.bdat,
            "RSET": self._rset,
            "NOOP": self._noop,
            "HELP": self._help,
            "VRFY": self._vrfy,
            "EXPN": self._expn,
            "QUIT": self._quit,
        }

    async def run(self) -> None:
        greeting = await self._answer(GREETING, "", self._greeting)
        self._mails.put(greeting)
        self._line.is_over = self._line.is_over or (greeting is not None and not greeting.is_positive)
        line = self._line
        while not line.is_over:
            # The wait is what the closing may fall into.
            octets = None if self._has_to_end() else line.arrived_line() or await line.next_line()
            if self._has_to_end():
                self._mails.put(reply_of(421, "4.3.2", f"{self._settings.host_name} closes"))
            elif octets is None:
                line.is_over = True
                self._mails.put(reply_of(500, "5.5.2", "line too long"))
            else:
                await self._obey(octets)
        await line.flush()

    def _has_to_end(self) -> bool:
        return self._closing is not None and self._closing.is_set and not self._mails.has_begun

    # Turns.

    async def _answer(self, stage: str, argument: str, carry_out: Callable[[], Awaitable[Reply]]) -> Reply | None:
        if self._around is None:
            return await carry_out()
        line = self._line
        return await self._around(Turn(stage, argument, line.unread_octets, carry_out, line.flush, line.stream))

    async def _greeting(self) -> Reply:
        if self._guard is not None and (refusal := await self._guard.greet()) is not None:
            return refusal
        if self._line.unread_octets:
            return reply_of(554, "5.5.0", "the server speaks first")
        if self._closing is not None and self._closing.is_set:
            return reply_of(421, "4.3.2", f"{self._settings.host_name} closes")
        return Reply(220, (f"{self._settings.host_name} {'LMTP' if self._settings.is_lmtp else 'ESMTP'}",))

    async def _obey(self, line: bytes) -> None:
        self._tally.commands += 1
        try:
            command = read_command(line)
        except Refusal as refusal:
            # What follows a BDAT must never pass for commands.
            self._line.is_over = line.lstrip(b" \t")[:4].upper() == b"BDAT"
            self._mails.put(self._refuse(refusal))
        else:
            if self._has_to_wait and self._line.unread_octets:
                self._line.is_over = True
                self._mails.put(self._refuse(Refusal(554, "5.5.0", f"octets ahead of the reply to {command.verb}")))
                return
            if command.verb == "BDAT":
                await self._mails.take_chunk(command.argument)
            reply: Reply | None
            if self._around is None:
                reply = await self._carry_out(command)
            else:
                reply = await self._answer(command.verb, command.argument, partial(self._carry_out, command))
            following, self._next = self._next, None
            if following is not None and reply is not None and reply.code == following.reply.code:
                await following.carry_out(reply)
            else:
                self._mails.put(reply)
        if self._tally.is_too_much(self._settings) and not self._line.is_over:
            self._mails.put(reply_of(421, "4.7.0", "too many errors, commands or refused logins"))
        if self._last_words is not None and not self._line.is_over:
            self._mails.put(self._last_words)
        if self._line.has_much:
            await self._line.flush()

    async def _carry_out(self, command: Command) -> Reply:
        carry_out = self._verbs.get(command.verb)
        try:
            answer = self._refuse_verb(command.verb) if carry_out is None else await carry_out(command.argument)
        except Refusal as refusal:
            return self._refuse(refusal)
        if isinstance(answer, Reply):
            return answer
        self._next = answer
        return answer.reply

    def _refuse(self, refusal: Refusal) -> Reply:
        self._tally.errors += 1
        if self._guard is not None:
            self._last_words = self._guard.refused()
        return refusal.reply

    def _refuse_verb(self, verb: str) -> Reply:
        if verb in _OTHER_PROTOCOLS:
            self._line.is_over = True
            raise Refusal(554, "5.5.1", "this is SMTP")
        raise Refusal(500, "5.5.1", "no such command")

    def _refuse_unless_offered(self, keyword: str) -> None:
        if keyword not in self._mails.offered:
            raise Refusal(502, "5.5.1", f"{keyword} is not offered")

    # The session.

    def _greet(self, hello: str, name: str, offers: tuple[str, ...]) -> Reply:
        self._mails.client = attrs.evolve(self._mails.client, name=read_ehlo_name(name), hello=hello)
        offered = frozenset(line.partition(" ")[0] for line in offers)
        self._mails.offer(offered)
        self._has_to_wait = self._settings.forbids_early_pipelining and "PIPELINING" not in offered
        self._mails.empty()
        return Reply(250, (self._settings.host_name, *offers))

    async def _ehlo(self, argument: str) -> Reply:
        offers = offer_lines(self._settings, self._mails.client, self._line.stream.deadline.clock.now())
        return self._greet("LHLO" if self._settings.is_lmtp else "EHLO", argument, offers)

    async def _helo(self, argument: str) -> Reply:
        return self._greet("HELO", argument, ())

    async def _starttls(self, argument: str) -> Then:
        self._refuse_unless_offered("STARTTLS")
        self._line.refuse_unread("STARTTLS")
        if argument:
            raise Refusal(501, "5.5.4", "STARTTLS takes no argument")
        return Then(reply_of(220, "2.0.0", "go ahead"), self._upgrade)

    async def _upgrade(self, reply: Reply) -> None:
        self._mails.put(reply)
        assert self._settings.tls is not None
        await self._line.start_tls(self._settings.tls)
        # RFC 3207 section 4.2: all that was said in clear is forgotten.
        self._mails.client = Client(self._mails.client.address, tls=self._line.stream.tls)
        self._mails.offer(frozenset())
        self._has_to_wait = self._settings.forbids_early_pipelining
        self._mails.empty()

    async def _auth(self, argument: str) -> Reply:
        self._mails.expect_tls()
        self._refuse_unless_offered("AUTH")
        self._mails.expect_none()
        if self._mails.client.user:
            raise Refusal(503, "5.5.1", "you have logged in")
        try:
            user = await prove_user(self._line, self._settings, self._guard, argument)
        except Refusal:
            self._tally.refused_logins += 1
            raise
        if isinstance(user, Reply):
            return user
        self._mails.client = attrs.evolve(self._mails.client, user=user)
        return reply_of(235, "2.7.0", "welcome")

    async def _rset(self, argument: str) -> Reply:
        self._mails.empty()
        return reply_of(250, "2.0.0", "done")

    async def _noop(self, argument: str) -> Reply:
        self._tally.idle_commands += 1
        return reply_of(250, "2.0.0", "done")

    async def _help(self, argument: str) -> Reply:
        self._tally.idle_commands += 1
        return reply_of(214, "2.0.0", "see RFC 5321")

    async def _vrfy(self, argument: str) -> Reply:
        self._tally.idle_commands += 1
        return reply_of(252, "2.5.0", "send some mail, and see")

    async def _expn(self, argument: str) -> Reply:
        raise Refusal(502, "5.5.1", "no lists are told")

    async def _quit(self, argument: str) -> Reply:
        self._line.is_over = True
        return reply_of(221, "2.0.0", f"{self._settings.host_name} closes")
