"""Transports by URL, without a profile."""

from __future__ import annotations

import asyncio
import gc
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

import msgcore
from msgcore import Accepted, Address, Deferred, Message, Refused, Unknown, aio, mime
from msgcore.base.times import Deadline
from msgcore.errors import InvalidAddress, NotAccepted, NotSupported, OperationCancelled, PluginBroken, UsageError
from msgcore.model import Envelope, Outcome, Outcomes, Recipient
from msgcore.runtime import Runtime
from msgcore.session.direct import open_transport
from msgcore.spi.transport import Submission
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Faults, Peer, ScriptedRuntime
from msgcore.testing.servers import LoopbackSmtpServer
from tests.session.desk import Desk
from tests.session.services import UrlConfig
from tests.wire.fake_server import FakeServer

NO_FAULTS = Faults()
SMTP_URL = "smtp://mx.b.test"
LETTER = Message(from_="ann@a.test", to=["bob@b.test", "cid@c.test"], bcc="dan@d.test", subject="letter")


def test_a_message_goes_to_every_recipient(desk: Desk) -> None:
    with LoopbackSmtpServer() as server, desk.transport(server.url) as transport:
        outcomes = transport.send(LETTER)

        assert ([type(one) for one in outcomes.values()], len(server.received)) == ([Accepted] * 3, 1)


def test_blind_recipients_get_it_and_are_not_named_in_it(desk: Desk) -> None:
    with LoopbackSmtpServer() as server, desk.transport(server.url) as transport:
        transport.send(LETTER)
        (received,) = server.received

        assert ("dan@d.test" in map(str, received.envelope.recipients), b"dan@" in received.octets) == (True, False)


def test_the_envelope_may_name_others_than_the_message(desk: Desk) -> None:
    header = b"From: ann@a.test\nTo: bob@b.test\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nMessage-ID: <1@a.test>\n"
    read = mime.read(header + b"\nHi\n")
    with LoopbackSmtpServer() as server, desk.transport(server.url) as transport:
        outcomes = transport.send(read, return_path="Bounces <b+eve@a.test>", recipients=["eve@e.test"])
        transport.send_all([LETTER], return_path="", recipients="eve@e.test")
        desk.send(LETTER, via=server.url, return_path=Address("SMTP", "x@a.test"))

        assert [str(recipient) for recipient in outcomes] == ["eve@e.test"]
        assert server.received[0].octets == mime.write(read).replace(b"\n", b"\r\n")
        envelopes = [one.envelope for one in server.received]
        assert [(one.sender and one.sender.email_address, len(one.recipients)) for one in envelopes] == [
            ("b+eve@a.test", 1),
            (None, 1),
            ("x@a.test", 3),
        ]


def test_recipients_that_are_given_one_by_one_count_for_all_messages(desk: Desk) -> None:
    with LoopbackSmtpServer() as server, desk.transport(server.url) as transport:
        transport.send_all([LETTER, LETTER], recipients=(f"{name}@e.test" for name in ("eve", "flo")))

        assert [len(one.envelope.recipients) for one in server.received] == [2, 2]


def test_a_message_that_changes_while_it_is_given_goes_as_it_was_each_time(desk: Desk) -> None:
    def letters() -> Iterator[Message]:
        letter = LETTER.copy()
        for name in ("eve", "flo"):
            letter.subject, letter.recipients = f"For {name}", ()
            letter.to = f"{name}@e.test"
            yield letter

    with LoopbackSmtpServer() as server, desk.transport(server.url) as transport:
        transport.send_all(letters())

        sent = [(str(*one.envelope.recipients), mime.read(one.octets).subject) for one in server.received]
        assert sent == [("eve@e.test", "For eve"), ("flo@e.test", "For flo")]


def test_what_is_left_of_a_batch_goes_after_a_large_one_that_goes_alone(desk: Desk) -> None:
    subjects = [f"{number}" for number in range(5)]
    letters = [Message(from_="ann@a.test", to="bob@b.test", subject=subject, text=subject) for subject in subjects]
    letters[1].attachments = letters[3].attachments = (b"large",)
    with LoopbackSmtpServer() as server, desk.transport(server.url) as transport:
        told = transport.send_all(letters)

        assert [one.all_accepted for one in told] == [True] * len(letters)
        assert [mime.read(one.octets).subject for one in server.received] == subjects


class Slow:
    """Takes one message at a time, and all the time that it is given."""

    config_type = UrlConfig
    address_types = ("SMTP",)

    def __init__(self, config: UrlConfig, runtime: Runtime) -> None:
        self._runtime = runtime

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        raise NotImplementedError

    async def submit_all(
        self, batch: Sequence[Submission], deadline: Deadline
    ) -> Sequence[Mapping[Recipient, Outcome]]:
        if not math.isinf(deadline.at):
            await self._runtime.sleep(deadline.remaining_seconds() - 1)
        [(envelope, _), *_] = batch
        return [dict.fromkeys(envelope.recipients, Accepted(250, "2.0.0", "ok"))]


def send_all(
    mode: Mode, url: str, peers: Sequence[Peer] = (), *, timeout_seconds: float | None = 60, faults: Faults = NO_FAULTS
) -> tuple[list[type[Outcome]], float]:
    """Send four messages in a time that only waits spend; give what became of each, and the seconds that it took."""
    runtime = ScriptedRuntime(peers, faults=faults)

    async def main() -> list[Outcomes]:
        async with open_transport(url, runtime, timeout_seconds=cast(float, timeout_seconds)) as transport:
            return await transport.send_all([LETTER] * 4, recipients="bob@b.test")

    begun = runtime.monotonic()
    told = mode.drive(runtime.call(main()))
    return [type(outcome) for outcomes in told for outcome in outcomes.values()], runtime.monotonic() - begun


@pytest.mark.parametrize("mode", Mode)
def test_the_time_for_a_batch_does_not_start_again_with_each_that_is_done(mode: Mode) -> None:
    """A server that fell silent behind each of a hundred messages had 5,050 times the time that one has."""
    msgcore.register_service("by-url-slow", Slow)

    assert send_all(mode, "by-url-slow://anything")[1] <= 4 * 60


@pytest.mark.parametrize("mode", Mode)
def test_a_batch_may_have_no_timeout(mode: Mode) -> None:
    msgcore.register_service("by-url-slow", Slow)

    assert send_all(mode, "by-url-slow://anything", timeout_seconds=None) == ([Accepted] * 4, 0)


class Telling(Slow):
    """Tells what it knows of the first message when it is cancelled, as SMTP does; every other one it takes."""

    async def submit_all(
        self, batch: Sequence[Submission], deadline: Deadline
    ) -> Sequence[Mapping[Recipient, Outcome]]:
        self._runtime.cancel()
        return [dict.fromkeys(batch[0][0].recipients, Unknown(text="cancel() ended this call"))]


def test_a_batch_that_is_cancelled_goes_on_to_no_further_message() -> None:
    msgcore.register_service("by-url-telling", Telling)

    async def main() -> list[Outcomes]:
        async with aio.open_transport("by-url-telling://anything") as transport:
            return await transport.send_all([LETTER] * 3, recipients="bob@b.test")

    told = [type(outcome) for outcomes in asyncio.run(main()) for outcome in outcomes.values()]
    assert told == [Unknown, Deferred, Deferred]


class Between(Slow):
    """Is cancelled between two waits."""

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self._runtime.cancel()
        await self._runtime.sleep(0)
        return dict.fromkeys(envelope.recipients, Accepted())


def test_a_message_that_is_cancelled_between_two_waits_goes_no_further() -> None:
    msgcore.register_service("by-url-between", Between)

    async def main() -> None:
        async with aio.open_transport("by-url-between://anything") as transport:
            await transport.send(LETTER, recipients="bob@b.test")

    with pytest.raises(OperationCancelled):
        asyncio.run(main())


class SilentAtSecond(FakeServer):
    """Says nothing any more to the second MAIL."""

    def _command(self) -> str | None:
        self.answering({"MAIL": "~"} if self.took else {})
        return super()._command()


@pytest.mark.parametrize("mode", Mode)
def test_a_server_that_falls_silent_in_a_batch_takes_the_time_of_one_message(mode: Mode) -> None:
    assert send_all(mode, SMTP_URL, [SilentAtSecond(), FakeServer()]) == ([Accepted] * 4, 60)


@pytest.mark.parametrize("mode", Mode)
def test_a_server_that_does_not_greet_takes_the_time_of_one_message_from_a_batch(mode: Mode) -> None:
    assert send_all(mode, SMTP_URL, [SilentAtSecond(), FakeServer(greeting="~")]) == ([Accepted, *[Deferred] * 3], 120)


@pytest.mark.parametrize("mode", Mode)
def test_an_answer_behind_the_deadline_is_heard(mode: Mode) -> None:
    """Of a single message, and of one of a batch; the others have no time left, and have not been sent."""

    class Slow(FakeServer):
        def _end(self, text: bytes) -> str:
            runtime.clock.move(25)
            return super()._end(text)

    server = Slow("PIPELINING")

    runtime = ScriptedRuntime([server])

    async def main() -> list[Outcomes]:
        async with open_transport(SMTP_URL, runtime, timeout_seconds=2) as transport:
            return [await transport.send(LETTER), *await transport.send_all([LETTER] * 3)]

    told = [{*map(type, outcomes.values())} for outcomes in mode.drive(runtime.call(main()))]
    assert (told, len(server.took)) == ([{Accepted}, {Accepted}, {Deferred}, {Deferred}], 2)


@pytest.mark.parametrize("mode", Mode)
def test_each_message_of_a_batch_has_its_time_on_a_session(mode: Mode) -> None:
    """Each reply takes four seconds, and all of them more than one message has."""
    told, seconds = send_all(mode, SMTP_URL, [FakeServer()], timeout_seconds=40, faults=Faults(delay_seconds=4))

    assert (told, seconds > 60) == ([Accepted] * 4, True)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # what the loop that ended has left open
def test_a_transport_outlives_the_event_loop_that_it_was_opened_on() -> None:
    opened: list[aio.Transport] = []

    async def first(url: str) -> None:
        opened.append(await aio.open_transport(url))
        await opened[0].send(LETTER)

    async def second() -> None:
        await opened[0].send_all([LETTER, LETTER])

    with LoopbackSmtpServer() as server:
        asyncio.run(first(server.url))
        asyncio.run(second())
        asyncio.run(opened.pop().close())
        gc.collect()

        assert len(server.received) == 3


def test_a_report_has_the_null_return_path(desk: Desk) -> None:
    with LoopbackSmtpServer() as server:
        desk.send(Message(from_="mta@a.test", to="bob@b.test", message_class="REPORT.IPM.Note.NDR"), via=server.url)

        assert server.received[0].envelope.sender is None


@pytest.mark.parametrize(
    ("envelope", "kind", "text"),
    [
        ({"recipients": []}, UsageError, "no recipient"),
        ({"recipients": "Bob"}, InvalidAddress, "bare name"),
        ({"return_path": "Ann"}, InvalidAddress, "not only a name"),
        ({"return_path": 5}, UsageError, "need an address, got int"),
    ],
    ids=str,
)
def test_an_envelope_that_is_none_is_refused_before_anything_is_done(
    desk: Desk, envelope: dict[str, Any], kind: type[Exception], text: str
) -> None:
    with desk.transport("smtp://host.invalid") as transport, pytest.raises(kind, match=text):
        transport.send(LETTER, **envelope)


def test_one_that_is_refused_raises_with_the_outcomes_of_all(desk: Desk) -> None:
    refusals = {"cid@c.test": "550 5.1.1 no such user"}
    with LoopbackSmtpServer(refusals=refusals) as server, desk.transport(server.url) as transport:
        with pytest.raises(NotAccepted) as caught:
            transport.send(LETTER)

        assert [type(caught.value.outcomes[one]) for one in ("bob@b.test", "cid@c.test")] == [Accepted, Refused]


def test_without_a_check_outcomes_are_given_whatever_they_are(desk: Desk) -> None:
    refusals = {"cid@c.test": "550 5.1.1 no such user"}
    with LoopbackSmtpServer(refusals=refusals) as server, desk.transport(server.url) as transport:
        assert list(map(str, transport.send(LETTER, check=False).refused)) == ["cid@c.test"]


def test_send_is_a_transport_for_one_message(desk: Desk) -> None:
    with LoopbackSmtpServer() as server:
        assert desk.send(LETTER, via=server.url).all_accepted


def test_the_message_that_was_given_stays_as_it_is(desk: Desk) -> None:
    with LoopbackSmtpServer() as server:
        desk.send(LETTER, via=server.url)

    assert (LETTER.message_id, LETTER.date) == (None, None)


def test_the_email_of_the_url_is_the_sender_when_there_is_none(desk: Desk) -> None:
    with LoopbackSmtpServer() as server:
        desk.send(Message(to="bob@b.test"), via=server.url, email="eve@e.test")

        assert str(server.received[0].envelope.sender) == "eve@e.test"


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        (Message(from_="a@a.test"), UsageError, "no recipient"),
        (Message(to="b@b.test"), UsageError, "no From"),
        (Message(from_="a@a.test", to="Bob"), InvalidAddress, "bare name"),
        (Message(from_="a@a.test", to="FAX:+1"), UsageError, "takes SMTP only"),
    ],
    ids=["no recipient", "no sender", "bare name", "other type"],
)
def test_a_message_that_cannot_be_sent_is_refused_before_anything_is_done(
    desk: Desk, message: Message, kind: type[Exception], text: str
) -> None:
    with desk.transport("smtp://host.invalid") as transport, pytest.raises(kind, match=text):
        transport.send(message)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("localhost:25", UsageError),
        ("gopher://localhost", UsageError),
        ("smtp://", UsageError),
        ("smtp://user:secret@localhost", UsageError),
        ("smtp://localhost/?verify=0", UsageError),
        ("sqlite:///mail.db", UsageError),
        ("imaps://localhost", UsageError),
    ],
)
def test_a_url_that_names_no_transport_is_refused(desk: Desk, url: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        desk.transport(url)


@pytest.mark.parametrize("scheme", ["pop3", "imaps"])
def test_what_is_no_transport_is_told_so_before_a_user_is_asked_for(desk: Desk, scheme: str) -> None:
    with pytest.raises(NotSupported, match=f"{scheme}: is no transport"):
        desk.transport(f"{scheme}://localhost")


def test_what_is_no_store_is_told_so_before_a_user_is_asked_for(desk: Desk) -> None:
    with pytest.raises(NotSupported, match="pop3: is no message store; msgcore"):
        desk.open_store("pop3://localhost")


def test_each_function_proposes_a_url_that_it_takes(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"'mail\.a\.test' is no URL: write, for example, smtps://mail\.a\.test$"):
        desk.transport("mail.a.test")
    with pytest.raises(UsageError, match=r"'mail\.db' is no URL: write, for example, sqlite:///mail\.db$"):
        msgcore.open_store("mail.db")


def test_who_forgets_to_await_is_told(tmp_path: Path) -> None:
    opening: Any = aio.open_store(f"sqlite:///{tmp_path / 'mail.db'}")
    with pytest.raises(AttributeError, match=r"no attribute 'search'.*await"):
        opening.search("subject = 'x'")
    assert not hasattr(opening, "search")


def test_a_database_that_is_taken_for_a_transport_is_not_made(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotSupported, match="sqlite: is no transport"):
        desk.transport("sqlite:///mail.db")
    assert not (tmp_path / "mail.db").exists()


def test_a_password_in_a_url_is_not_repeated(desk: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        desk.transport("smtp://user:hunter2@localhost")

    assert "hunter2" not in str(caught.value)


def test_a_service_that_is_registered_by_call_is_opened_by_its_name(desk: Desk) -> None:
    with desk.transport("by-url://anything") as transport:
        assert transport.send(LETTER).all_accepted


def test_an_outcome_that_a_plug_in_forgets_shows_as_not_accepted(desk: Desk) -> None:
    with desk.transport("by-url-forgetful://anything") as transport, pytest.raises(NotAccepted) as caught:
        transport.send(LETTER)

    assert len(caught.value.outcomes.not_accepted) == 2


def test_a_plug_in_whose_constructor_raises_is_named(desk: Desk) -> None:
    with pytest.raises(PluginBroken, match="ZeroDivisionError: constructor"):
        desk.transport("by-url-broken://anything")


def test_closing_twice_is_closing_once(desk: Desk) -> None:
    with LoopbackSmtpServer() as server:
        transport = desk.transport(server.url)
        transport.send(LETTER)
        transport.close()
        transport.close()

        assert len(server.received) == 1


def test_a_transport_that_was_closed_sends_no_more(desk: Desk) -> None:
    """A connection made after close() would never be closed."""
    with LoopbackSmtpServer() as server:
        transport = desk.transport(server.url)
        transport.send(LETTER)
        transport.close()

        with pytest.raises(UsageError, match="closed"):
            transport.send(LETTER)
        assert len(server.received) == 1
