"""The order of a table's rows: what a value sorts as, for every store to agree with."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, cast

from msgcore.base.text import fold

__all__ = ["Rank", "rank"]

Rank = tuple[bool, Any]


def rank(value: object) -> Rank:
    """Give what a value of a sort key compares as: an absent one first, text without case, elements one by one.

    NaN counts as the least number.
    """
    if value is None:
        return False, 0
    if isinstance(value, str):
        return True, fold(value)
    if isinstance(value, tuple):
        return True, tuple(rank(element) for element in cast("tuple[object, ...]", value))
    if isinstance(value, float | Decimal) and math.isnan(value):  # Python would sort it anywhere
        return True, -math.inf
    return True, value
