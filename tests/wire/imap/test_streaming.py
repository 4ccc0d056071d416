"""One large section in pieces, as they arrive."""

from __future__ import annotations

from msgcore.wire.imap.limits import ReaderLimits
from msgcore.wire.imap.response_reader import ResponseReader
from msgcore.wire.imap.responses import Exists, Fetch, LiteralPiece, Response


def drained(reader: ResponseReader, octets: bytes) -> list[Response]:
    """Feed octets, and give what comes out."""
    reader.feed(octets)
    found: list[Response] = []
    while (response := reader.next()) is not None:
        found.append(response)
    return found


def streaming() -> ResponseReader:
    reader = ResponseReader()
    reader.begin_streaming()
    return reader


def test_a_section_comes_in_the_pieces_that_arrive_and_then_its_fetch() -> None:
    reader = streaming()

    assert [
        drained(reader, b"* 1 FETCH (UID 5 BODY[] {6}\r\nab"),
        drained(reader, b"cd"),
        drained(reader, b"ef FLAGS ())\r\n"),
    ] == [
        [LiteralPiece(b"ab")],
        [LiteralPiece(b"cd")],
        [LiteralPiece(b"ef", is_last=True), Fetch(1, uid=5, flags=(), sections={"BODY[]": b""})],
    ]


def test_a_section_of_nothing_has_one_piece() -> None:
    assert drained(streaming(), b"* 1 FETCH (BINARY[1]<0> ~{0}\r\n)\r\n") == [
        LiteralPiece(b"", is_last=True),
        Fetch(1, sections={"BINARY[1]<0>": b""}),
    ]


def test_only_one_section_is_streamed() -> None:
    assert drained(streaming(), b"* 1 FETCH (BODY[1] {1}\r\na BODY[2] {1}\r\nb)\r\n") == [
        LiteralPiece(b"a", is_last=True),
        Fetch(1, sections={"BODY[1]": b"", "BODY[2]": b"b"}),
    ]


def test_other_data_on_the_way_is_given_as_always() -> None:
    octets = b"* 2 FETCH (FLAGS (a))\r\n* 3 EXISTS\r\n* 1 FETCH (PREVIEW {1}\r\np BODY[] {1}\r\na)\r\n"

    assert drained(streaming(), octets) == [
        Fetch(2, flags=("a",)),
        Exists(3),
        LiteralPiece(b"a", is_last=True),
        Fetch(1, preview="p", sections={"BODY[]": b""}),
    ]


def test_a_section_in_quotes_is_in_its_fetch() -> None:
    assert drained(streaming(), b'* 1 FETCH (BODY[] "abc")\r\n') == [Fetch(1, sections={"BODY[]": b"abc"})]


def test_after_the_end_of_streaming_sections_are_whole() -> None:
    reader = streaming()
    reader.end_streaming()

    assert drained(reader, b"* 1 FETCH (BODY[] {1}\r\na)\r\n") == [Fetch(1, sections={"BODY[]": b"a"})]


def test_a_streamed_section_may_be_larger_than_the_limit_of_others() -> None:
    reader = ResponseReader(ReaderLimits(max_literal_octets=10, max_response_octets=100))
    reader.begin_streaming()
    pieces = drained(reader, b"* 1 FETCH (BODY[] {1000}\r\n" + b"x" * 500) + drained(reader, b"x" * 500 + b")\r\n")

    assert [type(one).__name__ for one in pieces] == ["LiteralPiece", "LiteralPiece", "Fetch"]


def test_nothing_is_kept_of_what_was_streamed() -> None:
    reader = streaming()
    drained(reader, b"* 1 FETCH (BODY[] {100000000}\r\n")
    for _ in range(100):
        drained(reader, b"x" * 100_000)

    assert reader.pending_octets < 100
