"""What changed in a store, and looking after it, as sessions do it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import cast

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.spi.capability import Capability
from msgcore.spi.changes import Change, Changes
from msgcore.spi.guarded.base import GuardedCalls
from msgcore.spi.recovery import Fault

__all__ = ["GuardedKeeping"]


class GuardedKeeping(GuardedCalls):
    """Changes, and what the store's owner does."""

    async def changes_since(
        self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline
    ) -> Changes:
        method = self._able(Capability.CHANGES).changes_since
        found = await self._one(Changes, method, folder, token, limit, deadline=deadline)
        changes = self._plugin.sequence(Change, method, found.changes)
        if not isinstance(cast(object, found.token), bytes):
            raise self._plugin.nonsense(method, found, "a token of octets")
        if not all(_is_behind(one, other) for one, other in pairwise(changes)):
            raise self._plugin.nonsense(method, found, "numbers that rise")
        if len(changes) > limit and len({one.number for one in changes}) > 1:
            raise self._plugin.nonsense(method, found, f"{limit} changes at most")
        if found.has_more and not changes:
            raise self._plugin.nonsense(method, found, "changes, for there are more")
        return found

    async def check(self, deadline: Deadline) -> Sequence[Fault]:
        return await self._several(Fault, self._able(Capability.MAINTENANCE).check, deadline=deadline)

    async def backup(self, path: Path, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.MAINTENANCE).backup, path, deadline=deadline)

    async def compact(self, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.MAINTENANCE).compact, deadline=deadline)


def _is_behind(one: Change, other: Change) -> bool:
    """Say whether numbers rise; what is said of one object twice may have one number."""
    return one.number < other.number or (one.number == other.number and one.entry_id == other.entry_id)
