"""Recipients and attachments as the rows of tables that a message has inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from msgcore.codecs import mime
from msgcore.errors import NotLoaded, UsageError
from msgcore.model import Attachment, Message, Recipient
from msgcore.model.address import Address
from msgcore.props.table import (
    PidTagAddressType,
    PidTagAttachDataBinary,
    PidTagAttachMethod,
    PidTagAttachSize,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagMessageAttachments,
    PidTagMessageRecipients,
    PidTagRecipientType,
    PidTagSearchKey,
    PidTagSendRichInfo,
    PidTagSmtpAddress,
    PidTagSubject,
)
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing.strategies import messages

ROWS: tuple[Property[Any], ...] = (PidTagMessageRecipients, PidTagMessageAttachments)


@given(messages())
def test_a_message_gives_its_recipients_and_attachments_as_rows(message: Message) -> None:
    assert [message.get(tag) for tag in ROWS] == [message.recipients, message.attachments]


@given(messages())
def test_the_rows_of_a_message_are_none_of_its_tags(message: Message) -> None:
    assert {tag.bag_key for tag in message.tags()} & {tag.bag_key for tag in ROWS} == set()


def test_another_property_that_is_an_object_is_not_there() -> None:
    other: Property[object] = PropertyTag[object](0x6801, PropertyType.OBJECT, "Other")
    assert Message().get(other, "none") == "none"


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (PidTagDisplayName, "Bob"),
        (PidTagAddressType, "SMTP"),
        (PidTagEmailAddress, "bob@b.test"),
        (PidTagSmtpAddress, "bob@b.test"),
        (PidTagRecipientType, 1),
        (PidTagSearchKey, b"SMTP:BOB@B.TEST\0"),
        (PidTagSubject, None),
        (PropertyTag[int](PidTagDisplayName.id, PropertyType.LONG, "Another type"), None),
    ],
)
def test_what_the_row_of_a_recipient_has(tag: Property[object], value: object) -> None:
    assert Recipient(Address("SMTP", "bob@b.test", "Bob")).get(tag) == value


def test_only_the_row_of_an_smtp_recipient_has_an_smtp_address() -> None:
    assert Recipient(Address("FAX", "+46", "Bob")).get(PidTagSmtpAddress, "none") == "none"


def read(content: bytes) -> Attachment:
    """An attachment of which nothing has been decoded."""
    return mime.read(mime.write(Message(attachments=[content]))).attachments[0]


def test_the_row_of_an_attachment_that_was_read_has_its_content() -> None:
    assert read(b"12345").get(PidTagAttachDataBinary) == b"12345"


def test_the_row_of_an_attachment_that_was_read_has_its_size() -> None:
    assert read(b"12345").get(PidTagAttachSize) == 5


def test_the_row_of_an_embedded_message_has_no_content() -> None:
    embedded = Attachment(Message(subject="inner"))
    assert (embedded.get(PidTagAttachMethod), embedded.get(PidTagAttachDataBinary)) == (5, None)


def test_the_content_of_a_file_that_was_not_read_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345")
    with pytest.raises(NotLoaded):
        Attachment(path).get(PidTagAttachDataBinary)


@pytest.mark.parametrize(
    "given", [{PidTagSendRichInfo: True}, [(PidTagSendRichInfo, True)], ((PidTagSendRichInfo, True),)]
)
def test_properties_of_a_row_are_a_mapping_or_pairs(given: Any) -> None:
    recipient = Recipient(Address("SMTP", "bob@b.test"), properties=given)

    assert recipient.properties == ((PidTagSendRichInfo, True),)
    assert recipient.get(PidTagSendRichInfo) is True


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (None, "pairs of a property and its value"),
        (7, "pairs of a property and its value"),
        ((PidTagSendRichInfo, True), "pairs of a property and its value"),
        ("text", "pairs of a property and its value"),
        ({"PidTagSendRichInfo": True}, "need a property tag"),
        ({PidTagSendRichInfo: "yes"}, "PidTagSendRichInfo: need bool"),
    ],
)
def test_what_is_no_property_of_a_row_is_refused(given: Any, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        Recipient(Address("SMTP", "bob@b.test"), properties=given)


def test_a_row_is_asked_for_properties() -> None:
    name: Any = "PidTagDisplayName"
    with pytest.raises(UsageError, match="need a property tag such as PidTagSubject, got 'PidTagDisplayName'"):
        Recipient(Address("SMTP", "bob@b.test")).get(name)
