"""Restrictions as data: what is given is JSON and reads as the same, and errors say where."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.errors import RestrictionSyntax, TooComplex, UnknownProperty, WrongType
from msgcore.props import PropertyTag, PropertyType, Restriction, header_property
from msgcore.props.data_form import restriction_from_data, restriction_to_data
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Comparison,
    Content,
    ContentMode,
    Not,
    Or,
    PropertyComparison,
    Relation,
    any_attachment,
    any_recipient,
    at_most,
)
from msgcore.props.table import (
    PidNameKeywords,
    PidTagAttachSize,
    PidTagBody,
    PidTagDisplayTo,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagSubject,
)
from tests.conftest import SOAK
from tests.props.any_restriction import any_restrictions, any_texts, any_values

EXAMPLES = settings(max_examples=5_000 if SOAK else 80, deadline=None)
SUBJECT = PidTagSubject.exists()
SUBJECT_DATA: dict[str, object] = {"property": "PidTagSubject", "exists": True}


@EXAMPLES
@given(any_restrictions())
def test_a_restriction_survives_json(restriction: Restriction) -> None:
    written = json.dumps(restriction_to_data(restriction), allow_nan=False)

    assert restriction_from_data(json.loads(written)) == restriction


@EXAMPLES
@given(any_restrictions())
def test_data_is_text_that_any_program_reads(restriction: Restriction) -> None:
    """No half surrogate is in it, which UTF-8 could not hold."""
    data = restriction_to_data(restriction)

    assert json.loads(json.dumps(data, ensure_ascii=False).encode()) == data


@EXAMPLES
@given(any_values())
def test_a_value_comes_back_of_its_own_kind(value: object) -> None:
    data = restriction_to_data(Comparison(PidTagSubject, Relation.EQ, value))
    back = restriction_from_data(json.loads(json.dumps(data)))

    assert isinstance(back, Comparison)
    assert (type(back.value), back.value) == (type(value), value)


@pytest.mark.parametrize(
    ("restriction", "data"),
    [
        (SUBJECT, SUBJECT_DATA),
        (SUBJECT & SUBJECT, {"and": [SUBJECT_DATA, SUBJECT_DATA]}),
        (Or(()), {"or": []}),
        (~SUBJECT, {"not": SUBJECT_DATA}),
        (PidTagSubject < "x", {"property": "PidTagSubject", "relation": "<", "value": "x"}),
        (PidTagSubject.matches("^a"), {"property": "PidTagSubject", "relation": "matches", "value": "^a"}),
        (
            PropertyComparison(PidTagSubject, Relation.NE, PidTagBody),
            {"property": "PidTagSubject", "relation": "!=", "other": "PidTagBody"},
        ),
        (PidTagBody.value_size >= 10, {"property": "PidTagBody", "relation": ">=", "size": 10}),
        (PidTagSubject.contains("x"), {"property": "PidTagSubject", "content": "substring", "value": "x"}),
        (
            Content(PidTagSubject, ContentMode.WORD_PREFIX, "x", True, True, True),
            {
                "property": "PidTagSubject",
                "content": "word prefix",
                "value": "x",
                "ignore_case": True,
                "ignore_non_space": True,
                "is_loose": True,
            },
        ),
        (PidTagMessageFlags.has_any_bit(16), {"property": "PidTagMessageFlags", "any_bit": 16}),
        (PidTagMessageFlags.has_no_bit(16), {"property": "PidTagMessageFlags", "no_bit": 16}),
        (any_recipient(SUBJECT), {"any": "recipient", "where": SUBJECT_DATA}),
        (at_most(10, SUBJECT), {"first": 10, "where": SUBJECT_DATA}),
        (
            SUBJECT.annotated({PidTagDisplayTo: "x"}),
            {"annotated": SUBJECT_DATA, "values": [["PidTagDisplayTo", "x"]]},
        ),
        (AmbiguousName("bob sm"), {"anr": "bob sm"}),
        (
            PropertyTag(0x7D05, PropertyType.UNICODE, "").exists(),
            {"property": "tag(0x7D05001F)", "exists": True},
        ),
        (header_property("X-Foo").exists(), {"property": 'header("x-foo")', "exists": True}),
    ],
)
def test_restriction_is_given_and_read_as_data(restriction: Restriction, data: dict[str, object]) -> None:
    assert (restriction_to_data(restriction), restriction_from_data(data)) == (data, restriction)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ("é😀\0", "é😀\0"),
        ("\ud83d\ude00", {"text": "\\ud83d\\ude00"}),
        (2**53 - 1, 2**53 - 1),
        (-(2**53), {"int": "-0x20000000000000"}),
        (1.5, 1.5),
        (float("inf"), {"float": "inf"}),
        (Decimal("1.50"), {"decimal": "1.50"}),
        (True, True),
        (datetime(2026, 1, 1, 10, tzinfo=UTC), {"time": "2026-01-01T10:00:00Z"}),
        (datetime(2026, 1, 1), {"time": "2026-01-01T00:00:00"}),
        (UUID(int=1), {"guid": "00000000-0000-0000-0000-000000000001"}),
        (b"\x00\xff", {"octets": "AP8="}),
        (("a", b""), ["a", {"octets": ""}]),
    ],
)
def test_value_is_given_as_data(value: object, data: object) -> None:
    assert restriction_to_data(Comparison(PidNameKeywords, Relation.EQ, value))["value"] == data


@pytest.mark.parametrize("value", [None, object(), ["x"], (("x",),), float("nan"), Decimal("snan")])
def test_value_of_no_property_is_not_given(value: object) -> None:
    with pytest.raises(WrongType):
        restriction_to_data(Comparison(PidTagSubject, Relation.EQ, value))


def test_what_is_no_restriction_is_not_given() -> None:
    with pytest.raises(TooComplex, match="for equality write"):
        restriction_to_data(And((PidTagSubject == "x",)))  # type: ignore[arg-type,comparison-overlap]  # what a beginner writes


def test_size_of_an_attachment_is_meant_inside_one() -> None:
    inside = {"property": "size", "relation": ">", "value": 1}

    assert restriction_from_data({"and": [{"any": "attachment", "where": inside}, inside]}) == And(
        (any_attachment(PidTagAttachSize > 1), PidTagMessageSizeExtended > 1)
    )


def test_one_equals_sign_is_read_as_two() -> None:
    assert restriction_from_data({"property": "subject", "relation": "=", "value": "x"}) == PidTagSubject.equals("x")


def test_short_names_are_read() -> None:
    data = {"property": "received", "relation": "<", "value": {"time": "2026-01-01"}}

    assert restriction_from_data(data) == (PidTagMessageDeliveryTime < datetime(2026, 1, 1, tzinfo=UTC))


def compared(value: object) -> dict[str, object]:
    return {"property": "subject", "relation": "==", "value": value}


@pytest.mark.parametrize(
    ("data", "path", "problem"),
    [
        ([], "", "need an object, got list"),
        ({}, "", "an empty object is no restriction"),
        ({"and": [], "or": []}, "", "no restriction has these keys: and, or"),
        ({"property": "subject"}, "", "no restriction has these keys: property"),
        ({**SUBJECT_DATA, "where": 1}, "", "no restriction has these keys: exists, property, where"),
        ({1: 2}, "", "unknown key 1"),
        ({"and": [], "xor\n": []}, "", "unknown key xor"),
        (
            {"not": {"property": "subject", "content": "full", "value": "x", "ignorecase": True}},
            "not",
            "unknown key ignorecase",
        ),
        ({"and": {}}, "and", "need an array"),
        ({"and": [SUBJECT_DATA, {"not": 1}]}, "and[1].not", "need an object, got int"),
        ({"and": [{"or": [compared(None)]}]}, "and[0].or[0].value", "need a text, a number,"),
        (compared({"time": "x"}), "value.time", "need a date or time"),
        (compared({"octets": "?"}), "value.octets", "need base64"),
        (compared({"octets": 1}), "value.octets", "need a text, got int"),
        (compared({"guid": "x"}), "value.guid", "badly formed"),
        (compared({"int": "x"}), "value.int", "invalid literal"),
        (compared({"float": "x"}), "value.float", "need a floating-point number"),
        (compared({"float": "nan"}), "value.float", "not a number"),
        (compared({"decimal": "x"}), "value.decimal", "need a decimal number"),
        (compared({"decimal": "nan"}), "value.decimal", "not a number"),
        (compared({"text": "\\q"}), "value.text", r"\q is no escape"),
        (compared({"x": "y"}), "value", "'x' is no kind of value"),
        (compared({"int": "1", "text": "1"}), "value", "need a text, a number,"),
        (compared(float("nan")), "value", "need a text, a number,"),
        (compared(["a", ["b"]]), "value[1]", "need a text, a number,"),
        ({"property": 1, "exists": True}, "property", "need a text, got int"),
        ({"property": "subject to", "exists": True}, "property", "need ',' or the end, found to"),
        ({"property": "subject", "exists": False}, "exists", "can only be true"),
        ({"property": "flags", "any_bit": True}, "any_bit", "need a whole number"),
        ({"property": "flags", "no_bit": 1.0}, "no_bit", "need a whole number"),
        ({"property": "subject", "relation": "~", "value": 1}, "relation", "need one of <, <=, >,"),
        ({"property": "subject", "relation": "<", "size": "1"}, "size", "need a whole number"),
        ({"property": "subject", "content": "x", "value": "x"}, "content", "need one of full, substring,"),
        ({"property": "subject", "content": "full", "value": 1}, "value", "need a text or octets"),
        (
            {"property": "subject", "content": "full", "value": "x", "is_loose": 1},
            "is_loose",
            "need true or false",
        ),
        ({"any": "row", "where": SUBJECT_DATA}, "any", "need one of recipient, attachment"),
        ({"first": "x", "where": SUBJECT_DATA}, "first", "need a whole number"),
        ({"anr": 1}, "anr", "need a text, got int"),
        ({"annotated": SUBJECT_DATA, "values": [["subject"]]}, "values[0]", "need a property and its value"),
        ({"annotated": SUBJECT_DATA, "values": [["subject", None]]}, "values[0][1]", "need a text, a number,"),
    ],
)
def test_error_says_where_and_what_was_needed(data: object, path: str, problem: str) -> None:
    with pytest.raises(RestrictionSyntax) as caught:
        restriction_from_data(data)

    assert (caught.value.path, problem in caught.value.problem) == (path, True), caught.value


def test_unknown_property_is_named_with_its_path() -> None:
    with pytest.raises(UnknownProperty, match=r"not\.property: at 0: nonsense is no property"):
        restriction_from_data({"not": {"property": "nonsense", "exists": True}})


def test_deepest_data_that_is_taken_is_read() -> None:
    restriction = SUBJECT
    for _ in range(99):
        restriction = Not(restriction)

    assert restriction_from_data(restriction_to_data(restriction)) == restriction


def test_deeper_data_is_too_complex() -> None:
    data: dict[str, object] = SUBJECT_DATA
    for _ in range(10_000):
        data = {"and": [data]}

    with pytest.raises(TooComplex, match="deeper than 100"):
        restriction_from_data(data)


def test_data_that_stands_in_many_places_is_counted_in_each() -> None:
    data: dict[str, object] = SUBJECT_DATA
    for _ in range(90):
        data = {"and": [data, data]}

    with pytest.raises(TooComplex, match="more than 10000 terms"):
        restriction_from_data(data)


KEYS = (
    *["and", "or", "not", "any", "where", "first", "annotated", "values", "anr", "property", "relation", "value"],
    *["content", "ignore_case", "any_bit", "exists", "other", "size", "time", "octets", "int", "text", "decimal"],
)
JSON = st.recursive(
    st.one_of(
        *[st.none(), st.booleans(), st.integers(), st.floats(), any_texts()],
        st.sampled_from(["subject", "<", "==", "matches", "full", "recipient", "2026-01-01", "AP8="]),
    ),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from(KEYS), parts, max_size=4),
    max_leaves=10,
)


def read(data: object) -> None:
    """Read data; only the errors that are promised may come of it, and what is read can be given again."""
    try:
        restriction = restriction_from_data(data)
    except (RestrictionSyntax, UnknownProperty, TooComplex):
        return
    assert restriction_from_data(restriction_to_data(restriction)) == restriction


@EXAMPLES
@given(JSON)
def test_any_data_is_read_or_refused(data: object) -> None:
    read(data)


def with_put(data: object, path: list[int], put: object) -> object:
    """Copy data with ``put`` where the path of indexes leads, or as far as it leads."""
    if not path or not isinstance(data, dict | list) or not data:
        return put
    if isinstance(data, list):
        items = cast("list[object]", data)
        at = path[0] % len(items)
        return [*items[:at], with_put(items[at], path[1:], put), *items[at + 1 :]]
    fields = cast("dict[str, object]", data)
    key = list(fields)[path[0] % len(fields)]
    return {**fields, key: with_put(fields[key], path[1:], put)}


@EXAMPLES
@given(any_restrictions(), st.lists(st.integers(0, 5), max_size=6), JSON)
def test_changed_data_is_read_or_refused(restriction: Restriction, path: list[int], put: object) -> None:
    read(with_put(restriction_to_data(restriction), path, put))
