"""One session with a maildrop, and what its parts have in common: whom they ask, and what is known so far."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, QuotaReached, TimedOut
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_retrieval import GuardedMaildrop
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey, Origin
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, Waiting
from msgcore.spi.store import MessageStatus
from msgcore.spooler.retrieval.gate import OPEN_GATE, Gate
from msgcore.spooler.retrieval.journal_entries import entries_of
from msgcore.spooler.retrieval.plan import Lots, Step
from msgcore.spooler.retrieval.policy import Fate, Task
from msgcore.spooler.retrieval.report import RetrievalProgress
from msgcore.spooler.retrieval.tally import Tally

__all__ = ["Ask", "OnProgress", "Order", "Visit", "marked"]

OnProgress = Callable[[RetrievalProgress], None]
"""Is told how far a retrieval has come, after each batch that is on the disk."""
Ask = Callable[[Sequence[int]], Awaitable[Sequence[Retrieved]]]
"""Asks for what stands at places of the listing; what comes is the first of it, or nothing when that is enough."""
Taken = Callable[[Sequence[tuple[int, bytes]]], Awaitable[None]]
"""Takes a batch of octets, each with its place in the listing."""


@attrs.frozen
class Order:
    """What is to be retrieved from where into which store, and how long that may take."""

    runtime: Runtime
    store: GuardedStore
    account: str
    policy: RetrievalPolicy
    task: Task
    deadline: Deadline
    on_progress: OnProgress | None
    tally: Tally
    gate: Gate = OPEN_GATE


@attrs.define
class Visit:
    """A session that is open: its listing, and the lots of the messages in it.

    Nothing is asked for in the last ``reserve_seconds`` before the deadline, so that what was stored is also removed.
    ``stopped`` is why that or something else ended the asking early, although the session can go on.
    """

    order: Order
    maildrop: GuardedMaildrop
    listing: Sequence[Waiting]
    lots: Lots
    reserve_seconds: float
    patience_seconds: float = math.inf
    """How long a small message may take, as long as others wait for it."""
    has_headers: bool = True
    is_put_off: bool = False
    """Whether a message waits for a session that has nothing to lose by it."""
    stopped: MsgcoreError | None = None
    retrieved_octets: int = 0
    retrieved_seconds: float = 0.0

    def now(self) -> datetime:
        return self.order.runtime.now()

    def size(self, place: int) -> int:
        return self.listing[place].size_octets

    def key(self, place: int) -> bytes:
        """Give what a message is known by in the next session, too: a lost one deletes nothing, so numbers stay."""
        waiting = self.listing[place]
        return waiting.unique_id or b" %d %d" % (waiting.number, waiting.size_octets)

    def origin(self, place: int, fingerprint: bytes) -> Origin:
        waiting = self.listing[place]
        return Origin(self.order.account, waiting.unique_id, fingerprint, waiting.size_octets)

    def as_listed(self, place: int, entry: JournalEntry) -> JournalEntry:
        """Give an entry as the one of a message that is there."""
        size = self.size(place) if self.size(place) >= 0 else entry.origin.size_octets
        return attrs.evolve(entry, origin=attrs.evolve(entry.origin, size_octets=size), missing_since=None)

    def settle(self, place: int, entry: JournalEntry) -> Fate:
        return self.lots.settle(self.order.task, self.order.policy, place, entry, self.now())

    def fault(self, place: int, error: MsgcoreError | str) -> None:
        self.order.tally.fault(self.listing[place], error)

    # The journal

    async def note(self, entries: Sequence[JournalEntry], new: Sequence[JournalEntry] = ()) -> None:
        """Write entries. The marks of those that wait are a person's, and stay what they have become meanwhile."""
        order, waiting = self.order, [entry.origin.key for entry in entries if entry.stored is None]
        anew = await entries_of(order.store, order.account, waiting, order.deadline)
        noted = [*new]
        for entry in entries:
            now = anew.get(entry.origin.key)
            if now is None:
                noted.append(entry)
            elif now.stored is None:
                noted.append(attrs.evolve(entry, status=now.status, header=now.header or entry.header))
        if noted:
            await order.store.note(noted, order.deadline)

    async def forget(self, keys: Sequence[JournalKey]) -> None:
        if keys:
            await self.order.store.forget(self.order.account, keys, self.order.deadline)

    async def write(self, step: Step) -> None:
        """Write down what is missing, and forget what has been for long."""
        await self.note(step.missing)
        await self.forget(step.forgotten)

    # The server

    def has_time(self, seconds: float = 0.0) -> bool:
        """Say whether what takes so long may begin; if not, that is why the session has stopped."""
        if self.stopped is None and self.order.deadline.remaining_seconds() <= self.reserve_seconds + seconds:
            self.stopped = TimedOut("the deadline has come; the rest waits at the server")
        return self.stopped is None

    async def drain(self, ask: Ask, places: Sequence[int], take: Taken) -> None:
        """Ask for messages until none is left or time is up, and hand on each batch; what cannot be had is a fault."""
        done = 0
        while done < len(places) and self.has_time():
            asked = places[done : done + self.order.tally.at_once]
            try:
                found = await ask(asked)
            except QuotaReached as error:
                self.stopped = error
                return
            if not found:
                return
            batch: list[tuple[int, bytes]] = []
            for place, one in zip(asked, found, strict=False):
                if one.error is None:
                    batch.append((place, one.octets))
                else:
                    self.give_up(place, one.error)
            done += len(found)
            if batch:
                await take(batch)

    def give_up(self, place: int, error: MsgcoreError | str) -> None:
        """Let a message wait that cannot be had now."""
        self.fault(place, error)
        if self.lots.fates[place] == Fate.DOWNLOAD:
            self.lots.fates[place] = Fate.WAIT


def marked(entry: JournalEntry, mark: MessageStatus) -> JournalEntry:
    """Give an entry with a mark more."""
    return attrs.evolve(entry, status=entry.status | mark)
