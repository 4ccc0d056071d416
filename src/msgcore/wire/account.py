"""A server that a client logs in to, whatever the protocol: how it is reached, secured, and who proves to be whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar, cast

import attrs

from msgcore.base.text import ReferredSecret, Secret, SecretGiver
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    MsgcoreError,
    ServiceBusy,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.runtime.abc import DIRECT, Endpoint, NetworkPath, Runtime, Security, Stream, TlsSettings
from msgcore.wire.sasl import Credentials, MechanismFactory

__all__ = ["MailServer", "Token", "connect_to", "greeted", "open_with"]

T = TypeVar("T")

# What OpenSSL says of an answer that is no TLS.
_IN_CLEAR = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}

Token = Secret | SecretGiver
"""A password or an OAuth access token, or who gives one."""


@attrs.frozen
class MailServer:
    """A server, by which way it is reached, how the connection is secured, and who logs in.

    With ``OPPORTUNISTIC`` security the upgrade is required of whom a user, ``ca_file`` or ``certificate_file`` is given
    for, unless ``allow_cleartext_login``; else it is made when it is offered, and a certificate that cannot be verified
    is noted. A user without password and token logs in by the client's certificate. ``mechanism`` makes a SASL
    mechanism of the user's own.

    A Unix socket is talked to in clear, whatever stands here: nobody is between.

    With ``addresses`` the connection goes to the first of them that answers, and the endpoint's host is only the name
    that TLS knows it by. ``connect_seconds`` is how long that may take, within the deadline of the call.
    """

    endpoint: Endpoint
    security: Security = Security.OPPORTUNISTIC
    user: str | None = None
    password: Token | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    allow_cleartext_login: bool = False
    token: Token | None = None
    mechanism: MechanismFactory | None = None
    path: NetworkPath = DIRECT
    addresses: tuple[str, ...] = ()
    connect_seconds: float | None = None

    @property
    def needs_tls(self) -> bool:
        if self.endpoint.is_unix_socket:
            return False
        return self.security is not Security.OPPORTUNISTIC or (self.cares_for_tls and not self.allow_cleartext_login)

    @property
    def cares_for_tls(self) -> bool:
        """Whether something is said beside the URL that only TLS keeps or can show."""
        return self.user is not None or self._tls_file is not None

    @property
    def why_tls(self) -> str:
        """Why TLS is needed, where neither the URL nor a login says so; empty: one of them does."""
        if self.security is not Security.OPPORTUNISTIC or self.user is not None:
            return ""
        return f"; {self._tls_file} asks for TLS: without it {self.endpoint.service}:// takes what is offered"

    @property
    def _tls_file(self) -> str | None:
        return "ca_file" if self.ca_file else "certificate_file" if self.certificate_file else None

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

    Password and token are asked for, where somebody gives them or they lie elsewhere. ``connect`` is called again when
    the server refuses them and others are given then: they may have been changed, or have expired in between; once. And
    it is called again when nobody requires TLS and the certificate cannot be verified, which the note then says.
    """

    async def once(credentials: Credentials | None) -> tuple[T, str]:
        try:
            return await connect(credentials, server.tls()), ""
        except (TlsRequired, TlsFailed) as error:
            if server.needs_tls and server.why_tls:
                raise type(error)(f"{error}{server.why_tls}") from error.__cause__
            if server.needs_tls or isinstance(error, TlsRequired):
                raise
            # Nobody required TLS: better unverified than in clear.
            return await connect(credentials, server.tls(is_opportunistic=True)), str(error)

    refused = await _credentials(runtime, server, deadline)
    try:
        return await once(refused)
    except AuthenticationRefused:
        # The same again would only count as another failed attempt, after which servers lock accounts.
        credentials = await _credentials(runtime, server, deadline)
        if credentials == refused:
            raise
        return await once(credentials)


async def connect_to(runtime: Runtime, server: MailServer, tls: TlsSettings | None, deadline: Deadline) -> Stream:
    """Connect, and speak TLS at once where the URL says so; the stream has the deadline."""
    limit = deadline if server.connect_seconds is None else deadline.sooner(server.connect_seconds)
    stream = await runtime.connect(server.endpoint, limit, server.path, addresses=server.addresses)
    try:
        stream.deadline = deadline
        if tls is None or server.security is not Security.IMPLICIT:
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
        if stream.tls is not None or stream.endpoint.service == "lmtp":  # which has no port for TLS
            raise
        secured = f"{stream.endpoint.service}s://"
        raise TimedOut(f"{error}; a server that says nothing may be waiting for TLS: {secured}") from error


async def _credentials(runtime: Runtime, server: MailServer, deadline: Deadline) -> Credentials | None:
    if server.user is None:
        return None
    password = await _asked(runtime, "password", server.password, server.endpoint, deadline)
    token = await _asked(runtime, "token", server.token, server.endpoint, deadline)
    return Credentials(server.user, password, token)


async def _asked(
    runtime: Runtime, what: str, given: Token | None, endpoint: Endpoint, deadline: Deadline
) -> Secret | None:
    if isinstance(given, ReferredSecret):
        return await runtime.in_thread(given.again, deadline)
    if given is None or isinstance(given, Secret):
        return given
    try:
        answer = await runtime.in_thread(given, deadline)
        told = await runtime.bounded(_awaited(answer), deadline) if isinstance(answer, Awaitable) else answer
    except MsgcoreError:
        raise
    except Exception as error:  # its text may hold a secret
        raise ServiceBusy(f"{endpoint}: no {what} was given: {type(error).__name__}") from None
    if not isinstance(cast(object, told), str | Secret):
        raise UsageError(f"{endpoint}: the function for the {what} gave {type(told).__name__}; need text")
    return told if isinstance(told, Secret) else Secret(told)


async def _awaited(given: Awaitable[str | Secret]) -> str | Secret:
    return await given
