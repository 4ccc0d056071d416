"""The relay: an organisation's transport, which hands messages to its MTA's queue.

``submit`` returns once the MTA is responsible, on the disk; ``flush`` works the queue, ``track`` follows a recipient
to its end, ``preview`` says which connector would take it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import NotLoaded, UsageError
from msgcore.model.address import SMTP, Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Outcome, Pending
from msgcore.model.recipient import Recipient
from msgcore.mta.expansion.preview import ExpandedDecision
from msgcore.mta.intake import accept_of
from msgcore.mta.manager.manager import RUN_OUT_SECONDS
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import QueueStore
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.props.table import PidTagSenderEmailAddress
from msgcore.spi.asked import as_asked
from msgcore.spi.transport import RoutePreview

__all__ = ["RelayTransport"]

_MOST_LOST = 10


class RelayTransport:
    """Submits into the queue of an organisation's MTA."""

    answer_seconds = RUN_OUT_SECONDS

    def __init__(
        self,
        queue: QueueStore,
        routes: RouteTable,
        identity: Address | None,
        *,
        newer_routes: Callable[[int | None, Deadline], Awaitable[RouteTable | None]],
        decide: Callable[[Address, MessageFacts, Deadline], Awaitable[Decision]],
        run: Callable[[Deadline], Awaitable[None]],
        provider_uids: Sequence[bytes] = (),
    ) -> None:
        self._queue = queue
        self._routes = routes
        self._newer_routes = newer_routes
        self._decide = decide
        self._run = run
        self.identity = identity
        self.provider_uids = provider_uids
        self._is_closed = False

    @property
    def address_types(self) -> Sequence[str]:
        """SMTP, since mailboxes have such addresses, and every type that the table routes, as it was read last."""
        return tuple(dict.fromkeys((SMTP, *self._routes.address_types)))

    async def read_address_types(self, deadline: Deadline) -> Sequence[str]:
        """Give those that the table in force routes."""
        self._check_open()
        self._routes = await self._newer_routes(self._routes.epoch, deadline) or self._routes
        return self.address_types

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self._check_open()
        if not envelope.transfer_id:
            envelope = attrs.evolve(envelope, transfer_id=new_time_ordered_id().hex())
        queue_id = await self._queue.accept(accept_of(as_asked(envelope, message), message), deadline)
        taken = Accepted(text=f"queued as {queue_id.hex()}", stage="queue")
        return dict.fromkeys(envelope.recipients, taken)

    async def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        self._check_open()
        known = await self._queue.outcomes(transfer_id, deadline)
        missing = Pending(text="the queue does not know this recipient", stage="queue")
        return {recipient: known.get(recipient, missing) for recipient in recipients}

    async def preview(
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, RoutePreview]:
        self._check_open()
        facts = MessageFacts(_size_octets(message), envelope.sender, message.message_class, envelope.transfer_id)
        previews: dict[Recipient, RoutePreview] = {}
        for recipient in envelope.recipients:
            decision = await self._decide(recipient.address, facts, deadline)
            previews[recipient] = RoutePreview(decision.connector, _reason(decision))
        return previews

    async def flush(self, deadline: Deadline) -> None:
        """Try what this identity has sent now, and work off whatever is due; mail of others waits its time."""
        self._check_open()
        sender = self.identity
        if sender is not None:
            own = PidTagSenderEmailAddress.equals(sender.email_address, ignore_case=True)
            await self._queue.change(Change.retry(), deadline, own)
        await self._run(deadline)

    def close(self) -> None:
        """Take nothing more; the database is closed by who opened it."""
        self._is_closed = True

    def _check_open(self) -> None:
        if self._is_closed:
            raise UsageError("the relay is closed")


def _reason(decision: Decision) -> str:
    """Say why it goes where it does; of a list, also which members nobody takes, as far as they were looked at."""
    if not isinstance(decision, ExpandedDecision):
        return str(decision)
    pairs = zip(decision.recipients, decision.decisions, strict=False)
    lost = [f"{one.address.typed}: {its}" for one, its in pairs if its.connector is None]
    more = [f"and {len(lost) - _MOST_LOST} more that nobody takes"] if len(lost) > _MOST_LOST else []
    return "; ".join([str(decision), *lost[:_MOST_LOST], *more])


def _size_octets(message: Message) -> int:
    """Say how large the message is when it is routed; of files that nobody has read yet, about."""
    source = message.source
    try:
        if source is not None and source.form == "tnef" and not message.is_changed:
            return len(source.octets)
        return mime.size_when_written(message, bcc=False)
    except NotLoaded:
        return message.size_octets * 4 // 3
