"""TLS over any stream, written once for both runtimes.

Theory of operation: OpenSSL works on two buffers in memory. What the stream below receives goes into one, what OpenSSL
wants sent is taken out of the other; every step is: let OpenSSL try, send what it left, and when it wants more, read.
A large write goes through in slices, so that the ciphertext in memory stays small.
"""

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path
from typing import NoReturn

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, MsgcoreError, ProtocolBroken, StarttlsInjection, TlsFailed
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsSettings
from msgcore.runtime.limits import WRITE_SLICE_OCTETS
from msgcore.runtime.tls_contexts import client_context, server_context

__all__ = ["TlsStream", "secure", "serve_tls"]

# No TLS record holds more in clear (RFC 8446 section 5.1), and OpenSSL reads one at a time.
_RECORD_OCTETS = 16 * 1024


class TlsStream:
    """A :class:`~msgcore.runtime.abc.Stream` over another one; made by :func:`secure` or :func:`serve_tls`."""

    tls: TlsFacts | None = None

    def __init__(self, lower: Stream, context: ssl.SSLContext, *, server_side: bool = False) -> None:
        self.endpoint: Endpoint = lower.endpoint
        self._lower = lower
        self._name = str(lower.endpoint)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        # "mail.a.test." is how DNS writes the name, "mail.a.test" how certificates do.
        host = None if server_side else lower.endpoint.host.rstrip(".")
        self._is_verifying = context.verify_mode == ssl.CERT_REQUIRED
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side, host)
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

    async def shake_hands(self) -> None:
        """Agree with the peer; before that nothing else may be called."""
        try:
            while not self._has_shaken():
                await self._send()
                await self._receive("TLS handshake")
            await self._send()
        except ssl.SSLError as error:
            # The peer is to learn why, if it still listens.
            with contextlib.suppress(MsgcoreError):
                await self._send()
            self._fail(error)
        except BaseException:
            self.abort()
            raise
        cipher = self._tls.cipher()
        self.tls = TlsFacts(self._tls.version() or "", cipher[0] if cipher else "", self._is_verifying)

    def _has_shaken(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    async def read(self) -> bytes:
        while True:
            octets = self._decrypt()
            if octets is not None:
                return octets
            await self._send()  # an answer to the peer's key update
            await self._receive("read")

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
                await self._send()
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

    async def _send(self) -> None:
        if self._outgoing.pending:
            await self._lower.write(self._outgoing.read())

    async def _receive(self, doing: str) -> None:
        octets = await self._lower.read()
        if not octets:
            self.abort()
            raise ConnectionLost(f"{self._name}: {doing}: the connection was cut without TLS's closing alert")
        self._incoming.write(octets)

    def _fail(self, error: ssl.SSLError) -> NoReturn:
        self.abort()
        if isinstance(error, ssl.SSLCertVerificationError):
            raise TlsFailed(f"{self._name}: the certificate is not trusted: {error.verify_message}") from error
        raise TlsFailed(f"{self._name}: TLS: {error.reason or error}") from error

    async def start_tls(self, settings: TlsSettings) -> Stream:
        raise ProtocolBroken.local(f"{self._name}: TLS is in use already")

    async def close(self) -> None:
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
    """
    try:
        _refuse_injection(stream)
        secured = TlsStream(stream, client_context(settings))
    except BaseException:
        stream.abort()
        raise
    await secured.shake_hands()
    return secured


def _refuse_injection(stream: Stream) -> None:
    unread = stream.unread_octets
    if unread:
        raise StarttlsInjection(f"{stream.endpoint}: {unread} octets arrived in clear ahead of the TLS handshake")


async def serve_tls(stream: Stream, certificate_file: Path, key_file: Path) -> TlsStream:
    """Shake hands as server. Octets that have arrived count as the client's hello.

    A server that offers STARTTLS has to see that nothing is unread *before* it gives the go-ahead: afterwards nobody
    can tell.

    Raises:
        TlsFailed: the handshake failed, or a file is unusable.
    """
    try:
        secured = TlsStream(stream, server_context(certificate_file, key_file), server_side=True)
    except BaseException:
        stream.abort()
        raise
    await secured.shake_hands()
    return secured
