"""The next hops that a manager knows: how each is paced, and what all workers of a queue know of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import attrs

from msgcore.base.times import Deadline
from msgcore.mta.manager.hop import Hop, hop_name
from msgcore.mta.manager.pace import HopState, Pace, PaceLimits
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.queue.contract import LinkNote, WorkQueue
from msgcore.mta.routing.connector import Connector
from msgcore.runtime.abc import Runtime

__all__ = ["PROBE_SECONDS", "Hops", "limits_of"]

PROBE_SECONDS = 10.0
"""How long a probe of a next hop is thought to take: it may be silent."""

_UNUSED_SECONDS = 600.0


def limits_of(connector: Connector, limits: PaceLimits) -> PaceLimits:
    """Give the limits for a connector's next hops: those of the MTA, but for what the connector says itself."""
    most, shortest, longest = connector.max_sessions, connector.retry_shortest_seconds, connector.retry_longest_seconds
    if most is not None:
        limits = attrs.evolve(limits, most=most, initial=min(most, limits.initial))
    if shortest is not None or longest is not None:
        first = shortest or min(limits.shortest_wait_seconds, longest or limits.longest_wait_seconds)
        last = max(first, longest or limits.longest_wait_seconds)
        limits = attrs.evolve(limits, shortest_wait_seconds=first, longest_wait_seconds=last)
    return limits


class Hops:
    """Every next hop that something went to, or that is known to be down."""

    def __init__(self, runtime: Runtime, queue: WorkQueue, settings: ManagerSettings) -> None:
        self._runtime = runtime
        self._queue = queue
        self._settings = settings
        self._by_name: dict[str, Hop] = {}

    def __iter__(self) -> Iterator[Hop]:
        return iter(list(self._by_name.values()))

    def find(self, connector: Connector, host: str) -> Hop | None:
        return self._by_name.get(hop_name(connector.name, host))

    def hop(self, connector: Connector, host: str) -> Hop:
        """Give a next hop, as the table in force has its connector."""
        hop = self.find(connector, host)
        if hop is None:
            hop = Hop(connector, host, Pace(limits_of(connector, self._settings.pace)))
            self._by_name[hop.name] = hop
        elif hop.connector is not connector:
            hop.connector = connector
            hop.pace.limits = limits_of(connector, self._settings.pace)
        return hop

    def forget_unused(self) -> None:
        """Forget hops that are up and that nothing went to for a while."""
        before = self._runtime.monotonic() - _UNUSED_SECONDS
        for hop in self:
            if hop.is_idle and not hop.is_down and hop.heard_at < before:
                del self._by_name[hop.name]

    def passing(self) -> frozenset[str]:
        """Name the hops to which nothing more can go now: shut, or with much waiting for them already."""
        return frozenset(hop.name for hop in self if self.is_full(hop) or not self.is_open(hop))

    def is_full(self, hop: Hop) -> bool:
        """Say whether so much waits for a hop here that more would only keep others out."""
        return len(hop.waiting) >= self._settings.batch

    def is_open(self, hop: Hop) -> bool:
        """Say whether mail may go to a hop now: it is up and says something, or is down and may be tried again."""
        now = self._runtime.monotonic()
        if hop.is_down:
            return not hop.waiting and hop.pace.can_start(now)
        return not hop.is_silent(now, self._settings.silence_seconds)

    def up_again_at(self, hop: Hop) -> datetime:
        """Say when a hop that is down is tried again.

        Not at once, as it may be probed just now: whoever waits for the end of that would be looked at again and again.
        """
        until = hop.pace.is_down_until
        seconds = PROBE_SECONDS if until is None else max(PROBE_SECONDS, until - self._runtime.monotonic())
        return self._runtime.now() + timedelta(seconds=seconds)

    async def learn(self, connectors: Iterable[Connector], deadline: Deadline) -> None:
        """Take over what others wrote down: which hops are down, and which are up again."""
        now, moment = self._runtime.monotonic(), self._runtime.now()
        notes = {note.hop: note for note in await self._queue.links(deadline)}
        for note in notes.values():
            if note.hop not in self._by_name:
                named = [one for one in connectors if note.hop.startswith(f"{one.name} ")]
                if named:
                    connector = max(named, key=lambda one: len(one.name))
                    self.hop(connector, note.hop[len(connector.name) + 1 :])
        for hop in self:
            told, is_news = notes.get(hop.name), hop.pace.is_down_until != hop.noted_down_until
            if is_news or not hop.is_idle:
                continue  # what is known here is newer
            if told is not None and told.down_until is not None and not hop.is_down:
                down_until = now + (told.down_until - moment).total_seconds()
                hop.pace.learn(HopState(max(1, int(told.window)), 0.0, told.failures, down_until), now)
            elif told is None and hop.is_down:
                hop.pace.learn(HopState(hop.pace.state.window), now)
            hop.noted_down_until = hop.pace.is_down_until

    async def note(self, deadline: Deadline) -> None:
        """Write down which hops went down, and which are up again."""
        changed = [(hop, hop.pace.is_down_until) for hop in self if hop.pace.is_down_until != hop.noted_down_until]
        if not changed:
            return
        notes = [
            LinkNote(
                hop.name,
                hop.pace.state.window,
                hop.pace.state.failures,
                self.up_again_at(hop) if until is not None else None,
            )
            for hop, until in changed
        ]
        await self._queue.note_links(notes, deadline)
        for hop, until in changed:
            hop.noted_down_until = until
