"""Proving who one is to an IMAP server, and going on in TLS."""

from __future__ import annotations

from base64 import b64encode

import attrs
import pytest

from msgcore.wire.imap.server import USUAL_IMAP_EXTENSIONS, ServerSettings
from tests.wire.imap.server.talk import LOGIN, SETTINGS, hear
from tests.wire.test_server import TLS_SETTINGS

PLAIN = b64encode(b"\0ann\0pa ss")
WITH_TLS = attrs.evolve(SETTINGS, tls=TLS_SETTINGS)


@pytest.mark.parametrize(
    "parts, expected",
    [
        ((LOGIN,), [b"l OK welcome"]),
        ((b"l login {3+}\r\nann {5+}\r\npa ss\r\n",), [b"l OK welcome"]),
        ((b"l LOGIN {3}\r\n", b"ann {5}\r\n", b"pa ss\r\n"), [b"+ go ahead", b"+ go ahead", b"l OK welcome"]),
        ((b"l AUTHENTICATE PLAIN " + PLAIN + b"\r\n",), [b"l OK welcome"]),
        ((b"l authenticate plain\r\n", PLAIN + b"\r\n"), [b"+ ", b"l OK welcome"]),
        ((b"l LOGIN ann wrong\r\n",), [b"l NO [AUTHENTICATIONFAILED] wrong user or password"]),
        ((b"l LOGIN eve x\r\n",), [b"l NO [AUTHENTICATIONFAILED] wrong user or password"]),
        ((b"l LOGIN ann\r\n",), [b"l BAD need b' ', not the end"]),
        ((b"l AUTHENTICATE PLAIN\r\n", b"*\r\n"), [b"+ ", b"l BAD cancelled"]),
        ((b"l AUTHENTICATE PLAIN\r\n", b"!\r\n"), [b"+ ", b"l BAD this is not base64"]),
        ((b"l AUTHENTICATE X-NO\r\n",), [b"l NO no such mechanism"]),
        ((b"l SELECT INBOX\r\n",), [b"l BAD no such command here and now"]),
    ],
)
def test_a_login_is_answered(parts: tuple[bytes, ...], expected: list[bytes]) -> None:
    assert hear(*parts) == expected


@pytest.mark.parametrize("command", [LOGIN, b"l AUTHENTICATE PLAIN " + PLAIN + b"\r\n"])
def test_passwords_are_not_taken_in_clear(command: bytes) -> None:
    assert hear(command, tls=None)[0].split()[1] in {b"BAD", b"NO"}


def test_a_server_says_that_it_takes_no_passwords() -> None:
    assert b"LOGINDISABLED" in hear(b"c CAPABILITY\r\n", tls=None)[0].split()


def test_too_many_refused_logins_end_the_session() -> None:
    assert hear(b"l LOGIN ann x\r\n" * 9)[3:] == [b"* BYE too many refused logins"]


def test_a_client_may_go_on_in_tls() -> None:
    assert hear(b"t STARTTLS\r\n", LOGIN, settings=WITH_TLS, tls=None) == [b"t OK go ahead", b"l OK welcome"]


def test_what_lies_behind_starttls_in_clear_is_not_obeyed() -> None:
    heard = hear(b"t STARTTLS\r\n" + LOGIN, settings=WITH_TLS, tls=None)

    assert heard == [b"t BAD octets ahead of the answer to STARTTLS"]


def test_starttls_is_not_offered_twice() -> None:
    heard = hear(b"t STARTTLS\r\n", b"c CAPABILITY\r\n", settings=WITH_TLS, tls=None)

    assert b"STARTTLS" not in heard[1].split()


def test_a_client_may_be_known_from_the_start() -> None:
    settings = ServerSettings("imap.b.test", preauthenticated_user="ann", names_capabilities_unasked=False)

    assert hear(b"e EXAMINE INBOX\r\n", settings=settings)[-1] == b"e OK [READ-ONLY] opened"


def test_without_sasl_ir_a_client_has_to_wait() -> None:
    settings = attrs.evolve(SETTINGS, offers=USUAL_IMAP_EXTENSIONS - {"SASL-IR"})

    assert hear(b"l AUTHENTICATE PLAIN " + PLAIN + b"\r\n", settings=settings) == [b"l BAD wait for the go-ahead"]
