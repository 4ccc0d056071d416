"""Dates as INTERNALDATE and SAVEDATE have them (RFC 9051 section 9, ``date-time``)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from msgcore.wire.imap.lexer import NotUnderstood

__all__ = ["date_time"]

_DATE = re.compile(
    rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[ ]+([+-])(\d{2}):?(\d{2}))?[ ]*"
)
_USUAL = re.compile(rb"([0-3 ]\d)-([A-Z][a-z][a-z])-(\d{4}) ([0-2]\d):([0-5]\d):([0-5]\d) ([+-]\d{4})")
_MONTHS = {
    name: number
    for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}  # fmt: skip

_AS_SENT = {name.capitalize(): number for name, number in _MONTHS.items()}


def date_time(octets: bytes) -> datetime:
    """Read ``17-Jul-1996 02:44:25 -0700``; without a zone it is UTC.

    Raises:
        NotUnderstood: it is none, such as ``00-Jan-0000``.
    """
    usual = _USUAL.fullmatch(octets)
    if usual is not None:
        day, month, year, hour, minute, second, zone = usual.groups()
        number = _AS_SENT.get(month)
        if number is not None:
            try:
                return datetime(
                    int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=_offset(zone)
                )  # fmt: skip
            except ValueError as error:
                raise NotUnderstood(f"{octets[:40]!r} is no date") from error
    found = _DATE.fullmatch(octets)
    if found is None:
        raise NotUnderstood(f"{octets[:40]!r} is no date")
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    try:
        return datetime(
            int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), min(int(second or 0), 59),
            tzinfo=_zone(sign or b"+", int(zone_hours or 0), int(zone_minutes or 0)),
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise NotUnderstood(f"{octets[:40]!r} is no date") from error


@lru_cache(256)
def _zone(sign: bytes, hours: int, minutes: int) -> timezone:
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == b"-" else offset)


@lru_cache(256)
def _offset(zone: bytes) -> timezone:
    return _zone(zone[:1], int(zone[1:3]), int(zone[3:]))
