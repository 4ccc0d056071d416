"""Reading what is odd, and saying so: strays, what is missing, code pages, depth, and the strict way."""

from __future__ import annotations

import pytest

from msgcore.base.findings import Strictness
from msgcore.base.octets import Limits
from msgcore.codecs import msg
from msgcore.codecs.compound import NewStorage, write_compound
from msgcore.errors import LimitExceeded, MalformedMessage, UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagBody,
    PidTagImportance,
    PidTagInternetCodepage,
    PidTagMessageCodepage,
    PidTagMessageLocaleId,
    PidTagSubject,
)
from tests.codecs.msg.msg_files import msg_file
from tests.codecs.msg.raw_msg import STRING8, UNICODE, file_of, slot, storage, stream_name
from tests.codecs.objects.same_objects import facts_of

SUBJECT, LONG, MV_UNICODE = PidTagSubject.id, 0x0003, 0x101F
SUBJECT_STREAM = stream_name(SUBJECT, UNICODE)


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def rules(octets: bytes, limits: Limits | None = None) -> list[str]:
    return [finding.rule for finding in (msg.check(octets) if limits is None else msg.check(octets, limits))]


def test_a_stream_without_a_slot_is_recovered() -> None:
    octets = file_of(b"", {SUBJECT_STREAM: wide("stray")})

    assert msg.read(octets).subject == "stray"
    assert rules(octets) == ["msg-slot-missing"]


def test_streams_may_be_named_in_small_letters() -> None:
    octets = file_of(slot(SUBJECT, UNICODE), {SUBJECT_STREAM.lower(): wide("small")})

    assert msg.read(octets).subject == "small"
    assert rules(octets) == []


ODD: dict[str, tuple[bytes, str]] = {
    "a slot without its stream": (file_of(slot(SUBJECT, UNICODE)), "property-malformed"),
    "a slot with a type that is none": (file_of(slot(SUBJECT, 0x0FFF)), "property-malformed"),
    "a stream of a fixed value and no slot": (
        file_of(b"", {stream_name(PidTagImportance.id, LONG): b"\1\0\0\0"}),
        "msg-slot-missing",
    ),
    "no properties at all": (write_compound(NewStorage()), "msg-properties-missing"),
    "values of which one is missing": (
        file_of(slot(SUBJECT, MV_UNICODE), {stream_name(SUBJECT, MV_UNICODE): bytes(8)}),
        "property-malformed",
    ),
    "an id without a name": (file_of(slot(0x8000, LONG, 1)), "msg-name-missing"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_left_out_and_found(name: str) -> None:
    octets, rule = ODD[name]
    message = msg.read(octets)

    assert message.subject == ""
    assert facts_of(message) == {}
    assert rule in rules(octets)


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_refused_strictly(name: str) -> None:
    with pytest.raises(MalformedMessage):
        msg.read(ODD[name][0], strictness=Strictness.STRICT)


def test_of_a_property_that_is_there_twice_the_first_counts() -> None:
    octets = file_of(slot(PidTagImportance.id, LONG, 2) + slot(PidTagImportance.id, LONG, 0))

    assert msg.read(octets)[PidTagImportance] == 2
    assert rules(octets) == ["property-repeated"]


def test_half_a_slot_at_the_end_is_no_slot() -> None:
    octets = file_of(slot(PidTagImportance.id, LONG, 2) + slot(PidTagImportance.id, LONG, 0)[:9])

    assert msg.read(octets)[PidTagImportance] == 2


def test_text_of_an_odd_number_of_octets_is_read_as_far_as_it_goes() -> None:
    octets = file_of(slot(SUBJECT, UNICODE), {SUBJECT_STREAM: wide("odd") + b"x"})

    assert msg.read(octets).subject == "odd"
    assert len(rules(octets)) == 1


# Code pages


@pytest.mark.parametrize(
    ("said", "encoding", "text"),
    [
        ({PidTagMessageCodepage.id: 1251}, "cp1251", "Привет"),
        ({PidTagMessageCodepage.id: 65001}, "utf-8", "Привет"),
        ({PidTagMessageLocaleId.id: 1041, PidTagInternetCodepage.id: 65001}, "cp932", "日本語"),
        ({PidTagMessageLocaleId.id: 0x0404}, "cp950", "中文"),
        ({PidTagInternetCodepage.id: 50220}, "cp932", "日本語"),
        ({PidTagInternetCodepage.id: 28595}, "cp1251", "Привет"),
        ({PidTagInternetCodepage.id: 65001}, "cp1252", "naïve"),
        ({}, "cp1252", "“€”"),
    ],
)
def test_text_is_in_the_code_page_of_its_message(said: dict[int, int], encoding: str, text: str) -> None:
    slots = b"".join(slot(number, LONG, value) for number, value in said.items())
    row = storage(slot(0x3001, STRING8), {stream_name(0x3001, STRING8): text.encode(encoding)}, 8)
    octets = file_of(
        slots + slot(SUBJECT, STRING8) + slot(PidTagBody.id, STRING8),
        {
            stream_name(SUBJECT, STRING8): text.encode(encoding),
            stream_name(PidTagBody.id, STRING8): text.encode(encoding),
        },
        {"__recip_version1.0_#00000000": row},
    )
    message = msg.read(octets)

    assert (message.subject, message.text) == (text, text)
    assert [one.display_name for one in message.recipients] == [text]


@pytest.mark.parametrize(
    ("name", "subject"),
    [("nonUnicodeCP932", "日本語 Non Unicode タイトル"), ("contactAnsi", "コム ドット イグザンプル 殿")],
)
def test_japanese_files_that_are_not_unicode(name: str, subject: str) -> None:
    assert msg.read(msg_file(name)).subject == subject


# Order, depth, limits


def test_storages_are_in_the_order_of_their_numbers_whatever_is_between() -> None:
    names = ("b", "c", "a")
    rows = {
        f"__recip_version1.0_#{number:08X}": storage(
            slot(0x3001, UNICODE), {stream_name(0x3001, UNICODE): wide(name)}, 8
        )
        for number, name in zip((0x1F, 0x100, 0x2), names, strict=True)
    }

    assert [one.display_name for one in msg.read(file_of(b"", {}, rows)).recipients] == ["a", "b", "c"]


def test_attachments_are_in_the_order_of_their_numbers() -> None:
    names = [one.filename for one in msg.read(msg_file("attachmentsOrder")).attachments]

    assert names == ["A.docx", "B.docx", "C.docx", "D.docx"]


def nested(depth: int) -> Message:
    message = Message(subject=f"level {depth}")
    for level in reversed(range(depth)):
        message = Message(subject=f"level {level}", attachments=[Attachment(message)])
    return message


def test_messages_deeper_than_the_limit_stay_closed() -> None:
    octets = msg.write(nested(6))
    limits = Limits(nesting=3)
    message, depth = msg.read(octets, limits), 0
    while message.attachments and message.attachments[0].message is not None:
        message, depth = message.attachments[0].message, depth + 1

    assert depth == 2
    assert rules(octets, limits) == ["limit-nesting"]
    with pytest.raises(LimitExceeded):
        msg.read(octets, limits, Strictness.STRICT)


def test_a_file_larger_than_the_limit_is_refused() -> None:
    octets = msg.write(Message())
    with pytest.raises(LimitExceeded):
        msg.read(octets, Limits(total_octets=len(octets) - 1))


def test_more_recipients_than_the_limit_are_found() -> None:
    octets = msg.write(Message(to=[f"a{n}@b.test" for n in range(5)]))
    limits = Limits(addresses=3)

    assert len(msg.read(octets, limits).recipients) == 3
    assert rules(octets, limits) == ["limit-parts"]


@pytest.mark.parametrize("octets", [b"", b"Subject: x\r\n\r\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_compound_file_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        msg.read(octets)


def test_text_is_refused() -> None:
    with pytest.raises(UsageError):
        msg.read("text")  # type: ignore[arg-type]  # that is the mistake


# Embedded messages


def test_an_embedded_message_is_a_file_of_its_own() -> None:
    outer = msg.read(msg_file("msgInMsgInMsg"))
    middle = outer.attachments[0].message
    assert middle is not None
    inner = middle.attachments[0].message
    assert inner is not None
    octets = msg.write(middle)

    again = msg.read(octets)

    assert msg.check(octets) == ()
    assert facts_of(again) == facts_of(middle)
    assert again.attachments[0].message is not None
    assert again.attachments[0].message.subject == inner.subject


def test_text_that_says_ascii_and_has_eight_bits_is_read() -> None:
    """As windows-1252, which such text is, and as which MIME has it."""
    slots = slot(SUBJECT, STRING8) + slot(PidTagMessageCodepage.id, LONG, 20127)

    assert msg.read(file_of(slots, {stream_name(SUBJECT, STRING8): b"Gr\xfc\xdfe"})).subject == "Grüße"
