"""LMTP (RFC 2033): every recipient gets a reply of its own to the data."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Deferred, Delivered, Outcome, Refused, Unknown
from msgcore.runtime import run
from msgcore.testing.scripted import Faults, ScriptedStream
from msgcore.wire.smtp import Transaction, transmit
from tests.wire.test_transmit_truth import ANSWERS, check_truth
from tests.wire.transfers import ALL, CHUNKED, FULL, LETTER, THREE, AfterGreeting, by_address, envelope, extensions_of


class LmtpServer(AfterGreeting):
    is_lmtp = True


def lmtp_server(replies: Mapping[str, str] | None = None) -> LmtpServer:
    fake = LmtpServer()
    fake.answering(replies or {})
    return fake


def send(fake: LmtpServer, extensions: tuple[str, ...], stream: ScriptedStream | None = None) -> Transaction:
    offered = extensions_of(extensions, is_lmtp=True)
    return run(transmit(stream or ScriptedStream(fake), envelope(*THREE), LETTER, offered, is_proven=True))


@ALL
def test_yes_means_delivered(extensions: tuple[str, ...]) -> None:
    assert by_address(send(lmtp_server(), extensions)) == dict.fromkeys(THREE, Delivered(250, "2.0.0"))


@ALL
@pytest.mark.parametrize("address", THREE)
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("452 4.2.2 full", Deferred(452, "4.2.2")),
        ("550 5.2.1 off", Refused(550, "5.2.1")),
        ("500 5.5.1 what", Refused(500, "5.5.1")),
        ("504 5.5.4 no", Refused(504, "5.5.4")),
    ],
)
def test_each_recipient_has_its_own_reply(
    address: str, answer: str, outcome: Outcome, extensions: tuple[str, ...]
) -> None:
    transaction = send(lmtp_server({f".{address}": answer}), extensions)

    assert by_address(transaction) == {**dict.fromkeys(THREE, Delivered(250, "2.0.0")), address: outcome}


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_recipient_whose_reply_is_as_to_an_unknown_command_costs_the_others_nothing(is_proven: bool) -> None:
    """The server has taken a chunk: it knows BDAT, and the message goes to nobody twice."""
    fake = lmtp_server({".b@x.test": "502 5.5.1 no"})
    offered = extensions_of(CHUNKED, is_lmtp=True)
    transaction = run(transmit(ScriptedStream(fake), envelope(*THREE), LETTER, offered, is_proven=is_proven))

    assert [type(outcome) for outcome in by_address(transaction).values()] == [Delivered, Refused, Delivered]
    assert (len(fake.took), transaction.failed_extensions, transaction.is_usable) == (1, frozenset(), True)


@ALL
def test_there_is_no_reply_for_a_recipient_that_was_refused_before(extensions: tuple[str, ...]) -> None:
    transaction = send(lmtp_server({"b@x.test": "550 5.1.1 no", ".c@x.test": "452 4.2.2 full"}), extensions)

    assert by_address(transaction) == {
        "a@x.test": Delivered(250, "2.0.0"),
        "b@x.test": Refused(550, "5.1.1"),
        "c@x.test": Deferred(452, "4.2.2"),
    }


@ALL
def test_what_was_replied_before_the_connection_broke_counts(extensions: tuple[str, ...]) -> None:
    transaction = send(lmtp_server({".b@x.test": "-"}), extensions)

    assert [type(outcome) for outcome in by_address(transaction).values()] == [Delivered, Unknown, Unknown]


@ALL
def test_the_connection_takes_another_transaction(extensions: tuple[str, ...]) -> None:
    fake = lmtp_server({".a@x.test": "550 5.2.1 off"})
    stream = ScriptedStream(fake)

    first = send(fake, extensions, stream)
    send(fake, extensions, stream)
    assert (first.is_usable, len(fake.took)) == (True, 2)


class OneTooMany(LmtpServer):
    def _end(self, text: bytes) -> str:
        return f"250 2.0.0 ok\r\n{super()._end(text)}"


@ALL
def test_a_yes_too_many_before_a_no_for_each_tells_nobody_delivered(extensions: tuple[str, ...]) -> None:
    fake = OneTooMany()
    fake.answering({".": "550 5.7.1 no"})

    transaction = send(fake, extensions)
    assert {type(outcome) for outcome in by_address(transaction).values()} == {Unknown}
    assert not transaction.is_usable


@given(
    st.dictionaries(
        st.sampled_from(["MAIL", *THREE, "DATA", "BDAT", ".", *(f".{one}" for one in THREE), "RSET"]),
        st.sampled_from(ANSWERS),
    ),
    st.sampled_from([FULL, FULL[1:], CHUNKED]),
    st.none() | st.integers(0, 250),
)
def test_whatever_the_server_says_the_outcomes_are_true(
    replies: dict[str, str], extensions: tuple[str, ...], limit: int | None
) -> None:
    fake = lmtp_server(replies)

    check_truth(send(fake, extensions, ScriptedStream(fake, Faults(breaks_after_heard=limit))), fake)
