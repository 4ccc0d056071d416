"""Property types ([MS-OXCDATA] section 2.11.1).

Two of them stand on wires only: ``STRING8``, text in a code page, which is ``UNICODE`` once it is read, and
``UNSPECIFIED``, which asks for a property of any type. A column that shows one row for each value of a multiple-valued
property carries ``INSTANCE`` on top of its type (0x3xxx).
"""

from __future__ import annotations

import enum

__all__ = [
    "INSTANCE",
    "MULTIPLE",
    "PT_BINARY",
    "PT_BOOLEAN",
    "PT_CLSID",
    "PT_CURRENCY",
    "PT_DOUBLE",
    "PT_ERROR",
    "PT_FLOAT",
    "PT_FLOATING_TIME",
    "PT_I8",
    "PT_LONG",
    "PT_MV_BINARY",
    "PT_MV_BOOLEAN",
    "PT_MV_CLSID",
    "PT_MV_CURRENCY",
    "PT_MV_DOUBLE",
    "PT_MV_FLOAT",
    "PT_MV_FLOATING_TIME",
    "PT_MV_I8",
    "PT_MV_LONG",
    "PT_MV_SHORT",
    "PT_MV_STRING8",
    "PT_MV_SYSTIME",
    "PT_MV_UNICODE",
    "PT_NULL",
    "PT_OBJECT",
    "PT_RESTRICTION",
    "PT_RULE_ACTION",
    "PT_SERVER_ID",
    "PT_SHORT",
    "PT_STRING8",
    "PT_SYSTIME",
    "PT_UNICODE",
    "PT_UNSPECIFIED",
    "PropertyType",
]

MULTIPLE = 0x1000
INSTANCE = 0x2000


class PropertyType(enum.IntEnum):
    """The 16-bit type code of a property; 0x1000 marks the multiple-valued form, a tuple in Python."""

    UNSPECIFIED = 0x0000
    NULL = 0x0001
    SHORT = 0x0002
    LONG = 0x0003
    FLOAT = 0x0004
    DOUBLE = 0x0005
    CURRENCY = 0x0006
    FLOATING_TIME = 0x0007
    ERROR = 0x000A
    BOOLEAN = 0x000B
    OBJECT = 0x000D
    I8 = 0x0014
    STRING8 = 0x001E
    UNICODE = 0x001F
    SYSTIME = 0x0040
    CLSID = 0x0048
    SERVER_ID = 0x00FB
    RESTRICTION = 0x00FD
    RULE_ACTION = 0x00FE
    BINARY = 0x0102
    MV_SHORT = 0x1002
    MV_LONG = 0x1003
    MV_FLOAT = 0x1004
    MV_DOUBLE = 0x1005
    MV_CURRENCY = 0x1006
    MV_FLOATING_TIME = 0x1007
    MV_BOOLEAN = 0x100B
    MV_I8 = 0x1014
    MV_STRING8 = 0x101E
    MV_UNICODE = 0x101F
    MV_SYSTIME = 0x1040
    MV_CLSID = 0x1048
    MV_BINARY = 0x1102

    @property
    def is_multiple(self) -> bool:
        return bool(self & MULTIPLE)

    @property
    def element(self) -> PropertyType:
        """The type of one value of a multiple-valued type; any other type itself."""
        return PropertyType(self & ~MULTIPLE)

    @property
    def kept(self) -> PropertyType:
        """The type under which a bag keeps a value that a wire calls this: text is always ``UNICODE``."""
        return _KEPT.get(self, self)


_KEPT = {PropertyType.STRING8: PropertyType.UNICODE, PropertyType.MV_STRING8: PropertyType.MV_UNICODE}


PT_UNSPECIFIED = PropertyType.UNSPECIFIED
PT_NULL = PropertyType.NULL
PT_SHORT = PropertyType.SHORT
PT_LONG = PropertyType.LONG
PT_FLOAT = PropertyType.FLOAT
PT_DOUBLE = PropertyType.DOUBLE
PT_CURRENCY = PropertyType.CURRENCY
PT_FLOATING_TIME = PropertyType.FLOATING_TIME
PT_ERROR = PropertyType.ERROR
PT_BOOLEAN = PropertyType.BOOLEAN
PT_OBJECT = PropertyType.OBJECT
PT_I8 = PropertyType.I8
PT_STRING8 = PropertyType.STRING8
PT_UNICODE = PropertyType.UNICODE
PT_SYSTIME = PropertyType.SYSTIME
PT_CLSID = PropertyType.CLSID
PT_SERVER_ID = PropertyType.SERVER_ID
PT_RESTRICTION = PropertyType.RESTRICTION
PT_RULE_ACTION = PropertyType.RULE_ACTION
PT_BINARY = PropertyType.BINARY
PT_MV_SHORT = PropertyType.MV_SHORT
PT_MV_LONG = PropertyType.MV_LONG
PT_MV_FLOAT = PropertyType.MV_FLOAT
PT_MV_DOUBLE = PropertyType.MV_DOUBLE
PT_MV_CURRENCY = PropertyType.MV_CURRENCY
PT_MV_FLOATING_TIME = PropertyType.MV_FLOATING_TIME
PT_MV_BOOLEAN = PropertyType.MV_BOOLEAN
PT_MV_I8 = PropertyType.MV_I8
PT_MV_STRING8 = PropertyType.MV_STRING8
PT_MV_UNICODE = PropertyType.MV_UNICODE
PT_MV_SYSTIME = PropertyType.MV_SYSTIME
PT_MV_CLSID = PropertyType.MV_CLSID
PT_MV_BINARY = PropertyType.MV_BINARY
