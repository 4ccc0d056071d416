"""The wire forms of property values as data: which types each form has, and how wide their values are."""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import attrs

from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.props.types import PropertyType
from msgcore.props.wire.conversions import (
    currency,
    currency_units,
    days_of_floating_time,
    floating_time,
    guid,
)

__all__ = ["FIXED", "Fixed", "WireForm", "WireObject", "has_form", "is_in_stream"]


class WireForm(enum.Enum):
    """Where a value stands.

    ``ROP``: ROP buffers ([MS-OXCDATA] section 2.11.1): octets and the parts of a restriction counted with 16 bits,
    multiple values with 32. ``EXTENDED``: the same with each count of 32 bits, as in extended rules and MAPI over HTTP.
    ``TNEF``: [MS-OXTNEF] section 2.1.3.4: everything padded to four octets. ``MSG``: [MS-OXMSG] sections 2.1 and 2.4: a
    slot of eight octets, or a whole stream.
    """

    ROP = "rop"
    EXTENDED = "extended"
    TNEF = "tnef"
    MSG = "msg"


@attrs.frozen
class WireObject:
    """An object inside TNEF: the interface that opens it, and its octets (for ``IID_IMessage`` another TNEF)."""

    interface: UUID
    octets: bytes


@attrs.frozen
class Fixed:
    """One value of fixed width: its layout, and what its number means (nothing: itself)."""

    layout: struct.Struct
    from_wire: Callable[[Any], object] | None = None
    to_wire: Callable[[Any], object] | None = None


def has_form(kind: PropertyType, form: WireForm) -> bool:
    """Say whether values of a type can be said in a form.

    TNEF and .msg files have none for PT_NULL, PT_SVREID, PT_SRESTRICTION and PT_ACTIONS; PT_OBJECT is a value in TNEF
    only, elsewhere it is opened by other means.
    """
    element = kind.element
    if element is PropertyType.OBJECT:
        return form is WireForm.TNEF and not kind.is_multiple
    if element in _OF_ROPS:
        return form in {WireForm.ROP, WireForm.EXTENDED}
    return element is not PropertyType.UNSPECIFIED


def is_in_stream(kind: PropertyType) -> bool:
    """Say whether a .msg file keeps a value of the type in a stream ([MS-OXMSG] section 2.1.3) and not in its slot."""
    return kind.is_multiple or kind not in FIXED[WireForm.MSG] or kind is PropertyType.CLSID


def _signed(bits: int) -> Callable[[int], int]:
    half, whole = 1 << (bits - 1), 1 << bits
    return lambda value: value - whole if value >= half else value


_Meaning = tuple[str, Callable[[Any], object] | None, Callable[[Any], object] | None]

_MEANINGS: Mapping[PropertyType, _Meaning] = {
    PropertyType.SHORT: ("h", None, _signed(16)),
    PropertyType.LONG: ("i", None, _signed(32)),
    PropertyType.FLOAT: ("f", None, None),
    PropertyType.DOUBLE: ("d", None, None),
    PropertyType.CURRENCY: ("q", currency, currency_units),
    PropertyType.FLOATING_TIME: ("d", floating_time, days_of_floating_time),
    PropertyType.ERROR: ("I", None, lambda value: value & 0xFFFFFFFF),
    PropertyType.BOOLEAN: ("H", bool, None),
    PropertyType.I8: ("q", None, _signed(64)),
    PropertyType.SYSTIME: ("q", datetime_from_filetime, filetime_from_datetime),
    PropertyType.CLSID: ("16s", guid, lambda value: value.bytes_le),
}

_OF_ROPS = frozenset({PropertyType.NULL, PropertyType.SERVER_ID, PropertyType.RESTRICTION, PropertyType.RULE_ACTION})


def _fixed(width: int = 0, **other: str) -> dict[PropertyType, Fixed]:
    made: dict[PropertyType, Fixed] = {}
    for kind, (code, from_wire, to_wire) in _MEANINGS.items():
        bare = struct.Struct("<" + other.get(kind.name, code))
        padding = -bare.size % width if width else 0
        made[kind] = Fixed(struct.Struct(f"{bare.format}{padding}x"), from_wire, to_wire)
    return made


FIXED: Mapping[WireForm, Mapping[PropertyType, Fixed]] = {
    WireForm.ROP: _fixed(BOOLEAN="B"),
    WireForm.EXTENDED: _fixed(BOOLEAN="B"),
    WireForm.TNEF: _fixed(width=4),
    # In a stream of several values they stand side by side; the slot of one is padded where it is read and written.
    WireForm.MSG: _fixed(),
}
