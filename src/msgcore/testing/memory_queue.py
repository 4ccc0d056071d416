"""An MTA's queue in memory, by the rules of :mod:`msgcore.mta.queue.contract`, but that it ends with the process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import datetime, timedelta

import attrs

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import Clock, Deadline, SystemClock
from msgcore.model.address import parse_address
from msgcore.model.outcome import Accepted, Outcome, Pending, Refused
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.changes import Change, Changed, ChangeKind, is_for_leased, redirected_to
from msgcore.mta.queue.contract import (
    MOST_CRASHES,
    NOBODY,
    SUSPICIOUS,
    Accept,
    Claim,
    Finished,
    LinkNote,
    NewReport,
    QueueDepth,
    QueuedMessage,
    QueuedRecipient,
    Settlement,
    State,
    Urgency,
    WaitingRecipient,
    Where,
)
from msgcore.mta.queue.restrict import selector
from msgcore.mta.queue.tracking import EventKind, Track, TrackingEvent
from msgcore.spi.gateway import Content
from msgcore.wire.domain import address_key, typed_key

__all__ = ["MemoryQueue", "QueueMemory"]

_PENDING = Pending()
_LONGEST_WAIT = timedelta(days=60)
_FIRST_LOOK = timedelta(hours=4)
_OPEN = (State.READY, State.LEASED)


@attrs.define(eq=False)
class _Row:
    """One recipient, with its lease."""

    number: int
    message: QueuedMessage
    recipient: Recipient
    due_at: datetime
    look_at: datetime
    is_successor: bool = False
    state: State = State.READY
    hop: str = ""
    tries: int = 0
    token: int = 0
    crashes: int = 0
    attempts: Mapping[str, int] = attrs.field(factory=dict[str, int])
    leased_until: float = 0.0
    outcome: Outcome = _PENDING
    connector: str = ""
    next_hop: str = ""
    reason: str = ""
    ended_at: datetime | None = None
    reports: set[str] = attrs.field(factory=set[str])
    key: tuple[str, str, int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.key = _key(self.recipient)

    def is_due(self, now: datetime) -> bool:
        return self.state is State.READY and (self.due_at <= now or self.due_at > now + _LONGEST_WAIT)

    @property
    def shown_outcome(self) -> Outcome:
        """The outcome, with a note of the connector that it came through."""
        notes = (f"connector {self.connector}" if self.connector else "", self.outcome.note)
        return attrs.evolve(self.outcome, note="; ".join(filter(None, notes)))

    def end(self, outcome: Outcome, now: datetime) -> None:
        self.state, self.outcome, self.ended_at = State.ENDED, outcome, now

    def shown_state(self, now: datetime) -> State:
        return State.WAITING if self.state is State.READY and not self.is_due(now) else self.state

    def shown(self, now: datetime) -> WaitingRecipient:
        message = self.message
        return WaitingRecipient(
            self.recipient,
            message.subject,
            message.accepted_at,
            self.due_at,
            self.tries,
            self.shown_outcome,
            self.shown_state(now),
            self.reason,
            message.sender,
            message.transfer_id,
            message.message_id,
            message.message_class,
            message.size_octets,
            self.connector,
            self.next_hop,
            self.number,
        )


class QueueMemory:
    """What queues on it keep: every message and recipient that was accepted, ended or not, and what happened."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.messages: dict[str, tuple[QueuedMessage, Content]] = {}
        self.rows: dict[int, _Row] = {}
        self.events: list[TrackingEvent] = []
        self.links: dict[str, LinkNote] = {}
        self.numbers = 0

    @contextmanager
    def locked(self, deadline: Deadline) -> Generator[None]:
        """Keep everybody else out until the context ends."""
        deadline.check("queue")
        with self._guard:
            yield

    def waiting_rows(self) -> list[_Row]:
        """List who has not ended, those due first at the front."""
        rows = [row for row in self.rows.values() if row.state is not State.ENDED]
        return sorted(rows, key=lambda row: (row.due_at, row.number))

    def rows_of(self, message: QueuedMessage) -> list[_Row]:
        return [row for row in self.rows.values() if row.message.id == message.id]

    def tell(
        self, at: datetime, kind: EventKind, message: QueuedMessage, row: _Row | None = None, text: str = ""
    ) -> None:
        address, connector, next_hop = ("", "", "")
        if row is not None:
            address, connector, next_hop = row.recipient.address.typed, row.connector, row.next_hop
        self.events.append(
            TrackingEvent(
                number=len(self.events) + 1,
                at=at,
                kind=kind,
                transfer_id=message.transfer_id,
                message_id=message.message_id,
                address=address,
                connector=connector,
                next_hop=next_hop,
                text=text,
                sender="" if message.sender is None else message.sender.typed,
            )
        )


class MemoryQueue:
    """A queue over a :class:`QueueMemory`, a new one if none is given; several may be open on one memory."""

    def __init__(
        self, memory: QueueMemory | None = None, clock: Clock | None = None, lifetime: timedelta | None = None
    ) -> None:
        self._memory = memory or QueueMemory()
        self._clock = clock or SystemClock()
        self._lifetime = lifetime

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        with self._memory.locked(deadline):
            return self._accept(accept).id

    def _accept(self, accept: Accept) -> QueuedMessage:
        now = self._clock.now()
        known = self._memory.messages.get(accept.transfer_id)
        if known is None:
            message = self._message(accept, now)
            self._memory.messages[accept.transfer_id] = (message, accept.content)
            self._memory.tell(now, EventKind.ACCEPTED, message, text=accept.arrival)
        else:
            message = known[0]
        request = accept.request
        due_at = max(now, request.hold_until or now) + timedelta(seconds=request.hold_seconds or 0)
        self._add(message, accept.recipients, due_at)
        return message

    def _add(
        self, message: QueuedMessage, recipients: Sequence[Recipient], due_at: datetime, *, are_successors: bool = False
    ) -> None:
        parts = 2 if are_successors else 3  # one copy for whoever takes a place, whatever his role
        known = {row.key[:parts] for row in self._memory.rows_of(message)}
        for recipient in recipients:
            if _key(recipient)[:parts] not in known:
                known.add(_key(recipient)[:parts])
                self._memory.numbers += 1
                number = self._memory.numbers
                look_at = min(message.expires_at, due_at + _FIRST_LOOK)
                self._memory.rows[number] = _Row(number, message, recipient, due_at, look_at, are_successors)

    def _message(self, accept: Accept, now: datetime) -> QueuedMessage:
        request = accept.request
        lifetime = self._lifetime or Urgency.of_priority(request.priority).lifetime
        expires_at = max(now, request.hold_until or now) + timedelta(seconds=request.hold_seconds or 0) + lifetime
        if request.within_seconds is not None and not request.only_tell_when_late:
            expires_at = min(expires_at, now + timedelta(seconds=request.within_seconds))
        return QueuedMessage(
            id=new_time_ordered_id(),
            transfer_id=accept.transfer_id,
            sender=accept.sender,
            size_octets=len(accept.content.octets),
            accepted_at=now,
            expires_at=expires_at,
            message_id=accept.message_id,
            subject=accept.subject,
            message_class=accept.message_class,
            request=request,
            received_from=accept.received_from,
            verdicts=accept.verdicts,
            trace=accept.trace,
            arrived_by=accept.arrived_by,
        )

    async def claim(
        self,
        limit: int,
        lease_seconds: float,
        deadline: Deadline,
        *,
        passing: AbstractSet[str] = NOBODY,
        takes_suspects: bool = True,
    ) -> Sequence[Claim]:
        with self._memory.locked(deadline):
            now, monotonic = self._clock.now(), self._clock.monotonic()
            self._free_lost_leases(now, monotonic)
            claimed: dict[str, list[QueuedRecipient]] = {}
            for row in self._next_rows(limit, now, passing, takes_suspects=takes_suspects):
                row.token += 1
                row.state, row.leased_until = State.LEASED, monotonic + lease_seconds
                queued = QueuedRecipient(
                    row.number,
                    row.recipient,
                    row.tries,
                    row.token,
                    row.attempts,
                    row.crashes,
                    frozenset(row.reports),
                    row.is_successor,
                )
                claimed.setdefault(row.message.transfer_id, []).append(queued)
            return [
                Claim(*self._memory.messages[transfer_id], tuple(recipients))
                for transfer_id, recipients in claimed.items()
            ]

    def _free_lost_leases(self, now: datetime, monotonic: float) -> None:
        for row in self._memory.rows.values():
            if row.state is State.LEASED and row.leased_until <= monotonic:
                row.crashes += 1
                row.state = State.DEAD if row.crashes >= MOST_CRASHES else State.READY
                row.reason = "too many workers ended while they had it" if row.state is State.DEAD else ""
                kind = EventKind.DEAD if row.state is State.DEAD else EventKind.CRASHED
                self._memory.tell(now, kind, row.message, row, row.reason)

    def _next_rows(self, limit: int, now: datetime, passing: AbstractSet[str], *, takes_suspects: bool) -> list[_Row]:
        rows = [
            row
            for row in self._memory.waiting_rows()
            if row.state is State.READY and (takes_suspects or row.crashes < SUSPICIOUS)
        ]
        looked_at = [row for row in rows if row.look_at <= now]
        due = [row for row in rows if row.is_due(now) and row.hop not in passing and row not in looked_at]
        # Each hop in its turn: the first of every one, then the second, …
        places: Counter[tuple[Urgency, str]] = Counter()
        order: dict[int, tuple[Urgency, int, datetime, int]] = {}
        for row in due:
            place = places[row.message.urgency, row.hop]
            places[row.message.urgency, row.hop] += 1
            order[row.number] = (row.message.urgency, place, row.due_at, row.number)
        suspects = [row for row in rows if row.crashes >= SUSPICIOUS and row.is_due(now)]
        if suspects:
            return suspects[:1]
        due = [*looked_at, *sorted(due, key=lambda row: order[row.number])]
        return [row for row in due if row.crashes < SUSPICIOUS][:limit]

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        with self._memory.locked(deadline):
            now = self._clock.now()
            settlements = [settlement for one in finished for settlement in one.settlements]
            lost = [one.queued for one in settlements if not self._settle(one, now)]
            for one in finished:
                for report in one.reports:
                    self._report(report, [about for about in report.about if about not in lost], now)
            return lost

    def _settle(self, settlement: Settlement, now: datetime) -> bool:
        row = self._memory.rows[settlement.queued.number]
        is_in_time = row.state in {State.READY, State.LEASED} or settlement.outcome.is_final
        if row.token != settlement.queued.token or row.state is State.ENDED or not is_in_time:
            return False
        if not settlement.is_try and row.state is not State.LEASED:
            return False
        row.state, row.hop, row.due_at = State.READY, settlement.hop, settlement.due_at
        row.look_at = settlement.look_at or row.message.expires_at
        if settlement.look_at is None and row.look_at <= now:
            row.look_at = max(row.due_at, row.look_at)
        if not settlement.is_try:
            row.reason = settlement.outcome.text
            row.connector, row.next_hop = settlement.connector or row.connector, settlement.next_hop or row.next_hop
            return True
        row.token += 1
        row.tries, row.crashes, row.attempts, row.reason = row.tries + 1, 0, settlement.attempts, ""
        row.outcome, row.connector, row.next_hop = settlement.outcome, settlement.connector, settlement.next_hop
        if settlement.outcome.is_final:
            row.end(settlement.outcome, now)
        self._memory.tell(now, settlement.event, row.message, row, settlement.text)
        self._add(row.message, settlement.successors, now, are_successors=True)
        return True

    def _report(self, report: NewReport, about: Sequence[QueuedRecipient], now: datetime) -> None:
        rows = [self._memory.rows[one.number] for one in about]
        untold = [row for row in rows if report.kind not in row.reports]
        if untold:
            self._accept(report.accept)
        for row in untold:
            row.reports.add(report.kind)
            self._memory.tell(now, EventKind.REPORTED, row.message, row, report.kind)

    async def has_suspects(self, deadline: Deadline) -> bool:
        with self._memory.locked(deadline):
            now = self._clock.now()
            return any(row.crashes >= SUSPICIOUS and row.is_due(now) for row in self._memory.rows.values())

    async def hurry(self, hop: str, deadline: Deadline) -> int:
        with self._memory.locked(deadline):
            now = self._clock.now()
            rows = [row for row in self._memory.waiting_rows() if row.state is State.READY and row.hop == hop]
            late = [row for row in rows if row.due_at > now]
            for row in late:
                row.due_at, row.reason = now, ""
            return len(late)

    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        with self._memory.locked(deadline):
            known = self._memory.messages.get(transfer_id)
            rows = [] if known is None else self._memory.rows_of(known[0])
            return {row.recipient: row.shown_outcome for row in rows}

    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        is_wanted = selector(where)
        with self._memory.locked(deadline):
            shown = [row.shown(self._clock.now()) for row in self._memory.waiting_rows()]
            return [one for one in shown if is_wanted(one)][:limit]

    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        is_wanted = selector(where)
        with self._memory.locked(deadline):
            now = self._clock.now()
            if change.kind is ChangeKind.RETRY:
                self._memory.links.clear()
            rows = [row for row in self._memory.waiting_rows() if is_wanted(row.shown(now))]
            if change.to is not None:
                rows = [row for row in rows if self._is_led_to(change.to, row)]
            worked = sum(row.state is State.LEASED for row in rows) if is_for_leased(change) else 0
            return Changed(sum(self._change(change, row, now) for row in rows), worked)

    def _is_led_to(self, to: Recipient, row: _Row) -> bool:
        """Say whether its message gets to ``to`` when it takes its place."""
        wanted = _key(to)[:2]
        there = [one for one in self._memory.rows_of(row.message) if one.key[:2] == wanted]
        ends = [one.outcome for one in there if one.state is State.ENDED]
        is_over = any(isinstance(end, Refused) or end.stage == "queue" for end in ends)
        return row.key[:2] != wanted and not is_over

    def _change(self, change: Change, row: _Row, now: datetime) -> bool:
        is_kept = row.state in {State.HELD, State.DEAD}
        match change.kind:
            case ChangeKind.HOLD if row.state is State.READY:
                row.state, row.reason = State.HELD, change.reason
            case ChangeKind.RELEASE if is_kept:
                row.state, row.reason, row.crashes = State.READY, "", 0
                row.due_at = now if row.token else row.due_at
            case ChangeKind.RETRY if row.state is State.READY and row.due_at > now and row.token:
                row.due_at, row.reason = now, ""
            case ChangeKind.REDIRECT if change.to is not None and (is_kept or row.state is State.READY):
                row.end(Accepted(text=f"redirected to {change.to.address.typed}", stage="queue"), now)
                due_at = max(now, row.message.held_until or now)
                self._add(row.message, [redirected_to(change.to, [row.recipient])], due_at, are_successors=True)
            case ChangeKind.DELETE if is_kept or row.state is State.READY:
                row.end(Refused(text=f"deleted: {change.reason}", stage="queue"), now)
            case _:
                return False
        self._memory.tell(now, change.event, row.message, row, change.reason)
        return True

    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        wanted, sender = (one and _compared(parse_address(one).typed) for one in (track.address, track.sender))
        with self._memory.locked(deadline):
            found = [
                one
                for one in self._memory.events
                if one.number > track.after
                and (not track.message_id or one.message_id == track.message_id)
                and (not track.transfer_id or one.transfer_id == track.transfer_id)
                and (not wanted or _compared(one.address) == wanted)
                and (not sender or _compared(one.sender) == sender)
                and (track.since is None or one.at >= track.since)
            ]
            return found[: track.limit]

    async def waiting(self, deadline: Deadline) -> int:
        with self._memory.locked(deadline):
            return sum(row.state in _OPEN for row in self._memory.rows.values())

    async def depth(self, deadline: Deadline) -> QueueDepth:
        with self._memory.locked(deadline):
            now = self._clock.now()
            rows = self._memory.waiting_rows()
            counts = Counter(row.shown_state(now) for row in rows)
            late = [row.due_at for row in rows if row.is_due(now) and row.hop not in self._memory.links]
            return QueueDepth(
                {state: counts[state] for state in State if state is not State.ENDED}, min(late, default=None)
            )

    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        with self._memory.locked(deadline):
            gone = [
                transfer_id
                for transfer_id, (message, _) in self._memory.messages.items()
                if all(
                    row.ended_at is not None and row.ended_at < ended_before for row in self._memory.rows_of(message)
                )
            ]
            for transfer_id in gone:
                message, _ = self._memory.messages.pop(transfer_id)
                for row in self._memory.rows_of(message):
                    del self._memory.rows[row.number]
            self._memory.events = [one for one in self._memory.events if one.transfer_id not in gone]
            return len(gone)

    async def links(self, deadline: Deadline) -> Sequence[LinkNote]:
        with self._memory.locked(deadline):
            return list(self._memory.links.values())

    async def note_links(self, notes: Sequence[LinkNote], deadline: Deadline) -> None:
        with self._memory.locked(deadline):
            for one in notes:
                self._memory.links.pop(one.hop, None)
                if one.down_until is not None:
                    self._memory.links[one.hop] = one


def _compared(typed: str) -> str:
    kind, _, value = typed.partition(":")
    return f"{kind}:{address_key(kind, value)}"


def _key(recipient: Recipient) -> tuple[str, str, int]:
    return *typed_key(recipient.address), int(recipient.kind)
