"""Somebody else's coroutine, cut at a deadline; and threads for what may never return."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from msgcore.errors import CutShort, OperationCancelled, SuspendedError, TimedOut
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, LoopRuntime, Runtime
from msgcore.runtime.workers import DaemonWorkers
from msgcore.testing.modes import Mode, gather
from tests.runtime.peers import peer

BOTH = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
BRIEF_SECONDS = 0.05


@BOTH
def test_a_sleep_without_a_deadline_is_cut(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.bounded(runtime.sleep(30), runtime.deadline(BRIEF_SECONDS))

    with pytest.raises(CutShort):
        mode.run(main)


@BOTH
def test_a_read_without_a_deadline_is_cut(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        try:
            await runtime.bounded(stream.read(), runtime.deadline(BRIEF_SECONDS))
        finally:
            stream.abort()

    with peer(lambda connection: connection.recv(1)) as endpoint, pytest.raises(CutShort):
        mode.run(main)


@BOTH
def test_a_wait_in_a_group_is_cut(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        waits = gather(runtime, runtime.event().wait(), runtime.event().wait())
        await runtime.bounded(waits, runtime.deadline(BRIEF_SECONDS))

    with pytest.raises(CutShort):
        mode.run(main)


@BOTH
def test_a_time_out_of_its_own_is_not_a_cut(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.bounded(runtime.sleep(30, runtime.deadline(BRIEF_SECONDS)), runtime.deadline(30))

    with pytest.raises(TimedOut) as caught:
        mode.run(main)
    assert not isinstance(caught.value, CutShort)


@BOTH
def test_the_sooner_of_two_bounds_counts(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        inner = runtime.bounded(runtime.sleep(30), runtime.deadline(20))
        await runtime.bounded(inner, runtime.deadline(BRIEF_SECONDS))

    with pytest.raises(CutShort):
        mode.run(main)


@BOTH
def test_what_follows_a_cut_is_not_bounded_any_more(mode: Mode) -> None:
    async def main(runtime: Runtime) -> str:
        with pytest.raises(CutShort):
            await runtime.bounded(runtime.sleep(30), runtime.deadline(BRIEF_SECONDS))
        await runtime.sleep(BRIEF_SECONDS)
        return "slept"

    assert mode.run(main) == "slept"


@BOTH
def test_what_is_shielded_is_not_cut(mode: Mode) -> None:
    """Only waits of the runtime know of shields: a task that is cancelled is cancelled."""

    async def main(runtime: Runtime) -> list[str]:
        done: list[str] = []

        async def write_down() -> None:
            with runtime.shielded():
                await runtime.sleep(4 * BRIEF_SECONDS)
            done.append("written")

        await runtime.bounded(write_down(), runtime.deadline(BRIEF_SECONDS))
        return done

    if mode is Mode.BLOCKING:
        assert mode.run(main) == ["written"]
    else:
        with pytest.raises(CutShort):
            mode.run(main)


@BOTH
def test_nothing_begins_after_the_deadline(mode: Mode) -> None:
    begun: list[str] = []

    async def begin() -> None:
        begun.append("begun")

    async def main(runtime: Runtime) -> None:
        await runtime.bounded(begin(), runtime.deadline(0))

    with pytest.raises(TimedOut):
        mode.run(main)
    assert begun == []


@BOTH
def test_cancel_reaches_into_it(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        async def cancel_and_wait() -> None:
            runtime.cancel()
            await runtime.sleep(30)

        await runtime.bounded(cancel_and_wait(), NEVER)

    with pytest.raises(OperationCancelled):
        mode.run(main)


def test_cancel_ends_a_wait_of_asyncio_too_after_a_moment() -> None:
    async def main() -> None:
        runtime = AsyncioRuntime()

        async def cancel_and_wait() -> None:
            runtime.cancel()
            await asyncio.Event().wait()

        await runtime.run(runtime.bounded(cancel_and_wait(), NEVER))

    with pytest.raises(OperationCancelled):
        asyncio.run(main())


def test_a_foreign_wait_in_blocking_mode_is_told() -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.bounded(asyncio.sleep(1), NEVER)

    with pytest.raises(SuspendedError):
        Mode.BLOCKING.run(main)


def test_a_cut_leaves_the_task_uncancelled() -> None:
    async def main() -> int:
        runtime = AsyncioRuntime()
        with pytest.raises(CutShort):
            await runtime.bounded(asyncio.sleep(30), runtime.deadline(BRIEF_SECONDS))
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert asyncio.run(main()) == 0


def test_a_function_has_a_thread_as_long_as_there_is_one() -> None:
    workers = DaemonWorkers("few", 2)
    gate, begun = threading.Event(), threading.Semaphore(0)

    def wait() -> None:
        begun.release()
        gate.wait(30)

    first, second, third = (workers.submit(wait) for _ in range(3))
    for _ in range(2):
        assert begun.acquire(timeout=30)
    is_third_waiting = third.cancel()
    gate.set()
    for future in (first, second):
        future.result(30)

    assert is_third_waiting


def test_workers_of_one_thread_keep_the_order() -> None:
    workers = DaemonWorkers("one", 1)
    order: list[int] = []
    futures = [workers.submit(lambda number=number: order.append(number)) for number in range(50)]  # type: ignore[misc]
    for future in futures:
        future.result(30)

    assert order == list(range(50))


def test_an_error_belongs_to_who_waits() -> None:
    def explode() -> None:
        raise ZeroDivisionError("boom")

    with pytest.raises(ZeroDivisionError):
        DaemonWorkers("one", 1).submit(explode).result(30)


def test_a_forked_child_takes_no_work_of_its_parent_along() -> None:
    script = """if True:
        import os, threading
        from msgcore.runtime.workers import DaemonWorkers

        workers, gate = DaemonWorkers("one", 1), threading.Event()
        workers.submit(gate.wait)
        waiting = workers.submit(lambda: print("the parent's work", os.getpid() == parent, flush=True))
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            workers.submit(lambda: print("the child's work", flush=True)).result(30)
            os._exit(0)
        os.waitpid(child, 0)
        gate.set()
        waiting.result(30)
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["the child's work", "the parent's work True"]


@pytest.mark.parametrize("wait", ["sleep", "lock"])
def test_a_blocking_wait_on_the_shared_loop_is_refused(wait: str) -> None:
    runtime = BlockingRuntime()

    async def hold_up(_: LoopRuntime) -> None:
        runtime.run(runtime.sleep(30) if wait == "sleep" else runtime.event().wait())

    with pytest.raises(SuspendedError, match="loop thread"):
        runtime.run(runtime.on_loop(hold_up))
