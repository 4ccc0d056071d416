"""Sequences in parts: what takes many at a time, but not any number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["batches"]

T = TypeVar("T")


def batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Give the values in their order, up to ``size`` at a time; nothing when there are none."""
    return (values[start : start + size] for start in range(0, len(values), size))
