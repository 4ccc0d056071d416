"""The properties of the internal store's folders."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.props.key import PropertyKey
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.folder_properties import read_properties, set_properties

__all__ = ["FolderPropertyCalls"]


class FolderPropertyCalls(StoreCalls):
    """Read and set properties of folders."""

    async def folder_properties(self, entry_id: EntryId, deadline: Deadline) -> Mapping[PropertyKey, object]:
        number = self._folder(entry_id)
        return await self._read(lambda c: read_properties(c, self.uid, self._mailbox.id, number), deadline)

    async def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        number = self._folder(entry_id)
        await self._write(lambda c: set_properties(c, self._mailbox.id, number, values), deadline)
