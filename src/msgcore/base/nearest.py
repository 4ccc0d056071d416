"""Saying which names there are to somebody who gave another one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["nearest", "there_are"]

_SHORT = 3  # "sms" is no slip of "smtps"


def nearest(given: object, known: Iterable[str]) -> str | None:
    """Give the one of the names that are known that was perhaps meant."""
    near = get_close_matches(str(given), list(known), 1, cutoff=0.75) if len(str(given)) > _SHORT else []
    return near[0] if near else None


def there_are(given: object, known: Iterable[str]) -> str:
    """List the names that are known, behind the one that ``given`` was perhaps meant to be: the end of a message."""
    names = list(known)
    near = nearest(given, names)
    return f"{'there' if near is None else f'did you mean {near}? There'} are {', '.join(names) or 'none'}"
