"""What is shown of a TNEF stream that does not belong to its message: files and a body, and nothing that it claims.

A file keeps what a MIME part could say of it. An OLE object is a file of its octets. An embedded message is what it
would be as message/rfc822: it is written as MIME and read again, so that its sender is no more than that of any
attached letter, and its class, flags and named properties are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from msgcore.codecs.mime.writer import write
from msgcore.errors import MsgcoreError
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAttachContentId,
    PidTagAttachContentLocation,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagBody,
    PidTagCreationTime,
    PidTagDisplayName,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagLastModificationTime,
    PidTagNativeBody,
    PidTagRenderingPosition,
    PidTagSubject,
)
from msgcore.props.tags import Property

__all__ = ["shown_attachments", "shown_bodies", "shows_anything"]

_OF_FILES: tuple[PropertyKey, ...] = (
    PidTagAttachLongFilename,
    PidTagAttachFilename,
    PidTagAttachExtension,
    PidTagDisplayName,
    PidTagAttachMimeTag,
    PidTagAttachContentId,
    PidTagAttachContentLocation,
    PidTagAttachmentHidden,
    PidTagCreationTime,
    PidTagLastModificationTime,
)
_NOT_RENDERED = 0xFFFFFFFF
_PLAIN, _HTML = 1, 3
_OCTETS = "application/octet-stream"


def shows_anything(stream: Message) -> bool:
    """Say whether there is a file or a body in a stream; one that holds neither is an ordinary file itself."""
    return bool(stream.attachments) or bool(shown_bodies(stream))


def shown_bodies(stream: Message) -> Mapping[BagKey, object]:
    """Give the stream's bodies as properties; empty when it has none that says anything."""
    text, html = stream.said(PidTagBody), stream.said(PidTagHtml)
    bodies: dict[BagKey, object] = {}
    if html is not None:
        bodies[PidTagHtml.bag_key] = html
        bodies[PidTagInternetCodepage.bag_key] = stream.said(PidTagInternetCodepage)
    if text is not None and (text.strip() or bodies):
        bodies[PidTagBody.bag_key] = text
    if bodies:
        bodies[PidTagNativeBody.bag_key] = _PLAIN if html is None else _HTML
    return bodies


def shown_attachments(stream: Message, read: Callable[[bytes], Message]) -> list[Attachment]:
    """Make attachments of what is attached in a stream; ``read`` reads a message that MIME has been made of."""
    return [_file(one) if one.message is None else _letter(one, one.message, read) for one in stream.attachments]


def _file(attachment: Attachment) -> Attachment:
    return Attachment.lazy(lambda: attachment.data, _bag(attachment, AttachMethod.BY_VALUE))


def _letter(attachment: Attachment, inner: Message, read: Callable[[bytes], Message]) -> Attachment:
    bag = _bag(attachment, AttachMethod.EMBEDDED_MESSAGE)
    try:
        message = read(write(inner))
    except MsgcoreError:
        # What cannot be written as MIME stays a file, for whoever wants to look into it.
        bag.preset(PidTagAttachMethod, int(AttachMethod.BY_VALUE))
        bag.preset(PidTagAttachMimeTag, _OCTETS)
        source = inner.source
        return Attachment.lazy(lambda: b"" if source is None else source.octets, bag)
    bag.preset(PidTagAttachMimeTag, "message/rfc822")
    if PidTagDisplayName not in bag and inner.subject:
        bag.preset(PidTagDisplayName, message.get(PidTagSubject, ""))
    return Attachment.lazy(bytes, bag, message)


def _bag(attachment: Attachment, method: AttachMethod) -> PropBag:
    bag = PropBag()
    bag.preset(PidTagAttachMethod, int(method))
    bag.preset(PidTagRenderingPosition, _NOT_RENDERED)
    for tag in _OF_FILES:
        value = attachment.properties.get(cast("Property[object]", tag))
        if value is not None:
            bag.preset(tag, value)
    if attachment.get(PidTagAttachMethod) == AttachMethod.STORAGE:
        bag.preset(PidTagAttachMimeTag, _OCTETS)
    return bag
