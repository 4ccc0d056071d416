"""What the internal store tells of itself: the names of properties, and what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.props.key import PropertyName
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.changes import Scope
from msgcore.providers.internal.named_properties import ids_of, make_ids, names_of
from msgcore.providers.internal.watching import FolderWatch, SearchWatch, StoreWatch, watch
from msgcore.runtime import Connection
from msgcore.spi.store import EventSink

__all__ = ["TellingCalls"]


class TellingCalls(StoreCalls):
    """Map named properties, and tell what happens."""

    async def property_ids(
        self, names: Sequence[PropertyName], create: bool, deadline: Deadline
    ) -> Sequence[int | None]:
        mailbox = self._mailbox.id
        if create:
            return await self._write(lambda c: make_ids(c, mailbox, names), deadline)
        return await self._read(lambda c: ids_of(c, mailbox, names), deadline)

    async def property_names(self, ids: Sequence[int], deadline: Deadline) -> Sequence[PropertyName | None]:
        return await self._read(lambda c: names_of(c, self._mailbox.id, ids), deadline)

    async def advise(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        if folder is None:
            whole = StoreWatch(Scope(self.uid, self._mailbox.id))
            return await watch(self._runtime, self._database, whole, sink, deadline)
        number = self._folder(folder)

        def find(connection: Connection) -> FolderWatch | SearchWatch:
            self._check_folder(connection, number)
            if connection.value("select search from folder where id = ?", (number,)) is None:
                return FolderWatch(Scope(self.uid, self._mailbox.id, number), folder)
            return SearchWatch(Scope(self.uid, self._mailbox.id), folder)

        found = await self._read(find, deadline)
        return await watch(self._runtime, self._database, found, sink, deadline)
