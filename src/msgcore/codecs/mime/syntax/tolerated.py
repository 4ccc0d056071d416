"""Where the readers of this folder note what they tolerated."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgcore.base.findings import Finding
from msgcore.codecs.mime.syntax.rules import RULES

__all__ = ["NO_FINDINGS", "Findings", "Note", "ignore"]

Note = Callable[[str, str], None]
"""Takes a rule's name and a text about one departure from it; the place is known to whoever made the function."""

_MOST = 1_000


def ignore(_rule: str, _text: str) -> None:
    """Note nothing."""


class Findings:
    """Findings in the order they were met, a thousand at most, so that bad input cannot fill memory.

    Where nobody will ask for them none are kept, and readers skip the checks that only serve them.
    """

    __slots__ = ("_found", "_is_wanted")

    def __init__(self, *, is_wanted: bool = False) -> None:
        self._found: list[Finding] = []
        self._is_wanted = is_wanted

    def add(self, offset: int, rule: str, text: str) -> None:
        if self._is_wanted and len(self._found) < _MOST:
            self._found.append(Finding(offset, rule, text, RULES[rule]))

    def at(self, offset: int) -> Note:
        """Make the function that notes findings at ``offset``."""
        if not self._is_wanted:
            return ignore
        return lambda rule, text: self.add(offset, rule, text)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found)


NO_FINDINGS = Findings()
"""For whoever wants none."""
