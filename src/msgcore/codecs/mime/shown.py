"""Which parts the HTML body shows: by their Content-ID (RFC 2392)."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.codecs.mime.entity import Entity

__all__ = ["content_id_of", "is_hidden", "refers_to"]


def content_id_of(part: Entity) -> str | None:
    """Give the Content-ID without its angle brackets."""
    text = part.header.text(b"content-id")
    if text is None:
        return None
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


def is_hidden(part: Entity, html: Callable[[], bytes]) -> bool:
    """Say whether the body shows the part: the HTML refers to its Content-ID, or it has one and is marked as inline."""
    content_id = content_id_of(part)
    if not content_id:
        return False
    return part.disposition.value == "inline" or refers_to(html(), content_id)


def refers_to(html: bytes, content_id: str) -> bool:
    """Say whether HTML refers to a Content-ID (RFC 2392)."""
    reference = b"cid:" + content_id.encode("utf-8", "replace")
    at = html.find(reference)
    while at >= 0:
        end = at + len(reference)
        if html[end : end + 1] not in _OF_AN_ID:
            return True
        at = html.find(reference, end)
    return False


_OF_AN_ID = frozenset(
    bytes([octet]) for octet in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.@$_+-"
)
