"""Restrictions on wires ([MS-OXCDATA] section 2.12)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.errors import LimitExceeded, MalformedMessage, NotSupported, TooComplex
from msgcore.props import PidTagBody, PidTagMessageFlags, PidTagMessageSize, PidTagSubject, PropertyTag, PropertyType
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
    any_recipient,
    at_most,
)
from msgcore.props.table import PidNameKeywords, PidTagAnr
from msgcore.props.tags import NamedProperty, Property
from msgcore.props.wire import ValueReader, ValueWriter, WireForm, decode_restriction, encode_restriction, has_form
from msgcore.testing.strategies import values
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=5_000 if SOAK else 80)
FORMS = [WireForm.ROP, WireForm.EXTENDED]
T = PropertyType
OWN = NamedProperty[str](UUID(int=1), "Own", T.UNICODE)
IDS = {(OWN.property_set, OWN.lid_or_name): 0x8001}
NAMED = {number: name for name, number in IDS.items()}
SUBJECT = "1f003700"


@pytest.mark.parametrize(
    ("restriction", "form", "octets"),
    [
        (And((Exists(PidTagSubject),)), WireForm.ROP, "00010008" + SUBJECT),
        (And((Exists(PidTagSubject),)), WireForm.EXTENDED, "000100000008" + SUBJECT),
        (Or(()), WireForm.ROP, "010000"),
        (Not(Exists(PidTagSubject)), WireForm.ROP, "0208" + SUBJECT),
        (
            PidTagSubject.contains("a", ignore_case=True),
            WireForm.ROP,
            "0301000100" + SUBJECT + SUBJECT + "61000000",
        ),
        (PidTagMessageSize > 10, WireForm.ROP, "04020300080e0300080e0a000000"),
        (
            PropertyComparison(PidTagSubject, Relation.NE, PidTagBody),
            WireForm.ROP,
            "0505" + SUBJECT + "1f000010",
        ),
        (PidTagMessageFlags.has_any_bit(0x10), WireForm.ROP, "06010300070e10000000"),
        (PidTagMessageFlags.has_no_bit(0x10), WireForm.ROP, "06000300070e10000000"),
        (Size(PidTagSubject, Relation.GE, 7), WireForm.ROP, "0703" + SUBJECT + "07000000"),
        (any_recipient(Exists(PidTagSubject)), WireForm.ROP, "090d00120e08" + SUBJECT),
        (
            Annotation(Exists(PidTagSubject), ((PidTagMessageFlags, 1),)),
            WireForm.ROP,
            "0a010300070e010000000108" + SUBJECT,
        ),
        (at_most(100, Exists(PidTagSubject)), WireForm.ROP, "0b6400000008" + SUBJECT),
        (AmbiguousName("a"), WireForm.ROP, "04041f000c361f000c3661000000"),
        (PidTagSubject.matches("a"), WireForm.ROP, "0406" + SUBJECT + SUBJECT + "61000000"),
        (Comparison(PidTagSubject, Relation.MEMBER_OF, "a"), WireForm.ROP, "0464" + SUBJECT + SUBJECT + "61000000"),
    ],
)
def test_what_each_kind_is_on_a_wire(restriction: Restriction, form: WireForm, octets: str) -> None:
    assert encode_restriction(restriction, form).hex() == octets
    assert decode_restriction(bytes.fromhex(octets), form) == restriction


@pytest.mark.parametrize(
    ("level", "mode"),
    [
        (0x00, ContentMode.FULL),
        (0x01, ContentMode.SUBSTRING),
        (0x02, ContentMode.PREFIX),
        (0x10, ContentMode.WORD_PREFIX),
        (0x12, ContentMode.WORD_PREFIX),
        (0x20, ContentMode.PHRASE),
        (0x21, ContentMode.PHRASE),
    ],
)
def test_what_a_fuzzy_level_means(level: int, mode: ContentMode) -> None:
    octets = bytes.fromhex(f"03{level:02x}000000" + SUBJECT + SUBJECT + "61000000")
    assert decode_restriction(octets) == Content(PidTagSubject, mode, "a")


@pytest.mark.parametrize(
    ("tag", "value", "code"),
    [
        (PidTagMessageFlags, 5, T.LONG),
        (PidTagMessageFlags, True, T.BOOLEAN),
        (PidTagMessageFlags, 2**31, T.I8),
        (PidTagMessageFlags, 1.5, T.DOUBLE),
        (PidTagMessageFlags, Decimal("1.5"), T.CURRENCY),
        (PropertyTag[object](0x6800, T.FLOAT, "Own"), 0.1, T.DOUBLE),
        (PropertyTag[object](0x6800, T.MV_LONG, "Own"), 5, T.LONG),
        (PropertyTag[object](0x6800, T.MV_LONG, "Own"), (5, 6), T.MV_LONG),
        (PropertyTag[object](0x6800, T.SERVER_ID, "Own"), b"a", T.SERVER_ID),
    ],
)
def test_a_value_goes_under_the_type_that_keeps_it(tag: Property[object], value: object, code: PropertyType) -> None:
    octets = encode_restriction(Comparison(tag, Relation.EQ, value))
    read = decode_restriction(octets)
    assert int.from_bytes(octets[6:8], "little") == code
    assert isinstance(read, Comparison)
    assert (read.value, type(read.value)) == (value, type(value))


# Round trips


KINDS = [
    kind
    for kind in PropertyType
    if has_form(kind, WireForm.ROP) and kind.element not in {T.NULL, T.RESTRICTION, T.STRING8, T.RULE_ACTION}
]
TAGS: list[Property[object]] = [
    OWN,
    PidNameKeywords,
    PidTagSubject,
    *(PropertyTag[object](0x6F00 + number, kind, "Own") for number, kind in enumerate(KINDS)),
]
ALL_IDS = {**IDS, (PidNameKeywords.property_set, PidNameKeywords.lid_or_name): 0x8002}
ALL_NAMED = {number: name for name, number in ALL_IDS.items()}
TEXTS = st.text(st.characters(min_codepoint=1), max_size=5)
ANY_TAG = st.sampled_from(TAGS)
RELATIONS = st.sampled_from(Relation)
U32 = st.integers(0, 2**32 - 1)


def wanted(tag: Property[object]) -> SearchStrategy[object]:
    """What a wire can hold as a value of the property, or of one element of it."""
    kind = tag.value_type.element
    return TEXTS if kind is T.UNICODE else values(kind)


def comparisons(tag: Property[object]) -> SearchStrategy[Restriction]:
    return st.builds(Comparison, st.just(tag), RELATIONS, wanted(tag))


LEAVES: SearchStrategy[Restriction] = st.one_of(
    st.builds(Exists, ANY_TAG),
    st.builds(Size, ANY_TAG, RELATIONS, U32),
    st.builds(Bitmask, ANY_TAG, U32, st.booleans()),
    st.builds(PropertyComparison, ANY_TAG, RELATIONS, ANY_TAG),
    st.builds(
        Content,
        ANY_TAG,
        st.sampled_from(ContentMode),
        TEXTS | st.binary(max_size=5),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(AmbiguousName, TEXTS),
    ANY_TAG.flatmap(comparisons),
)


def joined(parts: SearchStrategy[Restriction]) -> SearchStrategy[Restriction]:
    several = st.lists(parts, max_size=3).map(tuple)
    notes = st.lists(st.tuples(st.just(PidTagSubject), TEXTS), max_size=2).map(tuple)
    return st.one_of(
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, parts),
        st.builds(AnyRow, st.sampled_from(SubTable), parts),
        st.builds(Count, U32, parts),
        st.builds(Annotation, parts, notes),
    )


RESTRICTIONS = st.recursive(LEAVES, joined, max_leaves=6)


@pytest.mark.parametrize("form", FORMS)
@EXAMPLES
@given(RESTRICTIONS)
def test_a_restriction_comes_back(form: WireForm, restriction: Restriction) -> None:
    octets = encode_restriction(restriction, form, ids=ALL_IDS)
    assert decode_restriction(octets, form, named=ALL_NAMED) == restriction


@given(RESTRICTIONS, RESTRICTIONS)
def test_restrictions_behind_one_another_are_told_apart(one: Restriction, other: Restriction) -> None:
    writer = ValueWriter(WireForm.ROP, ids=ALL_IDS).restriction(one).restriction(other)
    reader = ValueReader(writer.octets(), WireForm.ROP, named=ALL_NAMED)
    assert (reader.restriction(), reader.restriction(), reader.left) == (one, other, 0)


def test_an_annotation_of_the_other_code_is_read_too() -> None:
    read = decode_restriction(bytes.fromhex("0c000108" + SUBJECT))
    assert read == Annotation(Exists(PidTagSubject), ())


def test_a_comment_on_nothing_always_holds() -> None:
    assert decode_restriction(bytes.fromhex("0a0000")) == Annotation(And(()), ())


def test_a_value_in_a_code_page_is_text_of_the_unicode_property() -> None:
    octets = bytes.fromhex("04041e0037001e003700e900")
    assert decode_restriction(octets, code_page=1252) == PidTagSubject.equals("é")


def test_an_instance_column_is_compared_with_one_value() -> None:
    octets = bytes.fromhex("04041f3000681f30006861000000")
    assert decode_restriction(octets) == PropertyTag[object](0x6800, T.MV_UNICODE, "").equals("a")


# What has no form


@pytest.mark.parametrize(
    "restriction",
    [
        OWN.exists(),
        OWN.matches("a"),
        PidTagSubject.equals("a\0b"),
        Comparison(PidTagSubject, Relation.EQ, None),
        Comparison(PidTagSubject, Relation.EQ, object()),
        PidTagMessageFlags.equals(2**64),
        Comparison(PidTagMessageFlags, Relation.EQ, Decimal("0.00001")),
        PidTagMessageFlags.has_any_bit(2**32),
        PidTagMessageFlags.has_any_bit(-1),
        PidTagSubject.value_size > 2**32,
        at_most(-1, PidTagSubject.exists()),
        Annotation(PidTagSubject.exists(), ((PidTagSubject, "a"),) * 256),
        And((PidTagSubject.exists(),) * 0x10000),
    ],
    ids=lambda restriction: type(restriction).__name__,
)
def test_what_has_no_form_on_a_wire_is_refused(restriction: Restriction) -> None:
    with pytest.raises(NotSupported):
        encode_restriction(restriction)


@pytest.mark.parametrize("form", [WireForm.TNEF, WireForm.MSG])
def test_tnef_and_msg_have_no_restrictions(form: WireForm) -> None:
    assert not has_form(T.RESTRICTION, form)
    with pytest.raises(NotSupported):
        encode_restriction(PidTagSubject.exists(), form)
    with pytest.raises(MalformedMessage):
        decode_restriction(b"\x08\x1f\x00\x37\x00", form)


def test_what_is_no_restriction_is_refused() -> None:
    with pytest.raises(TooComplex, match="bool is no restriction"):
        encode_restriction(Not(True))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_too_deep_a_restriction_is_refused_without_recursion() -> None:
    deep: Restriction = PidTagSubject.exists()
    for _ in range(10_000):
        deep = Not(deep)
    with pytest.raises(TooComplex, match="deeper"):
        encode_restriction(deep)


def test_a_restriction_as_a_value_of_another_comes_back_ten_levels_deep_at_most() -> None:
    tag = PropertyTag[object](0x6F00, T.RESTRICTION, "Own")
    inner: Restriction = PidTagSubject.exists()
    for _ in range(9):
        inner = Annotation(PidTagSubject.exists(), ((tag, inner),))
    assert decode_restriction(encode_restriction(inner)) == inner
    with pytest.raises(TooComplex, match="deeper"):
        encode_restriction(Annotation(PidTagSubject.exists(), ((tag, Not(inner)),)))


# Octets that are no restrictions


@EXAMPLES
@given(st.sampled_from(FORMS), st.binary(max_size=80))
def test_any_octets_give_a_restriction_or_a_typed_error(form: WireForm, octets: bytes) -> None:
    try:
        decode_restriction(octets, form, named=NAMED)
    except (MalformedMessage, LimitExceeded) as error:
        assert isinstance(error, LimitExceeded) or error.offset is not None


@EXAMPLES
@given(RESTRICTIONS, st.integers(0, 10_000), st.integers(0, 255))
def test_a_restriction_with_one_octet_changed_gives_one_or_a_typed_error(
    restriction: Restriction, place: int, octet: int
) -> None:
    octets = bytearray(encode_restriction(restriction, ids=ALL_IDS))
    octets[place % len(octets)] = octet
    try:
        decode_restriction(bytes(octets))
    except (MalformedMessage, LimitExceeded) as error:
        assert isinstance(error, LimitExceeded) or error.offset is not None


@given(RESTRICTIONS, st.data())
def test_a_restriction_that_was_cut_is_malformed(restriction: Restriction, data: st.DataObject) -> None:
    octets = encode_restriction(restriction, ids=ALL_IDS)
    cut = octets[: data.draw(st.integers(0, len(octets) - 1))]
    with pytest.raises(MalformedMessage):
        decode_restriction(cut, named=ALL_NAMED)


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"\x02" * 10_000, "deeper than 100"),
        (b"\x00\xff\xff" + b"\x01\x00\x00" * 0xFFFF, "more than 10000 terms"),
        (b"\x0a\x01\xfd\x00\x79\x66" * 200, "deeper than 100"),  # restrictions as values of annotations
    ],
    ids=["depth", "terms", "values"],
)
def test_depth_and_terms_are_limited_without_recursion(octets: bytes, problem: str) -> None:
    with pytest.raises(LimitExceeded, match=problem):
        decode_restriction(octets)


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        ("", "octet 0"),
        ("0d", "0x0D is no kind of restriction"),
        ("0407" + SUBJECT, "0x07 is no relation"),
        ("0602" + SUBJECT, "no way to look at bits"),
        ("0303000000" + SUBJECT, "no fuzzy level"),
        ("0300000800" + SUBJECT, "no fuzzy level"),
        ("0300000000" + SUBJECT + "0300370001000000", "content cannot be a int"),
        ("09" + SUBJECT, "no table inside a message"),
        ("0863003700", "no property type"),
        ("08" + SUBJECT + "00", "1 octets behind the end"),
        ("00ffff", "65535 elements"),
    ],
)
def test_what_is_wrong(octets: str, problem: str) -> None:
    with pytest.raises(MalformedMessage, match=problem):
        decode_restriction(bytes.fromhex(octets))


def test_an_ambiguous_name_is_an_equal_comparison_with_its_property() -> None:
    assert encode_restriction(PidTagAnr.equals("bob")) == encode_restriction(AmbiguousName("bob"))


def test_a_time_is_compared_by_moment() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    tag = PropertyTag[object](0x6800, T.SYSTIME, "Own")
    assert decode_restriction(encode_restriction(tag.equals(moment))) == tag.equals(moment)


def _doubled(times: int) -> Restriction:
    """Few objects that stand for two to the power of ``times`` terms."""
    made: Restriction = Exists(PidTagSubject)
    for _ in range(times):
        made = And((made, made))
    return made


@pytest.mark.parametrize("form", FORMS)
def test_a_restriction_of_too_many_terms_is_not_written(form: WireForm) -> None:
    with pytest.raises(TooComplex, match="more than 10000 terms"):
        encode_restriction(_doubled(60), form)


@pytest.mark.parametrize("form", FORMS)
def test_a_restriction_of_as_many_terms_as_are_read_is_written(form: WireForm) -> None:
    restriction = Or((Exists(PidTagSubject),) * 9_999)

    assert decode_restriction(encode_restriction(restriction, form), form) == restriction
