"""One transaction: whatever the server says, an outcome for every recipient."""

import pytest

from msgcore.model import Accepted, Address, Deferred, Envelope, Outcome, Recipient, RecipientKind, Refused, Unknown
from msgcore.model.outcome import Certainty
from msgcore.runtime import run
from msgcore.testing.scripted import ScriptedStream
from msgcore.wire.smtp import transmit
from tests.wire.transfers import (
    ALL,
    BOTH,
    FULL,
    LETTER,
    THREE,
    AfterGreeting,
    by_address,
    extensions_of,
    send,
    server,
)


@ALL
def test_an_accepted_message_is_accepted_for_every_recipient(extensions: tuple[str, ...]) -> None:
    transaction = send(server(), extensions)

    assert by_address(transaction) == dict.fromkeys(THREE, Accepted(250, "2.0.0"))


@ALL
def test_the_server_takes_the_message_octet_for_octet(extensions: tuple[str, ...]) -> None:
    fake = server()

    send(fake, extensions)
    assert fake.took == [(THREE, LETTER)]


def test_pipelining_needs_one_flight_for_the_envelope() -> None:
    stream = ScriptedStream(server())

    send(server(), stream=stream)
    assert stream.written.startswith(
        b"MAIL FROM:<ann@a.test> SIZE=21\r\nRCPT TO:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nRCPT TO:<c@x.test>\r\nDATA\r\n"
    )


@ALL
@pytest.mark.parametrize("refused", ["a@x.test", "b@x.test", "c@x.test"])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 nobody", Refused(550, "5.1.1")),
        ("450 4.2.0 later", Deferred(450, "4.2.0")),
        ("452 4.5.3 too many", Deferred(452, "4.5.3")),
        ("552 5.2.2 mailbox full", Refused(552, "5.2.2")),
    ],
)
def test_one_refused_recipient_harms_no_other(
    refused: str, answer: str, outcome: Outcome, extensions: tuple[str, ...]
) -> None:
    transaction = send(server({refused: answer}), extensions)

    assert by_address(transaction) == {**dict.fromkeys(THREE, Accepted(250, "2.0.0")), refused: outcome}


@ALL
def test_yes_no_and_later_each_reach_their_recipient(extensions: tuple[str, ...]) -> None:
    transaction = send(server({"b@x.test": "550 5.1.1 no", "c@x.test": "451 4.3.0 later"}), extensions)

    assert by_address(transaction) == {
        "a@x.test": Accepted(250, "2.0.0"),
        "b@x.test": Refused(550, "5.1.1"),
        "c@x.test": Deferred(451, "4.3.0"),
    }


@ALL
@pytest.mark.parametrize("data", ["354 go", "554 5.5.1 no valid recipients", "503 no"])
def test_with_all_recipients_refused_nothing_is_sent_and_the_connection_stays(
    data: str, extensions: tuple[str, ...]
) -> None:
    fake = server({"RCPT": "550 5.1.1 nobody", "DATA": data})
    transaction = send(fake, extensions)

    assert by_address(transaction) == dict.fromkeys(THREE, Refused(550, "5.1.1"))
    assert (fake.took, transaction.is_usable) == ([], True)


@BOTH
@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ({"MAIL": "550 5.7.1 not you", "RCPT": "503 no", "DATA": "503 no"}, Refused(550, "5.7.1")),
        ({"MAIL": "451 4.7.1 later", "RCPT": "503 no", "DATA": "503 no"}, Deferred(451, "4.7.1")),
        ({"DATA": "451 4.3.0 later"}, Deferred(451, "4.3.0")),
        ({".": "554 5.6.0 spam"}, Refused(554, "5.6.0")),
        ({".": "451 4.7.1 greylisted"}, Deferred(451, "4.7.1")),
    ],
)
def test_a_refusal_of_the_whole_message_reaches_everybody(
    replies: dict[str, str], outcome: Outcome, extensions: tuple[str, ...]
) -> None:
    transaction = send(server(replies), extensions)

    assert (by_address(transaction), transaction.is_usable) == (dict.fromkeys(THREE, outcome), True)


@BOTH
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "b@x.test", "DATA", "."])
def test_421_at_any_stage_defers_and_ends_the_connection(stage: str, extensions: tuple[str, ...]) -> None:
    transaction = send(server({stage: "421 4.3.2 closing"}), extensions)

    assert by_address(transaction) == dict.fromkeys(THREE, Deferred(421, "4.3.2"))
    assert not transaction.is_usable


def test_421_leaves_what_was_refused_before_it_refused() -> None:
    transaction = send(server({"a@x.test": "550 5.1.1 no", "b@x.test": "421 4.3.2 closing"}))

    assert by_address(transaction)["a@x.test"] == Refused(550, "5.1.1")


@ALL
def test_the_stage_of_each_outcome_is_told(extensions: tuple[str, ...]) -> None:
    transaction = send(server({"b@x.test": "550 5.1.1 no"}), extensions)

    stages = {address: outcome.stage for address, outcome in by_address(transaction).items()}
    assert stages == {"a@x.test": "end of data", "b@x.test": "RCPT", "c@x.test": "end of data"}


@ALL
def test_552_for_the_next_recipient_of_many_means_later(extensions: tuple[str, ...]) -> None:
    transaction = send(server({"c@x.test": "552 too many recipients"}), extensions)

    assert by_address(transaction)["c@x.test"] == Deferred(552)


def test_more_than_a_hundred_recipients_go_in_windows() -> None:
    many = tuple(f"r{n}@x.test" for n in range(250))
    fake = server({"r120@x.test": "550 5.1.1 no"})
    transaction = send(fake, to=many)

    assert fake.took == [(tuple(a for a in many if a != "r120@x.test"), LETTER)]
    assert [a for a, o in by_address(transaction).items() if isinstance(o, Refused)] == ["r120@x.test"]


def test_an_address_given_twice_is_said_once() -> None:
    fake = server()
    address = Address("SMTP", "a@x.test")
    twice = Envelope(None, (Recipient(address), Recipient(address, RecipientKind.CC)))
    transaction = run(transmit(ScriptedStream(fake), twice, LETTER, extensions_of(FULL)))

    assert (fake.took, len(transaction.outcomes.accepted)) == ([(("a@x.test",), LETTER)], 2)


def test_the_connection_takes_another_transaction() -> None:
    fake = server()
    stream = ScriptedStream(fake)

    first = send(fake, stream=stream)
    send(fake, stream=stream)
    assert (first.is_usable, len(fake.took)) == (True, 2)


@ALL
def test_a_closed_idle_connection_defers_and_says_nothing_was_sent(extensions: tuple[str, ...]) -> None:
    fake = server()
    fake.is_closed = True
    transaction = send(fake, extensions)

    assert {outcome.certainty for outcome in by_address(transaction).values()} == {Certainty.NOT_SENT}
    assert not transaction.is_usable


class Speaking(AfterGreeting):
    """Says something unasked as soon as the connection is used."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def greet(self) -> bytes:
        return self._text.encode()


@ALL
def test_421_between_two_messages_defers_the_second(extensions: tuple[str, ...]) -> None:
    transaction = send(Speaking("421 4.4.2 idle\r\n"), extensions)

    assert (by_address(transaction), transaction.is_usable) == (dict.fromkeys(THREE, Deferred(421, "4.4.2")), False)


@ALL
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_replies_ahead_of_commands_are_never_believed(count: int, extensions: tuple[str, ...]) -> None:
    transaction = send(Speaking("250 ok\r\n" * count), extensions)

    assert by_address(transaction) == dict.fromkeys(THREE, Deferred())
    assert not transaction.is_usable


@BOTH
@pytest.mark.parametrize(
    "replies",
    [
        {"DATA": "354 go\r\n250 took it"},
        {"DATA": "250 took it"},
        {"c@x.test": "250 ok\r\n354 go\r\n250 took it"},
        {"MAIL": "354 go"},
        {"b@x.test": "354 go"},
        {"DATA": "rubbish"},
    ],
)
def test_a_server_that_runs_ahead_is_left_before_anything_is_sent(
    replies: dict[str, str], extensions: tuple[str, ...]
) -> None:
    stream = ScriptedStream(server(replies))
    transaction = send(server(replies), extensions, stream=stream)

    assert (LETTER in stream.written, transaction.is_usable) == (False, False)
    assert set(by_address(transaction).values()) == {Deferred()}


def test_not_even_a_dot_goes_to_a_server_that_wants_data_after_refusing_the_sender() -> None:
    stream = ScriptedStream(server({"MAIL": "550 5.7.1 not you"}))
    transaction = send(server(), stream=stream)

    assert (by_address(transaction), transaction.is_usable) == (dict.fromkeys(THREE, Refused(550, "5.7.1")), False)
    assert stream.written.endswith(b"DATA\r\n")


def test_what_comes_behind_the_last_reply_ends_the_connection() -> None:
    transaction = send(server({".": "250 2.0.0 took it\r\n421 4.3.2 closing"}))

    assert (transaction.outcomes.all_accepted, transaction.is_usable) == (True, False)


@ALL
@pytest.mark.parametrize("replies", [{"RCPT": "550 no", "DATA": "503 no"}, {"DATA": "451 later"}, {"RCPT": "550 no"}])
def test_a_transaction_that_came_to_nothing_is_left(replies: dict[str, str], extensions: tuple[str, ...]) -> None:
    fake = server(replies)
    stream = ScriptedStream(fake)
    send(fake, extensions, stream=stream)
    fake.answering({"RCPT": "250 ok", "DATA": "354 go"})

    assert send(fake, extensions, stream=stream).outcomes.all_accepted


@pytest.mark.parametrize("answer", ["500 no", "421 closing", "-", "~"])
def test_an_unanswered_rset_ends_the_connection_and_changes_no_outcome(answer: str) -> None:
    transaction = send(server({"RCPT": "550 5.1.1 no", "DATA": "503 no", "RSET": answer}))

    assert (by_address(transaction), transaction.is_usable) == (dict.fromkeys(THREE, Refused(550, "5.1.1")), False)


@ALL
@pytest.mark.parametrize("answer", ["-", "354 what", "999 what", "25"])
def test_without_a_right_reply_to_the_dot_nobody_knows(answer: str, extensions: tuple[str, ...]) -> None:
    transaction = send(server({".": answer}), extensions)

    assert (by_address(transaction), transaction.is_usable) == (dict.fromkeys(THREE, Unknown()), False)


@ALL
def test_silence_after_the_dot_leaves_it_unknown(extensions: tuple[str, ...]) -> None:
    transaction = send(server({".": "~"}), extensions)

    assert (by_address(transaction), transaction.is_usable) == (dict.fromkeys(THREE, Unknown()), False)


@BOTH
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "b@x.test", "DATA"])
@pytest.mark.parametrize("answer", ["-", "~"])
def test_silence_or_a_close_before_the_data_is_deferred(stage: str, answer: str, extensions: tuple[str, ...]) -> None:
    transaction = send(server({stage: answer}), extensions)

    assert (by_address(transaction), transaction.is_usable) == (dict.fromkeys(THREE, Deferred()), False)


class ClosesAfter354(AfterGreeting):
    """Says 354, and breaks the connection at once."""

    def react(self, octets: bytes) -> bytes:
        said = super().react(octets)
        self.is_closed = b"354" in said
        return said


@BOTH
def test_a_close_after_354_is_deferred(extensions: tuple[str, ...]) -> None:
    assert set(by_address(send(ClosesAfter354(), extensions)).values()) == {Deferred()}


class RefusesInData(AfterGreeting):
    """Says no as soon as it has seen the start of the message, and hangs up."""

    def react(self, octets: bytes) -> bytes:
        if octets.startswith(b"Subject"):
            self.is_closed = True
            return b"552 5.3.4 too big\r\n"
        return super().react(octets)


@BOTH
def test_a_refusal_in_the_middle_of_the_data_is_heard(extensions: tuple[str, ...]) -> None:
    transaction = send(RefusesInData(), extensions)

    assert by_address(transaction) == dict.fromkeys(THREE, Refused(552, "5.3.4"))
