"""An invitation that came as MIME, in Outlook's forms: no meeting without its time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from msgcore import Message, convert, mime, read_message, write_message
from msgcore.props import PidLidAppointmentStartWhole, PidTagMessageClass

CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@x.test\r\n"
    b"DTSTART:20260105T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
TYPE = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n"
HEADER = b"From: a@a.test\r\nTo: b@b.test\r\nSubject: Plan\r\nMIME-Version: 1.0\r\n"
ALONE = HEADER + TYPE + CALENDAR
BESIDE = (
    HEADER + b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHi\r\n"
    b"--x\r\n" + TYPE + CALENDAR + b"\r\n--x--\r\n"
)
REQUEST = "IPM.Schedule.Meeting.Request"


@pytest.mark.parametrize("form", ["msg", "tnef"])
@pytest.mark.parametrize("octets", [ALONE, BESIDE], ids=["alone", "beside"])
def test_an_invitation_is_a_mail_with_a_file_that_opens(octets: bytes, form: str) -> None:
    """As a meeting without PidLidAppointmentStartWhole Outlook would show it at no time."""
    read = read_message(write_message(mime.read(octets), form=form))

    assert read.message_class == "IPM.Note"
    assert [(one.filename, one.content_type, one.data.strip()) for one in read.attachments] == [
        ("calendar.ics", "text/calendar", CALENDAR.strip())
    ]


@pytest.mark.parametrize("form", ["msg", "tnef"])
@pytest.mark.parametrize("octets", [ALONE, BESIDE], ids=["alone", "beside"])
def test_it_is_an_invitation_again_in_mime(octets: bytes, form: str) -> None:
    read = read_message(write_message(mime.read(octets), form=form))
    read.subject = "Plan B"

    written = mime.write(read, tnef=False)

    assert mime.read(written).message_class == REQUEST
    assert b"text/calendar; method=REQUEST; charset=utf-8" in written
    assert b"multipart/mixed" not in written


def test_the_account_of_losses_says_what_became_of_the_class() -> None:
    losses = [str(loss) for loss in convert(ALONE, to="msg").losses if loss.tag == PidTagMessageClass]

    assert losses == [
        f"PidTagMessageClass: '{REQUEST}' became 'IPM.Note': it follows from a calendar, which is kept as a file"
    ]


@pytest.mark.parametrize("form", ["msg", "tnef"])
def test_who_says_when_it_is_has_a_meeting(form: str) -> None:
    message = mime.read(ALONE)
    message[PidLidAppointmentStartWhole] = datetime(2026, 1, 5, 10, tzinfo=UTC)

    assert read_message(write_message(message, form=form)).message_class == REQUEST


def test_a_class_that_was_set_stays() -> None:
    message = mime.read(ALONE)
    message.message_class = "IPM.Appointment"

    assert read_message(write_message(message, form="msg")).message_class == "IPM.Appointment"


def test_an_invitation_that_was_changed_needs_no_tnef() -> None:
    """In MIME it is an invitation that every program takes."""
    message: Message = mime.read(BESIDE)
    message.subject = "Plan B"

    assert not mime.needs_tnef(message)
