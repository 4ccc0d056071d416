"""Sockets that are bound once, and listened on by one after the other, or by several at once."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from msgcore.errors import SetupError
from msgcore.runtime import AsyncioRuntime, Endpoint, Stream
from msgcore.runtime.held import HeldSockets

HERE = Endpoint("127.0.0.1", 0, "test")


async def greet(stream: Stream) -> None:
    await stream.write(b"hello")


def hear(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        return client.recv(100)


def test_who_connects_between_two_listeners_is_served_by_the_next() -> None:
    async def story(held: HeldSockets) -> list[bytes]:
        runtime, (_, port) = AsyncioRuntime(held=held), held.places[0]
        place = Endpoint("127.0.0.1", port)
        async with await runtime.listen(place, greet):
            first = await asyncio.to_thread(hear, port)
        between = asyncio.create_task(asyncio.to_thread(hear, port))
        async with await runtime.listen(place, greet):
            return [first, await between]

    with HeldSockets.bind([HERE]) as held:
        assert asyncio.run(story(held)) == [b"hello", b"hello"]


def test_a_listener_that_accepts_no_more_keeps_who_is_connected_and_leaves_others_to_the_next() -> None:
    async def story(held: HeldSockets) -> list[bytes]:
        runtime, (_, port) = AsyncioRuntime(held=held), held.places[0]
        place, gate = Endpoint("127.0.0.1", port), asyncio.Event()
        arrived = asyncio.Event()

        async def wait(stream: Stream) -> None:
            arrived.set()
            await gate.wait()
            await stream.write(b"later")

        async with await runtime.listen(place, wait) as old, await runtime.listen(place, greet) as new:
            await new.stop_accepting()
            waiting = asyncio.create_task(asyncio.to_thread(hear, port))
            await arrived.wait()
            await old.stop_accepting()
            async with await runtime.listen(place, greet):
                quick = await asyncio.to_thread(hear, port)
            gate.set()
            return [quick, await waiting]

    with HeldSockets.bind([HERE]) as held:
        assert asyncio.run(story(held)) == [b"hello", b"later"]


def test_descriptors_are_enough_for_another_process_to_listen() -> None:
    async def story(held: HeldSockets) -> bytes:
        [(place, descriptors)] = held.descriptors.items()
        copies = {place: [os.dup(one) for one in descriptors]}
        with HeldSockets.of_descriptors(copies) as inherited:
            async with await AsyncioRuntime(held=inherited).listen(Endpoint(*place), greet):
                return await asyncio.to_thread(hear, place[1])

    with HeldSockets.bind([HERE]) as held:
        assert asyncio.run(story(held)) == b"hello"


def test_where_one_place_is_taken_none_is_held() -> None:
    with HeldSockets.bind([HERE]) as taken:
        [(_, port)] = taken.places
        with pytest.raises(SetupError, match="cannot listen"):
            HeldSockets.bind([HERE, Endpoint("127.0.0.1", port)])
