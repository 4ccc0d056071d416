"""The states of an IMAP session (RFC 9051 section 3), and the commands that are heard in each."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from msgcore.wire.imap.server.answer import Answer, Refusal, bad, bye, no, ok
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.command import Command
from msgcore.wire.imap.server.handler import Handler, ServedAccount, asked
from msgcore.wire.imap.server.line import ImapLine
from msgcore.wire.imap.server.listing import Listing
from msgcore.wire.imap.server.login import prove_password, prove_user
from msgcore.wire.imap.server.mailboxes import Mailboxes
from msgcore.wire.imap.server.open_mailbox import say_opened, take_known
from msgcore.wire.imap.server.selected import Selected
from msgcore.wire.imap.server.settings import ServerSettings, capabilities, takes_passwords
from msgcore.wire.imap.server.terms import Terms
from msgcore.wire.imap.server.turn import GREETING
from msgcore.wire.imap.server.write_data import string

__all__ = ["States"]

# RFC 9051 section 7.5.1: EXPUNGE is not said in answer to these, which go by numbers.
_KEEP_NUMBERS = frozenset({"FETCH", "STORE", "SEARCH", "SORT"})

Verb = Callable[[Arguments], Awaitable[Answer]]


class _VerbBySet(Protocol):
    """A command that names messages, by number or by unique id."""

    def __call__(self, arguments: Arguments, /, *, is_uid: bool) -> Awaitable[Answer]: ...


class States:
    """Where a session is: who has logged in, and what is selected. ``tell`` is what says to an idling client."""

    def __init__(
        self,
        line: ImapLine,
        handler: Handler,
        settings: ServerSettings,
        now: Callable[[], datetime],
        tell: Callable[[Sequence[bytes]], Awaitable[None]],
    ) -> None:
        self.user = ""
        self.selected: Selected | None = None
        self.refused_logins = 0
        self.switch_due: Callable[[], Awaitable[None]] | None = None
        """What changes the connection, once the answer has gone out."""
        self._line = line
        self._handler = handler
        self._settings = settings
        self._now = now
        self._tell = tell
        self._terms = Terms(settings.offers)
        self._account: ServedAccount | None = None
        self._command = Command(b"*", GREETING, b"")
        self._verbs = self._before_login()

    @property
    def is_logged_in(self) -> bool:
        return self._account is not None

    async def leave(self) -> None:
        self.selected = None
        account, self._account = self._account, None
        if account is not None:
            await account.close()

    async def carry_out(self, command: Command) -> Answer:
        """Do what is asked, and tell what has changed; a refusal is an answer, too."""
        self._command = command
        carry_out = self._verbs.get(command.stage)
        try:
            if carry_out is None:
                raise bad("no such command here and now")
            answer = await carry_out(Arguments(command.octets))
        except Refusal as refusal:
            return refusal.answer
        if self.selected is None:
            return answer
        told = self.selected.changes(may_expunge=command.stage not in _KEEP_NUMBERS)
        return attrs.evolve(answer, data=(*answer.data, *told)) if told else answer

    # The tables

    def _always(self) -> dict[str, Verb]:
        verbs: dict[str, Verb] = {"CAPABILITY": self._capability, "NOOP": self._noop, "LOGOUT": self._logout}
        if "ID" in self._settings.offers:
            verbs["ID"] = self._id
        if "COMPRESS=DEFLATE" in self._settings.offers and not self._line.is_compressed:
            verbs["COMPRESS"] = self._compress
        return verbs

    def _before_login(self) -> Mapping[str, Verb]:
        settings, tls = self._settings, self._line.stream.tls
        verbs = self._always()
        if settings.authenticator is not None:
            verbs["AUTHENTICATE"] = self._authenticate
        if takes_passwords(settings, tls):
            verbs["LOGIN"] = self._login
        if settings.tls is not None and tls is None:
            verbs["STARTTLS"] = self._starttls
        return verbs

    def _after_login(self, account: ServedAccount) -> Mapping[str, Verb]:
        offers = self._settings.offers
        mailboxes, listing = Mailboxes(account, self._settings), Listing(account, self._settings)
        verbs: dict[str, Verb] = {
            **self._always(),
            "SELECT": lambda arguments: self._open(arguments, is_read_only=False),
            "EXAMINE": lambda arguments: self._open(arguments, is_read_only=True),
            "CREATE": mailboxes.create,
            "DELETE": mailboxes.delete,
            "RENAME": mailboxes.rename,
            "SUBSCRIBE": mailboxes.subscribe,
            "UNSUBSCRIBE": mailboxes.unsubscribe,
            "APPEND": mailboxes.append,
            "LIST": listing.list,
            "LSUB": listing.lsub,
            "STATUS": listing.status,
        }
        optional: dict[str, Verb] = {"ENABLE": self._enable, "NAMESPACE": mailboxes.namespace, "IDLE": self._idle}
        return verbs | {name: verb for name, verb in optional.items() if name in offers}

    def _in_mailbox(self, account: ServedAccount, selected: Selected) -> Mapping[str, Verb]:
        offers = self._settings.offers
        verbs: dict[str, Verb] = {
            **self._after_login(account),
            "CHECK": self._noop,
            "CLOSE": self._close,
            "EXPUNGE": lambda arguments: selected.expunge(arguments, is_uid=False),
        }
        by_set: dict[str, _VerbBySet] = {"FETCH": selected.fetch, "STORE": selected.store, "COPY": selected.copy}
        if "MOVE" in offers:
            by_set["MOVE"] = selected.move
        if "SORT" in offers:
            by_set["SORT"] = selected.sort
        for name, verb in by_set.items():
            verbs[name] = _by(verb, is_uid=False)
            verbs[f"UID {name}"] = _by(verb, is_uid=True)
        verbs["SEARCH"] = lambda arguments: selected.search(arguments, self._command.tag, is_uid=False)
        verbs["UID SEARCH"] = lambda arguments: selected.search(arguments, self._command.tag, is_uid=True)
        if "UIDPLUS" in offers:
            verbs["UID EXPUNGE"] = lambda arguments: selected.expunge(arguments, is_uid=True)
        if "UNSELECT" in offers:
            verbs["UNSELECT"] = self._unselect
        return verbs

    # Commands of every state

    async def greet(self) -> Answer:
        settings, word = self._settings, "OK"
        if settings.preauthenticated_user:
            word = "PREAUTH"
            try:
                await self._let_in(settings.preauthenticated_user)
            except Refusal as refusal:
                return attrs.evolve(refusal.answer, status=attrs.evolve(refusal.answer.status, word="BYE"))
        answer = ok(f"{settings.host_name} IMAP", code=self._capability_code())
        return attrs.evolve(answer, status=attrs.evolve(answer.status, word=word))

    def _capability_code(self) -> str:
        names = self._settings.names_capabilities_unasked
        return f"CAPABILITY {' '.join(self._capabilities())}" if names else ""

    def _capabilities(self) -> list[str]:
        return capabilities(self._settings, self._line.stream.tls, is_logged_in=self._account is not None)

    async def _capability(self, arguments: Arguments) -> Answer:
        arguments.end()
        return ok("told", b"* CAPABILITY %b\r\n" % " ".join(self._capabilities()).encode())

    async def _noop(self, arguments: Arguments) -> Answer:
        arguments.end()
        return ok("done")

    async def _logout(self, arguments: Arguments) -> Answer:
        arguments.end()
        self._line.is_over = True
        self.selected = None
        return ok("done", bye(f"{self._settings.host_name} closes"))

    async def _id(self, arguments: Arguments) -> Answer:
        said = [string(text.encode("latin-1", "replace")) for pair in self._settings.identity.items() for text in pair]
        return ok("told", b"* ID %b\r\n" % (b"(%b)" % b" ".join(said) if said else b"NIL"))

    async def _compress(self, arguments: Arguments) -> Answer:
        if arguments.word() != "DEFLATE" or self._line.is_compressed:
            raise no("it is so already, or cannot be", "COMPRESSIONACTIVE")
        arguments.end()
        self.switch_due = self._line.compress
        return ok("go ahead")

    # Commands before the login

    async def _starttls(self, arguments: Arguments) -> Answer:
        arguments.end()
        if self._line.unread_octets:
            self._line.is_over = True
            raise bad("octets ahead of the answer to STARTTLS")
        self.switch_due = self._upgrade
        return ok("go ahead")

    async def _upgrade(self) -> None:
        assert self._settings.tls is not None
        await self._line.start_tls(self._settings.tls)
        self._verbs = self._before_login()

    async def _login(self, arguments: Arguments) -> Answer:
        with self._counting_refusals():
            user = await prove_password(self._settings, arguments)
        return await self._let_in(user)

    async def _authenticate(self, arguments: Arguments) -> Answer:
        argument = self._command.octets.decode("latin-1")
        with self._counting_refusals():
            user = await prove_user(self._line, self._settings, argument)
        return await self._let_in(user)

    @contextlib.contextmanager
    def _counting_refusals(self) -> Generator[None, None, None]:
        try:
            yield
        except Refusal:
            self.refused_logins += 1
            raise

    async def _let_in(self, user: str) -> Answer:
        self._account = await asked(self._handler.open_account(user))
        self.user = user
        self._verbs = self._after_login(self._account)
        return ok("welcome", code=self._capability_code())

    # Commands after it

    async def _enable(self, arguments: Arguments) -> Answer:
        names: list[str] = []
        while not arguments.is_at_end:
            if names:
                arguments.space()
            names.append(arguments.word())
        known = [name for name in names if name in self._settings.offers & {"CONDSTORE", "QRESYNC", "IMAP4REV2"}]
        self._terms.enabled |= set(known)
        return ok("enabled", b"* ENABLED%b\r\n" % "".join(f" {name}" for name in known).encode())

    async def _open(self, arguments: Arguments, *, is_read_only: bool) -> Answer:
        assert self._account is not None
        was_open, self.selected = self.selected is not None, None
        self._verbs = self._after_login(self._account)
        raw_name = arguments.astring()
        known = take_known(arguments, self._terms)
        arguments.end()
        mailbox = await asked(self._account.open(raw_name))
        selected = Selected(mailbox, self._terms, self._now, is_read_only=is_read_only)
        self.selected = selected
        self._verbs = self._in_mailbox(self._account, selected)
        answer = say_opened(selected, self._terms, known)
        if was_open and self._terms.enabled & {"QRESYNC", "IMAP4REV2"}:
            return attrs.evolve(answer, data=(b"* OK [CLOSED] the other one\r\n", *answer.data))
        return answer

    async def _close(self, arguments: Arguments) -> Answer:
        arguments.end()
        selected = self.selected
        assert selected is not None
        if not selected.is_read_only:
            await selected.expunge_deleted()
        return await self._unselect(arguments)

    async def _unselect(self, arguments: Arguments) -> Answer:
        arguments.end()
        assert self._account is not None
        self.selected = None
        self._verbs = self._after_login(self._account)
        return ok("closed")

    async def _idle(self, arguments: Arguments) -> Answer:
        arguments.end()
        line = self._line
        line.put_octets(b"+ idling\r\n")
        await line.flush()
        line.begin_idle(self._settings.command_seconds)
        while not await line.has_line(self._settings.idle_look_seconds):
            told = [] if self.selected is None else self.selected.changes()
            if told:
                await self._tell(told)
        said = await line.next_line()
        if said is None:
            self._line.end("line too long")
        if said is None or said.rstrip(b"\r\n").upper() != b"DONE":
            raise bad("need DONE")
        return ok("done")


def _by(verb: _VerbBySet, *, is_uid: bool) -> Verb:
    return lambda arguments: verb(arguments, is_uid=is_uid)
