"""S/MIME out of Outlook's forms goes out as S/MIME: its one attachment is the body."""

from __future__ import annotations

from types import ModuleType

import pytest

from msgcore.codecs import mime, msg, tnef
from msgcore.codecs.convert import convert
from msgcore.errors import CapabilityMissing
from msgcore.model import Attachment, Message
from msgcore.props.tags import header_property

_TYPE = b'multipart/signed; protocol="application/pkcs7-signature";\r\n micalg=sha-256; boundary=b'
_PARTS = (
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSigned  %b\r\n"
    b"--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"AAAA\r\n--b--\r\n"
)
_CMS = bytes(range(200))


def _signed(text: bytes = b"text") -> Message:
    blob = b"MIME-Version: 1.0\r\nContent-Type: " + _TYPE + b"\r\n\r\n" + _PARTS % text
    attachment = Attachment(blob, filename="smime.p7m", content_type="multipart/signed")
    return Message(
        from_="ann@a.test", subject="Plan", attachments=[attachment], message_class="IPM.Note.SMIME.MultipartSigned"
    )


def _encrypted(content_type: str = "application/pkcs7-mime; smime-type=enveloped-data", text: str = "") -> Message:
    attachment = Attachment(_CMS, filename="smime.p7m", content_type=content_type)
    return Message(
        from_="ann@a.test", subject="Plan", text=text, attachments=[attachment], message_class="IPM.Note.SMIME"
    )


@pytest.mark.parametrize("text", ["", "text"])
def test_what_was_signed_is_the_body_to_the_last_octet(text: str) -> None:
    message = _signed()
    message.text = text

    octets = mime.write(message)
    again = mime.read(octets)

    assert octets.endswith(b"Content-Type: " + _TYPE + b"\r\n\r\n" + _PARTS % b"text")
    assert octets.count(b"MIME-Version") == 1
    assert (again.message_class, again.text) == ("IPM.Note.SMIME.MultipartSigned", "Signed  text")
    assert [one.content_type for one in again.attachments] == ["application/pkcs7-signature"]


def test_what_was_signed_in_eight_bits_says_so() -> None:
    octets = mime.write(_signed("tëxt".encode()))

    assert b"Content-Transfer-Encoding: 8bit\r\n\r\n--b\r\n" in octets
    assert mime.read(octets).text == "Signed  tëxt"


def test_of_the_header_before_what_was_signed_only_the_type_is_kept() -> None:
    message = _signed()
    head = b"Bcc: eve@e.test\r\nContent-Transfer-Encoding: base64\r\nContent-Language: en\r\n"
    message.attachments = [
        Attachment(head + one.data, filename="smime.p7m", content_type="multipart/signed")
        for one in message.attachments
    ]

    octets = mime.write(message)

    assert octets == mime.write(_signed())


def test_what_was_signed_with_other_line_ends_goes_over_the_wire_with_crlf() -> None:
    """A line end that is none could end the mail at the next hop, and begin another."""
    octets = mime.write_for_wire(_signed(b"a\n.\nMAIL FROM:<eve@e.test>"), allow_8bit=False, allow_utf8=False)

    assert octets.endswith(b"\r\n\r\n" + _PARTS % b"a\r\n.\r\nMAIL FROM:<eve@e.test>")


@pytest.mark.parametrize("text", ["tëxt".encode(), b"a\r.\r\nb", b"a\0b", b"a" * 1_000])
def test_what_was_signed_goes_to_no_hop_that_would_have_it_encoded(text: bytes) -> None:
    with pytest.raises(CapabilityMissing, match="signed"):
        mime.write_for_wire(_signed(text), allow_8bit=False, allow_utf8=False)


@pytest.mark.parametrize("kind", ["application/pkcs7-mime; smime-type=enveloped-data", "application/octet-stream"])
def test_what_is_encrypted_is_the_body(kind: str) -> None:
    octets = mime.write(_encrypted(kind))
    again = mime.read(octets)

    assert b"multipart" not in octets
    assert b"smime-type=enveloped-data" in octets or kind == "application/octet-stream"
    assert (again.message_class, [one.data for one in again.attachments]) == ("IPM.Note.SMIME", [_CMS])


@pytest.mark.parametrize("codec", [msg, tnef])
@pytest.mark.parametrize("message", [_signed(), _encrypted()], ids=["signed", "encrypted"])
def test_s_mime_comes_whole_out_of_outlooks_forms(codec: ModuleType, message: Message) -> None:
    octets = mime.write(codec.read(codec.write(message)))

    assert mime.read(octets).message_class == message.message_class
    assert b"multipart/mixed" not in octets


@pytest.mark.parametrize(
    "message",
    [
        _encrypted(text="Something else"),
        _encrypted("application/pdf"),
        Message(attachments=[b"a", b"b"], message_class="IPM.Note.SMIME"),
        Message(
            attachments=[Attachment(b"\0no mail", content_type="multipart/signed")],
            message_class="IPM.Note.SMIME.MultipartSigned",
        ),
    ],
)
def test_what_is_no_s_mime_is_a_message_with_attachments(message: Message) -> None:
    assert len(mime.read(mime.write(message)).attachments) == len(message.attachments)
    assert b"multipart/mixed" in mime.write(message)


_FIELDS = (
    b"From: ann@a.test\r\nSubject: Plan\r\nContent-Type: " + _TYPE + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
)
_MAIL = _FIELDS + _PARTS % "tëxt".encode()


@pytest.mark.parametrize("codec", [msg, tnef])
@pytest.mark.parametrize("octets", [_MAIL, _MAIL.replace(b"\r\n", b"\n")], ids=["CRLF", "LF"])
def test_a_signature_survives_outlooks_forms(codec: ModuleType, octets: bytes) -> None:
    """[MS-OXOSMIME] section 2.1.3.1: one attachment, the whole content with its Content-Type and no other field."""
    message = codec.read(codec.write(mime.read(octets)))

    (attachment,) = message.attachments
    assert (attachment.content_type, attachment.filename) == ("multipart/signed", "smime.p7m")
    assert attachment.data == b"Content-Type: " + _TYPE + b"\r\n\r\n" + _PARTS % "tëxt".encode()
    assert (message.message_class, message.text) == ("IPM.Note.SMIME.MultipartSigned", "Signed  tëxt")
    assert mime.write(message).endswith(_PARTS % "tëxt".encode())


@pytest.mark.parametrize("codec", [msg, tnef])
def test_who_changes_the_header_keeps_the_signature(codec: ModuleType) -> None:
    message = mime.read(_MAIL)
    message.subject = "Other plan"
    outer = Message(from_="bob@b.test", attachments=[message])

    inner = codec.read(codec.write(outer)).attachments[0].message

    assert inner is not None
    assert inner.subject == "Other plan"
    assert [one.content_type for one in inner.attachments] == ["multipart/signed"]


@pytest.mark.parametrize("codec", [msg, tnef])
def test_who_changes_the_body_loses_the_signature(codec: ModuleType) -> None:
    message = mime.read(_MAIL)
    message.text = "Other text"

    written = codec.read(codec.write(message))

    assert written.text == "Other text"
    assert [one.content_type for one in written.attachments] == ["application/pkcs7-signature"]


def test_that_it_is_one_attachment_is_told() -> None:
    losses = convert(mime.read(_MAIL), "msg").losses

    assert {loss.where.partition(".")[0] for loss in losses} == {"attachments[0]"}
    assert {loss.text for loss in losses} == {
        "what was signed is one attachment in Outlook's forms, and in MIME its parts are"
    }


@pytest.mark.parametrize("codec", [msg, tnef])
def test_the_kind_of_what_is_wrapped_survives_outlooks_forms(codec: ModuleType) -> None:
    assert _KIND in mime.write(codec.read(codec.write(mime.read(_WRAPPED))))


_KIND = b"Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data"
_WRAPPED = b"From: ann@a.test\r\n" + _KIND + b"; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"


@pytest.mark.parametrize("is_of_outlook", [False, True])
def test_what_is_wrapped_instead_is_not_of_the_old_kind(is_of_outlook: bool) -> None:
    message = mime.read(_WRAPPED)
    if is_of_outlook:
        message = msg.read(msg.write(message))
    message.attachments = [Attachment(b"0", filename="smime.p7m", content_type="application/pkcs7-mime")]

    for written in (message, msg.read(msg.write(message))):
        assert b"Content-Type: application/pkcs7-mime\r\n" in mime.write(written)


def test_the_kind_that_exchange_notes_is_written() -> None:
    message = _encrypted("application/pkcs7-mime")
    message[header_property("Content-Type")] = 'application/pkcs7-mime;\tsmime-type="enveloped-data"'

    assert b"smime-type=enveloped-data" in mime.write(msg.read(msg.write(message)))
