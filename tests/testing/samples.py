"""What a strategy gives: a sample to look through, and the smallest example."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def sample(strategy: SearchStrategy[T], count: int = 300) -> list[T]:
    """The same examples at every run."""
    taken: list[T] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=_UNHURRIED,
    )
    @given(strategy)
    def take(value: T) -> None:
        taken.append(value)

    take()
    return taken


def smallest(strategy: SearchStrategy[T], condition: Callable[[T], object] = lambda _: True) -> T:
    """What hypothesis would show of a failure on this condition."""
    unhurried = settings(max_examples=1_000, database=None, derandomize=True, suppress_health_check=_UNHURRIED)
    return find(strategy, lambda value: bool(condition(value)), settings=unhurried)
