"""What a try comes to: the settlement of each recipient, whether it is tried again, and when."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.model.report import ReportAction
from msgcore.mta.expansion import Expansion
from msgcore.mta.manager.hop import Hop
from msgcore.mta.manager.retry import RetryPolicy, has_expired, next_try
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.queue.contract import Accept, Claim, NewReport, QueuedRecipient, Settlement
from msgcore.mta.routing.connector import Connector
from msgcore.mta.trust.verdicts import UNKNOWN_SENDER
from msgcore.runtime.abc import Runtime

__all__ = ["Settling"]

_DOWN = "the next hop does not answer"
_EXPIRED = EnhancedStatus(5, 4, 7)


class Settling:
    """Makes settlements, as of now; :class:`~msgcore.mta.manager.in_hand.InHand` has them written."""

    def __init__(self, runtime: Runtime, settings: ManagerSettings) -> None:
        self._runtime = runtime
        self._settings = settings

    def settlement(
        self,
        claim: Claim,
        queued: QueuedRecipient,
        outcome: Outcome,
        at: Hop | None = None,
        *,
        waits_for_it: bool = False,
    ) -> Settlement:
        """Settle a recipient that was tried, perhaps at a hop; whoever is deferred for too long is given up.

        One that ``waits_for_it`` is not tried while its hop is down.
        """
        place = _place(at, waits_for_it=waits_for_it)
        if isinstance(outcome, Accepted | Delivered):
            moment = claim.message.accepted_at  # of no meaning behind the end
            return Settlement(queued, outcome, moment, *place, attempts=queued.attempts)
        now, policy = self._runtime.now(), self._policy(claim, None if at is None else at.connector)
        if isinstance(outcome, Unknown):
            outcome = _tried_again(outcome)
        if not outcome.is_final and has_expired(now, claim.message.expires_at, queued.tries + 1, policy):
            outcome = _given_up(outcome)
        due_at = next_try(now, queued.tries + 1, policy, random.random())  # spreads retries, no secret
        look_at = self._look_at(claim, queued)
        return Settlement(queued, outcome, due_at, *place, look_at, attempts=queued.attempts)

    def given_back(
        self,
        claim: Claim,
        queued: QueuedRecipient,
        due_at: datetime,
        at: Hop | None = None,
        why: str = "",
        *,
        waits_for_it: bool = False,
    ) -> Settlement:
        """Settle a recipient that nobody tried, until ``due_at``; ``why`` is for who looks at the queue."""
        return Settlement(
            queued,
            Pending(text=why, stage="connect" if why else ""),
            due_at,
            *_place(at, waits_for_it=waits_for_it),
            self._look_at(claim, queued),
            attempts=queued.attempts,
            is_try=False,
        )

    def at_hop_that_is_down(
        self, claim: Claim, queued: QueuedRecipient, hop: Hop, until: datetime, *, waits_for_it: bool
    ) -> Settlement:
        """Settle a recipient whose next hop is left in peace until a moment."""
        now, failures = self._runtime.now(), hop.pace.state.failures
        if has_expired(now, claim.message.expires_at, max(queued.tries, failures), self._policy(claim)):
            down = Deferred(text=_DOWN, stage="connect")
            place = _place(hop, waits_for_it=False)
            return Settlement(queued, _given_up(down), until, *place, attempts=queued.attempts)
        return self.given_back(claim, queued, until, hop, _DOWN, waits_for_it=waits_for_it)

    def at_closed_hop(self, claim: Claim, queued: QueuedRecipient, hop: Hop, until: datetime) -> Settlement:
        """Settle a recipient whose connector is not open; once its message has expired, each look counts as a try."""
        why = f"the connector {hop.connector.name} is not open"
        if self._runtime.now() < claim.message.expires_at:
            return self.given_back(claim, queued, until, hop, why)
        return self.settlement(claim, queued, Deferred(text=why, stage="connect"), hop)

    def given_up_in_haste(self, claim: Claim, queued: QueuedRecipient) -> Settlement:
        """Settle a recipient who is not tried any more, as his sender's time for it is over (RFC 2852)."""
        late = Deferred(text="not delivered in the time that its sender gave it", stage="queue")
        return Settlement(queued, _given_up(late), self._runtime.now(), attempts=queued.attempts)

    def expanded(self, claim: Claim, queued: QueuedRecipient, expansion: Expansion) -> Settlement:
        """Settle a recipient that stands for others."""
        now = self._runtime.now()
        if expansion.refusal is not None:
            refused = Refused(None, expansion.refusal.status, expansion.refusal.text, "expansion")
            return Settlement(queued, refused, now)
        count = len(expansion.recipients) + sum(len(group.recipients) for group in expansion.under_owner)
        text = f"expanded into {count:,} recipients"
        if expansion.loops:
            text += "; not followed: " + ", ".join(f"{one.typed} to {back.typed}" for one, back in expansion.loops)
        kind = Delivered if expansion.action == "delivered" else Accepted
        outcome = kind(text=text, stage="expansion")
        return Settlement(queued, outcome, now, successors=expansion.recipients)

    def list_copies(self, claim: Claim, queued: QueuedRecipient, expansion: Expansion) -> list[NewReport]:
        """Make the copies of a message that go to mailing lists, each under its list's return path (RFC 5321 3.9.2)."""
        message = claim.message
        request = attrs.evolve(
            message.request_at(self._runtime.now()), notify=None, envelope_id="", returned_content=None
        )
        return [
            NewReport(
                Accept(
                    # The same whatever address the list was found by, so that a message gets to a list once.
                    f"{message.transfer_id}/list/{group.list_address.email_address}",
                    group.owner,
                    group.recipients,
                    claim.content,
                    message.message_id,
                    message.subject,
                    message.message_class,
                    request,
                    message.received_from,
                    # The owner, who hears of it, is known.
                    message.verdicts - {UNKNOWN_SENDER},
                ),
                f"list {group.list_address.email_address}",
                (queued,),
            )
            for group in expansion.under_owner
        ]

    def _look_at(self, claim: Claim, queued: QueuedRecipient) -> datetime | None:
        """Say when somebody may have to be told something; ``None`` when the message has expired."""
        now, expires_at = self._runtime.now(), claim.message.expires_at
        after = self._settings.reports.delay_notice_after
        if after is not None and ReportAction.DELAYED.value not in queued.told:
            notice_at = claim.message.released_at + after
            if now < notice_at < expires_at:
                return notice_at
        # Named, as it may have come by the time that this is written down.
        return expires_at if now < expires_at else None

    def _policy(self, claim: Claim, connector: Connector | None = None) -> RetryPolicy:
        policy = self._settings.retry
        if connector is not None and connector.retry_shortest_seconds is not None:
            shortest = timedelta(seconds=connector.retry_shortest_seconds)
            policy = attrs.evolve(policy, shortest=shortest, longest=max(policy.longest, shortest))
        if connector is not None and connector.retry_longest_seconds is not None:
            longest = timedelta(seconds=connector.retry_longest_seconds)
            policy = attrs.evolve(policy, longest=longest, shortest=min(policy.shortest, longest))
        if claim.message.request.within_seconds is not None:
            # Whoever asks for haste is told in time, however often it was tried (RFC 2852).
            policy = attrs.evolve(policy, least_tries=0)
        return policy


def _place(at: Hop | None, *, waits_for_it: bool) -> tuple[str, str, str]:
    """Give a settlement's connector, next hop, and the hop that it waits for."""
    return ("", "", "") if at is None else (at.connector.name, at.next_hop, at.name if waits_for_it else "")


def _given_up(outcome: Outcome) -> Refused:
    # The code of the last reply with words of ours would be a reply that nobody gave.
    said = " ".join(str(part) for part in (outcome.code, outcome.enhanced, outcome.text) if part)
    return Refused(None, _EXPIRED, f"given up: {said}", outcome.stage)


def _tried_again(outcome: Unknown) -> Deferred:
    """Let a try that may have succeeded wait for the next one.

    Nobody watches a queue: a message that arrives twice is better than one that is lost (RFC 5321 section 4.5.3.2.6).
    """
    note = "; ".join(part for part in (outcome.note, "it may have been taken already") if part)
    return Deferred(outcome.code, outcome.enhanced, outcome.text, outcome.stage, note)
