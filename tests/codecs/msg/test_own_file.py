"""Embedded messages as files of their own: nothing of them is lost, whether they were opened or not."""

from __future__ import annotations

from msgcore.base.octets import Limits
from msgcore.codecs import msg
from msgcore.codecs.compound import read_compound
from msgcore.codecs.msg.writer import compose
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.table import PidLidLocation, PidTagAttachMethod, PidTagInstanceKey, PidTagRecordKey
from tests.codecs.msg.raw_msg import STRING8, file_of, slot, storage, stream_name

LONG = 0x0003
SUBJECT, METHOD, CODE_PAGE = 0x0037, 0x3705, 0x3FFD
FIRST = "__attach_version1.0_#00000000"


def two_deep() -> bytes:
    """Write a message in a message in a message; each has a named property, of which the innermost's is the last."""
    inner = Message(subject="inner", headers={"X-Inner": "3"}, to=["eva@e.test"])
    inner[PidLidLocation] = "room 5"
    middle = Message(subject="middle", headers={"X-Middle": "2"}, attachments=[Attachment(inner)])
    return msg.write(Message(subject="outer", headers={"X-Outer": "1"}, attachments=[Attachment(middle)]))


def only_attachment(message: Message) -> Attachment:
    (attachment,) = message.attachments
    return attachment


def test_the_octets_of_an_embedded_message_are_its_storage_as_it_was() -> None:
    outer = msg.read(two_deep())
    middle = only_attachment(outer).message
    assert middle is not None and middle.source is not None
    root, kept = read_compound(two_deep()), read_compound(middle.source.octets)
    place = root.storage(FIRST)
    assert place is not None
    was = place.storage("__substg1.0_3701000D")
    assert was is not None

    streams = {name: one.octets() for name, one in was.streams().items() if name.startswith("__substg")}
    assert streams == {name: one.octets() for name, one in kept.streams().items() if name.startswith("__substg")}
    assert list(kept.storages()) == ["__nameid_version1.0", *was.storages()]


def test_a_message_that_was_not_opened_is_octets_that_can_be_read() -> None:
    outer = msg.read(two_deep(), Limits(nesting=2))
    middle = only_attachment(outer).message
    assert middle is not None
    closed = only_attachment(middle)
    assert (closed.message, closed.get(PidTagAttachMethod)) == (None, AttachMethod.EMBEDDED_MESSAGE)

    inner = msg.read(closed.data)

    assert msg.check(closed.data) == ()
    assert (inner.subject, inner[PidLidLocation], [str(one.address) for one in inner.recipients]) == (
        "inner",
        "room 5",
        ["eva@e.test"],
    )


def test_a_message_that_was_not_opened_is_still_there_when_the_outer_one_is_written_anew() -> None:
    """Its names have ids of their own, so that it stays a file by itself."""
    middle = only_attachment(msg.read(two_deep(), Limits(nesting=2))).message
    assert middle is not None
    again = msg.read(compose(middle))

    assert only_attachment(again).data == only_attachment(middle).data
    assert msg.read(only_attachment(again).data)[PidLidLocation] == "room 5"


def test_an_embedded_message_without_a_code_page_has_that_of_the_outer_one() -> None:
    text = "Привет"
    inner = storage(slot(SUBJECT, STRING8), {stream_name(SUBJECT, STRING8): text.encode("cp1251")}, 24)
    attachment = storage(slot(METHOD, LONG, AttachMethod.EMBEDDED_MESSAGE), {}, 8)
    attachment.storages["__substg1.0_3701000D"] = inner
    outer = msg.read(file_of(slot(CODE_PAGE, LONG, 1251), {}, {FIRST: attachment}))

    found = only_attachment(outer).message
    assert found is not None and found.subject == text


def test_keys_that_are_but_numbers_are_no_properties_and_others_are() -> None:
    """Every file has them, so that they say nothing of the message."""
    octets = msg.write(Message(to=["bob@b.test"], attachments=[b"x"]))
    read = msg.read(octets)
    row, attachment = read.recipients[0], only_attachment(read)
    assert (row.properties, PidTagRecordKey in attachment.properties) == ((), False)

    attachment[PidTagRecordKey] = b"own"
    again = msg.read(msg.write(read))

    assert only_attachment(again)[PidTagRecordKey] == b"own"
    (storage_of_row,) = [one for name, one in read_compound(octets).storages().items() if name.startswith("__recip")]
    assert storage_of_row.stream(stream_name(PidTagInstanceKey.id, 0x0102)) == bytes(4)
