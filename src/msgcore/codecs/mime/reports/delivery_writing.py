"""Delivery reports, written (RFC 3464)."""

from __future__ import annotations

from datetime import datetime

from msgcore.base.text import one_line
from msgcore.codecs.mime.reports.composing import report_message, report_parts, shown
from msgcore.codecs.mime.reports.envelope_ids import envelope_id_field
from msgcore.codecs.mime.reports.typed_fields import address_field, date_field, line_field, name_field, typed_field
from msgcore.codecs.mime.syntax.fold import field
from msgcore.model.address import SMTP, Address
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient

__all__ = ["write_delivery_report"]

_SUBJECTS = {
    ReportAction.FAILED: "Undeliverable",
    ReportAction.DELAYED: "Delayed",
    ReportAction.DELIVERED: "Delivered",
    ReportAction.RELAYED: "Relayed",
    ReportAction.EXPANDED: "Expanded",
}
_EXPLANATIONS = {
    ReportAction.FAILED: "Your message could not be delivered to these recipients:",
    ReportAction.DELAYED: "Your message is delayed for these recipients; it is tried again without your help:",
    ReportAction.DELIVERED: "Your message was delivered to these recipients:",
    ReportAction.RELAYED: "Your message was passed on to a system that sends no reports, for these recipients:",
    ReportAction.EXPANDED: "Your message was passed on to the members of these lists:",
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
) -> bytes:
    """Write a report as a multipart/report: a text to read, the delivery status, and the message it is about.

    The original goes in whole when ``return_full`` and it has at most ``max_original_octets``, else its header alone,
    cut at that size. Text from other systems is made one line. Send it with the null return path.

    Raises:
        InjectionRefused: ``message_id`` or an address holds CR, LF or NUL.
    """
    worst = next((action for action in ReportAction if action in {r.action for r in report.recipients}), None)
    parts = report_parts(
        _readable(report),
        "delivery-status",
        _status(report),
        original,
        return_full=return_full,
        most=max_original_octets,
    )
    return report_message(
        "delivery-status",
        parts,
        to=to,
        from_=from_,
        subject=f"{_SUBJECTS[worst or ReportAction.FAILED]}: {one_line(report.original_subject, 200)}".rstrip(": "),
        original_message_id=report.original_message_id,
        message_id=message_id,
        date=date,
    )


def _readable(report: DeliveryReport) -> str:
    lines = [f"This is the mail system at {one_line(report.reporting_mta) or 'an unnamed host'}.", ""]
    for action in ReportAction:
        concerned = [recipient for recipient in report.recipients if recipient.action is action]
        if not concerned:
            continue
        lines.extend((_EXPLANATIONS[action], ""))
        for recipient in concerned:
            lines.append(f"  {one_line(shown(recipient.address), 320)}")
            lines.extend(f"    {one_line(text)}" for text in _reasons(recipient))
        lines.append("")
    if report.original_subject:
        lines.append(f"Subject of your message: {one_line(report.original_subject, 200)}")
    return "\n".join(lines)


def _reasons(recipient: ReportedRecipient) -> list[str]:
    reasons = [f"Status {recipient.status}" + (f": {recipient.diagnostic}" if recipient.diagnostic else "")]
    if recipient.remote_mta:
        reasons.append(f"Reported by {recipient.remote_mta}")
    if recipient.will_retry_until is not None:
        reasons.append(f"Tried again until {recipient.will_retry_until:%Y-%m-%d %H:%M %Z}")
    return reasons


def _status(report: DeliveryReport) -> bytes:
    """Write the fields of RFC 3464 section 2: a group for the message, a group for each recipient."""
    of_message = (
        typed_field("Reporting-MTA", "dns", one_line(report.reporting_mta) or "unknown.invalid"),
        typed_field("DSN-Gateway", "dns", report.dsn_gateway),
        typed_field("Received-From-MTA", "dns", report.received_from_mta),
        envelope_id_field("Original-Envelope-Id", report.envelope_id),
        date_field("Arrival-Date", report.arrived_at),
    )
    return b"\r\n".join([b"".join(of_message), *[_status_of(recipient) for recipient in report.recipients]])


def _status_of(recipient: ReportedRecipient) -> bytes:
    original = recipient.original_address
    fields = (
        address_field("Original-Recipient", Address(SMTP, original) if original else None),
        address_field("Final-Recipient", recipient.address),
        field("Action", [recipient.action.value.encode()]),
        field("Status", [str(recipient.status).encode()]),
        typed_field("Remote-MTA", "dns", recipient.remote_mta),
        typed_field("Diagnostic-Code", recipient.diagnostic_type, recipient.diagnostic),
        date_field("Last-Attempt-Date", recipient.last_attempt_at),
        date_field("Will-Retry-Until", recipient.will_retry_until),
        line_field("Final-Log-Id", recipient.final_log_id),
        name_field(recipient.address),
        line_field("X-Supplementary-Info", recipient.supplementary_info),
    )
    return b"".join(fields)
