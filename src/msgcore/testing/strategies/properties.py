"""Properties with values of their types, and bags of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.errors import UsageError
from msgcore.props.bag import PropBag
from msgcore.props.table import PidTagSubject
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing.strategies.restrictions import restrictions

__all__ = ["KEPT_TYPES", "bags", "properties", "values"]

_FILETIME_START = datetime(1601, 1, 1)


def _floating_times() -> SearchStrategy[datetime]:
    # A double of days: it does not hold every microsecond.
    days = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))
    return days.map(lambda moment: moment.replace(microsecond=0))


_VALUES: dict[PropertyType, Callable[[], SearchStrategy[object]]] = {
    PropertyType.SHORT: lambda: st.integers(-(2**15), 2**15 - 1),
    PropertyType.LONG: lambda: st.integers(-(2**31), 2**31 - 1),
    PropertyType.FLOAT: lambda: st.floats(width=32, allow_nan=False),
    PropertyType.DOUBLE: lambda: st.floats(allow_nan=False),
    PropertyType.CURRENCY: lambda: st.integers(-(2**63), 2**63 - 1).map(lambda number: Decimal(number).scaleb(-4)),
    PropertyType.FLOATING_TIME: _floating_times,
    PropertyType.ERROR: lambda: st.integers(0, 2**32 - 1),
    PropertyType.BOOLEAN: st.booleans,
    PropertyType.I8: lambda: st.integers(-(2**63), 2**63 - 1),
    PropertyType.UNICODE: lambda: st.text(max_size=20),
    PropertyType.SYSTIME: lambda: st.datetimes(_FILETIME_START, timezones=st.just(UTC)),
    PropertyType.CLSID: st.uuids,
    PropertyType.SERVER_ID: lambda: st.binary(max_size=20),
    PropertyType.RESTRICTION: lambda: restrictions([PidTagSubject]),
    PropertyType.RULE_ACTION: lambda: st.binary(max_size=20),
    PropertyType.BINARY: lambda: st.binary(max_size=20),
}

KEPT_TYPES: Collection[PropertyType] = tuple(
    kind for kind in PropertyType if kind.element in _VALUES and kind.element is not PropertyType.RESTRICTION
)
"""The types whose values a store keeps: all but PT_NULL and PT_OBJECT, which have none, and PT_RESTRICTION."""


def values(kind: PropertyType) -> SearchStrategy[object]:
    """Values of a property type, each one equal to itself and in the form that a bag gives back.

    Integers are signed and fill the type; floats are no NaN; PT_CURRENCY has four places; times are in UTC from 1601
    (PT_FLOATING_TIME naive, whole seconds); text is any but halves of surrogate pairs, NUL among it; octets are few.
    A multiple-valued type has a tuple of up to three.

    Raises:
        UsageError: the type is PT_NULL or PT_OBJECT, which have no value of their own.
    """
    if kind.element not in _VALUES:
        raise UsageError(f"{kind.name} has no value of its own")
    one = _VALUES[kind.element]()
    return st.lists(one, max_size=3).map(tuple) if kind.is_multiple else one


@st.composite
def properties(draw: st.DrawFn, kinds: Collection[PropertyType] = KEPT_TYPES) -> tuple[Property[object], object]:
    """A property of one of ``kinds`` with a value of its type; no message form has a place of its own for it.

    It is a tagged property (ids 0x6800 to 0x7BFF), or a named one: a set, and a LID or a string name. No header field
    (PS_INTERNET_HEADERS) is among them: ``Message(headers=…)`` and :func:`composed_messages` have those.
    """
    kind = draw(st.sampled_from(sorted(kinds)))
    tag = draw(_tagged(kind) | _named(kind, st.integers(0, 2**32 - 1)) | _named(kind, st.text(min_size=1, max_size=5)))
    return tag, draw(values(kind))


def _tagged(kind: PropertyType) -> SearchStrategy[Property[object]]:
    return st.integers(0x6800, 0x7BFF).map(lambda number: PropertyTag[object](number, kind, "Own"))


def _named(kind: PropertyType, lids_or_names: SearchStrategy[int | str]) -> SearchStrategy[Property[object]]:
    sets = st.uuids().filter(lambda property_set: property_set != PS_INTERNET_HEADERS)
    return st.builds(NamedProperty[object], sets, lids_or_names, st.just(kind))


def bags(kinds: Collection[PropertyType] = KEPT_TYPES) -> SearchStrategy[PropBag]:
    """Bags of up to eight :func:`properties`, all of which count as changed."""
    return st.lists(properties(kinds), max_size=8).map(_bag)


def _bag(given: list[tuple[Property[object], object]]) -> PropBag:
    bag = PropBag()
    for tag, value in given:
        bag[tag] = value
    return bag
