"""The validator itself: each fault that it knows is seen in a report that has it."""

from __future__ import annotations

import attrs
import pytest

from msgcore.model import Address
from tests.mta.reports import rfc3464
from tests.mta.reports.stories import MESSAGE, NOBODY, octets_of, reports, settled

# Of the way that RFC 3464 appendix E shows reports.
BY_HAND = b"""\
Date: Thu, 07 Jul 1994 17:16:05 -0400
From: Mail Delivery Subsystem <MAILER-DAEMON@cs.utk.test>
Message-ID: <199407072116.RAA14128@cs.utk.test>
Subject: Returned mail: Cannot send message for 5 days
To: <owner-info-mime@cs.utk.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
      boundary="RAA14128.773615765/CS.UTK.TEST"

--RAA14128.773615765/CS.UTK.TEST
Content-Type: text/plain

The original message was received at Sat, 2 Jul 1994 17:10:28 -0400

--RAA14128.773615765/CS.UTK.TEST
Content-Type: message/delivery-status

Reporting-MTA: dns; cs.utk.test

Original-Recipient: rfc822;louisl@larry.slip.umd.test
Final-Recipient: rfc822;louisl@larry.slip.umd.test
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 426 connection timed out
Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400

--RAA14128.773615765/CS.UTK.TEST
Content-Type: message/rfc822

Subject: original

goes here
--RAA14128.773615765/CS.UTK.TEST--
""".replace(b"\n", b"\r\n")


def test_a_report_as_rfc_3464_shows_it_keeps_the_rules() -> None:
    assert rfc3464.faults(BY_HAND) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"Reporting-MTA:", b"X-MTA:", "reporting-mta is missing"),
        (b"Final-Recipient: rfc822;", b"Final-Recipient:", "final-recipient 'bob@b.test' has no type"),
        (
            b"Final-Recipient: rfc822;",
            b"Final-Recipient: utf-8; +",
            "final-recipient '+ bob@b.test' is no utf-8 address",
        ),
        (b"Action: failed\r\n", b"", "action is missing"),
        (b"Action: failed\r\n", b"Action: failed\r\nAction: failed\r\n", "action stands twice"),
        (b"Action: failed", b"Action: fell", "action 'fell'"),
        (b"Status: 5.1.1", b"Status: 550", "status '550'"),
        (b"Status: 5.1.1", b"Status: 5.01.1", "status '5.01.1'"),
        (b"Status: 5.1.1", b"Status: 4.1.1", "action failed with status 4.1.1"),
        (b"Status: 5.1.1", b"Status: 5.1.1\r\nArrival-Date: x", "arrival-date has no place here"),
        (b"Status: 5.1.1", b"Status: 5.1.1\r\nno field", "'no field' has no place here"),
        (b"Status: 5.1.1", b"Status: 5.1.1\r\nX-A: \x07", "x-a with a control character"),
        (
            b"Status: 5.1.1",
            b"Status: 5.1.1\r\nWill-Retry-Until: Tue, 01 Jan 2030 12:00:00 +0000",
            "will-retry-until with action failed",
        ),
        (b"2030 12:00:00 +0000\r\n\r\n", b"2030\r\n\r\n", "arrival-date 'Tue, 01 Jan 2030' is no date"),
        (b"2030 12:00:00 +0000\r\n\r\n", b"2030 12:00:00 EST\r\n\r\n", "is no date"),
        (b"Diagnostic-Code: smtp;", b"Diagnostic-Code:", "diagnostic-code '550 5.1.1 nobody here' has no type"),
        (b"smtp; 550 5.1.1", b"smtp; 5.1.1", "diagnostic-code '5.1.1 nobody here' is no reply"),
        (b"smtp; 550 5.1.1 nobody", b"smtp; 550 5.1.1 n\xf6body", "a delivery status that is not ASCII"),
        (b"Status: 5.1.1\r\n", b"Status: 5.1.1\n", "a bare CR or LF"),
        (b"Status: 5.1.1\r\n", b"Status: 5.1.1\r\nX-A: \0\r\n", "a NUL"),
        (b"Status: 5.1.1\r\n", b"Status: 5.1.1\r\nX-A: " + b"a" * 999 + b"\r\n", "a line of 1004 octets"),
        (b"Auto-Submitted: auto-replied\r\n", b"", "0 fields Auto-Submitted"),
        (b"Auto-Submitted: auto-replied\r\n", b"Auto-Submitted: no\r\n", "not marked as an automatic reply"),
        (b"report-type=delivery-status", b"report-type=global-delivery-status", "report-type global-delivery-status"),
        (b"multipart/report", b"multipart/mixed", "of type multipart/mixed"),
        (b"message/delivery-status", b"text/plain", "parts ['text/plain', 'text/plain', 'text/rfc822-headers']"),
        (b"text/rfc822-headers", b"application/x-y", "'application/x-y']"),
        (b"Subject: Undeliverable", b"Subject: \xc3\xa5 Undeliverable", "a header field with octets over 127"),
        (b"Message-ID: <1@a.test>\r\n\r\n", b"Message-ID: <1@a.test>\r\n\r\nbody\r\n", "with more than a header"),
        (b"From: ann@a.test\r\nSubject: hello", b"From: ann@a.test\r\nhello", "with a line that is no field"),
        (b"From: ann@a.test\r\nSubject: h", b"From: ann@a.test\r\nSubject: \xc3\xa5", "with UTF-8 in its header"),
        (
            b"From: ann@a.test\r\nSubject: h",
            b"From: ann@a.test\r\nSubject: \xc3\xa5",
            "text/rfc822-headers is not 7bit",
        ),
    ],
)
def test_what_is_wrong_is_seen(old: bytes, new: bytes, fault: str) -> None:
    octets = octets_of(reports(settled(NOBODY)))
    assert old in octets
    found = rfc3464.faults(octets.replace(old, new, 1))
    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("utf-8; bøb@b.test", "rfc822; bøb@b.test", "final-recipient of type rfc822 that is not ASCII"),
        ("utf-8; bøb@b.test", "utf-8; bob@b.test", "final-recipient of type utf-8 that is ASCII"),
        ("utf-8; bøb@b.test", r"utf-8; b\x{0A}b@b.test", "is no utf-8 address"),
        ("utf-8; bøb@b.test", r"utf-8; b\x{D800}b@b.test", "is no utf-8 address"),
    ],
)
def test_what_is_wrong_in_utf_8_is_seen(old: str, new: str, fault: str) -> None:
    message = attrs.evolve(MESSAGE, sender=Address("SMTP", "å@a.test"))
    octets = octets_of(reports(settled(NOBODY, to=Address("SMTP", "bøb@b.test")), message))
    found = rfc3464.faults(octets.replace(old.encode(), new.encode(), 1))
    assert (rfc3464.faults(octets), any(fault in one for one in found)) == ([], True)
