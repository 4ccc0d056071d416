"""A server that a client logs in to, whatever the protocol: how it is reached, secured, and who proves to be whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar, cast

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    MsgcoreError,
    ServiceBusy,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    UsageError,
)
from msgcore.runtime.abc import DIRECT, Endpoint, NetworkPath, Runtime, Security, Stream, TlsSettings
from msgcore.wire.sasl import Credentials, MechanismFactory

__all__ = ["MailServer", "Token", "connect_to", "greeted", "open_with"]

T = TypeVar("T")

# What OpenSSL says of an answer that is no TLS.
_IN_CLEAR = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}

TokenGiven = str | Secret
Token = Secret | Callable[[], TokenGiven | Awaitable[TokenGiven]]
"""An OAuth access token, or who gives one: a plain function, which may block, or one that is awaited."""


@attrs.frozen
class MailServer:
    """A server, by which way it is reached, how the connection is secured, and who logs in.

    With ``OPPORTUNISTIC`` security and a user the upgrade is required, unless ``allow_cleartext_login``; without a user
    it is made when it is offered, and a certificate that cannot be verified is noted. A user without password and token
    logs in by the client's certificate. ``mechanism`` makes a SASL mechanism of the user's own.
    """

    endpoint: Endpoint
    security: Security = Security.OPPORTUNISTIC
    user: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    allow_cleartext_login: bool = False
    token: Token | None = None
    mechanism: MechanismFactory | None = None
    path: NetworkPath = DIRECT

    @property
    def needs_tls(self) -> bool:
        has_login = self.user is not None and not self.allow_cleartext_login
        return self.security is not Security.OPPORTUNISTIC or has_login

    @property
    def own_mechanisms(self) -> tuple[MechanismFactory, ...]:
        return () if self.mechanism is None else (self.mechanism,)

    def tls(self, *, is_opportunistic: bool = False) -> TlsSettings:
        return TlsSettings(self.ca_file, self.certificate_file, self.key_file, is_opportunistic)


async def open_with(
    runtime: Runtime,
    server: MailServer,
    deadline: Deadline,
    connect: Callable[[Credentials | None, TlsSettings], Awaitable[T]],
) -> tuple[T, str]:
    """Open a session by ``connect``, which is given the credentials and how to secure it; give it with a note.

    ``connect`` is called again when the server refuses a token: it may have expired in between, and is asked for again,
    once; and when nobody requires TLS and the certificate cannot be verified, which the note then says.
    """

    async def once() -> tuple[T, str]:
        credentials = await _credentials(runtime, server, deadline)
        try:
            return await connect(credentials, server.tls()), ""
        except TlsFailed as error:
            if server.needs_tls:
                raise
            # Nobody required TLS: better unverified than in clear.
            return await connect(credentials, server.tls(is_opportunistic=True)), str(error)

    try:
        return await once()
    except AuthenticationRefused:
        if server.token is None or isinstance(server.token, Secret):
            raise
        return await once()


async def connect_to(runtime: Runtime, server: MailServer, tls: TlsSettings, deadline: Deadline) -> Stream:
    """Connect, and speak TLS at once where the URL says so; the stream has the deadline."""
    stream = await runtime.connect(server.endpoint, deadline, server.path)
    try:
        stream.deadline = deadline
        if server.security is not Security.IMPLICIT:
            return stream
        try:
            return await stream.start_tls(tls)
        except (StarttlsInjection, TlsFailed) as error:
            # Nobody has said STARTTLS: this is no attack, but a port that greets in clear.
            if isinstance(error, TlsFailed) and getattr(error.__cause__, "reason", "") not in _IN_CLEAR:
                raise
            other = f"{stream.endpoint.service}+starttls://"
            raise TlsFailed(
                f"{stream.endpoint}: the server does not start with TLS on this port: {other}, or another port"
            ) from error
    except BaseException:
        stream.abort()
        raise


async def greeted(stream: Stream, greeting: Awaitable[T]) -> T:
    """Wait for what a server says first; of one that says nothing in clear, hint at TLS."""
    try:
        return await greeting
    except TimedOut as error:
        if stream.tls is not None:
            raise
        secured = f"{stream.endpoint.service}s://"
        raise TimedOut(f"{error}; a server that says nothing may be waiting for TLS: {secured}") from error


async def _credentials(runtime: Runtime, server: MailServer, deadline: Deadline) -> Credentials | None:
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
