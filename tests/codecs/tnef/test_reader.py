"""TNEF made by hand, independent of our writer, and damaged."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.findings import Strictness
from msgcore.base.octets import Limits
from msgcore.codecs import tnef
from msgcore.codecs.objects.source import ObjectSource
from msgcore.codecs.tnef.attributes import IID_MESSAGE, IID_STREAM, Attribute
from msgcore.codecs.tnef.writer import compose
from msgcore.errors import LimitExceeded, MalformedMessage, MsgcoreError, UsageError
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagAttachFilename,
    PidTagAttachMethod,
    PidTagAttachRendering,
    PidTagAttachTransportName,
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagConversationKey,
    PidTagCreationTime,
    PidTagEndDate,
    PidTagImportance,
    PidTagLastModificationTime,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagOriginalMessageClass,
    PidTagOwnerAppointmentId,
    PidTagParentKey,
    PidTagRenderingPosition,
    PidTagResponseRequested,
    PidTagSearchKey,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagStartDate,
    PidTagSubject,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, PS_MAPI, Property, header_property
from msgcore.testing.strategies import object_messages
from tests.codecs.tnef.streams import attribute, property_list, stream, unicode_property

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DATE = struct.pack("<7H", 2026, 1, 2, 3, 4, 5, 5)
ANN = struct.pack("<4H", 4, 0, 4, 16) + b"Ann\0" + b"SMTP:ann@a.test\0"


@pytest.mark.parametrize(
    ("number", "content", "tag", "value"),
    [
        (Attribute.MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0", PidTagMessageClass, "IPM.Note"),
        (Attribute.MESSAGE_CLASS, b"IPM.Own\0", PidTagMessageClass, "IPM.Own"),
        (
            Attribute.MESSAGE_CLASS,
            b"IPM.Microsoft Schedule.MtgReq\0",
            PidTagMessageClass,
            "IPM.Schedule.Meeting.Request",
        ),
        (Attribute.ORIGINAL_MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0", PidTagOriginalMessageClass, "IPM.Note"),
        (Attribute.SUBJECT, b"Gr\xfc\xdfe\0", PidTagSubject, "Grüße"),
        (Attribute.BODY, b"Hello\r\n\0", PidTagBody, "Hello\r\n"),
        (Attribute.FROM, ANN, PidTagSenderName, "Ann"),
        (Attribute.FROM, ANN, PidTagSenderEmailAddress, "ann@a.test"),
        (Attribute.DATE_SENT, DATE, PidTagClientSubmitTime, MOMENT),
        (Attribute.DATE_RECEIVED, DATE, PidTagMessageDeliveryTime, MOMENT),
        (Attribute.DATE_MODIFIED, DATE, PidTagLastModificationTime, MOMENT),
        (Attribute.DATE_START, DATE, PidTagStartDate, MOMENT),
        (Attribute.DATE_END, DATE, PidTagEndDate, MOMENT),
        (Attribute.PRIORITY, b"\1\0", PidTagImportance, 2),
        (Attribute.PRIORITY, b"\2\0", PidTagImportance, 1),
        (Attribute.PRIORITY, b"\3\0", PidTagImportance, 0),
        (Attribute.MESSAGE_STATUS, b"\x20", PidTagMessageFlags, 0x03),
        (Attribute.MESSAGE_STATUS, b"\x85", PidTagMessageFlags, 0x14),
        (Attribute.MESSAGE_ID, b"0A0B\0", PidTagSearchKey, b"\x0a\x0b"),
        (Attribute.PARENT_ID, b"0A0B\0", PidTagParentKey, b"\x0a\x0b"),
        (Attribute.CONVERSATION_ID, b"0A0B\0", PidTagConversationKey, b"\x0a\x0b"),
        (Attribute.OWNER_APPOINTMENT_ID, b"\7\0\0\0", PidTagOwnerAppointmentId, 7),
        (Attribute.REQUEST_RESPONSE, b"\1\0", PidTagResponseRequested, True),
    ],
)
def test_each_old_attribute_is_a_property(number: int, content: bytes, tag: Property[Any], value: object) -> None:
    assert tnef.read(stream(attribute(number, content))).get(tag) == value


@pytest.mark.parametrize(
    ("number", "content", "tag", "value"),
    [
        (Attribute.ATTACH_TITLE, b"f\xfcr.txt\0", PidTagAttachFilename, "für.txt"),
        (Attribute.ATTACH_CREATE_DATE, DATE, PidTagCreationTime, MOMENT),
        (Attribute.ATTACH_MODIFY_DATE, DATE, PidTagLastModificationTime, MOMENT),
        (Attribute.ATTACH_META_FILE, b"picture", PidTagAttachRendering, b"picture"),
        (Attribute.ATTACH_TRANSPORT_FILENAME, b"own\0", PidTagAttachTransportName, "own"),
    ],
)
def test_each_old_attribute_of_a_file_is_a_property(
    number: int, content: bytes, tag: Property[Any], value: object
) -> None:
    (found,) = attached(attribute(number, content, 2)).attachments

    assert found.get(tag) == value


RENDERING = attribute(Attribute.ATTACH_REND_DATA, struct.pack("<HIHHI", 2, 7, 0, 0, 0), 2)


def attached(*attributes: bytes) -> Message:
    return tnef.read(stream(RENDERING, *attributes))


def test_the_rendering_data_begin_an_attachment() -> None:
    (found,) = attached().attachments

    assert (found[PidTagAttachMethod], found[PidTagRenderingPosition]) == (6, 7)


def test_lists_of_properties_count_more_than_old_attributes() -> None:
    listed = attribute(Attribute.MESSAGE_PROPERTIES, property_list(unicode_property(0x0037, "list")))
    old = attribute(Attribute.SUBJECT, b"old\0")

    assert tnef.read(stream(old, listed)).subject == tnef.read(stream(listed, old)).subject == "list"


def test_text_is_in_the_code_page_that_the_stream_says() -> None:
    assert tnef.read(stream(attribute(Attribute.SUBJECT, b"\x93\xfa\x96\x7b\0"), code_page=932)).subject == "日本"


def named(property_set: bytes, kind: int, name: bytes) -> bytes:
    return struct.pack("<HH", 0x001F, 0x8001) + property_set + struct.pack("<II", kind, len(name)) + name


VALUE = struct.pack("<II", 1, 6) + b"a\0b\0\0\0\0\0"


def test_a_header_name_is_found_in_any_case_and_keeps_its_spelling() -> None:
    name = "X-Own".encode("utf-16-le") + b"\0\0"
    octets = named(PS_INTERNET_HEADERS.bytes_le, 1, name) + VALUE
    message = tnef.read(stream(attribute(Attribute.MESSAGE_PROPERTIES, property_list(octets))))

    assert message[header_property("x-own")] == "ab"
    assert [tag.label for tag in message.tags()] == ["X-Own"]
    assert "X-Own".encode("utf-16-le") in b"".join(compose(message))


def test_a_name_in_the_set_of_mapi_is_the_tagged_property() -> None:
    octets = struct.pack("<HH", 0x001F, 0x8001) + PS_MAPI.bytes_le + struct.pack("<II", 0, 0x0037) + VALUE
    message = tnef.read(stream(attribute(Attribute.MESSAGE_PROPERTIES, property_list(octets))))

    assert message.subject == "ab"


def content_object(interface: bytes, octets: bytes) -> bytes:
    size = len(octets) + 16
    value = struct.pack("<II", 1, size) + interface + octets + bytes(-size % 4)
    method = struct.pack("<HHI", 0x0003, 0x3705, 5)
    listed = property_list(method, struct.pack("<HH", 0x000D, 0x3701) + value)
    return attribute(Attribute.ATTACHMENT, listed, 2)


def test_a_message_inside_is_read() -> None:
    inner = stream(attribute(Attribute.SUBJECT, b"inner\0"))
    (found,) = attached(content_object(IID_MESSAGE.bytes_le, inner)).attachments

    assert found.message is not None
    assert (found.message.subject, found.message.source.octets) == ("inner", inner)  # type: ignore[union-attr]


def test_a_stream_inside_is_octets() -> None:
    (found,) = attached(content_object(IID_STREAM.bytes_le, b"octets")).attachments

    assert (found.message, found.data) == (None, b"octets")


def test_messages_deeper_than_the_limit_stay_octets() -> None:
    octets = stream(attribute(Attribute.SUBJECT, b"0\0"))
    for depth in range(1, 6):
        nested = content_object(IID_MESSAGE.bytes_le, octets)
        octets = stream(attribute(Attribute.SUBJECT, b"%d\0" % depth), RENDERING, nested)

    message, seen = tnef.read(octets, Limits(nesting=3)), 0
    while (inner := message.attachments[0].message) is not None:
        message, seen = inner, seen + 1

    assert (seen, tnef.is_tnef(message.attachments[0].data)) == (2, True)
    assert {one.rule for one in tnef.check(octets, Limits(nesting=3))} == {"limit-nesting"}


# What is wrong

SUBJECT = attribute(Attribute.SUBJECT, b"x\0")
NO_DAY = struct.pack("<7H", 2026, 13, 0, 0, 0, 0, 0)
CUT = struct.pack("<BII", 1, Attribute.BODY, 100) + b"left"


@pytest.mark.parametrize(
    ("octets", "rule"),
    [
        (stream(attribute(Attribute.SUBJECT, b"x\0", checksum=7)), "tnef-checksum"),
        (stream(SUBJECT) + CUT, "tnef-truncated"),
        (stream(SUBJECT) + b"\0junk", "tnef-junk"),
        (stream(SUBJECT) + b"\1ju", "tnef-junk"),
        (stream(SUBJECT, attribute(0x00099999, b"")), "tnef-attribute-unknown"),
        (stream(attribute(Attribute.SUBJECT, b"x\0", level=2)), "tnef-level"),
        (stream(SUBJECT, attribute(Attribute.DATE_SENT, b"\1")), "property-malformed"),
        (
            stream(SUBJECT, attribute(Attribute.DATE_SENT, struct.pack("<7H", 2026, 13, 0, 0, 0, 0, 0))),
            "property-malformed",
        ),
        (stream(SUBJECT, attribute(Attribute.MESSAGE_PROPERTIES, b"\1")), "tnef-list-cut"),
        (stream(SUBJECT, attribute(Attribute.MESSAGE_PROPERTIES, property_list(count=3))), "tnef-list-cut"),
        (
            stream(SUBJECT, attribute(Attribute.MESSAGE_PROPERTIES, property_list(struct.pack("<HHI", 0x9999, 1, 1)))),
            "tnef-list-cut",
        ),
        (
            stream(attribute(Attribute.MESSAGE_PROPERTIES, property_list(*[unicode_property(0x37, "a")] * 2))),
            "property-repeated",
        ),
        (stream(SUBJECT, attribute(Attribute.RECIPIENT_TABLE, struct.pack("<I", 0xFFFFFFFF))), "tnef-list-cut"),
    ],
)
def test_what_breaks_the_rules_is_tolerated_and_named(octets: bytes, rule: str) -> None:
    assert rule in {finding.rule for finding in tnef.check(octets)}
    with pytest.raises(MalformedMessage):
        tnef.read(octets, strictness=Strictness.STRICT)


def test_what_is_there_of_a_cut_attribute_is_read() -> None:
    assert tnef.read(stream(SUBJECT) + CUT).text == "left"


def test_octets_of_another_kind_are_refused() -> None:
    with pytest.raises(MalformedMessage, match="no TNEF stream"):
        tnef.read(b"Subject: x\r\n\r\n")


def test_text_is_no_octets() -> None:
    with pytest.raises(UsageError, match="need the message's octets"):
        tnef.read("x")  # type: ignore[arg-type]


def test_a_stream_that_is_too_large_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        tnef.read(stream(SUBJECT), Limits(total_octets=10))


@given(object_messages(0), st.data())
def test_any_cut_of_a_stream_is_read(message: Message, data: st.DataObject) -> None:
    octets = tnef.write(message)
    place = data.draw(st.integers(4, len(octets)))

    assert isinstance(tnef.check(octets[:place]), tuple)


@given(object_messages(0), st.data())
def test_any_damage_ends_in_a_message_or_a_typed_error(message: Message, data: st.DataObject) -> None:
    octets = bytearray(tnef.write(message))
    for _ in range(data.draw(st.integers(1, 5))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = tnef.read(bytes(octets))
        tnef.check(bytes(octets))
        tnef.write(found)
        _ = found.subject, found.text, found.recipients, [one.properties.tags() for one in found.attachments]
    except MsgcoreError:
        pass


@pytest.mark.parametrize("name", ["", "named"])
def test_the_limit_of_properties_is_that_of_an_object_not_of_a_list(name: str) -> None:
    """Else a stream of many lists makes hundreds of megabytes of entries."""

    def listed(*numbers: int) -> bytes:
        prefix = UUID(int=1).bytes_le + bytes(4) if name else b""
        first = 0x8000 if name else 0x6800
        each = (
            struct.pack("<HH", 0x0003, first + one) + prefix + (struct.pack("<I", one) if name else b"") + bytes(4)
            for one in numbers
        )
        return attribute(Attribute.MESSAGE_PROPERTIES, property_list(*each))

    octets, limits = stream(listed(1, 2), listed(3, 4)), Limits(header_fields=3)
    source = tnef.read(octets, limits).source
    assert isinstance(source, ObjectSource)
    assert len(source.content.properties.tags()) == 3
    assert "limit-properties" in [finding.rule for finding in tnef.check(octets, limits)]
