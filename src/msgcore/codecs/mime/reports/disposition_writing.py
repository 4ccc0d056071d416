"""Read and non-read reports, written (RFC 8098)."""

from __future__ import annotations

import base64
from datetime import datetime

from msgcore.base.text import one_line
from msgcore.codecs.mime.reports.composing import report_message, report_parts, shown
from msgcore.codecs.mime.reports.typed_fields import address_field, line_field, name_field, typed_field
from msgcore.codecs.mime.syntax.fold import field
from msgcore.model.address import Address
from msgcore.model.read_report import DispositionType, ReadReport

__all__ = ["notification_fields", "write_read_report"]

_EXPLANATIONS = {
    DispositionType.DISPLAYED: "was displayed. This is no guarantee that it was read or understood.",
    DispositionType.DISPATCHED: "was passed on, without having been displayed.",
    DispositionType.PROCESSED: "was processed by a program, without having been displayed.",
    DispositionType.DELETED: "was deleted; whether it had been displayed is not known.",
    DispositionType.DENIED: "arrived; the recipient does not wish to say what became of it.",
    DispositionType.FAILED: "arrived; what became of it cannot be told.",
    DispositionType.UNKNOWN: "arrived; what became of it is not known.",
}


def write_read_report(
    report: ReadReport,
    *,
    to: Address,
    from_: Address,
    original: bytes | None,
    message_id: str,
    date: datetime,
    max_original_octets: int = 50_000,
) -> bytes:
    """Write a report as a multipart/report: a text to read, the disposition, and the header of the original.

    ``to`` is the address in the original's Disposition-Notification-To. Send it with the null return path, and once
    only for a message; whether at all, :func:`~msgcore.codecs.mime.reports.receipts.receipt_decision` says.

    Raises:
        InjectionRefused: ``message_id`` or an address holds CR, LF or NUL.
    """
    parts = report_parts(
        _readable(report),
        "disposition-notification",
        notification_fields(report),
        original,
        return_full=False,
        most=max_original_octets,
    )
    return report_message(
        "disposition-notification",
        parts,
        to=to,
        from_=from_,
        subject=f"{'Read' if report.was_read else 'Not read'}: {one_line(report.original_subject, 200)}".rstrip(": "),
        original_message_id=report.original_message_id,
        message_id=message_id,
        date=date,
    )


def _readable(report: ReadReport) -> str:
    lines = [f"Your message to {one_line(shown(report.final_recipient), 320)}", ""]
    if report.original_subject:
        lines += [f"  Subject: {one_line(report.original_subject, 200)}", ""]
    lines.append(_EXPLANATIONS[report.disposition_type])
    lines += [one_line(text) for text in (*report.errors, *report.failures, *report.warnings)]
    return "\n".join(lines)


def notification_fields(report: ReadReport) -> bytes:
    """Write the fields of RFC 8098 section 3.1."""
    modifiers = "".join(f"/{','.join(report.modifiers)}" for _ in report.modifiers[:1])
    modes = f"{report.action_mode.value}/{report.sending_mode.value};"
    fields = [
        line_field("Reporting-UA", report.reporting_ua),
        typed_field("MDN-Gateway", "dns", report.mdn_gateway),
        address_field("Original-Recipient", report.original_recipient),
        address_field("Final-Recipient", report.final_recipient),
        line_field("Original-Message-ID", report.original_message_id or ""),
        line_field("Disposition", f"{modes} {report.disposition_type.value}{modifiers}"),
        *[line_field("Error", text) for text in report.errors],
        *[line_field("Failure", text) for text in report.failures],
        *[line_field("Warning", text) for text in report.warnings],
        _correlation_key(report.correlation_key),
        name_field(report.final_recipient),
    ]
    return b"".join(fields)


def _correlation_key(key: bytes) -> bytes:
    encoded = base64.b64encode(key)
    pieces = [encoded[start : start + 60] for start in range(0, len(encoded), 60)]
    return field("X-MSExch-Correlation-Key", pieces) if pieces else b""
