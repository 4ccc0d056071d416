"""Whether a read report may be sent (RFC 8098 section 2.1)."""

from __future__ import annotations

import pytest

from msgcore.codecs import mime
from msgcore.codecs.mime import ReceiptDecision
from msgcore.model import Message
from tests.codecs.mime.reports.test_read_report import write

ASKED = b"Return-Path: <ann@a.test>\nDisposition-Notification-To: Ann <ann@a.test>\n"


def decide(fields: bytes) -> ReceiptDecision:
    return mime.receipt_decision(mime.read(fields + b"\nHi\n"))


@pytest.mark.parametrize(
    ("fields", "decision"),
    [
        (ASKED, ReceiptDecision.MAY),
        (ASKED.replace(b"<ann@a.test>\nDisp", b"<ann@A.TEST>\nDisp"), ReceiptDecision.MAY),
        (ASKED + b"Auto-Submitted: no\n", ReceiptDecision.MAY),
        (ASKED + b"Disposition-Notification-Options: x=optional,y\n", ReceiptDecision.MAY),
        # Nobody asks, or nobody is named.
        (b"Return-Path: <ann@a.test>\n", ReceiptDecision.NEVER),
        (b"Return-Path: <ann@a.test>\nDisposition-Notification-To: \n", ReceiptDecision.NEVER),
        (b"Return-Path: <ann@a.test>\nReturn-Receipt-To: ann@a.test\n", ReceiptDecision.NEVER),
        # A report, and an option that is not known.
        (ASKED + b"Content-Type: multipart/report; report-type=x; boundary=b\n", ReceiptDecision.NEVER),
        (ASKED + b"Disposition-Notification-Options: x=required,y\n", ReceiptDecision.NEVER),
        # The receipt would go elsewhere than a bounce.
        (b"Disposition-Notification-To: ann@a.test\n", ReceiptDecision.ASK),
        (b"Return-Path: <>\nDisposition-Notification-To: ann@a.test\n", ReceiptDecision.ASK),
        (b"Return-Path: <Ann@a.test>\nDisposition-Notification-To: ann@a.test\n", ReceiptDecision.ASK),
        (b"Return-Path: <list@c.test>\nDisposition-Notification-To: ann@a.test\n", ReceiptDecision.ASK),
        (b"Return-Path: <ann@a.test>\nDisposition-Notification-To: ann@a.test, bob@b.test\n", ReceiptDecision.ASK),
        # A program or a list sent it.
        (ASKED + b"Auto-Submitted: auto-generated; x=y\n", ReceiptDecision.ASK),
        (ASKED + b"Precedence: bulk\n", ReceiptDecision.ASK),
        (ASKED + b"List-Unsubscribe: <mailto:l@a.test>\n", ReceiptDecision.ASK),
    ],
)
def test_the_header_decides(fields: bytes, decision: ReceiptDecision) -> None:
    assert decide(fields) is decision


def test_a_second_receipt_is_never_sent() -> None:
    assert mime.receipt_decision(mime.read(ASKED + b"\n"), was_sent=True) is ReceiptDecision.NEVER


def test_a_read_report_is_never_answered() -> None:
    assert decide(ASKED + write().partition(b"\r\n\r\n")[0] + b"\r\n") is ReceiptDecision.NEVER


def test_a_composed_message_asks_for_nothing() -> None:
    assert mime.receipt_decision(Message(to=["bob@b.test"], text="Hi")) is ReceiptDecision.NEVER


def test_the_receipt_goes_to_whom_the_sender_names() -> None:
    assert [str(one) for one in mime.receipt_recipients(mime.read(ASKED + b"\n"))] == ["Ann <ann@a.test>"]
