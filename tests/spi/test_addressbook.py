"""Names that stand for entries: exact ones, and those that begin others (PR_ANR)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model.address import Address
from msgcore.spi.addressbook import AddressBookEntry, NameMatch, NamePattern, best_matches

WORDS = st.lists(st.text("abåß", min_size=1, max_size=3), min_size=1, max_size=4)


def match(name: str, *names: str) -> NameMatch:
    return NamePattern(name).match(names)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("ann alm", "Ann Alm", NameMatch.EXACT),
        ("Alm, Ann", "Ann Alm", NameMatch.EXACT),
        ("asa", "Åsa", NameMatch.EXACT),
        ("STRASSE", "Straße", NameMatch.EXACT),
        ("al an", "Ann Alm", NameMatch.BEGINS),
        ("a a", "Ann Alm", NameMatch.BEGINS),
        ("ann", "Ann Alm", NameMatch.BEGINS),
        ("an an", "Ann Alm", NameMatch.NONE),  # each begins a word of its own
        ("nn", "Ann Alm", NameMatch.NONE),
        ("ann alm lund", "Ann Alm", NameMatch.NONE),
        ("", "Ann Alm", NameMatch.NONE),
        ("!!", "Ann Alm", NameMatch.NONE),
        ("!!", "!!", NameMatch.EXACT),
        ("田", "田中", NameMatch.BEGINS),
    ],
)
def test_a_name_fits_as_a_person_expects(name: str, known: str, expected: NameMatch) -> None:
    assert match(name, known) is expected


def test_the_best_of_several_names_counts() -> None:
    assert match("bobby", "Bob Berg", "Bobby Boy", "bobby") is NameMatch.EXACT


@given(WORDS, st.data())
def test_the_beginnings_of_words_in_any_order_are_found(known: list[str], data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(range(len(known))), unique=True, min_size=1))
    begun = [known[one][: data.draw(st.integers(1, len(known[one])))] for one in some]

    assert match(" ".join(begun), " ".join(known)) >= NameMatch.BEGINS


@given(WORDS, st.permutations(range(4)))
def test_the_words_of_a_name_in_any_order_are_that_name(known: list[str], order: list[int]) -> None:
    turned = [known[one] for one in order if one < len(known)]

    assert match(" ".join(turned).upper(), " ".join(known)) is NameMatch.EXACT


def test_an_exact_name_leaves_out_what_it_only_begins() -> None:
    people = [AddressBookEntry(Address("SMTP", f"{n}@a.test", n)) for n in ("Bob", "Bobby", "bob")]

    assert [one.display_name for one in best_matches("BOB", people)] == ["Bob", "bob"]
