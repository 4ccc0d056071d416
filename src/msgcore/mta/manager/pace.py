"""How many deliveries go to one next hop at a time: Postfix's feedback, and the open retry of Exchange's connectors.

Theory of operation. A hop is *up* or *down*.

Up, it has a window, which follows what its deliveries say (Postfix 2.5, SCHEDULER_README). Each one that connects
brings credit; once that makes a whole, at the *end* of a cycle, the window grows by one. The first failure of a cycle
shrinks it at once, so that a server with a limit defers little mail; the failures after it are debited to the same
cycle. Failures without a success between them add up to cohorts, 1/window each; past ``cohort_limit`` the hop is down.

Down, nothing goes to it until a time, which comes later with each failure. From then on it is *half open*: one delivery
at a time. What connects brings the hop up again, with a window of as many as are under way, usually one: it grows from
there, and a server that takes fewer sessions than a new hop is given is not flooded again. What fails keeps the hop
down for longer.

Only what says something about the way counts as a failure: no connection, no greeting, or 421. A recipient that is
deferred does not: the server is there.
"""

from __future__ import annotations

import attrs

from msgcore.errors import UsageError

__all__ = ["HopState", "Pace", "PaceLimits"]

# A third, three times, makes a whole.
_ROUNDING = 1e-6
# Of a float.
_MOST_DOUBLINGS = 1_023


@attrs.frozen
class PaceLimits:
    """How a hop is paced. ``feedback`` is what one delivery counts; ``None`` is one part of the window.

    With one part of the window, a server that takes so many sessions and no more defers one of (sessions + 1) messages.
    A fixed 1/4 still grows when one of four servers behind an address is dead, where the other hardly does.

    Raises:
        UsageError: a limit makes no sense.
    """

    initial: int = 5
    most: int = 20
    feedback: float | None = None
    cohort_limit: float = 1.0
    shortest_wait_seconds: float = 300.0
    longest_wait_seconds: float = 4_000.0

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.initial <= self.most:
            raise UsageError(f"deliveries to a hop: from {self.initial} up to {self.most}; need 1 or more, rising")
        if self.feedback is not None and not 0 < self.feedback <= 1:
            raise UsageError(f"feedback {self.feedback}: need more than 0, up to 1")
        if not self.cohort_limit >= 0:
            raise UsageError(f"cohort_limit {self.cohort_limit}: need 0 or more")
        if not 0 < self.shortest_wait_seconds <= self.longest_wait_seconds:
            raise UsageError(
                f"open retry from {self.shortest_wait_seconds} to {self.longest_wait_seconds} seconds: need a rising"
                " time"
            )

    def wait_seconds(self, failures: int) -> float:
        """Say how long a hop stays down that was found down so many times in a row, 1 or more."""
        return min(self.longest_wait_seconds, self.shortest_wait_seconds * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))


@attrs.frozen
class HopState:
    """What is worth keeping of a hop: ``failures`` counts how often it was found down since it was last up.

    ``down_until`` is in seconds, on the clock that the caller goes by; ``None`` is up.
    """

    window: int
    cohorts: float = 0.0
    failures: int = 0
    down_until: float | None = None


class Pace:
    """The deliveries to one hop: :meth:`started`, perhaps :meth:`succeeded` or :meth:`connect_failed`, :meth:`ended`.

    Belongs to one loop or thread. ``now`` is in seconds, always on the same clock.
    """

    def __init__(self, limits: PaceLimits | None = None) -> None:
        self._limits = limits or PaceLimits()
        self._state = HopState(self._limits.initial)
        self._busy = 0
        self._credit = 0.0
        self._debit = 0.0

    @property
    def limits(self) -> PaceLimits:
        return self._limits

    @limits.setter
    def limits(self, limits: PaceLimits) -> None:
        """Follow other limits from now on; the window keeps what it has learnt, as far as that is allowed."""
        self._limits = limits
        self._set_window(min(self._state.window, limits.most))

    @property
    def state(self) -> HopState:
        return self._state

    @property
    def busy(self) -> int:
        """Deliveries that have started and not ended."""
        return self._busy

    @property
    def is_down_until(self) -> float | None:
        """The time until when nothing is tried; after it the hop is half open, until a success makes this ``None``."""
        return self._state.down_until

    def learn(self, state: HopState, now: float) -> None:
        """Take over what was written down, before a restart or by another worker."""
        down_until = state.down_until
        if down_until is not None:
            # The clock may have been set since; nobody waits for longer than the longest wait.
            down_until = min(down_until, now + self._limits.longest_wait_seconds)
        window = max(1, min(state.window, self._limits.most))
        self._state = HopState(window, max(0.0, state.cohorts), max(0, state.failures), down_until)
        self._credit = self._debit = 0.0

    def free_slots(self, now: float) -> int:
        """Say how many deliveries may start now."""
        down_until = self._state.down_until
        if down_until is None:
            return max(0, self._state.window - self._busy)
        return 1 if now >= down_until and not self._busy else 0

    def can_start(self, now: float) -> bool:
        return self.free_slots(now) > 0

    def started(self) -> None:
        self._busy += 1

    def ended(self) -> None:
        """Give the slot back; what the delivery says has to be said before."""
        self._busy -= 1

    def succeeded(self) -> bool:
        """Note a delivery that reached the server, whatever became of its recipients.

        True when the hop was down: then what waits for it should be made due.
        """
        state = self._state
        if state.down_until is not None:
            self._state = HopState(max(1, min(self._busy, self._limits.initial)))
            self._credit = self._debit = 0.0
            return True
        if state.cohorts or state.failures:
            self._state = attrs.evolve(state, cohorts=0.0, failures=0)
        # A window that is not used would grow without anybody having tried it.
        if state.window < min(self._limits.most, self._busy + self._limits.initial):
            self._add_credit()
        return False

    def _add_credit(self) -> None:
        self._credit += self._feedback()
        if self._credit >= 1 - _ROUNDING:
            self._credit -= 1
            self._debit = 0.0
            self._set_window(self._state.window + 1)

    def connect_failed(self, now: float, asked_seconds: float | None = None) -> None:
        """Note a delivery that found no server: no connection, no greeting, or 421.

        One that asks for patience is down at once, for so long, up to the longest wait.
        """
        state = self._state
        if asked_seconds:
            until, known = now + min(asked_seconds, self._limits.longest_wait_seconds), state.down_until or now
            is_news = known <= now
            self._state = attrs.evolve(state, failures=state.failures + is_news, down_until=max(until, known))
            return
        if state.down_until is not None:
            if now >= state.down_until:
                self._go_down(now)
            return  # else it started before the hop was known to be down, and says nothing new
        cohorts = state.cohorts + 1 / state.window
        self._state = attrs.evolve(state, cohorts=cohorts)
        if cohorts > self._limits.cohort_limit + _ROUNDING:
            self._go_down(now)
            return
        self._debit -= self._feedback()
        if self._debit < -_ROUNDING:
            self._debit += 1
            self._credit = 0.0
            self._set_window(max(1, state.window - 1))

    def _feedback(self) -> float:
        fixed = self._limits.feedback
        return 1 / self._state.window if fixed is None else fixed

    def _set_window(self, window: int) -> None:
        self._state = attrs.evolve(self._state, window=window)

    def _go_down(self, now: float) -> None:
        failures = self._state.failures + 1
        self._state = attrs.evolve(self._state, failures=failures, down_until=now + self._limits.wait_seconds(failures))
