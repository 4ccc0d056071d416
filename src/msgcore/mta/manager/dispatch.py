"""Dispatch: from a claim to parcels at next hops, around those that are down."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import attrs

from msgcore.base.batches import batches
from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.outcome import Deferred, Outcome, Refused
from msgcore.mta.directory import Directory, DirectoryObject, look_up_all
from msgcore.mta.expansion import expand
from msgcore.mta.forms import ContentForms
from msgcore.mta.manager.detour import around
from msgcore.mta.manager.hop import Addressee, Hop, Parcel
from msgcore.mta.manager.hops import Hops
from msgcore.mta.manager.in_hand import InHand
from msgcore.mta.manager.settling import Settling
from msgcore.mta.queue.contract import NOBODY, Claim, NewReport, QueuedRecipient, Settlement
from msgcore.mta.reports.due import wanted_notify
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.nexthop import next_hop
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.trust.verdicts import FROM_OUTSIDE
from msgcore.runtime.abc import Runtime

__all__ = ["Dispatch"]

# Stands among the attempts of connectors, none of which has such a name.
_SECOND_LOOK = ""

_Decided = Sequence[tuple[Addressee, Decision]]


class Dispatch:
    """Routes by ``routes``, which may be replaced between two claims.

    ``reload_seconds`` is how often they are replaced by those in force, if they are.
    """

    def __init__(
        self,
        runtime: Runtime,
        routes: RouteTable,
        directory: Directory,
        hops: Hops,
        settling: Settling,
        in_hand: InHand,
        host_name: str,
        reload_seconds: float | None,
    ) -> None:
        self.routes = routes
        self._host_name = host_name
        self._runtime = runtime
        self._directory = directory
        self._hops = hops
        self._settling = settling
        self._in_hand = in_hand
        self._reload_seconds = reload_seconds
        self.is_stopping = False
        self.gave_back_at = -math.inf
        """When a hop had last to be spared what was meant for it, on the monotonic clock."""
        self.send_off: Callable[[Hop], None] = lambda _: None
        """Called with each hop that has a new parcel."""

    @property
    def here(self) -> tuple[str, ...]:
        """What this place is called in a trace: the site and the node."""
        return tuple(filter(None, (self.routes.site, self._host_name)))

    async def dispatch(self, claims: Sequence[Claim], claimed_at: float, deadline: Deadline) -> None:
        """Give the recipients that have a way to their hops, and settle those that have none now."""
        rest = list(claims)
        try:
            known = await self._look_up(claims, deadline)
            while rest:
                await self._dispatch(rest[0], known, claimed_at, deadline)
                del rest[0]
        except BaseException:
            for claim in rest:
                self._in_hand.give_back(claim, claim.recipients)
            raise

    async def _look_up(
        self, claims: Sequence[Claim], deadline: Deadline
    ) -> Mapping[Address, DirectoryObject | None] | None:
        """Look up all addresses at once; ``None`` when that fails, and each has to be asked for by itself."""
        addresses = list({one.recipient.address: None for claim in claims for one in claim.recipients})
        if not addresses:
            return {}
        try:
            return dict(zip(addresses, await look_up_all(self._directory, addresses, deadline), strict=True))
        except Exception:  # a directory may be anybody's
            return None

    async def _dispatch(
        self,
        claim: Claim,
        known: Mapping[Address, DirectoryObject | None] | None,
        claimed_at: float,
        deadline: Deadline,
    ) -> None:
        decided: list[tuple[Addressee, Decision]] = []
        settlements: list[Settlement] = []
        copies: list[NewReport] = []
        if claim.message.is_too_late(self._runtime.now()):
            late = [self._settling.given_up_in_haste(claim, queued) for queued in claim.recipients]
            self._in_hand.settle(claim, late)
            return
        for queued in claim.recipients:
            address = queued.recipient.address
            if known is None or known[address] is not None:
                try:
                    wanted = attrs.evolve(queued.recipient, notify=wanted_notify(queued.recipient, claim.message))
                    expansion = await expand(wanted, claim.message.sender, self._directory, deadline)
                except Exception as error:  # a directory may be anybody's
                    busy = Deferred(text=str(error) or type(error).__name__, stage="directory")
                    settlements.append(self._settling.settlement(claim, queued, busy))
                    continue
                if not expansion.is_unchanged or expansion.refusal is not None:
                    settlements.append(self._settling.expanded(claim, queued, expansion))
                    copies += self._settling.list_copies(claim, queued, expansion)
                    continue
                address = expansion.address
            addressee = Addressee(queued, address)
            decided.append((addressee, self._route(claim, addressee)))
        content, is_ours = claim.content, FROM_OUTSIDE not in claim.message.verdicts
        if content.is_ours is not is_ours:
            content = attrs.evolve(content, is_ours=is_ours)
        settlements += self._place(Parcel(claim, ContentForms(content), (), claimed_at), decided)
        self._in_hand.settle(claim, settlements, copies)

    def go_round(self, hop: Hop, parcel: Parcel, outcome: Outcome) -> None:
        """Route a parcel again without the connector that did not open; defer those that have no other way now."""
        failed = parcel.failed | {hop.connector.name}
        decided: list[tuple[Addressee, Decision]] = []
        settlements: list[Settlement] = []
        for one in parcel.addressees:
            addressee = one.after_failure_of(hop.connector.name)
            other = self._route(parcel.claim, addressee, failed)
            decision = self._around_what_is_down(parcel.claim, addressee, other, failed)
            if self._is_open(decision):
                decided.append((addressee, decision))
            else:
                settlement = self._settling.settlement(
                    parcel.claim, addressee.queued, outcome, hop, waits_for_it=other.way is None
                )
                settlements.append(settlement)
        rest = Parcel(parcel.claim, parcel.content, (), parcel.claimed_at, failed)
        self._in_hand.settle(parcel.claim, [*settlements, *self._place(rest, decided)])

    def _is_open(self, decision: Decision) -> bool:
        if decision.way is None or decision.retry_at is not None:
            return False
        return self._may_go(decision.way, next_hop(decision.recipient, decision.options))

    def leave(self, hop: Hop) -> None:
        """Send what waits for a hop that is shut other ways; without one it stays, or goes back to the queue."""
        for parcel in hop.take_all():
            decided = [(one, self._route(parcel.claim, one, parcel.failed)) for one in parcel.addressees]
            self._in_hand.settle(parcel.claim, self._place(parcel, decided))

    def _route(self, claim: Claim, addressee: Addressee, exclude: frozenset[str] = NOBODY) -> Decision:
        facts = _facts(claim, addressee.queued)
        return self.routes.route(addressee.address, facts, now=self._runtime.now(), exclude=exclude)

    def _place(self, parcel: Parcel, decided: _Decided) -> list[Settlement]:
        """Put decided recipients into parcels like this one at their hops, and settle those that have to wait."""
        claim = parcel.claim
        going: dict[Hop, list[Addressee]] = {}
        settlements: list[Settlement] = []
        for addressee, first in decided:
            queued, decision = addressee.queued, self._around_what_is_down(claim, addressee, first, parcel.failed)
            if decision.way is None:
                settlements.append(self._without_way(claim, queued, decision))
                continue
            hop = self._hops.hop(decision.way, next_hop(decision.recipient, decision.options))
            if decision.retry_at is not None:
                settlements.append(self._settling.at_closed_hop(claim, queued, hop, decision.retry_at))
            elif self.is_stopping or self._hops.is_full(hop):
                self.gave_back_at = self._runtime.monotonic()
                settlements.append(
                    self._settling.given_back(claim, queued, self._runtime.now(), hop, waits_for_it=True)
                )
            elif hop.is_down and not self._hops.is_open(hop):
                self.gave_back_at = self._runtime.monotonic()
                until, waits = self._hops.up_again_at(hop), self._is_only_way(claim, addressee, decision)
                settlements.append(self._settling.at_hop_that_is_down(claim, queued, hop, until, waits_for_it=waits))
            else:
                going.setdefault(hop, []).append(addressee)
        for hop, addressees in going.items():
            for some in batches(addressees, hop.connector.max_recipients or len(addressees)):
                hop.waiting.append(Parcel(claim, parcel.content, tuple(some), parcel.claimed_at, parcel.failed))
                self.send_off(hop)
        return settlements

    def _without_way(self, claim: Claim, queued: QueuedRecipient, decision: Decision) -> Settlement:
        """Settle a recipient that no connector takes: for good only by a table that cannot have been overtaken."""
        outcome = _no_route(decision)
        if outcome.is_final and self._reload_seconds is not None and _SECOND_LOOK not in queued.attempts:
            again = attrs.evolve(queued, attempts={**queued.attempts, _SECOND_LOOK: 1})
            until = self._runtime.now() + timedelta(seconds=2 * self._reload_seconds)
            return self._settling.given_back(claim, again, until, why=outcome.text)
        return self._settling.settlement(claim, queued, outcome)

    def _is_only_way(self, claim: Claim, addressee: Addressee, decision: Decision) -> bool:
        """Say whether a recipient has to wait for this connector, as no other could take it."""
        assert decision.way is not None
        return self._route(claim, addressee, frozenset({decision.way.name})).way is None

    def _around_what_is_down(
        self, claim: Claim, addressee: Addressee, first: Decision, failed: frozenset[str]
    ) -> Decision:
        if self._is_open(first):
            return first
        return around(first, failed, self._may_go, lambda exclude: self._route(claim, addressee, exclude))

    def _may_go(self, way: Connector, host: str) -> bool:
        hop = self._hops.find(way, host)
        return hop is None or self._hops.is_open(hop)


def _facts(claim: Claim, queued: QueuedRecipient) -> MessageFacts:
    message = claim.message
    request = message.request
    is_anew = queued.is_successor
    return MessageFacts(
        message.size_octets,
        message.sender,
        message.message_class,
        message.transfer_id,
        needs=frozenset({"REQUIRETLS"}) if request.require_tls else frozenset(),
        priority=request.priority or 0,
        arrived_by="" if is_anew else message.arrived_by,
        visited=NOBODY if is_anew else message.trace,
        tries=queued.attempts,
        verdicts=message.verdicts,
    )


def _no_route(decision: Decision) -> Outcome:
    reason = decision.reason
    if reason is None:
        return Refused(text="no route", stage="route")
    kind = Refused if reason.is_permanent else Deferred
    return kind(None, reason.status, reason.text, "route")
