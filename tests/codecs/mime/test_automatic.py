"""What programs and lists say of their mail (RFC 3834, RFC 2919, RFC 2369)."""

from __future__ import annotations

import pytest

from msgcore import Message
from msgcore.codecs import mime


@pytest.mark.parametrize(
    "field",
    [
        b"List-Id: <l.a.test>",
        b"List-Post: NO",
        b"List-Unsubscribe: <mailto:l@a.test>",
        b"Auto-Submitted: auto-generated",
        b"auto-submitted:\r\n (a) auto-replied; x=y",
        b"Precedence: Bulk ",
        b"Return-Path: <>",
        b"Return-Path: <MAILER-DAEMON>",
        b"X-Auto-Response-Suppress: OOF, AutoReply",
        b"X-Auto-Response-Suppress: All",
        b"From: Mailer-Daemon@mx.a.test (Mail Delivery System)",
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
    ],
    ids=repr,
)
def test_programs_and_lists_are_known_by_their_header(field: bytes) -> None:
    assert mime.is_automatic(mime.read(b"Subject: hello\r\n" + field + b"\r\n\r\nbody\r\n"))


@pytest.mark.parametrize(
    "octets",
    [
        b"Auto-Submitted: no\r\n\r\n",
        b"Auto-Submitted: No (really)\r\n\r\n",
        b"Auto-Submitted:\r\n\r\n",
        b"Subject: x\r\n\r\nList-Id: <in.the.body>\r\n",
        b"Precedence: first-class\r\n\r\n",
        b"Return-Path: <ann@a.test>\r\n\r\n",
        b"X-Auto-Response-Suppress: DR, OOF\r\n\r\n",
        b"",
        b"\xff" * 1_000,
    ],
    ids=repr,
)
def test_a_person_s_mail_is_not_automatic(octets: bytes) -> None:
    assert not mime.is_automatic(mime.read(octets))


def test_a_composed_message_says_itself_whether_it_is() -> None:
    composed = Message(to="bob@b.test")
    assert not mime.is_automatic(composed)
    composed.add_headers({"Auto-Submitted": "auto-replied"})
    assert mime.is_automatic(composed)
