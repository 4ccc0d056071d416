"""A process whose system calls fail: strace gives it the errors of a full or broken disk."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Sequence

import pytest

from tests.requirements import unavailable
from tests.store_faults.processes import PATIENCE_SECONDS

__all__ = ["run_with_fault", "strace"]

_SECONDS_TO_TRY = 30


@functools.cache
def _missing() -> str | None:
    program = shutil.which("strace")
    if program is None:
        unavailable("not installed: strace")
    tried = subprocess.run(
        [program, "-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1..2", "true"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS_TO_TRY,
    )
    return f"strace cannot be used here: {tried.stderr.strip()}" if tried.returncode else None


def strace() -> None:
    """Skip where calls cannot be made to fail."""
    if reason := _missing():
        pytest.skip(reason)


def run_with_fault(what: Sequence[str], call: str, error: str, when: str) -> list[str]:
    """Run a process whose calls of ``call`` fail when ``when`` says (strace's words), and give what it prints."""
    fault = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]
    ended = subprocess.run(
        ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", *fault, *what],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.stdout.splitlines()
