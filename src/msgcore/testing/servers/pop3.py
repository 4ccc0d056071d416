"""A POP3 server that has its maildrops in memory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.text import Secret
from msgcore.base.times import Clock
from msgcore.errors import UsageError
from msgcore.runtime.abc import Stream, TlsServerSettings
from msgcore.testing.servers.faults import Fault
from msgcore.testing.servers.logins import ApopDigests, InClear
from msgcore.testing.servers.loopback import LoopbackServer
from msgcore.testing.servers.maildrops import Maildrops, OpenMaildrop, Pop3Quirks
from msgcore.wire.pop3.server import USUAL_CAPABILITIES, Answer, ServerSettings, serve_session
from msgcore.wire.pop3.server.answer import write_answer
from msgcore.wire.pop3.server.turn import GREETING, Turn
from msgcore.wire.sasl import Authenticator, Passwords

__all__ = ["LoopbackPop3Server"]


class LoopbackPop3Server(LoopbackServer[Turn]):
    """A POP3 server on 127.0.0.1 for ``users``, with their passwords; its maildrops are empty at first.

    Users log in by every way, also in clear; an ``authenticator`` decides by itself, and ``apop`` offers APOP, too.
    With ``tls`` it offers STLS, or speaks TLS ``from_first_octet``. ``capabilities`` are offered and served; without
    ``"CAPA"``, ``"UIDL"``, ``"TOP"``, ``"USER"`` or ``"SASL"`` there is no such command. ``expire`` is what CAPA says
    of that. ``clock`` is what a login delay goes by. A server that is not ``recorded`` keeps no ``transcripts``, for
    large maildrops. Messages have line ends of CR LF.

    Faults strike at a stage: ``"greeting"``, or a verb such as ``"RETR"``, also only where its argument begins with
    the words ``about``; of several at one stage only the newest does::

        with LoopbackPop3Server({"ann": "pa ss"}) as server:
            unique_id = server.put("ann", b"Subject: x\\r\\n\\r\\nHello\\r\\n")
            server.answer("-ERR [SYS/TEMP] not now", at="RETR", about="1", times=1)
            server.cut(at="QUIT", is_done=True)
            server.quirks = Pop3Quirks(ids_are_numbers=True)
            with server.lock("ann"):
                ...
    """

    protocol = "pop3"
    stages = (
        GREETING, "CAPA", "STLS", "USER", "PASS", "APOP", "AUTH", "STAT", "LIST", "UIDL", "RETR", "TOP", "DELE", "RSET",
        "NOOP", "QUIT", "UTF8", "LANG",
    )  # fmt: skip
    decisive_stage = "QUIT"

    def __init__(
        self,
        users: Mapping[str, str],
        host_name: str = "pop.loopback.test",
        *,
        authenticator: Authenticator | None = None,
        apop: bool = False,
        capabilities: frozenset[str] = USUAL_CAPABILITIES,
        expire: str = "",
        tls: TlsServerSettings | None = None,
        from_first_octet: bool = False,
        quirks: Pop3Quirks | None = None,
        clock: Clock | None = None,
        recorded: bool = True,
    ) -> None:
        super().__init__(tls if from_first_octet else None, is_recorded=recorded)
        passwords = Passwords({user: Secret(password) for user, password in users.items()})
        self._settings = ServerSettings(
            host_name,
            offers=capabilities,
            tls=tls,
            authenticator=authenticator or InClear(passwords),
            apop_digest=ApopDigests(users) if apop else None,
            expire=expire,
        )
        self.quirks = quirks or Pop3Quirks()
        """May be changed at any time; what it says of logins and maildrops holds for the sessions that begin then."""
        self.protocol = "pop3s" if tls is not None and from_first_octet else "pop3"
        self._maildrops = Maildrops(tuple(users), clock or self.runtime)
        self._logins: list[str] = []
        self._commands_ahead = 0
        self._left_out: frozenset[str] = frozenset()
        self._left_out_before_login: frozenset[str] = frozenset()

    # Maildrops

    def put(self, user: str, octets: bytes, unique_id: bytes | None = None) -> bytes:
        """Put a message into a maildrop, and give its unique id; sessions that are open do not see it."""
        return self._maildrops.put(user, octets, unique_id)

    def remove(self, user: str, unique_id: bytes) -> None:
        """Delete what has this unique id, as another client does; sessions that are open still see it."""
        self._maildrops.remove(user, unique_id)

    def maildrop(self, user: str) -> tuple[tuple[bytes, bytes], ...]:
        """Give the unique id and the octets of each message that is there now."""
        return self._maildrops.contents(user)

    def lock(self, user: str) -> AbstractContextManager[None]:
        """Keep everybody from opening a maildrop, within the context.

        Raises:
            MaildropInUse: it is open.
        """
        return self._maildrops.lock(user)

    # What it saw

    @property
    def logins(self) -> tuple[str, ...]:
        """Who has logged in so far and got a maildrop, oldest first."""
        with self.guard:
            return tuple(self._logins)

    @property
    def commands_ahead(self) -> int:
        """Count the commands behind which more had arrived already: none may have where PIPELINING is not offered."""
        with self.guard:
            return self._commands_ahead

    # Faults

    def answer(
        self, answer: str, *, at: str, about: str = "", is_done: bool = False, times: int | None = None
    ) -> Fault[Turn]:
        """Give this status in place of the right one, and do nothing else, unless ``is_done``: then do it, too.

        What follows the status in a multi-line answer follows only a status that says yes to what is done.
        """
        status = _status(answer)

        async def act(turn: Turn) -> Answer:
            done = await turn.carry_out() if is_done else Answer(status)
            return Answer(status, done.octets if status.word == "+OK" else b"")

        return self.add(at, about, Fault(act, times))

    def hold(self, at: str = "RETR", about: str = "") -> Fault[Turn]:
        """Let clients wait at a stage until the fault ends; then what they asked for is done."""
        return self._hold(at, about)

    def leave_out(self, *capabilities: str, before_login: bool = False) -> None:
        """Name none of these in the answer to CAPA, or only ``before_login``; they are served all the same.

        Without any, name all again.
        """
        left_out = frozenset(capability.upper() for capability in capabilities)
        self._left_out_before_login = left_out
        self._left_out = frozenset[str]() if before_login else left_out

    @staticmethod
    def is_about(argument: str, about: str) -> bool:
        return f"{argument} ".startswith(f"{about} ")

    # Sessions

    async def converse(self, stream: Stream, commands: list[str]) -> None:
        settings = attrs.evolve(self._settings, login_delay_seconds=self.quirks.login_delay_seconds)
        session = _Session(self, commands)
        await serve_session(stream, session, settings, session.around)

    def open_maildrop(self, user: str) -> OpenMaildrop:
        maildrop = self._maildrops.open(user, self.quirks)
        with self.guard:
            self._logins.append(user)
        return maildrop

    def note(self, turn: Turn, commands: list[str]) -> None:
        super().note(turn, commands)
        with self.guard:
            self._commands_ahead += turn.stage.isupper() and bool(turn.unread_octets)

    def offer(self, answer: Answer, *, is_logged_in: bool) -> Answer:
        """Leave out of the answer to CAPA what is not to be named."""
        left_out = self._left_out if is_logged_in else self._left_out_before_login
        lines = answer.octets.splitlines(keepends=True)
        kept = [line for line in lines if line.decode().split()[0] not in left_out]
        return attrs.evolve(answer, octets=b"".join(kept))


class _Session:
    """The handler of one session, and what stands around its turns."""

    def __init__(self, server: LoopbackPop3Server, commands: list[str]) -> None:
        self._server = server
        self._commands = commands
        self._maildrop: OpenMaildrop | None = None

    async def open_maildrop(self, user: str) -> OpenMaildrop:
        self._maildrop = self._server.open_maildrop(user)
        return self._maildrop

    async def around(self, turn: Turn) -> Answer | None:
        self._server.note(turn, self._commands)

        async def carry_out() -> Answer:
            return self._seen(turn, await turn.carry_out())

        answer = await self._server.take_turn(attrs.evolve(turn, carry_out=carry_out))
        assert answer is None or isinstance(answer, Answer)
        return await self._said(turn, answer)

    def _seen(self, turn: Turn, answer: Answer) -> Answer:
        if not answer.is_positive:
            return answer
        if turn.stage == "CAPA":
            return self._server.offer(answer, is_logged_in=bool(turn.user))
        if self._maildrop is not None and turn.stage == "RETR":
            self._maildrop.note_retrieved(int(turn.argument))
        if self._maildrop is not None and turn.stage == "RSET":
            self._maildrop.forget_retrieved()
        return answer

    async def _said(self, turn: Turn, answer: Answer | None) -> Answer | None:
        """Say it as the quirks have it."""
        quirks = self._server.quirks
        if answer is not None and quirks.is_unstuffed and turn.stage in {"RETR", "TOP"}:
            answer = attrs.evolve(answer, octets=_undotted(answer.octets))
        if answer is None or not quirks.ends_lines_with_lf or turn.stage == "STLS":  # TLS starts behind an answer
            return answer
        await turn.flush()
        await turn.stream.write(write_answer(answer).replace(b"\r\n", b"\n"))
        return None


def _undotted(octets: bytes) -> bytes:
    end = len(b".\r\n")
    return octets[:-end].removeprefix(b".").replace(b"\r\n..", b"\r\n.") + octets[-end:]


def _status(text: str) -> StatusResponse:
    word, _, rest = text.partition(" ")
    if word not in {"+OK", "-ERR"}:
        raise UsageError(f"{text!r}: need an answer, such as -ERR [IN-USE] somebody has it open; say() says anything")
    code, bracket, words = rest[1:].partition("]") if rest.startswith("[") else ("", "", rest)
    return StatusResponse(word, words.strip() if bracket else rest, code.upper() if bracket else "")
