"""A folder's contents table as one query looks at it: what the server finds and sorts, and what is done with rows here.

*Theory of operation.* The server finds the messages that the restriction may leave. Where it gives them in the table's
order, which without sort keys is that of unique ids, rows are looked at from the page's end on, and no more of them
than the page needs; else the values of the sort keys are fetched of all, and sorted here. Columns are fetched of the
page's rows only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Protocol

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.props.match import matcher
from msgcore.props.order import rank
from msgcore.props.restriction import Restriction
from msgcore.props.row import Row
from msgcore.props.table import PidTagInstanceKey
from msgcore.providers.imap.columns import asked_of_rows
from msgcore.providers.imap.sorting import Place, in_order, words_for_sort
from msgcore.providers.imap.sources import Reader
from msgcore.providers.imap.there import find
from msgcore.providers.imap.translate import Selection
from msgcore.spi.rows import count_rows
from msgcore.spi.store import TableQuery
from msgcore.wire.imap.criteria import SearchCriteria
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["FolderTable", "Names"]

_FIRST_LOOK = 200


class Names(Protocol):
    """The entry ids of a folder's messages, which are their instance keys, too."""

    @property
    def are_in_order(self) -> bool:
        """Whether they surely rise with the unique ids."""
        ...

    def entry_id(self, uid: int) -> EntryId: ...

    def uid_of(self, entry_id: bytes) -> int | None: ...


class FolderTable:
    """The table of the mailbox that is selected, for a query that has been checked."""

    def __init__(
        self,
        session: ImapSession,
        reader: Reader,
        query: TableQuery,
        selection: Selection,
        names: Names,
        deadline: Deadline,
    ) -> None:
        self._session = session
        self._reader = reader
        self._query = query
        self._residual = selection.residual
        self._criteria = selection.criteria or SearchCriteria()
        self._is_every = selection.criteria is None
        self._names = names
        self._deadline = deadline
        self._asked = asked_of_rows(selection.residual)

    async def rows(self) -> list[Row]:
        """Give the page."""
        query = self._query
        if not query.count:
            return []
        ordered = await self._ordered()
        if ordered is None:
            chosen = await self._page(await self._sorted(), None)
        else:
            chosen = await self._page(self._beyond_origin(ordered), self._residual)
        if not chosen:
            return []
        found = await self._reader.sources(chosen, query.columns)
        return [one.row(query.columns) for one in found]

    async def count(self) -> int:
        """Count all the rows on the query's side of its origin."""
        if self._residual is None and self._query.origin is None:
            return await self._count_found()
        total = 0
        counted = attrs.evolve(self._query, restriction=self._residual)
        tags = self._asked | {PidTagInstanceKey, *(key.tag for key in self._query.sort_order)}
        uids = list(await self._found())
        for some in self._batches(uids, self._reader.batch(tags)):
            total += count_rows(await self._reader.sources(some, tags), counted)
        return total

    async def _count_found(self) -> int:
        selected = self._session.selected
        if self._is_every and selected is not None:
            return selected.exists
        found = await self._session.search(self._criteria, returns=("COUNT",))
        return found.count or 0

    # In order

    async def _ordered(self) -> list[int] | None:
        """Give what the server finds in the table's order; ``None`` where it is to be sorted here."""
        keys = self._query.sort_order
        if not keys:
            return self._by_instance(await self._found())
        # A message that was moved here has its old entry id, and another place among its equals than a server gives it.
        words = words_for_sort(keys, self._session.capabilities, are_in_order=self._names.are_in_order)
        if words is None:
            return None
        found = list(await self._session.sort(words, self._criteria))
        if keys[0].is_descending:
            found.reverse()
        origin = self._query.origin
        return found if origin is None or self._names.uid_of(origin.instance_key) in found else None

    def _by_instance(self, uids: Iterable[int]) -> list[int]:
        found = list(uids)
        return found if self._names.are_in_order else sorted(found, key=self._instance_key)

    def _instance_key(self, uid: int) -> bytes:
        return bytes(self._names.entry_id(uid))

    async def _page(self, side: Sequence[int], residual: Restriction | None) -> Sequence[int]:
        """Choose the page's rows of those on the query's side of its origin, looking at no more than it takes."""
        query = self._query
        from_here = side[::-1] if query.is_backward else side
        wanted = query.start + query.count
        if residual is None:
            chosen = from_here[query.start : wanted]
        else:
            chosen = (await self._first_that_hold(from_here, residual, wanted))[query.start :]
        return chosen[::-1] if query.is_backward else chosen

    def _beyond_origin(self, ordered: Sequence[int]) -> Sequence[int]:
        """Give the rows on the query's side of its origin."""
        query = self._query
        if query.origin is None:
            return ordered
        key = query.origin.instance_key
        if query.sort_order:
            before = ordered.index(uid) if (uid := self._names.uid_of(key)) is not None else 0
            after = before + 1
        else:
            before = bisect_left(ordered, key, key=self._instance_key)
            after = bisect_right(ordered, key, key=self._instance_key)
        if query.is_backward:
            return ordered[: after if query.includes_origin else before]
        return ordered[before if query.includes_origin else after :]

    async def _first_that_hold(self, uids: Sequence[int], residual: Restriction, wanted: int) -> list[int]:
        holds = matcher(residual)
        chosen: list[int] = []
        most = self._reader.batch(self._asked)
        size = min(max(_FIRST_LOOK, wanted), most)
        at = 0
        while at < len(uids) and len(chosen) < wanted:
            self._deadline.check("looking at rows")
            found = await self._reader.sources(uids[at : at + size], self._asked)
            chosen += [one.uid for one in found if holds(one)]
            at, size = at + size, min(2 * size, most)
        return chosen[:wanted]

    # Sorted here

    async def _sorted(self) -> list[int]:
        """Give all rows on the query's side of its origin."""
        query = self._query
        tags = [key.tag for key in query.sort_order]
        holds = None if self._residual is None else matcher(self._residual)
        is_by_uid = self._names.are_in_order and query.origin is None
        places: list[Place] = []
        uids = list(await self._found())
        asked = self._asked.union(tags)
        for some in self._batches(uids, self._reader.batch(asked)):
            for one in await self._reader.sources(some, asked):
                if holds is None or holds(one):
                    uid = one.uid
                    ranks = tuple([rank(one.get(tag)) for tag in tags])
                    places.append((ranks, uid if is_by_uid else self._instance_key(uid), uid))
        if query.origin is None:
            return [uid for _, _, uid in in_order(places, query.sort_order)]
        here: Place = tuple(map(rank, query.origin.values)), query.origin.instance_key, 0
        ordered = in_order([*places, here], query.sort_order)
        after = ordered.index(here)
        is_there = after > 0 and ordered[after - 1][:2] == here[:2]  # which comes before what was put in behind it
        before = after - 1 if is_there else after
        found = [uid for _, _, uid in ordered if uid]
        if query.is_backward:
            return found[: after if query.includes_origin else before]
        return found[before if query.includes_origin else after :]

    async def _found(self) -> UidSet:
        return await find(self._session, self._criteria)

    def _batches(self, uids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
        for start in range(0, len(uids), size):
            self._deadline.check("looking at rows")
            yield uids[start : start + size]
