"""The reply to the final dot is waited for beyond the deadline of the call; nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from msgcore.errors import TimedOut
from msgcore.model import Accepted, Address, Deferred, Delivered, Envelope, Outcome, Recipient, Unknown
from msgcore.model.wire_form import WireForm
from msgcore.runtime import Endpoint
from msgcore.testing.clock import ManualClock
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import ScriptedRuntime
from msgcore.wire.smtp import ANSWER_SECONDS
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.host_memory import HostMemory
from msgcore.wire.smtp.link import SmtpLink, SmtpServer
from tests.wire.fake_server import FakeServer

MX = Endpoint("mx.b.test", 25, "smtp")
LETTER = b"Subject: x\r\n\r\nHello\r\n"
EACH_WAY = pytest.mark.parametrize("extensions", [(), ("PIPELINING",), ("PIPELINING", "CHUNKING")], ids=len)
BOTH = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


class Slow(FakeServer):
    """Takes so long for each message before it answers; ``None``, and it never does."""

    def __init__(self, *extensions: str, seconds: float | None, **replies: str) -> None:
        super().__init__(*extensions, **replies)
        self.clock = ManualClock()
        self._seconds = seconds

    def _end(self, text: bytes) -> str:
        answer = super()._end(text)
        if self._seconds is None:
            return "~"
        self.clock.move(self._seconds)
        return answer


def written(_: Extensions) -> WireForm:
    return WireForm(LETTER)


def letter(*names: str) -> Envelope:
    return Envelope(Address("SMTP", "ann@a.test"), tuple(Recipient(Address("SMTP", f"{one}@b.test")) for one in names))


def send(
    mode: Mode, server: Slow, *names: str, seconds: float = 2, is_lmtp: bool = False
) -> tuple[list[Outcome], float]:
    """Send one message; give what became of each recipient, and how long that took."""
    runtime = ScriptedRuntime([server])
    server.clock = runtime.clock

    async def main() -> tuple[list[Outcome], float]:
        link = SmtpLink(runtime, SmtpServer(MX, is_lmtp=is_lmtp))
        found = await link.transmit(letter(*names), written, runtime.deadline(seconds))
        return [*found.values()], runtime.clock.moved.total_seconds()

    return mode.drive(runtime.call(main()))


def send_all(
    mode: Mode, server: Slow, messages: int, *, seconds: float, letter_seconds: float = float("inf"), uses: int = 0
) -> tuple[Sequence[type[Outcome]], float, frozenset[str]]:
    """Send messages one behind the other over a session that was used so often; say, too, what is remembered."""
    runtime = ScriptedRuntime([server])

    async def main() -> tuple[Sequence[type[Outcome]], float, frozenset[str]]:
        memory = HostMemory(runtime)
        link = SmtpLink(runtime, SmtpServer(MX), memory=memory)
        for _ in range(uses):
            await link.transmit(letter("bob"), written, runtime.deadline(300))
        server.clock = runtime.clock
        batch = [(letter("bob"), written)] * messages
        found = await link.transmit_all(batch, runtime.deadline(seconds), letter_seconds=letter_seconds)
        told = [type(one) for outcomes in found for one in outcomes.values()]
        return told, runtime.clock.moved.total_seconds(), memory.failed_at(MX)

    return mode.drive(runtime.call(main()))


@BOTH
@EACH_WAY
def test_who_answers_the_dot_behind_the_deadline_has_the_message(mode: Mode, extensions: tuple[str, ...]) -> None:
    """RFC 5321 section 4.5.3.2.6: who gives up sooner sends it twice."""
    assert send(mode, Slow(*extensions, seconds=25), "bob") == ([Accepted(250, "2.0.0")], 25)


@BOTH
@EACH_WAY
def test_who_never_answers_the_dot_holds_nobody_for_long(mode: Mode, extensions: tuple[str, ...]) -> None:
    [outcome], seconds = send(mode, Slow(*extensions, seconds=None), "bob")

    assert (type(outcome), seconds) == (Unknown, ANSWER_SECONDS)


@BOTH
def test_with_more_time_than_that_the_deadline_counts(mode: Mode) -> None:
    [outcome], seconds = send(mode, Slow(seconds=None), "bob", seconds=90)

    assert (type(outcome), seconds) == (Unknown, 90)


@BOTH
def test_each_recipient_of_lmtp_is_answered_within_the_same_time(mode: Mode) -> None:
    class Lmtp(Slow):
        is_lmtp = True

    class Forgetful(Lmtp):
        def _end(self, text: bytes) -> str:
            return super()._end(text).partition("\r\n")[0]

    assert send(mode, Lmtp("PIPELINING", seconds=25), "bob", "eve", is_lmtp=True) == ([Delivered(250, "2.0.0")] * 2, 25)

    outcomes, seconds = send(mode, Forgetful("PIPELINING", seconds=25), "bob", "eve", is_lmtp=True)
    assert ([*map(type, outcomes)], seconds) == ([Delivered, Unknown], 2 + ANSWER_SECONDS)


@BOTH
@pytest.mark.parametrize("silent_at", ["EHLO", "MAIL", "bob@b.test", "DATA"])
def test_before_the_dot_the_deadline_counts(mode: Mode, silent_at: str) -> None:
    server = Slow(seconds=0)
    server.answering({silent_at: "~"})
    try:
        outcomes, seconds = send(mode, server, "bob")
    except TimedOut:
        outcomes, seconds = [Deferred()], server.clock.moved.total_seconds()

    assert ([*map(type, outcomes)], seconds) == ([Deferred], 2)


@BOTH
@EACH_WAY
@pytest.mark.parametrize("uses", [0, 2])
def test_of_a_batch_nothing_is_begun_behind_the_deadline(mode: Mode, extensions: tuple[str, ...], uses: int) -> None:
    """What has been said with it already is heard of, or has certainly not been taken."""
    server = Slow(*extensions, seconds=10)

    told, seconds, failed = send_all(mode, server, 9, seconds=25, uses=uses)

    taken = len(server.took) - uses
    assert (told[:taken], set(told[taken:]) <= {Deferred}) == ([Accepted] * taken, True)
    assert 3 <= taken <= len(told) <= 5
    assert (seconds, failed) == (10 * taken, frozenset())


@BOTH
@EACH_WAY
@pytest.mark.parametrize("uses", [0, 2])
def test_each_message_of_a_batch_has_time_of_its_own(mode: Mode, extensions: tuple[str, ...], uses: int) -> None:
    """A server that takes longer than a message's share for each is none that has failed."""
    server = Slow(*extensions, seconds=10)

    told, _, failed = send_all(mode, server, 9, seconds=300, letter_seconds=4, uses=uses)

    assert (told, len(server.took) - uses, failed) == ([Accepted] * 9, 9, frozenset())


@BOTH
@EACH_WAY
def test_of_a_batch_too_who_never_answers_holds_nobody_for_long(mode: Mode, extensions: tuple[str, ...]) -> None:
    told, seconds, _ = send_all(mode, Slow(*extensions, seconds=None), 9, seconds=2, uses=0)

    assert (told[0], seconds) == (Unknown, ANSWER_SECONDS)


@BOTH
def test_what_is_said_late_has_no_more_time(mode: Mode) -> None:
    """As a message that goes whole, behind one that the server has, where it takes long to write it."""

    class Reluctant(Slow):
        def react(self, octets: bytes) -> bytes:
            answer = super().react(octets)
            self.clock.move(20 if octets and len(self.took) > 2 else 0)
            return answer

        def _end(self, text: bytes) -> str:
            answer = super()._end(text)
            return "~" if len(self.took) > 2 else answer

    told, seconds, _ = send_all(mode, Reluctant("PIPELINING", "CHUNKING", seconds=0), 9, seconds=25, uses=2)

    assert (told[0], seconds) == (Unknown, 25 + ANSWER_SECONDS)


@BOTH
def test_cancel_ends_the_wait_for_the_answer(mode: Mode) -> None:
    class Cancels(Slow):
        def _end(self, text: bytes) -> str:
            runtime.cancel()
            return super()._end(text)

    server = Cancels(seconds=None)
    runtime = ScriptedRuntime([server])

    async def main() -> Outcome:
        link = SmtpLink(runtime, SmtpServer(MX))
        [outcome] = (await link.transmit(letter("bob"), written, runtime.deadline(2))).values()
        return outcome

    assert (type(mode.drive(runtime.call(main()))), runtime.clock.moved.total_seconds()) == (Unknown, 0)


def test_a_task_that_is_cancelled_ends_amid_the_wait() -> None:
    class Cancels(Slow):
        def _end(self, text: bytes) -> str:
            raise asyncio.CancelledError

    runtime = ScriptedRuntime([Cancels(seconds=None)])

    async def main() -> None:
        link = SmtpLink(runtime, SmtpServer(MX))
        with pytest.raises(asyncio.CancelledError):
            await link.transmit(letter("bob"), written, runtime.deadline(2))

    Mode.ASYNCIO.drive(runtime.call(main()))
