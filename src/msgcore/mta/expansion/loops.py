"""Loops in a graph of lists and redirects."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

__all__ = ["find_loops"]

K = TypeVar("K", bound=Hashable)


def find_loops(start: K, ways: Mapping[K, Sequence[K]]) -> list[tuple[K, K]]:
    """Give the ways that lead back to where one came from, of all that can be gone from ``start``.

    Every loop has at least one of them; without them there is none left.
    """
    found: list[tuple[K, K]] = []
    done: set[K] = set()
    path: dict[K, Iterator[K]] = {start: iter(ways.get(start, ()))}
    while path:
        here = next(reversed(path))
        further = next(path[here], None)
        if further is None:
            done.add(here)
            del path[here]
        elif further in path:
            found.append((here, further))
        elif further not in done:
            path[further] = iter(ways.get(further, ()))
    return list(dict.fromkeys(found))
