"""Delivery reports, written and read."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import EnhancedStatus
from msgcore.base.text import one_line
from msgcore.codecs import mime
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model import Address, DeliveryReport
from msgcore.model.report import ReportAction, ReportedRecipient
from msgcore.testing.strategies import header_texts, smtp_addresses

EPOCH = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ORIGINAL = b"From: ann@a.test\nSubject: Hi =?utf-8?q?=C3=A5?=\nMessage-ID: <1@a.test>\n\nbody\n"
BOB = ReportedRecipient(
    Address("SMTP", "bob@b.test"), ReportAction.FAILED, EnhancedStatus(5, 1, 1), "550 5.1.1 no such user", "mx.b.test"
)
REPORT = DeliveryReport("mta.a.test", (BOB,), "<1@a.test>", "Hi å", datetime(2026, 1, 2, tzinfo=UTC), "env-1")
ANN = Address("SMTP", "ann@a.test", "Ann")


def write(report: DeliveryReport = REPORT, original: bytes | None = ORIGINAL, **options: object) -> bytes:
    return mime.write_delivery_report(
        report,
        to=ANN,
        from_=Address("SMTP", "postmaster@a.test", "Mail system"),
        original=original,
        message_id="<r@a.test>",
        date=EPOCH,
        **options,  # type: ignore[arg-type]  # the two options of the writer
    )


def test_a_report_reads_back() -> None:
    assert mime.read_delivery_report(mime.read(write())) == REPORT


recipients = st.builds(
    ReportedRecipient,
    smtp_addresses() | st.builds(Address, st.sampled_from(["FAX", "X400", "MS"]), st.just("A/B 1")),
    st.sampled_from(ReportAction),
    st.builds(EnhancedStatus, st.sampled_from([2, 4, 5]), st.integers(0, 999), st.integers(0, 999)),
)


@given(st.lists(recipients, min_size=1, max_size=4))
def test_addresses_actions_and_statuses_of_every_kind_read_back(recipients: list[ReportedRecipient]) -> None:
    report = attrs.evolve(REPORT, recipients=tuple(recipients))

    assert mime.read_delivery_report(mime.read(write(report))) == report


def test_spaces_in_a_quoted_local_part_are_all_kept() -> None:
    spaced = ReportedRecipient(Address("SMTP", '"a  b "@a.test'), ReportAction.FAILED, EnhancedStatus(5, 1, 1))
    report = attrs.evolve(REPORT, recipients=(spaced,))

    assert mime.read_delivery_report(mime.read(write(report))) == report


@given(st.text(max_size=200), header_texts(), st.text(max_size=100))
def test_hostile_text_stays_in_its_field(diagnostic: str, address: str, mta: str) -> None:
    hostile = ReportedRecipient(
        Address("SMTP", address or "x"), ReportAction.FAILED, EnhancedStatus(5, 0, 0), diagnostic, mta
    )
    octets = write(attrs.evolve(REPORT, recipients=(hostile, BOB), reporting_mta=mta, original_subject=diagnostic))
    report = mime.read_delivery_report(mime.read(octets))

    assert octets.isascii()
    assert report is not None and [r.status for r in report.recipients] == [
        EnhancedStatus(5, 0, 0),
        EnhancedStatus(5, 1, 1),
    ]


def test_the_report_has_the_three_parts_of_rfc_3464() -> None:
    assert [child.media_type for child in parse(write()).children] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]


def test_the_delivery_status_looks_like_that_of_rfc_3464() -> None:
    assert parse(write()).children[1].content.decode() == (
        "Reporting-MTA: dns; mta.a.test\r\n"
        "Original-Envelope-Id: env-1\r\n"
        "Arrival-Date: Fri, 02 Jan 2026 00:00:00 +0000\r\n"
        "\r\n"
        "Final-Recipient: rfc822; bob@b.test\r\n"
        "Action: failed\r\n"
        "Status: 5.1.1\r\n"
        "Remote-MTA: dns; mx.b.test\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
    )


def test_a_person_can_read_why() -> None:
    text = mime.read(write()).text or ""

    assert "bob@b.test" in text and "550 5.1.1 no such user" in text and "could not be delivered" in text


def test_the_whole_message_goes_back_on_wish() -> None:
    message = mime.read(write(return_full=True)).attachments[-1].message

    assert message is not None and message.text == "body\n"


def test_a_message_over_the_limit_goes_back_as_its_header() -> None:
    octets = write(original=ORIGINAL + b"x" * 60_000, return_full=True)

    assert parse(octets).children[2].media_type == "text/rfc822-headers" and len(octets) < 5_000


def test_a_header_over_the_limit_is_cut_between_fields() -> None:
    octets = write(original=b"A: 1\r\n" * 20_000 + b"\r\n", max_original_octets=600)

    assert parse(octets).children[2].content == b"A: 1\r\n" * 100


def test_without_the_original_there_are_two_parts() -> None:
    assert len(parse(write(original=None)).children) == 2


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        (ReportAction.FAILED, "Undeliverable: Hi å"),
        (ReportAction.DELAYED, "Delayed: Hi å"),
        (ReportAction.DELIVERED, "Delivered: Hi å"),
    ],
)
def test_the_subject_says_what_happened(action: ReportAction, subject: str) -> None:
    report = attrs.evolve(REPORT, recipients=(attrs.evolve(BOB, action=action),))

    assert mime.read(write(report)).subject == subject


def test_a_report_cannot_start_a_loop() -> None:
    assert mime.read(write()).headers.get("Auto-Submitted") == "auto-replied"


def test_a_report_belongs_to_its_message() -> None:
    assert mime.read(write()).headers.get("In-Reply-To") == "<1@a.test>"


def test_a_report_has_the_class_of_one() -> None:
    assert mime.read(write()).message_class == "REPORT.IPM.Note.NDR"


def test_an_address_that_is_not_ascii_is_escaped_in_the_report() -> None:
    foreign = attrs.evolve(BOB, address=Address("SMTP", "bjørn@b.test"))
    octets = write(attrs.evolve(REPORT, recipients=(foreign,)))

    assert b"Final-Recipient: utf-8; bj\\x{F8}rn@b.test\r\n" in octets


@pytest.mark.parametrize(
    ("fields", "action", "status"),
    [
        (b"Action: failed\nStatus: 5.1.1 (bad mailbox)", ReportAction.FAILED, "5.1.1"),
        (b"Action: FAILED (x)\n", ReportAction.FAILED, "5.0.0"),
        (b"Status: 4.4.1\n", ReportAction.DELAYED, "4.4.1"),
        (b"Diagnostic-Code: smtp; 550 no", ReportAction.FAILED, "5.0.0"),
        (b"Diagnostic-Code: smtp; 451 4.7.0 later", ReportAction.DELAYED, "4.7.0"),
        (b"Status: nonsense\nAction: nonsense", ReportAction.FAILED, "5.0.0"),
        (b"Action: delivered", ReportAction.DELIVERED, "2.0.0"),
    ],
)
def test_what_is_missing_follows_from_the_rest(fields: bytes, action: ReportAction, status: str) -> None:
    octets = (
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: rfc822; <a@b>\n" + fields
    )
    report = mime.read_delivery_report(mime.read(octets))

    assert report is not None
    (recipient,) = report.recipients
    assert (recipient.address.email_address, recipient.action, str(recipient.status)) == ("a@b", action, status)


def test_a_message_without_a_delivery_status_carries_no_report() -> None:
    assert mime.read_delivery_report(mime.read(ORIGINAL)) is None


def test_a_report_inside_an_attached_message_is_not_this_messages_report() -> None:
    assert mime.read_delivery_report(mime.read(b"Content-Type: message/rfc822\r\n\r\n" + write())) is None


# Fields of RFC 3464


def texts(most: int = 120) -> st.SearchStrategy[str]:
    """Texts as a report can hold them: on one line, and no longer than it keeps."""
    return st.text(max_size=most).map(one_line)


moments = st.none() | st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
full_recipients = st.builds(
    ReportedRecipient,
    smtp_addresses() | st.builds(Address, st.sampled_from(["FAX", "X400", "MS"]), texts().filter(bool), texts()),
    st.sampled_from(ReportAction),
    st.builds(EnhancedStatus, st.sampled_from([2, 4, 5]), st.integers(0, 999), st.integers(0, 999)),
    texts(400),
    st.from_regex(r"([a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?)?", fullmatch=True),
    st.just("") | smtp_addresses().map(lambda address: address.email_address),
    st.just("smtp"),
    moments,
    moments,
    texts(),
    texts(),
)
reports = st.builds(
    DeliveryReport,
    texts().filter(bool),
    st.lists(full_recipients, min_size=1, max_size=3).map(tuple),
    st.just("<1@a.test>"),
    st.just("Hi å"),
    moments,
    texts(100),
    texts(),
    texts(),
)


@given(reports)
def test_every_field_of_a_report_reads_back(report: DeliveryReport) -> None:
    assert mime.read_delivery_report(mime.read(write(report))) == report


@given(full_recipients)
def test_the_display_name_reads_back(recipient: ReportedRecipient) -> None:
    report = mime.read_delivery_report(mime.read(write(attrs.evolve(REPORT, recipients=(recipient,)))))

    assert report is not None
    name, address = recipient.address.display_name, recipient.address.email_address
    assert report.recipients[0].address.display_name == ("" if name == address else one_line(name))


def test_a_diagnostic_of_another_protocol_keeps_its_type() -> None:
    report = attrs.evolve(REPORT, recipients=(attrs.evolve(BOB, diagnostic_type="x-unix"),))

    assert b"Diagnostic-Code: x-unix; 550 5.1.1 no such user\r\n" in write(report)
    assert mime.read_delivery_report(mime.read(write(report))) == report


def status_of(*fields: bytes, message: bytes = b"Reporting-MTA: dns; a") -> DeliveryReport:
    octets = b"Content-Type: message/delivery-status\n\n" + message + b"\n\n" + b"\n".join(fields)
    report = mime.read_delivery_report(mime.read(octets))
    assert report is not None
    return report


@pytest.mark.parametrize(
    ("field", "address"),
    [
        (rb"Final-Recipient: rfc822; <bob@b.test>", "bob@b.test"),
        (rb"Final-Recipient: rfc822; bob@b.test (Bob)", "bob@b.test"),
        (rb"Final-Recipient: rfc822; <bob@b.test> (Bob Berg)", "bob@b.test"),
        (rb'Final-Recipient: rfc822; "bob (b)"@b.test', '"bob (b)"@b.test'),
        (rb'Final-Recipient: rfc822; "\x{41}"@b.test', r'"\x{41}"@b.test'),
        (rb"Final-Recipient: utf-8; b\x{F8}b\x{2B}1@b.test", "bøb+1@b.test"),
        (rb"Final-Recipient: utf-8; b\x{0A}b@b.test", r"b\x{0A}b@b.test"),
        (rb"Final-Recipient: rfc822; =?utf-8?q?eve?=@b.test", "=?utf-8?q?eve?=@b.test"),
        (rb"Final-Recipient: bob@b.test", "bob@b.test"),
        ("Final-Recipient: utf-8; bøb@b.test".encode(), "bøb@b.test"),
    ],
)
def test_only_utf_8_addresses_have_escapes_and_none_comes_from_an_encoded_word(field: bytes, address: str) -> None:
    assert status_of(field).recipients[0].address == Address("SMTP", address)


def test_a_backslash_in_an_address_that_is_not_ascii_is_escaped() -> None:
    address = Address("SMTP", '"\\\\ø\\x{41}"@b.test')
    octets = write(attrs.evolve(REPORT, recipients=(attrs.evolve(BOB, address=address),)))

    assert b'utf-8; "\\x{5C}\\x{5C}\\x{F8}\\x{5C}x{41}"@b.test\r\n' in octets


@pytest.mark.parametrize(
    ("field", "envelope_id"),
    [
        (b"QQ314159", "QQ314159"),
        (b"a+3Db+20c", "a=b c"),
        (b"a+b", "a+b"),
        (b"a+0Ab", "a+0Ab"),
        (b"a +3D", "a +3D"),
    ],
)
def test_the_xtext_that_a_server_left_in_an_envelope_id_is_decoded(field: bytes, envelope_id: str) -> None:
    message = b"Reporting-MTA: dns; a\nOriginal-Envelope-Id: " + field

    assert status_of(b"Final-Recipient: rfc822; a@b", message=message).envelope_id == envelope_id


def test_an_envelope_id_that_looks_like_xtext_goes_out_as_xtext() -> None:
    assert b"Original-Envelope-Id: a+2B3Db\r\n" in write(attrs.evolve(REPORT, envelope_id="a+3Db"))


def test_the_worst_action_sets_the_class() -> None:
    relayed = attrs.evolve(BOB, action=ReportAction.RELAYED)
    delivered = attrs.evolve(BOB, action=ReportAction.DELIVERED)

    assert attrs.evolve(REPORT, recipients=(delivered, relayed)).message_class == "REPORT.IPM.Note.Relayed.DR"


def test_a_report_without_report_type_has_the_class_that_its_parts_give() -> None:
    octets = write().replace(b"report-type=delivery-status;\r\n ", b"")

    assert mime.read(octets).message_class == "REPORT.IPM.Note.NDR"


def test_a_bounce_in_words_is_read_where_there_is_no_delivery_status() -> None:
    octets = (
        b"From: MAILER-DAEMON@b.test\nSubject: failure notice\n\n"
        b"Hi. This is the qmail-send program at b.test.\nI'm afraid I wasn't able to deliver your message to the"
        b" following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        b"<bob@b.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        b"--- Below this line is a copy of the message.\n\nMessage-ID: <1@a.test>\n\nHi\n"
    )
    report = mime.read_delivery_report(mime.read(octets))

    assert report is not None
    assert [str(recipient.address) for recipient in report.recipients] == ["bob@b.test"]


@pytest.mark.parametrize(
    ("field", "host"),
    [
        (b"dns; mx.example.jp (TCP|192.0.2.1|25)", "mx.example.jp"),
        (b"dns; mx.example.jp. (192.0.2.1, the server)", "mx.example.jp"),
        (b"dns; mx.example.jp", "mx.example.jp"),
    ],
)
def test_the_remote_mta_is_its_name_alone(field: bytes, host: str) -> None:
    status = b"Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\nRemote-MTA: " + field + b"\n"
    report = mime.read_delivery_report(mime.read(b"Content-Type: message/delivery-status\n\n" + status))

    assert report is not None
    assert report.recipients[0].remote_mta == host


@pytest.mark.parametrize(
    ("recipient", "address"),
    [
        (b"rfc822; x@mopera.test>", "x@mopera.test"),
        (b"rfc822; <x@mopera.test>", "x@mopera.test"),
        (b"rfc822; @relay.test:x@mopera.test", "x@mopera.test"),
    ],
)
def test_an_address_comes_without_brackets_and_route(recipient: bytes, address: str) -> None:
    status = b"Final-Recipient: " + recipient + b"\nAction: failed\nStatus: 5.1.1\n"
    report = mime.read_delivery_report(mime.read(b"Content-Type: message/delivery-status\n\n" + status))

    assert report is not None
    assert report.recipients[0].address.email_address == address


def test_a_status_that_says_nothing_gives_way_to_the_diagnostic() -> None:
    status = (
        b"Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.2 full\n"
    )
    report = mime.read_delivery_report(mime.read(b"Content-Type: message/delivery-status\n\n" + status))

    assert report is not None
    assert str(report.recipients[0].status) == "5.2.2"
