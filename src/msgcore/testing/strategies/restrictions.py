"""Restrictions and sort orders over given properties, with values few enough that they often hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.errors import UsageError
from msgcore.props.check import Kind, kind_of
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
from msgcore.props.table import (
    PidTagAddressType,
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagAttachSize,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagRecipientType,
    PidTagSmtpAddress,
)
from msgcore.props.tags import Property
from msgcore.props.types import PropertyType

__all__ = ["few_moments", "few_texts", "few_values", "restrictions", "sort_orders", "table_restrictions"]

_PIECES = [
    "a",
    "A",
    "b",
    "å",
    "Å",
    "A\u030a",
    "ß",
    "SS",
    "ſ",
    "İ",
    "i",
    "%",
    "_",
    "*",
    "'",
    '"',
    "\\",
    " ",
    "é",
    "Ａ",
    "ﬁ",
    "あ",
    "😀",
]
_START = datetime(2026, 1, 1, tzinfo=UTC)
_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})
_PATTERNS = ["", "a", "^a", "b$", "(?i)å", "a|b", "a+b*", ".", r"\pL", r"\bA\b", r"\S\s", "[^a-z]", "^$"]


def few_texts(extra: Sequence[str] = ("\0", "\n", "\x7f")) -> SearchStrategy[str]:
    """Texts of up to four pieces, so few that one often stands in another.

    The pieces are letters that differ in case, in composition, or only when folded, and the signs that SQL, LIKE and
    shells give a meaning; ``extra`` are more of them.
    """
    return st.lists(st.sampled_from([*_PIECES, *extra]), max_size=4).map("".join)


def few_moments() -> SearchStrategy[datetime]:
    """Four moments in UTC, within two seconds."""
    return st.integers(0, 3).map(lambda n: _START + timedelta(seconds=n // 2, microseconds=n % 2))


_FEW: dict[PropertyType, Callable[[], SearchStrategy[object]]] = {
    PropertyType.SHORT: lambda: st.integers(-2, 2),
    PropertyType.LONG: lambda: st.integers(-2, 2),
    PropertyType.I8: lambda: st.integers(-2, 2),
    PropertyType.FLOAT: lambda: st.sampled_from([0.0, -1.0, 1.5]),
    PropertyType.DOUBLE: lambda: st.sampled_from([0.0, -1.0, 1.5]),
    PropertyType.CURRENCY: lambda: st.sampled_from([Decimal(0), Decimal("-1"), Decimal("1.5")]),
    PropertyType.BOOLEAN: st.booleans,
    PropertyType.SYSTIME: few_moments,
    PropertyType.FLOATING_TIME: lambda: few_moments().map(lambda moment: moment.replace(tzinfo=None)),
    PropertyType.CLSID: lambda: st.integers(0, 2).map(lambda number: UUID(int=number)),
    PropertyType.BINARY: lambda: st.binary(max_size=2),
}


def few_values(kind: PropertyType, texts: SearchStrategy[str] | None = None) -> SearchStrategy[object]:
    """Values of a type that are few, so that two of them are often equal; ``texts`` gives those of PT_UNICODE.

    Raises:
        UsageError: the type is PT_NULL, PT_ERROR, PT_OBJECT, or one for rules and servers only.
    """
    if kind.element is PropertyType.UNICODE:
        one: SearchStrategy[object] = few_texts() if texts is None else texts
    elif kind.element in _FEW:
        one = _FEW[kind.element]()
    else:
        raise UsageError(f"no values to look for of type {kind.name}")
    return st.lists(one, max_size=2).map(tuple) if kind.is_multiple else one


_MORE_NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**31, -(2**31), 2**40, 2**70, 300]),
    st.floats(allow_nan=False),
    st.booleans(),
    st.just(Decimal("1.5")),
)
_MASKS = st.sampled_from([0, 1, 2, 8, 0x18, -1, 2**31, 2**63, 2**64 - 1, -(2**63)])
_RELATIONS = st.sampled_from([one for one in Relation if one not in {Relation.MATCHES, Relation.MEMBER_OF}])
_IN_TEXT = st.sampled_from([ContentMode.FULL, ContentMode.SUBSTRING, ContentMode.PREFIX])
_WORDS = st.sampled_from([ContentMode.WORD_PREFIX, ContentMode.PHRASE])
_ROWS: dict[SubTable, Sequence[Property[object]]] = {
    SubTable.RECIPIENTS: (
        PidTagDisplayName,
        PidTagEmailAddress,
        PidTagAddressType,
        PidTagSmtpAddress,
        PidTagRecipientType,
    ),
    SubTable.ATTACHMENTS: (PidTagAttachLongFilename, PidTagAttachMimeTag, PidTagAttachSize, PidTagAttachMethod),
}


def restrictions(
    tags: Sequence[Property[object]], texts: SearchStrategy[str] | None = None
) -> SearchStrategy[Restriction]:
    """Restrictions of every kind but Count over ``tags``, joined by And, Or, Not and Annotation, some six conditions.

    Only what :func:`msgcore.props.check.check_restriction` takes. A number is also compared with numbers of other kinds
    and widths; an AnyRow asks of what recipients and attachments have, whatever ``tags`` are; patterns are RE2's,
    which comes with the extra ``test``. ``texts`` gives the texts to look for.
    """
    some_texts = few_texts() if texts is None else texts
    leaves = st.one_of(*_leaves(tags, some_texts), *(_rows(table, some_texts) for table in SubTable))
    joined = st.recursive(leaves, lambda parts: _joined(parts, tags, some_texts), max_leaves=6)
    # Alone, the recursive strategy hardly ever gives a single condition.
    return st.booleans().flatmap(lambda is_joined: joined if is_joined else leaves)


def table_restrictions(
    tags: Sequence[Property[object]], texts: SearchStrategy[str] | None = None
) -> SearchStrategy[Restriction]:
    """What :func:`restrictions` gives, and now and then only the first rows of it (Count): a question to a table."""
    any_rows = restrictions(tags, texts)
    return any_rows | st.builds(Count, st.integers(0, 4), any_rows)


def _rows(table: SubTable, texts: SearchStrategy[str]) -> SearchStrategy[Restriction]:
    leaves = st.one_of(*_leaves(_ROWS[table], texts))
    return st.builds(AnyRow, st.just(table), leaves | st.builds(Not, leaves) | st.tuples(leaves, leaves).map(And))


def _joined(
    parts: SearchStrategy[Restriction], tags: Sequence[Property[object]], texts: SearchStrategy[str]
) -> SearchStrategy[Restriction]:
    several = st.lists(parts, max_size=3).map(tuple)
    one_value = st.sampled_from(tags).flatmap(lambda tag: st.tuples(st.just(tag), few_values(tag.value_type, texts)))
    annotated = st.builds(Annotation, parts, st.lists(one_value, max_size=2).map(tuple))
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, parts) | annotated


def _leaves(tags: Sequence[Property[object]], texts: SearchStrategy[str]) -> list[SearchStrategy[Restriction]]:
    any_tag = st.sampled_from(tags)
    leaves: list[SearchStrategy[Restriction]] = [
        st.builds(Exists, any_tag),
        st.builds(Size, any_tag, _RELATIONS, st.integers(0, 8)),
        any_tag.flatmap(lambda tag: st.builds(Comparison, st.just(tag), _RELATIONS, _wanted(tag, texts))),
        any_tag.flatmap(
            lambda tag: st.builds(PropertyComparison, st.just(tag), _RELATIONS, st.sampled_from(_like(tag, tags)))
        ),
        st.builds(AmbiguousName, _some_words(texts)),
    ]
    textual = [tag for tag in tags if kind_of(tag) is Kind.TEXT]
    if textual:
        any_text = st.sampled_from(textual)
        leaves.append(_content(any_text, _IN_TEXT, texts))
        leaves.append(_content(any_text, _WORDS, _some_words(texts)))
        leaves.append(st.builds(Comparison, any_text, st.just(Relation.MATCHES), st.sampled_from(_PATTERNS)))
    binary = [tag for tag in tags if kind_of(tag) is Kind.OCTETS]
    if binary:
        leaves.append(st.builds(Content, st.sampled_from(binary), _IN_TEXT, st.binary(max_size=2)))
    integers = [tag for tag in tags if tag.value_type.element in _INTEGERS]
    if integers:
        leaves.append(st.builds(Bitmask, st.sampled_from(integers), _MASKS, st.booleans()))
    return leaves


def _content(
    tags: SearchStrategy[Property[object]], modes: SearchStrategy[ContentMode], texts: SearchStrategy[str]
) -> SearchStrategy[Restriction]:
    return st.builds(Content, tags, modes, texts, st.booleans(), st.booleans(), st.sampled_from([False, False, True]))


def _some_words(texts: SearchStrategy[str]) -> SearchStrategy[str]:
    return texts | st.tuples(texts, texts).map(" ".join)


def _wanted(tag: Property[object], texts: SearchStrategy[str]) -> SearchStrategy[object]:
    """Values to compare a property with; of a multiple-valued one, one for each of its elements or several for all."""
    kind = tag.value_type
    one = _MORE_NUMBERS if kind_of(tag) is Kind.NUMBER else few_values(kind.element, texts)
    return one | few_values(kind, texts) if kind.is_multiple else one


def _like(tag: Property[object], tags: Sequence[Property[object]]) -> list[Property[object]]:
    """Give the properties that compare with ``tag``, itself among them."""
    return [one for one in tags if kind_of(one) is kind_of(tag)]


def sort_orders(tags: Sequence[Property[object]]) -> SearchStrategy[list[SortKey]]:
    """None to three sort keys over ``tags``, either way round, multiple-valued ones left out; a tag may come again."""
    single = [tag for tag in tags if not tag.value_type.is_multiple]
    return st.lists(st.builds(SortKey, st.sampled_from(single), st.booleans()), max_size=3)
