"""Values on wires: the documents' own examples, round trips, and octets that are no values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.base.octets import Limits
from msgcore.errors import LimitExceeded, MalformedMessage, NotSupported, UsageError
from msgcore.props import PropertyType, Restriction
from msgcore.props.wire import (
    ValueReader,
    ValueWriter,
    WireForm,
    WireObject,
    decode_streams,
    decode_value,
    encode_streams,
    encode_value,
    has_form,
    is_in_stream,
    slot_of_stream,
)
from msgcore.testing.strategies import values
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=5_000 if SOAK else 60)
ROP, EXTENDED, TNEF, MSG = WireForm
T = PropertyType
TEXTS = frozenset({T.UNICODE, T.STRING8})
OF_STREAMS = frozenset({T.MV_UNICODE, T.MV_STRING8, T.MV_BINARY})
IID_MESSAGE = UUID("00020307-0000-0000-c000-000000000046")


@pytest.mark.parametrize(
    ("kind", "value", "form", "octets"),
    [
        # [MS-OXCDATA] section 2.11.1
        (T.NULL, None, ROP, ""),
        (T.SHORT, -2, ROP, "feff"),
        (T.LONG, 0x01020304, ROP, "04030201"),
        (T.LONG, 0xFFFFFFFF, ROP, "ffffffff"),
        (T.FLOAT, 1.0, ROP, "0000803f"),
        (T.DOUBLE, 1.0, ROP, "000000000000f03f"),
        (T.CURRENCY, Decimal("1.0001"), ROP, "1127000000000000"),
        (T.FLOATING_TIME, datetime(1900, 1, 4, 6), ROP, "0000000000001540"),  # 5.25, the document's example
        (T.FLOATING_TIME, datetime(1899, 12, 29, 6), ROP, "000000000000f4bf"),  # -1.25
        (T.ERROR, 0x8004010F, ROP, "0f010480"),
        (T.BOOLEAN, True, ROP, "01"),
        (T.I8, -1, ROP, "ffffffffffffffff"),
        (T.STRING8, "é", ROP, "e900"),
        (T.UNICODE, "é😀", ROP, "e9003dd800de0000"),
        (T.SYSTIME, datetime(1601, 1, 1, 0, 0, 1, tzinfo=UTC), ROP, "8096980000000000"),
        (T.CLSID, UUID("00112233-4455-6677-8899-aabbccddeeff"), ROP, "33221100554477668899aabbccddeeff"),
        (T.SERVER_ID, b"\0own", ROP, "0400006f776e"),
        (T.SERVER_ID, b"\0own", EXTENDED, "0400006f776e"),
        (T.BINARY, b"abc", ROP, "0300616263"),
        (T.BINARY, b"abc", EXTENDED, "03000000616263"),
        (T.RULE_ACTION, b"\1\0\2\0ab", ROP, "010002006162"),
        (T.RULE_ACTION, b"\1\0\0\0\2\0\0\0ab", EXTENDED, "01000000020000006162"),
        (T.MV_SHORT, (1, 2), ROP, "0200000001000200"),
        (T.MV_BOOLEAN, (True, False), ROP, "020000000100"),
        (T.MV_BINARY, (b"a", b""), ROP, "020000000100610000"),
        (T.MV_BINARY, (b"a", b""), EXTENDED, "02000000010000006100000000"),
        (T.MV_UNICODE, ("a", ""), ROP, "02000000610000000000"),
        # [MS-OXTNEF] section 2.1.3.4: each value padded to four octets, lengths without their padding
        (T.SHORT, 1, TNEF, "01000000"),
        (T.BOOLEAN, True, TNEF, "01000000"),
        (T.STRING8, "ab", TNEF, "010000000300000061620000"),
        (T.UNICODE, "a", TNEF, "010000000400000061000000"),
        (T.BINARY, b"abcde", TNEF, "01000000050000006162636465000000"),
        (T.MV_SHORT, (1, 2), TNEF, "020000000100000002000000"),
        (T.MV_BINARY, (b"a", b"bcde"), TNEF, "0200000001000000610000000400000062636465"),
        (T.OBJECT, WireObject(UUID(int=0), b"x"), TNEF, "0100000011000000" + "00" * 16 + "78000000"),
        # [MS-OXMSG] sections 2.4.2.1, 2.1.3 and 2.1.4.1
        (T.BOOLEAN, True, MSG, "0100000000000000"),
        (T.SHORT, -1, MSG, "ffff000000000000"),
        (T.I8, 1, MSG, "0100000000000000"),
        (T.UNICODE, "a", MSG, "6100"),
        (T.BINARY, b"abc", MSG, "616263"),
        (T.CLSID, UUID(int=0), MSG, "00" * 16),
        (T.MV_SHORT, (1, 2), MSG, "01000200"),
    ],
)
def test_what_a_value_is_on_a_wire(kind: PropertyType, value: object, form: WireForm, octets: str) -> None:
    assert encode_value(kind, value, form).hex() == octets


# Round trips


def kinds_of(form: WireForm) -> list[PropertyType]:
    return [
        kind
        for kind in PropertyType
        if has_form(kind, form)
        and kind.element not in {T.NULL, T.OBJECT, T.RESTRICTION, T.RULE_ACTION}
        and not (form is MSG and kind in OF_STREAMS)
    ]


def values_of(kind: PropertyType) -> SearchStrategy[object]:
    """Values of a type, without the NULs that no text can hold which ends with one."""
    if kind.element in TEXTS:
        text = st.text(st.characters(min_codepoint=1, max_codepoint=0xFF if kind.element is T.STRING8 else None))
        return st.lists(text, max_size=3).map(tuple) if kind.is_multiple else text
    return values(kind)


@pytest.mark.parametrize("form", WireForm)
@EXAMPLES
@given(st.data())
def test_a_value_of_every_type_comes_back_from_every_form(form: WireForm, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(kinds_of(form)))
    value = data.draw(values_of(kind))

    read = decode_value(kind, encode_value(kind, value, form, code_page=28591), form, code_page=28591)

    unsigned = kind.element is T.ERROR
    assert (read, type(read)) == (value, type(value)) or unsigned


@pytest.mark.parametrize("form", [ROP, TNEF])
@given(st.data())
def test_several_values_behind_one_another_are_told_apart(form: WireForm, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(kinds_of(form)), max_size=5))
    given_values = [data.draw(values_of(kind)) for kind in kinds]
    writer = ValueWriter(form, code_page=28591)
    for kind, value in zip(kinds, given_values, strict=True):
        writer.value(kind, value)

    reader = ValueReader(writer.octets(), form, code_page=28591)

    assert [reader.value(kind) for kind in kinds] == given_values
    reader.end()


@EXAMPLES
@given(st.sampled_from(sorted(OF_STREAMS)), st.data())
def test_values_in_streams_of_their_own_come_back(kind: PropertyType, data: st.DataObject) -> None:
    given_values = data.draw(values_of(kind))
    lengths, streams = encode_streams(kind, given_values, code_page=28591)
    assert decode_streams(kind, lengths, streams, code_page=28591) == given_values


def test_a_length_stream_counts_the_terminators() -> None:
    assert encode_streams(T.MV_UNICODE, ("a", "bc")) == (
        b"\4\0\0\0\6\0\0\0",
        ("a\0".encode("utf-16-le"), "bc\0".encode("utf-16-le")),
    )


def test_a_length_stream_of_octets_has_a_reserved_field_for_each() -> None:
    assert encode_streams(T.MV_BINARY, (b"abc",)) == (b"\3\0\0\0\0\0\0\0", (b"abc",))


@pytest.mark.parametrize(
    ("kind", "stream", "size"), [(T.UNICODE, b"a\0", 4), (T.STRING8, b"a", 2), (T.BINARY, b"abc", 3)]
)
def test_the_slot_of_a_stream_counts_a_terminator_that_is_not_there(
    kind: PropertyType, stream: bytes, size: int
) -> None:
    assert slot_of_stream(kind, stream) == size.to_bytes(8, "little")


@pytest.mark.parametrize(("kind", "is_there"), [(T.LONG, False), (T.CLSID, True), (T.UNICODE, True), (T.MV_LONG, True)])
def test_which_values_stand_in_a_stream(kind: PropertyType, is_there: bool) -> None:
    assert is_in_stream(kind) is is_there


@given(st.datetimes(datetime(1721, 1, 1), datetime(2078, 12, 31)))
def test_a_floating_time_of_our_days_comes_back_exactly(moment: datetime) -> None:
    assert decode_value(T.FLOATING_TIME, encode_value(T.FLOATING_TIME, moment, ROP), ROP) == moment


@given(st.datetimes())
def test_any_floating_time_comes_back_on_its_day_and_nearly(moment: datetime) -> None:
    read = decode_value(T.FLOATING_TIME, encode_value(T.FLOATING_TIME, moment, ROP), ROP)
    assert isinstance(read, datetime)
    assert read.date() == moment.date()
    assert abs(read - moment) <= timedelta(microseconds=50)


@given(st.datetimes())
def test_a_floating_time_of_whole_milliseconds_comes_back_exactly_from_any_year(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
    assert decode_value(T.FLOATING_TIME, encode_value(T.FLOATING_TIME, moment, ROP), ROP) == moment


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_time_comes_back_also_from_before_1601(moment: datetime) -> None:
    assert decode_value(T.SYSTIME, encode_value(T.SYSTIME, moment, ROP), ROP) == moment


@given(st.sampled_from([T.UNICODE, T.STRING8]), st.text(st.sampled_from("a\0")))
def test_nuls_in_a_text_of_known_size_are_kept(kind: PropertyType, text: str) -> None:
    """Exactly one NUL ends a text in TNEF, and none in a .msg stream; what is before it belongs to the text."""
    assert decode_value(kind, encode_value(kind, text, TNEF), TNEF) == text
    assert decode_value(kind, encode_value(kind, text, MSG), MSG) == text


@pytest.mark.parametrize(
    ("code_page", "text", "octets"),
    [
        (1250, "Škoda", b"\x8akoda"),
        (932, "日本", b"\x93\xfa\x96\x7b"),
        (950, "中文", b"\xa4\xa4\xa4\xe5"),
        (65001, "é", b"\xc3\xa9"),
    ],
)
def test_text_in_a_code_page(code_page: int, text: str, octets: bytes) -> None:
    assert encode_value(T.STRING8, text, MSG, code_page=code_page) == octets
    assert decode_value(T.STRING8, octets, MSG, code_page=code_page) == text


# What a form cannot say


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        (T.UNICODE, "a\0b", ROP),
        (T.STRING8, "a\0b", EXTENDED),
        (T.STRING8, "日", TNEF),
        (T.BINARY, bytes(0x10000), ROP),
        (T.RESTRICTION, b"what is none", ROP),
        (T.RULE_ACTION, b"\1\0\5\0ab", ROP),
        (T.RULE_ACTION, b"\2\0\0\0", ROP),
        (T.RULE_ACTION, b"\0\0and more", ROP),
        (T.OBJECT, b"octets", TNEF),
        (T.OBJECT, b"octets", ROP),
        (T.NULL, None, TNEF),
        (T.SERVER_ID, b"", MSG),
        (T.UNSPECIFIED, None, ROP),
        (T.MV_UNICODE, ("a",), MSG),
    ],
)
def test_what_a_form_cannot_say_is_refused(kind: PropertyType, value: object, form: WireForm) -> None:
    with pytest.raises(NotSupported):
        encode_value(kind, value, form)


@pytest.mark.parametrize("form", WireForm)
def test_a_value_of_another_kind_is_refused(form: WireForm) -> None:
    with pytest.raises(UsageError, match="need int, got str"):
        encode_value(T.LONG, "1", form)


# Octets that are no values


@EXAMPLES
@given(st.sampled_from(WireForm), st.sampled_from(PropertyType), st.binary(max_size=60), st.integers(0, 70_000))
def test_any_octets_give_a_value_or_a_typed_error(
    form: WireForm, kind: PropertyType, octets: bytes, code_page: int
) -> None:
    try:
        decode_value(kind, octets, form, code_page=code_page)
    except (MalformedMessage, LimitExceeded) as error:
        assert isinstance(error, LimitExceeded) or error.offset is not None


@EXAMPLES
@given(st.sampled_from(sorted(OF_STREAMS)), st.binary(max_size=16), st.lists(st.binary(max_size=5), max_size=3))
def test_any_streams_give_values_or_a_typed_error(kind: PropertyType, lengths: bytes, streams: list[bytes]) -> None:
    try:
        found = decode_streams(kind, lengths, streams)
    except MalformedMessage:
        return
    assert len(found) == len(streams)


@pytest.mark.parametrize("form", [ROP, EXTENDED, TNEF])
@given(st.data())
def test_a_value_that_was_cut_is_malformed(form: WireForm, data: st.DataObject) -> None:
    """But for the padding at the end, which real writers leave out."""
    kind = data.draw(st.sampled_from(kinds_of(form)))
    octets = encode_value(kind, data.draw(values_of(kind)), form, code_page=28591)
    assume(octets)
    cut = octets[: data.draw(st.integers(0, len(octets) - 1))]
    reader = ValueReader(cut, form, code_page=28591)

    try:
        reader.value(kind)
    except MalformedMessage as error:
        assert error.offset is not None and error.offset <= len(cut)
    else:
        assert [finding.rule for finding in reader.findings] == ["padding-cut"]


@pytest.mark.parametrize(
    ("kind", "octets", "form", "problem"),
    [
        (T.LONG, "0102", ROP, "octet 0: need 4 octets"),
        (T.LONG, "0102030405", ROP, "1 octets behind the end"),
        (T.BINARY, "050061", ROP, "octet 2: need 5 octets"),
        (T.UNICODE, "6100", ROP, "octet 0: text without a NUL"),
        (T.MV_LONG, "ffff0000", ROP, "65535 elements of 4 octets or more"),
        (T.MV_BINARY, "02000000", TNEF, "2 elements of 4 octets or more"),
        (T.UNICODE, "0200000000000000", TNEF, "2 values of the single-valued type"),
        (T.OBJECT, "010000000100000000000000", TNEF, "without the interface"),
        (T.SYSTIME, "ffffffffffffff7f", ROP, "out of range"),
        (T.MV_SYSTIME, "01000000ffffffffffffff7f", ROP, "out of range"),
        (T.FLOATING_TIME, "000000000000f87f", ROP, "out of range"),
        (T.FLOATING_TIME, "000000000000f07f", ROP, "out of range"),
        (T.SHORT, "0100", MSG, "need 6 octets"),
        (T.MV_LONG, "010203", MSG, "3 octets for values of 4"),
        (T.MV_UNICODE, "", MSG, "several streams"),
        (T.SERVER_ID, "0000", TNEF, "no value of type SERVER_ID"),
        (T.UNSPECIFIED, "", ROP, "no value of type UNSPECIFIED"),
    ],
)
def test_what_is_wrong_and_where(kind: PropertyType, octets: str, form: WireForm, problem: str) -> None:
    with pytest.raises(MalformedMessage, match=problem):
        decode_value(kind, bytes.fromhex(octets), form)


def test_what_a_slot_reserves_is_ignored() -> None:
    assert decode_value(T.LONG, b"\7\0\0\0junk", MSG) == 7


@pytest.mark.parametrize(
    ("kind", "octets", "form", "text", "rule"),
    [
        (T.UNICODE, b"a\0b", MSG, "a", "text-cut"),
        (T.STRING8, b"a\x81", MSG, "a\ufffd", "text-undecodable"),
        (T.STRING8, b"\1\0\0\0\2\0\0\0ab\0\0", TNEF, "ab", "text-unterminated"),
        (T.STRING8, b"\1\0\0\0\3\0\0\0ab\0", TNEF, "ab", "padding-cut"),
    ],
)
def test_what_is_tolerated_is_told(kind: PropertyType, octets: bytes, form: WireForm, text: str, rule: str) -> None:
    reader = ValueReader(octets, form)
    assert reader.value(kind) == text
    assert [finding.rule for finding in reader.findings] == [rule]


def test_half_a_surrogate_pair_comes_back() -> None:
    assert decode_value(T.UNICODE, encode_value(T.UNICODE, "a\ud800b", TNEF), TNEF) == "a\ud800b"


def test_more_octets_than_the_limit_are_refused() -> None:
    with pytest.raises(LimitExceeded):
        decode_value(T.BINARY, bytes(100), MSG, limits=Limits(total_octets=99))


def test_more_than_a_hundred_thousand_values_are_refused() -> None:
    with pytest.raises(LimitExceeded, match="100001 values"):
        decode_value(T.MV_BOOLEAN, (100_001).to_bytes(4, "little") + bytes(100_001), ROP)


def test_a_restriction_is_a_value_in_the_forms_that_have_it() -> None:
    octets = bytes.fromhex("081f003700")  # exists(PidTagSubject)
    read = decode_value(T.RESTRICTION, octets, ROP)
    assert isinstance(read, Restriction)
    assert encode_value(T.RESTRICTION, read, EXTENDED) == octets
