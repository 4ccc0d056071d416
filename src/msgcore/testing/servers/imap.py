"""An IMAP server that has its mailboxes in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from datetime import datetime

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.text import Secret
from msgcore.base.times import Clock
from msgcore.errors import AuthenticationRefused, CommandRefused, ConnectionLost, UsageError
from msgcore.runtime.abc import Stream, TlsServerSettings
from msgcore.testing.memory_mailboxes import INBOX, MemoryAccount, MemoryMailbox
from msgcore.testing.servers.faults import Fault
from msgcore.testing.servers.imap_quirks import ImapQuirks, apply_quirks, carry_out_oddly
from msgcore.testing.servers.logins import InClear
from msgcore.testing.servers.loopback import LoopbackServer
from msgcore.wire.imap.server import USUAL_IMAP_EXTENSIONS, Answer, ServerSettings, serve_session
from msgcore.wire.imap.server.answer import write_answer
from msgcore.wire.imap.server.turn import GREETING, IDLING, Turn
from msgcore.wire.sasl import Authenticator, Passwords

__all__ = ["LoopbackImapServer"]

_ANSWER = re.compile(r"(OK|NO|BAD|BYE|PREAUTH)(?: \[([^\]]*)\])?(?: (.*))?")
_BY_SET = ("FETCH", "STORE", "COPY", "MOVE", "SEARCH", "SORT", "EXPUNGE")


class LoopbackImapServer(LoopbackServer[Turn]):
    """An IMAP server on 127.0.0.1 for ``users``, with their passwords; each has an empty INBOX at first.

    Users log in by every way, also in clear; an ``authenticator`` decides by itself. With ``tls`` it offers STARTTLS,
    or speaks TLS ``from_first_octet``. ``extensions`` are offered and served; with ``BARE_IMAP`` there are none beyond
    IMAP4rev1. ``settings`` has what else is to be otherwise, such as limits or PREAUTH. A server that is not
    ``recorded`` keeps no ``transcripts``, for large mailboxes. Messages have line ends of CR LF.

    Faults strike at a stage: ``"greeting"``, ``"idling"`` (what an idling client is told), or a command such as
    ``"UID FETCH"``, also only where its argument begins with ``about``; of several at one stage only the newest does::

        with LoopbackImapServer({"ann": "pa ss"}) as server:
            uid = server.put("ann", b"Subject: x\\r\\n\\r\\nHello\\r\\n", flags=["\\\\Seen"])
            server.account("ann").add(b"Sent", "\\\\Sent")
            server.answer("NO [INUSE] not now", at="SELECT", about="INBOX", times=1)
            server.cut_within("UID FETCH", octets=100)
            server.quirks = ImapQuirks(has_only_literals=True)
    """

    protocol = "imap"
    stages = (
        GREETING, IDLING, "CAPABILITY", "NOOP", "LOGOUT", "ID", "STARTTLS", "LOGIN", "AUTHENTICATE", "ENABLE",
        "NAMESPACE", "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "LSUB",
        "STATUS", "APPEND", "IDLE", "COMPRESS", "CHECK", "CLOSE", "UNSELECT", *_BY_SET,
        *(f"UID {name}" for name in _BY_SET),
    )  # fmt: skip
    decisive_stage = "APPEND"

    def __init__(
        self,
        users: Mapping[str, str],
        host_name: str = "imap.loopback.test",
        *,
        authenticator: Authenticator | None = None,
        extensions: frozenset[str] = USUAL_IMAP_EXTENSIONS,
        delimiter: str = "/",
        prefix: bytes = b"",
        tls: TlsServerSettings | None = None,
        from_first_octet: bool = False,
        quirks: ImapQuirks | None = None,
        clock: Clock | None = None,
        recorded: bool = True,
        settings: ServerSettings | None = None,
    ) -> None:
        super().__init__(tls if from_first_octet else None, is_recorded=recorded)
        passwords = Passwords({user: Secret(password) for user, password in users.items()})
        self.settings = attrs.evolve(
            settings or ServerSettings(host_name),
            host_name=host_name,
            offers=extensions,
            tls=tls,
            authenticator=authenticator or InClear(passwords),
        )
        self.quirks = quirks or ImapQuirks()
        """May be changed at any time; sessions that are open follow."""
        self.protocol = "imaps" if tls is not None and from_first_octet else "imap"
        self._now = (clock or self.runtime).now
        self._accounts = {user: MemoryAccount(delimiter, prefix=prefix, now=self._now) for user in users}
        self._logins: list[str] = []
        self._open_connections = self._open_logins = 0

    # Accounts

    def account(self, user: str) -> MemoryAccount:
        """Give a user's account, to make mailboxes in it and to see what lies there."""
        if user not in self._accounts:
            raise UsageError(f"{user!r} is no user here; there are {', '.join(self._accounts)}")
        return self._accounts[user]

    def mailbox(self, user: str, raw_name: bytes = INBOX) -> MemoryMailbox:
        return self.account(user).mailbox(raw_name)

    def put(
        self, user: str, octets: bytes, raw_name: bytes = INBOX, *, flags: Iterable[str] = (),
        internal_date: datetime | None = None,
    ) -> int:  # fmt: skip
        """Put a message into a mailbox as another client does, and give its unique id; open sessions are told of it."""
        return self.mailbox(user, raw_name).put(octets, flags, internal_date)

    # What it saw

    @property
    def logins(self) -> tuple[str, ...]:
        """Who has logged in so far, oldest first."""
        with self.guard:
            return tuple(self._logins)

    @property
    def open_connections(self) -> int:
        """Count the sessions that are open now."""
        with self.guard:
            return self._open_connections

    # Faults

    def answer(
        self, answer: str, *, at: str, about: str = "", is_done: bool = False, tag: str | None = None,
        times: int | None = None,
    ) -> Fault[Turn]:  # fmt: skip
        """Give this status, such as ``NO [INUSE] not now``, in place of the right one; do nothing, unless ``is_done``.

        What else is said in the right answer is said only where it ``is_done``. With ``tag`` the answer has that one.
        BYE and PREAUTH are never tagged.
        """
        status = _status(answer)

        async def act(turn: Turn) -> Answer | None:
            done = Answer(status, (await turn.carry_out()).data) if is_done else Answer(status)
            if tag is None and status.word not in {"BYE", "PREAUTH"}:
                return done
            if turn.stage == GREETING:
                return done
            await turn.flush()
            await turn.stream.write(write_answer(b"*" if tag is None else tag.encode(), done))
            return None

        return self.add(at, about, Fault(act, times))

    def say_behind(self, octets: bytes, *, at: str, about: str = "", times: int | None = None) -> Fault[Turn]:
        """Say these octets behind the right answer; ``TAG`` in them stands for the command's tag."""

        async def act(turn: Turn) -> None:
            await turn.flush()
            right = write_answer(turn.tag, await turn.carry_out())
            await turn.stream.write(right + octets.replace(b"TAG", turn.tag))

        return self.add(at, about, Fault(act, times))

    def say_without_end(self, octets: bytes, *, at: str, about: str = "", times: int | None = None) -> Fault[Turn]:
        """Say these octets over and over in place of an answer, until the client closes the connection."""

        async def act(turn: Turn) -> None:
            await turn.flush()
            while True:
                await turn.stream.write(octets)
                await self.runtime.sleep(0)

        return self.add(at, about, Fault(act, times))

    def cut_within(self, at: str, *, octets: int, about: str = "", times: int | None = None) -> Fault[Turn]:
        """Break the connection behind so many octets of the right answer."""

        async def act(turn: Turn) -> None:
            await turn.flush()
            await turn.stream.write(write_answer(turn.tag, await turn.carry_out())[:octets])
            await turn.stream.close()
            raise ConnectionLost("cut on demand")

        return self.add(at, about, Fault(act, times))

    def stall_within(self, at: str, *, octets: int, about: str = "", times: int | None = None) -> Fault[Turn]:
        """Say nothing behind so many octets of the right answer, until the fault ends; then the rest."""
        gate: Future[None] = Future()

        async def act(turn: Turn) -> None:
            await turn.flush()
            right = write_answer(turn.tag, await turn.carry_out())
            if octets:
                await turn.stream.write(right[:octets])
            await self.runtime.wait(gate)
            await turn.stream.write(right[octets:])

        return self.add(at, about, Fault(act, times, lambda: gate.set_result(None)))

    def hold(self, at: str = "UID FETCH", about: str = "") -> Fault[Turn]:
        """Let clients wait at a stage until the fault ends; then what they asked for is done."""
        return self._hold(at, about)

    @staticmethod
    def is_about(argument: str, about: str) -> bool:
        return argument.replace('"', "").startswith(about)

    # Sessions

    async def converse(self, stream: Stream, commands: list[str]) -> None:
        session = _Session(self, commands)
        with self.guard:
            self._open_connections += 1
        try:
            await serve_session(stream, session, self.settings, session.around, self._now)
        finally:
            with self.guard:
                self._open_connections -= 1
                self._open_logins -= session.is_logged_in

    def is_full(self) -> bool:
        limit = self.quirks.max_connections
        return limit is not None and self.open_connections > limit

    def let_in(self, user: str) -> MemoryAccount:
        """Count a login, and give the account."""
        if user not in self._accounts:
            raise AuthenticationRefused(f"{user} has no account")
        with self.guard:
            limit = self.quirks.max_logins
            if limit is not None and self._open_logins >= limit:
                raise CommandRefused(StatusResponse("NO", "too many simultaneous connections", "LIMIT"))
            self._open_logins += 1
            self._logins.append(user)
        return self._accounts[user]


class _Session:
    """The handler of one session, and what stands around its turns."""

    def __init__(self, server: LoopbackImapServer, commands: list[str]) -> None:
        self._server = server
        self._commands = commands
        self._account: MemoryAccount | None = None

    @property
    def is_logged_in(self) -> bool:
        return self._account is not None

    async def open_account(self, user: str) -> MemoryAccount:
        self._account = self._server.let_in(user)
        return self._account

    async def around(self, turn: Turn) -> Answer | None:
        self._server.note(turn, self._commands)
        if turn.stage == GREETING and self._server.is_full():
            return Answer(StatusResponse("BYE", "too many connections", "LIMIT"))
        answer = await self._server.take_turn(attrs.evolve(turn, carry_out=lambda: self._carry_out(turn)))
        assert answer is None or isinstance(answer, Answer)
        return answer

    async def _carry_out(self, turn: Turn) -> Answer:
        quirks = self._server.quirks
        return apply_quirks(quirks, turn, await carry_out_oddly(quirks, turn), self._account)


def _status(text: str) -> StatusResponse:
    found = _ANSWER.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r}: need an answer, such as NO [INUSE] not now; say() says anything")
    return StatusResponse(found[1], found[3] or "", found[2] or "")
