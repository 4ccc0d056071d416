"""Waits, threads, deadlines and cancellation, in both modes."""

from __future__ import annotations

import asyncio
import signal
import threading
from concurrent.futures import Future
from datetime import UTC
from types import FrameType

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled, TimedOut
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, LoopRuntime, Runtime
from msgcore.testing.modes import Mode, call, gather
from tests.runtime.peers import PATIENCE_SECONDS, done, peer, wait_for_end

PAST = Deadline(0.0)


def test_a_runtime_is_a_clock(mode: Mode) -> None:
    runtime = mode.runtime()
    assert runtime.now().tzinfo is UTC
    assert runtime.monotonic() <= runtime.monotonic()
    assert runtime.deadline(None).remaining_seconds() == float("inf")
    assert 0 < runtime.deadline(5).remaining_seconds() <= 5


def test_wait_gives_what_another_thread_worked_out(mode: Mode) -> None:
    future: Future[int] = Future()
    threading.Timer(0.01, future.set_result, [7]).start()
    assert mode.run(lambda runtime: runtime.wait(future)) == 7


def test_wait_raises_what_went_wrong_in_another_thread(mode: Mode) -> None:
    future: Future[int] = Future()
    future.set_exception(KeyError("theirs"))
    with pytest.raises(KeyError, match="theirs"):
        mode.run(lambda runtime: runtime.wait(future))


def test_wait_leaves_the_work_alone_when_the_deadline_passes(mode: Mode) -> None:
    future: Future[int] = Future()
    with pytest.raises(TimedOut):
        mode.run(lambda runtime: runtime.wait(future, runtime.deadline(0.05)))
    assert not future.cancelled()


def test_withdrawn_work_is_told_as_cancelled(mode: Mode) -> None:
    future: Future[int] = Future()
    future.cancel()
    with pytest.raises(OperationCancelled):
        mode.run(lambda runtime: runtime.wait(future))


def test_sleep_ends_by_itself_and_at_the_deadline(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.sleep(0.01)
        with pytest.raises(TimedOut):
            await runtime.sleep(60, runtime.deadline(0.01))

    mode.run(main)


def test_cancel_ends_every_wait_of_the_calls_now_running_and_of_no_later_call(mode: Mode) -> None:
    runtime = mode.runtime()
    futures: list[Future[None]] = [Future(), Future()]
    told: list[str] = []

    async def sleeps() -> None:
        try:
            await runtime.sleep(PATIENCE_SECONDS)
        except OperationCancelled:
            told.append("sleep")

    async def waits(future: Future[None]) -> None:
        try:
            await runtime.wait(future)
        except OperationCancelled:
            told.append("wait")

    async def cancelled(runtime: Runtime) -> None:
        threading.Timer(0.05, runtime.cancel).start()
        await gather(runtime, sleeps(), *map(waits, futures))

    call(runtime, cancelled)

    assert sorted(told) == ["sleep", "wait", "wait"]
    assert call(runtime, lambda runtime: runtime.wait(done(3))) == 3


def test_a_cancelled_call_stays_cancelled_between_its_waits(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        runtime.cancel()
        await runtime.sleep(PATIENCE_SECONDS)

    with pytest.raises(OperationCancelled):
        mode.run(main)


def test_cancel_reaches_waits_outside_of_any_call_too() -> None:
    runtime = AsyncioRuntime()

    async def main() -> None:
        asyncio.get_running_loop().call_later(0.02, runtime.cancel)
        with pytest.raises(OperationCancelled):
            await runtime.sleep(PATIENCE_SECONDS)
        await runtime.sleep(0)

    asyncio.run(main())


def test_cancel_works_in_a_signal_handler_that_interrupts_the_wait_itself() -> None:
    runtime = BlockingRuntime()

    def handler(number: int, frame: FrameType | None) -> None:
        runtime.cancel()

    async def main() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        await runtime.sleep(PATIENCE_SECONDS)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        with pytest.raises(OperationCancelled):
            runtime.run(main())
    finally:
        signal.signal(signal.SIGALRM, before)


def test_in_thread_gives_the_result_and_the_error(mode: Mode) -> None:
    async def main(runtime: Runtime) -> int:
        with pytest.raises(ZeroDivisionError):
            await runtime.in_thread(lambda: 1 // 0)
        return await runtime.in_thread(lambda: 6 * 7)

    assert mode.run(main) == 42


def test_in_thread_does_not_begin_after_the_deadline(mode: Mode) -> None:
    ran: list[int] = []
    with pytest.raises(TimedOut, match=r"^the call: the deadline has passed$"):
        mode.run(lambda runtime: runtime.in_thread(lambda: ran.append(1), PAST))
    assert ran == []


def test_in_thread_tells_what_was_done_when_the_deadline_passes_meanwhile(mode: Mode) -> None:
    async def main(runtime: Runtime) -> str:
        deadline = runtime.deadline(0.2)

        def slow() -> str:
            while not deadline.is_past:
                threading.Event().wait(0.05)
            return "done"

        return await runtime.in_thread(slow, deadline)

    assert mode.run(main) == "done"


def test_cancel_waits_for_the_function_in_thread_and_is_raised_then(mode: Mode) -> None:
    runtime = mode.runtime()
    ended: list[str] = []

    def function() -> None:
        runtime.cancel()
        threading.Event().wait(0.05)
        ended.append("function")

    with pytest.raises(OperationCancelled):
        call(runtime, lambda runtime: runtime.in_thread(function))
    assert ended == ["function"]


def test_cancelling_a_task_even_twice_waits_for_its_function_in_thread() -> None:
    has_begun, may_end = threading.Event(), threading.Event()
    ended: list[str] = []

    def function() -> None:
        has_begun.set()
        may_end.wait(PATIENCE_SECONDS)
        ended.append("function")

    async def main() -> None:
        runtime = AsyncioRuntime()
        task = asyncio.create_task(runtime.in_thread(function))
        await runtime.in_thread(has_begun.wait)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended == ["function"]


def test_on_loop_runs_on_an_event_loop_and_may_serve(mode: Mode) -> None:
    async def on_loop(runtime: LoopRuntime) -> bool:
        return asyncio.get_running_loop().is_running() and hasattr(runtime, "listen")

    assert mode.run(lambda runtime: runtime.on_loop(on_loop))


@pytest.mark.parametrize("how", ["deadline", "cancel"])
def test_on_loop_ends_the_task_before_it_raises(mode: Mode, how: str) -> None:
    runtime = mode.runtime()
    ended: list[str] = []

    async def on_loop(_: LoopRuntime) -> None:
        if how == "cancel":
            threading.Thread(target=runtime.cancel).start()
        try:
            await asyncio.sleep(PATIENCE_SECONDS)
        finally:
            await asyncio.sleep(0.02)
            ended.append("task")

    seconds = 0.3 if how == "deadline" else None
    with pytest.raises(TimedOut if how == "deadline" else OperationCancelled):
        call(runtime, lambda runtime: runtime.on_loop(on_loop, runtime.deadline(seconds)))
    assert ended == ["task"]


def test_the_task_that_reads_is_cancelled_cleanly() -> None:
    async def main() -> None:
        runtime = AsyncioRuntime()
        stream = await runtime.connect(endpoint)
        task = asyncio.create_task(stream.read())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await stream.close()

    with peer(wait_for_end) as endpoint:  # ends because the connection was aborted
        asyncio.run(main())
