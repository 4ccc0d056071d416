"""What servers in the field do to who retrieves mail from them (and what hostile ones may try)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from msgcore.errors import ConnectionLost, MsgcoreError, ProtocolBroken, TimedOut
from msgcore.testing.scripted import Cut, Faults, ScriptedStream, by_octet, drip, whole
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.pop3 import Drained, Pop3Session, Until
from tests.wire.pop3.maildrop_peer import MaildropPeer, in_session

ONE, TWO, LONG = b"Subject: 1\r\n\r\none\r\n", b"Subject: 2\r\n\r\ntwo\r\n", b"x" * 100_000 + b"\r\n"


def given_before(
    error: type[MsgcoreError], peer: MaildropPeer, count: int = 2, *, cut: Cut = whole, faults: Faults | None = None
) -> list[bytes | None]:
    """Give the messages that come before this error does."""

    async def use(session: Pop3Session) -> list[bytes | None]:
        await session.listing()
        given: list[bytes | None] = []
        with pytest.raises(error):
            while True:
                given += [one.octets for one in await session.retrieve(range(len(given) + 1, count + 1))]
                if len(given) == count:
                    await session.noop()
        return given

    return in_session(peer, use, cut=cut, faults=faults)


def given_by(peer: MaildropPeer, count: int, cut: Cut = whole) -> list[bytes | None]:
    async def use(session: Pop3Session) -> list[bytes | None]:
        await session.listing()
        given: list[bytes | None] = []
        while len(given) < count:
            given += [one.octets for one in await session.retrieve(range(len(given) + 1, count + 1))]
        await session.quit()
        return given

    return in_session(peer, use, cut=cut)


UNSTUFFED = b"+OK\r\nSubject: 2\r\n\r\ntwo\r\n.\r\nand more\r\n.\r\n"
"""A message with a lone dot that was not stuffed (cpython#95252)."""


@EACH_CUT
def test_a_message_that_seems_to_end_at_an_unstuffed_dot_is_not_given(cut: Cut) -> None:
    whole_message = TWO + b".\r\nand more\r\n"
    peer = MaildropPeer(ONE, whole_message, ONE, answers={"RETR 2": UNSTUFFED})

    assert given_before(ProtocolBroken, peer, 3, cut=cut) == [ONE]


@EACH_CUT
def test_nor_is_it_when_it_is_the_last_one(cut: Cut) -> None:
    """NOOP shows that the server has more to say about it."""
    whole_message = TWO + b".\r\nand more\r\n"
    peer = MaildropPeer(ONE, whole_message, answers={"RETR 2": UNSTUFFED})

    assert given_before(ProtocolBroken, peer, cut=cut) == [ONE]


@EACH_CUT
def test_nor_is_it_when_what_follows_looks_like_a_refusal_at_first(cut: Cut) -> None:
    answer = b"+OK\r\nSubject: 2\r\n\r\ntwo\r\n.\r\n-- \r\nAnn\r\n.\r\n"
    peer = MaildropPeer(ONE, TWO + b".\r\n-- \r\nAnn\r\n", ONE, answers={"RETR 2": answer})

    assert given_before(ProtocolBroken, peer, 3, cut=cut) == [ONE]


@EACH_CUT
def test_nor_is_it_when_a_call_ends_with_it(cut: Cut) -> None:
    """The next answer, which is on its way already, shows that it is none."""

    async def use(session: Pop3Session) -> list[Drained]:
        await session.listing()
        first = await session.retrieve([1, 2, 3], Until(messages=1))
        with pytest.raises(ProtocolBroken):
            await session.retrieve([2, 3], Until(messages=1))
        return first

    peer = MaildropPeer(ONE, TWO + b".\r\nand more\r\n", ONE, answers={"RETR 2": UNSTUFFED})
    assert in_session(peer, use, cut=cut) == [Drained(1, ONE)]


@EACH_CUT
def test_nor_is_it_good_when_it_comes_in_pieces(cut: Cut) -> None:
    async def use(session: Pop3Session) -> None:
        await session.listing()
        await session.retrieve_to(1, lambda _: None)

    with pytest.raises(ProtocolBroken):
        in_session(MaildropPeer(TWO + b".\r\nand more\r\n", answers={"RETR": UNSTUFFED}), use, cut=cut)


@EACH_CUT
def test_messages_shorter_than_they_were_listed_are_given(cut: Cut) -> None:
    """Servers that count stuffed dots, or line ends that are not there."""
    peer = MaildropPeer(ONE, TWO, answers={"LIST": b"+OK\r\n1 1000\r\n2 1000\r\n.\r\n"})

    assert given_by(peer, 2, cut) == [ONE, TWO]


@EACH_CUT
def test_such_messages_are_given_without_pipelining_too(cut: Cut) -> None:
    peer = MaildropPeer(ONE, TWO, capabilities=None, answers={"LIST": b"+OK\r\n1 1000\r\n2 1000\r\n.\r\n"})

    assert given_by(peer, 2, cut) == [ONE, TWO]


@EACH_CUT
@pytest.mark.parametrize("capabilities", [None, ("PIPELINING",)])
@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"NOOP": None, "RETR 3": None}, ConnectionLost),
        ({"NOOP": b"", "RETR 3": b""}, TimedOut),
        ({"NOOP": b"more\r\n", "RETR 3": b"more\r\n"}, ProtocolBroken),
    ],
)
@pytest.mark.parametrize("count", [2, 3])
def test_nor_is_it_when_nothing_shows_that_it_is_whole(
    cut: Cut,
    capabilities: Sequence[str] | None,
    answers: dict[str, bytes | None],
    error: type[MsgcoreError],
    count: int,
) -> None:
    """The connection may have ended right behind the dot."""
    listed = b"+OK\r\n1 %d\r\n2 1000\r\n3 9\r\n.\r\n" % len(ONE)
    peer = MaildropPeer(ONE, TWO, ONE, capabilities=capabilities, answers={"LIST": listed, **answers})

    assert given_before(error, peer, count, cut=cut) == [ONE]


@EACH_CUT
def test_the_beginning_of_the_next_answer_shows_that_it_is_whole(cut: Cut) -> None:
    listed = b"+OK\r\n1 %d\r\n2 1000\r\n3 9\r\n.\r\n" % len(ONE)
    peer = MaildropPeer(ONE, TWO, ONE, answers={"LIST": listed, "RETR 3": b"+OK\r\nSubj"})

    assert given_before(TimedOut, peer, 3, cut=cut) == [ONE, TWO]


@EACH_CUT
def test_octets_behind_the_last_answer_break_the_protocol(cut: Cut) -> None:
    peer = MaildropPeer(ONE, TWO, answers={"RETR 2": b"+OK\r\ntwo\r\n.\r\nmore\r\n"})

    assert given_before(ProtocolBroken, peer, cut=cut) == [ONE]


@EACH_CUT
def test_a_server_with_line_ends_of_lf_is_understood(cut: Cut) -> None:
    peer = MaildropPeer(
        answers={
            "LIST": b"+OK\n1 20\n2 20\n.\n",
            "UIDL": b"+OK\n1 a\n2 b\n.\n",
            "RETR 1": b"+OK\nA: b\n\n..\n.\n",
            "RETR 2": b"+OK\n.\n",
        }
    )

    assert given_by(peer, 2, cut) == [b"A: b\n\n.\n", b""]


def test_a_dot_between_lf_is_part_of_a_message() -> None:
    """Security P06."""
    message = b"A: b\r\n\r\n1\n.\n2\r\n"

    assert given_by(MaildropPeer(message), 1) == [message]


def test_a_line_of_100_kb_is_part_of_a_message() -> None:
    """Security P03; poplib gives up at 2,048 octets (odoo#10920)."""
    assert given_by(MaildropPeer(LONG), 1, drip(1_000)) == [LONG]


@pytest.mark.parametrize("cut", [whole, by_octet])
def test_an_end_behind_a_stuffed_dot_is_no_end_of_the_message(cut: Cut) -> None:
    """Security P05: poplib takes the cut line for the end of the message."""
    message = b"A: b\r\n\r\n.\r\nmore\r\n"
    octets_before = len(_heard_up_to(message, b"\r\n..")) + 4

    faults = Faults(breaks_after_heard=octets_before, cut=cut)
    assert given_before(ConnectionLost, MaildropPeer(message), 1, faults=faults) == []


def _heard_up_to(message: bytes, mark: bytes) -> bytes:
    """Give what a server says in such a session before ``mark`` comes."""

    async def use(session: Pop3Session) -> bytes:
        await session.listing()
        await session.retrieve([1])
        assert isinstance(session.stream, ScriptedStream)
        return bytes(session.stream.heard)

    heard = in_session(MaildropPeer(message), use)
    return heard[: heard.index(mark)]


def test_a_message_without_end_runs_into_the_deadline() -> None:
    peer = MaildropPeer(ONE, answers={"RETR": b"+OK\r\n" + b"x" * 1_000})

    assert given_before(TimedOut, peer, 1) == []


def test_a_message_that_drips_runs_into_the_deadline() -> None:
    faults = Faults(cut=drip(1), delay_seconds=0.05)

    assert given_before(TimedOut, MaildropPeer(LONG), 1, faults=faults) == []


def test_a_message_far_over_its_listed_size_ends_the_session() -> None:
    peer = MaildropPeer(
        answers={
            "LIST": b"+OK\r\n1 10\r\n.\r\n",
            "UIDL": b"+OK\r\n1 a\r\n.\r\n",
            "RETR": b"+OK\r\n" + b"x" * (65 * 1024 * 1024),
        }
    )

    assert given_before(ProtocolBroken, peer, 1, cut=drip(1024 * 1024)) == []


@pytest.mark.parametrize("verb", ["LIST", "UIDL", "STAT"])
@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"+OK " + b"x" * 3_000, ProtocolBroken),
        (b"* OK\r\n", ProtocolBroken),
        (b"+ go on\r\n", ProtocolBroken),
        (None, ConnectionLost),
    ],
)
def test_a_listing_that_is_none_ends_the_session(verb: str, said: bytes | None, error: type[MsgcoreError]) -> None:
    async def use(session: Pop3Session) -> None:
        await session.listing()

    with pytest.raises(error):
        in_session(MaildropPeer(answers={verb: said}), use)


@pytest.mark.parametrize("verb", ["LIST", "UIDL"])
def test_a_listing_without_end_runs_into_the_deadline(verb: str) -> None:
    async def use(session: Pop3Session) -> None:
        await session.listing()

    with pytest.raises(TimedOut):
        in_session(MaildropPeer(answers={verb: b"+OK\r\n1 "}), use)


def test_a_message_that_is_deleted_meanwhile_is_told_and_the_session_goes_on() -> None:
    peer = MaildropPeer(ONE, TWO, answers={"RETR 1": "-ERR message 1 already deleted"})

    assert given_by(peer, 2) == [None, TWO]


def test_after_the_session_broke_nothing_is_said_any_more() -> None:
    async def use(session: Pop3Session) -> list[str]:
        with pytest.raises(ProtocolBroken):
            await session.retrieve([1], Until())
        with pytest.raises(ConnectionLost):
            await session.delete([1])
        with pytest.raises(ConnectionLost):
            await session.quit()
        return peer.verbs

    peer = MaildropPeer(answers={"RETR": "gibberish"})
    assert in_session(peer, use)[-1] == "RETR"
