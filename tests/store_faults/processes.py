"""Processes that work on a store, and what they said until their end."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from tests.shared import REPOSITORY

__all__ = ["PATIENCE_SECONDS", "Child", "command"]

PATIENCE_SECONDS = 60


def command(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.store_faults.{module}", *map(str, arguments)]


class Child:
    """A running process; ``lines`` are those that it has printed."""

    def __init__(self, what: Sequence[str]) -> None:
        self._process = subprocess.Popen(what, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._changed = threading.Condition()
        self._is_over = False
        self.lines: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                if line.endswith("\n"):  # what it was printing when it was killed was not said
                    self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def wait_for(self, line: str, count: int = 1) -> None:
        """Wait until it has said that so many times."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self.lines.count(line) >= count, PATIENCE_SECONDS)
            assert self.lines.count(line) >= count, f"it has not said {line!r}: {self.lines[-3:]}"

    def let_run(self, seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def kill_after(self, deeds: int, chance: random.Random) -> None:
        """Let it do some deeds, and kill it some moment later."""
        self.wait_for("ready")
        self.wait_for("done", deeds)
        self.let_run(chance.uniform(0, 0.03))
        self.close()

    def end(self) -> list[str]:
        """Close its standard input, and give all that it has printed at its end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_SECONDS)
        self._thread.join(PATIENCE_SECONDS)
        return self.lines

    def close(self) -> None:
        """Kill it, if it has not ended."""
        self._process.kill()
        self._process.wait()
        self._thread.join(PATIENCE_SECONDS)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
