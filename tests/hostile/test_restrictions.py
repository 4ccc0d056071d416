"""Hostile restrictions end within their bounds: CPU time of a child process, with slack for slow machines."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.hostile.restriction_cases import CASES
from tests.shared import REPOSITORY

_BOUND_SECONDS = 8.0


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_restriction_ends_within_its_bound(name: str) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.hostile.restriction_cases", name],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr[-2_000:]
    assert float(child.stdout) < _BOUND_SECONDS
