"""Probing IMAP servers: what is seen of them, how each rule fares, and what is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import ConnectionLost, MsgcoreError, ProtocolBroken, StarttlsInjection, TimedOut, TlsFailed
from msgcore.runtime import TlsFacts
from msgcore.session.probe import ProbeReport, Verdict, probe
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Faults, Peer, ScriptedRuntime, Secured, by_line, by_octet

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
UNTRUSTED = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", is_verified=False)
EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
LOGINS = re.compile(rb"\b(?:LOGIN|AUTHENTICATE)\b")

Make = Callable[[], Peer | None]


class Imap:
    """A server in memory that offers capabilities; ``replies`` are what it says to a verb instead, ``TAG`` is the tag.

    ``"-"`` ends the connection without an answer, ``"~"`` is silence from then on.
    """

    def __init__(self, *capabilities: str, greeting: str = "* OK imap.b.test ready", **replies: str) -> None:
        self._replies = {
            "CAPABILITY": f"* CAPABILITY {' '.join(('IMAP4rev1', *capabilities))}\r\nTAG OK done",
            "ID": "* ID NIL\r\nTAG OK told",
            "LOGOUT": "* BYE see you\r\nTAG OK bye",
            "STARTTLS": "TAG OK go",
            **replies,
        }
        self._greeting = greeting
        self._is_silent = self.is_closed = False
        self._heard = bytearray()

    def greet(self) -> bytes:
        return self._say(self._greeting)

    def react(self, octets: bytes) -> bytes:
        self._heard += octets
        said = bytearray()
        while not self.is_closed and b"\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\n")
            tag, verb = line.decode().upper().split()[:2]
            said += self._say(self._replies.get(verb, "TAG BAD what?").replace("TAG", tag))
            if verb == "LOGOUT":
                self.is_closed = True
            if verb == "STARTTLS":
                break
        return bytes(said)

    def _say(self, text: str) -> bytes:
        self.is_closed = text == "-"
        self._is_silent = self._is_silent or text == "~"
        return b"" if self.is_closed or self._is_silent else text.encode("latin-1") + b"\r\n"


class Inside(Imap):
    """The server behind the TLS handshake: it does not greet again."""

    def greet(self) -> bytes:
        return b""


class Careless(Imap):
    """A server that keeps what arrived behind STARTTLS and obeys it inside TLS."""

    def __init__(self, noop: str = "TAG BAD log in first", **replies: str) -> None:
        super().__init__("STARTTLS", NOOP=noop, **replies)

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        return TlsFacts("TLSv1.3", "", is_verified=True), self.react(b"")


class NoTls(Imap):
    """A server that offers STARTTLS, and no handshake with it succeeds."""

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        raise TlsFailed("imap imap.b.test:143: TLS: unsupported protocol")


def plain(*capabilities: str, **replies: str) -> Make:
    return lambda: Imap(*capabilities, **replies)


def told(*capabilities: str) -> Make:
    """A server that offers exactly these capabilities."""
    return plain(CAPABILITY=f"* CAPABILITY {' '.join(capabilities)}\r\nTAG OK done")


def upgrading(*capabilities: str, facts: TlsFacts | None = None, **replies: str) -> Make:
    """A server with STARTTLS that offers these capabilities inside TLS, and no login in clear."""

    def make() -> Peer:
        inside, clear = Inside(*capabilities, **replies), Imap("STARTTLS", "LOGINDISABLED")
        return Secured(inside, clear) if facts is None else Secured(inside, clear, facts)

    return make


def implicit(*capabilities: str) -> Make:
    return lambda: Secured(Imap(*capabilities))


def greeting(text: str) -> Make:
    return plain(greeting=text)


def probed(
    make: Make, url: str = "imap://imap.b.test", mode: Mode = Mode.BLOCKING, faults: Faults | None = None
) -> ProbeReport:
    runtime = ScriptedRuntime(lambda _endpoint: make(), faults=faults or Faults())
    return mode.drive(runtime.call(probe(url, runtime)))


@EACH_MODE
def test_what_is_offered_before_and_after_tls_is_told_apart(mode: Mode) -> None:
    report = probed(upgrading("AUTH=PLAIN", "AUTH=LOGIN", "SORT", "SORT=DISPLAY"), mode=mode)

    assert (report.offers_in_clear, report.offers_in_tls) == (
        {"IMAP4REV1": "", "LOGINDISABLED": "", "STARTTLS": ""},
        {"AUTH": "LOGIN PLAIN", "IMAP4REV1": "", "SORT": "DISPLAY"},
    )


def test_nothing_is_offered_in_clear_where_tls_starts_at_once() -> None:
    report = probed(implicit("IDLE"), "imaps://imap.b.test")

    assert (report.offers_in_clear, report.offers_in_tls) == (None, {"IDLE": "", "IMAP4REV1": ""})


def test_nothing_is_offered_where_the_server_does_not_say() -> None:
    assert probed(plain(CAPABILITY="TAG BAD what?")).offers_in_clear is None


def test_of_a_server_that_says_nothing_in_clear_tls_is_suspected() -> None:
    with pytest.raises(TimedOut, match="may be waiting for TLS: imaps://"):
        probed(greeting("~"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("* OK mail.b.test Cyrus IMAP 3.4.2 server ready", "mail.b.test"),
        ("* OK [CAPABILITY IMAP4rev1] IMAP4rev1 imapgate-1.8.1 imap1.mail.b.test", "imap1.mail.b.test"),
        ("* OK Dovecot ready.", ""),
        ("* OK IMAP server ready H mieue154 15.6", ""),
        ("* OK", ""),
    ],
)
def test_the_name_of_the_server_is_the_host_in_its_greeting(text: str, name: str) -> None:
    assert probed(greeting(text)).server_name == name


def test_a_greeting_is_shown_without_its_list_of_capabilities() -> None:
    assert probed(greeting("* OK [CAPABILITY IMAP4rev1 IDLE] ready")).greeting == "* OK ready"


def test_another_code_of_a_greeting_is_shown() -> None:
    assert probed(greeting("* OK [ALERT] disk full soon")).greeting == "* OK [ALERT] disk full soon"


@pytest.mark.parametrize(
    ("rule", "make", "expected"),
    [
        ("starttls", plain(), FAIL),
        ("starttls", upgrading(), PASS),
        ("starttls", plain("STARTTLS", STARTTLS="TAG NO [UNAVAILABLE] not now"), FAIL),
        ("starttls", greeting("* BYE [UNAVAILABLE] later"), UNKNOWN),
        ("starttls", plain("STARTTLS", greeting="* PREAUTH hi ann"), FAIL),
        ("starttls", lambda: NoTls("STARTTLS"), PASS),
        ("preauth", plain(), PASS),
        ("preauth", greeting("* PREAUTH hi ann"), FAIL),
        ("preauth", greeting("* BYE later"), UNKNOWN),
        ("certificate", plain(), UNKNOWN),
        ("certificate", upgrading(), PASS),
        ("certificate", upgrading(facts=UNTRUSTED), FAIL),
        ("tls-version", upgrading(), PASS),
        ("tls-version", lambda: NoTls("STARTTLS"), FAIL),
        ("auth-in-clear", plain("LOGINDISABLED"), PASS),
        ("auth-in-clear", plain(), FAIL),
        ("auth-in-clear", plain("LOGINDISABLED", "AUTH=PLAIN"), FAIL),
        ("auth-in-clear", plain("LOGINDISABLED", "AUTH=XOAUTH2"), FAIL),
        ("auth-in-clear", plain("LOGINDISABLED", "AUTH=SCRAM-SHA-256"), PASS),
        ("auth-in-clear", plain(CAPABILITY="TAG BAD what?"), UNKNOWN),
        ("auth-in-clear", greeting("* BYE later"), UNKNOWN),
        ("auth-in-clear", greeting("* PREAUTH hi ann"), UNKNOWN),
        ("auth-in-clear", upgrading("AUTH=PLAIN"), PASS),
        ("auth-mechanisms", plain(), UNKNOWN),
        ("auth-mechanisms", upgrading("AUTH=LOGIN", "AUTH=CRAM-MD5"), FAIL),
        ("auth-mechanisms", upgrading("AUTH=LOGIN", "AUTH=PLAIN"), PASS),
        ("starttls-injection", Careless, FAIL),
        ("starttls-injection", lambda: Careless(noop="TAG OK"), FAIL),
        ("starttls-injection", lambda: Careless(LOGOUT="-"), FAIL),
        ("starttls-injection", lambda: Careless(LOGOUT="~"), FAIL),
        ("starttls-injection", lambda: Careless(noop="-"), PASS),
        ("starttls-injection", upgrading(), PASS),
        ("starttls-injection", plain(), UNKNOWN),
        ("greeting-version", plain(), PASS),
        ("greeting-version", greeting("* OK [CAPABILITY IMAP4rev1 X-V=2.0] hi"), PASS),
        ("greeting-version", greeting("* OK b.test Cyrus IMAP 3.4.2 server ready"), FAIL),
        ("greeting-version", plain("ID", ID='* ID ("name" "x" "version" "2.3")\r\nTAG OK told'), FAIL),
    ],
)
def test_each_rule_of_security_has_its_verdict(rule: str, make: Make, expected: Verdict) -> None:
    assert probed(make).check(rule).verdict is expected


def test_preauth_within_tls_is_no_better() -> None:
    report = probed(lambda: Secured(Imap(greeting="* PREAUTH hi ann")), "imaps://imap.b.test")

    assert report.check("preauth").verdict is FAIL


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (plain(), "LOGIN: the password can be read on the way"),
        (plain("AUTH=PLAIN", "AUTH=CRAM-MD5"), "LOGIN, AUTH=PLAIN: the password can be read on the way"),
        (plain("LOGINDISABLED"), "LOGINDISABLED"),
        (plain("LOGINDISABLED", "AUTH=CRAM-MD5"), "LOGINDISABLED; CRAM-MD5"),
    ],
)
def test_what_would_reveal_the_password_in_clear_is_named(make: Make, text: str) -> None:
    assert probed(make).check("auth-in-clear").text == text


@pytest.mark.parametrize(
    ("rule", "make", "expected"),
    [
        ("login", plain(), PASS),
        ("login", plain("LOGINDISABLED", "AUTH=XOAUTH2"), PASS),
        ("login", plain("LOGINDISABLED"), FAIL),
        ("login", greeting("* PREAUTH hi ann"), PASS),
        ("login", greeting("* BYE later"), UNKNOWN),
        ("identity", plain("ID", ID='* ID ("name" "Mail X")\r\nTAG OK told'), PASS),
        ("identity", plain("ID"), UNKNOWN),
        ("rev2", plain("IMAP4rev2"), PASS),
        ("idle", plain("idle"), PASS),
        ("idle", told("IMAP4rev2"), PASS),
        ("idle", plain(), UNKNOWN),
        ("idle", greeting("* PREAUTH hi ann"), FAIL),
        ("idle", upgrading("IDLE"), PASS),
        ("idle", plain(CAPABILITY="TAG BAD what?"), UNKNOWN),
        ("condstore", plain("CONDSTORE"), PASS),
        ("condstore", plain("QRESYNC"), PASS),
        ("qresync", plain("CONDSTORE"), UNKNOWN),
        ("unique-ids", plain("UIDPLUS"), PASS),
        ("move", plain("MOVE"), PASS),
        ("search-results", plain("ESEARCH"), PASS),
        ("sort", plain("SORT"), PASS),
        ("threads", plain("THREAD=REFERENCES"), PASS),
        ("special-use", plain("SPECIAL-USE"), PASS),
        ("list-status", plain("LIST-STATUS"), PASS),
        ("literals", plain("LITERAL-"), PASS),
        ("literals", plain("LITERAL+"), PASS),
        ("compress", plain("COMPRESS=DEFLATE"), PASS),
        ("append-limit", plain("APPENDLIMIT=1000"), PASS),
        ("append-limit", plain("APPENDLIMIT"), PASS),
        ("append-limit", plain(), UNKNOWN),
    ],
)
def test_each_ability_has_its_verdict(rule: str, make: Make, expected: Verdict) -> None:
    assert probed(make).check(rule).verdict is expected


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (plain("IDLE"), "2 are told, and nothing belies them"),
        (plain(CAPABILITY="TAG BAD what?"), "no answer to CAPABILITY: it does not say what it can"),
        (greeting("* BYE later"), "the server takes no session"),
        (told("IDLE"), "neither IMAP4rev1 nor IMAP4rev2 is among them"),
        (greeting("* OK [CAPABILITY IMAP4rev1 MOVE IDLE] hi"), "only the greeting has IDLE MOVE"),
        (plain("IDLE", greeting="* OK [CAPABILITY IMAP4rev1] hi"), "2 are told, and nothing belies them"),
        (upgrading("STARTTLS"), "STARTTLS is offered inside TLS"),
        (plain("STARTTLS", STARTTLS="TAG NO not now"), "2 are told, and nothing belies them"),
        (plain("QRESYNC"), "QRESYNC is offered without ENABLE, which it needs"),
        (plain("QRESYNC", "ENABLE"), "3 are told, and nothing belies them"),
        (plain("ID", ID="TAG BAD what?"), "ID is offered and refused: BAD what?"),
        (plain("ID", ID="-"), "ID is offered and refused: the connection ends"),
        (
            plain("BINARY", greeting="* OK The Microsoft Exchange IMAP4 service is ready. [TQBOAD]"),
            "BINARY does not work at Exchange",
        ),
        (
            plain("IDLE", greeting="* OK The Microsoft Exchange IMAP4 service is ready. [TQBOAD]"),
            "2 are told, and nothing belies them",
        ),
    ],
)
def test_a_lie_about_capabilities_is_named(make: Make, text: str) -> None:
    assert probed(make).check("capabilities").text == text


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (plain("AUTH=PLAIN", "AUTH=XOAUTH2"), "AUTHENTICATE PLAIN XOAUTH2, LOGIN"),
        (plain(), "LOGIN"),
        (plain("LOGINDISABLED", "AUTH=XOAUTH2"), "AUTHENTICATE XOAUTH2"),
        (plain("LOGINDISABLED"), "no SASL, and LOGINDISABLED as long as there is no TLS"),
        (upgrading("LOGINDISABLED"), "no SASL, and LOGINDISABLED"),
    ],
)
def test_the_ways_to_log_in_are_named(make: Make, text: str) -> None:
    assert probed(make).check("login").text == text


def test_nothing_is_sent_behind_starttls_where_tls_starts_at_once() -> None:
    check = probed(implicit("STARTTLS"), "imaps://imap.b.test").check("starttls-injection")

    assert (check.verdict, check.text) == (UNKNOWN, "there is no STARTTLS to try")


def test_of_a_good_server_what_was_sent_behind_starttls_is_dropped() -> None:
    assert probed(upgrading(), faults=Faults(cut=by_line)).check("starttls-injection").text == "it is dropped"


@EACH_MODE
def test_what_was_sent_in_clear_behind_starttls_and_obeyed_inside_is_shown(mode: Mode) -> None:
    text = probed(Careless, mode=mode).check("starttls-injection").text

    assert text == "a command sent in clear behind STARTTLS is obeyed inside TLS: BAD log in first"


def test_a_server_that_takes_no_second_session_is_not_said_to_drop_anything() -> None:
    runtime = ScriptedRuntime([upgrading()(), Imap(greeting="* BYE [LIMIT] too many connections")])

    check = runtime.run(probe("imap://imap.b.test", runtime)).check("starttls-injection")
    assert (check.verdict, check.text) == (UNKNOWN, "it greets with BYE [LIMIT] too many connections")


def test_an_end_of_the_session_over_what_was_sent_behind_starttls_is_an_answer() -> None:
    runtime = ScriptedRuntime([upgrading()(), Imap("STARTTLS", STARTTLS="-")])

    check = runtime.run(probe("imap://imap.b.test", runtime)).check("starttls-injection")
    assert check.verdict is PASS


@EACH_MODE
@pytest.mark.parametrize(
    "make", [plain("AUTH=PLAIN", "ID"), upgrading("AUTH=PLAIN"), Careless, greeting("* PREAUTH hi ann")]
)
def test_nobody_logs_in(make: Make, mode: Mode) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: make())

    mode.drive(runtime.call(probe("imap://imap.b.test", runtime)))
    said = b"".join(bytes(stream.written) for stream in runtime.streams)
    assert LOGINS.findall(said) == []


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (plain("ID"), [b"CAPABILITY", b"ID", b"LOGOUT"]),
        (plain(), [b"CAPABILITY", b"LOGOUT"]),
        (plain("STARTTLS", greeting="* PREAUTH hi ann"), [b"CAPABILITY", b"LOGOUT"]),
        (greeting("* BYE later"), []),
    ],
)
def test_nothing_else_is_said(make: Make, expected: list[bytes]) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: make())

    runtime.run(probe("imap://imap.b.test", runtime))
    said = b"".join(bytes(stream.written) for stream in runtime.streams)
    assert [line.split()[1] for line in said.splitlines()] == expected


@pytest.mark.parametrize("make", [plain(), plain(LOGOUT="~"), plain(LOGOUT="-"), plain("ID", ID="~")])
def test_every_connection_is_closed(make: Make) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: make())

    runtime.run(probe("imap://imap.b.test", runtime))
    assert all(stream.is_closed for stream in runtime.streams)


@EACH_MODE
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: None, ConnectionLost),
        (greeting("~"), TimedOut),
        (greeting("-"), ConnectionLost),
        (greeting("220 mx.b.test ESMTP"), ProtocolBroken),
        (greeting("+OK ready"), ProtocolBroken),
        (greeting("* NO thanks"), ProtocolBroken),
        (greeting("* OK " + "x" * 70_000), ProtocolBroken),
        (plain(CAPABILITY='* LIST () "/" {100000}'), ProtocolBroken),
        (plain(CAPABILITY="~"), TimedOut),
        (plain(CAPABILITY="* BYE not you"), ConnectionLost),
        (plain(CAPABILITY="* CAPABILITY IMAP4rev1\r\nXX OK done"), ProtocolBroken),
        (plain(CAPABILITY="* CAPABILITY IMAP4rev1\r\n" * 200), ProtocolBroken),
        (plain(CAPABILITY="* FLAGS ()\r\n" * 200), ProtocolBroken),
        (plain("STARTTLS", STARTTLS="TAG OK go\r\n* OK and more"), StarttlsInjection),
    ],
)
def test_whoever_holds_no_imap_session_is_an_error(make: Make, error: type[MsgcoreError], mode: Mode) -> None:
    with pytest.raises(error):
        probed(make, mode=mode)


def test_tls_from_the_first_octet_that_fails_is_an_error() -> None:
    with pytest.raises(TlsFailed, match="unsupported protocol"):
        probed(lambda: NoTls(greeting="~"), "imaps://imap.b.test")


@given(st.text('* OKNBADTG[]()"{}+0A9\r\n\0\x1bé', max_size=60), st.text('* TAGOKIDCPBLNY[]()"{}+5=\r\n', max_size=80))
def test_whatever_a_server_says_there_is_a_report_or_an_error_of_ours(first: str, answer: str) -> None:
    make = plain("ID", greeting=f"* OK {first}", CAPABILITY=answer or "x", ID=answer or "x")

    try:
        page = str(probed(make))
    except MsgcoreError as error:
        page = str(error)
    assert [line for line in page.split("\n") if not line.isprintable()] == []


def test_a_server_that_drips_octets_is_seen_as_well() -> None:
    make = upgrading("ID", "AUTH=PLAIN", ID='* ID ("name" "Mail X")\r\nTAG OK told')

    assert probed(make, faults=Faults(cut=by_octet)) == probed(make)


def test_a_report_is_a_page() -> None:
    page = str(probed(plain("ID", "AUTH=PLAIN", "IDLE", greeting="* OK [CAPABILITY IMAP4rev1] Dovecot ready.")))

    assert page.startswith(
        "imap://imap.b.test:143, 2030-01-01 12:00 UTC\n"
        "  greeting   * OK Dovecot ready.\n"
        "  name       not said\n"
        "  software   Dovecot (certain: greeting '* OK Dovecot ready.')\n"
        "Offered in clear\n"
        "  AUTH PLAIN\n"
        "  ID\n"
        "  IDLE\n"
        "  IMAP4REV1\n"
        "Security\n"
        "  FAIL    starttls                not offered\n"
        "  pass    preauth                 a login is needed\n"
        "  unknown certificate             no TLS\n"
        "  unknown tls-version             no TLS\n"
        "  FAIL    auth-in-clear           LOGIN, AUTH=PLAIN: the password can be read on the way\n"
        "  pass    auth-mechanisms         PLAIN\n"
        "  unknown starttls-injection      there is no STARTTLS to try\n"
        "  pass    greeting-version        no version\n"
        "Abilities\n"
        "  pass    capabilities            4 are told, and nothing belies them\n"
        "  pass    login                   AUTHENTICATE PLAIN, LOGIN\n"
        "  unknown identity                it does not say who it is\n"
        "  unknown rev2                    IMAP4REV2 is told after the login, if at all\n"
        "  pass    idle                    IDLE: new mail of one mailbox is told at once\n"
    )
