"""Lines of FETCH, put together to messages."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.wire.imap.fetch_lines import FetchLines
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.uid_set import UidSet

UIDS = st.integers(1, 12)
SIZES = {uid: 100 + uid for uid in range(1, 13)}


@st.composite
def hostile_lines(draw: st.DrawFn) -> list[Fetch]:
    """Draw lines in which each size is that of the message whose unique id stands in the same line."""
    lines: list[Fetch] = []
    for number, uid in draw(st.lists(st.tuples(st.integers(0, 12), st.none() | UIDS), max_size=30)):
        size = None if uid is None or draw(st.booleans()) else SIZES[uid]
        lines.append(Fetch(number, uid=uid, size_octets=size, flags=draw(st.none() | st.just(("\\Seen",)))))
    return lines


def put_together(lines: Sequence[Fetch], asked: UidSet | None) -> tuple[list[Fetch], list[Fetch]]:
    found = FetchLines(asked, ["RFC822.SIZE", "FLAGS"])
    for line in lines:
        found.take([line])
    found.seal()
    return found.messages, found.left


@given(
    hostile_lines(), st.none() | st.lists(st.tuples(UIDS, UIDS).map(lambda pair: (min(pair), max(pair))), max_size=5)
)
def test_whatever_comes_each_message_is_one_that_was_asked_for_with_its_own_size(
    lines: list[Fetch], ranges: list[tuple[int, int]] | None
) -> None:
    asked = None if ranges is None else UidSet(tuple(ranges))
    messages, _ = put_together(lines, asked)

    assert all(one.uid is not None and (asked is None or one.uid in asked) for one in messages)
    assert all(one.size_octets in {None, SIZES[one.uid or 0]} for one in messages)
    assert len({one.uid for one in messages}) == len(messages)


@given(st.lists(UIDS, unique=True), st.data())
def test_a_message_may_come_in_any_number_of_lines(uids: list[int], data: st.DataObject) -> None:
    wholes = [Fetch(place, uid=uid, size_octets=SIZES[uid], flags=()) for place, uid in enumerate(uids, 1)]
    lines: list[Fetch] = []
    for whole in wholes:
        parts = [
            Fetch(whole.number, uid=whole.uid),
            Fetch(whole.number, size_octets=whole.size_octets),
            Fetch(whole.number, flags=()),
        ]
        lines += data.draw(st.just([whole]) | st.permutations(parts))

    assert put_together(lines, UidSet.of(uids)) == (wholes, [])


@given(st.sets(UIDS), st.lists(st.tuples(UIDS, UIDS).map(lambda pair: (min(pair), max(pair))), max_size=5))
def test_what_was_given_is_not_asked_for_again(given_uids: set[int], ranges: list[tuple[int, int]]) -> None:
    lines = FetchLines(None, ["FLAGS"])
    for place, uid in enumerate(given_uids, 1):
        lines.take([Fetch(place, uid=uid, flags=())])
    lines.seal()

    left = lines.without_given(UidSet(tuple(ranges)))
    assert set(left) == {uid for first, last in ranges for uid in range(first, last + 1)} - given_uids


@given(st.lists(UIDS, min_size=1))
def test_lines_that_come_again_are_left_to_the_session(uids: list[int]) -> None:
    lines = [Fetch(place, uid=uid, size_octets=1) for place, uid in enumerate(uids, 1)]
    messages, left = put_together(lines, None)

    assert [one.uid for one in messages] == list(dict.fromkeys(uids))
    assert sorted([*messages, *left], key=lambda one: one.number) == lines


@pytest.mark.parametrize(
    ("item", "whole"),
    [
        ("X-GM-LABELS", Fetch(5, uid=5, flags=(), labels=("a",))),
        ("PREVIEW", Fetch(5, uid=5, flags=(), preview="hi")),
        ("PREVIEW", Fetch(5, uid=5, flags=(), other={"PREVIEW": None})),
        ("SAVEDATE", Fetch(5, uid=5, flags=(), other={"SAVEDATE": None})),
        ("THREADID", Fetch(5, uid=5, flags=(), thread_id="T1")),
    ],
)
def test_news_of_flags_are_not_taken_for_what_was_asked_for(item: str, whole: Fetch) -> None:
    news = Fetch(5, uid=5, flags=("\\Seen",), modseq=9)
    lines = FetchLines(None, ["FLAGS", item])
    for line in (news, Fetch(6, uid=6, flags=()), whole):
        lines.take([line])
    lines.seal()

    assert [one for one in lines.messages if one.uid == 5] == [whole]


def test_of_two_lines_the_later_holds() -> None:
    line = Fetch(1, uid=1, flags=("a",), sections={"BODY[1]": b"1"})
    later = attrs.evolve(line, uid=None, flags=("b",), sections={"BODY[2]": b"2"})

    (one,), _ = put_together([line, later], None)
    assert (one.uid, one.flags, one.sections) == (1, ("b",), {"BODY[1]": b"1", "BODY[2]": b"2"})
