"""What a write that was ended tells of how much had gone out."""

from __future__ import annotations

import socket
import threading

import pytest

from msgcore.errors import ConnectionLost, OperationCancelled, TimedOut
from msgcore.runtime import Runtime, TlsSettings
from msgcore.testing.modes import Mode, call
from tests.runtime.peers import PATIENCE_SECONDS, over_tls, peer, wait_for_end
from tests.servers import Authority

MANY = 64 * 1024 * 1024


def test_a_write_on_a_closed_stream_sent_nothing(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        await stream.close()
        await stream.write(b"QUIT\r\n")

    with peer(wait_for_end) as endpoint, pytest.raises(ConnectionLost) as raised:
        mode.run(main)
    assert raised.value.sent_octets == 0


def test_a_write_past_the_deadline_sent_nothing(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        stream.deadline = runtime.deadline(0)
        await stream.write(b"QUIT\r\n")

    with peer(wait_for_end) as endpoint, pytest.raises(TimedOut) as raised:
        mode.run(main)
    assert raised.value.sent_octets == 0


def test_a_blocking_write_that_is_cut_tells_how_much_the_system_took() -> None:
    arrived: list[int] = []

    def script(connection: socket.socket) -> None:
        assert is_cut.wait(PATIENCE_SECONDS)
        count = 0
        while octets := connection.recv(1024 * 1024):
            count += len(octets)
        arrived.append(count)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        stream.deadline = runtime.deadline(0.1)
        try:
            await stream.write(bytes(MANY))
        finally:
            is_cut.set()

    is_cut = threading.Event()
    with pytest.raises(TimedOut) as raised, peer(script) as endpoint:
        Mode.BLOCKING.run(main)
    assert raised.value.sent_octets == arrived[0]


def test_a_write_on_a_loop_that_is_cut_in_the_middle_claims_nothing() -> None:
    """What asyncio's transport has sent by itself it does not tell."""

    def script(connection: socket.socket) -> None:
        assert is_cut.wait(PATIENCE_SECONDS)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        stream.deadline = runtime.deadline(0.1)
        await stream.write(bytes(MANY))

    is_cut = threading.Event()
    with peer(script) as endpoint, pytest.raises(TimedOut) as raised:
        try:
            Mode.ASYNCIO.run(main)
        finally:
            is_cut.set()
    assert raised.value.sent_octets is None


def test_cancel_tells_it_too(mode: Mode) -> None:
    runtime = mode.runtime()

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        runtime.cancel()
        await stream.write(b"QUIT\r\n")

    with peer(wait_for_end) as endpoint, pytest.raises(OperationCancelled) as raised:
        call(runtime, main)
    assert raised.value.sent_octets == 0


def test_under_tls_a_write_that_never_began_sent_nothing(mode: Mode, authority: Authority) -> None:
    async def main(runtime: Runtime) -> None:
        clear = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        stream = await clear.start_tls(TlsSettings(ca_file=authority.ca_file))
        stream.deadline = runtime.deadline(0)
        await stream.write(b"QUIT\r\n")

    def script(secured: socket.socket) -> None:
        try:
            wait_for_end(secured)
        except OSError:
            return

    with peer(over_tls(authority.server, script)) as endpoint, pytest.raises(TimedOut) as raised:
        mode.run(main)
    assert raised.value.sent_octets == 0


def test_a_read_tells_nothing_of_octets(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        stream.deadline = runtime.deadline(0.05)
        await stream.read()

    with peer(wait_for_end) as endpoint, pytest.raises(TimedOut) as raised:
        mode.run(main)
    assert raised.value.sent_octets is None
