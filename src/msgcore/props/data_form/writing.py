"""Writing restrictions as data: the form stands in :mod:`msgcore.props.data_form`."""

from __future__ import annotations

import base64
import math
from datetime import datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from msgcore.errors import TooComplex, WrongType
from msgcore.props.check import check_size
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
    AnyRow,
    Bitmask,
    Comparison,
    Content,
    Count,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Restriction,
    Size,
)
from msgcore.props.text_form import format_property
from msgcore.props.text_form.literals import escape, is_nan, write_time

__all__ = ["FLAGS", "restriction_to_data"]

FLAGS = ("ignore_case", "ignore_non_space", "is_loose")
_SAFE_INTEGER = (1 << 53) - 1  # what a JSON reader keeps that has floating-point numbers only (RFC 8259 section 6)


def restriction_to_data(restriction: Restriction) -> dict[str, object]:
    """Give a restriction as an object of JSON's kinds, which :func:`restriction_from_data` reads as an equal one.

    Raises:
        TooComplex: it is too deep or has too many terms.
        WrongType: it compares with what is no property's value.
    """
    check_size(restriction)
    return _data(restriction)


def _data(restriction: Restriction) -> dict[str, object]:
    match restriction:
        case And(parts):
            return {"and": [_data(part) for part in parts]}
        case Or(parts):
            return {"or": [_data(part) for part in parts]}
        case Not(part):
            return {"not": _data(part)}
        case AnyRow(table, part):
            return {"any": table.value, "where": _data(part)}
        case Count(limit, part):
            return {"first": _value(limit), "where": _data(part)}
        case Annotation(part, values):
            return {
                "annotated": _data(part),
                "values": [[format_property(tag), _value(value)] for tag, value in values],
            }
        case AmbiguousName(name):
            return {"anr": _value(name)}
        case _:
            return _condition_data(restriction)


def _condition_data(restriction: Restriction) -> dict[str, object]:
    match restriction:
        case Content(tag, mode, value):
            flags = {flag: True for flag, is_set in _flags_of(restriction) if is_set}
            return {"property": format_property(tag), "content": mode.value, "value": _value(value), **flags}
        case Comparison(tag, relation, value):
            return {"property": format_property(tag), "relation": relation.value, "value": _value(value)}
        case PropertyComparison(tag, relation, other):
            return {"property": format_property(tag), "relation": relation.value, "other": format_property(other)}
        case Size(tag, relation, size_octets):
            return {"property": format_property(tag), "relation": relation.value, "size": _value(size_octets)}
        case Bitmask(tag, mask, is_set):
            return {"property": format_property(tag), "any_bit" if is_set else "no_bit": _value(mask)}
        case Exists(tag):
            return {"property": format_property(tag), "exists": True}
        case _:
            what = type(restriction).__name__
            raise TooComplex(f"{what} is no restriction; for equality write tag.equals(value), not tag == value")


def _flags_of(content: Content) -> list[tuple[str, bool]]:
    return list(zip(FLAGS, (content.ignore_case, content.ignore_non_space, content.is_loose), strict=True))


def _value(value: object) -> object:
    if isinstance(value, tuple):
        return [_single(element) for element in cast("tuple[object, ...]", value)]
    return _single(value)


def _single(value: object) -> object:
    match value:
        case bool():
            return value
        case str():
            return {"text": escape(value)} if _has_surrogates(value) else value
        case int():
            return int(value) if abs(value) <= _SAFE_INTEGER else {"int": f"{value:#x}"}
        case float() | Decimal():
            return _fraction(value)
        case datetime():
            return {"time": write_time(value)}
        case UUID():
            return {"guid": str(value)}
        case bytes() | bytearray():
            return {"octets": base64.b64encode(value).decode("ascii")}
        case _:
            raise WrongType(f"a {type(value).__name__} is no value to compare with")


def _fraction(value: float | Decimal) -> object:
    if is_nan(value):
        raise WrongType("not a number compares with nothing")
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return {"float": str(value)} if math.isinf(value) else float(value)


def _has_surrogates(text: str) -> bool:
    """JSON joins two halves that stand side by side; UTF-8 has no place for any."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
