"""The body of a message that is composed: which parts it has and how they are put together.

Text and HTML stand in a multipart/alternative; what the HTML shows stands with it in a multipart/related;
the other attachments follow in a multipart/mixed. Reading gives the shown attachments first, then the others.

A message that is a meeting, an appointment, a task or a journal entry by its class has its calendar as the last
alternative ([MS-OXCMAIL] section 2.1.3.3.8): as an attachment no mail program would take it for an invitation. A report
stays a multipart/report around the part that programs read (RFC 6522), whatever was added to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgcore.codecs.mime.body_parts import (
    Part,
    Segment,
    attachment_part,
    html_part,
    media_type_of,
    message_part,
    multipart,
    text_part,
)
from msgcore.codecs.mime.mapping.calendar_class import calendar_parameters
from msgcore.codecs.mime.reports.framing import REPORT_CLASSES, report_frame
from msgcore.codecs.mime.smime_part import SMIME_CLASSES, signed_part, smime_part
from msgcore.codecs.mime.syntax.transfer import BLOCK_OCTETS, Domain
from msgcore.codecs.mime.write_form import WriteForm
from msgcore.model.attachment import Attachment
from msgcore.model.body import UTF_8, html_from_octets
from msgcore.model.message import Message
from msgcore.model.shown import location_of, shown_attachments
from msgcore.props.table import (
    PidTagBody,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagOriginalMessageClass,
    PidTagReportText,
    PidTagRtfCompressed,
)

__all__ = ["CALENDAR_CLASSES", "Written", "compose_body", "part_of"]

CALENDAR_CLASSES = ("ipm.schedule.meeting.", "ipm.appointment", "ipm.task", "ipm.activity")
"""What the class of a message begins with, in lower case, whose calendar is one of its bodies."""


class Written(NamedTuple):
    """A message as it goes out; ``domain`` gives that of all its octets when it is asked for."""

    segments: tuple[Segment, ...]
    domain: Callable[[], Domain]


def compose_body(message: Message, form: WriteForm, written: Callable[[Message], Written]) -> Part | None:
    """Compose the body, or give ``None`` when there is none; ``written`` gives an attached message.

    Raises:
        As :func:`~msgcore.codecs.mime.body_parts.attachment_part` does.
    """
    text, html = message.said(PidTagBody), message.get(PidTagHtml)
    if text is None and html is None and PidTagRtfCompressed in message:
        text, html = _bodies_in_rtf(message)
    code_page = message.get(PidTagInternetCodepage, UTF_8)
    shown, others = _sorted(message.attachments, html, code_page)
    message_class = message.message_class.lower()
    if others and message_class.startswith(SMIME_CLASSES) and len(message.attachments) == 1:
        has_body = html is not None or bool(text and text.strip())
        part = signed_part(others[0]) or (
            None if has_body else smime_part(others[0], form, _came_as(message, others[0]))
        )
        if part is not None:
            return part
    bodies: list[Part] = []
    if text is not None:
        bodies.append(text_part(text, form))
    if html is not None:
        part = html_part(html, code_page, form)
        if shown:
            pictures = [attachment_part(one, form, is_shown=True) for one in shown]
            part = multipart("related", [part, *pictures], {"type": '"text/html"'})
        bodies.append(part)
    if _calendar_class(message).startswith(CALENDAR_CLASSES):
        calendar = next((one for one in others if one.message is None and media_type_of(one) == "text/calendar"), None)
        if calendar is not None:
            others.remove(calendar)
            octets = b"".join(calendar.blocks(BLOCK_OCTETS))
            bodies.append(attachment_part(calendar, form, is_shown=True, defaults=calendar_parameters(octets)))
    parts = [multipart("alternative", bodies)] if len(bodies) > 1 else bodies
    report = report_frame(message, others) if message_class.startswith(REPORT_CLASSES) else None
    if report is not None:
        kind, added = report
        text_first = parts or [text_part(message.get(PidTagReportText, ""), form)]
        attached = [part_of(one, form, written) for one in others]
        return multipart("report", [*text_first, *added, *attached], {"report-type": kind})
    if others:
        return multipart("mixed", [*parts, *(part_of(one, form, written) for one in others)])
    return parts[0] if parts else None


def _calendar_class(message: Message) -> str:
    """Give the class of a message; of a mail in one of Outlook's forms the class that its calendar gave it in MIME."""
    kept = message.message_class.lower()
    return message.get(PidTagOriginalMessageClass, "").lower() if kept == "ipm.note" else kept


def _came_as(message: Message, attachment: Attachment) -> str:
    """Give the Content-Type that a message came with, where it is about this attachment and not another one."""
    source = message.source
    is_other = attachment.is_changed or not any(one is attachment for one in (source.attachments() if source else ()))
    return "" if source is not None and is_other else message.headers.get("Content-Type") or ""


def _bodies_in_rtf(message: Message) -> tuple[str | None, bytes | None]:
    """Give the text and the HTML of a composed message that has RTF and no other body: an empty mail says nothing."""
    from msgcore.codecs.objects.bodies import html_in, text_in_rtf  # only for messages that have some

    properties = message.properties_set
    html = html_in(properties)
    return (text_in_rtf(properties) if html is None else None), html


def _sorted(
    attachments: tuple[Attachment, ...], html: bytes | None, code_page: int
) -> tuple[list[Attachment], list[Attachment]]:
    """Part what the HTML shows from the rest."""
    if html is None or not any(one.content_id or location_of(one) for one in attachments):
        return [], list(attachments)
    found = shown_attachments(html_from_octets(html, code_page), attachments)
    return [one for one in attachments if one in found], [one for one in attachments if one not in found]


def part_of(attachment: Attachment, form: WriteForm, written: Callable[[Message], Written]) -> Part:
    """Make the part of an attachment that no body shows; raises as :func:`compose_body` does."""
    if attachment.message is None:
        return attachment_part(attachment, form, is_shown=False)
    inner = written(attachment.message)
    return message_part(attachment, inner.segments, inner.domain())
