"""Databases of these tests lie in memory where the system has room for files there.

What is tested here outlives a killed process, not a lost disk, and commits are many: on a disk that others use, too,
the tests would mostly wait for it. Durability on a disk is tested in ``tests/runtime``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)
