"""The headers of a categorised table: a tree of which a person has opened some branches.

Headers are listed in the table's order, each in front of what is inside it. One is expanded when its depth says so, or
not, when somebody has turned it round. Its instance key is made of its values, so that it is the same in every table
that is sorted in the same way: that is what a collapse state holds.
"""

from __future__ import annotations

import enum
import hashlib
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

import attrs

from msgcore.errors import NotFound, TooComplex, UsageError
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.order import Rank, rank
from msgcore.props.restriction import (
    And,
    Comparison,
    Content,
    ContentMode,
    Exists,
    Not,
    Or,
    Relation,
    Restriction,
    SortKey,
)
from msgcore.props.row import RowLayout
from msgcore.props.table import (
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDepth,
    PidTagInstanceKey,
    PidTagRowType,
)
from msgcore.session.tables.gap import Gap, HeaderPlace
from msgcore.spi.store import RowGroup, RowKey

__all__ = [
    "HEADER_TAGS",
    "Block",
    "Folding",
    "Header",
    "Headers",
    "RowType",
    "condition_of",
    "layout_of_headers",
    "ranks_of",
]

_MOST_GROUPS = 100_000
_MAGIC = b"msgcore collapse state 1\n"
_DIGEST_OCTETS = 32
_MARK = b"category\0"
_LEAST = rank(-math.inf)


HEADER_TAGS: tuple[PropertyKey, ...] = (
    PidTagRowType,
    PidTagDepth,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagInstanceKey,
)
"""What a header's row says beside the values of its category keys."""


class RowType(enum.IntEnum):
    """PidTagRowType ([MS-OXCTABL] section 2.2.1.3)."""

    LEAF = 1
    EXPANDED = 3
    COLLAPSED = 4


@attrs.frozen
class Header:
    """One category: its values, and how many rows are in it, and how many of them unread."""

    values: tuple[object, ...]
    ranks: tuple[Rank, ...] = attrs.field(repr=False)
    count: int
    unread_count: int

    @cached_property
    def digest(self) -> bytes:
        """What names it, worked out when it is first asked for: of many headers hardly any is, or all are, often."""
        return _digest(self.ranks)

    @property
    def instance_key(self) -> bytes:
        return _MARK + self.digest

    @property
    def depth(self) -> int:
        return len(self.values) - 1

    @property
    def place(self) -> HeaderPlace:
        return HeaderPlace(self.values)


def condition_of(headers: Sequence[Header], keys: Sequence[SortKey]) -> Restriction:
    """Give what the rows inside of innermost headers satisfy, which differ in their last values: text without case."""
    *outer, last = keys
    same = [_same(key, value) for key, value in zip(outer, headers[0].values, strict=False)]
    alternatives = [_same(last, header.values[-1]) for header in headers]
    return And((*same, alternatives[0] if len(alternatives) == 1 else Or(tuple(alternatives))))


def _same(key: SortKey, value: object) -> Restriction:
    if value is None:
        return Not(Exists(key.tag))
    if isinstance(value, float | Decimal) and rank(value) == _LEAST:  # NaN is there, too, and compares with nothing
        return And((Exists(key.tag), Not(Comparison(key.tag, Relation.GT, -math.inf))))
    if isinstance(value, str):
        return Content(key.tag, ContentMode.FULL, value, ignore_case=True)
    return Comparison(key.tag, Relation.EQ, value)


@attrs.frozen
class Block:
    """A header that is to be seen, the rows that are to be seen right below it, and how many stand before it."""

    header: Header
    is_expanded: bool
    shows_rows: bool
    number: int

    @property
    def row_count(self) -> int:
        return self.header.count if self.shows_rows else 0

    @property
    def end(self) -> int:
        """How many rows stand before the one behind them."""
        return self.number + 1 + self.row_count


_Saying = Callable[[Block], object]

_SAID: Mapping[BagKey, _Saying] = {
    PidTagRowType.bag_key: lambda block: int(RowType.EXPANDED if block.is_expanded else RowType.COLLAPSED),
    PidTagDepth.bag_key: lambda block: block.header.depth,
    PidTagContentCount.bag_key: lambda block: block.header.count,
    PidTagContentUnreadCount.bag_key: lambda block: block.header.unread_count,
    PidTagInstanceKey.bag_key: lambda block: block.header.instance_key,
}


def layout_of_headers(keys: Sequence[SortKey], columns: tuple[PropertyKey, ...]) -> RowLayout:
    """Say what the row of a header, whose raw form is its block, shows in each column."""
    said: dict[BagKey, _Saying] = {key.tag.bag_key: _category(depth) for depth, key in enumerate(keys)}
    said |= _SAID
    return RowLayout(columns, {tag.bag_key: (0, said.get(tag.bag_key, _nothing)) for tag in columns})


def _category(depth: int) -> _Saying:
    """Give the value of a category key, of headers that are so deep."""
    return lambda block: block.header.values[depth] if depth < len(block.header.values) else None


def _nothing(_: Block) -> None:
    return None


class Folding:
    """Which headers are expanded: the outer ``expanded`` levels, but for those that were turned round."""

    def __init__(self, keys: tuple[SortKey, ...], expanded: int) -> None:
        self.keys = keys
        self._expanded = expanded
        self._turned: set[bytes] = set()

    def is_expanded(self, header: Header) -> bool:
        return (header.depth < self._expanded) is not (bool(self._turned) and header.digest in self._turned)

    def turn(self, header: Header) -> None:
        self._turned ^= {header.digest}

    def state(self) -> bytes:
        return _MAGIC + self._name() + b"".join(sorted(self._turned))

    def restore(self, state: bytes) -> None:
        """Take over what :meth:`state` gave.

        Raises:
            UsageError: these octets are no collapse state, or one of other categories.
        """
        if not isinstance(cast(object, state), bytes):
            raise UsageError(f"a collapse state is octets, got {type(state).__name__}")
        head = len(_MAGIC) + _DIGEST_OCTETS
        turned = state[head:]
        if not state.startswith(_MAGIC) or len(state) < head or len(turned) % _DIGEST_OCTETS:
            raise UsageError("these octets are no collapse state")
        if state[len(_MAGIC) : head] != self._name():
            raise UsageError("the collapse state is that of other categories")
        if len(turned) > _MOST_GROUPS * _DIGEST_OCTETS:
            raise UsageError(f"a collapse state of more than {_MOST_GROUPS} headers")
        self._turned = {turned[at : at + _DIGEST_OCTETS] for at in range(0, len(turned), _DIGEST_OCTETS)}

    def _name(self) -> bytes:
        keys = [(str(key.tag.bag_key), int(key.tag.value_type)) for key in self.keys]
        return hashlib.sha256(repr((keys, self._expanded)).encode()).digest()


class Headers:
    """The headers of the groups, and those of them that are to be seen.

    Raises:
        TooComplex: there are more groups than a table takes.
    """

    def __init__(self, groups: Sequence[RowGroup], folding: Folding) -> None:
        if len(groups) > _MOST_GROUPS:
            raise TooComplex(f"the table has more than {_MOST_GROUPS} categories")
        self._folding = folding
        self._directions = [-1 if key.is_descending else 1 for key in folding.keys]
        self._headers = _headers_of(groups)
        self._blocks: list[Block] | None = None

    @cached_property
    def _numbers(self) -> Mapping[bytes, int]:
        return {header.instance_key: number for number, header in enumerate(self._headers)}

    @cached_property
    def _parents(self) -> Sequence[int | None]:
        return _parents_of(self._headers)

    @property
    def blocks(self) -> list[Block]:
        """What is to be seen, found out when it is asked for: between two reads many headers may be turned."""
        if self._blocks is None:
            self._blocks = list(self._shown(0, 0))
        return self._blocks

    @property
    def total(self) -> int:
        return self.blocks[-1].end if self.blocks else 0

    def _shown(self, first: int, depth: int) -> Iterator[Block]:
        """Give what is to be seen from the header ``first`` on, until one stands further out than ``depth``."""
        open_depth, number = depth, 0
        for index in range(first, len(self._headers)):
            header = self._headers[index]
            if header.depth < depth:
                return
            if header.depth > open_depth:
                continue
            is_expanded = self._folding.is_expanded(header)
            open_depth = header.depth + is_expanded
            block = Block(header, is_expanded, is_expanded and self._is_innermost(header), number)
            number = block.end
            yield block

    def _is_innermost(self, header: Header) -> bool:
        return len(header.values) == len(self._folding.keys)

    def turn(self, instance_key: bytes, *, expand: bool) -> int:
        """Expand or collapse a header, and say how many rows came to be seen, or are not any more.

        Raises:
            NotFound: there is no such header.
            UsageError: the key is of another kind.
        """
        if not isinstance(cast(object, instance_key), bytes):
            raise UsageError(f"an instance key is octets, got {type(instance_key).__name__}")
        number = self._numbers.get(instance_key)
        if number is None:
            raise NotFound(f"no header has the instance key {instance_key.hex()}")
        header = self._headers[number]
        if self._folding.is_expanded(header) is expand:
            return 0
        self._folding.turn(header)
        self._blocks = None
        return self._inside(number) if self._is_in_view(number) else 0

    def _inside(self, number: int) -> int:
        """Count what is to be seen right below a header, when it is expanded."""
        header = self._headers[number]
        if self._is_innermost(header):
            return header.count
        return max((block.end for block in self._shown(number + 1, header.depth + 1)), default=0)

    def _is_in_view(self, number: int) -> bool:
        parent = self._parents[number]
        while parent is not None:
            if not self._folding.is_expanded(self._headers[parent]):
                return False
            parent = self._parents[parent]
        return True

    def preceding(self, gap: Gap) -> int:
        """Count the headers to be seen before the gap."""
        return bisect_left(self.blocks, True, key=lambda block: not self._precedes(block.header, gap))

    def at(self, number: int) -> int:
        """Give the block in which the row of this number is."""
        return bisect_right(self.blocks, number, key=lambda block: block.number) - 1

    def _precedes(self, header: Header, gap: Gap) -> bool:
        place = gap.place
        if place is None:
            return gap.is_after
        ranks = ranks_of(place, len(self._directions))
        for left, right, direction in zip(header.ranks, ranks, self._directions, strict=False):
            if left != right:
                return left < right if direction > 0 else left > right
        if isinstance(place, RowKey) or len(ranks) > len(header.ranks):
            return True
        return len(ranks) == len(header.ranks) and gap.is_after


def ranks_of(place: RowKey | HeaderPlace, depth: int) -> tuple[Rank, ...]:
    """Give what a place is compared by, among headers."""
    return tuple([rank(value) for value in place.values[:depth]])


def _headers_of(groups: Sequence[RowGroup]) -> list[Header]:
    """Make the headers of every level of groups that are in order."""
    found: dict[tuple[Rank, ...], list[Any]] = {}
    for group in groups:
        ranks = tuple([rank(value) for value in group.values])
        for depth in range(1, len(ranks) + 1):
            sums = found.setdefault(ranks[:depth], [group.values[:depth], 0, 0])
            sums[1] += group.count
            sums[2] += group.unread_count
    return [Header(values, ranks, count, unread) for ranks, (values, count, unread) in found.items()]


def _parents_of(headers: Sequence[Header]) -> list[int | None]:
    """Give the number of the header that each is inside of."""
    parents: list[int | None] = []
    above: list[int] = []
    for number, header in enumerate(headers):
        del above[header.depth :]
        parents.append(above[-1] if above else None)
        above.append(number)
    return parents


def _digest(ranks: tuple[Rank, ...]) -> bytes:
    return hashlib.sha256(repr([(is_there, _settled(one)) for is_there, one in ranks]).encode()).digest()


def _settled(value: object) -> object:
    """Give equal values one form."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo is not None else value.isoformat()
        case Decimal():
            return value.normalize() + 0  # the sum of -0 and 0 is 0
        case float():
            return value + 0.0
        case int():
            return int(value)
        case _:
            return value
