"""Looking up and connecting, in both modes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from msgcore.errors import ConnectionLost, NameNotResolved, OperationCancelled, TimedOut, UsageError
from msgcore.runtime import Endpoint, Runtime
from msgcore.runtime.dial import Address, look_up
from msgcore.testing.modes import Mode, call
from tests.runtime.peers import PATIENCE_SECONDS, done, peer
from tests.servers.server import free_ports


async def _connect(runtime: Runtime, endpoint: Endpoint, seconds: float | None = PATIENCE_SECONDS) -> None:
    stream = await runtime.connect(endpoint, runtime.deadline(seconds))
    await stream.close()


def test_a_refused_connection_names_the_endpoint_and_what_was_said(mode: Mode) -> None:
    endpoint = Endpoint("127.0.0.1", free_ports(1)[0], "smtp")
    with pytest.raises(ConnectionLost, match=rf"smtp 127\.0\.0\.1:{endpoint.port}: connect: .*refused"):
        mode.run(lambda runtime: _connect(runtime, endpoint))


def test_a_host_that_does_not_exist_is_told_apart_from_one_that_is_down(mode: Mode) -> None:
    with pytest.raises(NameNotResolved, match=r"no-such-host\.invalid: no such host"):
        mode.run(lambda runtime: _connect(runtime, Endpoint("no-such-host.invalid", 25)))


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test", "\0"])
def test_what_cannot_be_a_hosts_name_does_not_resolve(mode: Mode, host: str) -> None:
    with pytest.raises((NameNotResolved, ConnectionLost)):
        mode.run(lambda runtime: _connect(runtime, Endpoint(host, 25)))


def test_a_look_up_that_never_ends_is_abandoned_at_the_deadline(mode: Mode) -> None:
    def never(host: str, port: int) -> Future[Sequence[Address]]:
        return Future()

    with pytest.raises(TimedOut, match=r"tcp mail\.test:25: look up"):
        mode.run(lambda runtime: _connect(runtime, Endpoint("mail.test", 25), 0.1), never)


def test_cancel_ends_a_look_up(mode: Mode) -> None:
    def cancels(host: str, port: int) -> Future[Sequence[Address]]:
        threading.Thread(target=runtime.cancel).start()
        return Future()

    runtime = mode.runtime(cancels)
    with pytest.raises(OperationCancelled):
        call(runtime, lambda runtime: _connect(runtime, Endpoint("mail.test", 25)))


def test_an_address_that_never_answers_is_left_at_the_deadline(mode: Mode) -> None:
    with contextlib.ExitStack() as stack:
        endpoint = Endpoint("127.0.0.1", silent(stack))
        with pytest.raises(TimedOut, match=rf"tcp 127\.0\.0\.1:{endpoint.port}: connect"):
            mode.run(lambda runtime: _connect(runtime, endpoint, 0.2))


def test_cancel_ends_a_connect(mode: Mode) -> None:
    with contextlib.ExitStack() as stack:
        address = Address(socket.AF_INET, ("127.0.0.1", silent(stack)))

        def cancels(host: str, port: int) -> Future[Sequence[Address]]:
            threading.Thread(target=runtime.cancel).start()
            return done([address])

        runtime = mode.runtime(cancels)
        with pytest.raises(OperationCancelled):
            call(runtime, lambda runtime: _connect(runtime, Endpoint("mail.test", 25)))


def test_the_next_address_is_tried_when_one_refuses_and_when_one_is_silent(mode: Mode) -> None:
    with contextlib.ExitStack() as stack:
        quiet, refusing = silent(stack), free_ports(1)[0]
        endpoint = stack.enter_context(peer(lambda connection: connection.sendall(b"220 here\r\n")))

        def three(host: str, port: int) -> Future[Sequence[Address]]:
            ports = (refusing, quiet, endpoint.port)
            return done([Address(socket.AF_INET, ("127.0.0.1", port)) for port in ports])

        async def main(runtime: Runtime) -> bytes:
            stream = await runtime.connect(Endpoint("mail.test", 25), runtime.deadline(2))
            octets = await stream.read()
            await stream.close()
            return octets

        assert mode.run(main, three) == b"220 here\r\n"


def test_every_address_that_failed_is_named(mode: Mode) -> None:
    port = free_ports(1)[0]

    def two(host: str, _: int) -> Future[Sequence[Address]]:
        return done([Address(socket.AF_INET, (host, port)) for host in ("127.0.0.1", "127.0.0.2")])

    with pytest.raises(ConnectionLost, match=r"mail\.test:25: connect: 127\.0\.0\.1: .*; 127\.0\.0\.2: "):
        mode.run(lambda runtime: _connect(runtime, Endpoint("mail.test", 25)), two)


def test_addresses_that_are_given_are_raced_and_nobody_is_asked(mode: Mode) -> None:
    def nobody(host: str, port: int) -> Future[Sequence[Address]]:
        raise AssertionError(f"{host} was looked up")

    async def main(runtime: Runtime) -> bytes:
        deadline = runtime.deadline(PATIENCE_SECONDS)
        stream = await runtime.connect(endpoint, deadline, addresses=["127.0.0.2", "::1", "127.0.0.1"])
        octets = await stream.read()
        await stream.close()
        assert stream.endpoint.host == "mail.test"
        return octets

    with peer(lambda connection: connection.sendall(b"220 here\r\n"), "mail.test") as endpoint:
        assert mode.run(main, nobody) == b"220 here\r\n"


def test_a_name_among_the_addresses_is_the_callers_mistake(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.connect(Endpoint("mail.test", 25), addresses=["127.0.0.1", "mx.test"])

    with pytest.raises(UsageError, match=r"'mx\.test': need an IP address"):
        mode.run(main)


def test_a_literal_address_is_looked_up_without_a_thread() -> None:
    assert look_up("127.0.0.1", 25).result(0) == (Address(socket.AF_INET, ("127.0.0.1", 25)),)


def silent(stack: contextlib.ExitStack) -> int:
    """Make a listener whose queue is full: a further connection is neither accepted nor refused."""
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    port: int = listening.getsockname()[1]
    for _ in range(2):
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))
    return port
