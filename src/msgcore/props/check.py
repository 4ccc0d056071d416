"""What is asked of a table, checked before any row is looked at: kinds, places, depth and size.

Kinds come from the type of the property, not from what rows hold, so that a restriction is taken or refused whatever
is in the table.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from msgcore.errors import TooComplex, UsageError, WrongType
from msgcore.props.key import PropertyKey
from msgcore.props.regex import compile_pattern
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
    SortKey,
    SubTable,
)
from msgcore.props.types import PropertyType
from msgcore.props.values import check_value

__all__ = [
    "MAX_DEPTH",
    "MAX_PATTERNS",
    "MAX_SORT_KEYS",
    "MAX_TERMS",
    "Kind",
    "check_restriction",
    "check_size",
    "check_sort_order",
    "kind_of",
    "parts_of",
    "tags_of",
]

MAX_DEPTH = 100
MAX_TERMS = 10_000
MAX_PATTERNS = 100
MAX_SORT_KEYS = 100


class Kind(enum.Enum):
    """What compares with one another."""

    TEXT = "text"
    OCTETS = "octets"
    NUMBER = "a number"
    TIME = "a time with its zone"
    FLOATING_TIME = "a time without zone"
    GUID = "a GUID"


_KINDS = {
    PropertyType.STRING8: Kind.TEXT,
    PropertyType.UNICODE: Kind.TEXT,
    PropertyType.BINARY: Kind.OCTETS,
    PropertyType.SERVER_ID: Kind.OCTETS,
    PropertyType.RULE_ACTION: Kind.OCTETS,
    PropertyType.SHORT: Kind.NUMBER,
    PropertyType.LONG: Kind.NUMBER,
    PropertyType.I8: Kind.NUMBER,
    PropertyType.FLOAT: Kind.NUMBER,
    PropertyType.DOUBLE: Kind.NUMBER,
    PropertyType.CURRENCY: Kind.NUMBER,
    PropertyType.BOOLEAN: Kind.NUMBER,
    PropertyType.ERROR: Kind.NUMBER,
    PropertyType.SYSTIME: Kind.TIME,
    PropertyType.FLOATING_TIME: Kind.FLOATING_TIME,
    PropertyType.CLSID: Kind.GUID,
}
_KINDS_OF_ALL = {one: _KINDS.get(one.element) for one in PropertyType}
_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8, PropertyType.ERROR})
# Restrictions that were seen to fit, with their depth and their terms, by identity: each is looked at by the table and
# by its store, page after page. What is kept here keeps its identity.
_SHORT: dict[int, tuple[Restriction, int, int]] = {}
_SHORT_TERMS, _MOST_SHORT = 8, 100
_WORDS = frozenset({ContentMode.WORD_PREFIX, ContentMode.PHRASE})


def kind_of(tag: PropertyKey) -> Kind | None:
    """Give the kind of a property's values, or of each of several; ``None`` when they compare with nothing."""
    return _KINDS_OF_ALL[tag.value_type]


def check_restriction(restriction: Restriction, *, max_depth: int = MAX_DEPTH, max_terms: int = MAX_TERMS) -> None:
    """See that a restriction has a meaning and can be evaluated.

    Raises:
        WrongType: it asks of a property what the property's type does not allow.
        TooComplex: it is no restriction, or part of it is none; it is deeper than ``max_depth``, has more than
            ``max_terms`` terms or ``MAX_PATTERNS`` patterns; a pattern is none that RE2 takes; it needs a directory;
            a Count is not the whole of it, or an AnyRow stands in another.
        MissingExtra: it has a regular expression, and RE2 is not installed.
    """
    known = _SHORT.get(id(restriction))
    if known is not None and known[0] is restriction and known[1] <= max_depth and known[2] <= max_terms:
        return
    patterns = terms = deepest = 0
    for one, depth, is_inside in _walk(restriction, max_depth, max_terms):
        _check_place(one, depth, is_inside)
        _check_condition(one)
        patterns += isinstance(one, Comparison) and one.relation is Relation.MATCHES
        if patterns > MAX_PATTERNS:
            raise TooComplex(f"the restriction has more than {MAX_PATTERNS} patterns")
        terms += 1
        deepest = max(deepest, depth)
    if terms <= _SHORT_TERMS:
        if len(_SHORT) >= _MOST_SHORT:
            _SHORT.clear()
        _SHORT[id(restriction)] = restriction, deepest, terms


def check_size(restriction: Restriction) -> None:
    """Raise ``TooComplex`` when a restriction is deeper or has more terms than :func:`check_restriction` takes."""
    for _ in _walk(restriction, MAX_DEPTH, MAX_TERMS):
        pass


def _walk(restriction: Restriction, max_depth: int, max_terms: int) -> Iterator[tuple[Restriction, int, bool]]:
    """Give each part, before what it holds is looked at: how deep it stands, and whether inside of an ``AnyRow``."""
    waiting: list[tuple[Restriction, int, bool]] = [(restriction, 1, False)]
    terms = 1
    while waiting:
        one, depth, is_inside = waiting.pop()
        yield one, depth, is_inside
        parts = parts_of(one)
        terms += len(parts)
        if terms > max_terms:
            raise TooComplex(f"the restriction has more than {max_terms} terms")
        if parts and depth == max_depth:
            raise TooComplex(f"the restriction is nested deeper than {max_depth}")
        waiting += [(part, depth + 1, is_inside or isinstance(one, AnyRow)) for part in parts]


def check_sort_order(keys: Sequence[SortKey]) -> None:
    """See that rows can be sorted by the keys.

    Raises:
        WrongType: a key's values have no order.
        TooComplex: something is no sort key, or there are more than ``MAX_SORT_KEYS``.
    """
    if len(keys) > MAX_SORT_KEYS:
        raise TooComplex(f"a sort order of more than {MAX_SORT_KEYS} keys")
    for key in keys:
        if not isinstance(cast(object, key), SortKey):
            raise TooComplex(f"{type(key).__name__} is no sort key; write tag.ascending() or tag.descending()")
        _check_tag(key.tag)
        if kind_of(key.tag) is None:
            raise WrongType(f"{key.tag.label}: values of type {key.tag.value_type.name} have no order")


def tags_of(restriction: Restriction) -> Iterator[PropertyKey]:
    """Give the properties that a restriction asks of itself, without its parts."""
    match restriction:
        case Comparison() | Content() | Exists() | Size() | Bitmask():
            yield restriction.tag
        case PropertyComparison():
            yield from (restriction.tag, restriction.other)
        case _:
            pass


def parts_of(restriction: Restriction) -> tuple[Restriction, ...]:
    """Give the restrictions that stand in another.

    Raises:
        TooComplex: something else stands there.
    """
    match restriction:
        case And() | Or():
            _check_class(restriction.parts, tuple, type(restriction).__name__)
            return restriction.parts
        case Not() | AnyRow() | Count() | Annotation():
            return (restriction.part,)
        case _:
            return ()


def _check_place(restriction: Restriction, depth: int, is_inside: bool) -> None:
    if isinstance(restriction, Count) and depth > 1:
        raise TooComplex("Count: only the whole of a restriction can be cut after a number of rows")
    if isinstance(restriction, AnyRow) and is_inside:
        raise TooComplex("AnyRow: the rows of a message have no recipients and attachments of their own")


def _check_condition(restriction: Restriction) -> None:
    """Check what one restriction says itself, without its parts."""
    match restriction:
        case And() | Or() | Not():
            pass
        case Exists():
            _check_tag(restriction.tag)
        case Content():
            _check_content(restriction)
        case Comparison():
            _check_comparison(restriction)
        case PropertyComparison():
            _check_pair(restriction)
        case Bitmask():
            _check_tag(restriction.tag)
            if restriction.tag.value_type.element not in _INTEGERS:
                raise WrongType(f"{restriction.tag.label}: only an integer has bits")
            _check_integer(restriction.mask, f"{restriction.tag.label}: the mask", -(2**63), 2**64 - 1)
        case Size():
            _check_tag(restriction.tag)
            _check_relation(restriction.relation, restriction.tag)
            if kind_of(restriction.tag) is None:
                raise WrongType(
                    f"{restriction.tag.label}: values of type {restriction.tag.value_type.name} have no size"
                )
            _check_integer(restriction.size_octets, f"{restriction.tag.label}: the size", 0, 2**63 - 1)
        case AnyRow():
            _check_class(restriction.table, SubTable, "AnyRow")
        case Count():
            _check_integer(restriction.limit, "Count", 0, 2**63 - 1)
        case Annotation():
            _check_annotation(restriction)
        case AmbiguousName():
            _check_class(restriction.name, str, "AmbiguousName")
        case _:
            what = type(restriction).__name__
            raise TooComplex(f"{what} is no restriction; for equality write tag.equals(value), not tag == value")


def _check_content(restriction: Content) -> None:
    tag, value = _check_tag(restriction.tag), cast(object, restriction.value)
    _check_class(restriction.mode, ContentMode, tag.label)
    kind = kind_of(tag)
    if kind is not Kind.TEXT and (kind is not Kind.OCTETS or restriction.mode in _WORDS):
        raise WrongType(
            f"{tag.label}: cannot look for {restriction.mode.value} in values of type {tag.value_type.name}"
        )
    _check_kind(tag, kind, value)


def _check_comparison(restriction: Comparison) -> None:
    tag, value = _check_tag(restriction.tag), restriction.value
    kind = kind_of(tag)
    if restriction.relation is Relation.MATCHES:
        if kind is not Kind.TEXT or not isinstance(value, str):
            raise WrongType(f"{tag.label}: a regular expression is text and is looked for in text")
        compile_pattern(value)
        return
    _check_relation(restriction.relation, tag)
    if not isinstance(value, tuple):
        _check_kind(tag, kind, value)
        return
    if not tag.value_type.is_multiple:
        raise WrongType(f"{tag.label}: has one value, which cannot be compared with several")
    for element in cast("tuple[object, ...]", value):
        _check_kind(tag, kind, element)


def _check_pair(restriction: PropertyComparison) -> None:
    left, right = _check_tag(restriction.tag), _check_tag(restriction.other)
    if restriction.relation is Relation.MATCHES:
        raise TooComplex(f"{left.label}: a regular expression cannot come from another property")
    _check_relation(restriction.relation, left)
    if kind_of(left) is None or kind_of(left) is not kind_of(right):
        raise WrongType(f"{left.label}: does not compare with {right.label}")


def _check_kind(tag: PropertyKey, wanted: Kind | None, value: object) -> None:
    if wanted is None:
        raise WrongType(f"{tag.label}: values of type {tag.value_type.name} compare with nothing")
    kind = _kind_of_value(value)
    if kind is not wanted:
        found = type(value).__name__ if kind is None else kind.value
        raise WrongType(f"{tag.label}: need {wanted.value}, got {found}")
    if (isinstance(value, float) and math.isnan(value)) or (isinstance(value, Decimal) and value.is_nan()):
        raise WrongType(f"{tag.label}: NaN compares with nothing")
    if kind is Kind.TIME and isinstance(value, datetime):
        try:
            value.astimezone(UTC)
        except OverflowError as error:
            raise WrongType(f"{tag.label}: {value} is out of range in UTC") from error


def _kind_of_value(value: object) -> Kind | None:
    match value:
        case str():
            return Kind.TEXT
        case bytes():
            return Kind.OCTETS
        case int() | float() | Decimal():
            return Kind.NUMBER
        case datetime():
            return Kind.FLOATING_TIME if value.utcoffset() is None else Kind.TIME
        case UUID():
            return Kind.GUID
        case _:
            return None


def _check_annotation(restriction: Annotation) -> None:
    pairs: object = _check_class(restriction.values, tuple, "Annotation")
    for pair in cast("tuple[object, ...]", pairs):
        if not isinstance(pair, tuple) or len(cast("tuple[object, ...]", pair)) != 2:
            raise TooComplex("Annotation: need pairs of a property and its value")
        tag, value = cast("tuple[PropertyKey, object]", pair)
        try:
            check_value(_check_tag(tag), value)
        except TooComplex:
            raise
        except UsageError as error:
            raise WrongType(str(error)) from error


def _check_tag(tag: PropertyKey) -> PropertyKey:
    _check_class(tag, PropertyKey, "a restriction")
    return tag


def _check_relation(relation: Relation, tag: PropertyKey) -> None:
    _check_class(relation, Relation, tag.label)
    if relation is Relation.MEMBER_OF:
        raise TooComplex(f"{tag.label}: membership of a distribution list needs a directory")
    if relation is Relation.MATCHES:
        raise WrongType(f"{tag.label}: a regular expression is compared with text only")


def _check_integer(value: object, what: str, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongType(f"{what}: need an integer, got {type(value).__name__}")
    if not least <= value <= most:
        raise WrongType(f"{what}: not from {least} to {most}")


def _check_class(value: object, wanted: type, what: str) -> object:
    if not isinstance(value, wanted):
        raise TooComplex(f"{what}: need {wanted.__name__}, got {type(value).__name__}")
    return value
