"""Signals to a process, as something to wait for."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import asyncio, os, signal
from msgcore.runtime.signals import Signals, hold_back

async def main():
    with Signals(["SIGHUP"]) as signals:
        print(await signals.next())

hold_back(["SIGHUP"])
os.kill(os.getpid(), signal.SIGHUP)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")
def test_a_signal_that_is_held_back_is_told_once_somebody_waits() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "SIGHUP\n")
