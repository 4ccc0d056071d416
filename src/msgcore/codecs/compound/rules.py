"""The rules that findings name, and where findings gather."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.base.findings import Finding, Strictness
from msgcore.errors import MalformedMessage

__all__ = ["RULES", "Departures"]

RULES: Mapping[str, str] = {
    "header-byte-order": "[MS-CFB] section 2.2",
    "header-version": "[MS-CFB] section 2.2",
    "header-cutoff": "[MS-CFB] section 2.2",
    "fat-missing": "[MS-CFB] section 2.5",
    "directory-chain": "[MS-CFB] section 2.3",
    "mini-fat-chain": "[MS-CFB] section 2.4",
    "mini-stream-chain": "[MS-CFB] section 2.6.3",
    "root-kind": "[MS-CFB] section 2.6.2",
    "entry-link": "[MS-CFB] section 2.6.4",
    "entry-kind": "[MS-CFB] section 2.6.1",
    "entry-name": "[MS-CFB] section 2.6.1",
    "entry-repeated": "[MS-CFB] section 2.6.4",
    "stream-size": "[MS-CFB] section 2.6.1",
    "stream-chain": "[MS-CFB] section 2.3",
    "streams-overlap": "[MS-CFB] section 2.3",
}

_MOST = 1_000


class Departures:
    """What was tolerated, each once, a thousand at most; a strict reader raises the first."""

    __slots__ = ("_found", "_is_strict")

    def __init__(self, strictness: Strictness) -> None:
        self._found: dict[Finding, None] = {}
        self._is_strict = strictness is Strictness.STRICT

    def note(self, offset: int, rule: str, text: str) -> None:
        """Keep one finding.

        Raises:
            MalformedMessage: the reader is strict.
        """
        finding = Finding(offset, rule, text, RULES[rule])
        if self._is_strict:
            raise MalformedMessage(str(finding), offset, rule, finding.source)
        if not self.is_full:
            self._found[finding] = None

    @property
    def is_full(self) -> bool:
        """Say that no finding more is kept, so that none need be made."""
        return len(self._found) >= _MOST

    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._found)
