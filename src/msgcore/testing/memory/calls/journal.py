"""The journals of a store in memory, as they are read and written."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey
from msgcore.testing.memory import journal
from msgcore.testing.memory.calls.base import MemoryCalls

__all__ = ["JournalCalls"]


class JournalCalls(MemoryCalls):
    """Read and write entries; what saves a message writes the entry of that one itself."""

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        if limit < 1:
            raise UsageError(f"limit is {limit}; need 1 or more")
        return journal.entries_of(self._state(deadline), self.uid, account, after, limit)

    def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            journal.note(state, entries)

    def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            journal.forget(state, account, keys)
