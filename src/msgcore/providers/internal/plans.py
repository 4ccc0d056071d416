"""What of a look at a table is the same whatever is in the store: worked out once for many pages, and many tables."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import cast

import attrs

from msgcore.props.check import parts_of
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import And, Comparison, Or, Restriction, SortKey
from msgcore.props.types import PropertyType
from msgcore.providers.internal.columns import Columns, columns_of_store
from msgcore.providers.internal.dialect import Dialect, dialect_of
from msgcore.providers.internal.paging import Order, order_of
from msgcore.providers.internal.sources import Layout, layout_of
from msgcore.providers.internal.translate import Selection, Translator
from msgcore.runtime import Engine

__all__ = ["Plan", "plan_of"]

_KEPT = 100
_MOST_PARTS_KEPT = 8


@attrs.frozen(eq=False)
class Plan:
    """How rows of some columns are found and ordered, in the SQL of one engine.

    Without an ``order``, SQL has not all the sort keys. If it ``needs_index``, the ``selection`` holds for a folder of
    which the full-text table has every message.
    """

    columns: Columns
    dialect: Dialect
    layout: Layout
    selection: Selection
    needs_index: bool
    order: Order | None


def plan_of(
    uid: bytes,
    engine: Engine,
    columns: tuple[PropertyKey, ...],
    restriction: Restriction | None,
    sort_order: tuple[SortKey, ...],
) -> Plan:
    """Give the plan for a query that has been checked, without what it counts (``Count``)."""
    make = _known_plan if restriction is None or _is_short(restriction) else _plan
    return make(uid, engine, columns, restriction, sort_order)


def _is_short(restriction: Restriction) -> bool:
    """Whether a restriction is worth keeping: not what lists a thousand rows. Equal ones mean the same, if checked.

    But for some values: times of an hour that clocks show twice are equal, both times (PEP 495), and numbers are equal
    of which SQL takes one and not the other. Of these only one is kept.
    """
    parts = restriction.parts if isinstance(restriction, And | Or) else (restriction,)
    return len(parts) <= _MOST_PARTS_KEPT and not any(parts_of(part) or _equals_another(part) for part in parts)


def _equals_another(restriction: Restriction) -> bool:
    if not isinstance(restriction, Comparison):
        return False
    value, is_flag = restriction.value, restriction.tag.value_type is PropertyType.BOOLEAN
    values = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
    return any(
        one.fold == 1
        if isinstance(one, datetime)
        else isinstance(one, float | Decimal) or (isinstance(one, int) and isinstance(one, bool) is not is_flag)
        for one in values
    )


def _plan(
    uid: bytes,
    engine: Engine,
    columns: tuple[PropertyKey, ...],
    restriction: Restriction | None,
    sort_order: tuple[SortKey, ...],
) -> Plan:
    of_store, dialect = columns_of_store(uid), dialect_of(engine)
    questions: list[None] = []

    def is_indexed() -> bool:
        questions.append(None)
        return True

    selection = Translator(of_store, dialect, is_indexed).translate(restriction)
    order = order_of(sort_order, of_store, dialect)
    return Plan(of_store, dialect, layout_of(uid, columns, engine), selection, bool(questions), order)


_known_plan = lru_cache(_KEPT)(_plan)
