"""The .msg files of the corpus."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests import shared

__all__ = ["each_file", "msg_file", "msg_files"]


@functools.cache
def msg_files() -> tuple[Path, ...]:
    return tuple(sorted((shared.corpus() / "msg").rglob("*.msg")))


def msg_file(name: str) -> bytes:
    """Give the octets of a file by its name without the ending."""
    return next(path for path in msg_files() if path.stem == name).read_bytes()


each_file = pytest.mark.parametrize("path", msg_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
