"""Reports that a message is by its properties alone, as Outlook's forms have them, read and written as MIME."""

from __future__ import annotations

from base64 import encodebytes
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from msgcore.base.status import EnhancedStatus
from msgcore.codecs import mime, msg, tnef
from msgcore.codecs.convert import convert
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model import Address, DeliveryReport, Message, Recipient
from msgcore.model.read_report import ActionMode, DispositionType, ReadReport, SendingMode
from msgcore.model.report import ReportAction, ReportedRecipient
from msgcore.props import PropertyTag
from msgcore.props.table import (
    PidTagDeliverTime,
    PidTagInReplyToId,
    PidTagMessageClass,
    PidTagNonDeliveryReportDiagCode,
    PidTagNonDeliveryReportReasonCode,
    PidTagNonDeliveryReportStatusCode,
    PidTagOriginalMessageId,
    PidTagOriginalSubject,
    PidTagParentKey,
    PidTagRemoteMessageTransferAgent,
    PidTagReportDisposition,
    PidTagReportDispositionMode,
    PidTagReportingMessageTransferAgent,
    PidTagReportText,
    PidTagReportTime,
    PidTagSubject,
    PidTagSupplementaryInfo,
    PidTagTnefCorrelationKey,
)
from msgcore.props.tags import Property
from tests.codecs.mime.tnef_streams import holding, stream

BOB = Address("SMTP", "bob@b.test", "Bob")
_TOLD = "<mx.b.test #5.1.1 smtp;550 5.1.1 no such user>"


def _failure(
    *properties: tuple[PropertyTag[int] | PropertyTag[str], object], message_class: str = "REPORT.IPM.Note.NDR"
) -> Message:
    message = Message(
        from_="mta@a.test",
        to=[Recipient(BOB, properties=properties)],
        subject="Undeliverable: Plan",
        text="Sorry",
        attachments=[Message(from_="ann@a.test", to=[BOB], subject="Plan", text="By train?", message_id="<1@a.test>")],
        message_class=message_class,
    )
    message[PidTagReportingMessageTransferAgent] = "dns; mta.a.test"
    message[PidTagOriginalMessageId] = "<1@a.test>"
    message[PidTagOriginalSubject] = "Plan"
    return message


_FAILED = _failure(
    (PidTagNonDeliveryReportStatusCode, 511),
    (PidTagRemoteMessageTransferAgent, "mx.b.test"),
    (PidTagSupplementaryInfo, _TOLD),
)
_REPORT = DeliveryReport(
    reporting_mta="mta.a.test",
    recipients=(
        ReportedRecipient(
            BOB,
            ReportAction.FAILED,
            EnhancedStatus(5, 1, 1),
            diagnostic="550 5.1.1 no such user",
            remote_mta="mx.b.test",
            supplementary_info=_TOLD,
        ),
    ),
    original_message_id="<1@a.test>",
    original_subject="Plan",
)


@pytest.mark.parametrize("codec", [msg, tnef])
def test_a_failure_in_outlooks_forms_is_read(codec: ModuleType) -> None:
    message = codec.read(codec.write(_FAILED))

    assert mime.read_delivery_report(message) == _REPORT
    assert mime.read_report(message) == _REPORT


@pytest.mark.parametrize("codec", [msg, tnef])
def test_a_failure_in_outlooks_forms_is_a_report_in_mime(codec: ModuleType) -> None:
    octets = mime.write(codec.read(codec.write(_FAILED)))
    again = mime.read(octets)

    assert [one.media_type for one in parse(octets).children] == [
        "text/plain",
        "message/delivery-status",
        "message/rfc822",
    ]
    assert (again.message_class, again.text) == ("REPORT.IPM.Note.NDR", "Sorry\n")
    assert mime.read_report(again) == _REPORT


@pytest.mark.parametrize(
    ("message_class", "action", "status"),
    [
        ("REPORT.IPM.Note.NDR", ReportAction.FAILED, "5.0.0"),
        ("Report.IPM.Note.Delayed.DR", ReportAction.DELAYED, "4.0.0"),
        ("REPORT.IPM.Note.Relayed.DR", ReportAction.RELAYED, "2.0.0"),
        ("REPORT.IPM.Note.Expanded.DR", ReportAction.EXPANDED, "2.0.0"),
        ("REPORT.IPM.Schedule.Meeting.Request.DR", ReportAction.DELIVERED, "2.0.0"),
    ],
)
def test_the_class_says_what_was_done(message_class: str, action: ReportAction, status: str) -> None:
    report = mime.read_delivery_report(
        _failure((PidTagRemoteMessageTransferAgent, "mx.b.test"), message_class=message_class)
    )

    assert report is not None
    assert [(one.action, str(one.status)) for one in report.recipients] == [(action, status)]


@pytest.mark.parametrize(
    ("code", "told", "status"),
    [
        (5110, "", "5.1.10"),
        (420, "", "4.2.0"),
        (0, "#5.7.1 refused", "5.7.1"),
        (7, "4.4.7 late", "4.4.7"),
        (211, "", "5.0.0"),
    ],
)
def test_a_status_is_read_from_its_digits_or_from_the_text(code: int, told: str, status: str) -> None:
    report = mime.read_delivery_report(
        _failure((PidTagNonDeliveryReportStatusCode, code), (PidTagSupplementaryInfo, told))
    )

    assert report is not None
    assert str(report.recipients[0].status) == status


@pytest.mark.parametrize(
    ("diagnostic", "reason", "status"),
    [
        *[(35, 1, "5.1.1"), (5, 0, "4.4.7"), (99, 0, "5.0.0"), (48, None, "5.1.2"), (-1, None, "5.0.0")],
        *[(-1, 6, "4.4.3"), (-1, 0, "5.4.0"), (0xFFFFFFFF, 5, "5.3.0"), (None, 99, "5.4.0")],
    ],
)
def test_a_status_that_is_not_said_is_that_of_the_codes(
    diagnostic: int | None, reason: int | None, status: str
) -> None:
    """[MS-OXCMAIL] section 2.1.3.6.1.2."""
    codes = ((PidTagNonDeliveryReportDiagCode, diagnostic), (PidTagNonDeliveryReportReasonCode, reason))
    report = mime.read_delivery_report(_failure(*[(tag, value) for tag, value in codes if value is not None]))

    assert report is not None
    assert str(report.recipients[0].status) == status
    assert f"Status: {status}\r\n".encode() in mime.write(
        _failure(*[(tag, value) for tag, value in codes if value is not None])
    )


def _report(action: ReportAction, status: EnhancedStatus, *, remote_mta: str = "", diagnostic: str = "") -> bytes:
    recipients = (
        ReportedRecipient(BOB, action, status, diagnostic, remote_mta),
        ReportedRecipient(Address("SMTP", "eve@b.test"), ReportAction.DELIVERED, EnhancedStatus(2, 1, 5)),
    )
    return mime.write_delivery_report(
        DeliveryReport("mta.a.test", recipients, "<1@a.test>", "Plan"),
        to=Address("SMTP", "ann@a.test"),
        from_=Address("SMTP", "mta@a.test"),
        original=b"Subject: Plan\r\nMessage-ID: <1@a.test>\r\n\r\n",
        message_id="<2@a.test>",
        date=_AT,
    )


_AT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("codec", [msg, tnef])
def test_outlooks_forms_of_a_report_tell_of_whom_it_reports(codec: ModuleType) -> None:
    """[MS-OXCMAIL] section 2.2.3.7.1: Outlook shows each row as one who was not reached."""
    octets = _report(
        ReportAction.FAILED, EnhancedStatus(5, 1, 1), remote_mta="mx.b.test", diagnostic="550 5.1.1 no such user"
    )
    read = mime.read(octets)
    message = codec.read(codec.write(read))

    (row,) = message.recipients
    assert (str(row.address), message.message_class) == (str(BOB), "REPORT.IPM.Note.NDR")
    assert dict(row.properties) == {
        PidTagNonDeliveryReportStatusCode: 511,
        PidTagNonDeliveryReportDiagCode: 35,
        PidTagNonDeliveryReportReasonCode: 1,
        PidTagRemoteMessageTransferAgent: "mx.b.test",
        PidTagSupplementaryInfo: _TOLD,
        PidTagReportTime: _AT,
    }
    again = mime.read(mime.write(message))
    assert [str(one) for one in again.to] == ["ann@a.test"]
    assert mime.read_delivery_report(again) == mime.read_delivery_report(message) == mime.read_delivery_report(read)
    assert [(one.where, one.text) for one in convert(read, codec.__name__.rpartition(".")[2]).losses] == [
        ("recipients", "the recipients of a report are those that it tells of in Outlook's forms")
    ]


def test_outlooks_forms_of_a_delay_say_when() -> None:
    (row,) = msg.read(msg.write(mime.read(_report(ReportAction.DELAYED, EnhancedStatus(4, 4, 10))))).recipients

    assert dict(row.properties) == {
        PidTagNonDeliveryReportStatusCode: 440,
        PidTagSupplementaryInfo: "< #4.4.10>",
        PidTagReportTime: _AT,
        PidTagDeliverTime: _AT,
    }


def test_who_gives_a_report_other_recipients_keeps_them() -> None:
    read = mime.read(_report(ReportAction.FAILED, EnhancedStatus(5, 1, 1)))
    read.to = "postmaster@a.test"

    assert [str(one) for one in msg.read(msg.write(read)).recipients] == ["postmaster@a.test"]


def test_recipients_of_whom_nothing_is_told_are_not_reported() -> None:
    assert mime.read_delivery_report(_failure()) is None
    assert mime.read(mime.write(_failure())).message_class == "IPM.Note"


def test_of_a_report_that_came_as_mime_the_part_counts() -> None:
    octets = mime.write(_FAILED).replace(b"Final-Recipient: rfc822; bob@b.test", b"Final-Recipient: rfc822; eve@b.test")
    report = mime.read_delivery_report(mime.read(octets))

    assert report is not None
    assert [one.address.email_address for one in report.recipients] == ["eve@b.test"]


def _receipt(message_class: str, disposition: str = "", mode: str = "") -> Message:
    message = Message(from_=BOB, to="ann@a.test", subject="Read: Plan", message_class=message_class)
    message[PidTagReportText] = "Your message was read."
    message[PidTagInReplyToId] = "<1@a.test>"
    message[PidTagOriginalSubject] = "Plan"
    message[PidTagParentKey] = b"key"
    message[PidTagReportDisposition] = disposition
    message[PidTagReportDispositionMode] = mode
    return message


_RECEIPTS = [
    (("IPNRN", "displayed", "manual-action/MDN-sent-automatically"), DispositionType.DISPLAYED, SendingMode.AUTOMATIC),
    (("IPNRN", "", ""), DispositionType.DISPLAYED, SendingMode.MANUAL),
    (("IPNRN", "deleted", ""), DispositionType.DISPLAYED, SendingMode.MANUAL),  # the class counts
    (("IPNNRN", "deleted", ""), DispositionType.DELETED, SendingMode.MANUAL),
    (("IPNNRN", "", ""), DispositionType.DELETED, SendingMode.MANUAL),
]


@pytest.mark.parametrize("codec", [msg, tnef])
@pytest.mark.parametrize(("said", "kind", "sending"), _RECEIPTS)
def test_a_receipt_in_outlooks_forms_is_read_and_written(
    codec: ModuleType, said: tuple[str, str, str], kind: DispositionType, sending: SendingMode
) -> None:
    message_class = f"REPORT.IPM.Note.{said[0]}"
    message = codec.read(codec.write(_receipt(message_class, *said[1:])))
    expected = ReadReport(
        BOB,
        kind,
        original_message_id="<1@a.test>",
        original_subject="Plan",
        action_mode=ActionMode.MANUAL,
        sending_mode=sending,
        correlation_key=b"key",
    )

    assert mime.read_report(message) == mime.read_read_report(message) == expected

    again = mime.read(mime.write(message))
    report = mime.read_read_report(again)
    assert (again.message_class, again.text) == (message_class, "Your message was read.\n")
    assert report is not None
    assert (report.final_recipient, report.disposition_type, report.correlation_key) == (BOB, kind, b"key")
    assert report.original_message_id == "<1@a.test>"


def test_a_receipt_that_came_as_winmail_dat_is_read() -> None:
    """Outlook sends its receipts so to those who take TNEF."""
    octets = mime.write(_receipt("REPORT.IPM.Note.IPNRN", "displayed"), tnef=True)
    message = mime.read(octets)
    report = mime.read_read_report(message)

    assert message.message_class == "REPORT.IPM.Note.IPNRN"
    assert report is not None
    assert (report.final_recipient, report.original_message_id) == (BOB, "<1@a.test>")


# Reports in MIME with a TNEF stream

_STATUS = (
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mta.a.test\r\n\r\n"
    b"Final-Recipient: rfc822; bob@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
)


def _with_stream(*parts: bytes) -> Message:
    """Give a report to its reader, with parts and a stream that belongs to it and tells of others."""
    told = _FAILED.copy()
    told[PidTagTnefCorrelationKey] = b"<c@a.test>"
    stream = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encodebytes(
        tnef.write(told)
    )
    header = (
        b"From: mta@a.test\r\nTo: ann@a.test\r\nMessage-ID: <c@a.test>\r\nX-MS-TNEF-Correlator: <c@a.test>\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    )
    body = b"".join(b"--b\r\n%b\r\n" % part for part in (b"\r\nSorry", *parts, stream))
    return mime.read(header + body + b"--b--\r\n")


def _reported(message: Message) -> list[tuple[str, str]]:
    report = mime.read_delivery_report(message)
    return [] if report is None else [(one.address.email_address, str(one.status)) for one in report.recipients]


@pytest.mark.parametrize("parts", [(), (_STATUS,)])
def test_a_report_with_a_stream_is_read(parts: tuple[bytes, ...]) -> None:
    """Its header says to whom it goes, and only the stream's rows or the part of whom it tells."""
    message = _with_stream(*parts)
    assert _reported(message) == [("bob@b.test", "5.1.1")]

    message.subject = "Changed"
    assert _reported(message) == [("bob@b.test", "5.1.1")]
    assert _reported(mime.read(mime.write(message))) == [("bob@b.test", "5.1.1")]


def test_a_hostile_stream_is_no_reason_to_raise() -> None:
    properties: dict[Property[Any], object] = {
        PidTagMessageClass: "REPORT.IPM.Note.NDR\r\nX: y",
        PidTagSubject: "x\r\nBcc: eve@e.test",
        PidTagTnefCorrelationKey: b"<c@a.test>",
    }
    octets = holding(stream(properties, files=[("a\r\nb", b"x")]), "X-MS-TNEF-Correlator: <c@a.test>")

    assert mime.read_report(mime.read(octets)) is None
