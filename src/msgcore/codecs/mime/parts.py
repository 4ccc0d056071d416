"""Attachments of a message that was read: their properties, and whether the body shows them."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.codecs.mime.entity import Entity
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.table import (
    PidTagAttachContentId,
    PidTagAttachContentLocation,
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagRenderingPosition,
    PidTagTextAttachmentCharset,
)

__all__ = ["attachment_of", "content_id_of", "is_hidden", "refers_to"]


def attachment_of(part: Entity, html: Callable[[], bytes], message: Message | None) -> Attachment:
    """Make the attachment of a part. ``html`` gives the body that may show it, ``message`` is what it holds."""
    bag = PropBag()
    method = AttachMethod.BY_VALUE if message is None else AttachMethod.EMBEDDED_MESSAGE
    bag.preset(PidTagAttachMethod, int(method))
    bag.preset(PidTagAttachMimeTag, part.media_type)
    bag.preset(PidTagRenderingPosition, 0xFFFFFFFF)
    filename = part.filename
    if filename is not None:
        bag.preset(PidTagAttachLongFilename, filename)
    content_id = content_id_of(part)
    if content_id is not None:
        bag.preset(PidTagAttachContentId, content_id)
    location = part.header.text(b"content-location")
    if location is not None:
        bag.preset(PidTagAttachContentLocation, location)
    charset = part.content_type.get("charset")
    if charset is not None:
        bag.preset(PidTagTextAttachmentCharset, charset)
    if is_hidden(part, html):
        bag.preset(PidTagAttachmentHidden, True)
    # An embedded message has no data of its own: its octets are ``mime.write(attachment.message)``.
    return Attachment.lazy(bytes if message is not None else lambda: part.content, bag, message)


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
