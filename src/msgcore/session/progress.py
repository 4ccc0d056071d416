"""What callers give to be told how far a retrieval is."""

from __future__ import annotations

from inspect import iscoroutinefunction

from msgcore.errors import UsageError
from msgcore.spooler.incoming import OnProgress

__all__ = ["check_progress"]


def check_progress(on_progress: OnProgress | None) -> None:
    """See that it is a function that can be called from a batch's midst.

    Raises:
        UsageError: it is none, or ``async def``: nobody would await it.
    """
    given: object = on_progress
    if given is None:
        return
    if not callable(given):
        raise UsageError(f"on_progress: need a plain function, got {type(given).__name__}")
    if iscoroutinefunction(given) or iscoroutinefunction(getattr(given, "__call__", None)):  # noqa: B004  # of its class
        raise UsageError("on_progress: need a plain function, got one that is async def")
