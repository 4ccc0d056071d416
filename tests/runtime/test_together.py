"""Doing together what several callers ask for at once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline, SystemClock
from msgcore.errors import OperationCancelled, StoreBusy, TimedOut, UsageError
from msgcore.runtime.abc import NEVER, Event, Runtime
from msgcore.runtime.together import Gather, Together
from msgcore.testing.modes import Mode, call, gather

pytestmark = pytest.mark.parametrize("mode", list(Mode), ids=lambda mode: mode.value)


class Counter:
    """Doubles numbers, and keeps what it was asked together."""

    def __init__(self, runtime: Runtime, *, seconds: float = 0.02) -> None:
        self.asked: list[list[int]] = []
        self._runtime = runtime
        self._seconds = seconds

    async def work(self, gather: Gather[int], deadline: Deadline) -> list[int]:
        numbers = list(gather())
        self.asked.append(numbers)
        await self._runtime.sleep(self._seconds)
        if any(number < 0 for number in numbers):
            raise UsageError(f"{numbers}: negative")
        return [2 * number for number in numbers]


def test_who_comes_alone_is_answered_alone(mode: Mode) -> None:
    async def story(runtime: Runtime) -> tuple[int, list[list[int]]]:
        counter = Counter(runtime)
        return await Together(runtime, counter.work).ask(4, NEVER), counter.asked

    assert call(mode.runtime(), story) == (8, [[4]])


def test_who_comes_meanwhile_is_answered_together(mode: Mode) -> None:
    async def story(runtime: Runtime) -> tuple[list[int], list[list[int]]]:
        asked: list[list[int]] = []
        answers: dict[int, int] = {}
        begun, waits = runtime.event(), [runtime.event() for _ in range(29)]

        async def work(gather: Gather[int], deadline: Deadline) -> list[int]:
            asked.append(list(gather()))
            begun.set()
            for one in waits:
                await one.wait()
            return [2 * number for number in asked[-1]]

        together = Together(runtime, work)

        async def ask(number: int, deadline: Deadline) -> None:
            answers[number] = await together.ask(number, deadline)

        async def follow(number: int, waits: Event) -> None:
            await begun.wait()
            await ask(number, Deadline(1e9, Noticing(waits)))

        await gather(runtime, ask(0, NEVER), *(follow(number, one) for number, one in enumerate(waits, 1)))
        return [answers[number] for number in range(30)], asked

    answers, [alone, others] = call(mode.runtime(), story)
    assert answers == [2 * number for number in range(30)]
    assert (alone, sorted(others)) == ([0], list(range(1, 30)))


def test_who_comes_while_the_work_waits_for_its_turn_is_done_with_it(mode: Mode) -> None:
    async def story(runtime: Runtime) -> list[list[int]]:
        begun, turn = runtime.event(), runtime.event()
        asked: list[list[int]] = []

        async def work(gather: Gather[int], deadline: Deadline) -> list[int]:
            begun.set()
            await turn.wait()
            asked.append(list(gather()))
            assert gather() == asked[-1]
            return asked[-1]

        together = Together(runtime, work)

        async def second() -> int:
            await begun.wait()
            return await together.ask(2, Deadline(1e9, Noticing(turn)))

        await gather(runtime, together.ask(1, NEVER), second())
        return asked

    assert call(mode.runtime(), story) == [[1, 2]]


class Noticing(SystemClock):
    """Notices who looks at it, as whoever begins to wait does."""

    def __init__(self, noticed: Event) -> None:
        self._noticed = noticed

    def monotonic(self) -> float:
        self._noticed.set()
        return super().monotonic()


def test_nobody_fails_because_of_another(mode: Mode) -> None:
    async def story(runtime: Runtime) -> tuple[list[int], int]:
        together = Together(runtime, Counter(runtime).work)
        answers: list[int] = []
        refused: list[str] = []

        async def ask(number: int) -> None:
            try:
                answers.append(await together.ask(number, NEVER))
            except UsageError as error:
                refused.append(str(error))

        await gather(runtime, *(ask(number) for number in (1, -1, 2, -2, 3)))
        return sorted(answers), len(refused)

    assert call(mode.runtime(), story) == ([2, 4, 6], 2)


def test_who_is_too_late_is_not_done(mode: Mode) -> None:
    async def story(runtime: Runtime) -> list[list[int]]:
        asked: list[list[int]] = []
        begun, gave_up = runtime.event(), runtime.event()

        async def work(gather: Gather[int], deadline: Deadline) -> list[int]:
            asked.append(list(gather()))
            begun.set()
            await gave_up.wait()
            return asked[-1]

        together = Together(runtime, work)

        async def late() -> None:
            await begun.wait()
            with pytest.raises(TimedOut):
                await together.ask(2, runtime.deadline(0.05))
            gave_up.set()
            await together.ask(3, NEVER)

        await gather(runtime, together.ask(1, NEVER), late())
        return asked

    assert call(mode.runtime(), story) == [[1], [3]]


def test_what_a_leader_that_fails_leaves_is_done_by_the_next(mode: Mode) -> None:
    async def story(runtime: Runtime) -> list[int]:
        together: Together[int, int]
        rounds = 0

        async def work(gather: Gather[int], deadline: Deadline) -> list[int]:
            nonlocal rounds
            numbers = gather()
            rounds += 1
            await runtime.sleep(0.01)
            if rounds % 2:
                raise StoreBusy("every other time")
            return list(numbers)

        together = Together(runtime, work)
        done: list[int] = []

        async def ask(number: int) -> None:
            while True:
                try:
                    done.append(await together.ask(number, NEVER))
                    return
                except StoreBusy:
                    continue

        await gather(runtime, *(ask(number) for number in range(8)))
        return sorted(done)

    assert call(mode.runtime(), story) == list(range(8))


def test_a_leader_whose_turn_does_not_come_leaves_the_others_to_the_next(mode: Mode) -> None:
    async def story(runtime: Runtime) -> list[int]:
        begun, turn = runtime.event(), runtime.event()

        async def work(gather: Gather[int], deadline: Deadline) -> list[int]:
            begun.set()
            await turn.wait(deadline)
            return list(gather())

        together = Together(runtime, work)
        done: list[int] = []

        async def first() -> None:
            with pytest.raises(TimedOut):
                await together.ask(1, runtime.deadline(0.1))
            turn.set()

        async def second() -> None:
            await begun.wait()
            done.append(await together.ask(2, runtime.deadline(30.0)))

        await gather(runtime, first(), second())
        return done

    assert call(mode.runtime(), story) == [2]


def test_a_leader_that_is_cancelled_leaves_what_it_took_to_the_next(mode: Mode) -> None:
    async def story(runtime: Runtime) -> list[list[int]]:
        begun, turn = runtime.event(), runtime.event()
        asked: list[list[int]] = []

        async def work(gather: Gather[int], deadline: Deadline) -> list[int]:
            begun.set()
            await turn.wait()
            asked.append(list(gather()))
            if len(asked) == 1:
                raise OperationCancelled("what had begun was waited for")
            return asked[-1]

        together = Together(runtime, work)

        async def first() -> None:
            with pytest.raises(OperationCancelled):
                await together.ask(1, NEVER)

        async def second() -> None:
            await begun.wait()
            assert await together.ask(2, Deadline(1e9, Noticing(turn))) == 2

        await gather(runtime, first(), second())
        return asked

    assert call(mode.runtime(), story) == [[1, 2], [2]]


@given(most=st.integers(1, 5), count=st.integers(1, 12))
def test_no_more_at_once_than_allowed(mode: Mode, most: int, count: int) -> None:
    async def story(runtime: Runtime) -> list[list[int]]:
        counter = Counter(runtime, seconds=0)
        together = Together(runtime, counter.work, most)
        await gather(runtime, *(together.ask(number, NEVER) for number in range(count)))
        return counter.asked

    asked = call(mode.runtime(), story)
    assert all(len(some) <= most for some in asked)
    assert sorted(number for some in asked for number in some) == list(range(count))
    assert all(first[-1] < then[0] for first, then in pairwise(asked)) or mode is Mode.BLOCKING
