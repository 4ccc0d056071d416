"""The journal of a store, as sessions use it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgcore.base.times import Deadline
from msgcore.spi.capability import Capability
from msgcore.spi.guarded.base import GuardedCalls
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey

__all__ = ["GuardedJournal"]


class GuardedJournal(GuardedCalls):
    """What was retrieved, and what waits at servers."""

    async def journal(
        self, account: str, after: JournalKey | None, limit: int, deadline: Deadline
    ) -> Sequence[JournalEntry]:
        method = self._able(Capability.JOURNAL).journal
        found = await self._several(JournalEntry, method, account, after, limit, deadline=deadline, most=limit)
        keys = [*([] if after is None else [after]), *(one.origin.key for one in found)]
        if not all(one < other for one, other in pairwise(keys)):
            raise self._plugin.nonsense(method, found, "keys that rise")
        if any(one.origin.account != account for one in found):
            raise self._plugin.nonsense(method, found, f"entries of {account}")
        return found

    async def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.JOURNAL).note, entries, deadline=deadline)

    async def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.JOURNAL).forget, account, keys, deadline=deadline)
