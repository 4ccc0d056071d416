"""What counts as a difference between two messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from msgcore.base.one_off import OneOffEntryId
from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.table import (
    PidLidLocation,
    PidLidReminderSet,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachFlags,
    PidTagAttachmentLinkId,
    PidTagAttachNumber,
    PidTagDisplayName,
    PidTagDisplayType,
    PidTagEntryId,
    PidTagLastModificationTime,
    PidTagMessageFlags,
    PidTagReadReceiptRequested,
    PidTagRecipientDisplayName,
    PidTagRenderingPosition,
    PidTagRowid,
    PidTagRtfInSync,
    PidTagSenderEntryId,
    PidTagSenderSearchKey,
    PidTagSenderSmtpAddress,
    PidTagSendRichInfo,
    PidTagSubject,
    PidTagTnefCorrelationKey,
)
from msgcore.props.tags import Property, PropertyTag, header_property
from msgcore.props.types import PropertyType
from msgcore.testing.strategies import composed_messages

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


Change = Callable[[Message], object]


def letter() -> Message:
    return Message(
        from_="ann@a.test",
        sender="ann@a.test",
        to=["bob@b.test", "cid@b.test"],
        reply_to="desk@a.test",
        subject="Report",
        text="Hello",
        attachments=[Attachment(b"octets", filename="a long name.report")],
    )


@given(composed_messages())
def test_a_message_is_like_its_copy(message: Message) -> None:
    assert compare(message, message.copy()) == ()


@given(composed_messages(), composed_messages())
def test_both_sides_find_the_same(left: Message, right: Message) -> None:
    """But for the places of attachments and recipients, which are those on the left."""
    there = Counter((repr(one.left), repr(one.right)) for one in compare(left, right))
    back = Counter((repr(one.right), repr(one.left)) for one in compare(right, left))

    assert there == back


@pytest.mark.parametrize("pair", [(b"octets", letter()), (letter(), None)])
def test_only_messages_are_compared(pair: tuple[Any, Any]) -> None:
    with pytest.raises(UsageError, match=r"need a Message, got (bytes|NoneType); msgcore\.read_message"):
        compare(*pair)


def places(change: Change) -> list[str]:
    changed = letter()
    change(changed)
    return [one.where for one in compare(letter(), changed)]


def set_property(tag: Property[Any], value: object) -> Change:
    return lambda message: message.__setitem__(tag, value)


def note(tag: Property[Any], value: object) -> Change:
    """As a store says it of a message."""
    return lambda message: message.properties_set.preset(tag, value)


def without(tag: Property[Any]) -> Change:
    return lambda message: message.properties_set.discard(tag)


def assign(name: str, value: object) -> Change:
    return lambda message: setattr(message, name, value)


def set_on_file(tag: Property[Any], value: object) -> Change:
    def change(message: Message) -> None:
        message.attachments[0][tag] = value

    return change


def set_recipients(*recipients: Recipient) -> Change:
    def change(message: Message) -> None:
        message.recipients = recipients

    return change


BOB, CID = (Recipient(Address("SMTP", f"{name}@b.test")) for name in ("bob", "cid"))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (set_property(PidTagSubject, "Other"), ["PidTagSubject"]),
        (set_recipients(BOB), ["recipients"]),
        (set_recipients(CID, BOB), ["recipients"]),
        (
            set_recipients(BOB, Recipient(CID.address, properties=((PidTagDisplayType, 6),))),
            ["recipients[1].PidTagDisplayType"],
        ),
        (assign("reply_to", "other@a.test"), ["reply_to"]),
        (assign("attachments", ()), ["attachments"]),
        (
            set_property(PidTagSenderEntryId, bytes(OneOffEntryId("", "SMTP", "eve@e.test"))),
            ["PidTagSenderEntryId"],
        ),
        (
            set_recipients(Recipient(CID.address, properties=((PidTagDisplayType, 6),)), BOB),
            ["recipients", "recipients[1].PidTagDisplayType"],
        ),
        (set_on_file(PidTagLastModificationTime, MOMENT), ["attachments[0].PidTagLastModificationTime"]),
        (set_on_file(PidTagDisplayName, "other"), ["attachments[0].PidTagDisplayName"]),
        (
            assign("attachments", [Attachment(b"other", filename="a long name.report")]),
            ["attachments[0].data"],
        ),
    ],
)
def test_a_difference_is_named(change: Change, where: list[str]) -> None:
    assert places(change) == where


@pytest.mark.parametrize(
    "change",
    [
        set_on_file(PidTagAttachFilename, "ALONGN~1.REP"),
        set_on_file(PidTagAttachExtension, ".report"),
        set_on_file(PidTagDisplayName, "a long name.report"),
        set_on_file(PidTagRenderingPosition, -1),
        set_on_file(PidTagAttachNumber, 7),
        set_on_file(PidTagAttachFlags, 0x04),
        note(PidTagEntryId, b"\1"),
        note(PidTagMessageFlags, 1),
        set_recipients(BOB, Recipient(CID.address, properties=((PidTagRowid, 5),))),
        set_on_file(PidTagAttachFilename, "OTHER.REP"),
        assign("text", "Hello\r\n"),
        set_property(PidTagReadReceiptRequested, False),
        set_property(PidLidReminderSet, False),
        set_property(PidLidLocation, ""),
        set_property(PidTagTnefCorrelationKey, b"<1@a.test>"),
        set_property(PidTagRtfInSync, True),
        set_on_file(PidTagAttachmentLinkId, 0),
        set_recipients(BOB, Recipient(CID.address, properties={PidTagSendRichInfo: False})),
        set_property(PidTagSenderSearchKey, b"SMTP:ANN@A.TEST"),
        set_property(PidTagSenderEntryId, bytes(OneOffEntryId("Ann", "SMTP", "Ann@a.test"))),
        without(PidTagSenderSmtpAddress),
        set_recipients(BOB, Recipient(CID.address, properties=((PidTagRecipientDisplayName, "cid@b.test"),))),
    ],
)
def test_what_only_follows_is_no_difference(change: Change) -> None:
    assert places(change) == []


def test_unsigned_readings_of_flags_are_the_same_numbers() -> None:
    left, right = letter(), letter()
    left[PidTagAttachFlags], right[PidTagAttachFlags] = 0xFFFFFFFE, -2

    assert compare(left, right) == ()


def test_attached_messages_are_compared_at_any_depth() -> None:
    left, right = Message(subject="a"), Message(subject="b")
    for _ in range(2_000):
        left, right = Message(attachments=[Attachment(left)]), Message(attachments=[Attachment(right)])

    assert [one.where for one in compare(left, right)] == ["attachments[0]." * 2_000 + "PidTagSubject"]


def test_a_message_is_no_file() -> None:
    left, right = Message(attachments=[Attachment(Message())]), Message(attachments=[Attachment(b"")])

    assert "attachments[0].message" in [one.where for one in compare(left, right)]


def test_attachments_are_paired_by_name_whatever_their_order() -> None:
    left = Message(attachments=[Attachment(name.encode(), filename=name) for name in ("a", "b", "c")])
    right = Message(attachments=[Attachment(name.encode(), filename=name) for name in ("c", "a", "b")])

    assert compare(left, right) == ()


def test_the_rest_is_paired_in_order_when_there_are_as_many() -> None:
    left = Message(attachments=[Attachment(b"1", filename="a"), Attachment(b"2", filename="b")])
    right = Message(attachments=[Attachment(b"2", filename="b"), Attachment(b"3", filename="c")])

    assert [one.where for one in compare(left, right)] == ["attachments[0].filename", "attachments[0].data"]


def test_what_is_missing_hides_no_difference_of_the_others() -> None:
    left = Message(attachments=[Attachment(b"1", filename="a"), Attachment(b"2", filename="b")])
    right = Message(attachments=[Attachment(b"3", filename="b")])

    assert [one.where for one in compare(left, right)] == ["attachments", "attachments[1].data"]


def test_a_moved_message_is_compared_with_itself() -> None:
    inner = [Attachment(Message(subject=name), filename=f"{name}.eml") for name in ("a", "b")]
    other = [Attachment(Message(subject=name, text="x"), filename=f"{name}.eml") for name in ("b", "a")]

    found = compare(Message(attachments=inner), Message(attachments=other))
    assert [one.where for one in found] == ["attachments[0].PidTagBody", "attachments[1].PidTagBody"]


def test_types_of_one_id_are_compared_by_value() -> None:
    left, right = letter(), letter()
    left[PropertyTag[int](0x6666, PropertyType.LONG, "Number")] = 1
    right[PropertyTag[str](0x6666, PropertyType.UNICODE, "Text")] = "1"

    assert [(one.where, one.left, one.right) for one in compare(left, right)] == [("Number", 1, "1")]


@pytest.mark.parametrize(("octets", "where"), [(b"12", []), (b"123", ["attachments[0].data"])])
def test_a_file_that_was_not_loaded_is_compared_by_its_size(octets: bytes, where: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"ab")
    left, right = Message(attachments=[tmp_path / "a.bin"]), Message(attachments=[Attachment(octets, filename="a.bin")])

    assert [one.where for one in compare(left, right)] == where


def test_a_header_field_is_its_named_property() -> None:
    left, right = Message(headers=[("X-Loop", "1")]), Message()
    right[header_property("x-loop")] = "1"

    assert compare(left, right) == compare(right, left) == ()
