"""Reports that a message is by its properties alone, as Outlook's forms have them ([MS-OXOMSG] section 2.2.2).

The rows of its recipient table say what became of each recipient; the class of the message says what was done. A
report that came as MIME has a part for programs instead, which says more; its recipients are those whom it was sent to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.codecs.mime.reports.diagnostics import status_of_codes
from msgcore.codecs.mime.reports.disposition import read_disposition
from msgcore.codecs.mime.reports.typed_fields import typed_value
from msgcore.codecs.mime.source import MimeSource
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.read_report import DispositionType, ReadReport
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient, general_status
from msgcore.props.table import (
    PidTagDeliverTime,
    PidTagInReplyToId,
    PidTagNonDeliveryReportDiagCode,
    PidTagNonDeliveryReportReasonCode,
    PidTagNonDeliveryReportStatusCode,
    PidTagOriginalMessageId,
    PidTagOriginalSubject,
    PidTagParentKey,
    PidTagRemoteMessageTransferAgent,
    PidTagReportDisposition,
    PidTagReportDispositionMode,
    PidTagReportingMessageTransferAgent,
    PidTagSupplementaryInfo,
)

__all__ = [
    "DELIVERY_STATUS",
    "DISPOSITION",
    "REPORT_CLASSES",
    "REPORT_TYPES",
    "delivery_report_in_properties",
    "read_report_in_properties",
    "tells_of_rows",
    "told_in_stream",
]

REPORT_CLASSES = "report."
"""What the class of a report begins with, in lower case."""

DELIVERY_STATUS, DISPOSITION = "delivery-status", "disposition-notification"
REPORT_TYPES = frozenset(
    {f"message/{prefix}{kind}" for prefix in ("", "global-") for kind in (DELIVERY_STATUS, DISPOSITION)}
)
"""The parts for programs."""

# The longer suffixes first: all but the first end with the last.
_ACTIONS = {
    ".ndr": ReportAction.FAILED,
    ".delayed.dr": ReportAction.DELAYED,
    ".relayed.dr": ReportAction.RELAYED,
    ".expanded.dr": ReportAction.EXPANDED,
    ".dr": ReportAction.DELIVERED,
}
_TOLD_OF_ROWS = (
    PidTagNonDeliveryReportStatusCode,
    PidTagNonDeliveryReportReasonCode,
    PidTagNonDeliveryReportDiagCode,
    PidTagSupplementaryInfo,
    PidTagRemoteMessageTransferAgent,
    PidTagDeliverTime,
)
_STATUS_CODE = re.compile(r"([245])(\d)(\d{1,3})")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# ``<mx.b.test #5.1.1 smtp;550 5.1.1 no such user>``
_SMTP_REPLY = re.compile(r"\bsmtp;\s*([245]\d\d[^>\r\n]*)", re.IGNORECASE)


def delivery_report_in_properties(message: Message) -> DeliveryReport | None:
    """Read a delivery report, or ``None`` when none of its rows says what became of a recipient. Never raises."""
    action = _action_of(message.message_class.lower())
    if action is None or _has_part(message):
        return None
    told = _told(message.recipients) or told_in_stream(message)
    if not told:
        return None
    return DeliveryReport(
        reporting_mta=typed_value(message.get(PidTagReportingMessageTransferAgent, ""))[1],
        recipients=tuple([_reported(one, action) for one in told]),
        original_message_id=message.get(PidTagOriginalMessageId) or None,
        original_subject=message.get(PidTagOriginalSubject, ""),
    )


def tells_of_rows(message: Message) -> bool:
    """Say whether the recipients of a message are those that it reports of, and not those that it goes to."""
    return _action_of(message.message_class.lower()) is not None and bool(_told(message.recipients))


def _told(rows: Sequence[Recipient]) -> list[Recipient]:
    return [one for one in rows if any(one.get(tag) is not None for tag in _TOLD_OF_ROWS)]


def told_in_stream(message: Message) -> list[Recipient]:
    """Give whom a TNEF stream that belongs to a message tells of; the header says to whom the report goes."""
    source = message.source
    joined = source.joined if isinstance(source, MimeSource) else None
    return [] if joined is None else _told(joined.rows())


def _has_part(message: Message) -> bool:
    """Say whether the message came as MIME, where only a part makes a report, or with that part attached."""
    source = message.source
    is_plain_mime = isinstance(source, MimeSource) and source.joined is None
    return is_plain_mime or any(one.content_type.lower() in REPORT_TYPES for one in message.attachments)


def _action_of(message_class: str) -> ReportAction | None:
    if not message_class.startswith(REPORT_CLASSES):
        return None
    return next((action for suffix, action in _ACTIONS.items() if message_class.endswith(suffix)), None)


def _reported(row: Recipient, action: ReportAction) -> ReportedRecipient:
    told = str(row.get(PidTagSupplementaryInfo) or "")
    reply = _SMTP_REPLY.search(told)
    return ReportedRecipient(
        row.address,
        action,
        _status(row, told, action),
        "" if reply is None else reply[1].strip(),
        str(row.get(PidTagRemoteMessageTransferAgent) or ""),
        supplementary_info=told,
    )


def _status(row: Recipient, told: str, action: ReportAction) -> EnhancedStatus:
    """Read a status from its digits (511 is 5.1.1), else from the text, else from what X.400 has for it.

    Where nothing says one that fits, it is no more than what the action says. A failure may have one that says that
    trying again later may help (RFC 3463 section 2).
    """
    general = general_status(action)
    fitting = {general.klass, 4} if action is ReportAction.FAILED else {general.klass}
    digits = _STATUS_CODE.fullmatch(str(row.get(PidTagNonDeliveryReportStatusCode)))
    for found in (digits, _STATUS.search(told)):
        if found is not None and int(found[1]) in fitting:
            return EnhancedStatus(int(found[1]), int(found[2]), int(found[3]))
    codes = [row.get(tag) for tag in (PidTagNonDeliveryReportDiagCode, PidTagNonDeliveryReportReasonCode)]
    status = status_of_codes(*codes) if action is ReportAction.FAILED else None
    return status or general


def read_report_in_properties(message: Message) -> ReadReport | None:
    """Read a read or non-read report, or ``None`` when it is none by its class. Never raises."""
    message_class = message.message_class.lower()
    was_read = message_class.endswith(".ipnrn")
    if not message_class.startswith(REPORT_CLASSES) or not (was_read or message_class.endswith(".ipnnrn")):
        return None
    if _has_part(message):
        return None
    usual = DispositionType.DISPLAYED if was_read else DispositionType.DELETED
    words = f"{message.get(PidTagReportDispositionMode, '')}; {message.get(PidTagReportDisposition) or usual.value}"
    action, sending, kind, modifiers = read_disposition(words)
    report = ReadReport(
        final_recipient=message.from_ or Address("", ""),
        disposition_type=kind,
        original_message_id=message.get(PidTagOriginalMessageId) or message.get(PidTagInReplyToId) or None,
        original_subject=message.get(PidTagOriginalSubject, ""),
        action_mode=action,
        sending_mode=sending,
        modifiers=modifiers,
        correlation_key=message.get(PidTagParentKey, b""),
    )
    # What the class says counts.
    return report if report.was_read is was_read else attrs.evolve(report, disposition_type=usual)
