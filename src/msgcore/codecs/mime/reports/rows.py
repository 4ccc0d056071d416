"""The recipient table of a delivery report in Outlook's forms: whom it tells of ([MS-OXCMAIL] section 2.2.3.7.1).

Outlook shows each row as one whom the message did or did not reach. With those whom the report was sent to it would
tell its reader that the message did not reach the reader. To whom it was sent is left to the header.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgcore.codecs.mime.reports.diagnostics import diagnostic_and_reason, status_code
from msgcore.codecs.mime.reports.in_properties import REPORT_CLASSES, told_in_stream
from msgcore.codecs.mime.reports.status_fields import groups_of, reported_recipients, status_part
from msgcore.codecs.mime.source import came_with_stream
from msgcore.codecs.mime.tree.editing import NO_LIMITS
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient, RowProperties
from msgcore.model.report import ReportAction, ReportedRecipient
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagClientSubmitTime,
    PidTagDeliverTime,
    PidTagNonDeliveryReportDiagCode,
    PidTagNonDeliveryReportReasonCode,
    PidTagNonDeliveryReportStatusCode,
    PidTagRemoteMessageTransferAgent,
    PidTagReportTime,
    PidTagSupplementaryInfo,
)

__all__ = ["telling_of_recipients"]


def telling_of_recipients(message: Message) -> Message:
    """Give a delivery report that came as MIME with the recipients whom it tells its worst of; any other as it is."""
    source = message.source
    if source is None or source.form != "mime" or not message.message_class.lower().startswith(REPORT_CLASSES):
        return message
    if message.recipients != tuple(source.recipients()):
        return message
    if came_with_stream(message):
        rows = told_in_stream(message)
    else:
        rows = _rows(parse(source.octets, NO_LIMITS), message.get(PidTagClientSubmitTime))
    if not rows:
        return message
    telling = message.copy()
    telling.recipients = rows
    return telling


def _rows(root: Entity, sent_at: datetime | None) -> list[Recipient]:
    part = status_part(root) if root.media_type == "multipart/report" else None
    told = [] if part is None else list(reported_recipients(groups_of(part)))
    worst = next((action for action in ReportAction if any(one.action is action for one in told)), None)
    return [_row(one, sent_at) for one in told if one.action is worst]


def _row(told: ReportedRecipient, sent_at: datetime | None) -> Recipient:
    return Recipient(told.address, properties=RowProperties(_properties(told, sent_at)))


def _properties(told: ReportedRecipient, sent_at: datetime | None) -> Iterator[tuple[PropertyKey, object]]:
    yield PidTagNonDeliveryReportStatusCode, status_code(told.status)
    yield PidTagSupplementaryInfo, told.supplementary_info or _supplementary_info(told)
    if told.remote_mta:
        yield PidTagRemoteMessageTransferAgent, told.remote_mta
    if sent_at is not None:
        yield PidTagReportTime, sent_at
    if told.action is ReportAction.FAILED:
        diagnostic, reason = diagnostic_and_reason(told.status)
        yield PidTagNonDeliveryReportDiagCode, diagnostic
        yield PidTagNonDeliveryReportReasonCode, reason
    elif sent_at is not None:
        yield PidTagDeliverTime, sent_at


def _supplementary_info(told: ReportedRecipient) -> str:
    """Put it together as in section 2.2.3.7.1.2: ``<mx.b.test #5.1.1 smtp;550 5.1.1 no such user>``."""
    diagnostic = f" {told.diagnostic_type};{told.diagnostic}" if told.diagnostic else ""
    return f"<{told.remote_mta} #{told.status}{diagnostic}>"
