"""Coroutines of a scripted group take turns; locks and events between them; time passes when nobody can go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, OperationCancelled, SuspendedError, TimedOut, UsageError
from msgcore.runtime import Endpoint, Lock, Runtime
from msgcore.testing.modes import Mode, gather
from msgcore.testing.scripted import ScriptedRuntime
from tests.wire.fake_server import FakeServer

MX = Endpoint("mx.b.test", 25, "smtp")
Story = Callable[[ScriptedRuntime], Coroutine[Any, Any, None]]


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


def play(mode: Mode, story: Story, runtime: ScriptedRuntime | None = None) -> ScriptedRuntime:
    runtime = runtime or ScriptedRuntime()
    mode.drive(runtime.call(story(runtime)))
    return runtime


# Groups.


def test_members_go_on_in_the_order_in_which_they_were_started(mode: Mode) -> None:
    told: list[str] = []

    async def tell(runtime: Runtime, name: str) -> None:
        for number in range(2):
            told.append(f"{name}{number}")
            await runtime.sleep(1)

    play(mode, lambda runtime: gather(runtime, tell(runtime, "a"), tell(runtime, "b")))
    assert told == ["a0", "b0", "a1", "b1"]


def test_sleepers_wake_in_the_order_of_time(mode: Mode) -> None:
    woken: list[int] = []

    async def sleep(runtime: Runtime, seconds: int) -> None:
        await runtime.sleep(seconds)
        woken.append(seconds)

    runtime = play(mode, lambda runtime: gather(runtime, *(sleep(runtime, seconds) for seconds in (30, 10, 20))))
    assert (woken, runtime.clock.moved) == ([10, 20, 30], timedelta(seconds=30))


def test_members_go_on_while_the_block_waits(mode: Mode) -> None:
    told: list[str] = []

    async def member() -> None:
        told.append("member")

    async def story(runtime: ScriptedRuntime) -> None:
        async with runtime.group() as group:
            group.start(member())
            await runtime.sleep(1)
            told.append("block")

    play(mode, story)
    assert told == ["member", "block"]


def test_a_group_in_a_group_takes_turns_too(mode: Mode) -> None:
    woken: list[str] = []

    async def sleep(runtime: Runtime, name: str, seconds: int) -> None:
        await runtime.sleep(seconds)
        woken.append(name)

    async def inner(runtime: Runtime) -> None:
        await gather(runtime, sleep(runtime, "inner late", 3), sleep(runtime, "inner soon", 1))
        woken.append("inner done")

    play(mode, lambda runtime: gather(runtime, inner(runtime), sleep(runtime, "outer", 2)))
    assert woken == ["inner soon", "outer", "inner late", "inner done"]


def test_the_first_error_is_raised_with_a_note_of_the_others(mode: Mode) -> None:
    async def fail(runtime: Runtime, error: Exception) -> None:
        await runtime.sleep(1)
        raise error

    with pytest.raises(LookupError, match="one") as caught:
        play(mode, lambda runtime: gather(runtime, fail(runtime, LookupError("one")), fail(runtime, KeyError("two"))))
    assert caught.value.__notes__ == ["also: KeyError: 'two'"]


def test_an_error_of_the_block_lets_the_members_end(mode: Mode) -> None:
    ended: list[str] = []

    async def member(runtime: Runtime) -> None:
        await runtime.sleep(5)
        ended.append("member")

    async def story(runtime: ScriptedRuntime) -> None:
        async with runtime.group() as group:
            group.start(member(runtime))
            raise LookupError("block")

    with pytest.raises(LookupError):
        play(mode, story)
    assert ended == ["member"]


def test_a_cancelled_block_cancels_its_members(mode: Mode) -> None:
    errors: list[str] = []

    async def member(runtime: Runtime) -> None:
        try:
            await runtime.event().wait()
        except OperationCancelled:
            errors.append("member cancelled")
            raise

    async def story(runtime: ScriptedRuntime) -> None:
        async with runtime.group() as group:
            group.start(member(runtime))
            await runtime.sleep(1)
            runtime.cancel()
            await runtime.sleep(1)

    with pytest.raises(OperationCancelled):
        play(mode, story)
    assert errors == ["member cancelled"]


def test_a_member_cancels_what_the_block_waits_for(mode: Mode) -> None:
    async def cancel(runtime: Runtime) -> None:
        runtime.cancel()

    async def story(runtime: ScriptedRuntime) -> None:
        async with runtime.group() as group:
            group.start(cancel(runtime))
            await runtime.event().wait()

    with pytest.raises(OperationCancelled):
        play(mode, story)


def test_members_that_nothing_will_ever_wake_are_given_up(mode: Mode) -> None:
    with pytest.raises(TimedOut, match="nothing will ever end this wait"):
        play(mode, lambda runtime: gather(runtime, runtime.event().wait()))


def test_a_member_that_awaits_a_foreign_loop_is_told(mode: Mode) -> None:
    with pytest.raises(SuspendedError):
        play(mode, lambda runtime: gather(runtime, asyncio.sleep(0)))


def test_a_member_may_wait_on_a_stream_until_another_one_aborts_it(mode: Mode) -> None:
    async def story(runtime: ScriptedRuntime) -> None:
        stream = await runtime.connect(MX)
        assert await stream.read()

        async def abort() -> None:
            await runtime.sleep(60)
            stream.abort()

        await gather(runtime, stream.read(), abort())

    with pytest.raises(ConnectionLost):
        play(mode, story, ScriptedRuntime([FakeServer()]))


# Locks.


def test_a_lock_lets_one_in_at_a_time(mode: Mode) -> None:
    told: list[str] = []

    async def enter(runtime: Runtime, lock: Lock, name: str) -> None:
        async with lock:
            told.append(f"{name} in")
            await runtime.sleep(1)
            told.append(f"{name} out")

    async def story(runtime: ScriptedRuntime) -> None:
        lock = runtime.lock()
        await gather(runtime, *(enter(runtime, lock, name) for name in "abc"))

    play(mode, story)
    assert told == ["a in", "a out", "b in", "b out", "c in", "c out"]


def test_who_came_first_is_served_first(mode: Mode) -> None:
    told: list[str] = []

    async def enter(runtime: Runtime, lock: Lock, name: str, after: float) -> None:
        await runtime.sleep(after)
        async with lock:
            told.append(name)

    async def story(runtime: ScriptedRuntime) -> None:
        lock = runtime.lock()
        await lock.acquire()
        async with runtime.group() as group:
            group.start(enter(runtime, lock, "late", 2))
            group.start(enter(runtime, lock, "early", 1))
            await runtime.sleep(3)
            lock.release()

    play(mode, story)
    assert told == ["early", "late"]


def test_a_lock_that_is_held_too_long_times_out_at_the_deadline(mode: Mode) -> None:
    runtime = ScriptedRuntime()

    async def story(runtime: ScriptedRuntime) -> None:
        lock = runtime.lock()
        await lock.acquire()
        await lock.acquire(runtime.deadline(60))

    with pytest.raises(TimedOut):
        play(mode, story, runtime)
    assert runtime.clock.moved == timedelta(minutes=1)


def test_who_gave_up_waiting_for_a_lock_does_not_hold_up_the_next(mode: Mode) -> None:
    told: list[str] = []

    async def story(runtime: ScriptedRuntime) -> None:
        lock = runtime.lock()

        async def give_up() -> None:
            with pytest.raises(TimedOut):
                await lock.acquire(runtime.deadline(1))
            told.append("gave up")

        async def come_in() -> None:
            await lock.acquire()
            told.append("came in")

        await lock.acquire()
        async with runtime.group() as group:
            group.start(give_up())
            group.start(come_in())
            await runtime.sleep(2)
            lock.release()

    play(mode, story)
    assert told == ["gave up", "came in"]


def test_a_lock_that_nobody_holds_is_not_released() -> None:
    with pytest.raises(UsageError):
        ScriptedRuntime().lock().release()


def test_a_free_lock_is_no_wait(mode: Mode) -> None:
    async def story(runtime: ScriptedRuntime) -> None:
        async with runtime.lock():
            pass

    assert play(mode, story).awaited == ()


# Events.


def test_an_event_wakes_who_waits_for_it(mode: Mode) -> None:
    told: list[str] = []

    async def story(runtime: ScriptedRuntime) -> None:
        event = runtime.event()

        async def wait() -> None:
            await event.wait()
            told.append("woken")

        async def wake() -> None:
            await runtime.sleep(1)
            told.append("set")
            event.set()

        await gather(runtime, wait(), wake())

    play(mode, story)
    assert told == ["set", "woken"]


def test_an_event_that_is_cleared_at_once_still_wakes(mode: Mode) -> None:
    async def story(runtime: ScriptedRuntime) -> None:
        event = runtime.event()

        async def pulse() -> None:
            event.set()
            event.clear()

        await gather(runtime, event.wait(), pulse())
        assert not event.is_set

    play(mode, story)


def test_an_event_that_is_set_is_no_wait(mode: Mode) -> None:
    async def story(runtime: ScriptedRuntime) -> None:
        event = runtime.event()
        event.set()
        await event.wait()

    assert play(mode, story).awaited == ()


def test_an_event_that_nobody_sets_times_out_at_the_deadline(mode: Mode) -> None:
    runtime = ScriptedRuntime()
    with pytest.raises(TimedOut):
        play(mode, lambda runtime: runtime.event().wait(runtime.deadline(60)), runtime)

    assert runtime.clock.moved == timedelta(minutes=1)


def test_a_deadline_on_the_machines_clock_ends_a_wait_too(mode: Mode) -> None:
    with pytest.raises(TimedOut):
        play(mode, lambda runtime: runtime.event().wait(Deadline.after(3_600)))
