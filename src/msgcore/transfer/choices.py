"""What the options of imports and exports must be; what is of another kind is refused when they are made."""

from __future__ import annotations

from pathlib import Path

from msgcore.errors import UsageError

__all__ = ["check_counts", "check_functions", "check_path", "check_switches", "need"]


def need(is_right: bool, name: str, wanted: str, value: object) -> None:
    """Go on if a choice is of the right kind, and else raise ``UsageError``."""
    if not is_right:
        raise UsageError(f"{name}: need {wanted}, got {value!r:.80}")


def check_counts(**values: object) -> None:
    for name, value in values.items():
        is_count = isinstance(value, int) and not isinstance(value, bool) and value > 0
        need(is_count, name, "a whole number from 1", value)


def check_switches(**values: object) -> None:
    for name, value in values.items():
        need(isinstance(value, bool), name, "True or False", value)


def check_functions(**values: object) -> None:
    for name, value in values.items():
        need(value is None or callable(value), name, "a function or None", value)


def check_path(path: object) -> None:
    if not isinstance(path, Path):
        write = f"; write Path({path!r:.80})" if isinstance(path, str) else ""
        raise UsageError(f"an archive: need a Path, got a {type(path).__name__}{write}")
