"""Reading a store, and what it can say of itself, as sessions do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.row import Row, RowSet
from msgcore.spi.capability import Capability
from msgcore.spi.guarded.base import GuardedCalls
from msgcore.spi.store import Contents, EventSink, FolderFacts, RowGroup, SpecialFolder, TablePlan, TableQuery

__all__ = ["GuardedReading"]


# Whose messages beside those that people see a store without the ability knows nothing of.
_ABILITIES = {Contents.ASSOCIATED: Capability.ASSOCIATED, Contents.DELETED: Capability.RECOVERY}

_ROWS_ASKED_FOR = "rows of the columns that were asked for"


class GuardedReading(GuardedCalls):
    """What every store can, and the abilities that only read."""

    async def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        method = self._provider.special_folders
        given = await self._plugin.call(method, deadline, deadline=deadline)
        found = self._plugin.mapping(SpecialFolder, method, given)
        if not {SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE} <= found.keys():
            raise self._plugin.nonsense(method, found, "folders for ROOT and IPM_SUBTREE")
        for entry_id in found.values():
            if not isinstance(entry_id, EntryId):
                raise self._plugin.nonsense(method, entry_id, "an EntryId for each folder")
        return cast("Mapping[SpecialFolder, EntryId]", found)

    async def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        return await self._several(FolderFacts, self._provider.folders, parent, deadline=deadline)

    async def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        return await self._one(FolderFacts, self._provider.folder, entry_id, deadline=deadline)

    async def folder_named(self, parent: EntryId, name: str, deadline: Deadline) -> FolderFacts:
        """Find a folder in another by its name; of a store without the ability among all that it lists.

        Raises:
            NotFound: there is none.
        """
        if self.can(Capability.FOLDER_NAMES):
            return await self._one(FolderFacts, self._provider.folder_named, parent, name, deadline=deadline)
        wanted = fold(name)
        for facts in await self.folders(parent, deadline):
            if fold(facts.name) == wanted:
                return facts
        raise NotFound(f"there is no folder {name!r} here")

    async def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> RowSet:
        method = self._look(query).query
        given = await self._plugin.call(method, folder, query, deadline, deadline=deadline)
        rows = given if isinstance(given, RowSet) else self._plugin.sequence(Row, method, given)
        if len(rows) > query.count:
            raise self._plugin.nonsense(method, rows, f"{query.count} of {Row.__name__}")
        found = RowSet.of(query.columns, rows)
        if found is None:
            raise self._plugin.nonsense(method, rows, _ROWS_ASKED_FOR)
        return found

    async def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return await self._number(self._look(query).count, folder, query, deadline=deadline)

    async def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        return await self._one(Message, self._provider.load, entry_id, load_limit_octets, deadline=deadline)

    async def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        """Load the first of the messages, as many as the store gives together: one, if it has not the ability."""
        if not entry_ids:
            return ()
        if not self.can(Capability.BULK_LOAD):
            try:
                return (await self.load(entry_ids[0], load_limit_octets, deadline),)
            except NotFound as error:
                return (error,)
        method, most = self._provider.load_many, len(entry_ids)
        given = await self._several(object, method, entry_ids, load_limit_octets, deadline=deadline, most=most)
        if not given or not all(isinstance(one, Message | NotFound) for one in given):
            raise self._plugin.nonsense(method, given, f"1 to {most} messages, or NotFound in the place of one")
        return cast("Sequence[Message | NotFound]", given)

    async def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        method = self._provider.row
        found = await self._one(Row, method, entry_id, columns, deadline=deadline)
        if found.columns != columns:
            raise self._plugin.nonsense(method, found, _ROWS_ASKED_FOR)
        return found

    async def groups(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[RowGroup]:
        self._look(query)
        return await self._several(RowGroup, self._able(Capability.GROUPS).groups, folder, query, deadline=deadline)

    async def explain(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> TablePlan:
        self._look(query)
        return await self._one(TablePlan, self._able(Capability.EXPLAIN).explain, folder, query, deadline=deadline)

    def _look(self, query: TableQuery) -> Any:
        """Give the provider, when it has the contents that the query is about."""
        if query.contents is Contents.MESSAGES:
            return self._provider
        return self._able(_ABILITIES[query.contents])

    async def advise(
        self, folder: EntryId | None, sink: EventSink, ended: Callable[[], None], deadline: Deadline
    ) -> Callable[[], None]:
        """Tell ``sink`` what happens, until the result is called; ``ended`` is called when the store is closed.

        One that only tells of a folder at a time tells of its inbox for ``None``.
        """
        tells_of_folders = Capability.FOLDER_NOTIFY in self.capabilities and Capability.NOTIFY not in self.capabilities
        ability = Capability.FOLDER_NOTIFY if tells_of_folders else Capability.NOTIFY
        provider = self._able(ability)
        method = provider.advise_folder if tells_of_folders else provider.advise
        given = await self._plugin.call(method, folder, sink, deadline, deadline=deadline)
        if not callable(given):
            raise self._plugin.nonsense(method, given, "a function that ends the notifications")
        unadvise, forget = cast("Callable[[], None]", given), self._plugin.at_close(ended)

        def end() -> None:
            forget()
            self._plugin.end(unadvise)

        return end

    async def property_ids(
        self, names: Sequence[PropertyName], create: bool, deadline: Deadline
    ) -> Sequence[int | None]:
        method = self._able(Capability.NAMED_PROPERTIES).property_ids
        found = await self._several(object, method, names, create, deadline=deadline, exactly=len(names))
        if not all(isinstance(one, int) or (one is None and not create) for one in found):
            raise self._plugin.nonsense(method, found, "an id for each name")
        return cast("Sequence[int | None]", found)

    async def property_names(self, ids: Sequence[int], deadline: Deadline) -> Sequence[PropertyName | None]:
        method = self._able(Capability.NAMED_PROPERTIES).property_names
        found = await self._several(object, method, ids, deadline=deadline, exactly=len(ids))
        if not all(one is None or isinstance(one, tuple) for one in found):
            raise self._plugin.nonsense(method, found, "a set and a LID or name for each id")
        return cast("Sequence[PropertyName | None]", found)
