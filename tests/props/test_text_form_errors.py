"""Texts that are no restriction: which error, at which character, and never another one."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.errors import RestrictionSyntax, TooComplex, UnknownProperty
from msgcore.props.restriction import And, Not, Restriction
from msgcore.props.table import PidTagSubject
from msgcore.props.text_form import format_restriction, parse_columns, parse_restriction, parse_sort_order
from msgcore.props.text_form.lexer import MAX_CHARACTERS
from tests.conftest import SOAK
from tests.props.any_restriction import any_restrictions

EXAMPLES = settings(max_examples=20_000 if SOAK else 60, deadline=None)
# fmt: off
PIECES = [
    "subject", "size", "received", "PR_SUBJECT", "0x7D05001F", "header", "tag", "unicode", "nonsense",
    "(", ")", ",", ":", "=", "==", "<", ">=", "!=", "/", "\"", "{", "~", "é", "\0", "'",
    "and", "or", "not", "any", "AND", "Any", "all", "first", "of", "anr", "annotated", "recipient", "desc",
    "contains", "equals", "has_words", "matches", "exists", "value_size", "is_in", "has_any_bit",
    "exact", "loose", "ignore_case", "true", '"x"', r'"\u0041"', r'"\q"', 'x"00"', 'x"0"',
    "1", "10kb", "1.5d", "1e999", "-0x1F", "inf", "2026-01-01", "2026-13-01", "2026-01-01T10:00:00Z",
    "{00020329-0000-0000-c000-000000000046}",
]
# fmt: on


def read(text: str) -> Restriction | None:
    """Read a text with all that reads one; only the errors that are promised may come of it."""
    for parse in (parse_sort_order, parse_columns):
        with contextlib.suppress(RestrictionSyntax, UnknownProperty, TooComplex):
            parse(text)
    try:
        return parse_restriction(text)
    except RestrictionSyntax as error:
        assert error.position is not None
        assert 0 <= error.position <= len(text)
        assert len(str(error).splitlines()) == 1
    except UnknownProperty as error:
        assert len(str(error).splitlines()) == 1
    except TooComplex:
        pass
    return None


def is_stable(restriction: Restriction | None) -> bool:
    if restriction is None:
        return True
    written = format_restriction(restriction)
    return format_restriction(parse_restriction(written)) == written


@EXAMPLES
@given(st.text(st.characters(), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert is_stable(read(text))


@EXAMPLES
@given(st.lists(st.sampled_from(PIECES), max_size=15).map(" ".join))
def test_any_order_of_words_is_read_or_refused(text: str) -> None:
    assert is_stable(read(text))


@EXAMPLES
@given(any_restrictions(), st.data())
def test_a_changed_text_is_read_or_refused(restriction: Restriction, data: st.DataObject) -> None:
    text = format_restriction(restriction)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 10)))
    put = data.draw(st.sampled_from(["", " ", *PIECES]))

    assert is_stable(read(text[:start] + put + text[end:]))


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 0, "need a condition, found the end"),
        ("  ", 2, "need a condition, found the end"),
        ("subject", 7, "need ':' or a comparison, found the end"),
        ("subject and", 8, "need ':' or a comparison, found and"),
        ('subject = "x" to', 14, "need 'and', 'or' or the end, found to"),
        ('subject = "x" XOR size = 1', 14, "need 'and', 'or' or the end, found XOR"),
        ('(subject = "x"', 14, "need ')', found the end"),
        ("subject =", 9, "need a value or a property, found the end"),
        ("subject = and", 10, "and is no property"),
        ('subject = "x', 10, 'the text that starts here has no closing "'),
        ("subject ~ 1", 8, "no word, number or sign starts with '~'"),
        ("subject = 'x'", 10, "text stands in double quotes, not in '"),
        ("subject = “x”", 10, "text stands in double quotes, not in “"),
        ("subject = x", 10, "x is no property that msgcore knows; text stands in double quotes"),
        ("from != sendr", 8, "; text stands in double quotes; did you mean sender?"),
        ("quarterly report", 0, "quarterly is no property that msgcore knows; words are looked for by body:has_words("),
        ("subjet:exists()", 0, "subjet is no property that msgcore knows; did you mean subject?"),
        ("RECIEVED > 2026-01-01", 0, "did you mean received?"),
        ("pidtagsubjct:exists()", 0, "did you mean PidTagSubject?"),
        ('subject = "\\x41"', 10, r"\x is no escape"),
        ('subject = "\\u12"', 10, r"\u is no escape"),
        ('subject = "\\U00110000"', 10, r"\U00110000 is no escape"),
        ('subject = x"0"', 10, "octets are pairs of hexadecimal digits"),
        ("subject = 12q", 10, "'q' is no unit"),
        ("subject = 1.5kb", 10, "a number with a unit has no fraction"),
        ("subject = 1e999", 10, "too large for a floating-point number"),
        ("subject = 1e99999999999999999999d", 10, "need a decimal number"),
        (f"subject = {'9' * 5000}", 10, "9"),
        ("subject = nan", 10, "nan is no property"),
        ("subject = 2026-13-01", 10, "need a date or time"),
        ("subject = 2026-01-01T25:00:00Z", 10, "need a date or time"),
        ("subject = 0001-01-01T00:00:00+01:00", 10, "need a date or time"),
        ("subject = {0002}", 10, "need a guid"),
        ("subject:foo()", 8, "need one of exists, is_in, value_size,"),
        ('subject:contian("x")', 8, "has_no_bit, found contian; did you mean contains?"),
        ("subject:exists", 14, "need '(', found the end"),
        ("subject:contains(1)", 17, "need a text or octets, found 1"),
        ("subject:contains()", 17, "need a value, found )"),
        ('subject:contains("x", foo)', 22, "need one of ignore_case, ignore_non_space, exact, loose, found foo"),
        ('subject:contains("x", loose, loose)', 29, "need one of ignore_case, ignore_non_space, exact, found loose"),
        ('subject:contains("x", exact, ignore_case)', 20, "exact leaves nothing to ignore"),
        ("flags:has_any_bit(1.5)", 18, "need a whole number, found 1.5"),
        ("flags:has_any_bit(true)", 18, "need a whole number, found true"),
        ("body:value_size 10", 16, "need a comparison, found 10"),
        ('body:value_size > "x"', 18, 'need a whole number, found "x"'),
        ("subject = ((1))", 11, "need a value, found ("),
        ("any recipent(kind = 1)", 4, "need recipient or attachment, found recipent"),
        ("any = 1", 4, "need '(', found ="),
        ("first ten of (subject:exists())", 6, "need a whole number, found ten"),
        ("first 10 (subject:exists())", 9, "need 'of', found ("),
        ("anr(bob)", 4, "need a text in double quotes, found bob"),
        ("annotated(subject:exists(), size > 1)", 33, "need '=', found >"),
        ("annotated(subject:exists(), size = to)", 35, "need a value (text stands in double quotes), found to"),
        ("subject:contains(x)", 17, "need a value (text stands in double quotes), found x"),
        ("0x0037 = 1", 0, "need a condition, found 0x0037"),
        ("0x00370FFF = 1", 0, "0x00370FFF ends with no property type"),
        ("tag(1) = 1", 4, "need a tag number of eight digits"),
        ("tag(0x00370FFF) = 1", 4, "0x00370FFF ends with no property type"),
        ('header("a\\n"):exists()', 7, "header name: holds '\\n' at 1"),
        ("header(a):exists()", 7, "need a text in double quotes, found a"),
        ("{00020329-0000-0000-c000-000000000046}:exists()", 38, "need '/', found :"),
        ("{00020329-0000-0000-c000-000000000046}/a:long", 39, "need a number or a name in double quotes, found a"),
        ("{00020329-0000-0000-c000-000000000046}/0x100000000:long", 39, "LID of 32 bits"),
        ('{00020329-0000-0000-c000-000000000046}/"a\nb" size', 45, "need ':', found size"),
        ('subject = "a\nb" "c\rd"', 16, "need 'and', 'or' or the end, found \"c d\""),
        ("{00020329-0000-0000-c000-000000000046}/1:int", 41, "need a type, one of null, short,"),
        (f"subject = {'x' * 100}", 10, f"{'x' * 30}… is no property"),
    ],
)
def test_error_says_where_and_what_was_needed(text: str, position: int, problem: str) -> None:
    with pytest.raises((RestrictionSyntax, UnknownProperty)) as caught:
        parse_restriction(text)

    assert str(caught.value).startswith(f"at {position}: ")
    assert problem in str(caught.value)


def test_name_without_a_like_one_is_only_named() -> None:
    with pytest.raises(UnknownProperty) as caught:
        parse_restriction("colour = 1")

    assert str(caught.value) == "at 0: colour is no property that msgcore knows"


def test_number_of_several_properties_names_them() -> None:
    with pytest.raises(RestrictionSyntax) as caught:
        parse_restriction("0x1046001F:exists()")

    assert str(caught.value) == (
        "at 0: 0x1046001F is the number of several properties: PidTagInternetReturnPath, PidTagOriginalMessageId"
    )


@pytest.mark.parametrize(("text", "position"), [("subject up", 8), ("subject,", 8), (",", 0), ("subject desc asc", 13)])
def test_sort_order_error_says_where(text: str, position: int) -> None:
    with pytest.raises(RestrictionSyntax) as caught:
        parse_sort_order(text)

    assert caught.value.position == position


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("(", ")"),
        ("not ", ""),
        ("all(", ")"),
        ("any(", ")"),
        ("any recipient(", ")"),
        ("first 1 of (", ")"),
        ("annotated(", ")"),
        ("subject:exists() and (subject:exists() or (", "))"),
    ],
)
@pytest.mark.parametrize("depth", [200, 20_000])
def test_deep_text_is_too_complex(opening: str, closing: str, depth: int) -> None:
    with pytest.raises(TooComplex):
        parse_restriction(opening * depth + "subject:exists()" + closing * depth)


def test_deepest_restriction_that_is_taken_is_read() -> None:
    restriction = PidTagSubject.exists()
    for _ in range(99):
        restriction = And((restriction,))

    assert parse_restriction(format_restriction(restriction)) == restriction


def test_deeper_restriction_is_not_written() -> None:
    restriction = PidTagSubject.exists()
    for _ in range(10_000):
        restriction = Not(restriction)

    with pytest.raises(TooComplex, match="deeper than 100"):
        format_restriction(restriction)


def test_ten_thousand_terms_are_not_exceeded() -> None:
    with pytest.raises(TooComplex, match="more than 10000 terms"):
        parse_restriction(" or ".join(["size=1"] * 10_000))


def test_long_text_is_too_complex() -> None:
    with pytest.raises(TooComplex, match="longer than 1048576 characters"):
        parse_restriction(" " * (MAX_CHARACTERS + 1))


def test_text_that_would_be_too_long_to_read_is_not_written() -> None:
    with pytest.raises(TooComplex, match="longer than 1048576 characters"):
        format_restriction(PidTagSubject.contains("x" * MAX_CHARACTERS))


def test_longest_literal_is_read() -> None:
    text = '\\"' * 500_000

    assert parse_restriction(f'subject:contains("{text}")') == PidTagSubject.contains('"' * 500_000)
