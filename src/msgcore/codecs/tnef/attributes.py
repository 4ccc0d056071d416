"""The attributes of a TNEF stream as data ([MS-OXTNEF] sections 2.1.1 and 2.1.3.2)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from uuid import UUID

__all__ = [
    "ALIASES",
    "BY_NUMBER",
    "IID_MESSAGE",
    "IID_STORAGE",
    "IID_STREAM",
    "SIGNATURE",
    "VERSION",
    "Attribute",
    "Level",
    "is_tnef",
]

SIGNATURE = b"\x78\x9f\x3e\x22"
VERSION = 0x00010000

IID_MESSAGE = UUID("00020307-0000-0000-c000-000000000046")
IID_STORAGE = UUID("0000000b-0000-0000-c000-000000000046")
IID_STREAM = UUID("0000000c-0000-0000-c000-000000000046")


class Level(enum.IntEnum):
    """What an attribute belongs to."""

    MESSAGE = 1
    ATTACHMENT = 2


class Attribute(enum.IntEnum):
    """An attribute's 32-bit id: its type above its number."""

    OWNER = 0x00060000
    SENT_FOR = 0x00060001
    DELEGATE = 0x00060002
    DATE_START = 0x00030006
    DATE_END = 0x00030007
    OWNER_APPOINTMENT_ID = 0x00050008
    REQUEST_RESPONSE = 0x00040009
    FROM = 0x00008000
    SUBJECT = 0x00018004
    DATE_SENT = 0x00038005
    DATE_RECEIVED = 0x00038006
    MESSAGE_STATUS = 0x00068007
    MESSAGE_CLASS = 0x00078008
    MESSAGE_ID = 0x00018009
    PARENT_ID = 0x0001800A
    CONVERSATION_ID = 0x0001800B
    BODY = 0x0002800C
    PRIORITY = 0x0004800D
    ATTACH_DATA = 0x0006800F
    ATTACH_TITLE = 0x00018010
    ATTACH_META_FILE = 0x00068011
    ATTACH_CREATE_DATE = 0x00038012
    ATTACH_MODIFY_DATE = 0x00038013
    DATE_MODIFIED = 0x00038020
    ATTACH_TRANSPORT_FILENAME = 0x00069001
    ATTACH_REND_DATA = 0x00069002
    MESSAGE_PROPERTIES = 0x00069003
    RECIPIENT_TABLE = 0x00069004
    ATTACHMENT = 0x00069005
    TNEF_VERSION = 0x00089006
    OEM_CODEPAGE = 0x00069007
    ORIGINAL_MESSAGE_CLASS = 0x00070006


BY_NUMBER: Mapping[int, Attribute] = {
    one & 0xFFFF: one for one in reversed(Attribute) if one is not Attribute.ORIGINAL_MESSAGE_CLASS
}
"""Attributes by number alone, for programs that write none or another type."""

ALIASES: Mapping[int, Attribute] = {0x00070600: Attribute.ORIGINAL_MESSAGE_CLASS}
"""Other ids that programs write: Outlook's is that of MAPI's header, this one is what the specification reads like."""


def is_tnef(octets: bytes) -> bool:
    """Say whether octets begin as a TNEF stream does."""
    return octets.startswith(SIGNATURE)
