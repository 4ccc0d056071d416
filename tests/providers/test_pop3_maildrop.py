"""The service ``pop3`` at work with a server in this process."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    CommandRefused,
    ConnectionLost,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    QuotaReached,
    ServiceBusy,
    TimedOut,
    TlsFailed,
)
from msgcore.providers.pop3 import Pop3Maildrop, Pop3Service
from msgcore.runtime.abc import Runtime
from msgcore.spi.config import build_config
from msgcore.spi.retrieval import Maildrop, Retrieved, RetrievingProvider, Waiting
from msgcore.testing.clock import ManualClock
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import ScriptedRuntime, Served
from msgcore.testing.secrecy import forms_in, shown_by
from msgcore.testing.servers import LoopbackPop3Server, Pop3Quirks
from msgcore.wire.pop3.server import USUAL_CAPABILITIES

T = TypeVar("T")

PASSWORD = "correct horse battery"
LETTERS = [b"Subject: %d\r\n\r\nHello %d\r\n.\r\n..\r\n" % (number, number) for number in range(1, 6)]


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode = request.param
    assert isinstance(mode, Mode)
    return mode


@pytest.fixture
def server() -> Iterator[LoopbackPop3Server]:
    """A server whose user ann has the five letters."""
    with LoopbackPop3Server({"ann": PASSWORD}) as server:
        fill(server)
        yield server


def fill(server: LoopbackPop3Server, letters: Sequence[bytes] = LETTERS) -> None:
    for letter in letters:
        server.put("ann", letter)


@attrs.frozen
class Desk:
    """The service, and a session with its server."""

    service: Pop3Service
    runtime: Runtime
    maildrop: Pop3Maildrop
    waiting: Sequence[Waiting]

    @property
    def deadline(self) -> Deadline:
        return self.runtime.deadline(30)

    async def retrieve_all(self, waiting: Sequence[Waiting]) -> list[Retrieved]:
        """Ask for the rest as long as there is one."""
        found: list[Retrieved] = []
        while len(found) < len(waiting):
            found += await self.maildrop.retrieve(waiting[len(found) :], self.deadline)
        return found


def service(url: str, runtime: Runtime, **options: object) -> Pop3Service:
    values = {"url": url, "user": "ann", "password": PASSWORD, "allow_cleartext_login": True, **options}
    return Pop3Service(build_config(Pop3Service.config_type, values, folder=Path(), secret=Secret), runtime)


async def at_desk(url: str, runtime: Runtime, story: Callable[[Desk], Awaitable[T]], **options: object) -> T:
    opened = service(url, runtime, **options)
    try:
        maildrop = await opened.open_maildrop(runtime.deadline(30))
        return await story(Desk(opened, runtime, maildrop, await maildrop.list(runtime.deadline(30))))
    finally:
        await opened.close()


def at_work(mode: Mode, server: LoopbackPop3Server, story: Callable[[Desk], Awaitable[T]], **options: object) -> T:
    """Open a maildrop, let the story happen, and close it."""
    return mode.run(lambda runtime: at_desk(server.url, runtime, story, **options))


def left(server: LoopbackPop3Server) -> list[bytes]:
    return [octets for _, octets in server.maildrop("ann")]


async def raised_by(call: Awaitable[object]) -> MsgcoreError | None:
    try:
        await call
    except MsgcoreError as error:
        return error
    return None


# What is given


def test_it_is_what_retrieving_needs(server: LoopbackPop3Server) -> None:
    assert isinstance(service(server.url, ScriptedRuntime()), RetrievingProvider)


def test_a_listing_has_number_unique_id_and_size(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> Sequence[Waiting]:
        return desk.waiting

    assert at_work(mode, server, story) == [
        Waiting(number, unique_id, len(octets)) for number, (unique_id, octets) in enumerate(server.maildrop("ann"), 1)
    ]


def test_without_unique_ids_a_listing_has_none(mode: Mode) -> None:
    async def story(desk: Desk) -> list[bytes]:
        return [one.unique_id for one in desk.waiting]

    with LoopbackPop3Server({"ann": PASSWORD}, capabilities=USUAL_CAPABILITIES - {"UIDL"}) as server:
        fill(server)
        assert at_work(mode, server, story) == [b""] * 5


@settings(max_examples=15)
@given(order=st.permutations(range(5)), count=st.integers(0, 5))
def test_messages_come_in_whatever_order_they_are_asked_for(order: list[int], count: int) -> None:
    asked = order[:count]

    async def story(desk: Desk) -> list[bytes]:
        return [one.octets for one in await desk.retrieve_all([desk.waiting[number] for number in asked])]

    server = LoopbackPop3Server({"ann": PASSWORD})
    fill(server)
    runtime = ScriptedRuntime(lambda _: Served(server.serve))
    assert runtime.run(at_desk("pop3://pop.a.test", runtime, story)) == [LETTERS[number] for number in asked]


def test_headers_end_with_the_empty_line(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> list[bytes]:
        return [one.octets for one in await desk.maildrop.headers(desk.waiting[1:3], desk.deadline)]

    assert at_work(mode, server, story) == [b"Subject: 2\r\n\r\n", b"Subject: 3\r\n\r\n"]


def test_body_lines_that_nobody_asked_for_are_cut_off(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> list[bytes]:
        return [one.octets for one in await desk.maildrop.headers(desk.waiting[:1], desk.deadline)]

    server.say(b"+OK\r\nSubject: 1\r\n\r\nHello\r\n.\r\n", at="TOP")
    assert at_work(mode, server, story) == [b"Subject: 1\r\n\r\n"]


def test_a_server_without_top_lacks_that_capability_and_the_session_goes_on(mode: Mode) -> None:
    async def story(desk: Desk) -> tuple[MsgcoreError | None, list[bytes]]:
        error = await raised_by(desk.maildrop.headers(desk.waiting, desk.deadline))
        return error, [one.octets for one in await desk.retrieve_all(desk.waiting)]

    with LoopbackPop3Server({"ann": PASSWORD}, capabilities=USUAL_CAPABILITIES - {"TOP"}) as server:
        fill(server)
        error, octets = at_work(mode, server, story)
    assert (type(error), octets) == (CapabilityMissing, LETTERS)


def test_a_message_that_is_refused_is_told_in_its_place(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> list[Retrieved]:
        return await desk.retrieve_all(desk.waiting)

    server.answer("-ERR [SYS/PERM] it is damaged", at="RETR", about="3")
    found = at_work(mode, server, story)

    assert [one.octets or type(one.error) for one in found] == [*LETTERS[:2], CommandRefused, *LETTERS[3:]]


def test_a_deletion_that_is_refused_is_told(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> list[tuple[int, str]]:
        refused = await desk.maildrop.delete(desk.waiting[:3], desk.deadline)
        await desk.maildrop.commit(desk.deadline)
        return [(one.number, str(one.error)) for one in refused]

    server.answer("-ERR it is locked", at="DELE", about="2")
    place = f"pop3 127.0.0.1:{server.port}"
    assert at_work(mode, server, story) == [(2, f"{place}: DELE 2: -ERR it is locked")]
    assert left(server) == [LETTERS[1], *LETTERS[3:]]


def test_each_message_is_asked_for_once_however_many_calls_it_takes(mode: Mode) -> None:
    """The whole rest is handed on, so what is on its way between two calls is what is asked for next."""

    async def story(desk: Desk) -> int:
        return len(await desk.retrieve_all(desk.waiting))

    with LoopbackPop3Server({"ann": PASSWORD}, recorded=False) as server:
        fill(server, [b"Subject: %d\r\n\r\n" % number for number in range(1_500)])
        assert at_work(mode, server, story) == 1_500
        asked = [command for command in server.sessions[0] if command.startswith("RETR")]
    assert asked == [f"RETR {number}" for number in range(1, 1_501)]


def test_no_call_gives_more_than_its_share(mode: Mode) -> None:
    async def story(desk: Desk) -> int:
        return len(await desk.maildrop.retrieve(desk.waiting, desk.deadline))

    with LoopbackPop3Server({"ann": PASSWORD}, recorded=False) as server:
        fill(server, [b"Subject: %d\r\n\r\n" % number for number in range(1_500)])
        assert at_work(mode, server, story) <= 500


def test_nothing_is_said_for_nothing(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> list[Sequence[Retrieved]]:
        maildrop = desk.maildrop
        return [await ask([], desk.deadline) for ask in (maildrop.headers, maildrop.retrieve, maildrop.delete)]

    assert at_work(mode, server, story) == [[], [], []]


# How a session ends


async def _delete_two(desk: Desk) -> Pop3Maildrop:
    await desk.retrieve_all(desk.waiting[:3])
    await desk.maildrop.delete(desk.waiting[:2], desk.deadline)
    return desk.maildrop


def test_what_was_deleted_is_gone_after_the_commit(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> None:
        maildrop = await _delete_two(desk)
        await maildrop.commit(desk.deadline)

    at_work(mode, server, story)
    assert left(server) == LETTERS[2:]


def test_without_the_commit_nothing_is_deleted(mode: Mode, server: LoopbackPop3Server) -> None:
    at_work(mode, server, _delete_two)

    assert left(server) == LETTERS


def test_without_the_commit_a_server_that_deletes_what_was_retrieved_is_told_not_to(mode: Mode) -> None:
    with LoopbackPop3Server({"ann": PASSWORD}, quirks=Pop3Quirks(deletes_retrieved=True)) as server:
        fill(server)
        at_work(mode, server, _delete_two)

        assert left(server) == LETTERS


def test_a_session_that_is_closed_says_goodbye(mode: Mode, server: LoopbackPop3Server) -> None:
    at_work(mode, server, _delete_two)

    assert server.sessions[0][-1] == "QUIT"


def test_a_session_is_not_kept_for_mail_that_nobody_wants_any_more(mode: Mode) -> None:
    """What was asked for ahead is still on its way: reading it would take as long as retrieving it."""

    async def story(desk: Desk) -> None:
        await desk.maildrop.retrieve(desk.waiting, desk.deadline)

    with LoopbackPop3Server({"ann": PASSWORD}, recorded=False) as server:
        fill(server, [b"Subject: %d\r\n\r\n" % number for number in range(1_500)])
        at_work(mode, server, story)
        assert "QUIT" not in server.sessions[0]


def test_a_session_says_goodbye_after_a_question_that_was_refused(mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        await raised_by(desk.maildrop.headers(desk.waiting, desk.deadline))

    with LoopbackPop3Server({"ann": PASSWORD}, capabilities=USUAL_CAPABILITIES - {"TOP"}) as server:
        fill(server)
        at_work(mode, server, story)
        assert server.sessions[0][-1] == "QUIT"


def test_a_session_says_goodbye_after_a_list_that_it_was_to_ask_for_later(
    mode: Mode, server: LoopbackPop3Server
) -> None:
    async def story(desk: Desk) -> None:
        await raised_by(desk.maildrop.list(desk.deadline))

    server.answer("-ERR [SYS/TEMP] later", at="UIDL", times=1)
    with pytest.raises(ServiceBusy):
        at_work(mode, server, story)
    assert server.sessions[0][-1] == "QUIT"


def test_a_long_list_is_read_in_a_thread() -> None:
    """It would hold up a loop."""
    with LoopbackPop3Server({"ann": PASSWORD}, recorded=False) as server:
        fill(server, [b"Subject: %d\r\n\r\n" % number for number in range(8_000)])
        runtime = ScriptedRuntime(lambda _: Served(server.serve))
        runtime.run(at_desk("pop3://pop.a.test", runtime, _nothing))
    assert [one.doing for one in runtime.awaited].count("in_thread") == 2


def test_a_port_that_does_not_start_with_tls_is_told_of(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(runtime: Runtime) -> None:
        await service(f"pop3s://127.0.0.1:{server.port}", runtime).open_maildrop(runtime.deadline(30))

    with pytest.raises(TlsFailed, match=r"does not start with TLS on this port: pop3\+starttls://, or another port"):
        mode.run(story)


def test_a_maildrop_may_be_closed_twice(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> None:
        await desk.maildrop.close()
        await desk.maildrop.close()

    at_work(mode, server, story)
    assert server.sessions[0].count("QUIT") == 1


@pytest.mark.parametrize("is_committed", [True, False])
def test_after_its_end_a_session_is_lost(is_committed: bool, mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> MsgcoreError | None:
        await (desk.maildrop.commit(desk.deadline) if is_committed else desk.maildrop.close())
        return await raised_by(desk.maildrop.retrieve(desk.waiting, desk.deadline))

    assert isinstance(at_work(mode, server, story), ConnectionLost)


def test_a_commit_that_is_refused_is_an_error(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> MsgcoreError | None:
        await _delete_two(desk)
        return await raised_by(desk.maildrop.commit(desk.deadline))

    server.answer("-ERR some messages were not deleted", at="QUIT")
    assert isinstance(at_work(mode, server, story), CommandRefused)


def test_a_session_whose_commit_was_refused_is_over(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> list[MsgcoreError | None]:
        await raised_by(desk.maildrop.commit(desk.deadline))
        lost = await raised_by(desk.maildrop.list(desk.deadline))
        return [lost, await raised_by(desk.service.open_maildrop(desk.deadline))]

    server.answer("-ERR some messages were not deleted", at="QUIT", times=1)
    assert [*map(type, at_work(mode, server, story))] == [ConnectionLost, type(None)]


@pytest.mark.parametrize("is_done", [True, False])
def test_a_commit_whose_answer_is_lost_is_an_error(is_done: bool, mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> MsgcoreError | None:
        await _delete_two(desk)
        return await raised_by(desk.maildrop.commit(desk.deadline))

    server.cut(at="QUIT", is_done=is_done)
    assert isinstance(at_work(mode, server, story), ConnectionLost)


def test_a_goodbye_that_fails_is_no_error(mode: Mode, server: LoopbackPop3Server) -> None:
    server.cut(at="QUIT", is_done=False)
    at_work(mode, server, _delete_two)

    assert left(server) == LETTERS


# Trouble


def test_a_connection_that_breaks_is_lost_and_the_next_session_is_a_new_one(
    mode: Mode, server: LoopbackPop3Server
) -> None:
    async def story(desk: Desk) -> tuple[MsgcoreError | None, list[bytes]]:
        server.cut(at="RETR", about="2", times=1)
        error = await raised_by(desk.retrieve_all(desk.waiting))
        again = await desk.service.open_maildrop(desk.deadline)
        waiting = await again.list(desk.deadline)
        return error, [one.octets for one in await again.retrieve(waiting, desk.deadline)]

    error, octets = at_work(mode, server, story)
    assert (type(error), octets[0]) == (ConnectionLost, LETTERS[0])


def test_a_deadline_that_is_past_changes_nothing(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> tuple[MsgcoreError | None, list[bytes]]:
        error = await raised_by(desk.maildrop.delete(desk.waiting, desk.runtime.deadline(0)))
        return error, [one.octets for one in await desk.retrieve_all(desk.waiting)]

    error, octets = at_work(mode, server, story)
    assert (type(error), octets) == (TimedOut, LETTERS)


def test_an_answer_that_does_not_come_ends_the_session_at_the_deadline(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> list[MsgcoreError | None]:
        late = await raised_by(desk.maildrop.retrieve(desk.waiting, desk.runtime.deadline(0.5)))
        return [late, await raised_by(desk.maildrop.list(desk.deadline))]

    with server.hold(at="RETR"):
        assert [*map(type, at_work(mode, server, story))] == [TimedOut, ConnectionLost]


def test_a_quota_that_is_reached_ends_the_retrieval(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> tuple[list[bytes], MsgcoreError | None]:
        found = await desk.maildrop.retrieve(desk.waiting, desk.deadline)
        return [one.octets for one in found], await raised_by(desk.retrieve_all(desk.waiting[len(found) :]))

    server.quirks = Pop3Quirks(quota_octets=2 * len(LETTERS[0]))
    octets, error = at_work(mode, server, story)
    assert (octets, type(error)) == (LETTERS[: len(octets)], QuotaReached)


def test_a_locked_maildrop_is_in_use_until_it_is_not(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(runtime: Runtime) -> tuple[MsgcoreError | None, int]:
        opened = service(server.url, runtime)
        with server.lock("ann"):
            error = await raised_by(opened.open_maildrop(runtime.deadline(30)))
        maildrop = await opened.open_maildrop(runtime.deadline(30))
        count = len(await maildrop.list(runtime.deadline(30)))
        await opened.close()
        return error, count

    error, count = mode.run(story)
    assert (type(error), count) == (MaildropInUse, 5)


def test_a_second_session_does_not_begin_before_the_first_has_ended(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> tuple[MsgcoreError | None, int, MsgcoreError | None]:
        second = await raised_by(desk.service.open_maildrop(desk.deadline))
        connections = len(server.sessions)
        await desk.maildrop.close()
        return second, connections, await raised_by(desk.service.open_maildrop(desk.deadline))

    second, connections, after = at_work(mode, server, story)
    assert (type(second), connections, after) == (MaildropInUse, 1, None)


def test_a_wrong_password_is_refused_and_shown_nowhere(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(runtime: Runtime) -> MsgcoreError | None:
        opened = service(server.url, runtime, password="wrong horse battery")
        return await raised_by(opened.open_maildrop(runtime.deadline(30)))

    error = mode.run(story)
    assert (type(error), forms_in(shown_by(error), "wrong horse battery")) == (AuthenticationRefused, [])


def test_a_server_that_is_not_there_is_lost(mode: Mode) -> None:
    with LoopbackPop3Server({"ann": PASSWORD}) as server:
        pass

    async def story(runtime: Runtime) -> MsgcoreError | None:
        return await raised_by(service(server.url, runtime).open_maildrop(runtime.deadline(30)))

    assert isinstance(mode.run(story), ConnectionLost)


# What the server asks for


def test_a_login_that_comes_too_soon_is_not_tried(mode: Mode) -> None:
    server = LoopbackPop3Server({"ann": PASSWORD}, quirks=Pop3Quirks(login_delay_seconds=60))
    runtime = ScriptedRuntime(lambda _: Served(server.serve))

    async def story() -> tuple[float | None, int]:
        opened = service("pop3://pop.a.test", runtime)
        await (await opened.open_maildrop(runtime.deadline(30))).close()
        runtime.clock.move(20)
        with pytest.raises(LoginTooSoon) as caught:
            await opened.open_maildrop(runtime.deadline(30))
        return caught.value.retry_after_seconds, len(runtime.streams)

    assert mode.drive(runtime.call(story())) == (40, 1)


def test_a_login_after_the_delay_is_tried(mode: Mode) -> None:
    clock = ManualClock()
    server = LoopbackPop3Server({"ann": PASSWORD}, quirks=Pop3Quirks(login_delay_seconds=60), clock=clock)
    runtime = ScriptedRuntime(lambda _: Served(server.serve), clock=clock)

    async def story() -> int:
        opened = service("pop3://pop.a.test", runtime)
        await (await opened.open_maildrop(runtime.deadline(30))).close()
        runtime.clock.move(60)
        await (await opened.open_maildrop(runtime.deadline(30))).close()
        return len(runtime.streams)

    assert mode.drive(runtime.call(story())) == 2


async def _nothing(_desk: Desk) -> None:
    """Open, list and close."""


def test_a_server_that_deletes_what_was_read_is_told_of_where_copies_are_to_stay(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    with LoopbackPop3Server({"ann": PASSWORD}, expire="0") as server:
        at_work(mode, server, _nothing, leave_on_server=True)

    assert [one.getMessage() for one in caplog.records if one.name == "msgcore.pop3"] == [
        f"pop3:ann@127.0.0.1:{server.port}: leave_on_server: no copy is left, "
        "for the server deletes what was retrieved (EXPIRE 0)"
    ]


@pytest.mark.parametrize(("expire", "leave"), [("0", False), ("NEVER", True), ("30", True), ("", True)])
def test_otherwise_there_is_nothing_to_tell(
    expire: str, leave: bool, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    with LoopbackPop3Server({"ann": PASSWORD}, expire=expire) as server:
        at_work(mode, server, _nothing, leave_on_server=leave)

    assert [one.getMessage() for one in caplog.records if one.name == "msgcore.pop3"] == []


def test_apop_is_used_when_it_is_asked_for(mode: Mode) -> None:
    with LoopbackPop3Server({"ann": PASSWORD}, apop=True, capabilities=USUAL_CAPABILITIES - {"SASL"}) as server:
        at_work(mode, server, _nothing, apop=True)

        assert any(command.startswith("APOP ann ") for command in server.sessions[0])


@pytest.mark.parametrize("utf8", [True, False])
def test_utf8_is_asked_for_when_it_is_wanted(utf8: bool, mode: Mode) -> None:
    with LoopbackPop3Server({"ann": PASSWORD}, capabilities=USUAL_CAPABILITIES | {"UTF8"}) as server:
        at_work(mode, server, _nothing, utf8=utf8)

        assert ("UTF8" in server.sessions[0]) is utf8


def test_that_a_server_has_no_utf8_is_told_once(
    mode: Mode, server: LoopbackPop3Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(desk: Desk) -> None:
        await desk.maildrop.close()
        await desk.service.open_maildrop(desk.deadline)

    at_work(mode, server, story, utf8=True)
    assert [one.getMessage() for one in caplog.records if one.name == "msgcore.pop3"] == [
        f"pop3:ann@127.0.0.1:{server.port}: the server has no UTF8"
    ]


def test_no_log_shows_the_password(mode: Mode, server: LoopbackPop3Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        at_work(mode, server, _delete_two)

    assert forms_in(caplog.text, PASSWORD) == []


def test_a_maildrop_shows_no_password(mode: Mode, server: LoopbackPop3Server) -> None:
    async def story(desk: Desk) -> str:
        return shown_by(desk.maildrop) + shown_by(desk.service)

    assert forms_in(at_work(mode, server, story), PASSWORD) == []


def test_a_maildrop_keeps_to_its_contract(server: LoopbackPop3Server) -> None:
    """For the type checker: a session is a Maildrop, and the service opens one."""
    provider: RetrievingProvider = service(server.url, ScriptedRuntime())
    kind: type[Maildrop] = Pop3Maildrop

    assert (kind, provider.account) == (Pop3Maildrop, f"pop3:ann@127.0.0.1:{server.port}")
