"""A client's session with one server: opened, secured and logged in as the server's settings say."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import attrs

from msgcore.base.status import Reply
from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    MsgcoreError,
    ProtocolBroken,
    ServiceBusy,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.runtime.abc import DIRECT, Endpoint, NetworkPath, Runtime, Security, Stream, TlsSettings
from msgcore.wire.lines import Incoming
from msgcore.wire.sasl import Credentials, MechanismFactory
from msgcore.wire.smtp.client import authenticate, greet, quit_session, start_tls
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.reply import take_reply

__all__ = ["SmtpServer", "SmtpSession", "Token", "open_session"]

TokenGiven = str | Secret
Token = Secret | Callable[[], TokenGiven | Awaitable[TokenGiven]]
"""An OAuth access token, or who gives one: a plain function, which may block, or one that is awaited."""

_SURE_SECONDS = 1.0
_NOOP_SECONDS = 5.0


@attrs.frozen
class SmtpServer:
    """A server, by which way it is reached, how the connection is secured, and who logs in.

    With ``OPPORTUNISTIC`` security and a user the upgrade is required, unless ``allow_cleartext_login``; without a user
    it is made when it is offered, and a certificate that cannot be verified is noted on the outcomes. A user without
    password and token logs in by the client's certificate. ``mechanism`` makes a SASL mechanism of the user's own.
    """

    endpoint: Endpoint
    security: Security = Security.OPPORTUNISTIC
    user: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    allow_cleartext_login: bool = False
    ehlo_name: str = "[127.0.0.1]"
    token: Token | None = None
    mechanism: MechanismFactory | None = None
    path: NetworkPath = DIRECT
    is_lmtp: bool = False

    @property
    def needs_tls(self) -> bool:
        has_login = self.user is not None and not self.allow_cleartext_login
        return self.security is not Security.OPPORTUNISTIC or has_login

    def tls(self, *, is_opportunistic: bool = False) -> TlsSettings:
        return TlsSettings(self.ca_file, self.certificate_file, self.key_file, is_opportunistic)


@attrs.define(eq=False)
class SmtpSession:
    """An open session, as a pool keeps it.

    ``has_lasted``: the server has kept it open when nothing was going on; some close after every message.
    ``has_chunked``: it has taken a chunk, and so knows BDAT. ``note`` is for the outcomes.
    """

    stream: Stream
    extensions: Extensions
    note: str = ""
    has_lasted: bool = False
    has_chunked: bool = False

    async def is_good(self, idle_seconds: float, deadline: Deadline) -> bool:
        """Say whether the server is still there and has said nothing; asks it when it was idle for long."""
        if self.stream.unread_octets or self.stream.has_ended:
            return False
        if idle_seconds > _SURE_SECONDS:
            self.stream.deadline = deadline.sooner(_NOOP_SECONDS)
            self.has_lasted = await _answers(self.stream)
            return self.has_lasted
        return True

    async def close(self, deadline: Deadline) -> None:
        self.stream.deadline = deadline
        await quit_session(self.stream)

    def abort(self) -> None:
        self.stream.abort()


async def _answers(stream: Stream) -> bool:
    incoming = Incoming(stream)
    reply: Reply | None = None
    with contextlib.suppress(ConnectionLost, TimedOut, TlsFailed, ProtocolBroken):
        await stream.write(b"NOOP\r\n")
        while (reply := take_reply(incoming.buffer)) is None:
            await incoming.fill_line()
    # A 4yz is the goodbye of a server that grew tired of waiting; one that knows no NOOP is there, too.
    return reply is not None and not reply.is_temporary and not incoming.has_unasked


async def open_session(runtime: Runtime, server: SmtpServer, deadline: Deadline) -> SmtpSession:
    """Connect, secure the connection and log in.

    A token that the server refuses is asked for again, once: it may have expired in between.

    Raises:
        NameNotResolved, ConnectionLost, TimedOut: nobody answers; the message names the server.
        TlsRequired, TlsFailed, StarttlsInjection: the connection cannot be secured as it has to be.
        AuthenticationRefused: the credentials are refused.
        ServiceBusy: the server, or who gives the token, asks for patience.
        CommandRefused: the server wants no session.
    """
    try:
        return await _open(runtime, server, deadline)
    except AuthenticationRefused:
        if server.token is None or isinstance(server.token, Secret):
            raise
        return await _open(runtime, server, deadline)


async def _open(runtime: Runtime, server: SmtpServer, deadline: Deadline) -> SmtpSession:
    credentials = await _credentials(runtime, server, deadline)
    try:
        return await _connect(runtime, server, credentials, server.tls(), deadline)
    except TlsFailed as error:
        if server.needs_tls:
            raise
        # Nobody required TLS: better unverified than in clear.
        session = await _connect(runtime, server, credentials, server.tls(is_opportunistic=True), deadline)
        session.note = str(error)
        return session


async def _credentials(runtime: Runtime, server: SmtpServer, deadline: Deadline) -> Credentials | None:
    if server.user is None:
        return None
    token = server.token
    if token is not None and not isinstance(token, Secret):
        token = await _ask(runtime, token, server.endpoint, deadline)
    return Credentials(server.user, server.password, token)


async def _ask(
    runtime: Runtime, giver: Callable[[], TokenGiven | Awaitable[TokenGiven]], endpoint: Endpoint, deadline: Deadline
) -> Secret:
    try:
        given = await runtime.in_thread(giver, deadline)
        token = await runtime.bounded(_awaited(given), deadline) if isinstance(given, Awaitable) else given
    except MsgcoreError:
        raise
    except Exception as error:  # its text may hold a secret
        raise ServiceBusy(f"{endpoint}: no token was given: {type(error).__name__}") from None
    if not isinstance(cast(object, token), str | Secret):
        raise UsageError(f"{endpoint}: the function for the token gave {type(token).__name__}; need text")
    return token if isinstance(token, Secret) else Secret(token)


async def _awaited(given: Awaitable[TokenGiven]) -> TokenGiven:
    return await given


async def _connect(
    runtime: Runtime, server: SmtpServer, credentials: Credentials | None, tls: TlsSettings, deadline: Deadline
) -> SmtpSession:
    stream = await runtime.connect(server.endpoint, deadline, server.path)
    try:
        stream.deadline = deadline
        if server.security is Security.IMPLICIT:
            stream = await _secure_at_once(stream, tls)
        extensions = await _greet(stream, server)
        if stream.tls is None and (server.needs_tls or extensions.offers("STARTTLS")):
            try:
                stream, extensions = await start_tls(stream, extensions, tls, server.ehlo_name)
            except TlsRequired:
                if server.needs_tls:
                    raise
        if credentials is not None:
            own = () if server.mechanism is None else (server.mechanism,)
            allow_cleartext = server.allow_cleartext_login
            await authenticate(stream, extensions, credentials, allow_cleartext=allow_cleartext, own=own)
    except BaseException:
        stream.abort()
        raise
    if stream.tls is None or not stream.tls.is_verified:
        extensions = extensions.without("REQUIRETLS")  # RFC 8689 section 2: it counts in verified TLS only
    return SmtpSession(stream, extensions)


async def _greet(stream: Stream, server: SmtpServer) -> Extensions:
    try:
        return await greet(stream, server.ehlo_name, is_lmtp=server.is_lmtp)
    except TimedOut as error:
        if stream.tls is not None:
            raise
        raise TimedOut(f"{error}; a server that says nothing may be waiting for TLS: smtps://") from error


async def _secure_at_once(stream: Stream, tls: TlsSettings) -> Stream:
    try:
        return await stream.start_tls(tls)
    except StarttlsInjection as error:
        # Nobody has said STARTTLS: this is no attack, but a port that greets in clear.
        raise TlsFailed(f"{stream.endpoint}: the server does not start with TLS on this port") from error
