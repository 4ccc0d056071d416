"""The outgoing queue of a store in memory: what each call does to the store's state.

Whoever locks a submission raises its token; only the holder of the newest one may settle. A lock that has run out is
free for the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound, UsageError
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Delivered, Outcome, Pending, Refused
from msgcore.model.recipient import Recipient
from msgcore.spi.outgoing import SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import MessageFlag, SpecialFolder
from msgcore.testing.memory.records import State, Submission

__all__ = [
    "abort",
    "enqueue",
    "keep_preprocessed",
    "lock_due",
    "make_due",
    "note_outcomes",
    "open_items",
    "refuse_submitted",
    "retry",
    "settle",
    "submission",
    "submitted_as",
    "with_message_id",
]

_OPEN = frozenset({OutgoingState.READY, OutgoingState.HELD})
_FINAL = (Accepted, Delivered, Refused)
_MOST_FOUND = 10


def enqueue(
    state: State,
    entry_id: EntryId,
    transfer_id: str,
    message: Message,
    recipients: Sequence[Recipient],
    now: datetime,
    terms: SubmitTerms,
) -> OutgoingItem:
    """Make a message that stands in the outbox a submission."""
    outcomes = MappingProxyType(dict[Recipient, Outcome](dict.fromkeys(recipients, Pending())))
    item = OutgoingItem(
        entry_id,
        transfer_id,
        OutgoingState.READY,
        submitted_at=now,
        due_at=terms.due_at(now),
        tries=0,
        sender=message.from_,
        outcomes=outcomes,
        transports=MappingProxyType({}),
        terms=terms,
    )
    state.submissions[entry_id.number] = Submission(item, message_id=message.message_id or "")
    kept = state.message(entry_id.number)
    state.messages[kept.number] = attrs.evolve(kept, flags=kept.flags | MessageFlag.SUBMIT)
    return item


def submitted_as(state: State, transfer_id: str) -> OutgoingItem | None:
    """Find what was submitted with a transfer id, if anything was."""
    items = (one.item for one in state.submissions.values())
    return next((item for item in items if item.transfer_id == transfer_id), None)


def with_message_id(state: State, message_id: str) -> list[OutgoingItem]:
    """Find what has a Message-ID, the newest first."""
    found = [one.item for one in state.submissions.values() if one.message_id == message_id]
    found.sort(key=lambda item: (item.submitted_at, item.entry_id.number), reverse=True)
    return found[:_MOST_FOUND]


def submission(state: State, number: int) -> Submission:
    """Find the submission of a message, deleted or not.

    Raises:
        NotFound: it is gone for good, or was never submitted.
    """
    state.kept(number)
    found = state.submissions.get(number)
    if found is None:
        raise NotFound(f"message {number} is no submission")
    return found


def refuse_submitted(state: State, number: int) -> None:
    """Go on unless the message waits to be sent (MAPI_E_SUBMITTED).

    Raises:
        UsageError: it does.
    """
    waiting = [one.item for one in state.submissions.values() if one.item.state in _OPEN]
    if any(number in {one.entry_id.number, one.preprocessed and one.preprocessed.number} for one in waiting):
        raise UsageError("the message is submitted and cannot be changed; abort_submit makes it a draft again")


def open_items(state: State) -> list[OutgoingItem]:
    """List what is not yet sent or aborted, oldest first."""
    items = [one.item for one in state.submissions.values() if one.item.state in _OPEN]
    return sorted(items, key=lambda item: (item.submitted_at, item.entry_id.number))


def make_due(state: State, now: datetime) -> None:
    """Make every ready submission due."""
    for item in open_items(state):
        if item.state is OutgoingState.READY and item.due_at > now:
            _put(state, attrs.evolve(item, due_at=item.terms.due_at(now)))


def lock_due(state: State, now: datetime, monotonic: float, lease_seconds: float) -> OutgoingItem | None:
    """Lock the oldest submission that is ready, due, and free."""
    for item in open_items(state):
        if item.state is OutgoingState.READY and item.due_at <= now and _is_free(state, item, monotonic):
            locked = attrs.evolve(item, token=item.token + 1)
            number = item.entry_id.number
            known = state.submissions[number]
            state.submissions[number] = attrs.evolve(known, item=locked, locked_until=monotonic + lease_seconds)
            return locked
    return None


def settle(state: State, item: OutgoingItem) -> bool:
    """Write what became of a locked submission and unlock it; false when somebody else has locked it since."""
    known = _held_by(state, item)
    if known is None:
        return False
    settled = attrs.evolve(
        known.item,
        state=item.state,
        due_at=item.due_at,
        tries=item.tries,
        reason=item.reason,
        outcomes=_outcomes(known.item, item),
        transports=_transports(item),
    )
    state.submissions[item.entry_id.number] = attrs.evolve(known, item=settled, locked_until=None)
    if settled.state is OutgoingState.SENT:
        _leave_outbox(state, settled, SpecialFolder.SENT_ITEMS, MessageFlag.FROM_ME)
    else:
        _touch(state, settled)
    return True


def _held_by(state: State, item: OutgoingItem) -> Submission | None:
    """Find a submission whose lock an item still proves."""
    known = state.submissions.get(item.entry_id.number)
    return known if known is not None and known.item.token == item.token else None


def _outcomes(known: OutgoingItem, item: OutgoingItem) -> Mapping[Recipient, Outcome]:
    """Give the outcomes after those of an item; what is final was learned meanwhile, and stays."""
    return MappingProxyType(
        {
            recipient: outcome if isinstance(outcome, _FINAL) else item.outcomes.get(recipient, outcome)
            for recipient, outcome in known.outcomes.items()
        }
    )


def note_outcomes(state: State, number: int, outcomes: Mapping[Recipient, Outcome]) -> None:
    """Write what was learned of recipients after they were sent to."""
    item = submission(state, number).item
    noted = {recipient: outcomes.get(recipient, outcome) for recipient, outcome in item.outcomes.items()}
    _put(state, attrs.evolve(item, outcomes=MappingProxyType(noted)))


def keep_preprocessed(state: State, item: OutgoingItem, goes_out: EntryId) -> OutgoingItem | None:
    """Note which message goes out for a locked submission, and outcomes; ``None`` when somebody else has the lock."""
    known = _held_by(state, item)
    if known is None:
        return None
    _put(
        state,
        attrs.evolve(
            known.item,
            preprocessed=goes_out,
            outcomes=_outcomes(known.item, item),
            transports=_transports(item),
        ),
    )
    return state.submissions[item.entry_id.number].item


def _transports(item: OutgoingItem) -> Mapping[Recipient, str]:
    return MappingProxyType({recipient: name for recipient, name in item.transports.items() if name})


def retry(state: State, number: int, now: datetime) -> None:
    """Make a submission ready and due now.

    Raises:
        NotFound: there is none.
        UsageError: it has ended.
    """
    item = _not_ended(state, number)
    _put(state, attrs.evolve(item, state=OutgoingState.READY, due_at=item.terms.due_at(now), reason=""))
    _touch(state, item)


def abort(state: State, number: int, monotonic: float) -> None:
    """End a submission and make its message a draft again.

    Raises:
        NotFound: there is none.
        UsageError: it has ended, or is being sent at this moment (MAPI_E_UNABLE_TO_ABORT).
    """
    item = _not_ended(state, number)
    if not _is_free(state, item, monotonic):
        raise UsageError("the submission is being sent at this moment")
    aborted = attrs.evolve(
        item,
        state=OutgoingState.ABORTED,
        token=item.token + 1,
        outcomes=MappingProxyType({recipient: _aborted(outcome) for recipient, outcome in item.outcomes.items()}),
    )
    _put(state, aborted)
    _leave_outbox(state, aborted, SpecialFolder.DRAFTS, MessageFlag.UNSENT)


def _aborted(outcome: Outcome) -> Outcome:
    if outcome.is_final:
        return outcome
    return Refused(text="aborted before it was sent", stage="abort", note=outcome.note)


def _not_ended(state: State, number: int) -> OutgoingItem:
    state.message(number)
    item = submission(state, number).item
    if item.state not in _OPEN:
        raise UsageError(f"the submission has ended: it is {item.state.value}")
    return item


def _is_free(state: State, item: OutgoingItem, monotonic: float) -> bool:
    locked_until = state.submissions[item.entry_id.number].locked_until
    return locked_until is None or locked_until <= monotonic


def _put(state: State, item: OutgoingItem) -> None:
    """Put a changed item in its place; a lock on it stays."""
    number = item.entry_id.number
    state.submissions[number] = attrs.evolve(state.submissions[number], item=item)


def _touch(state: State, item: OutgoingItem) -> None:
    """Make the message another than it was, to who watches the outbox."""
    message = state.messages.get(item.entry_id.number)
    if message is not None:
        state.put(attrs.evolve(message))


def _leave_outbox(state: State, item: OutgoingItem, role: SpecialFolder, flag: MessageFlag) -> None:
    if item.preprocessed is not None and item.preprocessed != item.entry_id:
        state.drop(item.preprocessed.number)
    kept = state.message(item.entry_id.number)
    flags = (kept.flags & ~(MessageFlag.SUBMIT | MessageFlag.UNSENT)) | MessageFlag.READ | flag
    state.messages[kept.number] = attrs.evolve(kept, folder=state.special(role), flags=flags)
