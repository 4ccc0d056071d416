"""Attachments in temporary files."""

from __future__ import annotations

import base64
import quopri

from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.codecs.mime.syntax.transfer import decode_content
from msgcore.providers.imap.held import Download, Held, HeldOnes, TemporaryOctets, decode
from msgcore.providers.imap.skeleton import LeftPart
from msgcore.runtime import BlockingRuntime
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=5_000 if SOAK else 60)

encoded = st.binary(max_size=200).map(base64.encodebytes) | st.binary(max_size=200).map(quopri.encodestring)
broken = st.lists(st.sampled_from([b"QUJD", b"Q", b"=", b"==", b"\r\n", b"\n", b"=3D", b" ", b"-", b"\r"])).map(
    b"".join
)
bodies = encoded.map(lambda octets: octets.replace(b"\n", b"\r\n")) | encoded | broken | st.binary(max_size=60)


def in_a_file(octets: bytes) -> TemporaryOctets:
    content = TemporaryOctets()
    content.add(octets)
    return content


@EXAMPLES
@given(
    bodies,
    st.sampled_from(["base64", "quoted-printable", "", "7bit", "binary", "x-uuencode", "x-own"]),
    st.integers(1, 80),
)
def test_a_body_is_decoded_as_it_is_when_the_message_is_read(body: bytes, encoding: str, block_octets: int) -> None:
    found = decode(in_a_file(body), encoding, block_octets)
    assert found.read(0, 10_000) == decode_content(body, encoding)


@given(st.binary(max_size=50), st.integers(0, 60), st.integers(0, 60))
def test_octets_are_read_from_anywhere(octets: bytes, start: int, count: int) -> None:
    assert in_a_file(octets).read(start, count) == octets[start : start + count]


def test_octets_are_added_behind_what_there_is_wherever_was_read() -> None:
    content = in_a_file(b"abc")
    content.read(0, 1)
    content.add(b"d")
    assert content.read(0, 9) == b"abcd"


def a_part(size_octets: int) -> Held:
    """Hold an attachment of which nothing is there yet."""
    return Held(BlockingRuntime().lock(), size_octets, part=LeftPart("2", "8bit", size_octets, None))


ranges = st.tuples(st.integers(0, 99), st.integers(1, 30)).map(lambda one: (one[0], min(100, sum(one))))


@EXAMPLES
@given(st.lists(ranges, max_size=8), ranges)
def test_what_is_asked_for_is_there_once_what_is_missing_was_put(
    had: list[tuple[int, int]], wanted: tuple[int, int]
) -> None:
    data = bytes(range(100))
    content = a_part(100)
    known: set[int] = set()
    for start, end in had:
        content.put(start, data[start:end])
        known |= set(range(start, end))
    while (missing := content.missing(*wanted)) is not None:
        assert not known & set(range(*missing))
        content.put(missing[0], data[slice(*missing)])
        known |= set(range(*missing))
    start, end = wanted
    assert content.octets.read(start, end - start) == data[start:end]


def test_the_first_octets_are_fetched_alone() -> None:
    assert a_part(1 << 30).missing(0, 7) == (0, 7)


def test_who_reads_on_gets_a_piece_ahead() -> None:
    content = a_part(1 << 30)
    content.put(0, b"1234567")
    assert content.missing(5, 9) == (7, 9 + (1 << 20))


def test_of_what_is_all_there_nothing_is_missing() -> None:
    assert Held(BlockingRuntime().lock(), 7).missing(0, 7) is None


def test_the_contents_that_were_read_last_are_held() -> None:
    ones = HeldOnes()
    for number in range(10):
        ones.hold((1, 1, number), a_part(1))
    assert [number for number in range(10) if ones.held((1, 1, number)) is not None] == list(range(2, 10))


def test_what_is_held_of_a_message_is_forgotten_with_it() -> None:
    ones = HeldOnes()
    for uid in (1, 2):
        ones.hold((7, uid, 0), a_part(1))
    ones.forget(7, 1)
    assert [ones.held((7, uid, 0)) is not None for uid in (1, 2)] == [False, True]


def test_who_takes_what_was_cut_has_it_alone() -> None:
    ones = HeldOnes()
    ones.keep_cut((7, 1, 0), Download(9, "2", "base64", 4))
    assert [ones.take_cut((7, 1, 0)) is not None for _ in range(2)] == [True, False]
