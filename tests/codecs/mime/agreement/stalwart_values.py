"""Values of stalwart's JSON in the terms of msgcore."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, cast

__all__ = ["Json", "moment", "parameters", "people_of", "value"]

Json = dict[str, Any]


def moment(expected: Json | None) -> datetime | str | None:
    """Give a date. It has its zone, ours is in UTC; the two compare as moments. A leap second is the 59th for us.

    What has a number that no date has is given as text.
    """
    if expected is None:
        return None
    offset = timedelta(hours=expected["tz_hour"], minutes=expected["tz_minute"])
    year, month, day, hour, minute, second = (
        int(expected[name]) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    zone = timezone(-offset if expected["tz_before_gmt"] else offset)
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return f"{year}-{month}-{day} {hour}:{minute}:{second}"


def people_of(expected: Json | None) -> list[tuple[str, str]]:
    """Give names and addresses; groups are opened, as ours are, and a name of null is the empty one."""
    if expected is None:
        return []
    groups: list[Json] = [{"addresses": expected["List"]}] if "List" in expected else expected["Group"]
    return [(one["name"] or "", one["address"] or "") for group in groups for one in group["addresses"]]


def value(expected: Json | None) -> str:
    """Give a content type or disposition in lower case; no value is the empty one."""
    if expected is None:
        return ""
    kind, subtype = expected["c_type"], expected.get("c_subtype")
    return (f"{kind}/{subtype}" if subtype else str(kind)).lower()


def parameters(expected: Json | None) -> dict[str, str]:
    """Give parameters by name; the language that RFC 2231 lets one say, which we drop, is left out."""
    given = cast("list[Json | list[str]]", ((expected or {}).get("attributes") or []))
    pairs = ([one["name"], one["value"]] if isinstance(one, dict) else one for one in given)
    return {name: text for name, text in pairs if not name.endswith("-language")}
