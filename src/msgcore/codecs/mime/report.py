"""Delivery reports (RFC 3464) in both directions."""

from __future__ import annotations

import re
from datetime import datetime

from msgcore.base.text import one_line
from msgcore.codecs.mime.address_writing import address_field
from msgcore.codecs.mime.body_parts import Part, chunks_of, multipart, text_part
from msgcore.codecs.mime.dates import format_date, parse_date
from msgcore.codecs.mime.editing import NO_LIMITS, crlf_field
from msgcore.codecs.mime.entity import Entity, parse
from msgcore.codecs.mime.fold import field, text_field
from msgcore.codecs.mime.header_block import HeaderBlock
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.status_fields import groups_of, reported_recipients, status_part, typed_value
from msgcore.codecs.mime.transfer import normalise_line_ends
from msgcore.codecs.mime.writer import write
from msgcore.model.address import SMTP, Address
from msgcore.model.message import Message
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient

__all__ = ["read_delivery_report", "write_delivery_report"]

# A single space between two other characters: where a value may be folded.
_GAP = re.compile(r"(?<=[^ ]) (?=[^ ])")


def read_delivery_report(message: Message) -> DeliveryReport | None:
    """Read the delivery report that a message carries, or ``None`` when it carries none. Never raises on bad input."""
    root = _root_of(message)
    part = status_part(root)
    if part is None:
        return None
    groups = groups_of(part)
    recipients = tuple(reported_recipients(groups))
    original = _original_header(root)
    arrival = _first(groups, b"arrival-date")
    return DeliveryReport(
        reporting_mta=typed_value(_first(groups, b"reporting-mta"))[1],
        recipients=recipients,
        original_message_id=None if original is None else original.text(b"message-id"),
        original_subject=("" if original is None else original.text(b"subject")) or "",
        arrived_at=parse_date(arrival) if arrival else None,
        envelope_id=_first(groups, b"original-envelope-id"),
    )


def _root_of(message: Message) -> Entity:
    source = message.source
    if isinstance(source, MimeSource) and not message.is_changed:
        return source.root
    return parse(write(message), NO_LIMITS)


def _first(groups: list[HeaderBlock], name: bytes) -> str:
    return next((text for group in groups if (text := group.text(name)) is not None), "")


def _original_header(root: Entity) -> HeaderBlock | None:
    """Find the header of the message that the report is about, whole or alone (RFC 3462 section 2)."""
    for entity in root.walk(into_messages=False):
        if entity is root:
            continue
        if entity.message is not None:
            return entity.message.header
        if entity.media_type in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            return parse(entity.content, NO_LIMITS).header
    return None


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
    subject = f"{_SUBJECTS[worst or ReportAction.FAILED]}: {one_line(report.original_subject, 200)}".rstrip(": ")
    parts = [text_part(_readable(report)), Part(_STATUS_FIELDS, (_status(report),))]
    if original is not None:
        parts.append(_original_part(original, return_full=return_full, most=max_original_octets))
    body = multipart("report", parts, {"report-type": "delivery-status"})
    fields = [
        address_field("From", (from_,)) or b"",
        address_field("To", (to,)) or b"",
        text_field("Subject", subject),
        field("Date", format_date(date).split(b" ")),
        text_field("Message-ID", message_id),
        text_field("Auto-Submitted", "auto-replied"),
        b"MIME-Version: 1.0\r\n",
    ]
    if report.original_message_id:
        original_id = one_line(report.original_message_id)
        fields[5:5] = [text_field("In-Reply-To", original_id), text_field("References", original_id)]
    return b"".join((*fields, *chunks_of(body.segments)))


_STATUS_FIELDS = b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 7bit\r\n"


def _readable(report: DeliveryReport) -> str:
    lines = [f"This is the mail system at {one_line(report.reporting_mta) or 'an unnamed host'}.", ""]
    for action in ReportAction:
        concerned = [recipient for recipient in report.recipients if recipient.action is action]
        if not concerned:
            continue
        lines.extend((_EXPLANATIONS[action], ""))
        for recipient in concerned:
            lines.append(f"  {one_line(_shown(recipient.address), 320)}")
            lines.extend(f"    {one_line(text)}" for text in _reasons(recipient))
        lines.append("")
    if report.original_subject:
        lines.append(f"Subject of your message: {one_line(report.original_subject, 200)}")
    return "\n".join(lines)


def _shown(address: Address) -> str:
    return address.email_address if address.address_type == SMTP else address.typed or address.display_name


def _reasons(recipient: ReportedRecipient) -> list[str]:
    reasons = [f"Status {recipient.status}" + (f": {recipient.diagnostic}" if recipient.diagnostic else "")]
    if recipient.remote_mta:
        reasons.append(f"Reported by {recipient.remote_mta}")
    return reasons


def _status(report: DeliveryReport) -> bytes:
    """Write the fields of RFC 3464 section 2: a group for the message, a group for each recipient."""
    groups = [
        [
            _typed("Reporting-MTA", "dns", report.reporting_mta or "unknown.invalid"),
            _typed("Original-Envelope-Id", "", report.envelope_id) if report.envelope_id else b"",
            b"" if report.arrived_at is None else field("Arrival-Date", format_date(report.arrived_at).split(b" ")),
        ]
    ]
    for recipient in report.recipients:
        original = recipient.original_address
        diagnostic = recipient.diagnostic
        groups.append(
            [
                _typed("Original-Recipient", "rfc822", original) if original else b"",
                _typed("Final-Recipient", *_typed_address(recipient.address)),
                field("Action", [recipient.action.value.encode()]),
                field("Status", [str(recipient.status).encode()]),
                _typed("Remote-MTA", "dns", recipient.remote_mta) if recipient.remote_mta else b"",
                _typed("Diagnostic-Code", "smtp", diagnostic) if diagnostic else b"",
            ]
        )
    return b"\r\n".join(b"".join(group) for group in groups)


def _typed_address(address: Address) -> tuple[str, str]:
    """Name the address type as a report does; types of other systems go out under their own name, in lower case."""
    if address.address_type == SMTP:
        is_foreign = not address.email_address.isascii()
        return ("utf-8" if is_foreign else "rfc822"), address.email_address
    kind = "".join(c for c in address.address_type.lower() if c.isascii() and (c.isalnum() or c == "-"))
    return kind or "unknown", address.email_address or address.display_name


def _typed(name: str, kind: str, value: str) -> bytes:
    """Write ``kind; value`` on lines that fold; what is not ASCII goes in the escapes of RFC 6533 section 3."""
    line = one_line(value)
    escaped = "".join(c if " " <= c <= "~" else f"\\x{{{ord(c):X}}}" for c in line)
    text = f"{kind}; {escaped}" if kind else escaped
    # A quoted local part may hold several spaces in a row; in a long diagnostic they do not matter.
    words = _GAP.split(text) if len(text) <= 400 else text.split()
    return field(name, [piece.encode("ascii") for word in words for piece in _pieces(word)])


def _pieces(word: str) -> list[str]:
    return [word[start : start + 400] for start in range(0, len(word), 400)]


def _original_part(original: bytes, *, return_full: bool, most: int) -> Part:
    if return_full and len(original) <= most:
        return _labelled(b"Content-Type: message/rfc822\r\n", normalise_line_ends(original))
    root = parse(original, NO_LIMITS)
    octets = root.header.octets
    fields: list[bytes] = []
    size = 0
    for one in root.header.each_field():
        size += one.end - one.start
        if size > most:
            break
        if one.name:
            fields.append(crlf_field(octets[one.start : one.end]))
    return _labelled(b"Content-Type: text/rfc822-headers\r\n", b"".join(fields))


def _labelled(content_type: bytes, body: bytes) -> Part:
    encoding = b"7bit" if body.isascii() else b"8bit"
    return Part(content_type + b"Content-Transfer-Encoding: " + encoding + b"\r\n", (body,))
