"""A calendar that came as MIME, as Outlook's forms have it: a mail with a file that Outlook opens.

The class of such a mail follows from its calendar, but no property says when the meeting is ([MS-OXCICAL] is not
carried out here). As a meeting or a task Outlook would show it at no time, and what was accepted would be wrong. The
class is kept beside, so that in MIME the calendar is an invitation again.
"""

from __future__ import annotations

from msgcore.codecs.mime.compose import CALENDAR_CLASSES
from msgcore.codecs.mime.source import came_with_stream
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.table import (
    PidLidAppointmentStartWhole,
    PidTagAttachLongFilename,
    PidTagMessageClass,
    PidTagOriginalMessageClass,
)

__all__ = ["as_mail", "is_calendar_of_mime", "named_calendar"]

_FILENAME = "calendar.ics"


def is_calendar_of_mime(message: Message) -> bool:
    """Say whether the class of a message follows from a calendar that came as MIME, and nothing says when it is."""
    source = message.source
    if source is None or source.form != "mime" or not message.message_class.lower().startswith(CALENDAR_CLASSES):
        return False
    is_said = message.properties_set.was_changed(PidTagMessageClass) or came_with_stream(message)
    return not is_said and message.said(PidLidAppointmentStartWhole) is None


def as_mail(message: Message) -> Message:
    """Give a message of the class of a calendar as a mail; its attachments are as they are."""
    mail = message.copy()
    mail[PidTagOriginalMessageClass] = message.message_class
    mail[PidTagMessageClass] = "IPM.Note"
    return mail


def named_calendar(attachment: Attachment) -> Attachment:
    """Give a calendar without a name one, else Outlook does not know how to open it; any other file as it is."""
    if attachment.content_type != "text/calendar" or attachment.filename is not None:
        return attachment
    named = attachment.copy()
    named[PidTagAttachLongFilename] = _FILENAME
    return named
