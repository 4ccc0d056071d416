"""Greeting, TLS and login of a POP3 session, by the client's side (RFC 1939 section 4, RFC 2595, RFC 5034)."""

from __future__ import annotations

import hashlib
import re

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, ServiceBusy, StarttlsInjection, TlsRequired
from msgcore.runtime.abc import Stream, TlsSettings
from msgcore.wire.pop3.account import Pop3Server
from msgcore.wire.pop3.capabilities import CAPABILITY_OCTETS, Capabilities
from msgcore.wire.pop3.conversation import Conversation
from msgcore.wire.pop3.refusal import login_refused, refused
from msgcore.wire.pop3.status import GO_ON, NO, YES
from msgcore.wire.sasl import Credentials, Dialogue, Heard, Verdict, prove, say_hidden

__all__ = ["ask_capabilities", "greet", "log_in", "secure", "start_tls"]

_COMMAND_OCTETS = 255  # RFC 2449 section 4

# RFC 1939 section 7: the timestamp is a msg-id, in printable ASCII. It may stand behind other text.
_STAMP = re.compile(r"<([!-;=?-~]{1,512}+)>")


async def greet(conversation: Conversation) -> str:
    """Hear the greeting, and give the timestamp in it that APOP needs, or ``""``.

    Raises:
        CommandRefused, ServiceBusy: the server wants no session, for good or for now.
        ProtocolBroken: this is no POP3 server.
    """
    status = await conversation.hear()
    if status.word == NO:
        raise refused(f"{conversation.name}: greeting", status)
    if status.word == GO_ON:
        raise conversation.broken(f"greets with {status}")
    conversation.expect_nothing()
    return next((found[0] for found in _STAMP.finditer(status.text) if found[1].count("@") == 1), "")


async def ask_capabilities(conversation: Conversation, known: Capabilities = Capabilities()) -> Capabilities:  # noqa: B008  # frozen
    """Ask what the server can do; where it does not say, that is what was ``known`` before."""
    await conversation.say(b"CAPA")
    body = await conversation.hear_lines(CAPABILITY_OCTETS)
    conversation.expect_nothing()
    return known if isinstance(body, StatusResponse) else Capabilities.of_body(body)


async def start_tls(conversation: Conversation, capabilities: Capabilities, settings: TlsSettings) -> Stream:
    """Upgrade the connection to TLS (RFC 2595 section 4), and give the stream that counts from here on.

    Raises:
        TlsRequired: the server does not offer it, or refuses it now; the session is still good, in clear.
        StarttlsInjection: octets arrived in clear behind the go-ahead.
        TlsFailed: the handshake failed or the certificate is not to be trusted.
    """
    if capabilities.is_told and not capabilities.offers("STLS"):
        secured = f"{conversation.stream.endpoint.service}s://"
        raise TlsRequired(
            f"{conversation.name}: the login requires TLS and the server does not offer STLS: try {secured}"
        )
    await conversation.say(b"STLS")
    status = await conversation.hear()
    if status.word != YES:
        raise TlsRequired(f"{conversation.name}: TLS is required, and the server refuses STLS: {status}")
    return await secure(conversation, settings)


async def secure(conversation: Conversation, settings: TlsSettings) -> Stream:
    """Shake hands, after the server's go-ahead; raises as :func:`start_tls` does."""
    if conversation.unused_octets:
        raise StarttlsInjection(f"{conversation.name}: octets in clear behind the answer to STLS")
    return await conversation.stream.start_tls(settings)


async def log_in(
    conversation: Conversation,
    capabilities: Capabilities,
    credentials: Credentials,
    server: Pop3Server,
    stamp: str = "",
) -> None:
    """Log in: by SASL, else by APOP where ``server`` allows it and there is a ``stamp``, else by USER and PASS.

    What the server refuses is not tried in another way, unless it has not that way after all.

    Raises:
        AuthenticationRefused: the server refuses, or offers no way for these credentials.
        TlsRequired: the password would be sent without TLS, or to a server whose certificate was not verified.
        MaildropInUse, LoginTooSoon, ServiceBusy: not now.
        CommandRefused: it will never open this maildrop ([SYS/PERM]).
    """
    # Who asks for APOP does not want the password in clear, even where nobody offers APOP (any more).
    login = _Login(conversation, capabilities, credentials, server.allow_cleartext_login and not server.apop)
    conversation.secrets = [one for one in (credentials.password, credentials.token) if one is not None]
    password = credentials.password
    by_apop = server.apop and bool(stamp)
    if capabilities.mechanisms or password is None:
        try:
            await login.by_sasl(server)
        except (AuthenticationRefused, TlsRequired):
            if password is None or login.is_heard or not (by_apop or capabilities.offers("USER")):
                raise
        else:
            return
    assert password is not None
    if by_apop:
        await login.by_apop(password, stamp)
    else:
        await login.by_user(password)


@attrs.define
class _Login:
    """The ways to log in; as a :class:`~msgcore.wire.sasl.Carrier`, how POP3 carries SASL.

    ``is_heard``: the server has taken up an exchange, or judged the credentials; then there is no other way.
    """

    _conversation: Conversation
    _capabilities: Capabilities
    _credentials: Credentials
    _allow_cleartext: bool
    is_heard: bool = False
    command_octets: int = _COMMAND_OCTETS

    @property
    def stream(self) -> Stream:
        return self._conversation.stream

    @property
    def _is_private(self) -> bool:
        return self.stream.tls is not None and self.stream.tls.is_verified

    async def say(self, line: bytes, shown_as: bytes) -> None:
        await self._conversation.say(line, shown_as)

    async def hear(self, what: str, dialogue: Dialogue) -> Heard:
        status = await self._conversation.hear()
        if status.word == NO:
            return self._refusal(what, self._conversation.cleaned(status), dialogue)
        self._conversation.expect_nothing()
        self.is_heard = True
        # Some servers say +OK to the bare command, and wait for what belongs on its line.
        if status.word == GO_ON or not dialogue.is_said:
            return Heard(Verdict.CHALLENGE, status.text)
        return Heard(Verdict.GRANTED)

    def _refusal(self, what: str, status: StatusResponse, dialogue: Dialogue) -> Heard:
        who = f"{what} as {self._credentials.user}" if self._credentials.user else what
        error = login_refused(who, status, self._capabilities.login_delay_seconds)
        if isinstance(error, ServiceBusy):
            return Heard(Verdict.LATER, error=error)
        # RFC 5034 has no code for a mechanism that is missing; but who has been told nothing yet cannot judge it.
        if status.code or dialogue.is_said or dialogue.was_challenged:
            self.is_heard = True
            return Heard(Verdict.REFUSED, error=error)
        return Heard(Verdict.UNAVAILABLE, error=error)

    async def by_sasl(self, server: Pop3Server) -> None:
        await prove(
            self,
            self._capabilities.mechanisms,
            self._credentials,
            allow_cleartext=self._allow_cleartext,
            own=server.own_mechanisms,
        )

    async def by_apop(self, password: Secret, stamp: str) -> None:
        """Say a digest of the password and the greeting's timestamp (RFC 1939 section 7)."""
        named = f"APOP {self._credentials.user} ".encode()
        await say_hidden(self, lambda: (named + _digest(password, stamp), named + b"***"))
        await self._granted("APOP")

    async def by_user(self, password: Secret) -> None:
        """Say user and password, in one flight where that is allowed and nobody listens."""
        if not self._is_private and not self._allow_cleartext:
            raise TlsRequired(f"{self._conversation.name}: PASS would send the password in clear; TLS is required")
        user = b"USER " + self._credentials.user.encode()
        if self._is_private and self._capabilities.can_pipeline:
            named = user + b"\r\nPASS "
            await say_hidden(self, lambda: (named + password.reveal().encode(), named + b"***"))
            self._check("USER", await self._conversation.hear())
            await self._granted("PASS")
            return
        await self._conversation.say(user)
        await self._granted("USER")
        await say_hidden(self, lambda: (b"PASS " + password.reveal().encode(), b"PASS ***"))
        await self._granted("PASS")

    async def _granted(self, verb: str) -> None:
        self._check(verb, await self._conversation.hear())
        self._conversation.expect_nothing()

    def _check(self, verb: str, status: StatusResponse) -> None:
        if status.word == YES:
            return
        status = self._conversation.cleaned(status)  # in this frame, too
        what = f"{self._conversation.name}: {verb} as {self._credentials.user}"
        raise login_refused(what, status, self._capabilities.login_delay_seconds)


def _digest(password: Secret, stamp: str) -> bytes:
    return hashlib.md5((stamp + password.reveal()).encode(), usedforsecurity=False).hexdigest().encode()
