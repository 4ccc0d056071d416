"""Sessions with one server, in memory: kept, checked, replaced, and shared."""

from __future__ import annotations

import asyncio
import itertools
from base64 import b64decode
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path

import pytest

from msgcore.base.text import ReferredSecret, Secret
from msgcore.errors import (
    AuthenticationRefused,
    Closed,
    ConnectionLost,
    CutShort,
    MsgcoreError,
    ServiceBusy,
    TimedOut,
    TlsFailed,
    TlsRequired,
)
from msgcore.model import Accepted, Address, Deferred, Envelope, Outcome, Recipient, Refused, Unknown
from msgcore.model.wire_form import WireForm
from msgcore.runtime import Endpoint, Runtime
from msgcore.runtime.abc import Security, Stream, TlsFacts, TlsSettings
from msgcore.runtime.pool import PoolLimits
from msgcore.testing.modes import Mode, gather
from msgcore.testing.scripted import Faults, Peer, ScriptedRuntime, Secured, Served, by_line
from msgcore.testing.scripted.served import Serve
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.host_memory import HostMemory
from msgcore.wire.smtp.link import SmtpLink, SmtpServer
from tests.wire.fake_server import FakeServer

MX = Endpoint("mx.b.test", 25, "smtp")
LETTER = b"Subject: x\r\n\r\nHello\r\n"
ALL_AT_ONCE = ("PIPELINING", "CHUNKING")


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


def envelope(name: str = "bob") -> Envelope:
    return Envelope(Address("SMTP", "ann@a.test"), (Recipient(Address("SMTP", f"{name}@b.test")),))


async def send(link: SmtpLink, runtime: Runtime, seconds: float = 300) -> Outcome:
    outcomes = await link.transmit(envelope(), lambda _: WireForm(LETTER), runtime.deadline(seconds))
    return outcomes["bob@b.test"]


def send_in_turn(
    mode: Mode,
    peers: Sequence[Peer | None],
    times: int,
    *,
    pause_seconds: float = 0.0,
    faults: Faults | Sequence[Faults] = Faults(),  # noqa: B008  # frozen
    server: SmtpServer = SmtpServer(MX),  # noqa: B008  # frozen
) -> list[Outcome]:
    """Send one letter after the other over one link, and close it."""
    runtime = ScriptedRuntime(peers, faults=faults)

    async def main() -> list[Outcome]:
        link = SmtpLink(runtime, server)
        outcomes: list[Outcome] = []
        for _ in range(times):
            outcomes.append(await send(link, runtime))
            await runtime.sleep(pause_seconds)
        await link.close()
        return outcomes

    return mode.drive(runtime.call(main()))


class ClosesAfterEach(FakeServer):
    """Closes the connection without a word when it has taken a message."""

    def _end(self, text: bytes) -> str:
        answer = super()._end(text)
        self.is_leaving = True
        return answer

    is_leaving = False

    def react(self, octets: bytes) -> bytes:
        said = super().react(octets)
        self.is_closed = self.is_closed or self.is_leaving
        return said


# Kept.


def test_one_session_carries_several_messages(mode: Mode) -> None:
    peer = FakeServer(*ALL_AT_ONCE)

    assert send_in_turn(mode, [peer], 3) == [Accepted(250, "2.0.0")] * 3
    assert len(peer.took) == 3


def test_close_says_quit(mode: Mode) -> None:
    peer = FakeServer()
    send_in_turn(mode, [peer], 1)

    assert peer.commands[-1] == "QUIT"


def test_after_close_nothing_is_sent(mode: Mode) -> None:
    runtime = ScriptedRuntime([FakeServer()])

    async def main() -> None:
        link = SmtpLink(runtime, SmtpServer(MX))
        await link.close()
        with pytest.raises(Closed, match=r"smtp mx\.b\.test:25"):
            await send(link, runtime)

    mode.drive(runtime.call(main()))


def test_a_message_that_cannot_be_written_costs_no_session(mode: Mode) -> None:
    peer = FakeServer()
    runtime = ScriptedRuntime([peer])

    async def main() -> Outcome:
        link = SmtpLink(runtime, SmtpServer(MX))
        with pytest.raises(ZeroDivisionError):
            await link.transmit(envelope(), lambda _: WireForm(b"%d" % (1 // 0)), runtime.deadline(300))
        return await send(link, runtime)

    assert mode.drive(runtime.call(main())) == Accepted(250, "2.0.0")


# Checked.


def test_a_recipient_that_cannot_be_said_does_not_keep_a_dead_session_from_being_replaced(mode: Mode) -> None:
    first, second = FakeServer(*ALL_AT_ONCE), FakeServer(*ALL_AT_ONCE)
    runtime = ScriptedRuntime([first, second])
    bob, international = envelope().recipients[0], Recipient(Address("SMTP", "böb@b.test"))

    async def main() -> list[type[Outcome]]:
        link = SmtpLink(runtime, SmtpServer(MX))
        await send(link, runtime)
        first.answering({"MAIL": "-"})
        both = Envelope(Address("SMTP", "ann@a.test"), (bob, international))
        outcomes = await link.transmit(both, lambda _: WireForm(LETTER), runtime.deadline(300))
        return [type(outcome) for outcome in outcomes.values()]

    assert mode.drive(runtime.call(main())) == [Accepted, Refused]


def test_a_server_that_closes_after_every_message_takes_each_once(mode: Mode) -> None:
    """Without 421: the second message must not be said to somebody who is gone."""
    peers = [ClosesAfterEach(*ALL_AT_ONCE) for _ in range(3)]

    assert send_in_turn(mode, peers, 3) == [Accepted(250, "2.0.0")] * 3
    assert [len(peer.took) for peer in peers] == [1, 1, 1]


def test_a_session_that_the_server_ended_with_421_is_not_used_again(mode: Mode) -> None:
    first = FakeServer().answering({".": "250 2.0.0 took it\r\n421 4.4.2 idle for too long"})
    second = FakeServer()

    assert send_in_turn(mode, [first, second], 2, faults=Faults(cut=by_line)) == [Accepted(250, "2.0.0")] * 2
    assert (len(first.took), len(second.took)) == (1, 1)


class TakesThree(FakeServer):
    def _command(self) -> str | None:
        self.answering({"MAIL": "421 4.7.0 enough"} if len(self.took) == 3 else {})
        return super()._command()


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",), ALL_AT_ONCE])
def test_a_server_that_wants_fewer_messages_a_session_gets_the_next_in_another(
    mode: Mode, extensions: tuple[str, ...]
) -> None:
    first, second = TakesThree(*extensions), FakeServer(*extensions)

    assert send_in_turn(mode, [first, second], 5) == [Accepted(250, "2.0.0")] * 5
    assert (len(first.took), len(second.took)) == (3, 2)


def test_a_session_that_was_idle_is_asked_whether_it_is_good(mode: Mode) -> None:
    peer = FakeServer()
    send_in_turn(mode, [peer], 2, pause_seconds=10)

    assert [command.partition(" ")[0] for command in peer.commands] == [
        *("EHLO", "MAIL", "RCPT", "DATA", "."),
        *("NOOP", "MAIL", "RCPT", "DATA", "."),
        "QUIT",
    ]


@pytest.mark.parametrize("answer", ["421 4.4.2 bye", "451 4.4.2 idle", "-", "~", "nonsense"])
def test_an_idle_session_that_is_not_good_is_replaced(mode: Mode, answer: str) -> None:
    first, second = FakeServer(NOOP=answer), FakeServer()

    assert send_in_turn(mode, [first, second], 2, pause_seconds=10) == [Accepted(250, "2.0.0")] * 2
    assert len(second.took) == 1


def test_a_server_that_knows_no_noop_is_there(mode: Mode) -> None:
    peer = FakeServer(NOOP="502 5.5.1 what?")

    assert send_in_turn(mode, [peer], 2, pause_seconds=10) == [Accepted(250, "2.0.0")] * 2


def test_a_session_that_was_idle_for_too_long_is_closed_in_order(mode: Mode) -> None:
    first, second = FakeServer(), FakeServer()
    send_in_turn(mode, [first, second], 2, pause_seconds=31)

    assert (first.commands[-1], len(second.took)) == ("QUIT", 1)


# Replaced: once, and only while the server had been given nothing to take.


def test_a_dead_session_is_replaced_once_only(mode: Mode) -> None:
    peers = [FakeServer(), FakeServer(MAIL="421 4.3.2 closing"), FakeServer()]
    peers[0].answering({"NOOP": "-"})

    assert send_in_turn(mode, peers, 2, pause_seconds=10) == [Accepted(250, "2.0.0"), Deferred(421, "4.3.2")]


def test_a_message_that_may_have_been_taken_is_not_sent_again(mode: Mode) -> None:
    class LosesTheSecond(FakeServer):
        def _end(self, text: bytes) -> str:
            super()._end(text)
            return "-" if len(self.took) == 2 else "250 2.0.0 took it"

    first, second = LosesTheSecond(*ALL_AT_ONCE), FakeServer()

    assert send_in_turn(mode, [first, second], 2) == [Accepted(250, "2.0.0"), Unknown()]
    assert (len(first.took), second.took) == (2, [])


def test_a_refusal_on_a_kept_session_is_no_reason_for_a_new_one(mode: Mode) -> None:
    class RefusesLater(FakeServer):
        def _command(self) -> str | None:
            self.answering({"MAIL": "451 4.3.0 not now"} if self.took else {})
            return super()._command()

    assert send_in_turn(mode, [RefusesLater(), FakeServer()], 2) == [Accepted(250, "2.0.0"), Deferred(451, "4.3.0")]


def test_tls_that_was_torn_while_idle_is_replaced(mode: Mode) -> None:
    first, second = ClosesAfterEach(*ALL_AT_ONCE), FakeServer(*ALL_AT_ONCE)
    server = SmtpServer(MX, Security.IMPLICIT)

    assert send_in_turn(mode, [Secured(first), Secured(second)], 2, server=server) == [Accepted(250, "2.0.0")] * 2


class Torn(FakeServer):
    """Closes the connection when TLS should begin."""

    def greet(self) -> bytes:
        self.is_closed = True
        return b""


def test_tls_that_is_torn_in_the_handshake_leaves_the_next_try_its_turn(mode: Mode) -> None:
    runtime = ScriptedRuntime([Torn(), Secured(FakeServer())])

    async def main() -> Outcome:
        link = SmtpLink(runtime, SmtpServer(MX, Security.IMPLICIT), PoolLimits(connections=1))
        with pytest.raises(ConnectionLost, match="handshake"):
            await send(link, runtime)
        return await send(link, runtime)

    assert mode.drive(runtime.call(main())) == Accepted(250, "2.0.0")


class NoTls(FakeServer):
    """Offers STARTTLS, and no handshake with it comes to an end."""

    def __init__(self, error: MsgcoreError) -> None:
        super().__init__("STARTTLS", STARTTLS="220 go")
        self._error = error

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        raise self._error


async def silent_at_starttls(stream: Stream) -> None:
    """Say nothing to STARTTLS."""
    for answer in (b"220 mx.b.test\r\n", b"250-mx.b.test\r\n250 STARTTLS\r\n", b""):
        await stream.write(answer)
        await stream.read()
    while await stream.read():
        pass


async def silent_in_tls(stream: Stream) -> None:
    """Say go ahead, and nothing in the handshake."""
    for answer in (b"220 mx.b.test\r\n", b"250-mx.b.test\r\n250 STARTTLS\r\n", b"220 go\r\n"):
        await stream.write(answer)
        await stream.read()
    while await stream.read():
        pass


class GoneInTls(FakeServer):
    """Hangs up behind the handshake."""

    def greet(self) -> bytes:
        return b""

    def react(self, octets: bytes) -> bytes:
        self.is_closed = True
        return b""


BROKEN: list[MsgcoreError] = [
    TlsFailed("TLS: TLSV1_ALERT_PROTOCOL_VERSION"),
    ConnectionLost("cut without TLS's closing alert"),
]


@pytest.mark.parametrize("error", BROKEN)
def test_a_server_with_which_no_handshake_succeeds_is_talked_to_in_clear(mode: Mode, error: MsgcoreError) -> None:
    """Nobody required TLS: the last try is like one with a server that does not offer it (RFC 7435 section 3)."""
    peers = [NoTls(error) for _ in range(3)]
    [outcome] = send_in_turn(mode, peers, 1)

    assert isinstance(outcome, Accepted)
    assert (outcome.note.startswith("in clear: "), str(error) in outcome.note) == (True, True)
    assert [len(peer.took) for peer in peers] == [0, 0, 1]


@pytest.mark.parametrize(
    "server",
    [SmtpServer(MX), SmtpServer(MX, tls_tries=(TlsSettings(is_opportunistic=True), None), open_seconds=60)],
    ids=["relay", "mx"],
)
@pytest.mark.parametrize(
    ("silent", "where"), [(silent_at_starttls, "at STARTTLS"), (silent_in_tls, "in the TLS handshake")]
)
def test_a_handshake_that_stays_silent_leaves_time_for_a_try_in_clear(
    mode: Mode, server: SmtpServer, silent: Serve, where: str
) -> None:
    peers: list[Peer] = [*(Served(silent) for _ in server.tls_tries[1:] or (1, 2)), FakeServer("STARTTLS")]
    runtime = ScriptedRuntime(peers)
    started = runtime.monotonic()

    async def main() -> Outcome:
        link = SmtpLink(runtime, server)
        return await send(link, runtime, 90)

    outcome = mode.drive(runtime.call(main()))
    assert (type(outcome), outcome.note.startswith("in clear: ")) == (Accepted, True)
    assert where in outcome.note
    assert runtime.monotonic() - started < 60


def test_who_must_have_tls_gives_the_handshake_all_the_time(mode: Mode) -> None:
    with pytest.raises(TimedOut):
        send_in_turn(mode, [Served(silent_in_tls)], 1, server=SmtpServer(MX, Security.STARTTLS))


@pytest.mark.parametrize("tls_tries", [(TlsSettings(),), (TlsSettings(), TlsSettings(is_opportunistic=True))])
def test_the_last_handshake_of_who_must_have_tls_has_all_the_time(
    mode: Mode, tls_tries: tuple[TlsSettings, ...]
) -> None:
    runtime = ScriptedRuntime([Served(silent_in_tls) for _ in tls_tries])
    started = runtime.monotonic()

    async def main() -> Outcome:
        return await send(SmtpLink(runtime, SmtpServer(MX, tls_tries=tls_tries)), runtime, 90)

    with pytest.raises(TimedOut):
        mode.drive(runtime.call(main()))
    assert runtime.monotonic() - started >= 90


@pytest.mark.parametrize("tls_tries", [(), (TlsSettings(is_opportunistic=True), None)])
def test_a_handshake_has_ten_seconds_at_least_before_mail_goes_in_clear(
    mode: Mode, tls_tries: tuple[TlsSettings | None, ...]
) -> None:
    """Who has no more than that in all sends nothing in clear: the mail waits."""
    in_clear = FakeServer()
    runtime = ScriptedRuntime([Served(silent_in_tls), in_clear])

    async def main() -> Outcome:
        return await send(SmtpLink(runtime, SmtpServer(MX, tls_tries=tls_tries)), runtime, 10)

    with pytest.raises(TimedOut):
        mode.drive(runtime.call(main()))
    assert not in_clear.took


def test_a_connection_lost_behind_the_handshake_is_no_failure_of_tls(mode: Mode) -> None:
    """The next try is by TLS again, and nothing goes in clear."""
    in_clear = FakeServer("STARTTLS", STARTTLS="220 go")
    next_one = FakeServer()
    with pytest.raises(ConnectionLost, match="at EHLO behind the TLS handshake"):
        send_in_turn(mode, [Secured(GoneInTls(), in_clear), next_one], 1)

    assert not next_one.took


def test_what_the_server_said_to_starttls_is_told(mode: Mode) -> None:
    refusing = FakeServer("STARTTLS", STARTTLS="454 4.7.0 TLS not available due to temporary reason")
    [outcome] = send_in_turn(mode, [refusing], 1)
    assert (type(outcome), outcome.note) == (
        Accepted,
        "in clear: the server refuses STARTTLS: 454 4.7.0 TLS not available due to temporary reason",
    )

    closing = FakeServer("STARTTLS", STARTTLS="421 4.3.2 going down")
    [outcome] = send_in_turn(mode, [closing], 1)
    assert (outcome, outcome.text) == (Deferred(421, "4.3.2"), "going down")


@pytest.mark.parametrize("error", BROKEN)
@pytest.mark.parametrize(
    "server",
    [
        SmtpServer(MX, Security.STARTTLS),
        SmtpServer(MX, user="ann", password=Secret("pw")),
        SmtpServer(MX, user="ann", password=Secret("pw"), allow_cleartext_login=True),
        SmtpServer(MX, certificate_file=Path("ann.pem")),
        SmtpServer(MX, ca_file=Path("ca.pem")),
    ],
)
def test_who_cares_for_tls_says_nothing_in_clear(mode: Mode, server: SmtpServer, error: MsgcoreError) -> None:
    peers = [NoTls(error) for _ in range(3)]
    with pytest.raises(type(error)):
        send_in_turn(mode, peers, 1, server=server)

    assert not any(peer.took for peer in peers)


@pytest.mark.parametrize(
    ("server", "file"),
    [
        (SmtpServer(MX, ca_file=Path("ca.pem")), "ca_file"),
        (SmtpServer(MX, certificate_file=Path("ann.pem")), "certificate_file"),
    ],
)
def test_a_file_for_tls_asks_for_tls(mode: Mode, server: SmtpServer, file: str) -> None:
    without, untrusted = FakeServer(), [NoTls(TlsFailed("not trusted")) for _ in range(2)]
    with pytest.raises(TlsRequired, match=f"does not offer STARTTLS; {file} asks for TLS: without it smtp://"):
        send_in_turn(mode, [without], 1, server=server)
    with pytest.raises(TlsFailed, match=f"not trusted; {file} asks for TLS"):
        send_in_turn(mode, untrusted, 1, server=server)

    assert not any(peer.took for peer in (without, *untrusted))


def test_who_may_log_in_without_tls_takes_what_is_offered_with_a_file_for_tls_too(mode: Mode) -> None:
    server = SmtpServer(MX, ca_file=Path("ca.pem"), allow_cleartext_login=True)
    [outcome] = send_in_turn(mode, [FakeServer()], 1, server=server)

    assert (type(outcome), outcome.note) == (Accepted, "in clear")


@pytest.mark.parametrize(
    ("server", "may_be_tls"),
    [
        (SmtpServer(MX), True),
        (SmtpServer(Endpoint("mx.b.test", 24, "lmtp"), is_lmtp=True), False),
        (SmtpServer(Endpoint("/run/lmtp", 0, "lmtp", is_unix_socket=True), is_lmtp=True), False),
    ],
)
def test_a_silent_server_may_be_one_with_tls_where_there_is_a_port_for_that(
    mode: Mode, server: SmtpServer, may_be_tls: bool
) -> None:
    with pytest.raises(TimedOut) as caught:
        send_in_turn(mode, [FakeServer(greeting="~")], 1, server=server)

    assert ("may be waiting for TLS: smtps://" in str(caught.value), "lmtps" in str(caught.value)) == (
        may_be_tls,
        False,
    )


@pytest.mark.parametrize(
    ("reply", "error"),
    [("454 4.7.0 not now", ServiceBusy), ("421 4.3.2 closing", ServiceBusy), ("502 no", TlsRequired)],
)
def test_tls_that_is_required_and_refused_for_now_is_tried_again_later(
    mode: Mode, reply: str, error: type[MsgcoreError]
) -> None:
    """454 is a temporary reason (RFC 3207 section 4): nothing of the set-up is wrong."""
    peer = FakeServer("STARTTLS", STARTTLS=reply)
    with pytest.raises(error, match=reply[:3]):
        send_in_turn(mode, [peer], 1, server=SmtpServer(MX, Security.STARTTLS))

    assert peer.took == []


STARTTLS_FIRST = "530 5.7.0 Must issue a STARTTLS command first"


@pytest.mark.parametrize(
    "peers",
    [
        [NoTls(BROKEN[0]).answering({"MAIL": STARTTLS_FIRST}) for _ in range(3)],
        [NoTls(BROKEN[1]).answering({"MAIL": STARTTLS_FIRST}) for _ in range(3)],
        [FakeServer("STARTTLS", STARTTLS="454 4.7.0 not now", MAIL=STARTTLS_FIRST)],
        [FakeServer("STARTTLS", STARTTLS="454 4.7.0 not now", RCPT=STARTTLS_FIRST)],
    ],
)
def test_a_server_that_insists_on_tls_and_has_none_now_is_tried_again_later(
    mode: Mode, peers: list[FakeServer]
) -> None:
    """A message is not returned because a handshake failed."""
    [outcome] = send_in_turn(mode, deepcopy(peers), 1)

    assert (type(outcome), outcome.code, outcome.note.startswith("in clear")) == (Deferred, 530, True)


def test_who_insists_on_what_is_no_tls_refuses(mode: Mode) -> None:
    secured = FakeServer("STARTTLS", MAIL="530 5.7.0 authentication required")
    in_clear = FakeServer(MAIL="530 5.7.0 authentication required")

    assert [
        type(one) for one in send_in_turn(mode, [Secured(secured)], 1, server=SmtpServer(MX, Security.IMPLICIT))
    ] == [Refused]
    assert [type(one) for one in send_in_turn(mode, [in_clear], 1)] == [Refused]


# Shared.


class Mx:
    """A server that takes ``most`` connections at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.peers: list[Leaving] = []

    def __call__(self, _: Endpoint) -> Peer:
        is_full = sum(not peer.has_left for peer in self.peers) >= self.most
        peer = Leaving(*ALL_AT_ONCE, greeting="421 4.7.0 too many connections" if is_full else "220 mx.b.test")
        peer.has_left = is_full
        self.peers.append(peer)
        return peer


class Leaving(FakeServer):
    """Knows when its client has left."""

    has_left = False

    def react(self, octets: bytes) -> bytes:
        self.has_left = self.has_left or not octets
        return super().react(octets)


def send_together(mode: Mode, server: Mx, messages: int, limits: PoolLimits) -> list[Outcome]:
    """Send all at the same time; every read takes a second."""
    runtime = ScriptedRuntime(server, faults=Faults(delay_seconds=1))
    outcomes: list[Outcome] = []

    async def main() -> None:
        link = SmtpLink(runtime, SmtpServer(MX), limits)

        async def one() -> None:
            outcomes.append(await send(link, runtime))

        await gather(runtime, *(one() for _ in range(messages)))
        await link.close()

    mode.drive(runtime.call(main()))
    return outcomes


def test_messages_share_no_more_connections_than_allowed(mode: Mode) -> None:
    server = Mx(100)

    assert send_together(mode, server, 9, PoolLimits(connections=3)) == [Accepted(250, "2.0.0")] * 9
    assert sorted(len(peer.took) for peer in server.peers) == [3, 3, 3]


def test_a_server_that_takes_fewer_connections_gets_every_message_over_those(mode: Mode) -> None:
    server = Mx(2)

    assert send_together(mode, server, 8, PoolLimits(connections=5)) == [Accepted(250, "2.0.0")] * 8
    assert sorted(len(peer.took) for peer in server.peers) == [0, 0, 0, 4, 4]


def test_a_server_that_takes_no_connection_now_defers(mode: Mode) -> None:
    assert send_in_turn(mode, [FakeServer(greeting="421 4.3.2 later")], 1) == [Deferred(421, "4.3.2")]


@pytest.mark.parametrize("seconds", [0.5 + n for n in range(6)])
def test_a_call_that_is_cut_at_any_reply_leaves_its_turn(mode: Mode, seconds: float) -> None:
    runtime = ScriptedRuntime(Mx(1), faults=Faults(delay_seconds=1))

    async def main() -> Outcome:
        link = SmtpLink(runtime, SmtpServer(MX), PoolLimits(connections=1))
        with pytest.raises(CutShort):
            await runtime.bounded(several(link), runtime.deadline(seconds))
        return await send(link, runtime)

    async def several(link: SmtpLink) -> None:
        for _ in range(4):
            await send(link, runtime)

    assert mode.drive(runtime.call(main())) == Accepted(250, "2.0.0")


# Remembered.


def test_what_a_server_fails_to_do_is_not_tried_in_the_next_session(mode: Mode) -> None:
    peers = [FakeServer(*ALL_AT_ONCE, BDAT="502 5.5.1 what?") for _ in range(3)]
    runtime = ScriptedRuntime(peers)

    async def main() -> None:
        memory = HostMemory(runtime)
        for _ in range(2):
            link = SmtpLink(runtime, SmtpServer(MX), memory=memory)
            await send(link, runtime)
            await link.close()

    mode.drive(runtime.call(main()))
    assert [[verb for verb in verbs(peer) if verb in {"BDAT", "DATA"}] for peer in peers] == [
        ["BDAT"],
        ["DATA"],
        ["DATA"],
    ]


def test_in_a_batch_too_the_next_session_does_without_what_failed(mode: Mode) -> None:
    peers = [FakeServer(*ALL_AT_ONCE, BDAT="502 5.5.1 what?") for _ in range(2)]
    runtime = ScriptedRuntime(peers)

    async def main() -> list[Outcome]:
        link = SmtpLink(runtime, SmtpServer(MX))
        batch = [(envelope(name), written) for name in ("ann", "bob", "eve")]
        told = await link.transmit_all(batch, runtime.deadline(300))
        told += await link.transmit_all(batch[len(told) :], runtime.deadline(300))
        await link.close()
        return [outcome for outcomes in told for outcome in outcomes.values()]

    assert mode.drive(runtime.call(main())) == [Accepted(250, "2.0.0")] * 3
    assert [[verb for verb in verbs(peer) if verb in {"BDAT", "DATA"}] for peer in peers] == [["BDAT"], ["DATA"] * 3]


@pytest.mark.parametrize("greeting", ["", "421 4.3.2 later", "-"])
def test_what_a_session_said_stands_when_there_is_no_other_to_try_again(mode: Mode, greeting: str) -> None:
    """The chunk is of a server that does not know BDAT; the session behind it never comes."""
    first = FakeServer(*ALL_AT_ONCE, BDAT="502 5.5.1 what?").answering({"eve@b.test": "550 5.1.1 nobody"})
    second = FakeServer(greeting=greeting) if greeting else None

    outcomes = send_to(mode, [first, second], "bob", "eve")

    assert outcomes == {"bob@b.test": Deferred(502, "5.5.1"), "eve@b.test": Refused(550, "5.1.1")}


def test_silence_after_an_envelope_is_told_as_that(mode: Mode) -> None:
    silent = FakeServer("PIPELINING").answering({"bob@b.test": "~"})

    outcomes = send_to(mode, [silent, FakeServer()], "eve", "bob")

    assert (outcomes["bob@b.test"].stage, outcomes["bob@b.test"].text) == (
        "RCPT",
        "smtp mx.b.test:25: read: the deadline has passed",
    )


class TakesTwo(FakeServer):
    """Takes two recipients a message, and says ``too_many`` to the others."""

    most = 2
    too_many = "452 4.5.3 too many recipients"

    def _command(self) -> str | None:
        self.answering({"RCPT": self.too_many if len(self._rcpts) == self.most else "250 2.1.5 ok"})
        return super()._command()


NAMES = ("a", "b", "c", "d", "e")
EACH = [("a@b.test", "b@b.test"), ("c@b.test", "d@b.test"), ("e@b.test",)]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",), ALL_AT_ONCE])
@pytest.mark.parametrize("too_many", [TakesTwo.too_many, "452 too many recipients", "552 too many recipients"])
def test_recipients_that_are_too_many_for_one_message_get_another(
    mode: Mode, extensions: tuple[str, ...], too_many: str
) -> None:
    """RFC 5321 section 4.5.3.1.10."""
    peer = TakesTwo(*extensions)
    peer.too_many = too_many

    assert send_to(mode, [peer], *NAMES) == {f"{name}@b.test": Accepted(250, "2.0.0") for name in NAMES}
    assert [to for to, _ in peer.took] == EACH


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
def test_those_who_are_left_are_not_said_in_vain(mode: Mode, extensions: tuple[str, ...]) -> None:
    """Servers count what they refuse: behind a hundred that are too many no others are said in that transaction."""
    peer = TakesTwo(*extensions)
    peer.most = 100
    names = [f"u{number}" for number in range(500)]

    assert set(send_to(mode, [peer], *names).values()) == {Accepted(250, "2.0.0")}
    assert verbs(peer).count("RCPT") == 4 * 200 + 100


def test_a_server_without_room_is_not_asked_again(mode: Mode) -> None:
    peer = TakesTwo("PIPELINING")
    peer.too_many = "452 4.2.2 mailbox full"

    assert send_to(mode, [peer], *NAMES)["c@b.test"] == Deferred(452, "4.2.2")
    assert [to for to, _ in peer.took] == EACH[:1]


def test_a_message_that_is_refused_is_not_shown_to_those_who_were_too_many(mode: Mode) -> None:
    peer = TakesTwo("PIPELINING").answering({".": "554 5.7.1 spam"})

    outcomes = send_to(mode, [peer], *NAMES)

    assert (outcomes["a@b.test"], outcomes["c@b.test"]) == (Refused(554, "5.7.1"), Deferred(452, "4.5.3"))
    assert verbs(peer).count("MAIL") == 1


def test_who_was_accepted_stays_that_when_the_session_ends_before_the_others_turn(mode: Mode) -> None:
    class LeavesThen(TakesTwo):
        def _command(self) -> str | None:
            self.answering({"MAIL": "421 4.3.2 later"} if self.took else {})
            return super()._command()

    outcomes = send_to(mode, [LeavesThen("PIPELINING")], *NAMES)

    assert list(outcomes.values()) == [Accepted(250, "2.0.0")] * 2 + [Deferred(421, "4.3.2")] * 3


def written(_: Extensions) -> WireForm:
    return WireForm(LETTER)


def test_in_a_batch_too_those_who_are_too_many_get_another(mode: Mode) -> None:
    peer = TakesTwo(*ALL_AT_ONCE)
    runtime = ScriptedRuntime([peer])
    told = dict[int, bool]()

    async def main() -> list[bool]:
        link = SmtpLink(runtime, SmtpServer(MX))
        batch = [(one, written) for one in (envelope(), to_each(), envelope())]
        found = await link.transmit_all(
            batch, runtime.deadline(300), lambda number, outcomes: told.update({number: outcomes.all_accepted})
        )
        await link.close()
        return [outcomes.all_accepted for outcomes in found]

    assert mode.drive(runtime.call(main())) == [True] * 3
    assert told == {0: True, 1: True, 2: True}
    assert sorted(to for to, _ in peer.took) == sorted([("bob@b.test",), *EACH, ("bob@b.test",)])


def test_who_has_a_message_is_told_of_when_the_task_is_cancelled_in_the_middle() -> None:
    class Cancels(TakesTwo):
        def _command(self) -> str | None:
            if len(self.took) == 4 and self._received:
                raise asyncio.CancelledError
            return super()._command()

    peer = Cancels("PIPELINING")
    runtime, told = ScriptedRuntime([peer]), dict[int, list[type[Outcome]]]()

    async def main() -> None:
        link = SmtpLink(runtime, SmtpServer(MX))
        with pytest.raises(asyncio.CancelledError):
            await link.transmit_all(
                [(to_each(), written)] * 2,
                runtime.deadline(300),
                lambda number, outcomes: told.update({number: [*map(type, outcomes.values())]}),
            )

    Mode.ASYNCIO.drive(runtime.call(main()))
    assert [to for to, _ in peer.took] == [EACH[0], *EACH]
    assert told == {0: [Accepted] * 5, 1: [Accepted] * 2 + [Deferred] * 3}


def test_who_has_a_message_is_told_of_when_the_task_is_cancelled_in_the_next_one() -> None:
    class Cancels(TakesTwo):
        def _end(self, text: bytes) -> str:
            if self.took:
                raise asyncio.CancelledError
            return super()._end(text)

    runtime, told = ScriptedRuntime([Cancels("PIPELINING")]), dict[int, list[type[Outcome]]]()

    async def main() -> None:
        link = SmtpLink(runtime, SmtpServer(MX))
        with pytest.raises(asyncio.CancelledError):
            await link.transmit_all(
                [(to_each(), written)] * 2,
                runtime.deadline(300),
                lambda number, outcomes: told.update({number: [*map(type, outcomes.values())]}),
            )

    Mode.ASYNCIO.drive(runtime.call(main()))
    assert told == {0: [Accepted] * 2 + [Deferred] * 3}


def test_each_transaction_for_those_who_are_left_is_a_use_of_the_session(mode: Mode) -> None:
    peers = [TakesTwo("PIPELINING") for _ in range(2)]

    outcomes = send_to(mode, peers, *NAMES, limits=PoolLimits(uses_per_connection=2))

    assert set(outcomes.values()) == {Accepted(250, "2.0.0")}
    assert [[to for to, _ in peer.took] for peer in peers] == [EACH[:2], EACH[2:]]
    assert peers[0].commands[-1] == "QUIT"


def test_transactions_for_those_who_are_left_keep_the_pace(mode: Mode) -> None:
    outcomes = send_to(mode, [TakesTwo("PIPELINING")], *NAMES, limits=PoolLimits(uses_per_minute=1), seconds=90)

    assert [*map(type, outcomes.values())] == [Accepted] * 4 + [Deferred]


def send_to(
    mode: Mode,
    peers: Sequence[Peer | None],
    *names: str,
    limits: PoolLimits = PoolLimits(),  # noqa: B008  # frozen
    seconds: float = 300,
) -> dict[str, Outcome]:
    runtime = ScriptedRuntime(peers)

    async def main() -> dict[str, Outcome]:
        link = SmtpLink(runtime, SmtpServer(MX), limits)
        outcomes = await link.transmit(to_each(*names), written, runtime.deadline(seconds))
        await link.close()
        return {recipient.email_address: outcome for recipient, outcome in outcomes.items()}

    return mode.drive(runtime.call(main()))


def to_each(*names: str) -> Envelope:
    recipients = tuple(Recipient(Address("SMTP", f"{name}@b.test")) for name in names or NAMES)
    return Envelope(Address("SMTP", "ann@a.test"), recipients)


def verbs(peer: FakeServer) -> list[str]:
    return [command.partition(" ")[0] for command in peer.commands]


def test_a_failure_is_forgotten_after_an_hour() -> None:
    runtime = ScriptedRuntime()
    memory = HostMemory(runtime)
    memory.remember(MX, frozenset({"CHUNKING"}))
    runtime.clock.move(3_601)

    assert memory.failed_at(MX) == frozenset()


def test_failures_of_one_server_add_up() -> None:
    memory = HostMemory(ScriptedRuntime())
    memory.remember(MX, frozenset({"CHUNKING"}))
    memory.remember(MX, frozenset({"PIPELINING"}))

    assert memory.failed_at(MX) == {"CHUNKING", "PIPELINING"}


def test_of_too_many_servers_the_one_that_failed_longest_ago_is_forgotten() -> None:
    memory = HostMemory(ScriptedRuntime())
    for port in range(1_001):
        memory.remember(Endpoint("mx.b.test", port), frozenset({"CHUNKING"}))

    assert [port for port in range(1_001) if not memory.failed_at(Endpoint("mx.b.test", port))] == [0]


# Tokens.


def with_token(token: Secret | Callable[[], str]) -> SmtpServer:
    return SmtpServer(MX, user="ann", token=token, allow_cleartext_login=True)


def told_tokens(*peers: FakeServer) -> list[str]:
    """Give the tokens that each server was told."""
    commands = [command for peer in peers for command in peer.commands if command.startswith("AUTH")]
    return [b64decode(command.split()[2]).decode().partition("Bearer ")[2].strip("\1") for command in commands]


def numbered() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"token-{next(numbers)}"


def test_a_token_that_is_refused_is_asked_for_once_more(mode: Mode) -> None:
    old, new = FakeServer("AUTH XOAUTH2", AUTH="535 5.7.8 expired"), FakeServer("AUTH XOAUTH2", AUTH="235 ok")

    assert send_in_turn(mode, [old, new], 1, server=with_token(numbered())) == [Accepted(250, "2.0.0")]
    assert told_tokens(old, new) == ["token-1", "token-2"]


def test_a_token_that_is_refused_twice_is_refused(mode: Mode) -> None:
    peers = [FakeServer("AUTH XOAUTH2", AUTH="535 5.7.8 expired") for _ in range(3)]

    with pytest.raises(AuthenticationRefused):
        send_in_turn(mode, peers, 1, server=with_token(numbered()))
    assert told_tokens(*peers) == ["token-1", "token-2"]


def test_a_token_that_nobody_can_renew_is_tried_once(mode: Mode) -> None:
    peers = [FakeServer("AUTH XOAUTH2", AUTH="535 5.7.8 expired") for _ in range(2)]

    with pytest.raises(AuthenticationRefused):
        send_in_turn(mode, peers, 1, server=with_token(Secret("only")))
    assert told_tokens(*peers) == ["only"]


def test_who_fails_to_give_a_token_may_be_asked_later(mode: Mode) -> None:
    def fail() -> str:
        raise OSError("https://tokens.a.test/?secret=geheim is not there")

    with pytest.raises(ServiceBusy, match=r"no token was given: OSError$"):
        send_in_turn(mode, [FakeServer("AUTH XOAUTH2")], 1, server=with_token(fail))


def test_the_same_token_is_not_tried_again(mode: Mode) -> None:
    """Servers lock accounts after so many refused attempts."""
    peers = [FakeServer("AUTH XOAUTH2", AUTH="535 5.7.8 expired") for _ in range(2)]

    with pytest.raises(AuthenticationRefused):
        send_in_turn(mode, peers, 1, server=with_token(lambda: "same"))
    assert told_tokens(*peers) == ["same"]


def test_a_secret_that_lies_elsewhere_is_looked_up_for_each_connection(mode: Mode) -> None:
    told = numbered()
    secret = ReferredSecret(told)  # a first look is taken at once
    old, new = FakeServer("AUTH XOAUTH2", AUTH="535 5.7.8 expired"), FakeServer("AUTH XOAUTH2", AUTH="235 ok")

    assert send_in_turn(mode, [old, new], 1, server=with_token(secret)) == [Accepted(250, "2.0.0")]
    assert told_tokens(old, new) == ["token-2", "token-3"]


def test_a_password_may_be_given_by_a_function(mode: Mode) -> None:
    peer = FakeServer("AUTH PLAIN", AUTH="235 ok")
    server = SmtpServer(MX, user="ann", password=lambda: "geheim", allow_cleartext_login=True)

    assert send_in_turn(mode, [peer], 1, server=server) == [Accepted(250, "2.0.0")]
    [login] = [command for command in peer.commands if command.startswith("AUTH")]
    assert b64decode(login.split()[2]) == b"\0ann\0geheim"
