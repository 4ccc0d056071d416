"""How much an MTA does at once, how it waits, and how it reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs

from msgcore.errors import UsageError
from msgcore.mta.manager.pace import PaceLimits
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.reports.settings import ReportSettings

__all__ = ["ManagerSettings"]


def _between(least: float, most: float) -> Callable[[object, Any, float], None]:
    def check(_: object, field: Any, value: float) -> None:
        if not least <= value <= most:
            raise UsageError(f"{field.name} {value}: need {least:,} to {most:,}")

    return check


@attrs.frozen
class ManagerSettings:
    """What is the same for all of an MTA's connectors.

    ``batch`` recipients are claimed at once, and about ``most_in_hand`` of messages of ``most_octets_in_hand`` are in
    hand; one session takes up to
    ``stretch`` messages one behind the other. A hop whose sessions have said nothing for ``silence_seconds`` gets no
    more meanwhile. ``poll_seconds`` is how often it looks for mail that other processes have taken in,
    ``reload_seconds`` for a new table and for what others found out about next hops. A node forgets messages that ended
    more than ``keep_days`` ago, with what tracking knows of them.

    Raises:
        UsageError: a number makes no sense.
    """

    batch: int = attrs.field(default=100, validator=_between(1, 10_000))
    most_in_hand: int = attrs.field(default=1_000, validator=_between(1, 100_000))
    most_octets_in_hand: int = attrs.field(default=256 * 1024 * 1024, validator=_between(1, 2**40))
    stretch: int = attrs.field(default=20, validator=_between(1, 1_000))
    lease_seconds: float = attrs.field(default=600.0, validator=_between(0.001, 24 * 3_600.0))
    silence_seconds: float = attrs.field(default=10.0, validator=_between(0.001, 24 * 3_600.0))
    poll_seconds: float = attrs.field(default=1.0, validator=_between(0.001, 24 * 3_600.0))
    reload_seconds: float = attrs.field(default=2.0, validator=_between(0.0, 24 * 3_600.0))
    keep_days: float = attrs.field(default=30.0, validator=_between(0.0, 100 * 365.0))
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    pace: PaceLimits = attrs.field(factory=PaceLimits)
    reports: ReportSettings = attrs.field(factory=ReportSettings)

    @property
    def keep(self) -> timedelta:
        return timedelta(days=self.keep_days)
