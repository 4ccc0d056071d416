"""Text in the parameters of MAIL and RCPT (``xtext``, RFC 3461 section 4): what may not stand there is escaped."""

from __future__ import annotations

import re

__all__ = ["read_xtext", "xtext"]

_NOT_XTEXT = re.compile(rb"[^!-*,-<>-~]")
_XTEXT = re.compile(r"(?:[!-*,-<>-~\u0080-\U0010FFFF]++|\+[0-9A-F]{2}|(?!))++")
_OCTET = re.compile(rb"\+([0-9A-F]{2})")


def xtext(text: str) -> bytes:
    """Write text."""
    return _NOT_XTEXT.sub(lambda found: b"+%02X" % found[0][0], text.encode("utf-8", "replace"))


def read_xtext(value: str) -> str:
    """Read text, which is UTF-8.

    Raises:
        ValueError: it is no xtext.
    """
    if not _XTEXT.fullmatch(value):
        raise ValueError(value)
    return _OCTET.sub(lambda found: bytes.fromhex(found[1].decode()), value.encode()).decode()
