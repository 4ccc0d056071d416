"""Which automatic answers a message does not want: X-Auto-Response-Suppress ([MS-OXCMAIL] section 2.1.3.2.20)."""

from __future__ import annotations

from msgcore.codecs.mime.syntax.fold import text_field
from msgcore.codecs.mime.syntax.tolerated import Note
from msgcore.codecs.mime.syntax.words import header_text, without_comments

__all__ = ["read_suppressed", "suppressed_by_origin", "write_suppressed"]

_BITS = {"DR": 0x01, "NDR": 0x02, "RN": 0x04, "NRN": 0x08, "OOF": 0x10, "AutoReply": 0x20}
_LOWERED = {word.lower(): bit for word, bit in _BITS.items()}
_ALL = -1
_REPLIES = _BITS["OOF"] | _BITS["AutoReply"]


def read_suppressed(raw: bytes, note: Note) -> int | None:
    """Read the words as bits: ``All`` is -1, ``None`` is 0; unknown words do not count."""
    words = [word.strip() for word in header_text(raw, note).lower().split(",")]
    if "all" in words:
        return _ALL
    known = [_LOWERED[word] for word in words if word in _LOWERED]
    return sum(set(known)) if known or "none" in words else None


def write_suppressed(name: str, bits: int) -> bytes:
    if bits & 0xFFFFFFFF == _ALL & 0xFFFFFFFF:
        return text_field(name, "All")
    return text_field(name, ", ".join([word for word, bit in _BITS.items() if bits & bit]) or "None")


def suppressed_by_origin(auto_submitted: str) -> int | None:
    """Say what Auto-Submitted alone asks for: a message that no person sent gets no replies (RFC 3834 section 2)."""
    keyword = without_comments(auto_submitted).partition(";")[0].strip().lower()
    return None if keyword in {"", "no"} else _REPLIES
