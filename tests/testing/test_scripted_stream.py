"""One scripted connection: its faults, its clock, and what every stream promises."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import (
    ConnectionLost,
    MsgcoreError,
    ProtocolBroken,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
)
from msgcore.runtime import Endpoint, Stream, TlsFacts, TlsSettings, run
from msgcore.testing.scripted import (
    Cut,
    Faults,
    Peer,
    ScriptedRuntime,
    ScriptedStream,
    Secured,
    by_line,
    by_octet,
    drip,
    whole,
)

MX = Endpoint("mx.b.test", 25, "smtp")
UNTRUSTED = TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", is_verified=False)
OPPORTUNISTIC = TlsSettings(is_opportunistic=True)
CUTS = [whole, by_line, by_octet, drip(3)]
EACH_CUT = pytest.mark.parametrize("cut", CUTS, ids=["whole", "by line", "by octet", "drip"])

Use = Callable[[Stream], Coroutine[Any, Any, object]]
USE_NAMES = ["read", "write", "start_tls"]
USES: list[Use] = [
    lambda stream: stream.read(),
    lambda stream: stream.write(b"x"),
    lambda stream: stream.start_tls(OPPORTUNISTIC),
]


class Echo:
    """Greets, and says back what it hears; ``bye`` closes the connection."""

    def __init__(self, greeting: bytes = b"") -> None:
        self._greeting = greeting
        self.heard = bytearray()
        self.has_client_ended = False
        self.is_closed = False

    def greet(self) -> bytes:
        return self._greeting

    def react(self, octets: bytes) -> bytes:
        self.heard += octets
        self.has_client_ended = self.has_client_ended or not octets
        self.is_closed = self.is_closed or octets == b"bye"
        return octets


async def read_all(stream: Stream) -> list[bytes]:
    """Read until the end or an error."""
    reads: list[bytes] = []
    try:
        while octets := await stream.read():
            reads.append(octets)
    except MsgcoreError:
        pass
    return reads


def reads_of(peer: Peer, faults: Faults) -> list[bytes]:
    return run(read_all(ScriptedStream(peer, faults)))


async def connected(runtime: ScriptedRuntime, seconds: float | None = None) -> Stream:
    return await runtime.connect(MX, runtime.deadline(seconds))


def error_of(coroutine: Coroutine[Any, Any, object]) -> MsgcoreError:
    with pytest.raises(MsgcoreError) as caught:
        run(coroutine)
    return caught.value


# Cuts.


@pytest.mark.parametrize(
    ("cut", "reads"),
    [
        (whole, [b"ab\r\ncd"]),
        (by_line, [b"ab\r\n", b"cd"]),
        (by_octet, [b"a", b"b", b"\r", b"\n", b"c", b"d"]),
        (drip(4), [b"ab\r\n", b"cd"]),
        (drip(5), [b"ab\r\nc", b"d"]),
    ],
)
def test_what_is_heard_comes_cut(cut: Cut, reads: list[bytes]) -> None:
    assert reads_of(Echo(b"ab\r\ncd"), Faults(cut=cut)) == reads


@given(st.binary(min_size=1), st.sampled_from(CUTS))
def test_no_cut_loses_or_adds_anything(octets: bytes, cut: Cut) -> None:
    assert b"".join(reads_of(Echo(octets), Faults(cut=cut))) == octets


@EACH_CUT
def test_what_nobody_has_read_is_counted(cut: Cut) -> None:
    assert ScriptedStream(Echo(b"ab\r\ncd"), Faults(cut=cut)).unread_octets == 6


# What it keeps.


def test_what_was_written_is_kept() -> None:
    stream = ScriptedStream(Echo())
    run(stream.write(b"PASS sesame\r\n", b"PASS ***\r\n"))

    assert (bytes(stream.written), bytes(stream.shown)) == (b"PASS sesame\r\n", b"PASS ***\r\n")


def test_what_was_heard_is_kept_before_it_is_read() -> None:
    assert ScriptedStream(Echo(b"hello")).heard == b"hello"


# Time.


def test_a_delay_moves_the_clock_at_every_read() -> None:
    runtime = ScriptedRuntime([Echo(b"a\nb\n")], faults=Faults(cut=by_line, delay_seconds=5))

    async def main() -> None:
        stream = await connected(runtime)
        await stream.read()
        await stream.read()

    runtime.run(main())
    assert runtime.clock.moved == timedelta(seconds=10)


def read_late(faults: Faults, greeting: bytes = b"") -> ScriptedRuntime:
    runtime = ScriptedRuntime([Echo(greeting)], faults=faults)

    async def main() -> None:
        await (await connected(runtime, 30)).read()

    with pytest.raises(TimedOut, match=r"smtp mx\.b\.test:25: read: the deadline has passed"):
        runtime.run(main())
    return runtime


def test_a_delay_past_the_deadline_ends_there() -> None:
    assert read_late(Faults(delay_seconds=31), b"hello").clock.moved == timedelta(seconds=30)


def test_a_read_that_nothing_answers_ends_at_its_deadline() -> None:
    assert read_late(Faults()).clock.moved == timedelta(seconds=30)


@pytest.mark.parametrize(("delay_seconds", "given"), [(0, b"hello"), (4, b"hello"), (6, None)])
def test_a_read_may_wait_for_so_many_seconds_only(delay_seconds: float, given: bytes | None) -> None:
    runtime = ScriptedRuntime([Echo(b"hello")], faults=Faults(delay_seconds=delay_seconds))

    async def main() -> bytes | None:
        return await (await connected(runtime, 30)).read_within(5)

    assert runtime.run(main()) == given


def test_after_such_a_wait_the_connection_is_as_it_was() -> None:
    runtime = ScriptedRuntime([Echo()])

    async def main() -> list[bytes | None]:
        stream = await connected(runtime, 30)
        early = await stream.read_within(5)
        await stream.write(b"hello")
        return [early, await stream.read()]

    assert runtime.run(main()) == [None, b"hello"]
    assert runtime.clock.moved == timedelta(seconds=5)


def test_a_read_that_nothing_will_ever_end_says_so() -> None:
    with pytest.raises(TimedOut, match="nothing will ever end this wait"):
        run(ScriptedStream(Echo()).read())


@pytest.mark.parametrize("use", USES, ids=USE_NAMES)
def test_past_the_deadline_nothing_is_done(use: Use) -> None:
    peer = Echo(b"hello")
    runtime = ScriptedRuntime([peer])

    async def main() -> None:
        stream = await connected(runtime, 30)
        runtime.clock.move(30)
        await use(stream)

    with pytest.raises(TimedOut):
        runtime.run(main())
    assert peer.heard == b""


def test_a_read_that_timed_out_leaves_the_connection_unusable() -> None:
    stream = ScriptedStream(Echo())
    error_of(stream.read())

    assert isinstance(error_of(stream.write(b"x")), ConnectionLost)


# The end.


def test_what_a_peer_said_before_it_closed_is_read_first() -> None:
    stream = ScriptedStream(Echo())
    run(stream.write(b"bye"))

    assert [run(stream.read()), run(stream.read())] == [b"bye", b""]


def test_writing_to_a_peer_that_has_closed_is_told() -> None:
    stream = ScriptedStream(Echo())
    run(stream.write(b"bye"))

    assert isinstance(error_of(stream.write(b"x")), ConnectionLost)


@pytest.mark.parametrize("use", USES, ids=USE_NAMES)
def test_a_closed_connection_is_not_used_again(use: Use) -> None:
    stream = ScriptedStream(Echo())
    run(stream.close())

    assert isinstance(error_of(use(stream)), ConnectionLost)


@pytest.mark.parametrize("use", USES, ids=USE_NAMES)
def test_an_aborted_connection_is_not_used_again(use: Use) -> None:
    stream = ScriptedStream(Echo())
    stream.abort()

    assert isinstance(error_of(use(stream)), ConnectionLost)


def test_a_peer_hears_that_the_client_has_closed() -> None:
    peer = Echo()
    run(ScriptedStream(peer).close())

    assert peer.has_client_ended


def test_closing_twice_is_no_error() -> None:
    stream = ScriptedStream(Echo())
    run(stream.close())
    run(stream.close())

    assert stream.is_closed


# Breaks.


@given(st.integers(0, 12), st.sampled_from(CUTS))
def test_exactly_the_octets_before_a_break_are_heard(limit: int, cut: Cut) -> None:
    reads = reads_of(Echo(b"hello\nworld\n"), Faults(breaks_after_heard=limit, cut=cut))

    assert b"".join(reads) == b"hello\nworld\n"[:limit]


@given(st.integers(0, 10), st.integers(1, 10))
def test_exactly_the_octets_before_a_break_reach_the_peer(limit: int, size: int) -> None:
    peer = Echo()
    stream = ScriptedStream(peer, Faults(breaks_after_sent=limit, tells_writer=False))
    for start in range(0, 10, size):
        run(stream.write(b"0123456789"[start : start + size]))

    assert peer.heard == b"0123456789"[:limit]


def test_a_break_that_the_writer_is_told_of_is_raised() -> None:
    assert isinstance(error_of(ScriptedStream(Echo(), Faults(breaks_after_sent=2)).write(b"abc")), ConnectionLost)


def test_a_break_that_the_writer_is_not_told_of_is_the_end_of_what_is_read() -> None:
    stream = ScriptedStream(Echo(), Faults(breaks_after_sent=2, tells_writer=False))
    run(stream.write(b"abc"))

    assert [run(stream.read()), run(stream.read())] == [b"ab", b""]


def test_a_break_under_tls_is_no_end_in_order() -> None:
    stream = ScriptedStream(Echo(b"ab"), Faults(breaks_after_heard=1), tls=UNTRUSTED)
    run(stream.read())

    assert isinstance(error_of(stream.read()), ConnectionLost)


def test_a_peer_hears_of_a_break() -> None:
    peer = Echo()
    run(ScriptedStream(peer, Faults(breaks_after_sent=1, tells_writer=False)).write(b"ab"))

    assert peer.has_client_ended


# TLS.


def secured_of(peer: Peer, settings: TlsSettings = OPPORTUNISTIC) -> Stream:
    return run(ScriptedStream(peer).start_tls(settings))


def test_a_plain_peer_carries_on_behind_tls_without_greeting_again() -> None:
    async def main() -> bytes:
        stream = ScriptedStream(Echo(b"hello"))
        await stream.read()
        secured = await stream.start_tls(TlsSettings())
        await secured.write(b"again")
        return await secured.read()

    assert run(main()) == b"again"


def test_tls_is_verified_unless_it_is_opportunistic() -> None:
    facts = [secured_of(Echo(), settings).tls for settings in (TlsSettings(), OPPORTUNISTIC)]

    assert [one is not None and one.is_verified for one in facts] == [True, False]


def test_octets_in_clear_ahead_of_tls_are_an_injection() -> None:
    stream = ScriptedStream(Echo(b"hello"))

    assert (type(error_of(stream.start_tls(TlsSettings()))), stream.is_closed) == (StarttlsInjection, True)


def test_a_certificate_that_nobody_trusts_fails() -> None:
    assert isinstance(error_of(ScriptedStream(Secured(Echo(), facts=UNTRUSTED)).start_tls(TlsSettings())), TlsFailed)


def test_opportunistic_tls_puts_up_with_any_certificate() -> None:
    assert secured_of(Secured(Echo(), facts=UNTRUSTED)).tls == UNTRUSTED


def test_tls_from_the_first_octet_is_greeted_behind_the_handshake() -> None:
    assert run(secured_of(Secured(Echo(b"hello"))).read()) == b"hello"


def test_a_peer_in_clear_gives_way_to_the_one_behind_tls() -> None:
    clear, secured = Echo(), Echo()

    async def main() -> None:
        stream = ScriptedStream(Secured(secured, clear))
        await stream.write(b"clear")
        assert await stream.read() == b"clear"
        await (await stream.start_tls(TlsSettings())).write(b"secured")

    run(main())
    assert (bytes(clear.heard), bytes(secured.heard)) == (b"clear", b"secured")


def test_tls_does_not_start_twice() -> None:
    secured = secured_of(Echo())

    assert isinstance(error_of(secured.start_tls(TlsSettings())), ProtocolBroken)


def test_who_writes_in_clear_after_tls_started_is_found_out() -> None:
    stream = ScriptedStream(Echo())
    run(stream.start_tls(TlsSettings()))

    error = error_of(stream.write(b"PASS sesame\r\n"))
    assert isinstance(error, ProtocolBroken) and error.is_local


def test_aborting_the_stream_in_clear_drops_the_secured_one() -> None:
    stream = ScriptedStream(Echo())
    secured = run(stream.start_tls(TlsSettings()))
    stream.abort()

    assert isinstance(error_of(secured.read()), ConnectionLost)


def test_octets_are_counted_across_tls() -> None:
    peer = Echo()

    async def main() -> None:
        stream = ScriptedStream(peer, Faults(breaks_after_sent=6, tells_writer=False))
        await stream.write(b"hello")
        await stream.read()
        await (await stream.start_tls(TlsSettings())).write(b"world")

    run(main())
    assert peer.heard == b"hellow"


def test_a_handshake_on_a_broken_connection_fails() -> None:
    stream = ScriptedStream(Echo(b"hello"), Faults(breaks_after_heard=0))

    assert isinstance(error_of(stream.start_tls(TlsSettings())), ConnectionLost)
