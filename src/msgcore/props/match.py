"""The reference evaluator: what a restriction means, for every store to agree with.

An absent property satisfies no content, comparison, bitmask or size condition, and ``Not`` simply turns a result
round, so that ``~PidTagSubject.contains("x")`` holds where there is no subject. A multiple-valued property
satisfies a condition on one value when any element does. Text compares by code point, times by moment, octets by value.
A comparison of kinds that have no order raises ``TooComplex``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, cast

from msgcore.base.text import fold
from msgcore.errors import TooComplex
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import (
    And,
    Bitmask,
    Comparison,
    Content,
    ContentMode,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Relation,
    Restriction,
    Size,
)
from msgcore.props.values import size_octets

__all__ = ["MAX_DEPTH", "MAX_TERMS", "PropertySource", "check_restriction", "match"]

MAX_DEPTH = 100
MAX_TERMS = 10_000

_RELATIONS: dict[Relation, Callable[[Any, Any], bool]] = {
    Relation.LT: operator.lt,
    Relation.LE: operator.le,
    Relation.GT: operator.gt,
    Relation.GE: operator.ge,
    Relation.EQ: operator.eq,
    Relation.NE: operator.ne,
}


class PropertySource(Protocol):
    """Anything that gives property values: a bag, a message, a row."""

    def get(self, tag: Any, /) -> object: ...


def match(restriction: Restriction, source: PropertySource) -> bool:
    """Say whether ``source`` satisfies ``restriction``.

    Raises:
        TooComplex: it is too deep, has too many terms, or compares kinds that have no order.
    """
    check_restriction(restriction)
    return _holds(restriction, source)


def check_restriction(restriction: Restriction) -> None:
    """Raise ``TooComplex`` when a restriction is deeper than ``MAX_DEPTH`` or has more than ``MAX_TERMS`` terms."""
    level = [restriction]
    terms = 0
    for _ in range(MAX_DEPTH):
        terms += len(level)
        if terms > MAX_TERMS:
            raise TooComplex(f"the restriction has more than {MAX_TERMS} terms")
        level = [part for one in level for part in _parts(one)]
        if not level:
            return
    raise TooComplex(f"the restriction is nested deeper than {MAX_DEPTH}")


def _parts(restriction: Restriction) -> tuple[Restriction, ...]:
    match restriction:
        case And() | Or():
            return restriction.parts
        case Not():
            return (restriction.part,)
        case _:
            return ()


def _holds(restriction: Restriction, source: PropertySource) -> bool:
    match restriction:
        case And():
            return all(_holds(part, source) for part in restriction.parts)
        case Or():
            return any(_holds(part, source) for part in restriction.parts)
        case Not():
            return not _holds(restriction.part, source)
        case Exists():
            return source.get(restriction.tag) is not None
        case Content():
            return any(_content_holds(restriction, value) for value in _values(source, restriction.tag))
        case Comparison():
            relation, wanted = restriction.relation, restriction.value
            if isinstance(wanted, tuple):
                found = source.get(restriction.tag)
                return found is not None and _compare(relation, found, cast(object, wanted), restriction.tag)
            return any(_compare(relation, value, wanted, restriction.tag) for value in _values(source, restriction.tag))
        case PropertyComparison():
            left, right = source.get(restriction.tag), source.get(restriction.other)
            if left is None or right is None:
                return False
            return _compare(restriction.relation, left, right, restriction.tag)
        case Bitmask():
            return any(_bits_hold(restriction, value) for value in _values(source, restriction.tag))
        case Size():
            found = source.get(restriction.tag)
            return found is not None and _RELATIONS[restriction.relation](size_octets(found), restriction.size_octets)
        case _:
            what = type(restriction).__name__
            raise TooComplex(f"{what} is no restriction; for equality write tag.equals(value), not tag == value")


def _values(source: PropertySource, tag: PropertyKey) -> tuple[object, ...]:
    found = source.get(tag)
    if found is None:
        return ()
    return cast("tuple[object, ...]", found) if isinstance(found, tuple) else (found,)


def _content_holds(restriction: Content, value: object) -> bool:
    wanted = restriction.value
    if isinstance(value, str) and isinstance(wanted, str):
        if restriction.ignore_case or restriction.ignore_non_space:
            # Ignoring diacritics without ignoring case still folds both: MAPI has no finer meaning for it.
            value = fold(value, ignore_non_space=restriction.ignore_non_space)
            wanted = fold(wanted, ignore_non_space=restriction.ignore_non_space)
        return _stands_in(restriction.mode, value, wanted)
    if isinstance(value, bytes) and isinstance(wanted, bytes):
        return _stands_in(restriction.mode, value, wanted)
    raise TooComplex(f"{restriction.tag.label}: cannot look for {type(wanted).__name__} in {type(value).__name__}")


def _stands_in(mode: ContentMode, value: Any, wanted: Any) -> bool:
    match mode:
        case ContentMode.FULL:
            return bool(value == wanted)
        case ContentMode.SUBSTRING:
            return wanted in value
        case ContentMode.PREFIX:
            return bool(value.startswith(wanted))


def _compare(relation: Relation, left: object, right: object, tag: PropertyKey) -> bool:
    if not _comparable(left, right):
        raise TooComplex(f"{tag.label}: cannot compare {type(left).__name__} with {type(right).__name__}")
    return _RELATIONS[relation](left, right)


def _comparable(left: object, right: object) -> bool:
    numbers = (int, float, Decimal)
    if isinstance(left, numbers) and isinstance(right, numbers):
        return True
    if isinstance(left, datetime) and isinstance(right, datetime):
        return (left.tzinfo is None) == (right.tzinfo is None)
    return type(left) is type(right)


def _bits_hold(restriction: Bitmask, value: object) -> bool:
    if not isinstance(value, int):
        raise TooComplex(f"{restriction.tag.label}: a bitmask needs an integer, got {type(value).__name__}")
    return bool(value & restriction.mask) is restriction.is_set
