"""Until when a server's certificate is good, before anybody connects."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import attrs

from msgcore.errors import TlsFailed
from msgcore.runtime.abc import TlsServerSettings
from msgcore.runtime.tls_contexts import server_context

__all__ = ["certificate_expiry"]


def certificate_expiry(settings: TlsServerSettings) -> datetime:
    """Give the end of the certificate that a server shows, in UTC.

    Raises:
        TlsFailed: a file is unusable, or the certificate has expired or is not valid yet; the message names it.
    """
    server_context(settings)  # the authority of clients, too
    file = settings.certificate_file
    # OpenSSL shows a certificate's dates of a peer that it has verified: so one end shows it, and the other trusts it.
    shows = server_context(attrs.evolve(settings, client_ca_file=None))
    trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusts.check_hostname = False
    trusts.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    trusts.load_verify_locations(file)
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    server, client = shows.wrap_bio(one, other, server_side=True), trusts.wrap_bio(other, one)
    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                raise TlsFailed(f"{file}: {error.verify_message}") from error
            except ssl.SSLError as error:
                raise TlsFailed(f"{file}: cannot be used: {error.reason or error}") from error
    seconds = ssl.cert_time_to_seconds(str((client.getpeercert() or {})["notAfter"]))
    return datetime.fromtimestamp(seconds, UTC)
