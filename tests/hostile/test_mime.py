"""Hostile messages end within their bounds: CPU time and memory of a child process, with slack for slow machines.

The bound of the security reference is 2 s + 0.4 s per MB and 64 MB + 8 times the input for reading, decoding and
writing once; the job here does about four times that, and holds two or three of its results at once.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.hostile.mime_cases import CASES
from tests.shared import REPOSITORY

_SLACK = 4
_MEGABYTE = 1_000_000


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_message_ends_within_its_bounds(name: str) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.hostile.mime_cases", name],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr[-2_000:]

    seconds, growth, size = (float(word) for word in child.stdout.split())
    assert seconds < _SLACK * (2 + 0.4 * size / _MEGABYTE)
    assert growth < 64 * _MEGABYTE + 3 * 8 * size
