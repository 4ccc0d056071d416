"""A recorded dialogue: what each side said at a time, in octets."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import attrs

__all__ = ["Turn", "recorded"]


@attrs.frozen
class Turn:
    """What one side said before the other said something."""

    is_server: bool
    octets: bytes


def recorded(name: str) -> list[Turn]:
    """Read a record: ``C:`` and ``S:`` in front of lines, whose octets are escaped as in Python; ``#`` is a comment."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text().splitlines()
    spoken = [line for line in lines if not line.startswith("#")]
    return [
        Turn(side == "S", b"".join(_octets(line[3:]) for line in group))
        for side, group in groupby(spoken, key=lambda line: line[0])
    ]


def _octets(escaped: str) -> bytes:
    return escaped.encode().decode("unicode_escape").encode("latin-1")
