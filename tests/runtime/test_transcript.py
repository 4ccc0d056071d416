"""What a transcript shows, and what it never does."""

from __future__ import annotations

import logging
import socket
import ssl
from base64 import b64encode

import pytest

from msgcore.runtime import Direction, Runtime, TlsSettings, TranscriptLine, TranscriptStream
from msgcore.testing.modes import Mode
from tests.runtime.peers import PATIENCE_SECONDS, over_tls, peer, receive
from tests.servers import Authority


def test_a_secret_is_sent_but_never_shown(mode: Mode) -> None:
    lines: list[TranscriptLine] = []

    async def main(runtime: Runtime) -> None:
        stream = TranscriptStream(await runtime.connect(endpoint), lines.append)
        await stream.write(b"PASS hunter2\r\n", shown_as=b"PASS ***\r\n")
        assert await stream.read() == b"+OK\r\n"
        await stream.close()

    def script(connection: socket.socket) -> None:
        assert receive(connection, 14) == b"PASS hunter2\r\n"
        connection.sendall(b"+OK\r\n")

    with peer(script) as endpoint:
        mode.run(main)
    assert lines == [TranscriptLine(Direction.SENT, b"PASS ***\r\n"), TranscriptLine(Direction.RECEIVED, b"+OK\r\n")]


def test_the_logger_shows_what_passes_when_asked_for(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="msgcore.transcript")

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        await stream.write(b"PASS hunter2\r\n", shown_as=b"PASS ***\r\n")
        assert await stream.read() == b"+OK\r\n"
        await stream.close()

    def script(connection: socket.socket) -> None:
        assert receive(connection, 14) == b"PASS hunter2\r\n"
        connection.sendall(b"+OK\r\n")

    with peer(script) as endpoint:
        mode.run(main)
    assert [record.getMessage() for record in caplog.records] == [f"{endpoint}: C: PASS ***", f"{endpoint}: S: +OK"]


def test_it_shows_nothing_where_all_logging_is_at_debug(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    """A program that sets the root's level thinks of no mail that goes into its log."""
    caplog.set_level(logging.DEBUG)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        await stream.write(b"Subject: secret\r\n")
        await stream.close()

    with peer(lambda connection: receive(connection, 17)) as endpoint:
        mode.run(main)
    assert "secret" not in caplog.text


def test_of_much_it_shows_the_beginning(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="msgcore.transcript")

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        await stream.write(b"x" * 3_500)
        await stream.close()

    with peer(lambda connection: receive(connection, 3_500)) as endpoint:
        mode.run(main)
    assert f"C: {'x' * 1_000} … and 2,500 octets" in caplog.text


@pytest.mark.parametrize("mark", [b"334 ", b"+ "])
def test_the_proof_of_a_server_is_not_logged(mode: Mode, caplog: pytest.LogCaptureFixture, mark: bytes) -> None:
    """With the salt and the nonces, which stand in the challenge before it, passwords can be tried out on it."""
    caplog.set_level(logging.DEBUG, logger="msgcore.transcript")
    said = b"* OK\r\n" + mark + b64encode(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=") + b"\r\n"

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint)
        heard = b""
        while len(heard) < len(said):
            heard += await stream.read()
        assert heard == said
        await stream.close()

    with peer(lambda connection: connection.sendall(said)) as endpoint:
        mode.run(main)
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert (f"{mark.decode()}***" in logged, "dj1" in logged) == (True, False)


def test_a_transcript_goes_on_after_start_tls_with_the_tail_of_before(mode: Mode, authority: Authority) -> None:
    lines: list[TranscriptLine] = []

    def script(secured: ssl.SSLSocket) -> None:
        assert receive(secured, 6) == b"NOOP\r\n"

    async def main(runtime: Runtime) -> TranscriptStream:
        stream = TranscriptStream(await runtime.connect(endpoint), lines.append)
        stream.deadline = runtime.deadline(PATIENCE_SECONDS)
        secured = await stream.start_tls(TlsSettings(ca_file=authority.ca_file))
        assert secured.deadline is stream.deadline
        await secured.write(b"NOOP\r\n")
        await secured.close()
        return secured

    with peer(over_tls(authority.server, script)) as endpoint:
        secured = mode.run(main)
    assert [line.direction for line in lines] == [Direction.TLS, Direction.SENT]
    assert secured.tail == tuple(lines)
    assert str(lines[1]) == "C: NOOP"


def test_the_tail_is_bounded_and_keeps_the_end(mode: Mode) -> None:
    async def main(runtime: Runtime) -> TranscriptStream:
        stream = TranscriptStream(await runtime.connect(endpoint))
        for number in range(100):
            await stream.write(b"x" * 10_000 + b"%02d" % number)
        await stream.close()
        return stream

    with peer(lambda connection: receive(connection, 100 * 10_002)) as endpoint:
        tail = mode.run(main).tail
    assert 0 < len(tail) < 20
    assert max(len(line.octets) for line in tail) < 1_000
    assert str(tail[-1:]).endswith("99'),)")
