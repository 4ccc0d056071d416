"""What is refused before any row is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import TooComplex, WrongType
from msgcore.props.check import (
    MAX_DEPTH,
    MAX_PATTERNS,
    MAX_SORT_KEYS,
    MAX_TERMS,
    check_restriction,
    check_sort_order,
)
from msgcore.props.regex import MAX_PATTERN_CHARACTERS
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
    any_attachment,
    any_recipient,
    at_most,
)
from msgcore.props.table import PidTagBody, PidTagImportance, PidTagMessageSize, PidTagSubject
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing.strategies import restrictions, table_restrictions

TAGS: dict[str, Property[Any]] = {
    kind.name: PropertyTag[Any](0x6800 + number, kind, kind.name) for number, kind in enumerate(PropertyType)
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = PidTagSubject.exists()
NUMBERS = ["SHORT", "LONG", "I8", "FLOAT", "DOUBLE", "CURRENCY", "BOOLEAN", "ERROR"]

WITHOUT_ORDER = {"NULL", "OBJECT", "RESTRICTION", "UNSPECIFIED"}

# Values of each kind, and the single-valued types that compare with them.
KINDS: list[tuple[list[object], list[str]]] = [
    (["", "text", "\ud800"], [name for name in ("UNICODE", "STRING8") if name in TAGS]),
    ([b"", b"\0"], ["BINARY", "SERVER_ID", "RULE_ACTION"]),
    ([0, -1, 2**70, True, 1.5, float("inf"), Decimal("1.5")], NUMBERS),
    ([NOW, NOW.astimezone(timezone(timedelta(hours=5)))], ["SYSTIME"]),
    ([datetime(2026, 1, 1)], ["FLOATING_TIME"]),
    ([UUID(int=1)], ["CLSID"]),
]
COMPARABLE = [name for _, names in KINDS for name in names]
VALUES = [value for values, _ in KINDS for value in values]
TAKEN = {(name, repr(value)) for values, names in KINDS for name in names for value in values}

ASKED: dict[str, Callable[[Property[Any]], Restriction]] = {
    "comparison": lambda tag: Comparison(tag, Relation.EQ, 1),
    "two properties": lambda tag: PropertyComparison(tag, Relation.EQ, tag),
    "size": lambda tag: Size(tag, Relation.EQ, 1),
    "bitmask": lambda tag: Bitmask(tag, 1),
    "content": lambda tag: Content(tag, ContentMode.FULL, "a"),
}

relations = st.sampled_from([one for one in Relation if one not in {Relation.MATCHES, Relation.MEMBER_OF}])


def is_taken(restriction: object) -> bool:
    """Say whether it is, or raises WrongType."""
    try:
        check_restriction(cast(Restriction, restriction))
    except WrongType:
        return False
    return True


# Kinds


@given(st.sampled_from(COMPARABLE), relations, st.sampled_from(VALUES))
def test_a_property_compares_with_values_of_its_kind_only(name: str, relation: Relation, value: object) -> None:
    assert is_taken(Comparison(TAGS[name], relation, value)) is ((name, repr(value)) in TAKEN)


@given(st.sampled_from(COMPARABLE).filter(lambda name: f"MV_{name}" in TAGS), relations, st.sampled_from(VALUES))
def test_a_multiple_valued_property_compares_with_what_one_of_it_does(
    name: str, relation: Relation, value: object
) -> None:
    expected = (name, repr(value)) in TAKEN
    assert is_taken(Comparison(TAGS[f"MV_{name}"], relation, value)) is expected
    assert is_taken(Comparison(TAGS[f"MV_{name}"], relation, (value, value))) is expected


@given(st.sampled_from(COMPARABLE), relations, st.sampled_from(VALUES))
def test_a_single_valued_property_compares_with_no_tuple(name: str, relation: Relation, value: object) -> None:
    assert not is_taken(Comparison(TAGS[name], relation, (value,)))


@given(st.sampled_from(COMPARABLE), relations, st.sampled_from(COMPARABLE))
def test_two_properties_compare_when_their_kinds_are_one(name: str, relation: Relation, other: str) -> None:
    expected = any(name in names and other in names for _, names in KINDS)
    assert is_taken(PropertyComparison(TAGS[name], relation, TAGS[other])) is expected


@pytest.mark.parametrize("name", sorted(WITHOUT_ORDER & set(TAGS)))
@pytest.mark.parametrize("made", ASKED)
def test_of_a_type_without_comparable_values_only_existence_is_asked(name: str, made: str) -> None:
    assert not is_taken(ASKED[made](TAGS[name]))
    assert is_taken(Exists(TAGS[name]))


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), Decimal("sNaN")])
def test_nothing_compares_with_nan(value: object) -> None:
    with pytest.raises(WrongType, match="NaN"):
        check_restriction(Comparison(TAGS["DOUBLE"], Relation.EQ, value))


@pytest.mark.parametrize("value", [None, [1], object(), PidTagSubject, bytearray(b"a")])
def test_what_is_no_value_of_any_property_is_refused(value: object) -> None:
    assert not is_taken(Comparison(TAGS["BINARY"], Relation.EQ, value))


def test_a_time_that_utc_cannot_hold_is_refused() -> None:
    late = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
    with pytest.raises(WrongType, match="out of range"):
        check_restriction(TAGS["SYSTIME"] > late)


@pytest.mark.parametrize(
    ("name", "mode", "value", "taken"),
    [
        *[("UNICODE", mode, "a", True) for mode in ContentMode],
        *[("MV_UNICODE", mode, "a", True) for mode in ContentMode],
        ("UNICODE", ContentMode.FULL, b"a", False),
        ("BINARY", ContentMode.FULL, b"a", True),
        ("BINARY", ContentMode.SUBSTRING, b"a", True),
        ("MV_BINARY", ContentMode.PREFIX, b"a", True),
        ("BINARY", ContentMode.PREFIX, "a", False),
        ("BINARY", ContentMode.WORD_PREFIX, b"a", False),
        ("BINARY", ContentMode.PHRASE, b"a", False),
        ("LONG", ContentMode.SUBSTRING, "1", False),
        ("SYSTIME", ContentMode.PREFIX, "2026", False),
    ],
)
def test_text_is_looked_for_in_text_and_octets_in_octets(
    name: str, mode: ContentMode, value: str | bytes, taken: bool
) -> None:
    assert is_taken(Content(TAGS[name], mode, value)) is taken


@pytest.mark.parametrize("name", list(TAGS))
def test_only_integers_have_bits(name: str) -> None:
    assert is_taken(Bitmask(TAGS[name], 1)) is (name.removeprefix("MV_") in {"SHORT", "LONG", "I8", "ERROR"})


@pytest.mark.parametrize(
    ("mask", "taken"),
    [
        (0, True),
        (2**64 - 1, True),
        (-(2**63), True),
        (2**64, False),
        (-(2**63) - 1, False),
        (True, False),
        (1.0, False),
    ],
)
def test_a_mask_has_64_bits(mask: int, taken: bool) -> None:
    assert is_taken(Bitmask(PidTagImportance, mask)) is taken


@pytest.mark.parametrize(("size", "taken"), [(0, True), (2**63 - 1, True), (2**63, False), (-1, False), (1.5, False)])
def test_a_size_is_a_number_of_octets(size: int, taken: bool) -> None:
    assert is_taken(PidTagBody.value_size > size) is taken


# Patterns


@pytest.mark.parametrize("pattern", ["", "a+b", r"^\pL\d$", "(?i)å", "あ|い", "a{2,3}?"])
def test_patterns_of_re2_are_taken(pattern: str) -> None:
    assert is_taken(PidTagSubject.matches(pattern))


@pytest.mark.parametrize("pattern", ["(", "a**", r"(a)\1", "(?=a)", "a{2000}", "[z-a]", "\\", "((a{100}){100}){100}"])
def test_what_re2_does_not_take_is_too_complex(pattern: str) -> None:
    with pytest.raises(TooComplex, match="pattern"):
        check_restriction(PidTagSubject.matches(pattern))


@given(st.text(st.sampled_from("ab()[]{}*+?|\\^$.-,1:<>P=!\ud800\0å") | st.characters(), max_size=20))
def test_any_text_is_a_pattern_or_too_complex(pattern: str) -> None:
    try:
        check_restriction(PidTagSubject.matches(pattern))
    except TooComplex as error:
        assert "pattern" in str(error)


def test_a_pattern_has_a_length_that_is_taken() -> None:
    assert is_taken(PidTagSubject.matches("a" * MAX_PATTERN_CHARACTERS))
    with pytest.raises(TooComplex, match="characters"):
        check_restriction(PidTagSubject.matches("a" * (MAX_PATTERN_CHARACTERS + 1)))


def test_so_many_patterns_are_taken_and_no_more() -> None:
    patterns = [PidTagSubject.matches(str(number)) for number in range(MAX_PATTERNS + 1)]
    assert is_taken(Or(tuple(patterns[:-1])))
    with pytest.raises(TooComplex, match="patterns"):
        check_restriction(Or(tuple(patterns)))


@pytest.mark.parametrize(
    "restriction",
    [
        Comparison(PidTagSubject, Relation.MATCHES, 5),
        Comparison(PidTagSubject, Relation.MATCHES, ("a",)),
        Comparison(PidTagMessageSize, Relation.MATCHES, "a"),
        Comparison(TAGS["BINARY"], Relation.MATCHES, b"a"),
        Size(PidTagSubject, Relation.MATCHES, 5),
    ],
)
def test_a_pattern_is_text_and_looked_for_in_text(restriction: Restriction) -> None:
    assert not is_taken(restriction)


# Places, depth and size


@pytest.mark.parametrize(
    ("restriction", "reason"),
    [
        (Comparison(PidTagSubject, Relation.MEMBER_OF, "list"), "directory"),
        (PropertyComparison(PidTagSubject, Relation.MEMBER_OF, PidTagBody), "directory"),
        (Size(PidTagSubject, Relation.MEMBER_OF, 1), "directory"),
        (PropertyComparison(PidTagSubject, Relation.MATCHES, PidTagBody), "another property"),
        (And((at_most(5, HERE),)), "whole"),
        (~at_most(5, HERE), "whole"),
        (at_most(5, HERE).annotated({PidTagSubject: "a"}), "whole"),
        (any_recipient(at_most(5, HERE)), "whole"),
        (any_recipient(~any_attachment(HERE)), "rows of a message"),
        (any_recipient(HERE & any_recipient(HERE)), "rows of a message"),
    ],
)
def test_what_no_store_evaluates_is_too_complex(restriction: Restriction, reason: str) -> None:
    with pytest.raises(TooComplex, match=reason):
        check_restriction(restriction)


@pytest.mark.parametrize(
    "restriction", [at_most(0, HERE), at_most(5, any_recipient(HERE) & ~any_attachment(HERE)), And(()), Or(())]
)
def test_what_stands_in_its_place_is_taken(restriction: Restriction) -> None:
    assert is_taken(restriction)


def nested(depth: int) -> Restriction:
    made = HERE
    for _ in range(depth - 1):
        made = Not(made)
    return made


def test_a_restriction_is_so_deep_and_no_deeper() -> None:
    assert is_taken(nested(MAX_DEPTH))
    with pytest.raises(TooComplex, match="deeper"):
        check_restriction(nested(MAX_DEPTH + 1))


def test_ten_thousand_levels_end_without_recursion() -> None:
    with pytest.raises(TooComplex, match="deeper"):
        check_restriction(nested(10_000))


def test_a_restriction_has_so_many_terms_and_no_more() -> None:
    assert is_taken(PidTagMessageSize.is_in(range(MAX_TERMS - 1)))
    with pytest.raises(TooComplex, match="terms"):
        check_restriction(PidTagMessageSize.is_in(range(MAX_TERMS)))


def test_terms_that_are_one_object_count_each_time() -> None:
    made = HERE
    for _ in range(5):
        made = And((made,) * 9_000)
    with pytest.raises(TooComplex, match="terms"):
        check_restriction(made)


# What is no restriction


def test_comparing_tags_by_equality_is_explained() -> None:
    with pytest.raises(TooComplex, match=r"bool is no restriction; for equality write tag\.equals"):
        check_restriction(cast(Restriction, PidTagSubject == cast(Any, "a")))


NONE = cast(Any, None)


@pytest.mark.parametrize(
    "restriction",
    [
        None,
        "subject",
        Restriction(),
        Not(NONE),
        And((HERE, NONE)),
        And(cast(Any, [HERE])),
        Or(NONE),
        AnyRow(SubTable.RECIPIENTS, cast(Any, "a")),
        AnyRow(cast(Any, "recipient"), HERE),
        Count(cast(Any, "5"), HERE),
        Count(-1, HERE),
        Annotation(HERE, cast(Any, [])),
        Annotation(HERE, cast(Any, (1,))),
        Annotation(HERE, ((PidTagImportance, "a"),)),
        AmbiguousName(cast(Any, b"ann")),
        Exists(cast(Any, "PidTagSubject")),
        Comparison(cast(Any, 5), Relation.EQ, 5),
        Comparison(PidTagSubject, cast(Any, "=="), "a"),
        Content(PidTagSubject, cast(Any, "full"), "a"),
        PropertyComparison(PidTagSubject, Relation.EQ, NONE),
        Bitmask(PidTagImportance, NONE),
        Size(PidTagSubject, NONE, 1),
    ],
    ids=lambda one: repr(one).partition(" at 0x")[0],
)
def test_what_is_no_restriction_or_holds_none_is_too_complex(restriction: object) -> None:
    with pytest.raises(TooComplex):
        check_restriction(cast(Restriction, restriction))


# What is taken, is taken joined


@given(
    restrictions([TAGS[name] for name in ("SHORT", "LONG", "DOUBLE", "CURRENCY", "MV_LONG")]),
    restrictions([PidTagSubject, PidTagImportance]),
)
def test_what_is_taken_can_be_joined(one: Restriction, other: Restriction) -> None:
    assert is_taken((one & other) | ~one)


@given(table_restrictions([PidTagSubject]))
def test_what_is_taken_can_be_annotated_or_is_a_count(one: Restriction) -> None:
    try:
        check_restriction(Annotation(one, ()))
    except TooComplex:
        assert isinstance(one, Count)


# Sort orders


@pytest.mark.parametrize("name", list(TAGS))
def test_rows_are_sorted_by_what_has_an_order(name: str) -> None:
    keys = [TAGS[name].ascending()]
    if name in WITHOUT_ORDER:
        with pytest.raises(WrongType, match=name):
            check_sort_order(keys)
    else:
        check_sort_order(keys)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ([PidTagSubject], "write tag.ascending"),
        ([None], "no sort key"),
        ([SortKey(cast(Any, "subject"))], "PropertyKey"),
        ([PidTagSubject.ascending()] * (MAX_SORT_KEYS + 1), "keys"),
    ],
)
def test_what_is_no_sort_order_is_too_complex(keys: Sequence[object], reason: str) -> None:
    with pytest.raises(TooComplex, match=reason):
        check_sort_order(cast("Sequence[SortKey]", keys))
