"""One try at a submission: who has to take it to whom, what has become of each so far, and what the queue is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Deferred, Outcome, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.spi.store import OutgoingItem, OutgoingState
from msgcore.spooler.order import TransportFacts, assign

__all__ = ["Attempt", "FailedService", "RetryPolicy"]

_NO_TRANSPORT = EnhancedStatus(5, 4, 4)
_EXPIRED = EnhancedStatus(5, 4, 7)
_UNKNOWN = "it is unknown whether the message was sent; retry sends it again"


@attrs.frozen
class FailedService:
    """A service of the session that could not be opened: what it would take is not known, so nothing is refused for it.

    ``identity`` is the address that it submits for, if its configuration names one.
    """

    name: str
    identity: Address | None
    reason: str

    def __str__(self) -> str:
        return f"{self.name} could not be opened: {self.reason}"


@attrs.frozen
class RetryPolicy:
    """When a deferred submission is tried again: the wait doubles from ``shortest`` to ``longest``; then it expires."""

    shortest: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)
    lifetime: timedelta = timedelta(days=2)
    lease_seconds: float = 600.0

    def next_try(self, now: datetime, tries: int) -> datetime:
        return now + min(self.longest, self.shortest * (1 << min(tries, 20)))


@attrs.define
class Attempt:
    """A submission that is locked. Its transports act side by side, each for recipients of its own."""

    item: OutgoingItem
    outcomes: dict[Recipient, Outcome]
    transports: dict[Recipient, str]
    dealt: Mapping[str, tuple[Recipient, ...]] = attrs.field(factory=dict[str, tuple[Recipient, ...]])
    ended: set[str] = attrs.field(factory=set[str])
    at_work: set[Recipient] = attrs.field(factory=set[Recipient])
    reasons: list[str] = attrs.field(factory=list[str])
    message: Message | None = None
    is_settled: bool = False

    @classmethod
    def of(cls, item: OutgoingItem, transports: Sequence[TransportFacts], failed: Sequence[FailedService]) -> Attempt:
        """Deal the recipients that are still open to the transports, or hold them for services that failed."""
        attempt = cls(item, dict(item.outcomes), dict(item.transports))
        open_ones = [r for r, outcome in item.outcomes.items() if not outcome.is_final or isinstance(outcome, Unknown)]
        own = next((service for service in failed if service.identity and service.identity == item.sender), None)
        if own is not None:
            attempt.hold(open_ones, str(own))
            return attempt
        assignment = assign(open_ones, item.sender, transports)
        if assignment.unclaimed and failed:
            attempt.hold(assignment.unclaimed, "; ".join(str(service) for service in failed))
        for recipient in () if failed else assignment.unclaimed:
            what = recipient.address_type or f"the name {recipient.display_name!r}"
            text = f"no service of this profile takes {what}"
            attempt.outcomes[recipient] = Refused(None, _NO_TRANSPORT, text, "transport order")
        attempt.dealt = dict(assignment.by_transport)
        return attempt

    @property
    def is_done(self) -> bool:
        return self.ended >= self.dealt.keys()

    def begin(self, transport: str) -> None:
        """Note that a transport has the message now."""
        recipients = self.dealt[transport]
        self.at_work.update(recipients)
        self.transports.update(dict.fromkeys(recipients, transport))

    def end(self, transport: str, outcomes: Mapping[Recipient, Outcome]) -> None:
        """Note what a transport came to."""
        self.outcomes.update(outcomes)
        self.at_work.difference_update(self.dealt[transport])
        self.ended.add(transport)

    def hold(self, recipients: Sequence[Recipient], reason: str) -> None:
        """Keep recipients back until somebody mends what ``reason`` says."""
        self.outcomes.update(dict.fromkeys(recipients, Deferred(text=reason, stage="transport order")))
        if reason not in self.reasons:
            self.reasons.append(reason)

    def settled(self, now: datetime, policy: RetryPolicy) -> OutgoingItem:
        """Give the item after this try: what is still open has expired, waits, or is held."""
        if now - self.item.submitted_at > policy.lifetime:
            for recipient, outcome in self.outcomes.items():
                if not outcome.is_final:
                    self.outcomes[recipient] = Refused(
                        outcome.code, _EXPIRED, f"given up: {outcome.text}", outcome.stage
                    )
        return _next_state(self._item(), self.reasons, now, policy)

    def cut_short(self) -> OutgoingItem:
        """Give the item of a try that was broken off: held when somebody may have got it, or a set-up is to be mended.

        What no transport has come to is free for the next try.
        """
        reasons = list(self.reasons)
        if self.at_work:
            cut = Unknown(text="cancelled while it was being sent", stage="submit")
            self.outcomes.update(dict.fromkeys(self.at_work, cut))
            reasons.append("cancelled while it was being sent, so it may have been; retry sends it again")
        elif any(isinstance(outcome, Unknown) for outcome in self.outcomes.values()):
            reasons.append(_UNKNOWN)
        if reasons:
            return attrs.evolve(self._item(), state=OutgoingState.HELD, reason="; ".join(reasons))
        return attrs.evolve(self.item, outcomes=self.outcomes, transports=self.transports)

    def _item(self) -> OutgoingItem:
        return attrs.evolve(self.item, outcomes=self.outcomes, transports=self.transports, tries=self.item.tries + 1)


def _next_state(item: OutgoingItem, reasons: list[str], now: datetime, policy: RetryPolicy) -> OutgoingItem:
    if any(isinstance(outcome, Unknown) for outcome in item.outcomes.values()):
        reasons = [*reasons, _UNKNOWN]
    if reasons:
        return attrs.evolve(item, state=OutgoingState.HELD, reason="; ".join(reasons))
    waiting = [outcome for outcome in item.outcomes.values() if not outcome.is_final]
    if waiting:
        return attrs.evolve(item, due_at=policy.next_try(now, item.tries - 1), reason=waiting[0].text)
    return attrs.evolve(item, state=OutgoingState.SENT, reason="")
