"""Clocks, deadlines and MAPI's time stamps."""

from __future__ import annotations

import math
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import attrs

from msgcore.errors import LimitExceeded, TimedOut, UsageError

__all__ = [
    "DAYS",
    "MONTHS",
    "Clock",
    "Deadline",
    "SystemClock",
    "datetime_from_filetime",
    "filetime_from_datetime",
    "local_time",
    "parse_duration",
]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As dates of RFC 5322 and of ctime have them."""

_DURATION = re.compile(r"([0-9]{1,9})(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)  # to multiply it takes half as long as to make another


class Clock(Protocol):
    """Where time comes from; tests hand in one that they move."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, from an unnamed start."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    monotonic = staticmethod(time.monotonic)


@attrs.frozen
class Deadline:
    """The moment, on a monotonic clock, when a public call must have ended; ``inf`` is never."""

    at: float = math.inf
    clock: Clock = attrs.field(factory=SystemClock, repr=False, eq=False)

    @classmethod
    def after(cls, seconds: float | None, clock: Clock | None = None) -> Deadline:
        """Start a deadline that ends ``seconds`` from now; ``None`` is never.

        Raises:
            UsageError: ``seconds`` is no number.
        """
        clock = clock or SystemClock()
        if seconds is None:
            return cls(math.inf, clock)
        try:
            at = clock.monotonic() + seconds
        except (TypeError, OverflowError) as error:
            raise UsageError(f"timeout_seconds: need a number of seconds, got {seconds!r}") from error
        if math.isnan(at):  # it would never come
            raise UsageError("timeout_seconds: need a number of seconds, got nan")
        return cls(at, clock)

    def remaining_seconds(self) -> float:
        """Seconds left, zero or more; ``inf`` when the deadline never comes."""
        return self.at if math.isinf(self.at) else max(0.0, self.at - self.clock.monotonic())

    @property
    def is_past(self) -> bool:
        return self.at <= self.clock.monotonic()

    def later(self, seconds: float) -> Deadline:
        """Give the deadline that ends ``seconds`` after this one."""
        return Deadline(self.at + seconds, self.clock)

    def or_sooner(self, other: Deadline) -> Deadline:
        """Give the one of two deadlines on the same clock that ends first."""
        return self if self.at <= other.at else other

    def check(self, doing: str) -> None:
        """Go on when time is left.

        Raises:
            TimedOut: none is.
        """
        if self.at <= self.clock.monotonic():
            raise TimedOut(f"{doing}: the deadline has passed")

    def sooner(self, seconds: float) -> Deadline:
        """This deadline, or one ``seconds`` from now when that is sooner."""
        return Deadline(min(self.at, self.clock.monotonic() + seconds), self.clock)


def local_time(moment: datetime) -> datetime:
    """Take a time without a zone for local time, as Python does.

    Raises:
        UsageError: there is no such moment: it is at one end of what a ``datetime`` can say.
    """
    try:
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{moment} is no moment in local time; give it a zone: tzinfo=UTC") from error


def parse_duration(text: str) -> timedelta:
    """Read a time span as people write it: ``90s``, ``30m``, ``4h``, ``5d``.

    Raises:
        UsageError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no time span; need one such as 90s, 30m, 4h or 5d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def filetime_from_datetime(moment: datetime) -> int:
    """Count the 100-nanosecond intervals since 1601-01-01 UTC ([MS-DTYP] section 2.3.3).

    Raises:
        ValueError: ``moment`` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no place on the time line; give it a tzinfo")
    since = moment - _FILETIME_EPOCH
    return (since.days * 86_400 + since.seconds) * 10_000_000 + since.microseconds * 10


def datetime_from_filetime(intervals: int) -> datetime:
    """Turn a FILETIME into an aware UTC datetime; less than a microsecond is cut off.

    Raises:
        LimitExceeded: the moment lies outside the years 1 to 9999.
    """
    try:
        return _FILETIME_EPOCH + _MICROSECOND * (intervals // 10)
    except OverflowError as error:
        raise LimitExceeded(f"FILETIME {intervals} lies outside the years 1 to 9999") from error
