"""What a stream promises, in both modes, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msgcore.errors import ConnectionLost, OperationCancelled, ProtocolBroken, TimedOut
from msgcore.runtime import Endpoint, Runtime, Stream
from msgcore.runtime.abc import NEVER
from msgcore.runtime.aio_stream import AsyncioStream
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import UNREAD_PAUSE, UNREAD_WHILE_WRITING
from msgcore.testing.modes import Mode, call
from tests.runtime.peers import PATIENCE_SECONDS, peer, receive, wait_for_end

MANY = 8 * 1024 * 1024


async def read_all(stream: Stream) -> bytes:
    parts: list[bytes] = []
    while octets := await stream.read():
        parts.append(octets)
    return b"".join(parts)


async def read_exactly(stream: Stream, count: int) -> bytes:
    octets = b""
    while len(octets) < count:
        part = await stream.read()
        assert part, f"ended after {len(octets)} of {count} octets"
        octets += part
    return octets


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(octets=st.binary(max_size=2_000), cuts=st.lists(st.integers(0, 2_000), max_size=5))
def test_any_cut_of_the_peers_writes_arrives_whole_and_is_echoed_whole(
    mode: Mode, octets: bytes, cuts: list[int]
) -> None:
    places = sorted({0, len(octets), *(cut for cut in cuts if cut < len(octets))})
    parts = [octets[start:end] for start, end in itertools.pairwise(places)]

    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        assert receive(connection, len(octets)) == octets

    async def main(runtime: Runtime) -> bytes:
        stream = await runtime.connect(endpoint)
        arrived = await read_exactly(stream, len(octets))
        for part in parts:
            await stream.write(part)
        await stream.close()
        return arrived

    with peer(script) as endpoint:
        assert mode.run(main) == octets


def test_a_peer_that_has_ended_is_seen_without_a_wait(mode: Mode) -> None:
    def script(connection: socket.socket) -> None:
        assert receive(connection, 4) == b"bye."
        connection.shutdown(socket.SHUT_WR)
        wait_for_end(connection)

    async def main(runtime: Runtime) -> tuple[bool, bool]:
        stream = await runtime.connect(endpoint)
        before = stream.has_ended
        await stream.write(b"bye.")
        assert await stream.read() == b""
        after = stream.has_ended
        await stream.close()
        return before, after

    with peer(script) as endpoint:
        assert mode.run(main) == (False, True)


def test_read_gives_nothing_once_the_peer_has_ended_and_writing_still_works(mode: Mode) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(b"last words")
        connection.shutdown(socket.SHUT_WR)
        assert receive(connection, 3) == b"ok."

    async def main(runtime: Runtime) -> tuple[bytes, bytes]:
        stream = await runtime.connect(endpoint)
        words = await read_all(stream)
        again = await stream.read()
        await stream.write(b"ok.")
        await stream.close()
        return words, again

    with peer(script) as endpoint:
        assert mode.run(main) == (b"last words", b"")


def test_two_writers_of_8_mb_never_block_each_other(mode: Mode) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(b"x" * MANY)  # takes nothing before all of this is taken
        assert receive(connection, MANY) == b"y" * MANY
        connection.sendall(b".")

    async def main(runtime: Runtime) -> bytes:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        await stream.write(b"y" * MANY)
        arrived = await read_exactly(stream, MANY + 1)
        await stream.close()
        return arrived

    with peer(script) as endpoint:
        assert mode.run(main) == b"x" * MANY + b"."


def test_a_peer_that_talks_without_end_and_takes_nothing_is_given_up(mode: Mode) -> None:
    def script(connection: socket.socket) -> None:
        with pytest.raises(ConnectionError):
            while True:
                connection.sendall(b"x" * 1024 * 1024)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        try:
            await stream.write(bytes(UNREAD_WHILE_WRITING))
        finally:
            await stream.close()

    with (
        peer(script) as endpoint,
        pytest.raises(ProtocolBroken, match=f"smtp 127.0.0.1:{endpoint.port}: .*octets came"),
    ):
        mode.run(main)


def test_a_reader_that_is_slow_makes_the_peer_wait(mode: Mode) -> None:
    is_stuck = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            while True:
                connection.send(b"x" * 65_536)
        is_stuck.set()
        connection.settimeout(PATIENCE_SECONDS)
        wait_for_end(connection)

    async def main(runtime: Runtime) -> int:
        stream = await runtime.connect(endpoint)
        await runtime.in_thread(lambda: is_stuck.wait(PATIENCE_SECONDS))
        unread = stream.unread_octets
        await stream.close()
        return unread

    with peer(script) as endpoint:
        assert 0 < mode.run(main) <= UNREAD_PAUSE + 256 * 1024


def test_a_silent_peer_is_left_at_the_deadline_and_the_connection_is_unusable(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        stream.deadline = runtime.deadline(0.1)
        try:
            with pytest.raises(TimedOut, match=r"smtp 127\.0\.0\.1:\d+: read: the deadline has passed"):
                await stream.read()
            stream.deadline = runtime.deadline(None)
            with pytest.raises(ConnectionLost):
                await stream.read()
        finally:
            await stream.close()

    with peer(wait_for_end) as endpoint:
        mode.run(main)


def test_a_read_that_waits_for_so_long_only_leaves_the_connection_as_it_was(mode: Mode) -> None:
    def script(connection: socket.socket) -> None:
        assert receive(connection, 4) == b"more"
        connection.sendall(b"here")
        connection.shutdown(socket.SHUT_WR)
        wait_for_end(connection)

    async def main(runtime: Runtime) -> list[bytes | None]:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        given = [await stream.read_within(0.01), await stream.read_within(0)]
        await stream.write(b"more")
        given += [await stream.read_within(PATIENCE_SECONDS), await stream.read_within(PATIENCE_SECONDS)]
        await stream.close()
        return given

    with peer(script) as endpoint:
        assert mode.run(main) == [None, None, b"here", b""]


def test_such_a_read_ends_at_the_deadline_that_comes_before(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        stream.deadline = runtime.deadline(0.1)
        with pytest.raises(TimedOut, match=r"smtp 127\.0\.0\.1:\d+: read: the deadline has passed"):
            await stream.read_within(PATIENCE_SECONDS)
        stream.deadline = runtime.deadline(None)
        with pytest.raises(ConnectionLost):
            await stream.write(b"QUIT")

    with peer(wait_for_end) as endpoint:
        mode.run(main)


def test_a_peer_that_drips_is_left_at_the_deadline(mode: Mode) -> None:
    is_over = threading.Event()

    def script(connection: socket.socket) -> None:
        with contextlib.suppress(ConnectionError):
            while not is_over.wait(0.01):
                connection.sendall(b".")

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        stream.deadline = runtime.deadline(0.2)
        try:
            with pytest.raises(TimedOut):
                await read_all(stream)
        finally:
            await stream.close()
            is_over.set()

    with peer(script) as endpoint:
        mode.run(main)


def test_a_peer_that_takes_nothing_is_left_at_the_deadline(mode: Mode) -> None:
    is_over = threading.Event()

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        stream.deadline = runtime.deadline(0.2)
        try:
            with pytest.raises(TimedOut, match="write"):
                await stream.write(bytes(64 * 1024 * 1024))
        finally:
            await stream.close()
            is_over.set()

    with peer(lambda _: is_over.wait(PATIENCE_SECONDS)) as endpoint:
        mode.run(main)


def test_cancel_from_another_thread_ends_a_read_but_no_later_call(mode: Mode) -> None:
    runtime = mode.runtime()

    def script(connection: socket.socket) -> None:
        receive(connection, 5)
        runtime.cancel()
        wait_for_end(connection)

    async def cancelled(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        try:
            await stream.write(b"hello")
            await stream.read()
        finally:
            await stream.close()

    async def later(runtime: Runtime) -> bytes:
        stream = await runtime.connect(endpoint)
        octets = await stream.read()
        await stream.close()
        return octets

    with peer(script) as endpoint, pytest.raises(OperationCancelled):
        call(runtime, cancelled)
    with peer(lambda connection: connection.sendall(b"welcome")) as endpoint:
        assert call(runtime, later) == b"welcome"


def test_abort_from_another_thread_ends_a_read(mode: Mode) -> None:
    streams: list[Stream] = []

    def script(connection: socket.socket) -> None:
        receive(connection, 5)
        streams[0].abort()
        wait_for_end(connection)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        streams.append(stream)
        try:
            await stream.write(b"hello")
            await stream.read()
        finally:
            await stream.close()

    with peer(script) as endpoint, pytest.raises(ConnectionLost, match="closed on this side"):
        mode.run(main)


def test_what_the_peer_said_before_it_hung_up_can_be_read_after_a_write_that_fails(mode: Mode) -> None:
    has_hung_up = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(b"421 go away\r\n")
        connection.close()
        has_hung_up.set()

    async def main(runtime: Runtime) -> bytes:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        await runtime.in_thread(lambda: has_hung_up.wait(PATIENCE_SECONDS))
        assert stream.unread_octets
        with pytest.raises(ConnectionLost):
            for _ in range(100):  # the first ones may vanish in the system's buffers
                await stream.write(b"x" * 1024 * 1024)
        octets = await stream.read()
        await stream.close()
        return octets

    with peer(script) as endpoint:
        assert mode.run(main) == b"421 go away\r\n"


def test_a_reset_is_connection_lost_at_every_read(mode: Mode) -> None:
    def script(connection: socket.socket) -> None:
        receive(connection, 5)
        linger_not = b"\x01\0\0\0\0\0\0\0"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        await stream.write(b"hello")
        for _ in range(2):
            with pytest.raises(ConnectionLost, match="reset by peer"):
                await stream.read()
        await stream.close()

    with peer(script) as endpoint:
        mode.run(main)


def test_a_closed_stream_says_so(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        await stream.close()
        await stream.close()
        with pytest.raises(ConnectionLost, match="closed on this side"):
            await stream.write(b"too late")

    with peer(wait_for_end) as endpoint:
        mode.run(main)


def test_loops_in_two_threads_receive_in_different_places() -> None:
    """The system fills the place while other threads run."""

    async def place() -> memoryview:
        return AsyncioStream(Endpoint("127.0.0.1", 25), Calls(), NEVER).get_buffer(-1)

    with ThreadPoolExecutor(1) as other_thread:
        there = other_thread.submit(lambda: asyncio.run(place())).result()
    here = asyncio.run(place())
    there[:1], here[:1] = b"a", b"b"
    assert (bytes(there[:1]), bytes(here[:1])) == (b"a", b"b")
