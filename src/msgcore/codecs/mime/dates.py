"""Dates of header fields (RFC 5322 sections 3.3 and 4.3), and what real mail writes in their place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from msgcore.codecs.mime.tolerated import Note, ignore
from msgcore.codecs.mime.words import without_comments

__all__ = ["format_date", "parse_date"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)}
# Hours from UTC; the military letters had their signs wrong in RFC 822 and mean nothing (RFC 5322 section 4.3).
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_DATE = re.compile(
    r"\s*+(?:[A-Za-z]{3,9}\.?\s*+,?\s*+)?(\d{1,2})[\s-]++([A-Za-z]{3})[A-Za-z]{0,6}\.?[\s-]++(\d{2,4})\s++"
    r"(\d{1,2})\s*+:\s*+(\d{1,2})(?:\s*+:\s*+(\d{1,2}))?(?:\.\d{1,9})?"
    r"(?:\s*+(?:([+-])(\d{2}):?(\d{2})|([A-Za-z]{1,5}))(?![A-Za-z:]))?"
)


def parse_date(text: str, note: Note = ignore) -> datetime | None:
    """Read a date as an aware UTC datetime, or ``None`` when it is none; a missing zone counts as UTC."""
    text = without_comments(text)
    found = _DATE.match(text)
    if found is not None:
        moment = _from_match(found)
    else:
        note("date-form", f"date {text[:80]!r} is not of the standard's form")
        moment = _from_library(text)
    if moment is None:
        note("date-malformed", f"{text[:80]!r} is no date")
    return moment


def format_date(moment: datetime) -> bytes:
    """Write a date as RFC 5322 section 3.3 has it, in UTC."""
    utc = moment.astimezone(UTC)
    month = _MONTHS[utc.month - 1].title()
    return f"{_DAYS[utc.weekday()]}, {utc.day:02} {month} {utc.year:04} {utc:%H:%M:%S} +0000".encode()


def _from_match(found: re.Match[str]) -> datetime | None:
    month = _MONTH_NUMBERS.get(found[2].lower())
    if month is None:
        return None
    year = int(found[3])
    if len(found[3]) < 4:
        year += (2000 if year < 50 else 1900) if len(found[3]) == 2 else 1900
    minutes = 0
    if found[7]:
        minutes = int(found[8]) * 60 + int(found[9])
        if minutes >= 24 * 60:
            return None
        minutes = -minutes if found[7] == "-" else minutes
    elif found[10]:
        minutes = _ZONES.get(found[10].upper(), 0) * 60
    second = min(int(found[6] or 0), 59)  # a leap second has no place in datetime
    try:
        zone = timezone(timedelta(minutes=minutes))
        return datetime(year, month, int(found[1]), int(found[4]), int(found[5]), second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_library(text: str) -> datetime | None:
    """Let the standard library read the rarer forms (asctime, ``2003-07-01``); it raises several things on bad ones."""
    try:
        parts = parsedate_tz(text[:200])
        if parts is None:
            return None
        year, month, day, hour, minute, second = parts[:6]
        zone = timezone(timedelta(seconds=parts[9] or 0))
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
