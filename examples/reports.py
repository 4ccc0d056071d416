"""What became of a message: read and write delivery reports and read receipts, without a server."""

from datetime import UTC, datetime

from msgcore.codecs import mime
from msgcore.model import Address, AggregateReport, DeliveryReport, FeedbackReport, ReadReport, TlsReport


def tell(octets: bytes) -> str:
    """Say in one line what a message reports."""
    match mime.read_report(mime.read(octets)):
        case DeliveryReport() as report:
            return "; ".join(
                f"{recipient.address} {recipient.action.value}: {recipient.status} {recipient.diagnostic}"
                for recipient in report.recipients
            )
        case ReadReport() as report:
            return f"{report.final_recipient} {report.disposition_type.value}: {report.original_message_id}"
        case FeedbackReport() as report:
            return f"{report.feedback_type} about {report.original_subject!r}"
        case AggregateReport() as report:
            return f"{report.org_name} saw {sum(record.count for record in report.records)} messages"
        case TlsReport() as report:
            return f"{report.organization_name} met {len(report.policies)} policies"
        case None:
            return "no report"


bounce = b"""\
From: MAILER-DAEMON@b.test
To: ann@a.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.b.test

Final-Recipient: rfc822; bob@b.test
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 mailbox full
--x--
"""
print(tell(bounce))

# A receipt: may it be sent, and how it looks.
letter = b"""\
Return-Path: <ann@a.test>
From: Ann <ann@a.test>
To: Bob <bob@b.test>
Subject: Plan
Message-ID: <1@a.test>
Disposition-Notification-To: Ann <ann@a.test>

By train?
"""
message = mime.read(letter)
print("May a receipt be sent?", mime.receipt_decision(message).value)

bob = Address("SMTP", "bob@b.test", "Bob")
receipt = mime.write_read_report(
    ReadReport(bob, original_message_id=message.message_id, original_subject=message.subject),
    to=mime.receipt_recipients(message)[0],
    from_=bob,
    original=letter,
    message_id="<receipt-1@b.test>",
    date=datetime(2026, 1, 5, 12, tzinfo=UTC),
)
print(mime.read(receipt).message_class, "-", mime.read(receipt).subject)
print(tell(receipt))
print("A receipt for the receipt?", mime.receipt_decision(mime.read(receipt)).value)
