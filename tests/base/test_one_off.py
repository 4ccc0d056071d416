"""One-off entry ids and lists of entry ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.one_off import OneOffEntryId, flat_entry_list, read_flat_entry_list
from msgcore.errors import MalformedMessage

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)

# Laid out by hand from [MS-OXCDATA] section 2.2.5.1: flags, provider, version, bits, three texts in UTF-16.
BOB = bytes.fromhex(
    "00000000" "812b1fa4bea310199d6e00dd010f5402" "0000" "0190"
    "42006f0062000000" "53004d00540050000000" "62004000620000 00"
)  # fmt: skip


def test_the_octets_are_those_of_the_specification() -> None:
    assert bytes(OneOffEntryId("Bob", "SMTP", "b@b")) == BOB


@given(TEXTS, TEXTS, TEXTS)
def test_any_address_reads_back(name: str, address_type: str, address: str) -> None:
    one_off = OneOffEntryId(name, address_type, address)

    assert OneOffEntryId.parse(bytes(one_off)) == one_off


@pytest.mark.parametrize("takes_rich_form", [False, True])
def test_the_flag_says_who_reads_tnef(takes_rich_form: bool) -> None:
    """MAPI_ONE_OFF_NO_RICH_INFO, the lowest bit, is clear for those who do."""
    octets = bytes(OneOffEntryId("Bob", "SMTP", "b@b", takes_rich_form))

    assert (octets[22] & 1, OneOffEntryId.parse(octets).takes_rich_form) == (not takes_rich_form, takes_rich_form)


def test_texts_that_are_not_unicode_are_read_as_windows_1252() -> None:
    octets = BOB[:22] + bytes.fromhex("0110") + b"B\xf3b\0SMTP\0b@b\0"

    assert OneOffEntryId.parse(octets) == OneOffEntryId("Bób", "SMTP", "b@b")


@pytest.mark.parametrize("octets", [b"", BOB[:30], bytes(40), BOB[:-1]], ids=["empty", "cut", "another kind", "open"])
def test_what_is_no_one_off_entry_id_is_malformed(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        OneOffEntryId.parse(octets)


def test_a_list_holds_each_entry_with_its_size_and_padded_to_four_octets() -> None:
    assert flat_entry_list([b"abcde", b"wxyz"]) == bytes.fromhex(
        "02000000" "14000000" "05000000" "6162636465000000" "04000000" "7778797a"
    )  # fmt: skip


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_any_list_reads_back(entry_ids: list[bytes]) -> None:
    assert read_flat_entry_list(flat_entry_list(entry_ids)) == tuple(entry_ids)


def test_a_list_that_promises_more_entries_than_it_has_is_malformed() -> None:
    with pytest.raises(MalformedMessage):
        read_flat_entry_list(bytes.fromhex("ffffffff" "04000000" "00000000"))  # fmt: skip
