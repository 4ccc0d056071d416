"""Values: which Python kinds a property type takes, and the error value of a row."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

import attrs

from msgcore.errors import UsageError
from msgcore.props.key import PropertyKey
from msgcore.props.types import PropertyType

__all__ = ["PropertyError", "PropertyErrorCode", "check_value", "size_octets"]

_INTEGER_BITS = {PropertyType.SHORT: 16, PropertyType.LONG: 32, PropertyType.I8: 64, PropertyType.ERROR: 64}
_TEXT = PropertyType.UNICODE
_MESSAGE_SIZE = 0x0E08  # 32 bits wide in the oldest documents, 64 here


class PropertyErrorCode(enum.IntEnum):
    """Why a row has no value in a column ([MS-OXCDATA] section 2.4)."""

    NOT_FOUND = 0x8004010F
    NOT_ENOUGH_MEMORY = 0x8007000E
    NO_ACCESS = 0x80070005


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
    if type(value) is str and kind is _TEXT:  # most values by far
        return value
    if not kind.is_multiple:
        return _check_one(tag, kind, value)
    if isinstance(value, str | bytes) or not isinstance(value, tuple | list):
        raise UsageError(f"{tag.label}: need a tuple, got {type(value).__name__}")
    elements = cast("tuple[object, ...] | list[object]", value)
    return tuple(_check_one(tag, kind.element, element) for element in elements)


def size_octets(value: object) -> int:
    """Say how many octets a value takes, text as UTF-16 ([MS-OXCDATA] section 2.12.8)."""
    match value:
        case str():
            return 2 * len(value)
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


def _check_one(tag: PropertyKey, kind: PropertyType, value: object) -> object:
    checked = _CHECKS[kind](tag, value)
    if checked is None and kind is not PropertyType.NULL:
        raise UsageError(f"{tag.label}: need {_WANTED[kind]}, got {type(value).__name__}")
    return checked


def _integer(tag: PropertyKey, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    bits = 64 if tag.bag_key == _MESSAGE_SIZE else _INTEGER_BITS[tag.value_type.element]
    # Flags are documented unsigned and travel signed: both readings of the bits are taken.
    if not -(1 << (bits - 1)) <= value < 1 << bits:
        raise UsageError(f"{tag.label}: {value} does not fit {bits} bits")
    return int(value)


def _time(tag: PropertyKey, value: object) -> object:
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is None:
        raise UsageError(f"{tag.label}: a naive datetime has no place on the time line; give it a tzinfo")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f"{tag.label}: {value} is out of range in UTC") from error


def _instance(*kinds: type) -> Callable[[PropertyKey, object], object]:
    return lambda _tag, value: value if isinstance(value, kinds) else None


def _octets(_tag: PropertyKey, value: object) -> object:
    if isinstance(value, memoryview):
        return cast("memoryview[int]", value).tobytes()
    return bytes(value) if isinstance(value, bytes | bytearray) else None


def _float(_tag: PropertyKey, value: object) -> object:
    return float(value) if isinstance(value, float | int) and not isinstance(value, bool) else None


_CHECKS: dict[PropertyType, Callable[[PropertyKey, object], object]] = {
    PropertyType.NULL: lambda _tag, _value: None,
    PropertyType.SHORT: _integer,
    PropertyType.LONG: _integer,
    PropertyType.I8: _integer,
    PropertyType.ERROR: _integer,
    PropertyType.FLOAT: _float,
    PropertyType.DOUBLE: _float,
    PropertyType.CURRENCY: _instance(Decimal),
    PropertyType.FLOATING_TIME: _instance(datetime),
    PropertyType.BOOLEAN: _instance(bool),
    PropertyType.OBJECT: _instance(object),
    PropertyType.UNICODE: _instance(str),
    PropertyType.SYSTIME: _time,
    PropertyType.CLSID: _instance(UUID),
    PropertyType.SERVER_ID: _octets,
    PropertyType.RESTRICTION: _instance(object),
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
    PropertyType.UNICODE: "str",
    PropertyType.SYSTIME: "datetime",
    PropertyType.CLSID: "UUID",
    PropertyType.SERVER_ID: "bytes",
    PropertyType.RESTRICTION: "a restriction",
    PropertyType.RULE_ACTION: "bytes",
    PropertyType.BINARY: "bytes",
}
