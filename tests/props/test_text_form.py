"""Restrictions as text: what is written reads as the same, and every example of the grammar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings

from msgcore.errors import TooComplex, WrongType
from msgcore.props import NamedProperty, PropertyTag, PropertyType, Restriction, all_properties, header_property, lookup
from msgcore.props import table as known
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
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
    PidTagEntryId,
    PidTagMappingSignature,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagRead,
    PidTagRecipientType,
    PidTagSenderEmailAddress,
    PidTagSentRepresentingEmailAddress,
    PidTagSubject,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, Property
from msgcore.props.text_form import (
    format_property,
    format_restriction,
    format_sort_order,
    parse_columns,
    parse_property,
    parse_restriction,
    parse_sort_order,
)
from tests.conftest import SOAK
from tests.props.any_restriction import any_properties, any_restrictions, any_values

EXAMPLES = settings(max_examples=5_000 if SOAK else 80, deadline=None)
SET = UUID("11111111-2222-3333-4444-555555555555")
SUBJECT = PidTagSubject.exists()


@EXAMPLES
@given(any_restrictions())
def test_what_is_written_reads_as_the_same_restriction(restriction: Restriction) -> None:
    assert parse_restriction(format_restriction(restriction)) == restriction


@EXAMPLES
@given(any_restrictions())
def test_what_is_written_shows(restriction: Restriction) -> None:
    """No control character, half surrogate or change of direction hides in it."""
    assert format_restriction(restriction).isprintable()


@EXAMPLES
@given(any_values())
def test_a_value_comes_back_of_its_own_kind(value: object) -> None:
    back = parse_restriction(format_restriction(Comparison(PidTagSubject, Relation.EQ, value)))

    assert isinstance(back, Comparison)
    assert (type(back.value), back.value) == (type(value), value)


@EXAMPLES
@given(any_properties())
def test_a_name_that_is_written_reads_as_the_same_property(tag: Property[object]) -> None:
    assert parse_property(format_property(tag)) == tag


def test_every_property_of_the_table_has_a_name_to_read() -> None:
    assert [tag for tag in all_properties() if parse_property(format_property(tag)) != tag] == []


def test_every_name_of_the_table_is_read_in_small_letters() -> None:
    names = {name for tag in all_properties() for name in (tag.name, getattr(tag, "pr_name", ""))} | set(known.ALIASES)

    assert [name for name in names - {""} if parse_property(name.lower()) != lookup(name)] == []


@pytest.mark.parametrize(
    ("text", "restriction"),
    [
        (
            'subject:contains("x") and size > 10240',
            PidTagSubject.contains("x") & (PidTagMessageSizeExtended > 10_240),
        ),
        ('subject:contains("x", ignore_case)', PidTagSubject.contains("x", ignore_case=True)),
        ('subject:starts_with("x", ignore_non_space)', PidTagSubject.starts_with("x", ignore_non_space=True)),
        ('subject = "x"', PidTagSubject.equals("x")),
        ('subject:equals("x", ignore_case)', PidTagSubject.equals("x", ignore_case=True)),
        ('subject:equals("x", exact)', Content(PidTagSubject, ContentMode.FULL, "x")),
        ('subject:equals("x", loose)', Content(PidTagSubject, ContentMode.FULL, "x", is_loose=True)),
        ('subject:has_words("x y")', PidTagSubject.has_words("x y")),
        ('subject:has_words("x y", exact)', PidTagSubject.has_words("x y", ignore_case=False, ignore_non_space=False)),
        ('subject:has_words("x y", ignore_case)', PidTagSubject.has_words("x y", ignore_non_space=False)),
        ('subject:has_phrase("x y")', PidTagSubject.has_phrase("x y")),
        ('subject:has_phrase("x", loose)', Content(PidTagSubject, ContentMode.PHRASE, "x", True, True, is_loose=True)),
        ('subject:matches("^a+$")', PidTagSubject.matches("^a+$")),
        ("subject:exists()", SUBJECT),
        ("flags:has_any_bit(0x10)", PidTagMessageFlags.has_any_bit(0x10)),
        ("flags:has_no_bit(-0x1)", PidTagMessageFlags.has_no_bit(-1)),
        ("body:value_size >= 1048576", PidTagBody.value_size >= 1 << 20),
        ("from != sender", PidTagSentRepresentingEmailAddress.not_equals(PidTagSenderEmailAddress)),
        ("received >= 2026-01-01", PidTagMessageDeliveryTime >= datetime(2026, 1, 1, tzinfo=UTC)),
        ("received < 2026-01-01T10:00:00Z", PidTagMessageDeliveryTime < datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("received < 2026-01-01T00:00:00", PidTagMessageDeliveryTime < datetime(2026, 1, 1)),
        ('PidTagEntryId = x"00ff"', PidTagEntryId.equals(b"\x00\xff")),
        (f"PidTagMappingSignature = {{{SET}}}", Comparison(PidTagMappingSignature, Relation.EQ, SET)),
        (
            f"PidTagMappingSignature = {{{SET}}}/0x10:long",
            PropertyComparison(PidTagMappingSignature, Relation.EQ, NamedProperty[int](SET, 0x10, PropertyType.LONG)),
        ),
        ('keywords = ("red", "blue")', PidNameKeywords.equals(("red", "blue"))),
        ('keywords = ("red")', PidNameKeywords.equals(("red",))),
        ("keywords = ()", PidNameKeywords.equals(())),
        ("size = 1.5", Comparison(PidTagMessageSizeExtended, Relation.EQ, 1.5)),
        ("size = 1.50d", Comparison(PidTagMessageSizeExtended, Relation.EQ, Decimal("1.50"))),
        ("size = -inf", Comparison(PidTagMessageSizeExtended, Relation.EQ, float("-inf"))),
        ("size = 1E+999d", Comparison(PidTagMessageSizeExtended, Relation.EQ, Decimal("1e999"))),
        ("size = infd", Comparison(PidTagMessageSizeExtended, Relation.EQ, Decimal("inf"))),
        ("size = true", PidTagMessageSizeExtended.equals(True)),
        ("size = 0x10000000000000000", PidTagMessageSizeExtended.equals(2**64)),
        (r'subject = "\"\\\n\u0000\ud83d\U000e0001é"', PidTagSubject.equals('"\\\n\0\ud83d\U000e0001é')),
        (
            'any recipient(kind = 1 and address = "a@b.test")',
            any_recipient((PidTagRecipientType.equals(1)) & known.PidTagEmailAddress.equals("a@b.test")),
        ),
        ("any attachment(size > 10)", any_attachment(PidTagAttachSize > 10)),
        ("any attachment(PidTagMessageSizeExtended > 10)", any_attachment(PidTagMessageSizeExtended > 10)),
        ("first 100 of (subject:exists() or to:exists())", at_most(100, SUBJECT | PidTagDisplayTo.exists())),
        ('anr("bob sm")', AmbiguousName("bob sm")),
        (
            'annotated(subject:exists(), to = "x", size = 1)',
            SUBJECT.annotated({PidTagDisplayTo: "x", PidTagMessageSizeExtended: 1}),
        ),
        ("annotated(subject:exists())", Annotation(SUBJECT, ())),
        ("not not subject:exists()", ~~SUBJECT),
        ("not (subject:exists() and subject:exists())", ~(SUBJECT & SUBJECT)),
        ("(subject:exists() and subject:exists()) or subject:exists()", (SUBJECT & SUBJECT) | SUBJECT),
        ("all()", And(())),
        ("any()", Or(())),
        ("any(all(subject:exists()))", Or((And((SUBJECT,)),))),
        ('tag(0x7D05001F) = "x"', PropertyTag[str](0x7D05, PropertyType.UNICODE, "").equals("x")),
        ('tag(0x7D05001F, "sync") = "x"', PropertyTag[str](0x7D05, PropertyType.UNICODE, "", area="sync").equals("x")),
        ('tag(0x0037001F, "") = "x"', PropertyTag[str](0x37, PropertyType.UNICODE, "").equals("x")),
        ('header("x-foo"):exists()', header_property("X-Foo").exists()),
        (f'{{{SET}}}/"a b":mv_unicode:exists()', NamedProperty(SET, "a b", PropertyType.MV_UNICODE).exists()),
        (f"{{{SET}}}/0x8233:systime:exists()", NamedProperty(SET, 0x8233, PropertyType.SYSTIME).exists()),
    ],
)
def test_example_reads_as_and_is_written_for(text: str, restriction: Restriction) -> None:
    assert (parse_restriction(text), format_restriction(restriction)) == (restriction, text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("NOT Subject:EXISTS() AND Any Recipient(KIND = 1)", "not subject:exists() and any recipient(kind = 1)"),
        ("First 3 Of (ALL() Or ANY())", "first 3 of (all() or any())"),
        ('SUBJECT:Contains("X", Ignore_Case, LOOSE)', 'subject:contains("X", ignore_case, loose)'),
        ("Has_Attachments = TRUE or read = False", "has_attachments = true or read = false"),
        ("any Attachment(Size > 1)", "any attachment(size > 1)"),
        ("pidtagsubject:exists()", "subject:exists()"),
        ("pr_Subject:exists()", "subject:exists()"),
        ('Header("x"):exists() or ANR("Bob")', 'header("x"):exists() or anr("Bob")'),
        ("TAG(0x7D05001F):exists()", "tag(0x7D05001F):exists()"),
        (f"{{{SET}}}/1:LONG:exists()", f"{{{SET}}}/0x1:long:exists()"),
        ("size > 10kb", "size > 10240"),
        ("size > 3MB", "size > 3145728"),
        ("size > 1gb", "size > 1073741824"),
        ("size>0x1F", "size > 31"),
        ("size > 1e3", "size > 1000.0"),
        ('subject == "x"', 'subject = "x"'),
        ('subject:equals("x")', 'subject = "x"'),
        ('subject:is_in("x", "y")', 'subject = "x" or subject = "y"'),
        ("subject:is_in()", "any()"),
        ('PidTagSubject = "x"', 'subject = "x"'),
        ('PR_SUBJECT_W = "x"', 'subject = "x"'),
        ('PR_SUBJECT = "x"', 'subject = "x"'),
        ('0x0037001F = "x"', 'subject = "x"'),
        ('0x7D05001F = "x"', 'tag(0x7D05001F) = "x"'),
        ('tag(0x0037001F, "message") = "x"', 'subject = "x"'),
        (f'{{{PS_PUBLIC_STRINGS}}}/"Keywords":mv_unicode:exists()', "keywords:exists()"),
        ('header("X-FOO"):exists()', 'header("x-foo"):exists()'),
        ("received < 2026-01-01T10:00:00.5+02:00", "received < 2026-01-01T08:00:00.500000Z"),
        ("received < 2026-01-01T00:00Z", "received < 2026-01-01"),
        ("subject:exists() and to:exists() or cc:exists()", "(subject:exists() and to:exists()) or cc:exists()"),
        ("cc:exists() or not to:exists() and to:exists()", "cc:exists() or (not to:exists() and to:exists())"),
        ("((subject:exists()))", "subject:exists()"),
        ("all(subject:exists(), to:exists())", "subject:exists() and to:exists()"),
        ("any(subject:exists(), to:exists())", "subject:exists() or to:exists()"),
        ("\n\tsubject : exists ( )\r\n", "subject:exists()"),
        (
            "any attachment(PidTagAttachSize > 1) and PidTagAttachSize > 1",
            "any attachment(size > 1) and PidTagAttachSize > 1",
        ),
    ],
)
def test_what_may_also_be_read_is_written_in_one_way(text: str, written: str) -> None:
    assert format_restriction(parse_restriction(text)) == written


def test_parts_in_parentheses_stay_apart() -> None:
    nested = And((And((SUBJECT, SUBJECT)), SUBJECT))

    assert format_restriction(nested) == "(subject:exists() and subject:exists()) and subject:exists()"


def test_number_of_any_length_is_read() -> None:
    """Python itself writes no more than 4,300 decimal digits."""
    restriction = Comparison(PidTagMessageSizeExtended, Relation.EQ, 1 << 20_000)

    assert format_restriction(parse_restriction(format_restriction(restriction))) == f"size = 0x1{'0' * 5_000}"


def test_time_with_an_offset_is_written_in_utc() -> None:
    moment = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))

    assert format_restriction(PidTagMessageDeliveryTime < moment) == "received < 2025-12-31T23:30:00Z"


@pytest.mark.parametrize("value", [None, object(), ["x"], (("x",),), float("nan"), Decimal("nan"), Decimal("snan")])
def test_value_of_no_property_is_not_written(value: object) -> None:
    with pytest.raises(WrongType):
        format_restriction(Comparison(PidTagSubject, Relation.EQ, value))


def test_time_out_of_range_in_utc_is_not_written() -> None:
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))

    with pytest.raises(WrongType, match="out of range in UTC"):
        format_restriction(PidTagMessageDeliveryTime < first)


def test_what_is_no_restriction_is_not_written() -> None:
    with pytest.raises(TooComplex, match="for equality write"):
        format_restriction(And((PidTagSubject == "x",)))  # type: ignore[arg-type,comparison-overlap]  # what a beginner writes


def test_property_that_is_neither_tagged_nor_named_is_not_written() -> None:
    class Strange(PropertyKey):
        bag_key = 1

        @property
        def label(self) -> str:
            return "Strange"

    with pytest.raises(WrongType, match="Strange"):
        format_property(Strange())


@pytest.mark.parametrize("relation", [Relation.MATCHES, Relation.MEMBER_OF])
def test_relation_between_properties_without_a_sign_is_not_written(relation: Relation) -> None:
    with pytest.raises(TooComplex):
        format_restriction(PropertyComparison(PidTagSubject, relation, PidTagBody))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("received desc, subject", (PidTagMessageDeliveryTime.descending(), PidTagSubject.ascending())),
        ('header("x-foo") desc', (header_property("X-Foo").descending(),)),
    ],
)
def test_sort_order_reads_as_and_is_written_for(text: str, keys: tuple[object, ...]) -> None:
    order = parse_sort_order(text)

    assert (order, format_sort_order(order)) == (keys, text)


def test_sort_order_may_be_in_capitals() -> None:
    assert parse_sort_order("Subject DESC, TO Asc") == (PidTagSubject.descending(), PidTagDisplayTo.ascending())


@pytest.mark.parametrize("text", ["and", "AND", "x", "'", "any recipient(", "subject"])
def test_case_of_a_text_stays(text: str) -> None:
    assert parse_restriction(f'subject = "{text}"') == PidTagSubject.equals(text)


def test_read_is_a_short_name() -> None:
    assert parse_restriction("read = false") == PidTagRead.equals(False)


def test_sort_order_may_say_ascending() -> None:
    assert parse_sort_order("subject asc,to asc") == (PidTagSubject.ascending(), PidTagDisplayTo.ascending())


def test_columns_are_names() -> None:
    columns = parse_columns("subject, PR_BODY, 0x7D05001F")

    assert columns == (PidTagSubject, PidTagBody, PropertyTag[str](0x7D05, PropertyType.UNICODE, ""))


def test_no_columns_are_an_empty_text() -> None:
    assert parse_columns(" ") == ()


def test_restriction_with_and_without_not_is_another() -> None:
    assert parse_restriction("not subject:exists()") == Not(SUBJECT)
