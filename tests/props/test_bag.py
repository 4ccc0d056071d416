"""Bags: typed access, one type for each id, changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import PropertyNotFound, UsageError
from msgcore.props import (
    PidTagBody,
    PidTagBodyHtml,
    PidTagClientSubmitTime,
    PidTagEntryId,
    PidTagHtml,
    PidTagImportance,
    PidTagMessageSize,
    PidTagMessageSizeExtended,
    PidTagSubject,
    PropBag,
    PropertyTag,
    PropertyType,
    header_property,
)
from msgcore.props.table import PidLidCategories
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty
from msgcore.props.wire import tag_from_wire


def test_a_missing_property_raises_key_error_by_name() -> None:
    with pytest.raises(PropertyNotFound, match="PidTagSubject"):
        PropBag()[PidTagSubject]
    with pytest.raises(KeyError):
        PropBag()[PidTagSubject]


def test_a_bag_holds_one_type_for_an_id() -> None:
    bag = PropBag()
    bag[PidTagHtml] = b"<p>"
    assert PidTagBodyHtml not in bag
    assert bag.get(PidTagBodyHtml) is None
    assert bag[PidTagHtml] == b"<p>"


def test_the_message_size_is_64_bits_wide_by_either_name() -> None:
    bag = PropBag()
    bag[PidTagMessageSizeExtended] = 2**40
    assert bag[PidTagMessageSize] == 2**40


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (PidTagBody, b"octets"),
        (PidTagEntryId, "text"),
        (PidTagImportance, 2**32),
        (PidTagImportance, True),
        (PidTagClientSubmitTime, datetime(2026, 1, 1)),
        (PidLidCategories, "not a tuple"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(tag: object, value: object) -> None:
    with pytest.raises(UsageError, match=getattr(tag, "name", "")):
        PropBag()[tag] = value  # type: ignore[index]  # pyright: ignore[reportArgumentType]


def test_times_are_kept_in_utc() -> None:
    bag = PropBag()
    bag[PidTagClientSubmitTime] = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert bag[PidTagClientSubmitTime] == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert bag[PidTagClientSubmitTime].tzinfo is UTC


def test_what_was_set_or_deleted_is_known() -> None:
    bag = PropBag()
    bag.preset(PidTagSubject, "read")
    assert not bag.is_changed

    bag[PidTagSubject] = "set"
    del bag[PidTagSubject]

    assert bag.changed() == (PidTagSubject,)
    assert PidTagSubject not in bag


@pytest.mark.parametrize("kind", [PropertyType.STRING8, PropertyType.MV_STRING8])
def test_a_bag_has_no_text_in_a_code_page(kind: PropertyType) -> None:
    tag = PropertyTag[object](0x6800, kind, "Own")
    with pytest.raises(UsageError, match="Own: a bag keeps text as PT_UNICODE"):
        PropBag()[tag] = "text"


def test_text_from_a_wire_goes_under_its_unicode_property() -> None:
    bag = PropBag()
    bag.preset(tag_from_wire(0x0037001E), "from a code page")
    assert bag[PidTagSubject] == "from a code page"


def test_header_names_do_not_differ_by_case() -> None:
    bag = PropBag()
    bag[header_property("X-Mailer")] = "msgcore"
    assert bag[header_property("x-mailer")] == "msgcore"


@given(st.dictionaries(st.sampled_from([PidTagSubject, PidTagBody]), st.text()))
def test_a_copy_says_the_same_and_changes_alone(values: dict[object, str]) -> None:
    bag = PropBag()
    for tag, value in values.items():
        bag[tag] = value  # type: ignore[index]  # pyright: ignore[reportArgumentType]
    twin = bag.copy()
    twin[PidTagImportance] = 1
    assert dict(bag.items()) == {tag: value for tag, value in twin.items() if tag is not PidTagImportance}


@pytest.mark.parametrize(
    ("property_set", "lid_or_name", "kind", "problem"),
    [
        (str(PS_PUBLIC_STRINGS), "Project", PropertyType.UNICODE, "a property set is a UUID"),
        (PS_PUBLIC_STRINGS, -1, PropertyType.UNICODE, "a LID of 32 bits or a name"),
        (PS_PUBLIC_STRINGS, 2**32, PropertyType.UNICODE, "a LID of 32 bits or a name"),
        (PS_PUBLIC_STRINGS, b"Project", PropertyType.UNICODE, "a LID of 32 bits or a name"),
        (PS_PUBLIC_STRINGS, "Project", str, "need a PropertyType"),
    ],
)
def test_what_is_no_named_property_is_refused(property_set: Any, lid_or_name: Any, kind: Any, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        NamedProperty(property_set, lid_or_name, kind)


@pytest.mark.parametrize("look", ["__getitem__", "get", "__setitem__"])
def test_a_name_in_the_place_of_a_tag_is_refused(look: str) -> None:
    bag = PropBag()
    with pytest.raises(UsageError, match="need a property tag such as PidTagSubject, got 'PidTagSubject'"):
        getattr(bag, look)("PidTagSubject", *(["x"] if look == "__setitem__" else []))
    assert bag.is_empty
