"""Values: which Python kind each property type takes, how large one is, and the error value of a row.

What a bag takes it keeps, and what it cannot keep it refuses: no value is cut, rounded or turned into another, but for

- a time, which is kept in UTC;
- a PT_FLOAT, which is rounded to the nearest 32-bit float, so that a bag shows what every wire carries.

Integers are signed; those of 16, 32 and 64 bits are taken in their unsigned reading, too, because flags are documented
so. A wire gives them back signed. PT_CURRENCY has four decimal places: more of them are refused, not rounded. A time
before 1601 is a negative count on a wire, which other programs may not understand.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import cast, final
from uuid import UUID

import attrs

from msgcore.errors import UsageError
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction
from msgcore.props.types import PropertyType

__all__ = ["PropertyError", "PropertyErrorCode", "check_kind", "check_value", "size_octets", "value_size"]

_TEXT, _BINARY, _LONG = PropertyType.UNICODE, PropertyType.BINARY, PropertyType.LONG
_MESSAGE_SIZE = 0x0E08  # 32 bits wide in the oldest documents, 64 here

_FLOAT = struct.Struct("<f")
_PLACES = Decimal("0.0001")
_CURRENCY_LOW, _CURRENCY_HIGH = Decimal("-922337203685477.5808"), Decimal("922337203685477.5807")
_EXACT = Context(prec=40)


class PropertyErrorCode(enum.IntEnum):
    """Why a row has no value in a column ([MS-OXCDATA] section 2.4)."""

    NOT_FOUND = 0x8004010F
    NOT_ENOUGH_MEMORY = 0x8007000E
    NO_ACCESS = 0x80070005


@final
@attrs.frozen
class PropertyError:
    """What a row holds in place of a value; ``NOT_ENOUGH_MEMORY`` means: open it as a stream."""

    code: PropertyErrorCode
    text: str = ""


def check_value(tag: PropertyKey, value: object) -> object:
    """Give ``value`` in the form that a bag keeps: times in UTC, multiple values as a tuple, buffers as bytes.

    Raises:
        UsageError: the value's kind or range does not fit the property's type.
    """
    kind = tag.value_type
    if (type(value) is str and kind is _TEXT) or (type(value) is bytes and kind is _BINARY):  # most values by far
        return value
    if type(value) is int and kind is _LONG and 0 <= value < 1 << 31:
        return value
    if tag.bag_key == _MESSAGE_SIZE and kind is PropertyType.LONG:
        kind = PropertyType.I8
    try:
        return check_kind(kind, value)
    except UsageError as error:
        raise UsageError(f"{tag.label}: {error}") from error


def check_kind(kind: PropertyType, value: object) -> object:
    """Do what :func:`check_value` does, for a value of a type without a property.

    Raises:
        UsageError: the value's kind or range does not fit the type.
    """
    if not kind.is_multiple:
        return _check_one(kind, value)
    if not isinstance(value, tuple | list):
        raise UsageError(f"need a tuple, got {type(value).__name__}")
    element = kind.element
    return tuple(_check_one(element, one) for one in cast("tuple[object, ...] | list[object]", value))


def value_size(kind: PropertyType, value: object) -> int:
    """Say how many octets a value of a type takes ([MS-OXCDATA] section 2.12.8).

    Text counts as UTF-16 without a terminator, a multiple value as the sum of its elements; an object or a restriction
    has no size of its own and counts as none.
    """
    fixed = _SIZES.get(kind)
    if fixed is not None:
        return fixed
    if isinstance(value, tuple):
        element = kind.element
        return sum(value_size(element, one) for one in cast("tuple[object, ...]", value))
    return size_octets(value) if isinstance(value, str | bytes) else 0


def size_octets(value: object) -> int:
    """Say how many octets a value takes whose type is not known: a number counts as the widest of its kind."""
    match value:
        case str():
            return 2 * len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass"))
        case bytes():
            return len(value)
        case tuple():
            return sum(size_octets(element) for element in cast("tuple[object, ...]", value))
        case bool():
            return 1
        case UUID():
            return 16
        case _:
            return 8


def _check_one(kind: PropertyType, value: object) -> object:
    check = _CHECKS.get(kind)
    if check is not None:
        checked = check(value)
        if checked is None:
            raise UsageError(f"need {_WANTED[kind]}, got {type(value).__name__}")
        return checked
    if kind is PropertyType.NULL and value is None:
        return None
    raise UsageError(f"a property of type {kind.name} has no value")


def _integer(bits: int) -> Callable[[object], object]:
    low, high = -(1 << (bits - 1)), 1 << bits

    def check(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        if not low <= value < high:
            raise UsageError(f"{_shown(value)} does not fit {bits} bits")
        return int(value)

    return check


def _float(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, float | int):
        return None
    try:
        made = float(value)
    except OverflowError as error:
        raise UsageError(f"{_shown(value)} does not fit a 64-bit float") from error
    if isinstance(value, int) and made != value:
        raise UsageError(f"{_shown(value)} is not exact as a 64-bit float")
    return made


def _short_float(value: object) -> object:
    made = _float(value)
    try:
        return None if made is None else _FLOAT.unpack(_FLOAT.pack(made))[0]
    except OverflowError as error:
        raise UsageError(f"{made} does not fit a 32-bit float") from error


def _currency(value: object) -> object:
    if not isinstance(value, Decimal):
        return None
    if not value.is_finite() or not _CURRENCY_LOW <= value <= _CURRENCY_HIGH:
        raise UsageError(f"{_shown(value)} is out of a currency's range")
    if value.quantize(_PLACES, context=_EXACT) != value:
        raise UsageError(f"{_shown(value)} has more than a currency's four decimal places")
    return value


def _time(value: object) -> object:
    if not isinstance(value, datetime):
        return None
    if value.utcoffset() is None:
        raise UsageError("a naive datetime has no place on the time line; give it a tzinfo")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f"{value} is out of range in UTC") from error


def _floating_time(value: object) -> object:
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is not None:
        raise UsageError("a floating time is the same on every clock; it takes no tzinfo")
    return value


def _octets(value: object) -> object:
    if isinstance(value, memoryview):
        return cast("memoryview[int]", value).tobytes()
    return bytes(value) if isinstance(value, bytes | bytearray) else None


def _instance(*kinds: type) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, kinds) else None


def _restriction(value: object) -> object:
    return value if isinstance(value, Restriction) else _octets(value)


def _shown(number: object) -> str:
    text = str(number) if not isinstance(number, int) or abs(number) < 1 << 128 else f"{number:#x}"
    return text if len(text) <= 60 else f"{text[:60]}…"


_CHECKS: dict[PropertyType, Callable[[object], object]] = {
    PropertyType.SHORT: _integer(16),
    PropertyType.LONG: _integer(32),
    PropertyType.I8: _integer(64),
    PropertyType.ERROR: _integer(32),
    PropertyType.FLOAT: _short_float,
    PropertyType.DOUBLE: _float,
    PropertyType.CURRENCY: _currency,
    PropertyType.FLOATING_TIME: _floating_time,
    PropertyType.BOOLEAN: _instance(bool),
    PropertyType.OBJECT: _instance(object),
    PropertyType.STRING8: _instance(str),
    PropertyType.UNICODE: _instance(str),
    PropertyType.SYSTIME: _time,
    PropertyType.CLSID: _instance(UUID),
    PropertyType.SERVER_ID: _octets,
    PropertyType.RESTRICTION: _restriction,
    PropertyType.RULE_ACTION: _octets,
    PropertyType.BINARY: _octets,
}

_WANTED = {
    PropertyType.SHORT: "int",
    PropertyType.LONG: "int",
    PropertyType.I8: "int",
    PropertyType.ERROR: "int",
    PropertyType.FLOAT: "float",
    PropertyType.DOUBLE: "float",
    PropertyType.CURRENCY: "Decimal",
    PropertyType.FLOATING_TIME: "datetime",
    PropertyType.BOOLEAN: "bool",
    PropertyType.OBJECT: "an object",
    PropertyType.STRING8: "str",
    PropertyType.UNICODE: "str",
    PropertyType.SYSTIME: "datetime",
    PropertyType.CLSID: "UUID",
    PropertyType.SERVER_ID: "bytes",
    PropertyType.RESTRICTION: "a restriction, or octets that are none",
    PropertyType.RULE_ACTION: "bytes",
    PropertyType.BINARY: "bytes",
}

_SIZES = {
    PropertyType.NULL: 0,
    PropertyType.SHORT: 2,
    PropertyType.LONG: 4,
    PropertyType.FLOAT: 4,
    PropertyType.DOUBLE: 8,
    PropertyType.CURRENCY: 8,
    PropertyType.FLOATING_TIME: 8,
    PropertyType.ERROR: 4,
    PropertyType.BOOLEAN: 1,
    PropertyType.I8: 8,
    PropertyType.SYSTIME: 8,
    PropertyType.CLSID: 16,
}
