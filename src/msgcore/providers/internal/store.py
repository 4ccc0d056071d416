"""One mailbox of the internal store, as the store contract has it.

Every method is one transaction: a read sees one moment, a write is on the disk when the method returns. Messages are
encoded before the transaction and decoded after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotSupported
from msgcore.providers.internal.calls.changes import ChangeCalls
from msgcore.providers.internal.calls.folder_properties import FolderPropertyCalls
from msgcore.providers.internal.calls.folders import FolderCalls
from msgcore.providers.internal.calls.journal import JournalCalls
from msgcore.providers.internal.calls.maintenance import MaintenanceCalls
from msgcore.providers.internal.calls.queue import QueueCalls
from msgcore.providers.internal.calls.receive_folders import ReceiveFolderCalls
from msgcore.providers.internal.calls.searches import SearchCalls
from msgcore.providers.internal.calls.streams import StreamCalls
from msgcore.providers.internal.calls.tables import TableCalls
from msgcore.providers.internal.calls.telling import TellingCalls
from msgcore.providers.internal.special_folders import special_folders
from msgcore.spi.capability import Capability
from msgcore.spi.store import SpecialFolder

__all__ = ["InternalStore", "ReadOnlyStore"]


class InternalStore(
    FolderCalls,
    FolderPropertyCalls,
    ReceiveFolderCalls,
    SearchCalls,
    TableCalls,
    StreamCalls,
    MaintenanceCalls,
    ChangeCalls,
    TellingCalls,
    QueueCalls,
    JournalCalls,
):
    """A mailbox in a database. May be shared by threads and tasks."""


class ReadOnlyStore(InternalStore):
    """A mailbox in a database that is opened to be read only: what would change it raises ``StoreError``."""

    capabilities = frozenset(
        {
            Capability.CHANGES,
            Capability.EXPLAIN,
            Capability.GROUPS,
            Capability.MAINTENANCE,  # it is checked, and copied; nothing is compacted
            Capability.NAMED_PROPERTIES,
            Capability.NOTIFY,
            Capability.STREAMS,
        }
    )

    _does_without_indexes = True  # where they are damaged

    async def compact(self, deadline: Deadline) -> None:
        raise NotSupported(f"{self._database.name}: the store was opened to be read only, and is not compacted")

    async def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        """Give those that are there: a file of an earlier msgcore may have fewer."""
        found = await self._read(lambda c: special_folders(c, self._mailbox.id), deadline)
        return {role: self._folder_id(number) for role, number in found.items()}
