"""An MTA's queue in memory, by the rules of :mod:`msgcore.mta.queue`, but that it ends with the process."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import attrs

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import Clock, Deadline, SystemClock
from msgcore.model.outcome import Outcome, Pending
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.contract import (
    Accept,
    Claim,
    NewReport,
    QueuedMessage,
    QueuedRecipient,
    Settlement,
    WaitingRecipient,
)
from msgcore.spi.gateway import Content

__all__ = ["MemoryQueue", "QueueMemory"]

_PENDING = Pending()


@attrs.define(eq=False)
class _Row:
    """One recipient, with its lease."""

    number: int
    message: QueuedMessage
    recipient: Recipient
    due_at: datetime
    tries: int = 0
    token: int = 0
    leased_until: float | None = None
    outcome: Outcome = _PENDING
    connector: str = ""
    reports: set[str] = attrs.field(factory=set[str])

    @property
    def is_open(self) -> bool:
        return not self.outcome.is_final

    def is_free(self, now: datetime, monotonic: float) -> bool:
        return self.is_open and self.due_at <= now and (self.leased_until is None or self.leased_until <= monotonic)

    @property
    def shown_outcome(self) -> Outcome:
        """The outcome, with a note of the connector that it came through."""
        notes = (f"connector {self.connector}" if self.connector else "", self.outcome.note)
        return attrs.evolve(self.outcome, note="; ".join(filter(None, notes)))


class QueueMemory:
    """What queues on it keep: every message and recipient that was accepted, ended or not."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.messages: dict[str, tuple[QueuedMessage, Content]] = {}
        self.rows: dict[int, _Row] = {}

    @contextmanager
    def locked(self, deadline: Deadline) -> Generator[None]:
        """Keep everybody else out until the context ends."""
        deadline.check("queue")
        with self._guard:
            yield

    def open_rows(self) -> list[_Row]:
        """List who has not ended, those due first at the front."""
        rows = [row for row in self.rows.values() if row.is_open]
        return sorted(rows, key=lambda row: (row.due_at, row.number))

    def rows_of(self, message: QueuedMessage) -> list[_Row]:
        return [row for row in self.rows.values() if row.message.id == message.id]


class MemoryQueue:
    """A queue over a :class:`QueueMemory`, a new one if none is given; several may be open on one memory."""

    def __init__(
        self, memory: QueueMemory | None = None, clock: Clock | None = None, lifetime: timedelta = timedelta(days=5)
    ) -> None:
        self._memory = memory or QueueMemory()
        self._clock = clock or SystemClock()
        self._lifetime = lifetime

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        with self._memory.locked(deadline):
            return self._accept(accept).id

    def _accept(self, accept: Accept) -> QueuedMessage:
        now = self._clock.now()
        message, _ = self._memory.messages.setdefault(accept.transfer_id, (self._message(accept, now), accept.content))
        known = {row.recipient for row in self._memory.rows_of(message)}
        for recipient in dict.fromkeys(accept.recipients):
            if recipient not in known:
                number = len(self._memory.rows) + 1
                self._memory.rows[number] = _Row(number, message, recipient, due_at=now)
        return message

    def _message(self, accept: Accept, now: datetime) -> QueuedMessage:
        return QueuedMessage(
            id=new_time_ordered_id(),
            transfer_id=accept.transfer_id,
            sender=accept.sender,
            size_octets=len(accept.content.octets),
            accepted_at=now,
            expires_at=now + self._lifetime,
            message_id=accept.message_id,
            subject=accept.subject,
            message_class=accept.message_class,
        )

    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        with self._memory.locked(deadline):
            now, monotonic = self._clock.now(), self._clock.monotonic()
            free = [row for row in self._memory.open_rows() if row.is_free(now, monotonic)]
            claimed: dict[str, list[QueuedRecipient]] = {}
            for row in free[:limit]:
                row.token += 1
                row.leased_until = monotonic + lease_seconds
                queued = QueuedRecipient(row.number, row.recipient, row.tries, row.token)
                claimed.setdefault(row.message.transfer_id, []).append(queued)
            return [
                Claim(*self._memory.messages[transfer_id], tuple(recipients))
                for transfer_id, recipients in claimed.items()
            ]

    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        with self._memory.locked(deadline):
            lost = [one.queued for one in settlements if not self._settle(one)]
            for report in reports:
                self._report(report, [one for one in report.about if one not in lost])
            return lost

    def _settle(self, settlement: Settlement) -> bool:
        row = self._memory.rows[settlement.queued.number]
        if row.token != settlement.queued.token or row.leased_until is None or not row.is_open:
            return False
        row.outcome, row.connector, row.due_at = settlement.outcome, settlement.connector, settlement.due_at
        row.tries += 1
        row.leased_until = None
        return True

    def _report(self, report: NewReport, about: Sequence[QueuedRecipient]) -> None:
        rows = [self._memory.rows[one.number] for one in about]
        untold = [row for row in rows if report.kind not in row.reports]
        if untold:
            self._accept(report.accept)
        for row in untold:
            row.reports.add(report.kind)

    async def make_due(self, deadline: Deadline) -> None:
        with self._memory.locked(deadline):
            now = self._clock.now()
            for row in self._memory.open_rows():
                row.due_at = min(row.due_at, now)

    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        with self._memory.locked(deadline):
            known = self._memory.messages.get(transfer_id)
            rows = [] if known is None else self._memory.rows_of(known[0])
            return {row.recipient: row.shown_outcome for row in rows}

    async def queued(self, limit: int, deadline: Deadline) -> Sequence[WaitingRecipient]:
        with self._memory.locked(deadline):
            return [
                WaitingRecipient(
                    row.recipient,
                    row.message.subject,
                    row.message.accepted_at,
                    row.due_at,
                    row.tries,
                    row.shown_outcome,
                )
                for row in self._memory.open_rows()[:limit]
            ]

    async def waiting(self, deadline: Deadline) -> int:
        with self._memory.locked(deadline):
            return len(self._memory.open_rows())
