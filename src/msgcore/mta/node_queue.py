"""A node's end of the queue: mail that comes in wakes the manager, and what becomes of mail is told to who watches."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

import attrs

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.model.report import ReportAction
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.contract import (
    NOBODY,
    Accept,
    Claim,
    Finished,
    Lease,
    LeasesArrivals,
    LinkNote,
    QueueDepth,
    QueuedMessage,
    QueuedRecipient,
    QueueStore,
    Settlement,
    WaitingRecipient,
    Where,
)
from msgcore.mta.queue.tracking import Track, TrackingEvent
from msgcore.wire.smtp.server import Client

__all__ = [
    "HopTurned",
    "LoginRefused",
    "MailRefused",
    "MessageTaken",
    "NodeEvent",
    "NodeQueue",
    "RecipientSettled",
    "ReportMade",
    "SessionTurned",
    "TakesArrivals",
    "Watch",
    "turned_down",
    "watch_nothing",
]

_log = logging.getLogger("msgcore.mta")

# Else it is the copy of a message that goes to a list.
_REPORTS = frozenset(action.value for action in ReportAction)


@attrs.frozen
class RecipientSettled:
    """What a try came to, once it is written down: ``settlement.outcome``, which is final or waits for the next try.

    ``message.accepted_at`` says since when the message is in the queue, ``message.size_octets`` how large it is.
    """

    message: QueuedMessage
    settlement: Settlement


@attrs.frozen
class HopTurned:
    """A next hop went down, and is tried again at ``down_until``; or is up again, when that is ``None``.

    ``hop`` is the connector's name and the next hop, with a blank between them.
    """

    hop: str
    down_until: datetime | None

    @property
    def connector(self) -> str:
        """The connector's name."""
        return self.hop.rpartition(" ")[0]


def turned_down(notes: Iterable[LinkNote]) -> tuple[HopTurned, ...]:
    """Give the next hops that are down, by name."""
    down = [HopTurned(one.hop, one.down_until) for one in notes if one.down_until is not None]
    return tuple(sorted(down, key=lambda one: one.hop))


@attrs.frozen
class ReportMade:
    """A report of this ``kind`` (``failed``, ``delayed``, …) has gone into the queue, about so many recipients."""

    kind: str
    recipients: int


@attrs.frozen
class SessionTurned:
    """A client's session with a listener of ``service`` (``smtp``, ``submission``, …) has begun, or is over."""

    service: str
    is_open: bool


@attrs.frozen
class MessageTaken:
    """A listener has a client's message in the queue, ``seconds`` after its last octet came.

    ``reply`` is what the client is told, which names the transfer id; ``verdicts`` are what was found of the message
    (:mod:`msgcore.mta.trust.verdicts`).
    """

    service: str
    client: Client
    sender: Address | None
    reply: Reply
    size_octets: int
    recipients: int
    seconds: float
    message_id: str = ""
    verdicts: frozenset[str] = NOBODY


@attrs.frozen
class MailRefused:
    """A listener said no, for now or for good, to what a client meant with MAIL, RCPT or DATA (``command``).

    ``address`` is the recipient of RCPT, else the sender.
    """

    service: str
    client: Client
    command: str
    address: Address | None
    reply: Reply


@attrs.frozen
class LoginRefused:
    """A listener refused a login; ``user`` is who the client at ``address`` said it is, empty where it did not say."""

    service: str
    address: str
    user: str


NodeEvent = RecipientSettled | HopTurned | ReportMade | SessionTurned | MessageTaken | MailRefused | LoginRefused
"""Whatever a node tells who watches it."""

Watch = Callable[[NodeEvent], object]
"""Is told what happens at a node, on its event loop: it counts, and never waits. What it raises is logged."""


class TakesArrivals(Protocol):
    """Works on what comes in, as a manager does."""

    def lease(self) -> Lease | None:
        """Say on which terms the next message is leased to it at once; ``None`` when it has enough."""
        ...

    def wake(self) -> None:
        """Have it look at the queue: a message has come in that nobody has."""
        ...


def watch_nothing(_: NodeEvent) -> None:
    """Hear what happens, and do nothing."""


class NodeQueue:
    """The queue ``inner``, as the manager and the listeners of one node use it."""

    def __init__(self, inner: QueueStore, watch: Watch = watch_nothing) -> None:
        self._inner = inner
        self._watch = watch
        self._down: set[str] = set()
        self._leases = inner if isinstance(inner, LeasesArrivals) and inner.leases_arrivals else None
        self.worker: TakesArrivals | None = None
        """Who works on what comes in."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        worker = self.worker
        lease = None if worker is None or self._leases is None else worker.lease()
        if lease is not None and self._leases is not None:
            return await self._leases.accept_leased(accept, lease, deadline)
        taken = await self._inner.accept(accept, deadline)
        if worker is not None:
            worker.wake()
        return taken

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await self._inner.finish(finished, deadline)
        gone = {one.number for one in lost}
        for one in finished:
            for settlement in one.settlements:
                if settlement.is_try and settlement.queued.number not in gone:
                    self.tell(RecipientSettled(one.message, settlement))
            for report in one.reports:
                about = sum(recipient.number not in gone for recipient in report.about)
                if about and report.kind in _REPORTS:
                    self.tell(ReportMade(report.kind, about))
        return lost

    async def note_links(self, notes: Sequence[LinkNote], deadline: Deadline) -> None:
        await self._inner.note_links(notes, deadline)
        for note in notes:
            is_down = note.down_until is not None
            if is_down != (note.hop in self._down):
                (self._down.add if is_down else self._down.discard)(note.hop)
                self.tell(HopTurned(note.hop, note.down_until))

    async def links(self, deadline: Deadline) -> Sequence[LinkNote]:
        notes = await self._inner.links(deadline)
        # What another node has told already, so that only who turns a hop tells of it.
        self._down = {note.hop for note in notes if note.down_until is not None}
        return notes

    def tell(self, event: NodeEvent) -> None:
        """Tell whoever watches."""
        try:
            self._watch(event)
        except Exception:
            _log.exception("who watches this node could not be told of %s", event)

    # What passes through

    async def claim(
        self,
        limit: int,
        lease_seconds: float,
        deadline: Deadline,
        *,
        passing: AbstractSet[str] = NOBODY,
        takes_suspects: bool = True,
    ) -> Sequence[Claim]:
        return await self._inner.claim(limit, lease_seconds, deadline, passing=passing, takes_suspects=takes_suspects)

    async def has_suspects(self, deadline: Deadline) -> bool:
        return await self._inner.has_suspects(deadline)

    async def hurry(self, hop: str, deadline: Deadline) -> int:
        return await self._inner.hurry(hop, deadline)

    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return await self._inner.outcomes(transfer_id, deadline)

    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        return await self._inner.queued(limit, deadline, where)

    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        return await self._inner.change(change, deadline, where)

    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        return await self._inner.track(track, deadline)

    async def waiting(self, deadline: Deadline) -> int:
        return await self._inner.waiting(deadline)

    async def depth(self, deadline: Deadline) -> QueueDepth:
        return await self._inner.depth(deadline)

    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        return await self._inner.purge(ended_before, deadline)
