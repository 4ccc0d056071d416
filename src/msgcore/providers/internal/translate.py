"""Restrictions as SQL conditions, for a restriction that has been checked.

A condition may be NULL where the restriction does not hold; where it holds it is true. Each part of a conjunction is
answered exactly by SQL, or left to be evaluated on rows: then a condition that such rows satisfy, if there is one,
narrows them down. Values are always bound, names come from ``COLUMNS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from msgcore.providers.internal.dialect import Dialect
from msgcore.providers.internal.fulltext import WordQuery, WordTree, exact_words, necessary_words, put_together
from msgcore.providers.internal.word_sql import with_words
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
    words: WordQuery | None = None


@attrs.frozen
class Selection:
    """The rows that a restriction may leave: those of ``sql``; of them, those that satisfy the residual.

    ``words`` are the full-text queries that each of them is found by.
    """

    sql: str = "true"
    values: tuple[SqlValue, ...] = ()
    translated: Restriction | None = None
    preselected: Restriction | None = None
    residual: Restriction | None = None
    words: tuple[WordTree, ...] = ()


class Translator:
    """Translates for one table. ``is_indexed`` says whether the full-text table has every message of it."""

    def __init__(self, columns: Columns, dialect: Dialect, is_indexed: Callable[[], bool]) -> None:
        self._columns = columns
        self._dialect = dialect
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
        every = self._words_at_once([*exact, *narrowing])
        return Selection(
            _chain(" and ", [where.sql for where in every]) or "true",
            _values(every),
            _conjunction([where.means for where in exact]),
            _conjunction([where.means for where in narrowing]),
            _conjunction(residual),
            tuple(where.words.tree for where in every if where.words is not None),
        )

    def _words_at_once(self, found: list[Where]) -> list[Where]:
        """Ask the full text once for all.

        SQLite would list what each of many queries finds; PostgreSQL would look for their best order for seconds.
        """
        queries = [where.words for where in found if where.words is not None]
        if len(queries) < 2:
            return found
        return [*(where for where in found if where.words is None), *map(self._found_by, put_together(queries))]

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
        found, values = with_words(query.tree, self._dialect.engine)
        sql = f"content_id in ({found})"
        if self._is_indexed():
            return Where(sql, values, query.means, _TERMS_OF_WORDS, query)
        return Where(f"(is_indexed = 0 or {sql})", values, query.means, _TERMS_OF_WORDS)

    def _text(self, restriction: Content) -> Where | None:
        column = column_of(restriction.tag, self._columns)
        value = restriction.value
        if column is None or not column.is_text or not isinstance(value, str):
            return None
        if restriction.ignore_non_space or restriction.is_loose:
            return None
        if restriction.ignore_case:
            twin = column.folded
            return None if twin is None else self._stands_in(restriction, twin, folded(value))
        octets = value.encode("utf-8", "surrogatepass")
        found = self._stands_in(restriction, self._dialect.octets(column.name), octets)
        if found is not None and column.folded is not None and restriction.mode is ContentMode.FULL:
            sql, keys = self._dialect.compared(column.folded, "=", folded(value))
            return attrs.evolve(found, sql=f"({sql} and {found.sql})", values=(*keys, *found.values))
        return found

    def _comparison(self, restriction: Comparison) -> Where | None:
        column = column_of(restriction.tag, self._columns)
        if column is None or restriction.relation not in _OPERATORS:
            return None
        if restriction.relation is Relation.EQ:
            return self._in(restriction, column, [restriction.value])
        value = self._dialect.stored(column.to_sql(restriction.value))
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
        return self._in(restriction, column, [part.value for part in equalities])

    def _two_columns(self, restriction: PropertyComparison) -> Where | None:
        left, right = column_of(restriction.tag, self._columns), column_of(restriction.other, self._columns)
        if left is None or right is None or left.to_sql is not right.to_sql or restriction.relation not in _OPERATORS:
            return None
        return Where(f"{left.name} {_OPERATORS[restriction.relation]} {right.name}", (), restriction)

    def _in(self, restriction: Restriction, column: Column, wanted: Sequence[object]) -> Where | None:
        """Translate equality with one of some values."""
        values = [self._dialect.stored(column.to_sql(value)) for value in wanted]
        if column.is_id:
            values = [value for value in values if value is not None]  # another store's id is no row's
        if None in values:
            return None
        if not values:
            return Where("false", (), restriction)
        sql, bound = self._dialect.is_one_of(column.name, values)
        if column.folded is None:
            return Where(sql, bound, restriction)
        # The twin has the index.
        of_twin, keys = self._dialect.is_one_of(
            column.folded, [folded(value) for value in wanted if isinstance(value, str)]
        )
        return Where(f"({of_twin} and {sql})", (*keys, *bound), restriction)

    def _stands_in(self, restriction: Content, octets: str, value: bytes) -> Where | None:
        if not value and restriction.mode in {ContentMode.PREFIX, ContentMode.SUBSTRING}:
            return Where(f"{octets} is not null", (), restriction)
        match restriction.mode:
            case ContentMode.FULL:
                return Where(*self._dialect.compared(octets, "=", value), restriction)
            case ContentMode.PREFIX:
                # As a range, which an index gives; no octet of UTF-8 is the last one that there is.
                end = value[:-1] + bytes([value[-1] + 1])
                (first, from_here), (last, to_here) = (
                    self._dialect.compared(octets, ">=", value),
                    self._dialect.compared(octets, "<", end),
                )
                return Where(f"({first} and {last})", (*from_here, *to_here), restriction)
            case ContentMode.SUBSTRING:
                return Where(self._dialect.has_part(octets), (value,), restriction)
            case _:
                return None


def _conjuncts(restriction: Restriction) -> Iterator[Restriction]:
    """Give what all has to hold, also of a conjunction inside another."""
    if isinstance(restriction, And):
        for part in restriction.parts:
            yield from _conjuncts(part)
    else:
        yield restriction


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
    word, empty = (" and ", "true") if kind is And else (" or ", "false")
    return Where(f"({_chain(word, [part.sql for part in there]) or empty})", _values(there), means, terms or 1)


def _chain(word: str, parts: Sequence[str]) -> str:
    """Join conditions; many of them in groups, because SQLite counts each ``and`` of a chain as a level."""
    if len(parts) <= _IN_A_CHAIN:
        return word.join(parts)
    groups = [parts[start : start + _IN_A_CHAIN] for start in range(0, len(parts), _IN_A_CHAIN)]
    return word.join(f"({word.join(group)})" for group in groups)


def _is_equality(restriction: Restriction) -> TypeGuard[Comparison]:
    return isinstance(restriction, Comparison) and restriction.relation is Relation.EQ


@attrs.frozen
class _Sample:
    value: object

    def get(self, _tag: object, /) -> object:
        return self.value


def _alone(restriction: Exists | Size | Bitmask, column: Column) -> Where | None:
    exists = f"{column.name} is not null" if column.is_nullable else "true"
    match restriction:
        case Exists():
            return Where(exists, (), restriction)
        case Size():
            if column.is_text:
                return None
            # Any other kind has one size.
            holds = matcher(restriction)(_Sample(column.from_sql(1)))
            return Where(exists if holds else "false", (), restriction)
        case Bitmask():
            if column.is_id or not -(2**63) <= restriction.mask < 2**64:
                return None
            mask = restriction.mask - 2**64 if restriction.mask >= 2**63 else restriction.mask
            return Where(f"({column.name} & ?) {'<>' if restriction.is_set else '='} 0", (mask,), restriction)
