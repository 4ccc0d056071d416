"""Client against server on real sockets, in both modes."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest

from msgcore.model import Accepted, Address, Deferred, Envelope, Outcome, Recipient, Refused
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Endpoint, Runtime, Stream
from msgcore.runtime.transcript import TranscriptStream
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


LARGE = b"Subject: x\r\n\r\n" + b"Hello\r\n" * 20_000


class Outrunning(TranscriptStream):
    """Lets nobody run until the server has answered a large write."""

    def __init__(self, stream: Stream, is_answered: threading.Event) -> None:
        super().__init__(stream, lambda _: None)
        self._is_answered = is_answered

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        await super().write(octets, shown_as)
        if len(octets) > 64 * 1024:
            self._is_answered.wait(30)


@pytest.mark.parametrize(
    ("said", "is_closing", "outcome"),
    [
        (b"250 2.0.0 ok\r\n", False, Deferred()),
        (b"554 5.7.1 no\r\n", False, Refused(554, "5.7.1")),
        (b"554 5.7.1 no\r\n", True, Refused(554, "5.7.1")),
        (b"554-5.7.1 no\r\n554 5.7.1 never\r\n", True, Refused(554, "5.7.1")),
        (b"421 4.3.2 later\r\n", True, Deferred(421, "4.3.2")),
        (b"", True, Deferred()),
    ],
)
def test_what_is_said_before_the_end_of_a_large_message_is_heard(
    run_with_runtime: RunWithRuntime, said: bytes, is_closing: bool, outcome: Outcome
) -> None:
    """It has arrived, and on asyncio the loop has not had a turn to read it: the whole message went at once."""
    is_said = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            for reply in (b"220 mx\r\n", b"250 mx\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", said):
                connection.sendall(reply)
                connection.recv(65_536)
            if is_closing:
                connection.shutdown(socket.SHUT_WR)
            is_said.set()
            while connection.recv(65_536):
                pass

    async def main(runtime: Runtime) -> list[Transaction]:
        stream = await runtime.connect(endpoint, runtime.deadline(30))
        extensions = await greet(stream, "client.a.test")
        told = await transmit(Outrunning(stream, is_said), envelope("bob@b.test"), LARGE, extensions)
        stream.abort()
        return [told]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = Endpoint("127.0.0.1", listener.getsockname()[1], "smtp")
        server = threading.Thread(target=serve, args=[listener])
        server.start()
        [transaction] = run_with_runtime(main)
        server.join(30)

    assert transaction.outcomes["bob@b.test"] == outcome
