"""Whatever a server says, only responses or ``ProtocolBroken`` come out, and the same in whatever way it is cut."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import ProtocolBroken
from msgcore.wire.imap.limits import ReaderLimits
from msgcore.wire.imap.response_reader import ResponseReader
from msgcore.wire.imap.responses import LiteralPiece, Response, UnknownData
from tests.conftest import SOAK
from tests.wire.imap.dialogues.record import recorded
from tests.wire.imap.reading import read, read_pieces

DIALOGUE = b"".join(turn.octets for turn in recorded("dovecot") if turn.is_server)
LINES = DIALOGUE.splitlines(keepends=True)
SMALL = ReaderLimits(200, 200, 400, 5, 10)
SLACK = 4
"""For slow machines."""

__all__ = ["SOAK"]


def outcome(*pieces: bytes) -> tuple[list[Response], str]:
    """Give what comes out until the connection ends, and why it does."""
    found: list[Response] = []
    try:
        found.extend(read_pieces(pieces, SMALL))
    except ProtocolBroken as error:
        return found, str(error)
    return found, ""


parts = st.one_of(
    st.sampled_from(
        [
            b"* ",
            b"1 FETCH (",
            b"BODY[",
            b"]",
            b"(",
            b")",
            b'"',
            b"\\",
            b" ",
            b"{3}\r\n",
            b"\r\n",
            b"\n",
            b"NIL",
            b"~{0}\r\n",
            b"OK ",
            b"[X ",
            b"LIST ",
            b"STATUS ",
            b"ENVELOPE ",
            b"BODYSTRUCTURE ",
            b"FLAGS ",
            b"UID 5",
            b"ESEARCH ",
            b"THREAD ",
            b"<0>",
            b"{3 }\r\n",
            b"{-1}",
            b"+",
            b"A1 ",
            b"\0",
            b"SEARCH 1 2",
            b'"a" ',
            b"a",
        ]
    ),
    st.sampled_from(LINES),
    st.binary(max_size=4),
)
octets_of_all_kinds = st.lists(parts, max_size=30).map(b"".join)


@given(octets_of_all_kinds, st.data())
def test_the_same_comes_out_whatever_way_octets_are_cut(octets: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=6)))
    ends = [0, *cuts, len(octets)]

    assert outcome(*(octets[start:end] for start, end in pairwise(ends))) == outcome(octets)


@given(st.lists(st.tuples(st.integers(0, len(DIALOGUE) - 1), st.binary(max_size=3)), min_size=1, max_size=5))
def test_a_dialogue_in_which_octets_are_replaced_gives_responses_or_ends(changes: list[tuple[int, bytes]]) -> None:
    octets = DIALOGUE
    for place, replaced in changes:
        octets = octets[:place] + replaced + octets[place + 1 :]
    try:
        found = read(octets)
    except ProtocolBroken:
        return

    assert all(isinstance(one, Response) for one in found)


def streamed(*pieces: bytes) -> list[object]:
    """Read with streaming; octets of pieces are put together."""
    reader = ResponseReader()
    found: list[object] = []
    gathered = b""
    reader.begin_streaming()
    for octets in pieces:
        reader.feed(octets)
        while (response := reader.next()) is not None:
            if isinstance(response, LiteralPiece):
                gathered += response.octets
                if response.is_last:
                    found.append(gathered)
                    gathered = b""
                    reader.begin_streaming()
            else:
                found.append(response)
    return found


@given(st.lists(st.integers(0, len(DIALOGUE)), max_size=6).map(sorted))
def test_what_is_streamed_is_the_same_whatever_way_it_is_cut(cuts: list[int]) -> None:
    ends = [0, *cuts, len(DIALOGUE)]
    octets = b"* 1 FETCH (UID 5 BODY[] {5}\r\nhello FLAGS ())\r\n" + DIALOGUE

    assert streamed(
        *(octets[start:end] for start, end in zip(ends, [*ends[1:], len(octets)], strict=True))
    ) == streamed(octets)


MEGABYTE = 1_000_000
MANY = 200_000

HOSTILE: dict[str, Callable[[], bytes]] = {
    "an endless line": lambda: b"* OK " + b"x" * 4 * MANY,
    "an endless line without a star": lambda: b"x" * 4 * MANY,
    "blank lines": lambda: b"\r\n" * MANY,
    "NUL": lambda: b"\0" * 4 * MANY,
    "parentheses": lambda: b"* 1 FETCH (BODYSTRUCTURE " + b"(" * MANY + b"\r\n",
    "parentheses that close": lambda: b"* 1 FETCH " + b"(" * MANY + b")" * MANY + b"\r\n",
    "closing parentheses": lambda: b"* 1 FETCH (X 1" + b")" * MANY + b"\r\n",
    "quotes": lambda: b"* 1 FETCH (X " + b'"' * MANY + b")\r\n",
    "quotes that stay open": lambda: b"* 1 FETCH (X " + b'"a ' * (MANY // 3) + b")\r\n",
    "backslashes": lambda: b'* 1 FETCH (X "' + b"\\" * MANY + b")\r\n",
    "brackets": lambda: b"* 1 FETCH (" + b"BODY[" * (MANY // 5) + b")\r\n",
    "brackets in a code": lambda: b"* OK [X " + b"[" * MANY + b"\r\n",
    "quotes in a code": lambda: b"* OK [X " + b'"(' * (MANY // 2) + b"\r\n",
    "escaped quotes in a code": lambda: b'* OK [X ("' + b'\\"' * MANY + b"\r\n",
    "escaped quotes ahead of a literal": lambda: b'* 1 FETCH (X "' + b'\\"' * MANY + b" {0}\r\n)\r\n",
    "escaped quotes in an envelope": lambda: b'* 1 FETCH (ENVELOPE ("' + b'\\"' * MANY + b")\r\n",
    "escaped quotes in a structure": lambda: b'* 1 FETCH (BODYSTRUCTURE (("' + b'\\"' * MANY + b")\r\n",
    "lists in a structure": lambda: b"* 1 FETCH (BODYSTRUCTURE (" + b"(())" * MANY + b"\r\n",
    "items": lambda: b"* 1 FETCH (" + b"UID 1 " * (MANY // 6) + b"X\r\n",
    "items that are none": lambda: b"* 1 FETCH (" + b"UID 0 " * (MANY // 6) + b")\r\n",
    "flags": lambda: b"* 1 FETCH (FLAGS (" + b"a " * (MANY // 2) + b"\r\n",
    "addresses": lambda: b"* 1 FETCH (ENVELOPE (NIL NIL (" + b'("a" NIL "b" "c")' * (MANY // 17) + b"\r\n",
    "blanks in a list": lambda: b'* LIST () "/" ' + b" " * MANY + b"(\r\n",
    "lists behind a name": lambda: b"* STATUS a" + b" (" * (MANY // 2) + b"\r\n",
    "CHILDINFO": lambda: b'* LIST () "/" a' + b" (CHILDINFO" * (MANY // 11) + b"\r\n",
    "blanks behind a name": lambda: b"* STATUS a" + b" " * MANY + b"(x\r\n",
    "a thread": lambda: b"* THREAD " + b"(1" * (MANY // 2) + b")" * (MANY // 2) + b"\r\n",
    "a chain": lambda: b"* THREAD (" + b"1 " * (MANY // 2) + b")\r\n",
    "numbers": lambda: b"* SEARCH " + b"1 " * (MANY // 2) + b"x\r\n",
    "a number": lambda: b"* " + b"1" * MANY + b" EXISTS\r\n",
    "a set": lambda: b"* ESEARCH ALL " + b"1," * (MANY // 2) + b"\r\n",
    "literals of nothing": lambda: b"* X " + b"{0}\r\n" * 9_000 + b"\r\n",
    "literals of nothing and blank lines": lambda: b"* X (" + b"{0}\r\n\r\n" * 9_000 + b"\r\n",
    "short lines": lambda: b"* 1 EXISTS\n" * 50_000,
    "ampersands": lambda: b"* LIST () NIL " + b"&" * MANY + b"\r\n",
    "base64 in a name": lambda: b"* LIST () NIL " + b"&AGE-" * (MANY // 5) + b"\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_octets_take_time_in_proportion_to_their_number(name: str) -> None:
    octets = HOSTILE[name]()
    pieces = [octets[place : place + 4096] for place in range(0, len(octets), 4096)]
    gc.collect()
    started = time.process_time()
    for _ in read_pieces(pieces):
        pass

    assert time.process_time() - started < SLACK * (2 + 0.4 * len(octets) / MEGABYTE)


@pytest.mark.parametrize(
    ("octets", "limit"),
    [
        (b"* OK " + b"x" * 300, "a line of more than 200 octets"),
        (b"* OK " + b"x" * 300 + b"\r\n", "a line of more than 200 octets"),
        (b"* X {201}\r\n", "a literal of more than 200 octets"),
        (b"* X " + b"{0}\r\n" * 6, "a response with more than 5 literals"),
        (b"* X (" + (b"{150}\r\n" + b"x" * 150) * 3 + b")\r\n", "a response of more than 400 octets"),
    ],
)
def test_what_passes_a_limit_ends_the_connection(octets: bytes, limit: str) -> None:
    assert outcome(octets)[1] == limit


def test_a_literal_that_is_announced_is_not_allocated() -> None:
    reader = ResponseReader()
    reader.feed(b"* 1 FETCH (BODY[] {200000000}\r\nabc")

    assert (reader.next(), reader.pending_octets < 100) == (None, True)


def test_octets_one_by_one_are_read_in_time() -> None:
    octets = b"* 1 FETCH (BODY[] {100000}\r\n" + b"x" * 100_000 + b")\r\n* OK " + b"y" * 100_000 + b"\r\n"
    started = time.process_time()
    found = list(read_pieces(octets[place : place + 1] for place in range(len(octets))))

    assert (len(found), time.process_time() - started < SLACK * 3) == (2, True)


def test_lines_that_are_no_responses_are_given_one_by_one() -> None:
    assert read(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n") == [
        UnknownData(b"HTTP/1.1 400 Bad Request", "a line without a tag"),
        UnknownData(b"Server: x", "a line without a tag"),
    ]
