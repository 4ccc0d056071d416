"""Large attachments: found in a message, cut out of it, and read piece by piece as the whole message gives them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.large_parts import LONGEST_LINE, LargePart, cut_out, large_parts
from msgcore.codecs.mime.part_stream import START, read_part
from msgcore.codecs.mime.piecewise import PiecewiseWriter
from msgcore.codecs.mime.syntax.transfer import encode_quoted_printable
from msgcore.model import Attachment, Message
from msgcore.props.table import PidTagBody
from msgcore.testing.strategies import composed_messages
from tests.codecs.mime.corpus_files import each_corpus_message, messages_in

CONTENT = bytes(range(256)) * 800
"""More than three blocks, however it is encoded."""


def attachments_of(message: Message, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Attachment]]:
    for number, one in enumerate(message.attachments):
        yield (*path, number), one
        if one.message is not None:
            yield from attachments_of(one.message, (*path, number))


def with_body(encoding: str, body: bytes) -> bytes:
    return b"Content-Type: application/x\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (encoding.encode(), body)


def in_steps(octets: bytes, part: LargePart, step: int) -> bytes:
    """Read a part from its start to its end."""
    pieces: list[bytes] = []
    place = START
    for start in range(0, part.size_octets, step):
        piece, place = read_part(part, lambda at, count: octets[at : at + count], start, step, place)
        pieces.append(piece)
    return b"".join(pieces)


def in_lines(content: bytes, width: int, line_end: bytes) -> bytes:
    encoded = base64.b64encode(content)
    return b"".join(encoded[at : at + width] + line_end for at in range(0, len(encoded), width))


# Of any message


@each_corpus_message()
def test_parts_of_the_corpus_read_in_pieces_are_what_the_attachments_hold(folder: Path) -> None:
    for path in messages_in(folder):
        octets = path.read_bytes()
        attachments = dict(attachments_of(mime.read(octets)))
        for part in large_parts(octets, 1):
            step = max(1, part.size_octets // 3)
            assert in_steps(octets, part, step) == attachments[part.path].data, f"{path.name} {part.path}"


@each_corpus_message()
def test_a_skeleton_of_the_corpus_reads_as_its_message_does(folder: Path) -> None:
    for path in messages_in(folder):
        octets = path.read_bytes()
        parts = large_parts(octets, 1)
        skeleton = cut_out(octets, parts)
        if skeleton is not None:
            assert told(mime.read(skeleton)) == told(mime.read(octets)), path.name
            assert len(skeleton) == len(octets) - sum(part.end - part.start for part in parts), path.name


def told(message: Message) -> list[object]:
    """Say all but what attachments hold; a message in a message that was encoded is not looked at."""
    files = [(path, one.filename, one.content_type, one.is_inline) for path, one in attachments_of(message)]
    return [message.subject, message.said(PidTagBody), message.html, [*message.headers], files]


@given(composed_messages())
def test_what_is_written_piece_by_piece_is_the_message(message: Message) -> None:
    assert b"".join(PiecewiseWriter(message, 1).chunks()) == mime.write(message)


@given(composed_messages())
def test_the_places_that_the_writer_knows_are_those_of_the_attachments(message: Message) -> None:
    writer = PiecewiseWriter(message, 1)
    octets = b"".join(writer.chunks())
    parts = writer.parts()

    if parts is not None:
        attachments = dict(attachments_of(mime.read(octets)))
        assert [in_steps(octets, part, 100) for part in parts] == [attachments[part.path].data for part in parts]
        assert writer.skeleton == cut_out(octets, parts)


def test_a_body_in_base64_is_no_part_that_can_be_left_out() -> None:
    writer = PiecewiseWriter(Message(text="a\rb"), 1)
    list(writer.chunks())

    assert writer.parts() is None


def test_an_attachment_of_an_attached_message_has_the_path_to_it() -> None:
    octets = mime.write(Message(text="t", attachments=[b"\0" * 99, Message(attachments=[b"\1", b"\2" * 99])]))

    assert [part.path for part in large_parts(octets, 100)] == [(0,), (1, 1)]


def test_a_small_attachment_is_no_part() -> None:
    octets = mime.write(Message(text="t", attachments=[b"\0" * 10]))

    assert large_parts(octets, 1_000) == ()


# Base64


@given(st.binary(min_size=1, max_size=300), st.integers(1, 30), st.sampled_from([b"\n", b"\r\n"]), st.integers(1, 50))
def test_base64_in_even_lines_is_read_at_any_place(content: bytes, groups: int, line_end: bytes, step: int) -> None:
    octets = with_body("base64", in_lines(content, groups * 4, line_end))
    (part,) = large_parts(octets, 1)

    assert part.line_octets > 0
    assert in_steps(octets, part, step) == content


@given(
    st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 80), st.sampled_from([b"=", b" ", b"\n", b"-", b"A"])))
)
def test_base64_of_any_form_is_read_as_the_whole_is(content: bytes, added: list[tuple[int, bytes]]) -> None:
    body = base64.b64encode(content)
    for at, octet in added:
        body = body[:at] + octet + body[at:]
    octets = with_body("base64", body + b"\r\n")
    (attachment,) = mime.read(octets).attachments

    for part in large_parts(octets, 1):
        assert in_steps(octets, part, 7) == attachment.data


def test_base64_in_uneven_lines_is_read_over_many_blocks() -> None:
    octets = with_body("base64", in_lines(CONTENT, 76, b"\r\n").replace(b"\r\n", b"\r\n \r\n", 1))
    (part,) = large_parts(octets, 1)

    assert part.line_octets == 0
    assert in_steps(octets, part, 10_000) == CONTENT


def test_reading_on_in_uneven_base64_does_not_begin_anew() -> None:
    octets = with_body("base64", b" " + base64.b64encode(CONTENT))
    (part,) = large_parts(octets, 1)
    read: list[int] = []

    def body(at: int, count: int) -> bytes:
        read.append(count)
        return octets[at : at + count]

    place = START
    for start in range(0, part.size_octets, 1_000):
        _, place = read_part(part, body, start, 1_000, place)

    assert sum(read) == part.end - part.start


def test_reading_back_in_uneven_base64_begins_anew() -> None:
    octets = with_body("base64", b" " + base64.b64encode(CONTENT))
    (part,) = large_parts(octets, 1)
    _, place = read_part(part, lambda at, count: octets[at : at + count], 150_000, 10, START)

    assert read_part(part, lambda at, count: octets[at : at + count], 5, 10, place)[0] == CONTENT[5:15]


def test_base64_that_goes_on_behind_padding_is_no_part() -> None:
    """Where it ends hangs on all of it."""
    assert large_parts(with_body("base64", b"Q=UFB QUFB"), 1) == ()


@pytest.mark.parametrize(
    "body", [b"QUJD\r\nQUJ\x00\r\n", b"QUJDQUJD\nQUJD\nQUJDQUJD\n", b"QU=D\nQUJD\n", b"QUJD\r\nQUJDQ"]
)
def test_lines_that_are_not_all_alike_are_not_counted(body: bytes) -> None:
    assert [part.line_octets for part in large_parts(with_body("base64", body), 1)] in ([], [0])


# Quoted-printable, and as it is


@given(
    st.lists(st.sampled_from(["=41", "=", "a", " ", "\t", "==", "=4", "é", "\n"]), max_size=40).map("".join),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 10),
)
def test_quoted_printable_is_read_as_the_whole_is(text: str, line_end: str, step: int) -> None:
    octets = with_body("quoted-printable", text.replace("\n", line_end).encode())
    (attachment,) = mime.read(octets).attachments

    for part in large_parts(octets, 1):
        assert in_steps(octets, part, step) == attachment.data


def test_quoted_printable_is_read_over_many_blocks() -> None:
    body = encode_quoted_printable("a =é \n".encode() * 20_000)
    octets = with_body("quoted-printable", body)
    (attachment,) = mime.read(octets).attachments
    (part,) = large_parts(octets, 1)

    assert in_steps(octets, part, 10_000) == attachment.data


@pytest.mark.parametrize("body", [b"a\nb\r\n", b"a\rb\n", b"x" * (LONGEST_LINE + 1)], ids=["mixed", "cr", "long"])
def test_quoted_printable_that_has_to_be_read_as_a_whole_is_no_part(body: bytes) -> None:
    assert large_parts(with_body("quoted-printable", body), 1) == ()


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "x-unknown"])
def test_what_is_not_encoded_is_read_as_it_is(encoding: str) -> None:
    octets = with_body(encoding, CONTENT)
    (part,) = large_parts(octets, 1)

    assert in_steps(octets, part, 10_000) == CONTENT


def test_what_is_uuencoded_is_no_part() -> None:
    assert large_parts(with_body("x-uuencode", b"begin 644 f\r\n#0V%T\r\n`\r\nend\r\n"), 1) == ()


# Octets that have changed


@pytest.mark.parametrize(
    "body", [in_lines(CONTENT, 76, b"\n"), b" " + base64.b64encode(CONTENT)], ids=["even", "uneven"]
)
def test_a_body_that_is_too_short_is_told(body: bytes) -> None:
    octets = with_body("base64", body)
    (part,) = large_parts(octets, 1)

    with pytest.raises(ValueError, match=r"octets|too soon"):
        in_steps(octets[: len(octets) // 2], part, 50_000)
