"""Login by SASL, what shows of the secrets, and UTF8, by the client's side."""

from __future__ import annotations

import hashlib
import traceback
from base64 import b64encode
from collections.abc import Callable, Mapping

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    ConnectionLost,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    ServiceBusy,
)
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, Peer, ScriptedRuntime, Secured
from msgcore.testing.secrecy import forms_in
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.pop3 import Pop3Server, open_session
from tests.wire.pop3.maildrop_peer import SECURED, SERVER, MaildropPeer, opened, refused

SECRET = "correct-horse"
STAMP = "<1896.697170952@dbc.mtview.ca.us>"
DIGEST = hashlib.md5((STAMP + SECRET).encode(), usedforsecurity=False).hexdigest()

each_mode = pytest.mark.parametrize("mode", Mode)


def sasl(*mechanisms: str, answers: Mapping[str, str | bytes | None]) -> MaildropPeer:
    return MaildropPeer(capabilities=(f"SASL {' '.join(mechanisms)}",), answers=answers)


PLAIN = "AUTH PLAIN AGFubgBzZXNhbWU="


@each_mode
@EACH_CUT
def test_the_password_goes_with_the_command(mode: Mode, cut: Cut) -> None:
    peer = sasl("PLAIN", "LOGIN", answers={})

    opened(Secured(peer), SECURED, mode=mode, cut=cut)
    assert peer.commands == ["CAPA", PLAIN, "CAPA"]


@pytest.mark.parametrize("go_ahead", ["+", "+ ", "+OK", "+OK go ahead", "+ go ahead", "+ R28gYWhlYWQ="])
@EACH_CUT
def test_a_token_longer_than_a_line_waits_for_the_go_ahead_however_that_looks(go_ahead: str, cut: Cut) -> None:
    """RFC 5034 section 4: a command has 255 octets at most."""
    server = attrs.evolve(SECURED, password=None, token=Secret("t" * 300))
    peer = sasl("XOAUTH2", answers={"AUTH": go_ahead})

    opened(Secured(peer), server, cut=cut)
    assert (peer.commands[1], len(peer.commands[2])) == ("AUTH XOAUTH2", 432)


@pytest.mark.parametrize(("octets", "commands"), [(177, 1), (178, 2)])
def test_a_command_has_255_octets_at_most(octets: int, commands: int) -> None:
    """``AUTH PLAIN `` and the line end leave room for 240 characters of base64, which are 180 octets."""
    server = attrs.evolve(SECURED, user="u", password=Secret("p" * octets))
    peer = sasl("PLAIN", answers={"AUTH PLAIN": "+ "})

    opened(Secured(peer), server)
    assert len(peer.commands) == 2 + commands


@pytest.mark.parametrize(("first", "second"), [("+ VXNlcm5hbWU6", "+ UGFzc3dvcmQ6"), ("+", "+"), ("+OK", "+OK")])
def test_login_answers_two_challenges(first: str, second: str) -> None:
    peer = sasl("LOGIN", answers={"AUTH": first, "YW5u": second})

    opened(Secured(peer), SECURED)
    assert peer.commands[1:4] == ["AUTH LOGIN", "YW5u", "c2VzYW1l"]


def test_a_digest_hides_the_password_in_clear() -> None:
    challenge = b64encode(b"<1@a.test>").decode()
    peer = sasl("PLAIN", "CRAM-MD5", answers={"AUTH": f"+ {challenge}"})

    opened(peer)
    assert (peer.commands[1], "sesame" in " ".join(peer.commands)) == ("AUTH CRAM-MD5", False)


def test_a_mechanism_that_the_server_has_not_after_all_gives_its_turn_to_the_next() -> None:
    peer = sasl("SCRAM-SHA-256", "PLAIN", answers={"AUTH": "-ERR what?", PLAIN: "+OK"})

    opened(Secured(peer), SECURED)
    assert [" ".join(command.split(" ")[:2]) for command in peer.commands[1:3]] == ["AUTH SCRAM-SHA-256", "AUTH PLAIN"]


def test_user_and_pass_come_last() -> None:
    peer = MaildropPeer(capabilities=("SASL NTLM", "USER"))

    opened(Secured(peer), SECURED)
    assert peer.verbs == ["CAPA", "USER", "PASS", "CAPA"]


def test_a_server_that_offers_only_what_nobody_speaks_is_told() -> None:
    error = refused(AuthenticationRefused, Secured(MaildropPeer(capabilities=("SASL NTLM",))), SECURED)

    assert str(error) == "pop3 pop.a.test:995: no mechanism in common; offered: NTLM"


@pytest.mark.parametrize("refusal", ["-ERR no", "-ERR [AUTH] no"])
def test_a_refused_password_is_tried_once(refusal: str) -> None:
    peer = MaildropPeer(capabilities=("SASL PLAIN LOGIN", "USER"), answers={"AUTH": refusal})

    error = refused(AuthenticationRefused, Secured(peer), SECURED)
    assert (peer.verbs, str(error)) == (
        ["CAPA", "AUTH"],
        f"pop3 pop.a.test:995: AUTH PLAIN as ann: {refusal}",
    )


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ("-ERR [IN-USE] x", MaildropInUse),
        ("-ERR [LOGIN-DELAY] x", LoginTooSoon),
        ("-ERR [SYS/TEMP] x", ServiceBusy),
        ("-ERR [SYS/PERM] x", CommandRefused),
    ],
)
def test_a_maildrop_that_cannot_be_had_is_no_wrong_password(refusal: str, error: type[MsgcoreError]) -> None:
    refused(error, Secured(sasl("PLAIN", answers={"AUTH": refusal})), SECURED)


def test_a_server_that_does_not_prove_itself_gets_no_password_in_another_way() -> None:
    """It says yes in the middle of SCRAM."""
    peer = MaildropPeer(capabilities=("SASL SCRAM-SHA-256", "USER"), answers={"AUTH": "+OK welcome"})

    refused(AuthenticationRefused, Secured(peer), SECURED)
    assert (peer.verbs[-1], "PASS" in peer.verbs) == ("*", False)


def test_challenges_without_end_are_cancelled() -> None:
    peer = MaildropPeer(capabilities=("SASL LOGIN",), answers=dict.fromkeys(("AUTH", "YW5u", "c2VzYW1l"), "+"))

    refused(AuthenticationRefused, Secured(peer), SECURED)
    assert peer.commands[-1] == "*"


def test_a_token_is_not_said_where_nobody_takes_it() -> None:
    server = attrs.evolve(SECURED, password=None, token=Secret("t"))

    refused(AuthenticationRefused, Secured(MaildropPeer()), server)


# Secrets


WAYS: Mapping[str, tuple[Pop3Server, Callable[[], Peer]]] = {
    "USER": (attrs.evolve(SERVER, password=Secret(SECRET)), MaildropPeer),
    "USER in one flight": (attrs.evolve(SECURED, password=Secret(SECRET)), lambda: Secured(MaildropPeer())),
    "PLAIN": (attrs.evolve(SECURED, password=Secret(SECRET)), lambda: Secured(sasl("PLAIN", answers={}))),
    "LOGIN": (
        attrs.evolve(SECURED, password=Secret(SECRET)),
        lambda: Secured(sasl("LOGIN", answers={"AUTH": "+", "YW5u": "+"})),
    ),
    "APOP": (
        attrs.evolve(SERVER, password=Secret(SECRET), apop=True),
        lambda: MaildropPeer(answers={"greeting": f"+OK {STAMP}"}),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_transcript_shows_no_secret(way: str) -> None:
    server, make_peer = WAYS[way]
    runtime = ScriptedRuntime([make_peer()])
    runtime.run(open_session(runtime, server, runtime.deadline(30)))

    shown = b"".join(bytes(stream.shown) for stream in runtime.streams).decode()
    assert ("***" in shown, forms_in(shown, SECRET), DIGEST in shown) == (True, [], False)


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_torn_while_the_secret_is_written_shows_it_nowhere(way: str) -> None:
    server, make_peer = WAYS[way]
    shown: list[str] = []
    for octets in range(1, 60):
        runtime = ScriptedRuntime([make_peer()], faults=Faults(breaks_after_sent=octets))
        try:
            runtime.run(open_session(runtime, server, runtime.deadline(30)))
        except ConnectionLost as error:
            trace = traceback.TracebackException.from_exception(error, capture_locals=True)
            shown += [form for secret in (SECRET, DIGEST) for form in forms_in("".join(trace.format()), secret)]
    assert shown == []


# UTF8


def test_utf8_goes_before_the_login() -> None:
    peer = MaildropPeer(capabilities=("USER", "UTF8 USER"))

    opened(peer, attrs.evolve(SERVER, utf8=True))
    assert peer.verbs == ["CAPA", "UTF8", "USER", "PASS", "CAPA"]


def test_utf8_is_not_said_unless_it_is_asked_for() -> None:
    peer = MaildropPeer(capabilities=("USER", "UTF8 USER"))

    opened(peer)
    assert "UTF8" not in peer.verbs


@pytest.mark.parametrize(
    ("capabilities", "note"), [(("USER",), "the server has no UTF8"), (("UTF8",), "the server refuses UTF8: -ERR no")]
)
def test_a_server_without_utf8_is_noted(capabilities: tuple[str, ...], note: str) -> None:
    peer = MaildropPeer(capabilities=capabilities, answers={"UTF8": "-ERR no"})

    assert opened(peer, attrs.evolve(SERVER, utf8=True)).note == note


def test_the_connection_is_closed_when_the_login_fails() -> None:
    runtime = ScriptedRuntime([MaildropPeer(answers={"PASS": "-ERR no"})])

    with pytest.raises(AuthenticationRefused):
        runtime.run(open_session(runtime, SERVER, runtime.deadline(30)))
    assert runtime.streams[0].is_closed
