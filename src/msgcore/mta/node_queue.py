"""A node's end of the queue: mail that comes in wakes the manager, and what becomes of mail is told to who watches."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from msgcore.base.times import Deadline
from msgcore.model.report import ReportAction
from msgcore.mta.node_events import HopTurned, NodeEvent, RecipientSettled, ReportMade, Watch, watch_nothing
from msgcore.mta.queue.contract import (
    NOBODY,
    Accept,
    Claim,
    Finished,
    Lease,
    LeasesArrivals,
    LinkNote,
    QueuedRecipient,
    WorkQueue,
)

__all__ = ["NodeQueue", "TakesArrivals"]

_log = logging.getLogger("msgcore.mta")

# Else it is the copy of a message that goes to a list.
_REPORTS = frozenset(action.value for action in ReportAction)


class TakesArrivals(Protocol):
    """Works on what comes in, as a manager does."""

    def lease(self) -> Lease | None:
        """Say on which terms the next message is leased to it at once; ``None`` when it has enough."""
        ...

    def wake(self) -> None:
        """Have it look at the queue: a message has come in that nobody has."""
        ...


class NodeQueue:
    """The queue ``inner``, as the manager and the listeners of one node use it."""

    def __init__(self, inner: WorkQueue, watch: Watch = watch_nothing) -> None:
        self._inner = inner
        self._watch = watch
        self._down: set[str] = set()
        self._leases = inner if isinstance(inner, LeasesArrivals) and inner.leases_arrivals else None
        self.worker: TakesArrivals | None = None
        """Who works on what comes in."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        worker = self.worker
        if worker is not None and self._leases is not None and (lease := worker.lease()) is not None:
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

    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        return await self._inner.purge(ended_before, deadline)
