"""Driving coroutines as plain calls."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from msgcore.errors import SuspendedError
from msgcore.runtime import BlockingRuntime, run

IN_CHILD = """
import os, threading
from msgcore.errors import OperationCancelled
from msgcore.runtime import BlockingRuntime, Endpoint
from msgcore.runtime.wakeup import wakeup_of_this_thread

async def answer(loop_runtime):
    return os.getpid()

runtime = BlockingRuntime()
parents_wakeup = wakeup_of_this_thread()
assert runtime.run(runtime.on_loop(answer)) == os.getpid()
child = os.fork()
if child == 0:
    assert wakeup_of_this_thread() is not parents_wakeup
    parents_wakeup.wake()
    assert runtime.run(runtime.on_loop(answer)) == os.getpid()
    os._exit(0)
_, status = os.waitpid(child, 0)
assert status == 0, status
try:
    parents_wakeup.reader.recv(1)
except BlockingIOError:
    print("kept apart")
"""


def test_run_gives_the_result_of_a_coroutine_that_never_suspends() -> None:
    async def inner() -> int:
        return 20

    async def outer() -> int:
        return await inner() + 1

    assert run(outer()) == 21


def test_run_raises_what_the_coroutine_raises() -> None:
    async def main() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        run(main())


def test_awaiting_a_foreign_primitive_closes_the_coroutine_and_names_what_was_awaited() -> None:
    ended: list[str] = []

    async def main() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            ended.append("finally")

    with pytest.raises(SuspendedError, match=r"main.* awaited None"):
        run(main())
    assert ended == ["finally"]


def test_a_primitive_that_needs_a_loop_says_so() -> None:
    async def main() -> None:
        await asyncio.sleep(1)

    with pytest.raises(SuspendedError, match="needs an event loop"):
        run(main())


def test_blocking_callers_load_neither_asyncio_nor_openssl_nor_sqlite() -> None:
    program = (
        "import sys; from msgcore.runtime import BlockingRuntime, Endpoint; BlockingRuntime()\n"
        "print(sorted({'asyncio', 'ssl', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_in_thread_runs_in_the_callers_own_thread() -> None:
    runtime = BlockingRuntime()
    assert runtime.run(runtime.in_thread(threading.current_thread)) is threading.current_thread()


def test_a_forked_child_uses_neither_loop_thread_nor_wakeup_of_its_parent() -> None:
    # Python 3.12 warns of any fork beside threads; the loop thread is the point here.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", IN_CHILD]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("kept apart\n", "")
