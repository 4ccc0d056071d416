"""One try at a submission: who has to take it to whom, what has become of each so far, and what the queue is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Deferred, NotMe, Outcome, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spooler.order import TransportFacts, assign
from msgcore.spooler.retry import RetryPolicy, is_expired, is_given_up, next_try

__all__ = ["Attempt", "FailedService"]

_NO_TRANSPORT = EnhancedStatus(5, 4, 4)
_EXPIRED = EnhancedStatus(5, 4, 7)
_MOST_CHARACTERS = 2_000
_UNKNOWN = "it is unknown whether the message was sent; retry sends it again"
_UNKNOWN_FOR_GOOD = "it is unknown whether the message was sent, and it has expired; abort ends it"


@attrs.frozen
class FailedService:
    """A service of the session that could not be opened: what it would take is not known, so nothing is refused for it.

    ``identity`` is the address that it submits for, if its configuration names one. ``is_hook``: all mail has to pass
    it, as far as is known.
    """

    name: str
    identity: Address | None
    reason: str
    is_hook: bool = False

    def __str__(self) -> str:
        return f"{self.name} could not be opened: {self.reason}"


@attrs.define
class Attempt:
    """A submission that is locked. Its transports act side by side, each for recipients of its own.

    Whom a transport declines is dealt to the next one when all have ended (``passed_on``). ``asked_seconds`` says how
    long a service asked to be left alone.
    """

    item: OutgoingItem
    outcomes: dict[Recipient, Outcome]
    transports: dict[Recipient, str]
    known: Sequence[TransportFacts] = ()
    failed: Sequence[FailedService] = ()
    dealt: Mapping[str, tuple[Recipient, ...]] = attrs.field(factory=dict[str, tuple[Recipient, ...]])
    declined: dict[Recipient, dict[str, NotMe]] = attrs.field(factory=dict[Recipient, dict[str, NotMe]])
    passed_on: list[Recipient] = attrs.field(factory=list[Recipient])
    ended: set[str] = attrs.field(factory=set[str])
    at_work: set[Recipient] = attrs.field(factory=set[Recipient])
    asked_seconds: dict[Recipient, float] = attrs.field(factory=dict[Recipient, float])
    reasons: list[str] = attrs.field(factory=list[str])
    message: Message | None = None
    is_settled: bool = False

    @classmethod
    def of(
        cls,
        item: OutgoingItem,
        transports: Sequence[TransportFacts],
        failed: Sequence[FailedService],
        now: datetime | None = None,
    ) -> Attempt:
        """Deal the recipients that are still open to the transports, or hold them for services that failed.

        What has expired ``now`` is dealt to nobody.
        """
        attempt = cls(item, dict(item.outcomes), dict(item.transports), transports, failed)
        hook = next((service for service in failed if service.is_hook and item.preprocessed is None), None)
        own = next((service for service in failed if service.identity and service.identity == item.sender), None)
        if now is not None and is_expired(item, now):
            return attempt
        if hook is not None or own is not None:
            attempt.hold(attempt.open_ones, str(hook or own))
        else:
            attempt._deal(attempt.open_ones)
        return attempt

    @property
    def open_ones(self) -> list[Recipient]:
        """Those for whom something is to be tried; of what is unknown, somebody has said so."""
        return [r for r, outcome in self.outcomes.items() if not outcome.is_final or isinstance(outcome, Unknown)]

    def _deal(self, recipients: Sequence[Recipient]) -> None:
        assignment = assign(recipients, self.item.sender, self.known, self.declined)
        if assignment.unclaimed and self.failed:
            self.hold(assignment.unclaimed, "; ".join(str(service) for service in self.failed))
        for recipient in () if self.failed else assignment.unclaimed:
            self.outcomes[recipient] = self._unclaimed(recipient)
        self.dealt, self.ended = dict(assignment.by_transport), set()

    def _unclaimed(self, recipient: Recipient) -> Refused:
        what = recipient.address_type or f"the name {recipient.display_name!r}"
        text, last = f"no service of this profile takes {what}", NotMe()
        for name, last in self.declined.get(recipient, {}).items():
            text += f"; {name}: {last.text or 'not me'}"
        return Refused(last.code, last.enhanced or _NO_TRANSPORT, text, "transport order")

    @property
    def is_done(self) -> bool:
        return self.ended >= self.dealt.keys() and not self.passed_on

    def at_work_beside(self, transport: str) -> set[str]:
        """The transports that have not ended yet, but for one."""
        return set(self.dealt) - self.ended - {transport}

    @property
    def is_to_be_preprocessed(self) -> bool:
        return self.item.preprocessed is None and bool(self.dealt)

    def refuse(self, outcomes: Mapping[Recipient, Refused]) -> None:
        """Note whom a hook has refused."""
        self.outcomes.update(outcomes)
        self._deal(self.open_ones)

    def wait(self, outcome: Outcome) -> None:
        """Try all that are open another time, for the reason that ``outcome`` gives."""
        self.outcomes.update(dict.fromkeys(self.open_ones, outcome))
        self.dealt = {}

    def deal_on(self) -> None:
        """Deal those that a transport has declined to the next ones, once all have ended."""
        recipients, self.passed_on = self.passed_on, []
        self._deal(recipients)

    def begin(self, transport: str) -> None:
        """Note that a transport has the message now."""
        recipients = self.dealt[transport]
        self.at_work.update(recipients)
        self.transports.update(dict.fromkeys(recipients, transport))

    def end(self, transport: str, outcomes: Mapping[Recipient, Outcome]) -> None:
        """Note what a transport came to."""
        for recipient, outcome in outcomes.items():
            if isinstance(outcome, NotMe):
                self.declined.setdefault(recipient, {})[transport] = outcome
                self.passed_on.append(recipient)
                del self.transports[recipient]
                self.outcomes[recipient] = Deferred(outcome.code, None, outcome.text, "transport order")
            else:
                self.outcomes[recipient] = outcome
        self.at_work.difference_update(self.dealt[transport])
        self.ended.add(transport)

    def hold(self, recipients: Sequence[Recipient], reason: str, stage: str = "transport order") -> None:
        """Keep recipients back until somebody mends what ``reason`` says."""
        self.outcomes.update(dict.fromkeys(recipients, Deferred(text=reason, stage=stage)))
        if reason not in self.reasons:
            self.reasons.append(reason)

    def expire(self, now: datetime, policy: RetryPolicy) -> None:
        """Give up those that have not got it; whom it is unknown of, a person decides."""
        if not is_given_up(self.item, now, policy):
            return
        for recipient, outcome in self.outcomes.items():
            if not outcome.is_final:
                text = f"given up: {outcome.text}" if outcome.text else "it expired before it was sent"
                self.outcomes[recipient] = Refused(outcome.code, _EXPIRED, text, outcome.stage)
        if self._unknown:
            self.reasons.append(_UNKNOWN_FOR_GOOD if is_expired(self.item, now) else _UNKNOWN)

    @property
    def _unknown(self) -> list[Recipient]:
        return [recipient for recipient, outcome in self.outcomes.items() if isinstance(outcome, Unknown)]

    @property
    def _reasons(self) -> list[str]:
        """Why the submission is held, if it is."""
        if not self.open_ones:
            return []
        is_said = not {_UNKNOWN, _UNKNOWN_FOR_GOOD}.isdisjoint(self.reasons)
        is_for_a_person = self._unknown and not self.item.terms.at_least_once and not is_said
        if not is_for_a_person:
            return self.reasons
        said = (self.outcomes[recipient].text for recipient in self._unknown)
        first = next((text for text in said if text and text not in self.reasons), None)
        return [*self.reasons, *([] if first is None else [first]), _UNKNOWN]

    def settled(self, now: datetime, policy: RetryPolicy, chance: float) -> OutgoingItem:
        """Give the item after this try: what is still open has expired, waits, or is held."""
        self.expire(now, policy)
        tries = self.item.tries + 1
        item = attrs.evolve(self.item, outcomes=self.outcomes, transports=self.transports, tries=tries)
        if self._reasons:
            return attrs.evolve(item, state=OutgoingState.HELD, reason="; ".join(map(_in_brief, self._reasons)))
        waiting = [self.outcomes[recipient] for recipient in self.open_ones]
        if waiting:
            # Who waits for another service waits no longer for this one.
            asked_seconds = min(self.asked_seconds.get(recipient, 0.0) for recipient in self.open_ones)
            due_at = next_try(item, now, self.item.tries, policy, chance, asked_seconds)
            return attrs.evolve(item, due_at=due_at, reason=_in_brief(waiting[0].text))
        return attrs.evolve(item, state=OutgoingState.SENT, reason="")

    def without_refusals(self, item: OutgoingItem, now: datetime, policy: RetryPolicy, chance: float) -> OutgoingItem:
        """Give the item for a store that has no room for a report: those just refused are open, and tried later."""
        outcomes = {
            one: Deferred(outcome.code, None, outcome.text, outcome.stage)
            if isinstance(outcome, Refused) and not isinstance(self.item.outcomes[one], Refused)
            else outcome
            for one, outcome in item.outcomes.items()
        }
        state = OutgoingState.HELD if item.state is OutgoingState.HELD else OutgoingState.READY
        due_at = next_try(item, now, self.item.tries, policy, chance)
        reason = item.reason or "the store is full, and has no room for a report"
        return attrs.evolve(item, outcomes=outcomes, state=state, due_at=due_at, reason=reason)

    def cut_short(self) -> OutgoingItem:
        """Give the item of a try that was broken off: held when somebody may have got it, or a set-up is to be mended.

        What no transport has come to is free for the next try.
        """
        if self.at_work:
            cut = Unknown(text="cancelled while it was being sent", stage="submit")
            self.outcomes.update(dict.fromkeys(self.at_work, cut))
        item = attrs.evolve(self.item, outcomes=self.outcomes, transports=self.transports)
        if self._reasons:
            return attrs.evolve(item, state=OutgoingState.HELD, reason="; ".join(map(_in_brief, self._reasons)))
        return item


def _in_brief(text: str) -> str:
    """Give the beginning of a text that a transport may have taken from anywhere."""
    return text[:_MOST_CHARACTERS]
