"""When a submission is tried again, and until when: pure functions of its terms, the policy and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from msgcore.errors import UsageError
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState

__all__ = ["RetryPolicy", "ends_at", "is_expired", "is_given_up", "next_try"]


@attrs.frozen
class RetryPolicy:
    """The wait doubles from ``shortest`` to ``longest``; after ``lifetime`` a submission is given up.

    One that lay in the outbox for so long, for the machine was off, has its tries first: until the wait is the longest,
    or for a lifetime where that is shorter.

    Each wait is longer by up to ``jitter`` of itself, so that what was deferred together does not come back together.

    Raises:
        UsageError: the waits do not rise, or ``jitter`` is not from 0 to 1.
    """

    shortest: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)
    lifetime: timedelta = timedelta(days=2)
    lease_seconds: float = 600.0
    jitter: float = 0.1

    def __attrs_post_init__(self) -> None:
        if not timedelta(0) < self.shortest <= self.longest:
            raise UsageError(f"shortest {self.shortest} and longest {self.longest}: need waits that rise")
        if not 0 <= self.jitter <= 1:
            raise UsageError(f"jitter {self.jitter}: need 0 to 1")


def next_try(
    item: OutgoingItem, now: datetime, tries: int, policy: RetryPolicy, chance: float, asked_seconds: float = 0.0
) -> datetime:
    """Say when a submission is tried again after ``tries`` waits; ``chance`` is from 0 up to 1.

    Not before a service wants it that has asked for so many seconds, but for no longer than its lifetime goes on. What
    expires earlier is looked at then, so that its sender is told at once.
    """
    wait = min(policy.longest, policy.shortest * (1 << min(tries, 20)))
    if asked_seconds > wait.total_seconds():
        asked = timedelta(seconds=min(asked_seconds, policy.lifetime.total_seconds()))
        wait = max(wait, min(asked, policy.lifetime - (now - item.terms.due_at(item.submitted_at))))
    due_at = now + wait * (1 + policy.jitter * chance)
    return due_at if item.terms.expires_at is None else min(due_at, item.terms.expires_at)


def is_expired(item: OutgoingItem, now: datetime) -> bool:
    """Whether its terms say that no try is made any more."""
    return item.terms.expires_at is not None and item.terms.expires_at <= now


def ends_at(item: OutgoingItem) -> datetime | None:
    """Say when a held submission ends by itself: as it expires, unless only outcomes are open that nobody knows."""
    is_open = any(not outcome.is_final for outcome in item.outcomes.values())
    return item.terms.expires_at if item.state is OutgoingState.HELD and is_open else None


def is_given_up(item: OutgoingItem, now: datetime, policy: RetryPolicy) -> bool:
    """Whether a try that did not succeed was the last."""
    if is_expired(item, now):
        return True
    return now - item.terms.due_at(item.submitted_at) > policy.lifetime and _had_its_tries(item.tries, policy)


def _had_its_tries(tries: int, policy: RetryPolicy) -> bool:
    waited, wait = timedelta(0), policy.shortest
    for _ in range(tries):
        if wait >= policy.longest or waited >= policy.lifetime:
            break
        waited, wait = waited + wait, wait * 2
    return tries > 0 and (wait >= policy.longest or waited >= policy.lifetime)
