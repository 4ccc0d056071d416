"""Reports that a message is by its properties alone, as Outlook's forms have them, read and written as MIME."""

from __future__ import annotations

from types import ModuleType

import pytest

from msgcore.base.status import EnhancedStatus
from msgcore.codecs import mime, msg, tnef
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model import Address, DeliveryReport, Message, Recipient
from msgcore.model.read_report import ActionMode, DispositionType, ReadReport, SendingMode
from msgcore.model.report import ReportAction, ReportedRecipient
from msgcore.props import PropertyTag
from msgcore.props.table import (
    PidTagInReplyToId,
    PidTagNonDeliveryReportStatusCode,
    PidTagOriginalMessageId,
    PidTagOriginalSubject,
    PidTagParentKey,
    PidTagRemoteMessageTransferAgent,
    PidTagReportDisposition,
    PidTagReportDispositionMode,
    PidTagReportingMessageTransferAgent,
    PidTagReportText,
    PidTagSupplementaryInfo,
)

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
    [(5110, "", "5.1.10"), (420, "", "5.0.0"), (0, "#5.7.1 refused", "5.7.1"), (7, "4.4.7 late", "5.0.0")],
)
def test_a_status_is_read_from_its_digits_or_from_the_text(code: int, told: str, status: str) -> None:
    report = mime.read_delivery_report(
        _failure((PidTagNonDeliveryReportStatusCode, code), (PidTagSupplementaryInfo, told))
    )

    assert report is not None
    assert str(report.recipients[0].status) == status


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
