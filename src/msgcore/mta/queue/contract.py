"""The queue contract: messages that the MTA is responsible for, recipient by recipient.

Rules that every implementation keeps:

- :meth:`QueueStore.accept` returns after the message is on the disk; the same transfer id and recipient are taken once.
- A claim is a lease with a token for each recipient, which every claim raises. Whoever finishes shows the token; a
  lost lease changes nothing, and a lease that was finished is lost. No transaction is held while a gateway works.
- A recipient ends in the transaction that also takes in its report, and has at most one report of a kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.spi.gateway import Content

__all__ = [
    "Accept",
    "Claim",
    "NewReport",
    "QueueStore",
    "QueuedMessage",
    "QueuedRecipient",
    "Settlement",
    "WaitingRecipient",
]


@attrs.frozen
class Accept:
    """A message to take responsibility for; ``sender`` is ``None`` for a report."""

    transfer_id: str
    sender: Address | None
    recipients: tuple[Recipient, ...]
    content: Content
    message_id: str = ""
    subject: str = ""
    message_class: str = "IPM.Note"


@attrs.frozen
class QueuedMessage:
    """What is the same for all recipients of a message."""

    id: bytes
    transfer_id: str
    sender: Address | None
    size_octets: int
    accepted_at: datetime
    expires_at: datetime
    message_id: str
    subject: str
    message_class: str


@attrs.frozen
class QueuedRecipient:
    """One recipient in the queue; ``number`` is its row."""

    number: int
    recipient: Recipient
    tries: int
    token: int


@attrs.frozen
class Claim:
    """Recipients of one message, leased together, and the message's content."""

    message: QueuedMessage
    content: Content
    recipients: tuple[QueuedRecipient, ...]


@attrs.frozen
class Settlement:
    """What one try came to; an outcome that is not final waits until ``due_at``."""

    queued: QueuedRecipient
    outcome: Outcome
    due_at: datetime
    connector: str = ""
    next_hop: str = ""


@attrs.frozen
class NewReport:
    """A report to take in, and the recipients that it ends; those that have one of this kind get no second."""

    accept: Accept
    kind: str
    about: tuple[QueuedRecipient, ...]


@attrs.frozen
class WaitingRecipient:
    """A recipient in the queue as a person sees it: what came of the last try, and when the next one is due."""

    recipient: Recipient
    subject: str
    accepted_at: datetime
    due_at: datetime
    tries: int
    outcome: Outcome


class QueueStore(Protocol):
    """Where the MTA keeps its messages."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        """Take a message in, and give its id."""
        ...

    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        """Lease up to ``limit`` recipients that are due and free, grouped by message; fewer of large messages."""
        ...

    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        """Write what became of claimed recipients, with their reports, and give those whose lease was lost."""
        ...

    async def make_due(self, deadline: Deadline) -> None:
        """Make every waiting recipient due now."""
        ...

    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        """Give the newest outcome of each recipient that came with this transfer id."""
        ...

    async def queued(self, limit: int, deadline: Deadline) -> Sequence[WaitingRecipient]:
        """List the recipients that have not ended, those due first at the front."""
        ...

    async def waiting(self, deadline: Deadline) -> int:
        """Count the recipients that have not ended."""
        ...
