"""What a caller asks of a table, checked where it enters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import cast

from msgcore.errors import TooComplex, UsageError, WrongType
from msgcore.props.check import (
    MAX_DEPTH,
    MAX_SORT_KEYS,
    MAX_TERMS,
    Kind,
    check_restriction,
    check_sort_order,
    kind_of,
    parts_of,
)
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Comparison, Count, Restriction, SortKey

__all__ = [
    "MOST_ROWS",
    "both",
    "check_together",
    "checked_columns",
    "checked_order",
    "checked_restriction",
    "without_limit",
]

MOST_ROWS = 100_000

# Room is left for what a table adds of its own: up to 1,000 rows that changed, the values of a category.
_MOST_LEVELS = MAX_DEPTH - 2
_MOST_TERMS = MAX_TERMS - 2_000
_MOST_OF_A_CATEGORY = 5 * MAX_SORT_KEYS


def checked_columns(columns: Iterable[PropertyKey] | str) -> tuple[PropertyKey, ...]:
    """Take columns as property tags, or as text; raises as ``parse_columns`` does, and ``UsageError`` for none."""
    if isinstance(columns, str):
        from msgcore.props.text_form import parse_columns

        columns = parse_columns(columns)
    chosen = tuple(columns) if isinstance(cast(object, columns), Iterable) else ()
    if not chosen or not all(isinstance(one, PropertyKey) for one in cast("tuple[object, ...]", chosen)):
        raise UsageError("a table needs columns: a sequence of property tags, such as [PidTagSubject], or text")
    return chosen


def checked_order(keys: Iterable[SortKey] | str | None) -> tuple[SortKey, ...]:
    """Take a sort order as keys, as text, or as none; raises ``WrongType`` for a key whose values have none."""
    if keys is None:
        return ()
    if isinstance(keys, str):
        from msgcore.props.text_form import parse_sort_order

        keys = parse_sort_order(keys)
    chosen = tuple(keys) if isinstance(cast(object, keys), Iterable) else None
    if chosen is None or not all(isinstance(one, SortKey) for one in cast("tuple[object, ...]", chosen)):
        raise UsageError("a sort order is a sequence of sort keys, such as [PidTagSubject.ascending()], or text")
    check_sort_order(chosen)
    return chosen


def checked_restriction(restriction: Restriction | str | None) -> Restriction | None:
    """Take a restriction, also as text.

    Raises:
        UsageError: it is neither.
        RestrictionSyntax, UnknownProperty: the text is none.
        TooComplex: it goes past what is evaluated.
    """
    if restriction is None:
        return None
    if isinstance(restriction, str):
        from msgcore.props.text_form import parse_restriction

        restriction = parse_restriction(restriction)
    given = cast(object, restriction)
    if not isinstance(given, Restriction):
        hint = "; for equality write tag.equals(value), not tag == value" if isinstance(given, bool) else ""
        raise UsageError(f"need a restriction or its text, got {type(given).__name__}{hint}")
    try:
        check_restriction(restriction, max_depth=_MOST_LEVELS, max_terms=_MOST_TERMS)
    except TooComplex as error:
        raise _with_remedy(error, restriction) from None
    return restriction


def _with_remedy(error: TooComplex, restriction: Restriction) -> TooComplex:
    """Give an error that says what to write, where it is known what was meant."""
    for one in islice(_terms(restriction), MAX_TERMS):
        match cast(object, one):
            case str():
                return TooComplex("a text stands inside a restriction; parse_restriction makes a restriction of it")
            case Comparison(PropertyKey() as tag, _, datetime() as moment):
                if moment.utcoffset() is None and kind_of(tag) is Kind.TIME:
                    written = moment.replace(tzinfo=None).isoformat()
                    return WrongType(f"{tag.label}: need a time with its zone; write {written}Z, or an offset")
            case _:
                pass
    return error


def _terms(restriction: Restriction) -> Iterator[Restriction]:
    waiting = [restriction]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += parts_of(one)


def both(one: Restriction | None, other: Restriction | None) -> Restriction | None:
    """Give what holds where both do; ``None`` always holds."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def check_together(restriction: Restriction | None, condition: Restriction) -> None:
    """See that a table with this restriction can look for the condition.

    Raises:
        TooComplex: both together are past what is evaluated, though each alone is not.
    """
    whole = condition if restriction is None else restriction & condition
    try:
        check_restriction(whole, max_terms=MAX_TERMS - _MOST_OF_A_CATEGORY)
    except TooComplex as error:
        raise TooComplex(f"with what the table shows, {error}") from None


def without_limit(restriction: Restriction | None) -> tuple[Restriction | None, int | None]:
    """Take a ``Count`` apart: what the rows satisfy, and how many of them count; ``None`` for all."""
    if isinstance(restriction, Count):
        return restriction.part, max(0, restriction.limit)
    return restriction, None
