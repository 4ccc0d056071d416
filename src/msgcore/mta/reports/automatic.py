"""Whether a program or a list sent a message, by its header: then a warning that nobody asked for helps nobody."""

from __future__ import annotations

from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.codecs.mime.tree.header_block import HeaderBlock

__all__ = ["is_automatic"]

_LIST_FIELDS = (b"list-id", b"list-post", b"list-unsubscribe")
_BULK = frozenset({"bulk", "list", "junk"})
_MOST_OCTETS = 100_000


def is_automatic(octets: bytes) -> bool:
    """Look at the header of a mail, no further than its first 100,000 octets (RFC 3834, RFC 2919, RFC 2369)."""
    start = octets[:_MOST_OCTETS].replace(b"\r\n", b"\n")
    header = HeaderBlock(start.partition(b"\n\n")[0] + b"\n")
    submitted = without_comments(header.text(b"auto-submitted") or "no").partition(";")[0].strip().lower()
    precedence = (header.text(b"precedence") or "").strip().lower()
    return submitted != "no" or precedence in _BULK or any(header.raw(name) is not None for name in _LIST_FIELDS)
