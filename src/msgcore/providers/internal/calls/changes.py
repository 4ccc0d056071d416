"""What has changed in the internal store."""

from __future__ import annotations

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.changes import Scope, changes_since
from msgcore.providers.internal.folder_tree import find_folder
from msgcore.runtime import Connection
from msgcore.spi.changes import Changes

__all__ = ["ChangeCalls"]


class ChangeCalls(StoreCalls):
    """Say what has changed."""

    async def changes_since(
        self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline
    ) -> Changes:
        if limit < 1:
            raise UsageError(f"changes_since: a limit of {limit}")
        number = None if folder is None else self._folder(folder)
        scope = Scope(self.uid, self._mailbox.id, number)

        def work(connection: Connection) -> Changes:
            if number is not None and find_folder(connection, self._mailbox.id, number).search is not None:
                raise UsageError("changes_since: a search folder has no changes of its own; ask those that it searches")
            return changes_since(connection, scope, token, limit)

        return await self._read(work, deadline)
