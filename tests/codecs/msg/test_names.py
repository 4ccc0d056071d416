"""The map of named properties: found by the look-up that Outlook does, in the corpus and in what is written."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import olefile  # type: ignore[import-untyped]  # it has no types
import pytest

from msgcore.codecs import msg
from msgcore.codecs.msg.writer import compose
from msgcore.model.message import Message
from msgcore.props.table import PidTagSubject
from msgcore.props.tags import PS_INTERNET_HEADERS, PS_MAPI, PS_PUBLIC_STRINGS, NamedProperty, header_property
from msgcore.props.types import PropertyType
from tests.codecs.msg.msg_files import each_file
from tests.codecs.msg.raw_msg import entry, named_file

OWN = UUID("6f1c1e8a-0000-4000-8000-000000000001")
FIRST_OWN_SET = 3


def crc(octets: bytes) -> int:
    """[MS-OXRTFCP] section 3.1.3.2, bit by bit."""
    value = 0
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
    return value


def test_the_hash_of_a_name_that_outlook_wrote() -> None:
    """What a file of Outlook has for x-mailer, whose set is the third: a stream called 0x100F."""
    assert crc("x-mailer".encode("utf-16-le")) == 0xFF504E89
    assert 0x1000 + (0xFF504E89 ^ (FIRST_OWN_SET << 1 | 1)) % 31 == 0x100F


def map_of(octets: bytes) -> Callable[[int], bytes]:
    opened: Any = olefile.OleFileIO
    with opened(io.BytesIO(octets)) as file:
        streams = {path[1]: file.openstream(path).read() for path in file.listdir() if path[0] == "__nameid_version1.0"}
    return lambda number: streams.get(f"__substg1.0_{number:04X}0102", b"")


def not_found(octets: bytes) -> list[tuple[int, int]]:
    """Look every name of a file up by its hash, and give the entries that are not where the hash leads."""
    stream = map_of(octets)
    missing: list[tuple[int, int]] = []
    for value, kind, place in struct.iter_unpack("<IHH", stream(0x0003)):
        hashed = value
        if kind & 1:
            (size,) = struct.unpack_from("<I", stream(0x0004), value)
            name = stream(0x0004)[value + 4 : value + 4 + size]
            start = ((kind >> 1) - FIRST_OWN_SET) * 16
            is_header = (
                kind >> 1 >= FIRST_OWN_SET and stream(0x0002)[start : start + 16] == PS_INTERNET_HEADERS.bytes_le
            )
            hashed = crc(name.decode("utf-16-le").lower().encode("utf-16-le") if is_header else name)
        if entry(hashed, kind, place) not in stream(0x1000 + (hashed ^ kind) % 31):
            missing.append((kind, place))
    return missing


@each_file
def test_names_are_where_outlook_looks_for_them(path: Path) -> None:
    octets = path.read_bytes()

    if path.stem.startswith("newOutlook"):  # It leaves the streams out that the hash leads to.
        assert not any(map(map_of(octets), range(0x1000, 0x101F)))
    else:
        assert not_found(octets) == []
    assert not_found(compose(msg.read(octets))) == []


def test_a_header_field_is_looked_up_in_lower_case_and_keeps_its_spelling() -> None:
    octets = msg.write(Message(headers={"X-Mailer-Own": "one"}))
    again = msg.read(octets)

    assert not_found(octets) == []
    assert "X-Mailer-Own".encode("utf-16-le") in map_of(octets)(0x0004)
    assert again[header_property("x-mailer-own")] == "one"
    assert [header.name for header in again.headers][-1:] == ["X-Mailer-Own"]


TAGS: list[NamedProperty[Any]] = [
    NamedProperty(OWN, 0x8005, PropertyType.LONG),
    NamedProperty(OWN, "Own", PropertyType.UNICODE, "Own"),
    NamedProperty(OWN, "own", PropertyType.UNICODE, "own"),
    NamedProperty(PS_PUBLIC_STRINGS, "Keywords", PropertyType.MV_UNICODE, "Keywords"),
    NamedProperty(PS_MAPI, "Own", PropertyType.BINARY, "Own"),
    NamedProperty(PS_MAPI, 0x9000, PropertyType.BOOLEAN),
]
VALUES = [7, "text", "other", ("a", "b"), b"\0\1", True]


def test_ids_are_given_in_order_and_sets_follow_the_known_ones() -> None:
    message = Message(subject="s")
    for tag, value in zip(TAGS, VALUES, strict=True):
        message[tag] = value
    octets = msg.write(message)
    stream = map_of(octets)
    again = msg.read(octets)

    assert [again[tag] for tag in TAGS] == VALUES
    assert not_found(octets) == []
    assert [place for _, _, place in struct.iter_unpack("<IHH", stream(0x0003))] == list(range(len(TAGS)))
    assert stream(0x0002) == OWN.bytes_le


def test_a_lid_of_mapi_is_the_tagged_property() -> None:
    octets = named_file(entry(PidTagSubject.id, 1 << 1, 0))

    assert msg.read(octets).subject == "value"
    assert msg.check(octets) == ()


@pytest.mark.parametrize(
    ("entries", "strings", "sets"),
    [
        (entry(1, 3 << 1, 0), b"", b""),
        (entry(1, 0 << 1, 0), b"", b""),
        (entry(1, 0x7FFF << 1, 0), b"", OWN.bytes_le),
        (entry(0, 3 << 1 | 1, 0), b"", OWN.bytes_le),
        (entry(0xFFFFFFFF, 3 << 1 | 1, 0), b"\2\0\0\0a\0", OWN.bytes_le),
        (entry(0, 3 << 1 | 1, 0), b"\xff\xff\xff\xffa\0", OWN.bytes_le),
        (entry(1, 3 << 1, 0), b"", OWN.bytes_le[:15]),
    ],
)
def test_a_name_out_of_range_is_found_and_the_rest_is_read(entries: bytes, strings: bytes, sets: bytes) -> None:
    octets = named_file(entries, strings, sets)

    assert [finding.rule for finding in msg.check(octets)][:1] == ["msg-name-out-of-range"]
    assert msg.read(octets).subject == ""


def test_a_property_without_a_name_is_not_written_to_another_file() -> None:
    """Its id would be another property's there."""
    message = msg.read(named_file(b""))

    again = msg.read(compose(message))

    assert not [tag for tag in again.tags() if isinstance(tag.bag_key, int) and tag.bag_key >= 0x8000]
