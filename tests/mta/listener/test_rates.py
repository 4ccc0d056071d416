"""Leaky buckets, and many of them."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.mta.listener import Rate
from msgcore.mta.listener.rates import Meter, Meters

RATES = st.builds(Rate, st.integers(1, 5), st.integers(1, 60))
GAPS = st.lists(st.floats(0, 30), max_size=40)


@given(RATES, GAPS, st.floats(0, 1e6))
def test_in_no_time_more_is_taken_than_at_once_and_what_runs_off(rate: Rate, gaps: list[float], now: float) -> None:
    meter, taken = Meter(), list[float]()
    for gap in gaps:
        now += gap
        if meter.take("mail", rate, now):
            taken.append(now)
    for first, begin in enumerate(taken):
        for last, end in enumerate(taken[first:], first):
            assert last - first + 1 <= rate.count * (1 + (end - begin) / rate.seconds) + 1e-3


@given(RATES, st.integers(0, 100))
def test_who_keeps_the_pace_is_never_refused(rate: Rate, count: int) -> None:
    meter = Meter()

    assert all(meter.take("mail", rate, turn * rate.seconds / rate.count) for turn in range(count))


@given(RATES, st.lists(st.floats(0, 1e9), max_size=5))
def test_whatever_came_there_is_room_again_in_time(rate: Rate, amounts: list[float]) -> None:
    meter = Meter()
    for amount in amounts:
        meter.add("octets", rate, 7.0, amount)

    assert meter.has_room("octets", rate, 7.0 + rate.seconds * 1.001)


def test_what_is_past_the_rate_counts_once_it_has_come() -> None:
    meter, rate = Meter(), Rate(100, 10)
    has_room = [meter.has_room("octets", rate, 0.0)]
    meter.add("octets", rate, 0.0, 150)
    has_room += [meter.has_room("octets", rate, moment) for moment in (0.0, 4.9, 5.1)]

    assert has_room == [True, False, False, True]


def test_kinds_do_not_share_a_bucket() -> None:
    meter = Meter()

    assert [meter.take(kind, Rate(1), 0.0) for kind in ("mail", "mail", "rcpt")] == [True, False, True]


def test_no_rate_is_no_limit() -> None:
    meter = Meter()

    assert all(meter.take("mail", None, 0.0) and meter.has_room("mail", None, 0.0) for _ in range(9))


@given(RATES, st.lists(st.tuples(st.integers(0, 9), st.floats(0, 100)), max_size=60))
def test_to_forget_who_is_as_new_changes_nothing(rate: Rate, turns: list[tuple[int, float]]) -> None:
    """Ten clients come; all of them fit, but only with those that are forgotten in between."""
    meters, all_of_them, now = Meters[int](10), defaultdict[int, Meter](Meter), 0.0
    for client, gap in turns:
        now += gap
        assert meters.of(client, now).take("mail", rate, now) == all_of_them[client].take("mail", rate, now)


@given(st.integers(1, 8), st.lists(st.integers(0, 30), max_size=60))
def test_there_are_never_more_meters_than_are_remembered(most: int, clients: list[int]) -> None:
    meters = Meters[int](most)
    for client in clients:
        meters.of(client, 0.0).take("mail", Rate(1), 0.0)
        assert len(meters) <= most


def test_who_is_here_is_never_forgotten() -> None:
    meters = Meters[int](2)
    here = meters.of(0, 0.0)
    here.places = 1
    for client in range(1, 9):
        meters.of(client, 0.0).take("mail", Rate(1), 0.0)

    assert meters.of(0, 0.0) is here


@pytest.mark.parametrize(("count", "seconds"), [(0, 1), (1, 0), (-1, 1), (float("inf"), 1), (1, float("nan"))])
def test_a_rate_is_of_something_in_some_time(count: float, seconds: float) -> None:
    with pytest.raises(UsageError):
        Rate(count, seconds)
