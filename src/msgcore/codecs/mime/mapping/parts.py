"""Attachments of a message that was read, and whether the body shows them."""

from __future__ import annotations

import mimetypes

from msgcore.codecs.mime.mapping.part_properties import PartProperties
from msgcore.codecs.mime.syntax.uuencode import UuFile
from msgcore.codecs.mime.tree.bodies import HtmlBody
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.table import (
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagRenderingPosition,
)

__all__ = ["attachment_in_text", "attachment_of"]


def attachment_of(part: Entity, html: HtmlBody, message: Message | None) -> Attachment:
    """Make the attachment of a part. ``html`` is the body that may show it, ``message`` is what the part holds."""
    bag = PartProperties(part, html, holds_message=message is not None)
    # An embedded message has no data of its own: its octets are ``mime.write(attachment.message)``.
    return Attachment.lazy(bytes if message is not None else lambda: part.content, bag, message)


def attachment_in_text(file: UuFile) -> Attachment:
    """Make the attachment of a file that stands uuencoded in the text body."""
    bag = PropBag()
    bag.preset(PidTagAttachMethod, int(AttachMethod.BY_VALUE))
    bag.preset(PidTagAttachMimeTag, mimetypes.guess_type(file.filename)[0] or "application/octet-stream")
    bag.preset(PidTagAttachLongFilename, file.filename)
    bag.preset(PidTagRenderingPosition, 0xFFFFFFFF)
    return Attachment.lazy(lambda: file.data, bag)
