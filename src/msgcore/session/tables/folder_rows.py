"""The tables of a folder: its messages, and the folders below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, TooComplex
from msgcore.props.bag import PropBag
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDepth,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagParentEntryId,
    PidTagSubfolders,
)
from msgcore.session.tables.asked import MOST_ROWS
from msgcore.session.tables.events import ChangeSink
from msgcore.session.tables.source import TableSource, bag_of
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import Contents, EventKind, EventSink, FolderFacts, RowGroup, StoreEvent, TablePlan, TableQuery

__all__ = ["FolderContents", "changes_to", "hierarchy_rows"]

_MOST_LEVELS = 1_000
_KINDS = {EventKind.NEW_MAIL: EventKind.CREATED}


@attrs.frozen
class FolderContents(TableSource):
    """The messages of a folder; of others than people see nobody is told what happens to them."""

    provider: GuardedStore
    folder: EntryId
    contents: Contents = Contents.MESSAGES

    def _asked(self, query: TableQuery) -> TableQuery:
        return query if self.contents is query.contents else attrs.evolve(query, contents=self.contents)

    async def query(self, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return await self.provider.query(self.folder, self._asked(query), deadline)

    async def count(self, query: TableQuery, deadline: Deadline) -> int:
        return await self.provider.count(self.folder, self._asked(query), deadline)

    async def groups(
        self, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup] | None:
        if not self.provider.can(Capability.GROUPS):
            return None
        return await self.provider.groups(self.folder, self._asked(TableQuery((), restriction, keys)), deadline)

    async def explain(self, query: TableQuery, deadline: Deadline) -> TablePlan:
        return await self.provider.explain(self.folder, self._asked(query), deadline)

    async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        if self.contents is not Contents.MESSAGES:
            return await super().advise(sink, ended, deadline)
        return await self.provider.advise(self.folder, changes_to(sink), ended, deadline)


def changes_to(sink: ChangeSink) -> EventSink:
    """Give what tells ``sink`` of the messages of a store, whose entry ids are the instance keys of its tables."""

    def sink_rows(events: Sequence[StoreEvent]) -> None:
        sink([(bytes(one.entry_id), _KINDS.get(one.kind, one.kind)) for one in events if _is_message(one)])

    return sink_rows


def _is_message(event: StoreEvent) -> bool:
    return event.entry_id.kind == ObjectKind.MESSAGE


async def hierarchy_rows(
    provider: GuardedStore, folder: EntryId, depth: int | None, deadline: Deadline
) -> Sequence[PropBag]:
    """Read the folders below a folder, ``depth`` levels of them; in the order of instance keys each is before its own.

    Each is there once, also where a store says that one is inside itself.

    Raises:
        TooComplex: there are more than a table takes, or more than a thousand levels.
    """
    rows: list[PropBag] = []
    seen = {folder}
    waiting: list[tuple[FolderFacts, int, bytes]] = [
        (facts, 1, b"") for facts in await provider.folders(folder, deadline)
    ]
    while waiting:
        if len(rows) + len(waiting) > MOST_ROWS:
            raise TooComplex(f"there are more than {MOST_ROWS} folders")
        facts, level, above = waiting.pop()
        if facts.entry_id in seen:
            continue
        if level > _MOST_LEVELS:
            raise TooComplex(f"folder {facts.name!r:.200} is more than {_MOST_LEVELS} levels down")
        seen.add(facts.entry_id)
        try:
            inside = await provider.folders(facts.entry_id, deadline)
        except NotFound:
            continue  # deleted since it was listed
        # NUL is in no name and ends each part, so that octets compare as the names do, level by level.
        key = above + fold(facts.name).encode("utf-8", "surrogatepass") + b"\0" + bytes(facts.entry_id) + b"\0"
        rows.append(_row(facts, level, key, has_subfolders=bool(inside)))
        if depth is None or level < depth:
            waiting += [(one, level + 1, key) for one in inside]
    return rows


def _row(facts: FolderFacts, level: int, key: bytes, *, has_subfolders: bool) -> PropBag:
    return bag_of(
        (
            (PidTagDisplayName, facts.name),
            (PidTagEntryId, bytes(facts.entry_id)),
            (PidTagParentEntryId, None if facts.parent_id is None else bytes(facts.parent_id)),
            (PidTagContentCount, facts.content_count),
            (PidTagContentUnreadCount, facts.unread_count),
            (PidTagSubfolders, has_subfolders),
            (PidTagDepth, level),
            (PidTagInstanceKey, key),
        )
    )
