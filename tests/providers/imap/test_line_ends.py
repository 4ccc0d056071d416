"""Octets that servers keep, and back."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.providers.imap.line_ends import Patch, is_clean, patch_from_octets, with_crlf
from msgcore.testing.strategies import mail_octets
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=5_000 if SOAK else 60)

pieces = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"\0", b"a", b" "]), max_size=30).map(b"".join)
any_octets = pieces | mail_octets()


@EXAMPLES
@given(any_octets)
def test_what_is_appended_is_kept_by_every_server(octets: bytes) -> None:
    assert is_clean(with_crlf(octets)[0])


@EXAMPLES
@given(any_octets)
def test_a_patch_brings_back_what_there_was(octets: bytes) -> None:
    clean, patch = with_crlf(octets)
    assert (clean if patch is None else patch_from_octets(bytes(patch)).undo(clean)) == octets


@EXAMPLES
@given(any_octets)
def test_a_patch_says_how_much_shorter_the_octets_were(octets: bytes) -> None:
    clean, patch = with_crlf(octets)
    assert len(octets) == len(clean) - (0 if patch is None else patch.shorter_octets)


@EXAMPLES
@given(any_octets, any_octets)
def test_a_patch_of_other_octets_changes_nothing(octets: bytes, other: bytes) -> None:
    _, patch = with_crlf(octets)
    clean, _ = with_crlf(other)
    assert patch is None or patch.undo(clean) in {None, octets}


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"a\r\nb", b"a\r\nb"),
        (b"a\nb", b"a\r\nb"),
        (b"a\rb", b"a b"),
        (b"a\0b", b"a b"),
        (b"a\r\r\nb", b"a \r\nb"),
        (b"\n\r\n", b"\r\n\r\n"),
        (b"", b""),
    ],
)
def test_line_ends_become_crlf_and_what_no_server_keeps_a_space(octets: bytes, expected: bytes) -> None:
    assert with_crlf(octets)[0] == expected


def test_line_ends_that_are_all_alike_take_little_room() -> None:
    _, patch = with_crlf(b"line\n" * 100_000)
    assert patch is not None
    assert len(bytes(patch)) < 60


@given(st.binary(max_size=60) | st.binary(max_size=60).map(zlib.compress))
def test_what_is_no_patch_is_refused(octets: bytes) -> None:
    try:
        found = patch_from_octets(octets)
    except ValueError:
        return
    assert isinstance(found, Patch)


@pytest.mark.parametrize(
    "text", [b"[1,[1],[0]]", b'[1,["a"],[],[]]', b"[1,[-1],[],[]]", b"{}", b"[" * 100_000, b"[1,[1e9],[],[]]"]
)
def test_a_damaged_patch_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"patch|Expecting|values"):
        patch_from_octets(zlib.compress(text))


def test_a_patch_that_unpacks_to_very_much_is_refused() -> None:
    bomb = zlib.compress(b"[1,[" + b"1," * (10 << 20) + b"1],[],[]]")
    with pytest.raises(ValueError, match=r"Expecting|delimiter|patch"):
        patch_from_octets(bomb)
