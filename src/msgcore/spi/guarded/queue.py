"""A store's outgoing queue as sessions use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.model.message import Message
from msgcore.spi.capability import Capability
from msgcore.spi.guarded.base import GuardedCalls
from msgcore.spi.store import Incoming, OutgoingItem

__all__ = ["GuardedQueue"]


class GuardedQueue(GuardedCalls):
    """The outgoing queue of a default store."""

    @property
    def _queue(self) -> Any:
        return self._able(Capability.OUTGOING_QUEUE)

    async def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> OutgoingItem:
        return await self._one(OutgoingItem, self._queue.submit, message, transfer_id, deadline=deadline)

    async def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return await self._several(OutgoingItem, self._queue.outgoing, deadline=deadline)

    async def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        return await self._one(OutgoingItem, self._queue.submission, entry_id, deadline=deadline)

    async def make_due(self, deadline: Deadline) -> None:
        await self._nothing(self._queue.make_due, deadline=deadline)

    async def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        method = self._queue.lock_due
        given = await self._plugin.call(method, lease_seconds, deadline, deadline=deadline)
        if given is not None and not isinstance(given, OutgoingItem):
            raise self._plugin.nonsense(method, given, "an OutgoingItem or None")
        return given

    async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        return await self._one(bool, self._queue.settle, item, reports, deadline=deadline)

    async def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._queue.retry, entry_id, deadline=deadline)

    async def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._queue.abort, entry_id, deadline=deadline)
