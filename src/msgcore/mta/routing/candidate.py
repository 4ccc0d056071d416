"""Candidates: the rows that match a recipient, and what became of each."""

from __future__ import annotations

import attrs

from msgcore.mta.routing.spaces import AddressSpace
from msgcore.mta.routing.verdict import Verdict

__all__ = ["Candidate", "Trace"]


@attrs.frozen
class Candidate:
    """A connector, the space of it that matches the recipient, and what became of it."""

    connector: str
    space: AddressSpace
    verdict: Verdict
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.detail}" if self.detail else self.verdict.value


@attrs.frozen
class Trace:
    """Every row of the recipient's type that matches it, and how many others there are."""

    candidates: tuple[Candidate, ...]
    other_spaces: int
