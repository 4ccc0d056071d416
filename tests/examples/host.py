"""Run many programs quickly: each in a fork of one process that has loaded msgcore, which takes longer than most do.

A program finds itself as if Python had just begun it, in a folder. What it prints and how it ends comes back.
Run as a program itself, this module is that process: a line of its input is a job, a line of its output the answer.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import attrs

__all__ = ["Done", "Host"]

_LOADED = (
    "msgcore.aio",
    "msgcore.cli.app",
    "msgcore.mta.listener",
    "msgcore.providers.imap",
    "msgcore.providers.pop3",
    "msgcore.providers.smtp",
    "msgcore.testing.servers",
    "msgcore.transfer",
)


@attrs.frozen
class Done:
    """How a program ended, and what it printed."""

    status: int
    stdout: str
    stderr: str


class Host:
    """The process, for the time of its context."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()

    def run(self, program: Path, folder: Path, **world: str) -> Done:
        """Run a Python program in a folder; ``world`` are arguments of :func:`tests.examples.world.enter`."""
        return self._do([str(program)], folder, world)

    def command(self, arguments: list[str], folder: Path, **world: str) -> Done:
        """Run ``msgcore`` with these arguments."""
        return self._do(["msgcore", *arguments], folder, world)

    def _do(self, arguments: list[str], folder: Path, world: dict[str, str]) -> Done:
        said, heard = self._process.stdin, self._process.stdout
        assert said is not None
        assert heard is not None
        with tempfile.TemporaryDirectory() as printed:
            job = {"arguments": arguments, "folder": str(folder), "world": world, "printed": printed}
            print(json.dumps(job), file=said, flush=True)
            status = int(heard.readline())
            out, err = (Path(printed, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Done(status, out, err)


def _serve() -> dict[str, Any] | None:
    """Fork for each job. Give the job to each fork, and ``None`` at the end to the process itself."""
    for line in sys.stdin:
        job: dict[str, Any] = json.loads(line)
        if not (process := os.fork()):
            return job
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def _run(job: dict[str, Any]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(Path(job["printed"], name), os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.chdir(job["folder"])
    sys.argv = job["arguments"]
    if job["world"]:
        from tests.examples.world import enter

        enter(**job["world"])
    if sys.argv[0] != "msgcore":
        sys.path[0] = str(Path(sys.argv[0]).parent)
        runpy.run_path(sys.argv[0], run_name="__main__")
        return
    from msgcore.__main__ import main

    sys.exit(main())


if __name__ == "__main__":
    for module in _LOADED:
        importlib.import_module(module)
    if (own := _serve()) is not None:
        _run(own)
