"""Channel binding (RFC 5056): what ties an exchange to its TLS connection, so that nobody can relay it."""

from __future__ import annotations

import hashlib

import attrs

from msgcore.runtime.abc import TlsFacts

__all__ = ["ChannelBinding", "binding_of", "own_binding", "server_end_point"]


@attrs.frozen
class ChannelBinding:
    """``kind`` is ``tls-server-end-point`` (RFC 5929) or ``tls-exporter`` (RFC 9266)."""

    kind: str
    data: bytes


# The OIDs of signature algorithms, in DER, and their hash; for MD5 and SHA-1 RFC 5929 section 4.1 takes SHA-256.
_SIGNATURES = {
    "2a864886f70d010104": "sha256",  # md5WithRSAEncryption
    "2a864886f70d010105": "sha256",  # sha1WithRSAEncryption
    "2a864886f70d01010b": "sha256",
    "2a864886f70d01010c": "sha384",
    "2a864886f70d01010d": "sha512",
    "2a864886f70d01010e": "sha224",
    "2a8648ce3d0401": "sha256",  # ecdsa-with-SHA1
    "2a8648ce3d040301": "sha224",
    "2a8648ce3d040302": "sha256",
    "2a8648ce3d040303": "sha384",
    "2a8648ce3d040304": "sha512",
    "2a8648ce380403": "sha256",  # id-dsa-with-sha1
    "608648016503040302": "sha256",  # id-dsa-with-sha256
}
_RSASSA_PSS = "2a864886f70d01010a"
_PSS_HASHES = ("608648016503040202", "sha384"), ("608648016503040203", "sha512")
_SEQUENCE = 0x30
_OID = 0x06


def binding_of(tls: TlsFacts | None) -> ChannelBinding | None:
    """Give the binding to the connection, by the client's side: a server's own certificate is not in its facts."""
    if tls is None:
        return None
    return _exported(tls) or server_end_point(tls.certificate)


def own_binding(tls: TlsFacts | None) -> ChannelBinding | None:
    """Give the binding to the connection, by the server's side; ``None`` also where its certificate is not known."""
    if tls is None:
        return None
    return _exported(tls) or server_end_point(tls.own_certificate)


def _exported(tls: TlsFacts) -> ChannelBinding | None:
    return ChannelBinding("tls-exporter", tls.exporter) if tls.exporter else None


def server_end_point(certificate: bytes) -> ChannelBinding | None:
    """Give the binding to the server's certificate (DER); ``None`` where RFC 5929 defines none, as for Ed25519."""
    algorithm = _signature_hash(certificate)
    if algorithm is None:
        return None
    return ChannelBinding("tls-server-end-point", hashlib.new(algorithm, certificate).digest())


def _signature_hash(certificate: bytes) -> str | None:
    """Find ``Certificate.signatureAlgorithm`` (RFC 5280 section 4.1) and name the hash that it uses."""
    try:
        whole, _ = _element(certificate, _SEQUENCE)
        _, behind = _element(whole, _SEQUENCE)
        algorithm, _ = _element(behind, _SEQUENCE)
        oid, parameters = _element(algorithm, _OID)
    except ValueError:
        return None
    if oid.hex() == _RSASSA_PSS:
        # Both of its hashes are the same one in practice; SHA-1, when none is named (RFC 4055 section 3.1), is SHA-256.
        return next((name for known, name in _PSS_HASHES if bytes.fromhex(known) in parameters), "sha256")
    return _SIGNATURES.get(oid.hex())


def _element(octets: bytes, tag: int) -> tuple[bytes, bytes]:
    """Split the first element of DER off: what it holds, and what comes behind it."""
    if len(octets) < 2 or octets[0] != tag:
        raise ValueError("no such element")
    start, length = 2, octets[1]
    if length >= 0x80:
        start += length & 0x7F
        length = int.from_bytes(octets[2:start], "big")
    if start + length > len(octets):
        raise ValueError("an element that ends too late")
    return octets[start : start + length], octets[start + length :]
