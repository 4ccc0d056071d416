"""The properties that a report has and no other message ([MS-OXCMAIL] section 2.2.3.7, [MS-OXOMSG] section 2.2.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgcore.codecs.mime.reports.disposition import disposition_part, read_report_of
from msgcore.codecs.mime.reports.original import header_of_original
from msgcore.codecs.mime.reports.status_fields import first_text, groups_of, status_part
from msgcore.codecs.mime.reports.typed_fields import read_date
from msgcore.codecs.mime.syntax.addresses import display_list, read_addresses
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.model.read_report import ReadReport
from msgcore.props.key import BagKey
from msgcore.props.table import (
    PidTagOriginalDeliveryTime,
    PidTagOriginalDisplayCc,
    PidTagOriginalDisplayTo,
    PidTagOriginalMessageId,
    PidTagOriginalSubject,
    PidTagOriginalSubmitTime,
    PidTagParentKey,
    PidTagReceiptTime,
    PidTagReportDisposition,
    PidTagReportDispositionMode,
    PidTagReportingMessageTransferAgent,
    PidTagReportText,
    PidTagReportTime,
)
from msgcore.props.tags import Property

__all__ = ["REPORT_PROPERTIES", "report_value"]

_Read = Callable[[Entity], object | None]


def report_value(root: Entity, key: BagKey) -> object | None:
    """Give a property of a delivery, read or non-read report; ``None`` when it has none, and for every other message.

    Never raises.
    """
    read = _READERS.get(key)
    if read is None or root.media_type != "multipart/report":
        return None
    is_report = status_part(root) is not None or disposition_part(root) is not None
    return (read(root) or None) if is_report else None


def _sent_at(root: Entity) -> datetime | None:
    return read_date(root.header, b"date")


def _original_text(name: bytes) -> _Read:
    def read(root: Entity) -> object | None:
        original = header_of_original(root)
        return None if original is None else original.text(name)

    return read


def _original_submit_time(root: Entity) -> object | None:
    original = header_of_original(root)
    return None if original is None else read_date(original, b"date")


def _original_display(name: bytes) -> _Read:
    def read(root: Entity) -> object | None:
        original = header_of_original(root)
        raw = None if original is None else original.raw(name)
        return None if raw is None else display_list(read_addresses(raw))

    return read


def _original_display_to(root: Entity) -> object | None:
    """Name the recipient that a read report is of, or the recipients of the message that a delivery report is about."""
    report = read_report_of(root)
    if report is None:
        return _original_display(b"to")(root)
    address = report.original_recipient or report.final_recipient
    return report.final_recipient.display_name or address.email_address


def _reporting_mta(root: Entity) -> object | None:
    part = status_part(root)
    return None if part is None else first_text(groups_of(part), b"reporting-mta")


def _of_read_report(value: Callable[[ReadReport], object | None]) -> _Read:
    def read(root: Entity) -> object | None:
        report = read_report_of(root)
        return None if report is None else value(report)

    return read


def _original_message_id(root: Entity) -> object | None:
    report = read_report_of(root)
    return _original_text(b"message-id")(root) if report is None else report.original_message_id


def _disposition_text(root: Entity) -> object | None:
    part = disposition_part(root)
    return None if part is None else first_text(groups_of(part), b"disposition")


def _receipt_time(root: Entity) -> object | None:
    return None if disposition_part(root) is None else _sent_at(root)


_PAIRS: tuple[tuple[Property[Any], _Read], ...] = (
    (PidTagReportTime, _sent_at),
    (PidTagOriginalSubject, _original_text(b"subject")),
    (PidTagOriginalSubmitTime, _original_submit_time),
    (PidTagOriginalMessageId, _original_message_id),
    (PidTagOriginalDisplayTo, _original_display_to),
    (PidTagOriginalDisplayCc, _original_display(b"cc")),
    # Delivery reports
    (PidTagReportingMessageTransferAgent, _reporting_mta),
    # Read and non-read reports
    (PidTagReportText, _disposition_text),
    (PidTagReportDisposition, _of_read_report(lambda report: report.disposition_type.value)),
    (
        PidTagReportDispositionMode,
        _of_read_report(lambda report: f"{report.action_mode.value}/{report.sending_mode.value}"),
    ),
    (PidTagReceiptTime, _receipt_time),
    (PidTagOriginalDeliveryTime, _receipt_time),
    (PidTagParentKey, _of_read_report(lambda report: report.correlation_key)),
)
_READERS = {tag.bag_key: read for tag, read in _PAIRS}

REPORT_PROPERTIES = tuple([tag for tag, _ in _PAIRS])
"""What :func:`report_value` answers."""
