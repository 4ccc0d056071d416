"""Compressed RTF, both ways ([MS-OXRTFCP])."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.octets import Limits
from msgcore.codecs.rtf import check_compressed, compress, decompress, store
from msgcore.errors import LimitExceeded, MalformedMessage

# Sections 4.1 and 4.2: as they stand there, with the RTF.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
HELLO_RTF = b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
CROSSING_RTF = b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"

_words = st.sampled_from([b"{\\rtf1\\ansi", b"\\par ", b"\r\n", b"a", b"abc", b"\0", b"\\f0\\fs20", b"x" * 40, b"}"])
_rtf = st.one_of(st.binary(max_size=300), st.lists(_words, max_size=300).map(b"".join))


def rules(octets: bytes) -> set[str]:
    return {finding.rule for finding in check_compressed(octets)}


@given(_rtf)
def test_what_is_compressed_is_decompressed_the_same(rtf: bytes) -> None:
    octets = compress(rtf)
    assert decompress(octets) == rtf
    assert check_compressed(octets) == ()


@given(_rtf)
def test_what_is_stored_is_read_the_same(rtf: bytes) -> None:
    octets = store(rtf)
    assert decompress(octets) == rtf
    assert check_compressed(octets) == ()


@given(_rtf, st.data())
def test_a_cut_gives_the_text_as_far_as_it_goes(rtf: bytes, data: st.DataObject) -> None:
    octets = compress(rtf)
    cut = octets[: data.draw(st.integers(16, len(octets) - 1))]
    assert rtf.startswith(decompress(cut))
    assert check_compressed(cut) != ()


@given(st.binary(max_size=2_000))
def test_any_contents_give_text_or_a_typed_error(contents: bytes) -> None:
    octets = HELLO[:16] + contents
    assert len(decompress(octets)) <= 8.5 * len(contents)
    assert all(0 <= finding.offset <= len(octets) for finding in check_compressed(octets))


def test_text_far_longer_than_the_window_keeps_its_references() -> None:
    source = random.Random(1)
    pieces = [source.randbytes(source.randrange(1, 60)) for _ in range(400)]
    rtf = b"".join(source.choice(pieces) for _ in range(10_000))
    octets = compress(rtf)
    assert decompress(octets) == rtf
    assert len(octets) < len(rtf)


@pytest.mark.parametrize(("octets", "rtf"), [(HELLO, HELLO_RTF), (CROSSING, CROSSING_RTF)])
def test_the_examples_of_the_specification(octets: bytes, rtf: bytes) -> None:
    assert decompress(octets) == rtf
    assert check_compressed(octets) == ()


def test_a_reference_may_overlap_what_it_writes() -> None:
    assert compress(CROSSING_RTF) == CROSSING


def test_a_part_of_the_dictionary_that_was_never_written_is_spaces() -> None:
    reference = struct.pack(">H", 300 << 4 | 2)
    assert decompress(HELLO[:16] + b"\x01" + reference) == b"    "


TOLERATED: list[tuple[bytes, bytes, set[str]]] = [
    (HELLO[:12] + bytes(4) + HELLO[16:], HELLO_RTF, {"rtf-crc"}),
    (b"\xff\xff\xff\xff" + HELLO[4:], HELLO_RTF, {"rtf-compressed-size"}),
    (b"\x0c\0\0\0" + HELLO[4:], HELLO_RTF, {"rtf-compressed-size", "rtf-crc"}),
    (HELLO[:4] + b"\x0a\0\0\0" + HELLO[8:], HELLO_RTF, {"rtf-raw-size"}),
    (HELLO[:4] + b"\xff\xff\xff\xff" + HELLO[8:], HELLO_RTF, {"rtf-raw-size"}),
    (HELLO[:-2], HELLO_RTF, {"rtf-compressed-size", "rtf-crc", "rtf-no-end"}),
    (HELLO[:-1], HELLO_RTF, {"rtf-compressed-size", "rtf-crc", "rtf-cut"}),
    (HELLO + b"padding that is more than one step of the decoder", HELLO_RTF, set()),
    (store(b"{\\rtf1}") + b"\0\0", b"{\\rtf1}", set()),
    (store(b"{\\rtf1}")[:-1], b"{\\rtf1", {"rtf-compressed-size", "rtf-raw-size"}),
    (HELLO[:16], b"", {"rtf-compressed-size", "rtf-raw-size", "rtf-crc", "rtf-no-end"}),
]


@pytest.mark.parametrize(("octets", "rtf", "found"), TOLERATED)
def test_what_is_wrong_is_tolerated_and_told(octets: bytes, rtf: bytes, found: set[str]) -> None:
    assert decompress(octets) == rtf
    assert rules(octets) == found


@pytest.mark.parametrize("octets", [b"", HELLO[:15], HELLO[:8] + b"LZFx" + HELLO[12:]])
def test_without_a_header_there_is_nothing_to_read(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decompress(octets)
    with pytest.raises(MalformedMessage):
        check_compressed(octets)


def test_the_limit_counts_what_comes_out() -> None:
    octets = compress(b" " * 100_000)
    assert len(octets) < 20_000
    with pytest.raises(LimitExceeded):
        decompress(octets, Limits(total_octets=99_999))
    assert len(decompress(octets, Limits(total_octets=100_000))) == 100_000
