"""Hosts at the other end of a connector: how quick they are, what they take, and when they are down."""

from __future__ import annotations

import random
from collections.abc import Sequence

import attrs

__all__ = ["CONNECT_SECONDS", "DAY", "Habits", "Host", "Reply", "Try"]

DAY = 86_400.0
CONNECT_SECONDS = 30.0
"""How long a host is waited for that takes connections and stays silent, or does not answer at all."""

_NEVER = float("inf")


@attrs.frozen
class Habits:
    """How a host behaves. All times are in seconds.

    It is up for ``mean_up`` and down for ``mean_down`` on the average, both drawn from an exponential distribution;
    besides, it is down in each of ``windows`` (from, to), counted from the start of the simulation, and every day in
    ``nightly``. Down it refuses at once, or says nothing (``is_silent``). Up it fails ``dead_share`` of the
    connections, as a name does of whose addresses so many are dead, and defers ``deferring`` of the recipients by 4yz.
    """

    latency: float = 0.05
    service: float = 0.1
    octets_a_second: float = 2_000_000.0
    sessions: int = 20
    mean_up: float = _NEVER
    mean_down: float = 0.0
    windows: tuple[tuple[float, float], ...] = ()
    nightly: tuple[float, float] | None = None
    is_silent: bool = False
    dead_share: float = 0.0
    deferring: float = 0.0


class Reply:
    """What came of a try: constants, as there are tens of millions."""

    TAKEN = 0
    DEFERRED = 1
    NO_SERVER = 2


Try = tuple[int, float]
"""What came of it, and after how many seconds."""


class Host:
    """A host, asked at times that never go back."""

    def __init__(self, name: str, habits: Habits, seed: int) -> None:
        self.name = name
        self.habits = habits
        self.busy = 0
        self.up_since = 0.0
        """When it last came up."""
        self.outages = 0
        self._random = random.Random(seed)
        self._is_up_by_chance = True
        self._changes_at = self._random.expovariate(1 / habits.mean_up) if habits.mean_up < _NEVER else _NEVER

    def is_up(self, at: float) -> bool:
        if at >= self._changes_at:
            self._go_on(at)
        habits = self.habits
        if not self._is_up_by_chance:
            return False
        if habits.windows or habits.nightly is not None:
            for start, end in (*habits.windows, *self._nights(at)):
                if start <= at < end:
                    return False
                if end <= at:
                    self.up_since = max(self.up_since, end)
        return True

    def _nights(self, at: float) -> Sequence[tuple[float, float]]:
        if self.habits.nightly is None:
            return ()
        start, end = self.habits.nightly
        day = at // DAY * DAY
        return ((day + start, day + end),)

    def _go_on(self, at: float) -> None:
        while at >= self._changes_at:
            self._is_up_by_chance = not self._is_up_by_chance
            if self._is_up_by_chance:
                self.up_since = self._changes_at
                mean = self.habits.mean_up
            else:
                self.outages += 1
                mean = self.habits.mean_down
            self._changes_at += self._random.expovariate(1 / mean)

    def connect(self, at: float, octets: int) -> Try:
        """Say what comes of a delivery that begins now; it is busy with it until :meth:`hung_up`."""
        habits = self.habits
        self.busy += 1
        if not self.is_up(at):
            return Reply.NO_SERVER, CONNECT_SECONDS if habits.is_silent else habits.latency
        if self.busy > habits.sessions:
            return Reply.NO_SERVER, 2 * habits.latency  # 421: too many sessions
        draw = self._random.random
        if habits.dead_share and draw() < habits.dead_share:
            return Reply.NO_SERVER, CONNECT_SECONDS if habits.is_silent else habits.latency
        if habits.deferring and draw() < habits.deferring:
            return Reply.DEFERRED, 3 * habits.latency
        return Reply.TAKEN, 4 * habits.latency + habits.service + octets / habits.octets_a_second

    def hung_up(self) -> None:
        self.busy -= 1
