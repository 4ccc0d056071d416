"""Processes that are killed at a certain step, or find the disk full: at the n-th thing they do to a file system."""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

__all__ = ["die_before", "fail_at", "run_in_child"]

_STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"})
_FAILED = 70


def die_before(step: int) -> None:
    """Have this process killed before its step of that number, from 1 on."""
    left = step

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in _STEPS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def fail_at(step: int) -> None:
    """Have the disk full at this process's step of that number, and only then."""
    left = step

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in _STEPS:
            left -= 1
            if left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(watch)


def run_in_child(work: Callable[[], object]) -> int:
    """Fork, and do it there; give the number of the child."""
    child = os.fork()
    if child == 0:
        _work(work)
    return child


def _work(work: Callable[[], object]) -> NoReturn:
    status = _FAILED
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
