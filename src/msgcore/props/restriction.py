"""Restrictions as data ([MS-OXCDATA] section 2.12): what a table's rows must satisfy.

They are built with the methods and comparison operators of property tags, combined with ``& | ~``; written as text
(:mod:`msgcore.props.text_form`) or as JSON (:mod:`msgcore.props.data_form`); judged by
:func:`msgcore.props.match.match`, and translated by stores.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NoReturn

import attrs

from msgcore.errors import UsageError
from msgcore.props.key import PropertyKey

__all__ = [
    "AmbiguousName",
    "And",
    "Annotation",
    "AnyRow",
    "Bitmask",
    "Comparison",
    "Content",
    "ContentMode",
    "Count",
    "Exists",
    "Not",
    "Or",
    "PropertyComparison",
    "Relation",
    "Restriction",
    "Size",
    "SortKey",
    "SubTable",
    "any_attachment",
    "any_recipient",
    "at_most",
]


class Relation(enum.Enum):
    """How two values are compared (RELOP)."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "=="
    NE = "!="
    MATCHES = "matches"  # RELOP_RE
    MEMBER_OF = "member of"  # RELOP_MEMBER_OF_DL: needs a directory


class ContentMode(enum.Enum):
    """Where the text must stand in the value (FL_ levels)."""

    FULL = "full"
    SUBSTRING = "substring"
    PREFIX = "prefix"
    WORD_PREFIX = "word prefix"
    PHRASE = "phrase"


class SubTable(enum.Enum):
    """The rows that a message has inside."""

    RECIPIENTS = "recipient"
    ATTACHMENTS = "attachment"


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

    def annotated(self, values: Mapping[PropertyKey, object]) -> Restriction:
        """Give the same condition with values that mean something to whoever keeps it."""
        return Annotation(self, tuple(values.items()))


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
    """The property's text (or octets) holds ``value`` in the way that ``mode`` says.

    ``WORD_PREFIX`` and ``PHRASE`` compare words: those of ``value`` stand in the text one behind the other, the last of
    them perhaps only as the beginning of a word, or each as a whole word. ``is_loose`` ignores case, diacritics, forms
    that only look different (full width, ligatures) and how wide a gap is.
    """

    tag: PropertyKey
    mode: ContentMode
    value: str | bytes
    ignore_case: bool = False
    ignore_non_space: bool = False
    is_loose: bool = False


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
class AnyRow(Restriction):
    """Some recipient or attachment of the message satisfies the part (RES_SUBRESTRICTION)."""

    table: SubTable
    part: Restriction


@attrs.frozen
class Count(Restriction):
    """The first ``limit`` rows, in the table's order, that satisfy the part; only as the whole of a restriction."""

    limit: int
    part: Restriction


@attrs.frozen
class Annotation(Restriction):
    """The part, with values beside it that say something about it (RES_COMMENT, RES_ANNOTATION)."""

    part: Restriction
    values: tuple[tuple[PropertyKey, object], ...]


@attrs.frozen
class AmbiguousName(Restriction):
    """Each word of ``name`` begins a word of the row's name or address, in any order (PidTagAnr)."""

    name: str


@attrs.frozen(cache_hash=True)
class SortKey:
    """One key of a table's sort order."""

    tag: PropertyKey
    is_descending: bool = False


def any_recipient(part: Restriction) -> Restriction:
    """Hold where some recipient's row satisfies ``part``."""
    return AnyRow(SubTable.RECIPIENTS, part)


def any_attachment(part: Restriction) -> Restriction:
    """Hold where some attachment's row satisfies ``part``."""
    return AnyRow(SubTable.ATTACHMENTS, part)


def at_most(limit: int, part: Restriction) -> Restriction:
    """Keep only the first ``limit`` rows, in the table's order, that satisfy ``part``."""
    return Count(limit, part)


def _flat(kind: type[And] | type[Or], restriction: Restriction) -> tuple[Restriction, ...]:
    return restriction.parts if isinstance(restriction, kind) else (restriction,)
