"""Read and non-read reports, written and read."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import one_line
from msgcore.codecs import mime
from msgcore.codecs.mime.tree.entity import parse
from msgcore.errors import InjectionRefused
from msgcore.model.address import Address
from msgcore.model.read_report import ActionMode, DispositionType, ReadReport, SendingMode
from msgcore.testing.strategies import smtp_addresses

DATE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ORIGINAL = b"From: ann@a.test\nSubject: Hi =?utf-8?q?=C3=A5?=\nMessage-ID: <1@a.test>\n\nbody\n"
BOB = Address("SMTP", "bob@b.test")
REPORT = ReadReport(BOB, DispositionType.DISPLAYED, "<1@a.test>", "Hi å")


def write(report: ReadReport = REPORT, *, original: bytes | None = ORIGINAL, message_id: str = "<r@b.test>") -> bytes:
    return mime.write_read_report(
        report, to=Address("SMTP", "ann@a.test"), from_=BOB, original=original, message_id=message_id, date=DATE
    )


SPACED = ("MANUAL", "AUTOMATIC", "DISPLAYED", ("error", "warning"))


def read(fields: bytes) -> ReadReport:
    report = mime.read_read_report(mime.read(b"Content-Type: message/disposition-notification\n\n" + fields))
    assert report is not None
    return report


def texts() -> st.SearchStrategy[str]:
    return st.text(max_size=80).map(one_line)


words = st.from_regex(r"[a-z][a-z0-9-]{0,15}", fullmatch=True)
reports = st.builds(
    ReadReport,
    final_recipient=smtp_addresses() | st.builds(Address, st.sampled_from(["FAX", "X400"]), texts().filter(bool)),
    disposition_type=st.sampled_from(DispositionType),
    original_message_id=st.sampled_from(["<1@a.test>", "<other@c.test>"]),
    original_subject=st.just("Hi å"),
    original_recipient=st.none() | smtp_addresses(),
    action_mode=st.sampled_from(ActionMode),
    sending_mode=st.sampled_from(SendingMode),
    modifiers=st.lists(words, unique=True, max_size=3).map(tuple),
    reporting_ua=texts(),
    mdn_gateway=texts(),
    errors=st.lists(texts().filter(bool), max_size=2).map(tuple),
    failures=st.lists(texts().filter(bool), max_size=2).map(tuple),
    warnings=st.lists(texts().filter(bool), max_size=2).map(tuple),
    correlation_key=st.binary(max_size=300),
)


@given(reports)
def test_every_field_reads_back(report: ReadReport) -> None:
    assert mime.read_read_report(mime.read(write(report))) == report


@given(reports)
def test_the_message_has_the_class_of_its_report(report: ReadReport) -> None:
    assert mime.read(write(report)).message_class == report.message_class


@given(reports)
def test_the_notification_is_ascii_on_short_lines(report: ReadReport) -> None:
    notification = parse(write(report)).children[1].content

    assert notification.isascii() and max(map(len, notification.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("disposition", "message_class"),
    [
        (DispositionType.DISPLAYED, "REPORT.IPM.Note.IPNRN"),
        (DispositionType.DISPATCHED, "REPORT.IPM.Note.IPNRN"),
        (DispositionType.PROCESSED, "REPORT.IPM.Note.IPNRN"),
        (DispositionType.DELETED, "REPORT.IPM.Note.IPNNRN"),
        (DispositionType.DENIED, "REPORT.IPM.Note.IPNNRN"),
        (DispositionType.FAILED, "REPORT.IPM.Note.IPNNRN"),
        (DispositionType.UNKNOWN, "REPORT.IPM.Note.IPNNRN"),
    ],
)
def test_the_disposition_sets_the_class(disposition: DispositionType, message_class: str) -> None:
    assert attrs.evolve(REPORT, disposition_type=disposition).message_class == message_class


def test_the_report_has_the_three_parts_of_rfc_8098() -> None:
    assert [child.media_type for child in parse(write()).children] == [
        "text/plain",
        "message/disposition-notification",
        "text/rfc822-headers",
    ]


def test_the_notification_looks_like_that_of_rfc_8098() -> None:
    report = attrs.evolve(REPORT, reporting_ua="joes-pc; Foomail 97.1", modifiers=("error",), errors=("It broke.",))

    assert parse(write(report)).children[1].content.decode() == (
        "Reporting-UA: joes-pc; Foomail 97.1\r\n"
        "Final-Recipient: rfc822; bob@b.test\r\n"
        "Original-Message-ID: <1@a.test>\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed/error\r\n"
        "Error: It broke.\r\n"
    )


def test_a_person_can_read_what_happened() -> None:
    text = (mime.read(write()).text or "").replace("\r\n", "\n")

    assert text.rstrip("\n") == (
        "Your message to bob@b.test\n\n  Subject: Hi å\n\n"
        "was displayed. This is no guarantee that it was read or understood."
    )


def test_the_body_of_the_original_does_not_go_back() -> None:
    assert parse(write()).children[2].content.endswith(b"Message-ID: <1@a.test>\r\n")


def test_no_program_answers_a_report() -> None:
    assert mime.read(write()).headers.get("Auto-Submitted") == "auto-replied"


def test_a_report_belongs_to_its_message() -> None:
    assert mime.read(write()).headers.get("References") == "<1@a.test>"


@pytest.mark.parametrize(
    ("disposition", "subject"),
    [(DispositionType.DISPLAYED, "Read: Hi å"), (DispositionType.DELETED, "Not read: Hi å")],
)
def test_the_subject_says_whether_it_was_read(disposition: DispositionType, subject: str) -> None:
    assert mime.read(write(attrs.evolve(REPORT, disposition_type=disposition))).subject == subject


def test_a_message_id_cannot_start_a_field() -> None:
    with pytest.raises(InjectionRefused):
        write(message_id="<a>\r\nBcc: eve@e.test")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"manual-action/MDN-sent-manually; displayed", ("MANUAL", "MANUAL", "DISPLAYED", ())),
        (b"automatic-action/MDN-sent-automatically;deleted", ("AUTOMATIC", "AUTOMATIC", "DELETED", ())),
        (b"Manual-Action / mdn-sent-Automatically ; Displayed / Error, Warning", SPACED),
        (b"manual-action/MDN-sent-manually (a;b); displayed (c)", ("MANUAL", "MANUAL", "DISPLAYED", ())),
        (b"automatic-action/MDN-sent-manually;\n processed", ("AUTOMATIC", "MANUAL", "PROCESSED", ())),
        (b"displayed", ("MANUAL", "MANUAL", "DISPLAYED", ())),
        (b"automatic-action/MDN-sent-manually; eaten", ("AUTOMATIC", "MANUAL", "UNKNOWN", ())),
        (b"", ("MANUAL", "MANUAL", "UNKNOWN", ())),
    ],
)
def test_dispositions_are_read_as_they_are_written(
    field: bytes, expected: tuple[str, str, str, tuple[str, ...]]
) -> None:
    report = read(b"Final-Recipient: rfc822;a@b\nDisposition: " + field)

    found = (report.action_mode.name, report.sending_mode.name, report.disposition_type.name, report.modifiers)
    assert found == expected


def test_a_notification_without_fields_reads_as_one_that_says_nothing() -> None:
    assert read(b"") == ReadReport(Address("", ""), DispositionType.UNKNOWN)


def test_the_id_of_the_original_is_taken_from_its_header_where_the_report_does_not_say_it() -> None:
    octets = write(attrs.evolve(REPORT, original_message_id=None))

    assert mime.read_read_report(mime.read(octets)) == REPORT


def test_a_message_without_a_notification_is_no_report() -> None:
    assert mime.read_read_report(mime.read(ORIGINAL)) is None


def test_a_report_inside_an_attached_message_is_not_this_messages_report() -> None:
    assert mime.read_read_report(mime.read(b"Content-Type: message/rfc822\r\n\r\n" + write())) is None


@given(st.binary(max_size=300))
def test_no_octets_make_the_reader_raise(fields: bytes) -> None:
    octets = b"Content-Type: message/disposition-notification\r\n\r\n" + fields

    assert mime.read_read_report(mime.read(octets)) is not None
