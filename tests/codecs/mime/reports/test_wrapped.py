"""Reports of a mail system that are a TNEF stream without a key, or a message that is the whole body."""

from __future__ import annotations

import base64

import pytest

from msgcore import Address, Message, Recipient, mime, tnef
from msgcore.model.report import DeliveryReport
from msgcore.props import PidTagNonDeliveryReportStatusCode, PidTagSupplementaryInfo

SERVER = b"From: System Administrator <postmaster@b.test>\r\nTo: a@a.test\r\nSubject: Undeliverable: Plan\r\n"
PERSON = b"From: bob@b.test\r\nTo: a@a.test\r\nSubject: FW: Undeliverable: Plan\r\n"
REPORT = (
    b"From: postmaster@b.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n"
    b"--r\r\n\r\nNo\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; b.test\r\n\r\n"
    b"Final-Recipient: rfc822; gone@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--r--\r\n"
)


def _stream() -> bytes:
    report = Message(subject="Undeliverable: Plan", message_class="REPORT.IPM.Note.NDR")
    row = [
        (PidTagSupplementaryInfo, "<mx.b.test #5.1.1 smtp;550 no such user>"),
        (PidTagNonDeliveryReportStatusCode, 511),
    ]
    report.recipients = [Recipient(Address("SMTP", "gone@b.test"), properties=row)]
    return tnef.write(report)


STREAM = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
    _stream()
)
BODIES = {
    "stream": STREAM,
    "text and stream": b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nNot delivered.\r\n--m\r\n"
    + STREAM
    + b"\r\n--m--\r\n",
    "message": b"Content-Type: message/rfc822\r\n\r\n" + REPORT,
}


def _told(report: DeliveryReport | None) -> list[tuple[str, str]]:
    return [] if report is None else [(one.address.email_address, str(one.status)) for one in report.recipients]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_a_mail_system_reports_is_read(body: bytes) -> None:
    message = mime.read(SERVER + body)

    assert _told(mime.read_delivery_report(message)) == [("gone@b.test", "5.1.1")]
    assert mime.read_report(message) == mime.read_delivery_report(message)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_a_person_passes_on_is_no_report(body: bytes) -> None:
    assert mime.read_report(mime.read(PERSON + body)) is None


def test_a_message_that_came_back_alone_is_no_report() -> None:
    body = b"Content-Type: message/rfc822\r\n\r\nFrom: a@a.test\r\nSubject: Plan\r\n\r\nHi bob@b.test\r\n"

    assert mime.read_report(mime.read(SERVER + body)) is None
