"""What makes a composed message a report: the part that programs read, and the report-type (RFC 6522 section 3)."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.codecs.mime.body_parts import Part, media_type_of
from msgcore.codecs.mime.reports.composing import fields_part
from msgcore.codecs.mime.reports.delivery_writing import status_fields
from msgcore.codecs.mime.reports.disposition_writing import notification_fields
from msgcore.codecs.mime.reports.in_properties import (
    DELIVERY_STATUS,
    DISPOSITION,
    REPORT_CLASSES,
    REPORT_TYPES,
    delivery_report_in_properties,
    read_report_in_properties,
)
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message

__all__ = ["REPORT_CLASSES", "report_frame"]


def report_frame(message: Message, attachments: Sequence[Attachment]) -> tuple[str, list[Part]] | None:
    """Give the report-type and the part for programs, which may be among the attachments; ``None``: it is no report.

    Raises:
        InjectionRefused: an address holds CR, LF or NUL.
    """
    for one in attachments:
        media_type = "" if one.message is not None else media_type_of(one)
        if media_type in REPORT_TYPES:
            return media_type.partition("/")[2], []
    delivery = delivery_report_in_properties(message)
    if delivery is not None:
        return DELIVERY_STATUS, [fields_part(DELIVERY_STATUS, status_fields(delivery))]
    read = read_report_in_properties(message)
    return None if read is None else (DISPOSITION, [fields_part(DISPOSITION, notification_fields(read))])
