"""Greeting, TLS and login, by the client's side."""

from __future__ import annotations

import hashlib
import traceback
from base64 import b64encode

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    ConnectionLost,
    InjectionRefused,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    ProtocolBroken,
    ServiceBusy,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.runtime import TlsFacts
from msgcore.runtime.abc import Security
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Secured, by_line
from msgcore.testing.secrecy import forms_in, shown_by
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.pop3 import Pop3Server
from tests.wire.pop3.maildrop_peer import SECURED, SERVER, MaildropPeer, opened, refused

SECRET = "correct-horse"
UPGRADED = attrs.evolve(SECURED, security=Security.STARTTLS)
STAMP = "<1896.697170952@dbc.mtview.ca.us>"
UNVERIFIED = TlsFacts("TLSv1.3", "", is_verified=False)

each_mode = pytest.mark.parametrize("mode", Mode)


# Greeting


@EACH_CUT
@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        ("-ERR [IN-USE] open elsewhere", MaildropInUse),
        ("-ERR [SYS/TEMP] later", ServiceBusy),
        ("-ERR [SYS/PERM] never", CommandRefused),
        ("-ERR go away", CommandRefused),
        ("*OK hello", ProtocolBroken),
        ("220 mx ESMTP", ProtocolBroken),
        ("+ what", ProtocolBroken),
        (b"+OK hi\r\n+OK again\r\n", ProtocolBroken),
        (b"x" * 3_000, ProtocolBroken),
        (b"+OK", TimedOut),
        (None, ConnectionLost),
    ],
)
def test_a_greeting_that_is_no_welcome_is_a_typed_error(
    greeting: str | bytes | None, error: type[MsgcoreError], cut: Cut
) -> None:
    """Security P01 and P02."""
    with pytest.raises(error):
        opened(MaildropPeer(answers={"greeting": greeting}), cut=cut)


def test_a_greeting_of_another_protocol_is_named() -> None:
    error = refused(ProtocolBroken, MaildropPeer(answers={"greeting": "* OK [CAPABILITY IMAP4rev1] hi"}))

    assert "it seems to be IMAP" in str(error)


def test_who_says_nothing_in_clear_may_wait_for_tls() -> None:
    error = refused(TimedOut, MaildropPeer(answers={"greeting": b""}))

    assert "may be waiting for TLS: pop3s://" in str(error)


# Capabilities


@each_mode
@EACH_CUT
def test_capabilities_are_asked_for_before_and_after_the_login(mode: Mode, cut: Cut) -> None:
    peer = MaildropPeer()

    opened(peer, mode=mode, cut=cut)
    assert peer.commands == ["CAPA", "USER ann", "PASS sesame", "CAPA"]


def test_what_counts_is_said_after_the_login() -> None:
    class Changing(MaildropPeer):
        def react(self, octets: bytes) -> bytes:
            if octets.startswith(b"PASS"):
                self._capabilities = ("PIPELINING",)
            return super().react(octets)

    assert opened(Changing(capabilities=("TOP",))).capabilities.can_pipeline


def test_a_server_that_has_no_capa_after_the_login_keeps_its_capabilities() -> None:
    class Forgetting(MaildropPeer):
        def react(self, octets: bytes) -> bytes:
            if octets.startswith(b"PASS"):
                self._capabilities = None
            return super().react(octets)

    assert opened(Forgetting(capabilities=("TOP",))).capabilities.has_top


def test_a_server_without_capa_is_logged_in_to() -> None:
    assert not opened(MaildropPeer(capabilities=None)).capabilities.is_told


@pytest.mark.parametrize("line", [b"X-LONG " + b"x" * 100 + b"\r\n", b"X\r\n"])
def test_capabilities_without_end_break_the_protocol(line: bytes) -> None:
    answer = b"+OK\r\n" + line * (70_000 // len(line)) + b".\r\n"

    refused(ProtocolBroken, MaildropPeer(answers={"CAPA": answer}))


# TLS


@each_mode
def test_stls_goes_before_the_login_and_asks_again_what_is_offered(mode: Mode) -> None:
    clear, secured = MaildropPeer(capabilities=("STLS",)), MaildropPeer(answers={"greeting": b""})

    opened(Secured(secured, clear), UPGRADED, mode=mode)
    assert (clear.commands, secured.commands[0]) == (["CAPA", "STLS"], "CAPA")


def test_with_a_user_the_upgrade_is_required() -> None:
    server = attrs.evolve(SERVER, allow_cleartext_login=False)

    error = refused(TlsRequired, MaildropPeer(capabilities=("USER",)), server)
    assert str(error) == (
        "pop3 pop.a.test:110: the login requires TLS and the server does not offer STLS: try pop3s://"
    )


@pytest.mark.parametrize("capabilities", [None, ("STLS",)])
def test_an_upgrade_that_is_refused_is_required_all_the_same(capabilities: tuple[str, ...] | None) -> None:
    peer = MaildropPeer(capabilities=capabilities, answers={"STLS": "-ERR no"})

    refused(TlsRequired, peer, UPGRADED)
    assert peer.commands == ["CAPA", "STLS"]


def test_an_upgrade_that_nobody_requires_may_be_refused() -> None:
    peer = MaildropPeer(capabilities=("STLS",), answers={"STLS": "-ERR no"})

    opened(peer)
    assert "PASS sesame" in peer.commands


@pytest.mark.parametrize("behind", [b"+OK early\r\n", b"+"])
def test_octets_in_clear_behind_the_go_ahead_are_an_injection(behind: bytes) -> None:
    """Security T02."""
    peer = MaildropPeer(capabilities=("STLS",), answers={"STLS": b"+OK\r\n" + behind})

    refused(StarttlsInjection, Secured(MaildropPeer(), peer), UPGRADED)


def test_a_certificate_that_nobody_trusts_gets_no_password() -> None:
    secured = MaildropPeer()

    refused(TlsFailed, Secured(secured, MaildropPeer(capabilities=("STLS",)), UNVERIFIED), UPGRADED)
    assert secured.commands == []


# USER and PASS


def test_in_tls_user_and_password_go_in_one_flight() -> None:
    peer = MaildropPeer()

    opened(Secured(peer), SECURED)
    assert (peer.commands, peer.flights) == (["CAPA", "USER ann", "PASS sesame", "CAPA"], [1, 2, 1])


def test_in_clear_the_password_waits_until_the_user_is_accepted() -> None:
    peer = MaildropPeer(answers={"USER": "-ERR who?"})

    refused(AuthenticationRefused, peer)
    assert peer.commands == ["CAPA", "USER ann"]


@pytest.mark.parametrize("server", [SERVER, SECURED])
@pytest.mark.parametrize(
    ("refusal", "error", "text"),
    [
        ("-ERR [AUTH] no", AuthenticationRefused, "PASS as ann: -ERR [AUTH] no"),
        ("-ERR no", AuthenticationRefused, "PASS as ann: -ERR no"),
        ("-ERR account locked out", AuthenticationRefused, "PASS as ann: -ERR account locked out"),
        ("-ERR your IP is blocked", AuthenticationRefused, "PASS as ann: -ERR your IP is blocked"),
        ("-ERR [IN-USE] no", MaildropInUse, "PASS as ann: -ERR [IN-USE] no"),
        ("-ERR maildrop already locked", MaildropInUse, "PASS as ann: -ERR maildrop already locked"),
        ("-ERR lock busy! Is another session active?", MaildropInUse, "lock busy!"),
        ("-ERR mailbox in use", MaildropInUse, "mailbox in use"),
        ("-ERR your account is in use by another session", MaildropInUse, "PASS as ann: -ERR your account is in use"),
        ("-ERR Failed to lock mailbox", MaildropInUse, "PASS as ann: -ERR Failed to lock mailbox"),
        ("-ERR unable to open maildrop: server busy, too many connections", ServiceBusy, "-ERR unable to open"),
        ("-ERR Maximum number of retries: too many POP3 sessions", ServiceBusy, "too many POP3 sessions"),
        ("-ERR too many failed logins, account is locked", AuthenticationRefused, "-ERR too many failed logins"),
        ("-ERR login failed: your account has been locked", AuthenticationRefused, "-ERR login failed"),
        ("-ERR mailbox already opened", MaildropInUse, "mailbox already opened"),
        ("-ERR wrong password, or the mailbox is in use", AuthenticationRefused, "-ERR wrong password"),
        ("-ERR [IN-USE/X] no", MaildropInUse, "PASS as ann: -ERR [IN-USE/X] no"),
        ("-ERR [SYS/TEMP/DISK] full", ServiceBusy, "PASS as ann: -ERR [SYS/TEMP/DISK] full"),
        ("-ERR [SYS/TEMPO] no", CommandRefused, "PASS as ann: -ERR [SYS/TEMPO] no"),
        ("-ERR [LOGIN-DELAY] wait", LoginTooSoon, "PASS as ann: -ERR [LOGIN-DELAY] wait"),
        ("-ERR [SYS/TEMP] wait", ServiceBusy, "PASS as ann: -ERR [SYS/TEMP] wait"),
        ("-ERR [SYS/PERM] no", CommandRefused, "pop.a.test:{port}: PASS as ann: -ERR [SYS/PERM] no"),
    ],
)
def test_a_login_that_is_refused_is_a_typed_error(
    refusal: str, error: type[MsgcoreError], text: str, server: Pop3Server
) -> None:
    """Security P02; RFC 2449 section 8.1, RFC 3206."""
    peer = MaildropPeer(answers={"PASS": refusal})

    shown = str(refused(error, Secured(peer) if server is SECURED else peer, server))
    assert text.format(port=server.endpoint.port) in shown


def test_the_refusal_is_the_cause_of_the_error() -> None:
    error = refused(MaildropInUse, MaildropPeer(answers={"PASS": "-ERR [IN-USE] no"}))

    assert isinstance(error.__cause__, CommandRefused)
    assert str(error.__cause__.reply) == "-ERR [IN-USE] no"


def test_the_wait_between_logins_is_what_capa_says() -> None:
    peer = MaildropPeer(capabilities=("USER", "LOGIN-DELAY 900"), answers={"PASS": "-ERR [LOGIN-DELAY] wait"})

    error = refused(LoginTooSoon, peer)
    assert isinstance(error, LoginTooSoon)
    assert error.retry_after_seconds == 900


@pytest.mark.parametrize("refusal", [f"-ERR {SECRET} is wrong", f"-ERR {b64encode(SECRET.encode()).decode()}"])
def test_a_refusal_that_repeats_the_password_does_not_show_it(refusal: str) -> None:
    server = attrs.evolve(SERVER, password=Secret(SECRET))

    error = refused(AuthenticationRefused, MaildropPeer(answers={"PASS": refusal}), server)
    assert forms_in(shown_by(error), SECRET) == []


HASHED = hashlib.md5(f"{STAMP}{SECRET}".encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("apop", [False, True])
@pytest.mark.parametrize(
    "said",
    [
        "-ERR {said}",
        "{said}: no such command",
        "+ {said}",
        "+OK\r\n-ERR you said {said}",
        None,
        b"",
    ],
)
def test_neither_an_error_nor_its_frames_show_what_a_server_sends_back(said: str | bytes | None, apop: bool) -> None:
    """Tools show the local variables beside a traceback."""
    secret = HASHED if apop else SECRET
    answer = said.format(said=secret) if isinstance(said, str) else said
    server = attrs.evolve(SERVER, password=Secret(SECRET), apop=apop)
    peer = MaildropPeer(answers={"greeting": f"+OK {STAMP}", "PASS": answer, "APOP": answer})

    with pytest.raises(MsgcoreError) as caught:
        opened(peer, server)
    assert [one for one in locals_of(caught.value) if secret in one] == []
    assert forms_in(shown_by(caught.value), secret) == []


def test_a_server_that_sends_the_password_back_late_is_not_quoted() -> None:
    server = attrs.evolve(SERVER, password=Secret(SECRET))
    peer = MaildropPeer(answers={"PASS": f"+OK\r\n-ERR you said {SECRET}"})

    with pytest.raises(ConnectionLost, match=r": the server ended the session: -ERR you said \*\*\*$"):
        opened(peer, server, cut=by_line)


def locals_of(error: BaseException | None) -> list[str]:
    """Give what the frames of an error hold, those of its causes too, but for the test's own."""
    found: list[str] = []
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "/msgcore/wire/" in frame.f_code.co_filename:
                found += [repr(value) for value in frame.f_locals.values()]
        error = error.__cause__ or error.__context__
    return found


def test_nobody_is_logged_in_without_a_user() -> None:
    refused(UsageError, MaildropPeer(), attrs.evolve(SERVER, user=None, password=None))


@pytest.mark.parametrize("apop", [False, True])
@pytest.mark.parametrize("field", ["user", "password"])
@pytest.mark.parametrize("forbidden", ["\r", "\n", "\0", "\r\nDELE 1"])
def test_a_line_end_in_user_or_password_is_refused_before_anything_is_said(
    apop: bool, field: str, forbidden: str
) -> None:
    """Security P11; cpython#94019."""
    value = f"a{forbidden}b"
    server = attrs.evolve(SERVER, user=value, apop=apop) if field == "user" else attrs.evolve(SERVER, apop=apop)
    server = attrs.evolve(server, password=Secret(value)) if field == "password" else server
    peer = MaildropPeer(answers={"greeting": f"+OK {STAMP}"})

    refused(InjectionRefused, peer, server)
    assert peer.commands == []


# APOP

APOP = attrs.evolve(SERVER, apop=True, user="mrose", password=Secret("tanstaaf"))


@each_mode
@pytest.mark.parametrize("greeting", [f"+OK POP3 server ready {STAMP}", f"+OK {STAMP} <3 ready", f"+OK <<x> {STAMP}"])
def test_apop_says_the_digest_of_the_rfc(greeting: str, mode: Mode) -> None:
    """RFC 1939 section 7."""
    peer = MaildropPeer(answers={"greeting": greeting})

    opened(peer, APOP, mode=mode)
    assert peer.commands[1] == "APOP mrose c4c9334bac560ecc979e58001b3e22fb"


@pytest.mark.parametrize(
    "greeting",
    [
        "+OK",
        "+OK <>",
        "+OK <no at>",
        "+OK <a@b",
        "+OK <a\0b@c.test>",
        "+OK <ä@b.test>",
        "+OK <a@b@c>",
        "+OK " + "<" * 450 + "@a",
    ],
)
def test_without_a_timestamp_that_is_a_message_id_the_password_stays_here(greeting: str) -> None:
    """Security T15: who asks for APOP gets no password in clear said instead, though that is allowed."""
    peer = MaildropPeer(answers={"greeting": greeting})

    refused(TlsRequired, peer, APOP)
    assert peer.commands == ["CAPA"]


def test_in_tls_the_password_is_said_where_nobody_offers_apop() -> None:
    peer = MaildropPeer()

    opened(Secured(peer), attrs.evolve(SECURED, apop=True))
    assert peer.verbs == ["CAPA", "USER", "PASS", "CAPA"]


def test_apop_is_not_used_unless_it_is_asked_for() -> None:
    """The digest lets who listens try guesses."""
    peer = MaildropPeer(answers={"greeting": f"+OK {STAMP}"})

    opened(peer)
    assert "APOP" not in peer.verbs


def test_a_password_that_apop_does_not_open_with_is_not_said() -> None:
    peer = MaildropPeer(answers={"greeting": f"+OK {STAMP}", "APOP": "-ERR no"})

    refused(AuthenticationRefused, peer, APOP)
    assert peer.verbs == ["CAPA", "APOP"]
