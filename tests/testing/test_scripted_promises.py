"""What streams and runtimes promise, kept by the real ones and by the scripted one alike."""

from __future__ import annotations

import socket
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, MsgcoreError, ProtocolBroken, TimedOut, TlsFailed
from msgcore.runtime import Endpoint, Runtime, Stream, TlsServerSettings, TlsSettings
from msgcore.testing.modes import Mode, gather
from msgcore.testing.scripted import ScriptedRuntime, Served
from tests.runtime.peers import Script, over_tls, peer, receive, wait_for_end
from tests.servers import Authority

T = TypeVar("T")
Serve = Callable[[Stream], Coroutine[Any, Any, object]]
Talk = Callable[[Stream], Coroutine[Any, Any, T]]


class Stage(Protocol):
    """Runs a story, or a talk with one server that is written twice: over a socket, and over a stream."""

    def story(self, main: Callable[[Runtime], Coroutine[Any, Any, T]]) -> T: ...

    def talk(self, talk: Talk[T], script: Script, serve: Serve) -> T: ...


async def connect(runtime: Runtime, endpoint: Endpoint, talk: Talk[T]) -> T:
    stream = await runtime.connect(endpoint, runtime.deadline(30))
    try:
        return await talk(stream)
    finally:
        stream.abort()


class Real:
    def __init__(self, mode: Mode) -> None:
        self._mode = mode

    def story(self, main: Callable[[Runtime], Coroutine[Any, Any, T]]) -> T:
        return self._mode.run(main)

    def talk(self, talk: Talk[T], script: Script, serve: Serve) -> T:
        with peer(script, "localhost") as endpoint:
            return self._mode.run(lambda runtime: connect(runtime, endpoint, talk))


class Scripted:
    def story(self, main: Callable[[Runtime], Coroutine[Any, Any, T]]) -> T:
        runtime = ScriptedRuntime()
        return runtime.run(main(runtime))

    def talk(self, talk: Talk[T], script: Script, serve: Serve) -> T:
        runtime = ScriptedRuntime([Served(serve)])
        return runtime.run(connect(runtime, Endpoint("localhost", 25, "smtp"), talk))


STAGES: dict[str, Stage] = {"blocking": Real(Mode.BLOCKING), "asyncio": Real(Mode.ASYNCIO), "scripted": Scripted()}


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> Stage:
    return STAGES[request.param]


def hello_script(connection: socket.socket) -> None:
    connection.sendall(b"hello")
    wait_for_end(connection)


async def hello_serve(stream: Stream) -> None:
    await stream.write(b"hello")
    while await stream.read():
        pass


def bye_script(connection: socket.socket) -> None:
    connection.sendall(b"bye")


async def bye_serve(stream: Stream) -> None:
    await stream.write(b"bye")


async def error_of(coroutine: Coroutine[Any, Any, object]) -> type[MsgcoreError] | None:
    try:
        await coroutine
    except MsgcoreError as error:
        return type(error)
    return None


# Streams.


def test_the_end_comes_after_all_that_was_said(stage: Stage) -> None:
    async def talk(stream: Stream) -> tuple[bytes, bytes]:
        return await stream.read(), await stream.read()

    assert stage.talk(talk, bye_script, bye_serve) == (b"bye", b"")


def test_a_stream_in_clear_has_no_tls(stage: Stage) -> None:
    async def talk(stream: Stream) -> bool:
        return stream.tls is None

    assert stage.talk(talk, hello_script, hello_serve)


def test_a_closed_stream_is_lost(stage: Stage) -> None:
    async def talk(stream: Stream) -> list[type[MsgcoreError] | None]:
        await stream.close()
        return [await error_of(stream.read()), await error_of(stream.write(b"x"))]

    assert stage.talk(talk, hello_script, hello_serve) == [ConnectionLost] * 2


def test_a_wait_that_timed_out_leaves_the_stream_unusable(stage: Stage) -> None:
    async def talk(stream: Stream) -> list[type[MsgcoreError] | None]:
        await stream.read()
        stream.deadline = stream.deadline.sooner(0.001)
        timed_out = await error_of(stream.read())
        stream.deadline = Deadline.after(30)
        return [timed_out, await error_of(stream.write(b"x"))]

    assert stage.talk(talk, hello_script, hello_serve) == [TimedOut, ConnectionLost]


def secured_script(authority: Authority) -> Script:
    return over_tls(authority.server, lambda secured: secured.sendall(receive(secured, 4)))


def secured_serve(authority: Authority) -> Serve:
    async def serve(stream: Stream) -> None:
        secured = await stream.start_tls_server(TlsServerSettings(authority.server.certificate, authority.server.key))
        await secured.write(await secured.read())
        await secured.close()

    return serve


def test_a_secured_stream_says_that_it_was_verified(stage: Stage, authority: Authority) -> None:
    async def talk(stream: Stream) -> tuple[bytes, bool]:
        secured = await stream.start_tls(TlsSettings(authority.ca_file))
        await secured.write(b"ping")
        return await secured.read(), secured.tls is not None and secured.tls.is_verified

    assert stage.talk(talk, secured_script(authority), secured_serve(authority)) == (b"ping", True)


def test_tls_starts_once(stage: Stage, authority: Authority) -> None:
    async def talk(stream: Stream) -> type[MsgcoreError] | None:
        secured = await stream.start_tls(TlsSettings(authority.ca_file))
        error = await error_of(secured.start_tls(TlsSettings(authority.ca_file)))
        await secured.write(b"ping")
        await secured.read()
        return error

    assert stage.talk(talk, secured_script(authority), secured_serve(authority)) is ProtocolBroken


def test_a_server_without_tls_fails_the_handshake(stage: Stage, authority: Authority) -> None:
    """It answers the client's hello with something else."""

    def script(connection: socket.socket) -> None:
        connection.recv(1_000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        wait_for_end(connection)

    async def serve(stream: Stream) -> None:
        await stream.read()
        await stream.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def talk(stream: Stream) -> type[MsgcoreError] | None:
        return await error_of(stream.start_tls(TlsSettings(authority.ca_file)))

    assert stage.talk(talk, script, serve) is TlsFailed


# Runtimes.


def test_an_event_that_is_cleared_at_once_still_wakes(stage: Stage) -> None:
    async def story(runtime: Runtime) -> bool:
        waits, woken, pulse = runtime.event(), runtime.event(), runtime.event()

        async def wait() -> None:
            waits.set()
            await pulse.wait(runtime.deadline(30))
            woken.set()

        async def wake() -> None:
            await waits.wait(runtime.deadline(30))
            while not woken.is_set:
                pulse.set()
                pulse.clear()
                await runtime.sleep(0.001)

        await gather(runtime, wait(), wake())
        return woken.is_set

    assert stage.story(story)


def test_a_lock_lets_one_in_at_a_time(stage: Stage) -> None:
    inside: list[str] = []
    most = 0

    async def story(runtime: Runtime) -> None:
        lock = runtime.lock()

        async def enter(name: str) -> None:
            nonlocal most
            async with lock:
                inside.append(name)
                most = max(most, len(inside))
                await runtime.sleep(0.001)
                inside.remove(name)

        await gather(runtime, *(enter(name) for name in "abc"))

    stage.story(story)
    assert most == 1


def test_a_wait_for_an_event_ends_at_its_deadline(stage: Stage) -> None:
    async def story(runtime: Runtime) -> type[MsgcoreError] | None:
        return await error_of(runtime.event().wait(runtime.deadline(0.001)))

    assert stage.story(story) is TimedOut


def test_an_error_in_a_group_lets_the_others_end(stage: Stage) -> None:
    ended: list[str] = []

    async def story(runtime: Runtime) -> None:
        broken = runtime.event()

        async def breaks() -> None:
            broken.set()
            raise LookupError("first")

        async def ends() -> None:
            await broken.wait(runtime.deadline(30))
            ended.append("second")

        await gather(runtime, ends(), breaks())

    with pytest.raises(LookupError):
        stage.story(story)
    assert ended == ["second"]


def test_what_a_worker_gives_is_waited_for(stage: Stage) -> None:
    async def story(runtime: Runtime) -> int:
        workers = runtime.workers("test", 1)
        try:
            return await runtime.wait(workers.submit(lambda: 7), runtime.deadline(30))
        finally:
            workers.close()

    assert stage.story(story) == 7


def test_what_is_shielded_outlives_a_cancelled_call(stage: Stage) -> None:
    async def story(runtime: Runtime) -> tuple[int, type[MsgcoreError] | None]:
        runtime.cancel()
        with runtime.shielded():
            done = await runtime.in_thread(lambda: 7)
        return done, await error_of(runtime.in_thread(lambda: None))

    done, error = stage.story(story)
    assert (done, error is not None) == (7, True)
