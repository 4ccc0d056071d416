"""What a run is asked for: delays, series over time, and what came of the messages."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

import attrs

__all__ = ["Delays", "Measures", "Series"]

_STEPS = 50
"""Buckets for each factor of e: a percentile is exact to 2 %."""


class Delays:
    """A histogram of delays: its buckets grow by 2 % each, so that millions of delays take no room."""

    def __init__(self) -> None:
        self.count = 0
        self.most = 0.0
        self._buckets: dict[int, int] = {}

    def add(self, seconds: float) -> None:
        bucket = int(_STEPS * math.log(seconds)) if seconds > 1e-3 else -_STEPS * 7
        buckets = self._buckets
        buckets[bucket] = buckets.get(bucket, 0) + 1
        self.count += 1
        self.most = max(self.most, seconds)

    def percentile(self, percent: float) -> float:
        """Give the delay that so many percent of all do not exceed, in seconds; 0 if there is none."""
        left = self.count * percent / 100
        for seconds, count in self._sorted():
            left -= count
            if left <= 0:
                return min(seconds, self.most)
        return self.most

    def shares(self) -> list[tuple[float, float]]:
        """Give points of the distribution: a delay, and the share of all that is not above it."""
        below, points = 0, list[tuple[float, float]]()
        for seconds, count in self._sorted():
            below += count
            points.append((min(seconds, self.most), below / self.count))
        return points

    def _sorted(self) -> Iterator[tuple[float, int]]:
        for bucket in sorted(self._buckets):
            yield math.exp((bucket + 1) / _STEPS), self._buckets[bucket]


class Series:
    """Counts by stretches of time."""

    def __init__(self, stretch_seconds: float) -> None:
        self.stretch_seconds = stretch_seconds
        self.counts = array("q")

    def add(self, at: float, count: int = 1) -> None:
        number = int(at / self.stretch_seconds)
        counts = self.counts
        if number >= len(counts):
            counts.extend([0] * (number + 1 - len(counts)))
        counts[number] += count


@attrs.define(eq=False)
class Measures:
    """What was seen in a run. ``delays`` are from acceptance at the first site to the last delivery, by grade."""

    stretch_seconds: float
    delays: tuple[Delays, Delays, Delays] = attrs.field(factory=lambda: (Delays(), Delays(), Delays()))
    accepted: int = 0
    delivered: int = 0
    expired: int = 0
    refused: int = 0
    refused_as_loops: int = 0
    rerouted: int = 0
    """Messages of which one went another way than the first choice, at any site."""
    deferred: int = 0
    """Messages that had to wait for another try, or for a next hop that was down, at any site."""
    decisions: int = 0
    tries: int = 0
    failed_tries: int = 0
    deferred_tries: int = 0
    site_hops: int = 0
    most_site_hops: int = 0
    been_twice: int = 0
    """Messages that came back to a site."""
    most_waiting: int = 0
    went_down: int = 0
    """How often a next hop was found down."""
    first_after: Delays = attrs.field(factory=Delays)
    """From the end of an outage to the first delivery, where mail was waiting."""
    drained_after: Delays = attrs.field(factory=Delays)
    """From that delivery until nobody waits for that next hop any more."""
    most_tries_while_down: int = 0
    """Connections to one host that was known to be down, within one minute."""
    most_tries_after: int = 0
    """Connections to one host within ten seconds after the one that found it up again."""
    most_backlog: int = 0
    """The most messages that waited for one host when it was found up again."""
    chosen: dict[str, int] = attrs.field(factory=dict[str, int])
    """How many messages each exit was the router's first choice for."""
    carried: dict[str, int] = attrs.field(factory=dict[str, int])
    """How many messages each exit delivered."""
    checked: int = 0
    """Decisions that were made again by looking through the whole table."""
    accepted_at: Series = attrs.field(init=False)
    delivered_at: Series = attrs.field(init=False)
    failed_at: Series = attrs.field(init=False)
    watched_waiting: dict[int, int] = attrs.field(factory=dict[int, int])
    """How many waited for the watched host, by the stretch."""
    watched_tries: Series = attrs.field(init=False)
    watched_failures: Series = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.accepted_at = Series(self.stretch_seconds)
        self.delivered_at = Series(self.stretch_seconds)
        self.failed_at = Series(self.stretch_seconds)
        self.watched_tries = Series(self.stretch_seconds)
        self.watched_failures = Series(self.stretch_seconds)

    @property
    def ended(self) -> int:
        return self.delivered + self.expired + self.refused
