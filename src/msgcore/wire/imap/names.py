"""Names of mailboxes: modified UTF-7 (RFC 3501 section 5.1.3), and UTF-8 where the server speaks it (RFC 6855)."""

from __future__ import annotations

import binascii
import re

__all__ = ["decode_name", "decode_utf7", "encode_utf7"]

_SHIFTED = re.compile(rb"&([A-Za-z0-9+,]*)-")
_NOT_PLAIN = re.compile(r"&|[^\x20-\x7e]+")


def encode_utf7(name: str) -> bytes:
    """Write a name in modified UTF-7; the result is ASCII, and is not quoted."""

    def shift(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        octets = found[0].encode("utf-16-be", "surrogatepass")
        return "&" + binascii.b2a_base64(octets, newline=False).rstrip(b"=").replace(b"/", b",").decode() + "-"

    return _NOT_PLAIN.sub(shift, name).encode("ascii")


def decode_utf7(octets: bytes) -> str | None:
    """Read a name in modified UTF-7; ``None`` when this is none, or not written the one way it may be."""
    try:
        name = _SHIFTED.sub(_unshifted, octets).decode()
    except ValueError:
        return None
    return name if encode_utf7(name) == octets else None


def decode_name(octets: bytes) -> str:
    """Read a name as people see it: modified UTF-7, else UTF-8, else Latin-1; what is wrong stays as it is."""
    if b"&" in octets or octets.isascii():
        name = decode_utf7(octets)
        if name is not None:
            return name
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _unshifted(found: re.Match[bytes]) -> bytes:
    if not found[1]:
        return b"&"
    base64 = found[1].replace(b",", b"/")
    octets = binascii.a2b_base64(base64 + b"=" * (-len(base64) % 4))
    return octets.decode("utf-16-be").encode()
