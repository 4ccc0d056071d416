"""The runtime in memory: who answers, what was awaited, time, threads and cancelling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from msgcore.errors import (
    ConnectionLost,
    CutShort,
    NameNotResolved,
    NotSupported,
    OperationCancelled,
    SuspendedError,
    TimedOut,
)
from msgcore.runtime import Endpoint, LoopRuntime, Runtime, Stream, TlsSettings
from msgcore.testing.clock import ManualClock
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Faults, Peer, ScriptedRuntime, Secured
from msgcore.wire.smtp import greet, quit_session
from tests.wire.fake_server import FakeServer

MX = Endpoint("mx.b.test", 25, "smtp")
EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


async def hello(runtime: Runtime, endpoint: Endpoint = MX) -> str:
    """Connect, and give the name of the server that answers."""
    stream = await runtime.connect(endpoint, runtime.deadline(30))
    extensions = await greet(stream, "client.a.test")
    await quit_session(stream)
    return extensions.server_name


def server(name: str) -> FakeServer:
    return FakeServer(EHLO=f"250 {name}")


# Who answers.


@EACH_MODE
def test_peers_answer_in_their_order(mode: Mode) -> None:
    runtime = ScriptedRuntime([server("one"), server("two")])

    assert [mode.drive(runtime.call(hello(runtime))) for _ in range(2)] == ["one", "two"]


@pytest.mark.parametrize("peers", [[], [None]])
def test_where_nobody_answers_the_connection_is_refused(peers: list[Peer | None]) -> None:
    runtime = ScriptedRuntime(peers)

    with pytest.raises(ConnectionLost, match=r"smtp mx\.b\.test:25: connection refused"):
        runtime.run(hello(runtime))


def test_a_port_that_was_refused_once_may_answer_the_next_time() -> None:
    runtime = ScriptedRuntime([None, server("one")])
    with pytest.raises(ConnectionLost):
        runtime.run(hello(runtime))

    assert runtime.run(hello(runtime)) == "one"


def test_a_function_says_who_answers_where() -> None:
    runtime = ScriptedRuntime(lambda endpoint: server(endpoint.host))

    assert [runtime.run(hello(runtime, Endpoint(host, 25))) for host in ("b", "a")] == ["b", "a"]


def test_a_function_may_know_no_such_host() -> None:
    def nobody(endpoint: Endpoint) -> Peer:
        raise NameNotResolved(f"{endpoint}: no such host")

    runtime = ScriptedRuntime(nobody)
    with pytest.raises(NameNotResolved):
        runtime.run(hello(runtime))


def test_faults_of_one_value_are_those_of_every_connection() -> None:
    runtime = ScriptedRuntime([server("one"), server("two")], faults=Faults(delay_seconds=1))
    for _ in range(2):
        runtime.run(hello(runtime))

    assert runtime.clock.moved == timedelta(seconds=6)


def test_faults_in_a_row_are_those_of_each_connection() -> None:
    runtime = ScriptedRuntime([server("one"), server("two")], faults=[Faults(breaks_after_heard=3)])
    with pytest.raises(ConnectionLost):
        runtime.run(hello(runtime))

    assert runtime.run(hello(runtime)) == "two"


# What was awaited.


@EACH_MODE
def test_what_was_awaited_is_listed_in_order(mode: Mode) -> None:
    runtime = ScriptedRuntime([server("one")])
    mode.drive(runtime.call(hello(runtime)))

    assert [str(one) for one in runtime.awaited] == [
        "connect smtp mx.b.test:25",
        "read 21 octets",
        "write 20 octets",
        "read 9 octets",
        "write 6 octets",
        "read 15 octets",
        "close",
    ]


def test_other_waits_are_listed_too() -> None:
    runtime = ScriptedRuntime([Secured(server("one"))])

    async def main() -> None:
        await runtime.sleep(1.5)
        await runtime.in_thread(lambda: None)
        await (await runtime.connect(MX)).start_tls(TlsSettings())
        await runtime.event().wait(runtime.deadline(1))

    with pytest.raises(TimedOut):
        runtime.run(main())
    assert [str(one) for one in runtime.awaited] == [
        "sleep 1.5 s",
        "in_thread",
        "connect smtp mx.b.test:25",
        "start_tls",
        "event",
    ]


def test_a_read_that_failed_is_listed_with_its_error() -> None:
    runtime = ScriptedRuntime([FakeServer(greeting="~")])
    with pytest.raises(TimedOut):
        runtime.run(hello(runtime))

    assert [str(one) for one in runtime.awaited][1:] == ["read TimedOut"]


def test_connections_are_kept_with_what_they_carried() -> None:
    runtime = ScriptedRuntime([server("one")])
    runtime.run(hello(runtime))

    assert [bytes(stream.written) for stream in runtime.streams] == [b"EHLO client.a.test\r\nQUIT\r\n"]


# Time.


def test_time_stands_still_until_somebody_waits() -> None:
    runtime = ScriptedRuntime()

    assert (runtime.now(), runtime.now()) == (datetime(2030, 1, 1, 12, tzinfo=UTC),) * 2


@EACH_MODE
def test_a_sleep_moves_the_clock(mode: Mode) -> None:
    runtime = ScriptedRuntime()
    mode.drive(runtime.sleep(3_600))

    assert runtime.clock.moved == timedelta(hours=1)


def test_a_sleep_past_its_deadline_ends_there() -> None:
    runtime = ScriptedRuntime()
    with pytest.raises(TimedOut):
        runtime.run(runtime.sleep(3_600, runtime.deadline(60)))

    assert runtime.clock.moved == timedelta(minutes=1)


def test_a_clock_of_the_test_is_the_clock_of_the_runtime() -> None:
    clock = ManualClock()
    runtime = ScriptedRuntime(clock=clock)
    runtime.run(runtime.sleep(86_400))

    assert clock.moved > timedelta(hours=23)


Wait = Callable[[ScriptedRuntime], Coroutine[Any, Any, object]]
WAITS: dict[str, Wait] = {
    "connect": lambda runtime: runtime.connect(MX, runtime.deadline(0)),
    "sleep": lambda runtime: runtime.sleep(1, runtime.deadline(0)),
    "in_thread": lambda runtime: runtime.in_thread(lambda: None, runtime.deadline(0)),
    "wait": lambda runtime: runtime.wait(Future[None](), runtime.deadline(0)),
    "event": lambda runtime: runtime.event().wait(runtime.deadline(0)),
    "on_loop": lambda runtime: runtime.on_loop(greet_loop, runtime.deadline(0)),
}


async def greet_loop(runtime: LoopRuntime) -> str:
    await asyncio.sleep(0)
    return "on a loop"


@pytest.mark.parametrize("name", WAITS)
def test_past_its_deadline_no_wait_begins(name: str) -> None:
    runtime = ScriptedRuntime([server("one")])

    with pytest.raises(TimedOut, match=name):
        runtime.run(WAITS[name](runtime))


# Threads and loops.


def test_a_function_runs_at_once() -> None:
    runtime = ScriptedRuntime()

    assert runtime.run(runtime.in_thread(lambda: 7)) == 7


def test_what_another_thread_works_on_is_waited_for() -> None:
    runtime = ScriptedRuntime()
    with ThreadPoolExecutor(1) as pool:
        assert runtime.run(runtime.wait(pool.submit(lambda: 7))) == 7


def test_waiting_for_a_thread_ends_at_the_deadline() -> None:
    runtime = ScriptedRuntime()
    with pytest.raises(TimedOut):
        runtime.run(runtime.wait(Future[None](), runtime.deadline(0.001)))

    assert runtime.clock.moved == timedelta(seconds=0.001)


@EACH_MODE
def test_what_needs_a_loop_is_given_one(mode: Mode) -> None:
    runtime = ScriptedRuntime()

    assert mode.drive(runtime.call(runtime.on_loop(greet_loop))) == "on a loop"


def test_it_does_not_listen() -> None:
    runtime = ScriptedRuntime()

    async def serve(stream: Stream) -> None:
        await stream.close()

    with pytest.raises(NotSupported, match="Served"):
        runtime.run(runtime.listen(MX, serve))


def test_workers_work_at_once() -> None:
    workers = ScriptedRuntime().workers("test", 2)
    future = workers.submit(lambda: 7)
    workers.close()

    assert future.result(0) == 7


def test_an_error_of_a_worker_belongs_to_who_waits() -> None:
    def fail() -> None:
        raise LookupError("no")

    runtime = ScriptedRuntime()
    future = runtime.workers("test", 2).submit(fail)
    with pytest.raises(LookupError):
        runtime.run(runtime.wait(future))


# Cutting.


@EACH_MODE
def test_a_coroutine_is_cut_at_the_bound(mode: Mode) -> None:
    runtime = ScriptedRuntime()

    with pytest.raises(CutShort):
        mode.drive(runtime.call(runtime.bounded(runtime.sleep(3_600), runtime.deadline(60))))
    assert runtime.clock.moved == timedelta(minutes=1)


@pytest.mark.parametrize("name", WAITS)
def test_no_wait_goes_past_the_bound(name: str) -> None:
    runtime = ScriptedRuntime([server("one")])

    with pytest.raises(CutShort):
        runtime.run(runtime.bounded(WAITS[name](runtime), runtime.deadline(0)))


def test_a_read_does_not_go_past_the_bound() -> None:
    runtime = ScriptedRuntime([FakeServer(greeting="~")])

    async def main() -> bytes:
        return await (await runtime.connect(MX)).read()

    with pytest.raises(CutShort):
        runtime.run(runtime.bounded(main(), runtime.deadline(60)))
    assert runtime.clock.moved == timedelta(minutes=1)


@EACH_MODE
def test_what_ends_within_the_bound_gives_its_result(mode: Mode) -> None:
    runtime = ScriptedRuntime([server("one")])

    assert mode.drive(runtime.call(runtime.bounded(hello(runtime), runtime.deadline(60)))) == "one"


def test_a_timeout_of_its_own_within_the_bound_is_no_cut() -> None:
    runtime = ScriptedRuntime()
    with pytest.raises(TimedOut) as caught:
        runtime.run(runtime.bounded(runtime.sleep(5, runtime.deadline(1)), runtime.deadline(60)))

    assert type(caught.value) is TimedOut


def test_a_bounded_coroutine_that_needs_a_loop_is_told_in_blocking_mode() -> None:
    runtime = ScriptedRuntime()

    async def main() -> str:
        try:
            await runtime.bounded(asyncio.sleep(1), runtime.deadline(60))
        except SuspendedError:
            return "told"
        return "not told"

    assert runtime.run(main()) == "told"


# Cancelling.


@EACH_MODE
@pytest.mark.parametrize("name", WAITS)
def test_a_cancelled_runtime_ends_its_next_wait(name: str, mode: Mode) -> None:
    runtime = ScriptedRuntime([server("one")])
    runtime.cancel()

    with pytest.raises(OperationCancelled):
        mode.drive(WAITS[name](runtime))


class Cancelling(FakeServer):
    """Cancels the runtime when it is greeted."""

    runtime: ScriptedRuntime

    def react(self, octets: bytes) -> bytes:
        self.runtime.cancel()
        return super().react(octets)


@EACH_MODE
def test_a_call_that_is_cancelled_in_the_middle_waits_no_more(mode: Mode) -> None:
    peer = Cancelling()
    runtime = peer.runtime = ScriptedRuntime([peer])

    async def main() -> list[type[Exception]]:
        errors: list[type[Exception]] = []
        for wait in (hello(runtime), runtime.sleep(1), runtime.in_thread(lambda: None)):
            try:
                await wait
            except OperationCancelled as error:
                errors.append(type(error))
        return errors

    assert mode.drive(runtime.call(main())) == [OperationCancelled] * 3


def test_a_call_that_starts_later_is_not_cancelled() -> None:
    runtime = ScriptedRuntime()

    async def cancelled() -> None:
        runtime.cancel()

    runtime.run(cancelled())
    assert runtime.run(runtime.in_thread(lambda: 7)) == 7


def test_what_is_shielded_is_not_cancelled() -> None:
    runtime = ScriptedRuntime()

    async def main() -> int:
        runtime.cancel()
        with runtime.shielded():
            return await runtime.in_thread(lambda: 7)

    assert runtime.run(main()) == 7


def test_behind_a_shield_the_call_is_cancelled() -> None:
    runtime = ScriptedRuntime()

    async def main() -> None:
        runtime.cancel()
        with runtime.shielded():
            await runtime.in_thread(lambda: None)
        await runtime.sleep(1)

    with pytest.raises(OperationCancelled):
        runtime.run(main())


def test_a_cancelled_connection_is_of_no_use() -> None:
    peer = Cancelling()
    runtime = peer.runtime = ScriptedRuntime([peer])
    with pytest.raises(OperationCancelled):
        runtime.run(hello(runtime))

    assert runtime.streams[0].is_closed
