"""What the readers of TNEF and of .msg files tolerated, noted."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.base.findings import Finding

__all__ = ["Note", "Notes", "ignore"]

_MOST = 1_000

Note = Callable[[int, str, str], None]
"""Takes the offset, the rule and the text of a finding."""


def ignore(_offset: int, _rule: str, _text: str) -> None:
    """Note nothing."""


class Notes:
    """Findings in the order in which they were met, the first thousand; ``source`` has the rules, but for limits."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: list[Finding] = []

    def note(self, offset: int, rule: str, text: str) -> None:
        if len(self._found) < _MOST:
            self._found.append(Finding(offset, rule, text, "" if rule.startswith("limit-") else self._source))

    def found(self) -> tuple[Finding, ...]:
        """Give each finding once."""
        return tuple(dict.fromkeys(self._found))
