"""What a listener puts up with: limits over sessions, crowds of connections, logins, and certificates that change."""

from __future__ import annotations

import contextlib
import re
import shutil
import smtplib
import socket
import ssl
import sys
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import pytest

from msgcore.base.text import Secret
from msgcore.errors import TlsFailed
from msgcore.mta.listener import IntakeLimits, ListenerSettings, Rate
from msgcore.mta.listener.clients import nobody
from msgcore.runtime import BlockingRuntime, TlsServerSettings
from msgcore.testing.clock import ManualClock
from msgcore.testing.queues import NOON
from msgcore.wire.sasl import KeyedUsers, Passwords, Scram, StoredUser, new_keys, stranger
from tests.mta.listener.house import HOST, LETTER, House, Talk, check_of
from tests.mta.listener.test_taking import HELLO, LHLO, MAIL, codes, letter_to
from tests.servers import Authority
from tests.servers.authority import KeyPair
from tests.wire.test_server import TLS, lines

from_several_addresses = pytest.mark.skipif(sys.platform == "darwin", reason="only 127.0.0.1 is there")

HELO = b"HELO client.a.test\r\n"
RCPT = b"RCPT TO:<bob@b.test>\r\n"


def strangers(**limits: Any) -> IntakeLimits:
    """Limit everybody, this machine's clients, too."""
    return IntakeLimits(exempt=nobody, refused_login_seconds=0, **limits)


@pytest.fixture
def certified(authority: Authority) -> TlsServerSettings:
    return TlsServerSettings(authority.server.certificate, authority.server.key)


# Early talk (R03)


@pytest.mark.parametrize("said", [HELLO + MAIL, HELO + MAIL, LHLO + MAIL, b"NOOP\r\nNOOP\r\n", b"BDAT 3 LAST\r\nabc"])
def test_before_it_may_pipeline_a_client_waits(said: bytes) -> None:
    with House() as house, house.talk() as client:
        client.socket.sendall(said)

        assert [reply[:9] for reply in client.hear_all()] == ["554 5.5.0"]


def test_who_said_helo_never_pipelines() -> None:
    with House() as house, house.talk() as client:
        client.say("HELO client.a.test")
        one_by_one = [client.say(line)[:3] for line in ("MAIL FROM:<ann@a.test>", "RCPT TO:<bob@b.test>")]
        client.socket.sendall(b"NOOP\r\nRSET\r\n")

        assert (one_by_one, client.hear_all()[0][:9]) == (["250", "250"], "554 5.5.0")


def test_in_tls_a_client_waits_again(authority: Authority, certified: TlsServerSettings) -> None:
    with House(tls=certified) as house, house.talk() as client:
        client.say("EHLO x.test")
        client.say("STARTTLS")
        with authority.client_context().wrap_socket(client.socket, server_hostname="localhost") as secured:
            secured.sendall(b"NOOP\r\nNOOP\r\n")

            assert secured.recv(1_000).startswith(b"554 5.5.0")


def test_a_greeting_that_is_held_back_shows_who_does_not_wait() -> None:
    limits = strangers(greeting_seconds=1.0)
    with House(limits=limits) as house:
        with socket.create_connection(("127.0.0.1", house.port), timeout=30) as client:
            client.sendall(HELLO)
            hasty = client.recv(1_000)
        with house.talk() as patient:
            assert (hasty[:9], patient.greeting[:3]) == (b"554 5.5.0", "220")


# Rates, as a client hears of them


def test_a_client_with_too_many_errors_is_sent_away_in_the_end() -> None:
    heard = codes(*[b"BOO\r\n"] * 9, limits=IntakeLimits(refused_commands=Rate(3)), clock=ManualClock(NOON))

    assert [reply[:9] for reply in heard] == ["500 5.5.1"] * 3 + ["421 4.7.0"]


def test_a_client_that_guesses_recipients_is_sent_away() -> None:
    limits = IntakeLimits(bad_recipients=Rate(3))
    guesses = [b"RCPT TO:<eve@b.test>\r\n"] * 9
    heard = codes(MAIL, *guesses, limits=limits, recipients=check_of("bob@b.test"), clock=ManualClock(NOON))

    assert [reply[:9] for reply in heard[1:]] == ["550 5.1.1"] * 2 + ["421 4.7.0"]


def test_one_message_too_many_is_put_off_and_the_session_goes_on() -> None:
    heard = codes(*letter_to("bob"), MAIL, RCPT, b"NOOP\r\n", limits=IntakeLimits(messages=Rate(1)))

    assert [reply[:10] for reply in heard[-3:]] == ["450 4.7.28", "503 5.5.1 ", "250 2.0.0 "]


def test_one_recipient_too_many_is_put_off_and_the_others_get_it() -> None:
    heard = codes(*letter_to("bob", "dan"), limits=IntakeLimits(recipients=Rate(1)))

    assert [reply[:10] for reply in heard[1:3]] == ["250 2.1.5 ", "450 4.7.28"]
    assert heard[-1].startswith("250 2.0.0 queued")


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_message_past_the_limit_costs_nothing_more(is_declared: bool) -> None:
    """R06: the session goes on, and the next message is taken."""
    big = b"x" * 2_000 + b"\r\n"
    mail = MAIL.replace(b"\r\n", b" SIZE=2002\r\n") if is_declared else MAIL
    parts = [mail] if is_declared else letter_to("bob", octets=big)
    heard = codes(*parts, *letter_to("bob"), max_message_octets=1_000)

    assert "552 5.3.4" in [reply[:9] for reply in heard]
    assert heard[-1].startswith("250 2.0.0 queued")


# Crowds (R09)


def crowd(stack: contextlib.ExitStack, house: House, count: int, source: str, *said: bytes) -> list[Talk]:
    """Connect so often, and begin to say something."""
    talks = [stack.enter_context(house.talk(source)) for _ in range(count)]
    for talk in talks:
        for octets in said:
            talk.socket.sendall(octets)
    return talks


def served(house: House, source: str) -> bool:
    with house.talk(source) as client:
        client.begin("bob@b.test")
        return client.send(LETTER + b".\r\n").startswith("250")


@from_several_addresses
@pytest.mark.parametrize("places", [40, pytest.param(1_000, marks=pytest.mark.soak)])
def test_idle_and_dripping_connections_keep_nobody_out(places: int) -> None:
    limits = strangers(connections=None, new_connections=None)
    with House(max_connections=places, limits=limits) as house, contextlib.ExitStack() as stack:
        crowd(stack, house, places // 2, "127.0.0.1")
        crowd(stack, house, places // 2, "127.0.0.2", b"EH")

        assert [served(house, f"127.0.0.{number}") for number in range(3, 9)] == [True] * 6


@from_several_addresses
def test_a_client_that_has_all_it_may_is_turned_away_and_others_are_not() -> None:
    with House(limits=strangers(connections=3)) as house, contextlib.ExitStack() as stack:
        crowd(stack, house, 3, "127.0.0.1")
        with house.talk("127.0.0.1") as refused:
            heard = [refused.greeting, *refused.hear_all()]

        assert ([reply[:9] for reply in heard], served(house, "127.0.0.2")) == (["421 4.7.0"], True)


@from_several_addresses
@pytest.mark.parametrize("data", [b"DATA\r\n", b"BDAT 900000\r\n"])
def test_a_client_does_not_fill_the_memory_with_messages_that_never_end(data: bytes) -> None:
    with (
        ThreadPoolExecutor(9) as pool,
        House(limits=strangers(octets_under_way=1_000_000)) as house,
        contextlib.ExitStack() as stack,
    ):
        hostile = crowd(stack, house, 9, "127.0.0.1")
        for talk in hostile:
            talk.say("EHLO client.a.test", "MAIL FROM:<ann@a.test>", "RCPT TO:<bob@b.test>")
            talk.socket.sendall(data)
            with contextlib.suppress(ConnectionError):
                talk.socket.sendall(b"x" * 62 + b"\r\n" if data == b"DATA\r\n" else b"x")
                talk.socket.sendall((b"x" * 62 + b"\r\n") * 6_000)
        # Two may stay: whichever have their octets read first.
        hearing = as_completed([pool.submit(talk.hear_all) for talk in hostile], timeout=30)
        ended = [heard.result()[1:] for _, heard in zip(range(7), hearing, strict=False)]

        assert (ended, served(house, "127.0.0.2")) == ([[]] * 7, True)
        for talk in hostile:
            with contextlib.suppress(OSError):
                talk.socket.shutdown(socket.SHUT_RDWR)


def test_who_is_turned_away_from_tls_gets_no_handshake(certified: TlsServerSettings) -> None:
    limits = strangers(connections=1)
    with (
        House(tls=certified, from_first_octet=True, limits=limits) as house,
        socket.create_connection(("127.0.0.1", house.port), timeout=30) as first,
        socket.create_connection(("127.0.0.1", house.port), timeout=30) as second,
    ):
        assert first.fileno() and second.recv(1_000) == b""


# Logins (R11)


def test_a_fourth_wrong_login_ends_the_session_and_the_client_may_not_try_again() -> None:
    users = Passwords({"ann": Secret("pa ss")})
    limits = strangers(refused_logins=Rate(3.5, 600))
    with House(authenticator=users, limits=limits) as house:
        with house.talk() as client:
            client.say("EHLO x.test")
            guesses = [(client.say("AUTH CRAM-MD5")[:3], client.say("YW5uIDAwMDA=")[:9]) for _ in range(4)]
            heard = client.hear_all()
        with house.talk() as again:
            again.say("EHLO x.test")
            refused = again.say("AUTH CRAM-MD5")

    assert guesses == [("334", "535 5.7.8")] * 4
    assert ([reply[:9] for reply in heard], refused[:9]) == (["421 4.7.0"], "421 4.7.0")


def log_in_by_scram(house: House, password: str) -> list[str]:
    proof = Scram("SCRAM-SHA-256", "ann", Secret(password))
    with house.talk() as client:
        client.say("EHLO x.test")
        heard = [client.say(f"AUTH SCRAM-SHA-256 {b64encode(proof.first() or b'').decode()}")]
        while heard[-1].startswith("334 "):
            heard.append(client.say(b64encode(proof.answer(b64decode(heard[-1][4:]))).decode()))
    return [reply[:3] for reply in heard]


def test_scram_does_not_tell_who_is_locked_out_that_a_password_is_right() -> None:
    """The server's signature comes before the login is over, and who hears it need not go on."""
    keys = new_keys("pa ss")
    users = KeyedUsers(BlockingRuntime(), lambda name: StoredUser(name, keys))
    limits = strangers(user_refused_logins=Rate(0.5, 3_600))
    with House(authenticator=users, limits=limits) as house:
        heard = [log_in_by_scram(house, password) for password in ("no", "no", "pa ss")]

    assert heard == [["334", "535"], ["421"], ["421"]]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"AUTH PLAIN =", "501 5.5.2"),
        (b"AUTH PLAIN ==", "501 5.5.2"),
        (b"AUTH PLAIN AGFubgA=", "535 5.7.8"),
        (b"AUTH PLAIN AGFubgBwYSBzcwA=", "501 5.5.2"),
        (b"AUTH PLAIN AABwYSBzcw==", "501 5.5.2"),
        (b"AUTH PLAIN Ym9iAGFubgBwYSBzcw==", "535 5.7.8"),
        (b"AUTH PLAIN A\0", "500 5.5.2"),
        (b"AUTH SCRAM-SHA-256 =", "501 5.5.2"),
        (b"AUTH SCRAM-SHA-256 bixhPWFubixuPWFubixyPQ==", "501 5.5.2"),
        (b"AUTH LOGIN AA==\r\n=", "501 5.5.2"),
        (b"AUTH LOGIN AA==\r\nAA==", "535 5.7.8"),
    ],
)
def test_no_login_is_proved_by_equals_signs_and_nuls(said: bytes, code: str) -> None:
    keys = new_keys("pa ss")
    users = KeyedUsers(
        BlockingRuntime(), lambda name: StoredUser("ann", keys) if name == "ann" else stranger(b"", name.encode())
    )
    heard = lines(HELLO, said + b"\r\n", tls=TLS, settings=ListenerSettings(HOST, authenticator=users))

    assert heard[-1][:9] == code


# TLS


def test_a_message_of_which_tls_was_cut_is_none(authority: Authority, certified: TlsServerSettings) -> None:
    """T07: what ends without the alert that closes TLS is lost, not over."""
    with House(tls=certified, from_first_octet=True) as house:
        with socket.create_connection(("127.0.0.1", house.port), timeout=30) as plain:
            secured = authority.client_context().wrap_socket(plain, server_hostname="localhost")
            for said in (HELLO, MAIL, RCPT, b"DATA\r\n"):
                secured.recv(1_000)
                secured.sendall(said)
            secured.recv(1_000)
            secured.sendall(LETTER + b".\r")
            secured.close()  # which says nothing to the other side
        with smtplib.SMTP_SSL("localhost", house.port, context=authority.client_context()) as after:
            after.noop()

        assert house.queue.accepted == []


def put(pair: KeyPair, own: TlsServerSettings) -> None:
    shutil.copyfile(pair.certificate, own.certificate_file)
    shutil.copyfile(pair.key, own.key_file)


def test_a_certificate_that_is_renewed_is_shown_from_the_next_handshake_on(
    authority: Authority, tmp_path: Path
) -> None:
    pairs = authority.server, authority.issue("renewed", "DNS:localhost")
    own = TlsServerSettings(tmp_path / "own.pem", tmp_path / "own.key")
    seen: list[bytes | None] = []
    put(pairs[0], own)
    with House(tls=own, from_first_octet=True) as house:
        for pair in pairs:
            put(pair, own)
            with (
                socket.create_connection(("127.0.0.1", house.port), timeout=30) as plain,
                authority.client_context().wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                seen.append(secured.getpeercert(binary_form=True))

    assert seen == [ssl.PEM_cert_to_DER_cert(pair.certificate.read_text()) for pair in pairs]


def test_a_certificate_that_cannot_be_used_is_known_before_clients_come(tmp_path: Path) -> None:
    house = House(tls=TlsServerSettings(tmp_path / "own.pem", tmp_path / "own.key"))

    with pytest.raises(TlsFailed, match=re.escape("own.pem")):
        house.run(house.listener.start())


@pytest.mark.parametrize("broken", ["own.pem", "own.key"])
def test_in_the_middle_of_a_renewal_the_certificate_before_it_is_shown(
    authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    own = TlsServerSettings(tmp_path / "own.pem", tmp_path / "own.key")
    put(authority.server, own)
    with House(tls=own) as house:
        (tmp_path / broken).write_bytes(b"half of")
        for _ in range(2):
            with smtplib.SMTP("localhost", house.port) as client:
                client.starttls(context=authority.client_context())
                client.noop()

    told = [record.getMessage() for record in caplog.records if record.name == "msgcore.runtime"]
    assert [broken in one for one in told if "the certificate before" in one] == [True]
