"""AUTH in an SMTP session: the client's conversation against servers that check, refuse, lack and lie."""

from __future__ import annotations

import traceback
from base64 import b64decode, b64encode

import pytest

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, ConnectionLost, NotSupported, ServiceBusy
from msgcore.runtime import Runtime, Stream, TlsFacts, TlsSettings
from msgcore.runtime.abc import Endpoint, TlsServerSettings
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Faults, ScriptedStream, Served
from msgcore.testing.secrecy import forms_in
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.wire.lines import Incoming, take_line
from msgcore.wire.sasl import (
    Authenticator,
    AwaitedExchange,
    ChannelBinding,
    Credentials,
    Exchange,
    Mechanism,
    Passwords,
    Plain,
)
from msgcore.wire.smtp import Extensions, authenticate, greet, quit_session, start_tls
from tests.servers.authority import Authority
from tests.wire.fake_server import FakeServer

SECURE = TlsFacts("TLSv1.3", "", True)
ANN = Credentials("ann", Secret("sesame"))
LONG_TOKEN = "t" * 5_000
SECRET = "correct-horse"
SERVER = Passwords({"ann": Secret("sesame")}, tokens={LONG_TOKEN: "ann", "tok": "ann"}, external="ann")

each_mode = pytest.mark.parametrize("mode", Mode)


class Checking:
    """A server that only knows AUTH; it remembers the lines that it took and who logged in."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self.lines: list[str] = []
        self.users: list[str] = []

    async def serve(self, stream: Stream) -> None:
        incoming = Incoming(stream)
        while True:
            line = await self._line(incoming)
            try:
                await self._check(stream, incoming, line.split(" "))
            except NotSupported:
                await stream.write(b"504 5.5.4 no such mechanism\r\n")
            except AuthenticationRefused:
                await stream.write(b"535 5.7.8 wrong\r\n")

    async def _check(self, stream: Stream, incoming: Incoming, command: list[str]) -> None:
        exchange = self._authenticator.begin(command[1], None)
        assert not isinstance(exchange, AwaitedExchange)
        said = b64decode(command[2].replace("=", "", command[2] == "=")) if len(command) > 2 else None
        while (challenge := exchange.step(said)) is not None:
            await stream.write(b"334 " + b64encode(challenge) + b"\r\n")
            line = await self._line(incoming)
            if line == "*":
                await stream.write(b"501 5.7.0 cancelled\r\n")
                return
            said = b64decode(line)
        self.users.append(exchange.user)
        await stream.write(b"235 2.7.0 welcome\r\n")

    async def _line(self, incoming: Incoming) -> str:
        while (line := take_line(incoming.buffer, 12_288)) is None:
            await incoming.fill_line()
        self.lines.append(line.decode().rstrip("\r\n"))
        return self.lines[-1]


def log_in(
    mode: Mode, server: Checking, offered: str, *credentials: Credentials, tls: TlsFacts | None = SECURE
) -> ScriptedStream:
    """Authenticate with each of the credentials in turn, on one connection, until one is good."""
    stream = ScriptedStream(Served(server.serve), tls=tls)

    async def attempt() -> None:
        for one in credentials:
            try:
                await authenticate(stream, Extensions("mx", {"AUTH": offered}), one)
                return
            except AuthenticationRefused:
                if one is credentials[-1]:
                    raise

    mode.drive(attempt())
    return stream


@each_mode
@pytest.mark.parametrize("name", ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "CRAM-MD5", "LOGIN", "PLAIN"])
def test_a_password_opens_the_session(mode: Mode, name: str) -> None:
    server = Checking(SERVER)

    log_in(mode, server, name, ANN)
    assert server.users == ["ann"]


@each_mode
@pytest.mark.parametrize("name", ["OAUTHBEARER", "XOAUTH2"])
def test_a_token_that_is_refused_gets_its_refusal_and_the_next_its_turn(mode: Mode, name: str) -> None:
    """The server says first why, in a challenge; a new token can be tried on the same connection."""
    server = Checking(SERVER)
    old, new = (Credentials("ann", token=Secret(token)) for token in ("old", "tok"))

    log_in(mode, server, name, old, new)
    assert (len(server.lines), server.users) == (3, ["ann"])


@each_mode
@pytest.mark.parametrize("name", ["OAUTHBEARER", "XOAUTH2"])
def test_a_long_token_waits_for_the_challenge(mode: Mode, name: str) -> None:
    """RFC 4954 section 4: the AUTH command has the length of any command; what answers a challenge may be longer."""
    server = Checking(SERVER)

    log_in(mode, server, name, Credentials("ann", token=Secret(LONG_TOKEN)))
    assert (server.lines[0], server.users) == (f"AUTH {name}", ["ann"])


@pytest.mark.parametrize(("octets", "lines"), [(358, 1), (359, 2)])
def test_the_command_is_never_longer_than_512_octets(octets: int, lines: int) -> None:
    """Its initial response has room for 496 characters: 372 octets, of which user and NULs take 14."""
    password = "p" * octets
    server = Checking(Passwords({"ann" * 4: Secret(password)}))

    log_in(Mode.BLOCKING, server, "PLAIN", Credentials("ann" * 4, Secret(password)))
    assert len(server.lines) == lines


@each_mode
def test_an_empty_initial_response_is_an_equals_sign(mode: Mode) -> None:
    server = Checking(SERVER)

    log_in(mode, server, "EXTERNAL", Credentials())
    assert (server.lines, server.users) == (["AUTH EXTERNAL ="], ["ann"])


@each_mode
def test_a_mechanism_that_the_server_has_not_after_all_gives_its_turn_to_the_next(mode: Mode) -> None:
    class Lacking(Passwords):
        def begin(self, mechanism: str, binding: object) -> Exchange:
            if mechanism.startswith("SCRAM"):
                raise NotSupported("not here")
            return super().begin(mechanism, None)

    server = Checking(Lacking({"ann": Secret("sesame")}))

    log_in(mode, server, "SCRAM-SHA-256 CRAM-MD5 PLAIN", ANN)
    assert server.users == ["ann"]


def replies(offered: str, answer: str, credentials: Credentials = ANN) -> list[str]:
    """Give what a server hears that answers every AUTH so."""
    server = FakeServer(AUTH=answer)
    stream = ScriptedStream(server, tls=SECURE)
    Mode.BLOCKING.drive(stream.read())
    with pytest.raises((AuthenticationRefused, ServiceBusy)):
        Mode.BLOCKING.drive(authenticate(stream, Extensions("mx", {"AUTH": offered}), credentials))
    return [" ".join(command.split(" ")[:2]) for command in server.commands]


@pytest.mark.parametrize("answer", ["504 5.5.4 no", "534 5.7.9 too weak", "501 5.5.4 what", "504 no"])
def test_what_is_no_refusal_of_the_password_ends_with_the_last_mechanism(answer: str) -> None:
    heard = replies("PLAIN LOGIN SCRAM-SHA-1", answer)

    assert heard == ["AUTH SCRAM-SHA-1", "AUTH PLAIN", "AUTH LOGIN"]


@pytest.mark.parametrize("answer", ["535 5.7.8 wrong", "535 no", "501 5.5.2 what", "454 4.7.0 later", "550 no"])
def test_a_refused_password_is_not_tried_by_another_mechanism(answer: str) -> None:
    assert replies("PLAIN LOGIN SCRAM-SHA-1", answer) == ["AUTH SCRAM-SHA-1"]


@pytest.mark.parametrize("challenge", ["hello", "====", "Zg", "r" * 999, "A" * 1_000, "A" * 20_000])
@pytest.mark.parametrize("name", ["SCRAM-SHA-256", "CRAM-MD5"])
def test_a_challenge_that_is_not_base64_or_too_long_is_cancelled(name: str, challenge: str) -> None:
    assert replies(name, f"334 {challenge}")[-1] == "*"


@pytest.mark.parametrize("length", [1_000, 20_000])
def test_a_prompt_that_is_too_long_is_cancelled(length: int) -> None:
    assert replies("LOGIN", f"334 {'A' * length}")[-1] == "*"


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("LOGIN", {"AUTH": "334 User name:", "YW5u": "334 Password?"}, ["AUTH LOGIN", "YW5u", "c2VzYW1l"]),
        ("PLAIN", {"AUTH": "334 "}, ["AUTH PLAIN AGFubgBzZXNhbWU=", "AGFubgBzZXNhbWU="]),
    ],
)
def test_servers_that_ask_as_no_rfc_has_it_are_answered(name: str, asked: dict[str, str], said: list[str]) -> None:
    """Prompts in words, and an initial response that is passed by."""
    server = FakeServer().answering({**asked, said[-1]: "235 2.7.0 welcome"})
    stream = ScriptedStream(server, tls=SECURE)
    Mode.BLOCKING.drive(stream.read())

    Mode.BLOCKING.drive(authenticate(stream, Extensions("mx", {"AUTH": name}), ANN))
    assert server.commands == said


def test_plain_is_not_said_a_third_time() -> None:
    server = FakeServer(AUTH="334 ").answering({"AGFubgBzZXNhbWU=": "334 ", "*": "501 5.7.0 cancelled"})
    stream = ScriptedStream(server, tls=SECURE)
    Mode.BLOCKING.drive(stream.read())

    with pytest.raises(AuthenticationRefused, match="asks again"):
        Mode.BLOCKING.drive(authenticate(stream, Extensions("mx", {"AUTH": "PLAIN"}), ANN))
    assert server.commands[1:] == ["AGFubgBzZXNhbWU=", "*"]


def test_a_server_that_says_yes_before_it_has_proved_itself_is_not_believed() -> None:
    server = FakeServer(AUTH="235 2.7.0 welcome")
    stream = ScriptedStream(server, tls=SECURE)
    Mode.BLOCKING.drive(stream.read())

    with pytest.raises(AuthenticationRefused, match="says yes before"):
        Mode.BLOCKING.drive(authenticate(stream, Extensions("mx", {"AUTH": "SCRAM-SHA-256"}), ANN))


def test_a_mechanism_of_the_users_own_is_used() -> None:
    def own(credentials: Credentials) -> Mechanism:
        mechanism = Plain(credentials.user, Secret("own"))
        mechanism.name = "X-OWN"
        return mechanism

    server = FakeServer(AUTH="235 2.7.0 welcome")
    stream = ScriptedStream(server, tls=SECURE)
    Mode.BLOCKING.drive(stream.read())
    Mode.BLOCKING.drive(authenticate(stream, Extensions("mx", {"AUTH": "PLAIN X-OWN"}), ANN, own=[own]))
    assert server.commands == ["AUTH X-OWN AGFubgBvd24="]


@pytest.mark.parametrize("name", ["PLAIN", "LOGIN", "XOAUTH2"])
@pytest.mark.parametrize("breaks_after_sent", [0, 12, 20])
def test_a_connection_torn_while_the_secret_is_written_shows_it_nowhere(name: str, breaks_after_sent: int) -> None:
    server = FakeServer(AUTH="334 ").answering({"YW5u": "334 "})
    stream = ScriptedStream(server, Faults(breaks_after_sent=breaks_after_sent), tls=SECURE)
    Mode.BLOCKING.drive(stream.read())
    credentials = Credentials("ann", Secret(SECRET), Secret(SECRET))

    with pytest.raises(ConnectionLost) as caught:
        Mode.BLOCKING.drive(authenticate(stream, Extensions("mx", {"AUTH": name}), credentials))
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert forms_in("".join(shown), SECRET) == []


@each_mode
def test_in_real_tls_the_exchange_is_bound_to_the_connection(mode: Mode, authority: Authority) -> None:
    begun: list[tuple[str, str]] = []

    class Remembering(Passwords):
        def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange:
            begun.append((mechanism, "" if binding is None else binding.kind))
            return super().begin(mechanism, binding)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(Endpoint("localhost", server.port, "smtp"), runtime.deadline(10))
        extensions = await greet(stream, "client.a.test")
        stream, extensions = await start_tls(stream, extensions, TlsSettings(authority.ca_file), "client.a.test")
        await authenticate(stream, extensions, ANN)
        await quit_session(stream)

    tls = TlsServerSettings(authority.server.certificate, authority.server.key)
    with LoopbackSmtpServer(authenticator=Remembering({"ann": Secret("sesame")}, binds=True), tls=tls) as server:
        mode.run(main)
    assert begun == [("SCRAM-SHA-512-PLUS", "tls-server-end-point")]
