"""Restrictions of every kind with every kind of property and value, whether or not they have a meaning together."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.props import NamedProperty, Property, PropertyTag, PropertyType, all_properties, header_property
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
    AnyRow,
    Bitmask,
    Comparison,
    Content,
    ContentMode,
    Count,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Relation,
    Restriction,
    Size,
    SubTable,
)
from msgcore.props.tags import PS_INTERNET_HEADERS
from msgcore.props.text_form import parse_property

__all__ = ["any_properties", "any_restrictions", "any_texts", "any_values"]

_SHORT = [
    *["subject", "body", "from", "to", "cc", "size", "received", "sent", "flags", "class", "name", "kind", "filename"],
    "PidTagAttachSize",
]
_SIGNS = [relation for relation in Relation if relation not in {Relation.MATCHES, Relation.MEMBER_OF}]


def any_texts() -> SearchStrategy[str]:
    """Any characters, also NUL and half surrogates, and those that a text form could give a meaning."""
    return st.text(st.characters(), max_size=6) | st.lists(
        st.sampled_from(
            ['"', "\\", "\\u", "0041", "\0", "\n", "\x85", "\ud83d", "\ude00", "\u202e", "{", ")", "'", "😀"]
        ),
        max_size=5,
    ).map("".join)


def any_values() -> SearchStrategy[object]:
    zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    single = st.one_of(
        any_texts(),
        st.binary(max_size=6),
        st.booleans(),
        st.integers(),
        st.sampled_from([2**53, -(2**53), 2**64, -(2**64)]),
        st.floats(allow_nan=False),
        st.decimals(allow_nan=False),
        st.datetimes(),
        st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones),
        st.uuids(),
    )
    return single | st.lists(single, max_size=3).map(tuple)


def any_properties() -> SearchStrategy[Property[object]]:
    """Properties with a short name, of the table, by number, named, and of header fields."""
    wire_only = {PropertyType.UNSPECIFIED, PropertyType.STRING8, PropertyType.MV_STRING8}
    types = st.sampled_from([kind for kind in PropertyType if kind not in wire_only])
    # Sampled by number: hypothesis would write the whole table into its errors.
    known = st.integers(0, len(all_properties()) - 1).map(lambda n: all_properties()[n])
    lines = any_texts().filter(lambda text: not set(text) & set("\r\n\0"))
    return st.one_of(
        st.sampled_from([parse_property(name) for name in _SHORT]),
        known,
        st.builds(_tagged, st.integers(0, 0xFFFF), types, st.just("message") | any_texts()),
        known.map(_of_no_area),
        st.builds(_named, st.uuids(), st.integers(0, 2**32 - 1) | any_texts(), types),
        st.builds(_named, st.just(PS_INTERNET_HEADERS), any_texts(), types),
        lines.map(header_property),
    )


def _tagged(property_id: int, kind: PropertyType, area: str) -> Property[object]:
    return PropertyTag(property_id, kind, "any", area=area)


def _named(property_set: UUID, lid_or_name: int | str, kind: PropertyType) -> Property[object]:
    return NamedProperty(property_set, lid_or_name, kind)


def _of_no_area(known: Property[object]) -> Property[object]:
    """Make another property than the one of the table, with the same number."""
    return PropertyTag(known.id, known.type, "any") if isinstance(known, PropertyTag) else known


def any_restrictions() -> SearchStrategy[Restriction]:
    return st.recursive(_conditions(), _joined, max_leaves=6)


def _conditions() -> SearchStrategy[Restriction]:
    tags, signs, whole = any_properties(), st.sampled_from(_SIGNS), st.integers()
    flags = (st.booleans(), st.booleans(), st.booleans())
    return st.one_of(
        st.builds(Exists, tags),
        st.builds(Content, tags, st.sampled_from(ContentMode), any_texts() | st.binary(max_size=3), *flags),
        st.builds(Comparison, tags, st.sampled_from(Relation), any_values()),
        st.builds(PropertyComparison, tags, signs, tags),
        st.builds(Bitmask, tags, whole, st.booleans()),
        st.builds(Size, tags, signs, whole),
        st.builds(AmbiguousName, any_texts()),
    )


def _joined(parts: SearchStrategy[Restriction]) -> SearchStrategy[Restriction]:
    several = st.lists(parts, max_size=3).map(tuple)
    notes = st.lists(st.tuples(any_properties(), any_values()), max_size=2).map(tuple)
    return st.one_of(
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, parts),
        st.builds(AnyRow, st.sampled_from(SubTable), parts),
        st.builds(Count, st.integers(), parts),
        st.builds(Annotation, parts, notes),
    )
