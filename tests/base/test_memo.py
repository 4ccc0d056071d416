"""Results that are kept, and never too many of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.memo import Memo


@given(st.lists(st.integers(0, 20)))
def test_a_memo_gives_what_its_function_does_and_keeps_no_more_than_it_may(keys: list[int]) -> None:
    memo: Memo[int, tuple[int, int]] = Memo(lambda key: (key, key), 7)

    assert [memo[key] for key in keys] == [(key, key) for key in keys]
    assert len(memo) <= 7


def test_what_is_known_is_not_worked_out_again() -> None:
    asked: list[str] = []

    def make(key: str) -> str:
        asked.append(key)
        return key.upper()

    memo = Memo(make, 2)

    assert [memo["a"], memo["a"], memo["b"], memo["a"]] == ["A", "A", "B", "A"]
    assert asked == ["a", "b"]
