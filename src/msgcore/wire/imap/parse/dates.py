"""Dates as INTERNALDATE and SAVEDATE have them (RFC 9051 section 9, ``date-time``)."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone
from functools import lru_cache

from msgcore.wire.imap.lexer import NotUnderstood

__all__ = ["date_time"]

_DATE = re.compile(
    rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[ ]+([+-])(\d{2}):?(\d{2}))?[ ]*"
)
_USUAL = re.compile(rb"[0-3 ]\d-[A-Z][a-z][a-z]-\d{4} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [+-]\d{4}")
_OUTERMOST = (MINYEAR, MAXYEAR)
_MONTHS = {
    name: number
    for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}  # fmt: skip


def date_time(octets: bytes) -> datetime:
    """Read ``17-Jul-1996 02:44:25 -0700``; without a zone it is UTC.

    Raises:
        NotUnderstood: it is none, such as ``00-Jan-0000``, or none that UTC has, such as ``01-Jan-0001`` to the east.
    """
    if _USUAL.fullmatch(octets):
        try:
            return _in_bounds(datetime.fromisoformat((_day(octets[:11]) + octets[11:20] + octets[21:]).decode()))
        except (KeyError, ValueError):
            pass  # what is wrong with it is said below
    found = _DATE.fullmatch(octets)
    if found is None:
        raise NotUnderstood(f"{octets[:40]!r} is no date")
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    try:
        return _in_bounds(datetime(
            int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), min(int(second or 0), 59),
            tzinfo=_zone(sign or b"+", int(zone_hours or 0), int(zone_minutes or 0)),
        ))  # fmt: skip
    except (KeyError, ValueError) as error:
        raise NotUnderstood(f"{octets[:40]!r} is no date") from error


def _in_bounds(moment: datetime) -> datetime:
    """Give a moment back if UTC has it, too; raises ``ValueError``."""
    if moment.year in _OUTERMOST:
        try:
            moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("out of bounds in UTC") from error
    return moment


@lru_cache(256)
def _zone(sign: bytes, hours: int, minutes: int) -> timezone:
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == b"-" else offset)


@lru_cache(1024)
def _day(octets: bytes) -> bytes:
    return b"%b-%02d-%b" % (octets[7:], _MONTHS[octets[3:6].lower()], octets[:2].replace(b" ", b"0"))
