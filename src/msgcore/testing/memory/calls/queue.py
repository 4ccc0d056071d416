"""The outgoing queue of a store in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.spi.outgoing import USUAL_TERMS, Preprocessed, SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import Incoming, MessageFlag, SpecialFolder
from msgcore.spi.versions import change_key, check_version, version_of
from msgcore.testing.memory import outgoing
from msgcore.testing.memory.calls.base import MemoryCalls
from msgcore.testing.memory.calls.finding import take_in
from msgcore.testing.memory.deleting import put_away
from msgcore.testing.memory.values import keep

__all__ = ["QueueCalls"]


class QueueCalls(MemoryCalls):
    """Submit messages, and settle what became of them."""

    def _submitted(self, entry_id: EntryId) -> int:
        return self._number(entry_id, ObjectKind.MESSAGE)

    def submit(
        self,
        message: Message,
        transfer_id: str,
        deadline: Deadline,
        terms: SubmitTerms = USUAL_TERMS,
        recipients: Sequence[Recipient] | None = None,
        draft: EntryId | None = None,
    ) -> OutgoingItem:
        now = self._clock.now()
        letter = keep(Incoming(message, is_read=True, is_unsent=True), now)
        with self._change(deadline) as state:
            known = outgoing.submitted_as(state, transfer_id)
            if known is not None:
                return known
            if draft is not None:
                old = self._messages(state, [draft])
                for one in old:
                    check_version(version_of(message), change_key(self.uid, one.version))
                put_away(state, old, now)
            number = state.add(state.special(SpecialFolder.OUTBOX), letter)
            given = message.recipients if recipients is None else recipients
            return outgoing.enqueue(state, self._message_id(number), transfer_id, message, given, now, terms)

    def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return outgoing.open_items(self._state(deadline))

    def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        return outgoing.submission(self._state(deadline), self._submitted(entry_id)).item

    def find_submissions(self, transfer_id: str, message_id: str, deadline: Deadline) -> Sequence[OutgoingItem]:
        state = self._state(deadline)
        known = outgoing.submitted_as(state, transfer_id) if transfer_id else None
        if known is not None:
            return [known]
        return outgoing.with_message_id(state, message_id) if message_id else []

    def note_outcomes(self, entry_id: EntryId, outcomes: Mapping[Recipient, Outcome], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.note_outcomes(state, self._submitted(entry_id), outcomes)

    def make_due(self, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.make_due(state, self._clock.now())

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        with self._change(deadline) as state:
            return outgoing.lock_due(state, self._clock.now(), self._clock.monotonic(), lease_seconds)

    def keep_preprocessed(
        self, item: OutgoingItem, preprocessed: Preprocessed, reports: Sequence[Incoming], deadline: Deadline
    ) -> OutgoingItem | None:
        now, beside, copy = self._clock.now(), preprocessed.message, preprocessed.sent_copy
        messages = [(keep(report, now), report) for report in reports]
        with self._change(deadline) as state:
            number = self._submitted(item.entry_id)
            kept = outgoing.keep_preprocessed(state, item, item.entry_id)
            if kept is None:
                return None
            if copy is not None:
                old, new = state.message(number), keep(Incoming(copy), now)
                state.put(attrs.evolve(old, form=new.form, octets=new.octets, overlay=new.overlay, modified_at=now))
            if beside is not None:
                letter = keep(Incoming(beside, is_read=True, is_unsent=True), now, MessageFlag.ASSOCIATED)
                goes_out = state.add(state.special(SpecialFolder.OUTBOX), letter)
                kept = outgoing.keep_preprocessed(state, item, self._message_id(goes_out))
            take_in(state, messages)
            return kept

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
