"""Sets of unique ids: ranges that stay ranges."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msgcore.wire.imap import MAX_UID, UidSet

_SMALL = st.integers(1, 30)
SETS = st.lists(st.tuples(_SMALL, _SMALL).map(lambda pair: (min(pair), max(pair))), max_size=6).map(
    lambda ranges: UidSet(tuple(ranges))
)
EVERYTHING = UidSet(((1, MAX_UID),))


@given(st.lists(SETS, max_size=4))
def test_a_union_has_the_numbers_of_all_rising_and_once(sets: list[UidSet]) -> None:
    assert UidSet.union(*sets) == UidSet.of(number for one in sets for number in one)


@given(SETS, SETS)
def test_what_is_left_out_is_not_there(one: UidSet, other: UidSet) -> None:
    assert one.without(other) == UidSet.of(set(one) - set(other))


@given(SETS, st.integers(-5, 40), st.integers(-5, 40))
def test_places_count_from_0(one: UidSet, start: int, stop: int) -> None:
    assert list(one.between(start, stop)) == list(one)[max(0, start) : max(0, stop)]


def test_a_set_of_everything_stays_one_range() -> None:
    assert UidSet.union(EVERYTHING, EVERYTHING) == EVERYTHING
    assert EVERYTHING.without(UidSet.of([7])).ranges == ((1, 6), (8, MAX_UID))
    assert EVERYTHING.between(10, 20).ranges == ((11, 20),)
