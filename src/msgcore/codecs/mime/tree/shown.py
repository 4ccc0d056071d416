"""Which parts the HTML body shows: by their Content-ID (RFC 2392), or by their Content-Location (RFC 2557)."""

from __future__ import annotations

from msgcore.codecs.mime.tree.bodies import HtmlBody
from msgcore.codecs.mime.tree.entity import Entity

__all__ = ["content_id_of", "is_hidden", "is_shown", "may_be_hidden"]


def content_id_of(part: Entity) -> str | None:
    """Give the Content-ID without its angle brackets."""
    text = part.header.text(b"content-id")
    if text is None:
        return None
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


def may_be_hidden(part: Entity) -> bool:
    """Say whether the part has a name by which HTML can refer to it."""
    header = part.header
    return header.raw(b"content-id") is not None or header.raw(b"content-location") is not None


def is_shown(part: Entity, html: HtmlBody) -> bool:
    """Say whether the HTML refers to the part."""
    return html.shows_id(content_id_of(part)) or html.shows_location(part.header.text(b"content-location"))


def is_hidden(part: Entity, html: HtmlBody) -> bool:
    """Say whether the body shows the part: the HTML refers to it, or it has a Content-ID and is marked as inline.

    Where there is no HTML nothing shows a picture but the list of attachments.
    """
    is_marked = html.is_there and part.disposition.value == "inline" and bool(content_id_of(part))
    return is_marked or is_shown(part, html)
