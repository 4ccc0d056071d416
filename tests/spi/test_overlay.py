"""What lies over a message's content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.errors import StoreCorrupt
from msgcore.model.message import Message
from msgcore.props.table import PidTagBody, PidTagImportance, PidTagMessageClass, PidTagMessageFlags, PidTagSubject
from msgcore.props.tags import Property
from msgcore.spi.overlay import lay_over, not_carried, overlay_from_json, overlay_to_json
from msgcore.testing.strategies import properties

some_properties = st.lists(properties(), max_size=8)


@given(some_properties)
def test_an_overlay_comes_back_from_json(given_properties: list[tuple[Property[object], object]]) -> None:
    back = overlay_from_json(overlay_to_json(given_properties))
    assert [(tag.bag_key, tag.value_type, value) for tag, value in back] == [
        (tag.bag_key, tag.value_type, value) for tag, value in given_properties
    ]


@given(some_properties)
def test_what_is_laid_over_is_not_carried_by_what_it_lies_over(
    given_properties: list[tuple[Property[object], object]],
) -> None:
    message = Message()
    for tag, value in given_properties:
        message[tag] = value
    kept = mime.read(mime.write(message))
    lay_over(kept, not_carried(message, kept))
    assert {tag.bag_key: kept.get(tag) for tag, _ in given_properties} == {
        tag.bag_key: message.get(tag) for tag, _ in given_properties
    }


def test_an_empty_overlay_is_nothing() -> None:
    assert (overlay_to_json([]), overlay_from_json(None)) == (None, [])


def test_what_the_octets_say_is_carried() -> None:
    message = Message(subject="said", text="said, too")
    assert not_carried(message, mime.read(mime.write(message))) == []


def test_what_a_store_says_is_not_kept() -> None:
    message = Message()
    message[PidTagMessageFlags] = 1
    assert not_carried(message, mime.read(b"")) == []


def test_a_property_that_was_deleted_is_laid_over_as_nothing() -> None:
    message = mime.read(b"Subject: x\r\n\r\n")
    del message[PidTagSubject]
    assert [(tag.bag_key, value) for tag, value in not_carried(message, mime.read(b"Subject: x\r\n\r\n"))] == [
        (PidTagSubject.bag_key, None)
    ]


def test_a_body_is_not_kept_twice_for_its_line_ends() -> None:
    message = Message()
    message[PidTagBody] = "a\nb"
    assert not_carried(message, mime.read(b"\r\na\r\nb\r\n")) == []


def test_every_message_of_a_store_has_a_class_and_levels() -> None:
    message = mime.read(b"")
    lay_over(message, [])
    assert (message[PidTagMessageClass], message[PidTagImportance]) == ("IPM.Note", 1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[1]", "[[1,2]]", '[["x",1,31,"a"]]', "[[1,99999,1]]"),
        pytest.param('[[23,3,"text"]]', id="text for a number"),
        pytest.param("[[23,3,NaN]]", id="no number"),
        pytest.param("[[55,30,1]]", id="text of a code page"),
        pytest.param('[[5,"name",31,"text"]]', id="a number for a property set"),
        pytest.param("[" * 100_000, id="very deep"),
    ],
)
def test_a_damaged_overlay_is_a_damaged_store(text: str) -> None:
    with pytest.raises(StoreCorrupt):
        overlay_from_json(text)
