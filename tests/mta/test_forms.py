"""The form in which a message travels inside, and what each kind of gateway is given of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime, tnef
from msgcore.errors import PluginBroken, UsageError
from msgcore.model import Attachment, Delivered, Envelope, Message, Outcome, Recipient
from msgcore.model.address import parse_address
from msgcore.model.compare import compare
from msgcore.mta.forms import ContentForms, quoted_header
from msgcore.mta.intake import accept_of
from msgcore.mta.queue.contract import Accept
from msgcore.mta.trace import traced_message
from msgcore.props.table import (
    PidLidLocation,
    PidTagHtml,
    PidTagRecipientTrackStatus,
    PidTagSendInternetEncoding,
    PidTagSendRichInfo,
    PidTagTransportMessageHeaders,
)
from msgcore.runtime import NEVER
from msgcore.spi.gateway import CONTENT_PROFILES, Content, content_forms_of
from msgcore.testing.queues import ANN, NOON, to
from msgcore.testing.strategies import composed_messages, read_messages
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


@pytest.mark.parametrize("form", ["mime", "plain", "text"])
def test_a_form_is_made_once(form: str) -> None:
    forms = ContentForms(taken(letter()))

    assert forms.make(form) is forms.make(form)


@pytest.mark.parametrize("form", ["tnef", "msg", "as it is"])
def test_nothing_is_made_into_another_form(form: str) -> None:
    with pytest.raises(UsageError, match=form):
        ContentForms(Content(OCTETS)).make(form)


# Who gets which


class Leads:
    """A gateway out, of some profile."""

    def __init__(self, profile: str, *forms: str) -> None:
        self.content_profile = profile
        self.content_forms = forms


class Within:
    content_forms = ("tnef",)


_PLAIN = 0x0002_0000
_MIME_TEXT = _PLAIN | 0x0004_0000
_MIME_HTML = _MIME_TEXT | 0x0008_0000
WISHES: Mapping[str, tuple[tuple[Any, Any], ...]] = {
    "none": (),
    "rich": ((PidTagSendRichInfo, True),),
    "mime": ((PidTagSendRichInfo, False),),
    "html": ((PidTagSendInternetEncoding, _MIME_HTML),),
    "texts": ((PidTagSendInternetEncoding, _MIME_TEXT),),
    "uuencode": ((PidTagSendInternetEncoding, _PLAIN),),
    "whatever": ((PidTagSendInternetEncoding, 0x0004_0000),),
}


def wishing(name: str) -> Recipient:
    return Recipient(parse_address(f"{name}@b.test"), properties=WISHES[name])


def parted(gateway: object, content: Content, names: Iterable[str] = WISHES) -> dict[str, list[str]]:
    copies = ContentForms(content).copies([wishing(name) for name in names], gateway)
    return {one.form: [r.email_address.partition("@")[0] for r in one.recipients] for one in copies}


def rich() -> Content:
    """Give a message that MIME cannot carry."""
    return taken(letter(message_class="IPM.Own.Form"))


def test_inside_all_get_what_is_kept() -> None:
    assert parted(Within(), rich()) == {"tnef": [*WISHES]}


def test_a_gateway_that_says_nothing_gets_mime_for_all() -> None:
    assert parted(object(), rich()) == {"mime": [*WISHES]}


def test_out_of_the_organisation_tnef_goes_to_those_who_read_it() -> None:
    assert parted(Leads("mime", "tnef"), rich()) == {
        "mime": ["none", "mime", "html", "whatever"],
        "tnef": ["rich"],
        "plain": ["texts", "uuencode"],
    }


def test_what_mime_carries_goes_as_mime_to_those_who_read_tnef_too() -> None:
    assert parted(Leads("mime", "tnef"), taken(letter()), ["none", "rich"]) == {"mime": ["none", "rich"]}


def test_to_a_site_tnef_goes_but_to_those_who_want_something_else() -> None:
    assert parted(Leads("tnef", "tnef"), taken(letter())) == {
        "tnef": ["none", "rich", "whatever"],
        "mime": ["mime", "html"],
        "plain": ["texts", "uuencode"],
    }


@pytest.mark.parametrize("gateway", [Leads("mime", "tnef"), Within()], ids=["out", "inside"])
@pytest.mark.parametrize("profile", CONTENT_PROFILES)
def test_what_the_connector_says_goes_before_what_the_gateway_says(gateway: object, profile: str) -> None:
    assert ContentForms(rich()).copies([wishing("none")], gateway, profile)[0].form == profile


@pytest.mark.parametrize("profile", ["plain", "text"])
def test_where_only_text_is_read_all_get_that(profile: str) -> None:
    assert parted(Leads(profile, "tnef"), rich()) == {profile: [*WISHES]}


def test_a_gateway_gets_no_tnef_that_does_not_take_it() -> None:
    assert parted(Leads("tnef"), rich(), ["none", "rich"]) == {"mime": ["none", "rich"]}


def test_a_mail_goes_as_it_is_whoever_would_read_more() -> None:
    assert parted(Leads("tnef", "tnef"), Content(OCTETS), ["none", "rich", "texts"]) == {
        "mime": ["none", "rich"],
        "plain": ["texts"],
    }


def test_what_the_message_s_own_row_says_counts_where_the_envelope_says_nothing() -> None:
    message = letter(message_class="IPM.Own.Form")
    message.recipients = [wishing("rich"), wishing("texts")]
    bare = [Recipient(parse_address(one)) for one in ("RICH@b.test", "texts@b.test")]
    copies = ContentForms(taken(message)).copies(bare, Leads("mime", "tnef"))

    assert {one.form: one.recipients for one in copies} == {"tnef": (bare[0],), "plain": (bare[1],)}


@given(st.sampled_from(CONTENT_PROFILES), st.lists(st.sampled_from([*WISHES]), unique=True), st.booleans())
def test_everybody_is_in_one_copy(profile: str, names: list[str], is_rich: bool) -> None:
    gateway = Leads(profile, "tnef")
    content = RICH if is_rich else taken(letter())
    found = parted(gateway, content, names)

    assert sorted(name for those in found.values() for name in those) == sorted(names)
    assert all(found.values())


RICH = rich()


@pytest.mark.parametrize("profile", ["TNEF", "", 7])
def test_a_gateway_of_a_profile_that_there_is_not_is_broken(profile: Any) -> None:
    with pytest.raises(PluginBroken, match="Leads: content_profile"):
        parted(Leads(profile), rich())


# Plain text


def in_form(form: str, content: Content) -> Message:
    made = ContentForms(content).make(form)
    assert made.form == "mime"
    return mime.read(made.octets)


def illustrated() -> Message:
    picture = Attachment(b"png", filename="a.png", content_id="p@a.test")
    html = "<p>Hello <b>you</b><img src='cid:p@a.test'></p>"
    return Message(
        to="bob@b.test", subject="grüße", html=html, attachments=[picture, Message(subject="inner", text="in it")]
    )


@pytest.mark.parametrize("is_mail", [False, True], ids=["TNEF", "MIME"])
def test_plain_is_a_text_with_the_files_behind_it(is_mail: bool) -> None:
    content = Content(mime.write(illustrated())) if is_mail else taken(illustrated())
    found = in_form("plain", content)
    inner = found.attachments[1].message

    assert (found.subject, PidTagHtml in found, (found.text or "").strip()) == ("grüße", False, "Hello you")
    assert ([one.filename for one in found.attachments][:1], inner and inner.subject) == (["a.png"], "inner")


@pytest.mark.parametrize("is_mail", [False, True], ids=["TNEF", "MIME"])
def test_text_names_the_files_that_it_leaves_out(is_mail: bool) -> None:
    content = Content(mime.write(illustrated())) if is_mail else taken(illustrated())
    found = in_form("text", content)

    assert (found.text or "").split("\n") == ["Hello you", "", "[Not in this copy: a.png, inner]", ""]
    assert (found.attachments, b"multipart" in mime.write(found)) == ((), False)


@pytest.mark.parametrize("form", ["plain", "text"])
@pytest.mark.parametrize("octets", [OCTETS, SIGNED], ids=["text", "signed"])
def test_what_is_text_or_signed_stays_as_it_is(octets: bytes, form: str) -> None:
    assert ContentForms(Content(octets)).make(form).octets == octets


DKIM = b"DKIM-Signature: v=1; d=a.test; s=x; h=from;\r\n bh=YQ==; b=YQ==\r\n"
ARC = b"ARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\nARC-Authentication-Results: i=1\r\n"


@pytest.mark.parametrize("form", ["plain", "text"])
def test_only_a_connector_makes_text_of_what_a_host_has_signed_and_leaves_no_broken_signature(form: str) -> None:
    """The recipient's wish for text is one; whoever signed the mail has chosen its form."""
    forms = ContentForms(Content(DKIM + ARC + mime.write(illustrated())))
    wishes = Recipient(parse_address("bob@b.test"), properties=WISHES["uuencode"])
    own, by_connector = (forms.copies([wishes], Leads(profile, "mime"))[0].form for profile in ("mime", form))
    made = forms.make(form).octets

    assert (own, by_connector) == ("mime", form)
    assert (b"DKIM" in made, b"ARC-" in made, b"<b>" in made) == (False, False, False)


@pytest.mark.parametrize("form", ["mime", "plain", "text"])
@given(read_messages() | composed_messages())
def test_any_message_has_each_form_and_names_nobody_blind(form: str, message: Message) -> None:
    found = in_form(form, taken(message))

    assert found.subject == message.subject
    assert found.bcc == ()
    assert form != "text" or not found.attachments or _is_sealed(found)


def _is_sealed(message: Message) -> bool:
    return (message.headers.get("Content-Type") or "").lower().startswith("multipart/")


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
