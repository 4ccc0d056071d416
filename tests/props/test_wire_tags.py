"""Property tags on wires."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import MalformedMessage, NotSupported
from msgcore.props import NamedProperty, PidTagSubject, PropertyTag, PropertyType
from msgcore.props.key import PropertyName
from msgcore.props.table import PidLidCategories, PidNameKeywords
from msgcore.props.wire import tag_from_wire, tag_to_wire

SET = UUID("00062003-0000-0000-c000-000000000046")
NAMED: dict[int, PropertyName] = {0x8001: (SET, 0x811F), 0x8002: (SET, "Own")}


def test_a_tag_is_the_id_above_the_type() -> None:
    assert tag_to_wire(PidTagSubject) == 0x0037001F


def test_a_known_tag_is_the_property_of_the_table() -> None:
    assert tag_from_wire(0x0037001F) is PidTagSubject


def test_text_in_a_code_page_is_the_same_property() -> None:
    assert tag_from_wire(0x0037001E) is PidTagSubject


@pytest.mark.parametrize("number", [0x6FFF, 0x0037])
def test_an_id_and_type_that_nobody_knows_are_a_property_of_their_own(number: int) -> None:
    tag = tag_from_wire(number << 16 | 0x0003)
    assert (tag, tag.label) == (PropertyTag(number, PropertyType.LONG, ""), f"0x{number:04X}0003")


def test_the_mark_of_a_column_s_instances_is_left_out() -> None:
    assert tag_from_wire(0x6FFF301F).value_type is PropertyType.MV_UNICODE


@pytest.mark.parametrize(("number", "name"), NAMED.items())
def test_a_named_property_goes_by_the_id_that_the_store_gives_it(number: int, name: PropertyName) -> None:
    tag = tag_from_wire(number << 16 | 0x001F, NAMED)
    assert tag == NamedProperty(*name, PropertyType.UNICODE)
    assert tag_to_wire(tag, {name: number for number, name in NAMED.items()}) == number << 16 | 0x001F


def test_a_high_id_without_a_name_is_no_property_of_the_address_book_in_a_store() -> None:
    fixed = tag_from_wire(0x8004001F)
    assert tag_from_wire(0x8004001F, NAMED).label == "0x8004001F" != fixed.label


@pytest.mark.parametrize("tag", [PidLidCategories, PidNameKeywords])
def test_a_named_property_without_an_id_has_no_tag(tag: NamedProperty[object]) -> None:
    with pytest.raises(NotSupported, match=tag.label):
        tag_to_wire(tag, {})


@given(st.integers(0, 2**32 - 1))
def test_any_number_is_a_tag_or_malformed(number: int) -> None:
    try:
        tag = tag_from_wire(number)
    except MalformedMessage:
        return
    assert tag.bag_key == number >> 16


@pytest.mark.parametrize("code", [0x0063, 0x2003, 0x100D, 0xFFFF, 0x5003])
def test_a_type_that_does_not_exist_is_malformed(code: int) -> None:
    with pytest.raises(MalformedMessage, match=f"0x{code:04X} is no property type"):
        tag_from_wire(0x00370000 | code)
