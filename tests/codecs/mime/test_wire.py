"""The wire form: line ends, NUL, long lines, 8-bit octets, Bcc (cases S01 to S05 of the security reference)."""

from __future__ import annotations

import pytest
from hypothesis import given

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.transfer import has_long_line
from msgcore.codecs.mime.tree.entity import parse
from msgcore.errors import CapabilityMissing
from msgcore.model import Attachment, Message
from msgcore.props import PidTagBody
from msgcore.testing.strategies import mail_octets
from tests.codecs.mime.test_entity import shape


def wire(octets: bytes, *, allow_8bit: bool = False, allow_utf8: bool = False) -> bytes:
    return mime.octets_for_wire(octets, allow_8bit=allow_8bit, allow_utf8=allow_utf8)


@given(mail_octets())
def test_any_octets_go_out_in_the_wire_form_or_are_refused(octets: bytes) -> None:
    try:
        sent = wire(octets)
    except CapabilityMissing:
        return
    assert sent.isascii() and b"\0" not in sent and sent.endswith(b"\r\n")
    assert sent.count(b"\r\n") == sent.count(b"\r") == sent.count(b"\n")
    assert max(map(len, sent.split(b"\r\n"))) <= 998


@given(mail_octets())
def test_the_wire_form_of_the_wire_form_is_itself(octets: bytes) -> None:
    try:
        sent = wire(octets)
    except CapabilityMissing:
        return
    assert wire(sent) == sent


@given(mail_octets())
def test_the_wire_form_has_the_same_types_in_the_same_tree(octets: bytes) -> None:
    try:
        sent = wire(octets)
    except CapabilityMissing:
        return
    assert types_of(sent) == types_of(octets)


def types_of(octets: bytes) -> list[tuple[int, bytes]]:
    """Give the types as ASCII has them: no other octet of one can go out."""
    return [(entity.depth, entity.media_type.encode("ascii", "replace")) for entity in parse(octets).walk()]


CLEAN = b"Subject: x\r\n\r\nbody\r\n"


def test_what_is_clean_goes_out_as_it_is() -> None:
    assert wire(CLEAN) is CLEAN


@pytest.mark.parametrize(
    "body", [b"a\n.\nb", b"a\n.\r\nb", b"a\r.\rb", b"a\r.\r\nb", b"a\r\n.\nb", b"a\r\n.\rb"], ids=repr
)
def test_every_line_end_around_a_dot_becomes_crlf(body: bytes) -> None:
    assert wire(b"A: b\r\n\r\n" + body) == b"A: b\r\n\r\na\r\n.\r\nb\r\n"


def test_a_missing_last_line_end_is_added_once() -> None:
    assert wire(b"A: b\r\n\r\nbody") == b"A: b\r\n\r\nbody\r\n"


def test_an_empty_body_gets_nothing_but_the_blank_line() -> None:
    assert wire(b"A: b\r\n\r\n") == b"A: b\r\n\r\n"


def test_headers_alone_get_a_blank_line() -> None:
    assert wire(b"A: b") == b"A: b\r\n\r\n"


@pytest.mark.parametrize("size", [998, 999, 1_000_000])
def test_a_line_of_998_octets_stays_and_a_longer_one_is_encoded(size: int) -> None:
    sent = wire(b"A: b\r\n\r\n" + b"x" * size + b"\r\n")

    assert parse(sent).transfer_encoding == ("" if size <= 998 else "quoted-printable")


def test_a_character_is_not_split_when_a_long_line_is_encoded() -> None:
    octets = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "å".encode() * 1_000

    assert mime.read(wire(octets, allow_8bit=True)).text == "å" * 1_000


def test_nul_in_a_body_is_encoded() -> None:
    assert mime.read(wire(b"A: b\r\n\r\na\0b\r\n")).text == "a\0b\n"


def test_eight_bit_text_is_encoded_for_a_hop_without_8bitmime() -> None:
    octets = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "så bra som bara den\r\n".encode()
    )

    assert wire(octets).endswith(b"Content-Transfer-Encoding: quoted-printable\r\n\r\ns=C3=A5 bra som bara den\r\n")


def test_eight_bit_text_stays_for_a_hop_with_8bitmime() -> None:
    octets = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + "så\r\n".encode()

    assert wire(octets, allow_8bit=True) == octets


def test_only_the_part_that_needs_it_is_encoded() -> None:
    octets = (
        b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        b"--b\r\n\r\nplain  \r\n--b\r\n"
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xff\r\n--b--\r\n"
    )

    assert wire(octets) == (
        b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
        b"--b\r\n\r\nplain  \r\n--b\r\n"
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n/w==\r\n\r\n--b--\r\n"
    )


def test_a_binary_part_is_encoded_exactly() -> None:
    part = b"a\r\n--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\n\n\r\x01\n\r\n--b--\r\n"
    sent = wire(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + part)

    assert shape(parse(sent)) == "mixed(plain 'a', b '\\n\\r\\x01\\n')"


def test_base64_in_one_line_of_a_megabyte_is_broken_into_lines() -> None:
    octets = b"Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QUJD" * 250_000

    assert parse(wire(octets)).content == b"ABC" * 250_000


def test_the_parts_of_an_attached_message_are_encoded_inside_it() -> None:
    octets = (
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: s\r\n\r\n" + b"s\xc3\xa5 bra"
    )

    assert shape(parse(wire(octets))) == "rfc822(plain 'sÃ¥ bra')"


SIGNED = (
    b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n%b\r\n--b\r\n"
    b"Content-Type: application/pgp-signature\r\n\r\nsig\r\n--b--\r\n"
)


def test_the_line_ends_of_a_signed_part_become_crlf_and_nothing_else_changes() -> None:
    octets = SIGNED % b"text  "

    assert wire(octets.replace(b"\r\n", b"\n")) == octets


@pytest.mark.parametrize(
    ("content", "why"),
    [("å".encode(), "does not offer 8BITMIME"), (b"a\0b", "NUL"), (b"a\rb", "bare CR"), (b"x" * 999, "998 octets")],
)
def test_a_signed_part_that_would_have_to_be_encoded_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(CapabilityMissing, match=f"signed part.*{why}"):
        wire(SIGNED % content)


def test_an_eight_bit_signed_part_goes_to_a_hop_with_8bitmime() -> None:
    octets = SIGNED % "å".encode()

    assert wire(octets, allow_8bit=True) == octets


# Headers


def test_bcc_never_goes_out() -> None:
    message = Message(to="a@b.test", bcc="c@d.test", text="x")

    assert b"c@d.test" not in mime.write_for_wire(message, allow_8bit=True, allow_utf8=True)


@pytest.mark.parametrize("name", [b"Bcc", b"bcc ", b"Resent-Bcc"])
def test_bcc_of_octets_never_goes_out(name: bytes) -> None:
    assert wire(b"To: a@b.test\r\n" + name + b": c@d.test\r\n\r\n") == b"To: a@b.test\r\n\r\n"


def test_a_bare_cr_in_a_header_makes_no_field() -> None:
    assert wire(b"Subject: x\rBcc: evil@x.test\r\n\r\n") == b"Subject: x Bcc: evil@x.test\r\n\r\n"


def test_an_mbox_separator_and_junk_do_not_go_out() -> None:
    assert wire(b"From a@b Mon Jan 1\nA: b\njunk\nSubject: x\n\nbody\n") == b"A: b\r\nSubject: x\r\n\r\nbody\r\n"


def test_a_byte_order_mark_does_not_go_out() -> None:
    assert wire(b"\xef\xbb\xbfA: b\r\n\r\nbody\r\n") == b"A: b\r\n\r\nbody\r\n"


def test_a_blank_continuation_line_does_not_end_the_header() -> None:
    assert wire(b"A: b\r\n \r\n c\r\nD: e\r\n\r\n\xe5").startswith(b"A: b\r\n c\r\nD: e\r\n")


def test_a_raw_eight_bit_subject_is_encoded() -> None:
    assert mime.read(wire("Subject: så bra\r\n\r\n".encode())).subject == "så bra"


def test_a_raw_utf_8_subject_stays_for_a_hop_with_smtputf8() -> None:
    octets = "Subject: så bra\r\n\r\n".encode()

    assert wire(octets, allow_8bit=True, allow_utf8=True) == octets


def test_a_raw_latin_1_subject_is_encoded_even_for_a_hop_with_smtputf8() -> None:
    assert wire(b"Subject: s\xe5\r\n\r\n", allow_8bit=True, allow_utf8=True).isascii()


def test_a_raw_eight_bit_name_is_encoded_and_the_address_stays() -> None:
    assert wire("To: Åsa <asa@b.test>\r\n\r\n".encode()) == b"To: =?utf-8?q?=C3=85sa?= <asa@b.test>\r\n\r\n"


def test_an_address_that_is_not_ascii_needs_smtputf8() -> None:
    with pytest.raises(CapabilityMissing, match=r"To 'åsa@b\.test' needs SMTPUTF8"):
        wire("To: åsa@b.test\r\n\r\n".encode())


def test_an_address_that_is_not_ascii_goes_to_a_hop_with_smtputf8() -> None:
    octets = "To: åsa@b.test\r\n\r\n".encode()

    assert wire(octets, allow_8bit=True, allow_utf8=True) == octets


def test_a_raw_eight_bit_file_name_is_written_by_rfc_2231() -> None:
    octets = 'Content-Type: a/b; name="å.txt"\r\n\r\n'.encode()

    assert wire(octets) == b"Content-Type: a/b; name*=utf-8''%C3%A5.txt\r\n\r\n"


def test_a_long_header_line_is_folded() -> None:
    sent = wire(b"References: " + b"<a@b.test> " * 200 + b"\r\n\r\n")

    assert mime.read(sent).headers[0].value == " ".join(["<a@b.test>"] * 200)


def test_composed_octets_are_the_same_on_disk_and_on_the_wire_but_for_bcc() -> None:
    message = Message(from_="a@b.test", text="å", html="<p>", attachments=[Attachment(b"\0\r\n.\r\n")])

    assert mime.write_for_wire(message, allow_8bit=False, allow_utf8=False) == mime.write(message)


@pytest.mark.parametrize(
    ("octets", "is_long"),
    [
        (b"x" * 998, False),
        (b"x" * 999, True),
        (b"x" * 998 + b"\r\n", False),
        (b"x" * 998 + b"\n", False),
        (b"x" * 999 + b"\r\n", True),
        (b"a\r\n" * 2_000, False),
        (b"a\r\n" + b"x" * 998 + b"\r\n" + b"x" * 998, False),
        (b"a\r\n" + b"x" * 999 + b"\r\n", True),
        (b"x" * 998 + b"\r\n" + b"x" * 999, True),
    ],
)
def test_a_long_line_has_more_than_998_octets_before_its_end(octets: bytes, is_long: bool) -> None:
    assert has_long_line(octets) is is_long


def test_bcc_of_an_attached_message_stays_at_home_also_when_it_was_read() -> None:
    inner = Message(from_="ann@a.test", to=["b@b.test"], bcc=["secret@s.test"], text="x")
    outer = Message(from_="ann@a.test", to=["b@b.test"], text="x", attachments=[Attachment(inner)])
    stored = mime.read(mime.write(outer))

    assert b"secret" in mime.write(stored)
    assert b"secret" not in mime.write(stored, bcc=False)
    assert b"secret" not in mime.write_for_wire(stored, allow_8bit=True, allow_utf8=False)


def test_an_empty_content_type_reads_as_text_on_the_wire_too() -> None:
    octets = "From: a@a.test\r\nContent-Type: ; charset=utf-8; x=ü\r\n\r\nhallo ü\r\n".encode()

    sent = mime.octets_for_wire(octets, allow_8bit=False, allow_utf8=False)

    assert mime.read(sent).get(PidTagBody) == "hallo ü\n"


class Hop(set[str]):
    """A next hop that offers what is in it."""

    def offers(self, keyword: str) -> bool:
        return keyword in self


SIGNATURE = b"DKIM-Signature: v=1; d=a.test; h=from:subject; b=x\r\n"
LONG_LINE = b"x" * 1_200


@pytest.mark.parametrize(
    ("letter", "offers"),
    [
        (b"Subject: 7bit\r\n\r\ntrailing \t\r\n.\r\n..dots\r\n", set[str]()),
        (b"Subject: =?utf-8?q?w?=\r\nContent-Transfer-Encoding: 8bit\r\n\r\nno 8-bit octet\r\n", set[str]()),
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xe2\x82\xac \r\n\r\n\r\n", {"8BITMIME"}),
        (b"Subject: \xe2\x82\xac raw\r\n\r\nx\r\n", {"8BITMIME"}),
        (b"Subject: x\r\nno field at all\r\n\r\nx\r\n", set[str]()),
        (b"Subject: \xe2\x82\xac\r\n\r\n\xe2\x82\xac\r\n", {"8BITMIME", "SMTPUTF8"}),
        (b"Content-Transfer-Encoding: binary\r\n\r\n\n\r" + LONG_LINE, {"8BITMIME", "BINARYMIME", "CHUNKING"}),
    ],
)
def test_what_was_signed_on_the_way_goes_out_to_the_last_octet(letter: bytes, offers: set[str]) -> None:
    octets = SIGNATURE + b"From: ann@a.test\r\n" + letter

    sent = mime.usual_wire_form(octets) or mime.wire_writer(mime.read(octets))(Hop(offers))

    assert sent.octets == octets


@pytest.mark.parametrize(
    ("letter", "offers"),
    [
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xe2\x82\xac\r\n", set[str]()),
        (b"Subject: \xe2\x82\xac raw\r\n\r\nx\r\n", set[str]()),
        (b"\r\n" + LONG_LINE + b"\r\n", {"8BITMIME", "SMTPUTF8"}),
        (b"\r\nbare \n line end\r\n", {"8BITMIME"}),
    ],
)
def test_what_was_signed_is_refused_rather_than_converted(letter: bytes, offers: set[str]) -> None:
    octets = SIGNATURE + b"From: ann@a.test\r\n" + letter

    with pytest.raises(CapabilityMissing, match="signed"):
        mime.wire_writer(mime.read(octets))(Hop(offers))
    assert mime.wire_writer(mime.read(octets.removeprefix(SIGNATURE)))(Hop(offers)).octets


def test_what_was_signed_and_then_changed_here_is_converted_as_ever() -> None:
    message = mime.read(SIGNATURE + b"From: ann@a.test\r\nSubject: x\r\n\r\n\xe2\x82\xac\r\n")
    message.subject = "another"

    assert mime.wire_writer(message)(Hop(set())).octets.isascii()


def test_blind_recipients_are_taken_out_of_what_was_signed() -> None:
    octets = SIGNATURE + b"From: ann@a.test\r\nBcc: eve@e.test\r\n\r\n\xe2\x82\xac\r\n"

    sent = mime.wire_writer(mime.read(octets))(Hop({"8BITMIME"})).octets

    assert sent == octets.replace(b"Bcc: eve@e.test\r\n", b"")
