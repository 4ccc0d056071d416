"""Answers of several lines, taken off octets that are cut anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import StatusResponse
from msgcore.errors import ProtocolBroken
from msgcore.wire.pop3.answers import Answers
from tests.wire.pop3.maildrop_peer import stuffed

ENOUGH = 1_000_000

# Of what makes trouble: dots, CR, LF alone, and what looks like an answer.
BODIES = st.lists(st.sampled_from([b".", b"..", b"\r", b"\n", b"\r\n", b"+OK", b"-ERR", b"a", b"\0\xff"])).map(
    lambda parts: b"".join([*parts, b"\r\n"]) if parts else b""
)


def cut(octets: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Cut into pieces of these sizes, again and again."""
    pieces: list[bytes] = []
    at = 0
    while at < len(octets):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(octets[at : at + size])
        at += size
    return pieces


CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=5)


def bodies_in(octets: bytes, sizes: Sequence[int]) -> list[bytes | StatusResponse]:
    answers = Answers()
    taken: list[bytes | StatusResponse] = []
    for piece in cut(octets, sizes):
        answers.feed(piece)
        while (answer := answers.lines(ENOUGH)) is not None:
            taken.append(answer)
    assert answers.unused_octets == 0
    return taken


@given(st.lists(BODIES, max_size=5), CUTS)
def test_bodies_come_out_as_they_were_stuffed_however_they_are_cut(bodies: list[bytes], sizes: list[int]) -> None:
    octets = b"".join(b"+OK\r\n" + stuffed(body) for body in bodies)

    assert bodies_in(octets, sizes) == bodies


@given(st.lists(BODIES, max_size=5), CUTS)
def test_pieces_are_the_body_however_it_is_cut(bodies: list[bytes], sizes: list[int]) -> None:
    answers = Answers()
    taken = [b""]
    for piece in cut(b"".join(b"+OK\r\n" + stuffed(body) for body in bodies), sizes):
        answers.feed(piece)
        while (part := answers.piece(ENOUGH)) is not None:
            assert isinstance(part, tuple)
            taken[-1] += part[0]
            if part[1]:
                taken.append(b"")
    assert taken == [*bodies, b""]


@given(st.lists(BODIES, max_size=3), CUTS)
def test_line_ends_of_lf_end_the_body_where_the_status_line_has_one(bodies: list[bytes], sizes: list[int]) -> None:
    """Old servers on Unix; RFC 1939 knows CR LF only."""
    in_lf = [body.replace(b"\r", b"").rstrip(b"\n") + b"\n" for body in bodies]
    octets = b"".join(b"+OK\n" + stuffed(body.replace(b"\n", b"\r\n")).replace(b"\r\n", b"\n") for body in in_lf)

    assert bodies_in(octets, sizes) == in_lf


ANYTHING = st.lists(st.sampled_from([b"+OK", b"-ERR", b".", b"\r", b"\n", b"\r\n", b"x"]), max_size=12).map(b"".join)


def all_of(octets: bytes, sizes: Sequence[int]) -> list[bytes | StatusResponse | str]:
    answers = Answers()
    taken: list[bytes | StatusResponse | str] = []
    for piece in cut(octets, sizes):
        answers.feed(piece)
        try:
            while (answer := answers.lines(ENOUGH)) is not None:
                taken.append(answer)
        except ProtocolBroken as error:
            return [*taken, str(error)]
    return taken


@given(st.binary(max_size=60) | ANYTHING, CUTS)
def test_any_octets_say_the_same_however_they_are_cut(octets: bytes, sizes: list[int]) -> None:
    assert all_of(octets, sizes) == all_of(octets, [1_000])


@given(BODIES, st.data())
def test_a_body_that_is_cut_short_is_never_given(body: bytes, data: st.DataObject) -> None:
    octets = b"+OK\r\n" + stuffed(body)
    answers = Answers()
    answers.feed(octets[: data.draw(st.integers(0, len(octets) - 1))])

    assert answers.lines(ENOUGH) is None


def test_the_body_after_a_stuffed_dot_alone_is_not_over() -> None:
    """Cut right behind ``..``: what poplib takes for the end (security P05)."""
    answers = Answers()
    answers.feed(b"+OK\r\na\r\n..")

    assert answers.lines(ENOUGH) is None


def test_a_dot_alone_between_lf_is_part_of_the_message() -> None:
    assert bodies_in(b"+OK\r\na\n.\nb\r\n.\r\n", [100]) == [b"a\n.\nb\r\n"]


def test_a_line_of_a_megabyte_is_part_of_a_message() -> None:
    assert bodies_in(b"+OK\r\n" + b"x" * 1_000_000 + b"\r\n.\r\n", [65_536]) == [b"x" * 1_000_000 + b"\r\n"]


def test_a_dot_that_the_server_forgot_to_double_stays() -> None:
    """Dovecot 2.3 does not double the one that a message begins with."""
    assert bodies_in(b"+OK\r\n.a\r\n..b\r\n.\r\n", [100]) == [b".a\r\n.b\r\n"]


def test_a_refusal_is_one_line() -> None:
    octets = b"-ERR [SYS/TEMP] later\r\n+OK\r\nx\r\n.\r\n"

    assert bodies_in(octets, [3]) == [StatusResponse("-ERR", "later", "SYS/TEMP"), b"x\r\n"]


@pytest.mark.parametrize("body", [b"x" * 101, b"x\r\n" * 34, b".." * 51])
def test_a_body_over_the_limit_breaks_the_protocol_before_it_has_ended(body: bytes) -> None:
    answers = Answers()
    answers.feed(b"+OK\r\n" + body)

    with pytest.raises(ProtocolBroken, match="more than 100 octets"):
        answers.lines(100)


def test_a_body_over_the_limit_that_has_ended_breaks_the_protocol() -> None:
    answers = Answers()
    answers.feed(b"+OK\r\n" + b"x" * 101 + b"\r\n.\r\n")

    with pytest.raises(ProtocolBroken, match="more than 100 octets"):
        answers.lines(100)


def test_a_status_line_without_end_breaks_the_protocol() -> None:
    answers = Answers()
    answers.feed(b"+OK " + b"x" * 2_044)

    with pytest.raises(ProtocolBroken, match="a status line of more than 2048 octets"):
        answers.status()


@pytest.mark.parametrize(
    ("octets", "begins_well"),
    [(b"", True), (b"+", True), (b"-E", True), (b"+ok", True), (b"-ERR x", True), (b"-- ", False), (b"b", False)],
)
def test_the_next_answer_is_known_by_its_first_octets(octets: bytes, begins_well: bool) -> None:
    answers = Answers()
    answers.feed(octets)

    assert answers.begins_well == begins_well
