"""Message ids as they stand in header fields, in angle brackets (RFC 5322 section 3.6.4)."""

from __future__ import annotations

import re

__all__ = ["in_angles", "message_ids"]

_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,600}>")
_BARE_ID = re.compile(r"[^<>\s\x00-\x1f\x7f@]{1,300}@[^<>\s\x00-\x1f\x7f@]{1,300}")


def in_angles(text: str) -> str:
    """Put a message id that lacks its angle brackets in them; give back as it is what is none, or has them."""
    bare = _BARE_ID.fullmatch(text.strip())
    return text if bare is None else f"<{bare[0]}>"


def message_ids(text: str) -> list[str]:
    """Find the message ids in a field, each once; one that stands alone and lacks its angles gets them."""
    return list(dict.fromkeys(_MESSAGE_ID.findall(in_angles(text))))
