"""What writers make of properties that are more than one field, or more than one property ([MS-OXCMAIL] 2.1.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from msgcore.codecs import mime
from msgcore.model import Attachment, Message, compare
from msgcore.props import (
    PidLidClassification,
    PidLidInfoPathFormName,
    PidNameContentClass,
    PidTagBody,
    PidTagCreationTime,
    PidTagDisplayName,
    PidTagExpiryTime,
    PidTagMessageClass,
    PidTagReadReceiptAddressType,
    PidTagReadReceiptEmailAddress,
    PidTagReadReceiptName,
    PidTagReadReceiptRequested,
)
from msgcore.props.tags import Property

FORM = "{0b1c}"


def message(*properties: tuple[Property[Any], object]) -> Message:
    composed = Message(from_="ann@a.test", text="Hello\n")
    for tag, value in properties:
        composed[tag] = value
    return composed


def headers(composed: Message) -> dict[str, str]:
    return dict(mime.read(mime.write(composed)).headers)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ([(PidTagMessageClass, "IPM.Note.Microsoft.Fax")], "fax"),
        ([(PidTagMessageClass, "IPM.Note.Custom.Order")], "urn:content-class:custom.Order"),
        (
            [(PidTagMessageClass, f"IPM.InfoPathForm.{FORM}"), (PidLidInfoPathFormName, "Expenses")],
            f"InfoPathForm.{FORM}.Expenses",
        ),
        ([(PidNameContentClass, "urn:content-classes:message")], "urn:content-classes:message"),
        ([(PidNameContentClass, "voice"), (PidTagMessageClass, "IPM.Note.Microsoft.Fax")], "fax"),
        ([], None),
    ],
)
def test_the_message_class_is_written_as_a_content_class(
    properties: list[tuple[Property[Any], object]], expected: str | None
) -> None:
    assert headers(message(*properties)).get("Content-Class") == expected


@pytest.mark.parametrize(
    "properties",
    [
        [(PidTagMessageClass, "IPM.Note.Microsoft.Voicemail.UM.CA")],
        [(PidTagMessageClass, "IPM.Note.Custom.Order")],
        [(PidTagMessageClass, f"IPM.InfoPathForm.{FORM}"), (PidLidInfoPathFormName, "Expenses")],
        [(PidNameContentClass, "urn:content-classes:message")],
        [(PidTagReadReceiptRequested, True)],
        [
            (PidTagReadReceiptRequested, True),
            (PidTagReadReceiptName, "Bob"),
            (PidTagReadReceiptAddressType, "SMTP"),
            (PidTagReadReceiptEmailAddress, "bob@b.test"),
        ],
    ],
)
def test_such_a_message_survives_mime(properties: list[tuple[Property[Any], object]]) -> None:
    composed = message(*properties)

    read = mime.read(mime.write(composed))

    assert [d for d in compare(read, composed) if d.where != "PidTagReadReceiptSmtpAddress"] == []


def test_a_class_that_is_taken_back_takes_its_field_along() -> None:
    read = mime.read(b"From: a@a.test\nContent-Class: fax\n\nHello")
    read.message_class = "IPM.Note"

    assert "Content-Class" not in headers(read)


def test_receipts_go_to_whom_they_are_meant_for() -> None:
    asked = message(
        (PidTagReadReceiptRequested, True),
        (PidTagReadReceiptName, "Bob"),
        (PidTagReadReceiptAddressType, "SMTP"),
        (PidTagReadReceiptEmailAddress, "bob@b.test"),
    )

    assert headers(asked)["Disposition-Notification-To"] == "Bob <bob@b.test>"


def test_receipts_go_to_from_when_nobody_is_named() -> None:
    assert headers(message((PidTagReadReceiptRequested, True)))["Disposition-Notification-To"] == "ann@a.test"


def test_a_classification_without_its_mark_is_not_written() -> None:
    assert "X-Microsoft-Classification" not in headers(message((PidLidClassification, "A/C")))


def test_a_new_value_replaces_the_field_of_another_name() -> None:
    read = mime.read(b"Expiry-Date: Mon, 5 Jan 2026 10:00:00 +0000\n\nHello")
    read[PidTagExpiryTime] = datetime(2026, 1, 6, tzinfo=UTC)

    assert headers(read) == {"Expires": "Tue, 06 Jan 2026 00:00:00 +0000"}


def test_the_language_of_a_message_stays_when_its_body_is_composed_anew() -> None:
    read = mime.read(b"Content-Language: de-DE\nContent-Type: text/plain\n\nHallo")
    read[PidTagBody] = "Guten Tag"

    assert headers(read)["Content-Language"] == "de-DE"


def test_the_times_of_a_file_survive_mime() -> None:
    attachment = Attachment(b"x", filename="a.bin")
    attachment[PidTagCreationTime] = datetime(2026, 1, 5, 9, tzinfo=UTC)

    (read,) = mime.read(mime.write(Message(attachments=[attachment]))).attachments

    assert read[PidTagCreationTime] == datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_the_description_of_an_attachment_survives_mime() -> None:
    attachment = Attachment(b"x", filename="a.bin")
    attachment[PidTagDisplayName] = "The räport"

    (read,) = mime.read(mime.write(Message(attachments=[attachment]))).attachments

    assert read[PidTagDisplayName] == "The räport"


def test_the_tags_of_a_message_list_no_more_than_a_hundred_unmapped_fields() -> None:
    tags = mime.read(b"".join(b"X-%d: 1\n" % number for number in range(150)) + b"\n").tags()

    assert len([tag for tag in tags if tag.label.startswith("X-")]) == 100


def test_a_meeting_request_has_its_class() -> None:
    request = b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n"

    assert mime.read(request).message_class == "IPM.Schedule.Meeting.Request"


def test_an_attachment_has_a_name_for_a_file(tmp_path: Path) -> None:
    file = tmp_path / Attachment(b"x", filename="../../con").safe_filename
    file.write_bytes(b"x")

    assert file.read_bytes() == b"x"
