"""Message classes that the content says: Content-Class, calendars, S/MIME under another name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.mapping.content_class import (
    class_of_content,
    class_of_content_class,
    content_class_of,
    form_name_of,
)
from msgcore.codecs.mime.tree.entity import parse
from msgcore.props import PidLidInfoPathFormName, PidNameContentClass

MEETING = "IPM.Schedule.Meeting"
FORM = "InfoPathForm.{0b1c}.Expenses.v2"


@pytest.mark.parametrize(
    ("content_class", "message_class"),
    [
        ("fax", "IPM.Note.Microsoft.Fax"),
        ("FAX-CA", "IPM.Note.Microsoft.Fax.CA"),
        ("missedcall", "IPM.Note.Microsoft.Missed.Voice"),
        ("voice-uc", "IPM.Note.Microsoft.Conversation.Voice"),
        ("voice-ca", "IPM.Note.Microsoft.Voicemail.UM.CA"),
        ("voice", "IPM.Note.Microsoft.Voicemail.UM"),
        ("urn:content-class:custom.Order", "IPM.Note.Custom.Order"),
        ("urn:content-class:custom.", None),
        (FORM, "IPM.InfoPathForm.{0b1c}"),
        ("InfoPath.{0b1c}", "IPM.InfoPathForm.{0b1c}"),
        ("InfoPathForm.", None),
        ("urn:content-classes:message", None),
        ("", None),
    ],
)
def test_a_content_class_says_the_message_class(content_class: str, message_class: str | None) -> None:
    assert class_of_content_class(content_class) == message_class


@pytest.mark.parametrize(
    ("message_class", "form_name", "content_class"),
    [
        ("IPM.Note.Microsoft.Fax", None, "fax"),
        ("IPM.Note.Microsoft.Voicemail.UM.CA", None, "voice-ca"),
        ("IPM.Note.Custom.Order", None, "urn:content-class:custom.Order"),
        ("IPM.InfoPathForm.{0b1c}.more", "Expenses", "InfoPathForm.{0b1c}.Expenses"),
        ("IPM.InfoPathForm.{0b1c}", None, None),
        ("IPM.Note", None, None),
        ("IPM.Note.Custom.", None, None),
    ],
)
def test_a_message_class_is_written_as_a_content_class(
    message_class: str, form_name: str | None, content_class: str | None
) -> None:
    assert content_class_of(message_class, form_name) == content_class


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=100))
def test_a_custom_class_reads_back(name: str) -> None:
    assert class_of_content_class(content_class_of(f"IPM.Note.Custom.{name}") or "") == f"IPM.Note.Custom.{name}"


def test_a_very_long_class_is_cut_to_what_a_property_holds() -> None:
    assert len(class_of_content_class("urn:content-class:custom." + "x" * 1_000) or "") == 255


@pytest.mark.parametrize(("content_class", "name"), [(FORM, "Expenses.v2"), ("InfoPathForm.{0b1c}", None)])
def test_the_name_of_a_form_stands_behind_its_identifier(content_class: str, name: str | None) -> None:
    assert form_name_of(content_class) == name


def test_a_message_has_its_content_class_as_a_property() -> None:
    assert mime.read(b"Content-Class: urn:content-classes:message\n\n")[PidNameContentClass] == (
        "urn:content-classes:message"
    )


def test_a_message_has_the_name_of_its_form_as_a_property() -> None:
    assert mime.read(f"Content-Class: {FORM}\n\n".encode())[PidLidInfoPathFormName] == "Expenses.v2"


def calendar(lines: str, fields: str = "text/calendar") -> bytes:
    return f"Content-Type: {fields}\n\nBEGIN:VCALENDAR\n{lines}END:VCALENDAR\n".encode()


EVENT = "BEGIN:VEVENT\nUID:1\nEND:VEVENT\n"


def answer(status: str) -> str:
    attendee = f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={status}:mailto:a@a.test\n"
    return f"METHOD:REPLY\nBEGIN:VEVENT\n{attendee}END:VEVENT\n"


ALTERNATIVE = b"""\
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

Come!
--a
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
BEGIN:VEVENT
END:VEVENT
END:VCALENDAR
--a--
--m--
"""
ATTACHED = ALTERNATIVE.replace(b"method=REQUEST\n", b"method=REQUEST\nContent-Disposition: attachment\n")
BESIDE = ALTERNATIVE.replace(b"multipart/alternative", b"multipart/mixed")


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (calendar(EVENT), "IPM.Appointment"),
        (calendar("METHOD:PUBLISH\n" + EVENT), "IPM.Appointment"),
        (calendar("METHOD:REQUEST\n" + EVENT), f"{MEETING}.Request"),
        (calendar("METHOD:REQUEST\r\n" + EVENT.replace("\n", "\r\n")), f"{MEETING}.Request"),
        (calendar("METH\n OD:REQUEST\n" + EVENT), f"{MEETING}.Request"),
        (calendar("METHOD:COUNTER\n" + EVENT), f"{MEETING}.Resp.Tent"),
        (calendar("METHOD:CANCEL\n" + EVENT), f"{MEETING}.Canceled"),
        (calendar("METHOD:REFRESH\n" + EVENT), None),
        (calendar(answer("ACCEPTED")), f"{MEETING}.Resp.Pos"),
        (calendar(answer("TENTATIVE")), f"{MEETING}.Resp.Tent"),
        (calendar(answer('"DECLINED"')), f"{MEETING}.Resp.Neg"),
        (calendar(answer("NEEDS-ACTION")), None),
        (calendar("METHOD:PUBLISH\n" + EVENT, "text/calendar; method=request"), f"{MEETING}.Request"),
        (calendar(EVENT.replace("VEVENT", "VTODO")), "IPM.Task"),
        (calendar(EVENT.replace("VEVENT", "VJOURNAL")), "IPM.Activity"),
        (calendar(""), None),
        (calendar(EVENT, "text/plain"), None),
        (ALTERNATIVE, f"{MEETING}.Request"),
        (ATTACHED, None),
        (BESIDE, None),
        (b"Content-Class: fax\n" + ALTERNATIVE, "IPM.Note.Microsoft.Fax"),
        (b'Content-Type: application/octet-stream; name="smime.p7m"\n\nx', "IPM.Note.SMIME"),
        (b'Content-Type: application/octet-stream; name="a.pdf"\n\nx', None),
        (b"Subject: x\n\nHello", None),
        (b"", None),
    ],
)
def test_the_content_says_the_message_class(octets: bytes, expected: str | None) -> None:
    assert class_of_content(parse(octets)) == expected


@given(st.binary(max_size=300))
def test_a_calendar_of_any_octets_has_a_class_or_none(octets: bytes) -> None:
    found = class_of_content(parse(b"Content-Type: text/calendar\n\nBEGIN:VEVENT\nMETHOD:" + octets))

    assert found is None or found.startswith("IPM.")
