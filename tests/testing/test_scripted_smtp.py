"""Our SMTP client against our SMTP server, cut anywhere: what an outcome claims is so.

This is ``tests/wire/test_transmit_truth.py`` with a real server conversation at the other end.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import Reply
from msgcore.errors import MsgcoreError
from msgcore.model import (
    Accepted,
    Address,
    Deferred,
    Delivered,
    Envelope,
    Outcome,
    Outcomes,
    Pending,
    Recipient,
    Refused,
    Unknown,
)
from msgcore.runtime import Endpoint, Runtime
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedRuntime, Served, by_line, by_octet, drip, whole
from msgcore.wire.smtp import MailFacts, ServerSettings, greet, quit_session, serve_session, transmit

MX = Endpoint("mx.b.test", 25, "smtp")
SETTINGS = ServerSettings("mx.b.test")
LETTER = b"Subject: x\r\n\r\n.Hello\r\n"
NAMES = ("ann", "bob", "cid")
SIX = (Accepted, Delivered, Deferred, Refused, Unknown, Pending)
CUTS = [whole, by_line, by_octet, drip(7)]
REPLIES = ["250 ok", "451 4.2.1 busy", "550 5.1.1 nobody", "421 4.3.2 closing"]


@attrs.define
class Handler:
    """Gives a recipient or the data the reply that it is told to, and keeps what it takes."""

    replies: dict[str, str]
    took: set[str] = attrs.field(factory=set[str])

    def _reply(self, to: str) -> Reply:
        code, _, text = self.replies.get(to, "250 ok").partition(" ")
        return Reply(int(code), (text,))

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply:
        return self._reply("mail")

    async def rcpt(self, recipient: Recipient) -> Reply:
        return self._reply(recipient.address.email_address.partition("@")[0])

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        reply = self._reply("data")
        if reply.is_positive:
            assert octets == LETTER
            self.took |= {one.email_address.partition("@")[0] for one in envelope.recipients}
        return reply


async def send(runtime: Runtime) -> Outcomes | None:
    """Send one letter; ``None`` when no session could be opened."""
    stream = await runtime.connect(MX, runtime.deadline(300))
    try:
        extensions = await greet(stream, "client.a.test")
    except MsgcoreError:
        return None
    recipients = tuple(Recipient(Address("SMTP", f"{name}@b.test")) for name in NAMES)
    transaction = await transmit(stream, Envelope(Address("SMTP", "ann@a.test"), recipients), LETTER, extensions)
    await quit_session(stream)
    return transaction.outcomes


@attrs.frozen
class Sent:
    outcomes: Outcomes | None
    took: set[str]
    runtime: ScriptedRuntime

    def check_truth(self) -> None:
        if self.outcomes is None:
            assert self.took == set()
            return
        assert len(self.outcomes) == len(NAMES)
        for name in NAMES:
            outcome: Outcome = self.outcomes[f"{name}@b.test"]
            assert isinstance(outcome, SIX)
            if name in self.took:
                assert not isinstance(outcome, Deferred | Refused), f"{name}: false {outcome}"
            else:
                assert not isinstance(outcome, Accepted | Delivered), f"{name}: false {outcome}"


def sent(replies: dict[str, str], faults: Faults, mode: Mode = Mode.BLOCKING) -> Sent:
    handler = Handler(replies)
    runtime = ScriptedRuntime([Served(lambda stream: serve_session(stream, handler, SETTINGS))], faults=faults)
    return Sent(mode.drive(runtime.call(send(runtime))), handler.took, runtime)


def breaks_of(replies: dict[str, str]) -> Iterator[Faults]:
    """Give a break at every octet, either way, told to the writer or not."""
    [stream] = sent(replies, Faults()).runtime.streams
    for tells_writer in (True, False):
        for limit in range(len(stream.written) + 1):
            yield Faults(breaks_after_sent=limit, tells_writer=tells_writer)
        for limit in range(len(stream.heard) + 1):
            yield Faults(breaks_after_heard=limit, tells_writer=tells_writer)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("cut", CUTS, ids=["whole", "by line", "by octet", "drip"])
def test_a_letter_arrives_at_every_cut(cut: Cut, mode: Mode) -> None:
    done = sent({"bob": "550 5.1.1 nobody"}, Faults(cut=cut), mode)

    assert done.outcomes is not None
    assert (list(map(type, done.outcomes.values())), done.took) == ([Accepted, Refused, Accepted], {"ann", "cid"})


def test_a_whole_session_waits_for_the_network_six_times() -> None:
    """Greeting, EHLO, the flight of MAIL, RCPT and DATA, the end of data, QUIT: one read each; and the connect."""
    awaited = [one.doing for one in sent({}, Faults()).runtime.awaited]

    assert awaited.count("read") + awaited.count("connect") == 6


@pytest.mark.parametrize(
    "replies",
    [{}, {"bob": "550 5.1.1 nobody"}, {"mail": "550 no"}, {"data": "451 later"}, {"data": "421 closing"}],
    ids=["all taken", "one refused", "sender refused", "data deferred", "closing"],
)
def test_a_break_at_any_octet_either_way_ends_in_the_truth(replies: dict[str, str]) -> None:
    for faults in breaks_of(replies):
        sent(replies, faults).check_truth()


def test_a_break_before_the_dot_that_the_writer_is_told_of_defers() -> None:
    [stream] = sent({}, Faults()).runtime.streams
    start = stream.written.index(b"MAIL FROM")
    dot = stream.written.index(b"\r\n.\r\n") + 2

    for limit in range(start, dot):
        outcomes = sent({}, Faults(breaks_after_sent=limit)).outcomes
        assert outcomes is not None and set(map(type, outcomes.values())) == {Deferred}, limit


def test_a_break_behind_the_dot_is_unknown() -> None:
    [stream] = sent({}, Faults()).runtime.streams
    end = stream.heard.index(b"354 ")
    start = stream.heard.index(b"\r\n", end) + 2

    done = sent({}, Faults(breaks_after_heard=start))
    assert done.outcomes is not None
    assert (set(map(type, done.outcomes.values())), len(done.took)) == ({Unknown}, 3)


@given(
    st.dictionaries(st.sampled_from(["mail", *NAMES, "data"]), st.sampled_from(REPLIES)),
    st.sampled_from(CUTS),
    st.none() | st.integers(0, 220),
    st.none() | st.integers(0, 320),
    st.booleans(),
)
def test_whatever_the_server_says_and_wherever_it_breaks_the_outcomes_are_true(
    replies: dict[str, str], cut: Cut, sent_limit: int | None, heard_limit: int | None, tells_writer: bool
) -> None:
    sent(replies, Faults(sent_limit, heard_limit, tells_writer, cut)).check_truth()
