"""Reading restrictions, sort orders and columns from text, by recursive descent.

The grammar (``{ }``: any number of times, ``[ ]``: perhaps)::

    restriction = both {"or" both}
    both        = part {"and" part}
    part        = "not" part | "(" restriction ")" | group | condition
    group       = ("all" | "any") "(" [restriction {"," restriction}] ")"
                | "any" ("recipient" | "attachment") "(" restriction ")"
                | "first" number "of" "(" restriction ")"
                | "annotated" "(" restriction {"," property "=" literal} ")"
                | "anr" "(" text ")"
    condition   = property relation (literal | property)
                | property ":" "value_size" relation number
                | property ":" method "(" [argument {"," argument}] ")"
    relation    = "<" | "<=" | ">" | ">=" | "=" | "==" | "!="
    property    = name | tag number | "tag" "(" tag number ["," text] ")" | "header" "(" text ")"
                | guid "/" (number | text) ":" type
    literal     = text | number | octets | guid | time | "true" | "false" | "(" [literal {"," literal}] ")"

Parts joined by ``and`` (or by ``or``) without parentheses make one restriction; ``all(…)`` and ``any(…)`` say the same,
and are how fewer than two parts are written. A tag number stands alone only to the left, where no integer can. Words
are read without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from msgcore.base.nearest import there_are
from msgcore.errors import InjectionRefused, RestrictionSyntax, TooComplex, UnknownProperty, UsageError
from msgcore.props.check import MAX_DEPTH, MAX_TERMS, check_size
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
from msgcore.props.tags import NamedProperty, Property, header_property
from msgcore.props.text_form.cursor import Cursor
from msgcore.props.text_form.lexer import TEXT_REMEDY, Kind
from msgcore.props.text_form.vocabulary import (
    FOLDING_MODES,
    METHODS_OF_CONTENT,
    METHODS_OF_RELATION,
    SIGNS,
    name_like,
    property_by_number,
    property_called,
)
from msgcore.props.types import PropertyType

__all__ = ["parse_columns", "parse_property", "parse_restriction", "parse_sort_order"]

T = TypeVar("T")

_RELATIONS = {sign: relation for relation, sign in SIGNS.items()} | {"==": Relation.EQ}
_MODES = {method: mode for mode, method in METHODS_OF_CONTENT.items()}
_NAMED_RELATIONS = {method: relation for relation, method in METHODS_OF_RELATION.items()}
_BIT_METHODS = {"has_any_bit": True, "has_no_bit": False}
_METHODS = ["exists", "is_in", "value_size", *_MODES, *_NAMED_RELATIONS, *_BIT_METHODS]
_FLAGS = ("ignore_case", "ignore_non_space", "exact", "loose")
_TYPES = {
    kind.name.lower(): kind for kind in PropertyType if kind is kind.kept and kind is not PropertyType.UNSPECIFIED
}
_TAG_NUMBER = re.compile("0x[0-9A-Fa-f]{8}")


def parse_restriction(text: str, names: Mapping[str, Property[object]] | None = None) -> Restriction:
    """Read a restriction: ``subject:contains("x") and size > 10kb``.

    ``names``, in small letters, are those that count here: they may mean something else than elsewhere, and whoever
    gives a name that nobody knows is told of these alone.

    Raises:
        RestrictionSyntax: the text is none; ``position`` is the character where that shows.
        UnknownProperty: no property has the name that stands there.
        TooComplex: the text is too long, too deep or has too many terms.
    """
    parser = _Parser(text, None, names)
    restriction = parser.to_the_end(parser.restriction)
    check_size(restriction)
    return restriction


def parse_sort_order(text: str) -> tuple[SortKey, ...]:
    """Read sort keys, the first one first: ``received desc, subject``; an empty text has none.

    Raises:
        RestrictionSyntax, UnknownProperty, TooComplex: as :func:`parse_restriction`.
    """
    parser = _Parser(text)
    return tuple(parser.to_the_end(lambda: parser.items("", parser.sort_key)))


def parse_columns(text: str) -> tuple[Property[object], ...]:
    """Read the names of columns: ``subject, from, received``; an empty text has none.

    Raises:
        RestrictionSyntax, UnknownProperty, TooComplex: as :func:`parse_restriction`.
    """
    parser = _Parser(text)
    return tuple(parser.to_the_end(lambda: parser.items("", parser.property)))


def parse_property(text: str, table: SubTable | None = None) -> Property[object]:
    """Read the name of one property, in any of its forms, as it is meant in the rows of ``table``.

    Raises:
        RestrictionSyntax, UnknownProperty, TooComplex: as :func:`parse_restriction`.
    """
    parser = _Parser(text, table)
    return parser.to_the_end(parser.property)


class _Parser(Cursor):
    """``_depth`` counts what is open, so that no text drives the recursion past the limit, ``_terms`` what was read."""

    def __init__(
        self, text: str, table: SubTable | None = None, names: Mapping[str, Property[object]] | None = None
    ) -> None:
        super().__init__(text)
        self._table = table
        self._names = names or {}
        self._depth = 0
        self._terms = 0

    def to_the_end(self, read: Callable[[], T]) -> T:
        value = read()
        if self.token.kind is not Kind.END:
            self.fail("'and', 'or' or the end" if isinstance(value, Restriction) else "',' or the end")
        return value

    def restriction(self) -> Restriction:
        alternatives: list[Restriction] = []
        while not alternatives or self.take("or"):
            parts: list[Restriction] = []
            while not parts or self.take("and"):
                parts.append(self._part())
            alternatives.append(_joined(And, parts))
        return _joined(Or, alternatives)

    def _part(self) -> Restriction:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooComplex(f"at {self.token.position}: the restriction is nested deeper than {MAX_DEPTH}")
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise TooComplex(f"at {self.token.position}: the restriction has more than {MAX_TERMS} terms")
        part = self._group_or_condition()
        self._depth -= 1
        return part

    def _group_or_condition(self) -> Restriction:
        if self.take("not"):
            return Not(self._part())
        if self.take("("):
            return self.closed(self.restriction())
        if self.take("any"):
            return self._any()
        if self.take("all"):
            return And(self._parts())
        if self.take("first"):
            limit = self.whole_number()
            self.need("of")
            self.need("(")
            return Count(limit, self.closed(self.restriction()))
        if self.take("annotated"):
            return self._annotated()
        if self.take("anr"):
            self.need("(")
            return AmbiguousName(self.closed(self.text()))
        return self._condition()

    def _parts(self) -> tuple[Restriction, ...]:
        """As :meth:`arguments` reads a list, with fewer frames: parts nest."""
        self.need("(")
        parts: list[Restriction] = []
        if self.token.text != ")":
            parts.append(self.restriction())
            while self.take(","):
                parts.append(self.restriction())
        return self.closed(tuple(parts))

    def _any(self) -> Restriction:
        table = next((table for table in SubTable if self.take(table.value)), None)
        if table is None:
            if self.token.kind is Kind.WORD:
                self.fail("recipient or attachment")
            return Or(self._parts())
        outer, self._table = self._table, table
        self.need("(")
        part = self.restriction()
        self._table = outer
        return AnyRow(table, self.closed(part))

    def _annotated(self) -> Restriction:
        self.need("(")
        part = self.restriction()
        values: list[tuple[Property[object], object]] = []
        while self.take(","):
            tag = self.property()
            self.need("=")
            values.append((tag, self.literal()))
        return self.closed(Annotation(part, tuple(values)))

    # Conditions

    def _condition(self) -> Restriction:
        tag = self.property("a condition")
        if self.take(":"):
            return self._method(tag)
        relation = self._relation("':' or a comparison")
        if not self.is_at_literal:
            return PropertyComparison(tag, relation, self.property("a value or a property", f"; {TEXT_REMEDY}"))
        value = self.literal()
        if isinstance(value, UUID) and self.take("/"):
            return PropertyComparison(tag, relation, self._named(value))
        return Comparison(tag, relation, value)

    def _relation(self, wanted: str) -> Relation:
        relation = _RELATIONS.get(self.token.text)
        if relation is None:
            self.fail(wanted)
        self.advance()
        return relation

    def _method(self, tag: Property[object]) -> Restriction:
        if self.token.key not in _METHODS:
            self.fail_at_none_of(_METHODS)
        method = self.advance().key
        if method == "value_size":
            return Size(tag, self._relation("a comparison"), self.whole_number())
        if method == "is_in":
            return Or(tuple(Comparison(tag, Relation.EQ, value) for value in self.arguments(self.literal)))
        self.need("(")
        return self.closed(self._called(tag, method))

    def _called(self, tag: Property[object], method: str) -> Restriction:
        if method == "exists":
            return Exists(tag)
        if method in _BIT_METHODS:
            return Bitmask(tag, self.whole_number(), _BIT_METHODS[method])
        if method in _NAMED_RELATIONS:
            return Comparison(tag, _NAMED_RELATIONS[method], self.literal())
        return self._content(tag, _MODES[method])

    def _content(self, tag: Property[object], mode: ContentMode) -> Restriction:
        at_value = self.token
        value = self.literal()
        flags = self._flags()
        if mode is ContentMode.FULL and not flags:
            return Comparison(tag, Relation.EQ, value)
        if not isinstance(value, str | bytes):
            self.fail("a text or octets", at_value)
        folds = mode in FOLDING_MODES and flags <= {"loose"}
        return Content(
            tag, mode, value, folds or "ignore_case" in flags, folds or "ignore_non_space" in flags, "loose" in flags
        )

    def _flags(self) -> set[str]:
        """Read flags; the first one but ``loose`` takes the place of what the method does by itself."""
        flags: set[str] = set()
        position = self.token.position
        while self.take(","):
            if self.token.key not in _FLAGS or self.token.key in flags:
                self.fail_at_none_of([flag for flag in _FLAGS if flag not in flags])
            flags.add(self.advance().key)
        if "exact" in flags and not flags <= {"exact", "loose"}:
            raise RestrictionSyntax("exact leaves nothing to ignore", position)
        return flags

    # Properties

    def property(self, wanted: str = "a property", remedy: str = "") -> Property[object]:
        token = self.token
        is_number = _TAG_NUMBER.fullmatch(token.text) is not None
        if token.kind not in {Kind.WORD, Kind.GUID} and not is_number:
            self.fail(wanted)
        self.advance()
        if is_number:
            return property_by_number(int(token.text, 16), None, token.position)
        if token.kind is Kind.GUID:
            self.need("/")
            return self._named(UUID(token.text))
        if token.key == "tag" and self.take("("):
            return self.closed(self._tag())
        if token.key == "header" and self.take("("):
            return self.closed(self._header())
        try:
            own = self._names.get(token.text.lower()) if self._table is None else None
            return own or property_called(token.text, self._table)
        except UnknownProperty:
            if self._names and self._table is None and not token.key.startswith(("pid", "pr_")):
                remedy += f"; {there_are(token.text.lower(), self._names)}"
            elif (near := name_like(token.text)) is not None:
                remedy += f"; did you mean {near}?"
            elif self.token.kind in {Kind.WORD, Kind.END} and not remedy:
                remedy = f'; words are looked for by body:has_words("{token.text}")'
            raise UnknownProperty(f"at {token.position}: {token} is no property that msgcore knows{remedy}") from None

    def _tag(self) -> Property[object]:
        token = self.token
        if not _TAG_NUMBER.fullmatch(token.text):
            self.fail("a tag number of eight digits, as 0x0037001F")
        self.advance()
        area = self.text() if self.take(",") else None
        return property_by_number(int(token.text, 16), area, token.position)

    def _header(self) -> Property[object]:
        position = self.token.position
        try:
            return header_property(self.text())
        except InjectionRefused as error:
            raise RestrictionSyntax(str(error), position) from error

    def _named(self, property_set: UUID) -> Property[object]:
        position, is_text = self.token.position, self.token.kind is Kind.TEXT
        lid_or_name = self.text() if is_text else self.whole_number("a number or a name in double quotes")
        self.need(":")
        kind = _TYPES.get(self.token.key)
        if kind is None:
            self.fail(f"a type, one of {', '.join(_TYPES)}")
        self.advance()
        try:
            return NamedProperty(property_set, lid_or_name, kind)
        except UsageError as error:
            raise RestrictionSyntax(str(error), position) from error

    def sort_key(self) -> SortKey:
        tag = self.property()
        return SortKey(tag, is_descending=not self.take("asc") and self.take("desc"))


def _joined(kind: type[And] | type[Or], parts: Sequence[Restriction]) -> Restriction:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))
