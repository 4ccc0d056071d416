"""What a caller gives to any public call, checked where it enters."""

from __future__ import annotations

from typing import cast

from msgcore.errors import UsageError

__all__ = ["checked_integer", "checked_limit", "checked_text"]


def checked_integer(value: int, what: str) -> int:
    given = cast(object, value)
    if isinstance(given, bool) or not isinstance(given, int):
        raise UsageError(f"{what}: need an integer, got {type(value).__name__}")
    return value


def checked_limit(limit: int, what: str) -> int:
    """See that a list can have so many rows at most."""
    if checked_integer(limit, f"{what}: the limit") < 0:
        raise UsageError(f"{what}: a limit of {limit}")
    return limit


def checked_text(value: str, what: str) -> str:
    if not isinstance(cast(object, value), str):
        raise UsageError(f"{what}: need text, got {type(value).__name__}")
    return value
