"""Bodies that are read in ranges."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.codecs.mime.syntax.transfer import decode_content
from msgcore.providers.imap.even_body import END_OCTETS, EvenBody, EvenPieces, even_body
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=5_000 if SOAK else 80)

lengths = st.sampled_from([4, 60, 64, 72, 76, 1_000])
ends = st.sampled_from([b"", b"\r\n", b"\r\n\r\n", b"\r\n" * 40])


def in_lines(data: bytes, line_octets: int) -> bytes:
    text = base64.b64encode(data)
    return b"\r\n".join(text[start : start + line_octets] for start in range(0, len(text), line_octets))


def looked_at(body: bytes, encoding: str = "base64") -> EvenBody | None:
    tail = body[max(0, len(body) - END_OCTETS) :]
    return even_body(len(body), encoding, body[:END_OCTETS], tail)


def read(body: bytes, even: EvenBody, start: int, end: int, piece_octets: int = 10_000) -> tuple[bytes, bool]:
    """Give the octets of a range, and whether its lines are uneven."""
    found: dict[int, bytes] = {}
    line, stop = even.lines_with(start, end)
    pieces = EvenPieces(even, line, found.__setitem__)
    first = pieces.place
    for place in range(first, stop, piece_octets):
        pieces.take(body[place : min(stop, place + piece_octets)])
    skipped = start - line * even.unit
    return b"".join(found[place] for place in sorted(found))[skipped : skipped + end - start], pieces.is_uneven


@EXAMPLES
@given(st.binary(min_size=1, max_size=3_000), lengths, ends)
def test_the_size_of_base64_is_seen_from_its_ends(data: bytes, line_octets: int, end: bytes) -> None:
    even = looked_at(in_lines(data, line_octets) + end)
    assert even is not None
    assert even.size_octets == len(data)


@EXAMPLES
@given(st.data(), st.binary(min_size=1, max_size=3_000), lengths, ends, st.integers(1, 200))
def test_any_range_of_base64_is_that_of_the_content(
    draw: st.DataObject, data: bytes, line_octets: int, end: bytes, piece_octets: int
) -> None:
    body = in_lines(data, line_octets) + end
    start = draw.draw(st.integers(0, len(data) - 1))
    stop = draw.draw(st.integers(start + 1, len(data)))
    even = looked_at(body)
    assert even is not None
    assert read(body, even, start, stop, piece_octets) == (data[start:stop], False)


@EXAMPLES
@given(st.binary(min_size=1_600, max_size=6_000), lengths, st.data())
def test_uneven_base64_is_seen_or_read_as_it_is_when_the_message_is_read(
    data: bytes, line_octets: int, draw: st.DataObject
) -> None:
    body = in_lines(data, line_octets)
    place = draw.draw(st.integers(0, len(body)))
    instead = draw.draw(st.sampled_from([b"", b"\r\n", b"\n", b"=", b"-", b"QUJD", b"QQ==", b" ", b"\r"]))
    broken = body[:place] + instead + body[place + draw.draw(st.integers(0, 6)) :]
    even = looked_at(broken)
    if even is not None:
        found, is_uneven = read(broken, even, 0, even.size_octets, 500)
        expected = decode_content(broken, "base64")
        assert found == expected[: len(found)]
        assert is_uneven or found == expected


@pytest.mark.parametrize(
    "body",
    [
        b"QUJD\r\nQUI\r\nQUJD",
        b"QUJ\r\nQUJ",
        b"QUJDQ",
        b"QUJDQUJD\r\nQUJD\r\nQUJD\r\nQUJD",
        b"\r\n",
        b"====",
        b"Q===",
        b"",
    ],
    ids=repr,
)
def test_base64_that_is_not_even_is_not_read_in_ranges(body: bytes) -> None:
    assert looked_at(body) is None


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "binary"])
def test_what_is_not_encoded_is_read_in_ranges_as_it_is(encoding: str) -> None:
    body = bytes(range(256)) * 20
    even = looked_at(body, encoding)
    assert even is not None
    assert even.size_octets == 5_120
    assert read(body, even, 300, 4_000, 7) == (body[300:4_000], False)


@pytest.mark.parametrize("encoding", ["quoted-printable", "x-uuencode", "x-own"])
def test_other_encodings_are_not_read_in_ranges(encoding: str) -> None:
    assert looked_at(b"QUJD\r\n" * 500, encoding) is None


@pytest.mark.parametrize("encoding", ["base64", "8bit"])
@pytest.mark.parametrize("wrong", [-1, 1, 78, -78])
def test_a_body_of_another_size_than_the_server_said_is_not_read_in_ranges(encoding: str, wrong: int) -> None:
    body = in_lines(bytes(6_000), 76)
    said = len(body) + wrong
    tail = body[said - END_OCTETS :]
    assert even_body(said, encoding, body[:END_OCTETS], tail) is None
