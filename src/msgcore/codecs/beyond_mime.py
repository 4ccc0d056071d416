"""What of a message MIME would lose that no property of its own says: of people, attachments, and messages in it.

Properties of the message itself can be kept beside its octets. Those of a row of the recipient table, of an attachment,
or of an attached message cannot: where MIME does not carry them, the message needs a form of properties.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import cast

from msgcore.codecs.mime.tnef_part.need import is_unchanged_mime
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.body import as_mime_says
from msgcore.model.message import Message
from msgcore.props.computed import Owner, keys_of
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAttachContentId,
    PidTagAttachDataBinary,
    PidTagAttachEncoding,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachFlags,
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagAttachNumber,
    PidTagAttachSize,
    PidTagBody,
    PidTagDisplayName,
    PidTagHtml,
    PidTagObjectType,
    PidTagRecordKey,
    PidTagRenderingPosition,
)
from msgcore.props.tags import Property
from msgcore.props.types import PropertyType

__all__ = ["is_lost_in_mime", "may_be_lost_in_mime"]

_CARRIED = frozenset(
    tag.bag_key
    for tag in (
        PidTagAttachContentId,
        PidTagAttachLongFilename,
        PidTagAttachMimeTag,
        # These only follow.
        PidTagAttachDataBinary,
        PidTagAttachExtension,
        PidTagAttachFilename,
        PidTagAttachMethod,
        PidTagAttachNumber,
        PidTagAttachSize,
        PidTagDisplayName,
        PidTagObjectType,
        PidTagRecordKey,
    )
)
_SHOWN_IN_HTML = 0x04
_SAYING_NOTHING: Mapping[BagKey, Set[object]] = {
    PidTagAttachEncoding.bag_key: {b""},
    PidTagAttachFlags.bag_key: {0, _SHOWN_IN_HTML},
    PidTagAttachmentHidden.bag_key: {False},
    PidTagRenderingPosition.bag_key: {-1, 0xFFFFFFFF},
}
"""Values that follow as well, or say no more than a message that has none."""
_METHODS = frozenset({AttachMethod.BY_VALUE, AttachMethod.EMBEDDED_MESSAGE})
_NOT_CONTENT = keys_of(Owner.STORE) | keys_of(Owner.TRANSPORT)
_BODIES = frozenset({PidTagBody.bag_key, PidTagHtml.bag_key})


def may_be_lost_in_mime(message: Message) -> bool:
    """Say, at a glance, whether it is worth asking :func:`is_lost_in_mime`."""
    if any(one.properties for one in message.recipients):
        return True
    has_html = message.said(PidTagHtml) is not None
    return any(_is_unusual(one, has_html) for one in message.attachments)


def is_lost_in_mime(message: Message, kept: Message) -> bool:
    """Say whether ``kept``, which was read from the MIME that a message was written as, has lost any of that."""
    waiting = [(message, kept)]
    while waiting:
        one, other = waiting.pop()
        if any(recipient.properties for recipient in one.recipients):
            return True
        if len(one.attachments) != len(other.attachments):
            return True
        for mine, its in zip(one.attachments, other.attachments, strict=True):
            if _method(mine) not in _METHODS or any(its.get(tag) != value for tag, value in _unusual(mine)):
                return True
            if mine.message is None or is_unchanged_mime(mine.message):
                continue
            if its.message is None or _has_lost_properties(mine.message, its.message):
                return True
            waiting.append((mine.message, its.message))
    return False


def _is_unusual(attachment: Attachment, has_html: bool) -> bool:
    inner = attachment.message
    if inner is not None:
        return not is_unchanged_mime(inner)
    if _method(attachment) not in _METHODS:
        return True
    # What the HTML shows is hidden in MIME, too.
    follows = PidTagAttachmentHidden if has_html and attachment.content_id is not None else None
    return any(tag != follows for tag, _ in _unusual(attachment))


def _method(attachment: Attachment) -> int:
    return attachment.get(PidTagAttachMethod, AttachMethod.BY_VALUE)


def _unusual(attachment: Attachment) -> Iterator[tuple[Property[object], object]]:
    for tag, value in attachment.properties.items():
        if tag.bag_key in _CARRIED or tag.value_type is PropertyType.OBJECT:
            continue
        nothing = _SAYING_NOTHING.get(tag.bag_key)
        if nothing is None or value not in nothing:
            yield cast("Property[object]", tag), value


def _has_lost_properties(message: Message, kept: Message) -> bool:
    return any(
        _said(message, tag) != _said(kept, tag)
        for tag in message.tags()
        if tag.bag_key not in _NOT_CONTENT and tag.value_type is not PropertyType.OBJECT
    )


def _said(message: Message, tag: PropertyKey) -> object:
    value = message.said(cast("Property[object]", tag))
    return as_mime_says(value) if tag.bag_key in _BODIES else value
