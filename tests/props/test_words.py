"""Words of texts, and how folding keeps them: what an index of words relies on."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.base.text import fold, fold_loosely
from msgcore.props.words import LONGEST_WORD, line_of_words, words
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=20_000 if SOAK else 80)

# Letters that fold to other or more letters, marks of every class, signs with marks, jamo, scripts without spaces.
_PECULIAR = [
    *"aAéßſİǰŉΐΣςﬁ½②Ａ_-' \n",
    "\u0301",
    "\u0345",
    "\u0338",
    "=",
    "\u1fed",
    "\u1fb4",
    "\u09c7",
    "\u09be",
    "\ufe0f",
]
_JAMO_AND_UNSPACED = [*"\u1100\u1161\u11a8각", *"漢字々かが\u3099ガｶﾞ", *"ที่\u0e48ກຸខ្មែမြန်"]
_TEXTS = st.text(st.sampled_from([*_PECULIAR, *_JAMO_AND_UNSPACED]) | st.characters(), max_size=12)


def plain(text: str) -> str:
    return fold(text, ignore_non_space=True)


def stands_in(wanted: Sequence[str], found: Sequence[str], is_prefix: bool) -> bool:
    """Say whether words stand among others one behind the other, the last perhaps as the beginning of one."""
    return line_of_words(wanted, is_cut=is_prefix) in line_of_words(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Quarterly report, 2026!", ["Quarterly", "report", "2026"]),
        ("snake_case e-mail don't", ["snake", "case", "e", "mail", "don", "t"]),
        ("ann@a.test", ["ann", "a", "test"]),
        ("Grüße", ["Grüße"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("a \u0301b", ["a", "b"]),
        ("I ❤\ufe0f you", ["I", "you"]),
        ("x½ ²", ["x½", "²"]),
        ("漢字 kanji字", ["漢", "字", "kanji", "字"]),
        ("か\u3099が", ["か\u3099", "が"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("២០", ["២", "០"]),
        ("한국어 말", ["한국어", "말"]),
        ("漢\u0345x", ["漢", "\u0345x"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
    ],
)
def test_the_words_of_a_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_word_counts_by_its_first_255_characters() -> None:
    assert words("b " + "a" * 300 + " c") == ["b", "a" * LONGEST_WORD, "c"]


def test_a_word_is_whole_when_no_limit_is_given() -> None:
    assert words("å" * 300, longest=None) == ["å" * 300]


@given(_TEXTS)
@EXAMPLES
def test_every_ascii_character_of_a_word_is_alphanumeric(text: str) -> None:
    assert [one for word in words(text) for one in word if one.isascii() and not one.isalnum()] == []


@given(_TEXTS)
@EXAMPLES
def test_every_letter_and_digit_of_a_text_is_in_a_word(text: str) -> None:
    assert [one for one in "".join(words(text)) if one.isalnum()] == [one for one in text if one.isalnum()]


@given(_TEXTS)
@EXAMPLES
def test_the_words_of_words_are_themselves(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(_TEXTS)
@EXAMPLES
@example("漢\u0345x")
@example("=\u0338a")
@example("α\u0345\u0301")
def test_the_words_of_a_text_without_diacritics_are_its_words_without_them(text: str) -> None:
    assert words(plain(text)) == [one for word in words(text) for one in words(plain(word))]


@given(_TEXTS)
@EXAMPLES
def test_the_words_without_diacritics_can_be_had_of_the_text_without_case(text: str) -> None:
    assert words(plain(text)) == [one for word in words(fold(text)) for one in words(plain(word))]


@pytest.mark.soak
def test_each_character_of_unicode_is_in_a_word_folded_and_not_or_neither() -> None:
    every = [chr(number) for number in range(0x110000) if unicodedata.category(chr(number))[0] != "M"]

    assert [one for one in every if bool(words(one)) != bool(words(plain(one)))] == []


@given(st.lists(_TEXTS, max_size=6), st.data())
@EXAMPLES
def test_a_run_of_words_stands_in_a_text_as_it_is_and_without_diacritics(texts: list[str], data: st.DataObject) -> None:
    found = words(" ".join(texts))
    start = data.draw(st.integers(0, len(found)))
    wanted = found[start : data.draw(st.integers(start, len(found)))]

    assert stands_in(wanted, found, is_prefix=False)
    assert stands_in(words(plain(" ".join(wanted))), words(plain(" ".join(texts))), is_prefix=False)


@given(_TEXTS, st.data())
@EXAMPLES
def test_the_beginning_of_a_word_stands_in_it_as_it_is_and_without_diacritics(text: str, data: st.DataObject) -> None:
    whole = words(text + "a")[-1]
    beginning = whole[: data.draw(st.integers(1, len(whole)))]

    assert stands_in([beginning], [whole], is_prefix=True)
    assert stands_in(words(plain(beginning)), words(plain(whole)), is_prefix=True)


@pytest.mark.parametrize(
    ("wanted", "found", "is_prefix", "stands"),
    [
        ("b c", "a b c d", False, True),
        ("b d", "a b c d", False, False),
        ("b c", "a b cc", False, False),
        ("b c", "a b cc", True, True),
        ("b c", "a bb c", True, False),
        ("b", "ab", True, False),
        ("", "", False, True),
        ("", "a", False, True),
        ("", "a", True, True),
        ("a", "", True, False),
        ("a b", "a", True, False),
    ],
)
def test_where_a_phrase_stands(wanted: str, found: str, is_prefix: bool, stands: bool) -> None:
    assert stands_in(wanted.split(), found.split(), is_prefix) is stands


@given(st.lists(st.sampled_from("ab"), max_size=4), st.lists(st.sampled_from(["a", "b", "ab"]), max_size=8))
def test_a_whole_phrase_is_also_one_that_may_be_cut(wanted: list[str], found: list[str]) -> None:
    assert stands_in(wanted, found, is_prefix=True) >= stands_in(wanted, found, is_prefix=False)


# Folding


@given(st.text(st.sampled_from(["A", "é", "z", "\u0301", "\u030a", "ﬁ", "\u00a0", " "]), max_size=8))
def test_texts_that_are_the_same_characters_fold_to_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_folds_to_lower_case_only(text: str) -> None:
    assert {fold(text), fold(text, ignore_non_space=True)} == {text.casefold()}


@given(_TEXTS)
@EXAMPLES
def test_what_was_folded_without_diacritics_has_none(text: str) -> None:
    assert [one for one in fold(text, ignore_non_space=True) if unicodedata.combining(one)] == []


def test_more_kinds_of_diacritics_than_are_looked_for_one_by_one_go_too() -> None:
    marks = "".join(chr(number) for number in range(0x300, 0x340))
    assert fold(f"A{marks}b", ignore_non_space=True) == "ab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ａｎｎ", "ann"),
        ("ﬁne", "fine"),
        ("a \t\r\n\u00a0 b", "a b"),
        (" A  b ", " a b "),
        ("Éa\u0301", "ea"),
        ("①", "1"),
        ("a\u3000b", "a b"),
    ],
)
def test_the_loose_form_of_a_text(text: str, expected: str) -> None:
    assert fold_loosely(text) == expected


@given(_TEXTS)
def test_texts_that_are_the_same_characters_are_equal_loosely(text: str) -> None:
    assert fold_loosely(unicodedata.normalize("NFD", text)) == fold_loosely(text)
