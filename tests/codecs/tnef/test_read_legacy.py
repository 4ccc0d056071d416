"""Attributes of the days before MAPI whose meaning depends on more than their id ([MS-OXTNEF] section 2.1.3.3)."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest

from msgcore.codecs import tnef
from msgcore.codecs.tnef.attributes import Attribute
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagAttachEncoding,
    PidTagMessageClass,
    PidTagOriginalMessageClass,
    PidTagReceivedRepresentingAddressType,
    PidTagReceivedRepresentingEmailAddress,
    PidTagReceivedRepresentingEntryId,
    PidTagReceivedRepresentingName,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
)
from tests.codecs.tnef.streams import attribute, property_list, stream, unicode_property

ANN = struct.pack("<H", 4) + b"Ann\0" + struct.pack("<H", 16) + b"smtp:ann@a.test\0"
SENT_FOR = (PidTagSentRepresentingName, PidTagSentRepresentingAddressType, PidTagSentRepresentingEmailAddress)
RECEIVED_FOR = (
    PidTagReceivedRepresentingName,
    PidTagReceivedRepresentingAddressType,
    PidTagReceivedRepresentingEmailAddress,
)


def read(*attributes: bytes) -> Message:
    return tnef.read(stream(*attributes))


def of_class(name: str) -> bytes:
    return attribute(Attribute.MESSAGE_CLASS, name.encode() + b"\0")


@pytest.mark.parametrize("name", ["MtgReq", "MtgCncl"])
def test_the_owner_of_a_request_is_whom_it_is_from(name: str) -> None:
    message = read(of_class(f"IPM.Microsoft Schedule.{name}"), attribute(Attribute.OWNER, ANN))

    assert [message.get(tag) for tag in SENT_FOR] == ["Ann", "SMTP", "ann@a.test"]
    assert [message.get(tag) for tag in RECEIVED_FOR] == [None] * 3


@pytest.mark.parametrize("name", ["MtgRespP", "MtgRespN", "MtgRespA"])
def test_the_owner_of_a_response_is_whom_it_goes_to(name: str) -> None:
    message = read(of_class(f"IPM.Microsoft Schedule.{name}"), attribute(Attribute.OWNER, ANN))

    assert [message.get(tag) for tag in RECEIVED_FOR] == ["Ann", "SMTP", "ann@a.test"]
    assert [message.get(tag) for tag in SENT_FOR] == [None] * 3


def test_the_class_of_the_list_says_what_an_owner_is() -> None:
    listed = property_list(unicode_property(PidTagMessageClass.id, "IPM.Schedule.Meeting.Resp.Pos"))
    message = read(attribute(Attribute.OWNER, ANN), attribute(Attribute.MESSAGE_PROPERTIES, listed))

    assert message.get(PidTagReceivedRepresentingName) == "Ann"


def test_a_message_is_sent_for_whom_it_says() -> None:
    message = read(attribute(Attribute.SENT_FOR, ANN))

    assert [message.get(tag) for tag in SENT_FOR] == ["Ann", "SMTP", "ann@a.test"]


def test_a_delegate_is_an_entry_id() -> None:
    assert read(attribute(Attribute.DELEGATE, b"entry")).get(PidTagReceivedRepresentingEntryId) == b"entry"


@pytest.mark.parametrize("content", [b"", b"\4", b"\xff\xffAnn\0", struct.pack("<H", 4) + b"Ann\0"])
def test_a_person_that_is_cut_says_nothing_and_is_named(content: bytes) -> None:
    octets = stream(attribute(Attribute.SENT_FOR, content))

    assert [tnef.read(octets).get(tag) for tag in SENT_FOR] == [None] * 3
    assert [one.rule for one in tnef.check(octets)] == ["property-malformed"]


def triple(kind: int, name: bytes, address: bytes) -> bytes:
    return struct.pack("<4H", kind, 16 + len(name) + len(address), len(name), len(address)) + name + address


def test_a_triple_of_another_kind_says_nothing() -> None:
    assert PidTagSenderName not in read(attribute(Attribute.FROM, triple(2, b"Ann\0", b"SMTP:a\0"))).tags()


def test_the_name_of_a_triple_may_be_padded() -> None:
    message = read(attribute(Attribute.FROM, triple(4, b"Anna\0\0", b"SMTP:a@a.test\0") + bytes(8)))

    assert (message.get(PidTagSenderName), message.get(PidTagSenderEmailAddress)) == ("Anna", "a@a.test")


@pytest.mark.parametrize("number", [0x00070006, 0x00070600])
def test_the_original_class_has_two_ids(number: int) -> None:
    octets = stream(attribute(number, b"IPM.Microsoft Mail.Note\0"))

    assert tnef.read(octets).get(PidTagOriginalMessageClass) == "IPM.Note"
    assert tnef.check(octets) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Microsoft Mail v3.0 IPM.Microsoft Mail.Note", "IPM.Note"),
        ("IPM.MICROSOFT MAIL.NOTE", "IPM.Note"),
        ("IPM.Microsoft Mail.Read Receipt", "REPORT.IPM.Note.IPNRN"),
        ("IPM.Microsoft Mail.Non-Delivery", "REPORT.IPM.Note.NDR"),
        ("IPM.Microsoft Schedule.MtgRespA", "IPM.Schedule.Meeting.Resp.Tent"),
        ("Microsoft Mail v3.0 IPM.Own", "Microsoft Mail v3.0 IPM.Own"),
    ],
)
def test_old_names_of_classes_are_known(written: str, meant: str) -> None:
    assert read(of_class(written)).get(PidTagMessageClass) == meant


@pytest.mark.parametrize(("flags", "encoding"), [(0, None), (1, bytes.fromhex("2a864886f714030b01"))])
def test_a_macintosh_file_is_marked(flags: int, encoding: bytes | None) -> None:
    rendering = attribute(Attribute.ATTACH_REND_DATA, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, flags), 2)
    (found,) = read(rendering).attachments

    assert found.get(PidTagAttachEncoding) == encoding


REND = attribute(Attribute.ATTACH_REND_DATA, bytes(14), 2)
TITLE = attribute(Attribute.ATTACH_TITLE, b"a\0", 2)
SUBJECT = attribute(Attribute.SUBJECT, b"one\0")


@pytest.mark.parametrize(
    ("octets", "rules"),
    [
        (stream(SUBJECT, SUBJECT), ["tnef-repeated"]),
        (stream(REND, TITLE, TITLE), ["tnef-repeated"]),
        (stream(REND, TITLE, REND, TITLE), []),
        (stream() + attribute(Attribute.TNEF_VERSION, b"\0\0\2\0"), ["tnef-repeated", "tnef-version"]),
    ],
)
def test_what_stands_twice_is_named(octets: bytes, rules: list[str]) -> None:
    assert [one.rule for one in tnef.check(octets)] == rules


def test_the_first_of_two_attributes_counts() -> None:
    assert read(SUBJECT, attribute(Attribute.SUBJECT, b"two\0")).subject == "one"


def test_an_attribute_says_what_the_list_says_wrongly() -> None:
    wrong = struct.pack("<HHQ", 0x0040, 0x0039, 2**63 - 1)  # past the year 9999
    date = attribute(Attribute.DATE_SENT, struct.pack("<7H", 2003, 5, 23, 17, 26, 17, 5))
    listed = attribute(Attribute.MESSAGE_PROPERTIES, property_list(wrong))

    assert read(date, listed).date == datetime(2003, 5, 23, 17, 26, 17, tzinfo=UTC)
