"""The loop thread that blocking callers share."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from msgcore.errors import SuspendedError
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Endpoint, LoopRuntime, Stream, run
from msgcore.runtime.loop_thread import submit
from tests.runtime.peers import PATIENCE_SECONDS


async def _thread() -> threading.Thread:
    return threading.current_thread()


def test_everything_runs_on_one_thread() -> None:
    first, second = submit(_thread()).result(PATIENCE_SECONDS), submit(_thread()).result(PATIENCE_SECONDS)
    assert first is second
    assert first is not threading.current_thread()


def test_an_error_is_the_futures() -> None:
    async def fails() -> None:
        raise KeyError("theirs")

    with pytest.raises(KeyError, match="theirs"):
        submit(fails()).result(PATIENCE_SECONDS)


def test_a_cancelled_future_is_done_only_when_its_task_has_ended() -> None:
    ended: list[str] = []
    has_begun = threading.Event()

    async def work() -> None:
        has_begun.set()
        try:
            await asyncio.sleep(PATIENCE_SECONDS)
        finally:
            await asyncio.sleep(0.02)
            ended.append("task")

    future = submit(work())
    has_begun.wait(PATIENCE_SECONDS)
    assert future.cancel()
    with pytest.raises(CancelledError):
        future.result(PATIENCE_SECONDS)
    assert ended == ["task"]


def test_waiting_on_the_loop_thread_for_itself_is_refused() -> None:
    async def waits() -> None:
        run(BlockingRuntime().on_loop(_never))

    with pytest.raises(SuspendedError, match="wait for itself"):
        submit(waits()).result(PATIENCE_SECONDS)


async def _never(runtime: LoopRuntime) -> None:
    raise AssertionError("must not run")


def test_a_blocking_caller_serves_through_it() -> None:
    async def echo(stream: Stream) -> None:
        await stream.write(await stream.read())

    blocking, aio = BlockingRuntime(), AsyncioRuntime()
    listener = submit(aio.listen(Endpoint("127.0.0.1", 0), echo)).result(PATIENCE_SECONDS)

    async def ask() -> bytes:
        stream = await blocking.connect(Endpoint("127.0.0.1", listener.port))
        await stream.write(b"echo")
        octets = await stream.read()
        await stream.close()
        return octets

    assert blocking.run(ask()) == b"echo"
    submit(listener.close()).result(PATIENCE_SECONDS)
