"""What a server speaks that does not speak what it was expected to."""

from __future__ import annotations

import re

__all__ = ["seems_to_be"]

_PROTOCOLS = (
    (re.compile(rb"\* ?(?:OK|PREAUTH|BYE)\b", re.IGNORECASE), "IMAP"),
    (re.compile(rb"\+OK|-ERR"), "POP3"),
    (re.compile(rb"[2-5][0-9][0-9][ -]"), "SMTP"),
    (re.compile(rb"SSH-"), "SSH"),
    (re.compile(rb"HTTP/|<(?:!DOCTYPE|html)", re.IGNORECASE), "HTTP"),
    (re.compile(rb"[\x15\x16]\x03"), "TLS"),
)


def seems_to_be(octets: bytes | bytearray) -> str:
    """Name the protocol that the first octets of a line look like, or give ``""``."""
    return next((name for look, name in _PROTOCOLS if look.match(octets)), "")
