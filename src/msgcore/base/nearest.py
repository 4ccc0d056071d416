"""Saying which names there are to somebody who gave another one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["there_are"]

_SHORT = 3  # "sms" is no slip of "smtps"


def there_are(given: object, known: Iterable[str]) -> str:
    """List the names that are known, behind the one that ``given`` was perhaps meant to be: the end of a message."""
    names = list(known)
    near = get_close_matches(str(given), names, 1, cutoff=0.75) if len(str(given)) > _SHORT else []
    return f"{f'did you mean {near[0]}? There' if near else 'there'} are {', '.join(names) or 'none'}"
