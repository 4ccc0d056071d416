"""What happens at a node, as counts."""

from __future__ import annotations

from msgcore.base.times import Clock
from msgcore.model.outcome import Refused
from msgcore.mta.metrics.families import (
    ACCEPT_SECONDS,
    DELIVERIES,
    DELIVERY_SECONDS,
    HOPS_TURNED,
    MESSAGES_TAKEN,
    OCTETS_DELIVERED,
    OCTETS_TAKEN,
    RECIPIENTS_ABSORBED,
    RECIPIENTS_TAKEN,
    REFUSALS,
    REPORTS,
    SESSIONS,
    SESSIONS_OPEN,
)
from msgcore.mta.metrics.tally import Tally
from msgcore.mta.node_events import (
    HopTurned,
    LoginRefused,
    MailRefused,
    MessageTaken,
    NodeEvent,
    RecipientSettled,
    ReportMade,
    SessionTurned,
)

__all__ = ["Counting"]


class Counting:
    """Watches nodes (see :class:`~msgcore.mta.node_events.Watch`) and counts what they do."""

    def __init__(self, clock: Clock) -> None:
        self.tally = Tally()
        self._clock = clock

    def __call__(self, event: NodeEvent) -> None:
        tally = self.tally
        match event:
            case MessageTaken():
                tally.add(MESSAGES_TAKEN, event.service)
                tally.add(RECIPIENTS_TAKEN, event.service, by=event.recipients)
                tally.add(OCTETS_TAKEN, event.service, by=event.size_octets)
                tally.observe(ACCEPT_SECONDS, event.seconds)
            case RecipientSettled():
                self._settled(event)
            case SessionTurned(service, is_open):
                if is_open:
                    tally.add(SESSIONS, service)
                tally.add(SESSIONS_OPEN, service, by=1 if is_open else -1)
            case MailRefused():
                status = str(event.reply.enhanced or event.reply.code)
                tally.add(REFUSALS, event.service, event.command, status)
            case LoginRefused(service):
                tally.add(REFUSALS, service, "AUTH", "5.7.8")
            case ReportMade(kind):
                tally.add(REPORTS, kind)
            case HopTurned():
                tally.add(HOPS_TURNED, event.connector, "up" if event.down_until is None else "down")

    def _settled(self, event: RecipientSettled) -> None:
        tally, settlement, message = self.tally, event.settlement, event.message
        outcome, connector = settlement.outcome, settlement.connector
        tally.add(DELIVERIES, connector, type(outcome).__name__.lower())
        if settlement.is_absorbed:
            tally.add(RECIPIENTS_ABSORBED)
        if outcome.is_final and not isinstance(outcome, Refused):
            tally.add(OCTETS_DELIVERED, connector, by=message.size_octets)
            since = (self._clock.now() - message.accepted_at).total_seconds()
            tally.observe(DELIVERY_SECONDS, max(0.0, since))
