"""Writing folders as sessions do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.props.key import PropertyKey
from msgcore.spi.capability import Capability
from msgcore.spi.folders import ReceiveFolder, Search
from msgcore.spi.guarded.base import GuardedCalls
from msgcore.spi.store import Incoming

__all__ = ["GuardedFolders"]


class GuardedFolders(GuardedCalls):
    """What a store may be able to do with folders."""

    async def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        method = self._able(Capability.FOLDERS).create_folder
        return await self._one(EntryId, method, parent, name, deadline=deadline)

    async def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.FOLDERS).delete_folder, entry_id, deadline=deadline)

    # The hierarchy

    async def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.HIERARCHY).move_folder, entry_id, parent, name, deadline=deadline)

    async def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        method = self._able(Capability.HIERARCHY).copy_folder
        return await self._one(EntryId, method, entry_id, parent, name, deadline=deadline)

    async def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.HIERARCHY).empty_folder, entry_id, deadline=deadline)

    # Properties

    async def folder_properties(self, entry_id: EntryId, deadline: Deadline) -> Mapping[PropertyKey, object]:
        method = self._able(Capability.FOLDER_PROPERTIES).folder_properties
        given = await self._plugin.call(method, entry_id, deadline, deadline=deadline)
        return self._plugin.mapping(PropertyKey, method, given)

    async def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        method = self._able(Capability.FOLDER_PROPERTIES).set_folder_properties
        await self._nothing(method, entry_id, values, deadline=deadline)

    # Receive folders

    async def receive_folder(self, message_class: str, deadline: Deadline) -> ReceiveFolder:
        method = self._able(Capability.RECEIVE_FOLDERS).receive_folder
        return await self._one(ReceiveFolder, method, message_class, deadline=deadline)

    async def receive_folders(self, deadline: Deadline) -> Sequence[ReceiveFolder]:
        method = self._able(Capability.RECEIVE_FOLDERS).receive_folders
        return await self._several(ReceiveFolder, method, deadline=deadline)

    async def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        method = self._able(Capability.RECEIVE_FOLDERS).set_receive_folder
        await self._nothing(method, message_class, folder, deadline=deadline)

    async def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        method = self._able(Capability.RECEIVE_FOLDERS).deliver
        return await self._several(EntryId, method, incoming, deadline=deadline, exactly=len(incoming))

    # Search folders

    async def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> EntryId:
        method = self._able(Capability.SEARCH_FOLDERS).create_search_folder
        return await self._one(EntryId, method, parent, name, search, deadline=deadline)

    async def search_criteria(self, entry_id: EntryId, deadline: Deadline) -> Search:
        method = self._able(Capability.SEARCH_FOLDERS).search_criteria
        found = await self._one(Search, method, entry_id, deadline=deadline)
        if not found.scope or not all(isinstance(one, EntryId) for one in cast("tuple[object, ...]", found.scope)):
            raise self._plugin.nonsense(method, found, "a Search with the entry ids of its scope")
        return found

    async def set_search_criteria(self, entry_id: EntryId, search: Search, deadline: Deadline) -> None:
        await self._nothing(
            self._able(Capability.SEARCH_FOLDERS).set_search_criteria, entry_id, search, deadline=deadline
        )

    # Associated contents

    async def save_associated(
        self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline
    ) -> Sequence[EntryId]:
        method = self._able(Capability.ASSOCIATED).save_associated
        return await self._several(EntryId, method, folder, incoming, deadline=deadline, exactly=len(incoming))
