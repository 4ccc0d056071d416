"""The compiled form of one address type's spaces: a look-up does not grow with the table.

*Theory of operation.* Spaces are sorted by the shape of their pattern: exact addresses, ``*@domain``, ``*@*.domain``,
any other ``head*`` and ``*tail``, and the rest, which is tried one by one. Each shape is a dict, looked up once for
each domain, parent domain or length of head that occurs. The order of what is found is that of
``AddressSpace.specificity`` alone, so the shape of a pattern never decides.

Where an SMTP table has only the first three shapes and ``*``, as most have, they are looked up in that very order, a
longer parent before a shorter one: so the first that is found is the most specific.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs

from msgcore.model.address import SMTP
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.rules import Rule
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["Row", "Rows", "SpaceIndex"]


@attrs.frozen
class Row:
    """One line of the table: a connector, one of its address spaces, and what follows from both and the MTA's site."""

    connector: Connector
    space: AddressSpace
    rules: tuple[Rule, ...] = attrs.field(default=(), eq=False, repr=False)
    """Each gives the reason why a message cannot go this way, or ``None``."""
    is_far: bool = False
    """Whether the connector stands in another site."""
    is_always_open: bool = attrs.field(init=False, eq=False)
    """Whether neither time nor tries ever close it."""

    def __attrs_post_init__(self) -> None:
        connector = self.connector
        object.__setattr__(self, "is_always_open", connector.schedule is None and connector.max_tries is None)


Rows = tuple[Row, ...]

_RowsByKey = dict[str | None, Rows]


def _rows_by_key() -> _RowsByKey:
    """Make a dict that keeps the hashes of its keys beside them.

    CPython leaves them out where all keys are ``str``, and then fetches another string for each collision, mostly of a
    memory that no cache holds: with ``None`` among the keys, look-ups in 100,000 spaces are a sixth faster.
    """
    return {None: ()}


class SpaceIndex:
    """Finds the rows that match an address, the most specific first.

    ``best`` gives the first of ``groups``, if there is one. Both take the form of an address that :func:`address_key`
    gives; nothing matches an SMTP address without a domain.
    """

    def __init__(self, address_type: str, rows: Iterable[Row]) -> None:
        self.size = 0
        self._is_smtp = address_type == SMTP
        self._exact = _rows_by_key()
        self._domains = _rows_by_key()
        self._parents = _rows_by_key()
        self._heads: _RowsByKey = {}
        self._head_lengths: list[int] = []
        self._tails: _RowsByKey = {}
        self._tail_lengths: list[int] = []
        self._others: list[tuple[AddressSpace, Rows]] = []
        self._all: Rows = ()
        for row in rows:
            self._add(row)
        self._is_in_order = self._is_smtp and not self._heads and not self._tails and not self._others
        self.best: Callable[[str], Rows | None] = self._best_of_all
        if self._is_in_order:
            self.best = _best_in_order(self._exact, self._domains, self._parents, self._all)

    def _add(self, row: Row) -> None:
        self.size += 1
        key = row.space.key
        stars = key.count("*")
        if key == "*":
            self._all += (row,)
        elif not stars:
            _append(self._exact, key, row)
        elif self._is_smtp and stars == key.count("@") == 1 and key.startswith("*@"):
            _append(self._domains, key[2:], row)
        elif self._is_smtp and stars == 2 and key.startswith("*@*.") and key.count("@") == 1:
            _append(self._parents, key[4:], row)
        elif stars == 1 and key.endswith("*"):
            self._add_run(self._heads, self._head_lengths, key[:-1], row)
        elif stars == 1 and key.startswith("*"):
            self._add_run(self._tails, self._tail_lengths, key[1:], row)
        else:
            self._others.append((row.space, (row,)))

    @staticmethod
    def _add_run(runs: _RowsByKey, lengths: list[int], run: str, row: Row) -> None:
        _append(runs, run, row)
        if len(run) not in lengths:
            lengths.append(len(run))

    def groups(self, key: str) -> Iterator[Rows]:
        """Give the matching rows in groups of one specificity, the most specific group first."""
        if self._is_smtp and "@" not in key:
            return
        exact = self._exact.get(key)
        if exact is not None:
            yield exact
        if self._is_in_order:
            yield from self._in_domains(key)
        else:
            yield from _merged([*self._in_domains(key), *self._runs(key)])
        if self._all:
            yield self._all

    def _best_of_all(self, key: str) -> Rows | None:
        return next(self.groups(key), None)

    def _in_domains(self, key: str) -> Iterator[Rows]:
        if not self._is_smtp:
            return
        domain = key.rpartition("@")[2]
        if domain in self._domains:
            yield self._domains[domain]
        parent = domain.partition(".")[2]
        while parent:
            if parent in self._parents:
                yield self._parents[parent]
            parent = parent.partition(".")[2]

    def _runs(self, key: str) -> Iterator[Rows]:
        for length in self._head_lengths:
            if key[:length] in self._heads:
                yield self._heads[key[:length]]
        for length in self._tail_lengths:
            if key[-length:] in self._tails:
                yield self._tails[key[-length:]]
        for space, rows in self._others:
            if space.matches_key(key):
                yield rows


def _best_in_order(
    exact: _RowsByKey, domains: _RowsByKey, parents: _RowsByKey, others: Rows
) -> Callable[[str], Rows | None]:
    """Make the look-up for SMTP spaces of the usual shapes, whose order of specificity is that of the steps.

    A closure, as each decision goes through it: its names cost less than attributes.
    """
    get_exact, get_domain, get_parent = exact.get, domains.get, parents.get
    has_parents = len(parents) > 1
    otherwise = others or None

    def best(key: str) -> Rows | None:
        rows = get_exact(key)
        if rows is not None:
            return rows
        _, at, domain = key.rpartition("@")
        if not at:
            return None
        rows = get_domain(domain)
        if rows is not None:
            return rows
        if has_parents:
            _, _, domain = domain.partition(".")
            while domain:
                rows = get_parent(domain)
                if rows is not None:
                    return rows
                _, _, domain = domain.partition(".")
        return otherwise

    return best


def _append(rows: _RowsByKey, key: str, row: Row) -> None:
    rows[key] = (*rows.get(key, ()), row)


def _merged(found: list[Rows]) -> Iterator[Rows]:
    if len(found) == 1:
        yield found[0]
        return
    by_specificity: dict[tuple[int, int], Rows] = {}
    for rows in found:
        specificity = rows[0].space.specificity
        by_specificity[specificity] = by_specificity.get(specificity, ()) + rows
    for specificity in sorted(by_specificity, reverse=True):
        yield by_specificity[specificity]
