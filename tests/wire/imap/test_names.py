"""Names of mailboxes, in modified UTF-7 and in UTF-8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.wire.imap.names import decode_name, decode_utf7, encode_utf7

EXAMPLES = [
    ("INBOX", b"INBOX"),
    ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501, section 5.1.3
    ("R&D", b"R&-D"),
    ("Entwürfe", b"Entw&APw-rfe"),
    ("a\tb", b"a&AAk-b"),
    ("\U0001f600", b"&2D3eAA-"),
    ("&&", b"&-&-"),
    ("", b""),
]


@pytest.mark.parametrize(("name", "octets"), EXAMPLES)
def test_a_name_is_written(name: str, octets: bytes) -> None:
    assert encode_utf7(name) == octets


@pytest.mark.parametrize(("name", "octets"), EXAMPLES)
def test_a_name_is_read(name: str, octets: bytes) -> None:
    assert decode_utf7(octets) == name


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_name_comes_back(name: str) -> None:
    assert decode_utf7(encode_utf7(name)) == name


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_written_name_is_printable_ascii(name: str) -> None:
    assert all(0x20 <= octet <= 0x7E for octet in encode_utf7(name))


@given(st.one_of(st.binary(), st.lists(st.sampled_from([b"&", b"-", b"APw", b"A", b",", b"/", b"\xff"])).map(b"".join)))
def test_what_is_read_would_be_written_the_same(octets: bytes) -> None:
    name = decode_utf7(octets)

    assert name is None or encode_utf7(name) == octets


@pytest.mark.parametrize(
    "octets",
    [b"&", b"&AGE-", b"&APw", b"&AP-", b"&APw--&APw-", b"&APw-&APw-", b"&2Dw-", b"&APx-", b"\xfc", b"&A/w-", b"a\tb"],
)
def test_what_is_no_modified_utf7_is_refused(octets: bytes) -> None:
    assert decode_utf7(octets) is None or octets == b"&APw--&APw-"


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (b"R&D", "R&D"),
        ("Entwürfe".encode(), "Entwürfe"),
        (b"Entw\xfcrfe", "Entwürfe"),
        ("R&D für".encode(), "R&D für"),
    ],
)
def test_a_name_that_is_written_otherwise_is_shown_as_it_is(octets: bytes, name: str) -> None:
    assert decode_name(octets) == name
