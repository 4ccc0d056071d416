"""A next hop: what waits for it in this process, and how fast it may go."""

from __future__ import annotations

from collections import deque

import attrs

from msgcore.base.records import record
from msgcore.model.address import Address
from msgcore.mta.forms import ContentForms
from msgcore.mta.manager.pace import Pace
from msgcore.mta.queue.contract import NOBODY, Claim, QueuedRecipient
from msgcore.mta.routing.connector import Connector

# What a session takes at once should be done in this time; a hop is thought to be slow before it has shown its pace.
_STRETCH_SECONDS = 0.25
_SLOW_SECONDS = 1.0

__all__ = ["Addressee", "Hop", "Parcel", "hop_name"]


def hop_name(connector: str, next_hop: str) -> str:
    """Name a next hop in the queue: two connectors to one host are two ways."""
    return f"{connector} {next_hop}"


@record
class Addressee:
    """A claimed recipient, and what the directory made of his address: that is what is routed."""

    queued: QueuedRecipient
    address: Address

    def after_failure_of(self, connector: str) -> Addressee:
        """Count that a connector did not open for it."""
        attempts = self.queued.attempts
        counted = {**attempts, connector: attempts.get(connector, 0) + 1}
        return attrs.evolve(self, queued=attrs.evolve(self.queued, attempts=counted))


@record
class Parcel:
    """Recipients of one message that go to one next hop; ``failed`` are the connectors that did not open this time."""

    claim: Claim
    content: ContentForms
    addressees: tuple[Addressee, ...]
    claimed_at: float
    failed: frozenset[str] = NOBODY


class Hop:
    """Where a connector takes its parcels, and those that wait for a session."""

    def __init__(self, connector: Connector, next_hop: str, pace: Pace) -> None:
        self.connector = connector
        self.next_hop = next_hop
        self.name = hop_name(connector.name, next_hop)
        self.pace = pace
        self.waiting: deque[Parcel] = deque()
        self.noted_down_until: float | None = None
        """What is written down of it for other workers."""

        self._seconds_each = _SLOW_SECONDS
        self._starting = 0
        self.heard_at = 0.0
        """When the next hop said something last, on the monotonic clock."""
        self.has_answered = False
        """Whether it has said anything since it is known here."""

    @property
    def is_down(self) -> bool:
        return self.pace.is_down_until is not None

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.pace.busy

    def is_silent(self, now: float, seconds: float) -> bool:
        """Say whether all sessions are at work, and none has heard anything for so long."""
        return self.pace.busy >= self.pace.state.window and now - self.heard_at > seconds

    # Sessions: each begins, takes parcels again and again, and ends.

    def begin(self, now: float, most: int) -> bool:
        """Let a session begin if the pace has a place for it, and something waits that nobody else will take."""
        if len(self.waiting) <= self._starting * self._stretch(most) or not self.pace.can_start(now):
            return False
        if not self.pace.busy:
            self.heard_at = now
        self.pace.started()
        self._starting += 1
        return True

    def take(self, most: int) -> list[Parcel]:
        """Take what a session delivers next, up to ``most``: much at a hop that is quick, one by one at a slow one."""
        return [self.waiting.popleft() for _ in range(min(len(self.waiting), self._stretch(most)))]

    def _stretch(self, most: int) -> int:
        return max(1, min(most, int(_STRETCH_SECONDS / self._seconds_each)))

    def started(self) -> None:
        """Note that a session has begun to take."""
        self._starting -= 1

    def heard(self, now: float) -> None:
        """Note that the next hop said something."""
        self.heard_at = now
        self.has_answered = True

    def took(self, seconds_each: float) -> None:
        """Note how long each message of a stretch took."""
        self._seconds_each += (max(seconds_each, 1e-6) - self._seconds_each) / 4

    def take_all(self) -> list[Parcel]:
        parcels = list(self.waiting)
        self.waiting.clear()
        return parcels
