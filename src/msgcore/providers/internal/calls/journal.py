"""The internal store's journals: what was retrieved, and what waits at servers."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.journal import forget_entries, note_entries, read_entries
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey

__all__ = ["JournalCalls"]


class JournalCalls(StoreCalls):
    """Read and write entries; what saves a message writes the entry of that one itself."""

    async def journal(
        self, account: str, after: JournalKey | None, limit: int, deadline: Deadline
    ) -> Sequence[JournalEntry]:
        if limit < 1:
            raise UsageError(f"limit is {limit}; need 1 or more")
        return await self._read(lambda c: read_entries(c, self.uid, self._mailbox.id, account, after, limit), deadline)

    async def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        await self._write(lambda c: note_entries(c, self._mailbox.id, entries), deadline)

    async def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> None:
        await self._write(lambda c: forget_entries(c, self._mailbox.id, account, keys), deadline)
