"""A client's connection to one SMTP server: secured as asked, kept between messages, opened anew when it died.

An idle connection that turns out to be dead is replaced once, and only when the server had not yet been given
anything to take: so a message is never sent twice by this module.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, StarttlsInjection, TlsFailed, TlsRequired, UsageError
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Outcomes, outcome_of_reply
from msgcore.runtime.abc import Endpoint, Runtime, Security, Stream, TlsSettings
from msgcore.wire.smtp.client import authenticate, greet, quit_session, start_tls
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.transmit import Transaction, transmit

__all__ = ["SmtpLink", "SmtpServer"]


@attrs.frozen
class SmtpServer:
    """A server, how the connection to it is secured, and who logs in.

    With ``OPPORTUNISTIC`` security and a user the upgrade is required, unless ``allow_cleartext_login``; without a user
    it is made when it is offered, and a certificate that cannot be verified is noted on the outcomes.
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

    @property
    def needs_tls(self) -> bool:
        has_login = self.user is not None and not self.allow_cleartext_login
        return self.security is not Security.OPPORTUNISTIC or has_login

    def tls(self, *, is_opportunistic: bool = False) -> TlsSettings:
        return TlsSettings(self.ca_file, self.certificate_file, self.key_file, is_opportunistic)


@attrs.frozen
class _Session:
    stream: Stream
    extensions: Extensions
    note: str = ""


class SmtpLink:
    """The connection to one server. Shared by threads and tasks, which take turns."""

    def __init__(self, runtime: Runtime, server: SmtpServer) -> None:
        self._runtime = runtime
        self._server = server
        self._turn = runtime.lock()
        self._idle: _Session | None = None
        self._is_closed = False

    async def transmit(self, envelope: Envelope, render: Callable[[Extensions], bytes], deadline: Deadline) -> Outcomes:
        """Send one message; ``render`` writes it for what the server takes.

        Raises:
            NameNotResolved, ConnectionLost, TimedOut: no session could be opened; the message names the server.
            TlsRequired, TlsFailed, StarttlsInjection: the connection cannot be secured as it has to be.
            AuthenticationRefused: the credentials are refused.
            ServiceBusy: the server asks for patience.
            CapabilityMissing: ``render`` found that the server lacks what the message needs.
        """
        await self._turn.acquire(deadline)
        try:
            if self._is_closed:
                raise UsageError(f"{self._server.endpoint}: the transport is closed")
            return await self._transmit(envelope, render, deadline)
        finally:
            self._turn.release()

    async def _transmit(
        self, envelope: Envelope, render: Callable[[Extensions], bytes], deadline: Deadline
    ) -> Outcomes:
        session, self._idle = self._idle, None
        if session is not None:
            session.stream.deadline = deadline
            transaction = await self._use(session, envelope, render)
            if not _died_idle(transaction):
                return _noted(transaction.outcomes, session.note)
        try:
            session = await self._open(deadline)
        except CommandRefused as error:
            outcome = outcome_of_reply(error.reply, "greeting")
            return Outcomes(dict.fromkeys(envelope.recipients, outcome))
        transaction = await self._use(session, envelope, render)
        return _noted(transaction.outcomes, session.note)

    async def _use(self, session: _Session, envelope: Envelope, render: Callable[[Extensions], bytes]) -> Transaction:
        try:
            octets = await self._runtime.in_thread(lambda: render(session.extensions), session.stream.deadline)
            transaction = await transmit(session.stream, envelope, octets, session.extensions)
        except BaseException:
            session.stream.abort()
            raise
        if transaction.is_usable:
            self._idle = session
        else:
            session.stream.abort()
        return transaction

    async def _open(self, deadline: Deadline) -> _Session:
        server = self._server
        try:
            return await self._connect(server.tls(), deadline)
        except TlsFailed as error:
            if server.needs_tls:
                raise
            # Nobody required TLS: better unverified than in clear.
            session = await self._connect(server.tls(is_opportunistic=True), deadline)
            return attrs.evolve(session, note=f"the certificate was not verified: {error}")

    async def _connect(self, tls: TlsSettings, deadline: Deadline) -> _Session:
        server = self._server
        stream = await self._runtime.connect(server.endpoint, deadline)
        try:
            stream.deadline = deadline
            if server.security is Security.IMPLICIT:
                stream = await _secure_at_once(stream, tls)
            extensions = await greet(stream, server.ehlo_name)
            if stream.tls is None and (server.needs_tls or extensions.offers("STARTTLS")):
                try:
                    stream, extensions = await start_tls(stream, extensions, tls, server.ehlo_name)
                except TlsRequired:
                    if server.needs_tls:
                        raise
            if server.user is not None and server.password is not None:
                await authenticate(
                    stream,
                    extensions,
                    server.user,
                    server.password,
                    allow_cleartext=server.allow_cleartext_login,
                )
        except BaseException:
            stream.abort()
            raise
        return _Session(stream, extensions)

    async def close(self) -> None:
        """Say goodbye to the server, once whoever sends now is done; nothing is sent after that."""
        async with self._turn:
            self._is_closed = True
            session, self._idle = self._idle, None
            if session is not None:
                session.stream.deadline = self._runtime.deadline(5.0)
                await quit_session(session.stream)


async def _secure_at_once(stream: Stream, tls: TlsSettings) -> Stream:
    try:
        return await stream.start_tls(tls)
    except StarttlsInjection as error:
        # Nobody has said STARTTLS: this is no attack, but a port that greets in clear.
        raise TlsFailed(f"{stream.endpoint}: the server does not start with TLS on this port") from error


def _died_idle(transaction: Transaction) -> bool:
    """Say whether a connection was dead before the server had taken up the transaction (RFC 5321 section 3.8)."""
    return not transaction.is_usable and all(
        isinstance(outcome, Deferred) and outcome.stage == "MAIL" and outcome.code in {None, 421}
        for outcome in transaction.outcomes.values()
    )


def _noted(outcomes: Outcomes, note: str) -> Outcomes:
    if not note:
        return outcomes
    return Outcomes({recipient: attrs.evolve(outcome, note=note) for recipient, outcome in outcomes.items()})
