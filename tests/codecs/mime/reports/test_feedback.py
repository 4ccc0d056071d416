"""Feedback reports: those of the RFCs and of the corpus."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.model.feedback_report import FeedbackReport
from msgcore.model.headers import Header

FAILURES = "report/parsedmarc/failure"
DOMAIN_DE = "DMARC Failure Report for domain.de (mail-from=sharepoint@domain.de, ip=10.10.10.10).eml"
LINKEDIN = FeedbackReport(
    feedback_type="auth-failure",
    user_agent="Lua/1.0",
    version="1.0",
    original_rcpt_to=("recipient@linkedin.com",),
    arrival_date=datetime(2019, 4, 30, 2, 9, tzinfo=UTC),
    source_ip="10.10.10.10",
    authentication_results=("dmarc=fail (p=none; dis=none) header.from=example.com",),
    reported_domain=("example.com",),
    auth_failure="dmarc",
    delivery_result="delivered",
    extensions=(Header("Message-ID", "<01010101010101010101010101010101@ABAB01MS0016.someserver.loc>"),),
    original_message_id="<01010101010101010101010101010101@ABAB01MS0016.someserver.loc>",
    original_subject="Subject line, could be UTF8 encoded",
)
EXPECTED = {
    "bounce/kumomta/rfc5965/1.eml": FeedbackReport(
        feedback_type="abuse",
        user_agent="SomeGenerator/1.0",
        version="1",
        original_message_id="8787KJKJ3K4J3K4J3K4J3.mail@example.net",
        original_subject="Earn money",
    ),
    "bounce/kumomta/rfc5965/2.eml": FeedbackReport(
        feedback_type="abuse",
        user_agent="SomeGenerator/1.0",
        version="1",
        original_mail_from="somespammer@example.net",
        original_rcpt_to=("user@example.com",),
        arrival_date=datetime(2005, 3, 8, 18, 0, tzinfo=UTC),
        reporting_mta="mail.example.com",
        source_ip="192.0.2.1",
        authentication_results=("mail.example.com; spf=fail smtp.mail=somespammer@example.com",),
        reported_domain=("example.net",),
        reported_uri=("http://example.net/earn_money.html", "mailto:user@example.com"),
        extensions=(Header("Removal-Recipient", "user@example.com"),),
        original_message_id="8787KJKJ3K4J3K4J3K4J3.mail@example.net",
        original_subject="Earn money",
    ),
    "bounce/kumomta/rfc5965/3.eml": FeedbackReport(
        feedback_type="abuse",
        user_agent="Yahoo!-Mail-Feedback/2.0",
        version="0.1",
        original_mail_from="test1@example.com",
        original_rcpt_to=("user@example.com",),
        arrival_date=datetime(2023, 12, 14, 16, 16, 15, tzinfo=UTC),
        authentication_results=("authentication result string is not available",),
        reported_domain=("bounce.kumo.example.com",),
        original_subject="test Thu, 14 Dec 2023 16:16:14 +0000",
    ),
    "bounce/kumomta/rfc5965/4.eml": FeedbackReport(
        feedback_type="abuse",
        user_agent="ReturnPathFBL/2.0",
        version="1",
        original_mail_from="foo@bounce.example.com",
        original_rcpt_to=("cb4a01a48251d4765f489076aa81e2a4@comcast.net",),
        arrival_date=datetime(2023, 12, 13, 19, 3, 30, tzinfo=UTC),
        reported_domain=("bounce.example.com",),
        source_ip="x.x.x.x",
        extensions=(
            Header("Source", "Comcast"),
            Header("Abuse-Type", "complaint"),
            Header("Subscription-Link", "https://fbl.returnpath.net/manage/subscriptions/xxxx"),
        ),
        original_subject="test Thu, 14 Dec 2023 16:16:14 +0000",
    ),
    f"{FAILURES}/dmarc_ruf_report_linkedin.eml": LINKEDIN,
    f"{FAILURES}/dmarc_ruf_report_linkedin.crlf.eml": LINKEDIN,
    f"{FAILURES}/{DOMAIN_DE}": FeedbackReport(
        feedback_type="auth-failure",
        user_agent="Lua/1.0",
        version="1.0",
        original_mail_from="sharepoint@domain.de",
        original_rcpt_to=("peter.pan@domain.de",),
        arrival_date=datetime(2018, 10, 1, 9, 20, 27, tzinfo=UTC),
        source_ip="10.10.10.10",
        authentication_results=("dmarc=fail (p=none, dis=none) header.from=domain.de",),
        reported_domain=("domain.de",),
        auth_failure="dmarc",
        delivery_result="smg-policy-action",
        extensions=(Header("Message-ID", "<38.E7.30937.BD6E1BB5@ mailrelay.de>"),),
        original_message_id="<38.E7.30937.BD6E1BB5@ mailrelay.de>",
        original_subject="Subject",
    ),
    # In base64, and in a multipart/mixed.
    f"{FAILURES}/[Netease DMARC Failure Report] Rent Reminder.eml": FeedbackReport(
        feedback_type="auth-failure",
        user_agent="NtesDmarcReporter/1.0",
        version="1",
        original_envelope_id="N8CowEApcUPo6q1bnXlMAA--.44392S3",
        original_mail_from="bounces+1137616-c1ad-xsj399=163.com@email.entrata.com",
        arrival_date=datetime(2018, 9, 28, 8, 48, 42, tzinfo=UTC),
        source_ip="167.89.69.24",
        authentication_results=(
            "163.com; dkim=pass (verify result: all signatures verified) header.d=entrata.com; spf=pass "
            "smtp.mailfrom=bounces+1137616-c1ad-xsj399=163.com@email.entrata.com",
        ),
        reported_domain=("cardinal.com",),
        delivery_result="delivered",
        identity_alignment=("spf", "dkim"),
        dkim_domain="entrata.com",
        original_message_id="<oguVx1AxQayV5Sv2nYK-rA@ismtpd0007p1las1.sendgrid.net>",
        original_subject="Rent Reminder",
    ),
    # In words only.
    f"{FAILURES}/exim_plain_text_only_no_arf_part.eml": FeedbackReport(
        feedback_type="auth-failure",
        arrival_date=datetime(2025, 4, 7, 21, 16, 9, tzinfo=UTC),
        source_ip="203.0.113.68",
        authentication_results=(
            "node04.mailgate.example.net; iprev=fail smtp.remote-ip=203.0.113.68; "
            "spf=softfail smtp.mailfrom=example.com; dmarc=none header.from=example.com",
            "mailgate.example.net; spf=softfail smtp.mailfrom=user@example.com",
        ),
        reported_domain=("example.com",),
        auth_failure="dmarc",
        original_message_id="<134117F8-2145-AECE-9CCA-25FC98731341@example.com>",
        original_subject="Payment from your account.",
    ),
}


def read(fields: bytes) -> FeedbackReport:
    report = mime.read_feedback_report(mime.read(b"Content-Type: message/feedback-report\n\n" + fields))
    assert report is not None
    return report


def test_every_feedback_report_of_the_corpus_has_its_expected_value(corpus: Path) -> None:
    found = sorted(
        str(path.relative_to(corpus))
        for folder in ("bounce/kumomta/rfc5965", FAILURES)
        for path in (corpus / folder).glob("*.eml")
    )

    assert found == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_feedback_report_of_the_corpus_tells_what_stands_in_it(corpus: Path, name: str) -> None:
    assert mime.read_feedback_report(mime.read((corpus / name).read_bytes())) == EXPECTED[name]


def test_a_failed_dkim_signature_is_told_as_rfc_6591_has_it() -> None:
    report = read(
        b"Feedback-Type: Auth-Failure (x)\nAuth-Failure: bodyhash\nDKIM-Domain: example.net\n"
        b"DKIM-Identity: @example.net\nDKIM-Selector: s\nDKIM-Canonicalized-Header: ZnJvbTph\n DQo=\n"
        b"DKIM-Canonicalized-Body: SGkNCg==\n"
        b'SPF-DNS: txt : a.test : "v=spf1 -all"\nSource-Port: 2525\nIncidents: 3\n'
    )

    assert report == FeedbackReport(
        feedback_type="auth-failure",
        auth_failure="bodyhash",
        dkim_domain="example.net",
        dkim_identity="@example.net",
        dkim_selector="s",
        dkim_canonicalized_header=b"from:a\r\n",
        dkim_canonicalized_body=b"Hi\r\n",
        spf_dns=('txt : a.test : "v=spf1 -all"',),
        source_port=2525,
        incidents=3,
    )


@pytest.mark.parametrize("incidents", [b"none", b"-1", b"9" * 5_000, b""])
def test_a_number_of_incidents_that_is_none_counts_as_one(incidents: bytes) -> None:
    assert read(b"Feedback-Type: abuse\nIncidents: " + incidents).incidents == 1


def test_a_message_without_feedback_is_no_feedback_report() -> None:
    assert mime.read_feedback_report(mime.read(b"Subject: Hi\n\nFeedback-Type: abuse\n")) is None


@given(st.binary(max_size=300))
def test_no_octets_make_the_reader_raise(fields: bytes) -> None:
    assert read(fields).incidents >= 1
