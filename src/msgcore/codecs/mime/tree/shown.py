"""Which parts the HTML body shows: by their Content-ID (RFC 2392)."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.codecs.mime.tree.entity import Entity

__all__ = ["content_id_of", "is_hidden"]


def content_id_of(part: Entity) -> str | None:
    """Give the Content-ID without its angle brackets."""
    text = part.header.text(b"content-id")
    if text is None:
        return None
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


def is_hidden(part: Entity, shown: Callable[[], frozenset[str]]) -> bool:
    """Say whether the body shows the part: the HTML refers to its Content-ID, or it has one and is marked as inline.

    ``shown`` gives the Content-IDs that the HTML refers to.
    """
    content_id = content_id_of(part)
    if not content_id:
        return False
    return part.disposition.value == "inline" or content_id in shown()
