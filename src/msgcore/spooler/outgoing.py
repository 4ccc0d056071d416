"""Taking submissions from an outgoing queue to transports, and settling each recipient's lot.

For one submission: lock it; give every recipient that is still open to a transport; write all outcomes, the next try
and the reports in one transaction. A process that is killed in between leaves a lock that ends by itself, and the
submission is taken up again: a transport sees the same transfer id.

A recipient that is refused, or that no transport claims, is reported to the inbox. A fault in the set-up (password,
certificate, plug-in) holds the submission with its reason until somebody retries or aborts it, and so does an outcome
that nobody knows: it is not sent twice without being asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from msgcore.base.ids import new_message_id
from msgcore.base.status import EnhancedStatus
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import (
    LimitExceeded,
    MalformedMessage,
    MsgcoreError,
    NameNotResolved,
    NotFound,
    NotLoaded,
    OperationCancelled,
    SetupError,
    StoreCorrupt,
    TryAgain,
    UsageError,
)
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Deferred, Outcome, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.persist import written_down
from msgcore.spi.store import Incoming, OutgoingItem, OutgoingState, StoreProvider, SupportsOutgoingQueue
from msgcore.spi.transport import TransportProvider
from msgcore.spooler.handover import hand_over
from msgcore.spooler.order import TransportFacts, assign

__all__ = ["FailedService", "NamedTransport", "RetryPolicy", "send_due"]

_NO_TRANSPORT = EnhancedStatus(5, 4, 4)
_EXPIRED = EnhancedStatus(5, 4, 7)
_LOAD_LIMIT_OCTETS = 1 << 62

# The message or the call is what is wrong: no later try can end better. Any other cause counts as temporary.
_HOPELESS = (UsageError, MalformedMessage, LimitExceeded, NotLoaded)


@attrs.frozen
class NamedTransport:
    """A transport of the session, under the name of its service."""

    facts: TransportFacts
    provider: TransportProvider


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


async def send_due(
    runtime: Runtime,
    store: StoreProvider,
    queue: SupportsOutgoingQueue,
    transports: Sequence[NamedTransport],
    deadline: Deadline,
    policy: RetryPolicy | None = None,
    failed: Sequence[FailedService] = (),
) -> int:
    """Work off what is due in one outgoing queue, and say how many submissions were taken up.

    A submission that a ``failed`` service would take, or might, is held with the reason.

    Raises:
        TimedOut: the deadline passed; what was being sent is deferred or unknown by then, as each transport found.
        OperationCancelled: cancel() was called; what transports had done by then is written down.
    """
    policy = policy or RetryPolicy()
    taken = 0
    while True:
        with runtime.shielded():  # who has locked has to know it, or nobody unlocks
            item = await queue.lock_due(policy.lease_seconds, deadline)
        if item is None:
            return taken
        taken += 1
        attempt = _Attempt.of(item)
        # Nobody else may take the submission up while a transport still works on it.
        within = deadline.sooner(policy.lease_seconds)
        try:
            message = await store.load(item.entry_id, _LOAD_LIMIT_OCTETS, within)
            await _send(runtime, attempt, message, transports, failed, within)
        except NotFound:
            continue  # deleted between the lock and here, and the lock with it
        except StoreCorrupt as error:
            held = attrs.evolve(item, state=OutgoingState.HELD, reason=f"the message cannot be read: {error}")
            await _settle(runtime, queue, held)
            continue
        except BaseException:
            await _settle(runtime, queue, attempt.cut_short())
            raise
        now = runtime.now()
        settled = attempt.settled(now, policy)
        await _settle(runtime, queue, settled, _reports(item, settled.outcomes, message, now))
        if attempt.cancelled is not None:
            raise attempt.cancelled
        deadline.check("flush queues")


async def _settle(
    runtime: Runtime, queue: SupportsOutgoingQueue, item: OutgoingItem, reports: Sequence[Incoming] = ()
) -> None:
    await written_down(runtime, lambda: queue.settle(item, reports, NEVER))


@attrs.define
class _Attempt:
    """One try at a submission: what is known of each recipient so far, and who is with a transport now."""

    item: OutgoingItem
    outcomes: dict[Recipient, Outcome]
    transports: dict[Recipient, str]
    reasons: list[str] = attrs.field(factory=list[str])
    at_work: tuple[Recipient, ...] = ()
    cancelled: OperationCancelled | None = None

    @classmethod
    def of(cls, item: OutgoingItem) -> _Attempt:
        return cls(item, dict(item.outcomes), dict(item.transports))

    def settled(self, now: datetime, policy: RetryPolicy) -> OutgoingItem:
        """Give the item after this try: what is still open has expired, waits, or is held."""
        if now - self.item.submitted_at > policy.lifetime:
            for recipient, outcome in self.outcomes.items():
                if not outcome.is_final:
                    self.outcomes[recipient] = Refused(
                        outcome.code, _EXPIRED, f"given up: {outcome.text}", outcome.stage
                    )
        return _next_state(self._item(), self.reasons, now, policy)

    def hold(self, recipients: Sequence[Recipient], reason: str) -> None:
        """Keep recipients back until somebody mends what ``reason`` says."""
        self.outcomes.update(dict.fromkeys(recipients, Deferred(text=reason, stage="transport order")))
        self.reasons.append(reason)

    def cut_short(self) -> OutgoingItem:
        """Give the item of a try that was broken off: held when somebody may have got it meanwhile."""
        cut = Unknown(text="cancelled while it was being sent", stage="submit")
        self.outcomes.update(dict.fromkeys(self.at_work, cut))
        if not self.at_work:
            return attrs.evolve(self.item, outcomes=self.outcomes, transports=self.transports)
        reason = "cancelled while it was being sent, so it may have been; retry sends it again"
        return attrs.evolve(self._item(), state=OutgoingState.HELD, reason=reason)

    def _item(self) -> OutgoingItem:
        return attrs.evolve(self.item, outcomes=self.outcomes, transports=self.transports, tries=self.item.tries + 1)


async def _send(
    runtime: Runtime,
    attempt: _Attempt,
    message: Message,
    transports: Sequence[NamedTransport],
    failed: Sequence[FailedService],
    deadline: Deadline,
) -> None:
    """Give every recipient that is still open to its transport; stop between two when the call is cancelled."""
    item = attempt.item
    open_ones = [r for r, outcome in item.outcomes.items() if not outcome.is_final or isinstance(outcome, Unknown)]
    own = next((service for service in failed if service.identity and service.identity == item.sender), None)
    if own is not None:
        attempt.hold(open_ones, str(own))
        return
    assignment = assign(open_ones, item.sender, [transport.facts for transport in transports])
    by_name = {transport.facts.name: transport.provider for transport in transports}
    if assignment.unclaimed and failed:
        attempt.hold(assignment.unclaimed, "; ".join(str(service) for service in failed))
    for recipient in () if failed else assignment.unclaimed:
        what = recipient.address_type or f"the name {recipient.display_name!r}"
        text = f"no service of this profile takes {what}"
        attempt.outcomes[recipient] = Refused(None, _NO_TRANSPORT, text, "transport order")
    for name, recipients in assignment.by_transport:
        attempt.at_work = recipients
        attempt.transports.update(dict.fromkeys(recipients, name))
        envelope = Envelope(item.sender, recipients, item.transfer_id)
        attempt.outcomes.update(await _submit(runtime, attempt, name, by_name[name], envelope, message, deadline))
        attempt.at_work = ()
        if attempt.cancelled is not None:
            return


async def _submit(
    runtime: Runtime,
    attempt: _Attempt,
    name: str,
    provider: TransportProvider,
    envelope: Envelope,
    message: Message,
    deadline: Deadline,
) -> Mapping[Recipient, Outcome]:
    """Submit to one transport; when it raises, all its recipients are deferred, or refused when no try can help."""
    try:
        handed = await hand_over(runtime, name, provider, envelope, message, deadline)
        attempt.cancelled = handed.cancelled
        return handed.outcomes
    except TryAgain as error:
        if isinstance(error, OperationCancelled):
            attempt.cancelled = error
        return _all(envelope, Deferred(text=str(error), stage="submit"))
    except NameNotResolved as error:
        # A machine without a network says so of every name: it waits, as for a server that does not answer.
        return _all(envelope, Deferred(text=str(error), stage="submit"))
    except SetupError as error:
        attempt.reasons.append(f"{name}: {error}")
        return _all(envelope, Deferred(text=str(error), stage="submit"))
    except _HOPELESS as error:
        return _all(envelope, Refused(text=str(error), stage="submit"))
    except MsgcoreError as error:
        return _all(envelope, Deferred(text=str(error), stage="submit"))


def _all(envelope: Envelope, outcome: Outcome) -> dict[Recipient, Outcome]:
    return dict.fromkeys(envelope.recipients, outcome)


def _next_state(item: OutgoingItem, reasons: list[str], now: datetime, policy: RetryPolicy) -> OutgoingItem:
    if any(isinstance(outcome, Unknown) for outcome in item.outcomes.values()):
        reasons = [*reasons, "it is unknown whether the message was sent; retry sends it again"]
    if reasons:
        return attrs.evolve(item, state=OutgoingState.HELD, reason="; ".join(reasons))
    waiting = [outcome for outcome in item.outcomes.values() if not outcome.is_final]
    if waiting:
        return attrs.evolve(item, due_at=policy.next_try(now, item.tries - 1), reason=waiting[0].text)
    return attrs.evolve(item, state=OutgoingState.SENT, reason="")


def _original(message: Message) -> bytes | None:
    """Write what a report returns; a message that cannot be written is reported all the same."""
    try:
        return mime.write(message, bcc=False)
    except MsgcoreError:
        return None


def _reports(
    item: OutgoingItem, outcomes: Mapping[Recipient, Outcome], message: Message, now: datetime
) -> list[Incoming]:
    """Make one report about all recipients that were refused just now."""
    refused = [
        (recipient, outcome)
        for recipient, outcome in outcomes.items()
        if isinstance(outcome, Refused) and not isinstance(item.outcomes[recipient], Refused)
    ]
    if not refused or item.sender is None:
        return []
    here = item.sender.domain or "localhost"
    report = DeliveryReport(
        reporting_mta=here,
        recipients=tuple(ReportedRecipient.of_outcome(r.address, o, ReportAction.FAILED) for r, o in refused),
        original_message_id=message.message_id,
        original_subject=message.subject,
        arrived_at=item.submitted_at,
    )
    octets = mime.write_delivery_report(
        report,
        to=item.sender,
        from_=Address("SMTP", f"postmaster@{here}", "Message Spooler"),
        original=_original(message),
        message_id=new_message_id(here),
        date=now,
    )
    about = "\n".join([item.transfer_id, *(recipient.address.typed for recipient, _ in refused)])
    key = hashlib.sha256(about.encode("utf-8", "surrogatepass")).digest()
    return [Incoming(mime.read(octets), received_at=now, delivery_key=key)]
