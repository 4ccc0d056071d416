"""However a connection ends, no outcome claims what is not so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Deferred
from msgcore.model.outcome import Certainty
from msgcore.testing.scripted import Faults, ScriptedStream
from msgcore.wire.smtp import Transaction
from tests.wire.fake_server import FakeServer
from tests.wire.transfers import (
    ALL,
    CHUNKED,
    FULL,
    THREE,
    by_address,
    send,
    server,
)


def check_truth(transaction: Transaction, fake: FakeServer) -> None:
    took = {address for addresses, _ in fake.took for address in addresses}
    for address, outcome in by_address(transaction).items():
        if outcome.certainty is Certainty.SENT:
            assert address in took, f"{address}: false {outcome}"
        elif outcome.certainty is Certainty.NOT_SENT:
            assert address not in took, f"{address}: false {outcome}"


@ALL
@pytest.mark.parametrize("tells_writer", [True, False])
@pytest.mark.parametrize("replies", [{}, {"b@x.test": "550 5.1.1 no"}, {"RCPT": "550 no"}, {".": "451 later"}])
def test_a_cut_after_any_octet_either_way_ends_in_the_truth(
    replies: dict[str, str], tells_writer: bool, extensions: tuple[str, ...]
) -> None:
    uncut = ScriptedStream(server(replies))
    send(server(replies), extensions, stream=uncut)

    for limit in range(len(uncut.written) + 1):
        fake = server(replies)
        stream = ScriptedStream(fake, Faults(breaks_after_sent=limit, tells_writer=tells_writer))
        check_truth(send(fake, extensions, stream=stream), fake)
    for limit in range(len(uncut.heard) + 1):
        fake = server(replies)
        stream = ScriptedStream(fake, Faults(breaks_after_heard=limit, tells_writer=tells_writer))
        check_truth(send(fake, extensions, stream=stream), fake)


@ALL
def test_a_cut_before_the_dot_that_the_writer_hears_of_is_never_unknown(extensions: tuple[str, ...]) -> None:
    uncut = ScriptedStream(server())
    send(server(), extensions, stream=uncut)

    for limit in range(len(uncut.written) - len(b".\r\n")):
        transaction = send(server(), extensions, stream=ScriptedStream(server(), Faults(breaks_after_sent=limit)))
        assert set(map(type, by_address(transaction).values())) == {Deferred}, limit


ANSWERS = [
    "250 2.0.0 ok",
    "354 go",
    "421 4.3.2 bye",
    "451 later",
    "550 no",
    "552 full",
    "-",
    "~",
    "250-x\r\n251 y",
    "rubbish",
]


@given(
    st.dictionaries(st.sampled_from(["MAIL", *THREE, "DATA", "BDAT", ".", "RSET"]), st.sampled_from(ANSWERS)),
    st.sampled_from([FULL, FULL[1:], CHUNKED]),
    st.none() | st.integers(0, 250),
    st.booleans(),
)
def test_whatever_the_server_says_the_outcomes_are_true(
    replies: dict[str, str], extensions: tuple[str, ...], limit: int | None, is_proven: bool
) -> None:
    fake = server(replies)
    stream = ScriptedStream(fake, Faults(breaks_after_heard=limit))

    check_truth(send(fake, extensions, stream=stream, is_proven=is_proven), fake)
