"""The outgoing queue of a store in memory."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.model.message import Message
from msgcore.spi.store import Incoming, OutgoingItem, SpecialFolder
from msgcore.testing.memory import outgoing
from msgcore.testing.memory.calls.base import MemoryCalls
from msgcore.testing.memory.calls.finding import take_in
from msgcore.testing.memory.values import keep

__all__ = ["QueueCalls"]


class QueueCalls(MemoryCalls):
    """Submit messages, and settle what became of them."""

    def _submitted(self, entry_id: EntryId) -> int:
        return self._number(entry_id, ObjectKind.MESSAGE)

    def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> OutgoingItem:
        now = self._clock.now()
        letter = keep(Incoming(message, is_read=True, is_unsent=True), now)
        with self._change(deadline) as state:
            known = outgoing.submitted_as(state, transfer_id)
            if known is not None:
                return known
            number = state.add(state.special(SpecialFolder.OUTBOX), letter)
            return outgoing.enqueue(state, self._message_id(number), transfer_id, message, now)

    def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return outgoing.open_items(self._state(deadline))

    def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        return outgoing.submission(self._state(deadline), self._submitted(entry_id)).item

    def make_due(self, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.make_due(state, self._clock.now())

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        with self._change(deadline) as state:
            return outgoing.lock_due(state, self._clock.now(), self._clock.monotonic(), lease_seconds)

    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        messages = [(keep(report, self._clock.now()), report) for report in reports]
        with self._change(deadline) as state:
            self._submitted(item.entry_id)
            is_settled = outgoing.settle(state, item)
            if is_settled:
                take_in(state, messages)
            return is_settled

    def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.retry(state, self._submitted(entry_id), self._clock.now())

    def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.abort(state, self._submitted(entry_id), self._clock.monotonic())
