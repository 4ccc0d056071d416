"""A POP3 session as server, over a handler that decides.

*Theory of operation.* The states are those of RFC 1939: AUTHORIZATION until a user is proved and the maildrop open,
then TRANSACTION, in which messages are only marked, and UPDATE, which QUIT enters and nothing else: a connection that
breaks deletes nothing. In each state there is a table of the commands that are heard. Answers are gathered while whole
commands lie in the buffer and go out together before the next wait, so that clients may pipeline. STLS has to be the
last of its batch: what lies behind it in clear is never obeyed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator, Mapping

import attrs

from msgcore.runtime.abc import Stream
from msgcore.wire.pop3.server.answer import Answer, Refusal, dotted, ok, write_answer
from msgcore.wire.pop3.server.handler import Handler, asked
from msgcore.wire.pop3.server.login import check_apop, check_password, new_stamp, prove_user
from msgcore.wire.pop3.server.settings import ServerSettings, capability_lines, takes_passwords
from msgcore.wire.pop3.server.transaction import Transaction
from msgcore.wire.pop3.server.turn import GREETING, Around, Turn
from msgcore.wire.server_line import ENDS_OF_SESSION, ServerLine

__all__ = ["serve_session"]

Verb = Callable[[str], Awaitable[Answer]]


async def serve_session(
    stream: Stream, handler: Handler, settings: ServerSettings, around: Around | None = None
) -> None:
    """Hold one session from greeting to farewell, and close the stream.

    ``around`` stands around every turn, for who has to see or change more than a :class:`Handler` decides. TLS from the
    first octet is the caller's to start. A client that leaves without farewell or is too slow is no error. Errors of
    the handler that are not msgcore's come out, after the connection was closed.
    """
    # A message takes its time to go out, if the client's network is slow.
    line = ServerLine(stream, settings, write_seconds=settings.data_seconds)
    session = _Session(line, handler, settings, around)
    try:
        await session.run()
    except ENDS_OF_SESSION:
        return
    finally:
        try:
            # First the maildrop: whoever sees the connection end may come again at once.
            await session.leave()
        finally:
            await line.stream.close()


class _Session:
    def __init__(self, line: ServerLine, handler: Handler, settings: ServerSettings, around: Around | None) -> None:
        self._line = line
        self._handler = handler
        self._settings = settings
        self._around = around
        self._user = ""
        self._claimed: str | None = None
        self._stamp = "" if settings.apop_digest is None else new_stamp(settings.host_name)
        self._transaction: Transaction | None = None
        self._verbs = self._authorization()
        self._upgrade_is_due = False
        self._commands = self._errors = self._refused_logins = 0

    async def run(self) -> None:
        await self._put(await self._answer(GREETING, "", self._greeting))
        while not self._line.is_over:
            line = await self._line.next_line()
            if line is None:
                self._line.is_over = True
                await self._put(Refusal("line too long").answer)
            else:
                await self._obey(line)
        await self._line.flush()

    async def leave(self) -> None:
        if self._transaction is not None:
            await self._transaction.close()

    # Turns.

    async def _put(self, answer: Answer | None) -> None:
        if answer is not None:
            self._line.put_octets(write_answer(answer))
            await self._line.flush_much()

    async def _answer(self, stage: str, argument: str, carry_out: Callable[[], Awaitable[Answer]]) -> Answer | None:
        if self._around is None:
            return await carry_out()
        line = self._line
        turn = Turn(stage, argument, line.unread_octets, carry_out, line.flush, line.stream, self._user)
        return await self._around(turn)

    async def _greeting(self) -> Answer:
        return ok(f"{self._settings.host_name} POP3 {self._stamp}".rstrip())

    async def _obey(self, line: bytes) -> None:
        self._commands += 1
        try:
            verb, argument = _read_command(line)
        except Refusal as refusal:
            self._errors += 1
            await self._put(refusal.answer)
        else:
            answer = await self._answer(verb, argument, lambda: self._carry_out(verb, argument))
            await self._put(answer)
            is_due, self._upgrade_is_due = self._upgrade_is_due, False
            if is_due and answer is not None and answer.is_positive:
                await self._upgrade()
        self._keep_limits()

    def _keep_limits(self) -> None:
        settings = self._settings
        self._line.is_over = (
            self._line.is_over
            or self._commands > settings.max_commands
            or self._errors > settings.max_errors
            or self._refused_logins > settings.max_refused_logins
        )

    async def _carry_out(self, verb: str, argument: str) -> Answer:
        carry_out = self._verbs.get(verb)
        try:
            if carry_out is None:
                self._errors += 1
                raise Refusal("no such command here and now")
            return await carry_out(argument)
        except Refusal as refusal:
            return self._with_code(refusal.answer)

    def _with_code(self, answer: Answer) -> Answer:
        """Leave out a response code that was not offered (RFC 2449 section 8, RFC 3206)."""
        code = answer.status.code
        needed = "AUTH-RESP-CODE" if code == "AUTH" or code.startswith("SYS/") else "RESP-CODES"
        if not code or needed in self._settings.offers:
            return answer
        return attrs.evolve(answer, status=attrs.evolve(answer.status, code=""))

    # The states.

    def _authorization(self) -> Mapping[str, Verb]:
        offers, tls = self._settings.offers, self._line.stream.tls
        verbs = self._verbs_of_both()
        if takes_passwords(self._settings, tls):
            verbs |= {"USER": self._name, "PASS": self._password}
        if self._settings.apop_digest is not None:
            verbs["APOP"] = self._apop
        if "SASL" in offers and self._settings.authenticator is not None:
            verbs["AUTH"] = self._auth
        if self._settings.tls is not None and tls is None:
            verbs["STLS"] = self._stls
        if "UTF8" in offers:
            verbs["UTF8"] = self._utf8
        return verbs

    def _in_transaction(self, maildrop: Transaction) -> Mapping[str, Verb]:
        offers = self._settings.offers
        verbs = self._verbs_of_both() | {
            "STAT": maildrop.stat,
            "LIST": maildrop.list,
            "RETR": maildrop.retr,
            "DELE": maildrop.dele,
            "RSET": maildrop.rset,
            "NOOP": self._noop,
        }
        if "TOP" in offers:
            verbs["TOP"] = maildrop.top
        if "UIDL" in offers:
            verbs["UIDL"] = maildrop.uidl
        return verbs

    def _verbs_of_both(self) -> dict[str, Verb]:
        verbs: dict[str, Verb] = {"QUIT": self._quit}
        if "CAPA" in self._settings.offers:
            verbs["CAPA"] = self._capa
        if "LANG" in self._settings.offers:
            verbs["LANG"] = self._lang
        return verbs

    # The commands.

    async def _capa(self, argument: str) -> Answer:
        lines = capability_lines(self._settings, self._line.stream.tls, self._user)
        return ok("this is offered", dotted("".join(f"{line}\r\n" for line in lines).encode()))

    async def _lang(self, argument: str) -> Answer:
        """Choose a language, of which there is one, or list them (RFC 6856 section 3)."""
        if not argument:
            return ok("languages", dotted(b"en English\r\n"))
        if argument.lower() not in {"*", "en", "i-default"}:
            raise Refusal("no such language")
        return ok("en this is English")

    async def _utf8(self, argument: str) -> Answer:
        return ok("UTF-8 it is")

    async def _noop(self, argument: str) -> Answer:
        return ok("done")

    async def _stls(self, argument: str) -> Answer:
        if self._line.unread_octets:
            self._line.is_over = True
            raise Refusal("octets ahead of the answer to STLS")
        self._upgrade_is_due = True
        return ok("go ahead")

    async def _upgrade(self) -> None:
        assert self._settings.tls is not None
        await self._line.start_tls(self._settings.tls)
        # RFC 2595 section 4: all that was said in clear is forgotten.
        self._claimed = None
        self._verbs = self._authorization()

    async def _name(self, argument: str) -> Answer:
        self._claimed = argument.strip()
        return ok("and the password?")

    async def _password(self, argument: str) -> Answer:
        claimed, self._claimed = self._claimed, None
        if claimed is None:
            raise Refusal("first say USER")
        with self._counting_refusals():
            user = await check_password(self._settings, claimed, argument)
        return await self._let_in(user)

    async def _apop(self, argument: str) -> Answer:
        with self._counting_refusals():
            user = check_apop(self._settings, self._stamp, argument)
        return await self._let_in(user)

    async def _auth(self, argument: str) -> Answer:
        with self._counting_refusals():
            user = await prove_user(self._line, self._settings, argument)
        return await self._let_in(user)

    @contextlib.contextmanager
    def _counting_refusals(self) -> Generator[None, None, None]:
        try:
            yield
        except Refusal:
            self._refused_logins += 1
            raise

    async def _let_in(self, user: str) -> Answer:
        self._transaction = Transaction(await asked(self._handler.open_maildrop(user)))
        self._user = user
        self._verbs = self._in_transaction(self._transaction)
        return ok("welcome")

    async def _quit(self, argument: str) -> Answer:
        self._line.is_over = True
        if self._transaction is not None:
            await self._transaction.update()
        return ok(f"{self._settings.host_name} closes")


def _read_command(line: bytes) -> tuple[str, str]:
    """Read one line, with its line end, into the verb in upper case and all that stands behind its blank."""
    if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
        raise Refusal("a line ends with CR LF and holds no other CR, LF or NUL")
    try:
        verb, _, argument = line[:-2].decode("utf-8").partition(" ")
    except UnicodeDecodeError:
        raise Refusal("this is not UTF-8") from None
    # Blanks belong to a password (RFC 1939 section 7); nothing else may begin or end with them.
    return verb.upper(), argument if verb.upper() == "PASS" else argument.strip()
