"""Content checks over real sockets: what they see, what becomes of their answers, and what they may do wrong."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ClassVar

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, OperationCancelled, PluginBroken, ServiceBusy, StoreFull, UsageError
from msgcore.model import Deferred, Delivered, Refused
from msgcore.mta.listener import ArrivingMail, ListenerSettings, Marked, logged_in_as
from msgcore.mta.listener.content import NamedContentCheck
from msgcore.mta.node_events import MailRefused, MessageTaken
from msgcore.runtime import Runtime
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode
from msgcore.wire.sasl import Passwords
from tests.mta.listener.house import HOST, LETTER, House, check_of
from tests.mta.listener.test_taking import codes, letter_to

FAILED = "451 4.7.1 the content cannot be checked now; try again later"
BRIEF_SECONDS = 0.05

Check = Callable[[ArrivingMail, Deadline], Any]


def saying(answer: object) -> Check:
    """Make a plain ``def`` that gives always the same."""
    return lambda _, __: answer


def next_of(answers: Iterator[object]) -> Check:
    return lambda _, __: next(answers)


def saying_later(answer: object) -> Check:
    """Make an ``async def`` that does."""

    async def say(_: ArrivingMail, __: Deadline) -> object:
        await asyncio.sleep(0)
        return answer

    return say


EITHER = pytest.mark.parametrize("kind", [saying, saying_later], ids=["def", "async def"])


def raising(error: BaseException) -> Check:
    def fail(_: ArrivingMail, __: Deadline) -> None:
        raise error

    return fail


def raising_later(error: BaseException) -> Check:
    async def fail(_: ArrivingMail, __: Deadline) -> None:
        raise error

    return fail


class Remembering:
    """Takes all that it sees."""

    def __init__(self, answer: object = None) -> None:
        self.seen: list[ArrivingMail] = []
        self.answer = answer
        self.is_closed = False

    def check_content(self, mail: ArrivingMail, deadline: Deadline) -> Any:
        assert 0 < (deadline.remaining_seconds() or 0) <= 60
        self.seen.append(mail)
        return self.answer

    def close(self) -> None:
        self.is_closed = True


def house(*checks: object, **given: Any) -> House:
    return House(content_checks=checks, **given)


def told(house: House, octets: bytes = LETTER) -> str:
    """Give what a client hears to its message."""
    with house.talk() as client:
        client.begin("bob@b.test")
        return client.send(octets + b".\r\n")


# What a check sees


def test_a_check_sees_the_message_as_the_queue_will_have_it() -> None:
    check = Remembering()
    with house(check) as listening:
        told(listening)

    [seen], [accept] = check.seen, listening.queue.accepted
    assert seen.octets == accept.content.octets
    assert (seen.octets.startswith(b"Received: "), seen.octets.endswith(LETTER)) == (True, True)
    assert seen.envelope.transfer_id == accept.transfer_id
    assert (str(seen.envelope.sender), seen.envelope.recipients) == ("ann@a.test", accept.recipients)
    assert (seen.client.address, seen.client.name, seen.service) == ("127.0.0.1", "client.a.test", "smtp")
    assert seen.verdicts == {"origin=outside"}


def test_a_check_knows_who_has_logged_in() -> None:
    check = Remembering()
    users = Passwords({"ann": Secret("pa ss")})
    settings: dict[str, Any] = {"authenticator": users, "may_relay": logged_in_as("ann")}
    with house(check, **settings) as listening, listening.library() as client:
        client.login("ann", "pa ss")
        client.sendmail("ann@a.test", ["bob@b.test"], LETTER)

    assert [(one.client.user, one.verdicts) for one in check.seen] == [("ann", frozenset())]


def test_what_is_refused_without_it_is_not_shown_to_a_check() -> None:
    check = Remembering()
    with house(check, recipients=check_of("bob@b.test")) as listening, listening.talk() as client:
        client.begin("eve@b.test")

    assert check.seen == []


def test_twenty_megabytes_are_shown_whole_and_kept_whole() -> None:
    octets = LETTER + (b"x" * 998 + b"\r\n") * 20_000
    check = Remembering(Marked({"X-Spam-Flag": "NO"}))
    with house(check) as listening:
        said = told(listening, octets)

    assert (said[:3], len(check.seen[0].octets) > 20 * 1_000_000) == ("250", True)
    assert listening.octets == [octets]


# What it says


@EITHER
def test_what_nothing_is_said_of_is_taken_as_it_is(kind: Callable[[object], Check]) -> None:
    with house(kind(None)) as listening:
        assert told(listening)[:9] == "250 2.0.0"

    assert listening.octets == [LETTER]


@EITHER
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Refused(554, "5.7.7", "EICAR"), "554 5.7.7 EICAR"),
        (Refused(), "550 5.7.1 this is not taken for what is in it"),
        (Refused(552, text="too\r\n250 loud\N{BELL}"), "552 5.7.1 too 250 loud?"),
        (Deferred(450, "4.7.0", "in five minutes"), "450 4.7.0 in five minutes"),
        (Deferred(text="not now"), "451 4.7.1 not now"),
    ],
)
def test_what_is_refused_or_deferred_is_told_and_not_taken(
    kind: Callable[[object], Check], answer: object, said: str
) -> None:
    with house(kind(answer)) as listening:
        assert told(listening).replace("\N{REPLACEMENT CHARACTER}", "?") == said

    assert listening.queue.asked == 0


def test_a_long_text_has_room_in_a_reply() -> None:
    with house(saying(Refused(text="é" * 100_000))) as listening:
        said = told(listening)

    assert (len(said) <= 510, said.isascii()) == (True, True)


def test_fields_stand_above_ours_and_verdicts_go_with_the_message() -> None:
    forged = b"X-Spam-Flag: NO\r\n" + LETTER
    with house(saying(Marked({"X-Spam-Flag": "YES", "X-Spam-Level": "*****"}, ["spam=yes"]))) as listening:
        told(listening, forged)

    [accept] = listening.queue.accepted
    assert accept.content.octets.startswith(b"X-Spam-Flag: YES\r\nX-Spam-Level: *****\r\nReceived: ")
    assert accept.content.octets.endswith(forged)
    assert accept.verdicts == {"origin=outside", "spam=yes"}
    assert (accept.message_id, accept.subject) == ("<1@a.test>", "hello")


def test_a_blind_recipient_is_taken_out_behind_the_checks() -> None:
    check = Remembering(Marked({"X-Checked": "yes"}))
    with house(check) as listening:
        told(listening, b"Bcc: eve@b.test\r\n" + LETTER)

    [accept] = listening.queue.accepted
    assert (b"Bcc:" in check.seen[0].octets, b"Bcc:" in accept.content.octets) == (True, False)
    assert accept.content.octets.startswith(b"X-Checked: yes\r\nReceived: ")


def test_each_check_sees_what_the_one_before_has_left() -> None:
    last = Remembering(Marked({"X-Last": "2"}, ["virus=no"]))
    with house(saying(Marked({"X-First": "1"}, ["spam=no"])), saying_later(None), last) as listening:
        told(listening)

    [accept] = listening.queue.accepted
    assert last.seen[0].octets.startswith(b"X-First: 1\r\nReceived: ")
    assert accept.content.octets.startswith(b"X-Last: 2\r\nX-First: 1\r\nReceived: ")
    assert accept.verdicts == {"origin=outside", "spam=no", "virus=no"}


def test_the_first_refusal_counts_and_no_other_check_is_asked() -> None:
    last = Remembering()
    with house(saying(Marked({"X-First": "1"})), saying(Refused(text="first")), last) as listening:
        said = told(listening)

    assert (said, last.seen) == ("550 5.7.1 first", [])


def test_by_lmtp_one_answer_is_for_all_and_the_check_is_asked_once() -> None:
    check = Remembering(Refused(text="no"))
    with house(check, is_lmtp=True) as listening, listening.talk() as client:
        client.say("LHLO x.test", "MAIL FROM:<ann@a.test>", "RCPT TO:<bob@b.test>", "RCPT TO:<cid@b.test>", "DATA")
        said = [client.send(LETTER + b".\r\n"), client.hear()]

    assert [one[:9] for one in said] == ["550 5.7.1", "550 5.7.1"]
    assert [len(one.envelope.recipients) for one in check.seen] == [2]


def test_who_watches_hears_of_a_refusal_and_of_verdicts() -> None:
    answers: Iterator[object] = iter([Refused(554, "5.7.0", "spam"), Marked(verdicts=["spam=no"])])
    events: list[Any] = []
    with house(next_of(answers), watch=events.append) as listening:
        told(listening)
        told(listening)

    [refused] = [one for one in events if isinstance(one, MailRefused)]
    [taken] = [one for one in events if isinstance(one, MessageTaken)]
    assert (refused.command, str(refused.address), str(refused.reply)) == ("DATA", "ann@a.test", "554 5.7.0 spam")
    assert taken.verdicts == {"origin=outside", "spam=no"}


def test_after_a_refusal_the_session_goes_on() -> None:
    answers: Iterator[object] = iter([Refused(), None])
    with house(next_of(answers)) as listening, listening.library() as client:
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("ann@a.test", ["bob@b.test"], LETTER)
        client.sendmail("ann@a.test", ["bob@b.test"], LETTER)

    assert listening.octets == [LETTER]


# How it may be written


class Called:
    """An object that is called, and has no hash."""

    __hash__ = None  # type: ignore[assignment]  # as a class with __eq__ has

    async def __call__(self, mail: ArrivingMail, deadline: Deadline) -> Refused:
        return Refused(text="called")


def refuse_for(reason: str, mail: ArrivingMail, deadline: Deadline) -> Refused:
    return Refused(text=reason)


@pytest.mark.parametrize("check", [Called(), partial(refuse_for, "called")], ids=["object", "partial"])
def test_whatever_can_be_called_is_a_check(check: object) -> None:
    with house(check) as listening:
        assert told(listening) == "550 5.7.1 called"


def test_one_that_uses_asyncio_runs_on_the_loop_of_the_listener() -> None:
    async def wait_for_a_thread(_: ArrivingMail, __: Deadline) -> Refused:
        return await asyncio.to_thread(partial(Refused, text="looked up"))

    with house(wait_for_a_thread) as listening:
        assert told(listening) == "550 5.7.1 looked up"


def test_a_plain_def_holds_up_nobody_else() -> None:
    both = threading.Barrier(2, timeout=30)

    def meet(_: ArrivingMail, __: Deadline) -> None:
        both.wait()

    with house(meet) as listening, ThreadPoolExecutor(2) as pool:
        assert [said[:3] for said in pool.map(told, [listening, listening])] == ["250", "250"]


def test_it_is_its_owner_s_to_close() -> None:
    check = Remembering()
    with house(check):
        pass

    assert not check.is_closed


@pytest.mark.parametrize("checks", [Remembering(), [Remembering], ["clamd"], [None], 1, "x"])
def test_what_is_no_check_is_refused(checks: Any) -> None:
    with pytest.raises(UsageError, match="content_checks"):
        ListenerSettings(HOST, content_checks=checks)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Marked({"X-Spam\r\nBcc": "x"}),
        lambda: Marked({"": "x"}),
        lambda: Marked({"X Spam": "x"}),
        lambda: Marked({"X-Spam": "x\r\n\r\nbody"}),
        lambda: Marked({"X-Spam": "x\nSubject: y"}),
        lambda: Marked({"X-Spam": "\0"}),
        lambda: Marked({"X-Spam": "é"}),
        lambda: Marked({"X-Spam": "x" * 1_000}),
        lambda: Marked({"X-Spam": 1}),  # type: ignore[dict-item]  # Python lets it
        lambda: Marked({1: "x"}),  # type: ignore[dict-item]  # likewise
        lambda: Marked([("X-Spam", "x")]),  # type: ignore[arg-type]  # likewise
        lambda: Marked({"subject": "other"}),
        lambda: Marked({"Content-Type": "text/html"}),
        lambda: Marked({"Received": "from a.test by b.test; Tue, 01 Jan 2030 12:00:00 +0000"}),
        lambda: Marked({"Return-Path": "<ann@a.test>"}),
        lambda: Marked({"Resent-Bcc": "dan@b.test"}),
        lambda: Marked(verdicts="spam=yes"),
        lambda: Marked(verdicts=["spam"]),
        lambda: Marked(verdicts=["spam=yes origin=inside"]),
        lambda: Marked(verdicts=["dmarc=pass"]),
        lambda: Marked(verdicts=[1]),  # type: ignore[list-item]  # likewise
        lambda: Marked(verdicts=1),  # type: ignore[arg-type]  # likewise
    ],
)
def test_marks_that_would_say_something_else_are_none(make: Callable[[], Marked]) -> None:
    with pytest.raises(PluginBroken, match=r"^Marked: "):
        make()


# Checks that a configuration names


@attrs.frozen
class CountingConfig:
    answer: object = None


class Counting:
    """Tells what is done with it, and gives the answer of its configuration."""

    config_type = CountingConfig
    done: ClassVar[list[str]] = []

    def __init__(self, config: CountingConfig, runtime: Runtime) -> None:
        self.answer = config.answer
        self.done.append("made")

    async def logon(self, deadline: Deadline) -> None:
        if self.answer == "no logon":
            raise ConnectionLost("the scanner is not there")
        self.done.append("opened")

    def check_content(self, mail: ArrivingMail, deadline: Deadline) -> object:
        self.done.append("asked")
        return self.answer

    def close(self) -> None:
        self.done.append("closed")


@pytest.fixture
def done() -> list[str]:
    Counting.done.clear()
    return Counting.done


def named(answer: object, check_class: type[Any] = Counting) -> NamedContentCheck:
    return NamedContentCheck("counting", check_class, CountingConfig(answer))


def test_one_that_is_named_lives_as_long_as_the_listener_works(done: list[str]) -> None:
    listening = house(named(Refused(text="counted")))
    assert done == []
    for _ in range(2):
        with listening:
            assert told(listening) == "550 5.7.1 counted"

    assert done == ["made", "opened", "asked", "closed"] * 2


def test_one_that_cannot_be_opened_keeps_the_listener_from_its_work(done: list[str]) -> None:
    listening = house(named(None), named("no logon"))
    with pytest.raises(ConnectionLost, match="the scanner is not there"):
        listening.run(listening.listener.start())

    assert (listening.listener.ports, done) == ((), ["made", "opened", "made", "closed", "closed"])


def test_one_that_has_no_check_content_is_told_at_the_start() -> None:
    class Nothing:
        config_type = CountingConfig

        def __init__(self, config: CountingConfig, runtime: Runtime) -> None: ...

    listening = house(named(None, Nothing))
    with pytest.raises(PluginBroken, match=r"content check counting: .*Nothing has no check_content"):
        listening.run(listening.listener.start())


# What it does wrong: no mail goes past it.


@EITHER
@pytest.mark.parametrize(
    "answer",
    [
        True, "ok", 250, Delivered(250), Refused, Refused(250), Refused(451), Refused(554, "4.7.1"), Deferred(550),
        Deferred(99), Refused(text=b"no"), Refused("550"), [Refused()],  # type: ignore[arg-type]  # Python lets it
    ],
    ids=repr,
)  # fmt: skip
def test_nonsense_defers_the_message(
    kind: Callable[[object], Check], answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    with house(kind(answer)) as listening:
        assert told(listening) == FAILED

    assert listening.queue.asked == 0
    assert "gave" in caplog.text and "need Marked, Refused, Deferred or None" in caplog.text


@pytest.mark.parametrize("kind", [raising, raising_later], ids=["def", "async def"])
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("no scanner\r\nat all"), ServiceBusy("later"), StoreFull("no room to unpack"), KeyError(),
        OperationCancelled("not by us"), StopIteration(), TimeoutError("slow"), NotImplementedError(),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_what_it_raises_defers_the_message_and_is_no_client_s_business(
    kind: Callable[[BaseException], Check], error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with house(kind(error)) as listening:
        assert told(listening) == FAILED

    assert listening.queue.asked == 0
    assert "mail is deferred: " in caplog.text


def test_sys_exit_and_a_cancellation_of_its_own_end_nothing() -> None:
    with house(raising(SystemExit(3))) as first, house(raising_later(asyncio.CancelledError())) as second:
        assert (told(first), told(second)) == (FAILED, FAILED)


def test_a_check_that_fails_for_long_is_not_logged_each_time(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    caplog.set_level(logging.WARNING, "msgcore.mta")
    settings: dict[str, Any] = {"content_checks": [raising(RuntimeError("no scanner"))], "clock": clock}
    for _ in range(3):
        assert codes(*letter_to("bob"), **settings)[-1] == FAILED
    with house(raising(RuntimeError("no scanner")), runtime=runtime_on(Mode.ASYNCIO, clock)) as listening:
        caplog.clear()
        told(listening)
        told(listening)
        clock.move(61)
        told(listening)

    assert len(caplog.records) == 2


class Endless:
    """Comes to no end before it is released."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.released = threading.Event()

    def wait(self, mail: ArrivingMail, deadline: Deadline) -> None:
        self.begun.set()
        assert self.released.wait(30)

    async def wait_later(self, mail: ArrivingMail, deadline: Deadline) -> None:
        self.begun.set()
        try:
            await asyncio.sleep(30)
        finally:
            self.released.set()


@pytest.mark.parametrize("name", ["wait", "wait_later"])
def test_one_that_never_ends_defers_the_message_in_time(name: str) -> None:
    endless = Endless()
    with house(getattr(endless, name), content_check_seconds=BRIEF_SECONDS) as listening:
        assert told(listening) == FAILED
        endless.released.set()

    assert listening.queue.asked == 0


def test_all_checks_have_one_time_together() -> None:
    clock = ManualClock()
    last = Remembering()

    def slow(_: ArrivingMail, __: Deadline) -> None:
        clock.move(45)

    with house(slow, slow, last, runtime=runtime_on(Mode.ASYNCIO, clock)) as listening:
        assert told(listening) == FAILED

    assert last.seen == []


@pytest.mark.parametrize("name", ["wait", "wait_later"])
def test_a_listener_that_stops_cuts_a_check_that_goes_on(name: str) -> None:
    endless = Endless()
    with house(getattr(endless, name), grace_seconds=0.0) as listening, listening.talk() as client:
        client.begin("bob@b.test")
        client.socket.sendall(LETTER + b".\r\n")
        assert endless.begun.wait(30)
        listening.run(listening.listener.close())
        said = client.hear()
        endless.released.set()

    assert (said[:3] in {"", "421"}, listening.queue.asked) == (True, 0)


def test_a_listener_that_stops_lets_a_check_end() -> None:
    begun, released = threading.Event(), threading.Event()

    def wait(_: ArrivingMail, __: Deadline) -> None:
        begun.set()
        assert released.wait(30)

    with house(wait) as listening, listening.talk() as client, ThreadPoolExecutor(1) as pool:
        client.begin("bob@b.test")
        client.socket.sendall(LETTER + b".\r\n")
        assert begun.wait(30)
        closed = pool.submit(listening.run, listening.listener.close())
        released.set()
        assert client.hear()[:3] == "250"
        closed.result(30)

    assert listening.octets == [LETTER]


@pytest.mark.parametrize("is_reset", [False, True])
def test_a_client_that_breaks_off_meanwhile_spoils_nothing(is_reset: bool) -> None:
    """It said its dot: whether it is taken or not, the next client is served."""
    endless = Endless()
    with house(endless.wait) as listening:
        client = listening.talk()
        client.begin("bob@b.test")
        client.socket.sendall(LETTER + b".\r\n")
        assert endless.begun.wait(30)
        if is_reset:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        endless.released.set()
        assert told(listening)[:3] == "250"

    assert {*listening.octets} == {LETTER}


def test_what_came_with_the_final_dot_waits_for_the_check() -> None:
    said = codes(*letter_to("bob"), b"QUIT\r\n", content_checks=[saying(Refused(text="no"))])

    assert said[-2:] == ["550 5.7.1 no", f"221 2.0.0 {HOST} closes"]
