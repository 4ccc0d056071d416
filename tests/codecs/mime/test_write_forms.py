"""What is composed goes out in the least encoding that the next hop takes, and says the same in every form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.transfer import Domain, domain_of
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.errors import CapabilityMissing
from msgcore.model import Address, Attachment, Message, RecipientKind, compare
from msgcore.testing.strategies import composed_messages

SEVEN_BIT, EIGHT_BIT, BINARY = Domain
DOMAINS = st.sampled_from(Domain)


def wire(message: Message, domain: Domain, *, allow_utf8: bool = True) -> bytes:
    return mime.write_for_wire(
        message, allow_8bit=domain >= EIGHT_BIT, allow_binary=domain is BINARY, allow_utf8=allow_utf8
    )


def again(octets: bytes, domain: Domain, *, allow_utf8: bool = True) -> bytes:
    return mime.octets_for_wire(
        octets, allow_8bit=domain >= EIGHT_BIT, allow_binary=domain is BINARY, allow_utf8=allow_utf8
    )


def part_of(message: Message, domain: Domain) -> Entity:
    """The first leaf of the message as it goes out."""
    return next(one for one in parse(wire(message, domain)).walk() if not one.children)


@given(composed_messages(), DOMAINS)
def test_a_composed_message_reads_back_the_same_in_every_form(message: Message, domain: Domain) -> None:
    arrived = mime.read(wire(message, domain))
    message.recipients = [r for r in message.recipients if r.kind is not RecipientKind.BCC]

    assert [d for d in compare(arrived, message) if "recipients" not in d.where or "attachments[" not in d.where] == []


@given(composed_messages(), DOMAINS, st.booleans())
def test_what_is_composed_needs_no_repair(message: Message, domain: Domain, allow_utf8: bool) -> None:
    try:
        octets = wire(message, domain, allow_utf8=allow_utf8)
    except CapabilityMissing:
        return
    assert again(octets, domain, allow_utf8=allow_utf8) == octets


@given(composed_messages(), st.sampled_from([SEVEN_BIT, EIGHT_BIT]))
def test_nothing_goes_out_that_the_hop_does_not_take(message: Message, domain: Domain) -> None:
    try:
        octets = wire(message, domain, allow_utf8=False)
    except CapabilityMissing:
        return
    assert domain_of(octets) <= domain


@given(composed_messages(), DOMAINS)
def test_every_label_is_as_wide_as_what_it_holds(message: Message, domain: Domain) -> None:
    labels = {"": 0, "7bit": 0, "8bit": 1, "binary": 2}
    try:
        octets = wire(message, domain, allow_utf8=domain > SEVEN_BIT)
    except CapabilityMissing:
        return
    for part in parse(octets).walk():
        assert domain_of(part.body) <= labels.get(part.transfer_encoding, 0)


ENCODINGS = [
    ("plain", "7bit", "7bit", "7bit"),
    ("mostly ASCII with one å", "quoted-printable", "8bit", "8bit"),
    ("ååååå", "base64", "8bit", "8bit"),
    ("x" * 2_000, "quoted-printable", "quoted-printable", "binary"),
    ("one \0 in a text", "quoted-printable", "quoted-printable", "binary"),
    ("a\rb", "base64", "base64", "base64"),  # in binary it would read as a line end
]


@pytest.mark.parametrize(("text", "seven", "eight", "binary"), ENCODINGS)
def test_the_encoding_of_a_text(text: str, seven: str, eight: str, binary: str) -> None:
    message = Message(text=text)

    assert [part_of(message, domain).transfer_encoding for domain in Domain] == [seven, eight, binary]


FILES = [
    (b"\0\xff\r", "image/png", "base64", "base64", "binary"),
    (b"text\r\n", "image/png", "base64", "base64", "binary"),
    (b"text\r\n", "text/plain", "7bit", "7bit", "7bit"),
    ("å\r\n".encode(), "text/plain", "base64", "8bit", "8bit"),
    (b"text\n", "text/plain", "base64", "base64", "binary"),
    (b"Subject: x\r\n\r\n", "message/rfc822", "7bit", "7bit", "7bit"),
]


@pytest.mark.parametrize(("data", "kind", "seven", "eight", "binary"), FILES)
def test_the_encoding_of_an_attachment(data: bytes, kind: str, seven: str, eight: str, binary: str) -> None:
    message = Message(attachments=[Attachment(data, content_type=kind)])
    parts = [parse(wire(message, domain)).children[0] for domain in Domain]

    assert [(part.transfer_encoding, part.content) for part in parts] == [(seven, data), (eight, data), (binary, data)]


def test_a_multipart_is_labelled_as_the_widest_of_its_parts() -> None:
    message = Message(text="å", attachments=[Attachment(b"\0")])
    assert [parse(wire(message, domain)).transfer_encoding for domain in Domain] == ["", "8bit", "binary"]


def test_a_binary_attachment_may_hold_what_looks_like_its_delimiter() -> None:
    first = wire(Message(attachments=[Attachment(b"a")]), BINARY)
    evil = b"\r\n--" + (parse(first).content_type.get("boundary") or "").encode() + b"--\r\n"
    message = Message(attachments=[Attachment(b"a" + evil)])

    assert mime.read(wire(message, BINARY)).attachments[0].data == b"a" + evil


BINARY_PART = (
    b"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: binary\n\n--b\n"
    b"Content-Type: a/b\nContent-Transfer-Encoding: binary\n\nx\n\r\0\n--b--\n"
)


def test_a_binary_part_that_was_read_stays_where_the_hop_takes_binary() -> None:
    sent = again(BINARY_PART, BINARY)

    assert (parse(sent).children[0].transfer_encoding, parse(sent).children[0].content) == ("binary", b"x\n\r\0")


def test_a_binary_part_that_was_read_is_encoded_for_any_other_hop() -> None:
    assert parse(again(BINARY_PART, EIGHT_BIT)).children[0].transfer_encoding == "base64"


def test_nothing_is_added_behind_binary_content() -> None:
    octets = b"Content-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\nx\n"

    assert again(octets, BINARY) == octets


# Header fields in UTF-8


def test_text_is_encoded_in_a_message_that_can_go_without_smtputf8() -> None:
    """Else a later hop that lacks it would have to send the message back."""
    octets = wire(Message(to="a@b.test", subject="så"), EIGHT_BIT)

    assert b"Subject: =?utf-8?b?c8Ol?=\r\n" in octets


def test_text_stands_as_it_is_in_a_message_that_needs_smtputf8_anyway() -> None:
    message = Message(to=["Åsa <å@b.test>"], subject="så =?utf-8?q?x?= bra", headers={"X-Own": "ä"})

    octets = wire(message, EIGHT_BIT)

    assert 'To: "Åsa" <å@b.test>\r\n'.encode() in octets
    assert b"X-Own: \xc3\xa4\r\n" in octets
    assert mime.read(octets).subject == "så =?utf-8?q?x?= bra"


def test_a_blind_recipient_does_not_make_smtputf8_needed() -> None:
    message = Message(bcc="å@b.test", subject="x")

    assert wire(message, EIGHT_BIT, allow_utf8=False) == wire(Message(subject="x"), EIGHT_BIT)


def test_an_address_in_an_attached_message_is_text() -> None:
    """Nobody sends to it: a returned or forwarded message goes to every hop."""
    message = Message(attachments=[Message(to="å@b.test")])

    octets = wire(message, EIGHT_BIT, allow_utf8=False)

    (attachment,) = mime.read(octets).attachments
    assert octets.isascii()
    assert attachment.message is not None
    assert attachment.message.headers.get("To") == "å@b.test"


def test_an_attached_message_has_encoded_words_whatever_the_hop_takes() -> None:
    """RFC 6532 section 3.7: a message/rfc822 has no UTF-8 in its header fields."""
    message = Message(to=[Address("SMTP", "å@b.test")], attachments=[Message(subject="så")])

    assert b"Subject: =?utf-8?" in wire(message, EIGHT_BIT)
