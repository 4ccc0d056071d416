"""What a written file looks like: headers, slots, ids of classes, objects, and what is left out."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from uuid import UUID

import pytest

from msgcore.codecs import msg
from msgcore.codecs.compound import NewStorage, Storage, copy_of, read_compound, write_compound
from msgcore.codecs.msg.writer import compose, unwritable
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagAttachMethod,
    PidTagDisplayBcc,
    PidTagObjectType,
    PidTagStoreSupportMask,
    PidTagSubject,
)
from msgcore.props.tags import PropertyTag
from msgcore.props.types import PropertyType
from tests.codecs.compound.trees import contents_of, streams_by_olefile
from tests.codecs.msg.raw_msg import file_of, slot

PROPERTIES = "__properties_version1.0"
INNER = "__substg1.0_3701000D"
FIRST = "__attach_version1.0_#00000000"


def letter() -> Message:
    return Message(
        from_="Ann <ann@a.test>",
        to=["Bob <bob@b.test>"],
        cc=["Cid <cid@c.test>"],
        bcc=["Dan <dan@d.test>"],
        subject="Report",
        text="Hello",
        date=datetime(2024, 5, 1, 12, tzinfo=UTC),
        attachments=[Attachment(b"octets", filename="a.bin"), Attachment(Message(subject="inner", to=["e@e.test"]))],
    )


LETTER = letter()


def opened(message: Message) -> Storage:
    return read_compound(msg.write(message))


def at(root: Storage, *path: str) -> Storage:
    found = root
    for name in path:
        inner = found.storage(name)
        assert inner is not None, name
        found = inner
    return found


def properties(storage: Storage) -> bytes:
    octets = storage.stream(PROPERTIES)
    assert octets is not None
    return octets


def slots_of(octets: bytes, header: int) -> dict[int, tuple[int, bytes]]:
    return {tag: (flags, value) for tag, flags, value in struct.iter_unpack("<II8s", octets[header:])}


def test_the_header_of_a_file_counts_recipients_and_attachments() -> None:
    assert properties(opened(LETTER))[:32] == bytes(8) + struct.pack("<IIII", 3, 2, 3, 2) + bytes(8)


def test_the_header_of_an_embedded_message_is_shorter() -> None:
    inner = at(opened(LETTER), "__attach_version1.0_#00000001", INNER)

    assert properties(inner)[:24] == bytes(8) + struct.pack("<IIII", 1, 0, 1, 0)
    assert (len(properties(inner)) - 24) % 16 == 0


def test_rows_and_attachments_have_eight_octets_in_front() -> None:
    root = opened(LETTER)

    for name in ("__recip_version1.0_#00000002", FIRST):
        assert properties(at(root, name))[:8] == bytes(8)
        assert (len(properties(at(root, name))) - 8) % 16 == 0


def test_the_class_of_the_file_is_that_of_messages() -> None:
    assert opened(LETTER).clsid == UUID("00020d0b-0000-0000-c000-000000000046")


def test_slots_are_in_the_order_of_their_ids_and_can_be_read_and_written() -> None:
    slots = slots_of(properties(opened(LETTER)), 32)
    ids = [tag >> 16 for tag in slots]

    assert ids == sorted(ids)
    assert {flags for flags, _ in slots.values()} == {6}


def test_a_slot_of_text_counts_a_nul_that_is_not_there() -> None:
    root = opened(LETTER)

    assert root.stream("__substg1.0_0037001F") == "Report".encode("utf-16-le")
    assert slots_of(properties(root), 32)[0x0037001F][1] == struct.pack("<II", 14, 0)


def test_readers_are_told_that_text_is_unicode() -> None:
    (mask,) = struct.unpack("<Q", slots_of(properties(opened(LETTER)), 32)[0x340D0003][1])

    assert mask & 0x00040000


def test_a_file_whose_store_was_not_unicode_is_written_as_one_that_is() -> None:
    again = msg.read(compose(msg.read(file_of(slot(PidTagStoreSupportMask.id, PropertyType.LONG, 0x79)))))

    assert again[PidTagStoreSupportMask] == 0x79 | 0x00040000


def test_what_other_readers_want_of_rows_and_attachments_says_nothing() -> None:
    """Instance and record keys count on, and an attachment is an attachment."""
    octets = msg.write(LETTER)
    root, again = read_compound(octets), msg.read(octets)

    assert at(root, "__recip_version1.0_#00000001").stream("__substg1.0_0FF60102") == b"\1\0\0\0"
    assert at(root, FIRST).stream("__substg1.0_0FF90102") == bytes(4)
    assert slots_of(properties(at(root, FIRST)), 8)[0x0FFE0003][1] == struct.pack("<Q", 7)
    assert [one.properties for one in again.recipients] == [()] * 3
    assert PidTagObjectType not in again.attachments[0].properties


def test_the_slot_of_an_embedded_message_says_that_it_is_one() -> None:
    storage = at(opened(LETTER), "__attach_version1.0_#00000001")

    assert slots_of(properties(storage), 8)[0x3701000D][1] == struct.pack("<II", 0xFFFFFFFF, 1)


def test_only_the_file_itself_has_a_map_of_names() -> None:
    root = opened(Message(headers={"X-Outer": "1"}, attachments=[Message(subject="i", headers={"X-Inner": "2"})]))

    assert "__nameid_version1.0" in root.storages()
    assert "__nameid_version1.0" not in at(root, FIRST, INNER).storages()


# Objects


def test_a_message_attached_twice_is_there_twice() -> None:
    inner = Message(subject="inner", attachments=[Attachment(b"x", filename="x")])
    octets = msg.write(Message(attachments=[Attachment(inner), Attachment(inner)]))
    again = msg.read(octets)

    assert msg.check(octets) == ()
    assert [one.message and one.message.subject for one in again.attachments] == ["inner", "inner"]
    assert [one.message and one.message.attachments[0].data for one in again.attachments] == [b"x", b"x"]


OLE = write_compound(
    NewStorage(
        UUID("00020906-0000-0000-c000-000000000046"),
        streams={"WordDocument": b"w" * 5_000, "\1Ole": b"o"},
        storages={"ObjectPool": NewStorage(UUID(int=7), streams={"x": b"y"})},
    )
)


def ole_attachment(octets: bytes) -> Attachment:
    attachment = Attachment(octets, filename="object.doc")
    attachment[PidTagAttachMethod] = int(AttachMethod.STORAGE)
    return attachment


def test_an_ole_object_is_a_storage_that_keeps_its_class() -> None:
    octets = msg.write(Message(attachments=[ole_attachment(OLE)]))
    storage = at(read_compound(octets), FIRST, INNER)
    (attachment,) = msg.read(octets).attachments

    assert contents_of(storage) == contents_of(read_compound(OLE))
    assert contents_of(read_compound(attachment.data)) == contents_of(read_compound(OLE))
    assert slots_of(properties(at(read_compound(octets), FIRST)), 8)[0x3701000D][1] == struct.pack("<II", 0xFFFFFFFF, 4)
    assert attachment[PidTagAttachMethod] == AttachMethod.STORAGE


def test_an_ole_object_of_other_octets_is_a_stream() -> None:
    (attachment,) = msg.read(msg.write(Message(attachments=[ole_attachment(b"no storage")]))).attachments

    assert attachment.data == b"no storage"


def test_a_copy_of_a_storage_is_written_alike() -> None:
    once = msg.write(Message(attachments=[ole_attachment(OLE)]))

    assert compose(msg.read(once)) == once
    assert write_compound(copy_of(read_compound(OLE))) == OLE


def test_an_attachment_that_needs_a_difat_is_read_again() -> None:
    """A FAT of more than 109 sectors covers 7 MB."""
    data = bytes(range(256)) * 30_000
    octets = msg.write(Message(subject="large", attachments=[Attachment(data, filename="large.bin")]))

    assert struct.unpack_from("<I", octets, 72)[0] > 0
    assert msg.read(octets).attachments[0].data == data
    assert streams_by_olefile(octets)[FIRST, "__substg1.0_37010102"] == data


# Blind recipients, and what cannot be said


def test_without_bcc_nothing_tells_of_blind_recipients() -> None:
    octets = msg.write(LETTER, bcc=False)
    again = msg.read(octets)

    assert "dan@d.test".encode("utf-16-le") not in octets
    assert "Dan".encode("utf-16-le") not in octets
    assert [one.email_address for one in again.recipients] == ["bob@b.test", "cid@c.test"]
    assert PidTagDisplayBcc not in again.tags()


def test_without_bcc_a_file_that_was_read_is_written_anew() -> None:
    kept = msg.read(msg.write(LETTER))

    assert "dan@d.test".encode("utf-16-le") not in msg.write(kept, bcc=False)
    assert "dan@d.test".encode("utf-16-le") in msg.write(kept)


def test_without_bcc_a_file_without_any_stays_as_it_is() -> None:
    octets = msg.write(Message(subject="s", to=["b@b.test"]))

    assert msg.write(msg.read(octets), bcc=False) == octets


@pytest.mark.parametrize(
    ("tag", "value", "is_writable"),
    [
        (PidTagSubject, "text", True),
        (PropertyTag[object](0x6701, PropertyType.MV_BINARY, "Own", "", ""), (b"a", b""), True),
        (PropertyTag[object](0x6702, PropertyType.SERVER_ID, "Own", "", ""), b"x", False),
        (PropertyTag[object](0x8001, PropertyType.LONG, "Own", "", ""), 1, False),
    ],
)
def test_what_cannot_be_said_is_told(tag: PropertyTag[object], value: object, is_writable: bool) -> None:
    assert (unwritable(tag, value) is None) is is_writable


def test_the_same_message_gives_the_same_octets() -> None:
    assert msg.write(letter()) == msg.write(letter()) == compose(LETTER)
