"""Looking after the internal store while it is in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.providers.internal.calls.recovery import RecoveryCalls
from msgcore.providers.internal.changes import begin_epoch, forget_departures
from msgcore.providers.internal.checking import find_faults
from msgcore.providers.internal.word_upkeep import begin_anew, end_anew, is_worn, texts_after, write_anew
from msgcore.spi.recovery import Fault

__all__ = ["MaintenanceCalls"]

RECOVERY_WINDOW = timedelta(days=14)
"""For how long ``compact`` leaves what was deleted."""

MOST_DEPARTURES = 1_000_000
"""How many of the last deletions and moves ``compact`` leaves for those who synchronise."""


class MaintenanceCalls(RecoveryCalls):
    """Check the store, copy it, and give back what space nothing needs."""

    async def check(self, deadline: Deadline) -> Sequence[Fault]:
        engine = await self._database.verify(self._runtime, deadline)
        if engine:  # what it says of its own rows is worth nothing
            return [Fault(self._database.name, text) for text in engine]
        return await self._read(lambda c: list(find_faults(c, self._mailbox.id, deadline)), deadline)

    async def backup(self, path: Path, deadline: Deadline) -> None:
        if await self._runtime.in_thread(path.exists, deadline):
            raise UsageError(f"{path}: is there already; a backup goes to a new file")
        if not await self._runtime.in_thread(path.parent.is_dir, deadline):
            raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
        await self._database.backup(self._runtime, path, begin_epoch, deadline)

    async def compact(self, deadline: Deadline) -> None:
        await self.purge_before(self._runtime.now() - RECOVERY_WINDOW, deadline)
        await self._write(lambda c: forget_departures(c, self._mailbox.id, MOST_DEPARTURES), deadline)
        if await self._read(is_worn, deadline):
            await self._make_words_anew(deadline)
        await self._database.compact(self._runtime, deadline)

    async def _make_words_anew(self, deadline: Deadline) -> None:
        """Messages are read outside of the transactions that write, so that others write meanwhile."""
        table = await self._write(begin_anew, deadline)
        last = 0
        while texts := await self._read(partial(texts_after, last=last, deadline=deadline), deadline):
            await self._write(partial(write_anew, table=table, texts=texts), deadline)
            last = texts[-1][0]
        await self._write(lambda c: end_anew(c, table, last, deadline), deadline)
