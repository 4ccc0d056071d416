"""A dialogue recorded from Dovecot: what comes out, at every cut of what it said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.wire.imap.responses import (
    Bye,
    Fetch,
    SearchResult,
    Status,
    ThreadData,
    UnknownData,
    Vanished,
)
from msgcore.wire.imap.uid_set import UidSet
from tests.wire.imap.dialogues.record import recorded
from tests.wire.imap.reading import read

TURNS = [turn.octets for turn in recorded("dovecot") if turn.is_server]
ALL = b"".join(TURNS)
WHOLE = read(ALL)


def test_everything_is_understood() -> None:
    assert [one for one in WHOLE if isinstance(one, UnknownData) or (isinstance(one, Fetch) and one.defects)] == []


def test_every_command_is_answered_once() -> None:
    tags = [one.tag for one in WHOLE if isinstance(one, Status) and one.tag]

    assert tags == [b"A%d" % number for number in range(1, 40) if number != 35]


def test_what_was_found_is_as_recorded() -> None:
    assert [one for one in WHOLE if isinstance(one, SearchResult)] == [
        SearchResult(numbers=(1, 2, 3, 4)),
        SearchResult(b"A21", True, count=0),
        SearchResult(b"A22", True, ids=UidSet(((1, 4),))),
        SearchResult(numbers=(1, 2, 3, 4), modseq=2),
        SearchResult(numbers=(4, 3, 2, 1)),
    ]


def test_threads_are_as_recorded() -> None:
    assert [len(one.threads) for one in WHOLE if isinstance(one, ThreadData)] == [2, 4]


def test_what_vanished_is_as_recorded() -> None:
    assert [one for one in WHOLE if isinstance(one, Vanished)] == [
        Vanished(UidSet(((4, 4),))),
        Vanished(UidSet(((4, 4),)), is_earlier=True),
    ]


def test_subjects_are_as_recorded() -> None:
    subjects = [one.envelope.subject for one in WHOLE if isinstance(one, Fetch) and one.envelope]

    assert subjects == [b"Hello", b'say "hi" \\ now', b"parts", "Grüße".encode()]


def test_sections_are_as_recorded() -> None:
    (fetched,) = [one for one in WHOLE if isinstance(one, Fetch) and "BINARY[3]" in one.sections]

    assert {name: octets and len(octets) for name, octets in fetched.sections.items()} == {
        "BODY[1.2]": 9,
        "BODY[2.HEADER]": 37,
        "BODY[3.MIME]": 193,
        "BINARY[3]": 4,
        "BODY[]<5>": 10,
        "BODY[9]": b"",
    }


def test_parts_are_as_recorded() -> None:
    structures = [one.structure for one in WHOLE if isinstance(one, Fetch) and one.uid == 3 and one.structure]

    assert [(part.section, part.content_type) for structure in structures for part in structure.parts] == [
        ("1", "multipart/alternative"),
        ("2", "message/rfc822"),
        ("3", "application/octet-stream"),
    ]


def test_the_server_ends_as_recorded() -> None:
    assert WHOLE[-2:-1] == [Bye("Logging out")]


@pytest.mark.parametrize("octets", TURNS, ids=lambda octets: ascii(octets[:12]))
def test_the_same_comes_out_whatever_place_each_answer_is_cut_at(octets: bytes) -> None:
    whole = read(octets)

    assert [cut for cut in range(1, len(octets)) if read(octets[:cut], octets[cut:]) != whole] == []


def test_the_same_comes_out_octet_by_octet() -> None:
    assert read(*(ALL[place : place + 1] for place in range(len(ALL)))) == WHOLE


@given(st.lists(st.integers(1, len(ALL) - 1), max_size=8).map(sorted))
def test_the_same_comes_out_whatever_way_the_dialogue_is_cut(cuts: list[int]) -> None:
    ends = [0, *cuts, len(ALL)]

    assert read(*(ALL[start:end] for start, end in pairwise(ends))) == WHOLE
