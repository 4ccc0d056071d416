"""Dates of header fields: the forms of RFC 5322, and the others that mail has in their place."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs.mime.syntax.dates import format_date, parse_date
from msgcore.errors import UsageError
from msgcore.testing.strategies import moments

MOMENT = datetime(2003, 7, 1, 10, 52, 37, tzinfo=UTC)
ON_THE_MINUTE = MOMENT.replace(second=0)

DATES = [
    ("Fri, 21 Nov 1997 09:55:06 -0600", datetime(1997, 11, 21, 15, 55, 6, tzinfo=UTC)),  # RFC 5322 appendix A
    ("21 Nov 97 09:55:06 GMT", datetime(1997, 11, 21, 9, 55, 6, tzinfo=UTC)),
    ("Tue, 1 Jul 2003 10:52:37 +0200 (CEST)", datetime(2003, 7, 1, 8, 52, 37, tzinfo=UTC)),
    ("1 Jul 2003 (a (nested) comment) 10:52 EST", datetime(2003, 7, 1, 15, 52, tzinfo=UTC)),
    ("Thu,\t13 Feb 1969 23:32:54 -0330", datetime(1969, 2, 14, 3, 2, 54, tzinfo=UTC)),
    ("Mon, 31 Dec 2012 23:59:60 +0000", datetime(2012, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ("Wed Jul  2 10:52:37 2003", datetime(2003, 7, 2, 10, 52, 37, tzinfo=UTC)),
    ("Fri, 31 Feb 2003 10:52:37 +0200", None),
    ("Fri, 1 Jul 2003 10:52:37 +9999", datetime(2003, 7, 1, 10, 52, 37, tzinfo=UTC)),  # a zone that is none
    ("Mon, 1 Jan 0001 00:00:00 +1400", None),
    ("99999999999999999999 Jan 2003 10:52:37", None),
    ("1 Jan 999999999 10:52:37 +0000", None),
    ("no date", None),
    ("", None),
    # Years of two and three digits (RFC 5322 section 4.3)
    ("1 Jul 49 10:52:37 +0000", MOMENT.replace(year=2049)),
    ("1 Jul 50 10:52:37 +0000", MOMENT.replace(year=1950)),
    ("1 Jul 103 10:52:37 +0000", MOMENT),
    # Other orders and marks
    ("1-Jul-2003 10:52:37", MOMENT),
    ("1-Jul-03 10:52", ON_THE_MINUTE),
    ("Jul-1-2003 10:52:37", MOMENT),
    ("01.07.2003 10:52:37", MOMENT),
    ("07-25-2003 10:52:37", MOMENT.replace(day=25)),
    ("25/07/2003 10:52:37", MOMENT.replace(day=25)),
    ("7/1/2003 10:52:37 AM", MOMENT),
    ("2003-07-01T10:52:37Z", MOMENT),
    ("2003-07-01T12:52:37.123+02:00", MOMENT),
    ("2003/07/01 10:52", ON_THE_MINUTE),
    ("2003-Jul-01 10:52:37", MOMENT),
    ("Tuesday, 1 July 2003 10:52:37", MOMENT),
    ("Tuesday, July 1st, 2003 10:52 am", ON_THE_MINUTE),
    ("Tue Jul 01 2003 12:52:37 GMT+0200 (Central European Summer Time)", MOMENT),
    ("Tue Jul  1 06:52:37 EDT 2003", MOMENT),
    ("Tue Jul  1 12:52:37 +0200 2003", MOMENT),
    ("Tue Jul  1 12:52:37 2003 +0200", MOMENT),
    ("10:52:37 Tue 1 Jul 2003", MOMENT),
    ("Di, 1. Juli 2003 12:52:37 MESZ", MOMENT),
    ("TUE, 1 JUL 2003 10:52:37 GMT", MOMENT),
    ('"Tue, 1 Jul 2003 10:52:37 +0000"', MOMENT),
    # Times
    ("Tue, 1 Jul 2003 10.52.37 +0000", MOMENT),
    ("Tue, 1 Jul 2003 10:52 +0000", ON_THE_MINUTE),
    ("Tue, 1 Jul 2003 06:52:37 PM EDT", MOMENT.replace(hour=22)),
    ("Tue, 1 Jul 2003 12:52:37 AM", MOMENT.replace(hour=0)),
    ("Tue, 1 Jul 2003 25:00:00 +0000", None),
    ("1 Jul 2003", datetime(2003, 7, 1, tzinfo=UTC)),
    ("2003-07-01", datetime(2003, 7, 1, tzinfo=UTC)),
    ("1 7 2003", None),
    ("4 8 15 16 23 42", None),
    # Zones
    ("Tue, 1 Jul 2003 16:22:37 +0530 (IST)", MOMENT),
    ("Tue, 1 Jul 2003 12:52:37 GMT+0200", MOMENT),
    ("Tue, 1 Jul 2003 12:52:37 UTC +02:00", MOMENT),
    ("Tue, 1 Jul 2003 02:52:37 -800", MOMENT),
    ("Tue, 1 Jul 2003 12:52:37 +2", MOMENT),
    ("Tue, 1 Jul 2003 12:52:37+0200", MOMENT),
    ("Tue, 1 Jul 2003 12:52:37 CEST", MOMENT),
    ("Tue, 1 Jul 2003 05:52:37 EST5EDT", MOMENT),
]


@pytest.mark.parametrize(("text", "moment"), DATES)
def test_dates_read(text: str, moment: datetime | None) -> None:
    assert parse_date(text) == moment


# The military letters and names that nobody knows mean nothing (RFC 5322 section 4.3).
@pytest.mark.parametrize("zone", ["UT", "UTC", "GMT", "Z", "A", "y", "-0000", "+0000", "LMT", ""])
def test_a_zone_that_says_nothing_is_utc(zone: str) -> None:
    assert parse_date(f"Tue, 1 Jul 2003 10:52:37 {zone}") == MOMENT


@given(moments())
def test_a_date_reads_back(moment: datetime) -> None:
    assert parse_date(format_date(moment).decode()) == moment


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    moment = parse_date(text)

    assert moment is None or moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["Tue, 1 Jul 2003 10:52:37 +0200", "1 Jul 03 10:52 EST", "Tue, 1 Jul 2003 (a) 10:52:37 UT"]
)
def test_the_forms_of_the_rfc_are_no_finding(text: str) -> None:
    assert findings(text) == []


@pytest.mark.parametrize("text", ["2003-07-01T10:52:37Z", "Jul 1 2003 10:52:37", "1 Jul 2003"])
def test_another_form_is_a_finding(text: str) -> None:
    assert findings(text) == ["date-form"]


def findings(text: str) -> list[str]:
    rules: list[str] = []
    parse_date(text, lambda rule, _text: rules.append(rule))
    return rules


@given(moments())
def test_a_zone_is_the_distance_from_utc(moment: datetime) -> None:
    """The standard library writes a moment in the zone that it has."""
    assert parse_date(format_datetime(moment)) == moment


def test_a_naive_date_is_not_written() -> None:
    with pytest.raises(UsageError, match="naive"):
        format_date(datetime(2026, 1, 1))
