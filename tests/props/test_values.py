"""Values: what each type takes, what it refuses, and how large a value is."""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, localcontext
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.props import PidTagMessageSize, PidTagSubject, PropertyTag, PropertyType
from msgcore.props.values import check_kind, check_value, size_octets, value_size

TWO_HOURS_EAST = timezone(timedelta(hours=2))


class Nowhere(tzinfo):
    """A zone that does not know how far from UTC it is."""

    def utcoffset(self, _moment: datetime | None, /) -> None:
        return None

    def dst(self, _moment: datetime | None, /) -> None:
        return None

    def tzname(self, _moment: datetime | None, /) -> None:
        return None


NOWHERE = Nowhere()
WIDTHS = {PropertyType.SHORT: 16, PropertyType.LONG: 32, PropertyType.ERROR: 32, PropertyType.I8: 64}
SOME: dict[PropertyType, object] = {
    PropertyType.SHORT: 1,
    PropertyType.LONG: 1,
    PropertyType.FLOAT: 1.5,
    PropertyType.DOUBLE: 1.5,
    PropertyType.CURRENCY: Decimal("1.5"),
    PropertyType.FLOATING_TIME: datetime(2026, 1, 1),
    PropertyType.ERROR: 0x8004010F,
    PropertyType.BOOLEAN: True,
    PropertyType.I8: 1,
    PropertyType.STRING8: "text",
    PropertyType.UNICODE: "text",
    PropertyType.SYSTIME: datetime(2026, 1, 1, tzinfo=UTC),
    PropertyType.CLSID: UUID(int=1),
    PropertyType.SERVER_ID: b"octets",
    PropertyType.RESTRICTION: PidTagSubject.exists(),
    PropertyType.RULE_ACTION: b"octets",
    PropertyType.BINARY: b"octets",
}
MULTIPLE = [kind for kind in PropertyType if kind.is_multiple]


@pytest.mark.parametrize("kind", SOME, ids=lambda kind: kind.name)
def test_each_type_takes_a_value_of_its_kind(kind: PropertyType) -> None:
    assert check_kind(kind, SOME[kind]) == SOME[kind]


@pytest.mark.parametrize("kind", MULTIPLE, ids=lambda kind: kind.name)
def test_a_multiple_valued_type_takes_a_tuple_of_them(kind: PropertyType) -> None:
    one = SOME[kind.element]
    assert check_kind(kind, [one, one]) == (one, one)


@pytest.mark.parametrize("kind", MULTIPLE, ids=lambda kind: kind.name)
def test_a_multiple_valued_type_refuses_one_value(kind: PropertyType) -> None:
    with pytest.raises(UsageError, match="need a tuple"):
        check_kind(kind, SOME[kind.element])


@pytest.mark.parametrize("kind", SOME, ids=lambda kind: kind.name)
def test_every_other_kind_is_refused(kind: PropertyType) -> None:
    others = [value for value in SOME.values() if type(value) is not type(SOME[kind])]
    if kind in {PropertyType.FLOAT, PropertyType.DOUBLE}:
        others = [value for value in others if type(value) is not int]  # 1 is 1.0
    if kind is PropertyType.RESTRICTION:
        others = [value for value in others if value != b"octets"]  # what could not be read
    for value in (*others, None, object()):
        with pytest.raises(UsageError):
            check_kind(kind, value)


@pytest.mark.parametrize("value", [7, "", b"", False])
def test_null_has_no_value_but_none(value: object) -> None:
    with pytest.raises(UsageError, match="no value"):
        check_kind(PropertyType.NULL, value)
    assert check_kind(PropertyType.NULL, None) is None


@pytest.mark.parametrize("value", [None, 7, "text"])
def test_nothing_is_of_an_unspecified_type(value: object) -> None:
    with pytest.raises(UsageError, match="UNSPECIFIED"):
        check_kind(PropertyType.UNSPECIFIED, value)


@given(st.sampled_from(sorted(WIDTHS)), st.integers(-(2**65), 2**65))
def test_an_integer_is_taken_in_its_signed_and_its_unsigned_reading(kind: PropertyType, number: int) -> None:
    bits = WIDTHS[kind]
    if -(2 ** (bits - 1)) <= number < 2**bits:
        assert check_kind(kind, number) == number
    else:
        with pytest.raises(UsageError, match=f"{bits} bits"):
            check_kind(kind, number)


def test_a_message_size_is_64_bits_wide_under_its_narrow_tag() -> None:
    assert check_value(PidTagMessageSize, 2**40) == 2**40


@pytest.mark.parametrize("kind", [PropertyType.LONG, PropertyType.DOUBLE])
def test_an_enormous_number_is_named_shortly(kind: PropertyType) -> None:
    with pytest.raises(UsageError) as caught:
        check_kind(kind, 10**5_000)
    assert len(str(caught.value)) < 120


@given(st.floats())
def test_a_double_is_kept_bit_for_bit(number: float) -> None:
    kept = check_kind(PropertyType.DOUBLE, number)
    assert struct.pack("<d", kept) == struct.pack("<d", number)


@given(st.integers(-(2**60), 2**60))
def test_an_integer_as_a_double_is_exact_or_refused(number: int) -> None:
    try:
        kept = check_kind(PropertyType.DOUBLE, number)
    except UsageError:
        assert float(number) != number
    else:
        assert (kept, type(kept)) == (number, float)


@given(st.floats(-3e38, 3e38))
def test_a_float_is_rounded_once_to_32_bits(number: float) -> None:
    kept = check_kind(PropertyType.FLOAT, number)
    assert kept == struct.unpack("<f", struct.pack("<f", number))[0] == check_kind(PropertyType.FLOAT, kept)


@pytest.mark.parametrize("number", [1e39, -1e300])
def test_a_float_beyond_32_bits_is_refused(number: float) -> None:
    with pytest.raises(UsageError, match="32-bit float"):
        check_kind(PropertyType.FLOAT, number)


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_a_float_may_be_infinite(number: float) -> None:
    assert check_kind(PropertyType.FLOAT, number) == number


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_currency_takes_every_amount_of_64_bits(units: int) -> None:
    amount = Decimal(units).scaleb(-4)
    with localcontext(prec=3):  # an application's own precision changes nothing
        assert check_kind(PropertyType.CURRENCY, amount) == amount


@pytest.mark.parametrize(
    ("amount", "problem"),
    [
        ("0.00001", "four decimal places"),
        ("922337203685477.58071", "range"),
        ("922337203685477.5808", "range"),
        ("-922337203685477.5809", "range"),
        ("1E+1000000", "range"),
        ("NaN", "range"),
        ("-Infinity", "range"),
    ],
)
def test_a_currency_is_never_rounded(amount: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        check_kind(PropertyType.CURRENCY, Decimal(amount))


def test_zeros_behind_the_fourth_place_are_no_places() -> None:
    assert check_kind(PropertyType.CURRENCY, Decimal("1.500000000")) == Decimal("1.5")


def test_a_time_is_kept_in_utc() -> None:
    kept = check_kind(PropertyType.SYSTIME, datetime(2026, 1, 1, 12, tzinfo=TWO_HOURS_EAST))
    assert isinstance(kept, datetime)
    assert (kept, kept.tzinfo) == (datetime(2026, 1, 1, 10, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    ("kind", "moment", "problem"),
    [
        (PropertyType.SYSTIME, datetime(2026, 1, 1), "naive"),
        (PropertyType.SYSTIME, datetime(2026, 1, 1, tzinfo=NOWHERE), "naive"),
        (PropertyType.SYSTIME, datetime(1, 1, 1, tzinfo=TWO_HOURS_EAST), "out of range"),
        (PropertyType.FLOATING_TIME, datetime(2026, 1, 1, tzinfo=UTC), "no tzinfo"),
    ],
)
def test_a_time_without_a_place_is_refused(kind: PropertyType, moment: datetime, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        check_kind(kind, moment)


@pytest.mark.parametrize("buffer", [bytearray(b"ab"), memoryview(b"ab")])
def test_a_buffer_is_copied(buffer: object) -> None:
    kept = check_kind(PropertyType.BINARY, buffer)
    assert (kept, type(kept)) == (b"ab", bytes)


def test_the_error_names_the_property() -> None:
    with pytest.raises(UsageError, match=r"^PidTagSubject: need str, got bytes$"):
        check_value(PidTagSubject, b"octets")


def test_an_element_of_another_kind_is_refused() -> None:
    tag = PropertyTag[object](0x6800, PropertyType.MV_LONG, "Own")
    with pytest.raises(UsageError, match="Own: need int, got str"):
        check_value(tag, (1, "2"))


# Sizes


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (PropertyType.NULL, 0),
        (PropertyType.SHORT, 2),
        (PropertyType.LONG, 4),
        (PropertyType.FLOAT, 4),
        (PropertyType.DOUBLE, 8),
        (PropertyType.CURRENCY, 8),
        (PropertyType.FLOATING_TIME, 8),
        (PropertyType.ERROR, 4),
        (PropertyType.BOOLEAN, 1),
        (PropertyType.I8, 8),
        (PropertyType.UNICODE, 8),
        (PropertyType.STRING8, 8),
        (PropertyType.SYSTIME, 8),
        (PropertyType.CLSID, 16),
        (PropertyType.BINARY, 6),
        (PropertyType.SERVER_ID, 6),
        (PropertyType.RESTRICTION, 0),
    ],
)
def test_how_many_octets_a_value_takes(kind: PropertyType, size: int) -> None:
    assert value_size(kind, SOME.get(kind)) == size


def test_an_object_has_no_size() -> None:
    assert value_size(PropertyType.OBJECT, object()) == 0


@given(st.text(st.characters()))
def test_text_counts_as_utf_16(text: str) -> None:
    """A character beyond the first 65,536 takes four octets, half a surrogate pair two."""
    octets = sum(4 if character > "\uffff" else 2 for character in text)
    assert value_size(PropertyType.UNICODE, text) == size_octets(text) == octets


@pytest.mark.parametrize("kind", MULTIPLE, ids=lambda kind: kind.name)
def test_several_values_are_as_large_as_all_of_them(kind: PropertyType) -> None:
    one = SOME[kind.element]
    assert value_size(kind, (one, one)) == 2 * value_size(kind.element, one)
