"""Restrictions as data ([MS-OXCDATA] section 2.12): what a table's rows must satisfy.

They are built with the methods and comparison operators of property tags, combined with ``& | ~``, judged by
:func:`msgcore.props.match.match`, and translated by stores.
"""

from __future__ import annotations

import enum
from typing import NoReturn

import attrs

from msgcore.errors import UsageError
from msgcore.props.key import PropertyKey

__all__ = [
    "And",
    "Bitmask",
    "Comparison",
    "Content",
    "ContentMode",
    "Exists",
    "Not",
    "Or",
    "PropertyComparison",
    "Relation",
    "Restriction",
    "Size",
    "SortKey",
]


class Relation(enum.Enum):
    """How two values are compared (RELOP)."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "=="
    NE = "!="


class ContentMode(enum.Enum):
    """Where the text must stand in the value (FL_ levels)."""

    FULL = "full"
    SUBSTRING = "substring"
    PREFIX = "prefix"


class Restriction:
    """Any condition on the properties of a row."""

    __slots__ = ()

    def __and__(self, other: Restriction) -> Restriction:
        return And((*_flat(And, self), *_flat(And, other)))

    def __or__(self, other: Restriction) -> Restriction:
        return Or((*_flat(Or, self), *_flat(Or, other)))

    def __invert__(self) -> Restriction:
        return Not(self)

    def __bool__(self) -> NoReturn:
        raise UsageError("a restriction is neither true nor false; combine with & | ~, not with and, or, not")


@attrs.frozen
class And(Restriction):
    """Every part holds; with no part, always true."""

    parts: tuple[Restriction, ...]


@attrs.frozen
class Or(Restriction):
    """Some part holds; with no part, never true."""

    parts: tuple[Restriction, ...]


@attrs.frozen
class Not(Restriction):
    """The part does not hold."""

    part: Restriction


@attrs.frozen
class Content(Restriction):
    """The property's text (or octets) equals, holds, or starts with ``value``."""

    tag: PropertyKey
    mode: ContentMode
    value: str | bytes
    ignore_case: bool = False
    ignore_non_space: bool = False


@attrs.frozen
class Comparison(Restriction):
    """The property stands in ``relation`` to ``value``; for a multiple-valued property, any element does."""

    tag: PropertyKey
    relation: Relation
    value: object


@attrs.frozen
class PropertyComparison(Restriction):
    """One property stands in ``relation`` to another of the same row."""

    tag: PropertyKey
    relation: Relation
    other: PropertyKey


@attrs.frozen
class Bitmask(Restriction):
    """Some bit of ``mask`` is set in the integer property, or none when not ``is_set``."""

    tag: PropertyKey
    mask: int
    is_set: bool = True


@attrs.frozen
class Size(Restriction):
    """The value's size in octets (text counts as UTF-16) stands in ``relation`` to ``size_octets``."""

    tag: PropertyKey
    relation: Relation
    size_octets: int


@attrs.frozen
class Exists(Restriction):
    """The row has the property."""

    tag: PropertyKey


@attrs.frozen
class SortKey:
    """One key of a table's sort order."""

    tag: PropertyKey
    is_descending: bool = False


def _flat(kind: type[And] | type[Or], restriction: Restriction) -> tuple[Restriction, ...]:
    return restriction.parts if isinstance(restriction, kind) else (restriction,)
