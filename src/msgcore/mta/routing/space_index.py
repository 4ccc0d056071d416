"""The compiled form of one address type's spaces: a look-up does not grow with the table.

*Theory of operation.* Spaces are sorted by the shape of their pattern: exact addresses, ``*@domain``, ``*@*.domain``,
any other ``head*`` and ``*tail``, and the rest, which is tried one by one. Each shape is a dict, looked up once for
each domain, parent domain or length of head that occurs. The order of what is found is that of
``AddressSpace.specificity`` alone, so the shape of a pattern never decides.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from msgcore.model.address import SMTP
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["Row", "SpaceIndex"]


@attrs.frozen
class Row:
    """One line of the table: a connector, and one of its address spaces."""

    connector: Connector
    space: AddressSpace


_Rows = list[Row]


class SpaceIndex:
    """Finds the rows that match an address, the most specific first."""

    def __init__(self, address_type: str) -> None:
        self._is_smtp = address_type == SMTP
        self._exact: dict[str, _Rows] = {}
        self._domains: dict[str, _Rows] = {}
        self._parents: dict[str, _Rows] = {}
        self._heads: dict[str, _Rows] = {}
        self._head_lengths: list[int] = []
        self._tails: dict[str, _Rows] = {}
        self._tail_lengths: list[int] = []
        self._others: list[tuple[AddressSpace, _Rows]] = []
        self._all: _Rows = []
        self.size = 0

    def add(self, row: Row) -> None:
        self.size += 1
        key = row.space.key
        stars = key.count("*")
        if key == "*":
            self._all.append(row)
        elif not stars:
            self._exact.setdefault(key, []).append(row)
        elif self._is_smtp and stars == key.count("@") == 1 and key.startswith("*@"):
            self._domains.setdefault(key[2:], []).append(row)
        elif self._is_smtp and stars == 2 and key.startswith("*@*.") and key.count("@") == 1:
            self._parents.setdefault(key[4:], []).append(row)
        elif stars == 1 and key.endswith("*"):
            self._add_run(self._heads, self._head_lengths, key[:-1], row)
        elif stars == 1 and key.startswith("*"):
            self._add_run(self._tails, self._tail_lengths, key[1:], row)
        else:
            self._others.append((row.space, [row]))

    @staticmethod
    def _add_run(runs: dict[str, _Rows], lengths: list[int], run: str, row: Row) -> None:
        runs.setdefault(run, []).append(row)
        if len(run) not in lengths:
            lengths.append(len(run))

    def groups(self, key: str) -> Iterator[_Rows]:
        """Give the matching rows in groups of one specificity, the most specific group first."""
        exact = self._exact.get(key)
        if exact is not None:
            yield exact
        found = self._wildcards(key)
        if len(found) > 1:
            yield from _merged(found)
        elif found:
            yield found[0]
        if self._all:
            yield self._all

    def _wildcards(self, key: str) -> list[_Rows]:
        found: list[_Rows] = []
        if self._is_smtp:
            domain = key.rpartition("@")[2]
            rows = self._domains.get(domain)
            if rows is not None:
                found.append(rows)
            if self._parents:
                parent = domain.partition(".")[2]
                while parent:
                    rows = self._parents.get(parent)
                    if rows is not None:
                        found.append(rows)
                    parent = parent.partition(".")[2]
        for length in self._head_lengths:
            rows = self._heads.get(key[:length])
            if rows is not None:
                found.append(rows)
        for length in self._tail_lengths:
            rows = self._tails.get(key[-length:])
            if rows is not None:
                found.append(rows)
        found.extend(rows for space, rows in self._others if space.matches_key(key))
        return found


def _merged(found: list[_Rows]) -> Iterator[_Rows]:
    by_specificity: dict[tuple[int, int], _Rows] = {}
    for rows in found:
        specificity = rows[0].space.specificity
        by_specificity[specificity] = by_specificity.get(specificity, []) + rows
    for specificity in sorted(by_specificity, reverse=True):
        yield by_specificity[specificity]
