"""Processes that are started here."""

from __future__ import annotations

import subprocess
import sys

import pytest

NO_THREAD = """
import asyncio, os, sys, threading
from msgcore.errors import SetupError
from msgcore.runtime.child import Child

def refuse(thread):
    raise RuntimeError("can't start new thread")

async def start():
    try:
        await Child.start([sys.executable, "-c", "import sys; sys.stdin.read()"])
    except SetupError as error:
        print(error)
    while os.waitpid(-1, os.WNOHANG) == (0, 0):
        await asyncio.sleep(0.01)
    print("it has ended")

threading.Thread.start = refuse
asyncio.run(asyncio.wait_for(start(), 20))
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="no thread is needed to wait for a process")
def test_a_process_for_which_there_is_no_thread_is_a_setup_error() -> None:
    """As where a user has as many as he may: whoever keeps processes at work tries again later."""
    done = subprocess.run([sys.executable, "-c", NO_THREAD], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout == f"{sys.executable} cannot be run: can't start new thread\nit has ended\n", done.stderr
