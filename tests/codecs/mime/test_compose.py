"""How the body of a message is put together: invitations stay invitations, and reports stay reports."""

from __future__ import annotations

import pytest

from msgcore.codecs import mime
from msgcore.model import Attachment, Message
from msgcore.props.table import PidTagHtml, PidTagInternetCodepage

_CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:%b\r\nBEGIN:%b\r\nUID:1\r\nEND:%b\r\nEND:VCALENDAR\r\n"


def _calendar(method: bytes = b"REQUEST", component: bytes = b"VEVENT") -> bytes:
    return _CALENDAR % (method, component, component)


def _invitation() -> bytes:
    return (
        b"From: ann@a.test\r\nTo: bob@b.test\r\nSubject: Plan\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nCome\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Come\r\n"
        b"--b\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n" + _calendar() + b"\r\n--b--\r\n"
    )


def test_an_invitation_whose_text_was_changed_is_still_one() -> None:
    message = mime.read(_invitation())
    message.text = "Do come"

    again = mime.read(mime.write(message))

    assert again.message_class == "IPM.Schedule.Meeting.Request"
    assert (again.text, again.html) == ("Do come\n", "<p>Come\n")
    assert [(one.content_type, one.data) for one in again.attachments] == [("text/calendar", _calendar())]


def test_an_invitation_that_gets_a_file_is_still_one() -> None:
    message = mime.read(_invitation())
    message.attachments = [Attachment(b"map", filename="map.pdf"), *message.attachments]

    again = mime.read(mime.write(message))

    assert again.message_class == "IPM.Schedule.Meeting.Request"
    assert [one.content_type for one in again.attachments] == ["text/calendar", "application/pdf"]


@pytest.mark.parametrize(
    ("message_class", "method", "component"),
    [
        ("IPM.Schedule.Meeting.Request", b"REQUEST", b"VEVENT"),
        ("IPM.Schedule.Meeting.Canceled", b"CANCEL", b"VEVENT"),
        ("IPM.Appointment", b"PUBLISH", b"VEVENT"),
        ("IPM.Task", b"REQUEST", b"VTODO"),
    ],
)
def test_a_calendar_is_an_alternative_where_the_class_says_so(
    message_class: str, method: bytes, component: bytes
) -> None:
    kind = f"text/calendar; method={method.decode()}; charset=utf-8"
    calendar = Attachment(_calendar(method, component), filename="plan.ics", content_type=kind)
    message = Message(text="Come", attachments=[calendar], message_class=message_class)

    octets = mime.write(message)

    assert b"multipart/alternative" in octets
    assert b"multipart/mixed" not in octets
    assert mime.read(octets).message_class == message_class


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("text/calendar", b"method=REQUEST; charset=utf-8"),
        ("text/calendar; charset=iso-8859-1", b"method=REQUEST; charset=iso-8859-1"),
        ("text/calendar; method=COUNTER", b"method=COUNTER; charset=utf-8"),
    ],
)
def test_a_calendar_says_what_it_is_for(given: str, written: bytes) -> None:
    """Without the method Outlook and Gmail show no invitation (RFC 6047 section 2.4)."""
    message = Message(
        text="Come",
        attachments=[Attachment(_calendar(), content_type=given)],
        message_class="IPM.Schedule.Meeting.Request",
    )

    assert b"Content-Type: text/calendar; " + written in mime.write(message)


def test_a_calendar_of_an_unknown_charset_claims_none() -> None:
    calendar = Attachment(_calendar() + b"\xe5", content_type="text/calendar")
    octets = mime.write(Message(text="x", attachments=[calendar], message_class="IPM.Schedule.Meeting.Request"))

    assert b"Content-Type: text/calendar; method=REQUEST\r\n" in octets


def test_in_any_other_message_a_calendar_is_a_file() -> None:
    calendar = Attachment(_calendar(), filename="plan.ics", content_type="text/calendar; method=REQUEST")

    octets = mime.write(Message(text="Come", attachments=[calendar]))

    assert b"multipart/alternative" not in octets
    assert mime.read(octets).message_class == "IPM.Note"


_REPORT = (
    b"From: mta@a.test\r\nTo: ann@a.test\r\nSubject: Undeliverable\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/report; report-type=%b; boundary=b\r\n\r\n"
    b"--b\r\n\r\nSorry\r\n--b\r\nContent-Type: message/%b\r\n\r\n%b\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Plan\r\n\r\nBy train?\r\n--b--\r\n"
)
_FAILED = (
    b"Reporting-MTA: dns; a.test\r\n\r\nFinal-Recipient: rfc822; bob@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
)
_READ = b"Final-Recipient: rfc822; bob@b.test\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"


@pytest.mark.parametrize(
    ("kind", "fields", "message_class"),
    [
        (b"delivery-status", _FAILED, "REPORT.IPM.Note.NDR"),
        (b"global-delivery-status", _FAILED, "REPORT.IPM.Note.NDR"),
        (b"disposition-notification", _READ, "REPORT.IPM.Note.IPNRN"),
    ],
)
def test_a_report_that_gets_a_file_is_still_one(kind: bytes, fields: bytes, message_class: str) -> None:
    message = mime.read(_REPORT % (kind, kind, fields))
    report = mime.read_report(message)
    message.attachments = [*message.attachments, b"note"]

    octets = mime.write(message)
    again = mime.read(octets)

    assert b"report-type=" + kind in octets
    assert (again.message_class, mime.read_report(again)) == (message_class, report)


def test_a_report_without_the_part_for_programs_is_none_any_more() -> None:
    message = mime.read(_REPORT % (b"delivery-status", b"delivery-status", _FAILED))
    message.attachments = message.attachments[1:]

    assert mime.read(mime.write(message)).message_class == "IPM.Note"


@pytest.mark.parametrize(("html", "charset"), [(b"<p>\xe4</p>", b"windows-1252"), ("<p>ä</p>".encode(), b"utf-8")])
def test_html_that_says_ascii_and_has_eight_bits_says_what_it_is(html: bytes, charset: bytes) -> None:
    message = Message(from_="ann@a.test")
    message[PidTagHtml] = html
    message[PidTagInternetCodepage] = 20127

    octets = mime.write(message)

    assert b"Content-Type: text/html; charset=" + charset + b"\r\n" in octets
    assert mime.read(octets).html == "<p>ä</p>\n"
