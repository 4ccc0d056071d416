"""Lock, Event and Group between threads, tasks and both."""

from __future__ import annotations

import asyncio
import threading

import pytest

from msgcore.errors import OperationCancelled, TimedOut, UsageError
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Runtime
from msgcore.runtime.sync import Event, Lock
from msgcore.testing.modes import Mode, call, gather
from tests.runtime.peers import PATIENCE_SECONDS


def test_one_at_a_time_holds_the_lock(mode: Mode) -> None:
    inside = 0
    most = 0

    async def work(runtime: Runtime, lock: Lock) -> None:
        nonlocal inside, most
        for _ in range(20):
            async with lock:
                inside += 1
                most = max(most, inside)
                await runtime.sleep(0)
                inside -= 1

    async def main(runtime: Runtime) -> None:
        lock = runtime.lock()
        assert isinstance(lock, Lock)
        await gather(runtime, *(work(runtime, lock) for _ in range(8)))

    mode.run(main)
    assert most == 1


def test_a_lock_is_handed_over_in_the_order_of_asking() -> None:
    order: list[int] = []

    async def main() -> None:
        runtime = AsyncioRuntime()
        lock = runtime.lock()

        async def work(number: int) -> None:
            async with lock:
                order.append(number)

        await lock.acquire()
        async with runtime.group() as group:
            for number in range(5):
                group.start(work(number))
                await asyncio.sleep(0)
            lock.release()

    asyncio.run(main())
    assert order == [0, 1, 2, 3, 4]


def test_a_waiter_that_gives_up_leaves_the_lock_to_others(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        lock = runtime.lock()
        await lock.acquire()
        with pytest.raises(TimedOut):
            await lock.acquire(runtime.deadline(0.02))
        lock.release()
        await lock.acquire()

    mode.run(main)


def test_a_task_cancelled_after_it_was_handed_the_lock_passes_it_on() -> None:
    async def main() -> None:
        runtime = AsyncioRuntime()
        lock = runtime.lock()
        await lock.acquire()
        task = asyncio.create_task(lock.acquire())
        await asyncio.sleep(0)
        lock.release()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await lock.acquire(runtime.deadline(PATIENCE_SECONDS))

    asyncio.run(main())


def test_releasing_a_free_lock_is_the_callers_mistake(mode: Mode) -> None:
    with pytest.raises(UsageError):
        mode.runtime().lock().release()


def test_a_thread_and_a_task_share_an_event() -> None:
    blocking, aio = BlockingRuntime(), AsyncioRuntime()
    asked, answered = Event(blocking), Event(aio)

    def thread() -> None:
        blocking.run(asked.wait(blocking.deadline(PATIENCE_SECONDS)))
        answered.set()

    async def main() -> None:
        asked.set()
        await answered.wait(aio.deadline(PATIENCE_SECONDS))

    worker = threading.Thread(target=thread)
    worker.start()
    asyncio.run(main())
    worker.join()
    assert answered.is_set


def test_an_event_that_was_cleared_is_waited_for_again(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        event = runtime.event()
        event.set()
        await event.wait()
        event.clear()
        with pytest.raises(TimedOut):
            await event.wait(runtime.deadline(0.02))

    mode.run(main)


def test_a_group_waits_for_all_and_raises_the_first_error_with_a_note_of_the_others(mode: Mode) -> None:
    ended: list[str] = []

    async def main(runtime: Runtime) -> None:
        first_fails, second_fails = runtime.event(), runtime.event()
        threads: list[threading.Thread] = []

        async def first() -> None:
            threads.append(threading.current_thread())
            first_fails.set()
            raise KeyError("first")

        async def second() -> None:
            await first_fails.wait()
            if mode is Mode.BLOCKING:  # the group has the error when the thread has ended; that of a task at once
                threads[0].join()
            await runtime.sleep(0.001)
            second_fails.set()
            raise LookupError("second")

        async def third() -> None:
            await second_fails.wait()
            await runtime.sleep(0.01)
            ended.append("third")

        await gather(runtime, first(), second(), third())

    with pytest.raises(KeyError, match="first") as raised:
        mode.run(main)
    assert ended == ["third"]
    assert raised.value.__notes__ == ["also: LookupError: second"]


def test_members_of_a_group_may_start_more(mode: Mode) -> None:
    ended: list[int] = []

    async def main(runtime: Runtime) -> None:
        async with runtime.group() as group:

            async def work(left: int) -> None:
                if left:
                    group.start(work(left - 1))
                ended.append(left)

            group.start(work(3))

    mode.run(main)
    assert sorted(ended) == [0, 1, 2, 3]


def test_a_cancelled_call_takes_its_group_with_it(mode: Mode) -> None:
    runtime = mode.runtime()

    async def main(runtime: Runtime) -> None:
        async with runtime.group() as group:
            group.start(runtime.sleep(PATIENCE_SECONDS))
            runtime.cancel()

    with pytest.raises(OperationCancelled):
        call(runtime, main)


def test_a_block_that_is_cut_takes_its_group_with_it(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        async with runtime.group() as group:
            group.start(runtime.sleep(PATIENCE_SECONDS))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mode.run(main)


def test_a_cancelled_task_takes_its_group_with_it() -> None:
    async def main() -> None:
        runtime = AsyncioRuntime()
        task = asyncio.create_task(gather(runtime, runtime.sleep(PATIENCE_SECONDS)))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
