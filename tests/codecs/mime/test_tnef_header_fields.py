"""Header fields of messages that come from forms of properties: those that they came with, and those of properties."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from msgcore.codecs import mime, read_message, write_message
from msgcore.errors import InjectionRefused
from msgcore.model import Attachment, Message
from msgcore.model.attachment import AttachMethod
from msgcore.props.bag import PropBag
from msgcore.props.table import (
    PidTagAddressType,
    PidTagAttachContentId,
    PidTagAttachContentLocation,
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagBody,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagImportance,
    PidTagMessageClass,
    PidTagRecipientType,
    PidTagSenderAddressType,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSenderSmtpAddress,
    PidTagSmtpAddress,
    PidTagSubject,
    PidTagTextAttachmentCharset,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import Property, header_property
from tests.codecs.objects.memory_object import bag, read

CAME_WITH = "\r\n".join(
    [
        "Microsoft Mail Internet Headers Version 2.0",
        "Received: by two.test; Tue, 1 Jul 2003 10:52:37 +0200",
        "Received: by one.test;",
        "\tTue, 1 Jul 2003 10:52:36 +0200",
        "DKIM-Signature: v=1; d=a.test",
        "Subject: =?utf-8?q?as_it_was?=",
        "From: Ann <ann@a.test>",
        "X-Own: 1",
        "X-MS-TNEF-Correlator: <1@a.test>",
        "Date: Tue, 1 Jul 2003 10:52:37 +0200",
        "X-Own: 2",
        "Bcc: eve@b.test",
        "Content-Type: application/ms-tnef",
        "Content-Transfer-Encoding: binary",
        "MIME-Version: 1.0",
        "",
        "",
    ]
)


def message(**given: Any) -> Message:
    properties: dict[Property[Any], object] = {
        PidTagMessageClass: "IPM.Note",
        PidTagSubject: "new",
        PidTagBody: "Hello\r\n",
        PidTagTransportMessageHeaders: CAME_WITH,
    }
    return read({**properties, **given.pop("properties", {})}, **given)


def fields(octets: bytes) -> list[str]:
    return octets.partition(b"\r\n\r\n")[0].decode().replace("\r\n\t", " ").split("\r\n")


def test_fields_that_no_property_writes_stay_in_their_order_and_properties_write_in_the_place_of_theirs() -> None:
    assert fields(mime.write(message())) == [
        "Received: by two.test; Tue, 1 Jul 2003 10:52:37 +0200",
        "Received: by one.test; Tue, 1 Jul 2003 10:52:36 +0200",
        "DKIM-Signature: v=1; d=a.test",
        "Subject: new",
        "From: Ann <ann@a.test>",
        "X-Own: 1",
        "Date: Tue, 1 Jul 2003 10:52:37 +0200",
        "X-Own: 2",
        "Bcc: eve@b.test",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "Content-Transfer-Encoding: 7bit",
    ]


def test_blind_recipients_of_the_old_header_go_with_the_others() -> None:
    assert b"eve" not in mime.write(message(), bcc=False)


def test_a_named_property_and_the_field_that_it_came_from_are_written_once() -> None:
    named = message(properties={header_property("X-Own"): "1", header_property("X-Other"): "3"})

    assert [one for one in fields(mime.write(named)) if one.startswith("X-")] == ["X-Own: 1", "X-Own: 2", "X-Other: 3"]


def test_what_was_set_since_takes_the_place_of_the_fields_that_came() -> None:
    changed = message()
    changed[header_property("X-Own")] = "set"
    changed[PidTagSubject] = "set, too"
    changed.add_headers([("DKIM-Signature", "of the application")])
    written = fields(mime.write(changed))

    assert [one for one in written if one.startswith(("X-", "Subject", "DKIM"))] == [
        "Subject: set, too",
        "X-Own: set",
        "DKIM-Signature: of the application",
    ]


def test_what_was_deleted_since_is_not_taken_from_the_old_header() -> None:
    changed = message()
    del changed[PidTagSubject]
    del changed[PidTagTransportMessageHeaders]

    assert b"Subject" not in mime.write(changed)


def test_line_ends_in_properties_become_spaces() -> None:
    """A .msg file may have them; a header must not."""
    odd = read(
        {
            PidTagSubject: "one\r\nBcc: eve@b.test",
            header_property("X-Own"): "a\nb\0c",
            header_property("no field"): "x",
            header_property("Subject"): "x",
            PidTagSenderName: "An\rn",
            PidTagSenderAddressType: "SMTP",
            PidTagSenderEmailAddress: "ann@a.test",
        }
    )

    assert fields(mime.write(odd))[:3] == ["From: An n <ann@a.test>", "Subject: one  Bcc: eve@b.test", "X-Own: a b c"]


@pytest.mark.parametrize(
    "tag",
    [
        *(PidTagAttachLongFilename, PidTagAttachFilename, PidTagDisplayName, PidTagAttachContentId),
        *(PidTagAttachContentLocation, PidTagAttachMimeTag, PidTagTextAttachmentCharset),
    ],
    ids=str,
)
@pytest.mark.parametrize("text", ["x\r\nBcc: eve@b.test", "\ud800", "a\0b"])
def test_line_ends_in_what_is_said_of_an_attachment_become_spaces(tag: Property[str], text: str) -> None:
    attachment = with_text(tag, text)
    octets = mime.write(message(attachments=[attachment]), bcc=False)

    assert (octets.lower().count(b"\nbcc"), mime.read(octets).attachments[0].data) == (0, b"data")


def test_what_an_application_sets_on_an_attachment_that_was_read_is_refused_all_the_same() -> None:
    attachment = with_text(PidTagAttachLongFilename, "x")
    attachment[PidTagAttachLongFilename] = "x\r\nBcc: eve@b.test"

    with pytest.raises(InjectionRefused):
        mime.write(message(attachments=[attachment]))


def with_text(tag: Property[str], text: str) -> Attachment:
    bag = PropBag()
    bag.preset(PidTagAttachMimeTag, "text/plain")
    bag.preset(tag, text)
    return Attachment.lazy(lambda: b"data", bag)


def test_a_new_name_of_a_file_is_not_described_by_the_old_one() -> None:
    named = ((PidTagAttachLongFilename, "secret.txt"), (PidTagDisplayName, "secret.txt"))
    file = Attachment.lazy(lambda: b"octets", bag(named))
    message = read({PidTagSubject: "x"}, attachments=[file])
    file[PidTagAttachLongFilename] = "other.txt"

    assert b"secret" not in mime.write(message)


def test_people_of_exchange_are_written_by_their_smtp_address() -> None:
    ann: dict[Property[Any], object] = {
        PidTagSenderName: "Ann",
        PidTagSenderAddressType: "EX",
        PidTagSenderEmailAddress: "/o=A/cn=ann",
        PidTagSenderSmtpAddress: "ann@a.test",
    }
    bob: dict[Property[Any], object] = {
        PidTagRecipientType: 1,
        PidTagDisplayName: "Bob",
        PidTagAddressType: "EX",
        PidTagEmailAddress: "/o=A/cn=bob",
        PidTagSmtpAddress: "bob@b.test",
    }

    assert fields(mime.write(read(ann, [bob])))[:2] == ["From: Ann <ann@a.test>", "To: Bob <bob@b.test>"]


def test_an_ole_object_goes_out_as_a_file_of_its_octets() -> None:
    bag = PropBag()
    bag.preset(PidTagAttachMethod, int(AttachMethod.STORAGE))
    bag.preset(PidTagAttachFilename, "chart.xls")
    bag.preset(PidTagAttachMimeTag, "application/vnd.ms-excel")
    (written,) = mime.read(mime.write(message(attachments=[Attachment.lazy(lambda: b"object", bag)]))).attachments

    assert (written.content_type, written.data) == ("application/octet-stream", b"object")


def test_a_topic_that_only_follows_from_the_subject_is_no_field() -> None:
    assert b"Thread-Topic" not in mime.write(message())


@pytest.mark.parametrize(
    "headers", ["", "\r\n", "no field at all", "\0\0\0", ":\r\n:", " leading\r\nX: y", "X: ü\udcff"]
)
def test_any_old_header_is_borne(headers: str) -> None:
    odd = message(properties={PidTagTransportMessageHeaders: headers, PidTagImportance: 2})
    again = mime.read(mime.write(odd))

    assert (again.subject, again.text, again.importance, again.date) == ("new", "Hello\n", 2, None)


@pytest.mark.parametrize("form", ["msg", "tnef"])
def test_a_field_that_says_what_the_properties_say_stays_as_it_stood(form: str) -> None:
    """The time zone of Date above all: it says when it was for the sender."""
    fields = (
        b'From: "Bob" <b@b.test>\r\nTo: a@a.test,\r\n c@c.test (Carl)\r\nDate: Thu, 7 Jul 1994 17:16 -0400 (EDT)\r\n'
        b"Cc: <d@d.test>\r\nCc: <e@e.test>\r\n"
    )
    octets = fields + b"Subject: Plan\r\n\r\nHi\r\n"
    read = read_message(write_message(mime.read(octets), form=form))
    read.subject = "Plan B"

    assert mime.write(read, tnef=False).startswith(fields)


@pytest.mark.parametrize("form", ["msg", "tnef"])
def test_a_field_that_says_something_else_is_written_anew(form: str) -> None:
    octets = b"From: b@b.test\r\nDate: Thu, 7 Jul 1994 17:16 -0400\r\n\r\nHi\r\n"
    read = read_message(write_message(mime.read(octets), form=form))
    read.date = datetime(2026, 1, 5, 10, tzinfo=UTC)
    again = read_message(write_message(read, form=form))

    assert mime.read(mime.write(again, tnef=False)).headers.get_all("Date") == ("Mon, 05 Jan 2026 10:00:00 +0000",)
