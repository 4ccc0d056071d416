"""What is read of a bounce beside its recipients, what is no bounce, and what no input can do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import EnhancedStatus
from msgcore.codecs.mime.reports.bounces import read_bounce
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model.report import DeliveryReport, ReportAction
from tests.codecs.mime.reports.bounces.samples import SAMPLES

QMAIL = (
    "From: MAILER-DAEMON@mx.a.test\nSubject: failure notice\n\n"
    "Hi. This is the qmail-send program at mx.a.test.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
    "<bob@b.test>:\n192.0.2.1 does not like recipient.\nRemote host said: {reply}\nGiving up on 192.0.2.1.\n\n"
    "--- Below this line is a copy of the message.\n\n{original}"
)
ORIGINAL = "Return-Path: <ann@a.test>\nMessage-ID: <1@a.test>\nSubject: =?utf-8?q?Hej_=C3=A5?=\n\nbody\n"


def read(text: str) -> DeliveryReport:
    report = read_bounce(parse(text.encode()))
    assert report is not None
    return report


def status_of(reply: str) -> str:
    return str(read(QMAIL.format(reply=reply, original=ORIGINAL)).recipients[0].status)


def test_the_server_that_gave_up_is_named() -> None:
    assert read(QMAIL.format(reply="550 no", original="")).reporting_mta == "mx.a.test"


def test_the_server_that_said_no_is_named() -> None:
    assert read(QMAIL.format(reply="550 no", original="")).recipients[0].remote_mta == "192.0.2.1"


@pytest.mark.parametrize(("said", "kind"), [("550 no", "smtp"), ("no such user", "x-notice")])
def test_a_diagnostic_is_of_smtp_when_it_is_a_reply(said: str, kind: str) -> None:
    assert read(QMAIL.format(reply=said, original="")).recipients[0].diagnostic_type == kind


def test_the_subject_of_the_original_is_decoded() -> None:
    assert read(QMAIL.format(reply="550 no", original=ORIGINAL)).original_subject == "Hej å"


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("550 5.1.1 mailbox full", "5.1.1"),
        ("550 sorry, no mailbox here by that name (#5.1.1)", "5.1.1"),
        ("552 mailbox full", "5.2.2"),
        ("450 mailbox full", "4.2.2"),
        ("550 we do not like you", "5.0.0"),
        ("450 we do not like you", "4.0.0"),
        ("mailbox full", "5.2.2"),
        ("mailbox full, temporarily", "4.2.2"),
        ("connection timed out", "4.4.1"),
        ("550 connection timed out", "5.4.1"),
        ("we do not like you", "5.0.0"),
        ("no luck after 450 attempts in 250 hours", "5.0.0"),
        ("550 see 5.1.1.3 or version 4.5.3.4", "5.0.0"),
    ],
)
def test_the_status_is_the_stated_one_else_what_the_words_and_the_code_mean(reply: str, status: str) -> None:
    assert status_of(reply) == status


STATED = (
    "From: postmaster@a.test\nSubject: Delayed mail\n\nSorry.\n\n"
    "Reporting-MTA: dns; mx.a.test\nOriginal-Envelope-Id: env-1\nArrival-Date: Fri, 2 Jan 2026 00:00:00 +0000\n\n"
    "Action: failed\nStatus: 5.0.0\nFinal-Recipient: rfc822; bob@b.test\n"
    "Diagnostic-Code: smtp; 550 5.7.1 no\n\nAction: delayed\nStatus: 4.4.1\nFinal-Recipient: rfc822; carl@c.test\n\n"
    "Received: from a.test\nMessage-ID: <1@a.test>\nSubject: Hi\n\nbody\n"
)


def test_fields_of_a_delivery_status_in_the_text_count() -> None:
    told = [(one.address.email_address, one.action, str(one.status)) for one in read(STATED).recipients]

    assert told == [
        ("bob@b.test", ReportAction.FAILED, "5.7.1"),
        ("carl@c.test", ReportAction.DELAYED, "4.4.1"),
    ]


def test_the_envelope_id_in_the_text_is_read() -> None:
    assert read(STATED).envelope_id == "env-1"


def test_the_original_behind_the_fields_in_the_text_is_found() -> None:
    assert read(STATED).original_message_id == "<1@a.test>"


def test_a_bounce_of_a_bounce_is_about_the_outer_recipient() -> None:
    """The fields of a delivery status that stand in the original belong to that."""
    inner = "Return-Path: <>\nSubject: Undeliverable\n\nFinal-Recipient: rfc822; zoe@z.test\nAction: failed\n\n"

    report = read(QMAIL.format(reply="550 no", original=inner))

    assert [one.address.email_address for one in report.recipients] == ["bob@b.test"]


def test_html_is_read_where_there_is_no_plain_text() -> None:
    text = (
        "From: postmaster@a.test\nSubject: Undeliverable\nContent-Type: text/html\n\n"
        "<p>Your message could not be delivered to:</p><p>bob@b.test</p><p>&lt;bob@b.test&gt;: 550 No such user</p>"
    )

    assert read(text).recipients[0].status == EnhancedStatus(5, 1, 1)


def test_a_recipient_named_twice_counts_once() -> None:
    text = "From: postmaster@a.test\nSubject: Undeliverable\n\n<Bob@b.test>: no such user\n<bob@B.TEST>: no such user\n"

    assert len(read(text).recipients) == 1


NOT_BOUNCES = {
    "an absence": (
        "Return-Path: <>\nFrom: bob@b.test\nSubject: Out of office: Hi\n\nI cannot be reached at <bob@b.test>.\n"
    ),
    "an absence with the subject of a bounce": (
        "Return-Path: <>\nFrom: bob@b.test\nSubject: Re: Undeliverable mail\n\n<bob@b.test>: mailbox full of joy\n"
    ),
    "an absence, said by the mail system": (
        "Return-Path: <>\nFrom: postmaster@b.test\nSubject: Automatic reply: Returned mail\n\n<bob@b.test>: away\n"
    ),
    "an answer by a machine": (
        "Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: Shop <help@b.test>\nSubject: Delivery problem\n\n"
        "We could not deliver your parcel to <ann@a.test>.\n"
    ),
    "a read receipt": (
        "Return-Path: <>\nFrom: postmaster@b.test\nSubject: Not read: undeliverable\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        "--b\n\n<bob@b.test>: deleted\n--b--\n"
    ),
    "a complaint": (
        "From: postmaster@b.test\nSubject: mail delivery failed\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\n\n<bob@b.test>: spam\n--b--\n"
    ),
    "a letter of the postmaster": (
        "From: postmaster@b.test\nSubject: Mail delivery fails on Sunday\n\nNo mail on Sunday. Ask <bob@b.test> why.\n"
    ),
    "a digest": (
        "Return-Path: <>\nFrom: postmaster@b.test\nSubject: Quarantine report\n\n<bob@b.test>\n<carl@c.test>\n"
    ),
    "nothing": "",
}


@pytest.mark.parametrize("text", NOT_BOUNCES.values(), ids=NOT_BOUNCES)
def test_what_is_no_bounce_gives_nothing(text: str) -> None:
    assert read_bounce(parse(text.encode())) is None


texts = st.lists(
    st.sampled_from(
        [
            "<bob@b.test>",
            "bob@b.test",
            ":",
            "\n",
            "\n\n",
            " ",
            "550",
            "5.1.1",
            "(",
            "[",
            '"',
            "@",
            "\0",
            "é",
            "--- ",
            "unknown",
        ]
        + [line for sample in SAMPLES for line in sample.text.splitlines(keepends=True)]
    ),
    max_size=40,
).map("".join)


@given(st.sampled_from(SAMPLES), texts)
def test_no_text_raises_and_every_recipient_has_an_address(sample: object, text: str) -> None:
    octets = b"From: MAILER-DAEMON@a.test\nSubject: Undeliverable\nX-Mailer: SMTP32 Zoho m-FILTER\n\n" + text.encode()

    report = read_bounce(parse(octets))

    assert report is None or all("@" in one.address.email_address for one in report.recipients)


@given(st.binary(max_size=300))
def test_no_octets_raise(octets: bytes) -> None:
    report = read_bounce(parse(b"Return-Path: <>\nSubject: Undeliverable\n" + octets))

    assert report is None or report.recipients
