"""Rows that are read at one go come out as those that are read item by item."""

from __future__ import annotations

import copy
import pickle
from itertools import pairwise

from hypothesis import assume, example, given
from hypothesis import strategies as st

from msgcore.errors import ProtocolBroken
from msgcore.wire.imap.framing import Frame, Framer
from msgcore.wire.imap.limits import ReaderLimits
from msgcore.wire.imap.parse.fetch_row import cut_row, row, with_marks
from msgcore.wire.imap.parse.response import response
from msgcore.wire.imap.response_reader import ResponseReader
from msgcore.wire.imap.responses import Fetch, Response
from msgcore.wire.imap.structure import Envelope, ImapAddress
from tests.conftest import SOAK
from tests.wire.imap.reading import read

__all__ = ["SOAK"]


def frame_of(octets: bytes) -> Frame | None:
    """Give the first frame of these octets."""
    framer = Framer(ReaderLimits())
    framer.feed(octets)
    frame = framer.next()
    return frame if isinstance(frame, Frame) else None


def item_by_item(octets: bytes) -> Response:
    frame = frame_of(octets)
    assert frame is not None
    return response(frame, 100)


def at_one_go(octets: bytes) -> Fetch | None:
    frame = frame_of(octets)
    assert frame is not None
    return row(with_marks(frame.lines), frame.literals)


texts = st.one_of(
    st.sampled_from(
        [
            b"NIL",
            b'""',
            b'"a"',
            b'"a b"',
            b'"a\\"b"',
            b'"\\\\"',
            b'"a@b.c"',
            b"atom",
            b'"\xff"',
            b'"BODY["',
            b"nil",
            b'"("',
        ]
    ),
    st.binary(max_size=6).map(lambda octets: b"{%d}\r\n%b" % (len(octets), octets)),
    st.binary(max_size=6).map(lambda octets: b'"%b"' % octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"')),
)
addresses = st.tuples(texts, texts, texts, texts).map(lambda parts: b"(" + b" ".join(parts) + b")")
lists = st.one_of(st.just(b"NIL"), st.lists(addresses, max_size=3).map(lambda parts: b"(" + b"".join(parts) + b")"))
envelopes = st.tuples(texts, texts, lists, lists, lists, lists, lists, lists, texts, texts).map(
    lambda parts: b"(" + b" ".join(parts) + b")"
)
words = st.sampled_from([b"\\Seen", b"$a", b"NIL", b"nil", b'"q"', b"a]", b"", b"{3}", b"\xff"])
parts = st.recursive(
    st.tuples(texts, texts, texts, texts).map(
        lambda fields: b'("text" "plain" ("a" %b) %b %b "7bit" 4 1 NIL ("inline" ("b" %b)) NIL NIL)' % fields
    ),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda some: b"(" + b"".join(some) + b' "mixed")'),
    max_leaves=4,
)
items = st.one_of(
    st.sampled_from(
        [b"UID 5", b"UID 0", b"UID 4294967296", b"RFC822.SIZE 77", b"MODSEQ (9)", b"X 1", b"RFC822.SIZE -1"]
    ),
    st.sampled_from([b'INTERNALDATE "17-Jul-1996 02:44:25 -0700"', b'INTERNALDATE "00-Jan-0000 00:00:00 +0000"']),
    st.lists(words, max_size=3).map(lambda flags: b"FLAGS (" + b" ".join(flags) + b")"),
    envelopes.map(b"ENVELOPE ".__add__),
    parts.map(b"BODYSTRUCTURE ".__add__),
    st.tuples(
        st.sampled_from([b"BODY[]", b"BODY[HEADER.FIELDS (A B)]", b"BODY[1]<5>", b'BODY["x"]', b"BODY"]), texts
    ).map(b" ".join),
)
rows = st.lists(items, max_size=5).map(lambda some: b"* 1 FETCH (" + b" ".join(some) + b")\r\n")
changes = st.lists(st.tuples(st.integers(0), st.sampled_from(b'()" \\[]{}NIL1\r\n')), max_size=2)


@given(rows, changes)
@example(b'* 1 FETCH (ENVELOPE ("a {1}\r\n " b" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n', [])
@example(b'* 1 FETCH (BODY[] "a\\{1}\r\nb UID 5)\r\n', [])
def test_a_row_is_read_as_item_by_item(octets: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(octets)
    for place, octet in changes:
        changed[place % len(changed)] = octet
    try:
        assume(frame_of(bytes(changed)) is not None)
    except ProtocolBroken:
        return
    quickly = at_one_go(bytes(changed))
    cut = cut_row(bytes(changed), 0, 65_536)

    assert quickly is None or quickly == item_by_item(bytes(changed))
    assert cut is None or row(*cut[:2]) in (None, quickly)


@given(st.lists(st.one_of(rows, st.sampled_from([b"* 1 EXISTS\r\n", b"\r\n", b"A1 OK\r\n"])), max_size=4), st.data())
def test_rows_and_what_is_between_come_out_as_one_by_one(sent: list[bytes], data: st.DataObject) -> None:
    octets = b"".join(sent)
    try:
        one_by_one = read(octets)
    except ProtocolBroken:  # a line in a quoted string that ends as a literal's does
        return
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=3)))
    pieces = [octets[first:last] for first, last in pairwise([0, *cuts, len(octets)])]

    reader = ResponseReader()
    found: list[Response] = []
    for piece in pieces:
        reader.feed(piece)
        found += reader.rows()
        while (response := reader.next()) is not None:
            found += [response, *reader.rows()]

    assert found == one_by_one


def test_a_row_as_dovecot_sends_it_is_read_at_one_go() -> None:
    octets = (
        b'* 1 FETCH (UID 5 FLAGS (\\Seen a) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 9 ENVELOPE '
        b'("d" "s" (("n" NIL "m" "h")("o" NIL "m" "h")) NIL NIL NIL NIL NIL NIL "<m>"))\r\n'
    )

    assert at_one_go(octets) == item_by_item(octets)


def test_a_row_with_a_literal_is_read_at_one_go() -> None:
    octets = b'* 1 FETCH (UID 5 BODY[HEADER.FIELDS (A)] {10}\r\nA: "x"\r\n\r\n FLAGS ())\r\n'

    assert at_one_go(octets) == Fetch(1, 5, (), sections={"BODY[HEADER.FIELDS (A)]": b'A: "x"\r\n\r\n'})


def test_an_envelope_that_nobody_has_looked_at_equals_one_that_was_read() -> None:
    octets = b'* 1 FETCH (ENVELOPE ("d" "s" (("n" NIL "m" "h")) NIL NIL NIL NIL NIL NIL NIL))\r\n'
    fetch = at_one_go(octets)
    read = Envelope(b"d", b"s", (ImapAddress(b"n", b"m", b"h"),))

    assert fetch is not None
    assert (fetch.envelope, hash(fetch.envelope)) == (read, hash(read))


def test_a_row_can_be_copied_and_given_to_another_process() -> None:
    found = at_one_go(b'* 1 FETCH (UID 5 ENVELOPE ("d" "s" ((NIL NIL "m" "h")) NIL NIL NIL NIL NIL NIL NIL))\r\n')

    assert pickle.loads(pickle.dumps(found)) == found == copy.deepcopy(found)
