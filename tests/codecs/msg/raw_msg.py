"""Small .msg files put together by hand, in which anything may be wrong."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from msgcore.codecs.compound import NewStorage, write_compound

__all__ = [
    "STRING8",
    "UNICODE",
    "entry",
    "file_of",
    "name_map",
    "named_file",
    "slot",
    "storage",
    "stream_name",
]

UNICODE, STRING8 = 0x001F, 0x001E


def stream_name(number: int, kind: int) -> str:
    return f"__substg1.0_{number:04X}{kind:04X}"


def slot(number: int, kind: int, value: int = 0) -> bytes:
    return struct.pack("<IIQ", number << 16 | kind, 6, value)


def storage(slots: bytes, streams: Mapping[str, bytes], header: int) -> NewStorage:
    return NewStorage(streams={"__properties_version1.0": bytes(header) + slots, **streams})


def file_of(slots: bytes, streams: Mapping[str, bytes] = {}, storages: Mapping[str, NewStorage] = {}) -> bytes:
    root = storage(slots, streams, 32)
    root.storages.update(storages)
    return write_compound(root)


def entry(value: int, kind: int, place: int) -> bytes:
    return struct.pack("<IHH", value, kind, place)


def name_map(entries: bytes, strings: bytes = b"", sets: bytes = b"") -> NewStorage:
    parts = {0x0002: sets, 0x0003: entries, 0x0004: strings}
    return NewStorage(streams={stream_name(number, 0x0102): octets for number, octets in parts.items()})


def named_file(entries: bytes, strings: bytes = b"", sets: bytes = b"", text: str = "value") -> bytes:
    """A file whose first named property is a text."""
    return file_of(
        slot(0x8000, UNICODE),
        {stream_name(0x8000, UNICODE): text.encode("utf-16-le")},
        {"__nameid_version1.0": name_map(entries, strings, sets)},
    )
