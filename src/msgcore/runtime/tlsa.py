"""What a TLSA record says of a server's certificate (RFC 6698), as TLS settings carry it."""

from __future__ import annotations

import attrs

__all__ = ["TlsaRecord"]

_DIGEST_OCTETS = {1: 32, 2: 64}


@attrs.frozen
class TlsaRecord:
    """Which certificate or key a server shows (RFC 6698 section 2.1).

    ``usage`` 3 (DANE-EE) is about the server's own certificate, 2 (DANE-TA) about one that issued it. ``selector`` 0
    takes the whole certificate, 1 its public key; ``matching`` 0 takes that as it is, 1 and 2 its SHA-256 and SHA-512.
    """

    usage: int
    selector: int
    matching: int
    data: bytes = attrs.field(repr=bytes.hex)

    @property
    def is_usable(self) -> bool:
        """Whether a mail client may go by this record (RFC 7672 section 3.1.3: never by authorities, 0 and 1)."""
        fits = len(self.data) == _DIGEST_OCTETS.get(self.matching) or (self.matching == 0 and self.data != b"")
        return self.usage in {2, 3} and self.selector in {0, 1} and fits
