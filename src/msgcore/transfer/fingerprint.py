"""Knowing a message again, whatever mail programs noted in it."""

from __future__ import annotations

import hashlib
import re

__all__ = ["cut_header", "fingerprint", "without_status"]

_HEADER_END = re.compile(rb"(?:\A|\n)\r?\n")
_STATUS = re.compile(rb"^(?:status|x-status):[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)
# Fields that programs keep in the messages of an mbox and change while they stand there.
_NOTES = re.compile(
    rb"^(?:status|x-status|x-keywords|x-uid|x-imap|x-imapbase|x-mozilla-status2?|x-mozilla-keys|content-length|lines)"
    rb":[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)


def cut_header(octets: bytes) -> tuple[bytes, bytes]:
    """Divide a message behind the blank line that ends its header; without one all is header."""
    found = _HEADER_END.search(octets)
    end = len(octets) if found is None else found.end()
    return octets[:end], octets[end:]


def fingerprint(octets: bytes) -> bytes:
    """Give 32 octets that are a message's own; what an mbox's programs note in its header does not count.

    Nor do the line ends behind its last line: at the end of an mbox one may be missing, until more is written there.
    """
    header, body = cut_header(octets.rstrip(b"\r\n") + b"\n")
    digest = hashlib.sha256(_NOTES.sub(b"", header))
    digest.update(body)
    return digest.digest()


def without_status(octets: bytes) -> bytes:
    """Leave Status and X-Status out of a message's header."""
    header, body = cut_header(octets)
    return _STATUS.sub(b"", header) + body
