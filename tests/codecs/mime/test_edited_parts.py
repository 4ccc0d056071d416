"""Attachments added and taken out: the other parts stay to the last octet."""

from __future__ import annotations

import pytest

from msgcore import Attachment, Message, mime
from msgcore.props import PidTagDisplayName
from tests.codecs.mime.corpus_files import corpus_messages

HEADER = b"From: a@a.test\r\nX-Trace: one\r\nTo: b@b.test\r\nX-Trace: two\r\nSubject: Plan\r\nMIME-Version: 1.0\r\n"
SIGNED = (
    b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s\r\n\r\nSigned with OpenPGP\r\n'
    b"--s\r\nContent-Type: text/plain; charset=iso-8859-1; format=flowed\r\nContent-Language: de\r\nX-Odd: 1\r\n\r\n"
    b"Gr\xfc\xdfe \r\nan alle\r\n--s\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n"
    b"abc\r\n--s--\r\n"
)
LIST = (
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\nFor old programs\r\n--m\r\n"
    + SIGNED
    + b"\r\n--m\r\nContent-Type: text/plain\r\n\r\n____\r\nThe list\r\n--m--\r\nBehind\r\n"
)
FILES = (
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\nFor old programs\r\n"
    b"--m\r\nContent-Type: application/x-one\r\nContent-Disposition: attachment; filename=one\r\n\r\n1\r\n"
    b"--m\r\nContent-Type: text/plain; charset=koi8-r\r\nX-Odd: 1\r\n\r\nHi\r\n"
    b"--m\r\nContent-Type: application/x-two\r\nContent-Disposition: attachment; filename=two\r\n\r\n2\r\n"
    b"--m\r\nContent-Type: application/x-three; x=y\r\nX-Odd: 3\r\n"
    b"Content-Disposition: attachment; filename=three\r\n\r\n3\r\n--m--\r\nBehind\r\n"
)


def _names(message: Message) -> list[str | None]:
    return [one.filename for one in message.attachments]


def _with(octets: bytes, *added: Attachment | Message) -> bytes:
    message = mime.read(octets)
    message.attachments = [*message.attachments, *added]
    return mime.write(message)


@pytest.mark.parametrize("body", [SIGNED, LIST], ids=["signed", "list"])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["crlf", "lf"])
def test_what_is_signed_stays_when_a_file_is_added(body: bytes, line_end: bytes) -> None:
    octets = (HEADER + body).replace(b"\r\n", line_end)
    signed = SIGNED.partition(b"\r\n\r\n")[2].replace(b"\r\n", line_end)

    written = _with(octets, Attachment(b"abc", filename="x.bin"))
    read = mime.read(written)

    assert signed in written
    assert _names(read) == ["signature.asc", "x.bin"]
    assert read.text == mime.read(octets).text
    assert [value.value for value in read.headers if value.name == "X-Trace"] == ["one", "two"]


def test_a_list_s_mail_grows_in_its_own_multipart() -> None:
    written = _with(HEADER + LIST, Attachment(b"abc", filename="x.bin"))

    assert written.count(b"multipart/mixed") == 1
    assert b"For old programs\r\n--m" in written
    assert written.endswith(b"\r\n--m--\r\nBehind\r\n")


@pytest.mark.parametrize("taken", [{"one"}, {"two"}, {"three"}, {"one", "two"}, {"two", "three"}, {"one", "three"}])
def test_the_other_parts_stay_when_files_are_taken_out(taken: set[str]) -> None:
    message = mime.read(HEADER + FILES)
    message.attachments = [one for one in message.attachments if one.filename not in taken]
    written = mime.write(message)
    *_, body = written.partition(b"\r\n\r\n")
    parts = FILES.partition(b"\r\n\r\n")[2].split(b"--m")

    left = [part for part in parts if not any(b"filename=%b\r" % name.encode() in part for name in taken)]

    assert body == b"--m".join(left)


def test_all_files_may_go() -> None:
    message = mime.read(HEADER + FILES)
    message.attachments = []
    read = mime.read(mime.write(message))

    assert (read.text, _names(read)) == ("Hi", [])


def test_a_part_of_what_is_signed_is_taken_out_by_composing_anew() -> None:
    message = mime.read(HEADER + LIST)
    message.attachments = []
    read = mime.read(mime.write(message))

    assert (read.message_class, _names(read)) == ("IPM.Note", [])
    assert read.text is not None
    assert "Grüße" in read.text


def test_a_file_that_holds_the_boundary_does_not_end_the_message() -> None:
    original = mime.read(HEADER + FILES)

    read = mime.read(_with(HEADER + FILES, Attachment(b"--m--\r\n", filename="x.txt"), original))

    assert _names(read)[:4] == ["one", "two", "three", "x.txt"]
    assert read.attachments[3].data == b"--m--\r\n"
    inner = read.attachments[4].message
    assert inner is not None
    assert mime.write(inner) == HEADER + FILES


def test_the_description_of_an_attached_message_stays_when_the_body_is_composed() -> None:
    octets = HEADER + (
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nHi\r\n--m\r\n"
        b"Content-Type: message/rfc822\r\nContent-Description: Undelivered\r\n\r\nSubject: Inner\r\n\r\nx\r\n--m--\r\n"
    )
    message = mime.read(octets)
    message.text = "Other"

    assert mime.read(mime.write(message)).attachments[0][PidTagDisplayName] == "Undelivered"


def test_a_report_stays_a_report() -> None:
    octets = HEADER + (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nNot delivered\r\n"
        b"--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a.test\r\n\r\n"
        b"Final-Recipient: rfc822; b@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--r--\r\n"
    )
    read = mime.read(_with(octets, Attachment(b"abc", filename="log.bin")))

    assert read.message_class == "REPORT.IPM.Note.NDR"
    assert mime.read_report(read) == mime.read_report(mime.read(octets))


def test_no_blind_recipient_of_an_attached_message_goes_out() -> None:
    octets = HEADER + (
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nHi\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n"
        b"From: c@c.test\r\nBcc: secret@d.test\r\n\r\nInner\r\n--m--\r\n"
    )
    message = mime.read(octets)
    message.attachments = [*message.attachments, Attachment(b"abc", filename="x.bin")]

    assert b"secret" not in mime.write(message, bcc=False)
    assert b"secret" in mime.write(message)


def test_eight_bits_are_labelled_and_encoded_for_a_hop_that_does_not_take_them() -> None:
    body = FILES.replace(b"Hi", b"\xf0\xd2\xc9")
    message = mime.read(HEADER + body)
    message.attachments = message.attachments[:2]
    kept, on_the_wire = mime.read(mime.write(message)), mime.write_for_wire(message, allow_8bit=False, allow_utf8=False)

    assert kept.headers.get("Content-Transfer-Encoding") == "8bit"
    assert on_the_wire.isascii()
    assert kept.text == mime.read(on_the_wire).text == "При"


def test_a_multipart_without_parts_keeps_its_encoding() -> None:
    octets = (
        b"Content-Type: multipart/mixed; boundary=m\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=20b\r\n"
    )

    assert mime.read(_with(octets, Attachment(b"abc", filename="x.bin"))).text == mime.read(octets).text


def test_no_digest_of_what_was_there_stays() -> None:
    message = mime.read(HEADER + b"Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n" + FILES)
    message.attachments = message.attachments[:2]

    assert b"Content-MD5" not in mime.write(message)


def test_mail_of_the_corpus_keeps_its_parts() -> None:
    """Every hundredth message."""
    for path in corpus_messages()[::100]:
        message = mime.read(path.read_bytes())
        read = mime.read(_with(path.read_bytes(), Attachment(b"\0", filename="added.bin")))

        kept = [(one.filename, one.content_type, one.data) for one in message.attachments]
        assert [(one.filename, one.content_type, one.data) for one in read.attachments[:-1]] == kept, path.name
        assert (read.text or "").strip() == (message.text or "").strip(), path.name


EMPTY_LAST = HEADER + (
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nHi\r\n"
    b"--m\r\nContent-Type: application/x-one\r\nContent-Disposition: attachment; filename=one\r\n\r\n1\r\n"
    b"--m\r\n--m--\r\n"
)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["crlf", "lf"])
def test_behind_an_empty_part_stands_a_delimiter(line_end: bytes) -> None:
    octets = EMPTY_LAST.replace(b"\r\n", line_end)

    read = mime.read(_with(octets, Attachment(b"abc", filename="x.txt")))

    assert [(one.filename, one.data) for one in read.attachments] == [("one", b"1"), ("x.txt", b"abc")]


@pytest.mark.parametrize("left", [[], [0], [1]])
def test_no_delimiter_becomes_part_of_what_stays(left: list[int]) -> None:
    message = mime.read(
        HEADER + b"Content-Type: multipart/related; boundary=m\r\n\r\n--m\r\nContent-Type: text/html\r\n\r\nHi\r\n"
        b"--m\r\nContent-Type: application/x-one\r\n\r\n1\r\n--m\r\n--m\r\n--m--\r\n"
    )
    message.attachments = [message.attachments[number] for number in left]

    read = mime.read(mime.write(message))

    assert (read.html, [one.data for one in read.attachments]) == ("Hi", [one.data for one in message.attachments])
