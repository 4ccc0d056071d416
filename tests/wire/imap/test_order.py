"""Base subjects, sent dates and threads, as RFC 5256 has them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.wire.imap.order import casemapped, sent_at, sorted_by, thread_subject
from msgcore.wire.imap.responses import Fetch, ThreadData, ThreadNode
from msgcore.wire.imap.structure import Envelope
from msgcore.wire.imap.threads_on_client import ordered_subject, references


@pytest.mark.parametrize(
    ("subject", "base", "is_answer"),
    [
        (None, "", False),
        (b"hello", "HELLO", False),
        (b"  a \t b  ", "A B", False),
        (b"Re: a", "A", True),
        (b"RE : a", "A", True),
        (b"Fw: FWD: re: a", "A", True),
        (b"Re[2]: a", "A", True),
        (b"[list] Re: [x] a", "A", True),
        (b"[list] a", "A", False),
        (b"[list]", "[LIST]", False),
        (b"[a][b]", "[B]", False),
        (b"Re: [list]", "[LIST]", True),
        (b"a (fwd) (FWD)", "A", True),
        (b"[fwd: a]", "A", True),
        (b"[Fwd: Re: a]", "A", True),
        (b"Re:", "", True),
        (b"Reply: a", "REPLY: A", False),
        (b"=?utf-8?q?Re=3A_a?=", "A", True),
        (b"=?utf-8?q?a?= =?utf-8?b?Yg==?= c", "AB C", False),
        (b"=?nonsense?q?a?=", "=?NONSENSE?Q?A?=", False),
        ("grüße".encode(), "GRU\u0308ßE", False),
    ],
)
def test_a_base_subject_has_no_prefixes(subject: bytes | None, base: str, is_answer: bool) -> None:
    assert thread_subject(subject) == (base, is_answer)


@given(st.binary(max_size=200) | st.text(alphabet="reRE:fwd[]() \t=?utf-8qb", max_size=100).map(str.encode))
def test_an_answer_has_the_base_subject_of_what_it_answers(subject: bytes) -> None:
    assert thread_subject(b"Re: " + subject) == (thread_subject(subject)[0], True)


@given(st.text(alphabet="abcxyzäöüéñžабв 1"))
def test_strings_compare_whatever_their_letter_case(text: str) -> None:
    assert casemapped(text.upper()) == casemapped(text)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        (b"Mon, 1 Jan 2024 10:00:00 +0200", datetime(2024, 1, 1, 8, tzinfo=UTC)),
        (b"1 Jan 2024 10:00 GMT", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        (b"1 Jan 2024 10:00:00", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        (b"nonsense", datetime(2000, 1, 1, tzinfo=UTC)),
        (b"99 Jan 2024 10:00:00 +0000", datetime(2000, 1, 1, tzinfo=UTC)),
        (b"1 Jan 2024 10:00:00 +9999", datetime(2000, 1, 1, tzinfo=UTC)),
        (None, datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_message_was_sent_when_it_says_else_when_it_arrived(date: bytes | None, moment: datetime) -> None:
    fetch = Fetch(1, uid=1, internal_date=datetime(2000, 1, 1, tzinfo=UTC), envelope=Envelope(date=date))

    assert sent_at(fetch) == moment


@given(st.binary(max_size=50))
def test_any_date_is_read(date: bytes) -> None:
    assert sent_at(Fetch(1, uid=1, envelope=Envelope(date=date))).tzinfo is not None


def message(
    uid: int, subject: str = "", *, own: str = "", refers: str = "", answers: str = "", minute: int = 0
) -> Fetch:
    date = f"Mon, 1 Jan 2024 10:{minute or uid:02}:00 +0000".encode()
    envelope = Envelope(date, subject.encode(), message_id=own.encode() or None, in_reply_to=answers.encode() or None)
    sections = {"BODY[HEADER.FIELDS (REFERENCES)]": f"References: {refers}\r\n\r\n".encode()} if refers else {}
    return Fetch(uid, uid=uid, envelope=envelope, sections=sections)


def node(number: int | None, *children: ThreadNode | int) -> ThreadNode:
    return ThreadNode(number, tuple(node(one) if isinstance(one, int) else one for one in children))


def test_a_thread_by_subject_is_flat_and_begins_with_what_was_sent_first() -> None:
    messages = [
        message(1, "Re: a", minute=9),
        message(2, "b", minute=5),
        message(3, "a", minute=2),
        message(4, "A", minute=4),
    ]

    assert ordered_subject(messages) == ThreadData((node(3, 4, 1), node(2)))


@pytest.mark.parametrize(
    ("messages", "threads"),
    [
        ([message(1, own="<1>"), message(2, own="<2>", refers="<1>")], (node(1, 2),)),
        ([message(1, own="<1>"), message(2, own="<2>", answers="<1>")], (node(1, 2),)),
        ([message(2, own="<2>", refers="<0>"), message(3, own="<3>", refers="<0>")], (node(None, 2, 3),)),
        ([message(2, own="<2>", refers="<0>")], (node(2),)),
        ([message(1, own="<1>", refers="<0> <2>"), message(2, own="<2>", refers="<1>")], (node(2, 1),)),
        ([message(1, own="<1>", refers="<1>")], (node(1),)),
        ([message(1, own="<1>"), message(2, own="<1>")], (node(1), node(2))),
        ([message(1), message(2)], (node(1), node(2))),
        ([message(1, "a", own="<1>"), message(2, "Re: a", own="<2>")], (node(1, 2),)),
        ([message(1, "Re: a", own="<1>"), message(2, "a", own="<2>")], (node(2, 1),)),
        ([message(1, "a", own="<1>"), message(2, "a", own="<2>")], (node(None, 1, 2),)),
    ],
)
def test_threads_by_references(messages: list[Fetch], threads: tuple[ThreadNode, ...]) -> None:
    assert references(messages) == ThreadData(threads)


ID = st.sampled_from([f"<{number}>" for number in range(6)])


@given(st.lists(st.tuples(ID, st.lists(ID, max_size=4), st.sampled_from(["", "a", "Re: a", "b"])), max_size=12))
def test_every_message_is_in_one_thread_once(drawn: list[tuple[str, list[str], str]]) -> None:
    messages = [
        message(uid, subject, own=own, refers=" ".join(refers)) for uid, (own, refers, subject) in enumerate(drawn, 1)
    ]
    found: list[int | None] = []
    nodes = list(references(messages).threads)
    while nodes:
        one = nodes.pop()
        found.append(one.number)
        nodes += one.children

    assert sorted(number for number in found if number is not None) == list(range(1, len(drawn) + 1))


def test_a_long_thread_is_no_matter() -> None:
    messages = [message(uid, own=f"<{uid}>", refers=f"<{uid - 1}>", minute=1) for uid in range(1, 2_001)]
    depth = 0
    nodes = references(messages).threads
    while nodes:
        depth += 1
        nodes = nodes[0].children

    assert depth == 2_000


def test_equal_messages_stay_in_the_order_of_the_mailbox() -> None:
    assert sorted_by(["REVERSE SIZE"], [Fetch(2, uid=7, size_octets=1), Fetch(1, uid=3, size_octets=1)]) == (3, 7)
