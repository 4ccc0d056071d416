"""The message behind BDAT (RFC 3030): in one flight with its envelope, and what becomes of it."""

import pytest

from msgcore.errors import UsageError
from msgcore.model import Accepted, Deferred, Refused, Unknown
from msgcore.runtime import run
from msgcore.testing.scripted import Faults, ScriptedStream
from msgcore.wire.smtp import transmit
from tests.wire.transfers import CHUNKED, FULL, LETTER, THREE, by_address, envelope, extensions_of, send, server

LOCK_STEP = tuple(one for one in CHUNKED if one != "PIPELINING")
BINARY = b"Content-Type: application/x\r\n\r\n\0\r\n.\r\n\n"


def test_envelope_and_message_are_one_flight() -> None:
    stream = ScriptedStream(server())

    send(server(), CHUNKED, to=("a@x.test",), stream=stream)
    assert bytes(stream.written) == (
        b"MAIL FROM:<ann@a.test> SIZE=21\r\nRCPT TO:<a@x.test>\r\nBDAT 21 LAST\r\nSubject: x\r\n\r\nHello\r\n"
    )


def test_a_connection_that_may_be_dead_gets_the_message_behind_a_reply() -> None:
    fake = server()
    fake.is_closed = True
    stream = ScriptedStream(fake)
    transaction = run(transmit(stream, envelope("a@x.test"), LETTER, extensions_of(CHUNKED)))

    assert by_address(transaction) == {"a@x.test": Deferred()}


def test_the_message_of_a_connection_that_died_with_it_is_unknown() -> None:
    fake = server({"MAIL": "-"})

    assert by_address(send(fake, CHUNKED)) == dict.fromkeys(THREE, Unknown())


def test_a_chunk_that_did_not_all_leave_is_deferred() -> None:
    uncut = ScriptedStream(server())
    send(server(), CHUNKED, stream=uncut)
    faults = Faults(breaks_after_sent=len(uncut.written) - 1)

    assert by_address(send(server(), CHUNKED, stream=ScriptedStream(server(), faults))) == dict.fromkeys(
        THREE, Deferred()
    )


def test_a_large_message_waits_for_the_replies_to_its_envelope() -> None:
    fake = server({"RCPT": "550 5.1.1 no"})
    stream = ScriptedStream(fake)

    send(fake, ("PIPELINING", "CHUNKING"), octets=b"X: y\r\n\r\n" + b"x\r\n" * 100_000, stream=stream)
    assert fake.commands[-1] == "RSET"


@pytest.mark.parametrize("extensions", [CHUNKED, LOCK_STEP], ids=["pipelined", "lock-step"])
def test_binary_data_arrives_octet_for_octet(extensions: tuple[str, ...]) -> None:
    fake = server()

    send(fake, extensions, octets=BINARY)
    assert fake.took == [(THREE, BINARY)]


def test_binary_data_is_announced() -> None:
    stream = ScriptedStream(server())

    send(server(), CHUNKED, octets=BINARY, stream=stream)
    assert b" BODY=BINARYMIME\r\n" in stream.written


def test_binary_data_needs_a_server_that_takes_it() -> None:
    with pytest.raises(UsageError, match="wire writer"):
        send(server(), FULL, octets=BINARY)


def test_a_text_without_its_last_line_end_gets_one() -> None:
    fake = server()

    send(fake, CHUNKED, octets=b"Subject: x\r\n\r\nHello")
    assert fake.took == [(THREE, LETTER)]


@pytest.mark.parametrize("replies", [{"MAIL": "550 no", "RCPT": "503 no"}, {"RCPT": "550 no"}])
def test_the_connection_is_good_after_a_refused_envelope_whose_message_came_along(replies: dict[str, str]) -> None:
    fake = server(replies)
    stream = ScriptedStream(fake)
    first = send(fake, CHUNKED, stream=stream)
    fake.answering({"MAIL": "250 ok", "RCPT": "250 ok"})

    assert set(by_address(first).values()) == {Refused(550)}
    assert send(fake, CHUNKED, stream=stream).outcomes.all_accepted


EVIL = b"Subject: x\r\n\r\nRSET\r\nMAIL FROM:<eve@e.test>\r\nRCPT TO:<e@e.test>\r\nDATA\r\nevil\r\n.\r\n"


@pytest.mark.parametrize("extensions", [CHUNKED, LOCK_STEP], ids=["pipelined", "lock-step"])
def test_the_first_message_goes_when_the_server_has_shown_that_it_knows_chunks(extensions: tuple[str, ...]) -> None:
    fake = server()
    transaction = send(fake, extensions, octets=BINARY, is_proven=False)

    assert (set(by_address(transaction).values()), fake.took) == ({Accepted(250, "2.0.0")}, [(THREE, BINARY)])
    assert fake.commands[-2:] == ["BDAT 29", f"BDAT {len(BINARY) - 29} LAST"]


@pytest.mark.parametrize("answer", ["500 what", "502 no", "504 no"])
def test_a_server_that_offers_chunking_and_does_not_know_it_takes_nothing_for_commands(answer: str) -> None:
    fake = server({"BDAT": answer})
    transaction = send(fake, CHUNKED, octets=EVIL, is_proven=False)

    assert (transaction.failed_extensions, transaction.is_usable, fake.took) == (frozenset({"CHUNKING"}), False, [])
    assert set(map(type, by_address(transaction).values())) == {Deferred}


def test_a_message_that_does_not_begin_with_a_field_goes_by_data() -> None:
    fake = server()
    send(fake, CHUNKED, octets=b"QUIT\r\n\r\nHello\r\n", is_proven=False)

    assert "DATA" in fake.commands


@pytest.mark.parametrize(
    ("extensions", "octets", "has_chunked"),
    [(CHUNKED, LETTER, True), (CHUNKED, b"QUIT\r\n\r\nHello\r\n", False), (FULL, LETTER, False)],
)
def test_a_server_is_known_to_know_chunks_when_it_took_one(
    extensions: tuple[str, ...], octets: bytes, has_chunked: bool
) -> None:
    assert send(server(), extensions, octets=octets, is_proven=False).has_chunked is has_chunked


def test_a_server_that_forgets_what_a_chunk_is_is_left() -> None:
    transaction = send(server({"BDAT": "500 what"}), CHUNKED)

    assert (set(by_address(transaction).values()), transaction.is_usable) == ({Deferred(500)}, False)


@pytest.mark.parametrize("answer", ["451 4.3.0 later", "552 5.3.4 too big"])
def test_a_refused_first_chunk_leaves_the_connection_good(answer: str) -> None:
    fake = server({"BDAT": answer})
    stream = ScriptedStream(fake)
    first = send(fake, CHUNKED, stream=stream, is_proven=False)
    fake.answering({"BDAT": "250 ok"})

    assert {outcome.stage for outcome in by_address(first).values()} == {"DATA"}
    assert send(fake, CHUNKED, stream=stream, is_proven=False).outcomes.all_accepted


def test_421_to_a_recipient_whose_message_is_out_is_not_believed_for_the_others() -> None:
    transaction = send(server({"b@x.test": "421 4.3.2 closing"}), CHUNKED)

    assert set(map(type, by_address(transaction).values())) == {Unknown}


def test_silence_behind_a_chunk_tells_that_the_server_cannot_take_it() -> None:
    transaction = send(server({".": "~"}), CHUNKED)

    assert (set(by_address(transaction).values()), transaction.failed_extensions) == (
        {Unknown()},
        frozenset({"CHUNKING"}),
    )


def test_a_chunk_that_was_refused_leaves_the_connection_good() -> None:
    fake = server({".": "554 5.7.1 spam"})
    stream = ScriptedStream(fake)
    first = send(fake, CHUNKED, stream=stream)
    fake.answering({".": "250 2.0.0 ok"})

    assert set(by_address(first).values()) == {Refused(554, "5.7.1")}
    assert send(fake, CHUNKED, stream=stream).outcomes.all_accepted
