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
from msgcore.errors import MsgcoreError, SetupError, TryAgain
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Deferred, Outcome, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.call import call
from msgcore.spi.store import Incoming, OutgoingItem, OutgoingState, StoreProvider, SupportsOutgoingQueue
from msgcore.spi.transport import TransportProvider
from msgcore.spooler.order import TransportFacts, assign

__all__ = ["NamedTransport", "RetryPolicy", "send_due"]

_NO_TRANSPORT = EnhancedStatus(5, 4, 4)
_EXPIRED = EnhancedStatus(5, 4, 7)
_LOAD_LIMIT_OCTETS = 1 << 62


@attrs.frozen
class NamedTransport:
    """A transport of the session, under the name of its service."""

    facts: TransportFacts
    provider: TransportProvider


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
) -> int:
    """Work off what is due in one outgoing queue, and say how many submissions were taken up.

    Raises:
        TimedOut: the deadline passed; what was being sent is deferred or unknown by then, as each transport found.
    """
    policy = policy or RetryPolicy()
    taken = 0
    while (item := await queue.lock_due(policy.lease_seconds, deadline)) is not None:
        taken += 1
        unfinished = item
        try:
            message = await store.load(item.entry_id, _LOAD_LIMIT_OCTETS, deadline)
            unfinished = _cut_short(item)
            settled, reports = await _send(runtime, item, message, transports, deadline, policy)
        except BaseException:
            with runtime.shielded():
                await queue.settle(unfinished, [], NEVER)
            raise
        # Neither the caller's deadline nor its cancel() counts here: what was sent has to be written down.
        with runtime.shielded():
            await queue.settle(settled, reports, NEVER)
        deadline.check("flush queues")
    return taken


def _cut_short(item: OutgoingItem) -> OutgoingItem:
    """Hold a submission whose sending was cancelled: nobody knows how far it came."""
    cut = Unknown(text="cancelled while it was being sent", stage="submit")
    outcomes = {recipient: outcome if outcome.is_final else cut for recipient, outcome in item.outcomes.items()}
    reason = "cancelled while it was being sent, so it may have been; retry sends it again"
    return attrs.evolve(item, outcomes=outcomes, state=OutgoingState.HELD, tries=item.tries + 1, reason=reason)


async def _send(
    runtime: Runtime,
    item: OutgoingItem,
    message: Message,
    transports: Sequence[NamedTransport],
    deadline: Deadline,
    policy: RetryPolicy,
) -> tuple[OutgoingItem, list[Incoming]]:
    open_ones = [r for r, outcome in item.outcomes.items() if not outcome.is_final or isinstance(outcome, Unknown)]
    assignment = assign(open_ones, item.sender, [transport.facts for transport in transports])
    by_name = {transport.facts.name: transport.provider for transport in transports}
    outcomes = dict(item.outcomes)
    takers = dict(item.transports)
    reasons: list[str] = []
    for recipient in assignment.unclaimed:
        what = recipient.address_type or f"the name {recipient.display_name!r}"
        text = f"no service of this profile takes {what}"
        outcomes[recipient] = Refused(None, _NO_TRANSPORT, text, "transport order")
    for name, recipients in assignment.by_transport:
        envelope = Envelope(item.sender, recipients, item.transfer_id)
        found, reason = await _submit(runtime, name, by_name[name], envelope, message, deadline)
        outcomes.update(found)
        takers.update(dict.fromkeys(recipients, name))
        reasons += [reason] if reason else []
    now = runtime.now()
    if now - item.submitted_at > policy.lifetime:
        for recipient, outcome in outcomes.items():
            if not outcome.is_final:
                outcomes[recipient] = Refused(outcome.code, _EXPIRED, f"given up: {outcome.text}", outcome.stage)
    settled = attrs.evolve(item, outcomes=outcomes, transports=takers, tries=item.tries + 1)
    return _next_state(settled, reasons, now, policy), _reports(item, outcomes, message, now)


async def _submit(
    runtime: Runtime,
    name: str,
    provider: TransportProvider,
    envelope: Envelope,
    message: Message,
    deadline: Deadline,
) -> tuple[Mapping[Recipient, Outcome], str]:
    """Submit to one transport; a recipient that it says nothing about is deferred, and so are all when it raises."""
    try:
        found = await call(runtime, provider.submit, envelope, message, deadline, deadline=deadline)
    except TryAgain as error:
        return _all(envelope, Deferred(text=str(error), stage="submit")), ""
    except SetupError as error:
        return _all(envelope, Deferred(text=str(error), stage="submit")), f"{name}: {error}"
    except MsgcoreError as error:
        # The message or the call is what is wrong: no later try can end better.
        return _all(envelope, Refused(text=str(error), stage="submit")), ""
    silent = Deferred(text=f"{name} gave no outcome for this recipient", stage="submit")
    return {recipient: found.get(recipient, silent) for recipient in envelope.recipients}, ""


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
        original=mime.write(message, bcc=False),
        message_id=new_message_id(here),
        date=now,
    )
    about = "\n".join([item.transfer_id, *(recipient.address.typed for recipient, _ in refused)])
    key = hashlib.sha256(about.encode("utf-8", "surrogatepass")).digest()
    return [Incoming(mime.read(octets), received_at=now, delivery_key=key)]
