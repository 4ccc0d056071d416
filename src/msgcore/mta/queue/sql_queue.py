"""The queue in a database, on SQLite or PostgreSQL: what each call is, in one transaction.

Messages that are taken in at the same time share a transaction: one wait for the disk, and one thread's work, for all
of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import attrs

from msgcore.base.times import Deadline, datetime_from_filetime, filetime_from_datetime
from msgcore.errors import MsgcoreError, OperationCancelled
from msgcore.model.outcome import Outcome, outcome_of_fields
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.at_once import take_in_at_once
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.changing import change_all, change_page
from msgcore.mta.queue.claiming import DeadLetter, Demand, claim, free_lost_leases, make_ready
from msgcore.mta.queue.columns import RECIPIENT, by_connector, lane_of, read_recipient, storable
from msgcore.mta.queue.contents import marks
from msgcore.mta.queue.contract import (
    NOBODY,
    SUSPICIOUS,
    Accept,
    Claim,
    Finished,
    Lease,
    LinkNote,
    QueueDepth,
    QueuedRecipient,
    Urgency,
    WaitingRecipient,
    Where,
)
from msgcore.mta.queue.events import track_events
from msgcore.mta.queue.finishing import Ending, finish
from msgcore.mta.queue.inspecting import depth_of, list_waiting, purge
from msgcore.mta.queue.limits import QueueLimits, refusal
from msgcore.mta.queue.restrict import selector
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.taking_in import Arrival, Taken, take_in
from msgcore.mta.queue.tracking import Track, TrackingEvent
from msgcore.runtime import Connection, Database, Engine, Runtime
from msgcore.runtime.abc import NEVER
from msgcore.runtime.leases import lease_clock
from msgcore.runtime.together import Gather, Together

__all__ = ["QUEUE_SCHEMA", "SqlQueue"]

T = TypeVar("T")

_log = logging.getLogger("msgcore.mta")

# Few recipients of messages that are no larger are written down in less time than it takes to wake a thread.
_SMALL_OCTETS = 16 * 1024
_FEW = 10
# What became of more recipients at once would hold a loop up.
_MOST_SETTLED = 100

_LOOKS_FOR_LOST_SECONDS = 1.0
_LOOKS_FOR_ROOM_SECONDS = 5.0

# Nothing has waited for a next hop that nobody tried for a day behind its time: a domain that is gone, mostly.
_LINK_IS_KEPT = 24 * 3_600 * 10_000_000


class SqlQueue:
    """A queue in a database; may be shared by threads, tasks and processes, on PostgreSQL by those of many machines.

    ``lifetime`` is how long every message is tried, instead of by its grade; past ``limits`` nothing more is taken in.
    """

    def __init__(
        self,
        runtime: Runtime,
        database: Database,
        lifetime: timedelta | None = None,
        limits: QueueLimits | None = QueueLimits(),  # noqa: B008  # frozen
    ) -> None:
        self._runtime = runtime
        self._database = database
        self._lifetime = lifetime
        self._small: Together[Arrival, bytes] = Together(runtime, partial(self._take_in, are_small=True))
        self._others: Together[Arrival, bytes] = Together(runtime, partial(self._take_in, are_small=False))
        self._limits = limits
        self._turn = 0
        self._refusal: MsgcoreError | None = None
        self._looked_for_room_at: float | None = None
        self._looked_for_lost_at: float | None = None

    def _now(self) -> int:
        return filetime_from_datetime(self._runtime.now())

    async def _read(self, work: Callable[[Connection], T], deadline: Deadline) -> T:
        return await self._database.read(self._runtime, work, deadline)

    async def _write(self, work: Callable[[Connection], T], deadline: Deadline, *, is_quick: bool = False) -> T:
        return await self._database.write(self._runtime, work, deadline, is_quick=is_quick)

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        return await self._accept(Arrival(accept, self._runtime.now(), self._lifetime), deadline)

    @property
    def leases_arrivals(self) -> bool:
        return self._database.engine is Engine.SQLITE

    async def accept_leased(self, accept: Accept, lease: Lease, deadline: Deadline) -> bytes:
        return await self._accept(Arrival(accept, self._runtime.now(), self._lifetime, lease), deadline)

    async def _accept(self, arrival: Arrival, deadline: Deadline) -> bytes:
        await self._look_for_room(deadline)
        accept = arrival.accept
        is_small = len(accept.content.octets) <= _SMALL_OCTETS and len(accept.recipients) <= _FEW
        return await (self._small if is_small else self._others).ask(arrival, deadline)

    async def _look_for_room(self, deadline: Deadline) -> None:
        """Look every few seconds whether there is room for more."""
        limits, now = self._limits, self._runtime.monotonic()
        if limits is None:
            return
        looked_at = self._looked_for_room_at
        if looked_at is None or not 0 <= now - looked_at < _LOOKS_FOR_ROOM_SECONDS:
            self._looked_for_room_at = now
            depth, moment = await self.depth(deadline), self._runtime.now()
            self._refusal = await self._runtime.in_thread(
                lambda: refusal(limits, depth, moment, self._database.folder), deadline
            )
        if self._refusal is not None:
            raise type(self._refusal)(str(self._refusal))

    async def _take_in(self, gather: Gather[Arrival], deadline: Deadline, *, are_small: bool) -> list[bytes]:
        if self._database.engine is Engine.POSTGRES and (are_small or len(gather()) == 1):
            ids = await take_in_at_once(self._runtime, self._database, gather(), deadline)
            if ids is not None:
                return ids
        leases_at = self._runtime.monotonic() if self.leases_arrivals else None
        taken: list[Taken] = []

        def work(connection: Connection) -> list[bytes]:
            arrivals = gather()  # what came while others wrote is taken, too
            is_leasing = any(one.lease for one in arrivals)
            taken[:] = take_in(connection, arrivals, leases_at if is_leasing else None)
            return [one.message_id for one in taken]

        try:
            ids = await self._write(work, deadline, is_quick=are_small)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:
            # Cancelled: what had begun was waited for, and nobody has said whether it could be committed.
            if isinstance(error, OperationCancelled) or not isinstance(error, Exception):
                with suppress(MsgcoreError):
                    if await self._is_there(taken):
                        self._hand_over(gather(), taken)
            raise
        self._hand_over(gather(), taken)
        return ids

    async def _is_there(self, taken: Sequence[Taken]) -> bool:
        """Say whether the transaction that took these in has been committed; cancel() passes it by."""
        new = [one.message_id for one in taken if one.claim is not None][:1]
        with self._runtime.shielded():
            statement = f"select 1 from mta_message where id in ({marks(new)})"
            return await self._read(lambda c: c.value(statement, new), NEVER) is not None

    def _hand_over(self, arrivals: Sequence[Arrival], taken: Sequence[Taken]) -> None:
        for arrival, one in zip(arrivals, taken, strict=False):  # none was taken by what never began
            if one.claim is not None and arrival.lease is not None:
                arrival.lease.take(one.claim)

    async def claim(
        self,
        limit: int,
        lease_seconds: float,
        deadline: Deadline,
        *,
        passing: AbstractSet[str] = NOBODY,
        takes_suspects: bool = True,
    ) -> Sequence[Claim]:
        now, monotonic = self._now(), self._runtime.monotonic()
        self._turn += 1
        demand = Demand(limit, lease_seconds, passing, takes_suspects, now, monotonic, self._turn)
        looked_at = self._looked_for_lost_at
        looks = looked_at is None or not 0 <= monotonic - looked_at < _LOOKS_FOR_LOST_SECONDS
        if looks:
            self._looked_for_lost_at = monotonic

        dead: list[DeadLetter] = []

        def work(connection: Connection) -> list[Claim]:
            if looks:
                dead[:] = free_lost_leases(connection, lease_clock(connection, monotonic), now)
            make_ready(connection, now, looks_for_wrong_clocks=looks)
            return claim(connection, demand)

        claims = await self._write(work, deadline)
        for one in dead:
            _log.error("%s", one, extra={"facts": attrs.asdict(one)})
        return claims

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        now = self._runtime.now()
        endings = [Ending.of(one, now, self._lifetime) for one in finished]
        return await self._write(lambda c: finish(c, endings, now), deadline, is_quick=_are_few(finished))

    async def has_suspects(self, deadline: Deadline) -> bool:
        statement = f"select 1 from mta_recipient where state = 1 and crashes >= {SUSPICIOUS} limit 1"
        return await self._read(lambda c: c.value(statement), deadline) is not None

    async def hurry(self, hop: str, deadline: Deadline) -> int:
        now = self._now()
        lanes = [lane_of(urgency, storable(hop)) for urgency in Urgency]
        statement = (
            f"update mta_recipient set state = 1, due_at = ?, reason = '' where state = 0 and lane in ({marks(lanes)})"
        )
        return await self._write(lambda c: c.run(statement, (now, *lanes)), deadline)

    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        def work(connection: Connection) -> dict[Recipient, Outcome]:
            rows = connection.rows(
                f"select {RECIPIENT}, connector, outcome, code, enhanced, reply, stage, note from mta_recipient"
                " join mta_message on mta_message.id = mta_message_id where transfer_id = ? order by number",
                (transfer_id,),
            )
            return {read_recipient(row[:7]): by_connector(row[7], outcome_of_fields(*row[8:])) for row in rows}

        return await self._read(work, deadline)

    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        selector(where)
        return await self._read(lambda c: list_waiting(c, limit, where), deadline)

    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        selector(where)
        now, after = self._runtime.now(), 0
        if where is None:
            done = await self._write(lambda c: change_all(c, change, now), deadline)
            if done is not None:
                return Changed(done)
        changed = passed_over = 0
        while True:
            page = await self._write(lambda c, after=after: change_page(c, change, where, after, now), deadline)  # type: ignore[misc]  # bound now
            changed += page.changed
            passed_over += page.passed_over
            if page.after is None:
                return Changed(changed, passed_over)
            after = page.after

    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        return await self._read(lambda c: track_events(c, track), deadline)

    async def waiting(self, deadline: Deadline) -> int:
        # Each by an index of its own; those that have ended are not looked at.
        count = " + ".join(f"(select count(*) from mta_recipient where state = {state})" for state in range(3))
        return int(await self._read(lambda c: c.value(f"select {count}"), deadline))

    async def depth(self, deadline: Deadline) -> QueueDepth:
        now = self._now()
        return await self._read(lambda c: depth_of(c, now), deadline)

    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        before, done = filetime_from_datetime(ended_before), 0
        while some := await self._write(lambda c: purge(c, before), deadline):
            done += some
        return done

    async def links(self, deadline: Deadline) -> Sequence[LinkNote]:
        rows = await self._read(lambda c: c.rows("select hop, sessions, failures, down_until from mta_link"), deadline)
        return [
            LinkNote(hop, sessions, failures, datetime_from_filetime(until)) for hop, sessions, failures, until in rows
        ]

    async def note_links(self, notes: Sequence[LinkNote], deadline: Deadline) -> None:
        down = [
            (one.hop, one.window, one.failures, filetime_from_datetime(one.down_until))
            for one in notes
            if one.down_until is not None
        ]
        up = [(one.hop,) for one in notes if one.down_until is None]
        statement = (
            "insert into mta_link (hop, sessions, failures, down_until) values (?, ?, ?, ?) on conflict (hop)"
            " do update set sessions = excluded.sessions, failures = excluded.failures,"
            " down_until = excluded.down_until"
        )

        forgotten = self._now() - _LINK_IS_KEPT

        def work(connection: Connection) -> None:
            connection.run("delete from mta_link where down_until < ?", (forgotten,))
            connection.run_many(statement, down)
            connection.run_many("delete from mta_link where hop = ?", up)

        await self._write(work, deadline)


def _are_few(finished: Sequence[Finished]) -> bool:
    """Say whether they are written down at once: few rows, and no large content goes with them."""
    return sum(len(one.settlements) for one in finished) <= _MOST_SETTLED and all(map(_is_small, finished))


def _is_small(finished: Finished) -> bool:
    brings_more = bool(finished.reports) or any(one.successors for one in finished.settlements)
    return not brings_more and finished.message.size_octets <= _SMALL_OCTETS
