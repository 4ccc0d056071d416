"""Hostile cases by name, each in a process of its own that is forked from one which has imported and warmed up.

A fork holds nothing of the cases before it: neither memory that they left to be used again, nor anything remembered.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType

import attrs

from tests.hostile.memory import peak_octets, reset_peak
from tests.shared import REPOSITORY

__all__ = ["Cases", "Measured", "serve"]

_PATIENCE_SECONDS = 300


@attrs.frozen
class Measured:
    """What a case took; its making is not counted."""

    cpu_seconds: float
    growth_octets: int
    size_octets: int


class Cases:
    """The process ``python -m MODULE``, which calls ``serve``."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Cases:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with self._process:
            pass

    def measure(self, name: str) -> Measured:
        """Have a case done; fail with what it raised, or what ended it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(name) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        assert "failed" not in told, told["failed"]
        return Measured(**told)


def serve(prepare: Callable[[str], tuple[Callable[[], object], int]]) -> None:
    """Do the cases named on standard input and tell what each took, a line of JSON for each.

    ``prepare`` gives a case's job and its size in octets.
    """
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.alarm(_PATIENCE_SECONDS)
            _tell(_done(prepare, json.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status != 0:
            _tell({"failed": f"ended with {os.waitstatus_to_exitcode(status)}"})


def _done(prepare: Callable[[str], tuple[Callable[[], object], int]], name: str) -> dict[str, object]:
    try:
        job, size = prepare(name)
        before = reset_peak()
        started = time.process_time()
        job()
        return attrs.asdict(Measured(time.process_time() - started, peak_octets() - before, size))
    except BaseException:
        return {"failed": traceback.format_exc()[-2_000:]}


def _tell(told: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
