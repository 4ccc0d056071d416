"""Greeting, TLS, authentication and farewell, by the client's side."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    ConnectionLost,
    InjectionRefused,
    MsgcoreError,
    ProtocolBroken,
    ServiceBusy,
    StarttlsInjection,
    TimedOut,
    TlsRequired,
    UsageError,
)
from msgcore.model import Accepted, Address, Envelope, Recipient
from msgcore.runtime import Stream, TlsFacts, TlsSettings, run
from msgcore.testing.scripted import Cut, Faults, Peer, ScriptedStream, Secured, Served, whole
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.lines import Incoming
from msgcore.wire.sasl import Credentials
from msgcore.wire.smtp import Extensions, authenticate, greet, quit_session, start_tls, transmit
from tests.wire.fake_server import FakeServer

NAME = "client.a.test"
PASSWORD = Secret("sesame")
SECURE = TlsFacts("TLSv1.3", "", True)
UNVERIFIED = TlsFacts("TLSv1.3", "", False)


class Says:
    """A peer that greets with these octets and then says nothing."""

    def __init__(self, greeting: bytes, *, is_closed: bool = False) -> None:
        self._greeting = greeting
        self.is_closed = is_closed

    def greet(self) -> bytes:
        return self._greeting

    def react(self, octets: bytes) -> bytes:
        return b""


def greeted(peer: Peer, cut: Cut = whole) -> Extensions:
    return run(greet(ScriptedStream(peer, Faults(cut=cut)), NAME))


@EACH_CUT
def test_a_greeting_ends_with_what_the_server_offers(cut: Cut) -> None:
    extensions = greeted(FakeServer("PIPELINING", "SIZE 1000"), cut)

    assert dict(extensions.parameters) == {"PIPELINING": "", "SIZE": "1000", "HELP": ""}


@EACH_CUT
@pytest.mark.parametrize("refusal", ["500 what", "502 5.5.1 not here", "504 EHLO not implemented."])
def test_an_old_server_is_greeted_with_helo(refusal: str, cut: Cut) -> None:
    server = FakeServer(EHLO=refusal)

    assert (greeted(server, cut).parameters, server.commands) == ({}, [f"EHLO {NAME}", f"HELO {NAME}"])


@pytest.mark.parametrize(
    ("greeting", "is_permanent"), [("554 no service", True), ("421 busy", False), ("450 4.3.2 later", False)]
)
def test_a_server_that_wants_no_session_is_refusing(greeting: str, is_permanent: bool) -> None:
    with pytest.raises(CommandRefused) as caught:
        greeted(FakeServer(greeting=greeting))

    assert caught.value.is_permanent == is_permanent


def test_an_ehlo_that_is_refused_for_good_is_refused() -> None:
    with pytest.raises(CommandRefused):
        greeted(FakeServer(EHLO="554 5.7.1 go away"))


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-x\r\n", b"\x16\x03\x01\n", b"221 not ready\r\n", b"354 go\r\n"],
)
def test_what_does_not_greet_like_smtp_breaks_the_protocol(greeting: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        greeted(Says(greeting))


@pytest.mark.parametrize("greeting", [b"x" * 70_000, b"220-x\r\n" * 10_000])
@EACH_CUT
def test_an_endless_greeting_is_given_up(greeting: bytes, cut: Cut) -> None:
    with pytest.raises(ProtocolBroken, match=r"more than (65536 octets|500 lines)"):
        greeted(Says(greeting), cut)


@pytest.mark.parametrize(("peer", "error"), [(Says(b"22"), TimedOut), (Says(b"22", is_closed=True), ConnectionLost)])
def test_half_a_greeting_is_none(peer: Peer, error: type[MsgcoreError]) -> None:
    with pytest.raises(error):
        greeted(peer)


@pytest.mark.parametrize("greeting", [b"220 hi\r\n250 early\r\n", b"220 hi\r\n2"])
def test_a_server_that_answers_before_it_is_asked_breaks_the_protocol(greeting: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        greeted(Says(greeting))


@pytest.mark.parametrize("name", ["", "a b", "a\r\nRSET", "a\0", "bücher.test"])
def test_an_ehlo_name_that_is_none_is_refused_before_anything_is_sent(name: str) -> None:
    stream = ScriptedStream(FakeServer())

    with pytest.raises(UsageError):
        run(greet(stream, name))
    assert stream.written == b""


def session(
    server: Peer, *, tls: TlsFacts | None = None, secured: Peer | None = None
) -> tuple[ScriptedStream, Extensions]:
    stream = ScriptedStream(server if secured is None else Secured(secured, server), tls=tls)
    return stream, run(greet(stream, NAME))


class Silent(FakeServer):
    """The server behind the TLS handshake: it does not greet again."""

    def greet(self) -> bytes:
        return b""


def upgraded(server: FakeServer, secured: Peer | None = None) -> tuple[Stream, Extensions]:
    stream, extensions = session(server, secured=secured)
    return run(start_tls(stream, extensions, TlsSettings(), NAME))


def test_only_what_is_offered_inside_tls_counts() -> None:
    _, extensions = upgraded(FakeServer("STARTTLS", "AUTH PLAIN", STARTTLS="220 go"), Silent("SIZE 1000"))

    assert dict(extensions.parameters) == {"SIZE": "1000", "HELP": ""}


@pytest.mark.parametrize(
    "server",
    [
        FakeServer(),
        FakeServer("STARTTLS", STARTTLS="454 4.7.0 not now"),
        FakeServer("STARTTLS", STARTTLS="501 what"),
        FakeServer("STARTTLS", STARTTLS="250 this is not 220"),
        FakeServer(EHLO="502 no"),
    ],
)
def test_required_tls_that_is_not_to_be_had_ends_there(server: FakeServer) -> None:
    with pytest.raises(TlsRequired, match=r"smtp mail\.a\.test:587"):
        upgraded(server)


@pytest.mark.parametrize("behind", ["250 early", "2"])
def test_octets_in_clear_behind_the_go_ahead_are_an_injection(behind: str) -> None:
    with pytest.raises(StarttlsInjection):
        upgraded(FakeServer("STARTTLS", STARTTLS=f"220 go\r\n{behind}"), Silent())


def authenticated(server: FakeServer, tls: TlsFacts | None = SECURE, user: str = "ann") -> ScriptedStream:
    stream, extensions = session(server, tls=tls)
    run(authenticate(stream, extensions, Credentials(user, PASSWORD)))
    return stream


def test_plain_is_said_in_one_line() -> None:
    server = FakeServer("AUTH PLAIN LOGIN", AUTH="235 2.7.0 welcome")

    authenticated(server)
    assert server.commands[-1] == "AUTH PLAIN AGFubgBzZXNhbWU="


def test_login_answers_two_challenges() -> None:
    server = FakeServer("AUTH LOGIN", AUTH="334 VXNlcm5hbWU6").answering(
        {"YW5u": "334 UGFzc3dvcmQ6", "c2VzYW1l": "235 2.7.0 welcome"}
    )

    authenticated(server)
    assert server.commands[-3:] == ["AUTH LOGIN", "YW5u", "c2VzYW1l"]


def test_the_password_is_hidden_from_the_transcript() -> None:
    stream = authenticated(FakeServer("AUTH PLAIN", AUTH="235 welcome"))

    assert stream.shown.endswith(b"AUTH PLAIN ***\r\n")


@pytest.mark.parametrize("answer", ["535 5.7.8 wrong", "534 too weak", "530 5.7.0 no", "250 what"])
def test_a_refused_password_names_server_and_reply(answer: str) -> None:
    with pytest.raises(AuthenticationRefused, match=rf"smtp mail.a.test:587: AUTH PLAIN as ann: {answer}"):
        authenticated(FakeServer("AUTH PLAIN", AUTH=answer))


def test_a_refused_password_is_tried_once() -> None:
    server = FakeServer("AUTH PLAIN LOGIN", AUTH="535 5.7.8 wrong")

    with pytest.raises(AuthenticationRefused):
        authenticated(server)
    assert len([command for command in server.commands if command.startswith("AUTH")]) == 1


@pytest.mark.parametrize("answer", ["454 4.7.0 later", "421 4.3.2 closing", "432 4.7.12 change it"])
def test_a_server_that_cannot_tell_now_is_busy(answer: str) -> None:
    with pytest.raises(ServiceBusy):
        authenticated(FakeServer("AUTH PLAIN", AUTH=answer))


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("challenge", ["334 ", "334 VXNlcm5hbWU6", "334 x"])
def test_challenges_without_end_are_cancelled(mechanism: str, challenge: str) -> None:
    server = FakeServer(f"AUTH {mechanism}", AUTH=challenge).answering(
        {"YW5u": challenge, "c2VzYW1l": challenge, "AGFubgBzZXNhbWU=": challenge, "*": "501 cancelled"}
    )

    with pytest.raises(AuthenticationRefused):
        authenticated(server)
    assert server.commands[-1] == "*"


@pytest.mark.parametrize("tls", [None, UNVERIFIED])
def test_a_password_never_goes_to_who_knows_whom(tls: TlsFacts | None) -> None:
    server = FakeServer("AUTH PLAIN")

    with pytest.raises(TlsRequired, match=r"smtp mail\.a\.test:587"):
        authenticated(server, tls)
    assert server.commands == [f"EHLO {NAME}"]


@pytest.mark.parametrize("user", ["a\r\nRSET", "a\0"])
def test_a_line_end_in_the_user_is_refused_before_anything_is_sent(user: str) -> None:
    server = FakeServer("AUTH LOGIN")

    with pytest.raises(InjectionRefused):
        authenticated(server, user=user)
    assert server.commands == [f"EHLO {NAME}"]


@pytest.mark.parametrize("answer", ["221 bye", "-", "500 never", "rubbish", "250 ok\r\n250 more"])
def test_no_answer_to_quit_is_an_error(answer: str) -> None:
    stream, _ = session(FakeServer(QUIT=answer))

    run(quit_session(stream))
    assert stream.is_closed


@pytest.mark.parametrize("faults", [Faults(breaks_after_sent=0), Faults(breaks_after_heard=1)], ids=["sent", "heard"])
def test_a_dead_connection_is_quit_without_error(faults: Faults) -> None:
    stream = ScriptedStream(FakeServer(), faults)

    run(quit_session(stream))
    assert stream.is_closed


async def say_in_turn(stream: Stream, answers: Sequence[bytes]) -> None:
    """Be a server that gives recorded answers, one for each line or each end of data."""
    incoming = Incoming(stream)
    for answer in answers:
        await stream.write(answer)
        end = b"\r\n.\r\n" if answer.startswith(b"354") else b"\r\n"
        while (found := incoming.buffer.find(end)) < 0:
            await incoming.fill()
        del incoming.buffer[: found + len(end)]


def replayed(corpus: Path, cut: Cut, *names: str) -> ScriptedStream:
    answers = [(corpus / "smtp" / "mailkit" / f"{name}.txt").read_bytes() for name in names]
    return ScriptedStream(Served(lambda stream: say_in_turn(stream, answers)), Faults(cut=cut), tls=SECURE)


async def whole_session(stream: Stream) -> dict[str, object]:
    extensions = await greet(stream, NAME)
    await authenticate(stream, extensions, Credentials("username", Secret("password")))
    envelope = Envelope(Address("SMTP", "a@a.test"), (Recipient(Address("SMTP", "b@b.test")),))
    transaction = await transmit(stream, envelope, b"Subject: x\r\n\r\n", extensions)
    await quit_session(stream)
    return {recipient.email_address: outcome for recipient, outcome in transaction.outcomes.items()}


OTHERS_DIALOGUES = [
    ["comcast-ehlo", "comcast-auth-plain", "comcast-mail-from", "comcast-rcpt-to", "comcast-data", "comcast-data-done"],
    ["comcast-ehlo+dsn", "auth-successful", "pipelined-mail-from-rcpt-to", "comcast-data", "comcast-data-done"],
    [
        "comcast-ehlo+smtputf8",
        "comcast-auth-login",
        *["comcast-mail-from", "comcast-rcpt-to"],
        *["comcast-data"],
        "comcast-data-done",
    ],
]


@EACH_CUT
@pytest.mark.parametrize("names", OTHERS_DIALOGUES, ids=lambda names: names[0])
def test_recorded_dialogues_of_other_servers_end_well(corpus: Path, names: list[str], cut: Cut) -> None:
    stream = replayed(corpus, cut, "comcast-greeting", *names, "comcast-quit")

    assert run(whole_session(stream)) == {"b@b.test": Accepted(250, "2.0.0")}


@EACH_CUT
@pytest.mark.parametrize("name", ["auth-failed", "auth-too-weak", "auth-required", "comcast-auth-digest-md5-reset"])
def test_recorded_refusals_of_authentication_are_refusals(corpus: Path, name: str, cut: Cut) -> None:
    stream = replayed(corpus, cut, "comcast-greeting", "comcast-ehlo", name)

    # "Too weak" asks for another mechanism, and the recording ends before its answer.
    with pytest.raises(AuthenticationRefused):
        run(whole_session(stream))


@EACH_CUT
def test_the_recorded_server_without_ehlo_is_greeted_with_helo(corpus: Path, cut: Cut) -> None:
    stream = replayed(corpus, cut, "comcast-greeting", "ehlo-failed", "helo")

    assert run(greet(stream, NAME)).server_name == "omta06.westchester.pa.mail.comcast.net"
