"""Client against server on real sockets, in both modes."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest

from msgcore.model import Accepted, Address, Deferred, Envelope, Recipient, Refused
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Endpoint, Runtime, Stream
from msgcore.wire.smtp import ServerSettings, Transaction, greet, quit_session, serve_session, transmit
from tests.wire.test_server import Keeper

SETTINGS = ServerSettings("mx.b.test", max_recipients=1_000)
Serve = Callable[[Stream], Coroutine[Any, Any, None]]


@contextmanager
def listening(serve: Serve) -> Generator[Endpoint]:
    """Serve every connection on a free port of 127.0.0.1, on a loop in another thread."""
    started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def main() -> None:
        stop = asyncio.Event()
        listener = await AsyncioRuntime().listen(Endpoint("127.0.0.1", 0, "smtp"), serve)
        started.set_result((listener.port, asyncio.get_running_loop(), stop))
        await stop.wait()
        await listener.close()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    port, loop, stop = started.result(30)
    try:
        yield Endpoint("127.0.0.1", port, "smtp")
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)


RunWithRuntime = Callable[[Callable[[Runtime], Coroutine[Any, Any, list[Transaction]]]], list[Transaction]]


@pytest.fixture(params=["blocking", "asyncio"])
def run_with_runtime(request: pytest.FixtureRequest) -> RunWithRuntime:
    def blocking(main: Callable[[Runtime], Coroutine[Any, Any, list[Transaction]]]) -> list[Transaction]:
        runtime = BlockingRuntime()
        return runtime.run(main(runtime))

    def on_loop(main: Callable[[Runtime], Coroutine[Any, Any, list[Transaction]]]) -> list[Transaction]:
        return asyncio.run(main(AsyncioRuntime()))

    return blocking if request.param == "blocking" else on_loop


def envelope(*to: str) -> Envelope:
    return Envelope(Address("SMTP", "ann@a.test"), tuple(Recipient(Address("SMTP", text)) for text in to))


async def session(runtime: Runtime, endpoint: Endpoint, *letters: tuple[Envelope, bytes]) -> list[Transaction]:
    stream = await runtime.connect(endpoint, runtime.deadline(30))
    extensions = await greet(stream, "client.a.test")
    transactions = [await transmit(stream, to, octets, extensions) for to, octets in letters]
    await quit_session(stream)
    return transactions


def test_two_messages_of_one_session_arrive(run_with_runtime: RunWithRuntime) -> None:
    keeper = Keeper(rob="550 nobody")
    to = envelope("bob@b.test", "rob@b.test")
    letters = [(to, b"Subject: 1\r\n\r\n.\r\n"), (to, b"Subject: 2\r\n\r\n" + b"x" * 5_000_000 + b"\r\n")]

    with listening(lambda stream: serve_session(stream, keeper, SETTINGS)) as endpoint:
        transactions = run_with_runtime(lambda runtime: session(runtime, endpoint, *letters))

    assert [octets for _, octets in keeper.messages] == [octets for _, octets in letters]
    assert [
        {r.email_address: type(outcome) for r, outcome in transaction.outcomes.items()} for transaction in transactions
    ] == [{"bob@b.test": Accepted, "rob@b.test": Refused}] * 2


def test_a_thousand_recipients_go_in_one_transaction(run_with_runtime: RunWithRuntime) -> None:
    keeper = Keeper()
    to = envelope(*(f"r{n}@b.test" for n in range(1_000)))

    with listening(lambda stream: serve_session(stream, keeper, SETTINGS)) as endpoint:
        [transaction] = run_with_runtime(lambda runtime: session(runtime, endpoint, (to, b"x\r\n")))

    assert (transaction.outcomes.all_accepted, len(keeper.messages[0][0].recipients)) == (True, 1_000)


def test_a_server_that_hangs_up_leaves_the_truth(run_with_runtime: RunWithRuntime) -> None:
    async def hangs_up(stream: Stream) -> None:
        await stream.write(b"220 x\r\n")
        await stream.read()
        await stream.write(b"250 PIPELINING\r\n")
        await stream.read()
        await stream.close()

    with listening(hangs_up) as endpoint:
        [transaction] = run_with_runtime(lambda runtime: session(runtime, endpoint, (envelope("bob@b.test"), b"x\r\n")))

    assert set(map(type, transaction.outcomes.values())) == {Deferred}
