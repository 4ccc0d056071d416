"""TNEF streams laid out by hand from [MS-OXTNEF], and messages that hold them."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgcore.props.tags import Property
from msgcore.props.types import PropertyType

__all__ = ["CORRELATOR", "SIGNATURE", "holding", "in_parts", "stream"]

SIGNATURE = bytes.fromhex("789f3e22")
CORRELATOR = "X-MS-TNEF-Correlator"
_IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_IID_STORAGE = bytes.fromhex("0b00000000000000c000000000000046")

Properties = Mapping[Property[Any], object]


def stream(
    properties: Properties,
    *,
    rows: Sequence[Properties] = (),
    files: Sequence[tuple[str, bytes]] = (),
    messages: Sequence[bytes] = (),
    storages: Sequence[bytes] = (),
) -> bytes:
    """Lay out a message with files by name, embedded messages (streams themselves), and OLE objects."""
    parts = [
        SIGNATURE + b"\1\0",
        _attribute(1, 0x00089006, struct.pack("<I", 0x00010000)),
        _attribute(1, 0x00069007, struct.pack("<II", 1252, 0)),
        _attribute(1, 0x00069003, _list(properties)),
    ]
    if rows:
        parts.append(_attribute(1, 0x00069004, struct.pack("<I", len(rows)) + b"".join(map(_list, rows))))
    for name, data in files:
        parts.append(_attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)))
        parts.append(_attribute(2, 0x00018010, name.encode("cp1252") + b"\0"))
        parts.append(_attribute(2, 0x0006800F, data))
    for method, iid, contents in ((5, _IID_MESSAGE, messages), (6, _IID_STORAGE, storages)):
        for content in contents:
            parts.append(_attribute(2, 0x00069002, struct.pack("<HIHHI", 2, 0xFFFFFFFF, 0, 0, 0)))
            listed = struct.pack("<IHHI", 2, 0x0003, 0x3705, method) + struct.pack("<HH", 0x000D, 0x3701)
            parts.append(_attribute(2, 0x00069005, listed + _variable(iid + content)))
    return b"".join(parts)


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _list(properties: Properties) -> bytes:
    return struct.pack("<I", len(properties)) + b"".join(_property(*entry) for entry in properties.items())


def _property(tag: Property[Any], value: object) -> bytes:
    kind, number = tag.value_type, tag.bag_key
    assert isinstance(number, int)
    head = struct.pack("<HH", int(kind), number)
    if kind is PropertyType.LONG:
        return head + struct.pack("<i", value)
    if kind is PropertyType.BOOLEAN:
        return head + struct.pack("<I", bool(value))
    octets = f"{value}\0".encode("utf-16-le") if kind is PropertyType.UNICODE else value
    assert isinstance(octets, bytes)
    return head + _variable(octets)


def _variable(octets: bytes) -> bytes:
    return struct.pack("<II", 1, len(octets)) + octets + bytes(-len(octets) % 4)


def holding(
    octets: bytes,
    *fields: str,
    kind: str = "application/ms-tnef",
    name: str = "winmail.dat",
    text: str | None = "Plain\r\n",
) -> bytes:
    """Make a message with the stream in it: as its whole body when there is no text, else beside that."""
    part = f'Content-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
    part += base64.encodebytes(octets).replace(b"\n", b"\r\n")
    header = "".join(f"{field}\r\n" for field in fields).encode()
    if text is None:
        return header + part
    plain = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
    return in_parts([plain, part], header)


def in_parts(parts: Iterable[bytes], header: bytes = b"") -> bytes:
    body = b"".join(b"--=_b\r\n" + part + b"\r\n" for part in parts)
    return (
        header + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_b"\r\n\r\n' + body + b"--=_b--\r\n"
    )
