"""Names and numbers of .msg files as data ([MS-OXMSG] sections 2.1 to 2.4)."""

from __future__ import annotations

import functools
import struct
from collections.abc import Mapping
from uuid import UUID

from msgcore.props.key import PropertyKey
from msgcore.props.table import PidTagInstanceKey, PidTagObjectType, PidTagRecordKey
from msgcore.props.tags import PS_MAPI, PS_PUBLIC_STRINGS

__all__ = [
    "ATTACHMENT",
    "ATTACHMENT_HEADER",
    "CLASS_ID",
    "CONTENT_OBJECT",
    "EMBEDDED_HEADER",
    "FIRST_NAMED",
    "KNOWN_SETS",
    "MESSAGE_HEADER",
    "NAMES",
    "NAME_ENTRIES",
    "NAME_SETS",
    "NAME_STRINGS",
    "PROPERTIES",
    "RECIPIENT",
    "VALUE",
    "added_to_attachment",
    "added_to_row",
    "stream_name",
]

PROPERTIES = "__properties_version1.0"
NAMES = "__nameid_version1.0"
RECIPIENT = "__recip_version1.0_#"
ATTACHMENT = "__attach_version1.0_#"
VALUE = "__substg1.0_"
CONTENT_OBJECT = f"{VALUE}3701000D"

CLASS_ID = UUID("00020d0b-0000-0000-c000-000000000046")

MESSAGE_HEADER, EMBEDDED_HEADER, ATTACHMENT_HEADER = 32, 24, 8
"""Octets in front of the slots; recipients have the header of attachments."""

FIRST_NAMED = 0x8000
KNOWN_SETS = (PS_MAPI, PS_PUBLIC_STRINGS)
"""The sets with the numbers 1 and 2; those of the file begin at 3."""


NAME_SETS, NAME_ENTRIES, NAME_STRINGS = f"{VALUE}00020102", f"{VALUE}00030102", f"{VALUE}00040102"

_ATTACHMENT_OBJECT = 7


def added_to_row(number: int) -> Mapping[PropertyKey, object]:
    """Give what the writer adds to the row of this number and the reader leaves out: it says nothing."""
    return {PidTagInstanceKey: struct.pack("<I", number)}


def added_to_attachment(number: int) -> Mapping[PropertyKey, object]:
    """Give what the writer adds to the attachment of this number and the reader leaves out."""
    return {PidTagObjectType: _ATTACHMENT_OBJECT, PidTagRecordKey: struct.pack("<I", number)}


def stream_name(number: int, kind: int, element: int | None = None) -> str:
    """Name the stream of a property's value, or of one of several values."""
    name = _stream_name(number, kind)
    return name if element is None else f"{name}-{element:08X}"


@functools.lru_cache(maxsize=4096)  # files have the same properties over and over
def _stream_name(number: int, kind: int) -> str:
    return f"{VALUE}{number:04X}{kind:04X}"
