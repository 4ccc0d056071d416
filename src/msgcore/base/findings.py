"""What a lenient reader tolerated, and where."""

from __future__ import annotations

import enum

import attrs

__all__ = ["Finding", "Strictness"]


class Strictness(enum.Enum):
    """Whether a reader recovers from bad input (and reports findings) or raises."""

    LENIENT = "lenient"
    STRICT = "strict"


@attrs.frozen
class Finding:
    """One departure from the rules: the octet ``offset`` where it starts, the ``rule``'s stable name, and a text."""

    offset: int
    rule: str
    text: str
