"""Whether a server is the one that its TLSA records mean (RFC 6698, 7671, 7672).

Theory of operation: OpenSSL shakes hands without a view on the certificate, and nothing is said over the connection
before this module has agreed. That a server has the key of the certificate that it shows is proved by the handshake;
here it is asked whether that is the certificate that the zone names (usage 3), or one that an authority made which the
zone names, and which the server shows, too (usage 2). The path from the one to the other is checked by cryptography.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256, sha512
from typing import Any, cast

from msgcore.errors import MissingExtra
from msgcore.runtime.tlsa import TlsaRecord

__all__ = ["Mismatch", "chain_of", "matching"]

_EE = 3
_TA = 2
_WHOLE = 0
_AS_IT_IS = 0
_DIGESTS = {1: sha256, 2: sha512}

# The tag of a certificate's optional first field.
_VERSION = 0xA0

# _ssl.ENCODING_DER
_DER = 2

# More than any real chain has, and any zone needs.
_MOST_CERTIFICATES = 10
_MOST_RECORDS = 20


class Mismatch(Exception):
    """No record matches; the text says what is wrong with the certificates."""


def matching(
    records: Sequence[TlsaRecord], chain: Sequence[bytes], names: Sequence[str], now: datetime
) -> TlsaRecord | None:
    """Give the record that the chain (DER, the server's own certificate first) agrees with.

    ``None``: no record can be used, and nothing is known of the server. ``names`` are those that a certificate of
    usage 2 may be for.

    Raises:
        Mismatch: it agrees with none of the records.
        MissingExtra: a record of usage 2 needs the extra ``dnssec``.
    """
    usable = _strongest([record for record in records if record.is_usable])[:_MOST_RECORDS]
    if not usable:
        return None
    if not chain:
        raise Mismatch("the server showed no certificate")
    chain = chain[:_MOST_CERTIFICATES]
    own = [record for record in usable if record.usage == _EE and _matches(record, chain[0])]
    if own:
        return own[0]
    anchored = [
        (record, certificate)
        for record in usable
        if record.usage == _TA
        for certificate in dict.fromkeys((*chain[1:], *_in_full(record)))
        if _matches(record, certificate)
    ]
    if not anchored:
        raise Mismatch(f"the certificate is not what the TLSA records say ({len(usable)} of them)")
    problems: list[str] = []
    for record, anchor in anchored:
        try:
            _verify(chain, anchor, names, now)
        except Mismatch as error:
            problems.append(str(error))
        else:
            return record
    raise Mismatch("; ".join(problems))


def _strongest(records: Sequence[TlsaRecord]) -> list[TlsaRecord]:
    """Leave out digests for which the zone has a stronger one (RFC 7671 section 9)."""
    best: dict[tuple[int, int], int] = {}
    for record in records:
        kind = (record.usage, record.selector)
        best[kind] = max(best.get(kind, 0), record.matching)
    return [record for record in records if record.matching in {_AS_IT_IS, best[record.usage, record.selector]}]


def _matches(record: TlsaRecord, certificate: bytes) -> bool:
    shown = certificate if record.selector == _WHOLE else _public_key(certificate)
    if record.matching == _AS_IT_IS:
        return shown == record.data
    return _DIGESTS[record.matching](shown).digest() == record.data


def _in_full(record: TlsaRecord) -> tuple[bytes, ...]:
    """Give a certificate that the server need not show, because the record holds all of it (RFC 7671 section 5.2.1)."""
    return (record.data,) if record.selector == _WHOLE and record.matching == _AS_IT_IS else ()


def _verify(chain: Sequence[bytes], anchor: bytes, names: Sequence[str], now: datetime) -> None:
    """See that the authority whom the zone names made the server's certificate, for one of the names, for now."""
    try:
        from cryptography import x509
        from cryptography.x509 import verification
    except ImportError as error:
        raise MissingExtra("dnssec", "a TLSA record of usage 2 (DANE-TA)") from error
    try:
        own, *others = (x509.load_der_x509_certificate(certificate) for certificate in chain)
        store = verification.Store([x509.load_der_x509_certificate(anchor)])
    except (ValueError, x509.InvalidVersion) as error:
        raise Mismatch(f"a certificate cannot be read: {error}") from error
    builder = verification.PolicyBuilder().store(store).time(now.replace(tzinfo=None))
    said: list[str] = []
    for name in names:
        try:
            builder.build_server_verifier(x509.DNSName(name)).verify(own, others)
        except (verification.VerificationError, ValueError) as error:
            said.append(f"{name}: {error}")
        else:
            return
    raise Mismatch(f"the authority is whom the TLSA records name, but: {'; '.join(said)}")


def _public_key(certificate: bytes) -> bytes:
    """Cut the SubjectPublicKeyInfo out of a certificate (RFC 5280 section 4.1), octet by octet as it stands there."""
    try:
        signed, _ = _element(certificate, 0)
        place, _ = _element(certificate, signed)
        if certificate[place] == _VERSION:
            _, place = _element(certificate, place)
        for _ in ("serialNumber", "signature", "issuer", "validity", "subject"):
            _, place = _element(certificate, place)
        _, end = _element(certificate, place)
    except (IndexError, ValueError) as error:
        raise Mismatch("a certificate cannot be read") from error
    return certificate[place:end]


def _element(octets: bytes, start: int) -> tuple[int, int]:
    """Say where the content of the DER element at ``start`` begins, and where it ends."""
    place = start + 2
    length = octets[start + 1]
    if length >= 0x80:
        place += length - 0x80
        length = int.from_bytes(octets[start + 2 : place])
    if place + length > len(octets):
        raise ValueError("an element goes past the end")
    return place, place + length


def chain_of(tls: ssl.SSLObject) -> list[bytes]:
    """Give the certificates that the server showed, in DER, its own first."""
    if sys.version_info >= (3, 13):
        return tls.get_unverified_chain()
    # The same, before it had a public name.
    shown = cast(Any, tls)._sslobj.get_unverified_chain()
    return [certificate.public_bytes(_DER) for certificate in shown or ()]
