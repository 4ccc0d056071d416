"""Serving connections on a loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from msgcore.errors import ConnectionLost, ProtocolBroken, SetupError
from msgcore.runtime import AsyncioRuntime, Endpoint, Stream
from tests.runtime.peers import PATIENCE_SECONDS

LOCAL = Endpoint("127.0.0.1", 0, "smtp")


def _run(main: Callable[[AsyncioRuntime], Coroutine[Any, Any, None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(main(AsyncioRuntime()), PATIENCE_SECONDS)

    asyncio.run(bounded())


async def _echo(stream: Stream) -> None:
    while octets := await stream.read():
        await stream.write(octets)


async def _ask(runtime: AsyncioRuntime, port: int, octets: bytes) -> bytes:
    stream = await runtime.connect(Endpoint("127.0.0.1", port))
    await stream.write(octets)
    answer = await stream.read()
    await stream.close()
    return answer


def test_each_connection_is_served_at_the_port_that_was_free() -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        async with await runtime.listen(LOCAL, _echo) as listener:
            answers = await asyncio.gather(*(_ask(runtime, listener.port, b"%d" % n) for n in range(50)))
        assert answers == [b"%d" % n for n in range(50)]

    _run(main)


def test_more_connections_than_allowed_wait_for_their_turn() -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        now, most = 0, 0

        async def serve(stream: Stream) -> None:
            nonlocal now, most
            now += 1
            most = max(most, now)
            await _echo(stream)
            now -= 1

        async with await runtime.listen(LOCAL, serve, connections=3) as listener:
            answers = await asyncio.gather(*(_ask(runtime, listener.port, b"x") for _ in range(20)))
        assert (answers, most) == ([b"x"] * 20, 3)

    _run(main)


def test_closing_ends_what_is_being_served() -> None:
    ended: list[str] = []

    async def main(runtime: AsyncioRuntime) -> None:
        async def serve(stream: Stream) -> None:
            try:
                await _echo(stream)
            finally:
                ended.append(str(stream.endpoint.host))

        async with await runtime.listen(LOCAL, serve) as listener:
            stream = await runtime.connect(Endpoint("127.0.0.1", listener.port))
            await stream.write(b"x")
            await stream.read()
        with contextlib.suppress(ConnectionLost):  # a reset is an end, too
            assert await stream.read() == b""
        await stream.close()

    _run(main)
    assert ended == ["127.0.0.1"]


def test_a_listener_outlives_the_call_that_made_it() -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        listener = await runtime.run(runtime.listen(LOCAL, _echo))
        runtime.cancel()
        assert await _ask(runtime, listener.port, b"still here") == b"still here"
        await listener.close()

    _run(main)


@pytest.mark.parametrize(
    ("error", "level"), [(ProtocolBroken.remote("nonsense"), logging.INFO), (KeyError("a bug"), logging.ERROR)]
)
def test_an_error_ends_its_own_connection_and_is_logged(
    caplog: pytest.LogCaptureFixture, error: Exception, level: int
) -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        async def serve(stream: Stream) -> None:
            if await stream.read() == b"bad":
                raise error
            await stream.write(b"good")

        async with await runtime.listen(LOCAL, serve) as listener:
            assert await _ask(runtime, listener.port, b"bad") == b""
            assert await _ask(runtime, listener.port, b"fine") == b"good"

    caplog.set_level(logging.INFO, "msgcore.runtime")
    _run(main)
    assert [record.levelno for record in caplog.records] == [level]


def test_a_port_that_is_taken_is_named() -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            endpoint = Endpoint("127.0.0.1", taken.getsockname()[1], "smtp")
            with pytest.raises(SetupError, match=rf"smtp 127\.0\.0\.1:{endpoint.port}: cannot listen: .*in use"):
                await runtime.listen(endpoint, _echo)

    _run(main)


def test_an_address_of_another_machine_is_refused() -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        with pytest.raises(SetupError, match="cannot listen"):
            await runtime.listen(Endpoint("192.0.2.1", 0), _echo)

    _run(main)


def test_the_empty_host_listens_everywhere_with_one_port() -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        async with await runtime.listen(Endpoint("", 0), _echo) as listener:
            assert await _ask(runtime, listener.port, b"x") == b"x"

    _run(main)


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="this system lets nobody share a port")
def test_a_port_is_shared_by_those_who_all_say_so() -> None:
    async def main(runtime: AsyncioRuntime) -> None:
        async with await runtime.listen(LOCAL, _echo, is_shared=True) as first:
            there = Endpoint("127.0.0.1", first.port, "smtp")
            with pytest.raises(SetupError, match="in use"):
                await runtime.listen(there, _echo)
            async with await runtime.listen(there, _echo, is_shared=True):
                answers = await asyncio.gather(*(_ask(runtime, first.port, b"%d" % n) for n in range(20)))
            assert answers == [b"%d" % n for n in range(20)]

    _run(main)
