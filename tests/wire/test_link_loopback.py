"""A link over real sockets: shared by threads and by tasks, cancelled, and healed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from msgcore.errors import ConnectionLost, OperationCancelled, TlsFailed
from msgcore.model import Accepted, Address, Deferred, Envelope, Outcome, Recipient
from msgcore.model.wire_form import WireForm
from msgcore.runtime import AsyncioRuntime, Runtime
from msgcore.runtime.abc import Endpoint, Security, TlsServerSettings
from msgcore.runtime.pool import PoolLimits
from msgcore.testing.modes import Mode, call, gather
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.testing.servers.faults import Fault
from msgcore.wire.smtp.link import SmtpLink, SmtpServer
from msgcore.wire.smtp.server.turn import END_OF_DATA, Turn
from tests.servers import Authority

PATIENCE_SECONDS = 30.0
LETTER = b"Subject: x\r\n\r\nHello\r\n"
STAGES = ["greeting", "EHLO", "MAIL", "end of data"]


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


@pytest.fixture
def server() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer() as server:
        yield server


def link_to(server: LoopbackSmtpServer, runtime: Runtime, connections: int = 5, messages: int = 100) -> SmtpLink:
    endpoint = Endpoint("127.0.0.1", server.port, "smtp")
    return SmtpLink(runtime, SmtpServer(endpoint), PoolLimits(connections, messages))


async def send(link: SmtpLink, runtime: Runtime) -> Outcome:
    to = Envelope(Address("SMTP", "ann@a.test"), (Recipient(Address("SMTP", "bob@b.test")),))
    outcomes = await link.transmit(to, lambda _: WireForm(LETTER), runtime.deadline(PATIENCE_SECONDS))
    return outcomes["bob@b.test"]


def test_threads_and_tasks_share_the_connections(mode: Mode, server: LoopbackSmtpServer) -> None:
    async def main(runtime: Runtime) -> None:
        link = link_to(server, runtime, connections=3)

        async def work() -> None:
            for _ in range(5):
                assert await send(link, runtime) == Accepted(250, "2.0.0")

        await gather(runtime, *(work() for _ in range(8)))
        await link.close()

    mode.run(main)
    assert (len(server.received), len(server.sessions) <= 3) == (40, True)


def test_after_so_many_messages_a_new_connection_is_made(mode: Mode, server: LoopbackSmtpServer) -> None:
    async def main(runtime: Runtime) -> None:
        link = link_to(server, runtime, messages=2)
        for _ in range(5):
            await send(link, runtime)
        await link.close()

    mode.run(main)
    assert [sum(one.startswith("MAIL") for one in session) for session in server.sessions] == [2, 2, 1]


def test_close_says_quit_on_every_connection(mode: Mode, server: LoopbackSmtpServer) -> None:
    async def main(runtime: Runtime) -> None:
        link = link_to(server, runtime)
        with server.hold(at="end of data") as held:

            async def release() -> None:
                await runtime.in_thread(held.wait)
                held.end()

            await gather(runtime, *(send(link, runtime) for _ in range(3)), release())
        await link.close()

    mode.run(main)
    assert {session[-1] for session in server.sessions} == {"QUIT"}


def test_a_server_that_was_started_anew_gets_the_next_message(mode: Mode, server: LoopbackSmtpServer) -> None:
    async def main(runtime: Runtime) -> list[Outcome]:
        link = link_to(server, runtime)
        before = await send(link, runtime)
        await runtime.in_thread(server.stop)
        await runtime.in_thread(server.start)
        after = await send(link, runtime)
        await link.close()
        return [before, after]

    assert mode.run(main) == [Accepted(250, "2.0.0")] * 2


def test_after_a_burst_of_errors_the_next_message_is_taken(mode: Mode, server: LoopbackSmtpServer) -> None:
    server.cut(at="MAIL", is_done=False, times=6)

    async def main(runtime: Runtime) -> Outcome:
        link = link_to(server, runtime, connections=2)
        outcomes: list[Outcome] = []

        async def fail() -> None:
            outcomes.append(await send(link, runtime))

        await gather(runtime, *(fail() for _ in range(6)))
        assert outcomes == [Deferred()] * 6
        last = await send(link, runtime)
        await link.close()
        return last

    assert mode.run(main) == Accepted(250, "2.0.0")


@pytest.mark.parametrize("stage", STAGES)
def test_a_call_that_is_cancelled_at_any_stage_leaves_its_turn(
    mode: Mode, server: LoopbackSmtpServer, stage: str
) -> None:
    runtime = mode.runtime()
    link = link_to(server, runtime, connections=1)

    async def cancelled(runtime: Runtime) -> None:
        async with runtime.group() as group:
            group.start(send(link, runtime))
            await runtime.in_thread(held.wait)
            runtime.cancel()

    async def after(runtime: Runtime) -> Outcome:
        outcome = await send(link, runtime)
        await link.close()
        return outcome

    # Behind the end of data it is not raised: there the outcome is that nobody knows.
    with server.hold(at=stage) as held, contextlib.suppress(OperationCancelled):
        call(runtime, cancelled)
    assert call(runtime, after) == Accepted(250, "2.0.0")


@pytest.mark.parametrize("stage", STAGES)
def test_a_task_that_is_cancelled_at_any_stage_leaves_its_turn(server: LoopbackSmtpServer, stage: str) -> None:
    async def main() -> Outcome:
        runtime = AsyncioRuntime()
        link = link_to(server, runtime, connections=1)
        with server.hold(at=stage) as held:
            task = asyncio.create_task(send(link, runtime))
            await asyncio.to_thread(held.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        outcome = await send(link, runtime)
        await link.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return outcome

    assert asyncio.run(main()) == Accepted(250, "2.0.0")


@pytest.fixture
def tls_server(authority: Authority) -> Iterator[LoopbackSmtpServer]:
    settings = TlsServerSettings(authority.server.certificate, authority.server.key)
    with LoopbackSmtpServer(tls=settings) as server:
        yield server


def test_a_session_in_tls_is_used_again(mode: Mode, tls_server: LoopbackSmtpServer, authority: Authority) -> None:
    server = SmtpServer(Endpoint("localhost", tls_server.port, "smtp"), Security.STARTTLS, ca_file=authority.ca_file)

    async def main(runtime: Runtime) -> None:
        link = SmtpLink(runtime, server)
        for _ in range(3):
            await send(link, runtime)
        await link.close()

    mode.run(main)
    assert (len(tls_server.received), len(tls_server.sessions)) == (3, 1)


def test_tls_that_is_torn_at_any_octet_leaves_the_link_whole(
    mode: Mode, tls_server: LoopbackSmtpServer, authority: Authority
) -> None:
    server = SmtpServer(Endpoint("localhost", tls_server.port, "smtp"), Security.STARTTLS, ca_file=authority.ca_file)

    async def main(runtime: Runtime) -> Outcome:
        link = SmtpLink(runtime, server, PoolLimits(connections=1))
        for octets in range(1, 180, 20):
            tls_server.break_after(sent=octets)
            with contextlib.suppress(ConnectionLost, TlsFailed):
                assert await send(link, runtime) == Deferred()
        tls_server.break_after()
        last = await send(link, runtime)
        await link.close()
        return last

    assert mode.run(main) == Accepted(250, "2.0.0")


def test_a_session_in_tls_on_which_the_server_spoke_unasked_is_not_used_again(
    mode: Mode, tls_server: LoopbackSmtpServer, authority: Authority
) -> None:
    """What is said twice would be taken for the answer to the next command, and every answer for that of another."""
    server = SmtpServer(Endpoint("localhost", tls_server.port, "smtp"), Security.STARTTLS, ca_file=authority.ca_file)
    is_heard, is_said = Future[None](), Future[None]()

    async def say_twice(turn: Turn) -> None:
        await turn.carry_out()
        await turn.stream.write(b"250 2.0.0 ok\r\n")
        await tls_server.runtime.wait(is_heard)
        await turn.stream.write(b"250 2.0.0 ok\r\n")
        is_said.set_result(None)

    tls_server.add(END_OF_DATA, "", Fault(say_twice, 1))

    async def main(runtime: Runtime) -> list[Outcome]:
        link = SmtpLink(runtime, server)
        first = await send(link, runtime)
        is_heard.set_result(None)
        await runtime.wait(is_said)
        second = await send(link, runtime)
        await link.close()
        return [first, second]

    assert mode.run(main) == [Accepted(250, "2.0.0")] * 2
    assert len(tls_server.sessions) == 2
