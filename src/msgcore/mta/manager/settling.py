"""What a try comes to: the settlement of each recipient, written with the reports that it makes due.

Every recipient that was claimed is *in hand* until its settlement is written.
"""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from msgcore.base.records import record
from msgcore.base.status import EnhancedStatus
from msgcore.errors import MsgcoreError, StoreFull, TryAgain
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.model.report import ReportAction
from msgcore.mta.expansion import Expansion
from msgcore.mta.manager.hop import Hop
from msgcore.mta.manager.retry import RetryPolicy, has_expired, next_try
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.queue.contract import Accept, Claim, Finished, NewReport, QueuedRecipient, Settlement, WorkQueue
from msgcore.mta.reports.about import reports_about
from msgcore.mta.reports.due import absorbed
from msgcore.mta.routing.connector import Connector
from msgcore.mta.trust.verdicts import UNKNOWN_SENDER
from msgcore.runtime.abc import NEVER, Group, Runtime
from msgcore.spi.gateway import Content
from msgcore.spi.persist import written_down

__all__ = ["Settling"]

_log = logging.getLogger("msgcore.mta")

_AT_ONCE = 200
_PAUSE_SECONDS = 0.5
_GATHERING_SECONDS = 0.01
_DOWN = "the next hop does not answer"
_EXPIRED = EnhancedStatus(5, 4, 7)


@record
class _Due:
    """Settlements of one claim that are to be written."""

    claim: Claim
    settlements: Sequence[Settlement]
    copies: Sequence[NewReport]


@attrs.define(eq=False)
class _InHand:
    """A claim, and how many of its recipients have no settlement yet."""

    claim: Claim
    left: int


class Settling:
    """Makes settlements, and writes down what has gathered while the last were written.

    ``group`` is where that is done, as long as there is one. What cannot be written is tried again for
    ``patience_seconds``, as what was delivered must not be forgotten.
    """

    def __init__(self, runtime: Runtime, queue: WorkQueue, settings: ManagerSettings) -> None:
        self._runtime = runtime
        self._queue = queue
        self._settings = settings
        self._due: deque[_Due] = deque()
        self._is_writing = False
        self._claims: dict[int, _InHand] = {}
        self.in_hand = 0
        self.octets_in_hand = 0
        self.patience_seconds = 0.0
        self.gathers = False
        """Whether a moment is waited for more: they cost hardly more than one, and nobody waits for them."""

        self.left_some = False
        """Whether somebody may be due in the queue by what was written: a report, a successor, another try."""

        self.errors: list[MsgcoreError] = []
        """Why something could not be written down."""
        self.changed = runtime.event()
        """Set whenever less is in hand."""
        self.group: Group | None = None

    def take(self, claims: Sequence[Claim]) -> None:
        """Have claims in hand."""
        for claim in claims:
            self._claims[id(claim)] = _InHand(claim, len(claim.recipients))
            self.in_hand += len(claim.recipients)
            self.octets_in_hand += len(claim.content.octets)

    def settlement(
        self,
        claim: Claim,
        queued: QueuedRecipient,
        outcome: Outcome,
        connector: Connector | None = None,
        *,
        next_hop: str = "",
        hop: str = "",
    ) -> Settlement:
        """Settle a recipient that was tried; whoever is deferred for too long is given up."""
        name = "" if connector is None else connector.name
        if isinstance(outcome, Accepted | Delivered):
            moment = claim.message.accepted_at  # of no meaning behind the end
            return Settlement(queued, outcome, moment, name, next_hop, hop, attempts=queued.attempts)
        now, policy = self._runtime.now(), self._policy(claim, connector)
        if isinstance(outcome, Unknown):
            outcome = _tried_again(outcome)
        if not outcome.is_final and has_expired(now, claim.message.expires_at, queued.tries + 1, policy):
            outcome = _given_up(outcome)
        due_at = next_try(now, queued.tries + 1, policy, random.random())  # spreads retries, no secret
        look_at = self._look_at(claim, queued)
        return Settlement(queued, outcome, due_at, name, next_hop, hop, look_at, attempts=queued.attempts)

    def at_hop(
        self, claim: Claim, queued: QueuedRecipient, outcome: Outcome, hop: Hop, *, waits_for_it: bool = False
    ) -> Settlement:
        """Settle a recipient that was tried at a hop; one that ``waits_for_it`` is not tried while that is down."""
        name = hop.name if waits_for_it else ""
        return self.settlement(claim, queued, outcome, hop.connector, next_hop=hop.next_hop, hop=name)

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
        name, next_hop = ("", "") if at is None else (at.connector.name, at.next_hop)
        hop = at.name if at is not None and waits_for_it else ""
        return Settlement(
            queued,
            Pending(text=why, stage="connect" if why else ""),
            due_at,
            name,
            next_hop,
            hop,
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
            return Settlement(
                queued, _given_up(down), until, hop.connector.name, hop.next_hop, attempts=queued.attempts
            )
        return self.given_back(claim, queued, until, hop, _DOWN, waits_for_it=waits_for_it)

    def at_closed_hop(self, claim: Claim, queued: QueuedRecipient, hop: Hop, until: datetime) -> Settlement:
        """Settle a recipient whose connector is not open; once its message has expired, each look counts as a try."""
        why = f"the connector {hop.connector.name} is not open"
        if self._runtime.now() < claim.message.expires_at:
            return self.given_back(claim, queued, until, hop, why)
        return self.at_hop(claim, queued, Deferred(text=why, stage="connect"), hop)

    def given_up_in_haste(self, claim: Claim, queued: QueuedRecipient) -> Settlement:
        """Settle a recipient who is not tried any more, as his sender's time for it is over (RFC 2852)."""
        late = Deferred(text="not delivered in the time that its sender gave it", stage="queue")
        return Settlement(queued, _given_up(late), self._runtime.now(), attempts=queued.attempts)

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

    def settle(self, claim: Claim, settlements: Sequence[Settlement], copies: Sequence[NewReport] = ()) -> None:
        """Have settlements of one claim written, with the reports that they make due and what goes on to lists."""
        if not settlements:
            return
        self._due.append(_Due(claim, settlements, copies))
        if self.group is not None and not self._is_writing:
            self.group.start(self._write_in_group())
            self._is_writing = True

    async def _write_in_group(self) -> None:
        try:
            while self._due:
                if self.gathers:
                    await self._runtime.sleep(_GATHERING_SECONDS)
                await self._write_some()
        finally:
            self._is_writing = False

    async def write_all(self) -> None:
        """Write what is due, as much at once as has gathered.

        Neither the caller's deadline nor its cancel() counts here: what was delivered has to be written down. What
        cannot be written at all is logged, and claimed again once its lease has run out.
        """
        while self._due:
            await self._write_some()

    async def _write_some(self) -> None:
        some = [self._due.popleft() for _ in range(min(len(self._due), _AT_ONCE))]
        finished: list[Finished] = []
        try:
            finished += map(self._finished, some)
            await self._write(finished)
        finally:
            for one in some:
                self._let_go(one.claim, len(one.settlements))
            # Not before: who looked while it was written would have found nothing, and not look again.
            self.left_some = self.left_some or any(map(_leaves_some, finished))
            self.changed.set()

    async def _write(self, finished: Sequence[Finished]) -> None:
        give_up = self._runtime.monotonic() + self.patience_seconds
        while True:
            try:
                await written_down(self._runtime, lambda: self._queue.finish(finished, NEVER))
            except (TryAgain, StoreFull) as error:
                if self._runtime.monotonic() >= give_up:
                    self._forget(finished, error)
                    return
                _log.warning("what became of mail cannot be written down now: %s", error)
                await self._runtime.sleep(_PAUSE_SECONDS)
            except MsgcoreError as error:
                if len(finished) == 1:
                    self._forget(finished, error)
                    return
                for one in finished:  # nobody's result is lost because of another's
                    await self._write([one])
                return
            else:
                return

    def _forget(self, finished: Sequence[Finished], error: MsgcoreError) -> None:
        """Leave it to the ends of the leases."""
        self.errors.append(error)
        for one in finished:
            _log.error("what became of %s could not be written down: %s", one.message.transfer_id, error)

    def _finished(self, due: _Due) -> Finished:
        claim = due.claim
        now, settings = self._runtime.now(), self._settings.reports
        reports: tuple[NewReport, ...] = ()
        settlements = due.settlements
        for quoted in (claim.content, Content(b"")):
            try:
                reports = reports_about(claim.message, quoted, settlements, now, settings)
                settlements = self._absorbing(claim, settlements)
                break
            except Exception:
                # Whoever has the message must not get it again because nobody can be told so.
                what = "with" if quoted is claim.content else "without"
                _log.exception("no report can be made about %s %s its header", claim.message.transfer_id, what)
        return Finished(claim.message, tuple(settlements), (*reports, *due.copies))

    def _let_go(self, claim: Claim, count: int) -> None:
        """Have so many recipients of a claim less in hand."""
        held = self._claims[id(claim)]
        held.left -= count
        self.in_hand -= count
        if not held.left:
            del self._claims[id(claim)]
            self.octets_in_hand -= len(claim.content.octets)

    def give_back(self, claim: Claim, recipients: Iterable[QueuedRecipient]) -> None:
        now = self._runtime.now()
        self.settle(claim, [self.given_back(claim, one, now) for one in recipients])

    def _absorbing(self, claim: Claim, settlements: Sequence[Settlement]) -> Sequence[Settlement]:
        untold = absorbed(claim.message, settlements, self._settings.reports)
        if not untold:
            return settlements
        return [attrs.evolve(one, is_absorbed=one.queued in untold) for one in settlements]

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


def _leaves_some(finished: Finished) -> bool:
    return bool(finished.reports) or any(one.successors or not one.outcome.is_final for one in finished.settlements)


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
