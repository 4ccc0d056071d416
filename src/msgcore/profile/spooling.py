"""What a profile says of its spooler: how long mail that could not be sent is tried, and whether it may come twice."""

from __future__ import annotations

from datetime import timedelta

import attrs

from msgcore.errors import UsageError
from msgcore.spi.settings import setting

__all__ = ["SpoolerSettings"]

_YEAR = timedelta(days=366)  # what is counted from now on stays a date


@attrs.frozen(kw_only=True)
class SpoolerSettings:
    """The table ``spooler`` of a profile.

    Raises:
        UsageError: the waits do not rise, or are longer than a year, or ``lifetime`` is none.
    """

    shortest: timedelta = attrs.field(
        default=timedelta(minutes=1),
        metadata=setting("the wait before the second try; each later one is twice as long"),
    )
    longest: timedelta = attrs.field(default=timedelta(hours=1), metadata=setting("no wait is longer, but by chance"))
    lifetime: timedelta = attrs.field(
        default=timedelta(days=2), metadata=setting("what was not sent after so long is given up, and reported")
    )
    at_least_once: bool = attrs.field(
        default=False,
        metadata=setting(
            "send again what nobody knows the outcome of, so that it may come twice; else a person decides"
        ),
    )

    def __attrs_post_init__(self) -> None:
        if not timedelta(0) < self.shortest <= self.longest <= _YEAR:
            raise UsageError(f"shortest {self.shortest} and longest {self.longest}: need waits that rise, to a year")
        if self.lifetime <= timedelta(0):
            raise UsageError(f"lifetime {self.lifetime}: need a time span above 0")
