"""Restrictions and their reference evaluator."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import TooComplex, UsageError
from msgcore.props import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagImportance,
    PidTagMessageFlags,
    PidTagMessageSize,
    PidTagNormalizedSubject,
    PidTagSubject,
    PropBag,
    Restriction,
    match,
)
from msgcore.props.restriction import Not, PropertyComparison, Relation, Size
from msgcore.props.table import PidNameKeywords

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def bag() -> PropBag:
    made = PropBag()
    made[PidTagSubject] = "Résumé of the Meeting"
    made[PidTagMessageSize] = 10_000
    made[PidTagMessageFlags] = 0x11
    made[PidTagClientSubmitTime] = NOW
    made[PidNameKeywords] = ("red", "blue")
    return made


@pytest.mark.parametrize(
    ("restriction", "holds"),
    [
        (PidTagSubject.contains("Meeting"), True),
        (PidTagSubject.contains("meeting"), False),
        (PidTagSubject.contains("meeting", ignore_case=True), True),
        (PidTagSubject.contains("resume", ignore_non_space=True), True),
        (PidTagSubject.starts_with("Rés"), True),
        (PidTagSubject.starts_with("Meeting"), False),
        (PidTagSubject.equals("résumé OF the meeting", ignore_case=True), True),
        (PidTagSubject.contains(""), True),
        (PidTagMessageSize > 9_999, True),
        (PidTagMessageSize >= 10_000, True),
        (PidTagMessageSize < 10_000, False),
        (PidTagMessageSize <= 10_000, True),
        (PidTagClientSubmitTime < NOW, False),
        (PidTagMessageFlags.has_any_bit(0x10), True),
        (PidTagMessageFlags.has_no_bit(0x10), False),
        (PidTagMessageFlags.has_no_bit(0x100), True),
        (PidTagSubject.exists(), True),
        (PidTagBody.exists(), False),
        (PidTagImportance.is_in([1, 2]), False),
        (PidTagMessageSize.is_in([1, 10_000]), True),
        (PidNameKeywords.equals("blue"), True),
        (PidNameKeywords.contains("lu"), True),
        (PidNameKeywords.equals("green"), False),
        (PidNameKeywords.equals(("red", "blue")), True),
        (PropertyComparison(PidTagSubject, Relation.EQ, PidTagNormalizedSubject), False),
        (Size(PidTagSubject, Relation.EQ, 42), True),
    ],
)
def test_what_each_kind_means(restriction: Restriction, holds: bool) -> None:
    assert match(restriction, bag()) is holds


@pytest.mark.parametrize(
    "restriction",
    [
        PidTagBody.contains("x"),
        PidTagBody.equals("x"),
        PidTagBody.not_equals("x"),
        PidTagImportance < 5,
        PidTagImportance.has_no_bit(1),
        Size(PidTagBody, Relation.LT, 10),
    ],
)
def test_an_absent_property_satisfies_nothing_and_not_turns_that_round(restriction: Restriction) -> None:
    assert match(restriction, bag()) is False
    assert match(Not(restriction), bag()) is True


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_and_and_or_are_those_of_logic(facts: list[bool]) -> None:
    parts = [PidTagSubject.exists() if fact else PidTagBody.exists() for fact in facts]
    both, either = parts[0], parts[0]
    for part in parts[1:]:
        both, either = both & part, either | part
    assert match(both, bag()) is all(facts)
    assert match(either, bag()) is any(facts)
    assert match(~both, bag()) is not all(facts)


def test_a_restriction_is_neither_true_nor_false() -> None:
    """`and` between two restrictions would silently drop the first."""
    with pytest.raises(UsageError, match="combine with"):
        bool(PidTagSubject.exists())


@pytest.mark.parametrize(
    "restriction",
    [PidTagSubject < 5, PidTagMessageSize.contains("1"), PidTagSubject.has_any_bit(1), PidTagClientSubmitTime > "2026"],
)
def test_kinds_that_have_no_order_are_too_complex(restriction: Restriction) -> None:
    with pytest.raises(TooComplex):
        match(restriction, bag())


def test_depth_and_breadth_are_limited_without_recursion() -> None:
    deep: Restriction = PidTagSubject.exists()
    for _ in range(10_000):
        deep = Not(deep)
    with pytest.raises(TooComplex, match="deeper"):
        match(deep, bag())
    with pytest.raises(TooComplex, match="terms"):
        match(PidTagMessageSize.is_in(range(20_000)), bag())
