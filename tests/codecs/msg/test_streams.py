"""Every property stream and slot of the corpus, decoded here from what olefile reads, is the property's value."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import olefile  # type: ignore[import-untyped]  # it has no types

from msgcore.codecs import msg
from msgcore.codecs.msg.writer import compose
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.key import BagKey
from msgcore.props.tags import PS_INTERNET_HEADERS, PS_MAPI, PS_PUBLIC_STRINGS
from tests.codecs.msg.msg_files import each_file
from tests.codecs.objects.same_objects import object_of

START = datetime(1601, 1, 1, tzinfo=UTC)
CODE_PAGES = {"nonUnicodeCP932": "cp932", "contactAnsi": "cp932"}
CONTENT = "__substg1.0_3701"


@attrs.define
class OleFile:
    """The streams of a file under their paths."""

    streams: dict[tuple[str, ...], bytes]
    code_page: str

    @classmethod
    def read(cls, octets: bytes, code_page: str) -> OleFile:
        opened: Any = olefile.OleFileIO
        with opened(io.BytesIO(octets)) as file:
            return cls({tuple(path): file.openstream(path).read() for path in file.listdir()}, code_page)

    def folders(self) -> set[tuple[str, ...]]:
        return {path[:-1] for path in self.streams if path[-1] == "__properties_version1.0"}

    def key_of(self, number: int) -> BagKey:
        """Look an id from 0x8000 up in the map of names."""
        entries = self.streams[("__nameid_version1.0", "__substg1.0_00030102")]
        value, kind, place = struct.unpack_from("<IHH", entries, (number - 0x8000) * 8)
        assert place == number - 0x8000
        property_set = self._set(kind >> 1)
        if not kind & 1:
            return value if property_set == PS_MAPI and value < 0x8000 else (property_set, value)
        strings = self.streams[("__nameid_version1.0", "__substg1.0_00040102")]
        (size,) = struct.unpack_from("<I", strings, value)
        name = strings[value + 4 : value + 4 + size].decode("utf-16-le")
        return property_set, name.lower() if property_set == PS_INTERNET_HEADERS else name

    def _set(self, number: int) -> UUID:
        if number < 3:
            return (PS_MAPI, PS_PUBLIC_STRINGS)[number - 1]
        sets = self.streams[("__nameid_version1.0", "__substg1.0_00020102")]
        return UUID(bytes_le=sets[(number - 3) * 16 : (number - 2) * 16])

    def values(self, folder: tuple[str, ...]) -> Iterator[tuple[BagKey, object]]:
        """Give what can be told without any doubt: texts, octets, numbers, flags and times."""
        header = 32 if not folder else 24 if folder[-1].startswith(CONTENT) else 8
        slots = self.streams[(*folder, "__properties_version1.0")][header:]
        for kind, number, _, slot in struct.iter_unpack("<HHI8s", slots):
            key = number if number < 0x8000 else self.key_of(number)
            stream = self.streams.get((*folder, f"__substg1.0_{number:04X}{kind:04X}"))
            if number == 0x3701:
                continue
            match kind:
                case 0x0003:
                    yield key, struct.unpack_from("<i", slot)[0]
                case 0x000B:
                    yield key, bool(slot[0])
                case 0x0040:
                    (ticks,) = struct.unpack("<q", slot)
                    yield key, START + timedelta(microseconds=ticks // 10)
                case 0x001F if stream is not None:
                    yield key, stream.decode("utf-16-le").removesuffix("\0")
                case 0x001E if stream is not None:
                    yield key, stream.decode(self.code_page).removesuffix("\0")
                case 0x0102 if stream is not None:
                    yield key, stream
                case _:
                    pass


def bags_of(message: Message) -> dict[tuple[str, ...], PropBag]:
    """Map the path of every storage to its bag; these files number storages from 0 without a gap."""
    found: dict[tuple[str, ...], PropBag] = {}
    waiting: list[tuple[tuple[str, ...], Message]] = [((), message)]
    while waiting:
        path, one = waiting.pop()
        content = object_of(one)
        found[path] = content.properties
        found.update({(*path, f"__recip_version1.0_#{n:08X}"): row for n, row in enumerate(content.rows())})
        for number, attachment in enumerate(content.attachments()):
            place = (*path, f"__attach_version1.0_#{number:08X}")
            found[place] = attachment.properties
            if attachment.message is not None:
                waiting.append(((*place, f"{CONTENT}000D"), attachment.message))
    return found


def added_to(name: str) -> dict[BagKey, object]:
    """Give what every row or attachment of such a file says, and so is not read."""
    number = name.rpartition("#")[2]
    if name.startswith("__recip"):
        return {0x0FF6: struct.pack("<I", int(number, 16))}
    return {0x0FFE: 7, 0x0FF9: struct.pack("<I", int(number, 16))} if name.startswith("__attach") else {}


def assert_alike(octets: bytes, code_page: str) -> None:
    file, bags = OleFile.read(octets, code_page), bags_of(msg.read(octets))
    assert set(bags) == file.folders()
    for folder, bag in bags.items():
        ours = {tag.bag_key: value for tag, value in bag.items()}
        added = added_to(folder[-1]) if folder else {}
        theirs = {key: value for key, value in file.values(folder) if added.get(key) != value}
        assert {key: (ours.get(key), value) for key, value in theirs.items() if ours.get(key) != value} == {}


@each_file
def test_every_value_is_what_olefile_has(path: Path) -> None:
    assert_alike(path.read_bytes(), CODE_PAGES.get(path.stem, "cp1252"))


@each_file
def test_every_value_that_is_written_is_what_olefile_has(path: Path) -> None:
    assert_alike(compose(msg.read(path.read_bytes())), "ascii")
