"""Where a text is broken that was to be TOML."""

from __future__ import annotations

import re

__all__ = ["line_of_fault"]

_LINE = re.compile(r"at line (\d+)")


def line_of_fault(error: Exception, text: str) -> int | None:
    """Say on which line ``tomllib`` gave up, from what it says; ``None`` if it says nothing about it.

    Where it came to the end of the text, that is the last line with anything on it.
    """
    said = str(error)
    if found := _LINE.search(said):
        return int(found[1])
    return text.rstrip().count("\n") + 1 if "end of document" in said else None
