"""When a deferred recipient is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from msgcore.errors import UsageError

__all__ = ["RetryPolicy", "has_expired", "next_try"]


@attrs.frozen
class RetryPolicy:
    """Waits double from ``shortest`` to ``longest``; how long a message is tried is said by its grade of delivery.

    Each wait is longer by up to ``jitter`` of itself, so that what was deferred together does not come back together.

    Raises:
        UsageError: the waits do not rise, or the jitter or the tries are negative.
    """

    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=4)
    jitter: float = 0.1
    least_tries: int = 4

    def __attrs_post_init__(self) -> None:
        if not timedelta(0) < self.shortest <= self.longest:
            raise UsageError(f"waits from {self.shortest} to {self.longest}: need a rising time")
        if not 0 <= self.jitter <= 1:
            raise UsageError(f"jitter {self.jitter}: need 0 to 1")
        if self.least_tries < 0:
            raise UsageError(f"least_tries {self.least_tries}: need 0 or more")


def next_try(now: datetime, tries: int, policy: RetryPolicy, random: float) -> datetime:
    """Say when a recipient is due again after ``tries`` tries, the one that has just ended among them.

    RFC 5321 section 4.5.4.1 asks for 30 minutes or more as a rule, and for more tries in the first hour.
    ``random`` is from 0 up to 1.
    """
    # Bounded before it is multiplied: a timedelta has no room for 2 to the power of many.
    doublings = min(max(tries, 1) - 1, (policy.longest // policy.shortest).bit_length())
    wait = min(policy.longest, policy.shortest * (1 << doublings))
    return now + wait * (1 + policy.jitter * random)


def has_expired(now: datetime, expires_at: datetime, tries: int, policy: RetryPolicy) -> bool:
    """Say whether a recipient that was deferred is given up: its time is over, and it had its tries.

    So a clock that jumps ahead by ten years ends nothing at once. ``tries`` are those of the recipient, or those of its
    next hop while it only waited for that, if they are more: else who waits behind others would never end.
    """
    return now >= expires_at and tries >= policy.least_tries
