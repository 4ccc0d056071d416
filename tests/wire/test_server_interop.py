"""The server's side on real sockets, as our own client, the standard library's and curl meet it."""

from __future__ import annotations

import functools
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.base.text import Secret
from msgcore.model import Accepted, Address, Deferred, Delivered, Envelope, Recipient
from msgcore.model.delivery import DeliveryRequest, Notify
from msgcore.model.outcome import Outcome
from msgcore.runtime import Endpoint, Runtime, Stream, TlsServerSettings, TlsSettings
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.wire.sasl import Credentials, Passwords
from msgcore.wire.smtp.client import authenticate, greet, quit_session, start_tls
from msgcore.wire.smtp.server import EVERY_EXTENSION, BodyKind
from msgcore.wire.smtp.transmit import transmit
from tests.requirements import unavailable
from tests.servers import Authority

LETTER = b"Subject: letter\r\n\r\n.dot\r\n..\r\n"
ANN = Credentials("ann", Secret("pa ss"))
MODES = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


@pytest.fixture(scope="module")
def certified(authority: Authority) -> TlsServerSettings:
    return TlsServerSettings(authority.server.certificate, authority.server.key)


@pytest.fixture(scope="module")
def trusting(authority: Authority) -> TlsSettings:
    return TlsSettings(ca_file=authority.ca_file)


@pytest.fixture
def server(certified: TlsServerSettings) -> Iterator[LoopbackSmtpServer]:
    """A server of submission that offers everything."""
    users = Passwords({"ann": Secret("pa ss")}, binds=True)
    with LoopbackSmtpServer(authenticator=users, tls=certified, extensions=EVERY_EXTENSION) as server:
        yield server


@pytest.fixture
def mailboxes() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer(is_lmtp=True, extensions=EVERY_EXTENSION) as server:
        yield server


def envelope(*names: str) -> Envelope:
    recipients = tuple(Recipient(Address("SMTP", f"{name}@b.test"), notify=Notify.DELAY) for name in names)
    return Envelope(Address("SMTP", "ann@a.test"), recipients, request=DeliveryRequest(require_tls=True, priority=3))


async def open_session(runtime: Runtime, server: LoopbackSmtpServer) -> Stream:
    return await runtime.connect(Endpoint("127.0.0.1", server.port, "smtp"), runtime.deadline(30))


async def submit(
    runtime: Runtime, *, server: LoopbackSmtpServer, trusting: TlsSettings, octets: bytes
) -> list[Outcome]:
    stream = await open_session(runtime, server)
    stream, offered = await start_tls(stream, await greet(stream, "client.a.test"), trusting, "client.a.test")
    await authenticate(stream, offered, ANN)
    transaction = await transmit(stream, envelope("bob", "cid"), octets, offered)
    await quit_session(stream)
    return list(transaction.outcomes.values())


@MODES
@pytest.mark.parametrize("octets", [LETTER, b"\0binary\n\r"], ids=["text", "binary"])
def test_our_client_submits_over_tls(
    mode: Mode, server: LoopbackSmtpServer, trusting: TlsSettings, octets: bytes
) -> None:
    outcomes = mode.run(functools.partial(submit, server=server, trusting=trusting, octets=octets))

    assert (list(map(type, outcomes)), server.received[0].octets) == ([Accepted, Accepted], octets)


@MODES
def test_what_our_client_asks_for_arrives(mode: Mode, server: LoopbackSmtpServer, trusting: TlsSettings) -> None:
    mode.run(functools.partial(submit, server=server, trusting=trusting, octets=LETTER))
    taken = server.received[0].envelope

    assert (taken.request, [r.notify for r in taken.recipients]) == (
        DeliveryRequest(require_tls=True, priority=3),
        [Notify.DELAY, Notify.DELAY],
    )


@MODES
def test_our_client_logs_in_bound_to_the_certificate(
    mode: Mode, server: LoopbackSmtpServer, trusting: TlsSettings
) -> None:
    mode.run(functools.partial(submit, server=server, trusting=trusting, octets=LETTER))
    [login] = [command for command in server.sessions[0] if command.startswith("AUTH")]

    assert (login.split()[1][-5:], server.received[0].facts.protocol) == ("-PLUS", "ESMTPSA")


async def deliver(runtime: Runtime, *, server: LoopbackSmtpServer) -> list[Outcome]:
    stream = await open_session(runtime, server)
    offered = await greet(stream, "client.a.test", is_lmtp=True)
    to = Envelope(None, envelope("bob", "cid", "dan").recipients)
    transaction = await transmit(stream, to, LETTER, offered)
    await quit_session(stream)
    return list(transaction.outcomes.values())


@MODES
def test_our_client_delivers_by_lmtp(mode: Mode, mailboxes: LoopbackSmtpServer) -> None:
    mailboxes.answer("452 4.2.2 full", at="end of data", address="cid@b.test")
    outcomes = mode.run(functools.partial(deliver, server=mailboxes))

    assert list(map(type, outcomes)) == [Delivered, Deferred, Delivered]


def test_a_recipient_that_was_answered_no_has_no_message(mailboxes: LoopbackSmtpServer) -> None:
    mailboxes.answer("452 4.2.2 full", at="end of data", address="cid@b.test")
    Mode.BLOCKING.run(functools.partial(deliver, server=mailboxes))

    assert [one.envelope.recipients[0].email_address for one in mailboxes.received] == ["bob@b.test", "dan@b.test"]


async def ask_over_tls(runtime: Runtime, *, server: LoopbackSmtpServer, trusting: TlsSettings) -> bool:
    stream = await (await open_session(runtime, server)).start_tls(trusting)
    offered = await greet(stream, "client.a.test")
    await quit_session(stream)
    return offered.offers("STARTTLS")


@MODES
def test_in_tls_from_the_first_octet_no_upgrade_is_offered(
    mode: Mode, certified: TlsServerSettings, trusting: TlsSettings
) -> None:
    with LoopbackSmtpServer(tls=certified, from_first_octet=True) as server:
        assert mode.run(functools.partial(ask_over_tls, server=server, trusting=trusting)) is False


# The standard library's clients.


def library(server: LoopbackSmtpServer) -> smtplib.SMTP:
    return smtplib.SMTP("localhost", server.port, timeout=30, local_hostname="client.a.test")


@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login", "auth_cram_md5"])
@pytest.mark.parametrize("is_initial", [True, False])
def test_smtplib_logs_in(server: LoopbackSmtpServer, authority: Authority, mechanism: str, is_initial: bool) -> None:
    with library(server) as client:
        client.starttls(context=authority.client_context())
        client.ehlo()
        client.user, client.password = "ann", "pa ss"
        name = mechanism.removeprefix("auth_").upper().replace("_", "-")
        code, _ = client.auth(name, getattr(client, mechanism), initial_response_ok=is_initial)

    assert code == 235


def test_smtplib_is_refused_with_a_wrong_password(server: LoopbackSmtpServer, authority: Authority) -> None:
    with library(server) as client:
        client.starttls(context=authority.client_context())
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login("ann", "no")

    assert refused.value.smtp_code == 535


def test_smtplib_submits_with_options(server: LoopbackSmtpServer, authority: Authority) -> None:
    with library(server) as client:
        client.starttls(context=authority.client_context())
        refused = client.sendmail(
            "ann@a.test", ["bob@b.test"], LETTER, ["body=8bitmime", "RET=HDRS"], ["NOTIFY=SUCCESS"]
        )
    [taken] = server.received

    assert (refused, taken.facts.body, taken.envelope.recipients[0].notify) == ({}, BodyKind.EIGHT_BIT, Notify.SUCCESS)


def test_smtplib_delivers_by_lmtp(mailboxes: LoopbackSmtpServer) -> None:
    with smtplib.LMTP("localhost", mailboxes.port, local_hostname="client.a.test") as client:
        refused = client.sendmail("ann@a.test", "bob@b.test", LETTER)

    assert (refused, mailboxes.received[0].octets) == ({}, LETTER)


def test_octets_in_clear_behind_starttls_are_never_heard(server: LoopbackSmtpServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(b"EHLO x.test\r\n")
        heard = client.recv(10_000)
        while b"250 " not in heard:
            heard += client.recv(10_000)
        client.sendall(b"STARTTLS\r\nRSET\r\n")
        answer = client.recv(10_000)

    assert (answer[:3], server.sessions[0][-1]) == (b"554", "STARTTLS")


def test_a_handshake_that_fails_ends_the_session(server: LoopbackSmtpServer) -> None:
    with library(server) as client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())

    with library(server) as client:
        assert client.noop()[0] == 250


# curl.


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "letter"
    file.write_bytes(LETTER)
    return file


def curl(server: LoopbackSmtpServer, letter: Path, *options: str) -> int:
    program = shutil.which("curl")
    if program is None:
        unavailable("the curl command is not installed")
    command = [
        program, "--silent", "--max-time", "30", "--mail-from", "ann@a.test", "--mail-rcpt", "bob@b.test",
        "--upload-file", str(letter), *options, f"{server.protocol}://localhost:{server.port}/client.a.test",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_curl_submits_with_a_login(
    server: LoopbackSmtpServer, authority: Authority, letter: Path, mechanism: str
) -> None:
    login = ("--user", "ann:pa ss", "--login-options", f"AUTH={mechanism}")
    status = curl(server, letter, "--ssl-reqd", "--cacert", str(authority.ca_file), *login)

    assert (status, server.received[0].octets, server.received[0].facts.client.user) == (0, LETTER, "ann")


def test_curl_submits_over_tls_from_the_first_octet(
    certified: TlsServerSettings, authority: Authority, letter: Path
) -> None:
    with LoopbackSmtpServer(tls=certified, from_first_octet=True) as server:
        status = curl(server, letter, "--cacert", str(authority.ca_file))

    assert (status, server.received[0].facts.protocol) == (0, "ESMTPS")
