"""Time that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.errors import TimedOut, UsageError
from msgcore.runtime import NEVER, Runtime
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call, gather

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
EACH_CLOCK = pytest.mark.parametrize("start", [NOON, None], ids=["still", "with the machine"])


def test_a_clock_with_a_start_stands_still() -> None:
    clock = ManualClock(NOON)

    assert {(clock.now(), clock.monotonic()) for _ in range(1_000)} == {(NOON, clock.monotonic())}


def test_a_clock_without_a_start_goes_with_the_machine() -> None:
    clock = ManualClock()
    clock.move(timedelta(days=1))

    before = datetime.now(UTC) + timedelta(days=1)
    told = clock.now()
    assert before <= told <= datetime.now(UTC) + timedelta(days=1)


@pytest.mark.parametrize("by", [90, 90.0, timedelta(seconds=90)])
def test_a_move_lets_time_pass_on_both_scales(by: float | timedelta) -> None:
    clock = ManualClock(NOON)
    before = clock.monotonic()
    clock.move(by)

    assert (clock.now() - NOON, clock.monotonic() - before) == (timedelta(seconds=90), 90)


def test_moves_add_up() -> None:
    clock = ManualClock(NOON)
    clock.move(1)
    clock.move(2)

    assert clock.moved == timedelta(seconds=3)


@pytest.mark.parametrize("by", [-1, timedelta(seconds=-1), float("inf"), float("nan")])
def test_time_does_not_go_back(by: float | timedelta) -> None:
    with pytest.raises(UsageError):
        ManualClock().move(by)


def test_a_step_back_sets_the_time_of_day() -> None:
    clock = ManualClock(NOON)
    clock.step(timedelta(hours=-1))

    assert clock.now() == NOON - timedelta(hours=1)


def test_a_step_is_not_noticed_by_the_monotonic_clock() -> None:
    clock = ManualClock(NOON)
    before = clock.monotonic()
    clock.step(timedelta(hours=1))

    assert clock.monotonic() == before


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(UsageError, match="naive"):
        ManualClock(NOON.replace(tzinfo=None))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=5))
def test_a_clock_moved_to_a_deadline_has_reached_it(waits: list[float]) -> None:
    clock = ManualClock(NOON)
    for seconds in waits:
        deadline = Deadline.after(seconds, clock)
        clock.move_to(deadline)
        assert deadline.is_past


def test_a_clock_moved_to_a_deadline_has_gone_no_further() -> None:
    clock = ManualClock(NOON)
    clock.move_to(Deadline.after(30, clock))

    assert clock.now() == NOON + timedelta(seconds=30)


@EACH_MODE
def test_a_runtime_tells_the_time_of_its_clock(mode: Mode) -> None:
    clock = ManualClock(NOON)
    runtime = runtime_on(mode, clock)
    clock.move(60)

    assert (runtime.now(), runtime.monotonic()) == (clock.now(), clock.monotonic())


@EACH_MODE
def test_a_deadline_of_a_runtime_passes_when_its_clock_is_moved(mode: Mode) -> None:
    clock = ManualClock()
    deadline = runtime_on(mode, clock).deadline(3_600)
    clock.move(3_601)

    assert deadline.is_past


async def sleep_moved(runtime: Runtime, clock: ManualClock, seconds: float, deadline: Deadline) -> None:
    """Sleep while somebody else moves the clock on, until the sleep has ended."""
    woken = runtime.event()

    async def sleep() -> None:
        try:
            await runtime.sleep(seconds, deadline)
        finally:
            woken.set()

    async def move() -> None:
        while not woken.is_set:
            clock.move(seconds)
            await runtime.in_thread(lambda: None)

    await gather(runtime, sleep(), move())


@EACH_MODE
@EACH_CLOCK
def test_a_sleep_ends_when_the_clock_is_moved(start: datetime | None, mode: Mode) -> None:
    clock = ManualClock(start)
    before = clock.monotonic()
    call(runtime_on(mode, clock), lambda runtime: sleep_moved(runtime, clock, 86_400, NEVER))

    assert clock.monotonic() >= before + 86_400


@EACH_MODE
@EACH_CLOCK
def test_a_sleep_times_out_when_the_clock_is_moved_to_its_deadline(start: datetime | None, mode: Mode) -> None:
    clock = ManualClock(start)
    runtime = runtime_on(mode, clock)

    async def main(runtime: Runtime) -> None:
        deadline = runtime.deadline(3_600)
        clock.move(3_600)
        await runtime.sleep(86_400, deadline)

    with pytest.raises(TimedOut):
        call(runtime, main)


@EACH_MODE
def test_a_sleep_on_a_clock_that_goes_with_the_machine_ends_by_itself(mode: Mode) -> None:
    clock = ManualClock()
    before = clock.monotonic()
    call(runtime_on(mode, clock), lambda runtime: runtime.sleep(0.001))

    assert clock.monotonic() >= before + 0.001
