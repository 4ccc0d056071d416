"""Hostile RTF ends within its bounds: CPU time and memory of a child process, with slack for slow machines.

The bound of the security reference is 2 s + 0.4 s per MB and 64 MB + 8 times the input; a job here does three things.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.hostile.rtf_cases import CASES, FAMILIES
from tests.shared import REPOSITORY

_SLACK = 4
_MEGABYTE = 1_000_000


@pytest.mark.parametrize("family", FAMILIES)
def test_hostile_rtf_ends_within_its_bounds(family: str) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.hostile.rtf_cases", family],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr[-2_000:]

    lines = child.stdout.splitlines()
    assert [line for line in lines if not _is_within_bounds(*line.split(maxsplit=3))] == []
    assert len(lines) == sum(name.startswith(family) for name in CASES)


def _is_within_bounds(seconds: str, growth: str, size: str, _: str) -> bool:
    is_quick = float(seconds) < _SLACK * (2 + 0.4 * int(size) / _MEGABYTE)
    return is_quick and int(growth) < 64 * _MEGABYTE + 8 * int(size)
