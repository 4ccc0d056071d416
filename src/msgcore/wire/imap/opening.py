"""A session on its way to be open: secured, logged in, and told what the server can do, in few round trips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.text import one_line
from msgcore.errors import AuthenticationRefused, TlsRequired, UsageError
from msgcore.runtime.abc import TlsSettings
from msgcore.wire.account import greeted
from msgcore.wire.imap.account import ImapServer
from msgcore.wire.imap.administration import enabled_by
from msgcore.wire.imap.capabilities import Capabilities
from msgcore.wire.imap.command import Atom, Command
from msgcore.wire.imap.compressed import CompressedStream
from msgcore.wire.imap.conversation import Conversation
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.login import ask_capabilities, greet, log_in, start_tls, told_capabilities
from msgcore.wire.imap.quirks import Behaviour, find_behaviour
from msgcore.wire.imap.responses import CapabilityData, IdData, Namespace, Response, Status
from msgcore.wire.sasl import Credentials

__all__ = ["Opening"]

_WHO = Command(b"ID", ("name", "msgcore"))
_ASKED_ONCE = {"ID": _WHO, "NAMESPACE": Command(b"NAMESPACE")}
_ADDING = frozenset({"CONDSTORE", "QRESYNC"})


@attrs.define
class Opening:
    """What is known so far."""

    server: ImapServer
    conversation: Conversation
    capabilities: Capabilities = attrs.field(factory=Capabilities)
    behaviour: Behaviour = attrs.field(factory=Behaviour)
    identity: Mapping[str, str] = attrs.field(factory=dict[str, str])
    alerts: list[str] = attrs.field(factory=list[str])
    enabled: frozenset[str] = frozenset()
    namespaces: Namespace | None = None
    _greeting: str = ""
    _is_preauthenticated: bool = False
    _asked: set[str] = attrs.field(factory=set[str])

    async def greet(self, tls: TlsSettings) -> None:
        """Hear the greeting, and secure the connection."""
        conversation = self.conversation
        status = await greeted(conversation.stream, greet(conversation))
        self._greeting = status.text
        self._is_preauthenticated = status.word == "PREAUTH"
        if self._is_preauthenticated and conversation.stream.tls is None and self.server.needs_tls:
            # RFC 9051 section 11.3: TLS cannot start any more, and this may be somebody else's doing.
            raise TlsRequired(f"{conversation.name}: TLS is required, and the server greets with PREAUTH in clear")
        await self._take_up(status)
        if conversation.stream.tls is None and not self._is_preauthenticated:
            await self._start_tls(tls)

    async def _start_tls(self, tls: TlsSettings) -> None:
        if not self.server.needs_tls and not self.capabilities.has("STARTTLS"):
            return
        try:
            self.conversation = Conversation(await start_tls(self.conversation, self.capabilities, tls))
        except TlsRequired:
            if self.server.needs_tls:
                raise
            return
        # What was said in clear anybody may have said.
        self.capabilities = Capabilities()
        self.alerts.clear()
        await self._take_up(None)

    async def _take_up(self, status: Status | None) -> None:
        """Know what the server can do by now: because it has said so, or because it is asked."""
        if not self._has_told(status):
            self._know(await ask_capabilities(self.conversation, self.capabilities))

    def _has_told(self, status: Status | None) -> bool:
        """Take up what the server has told by itself; say whether it has told what it can do."""
        unasked = self.conversation.take_unasked()
        told = told_capabilities(self.capabilities, status, unasked)
        self.alerts += _alerts(unasked)
        if told is not None:
            self._know(told)
        return told is not None

    def _know(self, capabilities: Capabilities) -> None:
        self.behaviour = find_behaviour(self._greeting, self.identity, capabilities, self.server.quirks)
        self.capabilities = capabilities.masked(self.behaviour.without)
        self.conversation.free_literal_octets = self.capabilities.free_literal_octets

    async def log_in(self, credentials: Credentials | None) -> None:
        """Log in, and see what the server can do then.

        Raises:
            AuthenticationRefused: as a login does; some servers grant it, and then have no mailbox for the user.
        """
        if credentials is None and not self._is_preauthenticated:
            raise UsageError(f"{self.server.endpoint}: IMAP needs a user")
        if self.behaviour.id_first:
            await self._ask(self._questions({"ID"}))
        has_told = True
        if credentials is not None and not self._is_preauthenticated:
            octets = self.behaviour.max_command_octets
            status = await log_in(self.conversation, self.capabilities, credentials, self.server, octets)
            has_told = self._has_told(status)
        await self._look_round(has_told)
        if self.server.compress and self.capabilities.has("COMPRESS=DEFLATE"):
            await self._compress()

    async def _look_round(self, has_told: bool) -> None:
        """Ask in one flight what is to be known, and enable what only adds to what the server says."""
        if any(one.id_name and one.without & {"ENABLE", *_ADDING} for one in self.server.quirks):
            await self._ask(self._questions({"ID"}))  # it has to be known first
        questions = self._questions({"ID", "ENABLE", "NAMESPACE"})
        await self._ask(questions if has_told else [Command(b"CAPABILITY"), *questions])
        await self._ask(self._questions({"ID", "ENABLE", "NAMESPACE"}))  # what it could not do before the login

    def _questions(self, names: set[str]) -> list[Command]:
        """Give those of these commands that the server has, and that have not been said."""
        questions: list[Command] = []
        for name in sorted(names & _ASKED_ONCE.keys()):
            if self.capabilities.has(name) and name not in self._asked:
                self._asked.add(name)
                questions.append(_ASKED_ONCE[name])
        enabling = [name for name in self._to_enable() if name not in self._asked] if "ENABLE" in names else []
        if enabling:
            self._asked.update(enabling)
            questions.append(Command(b"ENABLE", *(Atom(name.encode()) for name in enabling)))
        return questions

    def _to_enable(self) -> list[str]:
        """UTF-8 only where the server speaks nothing else (RFC 6855)."""
        if not self.capabilities.has("ENABLE"):
            return []
        names = [name for name in sorted(_ADDING) if self.capabilities.has(name)]
        return [*names, "UTF8=ACCEPT"] if self.capabilities.has("UTF8=ONLY") else names

    async def _ask(self, questions: Sequence[Command]) -> None:
        """A question that is refused has no answer, and all goes on without."""
        if not questions:
            return
        for question, answer in zip(questions, await self.conversation.run(*questions), strict=True):
            if isinstance(answer.refusal, AuthenticationRefused):
                raise answer.refusal
            self._take_answer(question, answer)
        self._know(self.capabilities)

    def _take_answer(self, question: Command, answer: Answer) -> None:
        for one in answer.data:
            match one:
                case CapabilityData():
                    self.capabilities = self.capabilities.told(one.names)
                case IdData():
                    self.identity = one.fields
                case Namespace():
                    self.namespaces = one
                case _:
                    pass
        if question.name == b"ENABLE" and answer.status.is_ok:
            self.enabled |= enabled_by(answer, self._asked & {*_ADDING, "UTF8=ACCEPT"}, self.behaviour)

    async def _compress(self) -> None:
        conversation = self.conversation
        (pending,) = await conversation.send(Command(b"COMPRESS", Atom(b"DEFLATE")))
        behind = await conversation.finish_exactly(pending)
        if pending.answer().status.is_ok:  # else both go on as before (RFC 4978 section 3)
            conversation.stream = CompressedStream(conversation.stream, behind)
            await self._take_up(None)


def _alerts(unasked: Sequence[Response]) -> list[str]:
    """Give what a server wants people to read (RFC 9051 section 7.1)."""
    said = [one for one in unasked if isinstance(one, Status) and one.code is not None]
    return [one_line(one.text) for one in said if one.code is not None and one.code.name == "ALERT"]
