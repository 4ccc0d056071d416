"""The signatures that hosts put into a header: DKIM (RFC 6376) and ARC (RFC 8617)."""

from __future__ import annotations

import re

from msgcore.codecs.mime.tree.editing import NO_LIMITS, edited_header
from msgcore.codecs.mime.tree.entity import parse

__all__ = ["SIGNATURES", "is_signed", "without_signatures"]

SIGNATURES = frozenset({b"dkim-signature", b"arc-message-signature"})
"""Fields that sign the octets of a message."""

_SEALS = frozenset({b"arc-seal", b"arc-authentication-results"})
_FIELD = re.compile(rb"^(?:" + b"|".join(sorted(SIGNATURES)) + rb")[ \t]*+:", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\n\r?\n")


def is_signed(octets: bytes) -> bool:
    """Say whether a host has signed a message, so that no octet of it may change."""
    blank = _BLANK_LINE.search(octets)
    return _FIELD.search(octets, 0, len(octets) if blank is None else blank.start() + 1) is not None


def without_signatures(octets: bytes) -> bytes:
    """Take off the signatures of a message that was changed: broken ones say less than none (RFC 6376 section 6.1)."""
    if not is_signed(octets):
        return octets
    root = parse(octets, NO_LIMITS)
    return edited_header(root, dict.fromkeys(SIGNATURES | _SEALS)) + octets[root.body_start :]
