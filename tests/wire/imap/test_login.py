"""Greeting, TLS and login, by the client's side."""

from __future__ import annotations

import traceback
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    Closed,
    CommandRefused,
    ConnectionLost,
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
from msgcore.testing.scripted import Cut, Secured
from msgcore.testing.secrecy import forms_in, shown_by
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap import ImapServer, ImapSession, Quirk
from msgcore.wire.imap.command import NO_LITERAL
from msgcore.wire.imap.responses import Namespace, NamespaceEntry
from tests.wire.imap.imap_peer import SECURED, SERVER, ImapPeer, Said, in_session, opened, refused

SECRET = "correct-horse"
UPGRADED = attrs.evolve(SECURED, security=Security.STARTTLS)
UNVERIFIED = TlsFacts("TLSv1.3", "", is_verified=False)
PLAIN = b64encode(b"\0ann\0sesame").decode()

each_mode = pytest.mark.parametrize("mode", Mode)


def having(*capabilities: str, **answers: Said | Sequence[Said]) -> ImapPeer:
    return ImapPeer(capabilities=("IMAP4rev1", *capabilities), answers=answers)


# Greeting


@EACH_CUT
@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        ("* BYE [UNAVAILABLE] later", ServiceBusy),
        ("* BYE Too many connections from your host", ServiceBusy),
        ("* BYE go away", CommandRefused),
        ("* NO hello", ProtocolBroken),
        ("* 3 EXISTS", ProtocolBroken),
        ("A1 OK hello", ProtocolBroken),
        ("+ what", ProtocolBroken),
        ("220 mx ESMTP", ProtocolBroken),
        (b"* OK", TimedOut),
        (None, ConnectionLost),
    ],
)
def test_a_greeting_that_is_no_welcome_is_a_typed_error(
    greeting: str | bytes | None, error: type[MsgcoreError], cut: Cut
) -> None:
    """Security I08."""
    with pytest.raises(error):
        opened(ImapPeer(answers={"greeting": greeting}), cut=cut)


@pytest.mark.parametrize(
    ("greeting", "text"),
    [
        ("+OK POP3 ready", "b'+OK POP3 ready' is no greeting of an IMAP server; it seems to be POP3"),
        ("220 mx ESMTP", "b'220 mx ESMTP' is no greeting of an IMAP server; it seems to be SMTP"),
        ("* 3 EXISTS", "b'* 3 EXISTS' is no greeting of an IMAP server"),
    ],
)
def test_of_a_server_that_speaks_something_else_this_is_said(greeting: str, text: str) -> None:
    error = refused(ProtocolBroken, ImapPeer(answers={"greeting": greeting}))

    assert str(error) == f"imap imap.a.test:143: {text}"


def test_too_many_connections_are_a_limit_that_passes() -> None:
    refused(ServiceBusy, having(LOGIN="{tag} NO [LIMIT] no more"))


def test_who_says_nothing_in_clear_may_wait_for_tls() -> None:
    error = refused(TimedOut, ImapPeer(answers={"greeting": b""}))

    assert "may be waiting for TLS: imaps://" in str(error)


@each_mode
@EACH_CUT
def test_the_greeting_may_name_the_capabilities(mode: Mode, cut: Cut) -> None:
    peer = ImapPeer(
        answers={
            "greeting": "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi",
            "AUTHENTICATE": "{tag} OK [CAPABILITY IMAP4rev1 IDLE] in",
        }
    )

    session = opened(peer, mode=mode, cut=cut)
    assert (peer.commands, session.capabilities.names) == (
        [f"AUTHENTICATE PLAIN {PLAIN}"],
        frozenset({"IMAP4REV1", "IDLE"}),
    )


def test_a_user_who_is_known_already_needs_no_login() -> None:
    peer = ImapPeer(answers={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1] hi ann"})

    opened(peer)
    assert peer.commands == []


@pytest.mark.parametrize("server", [UPGRADED, attrs.evolve(SERVER, allow_cleartext_login=False)])
def test_preauth_in_clear_is_refused_where_tls_is_required(server: ImapServer) -> None:
    peer = ImapPeer(answers={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi ann"})

    refused(TlsRequired, peer, server)
    assert peer.commands == []


def test_nobody_can_log_in_without_a_user() -> None:
    refused(UsageError, ImapPeer(), attrs.evolve(SERVER, user=None, password=None))


# Capabilities


@each_mode
@EACH_CUT
def test_capabilities_are_asked_for_before_and_after_the_login(mode: Mode, cut: Cut) -> None:
    peer = having()

    opened(peer, mode=mode, cut=cut)
    assert peer.commands == ["CAPABILITY", 'LOGIN "ann" "sesame"', "CAPABILITY"]


def test_capabilities_that_vanish_after_the_login_are_gone() -> None:
    """Security I19."""
    peer = having("IDLE", "LITERAL+", LOGIN="{tag} OK [CAPABILITY IMAP4rev1] in")

    session = opened(peer)
    assert (session.capabilities.has("IDLE"), session.conversation.free_literal_octets) == (False, -1)


def test_capabilities_that_come_as_data_with_the_login_count() -> None:
    peer = having(LOGIN="* CAPABILITY IMAP4rev1 IDLE")

    assert opened(peer).capabilities.has("IDLE")
    assert peer.verbs == ["CAPABILITY", "LOGIN"]


# TLS


@each_mode
@EACH_CUT
def test_starttls_upgrades_and_nothing_said_before_counts(mode: Mode, cut: Cut) -> None:
    clear = having("STARTTLS", "AUTH=CRAM-MD5", "IDLE")
    secured = having()

    async def use(session: ImapSession) -> bool:
        return session.capabilities.has("IDLE")

    has_idle = in_session(Secured(_without_greeting(secured), clear), use, server=UPGRADED, mode=mode, cut=cut)
    assert not has_idle
    assert (clear.commands, secured.verbs) == (["CAPABILITY", "STARTTLS"], ["CAPABILITY", "LOGIN", "CAPABILITY"])


def test_what_people_were_to_read_in_clear_is_not_noted() -> None:
    clear = having("STARTTLS", CAPABILITY="* OK [ALERT] call this number\r\n* CAPABILITY IMAP4rev1 STARTTLS")

    assert opened(Secured(_without_greeting(having()), clear), UPGRADED).note == ""


def _without_greeting(peer: ImapPeer) -> ImapPeer:
    peer.is_silent = True
    return peer


def test_with_a_user_the_upgrade_is_required() -> None:
    error = refused(TlsRequired, having(), attrs.evolve(SERVER, allow_cleartext_login=False))

    assert str(error) == (
        "imap imap.a.test:143: the login requires TLS and the server does not offer STARTTLS: try imaps://"
    )


def test_with_a_file_for_tls_the_upgrade_is_required_of_one_that_asks_for_no_login_too() -> None:
    server = attrs.evolve(SERVER, user=None, password=None, ca_file=Path("ca.pem"), allow_cleartext_login=False)
    error = refused(TlsRequired, ImapPeer(answers={"greeting": "* PREAUTH hello"}), server)

    assert "greets with PREAUTH in clear; ca_file asks for TLS" in str(error)


def test_an_upgrade_that_is_refused_gets_no_password() -> None:
    peer = having("STARTTLS", STARTTLS="{tag} NO not now")

    refused(TlsRequired, peer, UPGRADED)
    assert peer.verbs == ["CAPABILITY", "STARTTLS"]


@EACH_CUT
@pytest.mark.parametrize(
    "octets",
    [
        b"{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
        b"{tag} OK go\r\nA3 OK in\r\n",
        b"{tag} OK go\r\nx",
    ],
)
def test_octets_behind_the_go_ahead_are_an_injection(octets: bytes, cut: Cut) -> None:
    """Security T02."""
    peer = having("STARTTLS", STARTTLS=octets)

    with pytest.raises(StarttlsInjection):
        opened(Secured(ImapPeer(), peer), UPGRADED, cut=cut)


def test_a_certificate_that_nobody_trusts_gets_no_password() -> None:
    secured = ImapPeer()

    refused(TlsFailed, Secured(secured, having("STARTTLS"), UNVERIFIED), UPGRADED)
    assert secured.commands == []


# Login


@pytest.mark.parametrize(
    ("capabilities", "commands"),
    [
        (("AUTH=PLAIN", "SASL-IR"), [f"AUTHENTICATE PLAIN {PLAIN}"]),
        (("AUTH=PLAIN",), ["AUTHENTICATE PLAIN", PLAIN]),
        ((), ['LOGIN "ann" "sesame"']),
        (("AUTH=GSSAPI",), ['LOGIN "ann" "sesame"']),
    ],
)
def test_the_login_is_said_as_the_server_can_take_it(capabilities: Sequence[str], commands: list[str]) -> None:
    challenged: Sequence[Said] = ("+ ", "{tag} OK in")
    peer = having(*capabilities, **({} if "SASL-IR" in capabilities else {"AUTHENTICATE": challenged}))

    opened(Secured(peer), SECURED)
    assert peer.commands[1:-1] == commands


def test_a_long_token_waits_for_the_challenge() -> None:
    peer = having("AUTH=XOAUTH2", "SASL-IR", AUTHENTICATE=("+ ", "{tag} OK in"))

    opened(Secured(peer), attrs.evolve(SECURED, password=None, token=Secret("t" * 9_000)))
    assert [len(one) for one in peer.commands[1:3]] == [len("AUTHENTICATE XOAUTH2"), 12_032]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("{tag} NO [AUTHENTICATIONFAILED] no", AuthenticationRefused),
        ("{tag} NO no", AuthenticationRefused),
        ("{tag} BAD what?", AuthenticationRefused),
        ("{tag} NO [UNAVAILABLE] later", ServiceBusy),
        ("{tag} NO [PRIVACYREQUIRED] tls", TlsRequired),
        ("* BYE too many failures", ConnectionLost),
    ],
)
@pytest.mark.parametrize("verb", ["LOGIN", "AUTHENTICATE"])
def test_a_refused_login_says_why(verb: str, answer: str, error: type[MsgcoreError]) -> None:
    peer = having(*(("AUTH=PLAIN", "SASL-IR", "LOGINDISABLED") if verb == "AUTHENTICATE" else ()), **{verb: answer})
    if answer.startswith("*"):
        peer = ImapPeer(answers={verb: answer.encode() + b"\r\n"}, capabilities=["AUTH=PLAIN"] * (verb != "LOGIN"))

    refused(error, Secured(peer), SECURED)


def test_credentials_that_were_judged_are_not_said_again() -> None:
    peer = having("AUTH=PLAIN", "SASL-IR", AUTHENTICATE="{tag} NO [AUTHENTICATIONFAILED] no")

    refused(AuthenticationRefused, Secured(peer), SECURED)
    assert peer.verbs == ["CAPABILITY", "AUTHENTICATE"]


def test_a_mechanism_that_the_server_has_not_after_all_leads_to_login() -> None:
    peer = having("AUTH=PLAIN", AUTHENTICATE="{tag} BAD unknown mechanism")

    opened(Secured(peer), SECURED)
    assert peer.verbs == ["CAPABILITY", "AUTHENTICATE", "LOGIN", "CAPABILITY"]


def test_where_login_is_disabled_it_is_not_said() -> None:
    peer = having("LOGINDISABLED")

    refused(TlsRequired, peer)
    assert peer.verbs == ["CAPABILITY"]


@pytest.mark.parametrize("verb", ["LOGIN", "AUTHENTICATE"])
@pytest.mark.parametrize("echo", [SECRET, b64encode(f"\0ann\0{SECRET}".encode()).decode()])
def test_a_password_that_is_sent_back_shows_nowhere(verb: str, echo: str) -> None:
    capabilities = ("AUTH=PLAIN", "SASL-IR") if verb == "AUTHENTICATE" else ()
    peer = having(*capabilities, **{verb: f"{{tag}} NO you said {echo}"})

    error = refused(AuthenticationRefused, Secured(peer), attrs.evolve(SECURED, password=Secret(SECRET)))
    assert forms_in(shown_by(error) + _locals_of(error), SECRET) == []


def _locals_of(error: BaseException) -> str:
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


# Who is there


def test_both_say_who_they_are_after_the_login() -> None:
    peer = having("ID", ID='* ID ("name" "Wonder" "vendor" "Looking Glass")')

    session = opened(peer)
    assert session.identity == {"name": "Wonder", "vendor": "Looking Glass"}
    assert peer.commands[1:] == ['LOGIN "ann" "sesame"', "CAPABILITY", 'ID ("name" "msgcore")']


def test_some_servers_want_to_know_who_we_are_before_the_login() -> None:
    peer = having("ID", greeting="* OK Coremail System IMap Server Ready(163com)", ID="* ID NIL")

    opened(peer)
    assert peer.verbs == ["CAPABILITY", "ID", "LOGIN", "CAPABILITY"]


def test_a_quirk_of_the_callers_masks_a_capability() -> None:
    quirk = Quirk("mine", id_name="wonder", without=frozenset({"IDLE"}))
    peer = having("ID", "IDLE", ID='* ID ("name" "Wonder")')

    assert not opened(peer, attrs.evolve(SERVER, quirks=(quirk,))).capabilities.has("IDLE")


def test_literals_wait_where_a_quirk_says_so() -> None:
    quirk = Quirk("mine", id_name="wonder", without=frozenset({"LITERAL+"}))
    peer = having("ID", "LITERAL+", ID='* ID ("name" "Wonder")')

    session = opened(peer, attrs.evolve(SERVER, quirks=(quirk,)))
    assert session.conversation.free_literal_octets == NO_LITERAL


@pytest.mark.parametrize("said", ["* OK [ALERT] disk full soon", "{tag} OK [ALERT] disk full soon"])
def test_what_people_are_to_read_is_noted(said: str) -> None:
    """RFC 9051 section 7.1."""
    assert opened(having(LOGIN=said)).note == "disk full soon"


@pytest.mark.parametrize(
    ("greeting", "login", "flights"),
    [
        (
            "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi",
            "{tag} OK [CAPABILITY IMAP4rev1 ID ENABLE CONDSTORE NAMESPACE] in",
            [["AUTHENTICATE"], ["ID", "NAMESPACE", "ENABLE"]],
        ),
        (
            "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN ID ENABLE] hi",
            "{tag} OK in",
            [["AUTHENTICATE"], ["CAPABILITY", "ID"], ["NAMESPACE", "ENABLE"]],
        ),
        (
            "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN ID NAMESPACE ENABLE QRESYNC] hi",
            "{tag} OK in",
            [["AUTHENTICATE"], ["CAPABILITY", "ID", "NAMESPACE", "ENABLE"]],
        ),
    ],
)
def test_what_is_to_be_known_after_the_login_is_asked_for_in_few_flights(
    greeting: str, login: str, flights: list[list[str]]
) -> None:
    peer = having("ID", "ENABLE", "QRESYNC", "CONDSTORE", "NAMESPACE", greeting=greeting, AUTHENTICATE=login)

    opened(Secured(peer), SECURED)
    verbs = iter(peer.verbs)
    assert [[next(verbs) for _ in range(count)] for count in peer.flights] == flights


def test_namespaces_that_came_with_the_login_are_given_once() -> None:
    peer = having("NAMESPACE", NAMESPACE='* NAMESPACE (("" "/")) NIL NIL')

    async def use(session: ImapSession) -> tuple[int, list[Namespace]]:
        before = len(peer.commands)
        return before, [await session.namespaces(), await session.namespaces()]

    told = Namespace((NamespaceEntry(b"", "/"),))
    before, given = in_session(peer, use)
    assert (given, peer.commands[before:]) == ([told, told], ["NAMESPACE"])


def test_of_a_server_that_grants_a_login_and_has_no_mailbox_for_it_this_is_said() -> None:
    """Exchange Online, for instance where the token is another user's."""
    peer = having("NAMESPACE", NAMESPACE="{tag} BAD User is authenticated but not connected.")

    error = refused(AuthenticationRefused, peer)
    assert "NAMESPACE: BAD User is authenticated but not connected.: the login was granted, but" in str(error)


def test_exchange_2003_is_not_asked_for_namespaces() -> None:
    greeting = "* OK Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1 ready"
    peer = having("NAMESPACE", greeting=greeting, LIST='* LIST (\\Noselect) "/" ""')

    async def use(session: ImapSession) -> Namespace:
        return await session.namespaces()

    assert in_session(peer, use) == Namespace((NamespaceEntry(b"", "/"),))
    assert "NAMESPACE" not in peer.verbs


def test_after_the_logout_there_is_no_session() -> None:
    async def use(session: ImapSession) -> None:
        await session.logout()
        await session.logout()
        with pytest.raises(Closed, match="has been logged out"):
            await session.noop()

    in_session(having(), use)


# What is enabled


@pytest.mark.parametrize(
    ("capabilities", "command"),
    [
        (("ENABLE", "CONDSTORE", "QRESYNC"), ["ENABLE CONDSTORE QRESYNC"]),
        (("ENABLE", "CONDSTORE"), ["ENABLE CONDSTORE"]),
        (("ENABLE", "IMAP4rev2", "UTF8=ACCEPT"), []),
        (("ENABLE", "UTF8=ONLY"), ["ENABLE UTF8=ACCEPT"]),
        (("QRESYNC",), []),
    ],
)
def test_what_only_adds_is_enabled(capabilities: Sequence[str], command: list[str]) -> None:
    peer = having(*capabilities)

    opened(peer)
    assert [one for one in peer.commands if one.startswith("ENABLE")] == command


@pytest.mark.parametrize(
    ("capabilities", "said", "enabled"),
    [
        ((), "* ENABLED QRESYNC", {"QRESYNC"}),
        ((), "* ENABLED", set[str]()),
        ((), "{tag} OK", set[str]()),
        (("XAPPLEPUSHSERVICE",), "{tag} OK", {"CONDSTORE", "QRESYNC"}),
        ((), "{tag} BAD what?", set[str]()),
    ],
)
def test_enabled_is_what_the_server_says(capabilities: Sequence[str], said: str, enabled: set[str]) -> None:
    """iCloud enables and does not say so."""
    peer = having("ENABLE", "CONDSTORE", "QRESYNC", *capabilities, ENABLE=said)

    assert opened(peer).enabled == enabled


def test_names_are_utf_8_where_the_server_speaks_nothing_else() -> None:
    peer = ImapPeer(capabilities=["IMAP4rev2"])

    assert opened(peer).encode_name("B\u00fccher") == b"B\xc3\xbccher"
