"""From when until when a server's certificate is good, and for which hosts, before anybody connects."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import cast

import attrs

from msgcore.errors import TlsFailed
from msgcore.runtime.abc import TlsServerSettings
from msgcore.runtime.tls_contexts import server_context

__all__ = ["Validity", "certificate_validity"]

# X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python has no name for: the dates are what is asked for.
_AT_ANY_TIME = 0x200000


@attrs.frozen
class Validity:
    """The first and the last moment of a certificate, in UTC, and the names of the hosts that it is for."""

    start: datetime
    end: datetime
    names: tuple[str, ...] = ()

    def is_for(self, host: str) -> bool:
        """Say whether it is a host's; a ``*`` stands for one label, the first (RFC 9525 section 6.3)."""
        host = host.lower().rstrip(".")
        known = {name.lower() for name in self.names}
        return host in known or f"*.{host.partition('.')[2]}" in known


def certificate_validity(settings: TlsServerSettings) -> Validity:
    """Give the dates and names of the certificate that a server shows.

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
    alternatives = cast("tuple[tuple[str, str], ...]", facts.get("subjectAltName", ()))
    names = tuple(name for kind, name in alternatives if kind == "DNS")
    return Validity(_moment(facts["notBefore"]), _moment(facts["notAfter"]), names)


def _moment(text: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)
