"""Retrieval in flights: messages, headers, and one message in pieces."""

from __future__ import annotations

import contextlib
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.status import StatusResponse
from msgcore.errors import CapabilityMissing, CommandRefused, ConnectionLost, LimitExceeded, QuotaReached
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedStream, by_line, by_octet, drip, whole
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.pop3 import Drained, Listing, Pop3Session, Until
from tests.wire.pop3.maildrop_peer import MaildropPeer, in_session, octets_of

ONE, TWO = b"Subject: 1\r\n\r\n.one\r\n", b"Subject: 2\r\n\r\ntwo\r\n"
IN_LOCK_STEP = ("TOP", "UIDL", "USER")
ALL = Until(octets=10**9, messages=10**6, seconds=10**6)

each_mode = pytest.mark.parametrize("mode", Mode)


def many(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\n.%b\r\n" % (n, b"x" * n) for n in range(1, count + 1)]


def retrieved(peer: MaildropPeer, *numbers: int, cut: Cut = whole, mode: Mode = Mode.BLOCKING) -> list[Drained]:
    """List, and retrieve all of these numbers, as many a call as come."""

    async def use(session: Pop3Session) -> list[Drained]:
        await session.listing()
        drained: list[Drained] = []
        while len(drained) < len(numbers):
            drained += await session.retrieve(numbers[len(drained) :])
        return drained

    return in_session(peer, use, mode=mode, cut=cut)


MESSAGES = st.lists(st.lists(st.sampled_from([b".", b"..", b"+OK", b"-ERR", b"", b"x" * 70])), max_size=6).map(
    lambda bodies: [b"".join(line + b"\r\n" for line in [b"Subject: x", *lines]) for lines in bodies]
)


@settings(max_examples=50)
@given(MESSAGES, st.integers(1, 40), st.sampled_from(Mode), st.booleans())
def test_messages_come_as_they_are_however_they_are_cut(
    messages: list[bytes], octets_a_read: int, mode: Mode, can_pipeline: bool
) -> None:
    peer = MaildropPeer(*messages, capabilities=("PIPELINING",) if can_pipeline else ())

    def cut(octets: bytes) -> list[bytes]:
        return [octets[at : at + octets_a_read] for at in range(0, len(octets), octets_a_read)]

    assert octets_of(retrieved(peer, *range(1, len(messages) + 1), cut=cut, mode=mode)) == messages


def test_without_pipelining_every_command_waits_for_its_answer() -> None:
    peer = MaildropPeer(ONE, TWO, capabilities=IN_LOCK_STEP)

    assert octets_of(retrieved(peer, 1, 2)) == [ONE, TWO]
    assert set(peer.flights) == {1}


def test_commands_go_256_ahead_of_the_answers() -> None:
    peer = MaildropPeer(*many(1_000))

    async def use(session: Pop3Session) -> int:
        await session.listing()
        await session.retrieve(range(1, 1_001), Until(messages=1))
        return peer.verbs.count("RETR")

    assert in_session(peer, use) == 256


def test_large_messages_are_not_all_asked_for_at_once() -> None:
    """What is in flight has to be taken, even by who wants it no more."""
    peer = MaildropPeer(*[b"x" * 400_000 + b"\r\n"] * 20)

    async def use(session: Pop3Session) -> int:
        await session.listing()
        await session.retrieve(range(1, 21), Until(messages=1))
        return peer.verbs.count("RETR")

    assert in_session(peer, use) == 1 + 6


def test_the_rest_is_retrieved_by_the_next_call_and_asked_for_once() -> None:
    peer = MaildropPeer(*many(200))

    async def use(session: Pop3Session) -> list[Drained]:
        drained: list[Drained] = []
        while len(drained) < 200:
            drained += await session.retrieve(range(len(drained) + 1, 201), Until(messages=30))
        return drained

    assert octets_of(in_session(peer, use)) == many(200)
    assert peer.verbs.count("RETR") == 200


@pytest.mark.parametrize(
    ("until", "count"),
    [
        (Until(messages=7), 7),
        (Until(octets=1), 1),
        (Until(octets=0), 1),
        (Until(messages=0), 1),
        (Until(octets=2 * len(ONE)), 2),
        (ALL, 20),
    ],
)
def test_a_call_ends_when_it_is_enough(until: Until, count: int) -> None:
    async def use(session: Pop3Session) -> list[Drained]:
        return await session.retrieve(range(1, 21), until)

    assert len(in_session(MaildropPeer(*[ONE] * 20), use)) == count


def test_a_call_ends_after_its_seconds_with_what_has_come() -> None:
    async def use(session: Pop3Session) -> list[Drained]:
        return await session.retrieve(range(1, 21), Until(seconds=0))

    assert len(in_session(MaildropPeer(*[ONE] * 20), use, cut=by_line)) == 1


def test_a_message_that_is_refused_does_not_hold_up_the_others() -> None:
    refusal = StatusResponse("-ERR", "no such message")

    first, second, third = retrieved(MaildropPeer(ONE, TWO), 1, 9, 2)
    assert (first.octets, second.octets, second.refusal, third.octets) == (ONE, None, refusal, TWO)


def test_a_message_that_is_refused_is_told_as_an_error() -> None:
    (drained,) = retrieved(MaildropPeer(), 1)

    assert (type(drained.problem), str(drained.problem)) == (
        CommandRefused,
        "pop3 pop.a.test:110: RETR 1: -ERR no such message",
    )


def test_whoever_asks_for_other_messages_gets_them() -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        first = await session.retrieve([1, 2, 3], Until(messages=1))
        return octets_of([*first, *await session.retrieve([5, 4])])

    messages = many(5)
    assert in_session(MaildropPeer(*messages), use) == [messages[0], messages[4], messages[3]]


def test_whatever_is_said_next_waits_for_what_is_in_flight() -> None:
    async def use(session: Pop3Session) -> Listing:
        await session.retrieve([1, 2], Until(messages=1))
        return await session.listing()

    assert in_session(MaildropPeer(ONE, TWO), use).numbers == (1, 2)


@pytest.mark.parametrize(
    "refusal",
    ["-ERR Download exceed", "-ERR quota", "-ERR [SYS/TEMP] Bandwidth limit exceeded", "-ERR daily limit reached"],
)
def test_a_quota_ends_the_retrieval_after_what_has_come(refusal: str) -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        drained = await session.retrieve([1, 2, 3])
        with pytest.raises(QuotaReached, match=r"pop3 pop.a.test:110: RETR 2: -ERR"):
            await session.retrieve([2, 3])
        await session.delete([1])
        return octets_of(drained)

    assert in_session(MaildropPeer(ONE, TWO, TWO, answers={"RETR 2": refusal, "RETR 3": refusal}), use) == [ONE]


TOO_LARGE = "-ERR message exceeds the maximum download size limit"


@pytest.mark.parametrize("until", [Until(), Until(messages=1), Until(octets=1)])
@pytest.mark.parametrize("capabilities", [("PIPELINING",), ()])
@EACH_CUT
def test_a_limit_that_one_message_meets_alone_does_not_hold_up_the_others(
    cut: Cut, capabilities: tuple[str, ...], until: Until
) -> None:
    peer = MaildropPeer(ONE, ONE, TWO, TWO, capabilities=capabilities, answers={"RETR 2": TOO_LARGE})

    async def use(session: Pop3Session) -> list[bytes | None]:
        drained: list[Drained] = []
        while len(drained) < 4:
            drained += await session.retrieve(range(len(drained) + 1, 5), until)
        return octets_of(drained)

    assert in_session(peer, use, cut=cut) == [ONE, None, TWO, TWO]


@EACH_CUT
def test_a_limit_that_the_last_message_meets_is_a_quota(cut: Cut) -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        drained = await session.retrieve([1, 2])
        with pytest.raises(QuotaReached, match="RETR 2"):
            await session.retrieve([2])
        return octets_of(drained)

    assert in_session(MaildropPeer(ONE, TWO, answers={"RETR 2": TOO_LARGE}), use, cut=cut) == [ONE]


def test_what_shows_that_a_limit_is_one_messages_own_is_given_to_who_asks_for_it() -> None:
    async def use(session: Pop3Session) -> list[list[int]]:
        given = [await session.retrieve(numbers, Until(messages=1)) for numbers in ([1, 2, 3], [2], [3])]
        return [[one.number for one in drained] for drained in given]

    peer = MaildropPeer(ONE, ONE, TWO, answers={"RETR 2": TOO_LARGE})
    assert in_session(peer, use) == [[1], [2], [3]]
    assert peer.verbs.count("RETR") == 3


@each_mode
@pytest.mark.parametrize("can_pipeline", [True, False])
def test_what_has_come_before_a_server_falls_silent_is_given_after_the_seconds(mode: Mode, can_pipeline: bool) -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        drained = await session.retrieve([1, 2, 3], Until(seconds=2))
        assert 27 < session.stream.deadline.remaining_seconds() <= 28
        return octets_of(drained)

    capabilities = ("PIPELINING",) if can_pipeline else ()
    peer = MaildropPeer(ONE, TWO, capabilities=capabilities, answers={"RETR 3": b"+OK\r\nSubj"})
    assert in_session(peer, use, mode=mode) == [ONE, TWO]


def test_a_message_in_doubt_is_held_back_while_the_server_is_silent() -> None:
    """What follows would show whether it is whole."""

    async def use(session: Pop3Session) -> list[bytes | None]:
        await session.listing()
        return octets_of(await session.retrieve([1, 2, 3], Until(seconds=2)))

    listed = b"+OK\r\n1 1000\r\n2 1000\r\n3 1000\r\n.\r\n"
    peer = MaildropPeer(ONE, TWO, TWO, answers={"LIST": listed, "RETR 3": b""})
    assert in_session(peer, use) == [ONE]


def test_a_message_that_was_held_back_is_given_by_the_next_call() -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        await session.listing()
        first = await session.retrieve([1, 2, 3])
        return octets_of([*first, *await session.retrieve(range(len(first) + 1, 4))])

    peer = MaildropPeer(ONE, TWO, ONE, answers={"LIST": b"+OK\r\n1 1000\r\n2 1000\r\n3 1000\r\n.\r\n"})
    assert in_session(peer, use) == [ONE, TWO, ONE]


@pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 + 1])
def test_a_message_over_1_mib_is_not_asked_for_ahead(size: int) -> None:
    """Whoever wants it no more would wait for it."""
    peer = MaildropPeer(ONE, TWO, answers={"LIST": f"+OK\r\n1 {len(ONE)}\r\n2 {size}\r\n.".encode() + b"\r\n"})

    async def use(session: Pop3Session) -> bool:
        await session.listing()
        await session.retrieve([1, 2], Until(messages=1))
        return "RETR 2" in peer.commands

    assert in_session(peer, use) == (size == 1024 * 1024)


def test_what_is_thrown_away_is_not_gathered_first() -> None:
    """A message may be listed as small and be large."""
    message = b"x" * 20_000_000 + b"\r\n"
    peer = MaildropPeer(ONE, message, answers={"LIST": b"+OK\r\n1 18\r\n2 18\r\n.\r\n"})

    async def use(session: Pop3Session) -> int:
        await session.listing()
        await session.retrieve([1, 2], Until(messages=1))
        assert isinstance(session.stream, ScriptedStream)
        session.stream.heard.clear()  # the test's own copy
        tracemalloc.start()
        try:
            await session.noop()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert in_session(peer, use, cut=drip(100_000)) < 2_000_000


def test_a_connection_that_ends_is_told_of_after_what_has_come() -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        drained = await session.retrieve([1, 2, 3])
        with pytest.raises(ConnectionLost):
            await session.retrieve([2, 3])
        return octets_of(drained)

    assert in_session(MaildropPeer(ONE, TWO, answers={"RETR 2": None}), use) == [ONE]


@pytest.mark.parametrize("cut", [whole, by_octet])
def test_a_connection_cut_after_any_octet_gives_whole_messages_in_order_or_none(cut: Cut) -> None:
    """Security P04."""
    messages = [ONE, b"Subject: 2\r\n\r\n..\r\n.\r\n", TWO]
    given: set[int] = set()

    async def use(session: Pop3Session) -> None:
        await session.listing()
        drained: list[Drained] = []
        try:
            while len(drained) < 3:
                drained += await session.retrieve(range(len(drained) + 1, 4))
        finally:
            assert octets_of(drained) == messages[: len(drained)]
            given.add(len(drained))

    octets = 0
    while 3 not in given:
        octets += 1
        with contextlib.suppress(ConnectionLost):
            in_session(MaildropPeer(*messages), use, faults=Faults(breaks_after_heard=octets, cut=cut))
    assert given == {0, 1, 2, 3}


HUGE = f"+OK\r\n1 {len(ONE)}\r\n2 {1 << 31}\r\n3 {len(TWO)}\r\n.\r\n".encode()


def test_a_message_over_the_limit_does_not_hold_up_the_others() -> None:
    peer = MaildropPeer(ONE, b"", TWO, answers={"LIST": HUGE})

    first, second, third = retrieved(peer, 1, 2, 3)
    assert (first.octets, type(second.problem), third.octets) == (ONE, LimitExceeded, TWO)
    assert "RETR 2" not in peer.commands


def test_nothing_is_asked_for_nothing() -> None:
    async def use(session: Pop3Session) -> list[Drained]:
        return [*await session.retrieve([]), *await session.tops([])]

    assert in_session(MaildropPeer(capabilities=None), use) == []


# Headers


@EACH_CUT
def test_a_header_comes_up_to_the_empty_line(cut: Cut) -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        return octets_of(await session.tops([1, 2]))

    assert in_session(MaildropPeer(ONE, TWO), use, cut=cut) == [b"Subject: 1\r\n\r\n", b"Subject: 2\r\n\r\n"]


def test_a_server_that_gives_more_than_the_header_is_cut_there() -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        return octets_of(await session.tops([1]))

    peer = MaildropPeer(ONE, answers={"TOP": b"+OK\r\nA: b\r\n\r\nbody\r\n\r\n.\r\n"})
    assert in_session(peer, use) == [b"A: b\r\n\r\n"]


def test_a_server_without_top_is_found_out_by_one_command() -> None:
    async def use(session: Pop3Session) -> list[str]:
        with pytest.raises(CapabilityMissing, match="gives no headers by themselves: -ERR what"):
            await session.tops([1, 2, 3])
        return peer.verbs

    peer = MaildropPeer(ONE, capabilities=("PIPELINING",), answers={"TOP": "-ERR what?"})
    assert in_session(peer, use).count("TOP") == 1


def test_a_refusal_that_passes_does_not_say_that_there_is_no_top() -> None:
    async def use(session: Pop3Session) -> list[bool]:
        return [one.refusal is None for one in [*await session.tops([1, 2]), *await session.tops([2])]]

    peer = MaildropPeer(ONE, TWO, capabilities=(), answers={"TOP 1 0": "-ERR [SYS/TEMP/DISK] busy"})
    assert in_session(peer, use) == [False, True]


def test_top_that_capa_does_not_name_is_used_when_it_is_there() -> None:
    async def use(session: Pop3Session) -> list[Drained]:
        return [*await session.tops([1, 2]), *await session.tops([2])]

    assert [one.number for one in in_session(MaildropPeer(ONE, TWO, capabilities=None), use)] == [1, 2]


# One message in pieces


@each_mode
@EACH_CUT
def test_a_message_is_written_in_pieces(mode: Mode, cut: Cut) -> None:
    async def use(session: Pop3Session) -> tuple[int, bytes]:
        pieces: list[bytes] = []
        return await session.retrieve_to(1, pieces.append), b"".join(pieces)

    assert in_session(MaildropPeer(ONE), use, mode=mode, cut=cut) == (len(ONE), ONE)


def test_pieces_are_no_longer_than_what_a_read_gives() -> None:
    message = b"x" * 1_000_000 + b"\r\n"

    async def use(session: Pop3Session) -> int:
        pieces: list[bytes] = []
        await session.retrieve_to(1, pieces.append)
        return max(map(len, pieces))

    def cut(octets: bytes) -> list[bytes]:
        return [octets[at : at + 10_000] for at in range(0, len(octets), 10_000)]

    assert in_session(MaildropPeer(message), use, cut=cut) <= 10_000


def test_a_message_in_flight_already_is_not_asked_for_again() -> None:
    async def use(session: Pop3Session) -> bytes:
        pieces: list[bytes] = []
        await session.retrieve([1, 2], Until(messages=1))
        await session.retrieve_to(2, pieces.append)
        return b"".join(pieces)

    peer = MaildropPeer(ONE, TWO)
    assert (in_session(peer, use), peer.verbs.count("RETR")) == (TWO, 2)


def test_a_message_that_is_refused_is_not_written() -> None:
    async def use(session: Pop3Session) -> list[bytes]:
        pieces: list[bytes] = []
        with pytest.raises(CommandRefused, match="no such message"):
            await session.retrieve_to(1, pieces.append)
        await session.noop()
        return pieces

    assert in_session(MaildropPeer(), use) == []


def test_a_writer_that_fails_ends_the_session() -> None:
    class FullError(Exception):
        pass

    def write(octets: bytes) -> None:
        raise FullError

    async def use(session: Pop3Session) -> None:
        with pytest.raises(FullError):
            await session.retrieve_to(1, write)
        with pytest.raises(ConnectionLost):
            await session.noop()

    in_session(MaildropPeer(ONE), use)
