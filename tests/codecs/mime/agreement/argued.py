"""The disagreements that were looked at, each with its reason: ``argued.toml``, and nothing that is not in there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

import attrs

from tests.codecs.mime.agreement.comparison import Comparison

__all__ = ["Argument", "arguments", "left_over", "not_argued", "of"]


@attrs.frozen
class Argument:
    """Why fields of an oracle differ, and who is wrong: "theirs", "ours" or "choice".

    Each of the places ``at`` which they do stands for the form of the message with CRLF line ends, too.
    """

    oracle: str
    wrong: str
    reason: str
    at: frozenset[str]

    def covers(self, comparison: Comparison) -> bool:
        return self.oracle == comparison.oracle and not self.at.isdisjoint(comparison.places)


def arguments() -> tuple[Argument, ...]:
    rows = tomllib.loads(Path(__file__).with_name("argued.toml").read_text("utf-8"))["argument"]
    return tuple(Argument(row["oracle"], row["wrong"], row["reason"], frozenset(row["at"])) for row in rows)


def of(argument: Argument, differing: Iterable[Comparison]) -> list[Comparison]:
    return [comparison for comparison in differing if argument.covers(comparison)]


def not_argued(differing: Iterable[Comparison]) -> list[str]:
    """Name the disagreements that no argument covers."""
    known = arguments()
    return [one.place for one in differing if not any(argument.covers(one) for argument in known)]


def left_over(differing: Iterable[Comparison]) -> list[str]:
    """Name the places of arguments in which nothing differs any more."""
    known = {(one.oracle, place) for one in differing for place in one.places}
    return [
        f"{argument.oracle}: {place}"
        for argument in arguments()
        for place in sorted(argument.at)
        if (argument.oracle, place) not in known
    ]
