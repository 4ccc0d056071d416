"""Processes that are started here."""

from __future__ import annotations

import subprocess
import sys

import pytest

NO_THREAD = """
import asyncio, sys, threading
from msgcore.errors import SetupError
from msgcore.runtime.child import Child

def refuse(thread):
    raise RuntimeError("can't start new thread")

threading.Thread.start = refuse
try:
    asyncio.run(Child.start([sys.executable, "-c", "import sys; sys.stdin.read()"]))
except SetupError as error:
    print(error)
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="no thread is needed to wait for a process")
def test_a_process_for_which_there_is_no_thread_is_a_setup_error() -> None:
    """As where a user has as many as he may: whoever keeps processes at work tries again later."""
    done = subprocess.run([sys.executable, "-c", NO_THREAD], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout == f"{sys.executable} cannot be run: can't start new thread\n", done.stderr
