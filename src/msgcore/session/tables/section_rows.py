"""The tables of what a folder does not show to people: its associated contents, and what was deleted from it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.session.tables.source import TableSource
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import Contents, RowGroup, TablePlan, TableQuery

__all__ = ["SectionContents"]


@attrs.frozen
class SectionContents(TableSource):
    """Associated or deleted messages of a folder. What happens to them is told to nobody."""

    provider: GuardedStore
    folder: EntryId
    contents: Contents

    def _mine(self, query: TableQuery) -> TableQuery:
        return attrs.evolve(query, contents=self.contents)

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return await self.provider.query(self.folder, self._mine(query), deadline)

    async def count(self, query: TableQuery, deadline: Deadline) -> int:
        return await self.provider.count(self.folder, self._mine(query), deadline)

    async def groups(
        self, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup] | None:
        if not self.provider.can(Capability.GROUPS):
            return None
        return await self.provider.groups(self.folder, self._mine(TableQuery((), restriction, keys)), deadline)

    async def explain(self, query: TableQuery, deadline: Deadline) -> TablePlan:
        return await self.provider.explain(self.folder, self._mine(query), deadline)
