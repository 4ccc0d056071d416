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
    """One departure from the rules: the octet ``offset`` where it starts, the ``rule``'s stable name, and a text.

    ``source`` is the RFC and section that has the rule; a limit of ours has none.
    """

    offset: int
    rule: str
    text: str
    source: str = ""

    def __str__(self) -> str:
        return f"octet {self.offset}: {self.rule}: {self.text}" + (f" ({self.source})" if self.source else "")
