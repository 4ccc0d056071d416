"""Literals: the one way that each kind of value is written, and what is read as one.

What these functions refuse is a ``ValueError`` with the problem as its text; the caller knows the place.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import cast
from uuid import UUID

from msgcore.base.text import one_line
from msgcore.errors import WrongType

__all__ = [
    "escape",
    "is_nan",
    "read_decimal",
    "read_float",
    "read_number",
    "read_octets",
    "read_time",
    "unescape",
    "write_time",
    "write_value",
]

_WIDE = 1 << 64  # Python reads and writes decimal digits up to a limit only, hexadecimal ones without
_NUMBER = re.compile(
    r"(?P<hex>-?+0x[0-9A-Fa-f]++)|(?P<whole>-?+[0-9]++)(?P<rest>(?:\.[0-9]++|(?!))?+(?:[eE][+-]?+[0-9]++|(?!))?+)(?P<unit>[A-Za-z]*+)"
)
_UNITS = {"": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
_INFINITE: dict[str, float | Decimal] = {
    "inf": math.inf,
    "-inf": -math.inf,
    "infd": Decimal("inf"),
    "-infd": Decimal("-inf"),
}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_SIMPLE = {"\\": "\\", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_SIGNS = {char: f"\\{sign}" for sign, char in _SIMPLE.items()}


def escape(text: str) -> str:
    """Write quotes, backslashes and whatever does not show (controls, half surrogates) with a backslash."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return "".join(_escaped(char) for char in text)


def _escaped(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def unescape(text: str) -> str:
    return _ESCAPED.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    short, long, sign = found.groups()
    if sign is None:
        return chr(int(short or long, 16)) if int(short or long, 16) < 0x110000 else _no_escape(found)
    return _SIMPLE[sign] if sign in _SIMPLE else _no_escape(found)


def _no_escape(found: re.Match[str]) -> str:
    raise ValueError(rf"{one_line(found[0])} is no escape; they are \\ \" \n \r \t \u0000 \U00000000")


def read_number(text: str) -> int | float | Decimal:
    """Read ``10``, ``-0x1F``, ``10kb`` (units of 1,024), ``1.5``, ``1e3``, ``inf``, or with a ``d`` a decimal."""
    if text in _INFINITE:
        return _INFINITE[text]
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError("need a number")
    if found["hex"]:
        return int(text, 16)
    if found["unit"] == "d":
        return read_decimal(text[:-1])
    factor = _UNITS.get(found["unit"].lower())
    if factor is None:
        raise ValueError(f"{found['unit'][:10]!r} is no unit; they are kb, mb, gb, and d for a decimal")
    if not found["rest"]:
        return int(found["whole"]) * factor
    if found["unit"]:
        raise ValueError("a number with a unit has no fraction")
    number = float(text)
    if math.isinf(number):
        raise ValueError("too large for a floating-point number")
    return number


def read_decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError as error:
        raise ValueError("need a decimal number") from error
    if number.is_nan():
        raise ValueError("not a number compares with nothing")
    return number


def read_float(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ValueError("need a floating-point number") from error
    if math.isnan(number):
        raise ValueError("not a number compares with nothing")
    return number


def read_octets(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ValueError("octets are pairs of hexadecimal digits") from error


def read_time(text: str) -> datetime:
    """Read an ISO 8601 time: with an offset as UTC, without one as a floating time; a date is its start in UTC."""
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), time.min, UTC)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("need a date or time as 2026-01-01 or 2026-01-01T10:00:00Z") from error


def write_time(moment: datetime) -> str:
    """Write a time as :func:`read_time` reads it.

    Raises:
        WrongType: it is out of range in UTC.
    """
    if moment.utcoffset() is None:
        return moment.replace(tzinfo=None).isoformat()
    try:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise WrongType(f"{moment} is out of range in UTC") from error
    return moment.date().isoformat() if moment.time() == time.min else f"{moment.isoformat()}Z"


def is_nan(value: float | Decimal) -> bool:
    return value.is_nan() if isinstance(value, Decimal) else math.isnan(value)


def write_value(value: object) -> str:
    """Write a value as a literal.

    Raises:
        WrongType: no property has such a value, or it is not a number.
    """
    if isinstance(value, tuple):
        return f"({', '.join(_write_one(element) for element in cast('tuple[object, ...]', value))})"
    return _write_one(value)


def _write_one(value: object) -> str:
    match value:
        case str():
            return f'"{escape(value)}"'
        case bool():
            return "true" if value else "false"
        case int():
            return f"{value:d}" if -_WIDE < value < _WIDE else f"{value:#x}"
        case float() | Decimal():
            return _write_fraction(value)
        case bytes() | bytearray():
            return f'x"{value.hex()}"'
        case datetime():
            return write_time(value)
        case UUID():
            return f"{{{value}}}"
        case _:
            raise WrongType(f"a {type(value).__name__} is no value to compare with")


def _write_fraction(value: float | Decimal) -> str:
    if is_nan(value):
        raise WrongType("not a number compares with nothing")
    if isinstance(value, Decimal):
        return f"{'-' if value < 0 else ''}infd" if value.is_infinite() else f"{value}d"
    return repr(float(value))
