"""The manager: takes what is due from the queue, routes it, and hands it to gateways.

*Theory of operation.* One loop claims recipients as long as few are in hand; those of a message that comes in just then
are handed to it already claimed, while it can do with more (:meth:`Manager.lease`). Each is resolved in the directory
and routed anew (nothing in the queue is bound to a connector), and becomes part of a *parcel*: the recipients of one
message that go to one next hop (``dispatch``). A parcel waits at its *hop*, which has as many sessions at work as its
pace allows; a session takes what waits, one parcel behind the other, and ends when nothing does (``sessions``). What
became of a parcel (``settling``) is written down as soon as it is known, and reported in the same transaction
(``in_hand``).

A hop that is down gets nothing but a probe, once its time has come. What was to go there is routed again without its
connector at once, as often as there are connectors; what has no other way is given back to the queue, which passes over
it until then. Who crashed a worker is worked alone.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, TimedOut
from msgcore.mta.directory import Directory
from msgcore.mta.manager.dispatch import Dispatch
from msgcore.mta.manager.hops import Hops
from msgcore.mta.manager.in_hand import InHand
from msgcore.mta.manager.sessions import Sessions
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.manager.settling import Settling
from msgcore.mta.manager.ways import Ways
from msgcore.mta.node_services import NodeServices
from msgcore.mta.queue.contract import SUSPICIOUS, Claim, Lease, WorkQueue
from msgcore.mta.routing.route import RouteTable
from msgcore.runtime.abc import NEVER, Event, Runtime
from msgcore.spi.gateway import Gateway

__all__ = ["RUN_OUT_SECONDS", "Manager", "ManagerSettings"]

RUN_OUT_SECONDS = 60.0
"""How long after its deadline a run has ended, at the latest, what was on its way and what is written of it."""

_GATHERING_SECONDS = 0.01
_SUSPECTS_EVERY_SECONDS = 30.0
_MAKING_ROOM_SECONDS = 10.0
_SPARING_SECONDS = 1.0

_log = logging.getLogger("msgcore.mta")


class Manager:
    """Works one queue with one table of routes. ``built_in`` gateways go before those found by entry point.

    ``reload`` gives the table in force, or ``None`` when it is still the one that was given last; ``services`` are for
    gateways that take them.
    """

    def __init__(
        self,
        runtime: Runtime,
        queue: WorkQueue,
        routes: RouteTable,
        directory: Directory,
        *,
        built_in: Mapping[str, Gateway] | None = None,
        secret: Callable[[str], Secret],
        folder: Path,
        settings: ManagerSettings | None = None,
        reload: Callable[[Deadline], Awaitable[RouteTable | None]] | None = None,
        services: NodeServices | None = None,
    ) -> None:
        self._runtime = runtime
        self._queue = queue
        self._settings = settings = settings or ManagerSettings()
        settling = Settling(runtime, settings)
        self._in_hand = InHand(runtime, queue, settling, settings)
        self._hops = Hops(runtime, queue, settings)
        self._ways = Ways(runtime, built_in or {}, folder, secret, services)
        self._dispatch = Dispatch(
            runtime,
            routes,
            directory,
            self._hops,
            settling,
            self._in_hand,
            settings.reports.host,
            None if reload is None else settings.reload_seconds,
        )
        self._sessions = Sessions(runtime, queue, self._ways, settling, self._in_hand, self._dispatch, settings)
        self._reload = reload
        self._told_of_routes: Callable[[RouteTable], object] = lambda _: None
        self._lease = Lease(settings.lease_seconds, self._take)
        self._is_serving = self._is_isolating = False
        # What was handed over, and whether there may be something in the queue that was not.
        self._came: list[Claim] = []
        self._came_at = 0.0
        self._has_to_look = True
        self._took_suspects = False
        self._looked_at = self._claimed_at = self._looked_for_work_at = self._makes_room_until = runtime.monotonic()
        self._suspects_at = self._looked_at + _SUSPECTS_EVERY_SECONDS

    @property
    def in_hand(self) -> int:
        """How many recipients it has claimed and not settled."""
        return self._in_hand.recipients

    def follow_routes(self, told: Callable[[RouteTable], object]) -> None:
        """Call ``told`` with the table that it works by now, and with each that takes its place."""
        self._told_of_routes = told
        told(self._dispatch.routes)

    def wake(self) -> None:
        """Have it look at the queue now; from any thread."""
        self._has_to_look = True
        self._in_hand.changed.set()

    def lease(self) -> Lease | None:
        """Say on which terms a message that comes in now is leased to this manager.

        ``None`` when it goes into the queue as any other: much is in hand or waits there, or somebody has to be worked
        alone.
        """
        in_hand, settings = self._in_hand, self._settings
        has_enough = (
            not self._is_serving
            or self._dispatch.is_stopping
            or self._is_isolating
            or in_hand.recipients >= settings.most_in_hand // 2
            or in_hand.octets > settings.most_octets_in_hand // 2
        )
        if has_enough:
            return None
        now = self._runtime.monotonic()
        if now < self._makes_room_until or 0 <= now - self._dispatch.gave_back_at < _SPARING_SECONDS:
            return None
        return self._lease

    def _take(self, claim: Claim) -> None:
        if not self._came:
            self._came_at = self._runtime.monotonic()
        self._in_hand.take([claim])
        self._came.append(claim)
        if self._is_isolating:
            self._give_back_arrivals()
        self._in_hand.changed.set()

    async def give_back_arrivals(self) -> None:
        """Give back what was handed over after it had stopped."""
        self._give_back_all()
        await self._in_hand.write_all()

    async def run_until_idle(self, deadline: Deadline) -> None:
        """Work until nothing is due, reports included.

        Raises:
            TimedOut: the deadline passed. Nothing was begun after it, what was on its way has ended, and the rest stays
                in the queue.
        """
        await self._run(deadline, None)

    async def serve(self, stop: Event, deadline: Deadline = NEVER) -> None:
        """Work until ``stop`` is set; then nothing new is begun, what is on its way ends, and the rest is given back.

        Whatever goes wrong with a recipient, or for a while with the database, is logged, and tried again.
        """
        await self._run(deadline, stop)

    async def _run(self, deadline: Deadline, stop: Event | None) -> None:
        self._sessions.deadline = deadline
        self._in_hand.is_patient = stop is not None
        self._dispatch.is_stopping = False
        try:
            await self._hops.learn(self._dispatch.routes.connectors, deadline)
            try:
                async with self._runtime.group() as group:
                    self._sessions.group = self._in_hand.group = group
                    try:
                        self._is_serving = stop is not None
                        await self._loop(deadline, stop)
                    finally:
                        self._is_serving = False
                        self._dispatch.is_stopping = True
                        self._give_back_all()
            finally:
                self._in_hand.group = None
                self._give_back_all()
                await self._in_hand.write_all()
            await self._hops.note(NEVER)
            if stop is None and self._in_hand.errors:
                raise self._in_hand.errors.pop(0)
        finally:
            await self._ways.close()

    async def _loop(self, deadline: Deadline, stop: Event | None) -> None:
        while stop is None or not stop.is_set:
            self._in_hand.changed.clear()
            try:
                if stop is not None:
                    await self._look_around(deadline)
                    await self._let_some_gather(deadline)
                self._go_round_silent_hops()
                await self._dispatch_arrivals(deadline)
                came = await self._claim(deadline) if stop is None or self._is_due_to_look() else 0
            except MsgcoreError as error:
                if stop is None:
                    raise
                _log.warning("the queue cannot be worked now: %s", error)
                came = 0
            deadline.check("deliver")
            # What was in hand may have ended while the queue was looked at, without those who are worked alone.
            is_idle = self._took_suspects and not (came or self.in_hand)
            if stop is None and (self._in_hand.errors or is_idle):
                return
            if not came or self.in_hand >= self._settings.most_in_hand // 2 or self._is_isolating:
                await self._pause(deadline)

    async def _let_some_gather(self, deadline: Deadline) -> None:
        """Look at the queue a hundred times a second at most: several at once cost hardly more than one."""
        since = self._runtime.monotonic() - self._claimed_at
        if 0 <= since < _GATHERING_SECONDS:
            await self._runtime.sleep(_GATHERING_SECONDS - since, deadline)

    async def _pause(self, deadline: Deadline) -> None:
        """Wait until something has ended or come."""
        limit = self._runtime.deadline(self._settings.poll_seconds).or_sooner(deadline)
        try:
            await self._in_hand.changed.wait(limit)
        except TimedOut:
            deadline.check("deliver")

    async def _dispatch_arrivals(self, deadline: Deadline) -> None:
        came, self._came = self._came, []
        if came:
            self._claimed_at = self._runtime.monotonic()
            await self._dispatch.dispatch(came, self._came_at, deadline.sooner(self._settings.lease_seconds))

    def _is_due_to_look(self) -> bool:
        """Say whether the queue may hold something that nobody has told of."""
        if self._in_hand.left_some:
            self._has_to_look, self._in_hand.left_some = True, False
        since = self._runtime.monotonic() - self._looked_for_work_at
        return self._has_to_look or not 0 <= since < self._settings.poll_seconds

    async def _claim(self, deadline: Deadline) -> int:
        """Take more from the queue while there is room, and give what came to its hops."""
        in_hand, settings = self._in_hand, self._settings
        if (self._is_isolating and self.in_hand) or in_hand.octets > settings.most_octets_in_hand:
            return 0
        if self.in_hand and await self._makes_room_for_suspects(deadline):
            return 0
        room = settings.most_in_hand - self.in_hand
        if room < min(settings.batch, settings.most_in_hand // 2):
            return 0
        claimed_at = self._claimed_at = self._looked_for_work_at = self._runtime.monotonic()
        self._took_suspects = not self.in_hand
        self._has_to_look = False
        claims = await self._queue.claim(
            min(room, settings.batch),
            settings.lease_seconds,
            deadline,
            passing=self._hops.passing(),
            takes_suspects=self._took_suspects,
        )
        self._is_isolating = any(one.crashes >= SUSPICIOUS for claim in claims for one in claim.recipients)
        if self._is_isolating:
            self._give_back_arrivals()  # what was handed over meanwhile
        self._has_to_look = self._has_to_look or bool(claims)
        in_hand.take(claims)
        await self._dispatch.dispatch(claims, claimed_at, deadline.sooner(settings.lease_seconds))
        return len(claims)

    async def _makes_room_for_suspects(self, deadline: Deadline) -> bool:
        """Take nothing new for a while, now and then, when somebody has to be worked alone who would wait for ever."""
        now = self._runtime.monotonic()
        if now >= self._suspects_at:
            self._suspects_at = now + _SUSPECTS_EVERY_SECONDS
            self._makes_room_until = now + _MAKING_ROOM_SECONDS if await self._queue.has_suspects(deadline) else now
        return now < self._makes_room_until

    def _give_back_all(self) -> None:
        """Give back what nobody has begun to deliver."""
        self._give_back_arrivals()
        for hop in self._hops:
            for parcel in hop.take_all():
                self._in_hand.give_back(parcel.claim, [one.queued for one in parcel.addressees])

    def _give_back_arrivals(self) -> None:
        came, self._came = self._came, []
        for claim in came:
            self._in_hand.give_back(claim, claim.recipients)

    def _go_round_silent_hops(self) -> None:
        """Send what waits behind sessions that all say nothing other ways, if there are any."""
        for hop in self._hops:
            if hop.waiting and not hop.is_down and not self._hops.is_open(hop):
                self._dispatch.leave(hop)

    async def _look_around(self, deadline: Deadline) -> None:
        """Take over a new table, tell others what is known of next hops, and hear what they know."""
        now = self._runtime.monotonic()
        if now - self._looked_at < self._settings.reload_seconds:
            return
        self._looked_at = now
        if self._reload is not None:
            routes = await self._reload(deadline)
            if routes is not None:
                self._dispatch.routes = routes
                self._told_of_routes(routes)
                await self._ways.keep([*routes.connectors, *(hop.connector for hop in self._hops if not hop.is_idle)])
        self._hops.forget_unused()
        await self._hops.note(deadline)
        await self._hops.learn(self._dispatch.routes.connectors, deadline)
