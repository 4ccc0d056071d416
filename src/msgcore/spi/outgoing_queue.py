"""The outgoing queue of a store that can be the default one; the rules of :mod:`msgcore.spi.store` hold here, too."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.spi.answer import Answer
from msgcore.spi.outgoing import USUAL_TERMS, Preprocessed, SubmitTerms
from msgcore.spi.store import Incoming

__all__ = ["OutgoingItem", "OutgoingState", "SupportsOutgoingQueue"]


class OutgoingState(enum.Enum):
    """Where a submission stands; only ``READY`` ones are claimed."""

    READY = "ready"
    HELD = "held"
    SENT = "sent"
    ABORTED = "aborted"


@attrs.frozen
class OutgoingItem:
    """One submission: the message in the outbox, and an outcome for each recipient so far.

    ``transports`` names the one that took each recipient. ``token`` proves the lock to :meth:`settle`.
    ``preprocessed`` is the message that goes out once hooks have seen the submission, which may be the one in the
    outbox; ``None`` until then.
    """

    entry_id: EntryId
    transfer_id: str
    state: OutgoingState
    submitted_at: datetime
    due_at: datetime
    tries: int
    sender: Address | None
    outcomes: Mapping[Recipient, Outcome]
    transports: Mapping[Recipient, str]
    reason: str = ""
    token: int = 0
    terms: SubmitTerms = USUAL_TERMS
    preprocessed: EntryId | None = None


@runtime_checkable
class SupportsOutgoingQueue(Protocol):
    """A store that can be the default one: it keeps submissions until each recipient's lot is known.

    The states: ``READY`` until every recipient has a final outcome or the submission is held; ``HELD`` for a reason
    that a person mends, until :meth:`retry`; then ``SENT`` or ``ABORTED``. Only the holder of the lock's token settles.
    Until then the message, which has the flags ``SUBMIT`` and ``UNSENT``, is neither changed, moved nor deleted
    (``UsageError``).
    """

    def submit(
        self,
        message: Message,
        transfer_id: str,
        deadline: Deadline,
        terms: SubmitTerms = USUAL_TERMS,
        recipients: Sequence[Recipient] | None = None,
        draft: EntryId | None = None,
    ) -> Answer[OutgoingItem]:
        """Put a message with its Message-ID, Date and From set into the outbox, in one transaction.

        It goes to ``recipients``, or to all that it has. What was submitted with that transfer id before is given as
        it stands: who does not know whether a submission was taken submits again. ``draft`` is the message of this
        store that it was written as, which is deleted in the same transaction; who finds it gone, submitted, or changed
        (:mod:`msgcore.spi.versions`), has submitted nothing (``ObjectDeleted``, ``UsageError``, ``ObjectChanged``).
        """
        ...

    def outgoing(self, deadline: Deadline) -> Answer[Sequence[OutgoingItem]]:
        """List every submission that is not yet sent or aborted, oldest first."""
        ...

    def submission(self, entry_id: EntryId, deadline: Deadline) -> Answer[OutgoingItem]:
        """Give one submission, also one that was sent or aborted; ``NotFound`` for what never was one.

        It is told of as long as its message is there, or can be restored.
        """
        ...

    def find_submissions(self, transfer_id: str, message_id: str, deadline: Deadline) -> Answer[Sequence[OutgoingItem]]:
        """Find the one with a transfer id, or else those whose message has a Message-ID, the newest first.

        Either may be empty; at most 10 are given.
        """
        ...

    def note_outcomes(
        self, entry_id: EntryId, outcomes: Mapping[Recipient, Outcome], deadline: Deadline
    ) -> Answer[None]:
        """Write what was learned of recipients after they were sent to, whoever holds the lock; its holder goes on."""
        ...

    def make_due(self, deadline: Deadline) -> Answer[None]:
        """Make every ready submission due now, or when its terms say that it may be sent."""
        ...

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> Answer[OutgoingItem | None]:
        """Lock the oldest submission that is ready, due and not locked; a lock ends after ``lease_seconds``."""
        ...

    def keep_preprocessed(
        self, item: OutgoingItem, preprocessed: Preprocessed, reports: Sequence[Incoming], deadline: Deadline
    ) -> Answer[OutgoingItem | None]:
        """Keep what hooks made of a locked submission, with the item's outcomes and the reports, in one transaction.

        Gives the item, which is locked as before and whose ``preprocessed`` names what goes out; ``None`` when the
        lock was lost meanwhile. What is kept beside the message in the outbox goes when the submission ends.
        """
        ...

    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> Answer[bool]:
        """Write the item's outcomes, state and next try, and unlock it; false when the lock was lost meanwhile.

        Who was accepted, delivered or refused before stays that. A ``SENT`` one moves to Sent Items. The reports go
        into the inbox, or where the store's receive folders say, in the same transaction.
        """
        ...

    def retry(self, entry_id: EntryId, deadline: Deadline) -> Answer[None]:
        """Make a held or waiting submission ready, and due now, or when its terms say that it may be sent."""
        ...

    def abort(self, entry_id: EntryId, deadline: Deadline) -> Answer[None]:
        """End a submission and move its message to Drafts; ``UsageError`` when it is locked or has ended."""
        ...
