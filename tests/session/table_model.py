"""A table as a list: what :class:`msgcore.session.table.Table` is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from msgcore.props.bag import PropBag
from msgcore.props.match import match
from msgcore.props.order import Rank, rank
from msgcore.props.restriction import Count, Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDepth,
    PidTagInstanceKey,
    PidTagMessageFlags,
    PidTagRowType,
    PidTagSubject,
)
from msgcore.spi.rows import select
from msgcore.spi.store import TableQuery

__all__ = ["COLUMNS", "Item", "ListModel", "Spot", "shown"]

COLUMNS = (
    PidTagSubject,
    PidTagInstanceKey,
    PidTagRowType,
    PidTagDepth,
    PidTagContentCount,
    PidTagContentUnreadCount,
)

Path = tuple[Rank, ...]


@attrs.frozen
class Item:
    """A header (``depth`` below that of leaves) or a leaf; ``bag`` is a row inside, or the row."""

    bag: PropBag = attrs.field(eq=id)
    depth: int | None = None


@attrs.frozen
class Spot:
    """Before or after an item; without one, before or after all."""

    item: Item | None
    is_after: bool = False


@attrs.define
class ListModel:
    """Rows that live, and how they are looked at."""

    living: list[PropBag] = attrs.Factory(list[PropBag])
    restriction: Restriction | None = None
    order: tuple[SortKey, ...] = ()
    categories: int = 0
    expanded: int = 0
    turned: set[Path] = attrs.Factory(set[Path])

    def path(self, bag: PropBag, depth: int) -> Path:
        return tuple(rank(bag.get(key.tag)) for key in self.order[: depth + 1])  # type: ignore[call-overload]  # tags of any type

    def sorted(self, bags: Sequence[PropBag]) -> list[PropBag]:
        by_key = {bag[PidTagInstanceKey]: bag for bag in bags}
        rows = select(bags, TableQuery((PidTagInstanceKey,), None, self.order, count=len(bags)))
        return [by_key[row[PidTagInstanceKey]] for row in rows]

    def members(self) -> list[PropBag]:
        """Give the rows that the restriction leaves, in order."""
        if self.restriction is None:
            return self.sorted(self.living)
        found = self.sorted([bag for bag in self.living if match(self.restriction, bag)])
        return found[: self.restriction.limit] if isinstance(self.restriction, Count) else found

    def inside(self, item: Item) -> list[PropBag]:
        assert item.depth is not None
        path = self.path(item.bag, item.depth)
        return [bag for bag in self.members() if self.path(bag, item.depth) == path]

    def is_open(self, path: Path) -> bool:
        return (len(path) <= self.expanded) is not (path in self.turned)

    def all_items(self, bags: Sequence[PropBag]) -> Iterator[Item]:
        """Give headers and leaves as if every header were expanded."""
        last: Path = ()
        for bag in bags:
            path = self.path(bag, self.categories - 1) if self.categories else ()
            for depth in range(self.categories):
                if path[: depth + 1] != last[: depth + 1]:
                    yield Item(bag, depth)
            last = path
            yield Item(bag)

    def is_visible(self, item: Item) -> bool:
        above = self.categories if item.depth is None else item.depth
        return all(self.is_open(self.path(item.bag, depth)) for depth in range(above))

    def visible(self) -> list[Item]:
        return [item for item in self.all_items(self.members()) if self.is_visible(item)]

    def number(self, spot: Spot) -> int:
        """Count the visible items before a spot, whose item may be gone."""
        if spot.item is None:
            return len(self.visible()) if spot.is_after else 0
        members = self.members()
        ghost = spot.item.bag
        everyone = members if any(bag is ghost for bag in members) else self.sorted([*members, ghost])
        count = 0
        for item in self.all_items(everyone):
            is_it = self._same(item, spot.item)
            if is_it and not spot.is_after:
                return count
            is_there = bool(self.inside(item)) if item.depth is not None else any(b is item.bag for b in members)
            count += is_there and self.is_visible(item)
            if is_it:
                return count
        raise AssertionError(f"{spot} is nowhere")

    def _same(self, one: Item, other: Item) -> bool:
        if one.depth is None or other.depth is None:
            return one.depth is other.depth and one.bag is other.bag
        return self.path(one.bag, one.depth) == self.path(other.bag, other.depth)

    def row(self, item: Item) -> dict[str, object]:
        """Give what an item's row shows."""
        if item.depth is None:
            leaf: dict[str, object] = {
                "key": item.bag[PidTagInstanceKey],
                "subject": item.bag.get(PidTagSubject),
                "type": 1 if self.categories else None,
                "depth": self.categories or None,
            }
            return leaf
        inside = self.inside(item)
        first = min(inside, key=lambda bag: bag[PidTagInstanceKey])
        is_named = any(key.tag == PidTagSubject for key in self.order[: item.depth + 1])
        return {
            "subject": rank(first.get(PidTagSubject)) if is_named else rank(None),
            "type": 3 if self.is_open(self.path(item.bag, item.depth)) else 4,
            "depth": item.depth,
            "count": len(inside),
            "unread": sum(not bag.get(PidTagMessageFlags, 0) & 1 for bag in inside),
        }


def shown(row: Row) -> dict[str, object]:
    """Give what a row of ``COLUMNS`` shows, in the same form."""
    kind = row.get(PidTagRowType)
    if kind in {None, 1}:
        return {
            "key": row[PidTagInstanceKey],
            "subject": row.get(PidTagSubject),
            "type": kind,
            "depth": row.get(PidTagDepth),
        }
    return {
        "subject": rank(row.get(PidTagSubject)),
        "type": kind,
        "depth": row[PidTagDepth],
        "count": row[PidTagContentCount],
        "unread": row[PidTagContentUnreadCount],
    }
