"""Conversion, and its account of what was lost."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import msgcore
from msgcore import Address, Attachment, LossReason, Message, Notify, Recipient, RecipientKind, convert, read_message
from msgcore.codecs import rtf
from msgcore.codecs.compound import NewStorage, write_compound
from msgcore.errors import MalformedMessage, UsageError
from msgcore.model.attachment import AttachMethod
from msgcore.model.compare import compare
from msgcore.model.defaults import MEANT
from msgcore.props import PropertyType
from msgcore.props.computed import Owner, keys_of
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidLidLocation,
    PidLidReminderSet,
    PidTagAddressType,
    PidTagAttachmentLinkId,
    PidTagAttachMethod,
    PidTagBody,
    PidTagCreationTime,
    PidTagDisplayType,
    PidTagEmailAddress,
    PidTagHtml,
    PidTagMessageClass,
    PidTagRecipientTrackStatus,
    PidTagRtfCompressed,
    PidTagRtfInSync,
    PidTagSubject,
    PidTagTnefCorrelationKey,
)
from msgcore.props.tags import NamedProperty, Property, PropertyTag
from msgcore.testing.strategies import messages, object_messages
from tests import shared

FORMS = ("mime", "tnef", "msg")
BESIDE_PROPERTIES = {LossReason.REPEATED, LossReason.ENVELOPE}
# What a store says, or what means the same in other words: bodies in their line ends, names, the usual importance.
MAY_LOOK_DIFFERENT = (
    keys_of(Owner.STORE)
    | keys_of(Owner.TRANSPORT)
    | {tag.bag_key for tag in (PidTagBody, PidTagHtml, PidTagRtfInSync, PidTagTnefCorrelationKey)}
)
OWN = NamedProperty[str](UUID(int=7), "Colour", PropertyType.UNICODE)
RULES = PropertyTag[bytes](0x6680, PropertyType.RULE_ACTION, "Rules")


@given(object_messages() | messages(), st.sampled_from(FORMS))
def test_each_difference_has_its_loss_and_no_other_property_has(message: Message, form: str) -> None:
    converted = convert(message, to=form)
    different = [one.where for one in compare(message, read_message(converted.octets, form))]

    assert sorted(loss.where for loss in converted.losses if loss.reason not in BESIDE_PROPERTIES) == sorted(different)


@given(object_messages(0), st.sampled_from(FORMS))
def test_what_has_no_loss_can_be_read_and_what_has_one_cannot(message: Message, form: str) -> None:
    """Seen by the values alone, whatever ``compare`` thinks of them."""
    converted = convert(message, to=form)
    read = read_message(converted.octets, form)
    lost = {loss.tag for loss in converted.losses if not loss.where.startswith(("attachments[", "recipients["))}

    for tag in message.tags():
        one, other = (each.said(cast("Property[object]", tag)) for each in (message, read))
        if tag in lost:
            assert one != other, tag
        elif tag.bag_key not in MAY_LOOK_DIFFERENT:
            assert one == other or is_no_number(one) or (other is None and says_nothing(tag, one)), tag


@given(messages(), st.sampled_from(("tnef", "msg")))
def test_outlooks_forms_carry_any_internet_message(message: Message, form: str) -> None:
    losses = [loss for loss in convert(message, to=form).losses if loss.reason is not LossReason.REPEATED]

    assert [str(loss) for loss in losses if not loss.text.startswith("what was signed is one attachment")] == []


SIGNED = (
    b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\nsigned\r\n--s\r\n"
    b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"AAAA\r\n--s--\r\n"
)
SIGNED_IN_PART = b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n%b\r\n--m\r\n\r\nlist\r\n--m--\r\n" % SIGNED


@pytest.mark.parametrize("form", ["tnef", "msg"])
def test_a_signature_of_a_part_of_a_mail_is_lost_in_outlooks_forms(form: str) -> None:
    mail = read_message(SIGNED_IN_PART)
    inside = Message(from_="ann@a.test", attachments=[Attachment(read_message(SIGNED_IN_PART))])

    assert losses(mail, form) == [("attachments[0]", LossReason.CHANGED)]
    assert losses(inside, form) == [("attachments[0].attachments[0]", LossReason.CHANGED)]
    assert convert(mail).losses == ()
    assert all("no longer holds" not in loss.text for loss in convert(SIGNED, to=form).losses)


@pytest.mark.parametrize("form", ["tnef", "msg"])
def test_a_class_that_mime_says_by_what_is_signed_is_told_with_its_reason(form: str) -> None:
    mail = read_message(SIGNED)
    mail.attachments = (*mail.attachments, Attachment(b"x", filename="x.bin"))
    converted = convert(mail, to=form)
    [loss] = convert(converted.octets).losses

    assert ("attachments[0]", LossReason.CHANGED) in [(one.where, one.reason) for one in converted.losses]
    assert (loss.where, loss.reason) == ("PidTagMessageClass", LossReason.CHANGED)
    assert "MIME says it by an attachment that is all of what is signed" in loss.text


def says_nothing(tag: PropertyKey, value: object) -> bool:
    return value in ("", MEANT.get(tag.bag_key, ""))


def is_no_number(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def letter() -> Message:
    return Message(from_="ann@a.test", to="bob@b.test", subject="Report", text="Hello")


def losses(message: Message, form: str = "mime") -> list[tuple[str, LossReason]]:
    return [(loss.where, loss.reason) for loss in convert(message, to=form).losses]


@pytest.mark.parametrize("form", FORMS)
def test_a_plain_letter_loses_nothing(form: str) -> None:
    assert losses(letter(), form) == []


@pytest.mark.parametrize("form", FORMS)
def test_octets_are_converted_as_well(form: str) -> None:
    octets = convert(letter(), to=form).octets

    assert [read_message(convert(octets, to=other).octets).subject for other in FORMS] == ["Report"] * 3


def test_what_was_read_and_not_changed_is_given_back() -> None:
    octets = b"Subject: x\nX-Odd :  y\n\nz"

    assert convert(octets, to="mime") == msgcore.Converted(octets, ())


def test_mime_has_no_field_for_most_properties() -> None:
    message = letter()
    message[OWN] = "blue"

    assert losses(message) == [(OWN.label, LossReason.NO_FIELD)]
    assert losses(message, "msg") == losses(message, "tnef") == []


def test_each_loss_is_a_sentence() -> None:
    message = letter()
    message[PidLidReminderSet] = True
    (loss,) = convert(message, to="mime").losses

    assert str(loss) == "PidLidReminderSet: MIME has no field for it (True), and reads as False"


def test_a_property_known_by_number_is_called_by_its_name() -> None:
    message = letter()
    message[PidLidReminderSet] = True
    (loss,) = convert(convert(message, to="msg").octets, to="mime").losses

    assert str(loss) == "PidLidReminderSet: MIME has no field for it (True), and reads as False"


def test_a_class_that_mime_cannot_say_is_lost() -> None:
    message = letter()
    message[PidTagMessageClass] = "IPM.Own.Form"

    assert losses(message) == [("PidTagMessageClass", LossReason.NO_FIELD)]


@pytest.mark.parametrize("form", ["tnef", "msg"])
def test_types_of_servers_have_no_form_in_files(form: str) -> None:
    message = letter()
    message[RULES] = b"\0\0"

    assert losses(message, form) == [("Rules", LossReason.NO_TYPE)]


def told(message: Message, form: str = "mime") -> list[str]:
    return [str(loss) for loss in convert(message, to=form).losses]


def with_rtf(octets: bytes, **bodies: str) -> Message:
    message = Message(subject="x", **bodies)  # type: ignore[arg-type]
    message[PidTagRtfCompressed] = rtf.compress(octets)
    return message


def with_octets_as_rtf(octets: bytes) -> Message:
    message = Message(subject="x")
    message[PidTagRtfCompressed] = octets
    return message


def test_formatting_of_rtf_is_lost_and_its_text_is_not() -> None:
    message = read_message(convert(with_rtf(rb"{\rtf1\ansi Hello {\b bold}}"), to="msg").octets)

    assert losses(message) == [("PidTagRtfCompressed", LossReason.FORMATTING)]
    assert read_message(convert(message, to="mime").octets).text == "Hello bold\n"


@pytest.mark.parametrize(
    ("message", "reason", "text"),
    [
        (
            with_rtf(rtf.encapsulate_html("<b>Hi</b>"), html="<b>Hi</b>"),
            LossReason.NO_FIELD,
            "MIME has no RTF; the HTML in it is kept",
        ),
        (
            with_rtf(rtf.encapsulate_text("Hi"), text="Hi"),
            LossReason.NO_FIELD,
            "MIME has no RTF; the text in it is kept",
        ),
        (with_octets_as_rtf(b"not even packed"), LossReason.NO_FIELD, "MIME has no RTF, and there is no other body"),
        (
            with_rtf(b"broken", text="Hi"),
            LossReason.FORMATTING,
            "MIME has no RTF: another body is kept, what only RTF says is not",
        ),
    ],
)
def test_what_is_said_of_rtf_depends_on_what_is_in_it(message: Message, reason: LossReason, text: str) -> None:
    (loss,) = convert(message, to="mime").losses

    assert (loss.tag, loss.reason, loss.text) == (PidTagRtfCompressed, reason, text)


def test_an_ole_object_becomes_a_file() -> None:
    attachment = Attachment(write_compound(NewStorage(streams={"CONTENTS": b"drawing"})), filename="drawing")
    attachment[PidTagAttachMethod] = AttachMethod.STORAGE
    message = Message(subject="x", attachments=[attachment])

    assert losses(message) == [("attachments[0].PidTagAttachMethod", LossReason.OBJECT)]
    assert losses(message, "msg") == losses(message, "tnef") == []


def test_what_says_the_same_as_its_absence_is_no_loss() -> None:
    message = letter()
    message[PidLidReminderSet] = False
    message[PidLidLocation] = ""
    message.recipients = [Recipient(Address("SMTP", "bob@b.test"), properties={PidTagRecipientTrackStatus: 0})]
    message.attachments = [Attachment(b"x", filename="x.txt")]
    message.attachments[0][PidTagAttachmentLinkId] = 0

    assert losses(message) == []


def test_what_says_more_than_its_absence_is_a_loss() -> None:
    message = letter()
    message[PidLidReminderSet] = True
    message[PidLidLocation] = "Room 7"
    message.recipients = [Recipient(Address("SMTP", "bob@b.test"), properties={PidTagRecipientTrackStatus: 3})]

    assert losses(message) == [
        ("PidLidReminderSet", LossReason.NO_FIELD),
        ("PidLidLocation", LossReason.NO_FIELD),
        ("recipients[0].PidTagRecipientTrackStatus", LossReason.NO_FIELD),
    ]


def test_rows_of_recipients_are_accounted_for() -> None:
    message = letter()
    message.recipients = [Recipient(Address("SMTP", "bob@b.test"), properties=((PidTagDisplayType, 6),))]

    assert losses(message) == [("recipients[0].PidTagDisplayType", LossReason.NO_FIELD)]
    assert losses(message, "msg") == []


def test_people_of_exchange_become_people_of_the_internet() -> None:
    message = letter()
    own = ((PidTagAddressType, "EX"), (PidTagEmailAddress, "/o=x/cn=bob"))
    message.recipients = [Recipient(Address("SMTP", "bob@b.test"), properties=own)]

    assert told(message) == [
        "recipients[0].PidTagAddressType: MIME has addresses of the Internet only: 'EX' became 'SMTP'",
        "recipients[0].PidTagEmailAddress: MIME has addresses of the Internet only: '/o=x/cn=bob' became 'bob@b.test'",
    ]


def test_pictures_that_html_shows_move_without_a_loss() -> None:
    """MIME has them before the other files."""
    files = [Attachment(b"a", filename="a.txt"), Attachment(b"p", filename="p.png", content_id="p", is_inline=True)]
    message = Message(subject="x", html='<img src="cid:p">', attachments=files)

    assert losses(message) == []


def test_a_recipient_in_a_role_that_mime_has_not_is_named() -> None:
    message = letter()
    message.recipients = [
        *message.recipients,
        Recipient(Address("SMTP", "ann@a.test", "Ann"), RecipientKind.ORIGINATOR),
    ]

    assert told(message) == ["recipients: MIME does not keep Originator Ann [SMTP:ann@a.test]"]


def test_attached_messages_are_accounted_for_by_their_place() -> None:
    inner = letter()
    inner[OWN] = "blue"

    assert losses(Message(attachments=[Attachment(inner)])) == [(f"attachments[0].{OWN.label}", LossReason.NO_FIELD)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["multi-value-attribute", "MAPI_OBJECT", "Friday Lunch", "msgInMsgInMsg"])
def test_the_account_of_a_real_file_is_whole(name: str, form: str) -> None:
    (path,) = (path for kind in ("tnef", "msg") for path in (shared.corpus() / kind).rglob(f"{name}.{kind}"))
    message = read_message(path.read_bytes())
    converted = convert(message, to=form)
    different = [one.where for one in compare(message, read_message(converted.octets, form))]

    assert [loss.where for loss in converted.losses if loss.reason not in BESIDE_PROPERTIES] == different


def test_a_file_keeps_its_times_to_the_second_in_mime() -> None:
    attachment = Attachment(b"x", filename="x.bin")
    attachment[PidTagCreationTime] = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)

    assert losses(Message(attachments=[attachment])) == [("attachments[0].PidTagCreationTime", LossReason.CHANGED)]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_asked_of_the_transport_is_in_no_form(form: str) -> None:
    message = letter()
    message.recipients = [Recipient(Address("SMTP", "bob@b.test"), notify=Notify.SUCCESS)]

    assert losses(message, form) == [("recipients[0]", LossReason.ENVELOPE)]


@pytest.mark.parametrize("form", ["tnef", "msg"])
def test_a_field_with_the_name_of_another_one_is_lost(form: str) -> None:
    message = Message(subject="x", headers=[("X-A", "1"), ("X-A", "2")])

    assert losses(message, form) == [("headers", LossReason.REPEATED)]


@pytest.mark.parametrize("form", ["tnef", "msg"])
def test_a_field_for_an_organisations_servers_is_told(form: str) -> None:
    octets = b"Subject: x\r\nX-MS-Exchange-Organization-SCL: 1\r\n\r\n"

    assert [(loss.where, loss.reason) for loss in convert(octets, to=form).losses] == [("headers", LossReason.ENVELOPE)]


@pytest.mark.parametrize("form", ["tnef", "msg"])
def test_repeated_fields_of_a_header_that_was_read_are_kept(form: str) -> None:
    octets = b"Received: a\r\nReceived: b\r\nX-A: 1\r\nX-A: 2\r\nSubject: x\r\n\r\n"
    converted = convert(octets, to=form)

    assert converted.losses == ()
    assert read_message(converted.octets).headers.get_all("x-a") == ("1", "2")


def test_bodies_that_change_are_named() -> None:
    message = read_message(convert(Message(subject="x", html="<p>ä"), to="tnef").octets)

    assert (message.get(PidTagBody), message[PidTagHtml]) == ("ä", "<p>ä".encode())


def test_there_are_three_forms() -> None:
    with pytest.raises(UsageError, match="'pdf' is no form"):
        convert(letter(), to="pdf")


def test_octets_of_no_form_are_refused() -> None:
    with pytest.raises(MalformedMessage):
        convert(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), to="mime")


def test_only_messages_are_converted() -> None:
    with pytest.raises(UsageError, match="need a Message"):
        convert("Subject: x", to="mime")  # type: ignore[arg-type]


def test_a_subject_set_on_what_was_read_is_converted() -> None:
    message = read_message(convert(letter(), to="msg").octets)
    message[PidTagSubject] = "Other"

    assert read_message(convert(message, to="tnef").octets).subject == "Other"
