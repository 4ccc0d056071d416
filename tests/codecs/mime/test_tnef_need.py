"""Which messages need TNEF, and who takes it."""

from __future__ import annotations

from typing import Any

import pytest

from msgcore.base.one_off import OneOffEntryId
from msgcore.codecs import mime, rtf
from msgcore.model import Address, Attachment, Message, Recipient
from msgcore.model.attachment import AttachMethod
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidLidReminderSet,
    PidLidUseTnef,
    PidLidVerbResponse,
    PidLidVerbStream,
    PidTagAttachMethod,
    PidTagEntryId,
    PidTagRtfCompressed,
    PidTagSendRichInfo,
)

BOB = Address("SMTP", "bob@b.test", "Bob")


def with_property(tag: Any, value: object) -> Message:
    message = Message(subject="x", text="y")
    message[tag] = value
    return message


def with_ole() -> Message:
    attachment = Attachment(b"object", filename="chart")
    attachment[PidTagAttachMethod] = AttachMethod.STORAGE
    return Message(attachments=[attachment])


@pytest.mark.parametrize(
    "message_class",
    [
        *("IPM.Note", "ipm.note", "IPM", "IPM.Note.SMIME", "IPM.Note.SMIME.MultipartSigned"),
        *("REPORT.IPM.Note.NDR", "IPM.Note.Custom.Order", "IPM.Note.Microsoft.Fax"),
    ],
)
def test_a_class_that_mime_says_needs_no_tnef(message_class: str) -> None:
    assert not mime.needs_tnef(Message(message_class=message_class))


@pytest.mark.parametrize(
    "message_class", ["IPM.Task", "IPM.Schedule.Meeting.Request", "IPM.Note.Own", "IPM.Noteworthy"]
)
def test_a_class_that_mime_does_not_say_needs_tnef(message_class: str) -> None:
    assert mime.needs_tnef(Message(message_class=message_class))


@pytest.mark.parametrize(
    "message",
    [
        with_property(PidLidUseTnef, True),
        with_property(PidLidVerbStream, b"\2\1"),
        with_property(PidLidVerbResponse, "Yes"),
        with_property(PidLidReminderSet, True),
        with_property(PidTagRtfCompressed, rtf.compress(rb"{\rtf1\ansi{\fonttbl\f0 Arial;}\f0 own}")),
        with_ole(),
        Message(attachments=[with_ole()]),
    ],
    ids=["asked for", "voting buttons", "a vote", "reminder", "RTF", "OLE", "OLE in a message in it"],
)
def test_what_mime_would_lose_needs_tnef(message: Message) -> None:
    assert mime.needs_tnef(message)


@pytest.mark.parametrize(
    "message",
    [
        Message(subject="x", text="y", html="<p>z", attachments=[b"file", Message(text="inner")]),
        with_property(PidLidUseTnef, False),
        with_property(PidLidReminderSet, False),
        with_property(PidTagRtfCompressed, rtf.compress(rb"{\rtf1\ansi\fromtext \fonttbl text}")),
        with_property(PidTagRtfCompressed, b"nothing that reads"),
    ],
    ids=["a letter", "not asked for", "no reminder", "text as RTF", "broken RTF"],
)
def test_what_mime_carries_needs_none(message: Message) -> None:
    assert not mime.needs_tnef(message)


def test_what_was_read_from_mime_goes_out_as_it_is() -> None:
    read = mime.read(mime.write(Message(subject="x", text="y")))
    changed = mime.read(mime.write(Message(subject="x", text="y")))
    changed[PidLidUseTnef] = True

    assert (mime.needs_tnef(read), mime.needs_tnef(changed)) == (False, True)


def test_a_message_attached_to_itself_is_looked_at_once() -> None:
    message = Message(subject="x")
    message.attachments = [Attachment(message)]

    assert not mime.needs_tnef(message)


def recipient(*properties: tuple[PropertyKey, object]) -> Recipient:
    return Recipient(BOB, properties=properties)


def one_off(*, takes_rich_form: bool) -> tuple[PropertyKey, object]:
    return PidTagEntryId, bytes(OneOffEntryId("Bob", "SMTP", "bob@b.test", takes_rich_form=takes_rich_form))


@pytest.mark.parametrize(
    ("given", "takes"),
    [
        (recipient(), False),
        (recipient((PidTagSendRichInfo, True)), True),
        (recipient((PidTagSendRichInfo, False)), False),
        (recipient(one_off(takes_rich_form=True)), False),
        (recipient(one_off(takes_rich_form=False)), False),
        (recipient((PidTagSendRichInfo, False), one_off(takes_rich_form=True)), False),
        (recipient((PidTagSendRichInfo, True), one_off(takes_rich_form=False)), True),
        (recipient((PidTagEntryId, b"of an address book")), False),
    ],
)
def test_nobody_takes_rich_form_who_does_not_say_so(given: Recipient, takes: bool) -> None:
    assert mime.takes_rich_form(given) is takes
