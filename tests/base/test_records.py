"""Records are what frozen classes of attrs are, but to be changed."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from msgcore.base.records import record


@record
class Point:
    x: int
    y: int = 0


def test_equal_records_have_one_hash() -> None:
    assert Point(1) == Point(1, 0) != Point(1, 2)
    assert {Point(1), Point(1, 0)} == {Point(1)}


def test_a_record_is_evolved_copied_and_pickled() -> None:
    assert attrs.evolve(Point(1), y=2) == Point(1, 2)
    assert copy.copy(Point(1)) == pickle.loads(pickle.dumps(Point(1))) == Point(1)


def test_a_record_has_the_fields_of_its_class_alone() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 3  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
