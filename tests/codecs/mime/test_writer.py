"""Writing: what is kept, what is composed, and that nothing can be injected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.address_writing import address_field
from msgcore.codecs.mime.syntax.fold import encoded_words, text_field
from msgcore.codecs.mime.syntax.words import decode_words
from msgcore.codecs.mime.tree.entity import parse
from msgcore.errors import InjectionRefused, NotLoaded, UsageError
from msgcore.model import Address, Attachment, Message, Recipient
from msgcore.props import (
    PidTagAttachLongFilename,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagReadReceiptRequested,
    header_property,
)
from msgcore.props.bag import PropBag
from msgcore.testing.strategies import header_texts, long_header_texts
from tests.codecs.mime.test_entity import shape

EPOCH = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def write(message: Message) -> str:
    return mime.write(message).decode("ascii")


def test_a_plain_message_looks_like_one() -> None:
    message = Message(
        from_="Ann <ann@a.test>", to=["bob@b.test"], subject="Hi", text="Hello", message_id="<1@a.test>", date=EPOCH
    )

    assert write(message) == (
        "From: Ann <ann@a.test>\r\n"
        "To: bob@b.test\r\n"
        "Subject: Hi\r\n"
        "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n"
        "Message-ID: <1@a.test>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Hello\r\n"
    )


def test_message_id_and_date_are_not_made_up() -> None:
    assert "Date:" not in write(Message(text="x")) and "Message-ID:" not in write(Message(text="x"))


PICTURE = Attachment(b"PNG", content_type="image/png", content_id="p@x", is_inline=True)
FILE = Attachment(b"\0", filename="f.bin")

SHAPES = [
    (Message(text="a"), "plain 'a\\r\\n'"),
    (Message(html="<a>"), "html '<a>\\r\\n'"),
    (Message(text="a", html="<a>"), "alternative(plain 'a\\r\\n', html '<a>\\r\\n')"),
    (Message(text="a", attachments=[FILE]), "mixed(plain 'a\\r\\n', octet-stream '\\x00')"),
    (Message(attachments=[FILE]), "mixed(octet-stream '\\x00')"),
    (Message(html="cid:p@x", attachments=[PICTURE]), "related(html 'cid:p@x\\r\\n', png 'PNG')"),
    (
        Message(text="a", html="cid:p@x", attachments=[PICTURE, FILE]),
        "mixed(alternative(plain 'a\\r\\n', related(html 'cid:p@x\\r\\n', png 'PNG')), octet-stream '\\x00')",
    ),
    (Message(html="none", attachments=[PICTURE]), "mixed(html 'none\\r\\n', png 'PNG')"),
    (Message(attachments=[Message(subject="s", text="in")]), "mixed(rfc822(plain 'in\\r\\n'))"),
]


@pytest.mark.parametrize(("message", "expected"), SHAPES, ids=[expected for _, expected in SHAPES])
def test_shape(message: Message, expected: str) -> None:
    assert shape(parse(mime.write(message))) == expected


ENCODINGS = [
    ("plain ASCII", "7bit"),
    ("mostly ASCII with one å", "quoted-printable"),
    ("ååååå", "base64"),
    ("x" * 2_000, "quoted-printable"),
    ("one \0 in a text", "quoted-printable"),
    ("a\0b", "base64"),
    ("a\rb", "base64"),
    ("", "7bit"),
]


@pytest.mark.parametrize(("text", "encoding"), ENCODINGS)
def test_the_least_encoding_that_carries_the_text(text: str, encoding: str) -> None:
    assert parse(mime.write(Message(text=text))).transfer_encoding == encoding


def test_a_text_attachment_with_crlf_goes_out_as_it_is() -> None:
    message = Message(attachments=[Attachment(b"a\r\nb\r\n", content_type="text/plain")])

    assert parse(mime.write(message)).children[0].transfer_encoding == "7bit"


def test_a_text_attachment_with_bare_line_feeds_is_encoded_to_stay_exact() -> None:
    message = Message(attachments=[Attachment(b"a\nb\n", content_type="text/plain")])

    assert parse(mime.write(message)).children[0].transfer_encoding == "base64"


def test_a_boundary_that_occurs_in_a_part_is_not_used() -> None:
    first = mime.write(Message(text="a", html="b"))
    boundary = parse(first).content_type.parameters["boundary"]
    message = Message(text=f"a\r\n--{boundary}\r\n", html="b")

    assert mime.read(mime.write(message)).html == "b\n"


def test_a_long_ascii_file_name_is_written_in_pieces() -> None:
    octets = write(Message(attachments=[Attachment(b"", filename="n" * 200)]))

    assert "filename*0*=utf-8''nnn" in octets and "filename*1*=nnn" in octets


def test_a_file_name_that_is_not_ascii_has_the_older_form_beside_the_right_one() -> None:
    octets = write(Message(attachments=[Attachment(b"", filename="å.txt")]))

    assert "filename*=utf-8''%C3%A5.txt" in octets and 'name="=?utf-8?' in octets


def test_a_recipient_of_another_type_is_encapsulated_at_a_domain_that_never_exists() -> None:
    assert "To: Fax <IMCEAFAX-+2B46_1@encapsulated.invalid>" in write(Message(to=[Address("FAX", "+46/1", "Fax")]))


def test_a_receipt_goes_to_the_sender() -> None:
    message = Message(from_="ann@a.test")
    message[PidTagReadReceiptRequested] = True

    assert "Disposition-Notification-To: ann@a.test\r\n" in write(message)


def test_html_in_a_code_page_without_a_mime_name_is_written_in_utf_8() -> None:
    message = Message()
    message[PidTagHtml], message[PidTagInternetCodepage] = b"\xe5", 99_999

    assert mime.read(mime.write(message)).html == "å\n"


def test_a_multipart_as_octets_is_only_a_file() -> None:
    message = Message(attachments=[Attachment(b"--x--", content_type="multipart/mixed; boundary=x")])

    assert shape(parse(mime.write(message))) == "mixed(octet-stream '--x--')"


def test_bcc_is_kept_in_the_storage_form() -> None:
    assert "Bcc: b@c.test\r\n" in write(Message(bcc="b@c.test"))


def test_bcc_is_left_out_on_wish_also_of_an_attached_message() -> None:
    message = Message(bcc="b@c.test", attachments=[Message(bcc="d@c.test")])

    assert b"Bcc" not in mime.write(message, bcc=False)


def test_bcc_of_a_message_that_was_read_is_left_out_on_wish() -> None:
    octets = b"To: a@b.test\r\nBcc: c@d.test,\r\n e@f.test\r\nSubject: x\r\n\r\nbody\r\n"

    assert mime.write(mime.read(octets), bcc=False) == b"To: a@b.test\r\nSubject: x\r\n\r\nbody\r\n"


def test_a_message_attached_to_itself_is_refused() -> None:
    message = Message()
    message.attachments = [Attachment(message)]

    with pytest.raises(UsageError, match="attached to itself"):
        mime.write(message)


def test_a_thousand_messages_in_one_another_are_written() -> None:
    message = Message(text="core")
    for _ in range(1_000):
        message = Message(attachments=[message])

    assert b"core" in mime.write(message)


def test_an_attachment_above_the_load_limit_is_named() -> None:
    def too_large() -> bytes:
        raise NotLoaded("attachment 0: call open_attachment(0)")

    with pytest.raises(NotLoaded, match=r"open_attachment\(0\)"):
        mime.write_chunks(Message(attachments=[Attachment.lazy(too_large, PropBag())]))


# Changing what was read

READ = (
    b"Received: x\r\nX-A: 1\r\nsubject:  old\r\n folded\r\n"
    b"X-B: 2\r\nTo: a@b.test\r\nX-Junk\r\nX-A: 3\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain\r\n\r\nbody \r\n"
)


def changed(**changes: object) -> bytes:
    message = mime.read(READ)
    for name, value in changes.items():
        setattr(message, name, value)
    return mime.write(message)


def test_a_new_value_stands_where_the_old_one_stood() -> None:
    assert changed(subject="new") == READ.replace(b"subject:  old\r\n folded", b"Subject: new").replace(
        b"X-Junk\r\n", b""
    )


def test_a_field_that_was_not_there_goes_behind_the_others() -> None:
    assert changed(message_id="<1@a>").endswith(b"Content-Type: text/plain\r\nMessage-ID: <1@a>\r\n\r\nbody \r\n")


def test_new_fields_take_the_line_ends_of_the_message() -> None:
    message = mime.read(READ.replace(b"\r\n", b"\n"))
    message.subject = "new"

    assert b"\r" not in mime.write(message)


def test_recipients_replace_their_fields() -> None:
    octets = changed(recipients=[Recipient(Address("SMTP", "new@b.test"))])

    assert b"To: new@b.test\r\n" in octets and b"a@b.test" not in octets


def test_a_header_property_replaces_every_field_of_its_name() -> None:
    message = mime.read(READ)
    message[header_property("X-A")] = "new"

    assert mime.read(mime.write(message)).headers.get_all("x-a") == ("new",)


def test_a_deleted_property_takes_its_field_along() -> None:
    message = mime.read(READ)
    del message[header_property("X-A")]

    assert b"X-A" not in mime.write(message)


def test_added_headers_go_behind_the_others() -> None:
    message = mime.read(READ)
    message.add_headers({"X-New": "n"})

    assert mime.read(mime.write(message)).headers.get("X-New") == "n"


def test_a_changed_body_keeps_the_fields_that_nobody_touched() -> None:
    headers = mime.read(changed(text="new")).headers

    assert [f.name for f in headers] == [
        *("Received", "X-A", "subject", "X-B", "To", "X-A"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    ]


def test_a_changed_body_cannot_turn_a_bare_cr_into_a_field() -> None:
    message = mime.read(b"Subject: x\rBcc: evil@x.test\r\n\r\nbody\r\n")
    message.text = "new"

    assert mime.read(mime.write(message)).bcc == ()


def test_assigning_the_same_attachments_again_changes_nothing() -> None:
    message = mime.read(READ)
    message.attachments = message.attachments

    assert mime.write(message) == READ


# Injection

EVIL = ["a\r\nBcc: x@y.test", "a\nb", "a\rb", "a\0b"]


def with_file_name(filename: str) -> Message:
    attachment = Attachment(b"")
    attachment.properties[PidTagAttachLongFilename] = filename
    return Message(attachments=[attachment])


MAKERS: dict[str, Callable[[str], Message]] = {
    "name": lambda evil: Message(to=[Address("SMTP", "a@b.test", evil)]),
    "address": lambda evil: Message(to=[Address("SMTP", evil)]),
    "type": lambda evil: Message(to=[Address(evil, "x")]),
    "bare name": lambda evil: Message(reply_to=[Address("", "", evil)]),
    "file name": with_file_name,
}


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_what_the_constructors_let_pass_the_writer_refuses(make: Callable[[str], Message], evil: str) -> None:
    with pytest.raises(InjectionRefused):
        mime.write(make(evil))


@given(st.lists(header_texts(), min_size=6, max_size=6))
def test_no_text_of_a_header_makes_a_field_of_its_own(texts: list[str]) -> None:
    subject, name, own, content_id, filename, topic = texts
    message = Message(
        to=[Address("SMTP", "a@b.test", name)],
        subject=subject,
        headers={"X-Own": own},
        attachments=[Attachment(b"", filename=filename, content_id=content_id)],
        references=topic,
    )

    root = parse(mime.write(message))

    assert [field.name for field in root.header.each_field()] == [
        *(b"to", b"subject", b"references", b"x-own", b"mime-version", b"content-type")
    ]
    assert {field.name for field in root.children[0].header.each_field()} == {
        *(b"content-type", b"content-disposition", b"content-id", b"content-transfer-encoding")
    }


@given(st.sampled_from(["Subject", "To", "X-" + "n" * 70]), long_header_texts(), st.booleans())
def test_a_header_line_with_an_encoded_word_has_at_most_76_octets(name: str, text: str, has_address: bool) -> None:
    """RFC 2047 section 2; and an encoded word has at most 75."""
    tokens = address_field("To", [Address("SMTP", "a@b.test", text)]) if has_address else text_field(name, text)
    lines = [line for line in (tokens or b"").split(b"\r\n") if b"=?" in line]

    assert max(map(len, lines), default=0) <= 76


@given(long_header_texts(), st.integers(24, 75))
def test_every_encoded_word_decodes_by_itself(text: str, width: int) -> None:
    """RFC 2047 section 5: no character is cut in two, so that a program may decode word by word."""
    words = encoded_words(text, width)

    assert "".join(decode_words(word.decode()) for word in words) == text
    assert max(map(len, words)) <= width


@given(long_header_texts())
def test_a_file_name_stands_in_both_forms(filename: str) -> None:
    """By RFC 2231, and in encoded words for Outlook and Gmail, unless a quoted string of one line can hold it."""
    part = parse(mime.write(Message(attachments=[Attachment(b"", filename=filename)]))).children[0]
    old_form = part.content_type.get("name")

    assert part.disposition.get("filename") == filename
    assert old_form is None or decode_words(old_form) == filename


@given(st.text(st.sampled_from("å日😀 %'*"), min_size=40, max_size=300))
def test_the_pieces_of_a_file_name_are_cut_between_characters(filename: str) -> None:
    octets = mime.write(Message(attachments=[Attachment(b"", filename=filename)]))
    pieces = re.findall(rb"filename\*\d+\*=(?:utf-8'')?([^;\r]*)", octets)

    assert "".join(unquote(piece.decode(), errors="strict") for piece in pieces) == filename


def test_dates_are_written_in_utc() -> None:
    assert "Date: Fri, 02 Jan 2026 03:04:05 +0000" in write(Message(date=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)))


def test_resent_bcc_is_as_blind_as_bcc() -> None:
    """RFC 5322 section 3.6.6: who was blind when the message was sent again stays so."""
    octets = b"From: ann@a.test\r\nResent-Bcc: hid@x.test\r\nSubject: Hi\r\n\r\nHello\r\n"
    assert mime.write(mime.read(octets), bcc=False) == octets.replace(b"Resent-Bcc: hid@x.test\r\n", b"")
    assert mime.write(mime.read(octets)) == octets


@pytest.mark.parametrize("field", ["To", "Cc", "Bcc"])
def test_recipients_of_one_kind_leave_the_fields_of_the_others_as_they_stand(field: str) -> None:
    """Groups and comments stay, and so does the signature over them."""
    lines = [b'%b: Team: "Ann" <ann@a.test>, bob@b.test (Bob);\r\n' % name for name in (b"To", b"Cc", b"Bcc")]
    message = mime.read(b"From: x@x.test\r\n" + b"".join(lines) + b"\r\nHello\r\n")
    setattr(message, field.lower(), ["new@x.test"])

    written = mime.write(message)

    assert f"{field}: new@x.test\r\n".encode() in written
    assert [line in written for line in lines] == [not line.startswith(field.encode()) for line in lines]
