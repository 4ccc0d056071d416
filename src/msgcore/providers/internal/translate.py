"""Restrictions as SQL conditions, for a restriction that has been checked.

A condition may be NULL where the restriction does not hold; where it holds it is true. Each part of a conjunction is
answered exactly by SQL, or left to be evaluated on rows: then a condition that such rows satisfy, if there is one,
narrows them down. Values are always bound, names come from ``COLUMNS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeGuard

import attrs

from msgcore.props.match import matcher
from msgcore.props.restriction import (
    And,
    Annotation,
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
from msgcore.providers.internal.columns import Column, Columns, column_of, folded
from msgcore.providers.internal.fulltext import WordQuery, exact_words, necessary_words
from msgcore.runtime import SqlValue

__all__ = ["Selection", "Translator", "Where"]

_OPERATORS = {
    Relation.LT: "<",
    Relation.LE: "<=",
    Relation.GT: ">",
    Relation.GE: ">=",
    Relation.EQ: "=",
    Relation.NE: "<>",
}
# What SQLite takes has limits: its parser's stack is 100 deep, and expressions are 1,000 levels deep, where those of a
# subquery count twice. Past these the evaluator is not slower either.
_MAX_TERMS = 500
_MAX_DEPTH = 12
_IN_A_CHAIN = 16
_TERMS_OF_WORDS = 10  # each is a subquery


@attrs.frozen
class Where:
    """A condition, its bound values, how many terms it has, and the restriction that it stands for.

    ``words`` is the full-text query of which it is the answer, if it is just that.
    """

    sql: str
    values: tuple[SqlValue, ...]
    means: Restriction
    terms: int = 1
    words: str | None = None


@attrs.frozen
class Selection:
    """The rows that a restriction may leave: those of ``sql``; of them, those that satisfy the residual.

    ``words`` are the full-text queries that each of them is found by.
    """

    sql: str = "1"
    values: tuple[SqlValue, ...] = ()
    translated: Restriction | None = None
    preselected: Restriction | None = None
    residual: Restriction | None = None
    words: tuple[str, ...] = ()


class Translator:
    """Translates for one table. ``is_indexed`` says whether the full-text table has every message of it."""

    def __init__(self, columns: Columns, is_indexed: Callable[[], bool]) -> None:
        self._columns = columns
        self._is_indexed = is_indexed

    def translate(self, restriction: Restriction | None) -> Selection:
        """Translate as much as SQL can answer exactly, and narrow down the rest."""
        if restriction is None:
            return Selection()
        exact: list[Where] = []
        narrowing: list[Where] = []
        residual: list[Restriction] = []
        terms = 0
        for part in _conjuncts(restriction):
            where = self._exact(part)
            if where is None or terms + where.terms > _MAX_TERMS:
                residual.append(part)
                where = self._necessary(part)
                found = narrowing
            else:
                found = exact
            if where is not None and terms + where.terms <= _MAX_TERMS:
                found.append(where)
                terms += where.terms
        every = [*exact, *narrowing]
        return Selection(
            _chain(" and ", [where.sql for where in every]) or "1",
            _values(every),
            _conjunction([where.means for where in exact]),
            _conjunction([where.means for where in narrowing]),
            _conjunction(residual),
            tuple(where.words for where in every if where.words is not None),
        )

    def _exact(self, restriction: Restriction, depth: int = 0) -> Where | None:
        """Give a condition that is true where the restriction holds, and nowhere else."""
        if depth > _MAX_DEPTH:
            return None
        words = exact_words(restriction)
        if words is not None and self._is_indexed():
            return self._found_by(words)
        match restriction:
            case And():
                return _joined(And, [self._exact(part, depth + 1) for part in restriction.parts])
            case Or():
                found = self._is_in(restriction)
                return found or _joined(Or, [self._exact(part, depth + 1) for part in restriction.parts])
            case Not():
                part = self._exact(restriction.part, depth + 1)
                return part and Where(f"({part.sql}) is not true", part.values, restriction, part.terms)
            case Annotation():
                part = self._exact(restriction.part, depth + 1)
                return part and attrs.evolve(part, means=restriction)
            case Content():
                return self._text(restriction)
            case Comparison():
                return self._comparison(restriction)
            case Exists() | Size() | Bitmask():
                column = column_of(restriction.tag, self._columns)
                return None if column is None else _alone(restriction, column)
            case PropertyComparison():
                return self._two_columns(restriction)
            case _:
                return None

    def _necessary(self, restriction: Restriction, depth: int = 0) -> Where | None:
        """Give a condition that is true wherever the restriction holds, and perhaps elsewhere."""
        exact = self._exact(restriction, depth)
        if exact is not None or depth > _MAX_DEPTH:
            return exact
        if isinstance(restriction, And):
            parts = [self._necessary(part, depth + 1) for part in restriction.parts]
            return _joined(And, [part for part in parts if part is not None]) if any(parts) else None
        words = necessary_words(restriction)
        if words is not None:
            return self._found_by(words)  # also of alternatives: one query leads the search
        match restriction:
            case Or():
                return _joined(Or, [self._necessary(part, depth + 1) for part in restriction.parts])
            case Annotation():
                return self._necessary(restriction.part, depth + 1)
            case _:
                return None

    def _found_by(self, query: WordQuery) -> Where:
        if self._is_indexed():
            return Where(_WORDS, (query.text,), query.means, _TERMS_OF_WORDS, query.text)
        return Where(f"(words_id is null or {_WORDS})", (query.text,), query.means, _TERMS_OF_WORDS)

    def _text(self, restriction: Content) -> Where | None:
        column = column_of(restriction.tag, self._columns)
        value = restriction.value
        if column is None or not column.is_text or not isinstance(value, str):
            return None
        if restriction.ignore_non_space or restriction.is_loose:
            return None
        if restriction.ignore_case:
            twin = column.folded
            return None if twin is None else _stands_in(restriction, twin, folded(value))
        # As octets: SQLite's text functions stop at a NUL, and its LIKE folds ASCII.
        octets = value.encode("utf-8", "surrogatepass")
        found = _stands_in(restriction, f"cast({column.name} as blob)", octets)
        if found is not None and column.folded is not None and restriction.mode is ContentMode.FULL:
            return attrs.evolve(
                found, sql=f"({column.folded} = ? and {found.sql})", values=(folded(value), *found.values)
            )
        return found

    def _comparison(self, restriction: Comparison) -> Where | None:
        column = column_of(restriction.tag, self._columns)
        if column is None or restriction.relation not in _OPERATORS:
            return None
        if restriction.relation is Relation.EQ:
            return _in(restriction, column, [restriction.value])
        value = column.to_sql(restriction.value)
        if value is None or column.is_id:
            return None
        return Where(f"{column.name} {_OPERATORS[restriction.relation]} ?", (value,), restriction)

    def _is_in(self, restriction: Or) -> Where | None:
        """Translate alternatives that are all equalities of one column, however many."""
        if not all(map(_is_equality, restriction.parts)) or len(restriction.parts) < 2:
            return None
        equalities = [part for part in restriction.parts if _is_equality(part)]
        column = column_of(equalities[0].tag, self._columns)
        if column is None or any(part.tag != equalities[0].tag for part in equalities):
            return None
        return _in(restriction, column, [part.value for part in equalities])

    def _two_columns(self, restriction: PropertyComparison) -> Where | None:
        left, right = column_of(restriction.tag, self._columns), column_of(restriction.other, self._columns)
        if left is None or right is None or left.to_sql is not right.to_sql or restriction.relation not in _OPERATORS:
            return None
        return Where(f"{left.name} {_OPERATORS[restriction.relation]} {right.name}", (), restriction)


_WORDS = "words_id in (select rowid from message_words where message_words match ?)"


def _conjuncts(restriction: Restriction) -> tuple[Restriction, ...]:
    return restriction.parts if isinstance(restriction, And) else (restriction,)


def _conjunction(parts: Sequence[Restriction]) -> Restriction | None:
    return parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else None


def _values(found: Iterable[Where]) -> tuple[SqlValue, ...]:
    return tuple(value for where in found for value in where.values)


def _joined(kind: type[And] | type[Or], parts: Sequence[Where | None]) -> Where | None:
    there = [part for part in parts if part is not None]
    terms = sum(part.terms for part in there)
    if len(there) < len(parts) or terms > _MAX_TERMS:
        return None
    means = kind(tuple(part.means for part in there))
    word, empty = (" and ", "1") if kind is And else (" or ", "0")
    return Where(f"({_chain(word, [part.sql for part in there]) or empty})", _values(there), means, terms or 1)


def _chain(word: str, parts: Sequence[str]) -> str:
    """Join conditions; many of them in groups, because SQLite counts each ``and`` of a chain as a level."""
    if len(parts) <= _IN_A_CHAIN:
        return word.join(parts)
    groups = [parts[start : start + _IN_A_CHAIN] for start in range(0, len(parts), _IN_A_CHAIN)]
    return word.join(f"({word.join(group)})" for group in groups)


def _is_equality(restriction: Restriction) -> TypeGuard[Comparison]:
    return isinstance(restriction, Comparison) and restriction.relation is Relation.EQ


def _in(restriction: Restriction, column: Column, wanted: Sequence[object]) -> Where | None:
    """Translate equality with one of some values."""
    values = [column.to_sql(value) for value in wanted]
    if column.is_id:
        values = [value for value in values if value is not None]  # another store's id is no row's
    if None in values:
        return None
    marks = "= ?" if len(values) == 1 else f"in ({', '.join('?' * len(values))})"
    if column.folded is None:
        return Where(f"{column.name} {marks}", tuple(values), restriction)
    # The twin has the index.
    keys = [folded(value) for value in values if isinstance(value, str)]
    return Where(f"({column.folded} {marks} and {column.name} {marks})", (*keys, *values), restriction)


def _stands_in(restriction: Content, name: str, value: bytes) -> Where | None:
    if not value and restriction.mode in {ContentMode.PREFIX, ContentMode.SUBSTRING}:
        return Where(f"{name} is not null", (), restriction)  # SQLite takes no part of an empty blob
    match restriction.mode:
        case ContentMode.FULL:
            return Where(f"{name} = ?", (value,), restriction)
        case ContentMode.PREFIX:
            # As a range, which an index gives; no octet of UTF-8 is the last one that there is.
            end = value[:-1] + bytes([value[-1] + 1])
            return Where(f"({name} >= ? and {name} < ?)", (value, end), restriction)
        case ContentMode.SUBSTRING:
            return Where(f"instr({name}, ?) > 0", (value,), restriction)
        case _:
            return None


@attrs.frozen
class _Sample:
    value: object

    def get(self, _tag: object, /) -> object:
        return self.value


def _alone(restriction: Exists | Size | Bitmask, column: Column) -> Where | None:
    exists = f"{column.name} is not null" if column.is_nullable else "1"
    match restriction:
        case Exists():
            return Where(exists, (), restriction)
        case Size():
            if column.is_text:
                return None
            # Any other kind has one size.
            holds = matcher(restriction)(_Sample(column.from_sql(1)))
            return Where(exists if holds else "0", (), restriction)
        case Bitmask():
            if column.is_id or not -(2**63) <= restriction.mask < 2**64:
                return None
            mask = restriction.mask - 2**64 if restriction.mask >= 2**63 else restriction.mask
            return Where(f"({column.name} & ?) {'<>' if restriction.is_set else '='} 0", (mask,), restriction)
