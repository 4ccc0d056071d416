"""When a deferred recipient is tried again, and when it is given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.mta.manager.retry import RetryPolicy, has_expired, next_try

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
EXACT = RetryPolicy(jitter=0.0)
LIFETIME = timedelta(days=5)


def policy_of(shortest_seconds: float, longer_seconds: float, jitter: float) -> RetryPolicy:
    shortest = timedelta(seconds=shortest_seconds)
    return RetryPolicy(shortest, shortest + timedelta(seconds=longer_seconds), jitter)


policies = st.builds(policy_of, st.floats(1e-3, 1e6), st.floats(0, 1e7), st.floats(0, 1))
chances = st.floats(0, 1, exclude_max=True)


@given(st.integers(0, 10**9), policies, chances)
def test_every_wait_is_from_the_shortest_to_the_longest_and_its_jitter(
    tries: int, policy: RetryPolicy, chance: float
) -> None:
    wait = next_try(NOW, tries, policy, chance) - NOW

    assert policy.shortest <= wait <= policy.longest * (1 + policy.jitter)


@given(st.integers(1, 200), policies)
def test_no_wait_is_shorter_than_the_one_before(tries: int, policy: RetryPolicy) -> None:
    assert next_try(NOW, tries, policy, 0.0) <= next_try(NOW, tries + 1, policy, 0.0)


@given(st.integers(1, 20), st.lists(chances, min_size=2, unique_by=lambda chance: round(chance, 6)))
def test_those_that_were_deferred_together_do_not_come_back_together(tries: int, chances: list[float]) -> None:
    due = {next_try(NOW, tries, RetryPolicy(), chance) for chance in chances}

    assert len(due) == len(chances)


def test_waits_double_from_five_minutes_to_four_hours() -> None:
    waits = [(next_try(NOW, tries, EXACT, 0.5) - NOW) // timedelta(minutes=1) for tries in range(1, 9)]

    assert waits == [5, 10, 20, 40, 80, 160, 240, 240]


@pytest.mark.parametrize(
    ("after", "tries", "is_over"),
    [
        (timedelta(days=4, hours=23), 40, False),
        (timedelta(days=5), 40, True),
        (timedelta(days=5), 4, True),
        (timedelta(days=5), 3, False),
    ],
)
def test_a_recipient_expires_when_its_time_is_over_and_it_had_its_tries(
    after: timedelta, tries: int, is_over: bool
) -> None:
    assert has_expired(NOW + after, NOW + LIFETIME, tries, EXACT) is is_over


def test_a_clock_that_jumps_ahead_by_ten_years_ends_nobody_who_was_not_tried() -> None:
    jumped = NOW + timedelta(days=3_650)

    assert not has_expired(jumped, NOW + LIFETIME, 1, EXACT)


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_whoever_is_tried_in_vain_ends_once_its_time_is_over(lifetime: timedelta) -> None:
    now, tries = NOW, 1
    while not has_expired(now, NOW + lifetime, tries, EXACT):
        now, tries = next_try(now, tries, EXACT, 0.0), tries + 1

    assert now <= NOW + max(lifetime + EXACT.longest, timedelta(hours=2))


@pytest.mark.parametrize(
    "wrong",
    [
        {"shortest": timedelta(0)},
        {"shortest": timedelta(hours=5)},
        {"jitter": -0.1},
        {"jitter": 1.1},
        {"least_tries": -1},
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(UsageError):
        RetryPolicy(**wrong)


def test_a_policy_may_spread_a_wait_over_twice_its_length() -> None:
    policy = RetryPolicy(jitter=1.0)
    assert next_try(NOW, 1, policy, 0.5) - NOW == policy.shortest * 1.5


def test_a_policy_may_ask_for_no_tries_at_all() -> None:
    assert has_expired(NOW, NOW, 0, RetryPolicy(least_tries=0))
