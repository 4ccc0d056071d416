"""The trace between sites, from the envelope of one to the handler of the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Address, Envelope, Recipient
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.plan import make_plan
from msgcore.wire.smtp.trace import read_trace
from tests.wire.test_server import HELLO, Keeper, codes

printable = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
names = st.text(printable, min_size=1, max_size=30)


def mail_command(trace: tuple[str, ...], *offers: str) -> bytes:
    """Give what a client says to a server with these extensions."""
    envelope = Envelope(None, (Recipient(Address("SMTP", "bob@b.test")),), trace=trace)
    return make_plan(envelope, b"Subject: a\r\n\r\n", Extensions("mx.b.test", dict.fromkeys(offers, ""))).mail


@given(st.lists(names, max_size=60).map(tuple))
def test_a_site_is_told_the_trace_or_the_newest_part_of_a_long_one(trace: tuple[str, ...]) -> None:
    command = mail_command(trace, "XTRACE")
    _, _, value = command.decode().rstrip().partition(" XTRACE=")
    told = read_trace(value) if value else ()

    assert (len(command) <= 1_100, told) == (True, trace[len(trace) - len(told) :])
    assert told == trace or len(command) > 700


def test_a_server_that_does_not_ask_is_told_nothing() -> None:
    assert mail_command(("north",), "SIZE") == b"MAIL FROM:<> SIZE=14\r\n"


def test_a_server_that_does_not_offer_it_takes_no_trace() -> None:
    keeper = Keeper()

    assert codes(HELLO + b"MAIL FROM:<> XTRACE=north\r\n", keeper=keeper)[-1] == "555"
    assert keeper.facts == []
