"""What a TLSA record says of a server's certificate (RFC 6698), as TLS settings carry it."""

from __future__ import annotations

import attrs

__all__ = ["TlsaRecord"]


@attrs.frozen
class TlsaRecord:
    """Which certificate or key a server shows (RFC 6698 section 2.1).

    ``usage`` 3 (DANE-EE) is about the server's own certificate, 2 (DANE-TA) about one that issued it. ``selector`` 0
    takes the whole certificate, 1 its public key; ``matching`` 0 takes that as it is, 1 and 2 its SHA-256 and SHA-512.
    """

    usage: int
    selector: int
    matching: int
    data: bytes
