"""The pool: never more than allowed, no slot lost, first come first served."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.errors import Closed, MsgcoreError, OperationCancelled, ServiceBusy, TimedOut, UsageError
from msgcore.runtime import AsyncioRuntime, Runtime
from msgcore.runtime.pool import Pool, PoolLimits
from msgcore.testing.modes import Mode, call, gather
from msgcore.testing.scripted import ScriptedRuntime
from tests.runtime.peers import PATIENCE_SECONDS


@attrs.define(eq=False)
class Line:
    """A connection to a :class:`FarEnd`."""

    far_end: FarEnd
    number: int
    is_dead: bool = False
    is_open: bool = True

    async def is_good(self, idle_seconds: float, deadline: Deadline) -> bool:
        await self.far_end.take_time(self.far_end.check_seconds, deadline)
        return self.is_open and not self.is_dead

    async def close(self, deadline: Deadline) -> None:
        self.far_end.said_goodbye.append(self.number)
        await self.far_end.at_goodbye(deadline)
        self.abort()

    def abort(self) -> None:
        if self.is_open:
            self.is_open = False
            self.far_end.lines.remove(self)


class FarEnd:
    """A server in memory that takes ``most`` connections at a time, each after ``open_seconds``."""

    def __init__(self, runtime: Runtime, most: int = 100, open_seconds: float = 0.0) -> None:
        self.runtime = runtime
        self.most = most
        self.open_seconds = open_seconds
        self.check_seconds = 0.0
        self.lines: list[Line] = []
        self.numbers = itertools.count(1)
        self.most_seen = 0
        self.opened = 0
        self.said_goodbye: list[int] = []

    async def take_time(self, seconds: float, deadline: Deadline) -> None:
        if seconds:
            await self.runtime.sleep(seconds, deadline)

    async def at_goodbye(self, deadline: Deadline) -> None:
        """Nothing, here."""

    async def open(self, deadline: Deadline) -> Line:
        if len(self.lines) >= self.most:
            raise ServiceBusy("421 too many connections")
        line = Line(self, next(self.numbers))
        self.lines.append(line)
        self.most_seen = max(self.most_seen, len(self.lines))
        try:
            await self.take_time(self.open_seconds, deadline)
        except BaseException:
            line.abort()
            raise
        self.opened += 1
        return line

    def pool(self, connections: int = 5, uses: int = 100, idle: float = 30.0, rate: int | None = None) -> Pool[Line]:
        limits = PoolLimits(connections, uses, idle, rate)
        return Pool(self.runtime, self.open, limits, "far end", means_full=_is_busy)


def _is_busy(error: MsgcoreError) -> bool:
    return isinstance(error, ServiceBusy)


async def use(pool: Pool[Line], deadline: Deadline, seconds: float = 0.0) -> int:
    """Use a connection for a while, and say which it was."""
    with await pool.lease(deadline) as lease:
        await lease.connection.far_end.take_time(seconds, deadline)
        lease.is_usable = True
        return lease.connection.number


def scripted(main: Callable[[ScriptedRuntime], Coroutine[None, None, None]]) -> None:
    runtime = ScriptedRuntime()
    runtime.run(main(runtime))


def in_a_minute(runtime: Runtime) -> Deadline:
    return runtime.deadline(60)


# Reuse.


def test_one_connection_serves_one_after_another() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool()
        assert [await use(pool, in_a_minute(runtime)) for _ in range(3)] == [1, 1, 1]

    scripted(main)


def test_the_connection_that_was_given_back_last_is_used_first() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        pool = FarEnd(runtime).pool()
        first, second = await pool.lease(in_a_minute(runtime)), await pool.lease(in_a_minute(runtime))
        for lease in (second, first):
            with lease:
                lease.is_usable = True
        assert await use(pool, in_a_minute(runtime)) == 1

    scripted(main)


async def _several_idle(pool: Pool[Line], deadline: Deadline, count: int) -> None:
    for lease in [await pool.lease(deadline) for _ in range(count)]:
        with lease:
            lease.is_usable = True


def test_of_idle_connections_a_preferred_one_is_used() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        pool = FarEnd(runtime).pool()
        await _several_idle(pool, in_a_minute(runtime), 4)
        with await pool.lease(in_a_minute(runtime), prefer=lambda line: line.number in {2, 3}) as lease:
            assert lease.connection.number == 3

    scripted(main)


def test_when_no_idle_connection_is_preferred_another_is_used_and_none_opened() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool()
        await _several_idle(pool, in_a_minute(runtime), 2)
        with await pool.lease(in_a_minute(runtime), prefer=lambda line: line.number == 9) as lease:
            assert (lease.connection.number, far_end.opened) == (2, 2)

    scripted(main)


def test_a_preferred_connection_that_died_is_replaced_by_another_idle_one() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool()
        await _several_idle(pool, in_a_minute(runtime), 3)
        far_end.lines[0].is_dead = True
        with await pool.lease(in_a_minute(runtime), prefer=lambda line: line.number == 1) as lease:
            assert lease.connection.number == 3

    scripted(main)


def test_a_connection_that_is_not_said_to_be_usable_is_dropped() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool()
        with await pool.lease(in_a_minute(runtime)):
            assert len(far_end.lines) == 1
        assert far_end.lines == []

    scripted(main)


def test_all_idle_connections_that_died_are_replaced_by_one() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool()
        await gather(runtime, *(use(pool, in_a_minute(runtime), 1.0) for _ in range(3)))
        for line in far_end.lines:
            line.is_dead = True
        assert (await use(pool, in_a_minute(runtime)), far_end.opened) == (4, 4)

    scripted(main)


def test_a_dead_connection_is_replaced_in_the_hands_of_its_user() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool(connections=1)
        await use(pool, in_a_minute(runtime))
        with await pool.lease(in_a_minute(runtime)) as lease:
            await lease.reopen(in_a_minute(runtime))
            assert ([line.number for line in far_end.lines], lease.is_fresh) == ([2], True)

    scripted(main)


def test_a_connection_is_used_only_so_often() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool(uses=2)
        numbers = [await use(pool, in_a_minute(runtime)) for _ in range(5)]
        assert (numbers, far_end.said_goodbye) == ([1, 1, 2, 2, 3], [1, 2])

    scripted(main)


def test_connections_that_were_idle_for_long_are_closed_in_order_by_the_next_use() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool(idle=30)
        await gather(runtime, *(use(pool, in_a_minute(runtime), 1.0) for _ in range(2)))
        runtime.clock.move(31)
        assert (await use(pool, in_a_minute(runtime)), sorted(far_end.said_goodbye)) == (3, [1, 2])

    scripted(main)


# Limits.


def test_there_are_never_more_connections_than_allowed(mode: Mode) -> None:
    runtime = mode.runtime()
    far_end = FarEnd(runtime, open_seconds=0.002)
    pool = far_end.pool(connections=3)

    async def work(runtime: Runtime) -> None:
        for _ in range(3):
            await use(pool, runtime.deadline(PATIENCE_SECONDS), 0.001)

    call(runtime, lambda runtime: gather(runtime, *(work(runtime) for _ in range(8))))
    assert far_end.most_seen == 3


def test_waiters_are_served_in_the_order_of_asking() -> None:
    served: list[int] = []

    async def main(runtime: ScriptedRuntime) -> None:
        pool = FarEnd(runtime).pool(connections=2)

        async def work(number: int) -> None:
            with await pool.lease(in_a_minute(runtime)) as lease:
                served.append(number)
                await runtime.sleep(1)
                lease.is_usable = True

        await gather(runtime, *map(work, range(7)))

    scripted(main)
    assert served == [0, 1, 2, 3, 4, 5, 6]


def test_each_waiter_has_a_deadline_of_its_own(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        pool = FarEnd(runtime).pool(connections=1)
        with (
            await pool.lease(runtime.deadline(PATIENCE_SECONDS)),
            pytest.raises(TimedOut, match="far end: all 1 connections were in use"),
        ):
            await pool.lease(runtime.deadline(0.02))

    mode.run(main)


def test_who_gave_up_leaves_his_turn_to_the_next(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        pool = FarEnd(runtime).pool(connections=1)
        with await pool.lease(runtime.deadline(PATIENCE_SECONDS)), pytest.raises(TimedOut):
            await pool.lease(runtime.deadline(0.02))
        assert await use(pool, runtime.deadline(PATIENCE_SECONDS)) == 2

    mode.run(main)


def test_who_fails_to_connect_leaves_his_turn_to_the_next() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime, most=0)
        pool = far_end.pool(connections=1)
        with pytest.raises(ServiceBusy):
            await pool.lease(in_a_minute(runtime))
        far_end.most = 1
        assert await use(pool, in_a_minute(runtime)) == 1

    scripted(main)


@pytest.mark.parametrize("limits", [(0, 100, 30.0), (5, 0, 30.0), (5, 100, -1.0), (5, 100, float("nan"))])
def test_limits_that_allow_nothing_are_refused(limits: tuple[int, int, float]) -> None:
    with pytest.raises(UsageError):
        PoolLimits(*limits)


# A server that takes fewer.


def test_the_pool_makes_do_with_what_the_server_allows() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime, most=2, open_seconds=0.5)
        pool = far_end.pool(connections=5)
        await gather(runtime, *(use(pool, in_a_minute(runtime), 1.0) for _ in range(9)))
        assert (far_end.opened, len(far_end.lines)) == (2, 2)

    scripted(main)


def test_after_a_minute_it_asks_for_more_again() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime, most=2)
        pool = far_end.pool(connections=3, idle=1_000)
        await gather(runtime, *(use(pool, in_a_minute(runtime), 1.0) for _ in range(3)))
        far_end.most = 3
        runtime.clock.move(61)
        await gather(runtime, *(use(pool, in_a_minute(runtime), 1.0) for _ in range(3)))
        assert far_end.most_seen == 3

    scripted(main)


# Rate.


def test_uses_are_spread_evenly_but_for_a_tenth_of_them() -> None:
    times: list[float] = []

    async def main(runtime: ScriptedRuntime) -> None:
        pool = FarEnd(runtime).pool(rate=30)
        start = runtime.monotonic()
        for _ in range(6):
            await use(pool, in_a_minute(runtime))
            times.append(runtime.monotonic() - start)

    scripted(main)
    assert times == pytest.approx([0, 0, 0, 2, 4, 6])


def test_who_cannot_wait_for_the_rate_does_not_use_it_up() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        pool = FarEnd(runtime).pool(rate=1)
        await use(pool, in_a_minute(runtime))
        with pytest.raises(TimedOut):
            await use(pool, runtime.deadline(10))
        start = runtime.monotonic()
        await use(pool, runtime.deadline(100))
        assert runtime.monotonic() - start == pytest.approx(50)

    scripted(main)


# Closing.


class PartingTogether(FarEnd):
    """Answers no goodbye before it has heard all of them."""

    def expect(self, goodbyes: int) -> None:
        self.goodbyes = goodbyes
        self.all_said = self.runtime.event()

    async def at_goodbye(self, deadline: Deadline) -> None:
        self.goodbyes -= 1
        if not self.goodbyes:
            self.all_said.set()
        await self.all_said.wait(deadline)


def test_close_says_goodbye_on_all_idle_connections_at_the_same_time(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        far_end = PartingTogether(runtime)
        far_end.expect(3)
        pool = far_end.pool()
        leases = [await pool.lease(runtime.deadline(PATIENCE_SECONDS)) for _ in range(3)]
        for lease in leases:
            with lease:
                lease.is_usable = True
        await pool.close(runtime.deadline(PATIENCE_SECONDS))
        assert (sorted(far_end.said_goodbye), far_end.lines) == ([1, 2, 3], [])

    mode.run(main)


def test_close_waits_for_who_uses_a_connection() -> None:
    ended: list[str] = []

    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool()

        async def work() -> None:
            await use(pool, in_a_minute(runtime), 3)
            ended.append("use")

        async def close() -> None:
            await runtime.sleep(1)
            await pool.close(in_a_minute(runtime))
            ended.append("close")

        await gather(runtime, work(), close())
        assert far_end.lines == []

    scripted(main)
    assert ended == ["use", "close"]


def test_close_drops_at_its_deadline_what_is_still_in_use() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime)
        pool = far_end.pool()
        with await pool.lease(in_a_minute(runtime)) as lease:
            await pool.close(runtime.deadline(5))
            assert not lease.connection.is_open

    scripted(main)


def test_who_waits_for_a_connection_is_told_that_the_pool_was_closed(mode: Mode) -> None:
    told: list[str] = []

    async def main(runtime: Runtime) -> None:
        pool = FarEnd(runtime).pool(connections=1)
        lease = await pool.lease(runtime.deadline(PATIENCE_SECONDS))
        async with runtime.group() as group:
            group.start(wait(pool, runtime))
            await runtime.sleep(0.02)
            with lease:
                await pool.close(runtime.deadline(0.02))

    async def wait(pool: Pool[Line], runtime: Runtime) -> None:
        try:
            await pool.lease(runtime.deadline(PATIENCE_SECONDS))
        except Closed as error:
            told.append(str(error))

    mode.run(main)
    assert told == ["far end: the connections have been closed"]


def test_a_connection_that_opens_while_the_pool_closes_is_dropped() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime, open_seconds=5)
        pool = far_end.pool()

        async def close() -> None:
            await runtime.sleep(1)
            await pool.close(in_a_minute(runtime))

        async def work() -> None:
            with pytest.raises(Closed):
                await pool.lease(in_a_minute(runtime))

        await gather(runtime, work(), close())
        assert far_end.lines == []

    scripted(main)


def test_nothing_runs_on_after_a_use_on_an_event_loop() -> None:
    async def main() -> None:
        runtime = AsyncioRuntime()
        pool = FarEnd(runtime).pool()
        await use(pool, runtime.deadline(PATIENCE_SECONDS))
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


# Cancelling.

SECONDS = st.sampled_from([0.0, 0.5, 1.0, 2.0])


@attrs.frozen
class Work:
    starts_at: float
    is_cut_after: float
    uses_for: float
    kills: bool


WORKS = st.lists(st.builds(Work, SECONDS, SECONDS.map(lambda s: s + 0.25), SECONDS, st.booleans()), max_size=9)


@given(WORKS, SECONDS, SECONDS, st.integers(1, 3), st.integers(1, 4), st.sampled_from([0.5, 30.0]))
def test_whatever_is_cut_no_slot_and_no_connection_is_lost(
    works: list[Work], open_seconds: float, check_seconds: float, connections: int, most: int, idle: float
) -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime, most, open_seconds)
        far_end.check_seconds = check_seconds
        pool = far_end.pool(connections, uses=3, idle=idle)

        async def use_it(work: Work) -> None:
            with await pool.lease(runtime.deadline(100)) as lease:
                await runtime.sleep(work.uses_for)
                lease.connection.is_dead = work.kills
                lease.is_usable = True

        async def run(work: Work) -> None:
            await runtime.sleep(work.starts_at)
            try:
                await runtime.bounded(use_it(work), runtime.deadline(work.is_cut_after))
            except (TimedOut, ServiceBusy):
                return

        await gather(runtime, *map(run, works))
        runtime.clock.move(61)
        far_end.most = 100
        for lease in [await pool.lease(runtime.deadline(20)) for _ in range(connections)]:
            with lease:
                lease.is_usable = True
        assert far_end.most_seen <= connections
        assert len(far_end.lines) == pool.idle == connections
        await pool.close(runtime.deadline(20))
        assert far_end.lines == []

    scripted(main)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), max_size=20), st.integers(1, 3), st.integers(1, 2))
def test_whichever_task_is_cancelled_no_slot_and_no_connection_is_lost(
    cancels: list[tuple[int, int]], connections: int, uses: int
) -> None:
    """Five tasks; each of ``cancels`` cancels one of them after so many rounds of the loop."""

    async def main() -> None:
        runtime = AsyncioRuntime()
        far_end = RoundByRound(runtime)
        pool = far_end.pool(connections, uses)

        async def work() -> None:
            for _ in range(3):
                await use(pool, runtime.deadline(PATIENCE_SECONDS), 1.0)

        tasks = [asyncio.create_task(work()) for _ in range(5)]
        for number, rounds in cancels:
            for _ in range(rounds):
                await asyncio.sleep(0)
            tasks[number].cancel()
        await asyncio.wait(tasks)
        leases = [await pool.lease(runtime.deadline(PATIENCE_SECONDS)) for _ in range(connections)]
        assert len(far_end.lines) == far_end.most_seen == connections
        for lease in leases:
            with lease:
                lease.is_usable = True
        await pool.close(runtime.deadline(PATIENCE_SECONDS))
        assert far_end.lines == []

    asyncio.run(main())


class RoundByRound(FarEnd):
    """Takes two rounds of the event loop for everything."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime, open_seconds=1.0)
        self.check_seconds = 1.0

    async def take_time(self, seconds: float, deadline: Deadline) -> None:
        for _ in range(2):
            await asyncio.sleep(0)

    async def at_goodbye(self, deadline: Deadline) -> None:
        await self.take_time(1.0, deadline)


def test_a_cancelled_call_leaves_its_turn_to_others(mode: Mode) -> None:
    runtime = mode.runtime()
    far_end = FarEnd(runtime)
    pool = far_end.pool(connections=1)

    async def cancelled(runtime: Runtime) -> None:
        with await pool.lease(runtime.deadline(PATIENCE_SECONDS)):
            runtime.cancel()
            await runtime.sleep(PATIENCE_SECONDS)

    async def after(runtime: Runtime) -> int:
        return await use(pool, runtime.deadline(PATIENCE_SECONDS))

    with pytest.raises(OperationCancelled):
        call(runtime, cancelled)
    assert call(runtime, after) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_child_says_nothing_on_connections_of_its_parent() -> None:
    script = """if True:
        import os
        from msgcore.runtime import NEVER, BlockingRuntime
        from msgcore.runtime.pool import Pool, PoolLimits

        class Line:
            def __init__(self):
                self.owner = os.getpid()
            async def is_good(self, idle_seconds, deadline):
                return self.owner == os.getpid()
            async def close(self, deadline):
                assert self.owner == os.getpid()
            def abort(self):
                assert self.owner == os.getpid()

        async def open(deadline):
            return Line()

        async def use():
            with await pool.lease(NEVER) as lease:
                lease.is_usable = True
                return lease.uses

        runtime = BlockingRuntime()
        pool = Pool(runtime, open, PoolLimits(1), "far end")
        runtime.run(use())
        taken = runtime.run(pool.lease(NEVER))
        child = os.fork()
        if child == 0:
            assert runtime.run(use()) == 1
            runtime.run(pool.close(NEVER))
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        with taken:
            taken.is_usable = True
        print(runtime.run(use()))
    """
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("3\n", "")


# Giving way


def test_who_keeps_a_connection_gives_way_when_the_far_end_gives_no_more() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        far_end = FarEnd(runtime, most=1)
        pool = far_end.pool()
        kept = await pool.lease(in_a_minute(runtime), give_way=lambda: pool.take_back(kept))

        assert await use(pool, in_a_minute(runtime)) == 2

    scripted(main)


def test_nobody_gives_way_while_another_connection_will_come_back() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        taken: list[str] = []
        pool = FarEnd(runtime).pool(connections=2)
        with (
            await pool.lease(in_a_minute(runtime), give_way=lambda: taken.append("kept")),
            await pool.lease(in_a_minute(runtime)),
            pytest.raises(TimedOut),
        ):
            await use(pool, runtime.deadline(1))

        assert taken == []

    scripted(main)


def test_who_got_the_last_connection_to_keep_it_gives_way_to_who_waited_before() -> None:
    async def main(runtime: ScriptedRuntime) -> None:
        pool = FarEnd(runtime, open_seconds=1.0).pool(connections=1)
        is_over = runtime.event()

        async def keep() -> None:
            with await pool.lease(in_a_minute(runtime), give_way=is_over.set):
                await is_over.wait(in_a_minute(runtime))

        async with runtime.group() as group:
            group.start(keep())
            await runtime.sleep(0.5)
            await use(pool, runtime.deadline(30))

    scripted(main)
