"""TNEF that we write: it says the same when it is read again, and older readers find what they look for."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given

from msgcore.codecs import tnef
from msgcore.codecs.compound import NewStorage, write_compound
from msgcore.codecs.tnef.attributes import IID_STORAGE, IID_STREAM, Attribute
from msgcore.codecs.tnef.writer import compose
from msgcore.codecs.tnef.writing_properties import object_header, unwritable
from msgcore.errors import NotSupported
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.props.table import (
    PidNameKeywords,
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagDisplayBcc,
    PidTagSubject,
)
from msgcore.props.tags import PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing.strategies import object_messages, read_messages
from tests.codecs.objects.outlooks_own import is_of_outlook
from tests.codecs.tnef.streams import attribute, property_list, stream, unicode_property


@given(object_messages())
def test_any_message_says_the_same(message: Message) -> None:
    octets = tnef.write(message)

    assert compare(tnef.read(octets), message) == ()
    assert tnef.check(octets) == ()


@given(read_messages())
def test_any_internet_message_says_the_same(message: Message) -> None:
    found = compare(tnef.read(tnef.write(message)), message)

    assert [one for one in found if not is_of_outlook(one, message)] == []


@given(object_messages())
def test_the_same_message_has_the_same_octets(message: Message) -> None:
    octets = tnef.write(message)
    again = tnef.read(octets)
    _ = again.subject, again.recipients  # what is asked for first says nothing

    assert b"".join(compose(again)) == octets == tnef.write(message.copy())


@given(object_messages(0))
def test_every_checksum_is_right(message: Message) -> None:
    """Added up octet by octet, as the specification has it."""
    for _, content, added in attributes(tnef.write(message)):
        assert sum(content) & 0xFFFF == added


def attributes(octets: bytes) -> Iterator[tuple[int, bytes, int]]:
    at = 6
    while at < len(octets):
        _level, number, size = struct.unpack_from("<BII", octets, at)
        content = octets[at + 9 : at + 9 + size]
        yield number, content, int.from_bytes(octets[at + 9 + size : at + 11 + size], "little")
        at += 11 + size


def numbers(message: Message) -> list[int]:
    return [number for number, _, _ in attributes(tnef.write(message))]


LETTER = Message(from_="ann@a.test", to="bob@b.test", bcc="eve@b.test", subject="Grüße", text="Hello")


def test_the_version_and_the_code_page_come_first() -> None:
    assert numbers(LETTER)[:2] == [Attribute.TNEF_VERSION, Attribute.OEM_CODEPAGE]


def test_older_readers_find_class_subject_and_body() -> None:
    found = {number: content for number, content, _ in attributes(tnef.write(LETTER))}

    assert found[Attribute.MESSAGE_CLASS] == b"IPM.Note\0"
    assert found[Attribute.SUBJECT] == "Grüße".encode("cp1252") + b"\0"
    assert found[Attribute.BODY] == b"Hello\0"


@pytest.mark.parametrize(
    ("subject", "filename", "code_page"),
    [
        ("Grüße", "a.txt", 1252),
        ("Příliš", "a.txt", 1250),
        ("Report", "Отчёт.txt", 1251),
        ("日本", "a.txt", 932),
        ("Ελλάδα", "Grüße 🙂.txt", 1253),
    ],
)
def test_older_readers_are_told_in_a_code_page_that_says_the_most(subject: str, filename: str, code_page: int) -> None:
    octets = tnef.write(Message(subject=subject, attachments=[Attachment(b"x", filename=filename)]))
    found = {number: content for number, content, _ in attributes(octets)}

    assert struct.unpack("<II", found[Attribute.OEM_CODEPAGE]) == (code_page, 0)
    assert found[Attribute.SUBJECT] == f"{subject}\0".encode(f"cp{code_page}")
    if "🙂" not in filename:
        assert found[Attribute.ATTACH_TITLE] == f"{filename}\0".encode(f"cp{code_page}")


def test_what_no_code_page_says_is_left_to_the_list() -> None:
    message = Message(subject="日本 🙂", text="a\0b")
    read = tnef.read(tnef.write(message))

    assert {Attribute.SUBJECT, Attribute.BODY}.isdisjoint(numbers(message))
    assert (read.subject, read.text) == ("日本 🙂", "a\0b")


def test_a_name_without_a_short_one_stays_so() -> None:
    """attAttachTitle would be read as PidTagAttachFilename."""
    listed = property_list(unicode_property(PidTagAttachLongFilename.id, "a long name.txt"))
    rendered = attribute(Attribute.ATTACH_REND_DATA, struct.pack("<HiHHI", 1, -1, 0xFFFF, 0xFFFF, 0), 2)
    read = tnef.read(stream(rendered, attribute(Attribute.ATTACHMENT, listed, 2)))
    (again,) = tnef.read(b"".join(compose(read))).attachments

    assert (again.filename, again.get(PidTagAttachFilename)) == ("a long name.txt", None)


def test_a_type_that_the_form_has_not_changes_nothing_else() -> None:
    message, without = Message(), Message()
    message[PropertyTag[bytes](0x6680, PropertyType.RULE_ACTION, "Rules")] = b"rules"
    for one in (message, without):
        one[PidNameKeywords] = ("red",)

    assert tnef.write(message) == tnef.write(without)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (PropertyType.UNICODE, "text", None),
        (PropertyType.MV_BINARY, (b"a", b""), None),
        (PropertyType.RULE_ACTION, b"rules", "RULE_ACTION"),
        (PropertyType.SERVER_ID, b"id", "SERVER_ID"),
        (PropertyType.OBJECT, b"", "OBJECT"),
    ],
)
def test_what_cannot_be_said_is_told(kind: PropertyType, value: object, why: str | None) -> None:
    tag = PropertyTag[object](0x6681, kind, "Own")

    assert unwritable(tag, value) == (why and f"TNEF has no values of the type {why}")


def test_a_field_is_written_again_as_it_was_spelled() -> None:
    message = Message(headers={"Accept-Language": "sv", "X-Own": "one"})

    assert b"".join(compose(tnef.read(tnef.write(message)))) == tnef.write(message)


def test_what_is_too_large_for_a_property_is_refused() -> None:
    with pytest.raises(NotSupported, match="4 GiB"):
        object_header((1 << 32) - 16, IID_STREAM)


def test_a_key_follows_from_the_content() -> None:
    keys = {tnef.write(Message(subject=str(number)))[4:6] for number in range(20)}

    assert len(keys) > 10
    assert b"\0\0" not in keys


def test_blind_recipients_are_left_out() -> None:
    inner = LETTER.copy()
    message = Message(subject="outer", bcc="eve@b.test", attachments=[Attachment(inner)])
    octets = tnef.write(message, bcc=False)
    read = tnef.read(octets)

    assert b"eve" not in octets
    assert "eve".encode("utf-16-le") not in octets
    assert (read.bcc, read.get(PidTagDisplayBcc)) == ((), "")


def test_what_was_read_goes_out_without_blind_recipients_as_well() -> None:
    read = tnef.read(tnef.write(LETTER))

    assert "eve".encode("utf-16-le") not in tnef.write(read, bcc=False)


def test_an_ole_object_is_a_storage_and_other_octets_a_stream() -> None:
    for data, interface in ((write_compound(NewStorage()), IID_STORAGE), (b"octets", IID_STREAM)):
        attachment = Attachment(data)
        attachment[PidTagAttachMethod] = AttachMethod.STORAGE
        octets = tnef.write(Message(attachments=[attachment]))

        assert interface.bytes_le in octets
        assert tnef.read(octets).attachments[0].data == data


def test_a_change_is_written_and_the_rest_stays() -> None:
    read = tnef.read(tnef.write(LETTER))
    read[PidTagSubject] = "new"
    again = tnef.read(tnef.write(read))

    assert (again.subject, again.text, again.bcc) == ("new", "Hello", LETTER.bcc)


def test_large_attachments_are_given_as_they_are_in_memory() -> None:
    data = bytes(1_000_000)

    assert any(piece is data for piece in tnef.write_chunks(Message(attachments=[Attachment(data)])))
