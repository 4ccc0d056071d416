"""Search keys as they are put together, and as they are written."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InjectionRefused, UsageError
from msgcore.wire.imap.command import Command, write_command
from msgcore.wire.imap.criteria import SearchCriteria, all_of, header, key, not_, or_, saved, uids
from msgcore.wire.imap.uid_set import MAX_UID, UidSet


def written(criteria: SearchCriteria) -> bytes:
    (piece,) = write_command(Command(b"SEARCH", *criteria.arguments), b"A", 2**62)
    assert isinstance(piece.octets, bytes)
    return piece.octets.removeprefix(b"A SEARCH ").removesuffix(b"\r\n")


SEEN, LARGE = key("SEEN"), key("LARGER", 100)


@pytest.mark.parametrize(
    ("criteria", "octets"),
    [
        (SearchCriteria(), b"ALL"),
        (SEEN, b"SEEN"),
        (LARGE, b"LARGER 100"),
        (key("since", date(2024, 2, 1)), b"SINCE 1-Feb-2024"),
        (key("BEFORE", datetime(33, 12, 31, 23, 59)), b"BEFORE 31-Dec-0033"),
        (key("SUBJECT", 'say "hi" \\o/'), b'SUBJECT "say \\"hi\\" \\\\o/"'),
        (key("SUBJECT", "a\tb"), b'SUBJECT "a\tb"'),
        (key("SUBJECT", "Grüße"), "SUBJECT {7+}\r\nGrüße".encode()),
        (key("SUBJECT", "{3+}"), b'SUBJECT "{3+}"'),
        (key("KEYWORD", "$Forwarded"), b"KEYWORD $Forwarded"),
        (key("X-GM-RAW", "has:attachment"), b'X-GM-RAW "has:attachment"'),
        (header("X-Spam", "yes"), b'HEADER "X-Spam" "yes"'),
        (header("X-Spam"), b'HEADER "X-Spam" ""'),
        (uids(UidSet.of([1, 2, 3, 7])), b"UID 1:3,7"),
        (uids(UidSet()), b"NOT ALL"),
        (saved(), b"$"),
        (all_of(SEEN, LARGE), b"SEEN LARGER 100"),
        (all_of(), b"ALL"),
        (or_(), b"NOT ALL"),
        (or_(SEEN), b"SEEN"),
        (or_(SEEN, LARGE), b"OR SEEN LARGER 100"),
        (or_(all_of(SEEN, LARGE), SEEN), b"OR (SEEN LARGER 100) SEEN"),
        (or_(SEEN, LARGE, SEEN), b"OR SEEN OR LARGER 100 SEEN"),
        (not_(SEEN), b"NOT SEEN"),
        (not_(all_of(SEEN, LARGE)), b"NOT (SEEN LARGER 100)"),
        (not_(not_(SEEN)), b"NOT NOT SEEN"),
        (not_(SearchCriteria()), b"NOT ALL"),
        (all_of(uids(UidSet.of([4])), not_(uids(UidSet.of([5])))), b"UID 4 NOT UID 5"),
    ],
)
def test_criteria_are_written_as_search_keys(criteria: SearchCriteria, octets: bytes) -> None:
    assert written(criteria) == octets


@pytest.mark.parametrize("text", ["a\r\nA2 LOGOUT", "a\nb", "a\0b"])
def test_text_cannot_begin_a_command(text: str) -> None:
    with pytest.raises(InjectionRefused):
        written(key("SUBJECT", text))


@pytest.mark.parametrize("keyword", ["", "a b", "a)", "a\r\nb", 'a"b', "ä", "*", "a]"])
def test_a_keyword_is_an_atom(keyword: str) -> None:
    with pytest.raises(UsageError):
        key("KEYWORD", keyword)


@pytest.mark.parametrize("name", ["", "SEEN DELETED", "(", "1:*", "SEEN\r\n"])
def test_a_key_is_a_word(name: str) -> None:
    with pytest.raises(UsageError, match="is no search key"):
        key(name)


def test_text_is_no_criteria() -> None:
    with pytest.raises(UsageError, match=r"'ALL' are no search keys; key\(\"ALL\"\) makes some"):
        SearchCriteria("ALL")  # type: ignore[arg-type]  # what a new user writes


def test_numbers_do_not_go_below_0() -> None:
    with pytest.raises(UsageError, match="LARGER -1: there are no numbers below 0"):
        key("LARGER", -1)


def test_what_holds_other_than_ascii_says_so() -> None:
    assert not or_(SEEN, not_(all_of(SEEN, key("TO", "Grüße")))).is_ascii


def test_what_needs_extensions_says_which() -> None:
    found = all_of(or_(key("X-GM-RAW", "x"), SEEN), not_(key("EMAILID", "M1")), key("OLDER", 60), saved())

    assert found.extensions == {"X-GM-EXT-1", "OBJECTID", "WITHIN", "SEARCHRES"}


@given(st.lists(st.sampled_from([SEEN, LARGE]), min_size=1, max_size=200))
def test_alternatives_nest_no_deeper_than_they_have_to(some: list[SearchCriteria]) -> None:
    assert written(or_(*some)).count(b"OR") == len(some) - 1


@given(st.sets(st.integers(1, 2**32 - 1), min_size=1), st.integers(15, 100))
def test_long_sets_are_split_and_nothing_is_lost(numbers: set[int], octets: int) -> None:
    pieces = all_of(SEEN, uids(UidSet.of(numbers)), LARGE).split(octets)
    lines = [written(piece).removeprefix(b"SEEN UID ").removesuffix(b" LARGER 100") for piece in pieces]

    assert [n for line in lines for n in UidSet.parse(line)] == sorted(numbers)


@given(st.sets(st.integers(1, 2**32 - 1), min_size=1), st.integers(25, 100))
def test_no_piece_of_a_long_set_is_longer_than_asked(numbers: set[int], octets: int) -> None:
    pieces = uids(UidSet.of(numbers)).split(octets)

    assert max(len(written(piece)) for piece in pieces) <= octets + len("UID ")


SCATTERED = UidSet.of(range(1, 2_000, 2))


def test_what_is_not_in_a_long_set_is_in_another() -> None:
    assert not_(uids(SCATTERED)).keys == (UidSet(((1, MAX_UID),)).without(SCATTERED),)
    assert not_(not_(uids(SCATTERED))) == uids(SCATTERED)


def test_alternative_sets_are_one() -> None:
    assert or_(uids(UidSet.of([1, 3])), uids(UidSet.of([2]))) == uids(UidSet.of([1, 2, 3]))
    assert written(or_(uids(UidSet.of([1, 3])), SEEN, uids(UidSet.of([2])))) == b"OR UID 1:3 SEEN"


def test_the_longest_of_several_sets_is_split() -> None:
    pieces = all_of(uids(UidSet.of([1, 9])), uids(SCATTERED)).split(1_000)

    assert UidSet.union(*(one for piece in pieces for one in piece.keys[1:] if isinstance(one, UidSet))) == SCATTERED
    assert {piece.keys[0] for piece in pieces} == {UidSet.of([1, 9])}


def test_criteria_without_a_set_are_one_piece() -> None:
    assert all_of(SEEN, LARGE).split(1) == [all_of(SEEN, LARGE)]
