"""From when until when a server's certificate is good, before anybody connects."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import attrs

from msgcore.errors import TlsFailed
from msgcore.runtime.abc import TlsServerSettings
from msgcore.runtime.tls_contexts import server_context

__all__ = ["Validity", "certificate_validity"]

# X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python has no name for: the dates are what is asked for.
_AT_ANY_TIME = 0x200000


@attrs.frozen
class Validity:
    """The first and the last moment of a certificate, in UTC."""

    start: datetime
    end: datetime


def certificate_validity(settings: TlsServerSettings) -> Validity:
    """Give the dates of the certificate that a server shows.

    Raises:
        TlsFailed: a file is missing or unusable, or the key is another certificate's; the message names it.
    """
    server_context(settings)  # the authority of clients, too
    # Python tells a certificate's dates of a peer that it has verified: so one end shows it, and the other trusts it.
    shows = server_context(attrs.evolve(settings, client_ca_file=None))
    trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusts.check_hostname = False
    trusts.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _AT_ANY_TIME)
    trusts.load_verify_locations(settings.certificate_file)
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    server, client = shows.wrap_bio(one, other, server_side=True), trusts.wrap_bio(other, one)
    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                why = getattr(error, "verify_message", "") or error.reason or error
                raise TlsFailed(f"{settings.certificate_file}: cannot be used: {why}") from error
    facts = client.getpeercert() or {}
    return Validity(_moment(facts["notBefore"]), _moment(facts["notAfter"]))


def _moment(text: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)
