"""Hostile answers to the commands of a session, and hostile mail in an honest mailbox."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

import pytest

from msgcore.errors import MsgcoreError
from msgcore.wire.imap import ImapSession, SearchCriteria, UidSet
from msgcore.wire.imap.fetch_lines import FetchLines
from msgcore.wire.imap.order import thread_subject
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.structure import Envelope
from msgcore.wire.imap.threads_on_client import references
from tests.wire.imap.message_peer import MessagePeer, in_session

T = TypeVar("T")
Use = Callable[[ImapSession], Coroutine[object, object, object]]

MANY = 5_000


def _lines(line: str, numbers: range) -> bytes:
    return b"".join(line.replace("#", str(number)).encode() + b"\r\n" for number in numbers) + b"TAG OK\r\n"


def _saying(verb: bytes, line: str) -> Callable[[int], MessagePeer]:
    """Make a server that answers with so many lines."""
    return lambda many: MessagePeer({verb: _lines(line, range(1, many))})


async def _fetch(session: ImapSession) -> None:
    await session.fetch_all(None, ["FLAGS", "RFC822.SIZE"])


async def _select(session: ImapSession) -> None:
    await session.select(b"a")


async def _list(session: ImapSession) -> None:
    await session.list()


async def _search(session: ImapSession) -> None:
    await session.search(SearchCriteria())


async def _expunge(session: ImapSession) -> None:
    await session.expunge(UidSet.of(range(2, 8 * MANY, 2)))


class Opened(MessagePeer):
    """A mailbox that opens with much to say."""

    def __init__(self, opened: bytes) -> None:
        super().__init__()
        self.opened = opened


def _vanished(many: int) -> MessagePeer:
    return Opened(_lines("* VANISHED (EARLIER) #", range(1, many)).removesuffix(b"TAG OK\r\n"))


def _backwards(many: int) -> MessagePeer:
    return MessagePeer({b"UID FETCH": _lines("* # FETCH (UID # RFC822.SIZE 1)", range(10 * many, 1, -2))})


def _marked(many: int) -> MessagePeer:
    found = b"* SEARCH" + b"".join(b" %d" % number for number in range(1, 2 * many, 2))
    return MessagePeer({b"UID SEARCH": found + b"\r\nTAG OK\r\n"}, capabilities=("LITERAL+",))


HOSTILE: dict[str, tuple[Callable[[int], MessagePeer], Use]] = {
    "lines of one message": (_saying(b"UID FETCH", "* 1 FETCH (UID 1 X# 1)"), _fetch),
    "parts of one message": (_saying(b"UID FETCH", "* 1 FETCH (UID 1 BODY[#] x)"), _fetch),
    "messages that come backwards": (_backwards, _fetch),
    "messages that vanished": (_vanished, _select),
    "a mailbox again and again": (_saying(b"LIST", "* LIST (\\X#) NIL a"), _list),
    "searches": (_saying(b"UID SEARCH", "* SEARCH #"), _search),
    "marks of others": (_marked, _expunge),
    "capabilities": (_saying(b"LIST", "* CAPABILITY IMAP4rev1 X#"), _list),
    "messages that are gone": (_saying(b"LIST", "* # EXPUNGE"), _list),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_take_time_in_proportion_to_their_number(name: str) -> None:
    make, use = HOSTILE[name]

    _is_in_proportion(make, lambda peer: in_session(peer, use))


def _is_in_proportion(make: Callable[[int], T], work: Callable[[T], object]) -> None:
    few = _seconds(make(MANY), work)
    assert _seconds(make(4 * MANY), work) < 8 * few + 0.5


def _seconds(made: T, work: Callable[[T], object]) -> float:
    gc.collect()
    started = time.process_time()
    with contextlib.suppress(MsgcoreError):
        work(made)
    return time.process_time() - started


def _mail(number: int, subject: str, answers: str = "") -> Fetch:
    envelope = Envelope(
        message_id=b"<%d@a.test>" % number, in_reply_to=answers.encode() or None, subject=subject.encode()
    )
    return Fetch(number, uid=number, envelope=envelope)


MAIL: dict[str, Callable[[int], Fetch]] = {
    "answers to what is not there": lambda number: _mail(number, str(number), f"<x{number}@a.test>"),
    "one subject": lambda number: _mail(number, "same"),
    "pairs of one subject": lambda number: _mail(number, str(number // 2)),
    "answers to one message": lambda number: _mail(number, "Re: same", "<1@a.test>"),
}


@pytest.mark.parametrize("name", MAIL)
def test_threads_take_time_in_proportion_to_the_messages(name: str) -> None:
    _is_in_proportion(lambda many: [MAIL[name](number) for number in range(1, many)], references)


@pytest.mark.parametrize("part", ["[a]", "[a] ", "re:", "[a]re:", "[fwd:", "=?utf-8?q?a?= "])
def test_a_subject_takes_time_in_proportion_to_its_length(part: str) -> None:
    _is_in_proportion(
        lambda many: part.encode() * (many // 15), lambda subject: [thread_subject(subject) for _ in range(20)]
    )


def test_lines_of_one_message_without_end_are_not_put_together() -> None:
    lines = FetchLines(None, ["FLAGS"])
    for place in range(1_000):
        lines.take([Fetch(1, uid=1, flags=(), other={f"X{place}": None})])
    lines.seal()

    assert max(len(one.other) for one in [*lines.messages, *lines.left]) == 100
