"""What the numbers of a wire mean: currencies, floating times, FILETIMEs, GUIDs ([MS-OXCDATA] section 2.11.1)."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Context, Decimal
from uuid import UUID

__all__ = ["currency", "currency_units", "days_of_floating_time", "floating_time", "guid"]

_EXACT = Context(prec=40)
_DAY_ZERO = datetime(1899, 12, 30)
_MICROSECONDS_OF_DAY = 86_400_000_000
_LAST = _MICROSECONDS_OF_DAY - 1


def currency(units: int) -> Decimal:
    """Turn ten-thousandths into the amount, exactly."""
    return Decimal(units).scaleb(-4, context=_EXACT)


def currency_units(amount: Decimal) -> int:
    """Count the ten-thousandths of an amount of at most four places."""
    return int(amount.scaleb(4, context=_EXACT))


def floating_time(days: float) -> datetime:
    """Turn days since 1899-12-30 into a naive datetime, to the nearest microsecond.

    The fraction is the time of the day, before 1899, too: -1.25 is six o'clock in the morning of 1899-12-29. A whole
    millisecond that the number cannot be told from is meant.

    Raises:
        ValueError, OverflowError: the number is none, or the day lies outside the years 1 to 9999.
    """
    whole = math.trunc(days)
    exact = abs(days - whole) * _MICROSECONDS_OF_DAY
    millisecond = round(exact / 1_000) * 1_000
    # A number is at most half its last place from what it was made of.
    is_meant = abs(millisecond - exact) <= 0.6 * math.ulp(days) * _MICROSECONDS_OF_DAY
    is_meant = is_meant and millisecond < _MICROSECONDS_OF_DAY
    return _DAY_ZERO + timedelta(days=whole, microseconds=millisecond if is_meant else min(round(exact), _LAST))


def days_of_floating_time(moment: datetime) -> float:
    """Turn a naive datetime into days since 1899-12-30, the nearest that a 64-bit float has.

    It comes back exactly from the years 1721 to 2078, and from any other when it is a whole millisecond, else to 50
    microseconds; always on its own day.
    """
    since = moment - _DAY_ZERO
    time_of_day = since.seconds * 1_000_000 + since.microseconds
    whole = abs(since.days)
    days = min(whole + time_of_day / _MICROSECONDS_OF_DAY, math.nextafter(whole + 1, 0))
    return days if since.days >= 0 else -days


def guid(octets: bytes) -> UUID:
    return UUID(bytes_le=octets)
