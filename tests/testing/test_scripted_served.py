"""Server conversations run in memory against the client."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from msgcore.errors import ConnectionLost, SuspendedError, TimedOut, TlsFailed
from msgcore.runtime import Endpoint, Stream, TlsServerSettings, TlsSettings, run
from msgcore.testing.clock import ManualClock
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedStream, Served, by_octet, drip, whole
from msgcore.wire.lines import Incoming, take_line
from tests.servers import Authority

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


async def shout(stream: Stream) -> None:
    """Greet, and give every line back in upper case."""
    await stream.write(b"hello\n")
    incoming = Incoming(stream)
    while True:
        while (line := take_line(incoming.buffer, 1_000)) is None:
            await incoming.fill()
        await stream.write(line.upper())


async def talk(stream: Stream) -> bytes:
    """Hear the greeting, say three lines, and hear three."""
    heard = bytearray()
    for said in (b"", b"one\n", b"two\nthree\n"):
        if said:
            await stream.write(said)
        wanted = heard.count(b"\n") + max(1, said.count(b"\n"))
        while heard.count(b"\n") < wanted:
            heard += await stream.read()
    return bytes(heard)


@EACH_MODE
@pytest.mark.parametrize("cut", [whole, by_octet, drip(3)], ids=["whole", "by octet", "drip"])
def test_client_and_server_talk_in_one_thread(cut: Cut, mode: Mode) -> None:
    assert mode.drive(talk(ScriptedStream(Served(shout), Faults(cut=cut)))) == b"hello\nONE\nTWO\nTHREE\n"


def test_a_server_that_ends_closes_the_connection() -> None:
    async def greet(stream: Stream) -> None:
        await stream.write(b"bye\n")

    stream = ScriptedStream(Served(greet))
    assert [run(stream.read()), run(stream.read())] == [b"bye\n", b""]


def test_a_server_hears_the_end_of_a_client_that_closed() -> None:
    heard: list[bytes] = []

    async def listen(stream: Stream) -> None:
        heard.append(await stream.read())
        heard.append(await stream.read())

    async def main() -> None:
        stream = ScriptedStream(Served(listen))
        await stream.write(b"hi")
        await stream.close()

    run(main())
    assert heard == [b"hi", b""]


def test_a_server_hears_the_end_of_a_connection_that_broke() -> None:
    heard: list[bytes] = []

    async def listen(stream: Stream) -> None:
        while octets := await stream.read():
            heard.append(octets)
        heard.append(b"the end")

    run(ScriptedStream(Served(listen), Faults(breaks_after_sent=3, tells_writer=False)).write(b"hello"))
    assert heard == [b"hel", b"the end"]


def test_an_error_of_the_server_comes_out_where_the_client_waits() -> None:
    async def breaks(stream: Stream) -> None:
        await stream.read()
        raise LookupError("a bug of the server")

    with pytest.raises(LookupError, match="a bug of the server"):
        run(ScriptedStream(Served(breaks)).write(b"x"))


def test_a_server_that_loses_its_client_is_no_error() -> None:
    async def goes_on(stream: Stream) -> None:
        await stream.read()
        await stream.write(b"are you there?")

    served = Served(goes_on)
    run(ScriptedStream(served).close())
    assert served.is_closed


def test_a_server_that_waits_for_anything_else_is_told() -> None:
    async def sleeps(stream: Stream) -> None:
        await asyncio.sleep(0)

    with pytest.raises(SuspendedError, match="Served waits for its stream only"):
        ScriptedStream(Served(sleeps))


def test_deadlines_of_the_server_go_by_its_clock() -> None:
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    errors: list[type[Exception]] = []

    async def impatient(stream: Stream) -> None:
        stream.deadline = stream.deadline.sooner(60)
        try:
            await stream.read()
        except TimedOut as error:
            errors.append(type(error))

    stream = ScriptedStream(Served(impatient, clock))
    clock.move(61)
    run(stream.write(b"late"))
    assert errors == [TimedOut]


def test_each_connection_of_a_server_begins_anew() -> None:
    streams = [ScriptedStream(Served(shout)) for _ in range(2)]

    assert [run(talk(stream)) for stream in streams] == [b"hello\nONE\nTWO\nTHREE\n"] * 2


# TLS.


async def shout_in_tls(authority: Authority, stream: Stream) -> None:
    pair = authority.server
    await shout(await stream.start_tls_server(TlsServerSettings(pair.certificate, pair.key)))


async def talk_in_tls(stream: Stream, settings: TlsSettings) -> bytes:
    return await talk(await stream.start_tls(settings))


@EACH_MODE
@pytest.mark.parametrize("cut", [whole, by_octet, drip(100)], ids=["whole", "by octet", "drip"])
def test_tls_with_a_server_is_real(authority: Authority, cut: Cut, mode: Mode) -> None:
    stream = ScriptedStream(
        Served(lambda stream: shout_in_tls(authority, stream)), Faults(cut=cut), endpoint=Endpoint("localhost", 25)
    )

    assert mode.drive(talk_in_tls(stream, TlsSettings(authority.ca_file))) == b"hello\nONE\nTWO\nTHREE\n"
    assert b"THREE" not in stream.heard


def test_a_server_with_a_certificate_of_nobodys_is_not_trusted(authority: Authority) -> None:
    stream = ScriptedStream(Served(lambda stream: shout_in_tls(authority, stream)))

    with pytest.raises(TlsFailed):
        run(talk_in_tls(stream, TlsSettings()))


def test_a_break_at_any_octet_of_a_handshake_ends_it(authority: Authority) -> None:
    uncut = ScriptedStream(Served(lambda stream: shout_in_tls(authority, stream)))
    run(uncut.start_tls(TlsSettings(is_opportunistic=True)))

    for limit in range(0, len(uncut.written), 50):
        broken = ScriptedStream(
            Served(lambda stream: shout_in_tls(authority, stream)), Faults(breaks_after_sent=limit, tells_writer=False)
        )
        with pytest.raises(ConnectionLost):
            run(talk_in_tls(broken, TlsSettings(is_opportunistic=True)))
