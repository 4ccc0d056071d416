"""Placeholders: ``?`` in the SQL of this library, ``$1``, ``$2``, … in PostgreSQL's."""

from __future__ import annotations

import functools
import re

import attrs

__all__ = ["Translated", "translated"]

_PIECE = re.compile(r"""'[^']*' | "[^"]*" | --[^\n]* | /\*.*?\*/ | \$(\w*)\$.*?\$\1\$ | \?""", re.VERBOSE | re.DOTALL)


@attrs.frozen
class Translated:
    """SQL for the server, and how many parameters it takes."""

    sql: bytes
    count: int


@functools.lru_cache(maxsize=2_000)
def translated(sql: str) -> Translated:
    """Number the placeholders: ``a = ? and b = '?'`` is ``a = $1 and b = '?'`` to the server."""
    count = 0

    def number(piece: re.Match[str]) -> str:
        nonlocal count
        if piece[0] != "?":
            return piece[0]
        count += 1
        return f"${count}"

    octets = _PIECE.sub(number, sql).encode()
    return Translated(octets, count)
