"""Who gets TNEF: messages that MIME cannot carry, for recipients who are known to read it ([MS-OXCMAIL] 2.1.3.4)."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.codecs.mime.mapping.content_class import class_of_content_class, content_class_of
from msgcore.codecs.mime.source import came_with_stream
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.attachment import AttachMethod
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.table import (
    PidLidInfoPathFormName,
    PidLidReminderSet,
    PidLidUseTnef,
    PidLidVerbResponse,
    PidLidVerbStream,
    PidTagAttachMethod,
    PidTagMessageClass,
    PidTagRtfCompressed,
    PidTagSendRichInfo,
)

__all__ = ["is_unchanged_mime", "needs_tnef", "takes_rich_form"]


def needs_tnef(message: Message) -> bool:
    """Say whether MIME would lose of a message, or of one in it, what its sender made it for.

    That is: a message class that no MIME message has, an OLE object, a body in RTF of its own (not HTML or text as
    RTF), voting buttons or a vote, a reminder; or the message says so itself (PidLidUseTnef). A message that was read
    from MIME and not changed goes out as it is, and needs nothing.
    """
    waiting, seen = [message], {id(message)}
    for one in waiting:
        if is_unchanged_mime(one):
            continue
        if any(reason(one) for reason in _REASONS):
            return True
        for attachment in one.attachments:
            inner = attachment.message
            if inner is not None and id(inner) not in seen:
                seen.add(id(inner))
                waiting.append(inner)
    return False


def is_unchanged_mime(message: Message) -> bool:
    """Say whether a message was read from MIME and goes out as it is."""
    return message.source is not None and message.source.form == "mime" and not message.is_changed


def takes_rich_form(recipient: Recipient) -> bool:
    """Say whether a recipient is known to read TNEF; who says nothing does not.

    The row's PidTagSendRichInfo says it, ``Recipient(address, properties=((PidTagSendRichInfo, True),))``. The flag in
    a one-off entry id ([MS-OXCDATA] section 2.2.5.1) alone does not: rows of old files have it for anybody.
    """
    return recipient.get(PidTagSendRichInfo) is True


def _is_read_from_mime(message: Message) -> bool:
    return message.source is not None and message.source.form == "mime" and not came_with_stream(message)


def _is_of_a_class_without_mime_form(message: Message) -> bool:
    if _is_read_from_mime(message) and not message.properties_set.was_changed(PidTagMessageClass):
        return False
    given = message.message_class.lower()
    if given in {"", "ipm", "ipm.note"} or given.startswith(("ipm.note.smime", "report.")):
        return False
    content_class = content_class_of(message.message_class, message.get(PidLidInfoPathFormName))
    read = None if content_class is None else class_of_content_class(content_class)
    return read is None or read.lower() != given


def _holds_ole(message: Message) -> bool:
    return any(one.get(PidTagAttachMethod) == AttachMethod.STORAGE for one in message.attachments)


def _has_rtf_of_its_own(message: Message) -> bool:
    packed = message.said(PidTagRtfCompressed)
    if packed is None:
        return False
    from msgcore.codecs import rtf  # only for messages that have some

    try:
        return rtf.kind_of(rtf.decompress(packed)) is rtf.RtfKind.NATIVE
    except (MalformedMessage, LimitExceeded):
        return False


def _votes_or_reminds(message: Message) -> bool:
    if message.get(PidLidVerbStream) or message.get(PidLidVerbResponse):
        return True
    return bool(message.get(PidLidReminderSet) or message.get(PidLidUseTnef))


_REASONS: tuple[Callable[[Message], bool], ...] = (
    _is_of_a_class_without_mime_form,
    _votes_or_reminds,
    _holds_ole,
    _has_rtf_of_its_own,
)
