"""A client's session with one server: opened, secured and logged in as the server's settings say."""

from __future__ import annotations

import math

import attrs

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, ServiceBusy, TlsFailed, TlsRequired
from msgcore.runtime.abc import Runtime, Stream, TlsSettings
from msgcore.wire.account import MailServer, connect_to, greeted, open_with
from msgcore.wire.sasl import Credentials
from msgcore.wire.smtp.client import authenticate, greet, is_there, quit_session, start_tls
from msgcore.wire.smtp.extensions import Extensions

__all__ = ["SmtpServer", "SmtpSession", "open_session"]

_SURE_SECONDS = 1.0
_NOOP_SECONDS = 5.0
_HANDSHAKE_SHARE = 1 / 3  # twice, with and without a look at the certificate, leaves time for a try in clear
_HANDSHAKE_SECONDS = 10.0  # who is slower than this, and not silent, should not get in clear what TLS can carry
_CLOSING = 421


@attrs.frozen
class SmtpServer(MailServer):
    """An SMTP or LMTP server; ``ehlo_name`` is how this host names itself to it.

    With ``tls_tries`` nobody logs in, and the connection is secured as they say, one behind the other, each on a
    connection of its own, until one succeeds; ``None`` is in clear. Each has ``open_seconds`` to open the session.
    """

    ehlo_name: str = attrs.field(default="[127.0.0.1]", kw_only=True)
    is_lmtp: bool = attrs.field(default=False, kw_only=True)
    tls_tries: tuple[TlsSettings | None, ...] = attrs.field(default=(), kw_only=True)
    open_seconds: float = attrs.field(default=math.inf, kw_only=True)

    @property
    def needs_tls(self) -> bool:
        return None not in self.tls_tries if self.tls_tries else super().needs_tls

    @property
    def may_be_clear(self) -> bool:
        """Whether handshakes that fail are followed by a try in clear: nothing says that anybody cares for TLS."""
        return not (self.needs_tls or self.cares_for_tls or self.tls_tries)


@attrs.define(eq=False)
class SmtpSession:
    """An open session, as a pool keeps it.

    ``has_lasted``: the server has kept it open when nothing was going on; some close after every message.
    ``has_chunked``: it has taken a chunk, and so knows BDAT. ``note`` is for the outcomes. ``tls_errors`` are of the
    connections on which TLS failed before this one.
    """

    stream: Stream
    extensions: Extensions
    note: str = ""
    has_lasted: bool = False
    has_chunked: bool = False
    tls_errors: tuple[TlsFailed, ...] = ()

    async def is_good(self, idle_seconds: float, deadline: Deadline) -> bool:
        """Say whether the server is still there and has said nothing; asks it when it was idle for long."""
        if self.stream.unread_octets or self.stream.has_ended:
            return False
        if idle_seconds > _SURE_SECONDS:
            self.stream.deadline = deadline.sooner(_NOOP_SECONDS)
            self.has_lasted = await is_there(self.stream)
            return self.has_lasted
        return True

    async def close(self, deadline: Deadline) -> None:
        self.stream.deadline = deadline
        await quit_session(self.stream)

    def abort(self) -> None:
        self.stream.abort()


async def open_session(runtime: Runtime, server: SmtpServer, deadline: Deadline) -> SmtpSession:
    """Connect, secure the connection and log in.

    A token that the server refuses is asked for again, once: it may have expired in between. A server that offers TLS,
    and with which no handshake succeeds, is talked to in clear on another connection, where the settings leave that
    open.

    Raises:
        NameNotResolved, ConnectionLost, TimedOut: nobody answers; the message names the server.
        TlsRequired, TlsFailed, StarttlsInjection: the connection cannot be secured as it has to be.
        AuthenticationRefused: the credentials are refused.
        ServiceBusy: the server, or who gives the token, asks for patience; or TLS is required and refused for now.
        CommandRefused: the server wants no session.
    """
    if server.tls_tries:
        return await _open_as_told(runtime, server, deadline)
    is_local = server.endpoint.is_unix_socket
    try:
        session, note = await open_with(
            runtime,
            server,
            deadline,
            lambda who, tls: _connect(runtime, server, who, None if is_local else tls, deadline),
        )
    except TlsFailed as error:
        if not server.may_be_clear:
            raise
        return _after((error,), await _connect(runtime, server, None, None, deadline))
    is_noted = session.stream.tls is None and not server.is_lmtp  # which mostly is of this machine
    how = session.note or ("in clear" if is_noted else "")
    session.note = "; ".join(filter(None, (note, how)))
    return session


async def _open_as_told(runtime: Runtime, server: SmtpServer, deadline: Deadline) -> SmtpSession:
    *others, last = server.tls_tries
    errors: tuple[TlsFailed, ...] = ()
    for tls in others:
        try:
            session = await _connect(runtime, server, None, tls, deadline.sooner(server.open_seconds))
        except TlsFailed as error:
            errors += (error,)
        else:
            return _after(errors, session)
    return _after(errors, await _connect(runtime, server, None, last, deadline.sooner(server.open_seconds)))


def _after(errors: tuple[TlsFailed, ...], session: SmtpSession) -> SmtpSession:
    session.tls_errors = errors
    if errors:
        how = "in clear" if session.stream.tls is None else "not verified"
        session.note = f"{how}: {errors[-1]}"
    elif session.stream.tls is None:
        session.note = session.note or "in clear"
    return session


async def _connect(
    runtime: Runtime, server: SmtpServer, credentials: Credentials | None, tls: TlsSettings | None, deadline: Deadline
) -> SmtpSession:
    stream = await connect_to(runtime, server, tls, deadline)
    note = ""
    try:
        extensions = await greeted(stream, greet(stream, server.ehlo_name, is_lmtp=server.is_lmtp))
        if tls is not None and stream.tls is None and (server.needs_tls or extensions.offers("STARTTLS")):
            seconds = _handshake_seconds(server, tls, deadline)
            try:
                stream, extensions = await start_tls(
                    stream, extensions, tls, server.ehlo_name, handshake_seconds=seconds
                )
            except TlsRequired as error:
                refusal = _refusal(error)
                # 4yz is a temporary reason (RFC 3207 section 4).
                if server.needs_tls and not server.tls_tries and refusal is not None and refusal.is_temporary:
                    raise ServiceBusy(str(error)) from error
                if server.needs_tls or refusal is None:
                    raise
                if refusal.code == _CLOSING:
                    raise CommandRefused(refusal, f"{stream.endpoint}: STARTTLS") from error
                note = f"in clear: the server refuses STARTTLS: {refusal}"
        if credentials is not None:
            allow_cleartext = server.allow_cleartext_login or server.endpoint.is_unix_socket
            own = server.own_mechanisms
            await authenticate(stream, extensions, credentials, allow_cleartext=allow_cleartext, own=own)
    except BaseException:
        stream.abort()
        raise
    if stream.tls is not None and extensions.offers("STARTTLS"):  # as it must not (RFC 3207 section 4.2)
        extensions = extensions.without("STARTTLS")
    if stream.tls is None or not stream.tls.is_verified:
        extensions = extensions.without("REQUIRETLS")  # RFC 8689 section 2: it counts in verified TLS only
    return SmtpSession(stream, extensions, note)


def _handshake_seconds(server: SmtpServer, tls: TlsSettings, deadline: Deadline) -> float | None:
    """Say how long a handshake may take: all the time when nothing comes behind it; ``None``: nobody tells of TLS.

    Whoever hangs up or falls silent in the middle of one may talk without TLS, or with less.
    """
    if not (server.tls_tries or server.may_be_clear):
        return None
    if server.tls_tries and tls is server.tls_tries[-1]:
        return math.inf
    return max(_HANDSHAKE_SECONDS, deadline.remaining_seconds() * _HANDSHAKE_SHARE)


def _refusal(error: TlsRequired) -> Reply | None:
    """Give what the server said to STARTTLS, if that was said."""
    cause = error.__cause__
    return cause.reply if isinstance(cause, CommandRefused) and isinstance(cause.reply, Reply) else None
