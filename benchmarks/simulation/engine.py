"""The simulation: MTAs that decide as ours does, at a clock that is moved.

*Theory of operation.* Each site's MTA asks what ours asks: the router (``RouteTable.route``) about every message at
every try, ``around`` for a way around what is shut, ``Pace`` how many deliveries may go to a next hop, ``next_try``
and ``has_expired`` about another try. No decision is kept for another message. What is modelled is the rest: time,
hosts, and where mail waits.

A message is in one *place* at a time: at a next hop behind its sessions (``waiting``), in its lane in the queue while
the hop is down or has enough waiting (``lane``), until the time of its next try (the heap, and ``later`` if it waits
for that hop), or in a session. Whoever moves a message stamps it anew; entries with an older stamp mean nothing.

Not modelled: the costs of the queue and of a processor, and how much one process has in hand.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import attrs

from msgcore.mta import Connector, Decision, MessageFacts, RouteTable
from msgcore.mta.manager.detour import around
from msgcore.mta.manager.hops import PROBE_SECONDS, limits_of
from msgcore.mta.manager.pace import Pace, PaceLimits
from msgcore.mta.manager.retry import RetryPolicy, has_expired, next_try
from msgcore.mta.queue.contract import Urgency

from .hosts import Host, Reply
from .mails import Mail, MailSettings, mails_of
from .measures import Measures
from .worlds import World, distances

__all__ = ["Broken", "RunSettings", "Simulation", "simulate"]

_START = datetime(2030, 1, 7, tzinfo=UTC)  # a Monday
_AFTER_SECONDS = 10.0
_BATCH = 100  # as ManagerSettings.batch
_SILENCE_SECONDS = 10.0  # as ManagerSettings.silence_seconds
_AGAIN_SECONDS = 4_000.0
_MOST_PASSES = 10  # as ListenerSettings.max_passes
_LIFETIMES = {int(one): one.lifetime.total_seconds() for one in Urgency}
_IN_FLIGHT, _ENDED = 1, 2
_NONE: frozenset[str] = frozenset()


class Broken(Exception):
    """A law that every run keeps does not hold: a mail is lost, ends twice or comes back, or a way is not the best."""


@attrs.frozen
class RunSettings:
    """What is sent, and how MTAs go about it.

    ``knows_trace``: the router is told where a message has been. Without, only the count of passes ends a circle.
    Of ``check_each`` decisions one is made again by hand.
    """

    mails: MailSettings
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    pace: PaceLimits = attrs.field(factory=PaceLimits)
    knows_trace: bool = True
    check_each: int = 10_000
    stretch_seconds: float = 300.0


class _Hop:
    """A next hop of one site's connector, and what waits for it."""

    __slots__ = (
        "connector",
        "drains_since",
        "heard_at",
        "host",
        "lane",
        "later",
        "minute",
        "minute_tries",
        "pace",
        "since",
        "up_again_at",
        "up_tries",
        "waiting",
    )

    def __init__(self, connector: Connector, host: Host, limits: PaceLimits) -> None:
        self.connector = connector
        self.host = host
        self.pace = Pace(limits_of(connector, limits))
        self.waiting: deque[Mail] = deque()
        """Behind the sessions."""
        self.lane: tuple[deque[tuple[int, Mail]], ...] = (deque(), deque(), deque())
        """In the queue, ready, by grade: who goes first is the grade's affair alone, as in the MTA's claims."""
        self.later: dict[int, tuple[int, Mail]] = {}
        """Not due yet, but to be hurried when this is up again."""
        self.heard_at = 0.0
        self.since = 0.0
        """When it was found down."""
        self.drains_since: float | None = None
        self.minute = -1
        self.minute_tries = 0
        self.up_again_at = -_AFTER_SECONDS
        self.up_tries = 0

    @property
    def is_down(self) -> bool:
        return self.pace.state.down_until is not None


class Simulation:
    """One run. Its laws are checked as it goes; :meth:`run` raises :exc:`Broken` when one does not hold."""

    def __init__(self, world: World, settings: RunSettings) -> None:
        self.world = world
        self.settings = settings
        self.measures = Measures(settings.stretch_seconds)
        self.now = 0.0
        self._moment = _START
        self._random = random.Random(settings.mails.seed + 7)
        self._heap: list[tuple[float, int, Callable[..., None], object, object, object]] = []
        self._order = 0
        self._state = bytearray(settings.mails.count)
        self._hops: dict[str, _Hop] = {}
        for site in world.sites:
            for connector in site.table.connectors:
                self._hops[connector.name] = _Hop(connector, world.hosts[connector.name], settings.pace)
        self._distances: dict[int, dict[int, int]] = {}
        self._check_in = settings.check_each
        self._looked_stretch = 0

    # Time

    def run(self) -> Measures:
        arrivals: Iterator[Mail] = mails_of(self.world, self.settings.mails)
        heap = self._heap
        mail = next(arrivals, None)
        while mail is not None or heap:
            if mail is not None and (not heap or mail.born <= heap[0][0]):
                self._go_to(mail.born)
                self._accept(mail)
                mail = next(arrivals, None)
            else:
                at, _, act, one, two, three = heapq.heappop(heap)
                self._go_to(at)
                act(one, two, three)
            if self.measures.ended == self.settings.mails.count:
                break
        self._check_end()
        return self.measures

    def _go_to(self, at: float) -> None:
        if at < self.now:
            raise Broken(f"time went back, from {self.now} to {at}")
        self.now = at
        self._moment = _START + timedelta(seconds=at)
        stretch = int(at / self.settings.stretch_seconds)
        if stretch != self._looked_stretch:
            self._looked_stretch = stretch
            self._look(stretch)

    def _look(self, stretch: int) -> None:
        measures = self.measures
        waiting = measures.accepted - measures.ended
        measures.most_waiting = max(measures.most_waiting, waiting)
        measures.watched_waiting[stretch] = self._left(self._hops[self.world.watched])
        if waiting < 0:
            raise Broken(f"{-waiting} more ended than were accepted")

    def _left(self, hop: _Hop) -> int:
        lanes = sum(1 for lane in hop.lane for stamp, mail in lane if mail.stamp == stamp)
        later = sum(1 for stamp, mail in hop.later.values() if mail.stamp == stamp)
        return lanes + later + len(hop.waiting)

    def _at(self, at: float, act: Callable[..., None], one: object, two: object = None, three: object = None) -> None:
        self._order += 1
        heapq.heappush(self._heap, (at, self._order, act, one, two, three))

    def _seconds(self, moment: datetime) -> float:
        return max(self.now, (moment - _START).total_seconds())

    # A message comes to a site, and ends

    def _accept(self, mail: Mail) -> None:
        if self._state[mail.number]:
            raise Broken(f"mail {mail.number} was accepted twice")
        self._state[mail.number] = _IN_FLIGHT
        self.measures.accepted += 1
        self.measures.accepted_at.add(self.now)
        self._arrive(mail, mail.site, "")

    def _arrive(self, mail: Mail, site: int, came_by: str) -> None:
        name = self.world.sites[site].name
        mail.site = site
        mail.stamp += 1
        mail.tries = 0
        mail.attempts = None
        mail.failed = _NONE
        mail.came_by = came_by
        mail.accepted_here = self.now
        if came_by:
            mail.site_hops += 1
            if name in mail.trace and not mail.came_back:
                mail.came_back = True
                self.measures.been_twice += 1
                if self.settings.knows_trace:
                    raise Broken(f"mail {mail.number} came back to {name}")
            if mail.trace.count(name) > _MOST_PASSES:
                self._end(mail, "loop")
                return
        mail.trace = (*mail.trace, name)
        self._send(mail)

    def _end(self, mail: Mail, how: str) -> None:
        if self._state[mail.number] != _IN_FLIGHT:
            raise Broken(f"mail {mail.number} ended twice")
        self._state[mail.number] = _ENDED
        mail.stamp += 1
        measures = self.measures
        match how:
            case "delivered":
                measures.delivered += 1
                measures.delivered_at.add(self.now)
                measures.delays[mail.grade].add(self.now - mail.born)
                measures.site_hops += mail.site_hops
                measures.most_site_hops = max(measures.most_site_hops, mail.site_hops)
            case "expired":
                measures.expired += 1
            case _:
                measures.refused += 1
                measures.refused_as_loops += how == "loop"

    # Decisions: as mta.manager.dispatch has them

    def _route(self, mail: Mail, exclude: frozenset[str] = _NONE) -> Decision:
        self.measures.decisions += 1
        knows = self.settings.knows_trace
        facts = MessageFacts(
            mail.size,
            transfer_id=mail.transfer_id,
            priority=mail.priority,
            visited=mail.trace if knows else (),
            tries=mail.attempts or {},
        )
        table = self.world.sites[mail.site].table
        decision = table.route(mail.domain.address, facts, now=self._moment, exclude=exclude)
        self._check_in -= 1
        if not self._check_in:
            self._check_in = self.settings.check_each
            self._check_decision(table, decision, exclude)
        return decision

    def _may_go(self, connector: Connector, _: str = "") -> bool:
        return self._is_open(self._hops[connector.name])

    def _is_open(self, hop: _Hop) -> bool:
        if hop.is_down:
            return not hop.waiting and hop.pace.can_start(self.now)
        pace = hop.pace
        return not (pace.busy >= pace.state.window and self.now - hop.heard_at > _SILENCE_SECONDS)

    def _send(self, mail: Mail) -> None:
        """Decide about a message that nobody has tried, and put it where it has to go or wait."""
        first = self._route(mail)
        way = first.way
        if mail.counts and way is not None and mail.site == mail.domain.group.site:
            mail.counts = False
            chosen = self.measures.chosen
            chosen[way.name] = chosen.get(way.name, 0) + 1
        self._place(mail, first)

    def _place(self, mail: Mail, first: Decision) -> None:
        decision = around(first, mail.failed, self._may_go, lambda exclude: self._route(mail, exclude))
        way = decision.way
        if way is None:
            self._without_way(mail, decision)
            return
        if decision is not first:
            self._went_round(mail)
        hop = self._hops[way.name]
        if decision.retry_at is not None:
            self._wait_until(mail, self._seconds(decision.retry_at))
        elif hop.is_down and not self._is_open(hop):
            self._wait_for(mail, hop)
        elif len(hop.waiting) >= _BATCH:
            self._stand_in_lane(mail, hop)
        else:
            mail.stamp += 1
            hop.waiting.append(mail)
            self._send_off(hop)

    def _went_round(self, mail: Mail) -> None:
        if not mail.was_rerouted:
            mail.was_rerouted = True
            self.measures.rerouted += 1

    def _without_way(self, mail: Mail, decision: Decision) -> None:
        reason = decision.reason
        if reason is None or reason.is_permanent:
            self._end(mail, "loop" if reason is not None and str(reason.status) == "5.4.6" else "refused")
        else:
            self._defer(mail, None)

    def _wait_for(self, mail: Mail, hop: _Hop) -> None:
        """Have a message wait for a next hop that is down, without a try."""
        self._was_deferred(mail)
        failures = hop.pace.state.failures
        if self._has_expired(mail, max(mail.tries, failures)):
            self._end(mail, "expired")
            return
        is_only_way = self._route(mail, frozenset({hop.connector.name})).way is None
        if is_only_way:
            self._stand_in_lane(mail, hop)
        else:
            self._wait_until(mail, max(self.now + PROBE_SECONDS, hop.pace.is_down_until or 0.0))

    def _look_at(self, mail: Mail, stamp: int, _: object) -> None:
        if mail.stamp == stamp:
            mail.failed = _NONE
            self._send(mail)

    def _stand_in_lane(self, mail: Mail, hop: _Hop) -> None:
        mail.stamp += 1
        mail.failed = _NONE
        hop.lane[mail.grade].append((mail.stamp, mail))
        if hop.is_down:
            self._expires(mail)

    def _expires(self, mail: Mail) -> None:
        """Have somebody look at a message in a lane once its time is over."""
        expires = mail.accepted_here + _LIFETIMES[mail.grade]
        self._at(expires if expires > self.now else self.now + _AGAIN_SECONDS, self._look_at, mail, mail.stamp)

    def _wait_until(self, mail: Mail, at: float) -> None:
        mail.stamp += 1
        mail.failed = _NONE
        self._at(at, self._look_at, mail, mail.stamp)

    def _defer(self, mail: Mail, hop: _Hop | None) -> None:
        """Have a message wait after a try; whoever waits for ``hop`` is hurried when that is up again."""
        self._was_deferred(mail)
        mail.tries += 1
        if self._has_expired(mail, mail.tries):
            self._end(mail, "expired")
            return
        mail.failed = _NONE
        mail.stamp += 1
        due = self._seconds(next_try(self._moment, mail.tries, self.settings.retry, self._random.random()))
        if hop is None:
            self._at(due, self._look_at, mail, mail.stamp)
        else:
            hop.later[mail.number] = mail.stamp, mail
            self._at(due, self._is_due, hop, mail, mail.stamp)

    def _was_deferred(self, mail: Mail) -> None:
        if not mail.was_deferred:
            mail.was_deferred = True
            self.measures.deferred += 1

    def _has_expired(self, mail: Mail, tries: int) -> bool:
        expires_at = _START + timedelta(seconds=mail.accepted_here + _LIFETIMES[mail.grade])
        return has_expired(self._moment, expires_at, tries, self.settings.retry)

    def _is_due(self, hop: _Hop, mail: Mail, stamp: int) -> None:
        if mail.stamp == stamp:
            del hop.later[mail.number]
            self._stand_in_lane(mail, hop)
            self._feed(hop)

    def _feed(self, hop: _Hop, *_: object) -> None:
        """Take from the lane what the hop has room for, each message routed anew: it may go elsewhere by now."""
        while len(hop.waiting) < _BATCH and self._is_open(hop):
            mail = _first(hop)
            if mail is None:
                break
            mail.stamp += 1
            self._send(mail)

    # Sessions: as mta.manager.sessions has them, one message at a time

    def _send_off(self, hop: _Hop) -> None:
        while hop.waiting and hop.pace.can_start(self.now):
            if not hop.pace.busy:
                hop.heard_at = self.now
            hop.pace.started()
            self._try(hop, hop.waiting.popleft())

    def _try(self, hop: _Hop, mail: Mail) -> None:
        now, measures = self.now, self.measures
        measures.tries += 1
        if hop.is_down:
            if hop.pace.busy != 1:
                raise Broken(f"{hop.connector.name} is half open, and got a second session")
            self._count_while_down(hop)
        elif now - hop.up_again_at < _AFTER_SECONDS:
            hop.up_tries += 1
            measures.most_tries_after = max(measures.most_tries_after, hop.up_tries)
        reply, seconds = hop.host.connect(now, mail.size)
        if hop.connector.name == self.world.watched:
            measures.watched_tries.add(now)
            if reply == Reply.NO_SERVER:
                measures.watched_failures.add(now)
        mail.stamp += 1
        self._at(now + seconds, self._told, hop, mail, reply)

    def _count_while_down(self, hop: _Hop) -> None:
        minute = int(self.now / 60)
        if minute != hop.minute:
            hop.minute, hop.minute_tries = minute, 0
        hop.minute_tries += 1
        self.measures.most_tries_while_down = max(self.measures.most_tries_while_down, hop.minute_tries)

    def _told(self, hop: _Hop, mail: Mail, reply: int) -> None:
        hop.host.hung_up()
        hop.heard_at = self.now
        if reply == Reply.NO_SERVER:
            self.measures.failed_tries += 1
            self.measures.failed_at.add(self.now)
            self._failed(hop, mail)
        else:
            if hop.pace.succeeded():
                self._is_up_again(hop)
            if reply == Reply.TAKEN:
                self._taken(hop, mail)
            else:
                self.measures.deferred_tries += 1
                self._defer(mail, None)
        self._go_on(hop)

    def _go_on(self, hop: _Hop) -> None:
        """Have the session take the next message, or end."""
        waiting, pace = hop.waiting, hop.pace
        if waiting and not hop.is_down and pace.busy <= pace.state.window:
            self._try(hop, waiting.popleft())
        else:
            pace.ended()
            if hop.is_down:
                rest = list(waiting)
                waiting.clear()
                for mail in rest:
                    self._place(mail, self._route(mail, mail.failed))
            self._send_off(hop)
        if not hop.is_down:
            self._feed(hop)
            if hop.drains_since is not None and not waiting and not hop.later and not any(hop.lane):
                self.measures.drained_after.add(self.now - hop.drains_since)
                hop.drains_since = None

    def _taken(self, hop: _Hop, mail: Mail) -> None:
        site = self.world.leads_to.get(hop.connector.name)
        if site is None:
            carried = self.measures.carried
            carried[hop.connector.name] = carried.get(hop.connector.name, 0) + 1
            if mail.domain.group.site != mail.site:
                raise Broken(f"mail {mail.number} left at {mail.site}, which does not have its domain")
            self._check_way(mail)
            self._end(mail, "delivered")
        else:
            mail.cost += self.world.costs[mail.site, site]
            self._arrive(mail, site, hop.connector.name)

    def _failed(self, hop: _Hop, mail: Mail) -> None:
        """Note that nobody was there, and look for another way, as ``go_round`` of the MTA's dispatch does."""
        until = hop.pace.is_down_until
        hop.pace.connect_failed(self.now)
        down_until = hop.pace.is_down_until
        if down_until is not None and down_until != until:
            self.measures.went_down += 1
            self._at(down_until, self._feed, hop)
            if until is None:
                hop.since = self.now
                hop.drains_since = None
                for stamp, one in (entry for lane in hop.lane for entry in lane):
                    if one.stamp == stamp:
                        self._expires(one)
        name = hop.connector.name
        mail.failed |= {name}
        mail.attempts = {**(mail.attempts or {}), name: (mail.attempts or {}).get(name, 0) + 1}
        other = self._route(mail, mail.failed)
        found = around(other, mail.failed, self._may_go, lambda exclude: self._route(mail, exclude))
        if found.way is not None and found.retry_at is None and self._may_go(found.way):
            self._went_round(mail)
            self._place(mail, found)
        else:
            self._defer(mail, hop if other.way is None else None)

    def _is_up_again(self, hop: _Hop) -> None:
        """Hurry those that wait for a hop that is up again, as ``QueueStore.hurry`` does."""
        later, hop.later = hop.later, {}
        for stamp, mail in later.values():
            if mail.stamp == stamp:
                self._stand_in_lane(mail, hop)
        hop.up_again_at, hop.up_tries = self.now, 0
        if any(hop.lane) and hop.host.up_since > hop.since:
            self.measures.first_after.add(self.now - hop.host.up_since)
            self.measures.most_backlog = max(self.measures.most_backlog, sum(map(len, hop.lane)))
            hop.drains_since = self.now

    # Laws

    def _check_decision(self, table: RouteTable, decision: Decision, exclude: frozenset[str]) -> None:
        """Make a decision again by looking through the whole table: the cheapest row of the most specific space."""
        facts, way = decision.facts, decision.way
        if way is None or facts.tries or decision.retry_at is not None:
            return
        self.measures.checked += 1
        text = decision.recipient.email_address
        rows = [
            (space.specificity, connector, space.cost)
            for connector in table.connectors
            for space in connector.spaces
            if space.matches(text)
            and connector.takes_size(facts.size_octets)
            and connector.leads_to not in facts.visited
        ]
        best = max(specificity for specificity, _, _ in rows)
        cost = min(
            cost
            for specificity, connector, cost in rows
            if specificity == best
            and connector.name not in exclude
            and (connector.schedule is None or connector.schedule.is_open(self._moment))
        )
        if decision.cost != cost:
            raise Broken(f"{way.name} at {decision.cost}, where {cost} is the least: {decision.explain()}")

    def _check_way(self, mail: Mail) -> None:
        """See that a message that nothing stood in the way of went the cheapest way."""
        if mail.was_rerouted:
            return
        found = self._distances.get(mail.origin)
        if found is None:
            found = self._distances[mail.origin] = distances(self.world.costs, mail.origin)
        if mail.cost != found[mail.site]:
            raise Broken(f"mail {mail.number} went over links of {mail.cost}, where {found[mail.site]} is the least")

    def _check_end(self) -> None:
        measures = self.measures
        lost = measures.accepted - measures.ended
        if lost or measures.accepted != self.settings.mails.count or self._state.count(_ENDED) != measures.accepted:
            raise Broken(f"of {measures.accepted:,} accepted {measures.ended:,} ended: {lost:,} are lost")


def _first(hop: _Hop) -> Mail | None:
    for lane in hop.lane:
        while lane:
            stamp, mail = lane.popleft()
            if mail.stamp == stamp:
                return mail
    return None


def simulate(world: World, settings: RunSettings) -> Measures:
    """Run until every message has ended.

    Raises:
        Broken: a law does not hold.
    """
    return Simulation(world, settings).run()
