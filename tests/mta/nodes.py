"""Nodes at work in a test: what they tell is kept, and waited for."""

from __future__ import annotations

import queue
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from msgcore.model import Address, Deferred, Outcome
from msgcore.mta import HopTurned, ManagerSettings, NodeEvent, RecipientSettled, ReportSettings, RetryPolicy
from msgcore.mta.manager.pace import PaceLimits

__all__ = ["QUICK", "Watched"]

T = TypeVar("T")

QUICK = ManagerSettings(
    poll_seconds=0.02,
    reload_seconds=0.02,
    retry=RetryPolicy(shortest=timedelta(seconds=0.05), longest=timedelta(seconds=0.05), jitter=0, least_tries=0),
    pace=PaceLimits(initial=1, cohort_limit=0, shortest_wait_seconds=0.05, longest_wait_seconds=0.1),
    reports=ReportSettings("these are the organisation's"),
)
"""Looks around all the time, and takes one failure for a hop that is down."""

_LONG_SECONDS = 60.0


class Watched:
    """Hears what happens at a node."""

    def __init__(self) -> None:
        self._heard: queue.Queue[NodeEvent] = queue.Queue()

    def __call__(self, event: NodeEvent) -> None:
        self._heard.put(event)

    def wait_for(self, choose: Callable[[NodeEvent], T | None]) -> T:
        """Wait for an event of which something is wanted, and pass over those before it."""
        while True:
            found = choose(self._heard.get(timeout=_LONG_SECONDS))
            if found is not None:
                return found

    def settled(self) -> tuple[Address, Outcome]:
        """Wait for the next recipient that is settled for good."""

        def choose(event: NodeEvent) -> tuple[Address, Outcome] | None:
            if not isinstance(event, RecipientSettled) or isinstance(event.settlement.outcome, Deferred):
                return None
            return event.settlement.queued.recipient.address, event.settlement.outcome

        return self.wait_for(choose)

    def turned(self) -> HopTurned:
        """Wait for the next hop that goes down, or is up again."""
        return self.wait_for(lambda event: event if isinstance(event, HopTurned) else None)

    def outcome_for(self, address: str) -> Outcome:
        """Wait until an address is settled for good."""
        while True:
            found, outcome = self.settled()
            if found.email_address == address:
                return outcome
