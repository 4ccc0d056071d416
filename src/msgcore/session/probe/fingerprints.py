"""Who answers, guessed from what it says; the rules are data, in ``fingerprints.toml``."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files

import attrs

from msgcore.base.text import one_line
from msgcore.session.probe.report import Confidence, Guess

__all__ = ["Said", "guess_software"]

_ORDER = list(Confidence)


@attrs.frozen
class Said:
    """What a server said: replies in full by what they answer to (``greeting``, ``ehlo``, …), and its keywords."""

    replies: Mapping[str, str]
    keywords: frozenset[str] = frozenset()


@attrs.frozen
class _Rule:
    """All the patterns have to be found, and all the keywords offered."""

    name: str
    confidence: Confidence
    patterns: Mapping[str, re.Pattern[str]]
    keywords: frozenset[str] = frozenset()

    def guess(self, said: Said) -> Guess | None:
        found = {at: pattern.search(said.replies.get(at, "")) for at, pattern in self.patterns.items()}
        matches = {at: match for at, match in found.items() if match is not None}
        if len(matches) < len(found) or not self.keywords <= said.keywords:
            return None
        versions = [match["version"] or "" for match in matches.values() if "version" in match.re.groupindex]
        evidence = [*(f"{at} {match[0]!r}" for at, match in matches.items()), *sorted(self.keywords)]
        return Guess(self.name, self.confidence, next(iter(versions), "").strip(), one_line(", ".join(evidence), 200))


def guess_software(said: Said, protocol: str) -> tuple[Guess, ...]:
    """Guess what software said this, the best guess first, each name once."""
    guesses = [guess for rule in _rules().get(protocol, ()) if (guess := rule.guess(said)) is not None]
    unique: dict[str, Guess] = {}
    for guess in sorted(guesses, key=lambda guess: _ORDER.index(guess.confidence)):
        unique.setdefault(guess.name, guess)
    return tuple(unique.values())


@functools.cache
def _rules() -> Mapping[str, tuple[_Rule, ...]]:
    """Read the rules of each protocol, in the order of the file."""
    tables = tomllib.loads(files("msgcore.session.probe").joinpath("fingerprints.toml").read_text(encoding="utf-8"))
    return {protocol: tuple(map(_rule, rules)) for protocol, rules in tables.items()}


def _rule(table: Mapping[str, str]) -> _Rule:
    left = dict(table)
    name, confidence = left.pop("name"), Confidence(left.pop("confidence"))
    keywords = frozenset(left.pop("keywords", "").split())
    return _Rule(name, confidence, {at: re.compile(pattern) for at, pattern in left.items()}, keywords)
