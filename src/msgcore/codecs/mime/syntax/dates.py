"""Dates of header fields (RFC 5322 sections 3.3 and 4.3), and what real mail writes in their place.

The form of the RFC is read with one expression. In any other, the time is found first and then the zone, which stands
behind it as a rule; what remains is the date: ``1 Jul 2003``, ``July 1st, 2003``, ``2003-07-01``, ``01/07/2003``.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime, timedelta

from msgcore.base.times import DAYS, MONTHS
from msgcore.codecs.mime.syntax.tolerated import Note, ignore
from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.errors import UsageError

__all__ = ["format_date", "parse_date"]

_TWO_DIGITS = {name: f"{number:02}" for number, name in enumerate(MONTHS, 1)}
_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_LONGEST = 200

# ``Tue, 01 Jul 2003 10:52:37 +0200 (CEST)``, which nearly every date is.
_STANDARD = re.compile(
    r"\s*+(?:[A-Z][a-z][a-z],\s?)?(?:([0-3][0-9])|([1-9]))\s([A-Z][a-z][a-z])\s([0-9]{4})\s([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"\s(?:GMT|([+-][0-9]{4}))(?:\s*+\([A-Za-z0-9 +:-]*+\))?\s*+"
)

# ``10:52:37.25 pm``, else ``10.52.37``.
_TIME = re.compile(
    r"(?<![\w:.])(\d{1,2}) ?: ?(\d{1,2})(?: ?: ?(\d{1,2})(?:[.,]\d{1,9})?)?(?!\d|:\d)(?: ?([AaPp])\.?[Mm]\b\.?)?"
)
_DOTTED_TIME = re.compile(r"(?<![\w:.])(\d{1,2})\.(\d\d)\.(\d\d)(?![\d:.])()")
_ISO_T = re.compile(r"(?<=\d)[Tt](?=\d)")
# ``+0200``, ``GMT+2``, ``UTC +02:00``, ``-800``, ``EST5EDT``, ``Z``, and behind the year in ``10:52:37 2003 +0200``.
_ZONE = re.compile(
    r"( \d{4}(?= )|(?!))?+ ?"
    r"(?:(?:GMT|UTC|UT)? ?([+-])(\d{1,2})(?::?(\d\d))?(?![\d:])|([A-Z]{1,5})(?:\d[A-Z]{3})?(?![\w:]))",
    re.IGNORECASE,
)
# Hours from UTC of the names that mean one thing; all others count as UTC, and so do the military letters, whose signs
# were wrong in RFC 822 (RFC 5322 section 4.3).
_ZONES = {
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"AST": -4, "ADT": -3, "AKST": -9, "AKDT": -8, "HST": -10},
    **{"WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3},
    **{"HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13},
}

_GAP = r"[ ,./-]{1,5}"
_WEEKDAY = r"[\W_]*+(?:[^\W\d_]{2,12}\.?[ ,]{1,3})?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_DAY_FIRST = re.compile(rf"{_WEEKDAY}{_DAY}{_GAP}([^\W\d_]{{3,12}}){_GAP}(\d{{2,4}})\b")
_NAME_FIRST = re.compile(rf"{_WEEKDAY}([^\W\d_]{{3,12}}){_GAP}{_DAY}{_GAP}(\d{{2,4}})\b")
_YEAR_FIRST = re.compile(rf"{_WEEKDAY}(\d{{4}})[ ./-](\d{{1,2}}|[^\W\d_]{{3,9}})[ ./-](\d{{1,2}})\b")
_NUMERIC = re.compile(rf"{_WEEKDAY}(\d{{1,2}})([ ./-])(\d{{1,2}})\2(\d{{4}}|\d\d)\b")


def parse_date(text: str, note: Note = ignore) -> datetime | None:
    """Read a date as an aware UTC datetime, or ``None`` when it is none; a missing zone counts as UTC."""
    standard = _STANDARD.fullmatch(text)
    if standard is not None:
        padded, digit, month, year, time, zone = standard.groups()
        try:
            moment = datetime.fromisoformat(f"{year}-{_TWO_DIGITS[month]}-{padded or '0' + digit}T{time}+00:00")
            return moment - _offset(zone) if zone and zone != "+0000" else moment
        except (KeyError, ValueError, OverflowError):
            pass  # a leap second, a name in another language, or no date at all
    found = _any_form(" ".join(without_comments(text[:_LONGEST]).split()), note)
    if found is None:
        note("date-malformed", f"{text[:80]!r} is no date")
    return found


def format_date(moment: datetime) -> bytes:
    """Write a date as RFC 5322 section 3.3 has it, in UTC.

    Raises:
        UsageError: it is naive.
    """
    if moment.tzinfo is None:
        raise UsageError(f"{moment}: a naive datetime has no place on the time line; give it a tzinfo")
    utc = moment.astimezone(UTC)
    month = MONTHS[utc.month - 1]
    return f"{DAYS[utc.weekday()]}, {utc.day:02} {month} {utc.year:04} {utc:%H:%M:%S} +0000".encode()


@functools.lru_cache(maxsize=256)
def _offset(zone: str) -> timedelta:
    return _signed(zone[0], int(zone[1:3]), int(zone[3:]))


def _signed(sign: str, hours: int, minutes: int) -> timedelta:
    """Give a distance from UTC; one that no place on earth has counts as none."""
    if hours >= 24 or minutes >= 60:
        return timedelta()
    return timedelta(hours=-hours, minutes=-minutes) if sign == "-" else timedelta(hours=hours, minutes=minutes)


def _any_form(text: str, note: Note) -> datetime | None:
    text = _ISO_T.sub(" ", text, count=1)
    time = _TIME.search(text) or _DOTTED_TIME.search(text)
    before, behind = (text, "") if time is None else (text[: time.start()], text[time.end() :])
    offset, behind = _take_zone(behind)
    day = _day_first(before) if time is not None else None
    if day is None:
        note("date-form", f"date {text[:80]!r} is not of the standard's form")
        day = _any_day(f"{before} {behind}", time)
    if day is None:
        return None
    try:
        return datetime(*day, *_clock(time), tzinfo=UTC) - offset
    except (ValueError, OverflowError):
        return None


def _take_zone(text: str) -> tuple[timedelta, str]:
    """Read the zone that ``text`` starts with, if there is one; what stands behind it goes on."""
    zone = _ZONE.match(text)
    if zone is None:
        return timedelta(), text
    year, sign, hours, minutes, name = zone.groups()
    if name and _is_day_or_month(name):
        return timedelta(), text
    offset = timedelta(hours=_ZONES.get(name.upper(), 0)) if name else _signed(sign, int(hours), int(minutes or 0))
    return offset, (year or "") + text[zone.end() :]


def _is_day_or_month(word: str) -> bool:
    return word[:3].title() in DAYS or word[:3].lower() in _NUMBERS


def _clock(time: re.Match[str] | None) -> tuple[int, int, int]:
    if time is None:
        return 0, 0, 0
    hour = int(time[1])
    if time[4] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if time[4] in "Pp" else 0)
    return hour, int(time[2]), min(int(time[3] or 0), 59)  # a leap second has no place in datetime


def _day_first(text: str) -> tuple[int, int, int] | None:
    """Read ``Tue, 1 Jul 2003`` as year, month and day."""
    found = _DAY_FIRST.match(text)
    return None if found is None else _named(found[3], found[2], found[1])


def _any_day(text: str, time: re.Match[str] | None) -> tuple[int, int, int] | None:
    if (named := _NAME_FIRST.match(text)) is not None:
        return _named(named[3], named[1], named[2])
    if (sorted_ := _YEAR_FIRST.match(text)) is not None:
        year, month, day = sorted_.groups()
        return (int(year), int(month), int(day)) if month.isdecimal() else _named(year, month, day)
    numeric = _NUMERIC.match(text)
    if numeric is None or time is None:
        return _day_first(text)
    # The RFC's order, but of two that fit the American one where am or pm says so.
    one, other, year = int(numeric[1]), int(numeric[3]), _year(numeric[4])
    is_month_first = other > 12 or (one <= 12 and bool(time[4]))
    return (year, one, other) if is_month_first else (year, other, one)


def _named(year: str, month: str, day: str) -> tuple[int, int, int] | None:
    number = _NUMBERS.get(month[:3].lower())
    return None if number is None else (_year(year), number, int(day))


def _year(digits: str) -> int:
    """Read a year of two or three digits as RFC 5322 section 4.3 has it."""
    year = int(digits)
    if len(digits) > 3:
        return year
    return year + (2000 if len(digits) == 2 and year < 50 else 1900)
