"""The form in which a message travels inside, and what each kind of gateway is given of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from msgcore.codecs import mime, tnef
from msgcore.errors import PluginBroken
from msgcore.model import Attachment, Delivered, Envelope, Message, Outcome, Recipient
from msgcore.model.address import parse_address
from msgcore.model.compare import compare
from msgcore.mta.forms import ContentForms, quoted_header
from msgcore.mta.intake import accept_of
from msgcore.mta.queue.contract import Accept
from msgcore.mta.trace import traced_message
from msgcore.props.table import PidLidLocation, PidTagRecipientTrackStatus, PidTagTransportMessageHeaders
from msgcore.runtime import NEVER
from msgcore.spi.gateway import Content, content_forms_of
from msgcore.testing.queues import ANN, NOON, to
from tests.mta.office import Delivery, Office, at_office, gateway_class, installed, table

OCTETS = b"SUBJECT:  odd\n folded\nX: \xff\n\nbody\r\n\0"
SIGNED = b"Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n\r\nsignature\r\n--x--\r\n"


def letter(**given: Any) -> Message:
    message = Message(to="bob@b.test", subject="hello", text="Hello", **given)
    message[PidLidLocation] = "hall"
    return message


def taken(message: Message) -> Content:
    return accept_of(Envelope(ANN, to("bob"), "t1"), message).content


# Taken in


def as_read(change: Callable[[Message], object], octets: bytes = OCTETS) -> Message:
    message = mime.read(octets)
    change(message)
    return message


def set_location(message: Message) -> None:
    message[PidLidLocation] = "hall"


def set_row(message: Message) -> None:
    message.recipients = [Recipient(parse_address("bob@b.test"), properties=((PidTagRecipientTrackStatus, 3),))]


def set_attachment(message: Message) -> None:
    inner = Message(subject="inner")
    inner[PidLidLocation] = "hall"
    message.attachments = [Attachment(inner)]


def set_subject(message: Message) -> None:
    message.subject = "even"


FORMS: Mapping[str, tuple[Message, str]] = {
    "composed": (letter(), "tnef"),
    "read from TNEF": (tnef.read(tnef.write(letter())), "tnef"),
    "read from MIME": (mime.read(OCTETS), "mime"),
    "with another field": (as_read(set_subject), "mime"),
    "with a property": (as_read(set_location), "tnef"),
    "with a property of a recipient": (as_read(set_row), "tnef"),
    "with a property of a message in it": (as_read(set_attachment), "tnef"),
    "signed, with a property": (as_read(set_location, SIGNED), "mime"),
}


@pytest.mark.parametrize(("message", "form"), FORMS.values(), ids=FORMS)
def test_a_message_travels_in_the_form_that_carries_it(message: Message, form: str) -> None:
    assert taken(message).form == form


def test_a_message_read_from_tnef_is_taken_octet_for_octet() -> None:
    octets = tnef.write(letter())

    assert taken(tnef.read(octets)) == Content(octets, "tnef")


def test_a_composed_message_is_taken_with_every_property() -> None:
    assert compare(letter(), tnef.read(taken(letter()).octets)) == ()


def test_who_gets_a_blind_copy_is_in_no_form() -> None:
    inner = letter(bcc="dave@d.test")
    content = taken(letter(bcc="carol@c.test", attachments=[inner]))

    found = tnef.read(content.octets)
    embedded = found.attachments[0].message
    assert (content.form, found.bcc, embedded is not None and embedded.bcc) == ("tnef", (), ())
    assert all(name.encode(form) not in content.octets for name in ("carol", "dave") for form in ("ascii", "utf-16-le"))


BLIND = b"To: bob@b.test\r\nBCC: carol@c.test,\r\n dave@d.test\r\nResent-Bcc: eve@e.test\r\nX-Last: 1\r\n\r\nbody\r\n"


@pytest.mark.parametrize("is_inside", [False, True], ids=["itself", "inside"])
@pytest.mark.parametrize("is_from_tnef", [False, True], ids=["MIME", "TNEF"])
def test_a_blind_copy_in_the_header_that_a_message_came_with_is_not_in_the_content(
    is_inside: bool, is_from_tnef: bool
) -> None:
    message = as_read(set_location, BLIND)
    message = letter(attachments=[message]) if is_inside else message
    content = taken(tnef.read(tnef.write(message)) if is_from_tnef else message)

    names = ("carol", "dave", "eve@")
    assert content.form == "tnef"
    assert [name for name in names for form in ("ascii", "utf-16-le") if name.encode(form) in content.octets] == []
    assert "X-Last: 1".encode("utf-16-le") in content.octets


# Handed over


class TakesTnef:
    content_forms = ("tnef",)


class TakesWhatever:
    content_forms = "tnef"


def test_a_gateway_takes_mime_unless_it_says_more() -> None:
    assert [set(content_forms_of(one)) for one in (object(), TakesTnef())] == [{"mime"}, {"mime", "tnef"}]


def test_a_gateway_that_declares_no_set_is_broken() -> None:
    with pytest.raises(PluginBroken, match="TakesWhatever: content_forms"):
        content_forms_of(TakesWhatever())


@pytest.mark.parametrize(("forms", "form"), [((), "mime"), (("tnef",), "tnef")], ids=["mime", "tnef"])
def test_each_gateway_is_given_a_form_that_it_takes(tmp_path: Path, forms: tuple[str, ...], form: str) -> None:
    seen: list[Content] = []

    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        seen.append(delivery.content)
        return delivery.all(Delivered(250))

    made = gateway_class(deliver)
    if forms:
        made.content_forms = forms

    async def story(office: Office) -> None:
        office.routes = table(b=installed(made))
        await office.queue.accept(Accept("t1", ANN, to("bob"), taken(letter())), NEVER)
        await office.work()

    at_office(tmp_path, story)
    (content,) = seen
    assert content.form == form
    assert (tnef if form == "tnef" else mime).read(content.octets).subject == "hello"


def test_no_property_starts_a_header_field_of_its_own(tmp_path: Path) -> None:
    message = letter()
    message.add_headers({"X-Fine": "grandgrand"})
    octets = taken(message).octets.replace("grandgrand".encode("utf-16-le"), "g\r\nEvil: 1".encode("utf-16-le"))
    seen: list[Content] = []

    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        seen.append(delivery.content)
        return delivery.all(Delivered(250))

    async def story(office: Office) -> None:
        office.routes = table(b=installed(deliver))
        await office.queue.accept(Accept("t1", None, to("bob"), Content(octets, "tnef")), NEVER)
        await office.work()

    at_office(tmp_path, story)
    assert [mime.read(one.octets).headers.get("Evil") for one in seen] in ([], [None])


def test_mime_is_made_once() -> None:
    forms = ContentForms(taken(letter()))

    assert forms.content_for(frozenset({"mime"})) is None
    assert forms.make_mime() is forms.content_for(frozenset({"mime"})) is forms.make_mime()


# Traced and quoted


def test_the_trace_stands_before_the_header_that_a_message_came_with() -> None:
    message = letter()
    message[PidTagTransportMessageHeaders] = "X-First: 1\r\n"
    content = Content(tnef.write(message), "tnef")

    traced = traced_message(content, ANN, "mta.a.test", "t1", NOON)
    assert traced[PidTagTransportMessageHeaders] == (
        "Return-Path: <ann@a.test>\r\nReceived: by mta.a.test (msgcore) id t1;\r\n"
        " Tue, 01 Jan 2030 12:00:00 +0000\r\nX-First: 1\r\n"
    )


def test_the_header_that_a_report_quotes_has_no_files() -> None:
    quoted = quoted_header(taken(letter(attachments=[b"\0" * 10_000])))

    assert quoted is not None
    assert (mime.read(quoted).subject, len(quoted) < 2_000) == ("hello", True)


def test_what_cannot_be_quoted_is_reported_all_the_same() -> None:
    assert quoted_header(Content(b"no TNEF", "tnef")) is None
