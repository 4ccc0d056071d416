"""The manager: takes what is due from the queue, routes it, and hands it to gateways.

Each turn: claim a batch; resolve every recipient in the directory and route it anew (nothing in the queue is bound to
a connector); group by connector and next hop; deliver the groups side by side, and write each group's outcomes as soon
as its delivery has ended. A deferred recipient waits, longer with each try; one that has waited past its message's
expiry is refused. Refused recipients are reported in the transaction that ends them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import Closed, CutShort, MsgcoreError, SetupError, UsageError
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Outcome, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.mta.directory import Directory
from msgcore.mta.forms import ContentForms
from msgcore.mta.gateways.making import make_gateway
from msgcore.mta.queue.contract import Claim, QueuedRecipient, QueueStore, Settlement
from msgcore.mta.reports.bounce import non_delivery_report
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.nexthop import next_hop
from msgcore.mta.routing.route import RouteTable
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.gateway import Content, Gateway, content_forms_of
from msgcore.spi.outcomes import checked_outcomes
from msgcore.spi.persist import written_down
from msgcore.spi.plugin import Plugin

__all__ = ["Manager", "ManagerSettings"]

_EXPIRED = EnhancedStatus(5, 4, 7)


@attrs.frozen
class ManagerSettings:
    """How the MTA names itself, and how it waits; a recipient is tried after ``shortest``, then twice as long, …"""

    host: str = "localhost"
    batch: int = 100
    lease_seconds: float = 600.0
    shortest_wait: timedelta = timedelta(minutes=5)
    longest_wait: timedelta = timedelta(hours=4)

    def due_at(self, now: datetime, tries: int) -> datetime:
        return now + min(self.longest_wait, self.shortest_wait * (1 << min(tries, 20)))


@attrs.frozen
class _Group:
    """Recipients of one message that go to one next hop through one connector."""

    claim: Claim
    content: ContentForms
    connector: Connector
    next_hop: str
    recipients: tuple[QueuedRecipient, ...]


class Manager:
    """Works one queue with one table of routes. ``built_in`` gateways go before those found by entry point."""

    def __init__(
        self,
        runtime: Runtime,
        queue: QueueStore,
        routes: RouteTable,
        directory: Directory,
        *,
        built_in: Mapping[str, Gateway] | None = None,
        secret: Callable[[str], Secret],
        folder: Path,
        settings: ManagerSettings | None = None,
    ) -> None:
        self._runtime = runtime
        self._queue = queue
        self._routes = routes
        self._directory = directory
        self._built_in = dict(built_in or {})
        self._secret = secret
        self._folder = folder
        self._settings = settings or ManagerSettings()
        self._connectors = {connector.name: connector for connector in routes.connectors}
        self._gateways: dict[str, Plugin] = {}

    async def run_until_idle(self, deadline: Deadline) -> None:
        """Work until nothing is due, reports included.

        Raises:
            TimedOut: the deadline passed; what was not finished stays in the queue.
        """
        try:
            while claims := await self._queue.claim(self._settings.batch, self._settings.lease_seconds, deadline):
                # Past its lease a recipient may be another worker's.
                within = deadline.sooner(self._settings.lease_seconds)
                async with self._runtime.group() as group:
                    for claim in claims:
                        group.start(self._work(claim, within))
                deadline.check("deliver")
        finally:
            await self._close_gateways()

    async def _close_gateways(self) -> None:
        gateways, self._gateways = list(self._gateways.values()), {}
        with self._runtime.shielded():
            async with self._runtime.group() as group:
                for gateway in gateways:
                    group.start(gateway.close())

    async def _work(self, claim: Claim, deadline: Deadline) -> None:
        try:
            groups, undecided = await self._route(claim, deadline)
        except BaseException:
            await self._finish(claim, [self._cut_short(claim, one) for one in claim.recipients])
            raise
        if undecided:
            await self._finish(claim, undecided)
        async with self._runtime.group() as group:
            for one in groups:
                group.start(self._deliver(one, deadline))

    async def _route(self, claim: Claim, deadline: Deadline) -> tuple[list[_Group], list[Settlement]]:
        """Group the recipients that have a way, and settle those that have none now."""
        groups: dict[tuple[str, str], list[QueuedRecipient]] = {}
        undecided: list[Settlement] = []
        now = self._runtime.now()
        for queued in claim.recipients:
            try:
                decision = await self.decide(queued.recipient.address, _facts(claim), deadline)
            except MsgcoreError as error:
                busy = Deferred(text=str(error), stage="directory")
                undecided.append(self._settlement(claim, queued, busy, now))
                continue
            if decision.connector is None:
                undecided.append(self._settlement(claim, queued, _no_route(decision), now))
            elif decision.retry_at is not None:
                waiting = Deferred(
                    text=f"every link that could take it is down until {decision.retry_at}", stage="route"
                )
                settlement = self._settlement(claim, queued, waiting, now, decision.connector)
                undecided.append(attrs.evolve(settlement, due_at=decision.retry_at))
            else:
                hop = next_hop(decision.recipient, decision.options)
                groups.setdefault((decision.connector, hop), []).append(queued)
        content = ContentForms(claim.content)
        return [
            _Group(claim, content, self._connectors[name], hop, tuple(recipients))
            for (name, hop), recipients in groups.items()
        ], undecided

    async def decide(self, address: Address, facts: MessageFacts, deadline: Deadline) -> Decision:
        """Resolve an address in the directory and route what it stands for."""
        entry = await self._directory.look_up(address, deadline)
        resolved = address if entry is None else entry.address
        return self._routes.route(resolved, facts, now=self._runtime.now())

    async def _deliver(self, group: _Group, deadline: Deadline) -> None:
        outcomes: Mapping[Recipient, Outcome] = {}
        silent: Outcome = Deferred(text=f"gateway {group.connector.gateway} gave no outcome", stage="gateway")
        try:
            outcomes = await self._hand_over(group, deadline)
        except Closed as error:
            silent = Deferred(text=str(error), stage="gateway")
        except UsageError as error:
            silent = Refused(text=str(error), stage="gateway")
        except CutShort as error:
            silent = Unknown(text=str(error), stage="gateway")
        except MsgcoreError as error:
            # A set-up can be mended while the message waits, and whatever passes passes.
            silent = Deferred(text=str(error), stage="gateway")
        except BaseException:
            # Cancelled: give the recipients back at once instead of when their lease runs out.
            await self._finish(group.claim, [self._cut_short(group.claim, one) for one in group.recipients])
            raise
        await self._finish(group.claim, self._settlements(group, outcomes, silent))

    async def _hand_over(self, group: _Group, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        """Call the group's gateway.

        Raises:
            UsageError: it says that this message can never be delivered.
            SetupError: the gateway is not installed, not set up, or broken.
        """
        claim, name = group.claim, group.connector.gateway
        recipients = tuple(queued.recipient for queued in group.recipients)
        envelope = Envelope(claim.message.sender, recipients, claim.message.transfer_id)
        try:
            gateway = self._gateway(group.connector)
        except UsageError as error:
            raise SetupError(f"gateway {name}: {error}") from error
        content = await self._content_for(gateway, group.content, deadline)
        deliver = cast(Gateway, gateway.target).deliver
        given: object = await gateway.call(deliver, envelope, content, group.next_hop, deadline, deadline=deadline)
        return checked_outcomes(gateway, deliver, given, recipients)

    async def _content_for(self, gateway: Plugin, content: ContentForms, deadline: Deadline) -> Content:
        """Give the content in a form that the gateway takes."""
        found = content.content_for(content_forms_of(gateway.target))
        return await self._runtime.in_thread(content.make_mime, deadline) if found is None else found

    def _settlements(self, group: _Group, outcomes: Mapping[Recipient, Outcome], silent: Outcome) -> list[Settlement]:
        now, name = self._runtime.now(), group.connector.name
        return [
            self._settlement(group.claim, one, outcomes.get(one.recipient, silent), now, name, group.next_hop)
            for one in group.recipients
        ]

    def _gateway(self, connector: Connector) -> Plugin:
        """Make the connector's gateway on first use: its options are the gateway's configuration."""
        made = self._gateways.get(connector.name)
        if made is None:
            name = f"gateway {connector.gateway}"
            built_in = self._built_in.get(connector.gateway)
            if built_in is not None:
                made = Plugin(name, built_in, self._runtime)
            else:
                made = make_gateway(connector, self._runtime, self._folder, self._secret)
            self._gateways[connector.name] = made
        return made

    def _cut_short(self, claim: Claim, queued: QueuedRecipient) -> Settlement:
        cut = Deferred(text="the delivery was cut short", stage="gateway")
        return self._settlement(claim, queued, cut, self._runtime.now())

    def _settlement(
        self,
        claim: Claim,
        queued: QueuedRecipient,
        outcome: Outcome,
        now: datetime,
        connector: str = "",
        hop: str = "",
    ) -> Settlement:
        if isinstance(outcome, Unknown):
            outcome = _tried_again(outcome)
        if not outcome.is_final and now >= claim.message.expires_at:
            outcome = Refused(outcome.code, _EXPIRED, f"given up: {outcome.text}", outcome.stage)
        return Settlement(queued, outcome, self._settings.due_at(now, queued.tries), connector, hop)

    async def _finish(self, claim: Claim, settlements: Sequence[Settlement]) -> None:
        report = non_delivery_report(
            claim.message, claim.content, settlements, self._settings.host, self._runtime.now()
        )
        # Neither the caller's deadline nor its cancel() counts here: what was delivered has to be written down.
        reports = [report] if report else []
        await written_down(self._runtime, lambda: self._queue.finish(claim.message, settlements, reports, NEVER))


def _facts(claim: Claim) -> MessageFacts:
    message = claim.message
    return MessageFacts(message.size_octets, message.sender, message.message_class, message.transfer_id)


def _tried_again(outcome: Unknown) -> Deferred:
    """Let a try that may have succeeded wait for the next one.

    Nobody watches a queue: a message that arrives twice is better than one that is lost (RFC 5321 section 4.5.3.2.6).
    """
    note = "; ".join(part for part in (outcome.note, "it may have been taken already") if part)
    return Deferred(outcome.code, outcome.enhanced, outcome.text, outcome.stage, note)


def _no_route(decision: Decision) -> Outcome:
    reason = decision.reason
    if reason is None:
        return Refused(text="no route", stage="route")
    kind = Refused if reason.is_permanent else Deferred
    return kind(None, reason.status, reason.text, "route")
