"""A small write leaves at once: a delayed acknowledgement would cost 40 ms a message."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable
from typing import Any, cast

from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Endpoint, Stream


def has_no_delay(connection: Any) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_both_ends_of_an_asyncio_connection_have_tcp_nodelay() -> None:
    async def scenario() -> tuple[bool, bool]:
        runtime = AsyncioRuntime()
        accepted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def serve(stream: Stream) -> None:
            accepted.set_result(has_no_delay(transport_of(stream).get_extra_info("socket")))

        async with await runtime.listen(Endpoint("127.0.0.1", 0), cast(Any, serve)) as listener:
            stream = await runtime.connect(Endpoint("127.0.0.1", listener.port))
            connected = has_no_delay(transport_of(stream).get_extra_info("socket"))
            both = (connected, await cast(Awaitable[bool], accepted))
            await stream.close()
            return both

    assert asyncio.run(scenario()) == (True, True)


def transport_of(stream: Stream) -> asyncio.BaseTransport:
    found = [getattr(stream, name, None) for name in dir(stream)]
    return next(one for one in found if isinstance(one, asyncio.BaseTransport))


def test_a_blocking_connection_has_tcp_nodelay() -> None:
    runtime = BlockingRuntime()
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = runtime.run(runtime.connect(Endpoint("127.0.0.1", server.getsockname()[1])))
        connection = next(
            value for name in dir(stream) if isinstance(value := getattr(stream, name, None), socket.socket)
        )
        assert has_no_delay(connection)
        runtime.run(stream.close())
