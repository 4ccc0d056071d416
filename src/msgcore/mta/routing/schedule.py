"""Schedules: when a connector's way out is open.

*Theory of operation.* Windows are stretches of a week of wall clock time, and what the wall clock
of the time zone shows decides. So a window from 02:00 to 03:00 is open for two hours on the night in which that hour
comes twice, and not at all on the night that has none. Between two changes of the zone's offset the wall clock runs as
any clock does: :meth:`Schedule.opens_at` steps from one change to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from msgcore.errors import UsageError

__all__ = ["Schedule"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(_DAYS)
_WINDOW = re.compile(
    rf"(?:((?:{_DAY})(?:-(?:{_DAY}))?(?:,(?:{_DAY})(?:-(?:{_DAY}))?)*) )?(\d\d):([0-5]\d)-(\d\d):([0-5]\d)",
    re.IGNORECASE,
)
_SECOND = timedelta(seconds=1)
_DAY_LONG = timedelta(days=1)
_WEEK = timedelta(days=7)
_NO_TIME = timedelta(0)

_Span = tuple[timedelta, timedelta]
"""From when to before when, counted from Monday 00:00; it may end in the week after."""


def _texts(windows: Iterable[str]) -> tuple[str, ...]:
    if isinstance(windows, str):
        raise UsageError(f"schedule: need a sequence of windows; write [{windows!r}]")
    return tuple(windows)


@attrs.frozen
class Schedule:
    """Open in each of ``windows``, by the wall clock of ``time_zone`` (a name of the IANA database).

    A window is ``Mon-Fri 08:00-18:00``, ``Sat,Sun 00:00-24:00``, ``22:00-06:00`` (every day, into the next). A schedule
    without windows never opens by itself: mail waits until the other side calls (remote-initiated).

    Raises:
        UsageError: a window is not of that form, or there is no such time zone.
    """

    windows: tuple[str, ...] = attrs.field(converter=_texts, default=())
    time_zone: str = "UTC"
    _zone: tzinfo = attrs.field(init=False, repr=False, eq=False)
    _spans: tuple[_Span, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_zone", _zone(self.time_zone))
        object.__setattr__(self, "_spans", tuple(span for window in self.windows for span in _spans_of(window)))

    @property
    def is_remote_initiated(self) -> bool:
        """Whether only the other side opens it, by a call."""
        return not self.windows

    def is_open(self, at: datetime) -> bool:
        """Say whether a window is open at an aware time."""
        into_week = _into_week(at.astimezone(self._zone))
        return any(
            start <= into_week < end or start <= into_week + _WEEK < end  # the second: it began last Sunday
            for start, end in self._spans
        )

    def opens_at(self, at: datetime) -> datetime | None:
        """Give the first time from ``at`` on at which it is open, in UTC; ``None`` if it never opens by itself."""
        if not self._spans:
            return None
        at = at.astimezone(UTC)
        while not self.is_open(at):
            # As if the offset stayed, which no zone changes twice within a week.
            later = at + self._until_opening(at)
            at = later if self._offset(later) == self._offset(at) else self._change(at, later)
        return at

    def _until_opening(self, at: datetime) -> timedelta:
        into_week = _into_week(at.astimezone(self._zone))
        return min((start - into_week) % _WEEK for start, _ in self._spans)

    def _offset(self, at: datetime) -> timedelta:
        return at.astimezone(self._zone).utcoffset() or _NO_TIME

    def _change(self, before: datetime, after: datetime) -> datetime:
        """Find the second at which the offset changes, between two times that have different ones."""
        old = self._offset(before)
        low, high = before.replace(microsecond=0), after
        while high - low > _SECOND:
            middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
            if self._offset(middle) == old:
                low = middle
            else:
                high = middle
        return high.replace(microsecond=0)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"time zone {name!r}: there is none of this name on this system") from error


def _into_week(local: datetime) -> timedelta:
    return timedelta(
        days=local.weekday(),
        hours=local.hour,
        minutes=local.minute,
        seconds=local.second,
        microseconds=local.microsecond,
    )


def _spans_of(window: str) -> Iterator[_Span]:
    found = _WINDOW.fullmatch(window)
    if found is None:
        raise UsageError(f"window {window!r}: write it as 'Mon-Fri 08:00-18:00', 'Sat,Sun 00:00-24:00', '22:00-06:00'")
    days, *numbers = found.groups()
    opens, closes = (timedelta(hours=int(h), minutes=int(m)) for h, m in (numbers[:2], numbers[2:]))
    if opens >= _DAY_LONG or closes > _DAY_LONG:
        raise UsageError(f"window {window!r}: a day is from 00:00 to 24:00")
    if opens == closes:
        raise UsageError(f"window {window!r}: is empty; write 00:00-24:00 for the whole day")
    if closes < opens:
        closes += _DAY_LONG
    for day in _days(days or "mon-sun"):
        yield day + opens, day + closes


def _days(text: str) -> Iterator[timedelta]:
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        for number in range(start, end + 1 if end >= start else end + 8):
            yield timedelta(days=number % 7)
