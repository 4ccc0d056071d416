"""Restrictions and sort orders as SQL.

What cannot be translated comes back as a residual, which the store evaluates on rows with the reference evaluator;
the SQL never leaves out a row that the restriction would keep. Values are always bound, names come from ``COLUMNS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

from msgcore.base.text import fold
from msgcore.errors import TooComplex, UsageError
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
    SortKey,
)
from msgcore.props.types import PropertyType
from msgcore.props.values import check_value
from msgcore.providers.internal.columns import Column, column_of
from msgcore.providers.internal.records import clean
from msgcore.runtime import SqlValue

__all__ = ["Where", "order_by", "translate"]

_OPERATORS = {
    Relation.LT: "<",
    Relation.LE: "<=",
    Relation.GT: ">",
    Relation.GE: ">=",
    Relation.EQ: "=",
    Relation.NE: "<>",
}
# What SQLite takes has limits (its parser's stack is 100 deep); past these the evaluator is not slower either.
_MAX_TERMS = 500
_MAX_DEPTH = 20


@attrs.frozen
class Where:
    """A condition that is never NULL, its bound values, how many terms it has, and what is left to evaluate on rows."""

    sql: str
    values: tuple[SqlValue, ...] = ()
    residual: Restriction | None = None
    terms: int = 1


def translate(restriction: Restriction | None) -> Where:
    """Translate as much as SQL can answer exactly.

    Raises:
        TooComplex: a comparison of kinds that have no order.
    """
    if restriction is None:
        return Where("1")
    parts = restriction.parts if isinstance(restriction, And) else (restriction,)
    sql: list[str] = []
    values: list[SqlValue] = []
    residual: list[Restriction] = []
    terms = 0
    for part in parts:
        exact = _exact(part)
        if exact is None or terms + exact.terms > _MAX_TERMS:
            residual.append(part)
        else:
            sql.append(exact.sql)
            values.extend(exact.values)
            terms += exact.terms
    rest = None if not residual else residual[0] if len(residual) == 1 else And(tuple(residual))
    return Where(" and ".join(sql) or "1", tuple(values), rest)


def order_by(keys: Sequence[SortKey]) -> str | None:
    """Give the ORDER BY of sort keys, with the id as the last one; ``None`` when SQL has no column for a key."""
    terms: list[str] = []
    for key in keys:
        column = column_of(key.tag)
        # Text without a folded twin would be sorted by case.
        if column is None or (column.folded is None and column.tag.value_type is PropertyType.UNICODE):
            return None
        terms.append(f"{column.folded or column.name} {'desc' if key.is_descending else 'asc'}")
    last = "desc" if keys and keys[-1].is_descending else "asc"
    return ", ".join([*terms, f"id {last}"])


def _exact(restriction: Restriction, depth: int = 0) -> Where | None:
    if depth > _MAX_DEPTH:
        return None
    match restriction:
        case And() | Or():
            parts = [_exact(part, depth + 1) for part in restriction.parts]
            terms = sum(part.terms for part in parts if part is not None)
            if None in parts or terms > _MAX_TERMS:
                return None
            word, empty = (" and ", "1") if isinstance(restriction, And) else (" or ", "0")
            joined = word.join(part.sql for part in parts if part is not None) or empty
            values = tuple(value for part in parts if part is not None for value in part.values)
            return Where(f"({joined})", values, terms=terms)
        case Not():
            part = _exact(restriction.part, depth + 1)
            return None if part is None else Where(f"not ({part.sql})", part.values, terms=part.terms)
        case Exists():
            column = column_of(restriction.tag)
            return None if column is None else Where(f"({column.name} is not null)")
        case Comparison():
            return _comparison(restriction)
        case PropertyComparison():
            left, right = column_of(restriction.tag), column_of(restriction.other)
            if left is None or right is None or left.tag.value_type is not right.tag.value_type:
                return None
            return Where(f"coalesce({left.name} {_OPERATORS[restriction.relation]} {right.name}, 0)")
        case Bitmask():
            column = column_of(restriction.tag)
            if column is None or column.name != "flags" or not -(2**63) <= restriction.mask < 2**63:
                return None
            relation = "<>" if restriction.is_set else "="
            return Where(f"(({column.name} & ?) {relation} 0)", (restriction.mask,))
        case Content():
            return _content(restriction)
        case _:
            return None


def _comparison(restriction: Comparison) -> Where | None:
    column = column_of(restriction.tag)
    if column is None or _is_for_the_evaluator(column, restriction.value):
        return None
    value = column.to_sql(_checked(restriction.tag, restriction.value))
    return Where(f"coalesce({column.name} {_OPERATORS[restriction.relation]} ?, 0)", (value,))


def _is_for_the_evaluator(column: Column, value: object) -> bool:
    """Say whether a value compares with the column's, but SQL cannot hold it: any number, any text."""
    if isinstance(value, str):
        return clean(value) != value
    if column.tag.value_type in {PropertyType.LONG, PropertyType.I8}:
        return isinstance(value, bool | float | Decimal) or (isinstance(value, int) and not -(2**31) <= value < 2**31)
    return False


def _checked(tag: PropertyKey, value: object) -> object:
    try:
        return check_value(tag, value)
    except UsageError as error:
        raise TooComplex(str(error)) from error


def _content(restriction: Content) -> Where | None:
    column = column_of(restriction.tag)
    if column is None or not isinstance(restriction.value, str) or restriction.ignore_non_space:
        return None
    if restriction.ignore_case:
        if column.folded is None:
            return None
        name, value = column.folded, fold(restriction.value).encode("utf-8", "surrogatepass")
    else:
        # As octets: SQLite's text functions stop at a NUL, and its LIKE folds ASCII.
        name, value = f"cast({column.name} as blob)", restriction.value.encode("utf-8", "surrogatepass")
    if not value and restriction.mode is not ContentMode.FULL:
        return Where(f"({name} is not null)")  # SQLite takes no part of an empty blob
    match restriction.mode:
        case ContentMode.FULL:
            return Where(f"coalesce({name} = ?, 0)", (value,))
        case ContentMode.PREFIX:
            return Where(f"coalesce(substr({name}, 1, {len(value)}) = ?, 0)", (value,))
        case ContentMode.SUBSTRING:
            return Where(f"coalesce(instr({name}, ?) > 0, 0)", (value,))
