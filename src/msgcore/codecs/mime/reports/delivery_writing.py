"""Delivery reports, written (RFC 3464)."""

from __future__ import annotations

from datetime import datetime

from msgcore.base.text import one_line
from msgcore.codecs.mime.reports.composing import report_message, report_parts
from msgcore.codecs.mime.reports.delivery_text import readable_report
from msgcore.codecs.mime.reports.envelope_ids import envelope_id_field
from msgcore.codecs.mime.reports.typed_fields import address_field, date_field, line_field, name_field, typed_field
from msgcore.codecs.mime.syntax.fold import field
from msgcore.model.address import SMTP, Address
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient

__all__ = ["status_fields", "write_delivery_report"]

_SUBJECTS = {
    ReportAction.FAILED: "Undeliverable",
    ReportAction.DELAYED: "Delayed",
    ReportAction.DELIVERED: "Delivered",
    ReportAction.RELAYED: "Relayed",
    ReportAction.EXPANDED: "Expanded",
}


def write_delivery_report(
    report: DeliveryReport,
    *,
    to: Address,
    from_: Address,
    original: bytes | None,
    message_id: str,
    date: datetime,
    return_full: bool = False,
    max_original_octets: int = 50_000,
    utf8: bool = False,
    preface: str = "",
) -> bytes:
    """Write a report as a multipart/report: a text to read, the delivery status, and the message it is about.

    The original goes in whole when ``return_full`` and it has at most ``max_original_octets``, else its header alone,
    cut at that size. Text from other systems is made one line; ``preface`` stands before the rest of the text. With
    ``utf8`` the way back has SMTPUTF8, and the parts are those of RFC 6533; without it all but a returned message is
    ASCII. Send it with the null return path.

    Raises:
        InjectionRefused: ``message_id`` or an address holds CR, LF or NUL.
    """
    worst = next((action for action in ReportAction if action in {r.action for r in report.recipients}), None)
    # The report-type is the subtype of the second part (RFC 6522 section 3).
    kind = "global-delivery-status" if utf8 else "delivery-status"
    parts = report_parts(
        readable_report(report, preface),
        kind,
        status_fields(report, utf8=utf8),
        original,
        return_full=return_full,
        most=max_original_octets,
        utf8=utf8,
    )
    return report_message(
        kind,
        parts,
        to=to,
        from_=from_,
        subject=f"{_SUBJECTS[worst or ReportAction.FAILED]}: {one_line(report.original_subject, 200)}".rstrip(": "),
        original_message_id=report.original_message_id,
        message_id=message_id,
        date=date,
    )


def status_fields(report: DeliveryReport, *, utf8: bool = False) -> bytes:
    """Write the fields of RFC 3464 section 2: a group for the message, a group for each recipient."""
    of_message = (
        typed_field("Reporting-MTA", "dns", one_line(report.reporting_mta) or "unknown.invalid", utf8=utf8),
        typed_field("DSN-Gateway", "dns", report.dsn_gateway, utf8=utf8),
        typed_field("Received-From-MTA", "dns", report.received_from_mta, utf8=utf8),
        envelope_id_field("Original-Envelope-Id", report.envelope_id),
        date_field("Arrival-Date", report.arrived_at),
    )
    return b"\r\n".join([b"".join(of_message), *[_status_of(recipient, utf8) for recipient in report.recipients]])


def _status_of(recipient: ReportedRecipient, utf8: bool) -> bytes:
    original = recipient.original_address
    written = Address(recipient.original_type or SMTP, original) if original else None
    fields = (
        address_field("Original-Recipient", written, utf8=utf8),
        address_field("Final-Recipient", recipient.address, utf8=utf8),
        field("Action", [recipient.action.value.encode()]),
        field("Status", [str(recipient.status).encode()]),
        typed_field("Remote-MTA", "dns", recipient.remote_mta, utf8=utf8),
        typed_field("Diagnostic-Code", recipient.diagnostic_type, recipient.diagnostic, utf8=utf8),
        date_field("Last-Attempt-Date", recipient.last_attempt_at),
        date_field("Will-Retry-Until", recipient.will_retry_until),
        line_field("Final-Log-Id", recipient.final_log_id, utf8=utf8),
        name_field(recipient.address, utf8=utf8),
        line_field("X-Supplementary-Info", recipient.supplementary_info, utf8=utf8),
    )
    return b"".join(fields)
