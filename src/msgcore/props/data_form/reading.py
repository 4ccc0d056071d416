"""Reading restrictions from data: the form stands in :mod:`msgcore.props.data_form`."""

from __future__ import annotations

import base64
import enum
import math
from collections.abc import Callable
from typing import NoReturn, TypeVar, cast
from uuid import UUID

import attrs

from msgcore.base.text import one_line
from msgcore.errors import RestrictionSyntax, TooComplex, UnknownProperty
from msgcore.props.check import MAX_DEPTH, MAX_TERMS
from msgcore.props.data_form.writing import FLAGS
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
    AnyRow,
    Bitmask,
    Comparison,
    Content,
    ContentMode,
    Count,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Relation,
    Restriction,
    Size,
    SubTable,
)
from msgcore.props.tags import Property
from msgcore.props.text_form import parse_property
from msgcore.props.text_form.literals import read_decimal, read_float, read_time, unescape

__all__ = ["restriction_from_data"]

E = TypeVar("E", bound=enum.Enum)


def restriction_from_data(data: object) -> Restriction:
    """Read a restriction from what a JSON reader gave.

    Raises:
        RestrictionSyntax: the data is none; ``path`` says where that shows, as in ``and[2].value``.
        UnknownProperty: no property has the name that stands there.
        TooComplex: it is too deep or has too many terms.
    """
    return _Reader().restriction(data, _Place())


def _read_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("need base64") from error


_WRITTEN_VALUES: dict[str, Callable[[str], object]] = {
    "text": unescape,
    "int": lambda text: int(text, 0),
    "float": read_float,
    "decimal": read_decimal,
    "time": read_time,
    "guid": UUID,
    "octets": _read_base64,
}


@attrs.frozen
class _Place:
    """Where something stands: its path, in the rows of which table, and how deep."""

    path: str = ""
    table: SubTable | None = None
    depth: int = 1

    def at(self, key: str | int) -> _Place:
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if self.path else key
        return attrs.evolve(self, path=self.path + step)

    def fail(self, problem: str) -> NoReturn:
        raise RestrictionSyntax(problem, path=self.path)


class _Reader:
    """Counts terms as it goes: data that is not from a JSON reader may hold one list in many places."""

    def __init__(self) -> None:
        self._terms = 0

    def restriction(self, data: object, place: _Place) -> Restriction:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise TooComplex(f"the restriction has more than {MAX_TERMS} terms")
        if place.depth > MAX_DEPTH:
            raise TooComplex(f"the restriction is nested deeper than {MAX_DEPTH}")
        if not isinstance(data, dict):
            place.fail(f"need an object, got {type(data).__name__}")
        fields = cast("dict[str, object]", data)
        keys = set(fields)
        if keys == {"and"}:
            return And(self._parts(fields["and"], place.at("and")))
        if keys == {"or"}:
            return Or(self._parts(fields["or"], place.at("or")))
        if keys == {"not"}:
            return Not(self._part(fields["not"], place.at("not")))
        if keys == {"any", "where"}:
            table = _member(SubTable, fields["any"], place.at("any"))
            return AnyRow(table, self._part(fields["where"], attrs.evolve(place.at("where"), table=table)))
        if keys == {"first", "where"}:
            limit = _whole_number(fields["first"], place.at("first"))
            return Count(limit, self._part(fields["where"], place.at("where")))
        if keys == {"annotated", "values"}:
            part = self._part(fields["annotated"], place.at("annotated"))
            return Annotation(part, _annotations(fields["values"], place.at("values")))
        if keys == {"anr"}:
            return AmbiguousName(_text(_read_value(fields["anr"], place.at("anr")), place.at("anr")))
        return _condition(fields, keys, place)

    def _part(self, data: object, place: _Place) -> Restriction:
        return self.restriction(data, attrs.evolve(place, depth=place.depth + 1))

    def _parts(self, data: object, place: _Place) -> tuple[Restriction, ...]:
        return tuple([self._part(part, place.at(n)) for n, part in enumerate(_list(data, place))])


def _condition(fields: dict[str, object], keys: set[str], place: _Place) -> Restriction:
    asked = keys - {"property"}
    if "property" not in keys or not (frozenset(asked) in _CONDITIONS or {"content", "value"} <= asked <= _OF_CONTENT):
        _refuse_keys(keys, place)
    tag = _property(fields["property"], place.at("property"))
    if "content" in asked:
        return _content(tag, fields, place)
    if "exists" in asked:
        if fields["exists"] is not True:
            place.at("exists").fail("can only be true; put it into a 'not'")
        return Exists(tag)
    for key in asked & {"any_bit", "no_bit"}:
        return Bitmask(tag, _whole_number(fields[key], place.at(key)), is_set=key == "any_bit")
    sign = fields["relation"]
    relation = _member(Relation, "==" if sign == "=" else sign, place.at("relation"))
    if "other" in asked:
        return PropertyComparison(tag, relation, _property(fields["other"], place.at("other")))
    if "size" in asked:
        return Size(tag, relation, _whole_number(fields["size"], place.at("size")))
    return Comparison(tag, relation, _read_value(fields["value"], place.at("value")))


def _refuse_keys(keys: set[str], place: _Place) -> NoReturn:
    unknown = sorted(one_line(str(key), _SHOWN_CHARACTERS) for key in keys - _KEYS)
    if unknown:
        place.fail(f"unknown key {unknown[0]}")
    found = ", ".join(sorted(keys))
    place.fail(f"no restriction has these keys: {found}" if found else "an empty object is no restriction")


_CONDITIONS = frozenset(
    frozenset(keys)
    for keys in [
        {"exists"},
        {"any_bit"},
        {"no_bit"},
        {"relation", "value"},
        {"relation", "other"},
        {"relation", "size"},
    ]
)
_OF_CONTENT = frozenset({"content", "value", *FLAGS})
_OF_GROUPS = frozenset({"and", "or", "not", "any", "first", "where", "annotated", "values", "anr"})
_KEYS = frozenset({"property"}).union(_OF_GROUPS, _OF_CONTENT, *_CONDITIONS)
_SHOWN_CHARACTERS = 30


def _content(tag: Property[object], fields: dict[str, object], place: _Place) -> Restriction:
    mode = _member(ContentMode, fields["content"], place.at("content"))
    value = _read_value(fields["value"], place.at("value"))
    if not isinstance(value, str | bytes):
        place.at("value").fail("need a text or octets")
    flags: list[bool] = []
    for flag in FLAGS:
        is_set = fields.get(flag, False)
        if not isinstance(is_set, bool):
            place.at(flag).fail("need true or false")
        flags.append(is_set)
    return Content(tag, mode, value, *flags)


def _annotations(data: object, place: _Place) -> tuple[tuple[PropertyKey, object], ...]:
    pairs: list[tuple[PropertyKey, object]] = []
    for n, item in enumerate(_list(data, place)):
        here = place.at(n)
        pair = _list(item, here)
        if len(pair) != 2:
            here.fail("need a property and its value")
        pairs.append((_property(pair[0], here.at(0)), _read_value(pair[1], here.at(1))))
    return tuple(pairs)


def _property(data: object, place: _Place) -> Property[object]:
    try:
        return parse_property(_text(data, place), place.table)
    except RestrictionSyntax as error:
        raise RestrictionSyntax(error.problem, error.position, place.path) from error
    except UnknownProperty as error:
        raise UnknownProperty(f"{place.path}: {error}") from error


def _read_value(data: object, place: _Place) -> object:
    if isinstance(data, list):
        elements = cast("list[object]", data)
        return tuple(_read_single(one, place.at(n)) for n, one in enumerate(elements))
    return _read_single(data, place)


def _read_single(data: object, place: _Place) -> object:
    if isinstance(data, str | int) or (isinstance(data, float) and not math.isnan(data)):
        return data
    if not isinstance(data, dict) or len(cast("dict[object, object]", data)) != 1:
        place.fail(f"need a text, a number, true, false, or an object with one of {', '.join(_WRITTEN_VALUES)}")
    ((kind, written),) = cast("dict[str, object]", data).items()
    if kind not in _WRITTEN_VALUES:
        place.fail(f"{str(kind)[:_SHOWN_CHARACTERS]!r} is no kind of value; they are {', '.join(_WRITTEN_VALUES)}")
    try:
        return _WRITTEN_VALUES[kind](_text(written, place.at(kind)))
    except RestrictionSyntax:
        raise
    except ValueError as error:
        raise RestrictionSyntax(str(error), path=place.at(kind).path) from error


def _whole_number(data: object, place: _Place) -> int:
    number = _read_single(data, place)
    if isinstance(number, bool) or not isinstance(number, int):
        place.fail("need a whole number")
    return number


def _text(data: object, place: _Place) -> str:
    return data if isinstance(data, str) else place.fail(f"need a text, got {type(data).__name__}")


def _list(data: object, place: _Place) -> list[object]:
    return cast("list[object]", data) if isinstance(data, list) else place.fail("need an array")


def _member(kind: type[E], data: object, place: _Place) -> E:
    found = next((member for member in kind if member.value == data), None)
    return place.fail(f"need one of {', '.join(member.value for member in kind)}") if found is None else found
