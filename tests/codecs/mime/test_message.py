"""What a message that was read says: properties, bodies, attachments, class, and strict reading."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from msgcore import Limits, compare
from msgcore.codecs import mime
from msgcore.errors import PropertyNotFound
from msgcore.model import Attachment, Message, RecipientKind
from msgcore.props import (
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagBodyHtml,
    PidTagConversationTopic,
    PidTagDisplayTo,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagImportance,
    PidTagInternetCodepage,
    PidTagMessageDeliveryTime,
    PidTagNormalizedSubject,
    PidTagOriginatorDeliveryReportRequested,
    PidTagPriority,
    PidTagReadReceiptRequested,
    PidTagSenderEmailAddress,
    PidTagSensitivity,
    PidTagSentRepresentingEmailAddress,
    PidTagSubject,
    PidTagSubjectPrefix,
    PidTagTransportMessageHeaders,
    header_property,
)

LETTER = b"""\
Received: from a by b; Mon, 5 Jan 2026 10:00:00 +0100
Received: from c by d; Mon, 5 Jan 2026 09:00:00 +0100
From: Ann <ann@a.test>
To: Bob <bob@b.test>, carl@b.test
Cc: =?utf-8?q?=C3=85sa?= <asa@b.test>
Subject: Re: The report
Date: Mon, 5 Jan 2026 08:59:00 +0100
Message-ID: <1@a.test>
Importance: High
Sensitivity: company-confidential
Priority: urgent
Disposition-Notification-To: ann@a.test
Return-Receipt-To: ann@a.test
Thread-Topic: The report
X-Own: =?utf-8?q?v=C3=A4rde?=
X-Own: second
X-MS-Exchange-Organization-SCL: 5
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

Hello
--a
Content-Type: multipart/related; boundary=r

--r
Content-Type: text/html; charset=windows-1252

<img src="cid:pic@a">
--r
Content-Type: image/png; name=pic.png
Content-ID: <pic@a>

PNG
--r--
--a--
--m
Content-Type: application/pdf
Content-Disposition: attachment; filename="r.pdf"
Content-Transfer-Encoding: base64

UERG
--m
Content-Type: message/rfc822

Subject: inner

in
--m--
"""


@pytest.fixture
def letter() -> Message:
    return mime.read(LETTER)


PROPERTIES = [
    (PidTagSubject, "Re: The report"),
    (PidTagSubjectPrefix, "Re: "),
    (PidTagNormalizedSubject, "The report"),
    (PidTagConversationTopic, "The report"),
    (PidTagSentRepresentingEmailAddress, "ann@a.test"),
    (PidTagSenderEmailAddress, "ann@a.test"),
    (PidTagImportance, 2),
    (PidTagSensitivity, 3),
    (PidTagPriority, 1),
    (PidTagReadReceiptRequested, True),
    (PidTagOriginatorDeliveryReportRequested, True),
    (PidTagMessageDeliveryTime, datetime(2026, 1, 5, 9, 0, tzinfo=UTC)),
    (PidTagHasAttachments, True),
    (PidTagDisplayTo, "Bob; carl@b.test"),
    (PidTagHtml, b'<img src="cid:pic@a">'),
    (PidTagInternetCodepage, 1252),
    (header_property("X-Own"), "värde"),
    (header_property("X-MS-Exchange-Organization-SCL"), None),
    (header_property("Received"), None),
    (header_property("Subject"), None),
    (PidTagBodyHtml, None),
]


@pytest.mark.parametrize(("tag", "value"), PROPERTIES, ids=[tag.label for tag, _ in PROPERTIES])
def test_property(letter: Message, tag: object, value: object) -> None:
    assert letter.get(tag) == value  # type: ignore[call-overload]  # the table mixes kinds of values


def test_an_absent_property_raises(letter: Message) -> None:
    with pytest.raises(PropertyNotFound):
        letter[header_property("X-Absent")]


def test_recipients_come_in_order_with_their_kind(letter: Message) -> None:
    assert [(str(r), r.kind) for r in letter.recipients] == [
        ("Bob <bob@b.test>", RecipientKind.TO),
        ("carl@b.test", RecipientKind.TO),
        ("Åsa <asa@b.test>", RecipientKind.CC),
    ]


def test_headers_keep_every_field_in_order_with_duplicates(letter: Message) -> None:
    assert (letter.headers[0].name, letter.headers.get_all("x-own"), len(letter.headers)) == (
        "Received",
        ("värde", "second"),
        19,
    )


def test_the_private_fields_of_an_organisation_are_left_out_of_the_transport_headers(letter: Message) -> None:
    assert "Exchange-Organization" not in letter[PidTagTransportMessageHeaders]


def test_attachments_come_in_order(letter: Message) -> None:
    assert [(a.filename, a.content_type, a.is_inline) for a in letter.attachments] == [
        ("pic.png", "image/png", True),
        ("r.pdf", "application/pdf", False),
        (None, "message/rfc822", False),
    ]


def test_an_attached_message_is_a_message(letter: Message) -> None:
    inner = letter.attachments[2].message

    assert inner is not None and (inner.subject, inner.text) == ("inner", "in")


BODIES = [
    pytest.param(b"\n", (None, None, 0), id="nothing"),
    pytest.param(b"A: b\n\n", (None, None, 0), id="header alone"),
    pytest.param(b"Content-Type: text/plain\n\n", ("", None, 0), id="empty text"),
    pytest.param(b"A: b\n\nx\r\ny\rz", ("x\ny\nz", None, 0), id="every kind of line end"),
    pytest.param(b"Content-Type: text/html\n\n<p>", (None, b"<p>", 0), id="html alone"),
    pytest.param(b"Content-Type: text/x-patch\n\n+x", ("+x", None, 0), id="other text"),
    pytest.param(b"Content-Type: text/calendar\n\nBEGIN", (None, None, 1), id="calendar"),
    pytest.param(b"Content-Type: image/png\n\nx", (None, None, 1), id="picture"),
    pytest.param(b"Content-Disposition: attachment\n\nx", (None, None, 1), id="text marked as attachment"),
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\n--b\n\ntwo\n--b--",
        ("one\ntwo", None, 0),
        id="several texts",
    ),
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n\n--b\n"
        b"Content-Type: image/png\n\n\n--b\n\ntwo\n--b--",
        ("one\ntwo", None, 1),
        id="text, picture, text",
    ),
    pytest.param(
        b"Content-Type: multipart/alternative; boundary=a\n\n"
        b"--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n"
        b"--a\nContent-Type: text/html\n\n<a>\n--a--",
        ("one\ntwo", b"<a>", 0),
        id="several texts, or HTML",
    ),
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=a\n\n"
        b"--a\n\none\n--a\nContent-Type: text/html\n\n<a>\n--a--\n--b\n\ntwo\n--b--",
        ("one", b"<a>", 1),
        id="a text behind text and HTML",
    ),
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n"
        b"--b\nContent-Disposition: inline; filename=a.txt\n\ntwo\n--b\nContent-Type: text/plain; name=b\n\n\n--b--",
        ("one", None, 2),
        id="a text and files",
    ),
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\nbegin 644 a\n#86)C\n`\nend\n--b--",
        ("one", None, 1),
        id="a file in the second text",
    ),
    pytest.param(
        b"Content-Type: multipart/related; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--",
        ("one", None, 1),
        id="a text that belongs to a text",
    ),
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\n\n\n"
        b"--b\nContent-Type: text/html\n\n"
        b"<a>\n--b\n\ntwo\n--b--",
        (None, b"<a>", 2),
        id="picture, html, text",
    ),
    pytest.param(
        b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<a>\n--b\n\none\n--b--",
        ("one", b"<a>", 0),
        id="alternative the wrong way round",
    ),
    pytest.param(b"Content-Type: multipart/mixed; boundary=b\n\nlost", ("lost", None, 0), id="multipart without parts"),
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src='http://x.test/\n--b\n"
        b"Content-Type: application/pkcs7-mime\n\nsecret\n--b\nContent-Type: text/html\n\n'>\n--b--",
        (None, b"<img src='http://x.test/", 2),
        id="bodies are never joined (EFAIL)",
    ),
]


@pytest.mark.parametrize(("octets", "expected"), BODIES)
def test_bodies_and_attachments(octets: bytes, expected: tuple[str | None, bytes | None, int]) -> None:
    from msgcore.props import PidTagBody

    message = mime.read(octets)

    assert (message.said(PidTagBody), message.get(PidTagHtml), len(message.attachments)) == expected


TEXTS = [
    (b"charset=utf-8", "å".encode(), "å"),
    (b"charset=iso-8859-1", b"\xe5\x80", "å€"),
    (b"charset=us-ascii", "å".encode(), "å"),
    (b"charset=us-ascii", b"\xe5", "å"),
    (b"charset=nonsense", b"\xe5", "å"),
    (b"charset=zlib_codec", b"x\x9cK\x04\x00\x00b\x00b", "x\u0153K\x04\x00\x00b\x00b"),
    (b"charset=punycode", b"abc-", "abc-"),
    (b"charset=utf-8", b"a\xffb", "a\ufffdb"),
    (b"charset=iso-2022-jp", "日本".encode("iso2022_jp"), "日本"),
    (b"charset=gb2312", "中".encode("gbk"), "中"),
    (b"charset=ks_c_5601-1987", "한".encode("cp949"), "한"),
    (b'charset="utf-16le"', "a".encode("utf-16-le"), "a"),
    (b"x=y", b"\xe5", "å"),
]


@pytest.mark.parametrize(("parameter", "octets", "text"), TEXTS)
def test_text_decodes_by_its_charset_or_by_a_guess(parameter: bytes, octets: bytes, text: str) -> None:
    assert mime.read(b"Content-Type: text/plain; " + parameter + b"\n\n" + octets).text == text


HTML = [
    (b"charset=utf-8", "å".encode(), 65001),
    (b"charset=iso-8859-2", b"\xb1", 28592),
    (b"charset=iso-8859-1", b"\x80", 1252),
    (b"charset=us-ascii", b"a", 20127),
    (b"charset=us-ascii", b"\xe5", 1252),
    (b"x=y", "å".encode(), 65001),
    (b"x=y", b"a", 65001),
    (b"x=y", b'<meta charset="iso-8859-2">\xb1', 28592),
    (b"x=y", b"<META http-equiv=Content-Type content='text/html; charset=gb2312'>\xd6\xd0", 936),
    (b"x=y", b"<meta charset=iso-2022-jp>\x1b$BF|\x1b(B", 50220),
    (b"charset=us-ascii", b"<meta charset=koi8-r>\xc1", 20866),
    (b"x=y", b"<meta charset=iso-8859-1>\xc3\xa5", 65001),  # it is not true
    (b"x=y", b"<meta charset=utf-8>\xe5", 65001),
    (b"x=y", b"<meta charset=utf-16>\xe5", 1252),
    (b"x=y", b"<meta charset=nonsense>\xe5", 1252),
    (b"x=y", b"<meta charset=utf-7>+ADw-\xe5", 1252),  # no browser takes it from there
    (b"charset=iso-8859-2", b"<meta charset=koi8-r>\xb1", 28592),  # what the part says goes first
]


@pytest.mark.parametrize(("parameter", "octets", "code_page"), HTML)
def test_html_keeps_its_octets_and_names_their_code_page(parameter: bytes, octets: bytes, code_page: int) -> None:
    message = mime.read(b"Content-Type: text/html; " + parameter + b"\n\n" + octets)

    assert (message[PidTagHtml], message[PidTagInternetCodepage]) == (octets, code_page)


def test_html_in_a_charset_without_a_code_page_becomes_utf_8() -> None:
    message = mime.read(b"Content-Type: text/html; charset=macintosh\n\n\x8c")

    assert (message[PidTagHtml], message[PidTagInternetCodepage]) == ("å".encode(), 65001)


def _report(report_type: bytes, part: bytes) -> bytes:
    return (
        b"Content-Type: multipart/report; report-type="
        + report_type
        + b"; boundary=b\n\n--b\n\nx\n--b\n"
        + part
        + b"\n--b--"
    )


STATUS = b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@b\n"

CLASSES = [
    (b"A: b\n\n", "IPM.Note"),
    (_report(b"delivery-status", STATUS + b"Action: failed\nStatus: 5.1.1\n"), "REPORT.IPM.Note.NDR"),
    (_report(b"delivery-status", STATUS + b"Action: delayed\nStatus: 4.1.1\n"), "REPORT.IPM.Note.Delayed.DR"),
    (_report(b"delivery-status", STATUS + b"Action: delivered\nStatus: 2.1.1\n"), "REPORT.IPM.Note.DR"),
    (_report(b"delivery-status", STATUS + b"Action: relayed\n"), "REPORT.IPM.Note.Relayed.DR"),
    (
        _report(
            b"disposition-notification",
            b"Content-Type: message/disposition-notification\n\n"
            b"Disposition: manual-action/MDN-sent-manually; displayed",
        ),
        "REPORT.IPM.Note.IPNRN",
    ),
    (
        _report(
            b"disposition-notification",
            b"Content-Type: message/disposition-notification\n\nDisposition: automatic-action/x; deleted",
        ),
        "REPORT.IPM.Note.IPNNRN",
    ),
    (b"Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b--", "IPM.Note.SMIME.MultipartSigned"),
    (b"Content-Type: application/pkcs7-mime\n\nx", "IPM.Note.SMIME"),
]


@pytest.mark.parametrize(("octets", "message_class"), CLASSES, ids=[name for _, name in CLASSES])
def test_message_class(octets: bytes, message_class: str) -> None:
    assert mime.read(octets).message_class == message_class


def test_a_picture_is_shown_however_the_html_writes_its_address() -> None:
    message = Message(
        html='<img src="cid:a&amp;b@x"><img src="cid:c%25d@x"><img src=CID:e@x>',
        attachments=[Attachment(b"x", content_type="image/png", content_id=one) for one in ("a&b@x", "c%d@x", "e@x")],
    )

    assert [one.is_inline for one in mime.read(mime.write(message)).attachments] == [True, True, True]


def test_the_parameters_of_an_attachment_stay_when_the_text_changes() -> None:
    octets = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n"
        b"--b\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\nContent-Base: http://x.test/\r\n\r\nX\r\n--b--\r\n"
    )
    message = mime.read(octets)
    message.text = "new"

    written = mime.write(message)

    assert b"method=REQUEST" in written
    assert b"Content-Base: http://x.test/" in written


def test_a_text_around_a_picture_and_the_picture_stay_when_a_file_is_added() -> None:
    octets = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbefore\r\n"
        b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: inline\r\n\r\nX\r\n"
        b"--b\r\n\r\nbehind\r\n--b--\r\n"
    )
    message = mime.read(octets)
    assert mime.write(message) == octets
    message.attachments = [*message.attachments, Attachment(b"y", filename="b")]

    again = mime.read(mime.write(message))

    assert again.text == "before\nbehind"
    assert [(one.filename, one.data) for one in again.attachments] == [("a.png", b"X"), ("b", b"y")]


@pytest.mark.parametrize(("hidden", "disposition"), [(None, b"inline"), (False, b"attachment")])
def test_a_picture_that_was_marked_as_inline_stays_so_without_html(hidden: bool | None, disposition: bytes) -> None:
    message = mime.read(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-Disposition: inline; filename=a.png\r\n\r\nX\r\n--b--\r\n"
    )
    message.text = "new"
    if hidden is not None:
        message.attachments[0][PidTagAttachmentHidden] = hidden

    assert b"Content-Disposition: %b; filename=a.png" % disposition in mime.write(message)


def test_utf_7_gives_no_halves_of_characters() -> None:
    message = mime.read(b"Subject: =?utf-7?q?+2AA-?=\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2AA- x\r\n")

    assert (message.subject, message.text) == ("\ufffd", "\ufffd x\n")


def test_a_multipart_that_begins_with_its_end_is_shown_as_it_stands() -> None:
    message = mime.read(b"Content-Type: multipart/mixed; boundary=x\r\n\r\npre\r\n--x--\r\nepilogue\r\n")

    assert message.text == "pre\n--x--\nepilogue\n"


def test_the_addresses_of_any_field_come_from_no_encoded_word() -> None:
    message = mime.read(b"Mail-Followup-To: =?utf-8?q?boss=40corp.test=2C?= <evil@x.test>\r\n\r\n")

    assert [one.email_address for one in message.addresses_of("mail-followup-to")] == ["evil@x.test"]


def test_a_message_that_was_read_goes_to_another_process() -> None:
    parts = (Attachment(b"a;b", filename="a.csv"), Attachment(Message(subject="inner", text="hi")))
    octets = mime.write(Message(from_="ann@a.test", to="bob@b.test", subject="Plan", text="See", attachments=parts))
    for limits in (Limits(), Limits(nesting=3)):
        untouched, used, changed = (mime.read(octets, limits) for _ in range(3))
        assert (used.text, used.attachments[0].data) == ("See\n", b"a;b")
        changed.subject, changed.attachments[0][PidTagAttachLongFilename] = "Other", "b.csv"
        for message in (untouched, used, changed):
            again = pickle.loads(pickle.dumps(message))
            assert compare(again, message) == ()
            inner = again.attachments[1].message
            assert inner is not None
            assert (again.is_changed, inner.subject) == (message is changed, "inner")
            assert again.is_changed or mime.write(again) == octets


def test_a_byte_order_mark_hides_no_field() -> None:
    """Editors of Windows save mail files with one; the first field is often From or Received."""
    octets = b"\xef\xbb\xbfFrom: ann@a.test\r\nSubject: Plan\r\n\r\nHello\r\n"
    message = mime.read(octets)

    assert (str(message.from_), message.headers.get("From")) == ("ann@a.test", "ann@a.test")
    assert mime.write(message) == octets
    message.subject = "New"
    assert mime.write(message) == b"From: ann@a.test\r\nSubject: New\r\n\r\nHello\r\n"
