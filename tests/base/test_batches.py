"""Batches: nothing is lost, nothing is doubled, and none is too large or empty."""

from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.batches import batches


@given(st.lists(st.integers(), max_size=20), st.integers(1, 25))
def test_batches_are_the_values_again_and_only_the_last_is_small(values: list[int], size: int) -> None:
    parts = [list(part) for part in batches(values, size)]

    assert [one for part in parts for one in part] == values
    assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
    assert all(0 < len(part) <= size for part in parts)
