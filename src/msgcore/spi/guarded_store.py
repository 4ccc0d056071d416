"""A store provider as sessions use it: called as a plug-in is, with what it gives checked before it is believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, PluginBroken
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.spi.answer import Answer
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import (
    EventSink,
    FolderFacts,
    Incoming,
    OutgoingItem,
    RowGroup,
    SpecialFolder,
    StoreProvider,
    TablePlan,
    TableQuery,
)

__all__ = ["GuardedStore"]

T = TypeVar("T")


class GuardedStore:
    """One store of a plug-in.

    Raises (from every method):
        NotSupported: the store has not the ability.
        PluginBroken: it raised what is no error of msgcore, or gave what is no answer.
        CutShort: it did not end by the deadline.
    """

    def __init__(self, plugin: Plugin, provider: StoreProvider) -> None:
        """Read what the store says of itself.

        Raises:
            PluginBroken: that is nonsense.
        """
        self._plugin = plugin
        self._provider: Any = provider
        self.capabilities = plugin.attribute(lambda: capabilities_of(provider))
        self.uid = plugin.attribute(lambda: provider.uid)
        self.display_name = plugin.attribute(lambda: provider.display_name)
        if not isinstance(cast(object, self.uid), bytes) or len(self.uid) != 16:
            raise PluginBroken(f"{plugin.name}: uid is {self.uid!r}; need 16 octets")

    def can(self, ability: Capability) -> bool:
        return ability in self.capabilities

    async def _one(self, kind: type[T], method: Callable[..., Answer[T]], *arguments: object, deadline: Deadline) -> T:
        given = await self._plugin.call(method, *arguments, deadline, deadline=deadline)
        if not isinstance(given, kind):
            raise self._plugin.nonsense(method, given, kind.__name__)
        return given

    async def _several(
        self,
        kind: type[T],
        method: Callable[..., Answer[Sequence[T]]],
        *arguments: object,
        deadline: Deadline,
        most: int | None = None,
        exactly: int | None = None,
    ) -> Sequence[T]:
        given = await self._plugin.call(method, *arguments, deadline, deadline=deadline)
        found = self._plugin.sequence(kind, method, given)
        if exactly not in {None, len(found)} or (most is not None and len(found) > most):
            raise self._plugin.nonsense(method, found, f"{most if exactly is None else exactly} of {kind.__name__}")
        return found

    async def _nothing(self, method: Callable[..., Answer[None]], *arguments: object, deadline: Deadline) -> None:
        await self._plugin.call(method, *arguments, deadline, deadline=deadline)

    def _able(self, ability: Capability) -> Any:
        if ability not in self.capabilities:
            raise NotSupported(f"{self.display_name}: this store has not the ability {ability.value!r}")
        return self._provider

    # Reading

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

    async def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        method = self._provider.query
        found = await self._several(Row, method, folder, query, deadline=deadline, most=query.count)
        self._check_columns(method, found, query.columns)
        return found

    async def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        method = self._provider.count
        found = await self._one(int, method, folder, query, deadline=deadline)
        if found < 0:
            raise self._plugin.nonsense(method, found, "a number of rows")
        return found

    async def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        return await self._one(Message, self._provider.load, entry_id, load_limit_octets, deadline=deadline)

    async def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        method = self._provider.row
        found = await self._one(Row, method, entry_id, columns, deadline=deadline)
        self._check_columns(method, [found], columns)
        return found

    def _check_columns(self, method: object, rows: Sequence[Row], asked: tuple[PropertyKey, ...]) -> None:
        if any(columns != asked for columns in Row.shown_by(rows)):
            raise self._plugin.nonsense(method, rows, "rows of the columns that were asked for")

    # Abilities

    async def groups(
        self, folder: EntryId, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup]:
        method = self._able(Capability.GROUPS).groups
        return await self._several(RowGroup, method, folder, restriction, keys, deadline=deadline)

    async def explain(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> TablePlan:
        return await self._one(TablePlan, self._able(Capability.EXPLAIN).explain, folder, query, deadline=deadline)

    async def advise(
        self, folder: EntryId, sink: EventSink, ended: Callable[[], None], deadline: Deadline
    ) -> Callable[[], None]:
        """Tell ``sink`` what happens, until the result is called; ``ended`` is called when the store is closed."""
        method = self._able(Capability.NOTIFY).advise
        given = await self._plugin.call(method, folder, sink, deadline, deadline=deadline)
        if not callable(given):
            raise self._plugin.nonsense(method, given, "a function that ends the notifications")
        unadvise, forget = cast("Callable[[], None]", given), self._plugin.at_close(ended)

        def end() -> None:
            forget()
            unadvise()

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

    async def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        method = self._able(Capability.CREATE).save
        return await self._several(EntryId, method, folder, incoming, deadline=deadline, exactly=len(incoming))

    async def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.MODIFY).save_changes, entry_id, message, deadline=deadline)

    async def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.READ_FLAGS).set_read_flag, entry_ids, is_read, deadline=deadline)

    async def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.MOVE).move, entry_ids, folder, deadline=deadline)

    async def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        method = self._able(Capability.MOVE).copy
        return await self._several(EntryId, method, entry_ids, folder, deadline=deadline, exactly=len(entry_ids))

    async def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.DELETE).delete, entry_ids, deadline=deadline)

    async def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        method = self._able(Capability.FOLDERS).create_folder
        return await self._one(EntryId, method, parent, name, deadline=deadline)

    async def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.FOLDERS).delete_folder, entry_id, deadline=deadline)

    # The outgoing queue

    @property
    def _queue(self) -> Any:
        return self._able(Capability.OUTGOING_QUEUE)

    async def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> OutgoingItem:
        return await self._one(OutgoingItem, self._queue.submit, message, transfer_id, deadline=deadline)

    async def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return await self._several(OutgoingItem, self._queue.outgoing, deadline=deadline)

    async def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        return await self._one(OutgoingItem, self._queue.submission, entry_id, deadline=deadline)

    async def make_due(self, deadline: Deadline) -> None:
        await self._nothing(self._queue.make_due, deadline=deadline)

    async def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        method = self._queue.lock_due
        given = await self._plugin.call(method, lease_seconds, deadline, deadline=deadline)
        if given is not None and not isinstance(given, OutgoingItem):
            raise self._plugin.nonsense(method, given, "an OutgoingItem or None")
        return given

    async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        return await self._one(bool, self._queue.settle, item, reports, deadline=deadline)

    async def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._queue.retry, entry_id, deadline=deadline)

    async def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._queue.abort, entry_id, deadline=deadline)
