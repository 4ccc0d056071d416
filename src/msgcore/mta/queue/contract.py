"""The queue contract: messages that the MTA is responsible for, recipient by recipient.

Rules that every implementation keeps:

- :meth:`WorkQueue.accept` returns after the message is on the disk; the same transfer id and recipient are taken once.
- A claim is a lease with a token for each recipient, which every claim raises. Whoever finishes shows the token; a
  lost lease changes nothing, and a lease that was finished is lost. No transaction is held while a gateway works.
- A lease that ends without a result counts as a crash of each recipient that was claimed. Who has ``SUSPICIOUS`` of
  them is claimed alone, by a worker that has nothing else in hand; after ``MOST_CRASHES`` he is a dead letter, kept
  with the reason until a person decides.
- A recipient ends in the transaction that also takes in its reports and whoever takes its place, and has at most one
  report of a kind.
- A queue may lease a message's recipients in the transaction that takes it in (:class:`LeasesArrivals`), to the worker
  that has the message in memory just then.
- What happens to a recipient is an event (:mod:`msgcore.mta.queue.tracking`), written in the transaction that does it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.records import record
from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.outcome import Deferred, Delivered, Outcome, Pending, Refused
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.tracking import EventKind, Track, TrackingEvent
from msgcore.props.restriction import Restriction
from msgcore.spi.gateway import Content

__all__ = [
    "MOST_CRASHES",
    "NOBODY",
    "SUSPICIOUS",
    "Accept",
    "Claim",
    "Finished",
    "Lease",
    "LeasesArrivals",
    "LinkNote",
    "NewReport",
    "QueueDepth",
    "QueueStore",
    "QueuedMessage",
    "QueuedRecipient",
    "Settlement",
    "State",
    "Urgency",
    "WaitingRecipient",
    "Where",
    "WorkQueue",
]

MOST_CRASHES = 3
SUSPICIOUS = 2

_NO_ATTEMPTS: Mapping[str, int] = MappingProxyType({})
NOBODY: frozenset[str] = frozenset()

Where = Restriction | str | None
"""Which recipients: those that match, by a restriction or its text, or all.

:mod:`msgcore.mta.queue.restrict` says what can be asked for.
"""


class Urgency(enum.IntEnum):
    """The grade of delivery of X.400 and MAPI, which decides who goes first and how long it is tried."""

    URGENT = 0
    NORMAL = 1
    NON_URGENT = 2

    @classmethod
    def of_priority(cls, priority: int | None) -> Urgency:
        """Give the grade of a priority of RFC 6710, -9 to 9."""
        return cls.URGENT if (priority or 0) > 0 else cls.NON_URGENT if (priority or 0) < 0 else cls.NORMAL

    @property
    def lifetime(self) -> timedelta:
        """How long a message of this grade is tried before it is given up."""
        return _LIFETIMES[self]


_LIFETIMES = {
    Urgency.URGENT: timedelta(days=2),
    Urgency.NORMAL: timedelta(days=5),
    Urgency.NON_URGENT: timedelta(days=10),
}


class State(enum.IntEnum):
    """What a recipient in the queue waits for."""

    WAITING = 0
    """For its time."""
    READY = 1
    """To be claimed."""
    LEASED = 2
    """For a worker, which has it."""
    HELD = 3
    """For a person, who held it."""
    DEAD = 4
    """For a person, as a dead letter: workers end over it."""
    ENDED = 5
    """For nothing any more."""


@record
class Accept:
    """A message to take responsibility for; ``sender`` is ``None`` for a report.

    ``request`` is what its sender asks of the servers on the way; its priority and times are heeded here, too.
    ``received_from`` names who brought it, for reports and tracking; ``verdicts`` are what was found of it when it came
    (:mod:`msgcore.mta.trust.verdicts`), for routes and reports. ``trace`` is where it has been in the organisation, and
    ``arrived_by`` the connector by which it came (:class:`~msgcore.mta.routing.facts.MessageFacts`).
    """

    transfer_id: str
    sender: Address | None
    recipients: tuple[Recipient, ...]
    content: Content
    message_id: str = ""
    subject: str = ""
    message_class: str = "IPM.Note"
    request: DeliveryRequest = NO_REQUEST
    received_from: str = ""
    verdicts: frozenset[str] = NOBODY
    trace: tuple[str, ...] = ()
    arrived_by: str = ""

    @property
    def arrival(self) -> str:
        """Who brought it, where it had been, and what was found of it: what its first event says."""
        been = f"it was at {', '.join(self.trace)}" if self.trace else ""
        return "; ".join(filter(None, (self.received_from, been, " ".join(sorted(self.verdicts)))))


@record
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
    request: DeliveryRequest = NO_REQUEST
    received_from: str = ""
    verdicts: frozenset[str] = NOBODY
    trace: tuple[str, ...] = ()
    arrived_by: str = ""

    @property
    def urgency(self) -> Urgency:
        return Urgency.of_priority(self.request.priority)

    @property
    def held_until(self) -> datetime | None:
        """Until when its sender holds it back (RFC 4865); ``None`` if it may leave at once."""
        seconds = self.request.hold_seconds
        return self.request.hold_until if seconds is None else self.accepted_at + timedelta(seconds=seconds)

    @property
    def released_at(self) -> datetime:
        """Since when it may leave: what its sender held back is not late."""
        held_until = self.held_until
        return self.accepted_at if held_until is None else max(self.accepted_at, held_until)

    def is_too_late(self, now: datetime) -> bool:
        """Say whether the time is over in which its sender wanted it delivered, or else returned (RFC 2852)."""
        within, is_returned = self.request.within_seconds, not self.request.only_tell_when_late
        return within is not None and is_returned and now >= self.accepted_at + timedelta(seconds=within)

    def request_at(self, now: datetime) -> DeliveryRequest:
        """Give what is still asked of whoever takes it on at a moment.

        It was held back here (RFC 4865), and part of its time is over (RFC 2852).
        """
        request, within = self.request, self.request.within_seconds
        if request.hold_seconds is not None or request.hold_until is not None:
            request = attrs.evolve(request, hold_seconds=None, hold_until=None)
        if within is None:
            return request
        left = min(within, within - int((now - self.accepted_at).total_seconds()))
        if left < 1 and request.only_tell_when_late:  # it is late already: whom to tell of that is up to us
            return attrs.evolve(request, within_seconds=None, only_tell_when_late=False)
        return attrs.evolve(request, within_seconds=max(1, left))


@record
class QueuedRecipient:
    """One recipient in the queue; ``number`` is its row.

    ``attempts`` counts the connections that failed, by connector; ``crashes`` how many workers ended while they had it;
    ``told`` has the kinds of reports that its sender got. ``is_successor``: it took the place of another one, as a
    list's member does, and the message's trace does not count for it.
    """

    number: int
    recipient: Recipient
    tries: int
    token: int
    attempts: Mapping[str, int] = attrs.field(default=_NO_ATTEMPTS, hash=False)
    crashes: int = 0
    told: frozenset[str] = NOBODY
    is_successor: bool = False


@record
class Claim:
    """Recipients of one message, leased together, and the message's content."""

    message: QueuedMessage
    content: Content
    recipients: tuple[QueuedRecipient, ...]


@record
class Settlement:
    """What became of a claimed recipient; an outcome that is not final waits until ``due_at``.

    ``hop`` names the next hop that it waits for, so that a claim can pass over it; whoever can go elsewhere names none.
    At ``look_at`` it is claimed whatever it waits for, as somebody has to be told something; ``None`` is when its
    message expires. ``successors`` take its place, under the same return path. ``is_try`` is false for one that is
    given back as it was: nobody tried, for the reason that its outcome's text says. ``is_absorbed`` is one that failed
    and of whom nobody is told.
    """

    queued: QueuedRecipient
    outcome: Outcome
    due_at: datetime
    connector: str = ""
    next_hop: str = ""
    hop: str = ""
    look_at: datetime | None = None
    successors: tuple[Recipient, ...] = ()
    attempts: Mapping[str, int] = attrs.field(default=_NO_ATTEMPTS, hash=False)
    is_try: bool = True
    is_absorbed: bool = False

    @property
    def is_expanded(self) -> bool:
        """Whether others took its place."""
        return self.outcome.stage == "expansion" and not isinstance(self.outcome, Refused)

    @property
    def text(self) -> str:
        """What came of it, for tracking: the reply as it was given."""
        code = "" if self.outcome.code is None else f"{self.outcome.code} "
        return f"{code}{self.outcome.text}"

    @property
    def event(self) -> EventKind:
        if self.is_absorbed:
            return EventKind.ABSORBED
        if self.is_expanded:
            return EventKind.EXPANDED
        match self.outcome:
            case Delivered():
                return EventKind.DELIVERED
            case Refused():
                return EventKind.REFUSED
            case Deferred() | Pending():
                return EventKind.DEFERRED
            case _:
                return EventKind.RELAYED


@record
class NewReport:
    """A message to take in, and the claimed recipients it is about; those that have one of this kind get no second.

    Besides reports, this is the copy of a message that goes on under another return path, as that of a list.
    """

    accept: Accept
    kind: str
    about: tuple[QueuedRecipient, ...]


@record
class Finished:
    """What a worker says of recipients of one message, with the reports about them."""

    message: QueuedMessage
    settlements: tuple[Settlement, ...]
    reports: tuple[NewReport, ...] = ()


@attrs.frozen
class LinkNote:
    """What is known of the way to a next hop, shared by all workers: its window, and until when nobody tries it."""

    hop: str
    window: float
    failures: int = 0
    down_until: datetime | None = None


@attrs.frozen
class WaitingRecipient:
    """A recipient in the queue as a person sees it: what came of the last try, and when the next one is due.

    ``reason`` says why it is held, a dead letter, or left alone as its next hop is down or its connector not open.
    """

    recipient: Recipient
    subject: str
    accepted_at: datetime
    due_at: datetime
    tries: int
    outcome: Outcome
    state: State = State.READY
    reason: str = ""
    sender: Address | None = None
    transfer_id: str = ""
    message_id: str = ""
    message_class: str = "IPM.Note"
    size_octets: int = 0
    connector: str = ""
    next_hop: str = ""
    number: int = 0


@attrs.frozen
class QueueDepth:
    """How full a queue is: recipients by state, and since when the first that is due has waited.

    Who waits for a next hop that is known to be down is not due.
    """

    recipients: Mapping[State, int] = attrs.field(hash=False)
    oldest_due_at: datetime | None

    @property
    def waiting(self) -> int:
        """Recipients that have not ended."""
        return sum(count for state, count in self.recipients.items() if state is not State.ENDED)


@attrs.frozen
class Lease:
    """Who takes a message's recipients as soon as it is taken in: ``take`` is called with them behind the commit.

    Those that have to wait, and those that were taken in before, it is not given.
    """

    seconds: float
    take: Callable[[Claim], object]


@runtime_checkable
class LeasesArrivals(Protocol):
    """A queue that leases what it takes in at once, so that nobody has to look for it."""

    @property
    def leases_arrivals(self) -> bool:
        """Whether it does: where workers of many machines share the load, whoever is free claims."""
        ...

    async def accept_leased(self, accept: Accept, lease: Lease, deadline: Deadline) -> bytes:
        """Do what :meth:`WorkQueue.accept` does, and lease the recipients that are due now."""
        ...


class WorkQueue(Protocol):
    """Where the MTA keeps its messages, as nodes work it."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        """Take a message in, and give its id.

        Raises:
            ServiceBusy, StoreFull: the queue is too full, or too late; ask again later.
        """
        ...

    async def claim(
        self,
        limit: int,
        lease_seconds: float,
        deadline: Deadline,
        *,
        passing: AbstractSet[str] = NOBODY,
        takes_suspects: bool = True,
    ) -> Sequence[Claim]:
        """Lease up to ``limit`` recipients that are due and free, grouped by message; fewer of large messages.

        Urgent ones go first, then each next hop in its turn, and of one those that have waited longest. Those that wait
        for a hop in ``passing`` are left where they are, unless it is time to look at them. With ``takes_suspects`` a
        suspect goes before everybody, alone and whatever he waits for.
        """
        ...

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        """Write what became of claimed recipients, with their reports, and give those whose lease was lost.

        All of it is one transaction.
        """
        ...

    async def has_suspects(self, deadline: Deadline) -> bool:
        """Say whether somebody is ready over whom workers have ended."""
        ...

    async def hurry(self, hop: str, deadline: Deadline) -> int:
        """Make due now whoever waits for a next hop that is up again, and say how many that were."""
        ...

    async def links(self, deadline: Deadline) -> Sequence[LinkNote]:
        """Give which next hops are known to be down."""
        ...

    async def note_links(self, notes: Sequence[LinkNote], deadline: Deadline) -> None:
        """Write down, for all workers, which next hops went down, and which are up again.

        One that nobody has tried for a day since its time came may be forgotten: every domain that is gone would stay.
        """
        ...

    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        """Forget messages whose last recipient ended before, with their events; say how many."""
        ...


class QueueStore(WorkQueue, Protocol):
    """The same, with what senders and administrators want to know, and to change."""

    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        """Give the newest outcome of each recipient that came with this transfer id."""
        ...

    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        """List recipients that have not ended, those due first at the front.

        Raises:
            UsageError: the restriction asks for what no recipient in a queue has.
        """
        ...

    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        """Change recipients that wait, all of them without ``where``, and say how many, and how many a worker had.

        Raises:
            UsageError: the restriction asks for what no recipient in a queue has.
        """
        ...

    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        """Give what happened, the first event first."""
        ...

    async def waiting(self, deadline: Deadline) -> int:
        """Count the recipients that wait for their time or a worker, or that one has."""
        ...

    async def depth(self, deadline: Deadline) -> QueueDepth:
        """Say how full the queue is."""
        ...
