"""Greeting, TLS and login of an IMAP session, by the client's side (RFC 9051 section 6.1 and 6.2)."""

from __future__ import annotations

import attrs

from msgcore.base.text import Secret, forget_frames
from msgcore.errors import AuthenticationRefused, ServiceBusy, StarttlsInjection, TlsRequired
from msgcore.runtime.abc import Stream, TlsSettings
from msgcore.wire.imap.account import ImapServer
from msgcore.wire.imap.capabilities import Capabilities
from msgcore.wire.imap.command import Atom, Command
from msgcore.wire.imap.conversation import Conversation
from msgcore.wire.imap.flight import Pending
from msgcore.wire.imap.refusal import login_refused, refused
from msgcore.wire.imap.responses import Bye, CapabilityData, Code, Response, Status, Value
from msgcore.wire.sasl import Credentials, Dialogue, Heard, Verdict, prove

__all__ = ["ask_capabilities", "greet", "log_in", "start_tls", "told_capabilities"]

_AUTH = b"AUTH "


async def greet(conversation: Conversation) -> Status:
    """Hear the greeting: OK, or PREAUTH where the user is known already.

    Raises:
        CommandRefused, ServiceBusy: the server wants no session, for good or for now.
        ProtocolBroken: this is no IMAP server.
    """
    status = await conversation.hear_greeting()
    if isinstance(status, Bye):
        raise refused(f"{conversation.name}: greeting", status, is_opening=True)
    if status.word not in {"OK", "PREAUTH"}:
        raise conversation.broken(f"greets with {status.response}")
    return status


def told_capabilities(known: Capabilities, status: Status | None, unasked: list[Response]) -> Capabilities | None:
    """Give the capabilities that the server has told by itself, in a code or as data, or ``None``."""
    code = status.code if status is not None else None
    if code is not None and code.name == "CAPABILITY":
        return known.told(_names(code))
    data = [one for one in unasked if isinstance(one, CapabilityData)]
    return known.told(data[-1].names) if data else None


def _names(code: Code) -> list[str]:
    return [_text(value) for value in code.values if isinstance(value, bytes)] or code.text.decode("latin-1").split()


def _text(value: Value) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else ""


async def ask_capabilities(conversation: Conversation, known: Capabilities) -> Capabilities:
    """Ask what the server can do; where it does not say, that is what was ``known`` before."""
    (answer,) = await conversation.run(Command(b"CAPABILITY"))
    data = [one for one in answer.data if isinstance(one, CapabilityData)]
    if answer.status.is_ok and data:
        return known.told(data[-1].names)
    return told_capabilities(known, answer.status, []) or known


async def start_tls(conversation: Conversation, capabilities: Capabilities, settings: TlsSettings) -> Stream:
    """Upgrade the connection to TLS, and give the stream that counts from here on; what was heard before does not.

    Raises:
        TlsRequired: the server does not offer it, or refuses it now; the session is still good, in clear.
        StarttlsInjection: octets arrived in clear behind the go-ahead.
        TlsFailed: the handshake failed or the certificate is not to be trusted.
    """
    name = conversation.name
    if capabilities.is_told and not capabilities.has("STARTTLS"):
        secured = f"{conversation.stream.endpoint.service}s://"
        raise TlsRequired(f"{name}: the login requires TLS and the server does not offer STARTTLS: try {secured}")
    (pending,) = await conversation.send(Command(b"STARTTLS"))
    behind = await conversation.finish_exactly(pending)
    status = pending.answer().status
    if not status.is_ok:
        raise TlsRequired(f"{name}: TLS is required, and the server refuses STARTTLS: {status.response}")
    if behind or conversation.unused_octets:
        raise StarttlsInjection(f"{name}: octets in clear behind the answer to STARTTLS")
    return await conversation.stream.start_tls(settings)


async def log_in(
    conversation: Conversation,
    capabilities: Capabilities,
    credentials: Credentials,
    server: ImapServer,
    command_octets: int,
) -> Status:
    """Log in by SASL, else by LOGIN; give the server's answer. ``command_octets``: the longest line that it takes.

    What the server refuses is not tried in another way, unless it has not that way after all.

    Raises:
        AuthenticationRefused: the server refuses, or offers no way for these credentials.
        TlsRequired: the password would be sent without TLS, or to a server whose certificate was not verified.
        ServiceBusy: not now.
    """
    login = _Login(conversation, capabilities, credentials, server.allow_cleartext_login, command_octets)
    conversation.secrets = [one for one in (credentials.password, credentials.token) if one is not None]
    conversation.is_proving = True
    try:
        return await login.prove(server, credentials.password)
    finally:
        conversation.is_proving = False


@attrs.define
class _Login:
    """The ways to log in; as a :class:`~msgcore.wire.sasl.Carrier`, how IMAP carries SASL.

    ``is_heard``: the server has taken up an exchange, or judged the credentials; then there is no other way.
    """

    _conversation: Conversation
    _capabilities: Capabilities
    _credentials: Credentials
    _allow_cleartext: bool
    _command_octets: int
    is_heard: bool = False
    _pending: Pending | None = None
    _granted: Status | None = None

    @property
    def stream(self) -> Stream:
        return self._conversation.stream

    @property
    def command_octets(self) -> int:
        """Without SASL-IR the first response waits for the server's challenge."""
        return self._command_octets - 16 if self._capabilities.has("SASL-IR") else 0

    async def say(self, line: bytes, shown_as: bytes) -> None:
        if self._pending is not None:
            await self._conversation.say_line(line, shown_as)
            return
        mechanism, _, initial = line.removeprefix(_AUTH).partition(b" ")
        arguments = [Atom(mechanism)] + ([Atom(initial, b"***")] if initial else [])
        (self._pending,) = await self._conversation.send(Command(b"AUTHENTICATE", *arguments))

    async def hear(self, what: str, dialogue: Dialogue) -> Heard:
        assert self._pending is not None
        go_ahead = await self._conversation.hear_go_ahead(self._pending)
        if go_ahead is not None:
            self.is_heard = True
            return Heard(Verdict.CHALLENGE, go_ahead.text.decode("latin-1").strip())
        status, self._pending = self._pending.answer().status, None
        if not status.is_ok:
            return self._refusal(what, status, dialogue)
        self.is_heard, self._granted = True, status
        return Heard(Verdict.GRANTED)

    def _refusal(self, what: str, status: Status, dialogue: Dialogue) -> Heard:
        who = f"{what} as {self._credentials.user}" if self._credentials.user else what
        error = login_refused(who, status)
        if isinstance(error, ServiceBusy):
            return Heard(Verdict.LATER, error=error)
        is_unknown = status.word == "BAD" and not dialogue.was_challenged
        # Who has been told nothing yet cannot have judged it.
        if not is_unknown and (status.code is not None or dialogue.is_said or dialogue.was_challenged):
            self.is_heard = True
            return Heard(Verdict.REFUSED, error=error)
        return Heard(Verdict.UNAVAILABLE, error=error)

    async def prove(self, server: ImapServer, password: Secret | None) -> Status:
        if self._capabilities.mechanisms or password is None:
            try:
                return await self.by_sasl(server)
            except (AuthenticationRefused, TlsRequired):
                if password is None or self.is_heard or self._capabilities.has("LOGINDISABLED"):
                    raise
        return await self.by_login(password)

    async def by_sasl(self, server: ImapServer) -> Status:
        await prove(
            self,
            self._capabilities.mechanisms,
            self._credentials,
            allow_cleartext=self._allow_cleartext,
            own=server.own_mechanisms,
        )
        assert self._granted is not None
        return self._granted

    async def by_login(self, password: Secret) -> Status:
        conversation = self._conversation
        if self._capabilities.has("LOGINDISABLED"):
            raise TlsRequired(f"{conversation.name}: the server takes no LOGIN on this connection (LOGINDISABLED)")
        tls = self.stream.tls
        if not (tls is not None and tls.is_verified) and not self._allow_cleartext:
            raise TlsRequired(f"{conversation.name}: LOGIN would send the password in clear; TLS is required")
        try:
            (answer,) = await conversation.run(Command(b"LOGIN", self._credentials.user, password))
        except BaseException as error:
            forget_frames(error)
            raise
        status = answer.status
        if not status.is_ok:
            raise login_refused(f"{conversation.name}: LOGIN as {self._credentials.user}", status)
        return status
