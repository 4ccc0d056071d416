"""TLS over any stream, written once for both runtimes.

Theory of operation: OpenSSL works on two buffers in memory. What the stream below receives goes into one, what OpenSSL
wants sent is taken out of the other; every step is: let OpenSSL try, send what it left, and when it wants more, read.
A large write goes through in slices, so that the ciphertext in memory stays small.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import NoReturn

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, MsgcoreError, ProtocolBroken, StarttlsInjection, TlsFailed, TryAgain
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings
from msgcore.runtime.limits import WRITE_SLICE_OCTETS
from msgcore.runtime.tls_contexts import client_context, shown_context
from msgcore.runtime.tls_dane import Mismatch, chain_of, matching
from msgcore.runtime.tls_sessions import sessions_of

__all__ = ["TlsStream", "secure", "serve_tls"]

# No TLS record holds more in clear (RFC 8446 section 5.1), and OpenSSL reads one at a time.
_RECORD_OCTETS = 16 * 1024

# The type of a hello's record (RFC 8446 section 5.1); no command of a mail protocol begins with it.
_HANDSHAKE = 22

# What OpenSSL says of a chain that ends at nobody who is trusted (X509_V_ERR_…, x509_vfy.h).
_UNKNOWN_AUTHORITY = frozenset({18, 19, 20, 21})


class TlsStream:
    """A :class:`~msgcore.runtime.abc.Stream` over another one; made by :func:`secure` or :func:`serve_tls`."""

    tls: TlsFacts | None = None

    def __init__(
        self,
        lower: Stream,
        context: ssl.SSLContext,
        *,
        server_side: bool = False,
        is_resumable: bool = True,
        own_certificate: bytes = b"",
    ) -> None:
        self.endpoint: Endpoint = lower.endpoint
        self._lower = lower
        self._name = str(lower.endpoint)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        # "mail.a.test." is how DNS writes the name, "mail.a.test" how certificates do.
        host = None if server_side else lower.endpoint.host.rstrip(".")
        self._own_certificate = own_certificate
        self._is_verifying = context.verify_mode == ssl.CERT_REQUIRED
        try:
            # None at a server, which keeps no sessions: its clients hold the tickets.
            self._sessions = sessions_of(context) if is_resumable and not server_side else None
            self._peer = (lower.endpoint.host.lower().rstrip("."), lower.endpoint.port)
            session = None if self._sessions is None else self._sessions.get(self._peer)
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side, host, session)
        except ValueError as error:
            raise TlsFailed(f"{self._name}: {host!r} cannot be the name of a TLS server") from error

    @property
    def deadline(self) -> Deadline:
        return self._lower.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._lower.deadline = deadline

    @property
    def unread_octets(self) -> int:
        """Octets in clear; what still is ciphertext may turn out to be no data at all."""
        return self._tls.pending()

    @property
    def has_ended(self) -> bool:
        return self._lower.has_ended

    async def shake_hands(self) -> None:
        """Agree with the peer; before that nothing else may be called."""
        try:
            while not self._has_shaken():
                await self._send()
                await self._receive("TLS handshake")
            await self._send()
        except ssl.SSLError as error:
            # The peer is to learn why, if it still listens.
            self._remember(None)
            with contextlib.suppress(MsgcoreError):
                await self._send()
            self._fail(error)
        except BaseException:
            self.abort()
            raise
        self.tls = self._facts()

    def check_records(self, settings: TlsSettings) -> None:
        """See, behind the handshake, that the server is the one that the TLSA records mean.

        Raises:
            TlsFailed: it is not; the connection is dropped.
        """
        assert self.tls is not None
        names = [name.rstrip(".") for name in settings.peer_names or (self.endpoint.host,)]
        try:
            record = matching(settings.dane, chain_of(self._tls), names, self.deadline.clock.now())
        except Mismatch as error:
            self.abort()
            raise TlsFailed(f"{self._name}: DANE: {error}") from error
        except BaseException:
            self.abort()
            raise
        if record is not None:
            self.tls = attrs.evolve(self.tls, is_verified=True, tlsa=record)

    def _facts(self) -> TlsFacts:
        cipher = self._tls.cipher()
        return TlsFacts(
            self._tls.version() or "",
            cipher[0] if cipher else "",
            self._is_verifying,
            is_resumed=bool(self._tls.session_reused),
            certificate=self._tls.getpeercert(binary_form=True) or b"",
            own_certificate=self._own_certificate,
        )

    async def hear_hello(self) -> None:
        """See that the client begins with TLS, as a server does before anything else."""
        octets = await self._receive("TLS handshake")
        if octets[0] != _HANDSHAKE:
            raise StarttlsInjection(f"{self._name}: {len(octets)} octets arrived in clear instead of a TLS handshake")

    def _remember(self, session: ssl.SSLSession | None) -> None:
        if self._sessions is not None:
            self._sessions.put(self._peer, session)

    def _has_shaken(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    async def read(self) -> bytes:
        while (octets := self._decrypt()) is None:
            await self._send()  # an answer to the peer's key update
            await self._receive("read")
        return octets

    async def read_within(self, seconds: float) -> bytes | None:
        end = Deadline.after(seconds, self.deadline.clock)
        while (octets := self._decrypt()) is None:
            await self._send()
            arrived = await self._lower.read_within(end.remaining_seconds())
            if arrived is None:
                return None
            self._take_in(arrived, "read")
        return octets

    def _decrypt(self) -> bytes | None:
        """Give all that can be decrypted, ``b""`` at the peer's closing alert, ``None`` when more has to arrive."""
        parts: list[bytes] = []
        try:
            while part := self._tls.read(_RECORD_OCTETS):
                parts.append(part)
        except ssl.SSLWantReadError:
            return b"".join(parts) or None
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            if not parts:  # otherwise OpenSSL says it again at the next read
                self._fail(error)
        return b"".join(parts)

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        with memoryview(octets) as view:
            start = 0
            while start < len(view):
                sent = self._encrypt(view[start : start + WRITE_SLICE_OCTETS])
                await self._send_after(start)
                if sent is None:
                    await self._receive("write")
                else:
                    start += sent

    def _encrypt(self, octets: memoryview) -> int | None:
        """Take octets to be sent; ``None`` when the peer has to be heard first (a renegotiation of TLS 1.2)."""
        try:
            return self._tls.write(octets)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLError as error:
            self._fail(error)

    async def _send_after(self, sent: int) -> None:
        try:
            await self._send()
        except TryAgain as error:
            # How much of a ciphertext that was sent in part the peer can make out is not known.
            error.sent_octets = None if error.sent_octets != 0 else sent
            raise

    async def _send(self) -> None:
        if self._outgoing.pending:
            await self._lower.write(self._outgoing.read())

    async def _receive(self, doing: str) -> bytes:
        octets = await self._lower.read()
        self._take_in(octets, doing)
        return octets

    def _take_in(self, octets: bytes, doing: str) -> None:
        if not octets:
            self.abort()
            raise ConnectionLost(f"{self._name}: {doing}: the connection was cut without TLS's closing alert")
        self._incoming.write(octets)

    def _fail(self, error: ssl.SSLError) -> NoReturn:
        self.abort()
        if isinstance(error, ssl.SSLCertVerificationError):
            hint = " (ca_file names a private authority)" if error.verify_code in _UNKNOWN_AUTHORITY else ""
            raise TlsFailed(f"{self._name}: the certificate is not trusted: {error.verify_message}{hint}") from error
        raise TlsFailed(f"{self._name}: TLS: {error.reason or error}") from error

    async def start_tls(self, settings: TlsSettings) -> Stream:
        raise ProtocolBroken.local(f"{self._name}: TLS is in use already")

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        raise ProtocolBroken.local(f"{self._name}: TLS is in use already")

    async def close(self) -> None:
        # Now, because TLS 1.3 sends its tickets behind the handshake.
        if self.tls is not None:
            self._remember(self._tls.session)
        # The closing alert is owed to the peer; its own is not waited for (RFC 8446 section 6.1).
        with contextlib.suppress(OSError):
            self._tls.unwrap()
        with contextlib.suppress(MsgcoreError):
            await self._send()
        await self._lower.close()

    def abort(self) -> None:
        self._lower.abort()


async def secure(stream: Stream, settings: TlsSettings) -> TlsStream:
    """Shake hands as client, under the host name of the stream's endpoint; use only the result from then on.

    Raises:
        StarttlsInjection: octets arrived in clear that nobody has read.
        TlsFailed: the handshake failed, the certificate is not to be trusted, or a file of the settings is unusable.
        MissingExtra: a TLSA record of usage 2 needs the extra ``dnssec``.
    """
    try:
        _refuse_injection(stream)
        # A session that goes on shows no certificate, and the records may be other ones by then.
        secured = TlsStream(stream, client_context(settings), is_resumable=not settings.dane)
    except BaseException:
        stream.abort()
        raise
    await secured.shake_hands()
    if settings.dane:
        secured.check_records(settings)
    return secured


def _refuse_injection(stream: Stream) -> None:
    unread = stream.unread_octets
    if unread:
        raise StarttlsInjection(f"{stream.endpoint}: {unread} octets arrived in clear ahead of the TLS handshake")


async def serve_tls(stream: Stream, settings: TlsServerSettings) -> TlsStream:
    """Shake hands as server; see :meth:`msgcore.runtime.abc.Stream.start_tls_server`."""
    try:
        shown = shown_context(settings)
        secured = TlsStream(stream, shown.context, server_side=True, own_certificate=shown.certificate)
        await secured.hear_hello()
    except BaseException:
        stream.abort()
        raise
    await secured.shake_hands()
    return secured
