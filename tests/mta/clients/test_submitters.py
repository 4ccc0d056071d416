"""Programs that submit mail, at a node: swaks, msmtp and smtp-source, with TLS and logins of every kind they know."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.mta import LoginRefused
from tests.mta.clients.site import LETTER, PASSWORD, SMALL_OCTETS, USER, Site, is_whole, site
from tests.requirements import unavailable
from tests.servers import Authority
from tests.servers.server import find_program

pytestmark = pytest.mark.interop

_numbers = itertools.count(1)

UPGRADED, AT_ONCE = ["--tls"], ["--tls-on-connect"]
MECHANISMS = ["PLAIN", "LOGIN"]


@pytest.fixture(scope="module")
def node(authority: Authority, folder: Path) -> Iterator[Site]:
    with site(authority, folder) as node:
        yield node


@pytest.fixture
def address() -> str:
    """Give an address that nobody else's mail is for."""
    return f"b{next(_numbers)}@keep.test"


@pytest.fixture(scope="module")
def letter(folder: Path) -> Path:
    """Give the letter as programs read it."""
    file = folder / "letter"
    file.write_bytes(LETTER.replace(b"\r\n", b"\n"))
    return file


def run(program: str, *arguments: object, file: Path | None = None) -> subprocess.CompletedProcess[str]:
    found = find_program(program)
    if found is None:
        unavailable(f"{program} is not installed (Debian: {'postfix' if program == 'smtp-source' else program})")
    with (file or Path("/dev/null")).open("rb") as given:
        return subprocess.run(
            [str(found), *map(str, arguments)], check=False, stdin=given, capture_output=True, text=True, timeout=60
        )


# swaks


def swaks(node: int, to: str, letter: Path, *options: object) -> subprocess.CompletedProcess[str]:
    """Send the letter; swaks puts an empty line behind it."""
    return run(
        "swaks", "--server", "localhost", "--port", node, "--from", "ann@node.test", "--to", to, "--data", f"@{letter}",
        "--helo", "client.test", "--suppress-data", *options,
    )  # fmt: skip


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("tls", [UPGRADED, AT_ONCE], ids=["starttls", "tls"])
def test_swaks_submits_with_a_login(
    node: Site, authority: Authority, address: str, letter: Path, tls: list[str], mechanism: str
) -> None:
    port = node.submission if tls is UPGRADED else node.smtps
    verified = ["--tls-verify", "--tls-ca-path", authority.ca_file]
    login = ["--auth", mechanism, "--auth-user", USER, "--auth-password", PASSWORD]
    done = swaks(port, address, letter, *tls, *verified, *login)

    assert done.returncode == 0, done.stdout + done.stderr
    octets = node.kept.only(address)
    assert (is_whole(octets), b" with ESMTPSA (TLSv1.3 " in octets) == (True, True)


def test_swaks_submits_in_one_flight(node: Site, address: str, letter: Path) -> None:
    done = swaks(node.smtp, f"{address},c{address}", letter, "--pipeline")

    assert (done.returncode, is_whole(node.kept.only(address))) == (0, True), done.stdout + done.stderr


def test_swaks_delivers_by_lmtp(node: Site, address: str, letter: Path) -> None:
    done = swaks(node.lmtp, f"{address},c{address}", letter, "--protocol", "LMTP")

    assert (done.returncode, is_whole(node.kept.only(address))) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--auth", "PLAIN", "--auth-user", USER, "--auth-password", PASSWORD], "Host did not advertise authentic"),
        (["--tls", "--auth", "PLAIN", "--auth-user", USER, "--auth-password", "wrong"], "535 5.7.8"),
        (["--tls"], "530 5.7.0"),
    ],
    ids=["password in clear", "wrong password", "no login"],
)
def test_swaks_submits_nothing_otherwise(node: Site, address: str, letter: Path, options: list[str], said: str) -> None:
    done = swaks(node.submission, address, letter, *options)

    assert (said in done.stdout + done.stderr, node.knows_of(address)) == (True, False), done.stdout + done.stderr


# msmtp


def msmtp(port: int, to: str, letter: Path, *options: object) -> subprocess.CompletedProcess[str]:
    return run("msmtp", "--host=localhost", f"--port={port}", "--from=ann@node.test", *options, to, file=letter)


def login(authority: Authority, mechanism: str, password: str = PASSWORD, *, upgrade: bool) -> list[str]:
    return [
        f"--tls-starttls={'on' if upgrade else 'off'}",
        "--tls=on",
        f"--tls-trust-file={authority.ca_file}",
        f"--auth={mechanism}",
        f"--user={USER}",
        f"--passwordeval=printf '{password}'",
    ]


@pytest.mark.parametrize(
    ("mechanism", "upgrade"),
    [("scram-sha-256", True), ("scram-sha-256", False), ("login", True), ("plain", False)],
)
def test_msmtp_submits_with_a_login(
    node: Site, authority: Authority, address: str, letter: Path, mechanism: str, upgrade: bool
) -> None:
    port = node.submission if upgrade else node.smtps
    done = msmtp(port, address, letter, *login(authority, mechanism, upgrade=upgrade))

    assert done.returncode == 0, done.stderr
    octets = node.kept.only(address)
    assert (is_whole(octets), b" with ESMTPSA (TLSv1.3 " in octets) == (True, True)


def test_msmtp_is_refused_with_a_wrong_password(node: Site, authority: Authority, address: str, letter: Path) -> None:
    done = msmtp(node.submission, address, letter, *login(authority, "scram-sha-256", "wrong", upgrade=True))
    told = node.watched.wait_for(lambda event: event if isinstance(event, LoginRefused) else None)
    assert (told.service, told.address, told.user) == ("submission", "127.0.0.1", USER)

    assert ("authentication failed" in done.stderr, node.knows_of(address)) == (True, False), done.stderr


def test_msmtp_asks_to_be_told(node: Site, address: str, letter: Path) -> None:
    """What it wants to hear of (RFC 3461) is in the envelope that goes on."""
    done = msmtp(node.smtp, address, letter, "--dsn-notify=success,failure", "--dsn-return=hdrs")

    assert done.returncode == 0, done.stderr
    [delivery] = node.kept.wait_for(address)
    [recipient] = delivery.envelope.recipients
    assert str(recipient.notify) == "Notify.SUCCESS|FAILURE"


# smtp-source


def smtp_source(port: int, to: str, *options: object) -> subprocess.CompletedProcess[str]:
    return run("smtp-source", *options, "-f", "ann@node.test", "-t", to, f"127.0.0.1:{port}")


def test_a_hundred_sessions_at_a_time_are_served(node: Site, address: str) -> None:
    done = smtp_source(node.smtp, address, "-s", 100, "-m", 200, "-l", 1_000)

    assert (done.returncode, len(node.kept.wait_for(address, 200))) == (0, 200), done.stderr


def test_large_messages_come_whole(node: Site, address: str) -> None:
    done = smtp_source(node.smtp, address, "-d", "-s", 4, "-m", 12, "-l", SMALL_OCTETS * 9 // 10)

    sizes = [len(one.content.octets) for one in node.kept.wait_for(address, 12)]
    assert (done.returncode, min(sizes) > SMALL_OCTETS * 9 // 10) == (0, True), done.stderr
