"""Messages one behind the other: each costs one round trip, and each outcome is its own."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model.outcome import Certainty
from msgcore.runtime import run
from msgcore.testing.scripted import Faults, ScriptedStream
from msgcore.wire.smtp import Transaction, transmit_all
from msgcore.wire.smtp.plan import make_plan
from tests.wire.test_transmit_truth import ANSWERS
from tests.wire.transfers import ALL, CHUNKED, FULL, AfterGreeting, by_address, envelope, extensions_of, server

LETTERS = [b"Subject: %d\r\n\r\n%b" % (number, b"." * number + b"\r\n") for number in range(4)]
PEOPLE = [("a@x.test", "b@x.test"), ("c@x.test",), ("a@x.test",), ("d@x.test", "b@x.test")]


def send_all(stream: ScriptedStream, extensions: tuple[str, ...], *, is_proven: bool = True) -> list[Transaction]:
    offered = extensions_of(extensions)
    plans = [
        make_plan(envelope(*to), octets, offered, is_proven=is_proven)
        for to, octets in zip(PEOPLE, LETTERS, strict=True)
    ]
    told: list[Transaction] = []
    run(transmit_all(stream, iter(plans), told.append))
    return told


def check_truth(transactions: Sequence[Transaction], fake: AfterGreeting) -> None:
    took = {(address, octets) for addresses, octets in fake.took for address in addresses}
    assert len(took) == sum(len(addresses) for addresses, _ in fake.took), "sent twice"
    for number, octets in enumerate(LETTERS):
        said = by_address(transactions[number]) if number < len(transactions) else {}
        for address in PEOPLE[number]:
            certainty = said[address].certainty if said else Certainty.NOT_SENT
            if certainty is not Certainty.UNKNOWN:
                assert ((address, octets) in took) == (certainty is Certainty.SENT), f"{number} {address}: {certainty}"


@ALL
def test_all_arrive_in_their_order(extensions: tuple[str, ...]) -> None:
    fake = server()

    transactions = send_all(ScriptedStream(fake), extensions)
    assert fake.took == list(zip(PEOPLE, LETTERS, strict=True))
    assert [(one.outcomes.all_accepted, one.is_usable) for one in transactions] == [(True, True)] * 4


class Counting(AfterGreeting):
    """Counts how often it is spoken to."""

    def __init__(self) -> None:
        super().__init__()
        self.flights = 0

    def react(self, octets: bytes) -> bytes:
        self.flights += bool(octets)
        return super().react(octets)


def test_the_end_of_a_message_and_the_start_of_the_next_are_one_flight() -> None:
    fake = Counting()

    send_all(ScriptedStream(fake), FULL)
    assert fake.flights == len(LETTERS) + 1


class Noting(ScriptedStream):
    """Notes what is written."""

    def __init__(self, events: list[object]) -> None:
        super().__init__(server())
        self._events = events

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self._events.append("large" if len(octets) > 64 * 1024 else "small")
        await super().write(octets, shown_as)


def test_what_is_settled_is_told_of_before_a_large_message_is_written() -> None:
    """Behind a small one, which the system takes at once, it is told of while the server works."""
    events: list[object] = []
    offered = extensions_of(("PIPELINING",))
    letters = [LETTERS[1], LETTERS[1], LETTERS[1] + b"x" * 70_000, LETTERS[1]]
    plans = [make_plan(envelope("a@x.test"), octets, offered) for octets in letters]

    run(transmit_all(Noting(events), iter(plans), lambda one: events.append(one.outcomes.all_accepted)))
    assert events == [*["small"] * 3, True, True, "large", *["small"] * 2, True, True]


@ALL
def test_a_refused_message_harms_no_other(extensions: tuple[str, ...]) -> None:
    fake = server({"c@x.test": "550 5.1.1 no"})

    transactions = send_all(ScriptedStream(fake), extensions)
    assert [one.outcomes.all_accepted for one in transactions] == [True, False, True, True]


@ALL
def test_what_was_not_begun_is_not_told_of(extensions: tuple[str, ...]) -> None:
    fake = server({"c@x.test": "421 4.3.2 closing"})

    transactions = send_all(ScriptedStream(fake), extensions)
    assert [one.outcomes.all_accepted for one in transactions] == [True, False]


@ALL
def test_a_cut_after_any_octet_either_way_ends_in_the_truth(extensions: tuple[str, ...]) -> None:
    uncut = ScriptedStream(server())
    send_all(uncut, extensions)

    for tells_writer in (True, False):
        for limit in range(len(uncut.written)):
            fake = server()
            faults = Faults(breaks_after_sent=limit, tells_writer=tells_writer)
            check_truth(send_all(ScriptedStream(fake, faults), extensions), fake)
    for limit in range(len(uncut.heard)):
        fake = server()
        check_truth(send_all(ScriptedStream(fake, Faults(breaks_after_heard=limit)), extensions), fake)


# Replies that pass for another command's cannot be told apart, so single replies only.
SINGLE = [answer for answer in ANSWERS if answer != "354 go"]
REPLIES: st.SearchStrategy[Mapping[str, str]] = st.dictionaries(
    st.sampled_from(["MAIL", "a@x.test", "b@x.test", "c@x.test", "d@x.test", "DATA", "BDAT", ".", "RSET"]),
    st.sampled_from(SINGLE),
)


@given(REPLIES, st.sampled_from([FULL, FULL[1:], CHUNKED]), st.none() | st.integers(0, 400), st.booleans())
def test_whatever_the_server_says_the_outcomes_are_true(
    replies: Mapping[str, str], extensions: tuple[str, ...], limit: int | None, is_proven: bool
) -> None:
    fake = server(replies)
    stream = ScriptedStream(fake, Faults(breaks_after_heard=limit))

    check_truth(send_all(stream, extensions, is_proven=is_proven), fake)


class OutOfStep(AfterGreeting):
    """Says yes once more than it should, before its reply to the end of a message."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._left = number

    def _end(self, text: bytes) -> str:
        answer = super()._end(text)
        self._left -= 1
        return answer if self._left else f"250 2.0.0 ok\r\n{answer}"


@pytest.mark.parametrize("number", range(1, 5))
@ALL
@pytest.mark.parametrize("answer", ["550 5.7.1 no", "250 2.0.0 yes"])
def test_of_a_server_out_of_step_nothing_is_told_that_is_not_so(
    number: int, answer: str, extensions: tuple[str, ...]
) -> None:
    fake = OutOfStep(number)
    fake.answering({".": answer})

    transactions = send_all(ScriptedStream(fake), extensions, is_proven=False)
    check_truth(transactions, fake)
    assert not transactions[-1].is_usable
    if answer.startswith("2"):
        assert all(one.outcomes.all_accepted for one in transactions[:number])


class Stray(AfterGreeting):
    """Says something before its reply to command ``number``."""

    def __init__(self, number: int, stray: str) -> None:
        super().__init__()
        self._left = number
        self._stray = stray

    def _answer(self, answer: str) -> bytes:
        self._left -= 1
        return super()._answer(f"{self._stray}\r\n{answer}" if self._left == 0 else answer)


@ALL
@pytest.mark.parametrize("is_proven", [True, False])
@pytest.mark.parametrize("replies", [{}, {".": "550 5.7.1 no"}, {"c@x.test": "550 5.1.1 no"}])
@pytest.mark.parametrize("stray", ["250 2.0.0 ok", "354 go", "550 5.7.1 what"])
def test_a_stray_reply_at_any_place_that_has_come_tells_nobody_accepted_who_is_not(
    stray: str, replies: Mapping[str, str], is_proven: bool, extensions: tuple[str, ...]
) -> None:
    for number in range(1, 30):
        fake = Stray(number, stray)
        fake.answering(replies)
        transactions = send_all(ScriptedStream(fake), extensions, is_proven=is_proven)
        took = {(address, octets) for addresses, octets in fake.took for address in addresses}
        for transaction, octets in zip(transactions, LETTERS, strict=False):
            for address, outcome in by_address(transaction).items():
                assert outcome.certainty is not Certainty.SENT or (address, octets) in took, (number, address)
