"""A store's outgoing queue as sessions use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.guarded.base import GuardedCalls
from msgcore.spi.outgoing import USUAL_TERMS, Preprocessed, SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import Incoming

__all__ = ["GuardedQueue"]


class GuardedQueue(GuardedCalls):
    """The outgoing queue of a default store."""

    @property
    def _queue(self) -> Any:
        return self._able(Capability.OUTGOING_QUEUE)

    async def submit(
        self,
        message: Message,
        transfer_id: str,
        deadline: Deadline,
        terms: SubmitTerms = USUAL_TERMS,
        recipients: Sequence[Recipient] | None = None,
        draft: EntryId | None = None,
    ) -> OutgoingItem:
        method, also = self._queue.submit, () if draft is None else (draft,)
        said = (message, transfer_id, deadline, terms, recipients, *also)
        given = await self._plugin.call(method, *said, deadline=deadline)
        if not isinstance(given, OutgoingItem):
            raise self._plugin.nonsense(method, given, "an OutgoingItem")
        return given

    async def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return await self._several(OutgoingItem, self._queue.outgoing, deadline=deadline)

    async def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        return await self._one(OutgoingItem, self._queue.submission, entry_id, deadline=deadline)

    async def find_submissions(self, transfer_id: str, message_id: str, deadline: Deadline) -> Sequence[OutgoingItem]:
        method = self._queue.find_submissions
        return await self._several(OutgoingItem, method, transfer_id, message_id, deadline=deadline)

    async def note_outcomes(self, entry_id: EntryId, outcomes: Mapping[Recipient, Outcome], deadline: Deadline) -> None:
        await self._nothing(self._queue.note_outcomes, entry_id, outcomes, deadline=deadline)

    async def make_due(self, deadline: Deadline) -> None:
        await self._nothing(self._queue.make_due, deadline=deadline)

    async def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        method, settle = self._queue.lock_due, self._queue.settle

        def unlock(locked: OutgoingItem | None) -> object:
            return None if locked is None else settle(locked, (), NEVER)

        given = await self._plugin.call(method, lease_seconds, deadline, deadline=deadline, undo=unlock)
        return self._item_or_none(method, given)

    async def keep_preprocessed(
        self, item: OutgoingItem, preprocessed: Preprocessed, reports: Sequence[Incoming], deadline: Deadline
    ) -> OutgoingItem | None:
        method = self._queue.keep_preprocessed
        given = await self._plugin.call(method, item, preprocessed, reports, deadline, deadline=deadline)
        return self._item_or_none(method, given)

    def _item_or_none(self, method: object, given: object) -> OutgoingItem | None:
        if given is not None and not isinstance(given, OutgoingItem):
            raise self._plugin.nonsense(method, given, "an OutgoingItem or None")
        return given

    async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        return await self._one(bool, self._queue.settle, item, reports, deadline=deadline)

    async def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._queue.retry, entry_id, deadline=deadline)

    async def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._queue.abort, entry_id, deadline=deadline)
