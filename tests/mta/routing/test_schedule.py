"""Schedules: windows by the wall clock, nights with an hour too many or too few, and what is refused."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.mta import Schedule

STOCKHOLM, LORD_HOWE = "Europe/Stockholm", "Australia/Lord_Howe"
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
STEP = timedelta(minutes=30)

# Around the changes of Stockholm and of Lord Howe (by half an hour), and an ordinary week.
WEEKS = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 27), (10, 23), (4, 3), (10, 2), (6, 1))]


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, int, int]:
    """Give a day (7: every day) and two different half hours of it, the later of which may be 24:00."""
    opens = draw(st.integers(0, 47))
    return draw(st.integers(0, 7)), opens, draw(st.integers(0, 48).filter(lambda closes: closes != opens))


def text(window: tuple[int, int, int]) -> str:
    day, opens, closes = window
    hours = "-".join(f"{half // 2:02}:{half % 2 * 30:02}" for half in (opens, closes))
    return hours if day == 7 else f"{DAYS[day]} {hours}"


def is_open(window: tuple[int, int, int], local: datetime) -> bool:
    """Say by the wall clock alone whether a window is open."""
    day, opens, closes = window
    half = local.hour * 2 + local.minute // 30
    today, yesterday = day in (7, local.weekday()), day in (7, (local.weekday() - 1) % 7)
    if opens < closes:
        return today and opens <= half < closes
    return (today and half >= opens) or (yesterday and half < closes)


times = st.tuples(st.sampled_from(WEEKS), st.integers(0, 7 * 48)).map(lambda found: found[0] + found[1] * STEP)
zones = st.sampled_from(["UTC", STOCKHOLM, LORD_HOWE])


@given(st.lists(windows(), min_size=1, max_size=3), zones, times)
def test_it_is_open_when_the_wall_clock_is_in_a_window(
    its_windows: list[tuple[int, int, int]], zone: str, at: datetime
) -> None:
    schedule = Schedule(map(text, its_windows), zone)

    assert schedule.is_open(at) == any(is_open(one, at.astimezone(ZoneInfo(zone))) for one in its_windows)


@given(st.lists(windows(), min_size=1, max_size=2), zones, times)
def test_it_opens_at_the_first_time_at_which_it_is_open(
    its_windows: list[tuple[int, int, int]], zone: str, at: datetime
) -> None:
    schedule = Schedule(map(text, its_windows), zone)
    first = at
    while not schedule.is_open(first):
        first += STEP

    assert schedule.opens_at(at) == first


def test_a_time_within_a_step_opens_at_the_full_one() -> None:
    assert Schedule(["12:00-13:00"]).opens_at(datetime(2026, 6, 1, 11, 59, 59, 5, UTC)) == datetime(
        2026, 6, 1, 12, tzinfo=UTC
    )


NIGHT = Schedule(["02:00-03:00"], STOCKHOLM)


def test_a_window_in_the_hour_that_is_left_out_stays_closed_that_night() -> None:
    assert NIGHT.opens_at(datetime(2026, 3, 29, 0, tzinfo=UTC)) == datetime(2026, 3, 30, 0, tzinfo=UTC)


def test_a_window_that_begins_in_the_hour_that_is_left_out_opens_at_its_end() -> None:
    schedule = Schedule(["02:30-05:00"], STOCKHOLM)

    assert schedule.opens_at(datetime(2026, 3, 29, 0, tzinfo=UTC)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_window_in_the_hour_that_comes_twice_is_open_twice() -> None:
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)

    assert [NIGHT.is_open(first + timedelta(hours=hours)) for hours in range(-1, 3)] == [False, True, True, False]


def test_a_window_that_has_closed_opens_again_when_the_clock_is_put_back_into_it() -> None:
    schedule = Schedule(["01:00-02:30"], STOCKHOLM)

    assert schedule.opens_at(datetime(2026, 10, 25, 0, 45, tzinfo=UTC)) == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_a_range_of_days_may_run_over_sunday() -> None:
    schedule = Schedule(["Sat-Mon 10:00-11:00"])
    monday = datetime(2026, 6, 1, 10, tzinfo=UTC)

    assert [schedule.is_open(monday + timedelta(days=day)) for day in range(7)] == [True, *[False] * 4, True, True]


def test_a_night_of_sunday_ends_on_monday() -> None:
    schedule = Schedule(["Sun 22:00-06:00"])

    assert [schedule.is_open(datetime(2026, 6, 1, hour, tzinfo=UTC)) for hour in (5, 6)] == [True, False]


def test_a_schedule_without_windows_is_opened_by_the_other_side_only() -> None:
    schedule = Schedule()

    assert schedule.is_remote_initiated
    assert (schedule.is_open(WEEKS[0]), schedule.opens_at(WEEKS[0])) == (False, None)


@pytest.mark.parametrize(
    "window",
    ["", "noon", "8:00-18:00", "08:00-24:01", "24:00-24:00", "08:60-09:00", "Xyz 08:00-18:00", "Mon- 08:00-18:00"],
)
def test_a_window_of_another_form_is_refused(window: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"window {window!r}")):
        Schedule([window])


def test_an_empty_window_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(UsageError, match="write 00:00-24:00 for the whole day"):
        Schedule(["08:00-08:00"])


@pytest.mark.parametrize("zone", ["Mars", "", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(UsageError, match="there is none of this name"):
        Schedule([], zone)


def test_one_text_for_windows_is_refused() -> None:
    with pytest.raises(UsageError, match="need a sequence"):
        Schedule("08:00-18:00")
