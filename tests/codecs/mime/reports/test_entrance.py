"""One entrance to all reports, and the properties of those that MAPI knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given

from msgcore.codecs import mime
from msgcore.codecs.mime.reports.properties import REPORT_PROPERTIES, report_value
from msgcore.codecs.mime.tree.entity import parse
from msgcore.errors import UsageError
from msgcore.model import DeliveryReport, Message
from msgcore.model.aggregate_report import AggregateReport
from msgcore.model.feedback_report import FeedbackReport
from msgcore.model.read_report import DispositionType, ReadReport
from msgcore.model.tls_report import TlsReport
from msgcore.props.table import (
    PidTagOriginalDeliveryTime,
    PidTagOriginalDisplayCc,
    PidTagOriginalDisplayTo,
    PidTagOriginalMessageId,
    PidTagOriginalSubject,
    PidTagOriginalSubmitTime,
    PidTagParentKey,
    PidTagReceiptTime,
    PidTagReportDisposition,
    PidTagReportDispositionMode,
    PidTagReportingMessageTransferAgent,
    PidTagReportText,
    PidTagReportTime,
    PidTagSubject,
)
from msgcore.testing.strategies import mail_octets
from tests.codecs.mime.reports import test_delivery, test_read_report

READERS: tuple[Callable[[Any], object], ...] = (
    mime.read_report,
    mime.read_delivery_report,
    mime.read_read_report,
    mime.read_feedback_report,
    mime.is_automatic,
    mime.receipt_decision,
    mime.receipt_recipients,
)

SENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ORIGINAL = (
    b"From: ann@a.test\nTo: Bob Berg <bob@b.test>, carol@c.test\nCc: dave@d.test\nSubject: Hi\n"
    b"Date: Thu, 1 Jan 2026 10:00:00 +0100\nMessage-ID: <1@a.test>\n\nbody\n"
)


# The entrance


@pytest.mark.parametrize(
    ("folder", "pattern", "kind"),
    [
        ("bounce/kumomta/rfc3464", "*.eml", DeliveryReport),
        ("bounce/kumomta/rfc5965", "*.eml", FeedbackReport),
        ("report/parsedmarc/failure", "*.eml", FeedbackReport),
        ("report/parsedmarc/aggregate", "*.eml", AggregateReport),
        ("report/parsedmarc/smtp_tls", "*.eml", TlsReport),
    ],
)
def test_every_message_of_the_corpus_is_a_report_of_its_kind(
    corpus: Path, folder: str, pattern: str, kind: type
) -> None:
    kinds = {type(mime.read_report(mime.read(path.read_bytes()))) for path in (corpus / folder).glob(pattern)}

    assert kinds == {kind}


def test_a_written_delivery_report_is_one() -> None:
    assert mime.read_report(mime.read(test_delivery.write())) == test_delivery.REPORT


def test_a_written_read_report_is_one() -> None:
    assert mime.read_report(mime.read(test_read_report.write())) == test_read_report.REPORT


@pytest.mark.parametrize("folder", ["bounce/sisimai-a/not", "mime/stalwart-mail-parser/eml/rfc"])
def test_other_messages_are_no_reports(corpus: Path, folder: str) -> None:
    paths = [path for path in (corpus / folder).iterdir() if path.suffix == ".eml"]
    reports = [path.name for path in paths if mime.read_report(mime.read(path.read_bytes())) is not None]

    assert (bool(paths), reports) == (True, [])


def test_a_composed_message_is_no_report() -> None:
    assert mime.read_report(Message(to=["bob@b.test"], text="Hi")) is None


@given(mail_octets())
def test_no_message_makes_the_entrance_raise(octets: bytes) -> None:
    report = mime.read_report(mime.read(octets))

    assert report is None or isinstance(report, mime.Report)


# Properties

DELIVERY = test_delivery.write(original=ORIGINAL)
READ = test_read_report.write(
    ReadReport(test_read_report.BOB, DispositionType.DELETED, "<1@a.test>", correlation_key=b"\0key"),
    original=ORIGINAL,
)
OF_DELIVERY = {
    PidTagReportTime: SENT,
    PidTagOriginalSubject: "Hi",
    PidTagOriginalSubmitTime: datetime(2026, 1, 1, 9, tzinfo=UTC),
    PidTagOriginalMessageId: "<1@a.test>",
    PidTagOriginalDisplayTo: "Bob Berg; carol@c.test",
    PidTagOriginalDisplayCc: "dave@d.test",
    PidTagReportingMessageTransferAgent: "dns; mta.a.test",
}
OF_READ = {
    PidTagReportTime: SENT,
    PidTagOriginalSubject: "Hi",
    PidTagOriginalSubmitTime: datetime(2026, 1, 1, 9, tzinfo=UTC),
    PidTagOriginalMessageId: "<1@a.test>",
    PidTagOriginalDisplayTo: "bob@b.test",
    PidTagOriginalDisplayCc: "dave@d.test",
    PidTagReportText: "manual-action/MDN-sent-manually; deleted",
    PidTagReportDisposition: "deleted",
    PidTagReportDispositionMode: "manual-action/MDN-sent-manually",
    PidTagReceiptTime: SENT,
    PidTagOriginalDeliveryTime: SENT,
    PidTagParentKey: b"\0key",
}


@pytest.mark.parametrize(
    ("octets", "expected"),
    [(DELIVERY, OF_DELIVERY), (READ, OF_READ), (ORIGINAL, {})],
    ids=["delivery", "read", "other"],
)
def test_a_report_has_the_properties_of_its_kind(octets: bytes, expected: dict[object, object]) -> None:
    root = parse(octets)
    values = {tag: report_value(root, tag.bag_key) for tag in REPORT_PROPERTIES}

    assert {tag: value for tag, value in values.items() if value is not None} == expected


def test_other_properties_are_not_answered() -> None:
    assert report_value(parse(DELIVERY), PidTagSubject.bag_key) is None


@given(mail_octets())
def test_no_message_makes_a_property_raise(octets: bytes) -> None:
    root = parse(
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n" + octets
    )

    values = {tag: report_value(root, tag.bag_key) for tag in REPORT_PROPERTIES}

    # The report itself has no Date.
    assert values[PidTagReportTime] is None


@pytest.mark.parametrize("reader", READERS)
def test_octets_are_to_be_read_first(reader: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match=r"need a Message, got bytes; msgcore\.read_message"):
        reader(b"From: ann@a.test\r\n\r\n")


@pytest.mark.parametrize("reader", [mime.read_aggregate_report, mime.read_tls_report])
def test_a_path_is_no_report(reader: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match="need the report's octets, got PurePosixPath"):
        reader(PurePosixPath("report.gz"))
