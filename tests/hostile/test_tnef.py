"""Hostile TNEF ends within its bounds: CPU time and memory of a child process, with slack for slow machines.

The bound of the security reference is 2 s + 0.4 s per MB and 64 MB + 8 times the input; the job here reads three times,
writes, and reads again.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.hostile.tnef_cases import CASES, mutate
from tests.shared import REPOSITORY

_SLACK = 4
_MEGABYTE = 1_000_000


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_stream_ends_within_its_bounds(name: str) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.hostile.tnef_cases", name],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr[-2_000:]

    seconds, growth, size = (float(word) for word in child.stdout.split())
    assert seconds < _SLACK * (2 + 0.4 * size / _MEGABYTE)
    assert growth < 64 * _MEGABYTE + 8 * size


def test_two_thousand_damaged_streams_end_in_a_message_or_a_typed_error() -> None:
    mutate()
