"""Probing POP3 servers: what is seen of them, how each rule fares, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from msgcore.errors import (
    ConnectionLost,
    MsgcoreError,
    ProtocolBroken,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    UsageError,
)
from msgcore.runtime import TlsFacts
from msgcore.session.probe import ProbeReport, Verdict, probe
from msgcore.session.probe.fingerprints import Said, guess_software
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Peer, ScriptedRuntime, Secured
from tests.servers import Authority, Dovecot

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
UNTRUSTED = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", is_verified=False)
EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)

Make = Callable[[], Peer | None]


class Pop3:
    """A server in memory that offers capabilities; ``replies`` are what it says to a verb instead.

    ``"-"`` ends the connection without an answer, ``"~"`` is silence from then on.
    """

    def __init__(self, *capabilities: str, greeting: str = "+OK ready <1.2@pop.b.test>", **replies: str) -> None:
        listing = "".join(f"{one}\r\n" for one in capabilities)
        self._replies = {"CAPA": f"+OK\r\n{listing}.", "QUIT": "+OK bye", "STLS": "+OK go", **replies}
        self._greeting = greeting
        self._is_silent = self.is_closed = False
        self._heard = bytearray()
        self.commands: list[str] = []

    def greet(self) -> bytes:
        return self._say(self._greeting)

    def react(self, octets: bytes) -> bytes:
        self._heard += octets
        said = bytearray()
        while not self.is_closed and b"\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\n")
            verb = line.decode().strip().upper()
            self.commands.append(verb)
            said += self._say(self._replies.get(verb, "-ERR what?"))
            if verb == "QUIT":
                self.is_closed = True
            if verb == "STLS":
                break
        return bytes(said)

    def _say(self, text: str) -> bytes:
        self.is_closed = text == "-"
        self._is_silent = self._is_silent or text == "~"
        return b"" if self.is_closed or self._is_silent else text.encode() + b"\r\n"


class Inside(Pop3):
    """The server behind the TLS handshake: it does not greet again."""

    def greet(self) -> bytes:
        return b""


class Careless(Pop3):
    """A server that keeps what arrived behind STLS and obeys it inside TLS."""

    def __init__(self, noop: str = "-ERR log in first") -> None:
        super().__init__("STLS", NOOP=noop)

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        return TlsFacts("TLSv1.3", "", is_verified=True), self.react(b"")


class NoTls(Pop3):
    """A server that offers STLS, and no handshake with it succeeds."""

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        raise TlsFailed("pop3 pop.b.test:110: TLS: unsupported protocol")


def plain(*capabilities: str, **replies: str) -> Make:
    return lambda: Pop3(*capabilities, **replies)


def upgrading(*capabilities: str, facts: TlsFacts | None = None, **replies: str) -> Make:
    """A server with STLS that offers these capabilities inside TLS."""

    def make() -> Peer:
        inside, clear = Inside(*capabilities, **replies), Pop3("STLS")
        return Secured(inside, clear) if facts is None else Secured(inside, clear, facts)

    return make


def implicit(*capabilities: str) -> Make:
    return lambda: Secured(Pop3(*capabilities))


def probed(make: Make, url: str = "pop3://pop.b.test", mode: Mode = Mode.BLOCKING) -> ProbeReport:
    runtime = ScriptedRuntime(lambda _endpoint: make())
    return mode.drive(runtime.call(probe(url, runtime)))


@EACH_MODE
def test_what_is_offered_before_and_after_tls_is_told_apart(mode: Mode) -> None:
    report = probed(upgrading("UIDL", "SASL PLAIN"), mode=mode)

    assert (report.offers_in_clear, report.offers_in_tls) == ({"STLS": ""}, {"UIDL": "", "SASL": "PLAIN"})


def test_nothing_is_offered_in_clear_where_tls_starts_at_once() -> None:
    report = probed(implicit("UIDL"), "pop3s://pop.b.test")

    assert (report.offers_in_clear, report.offers_in_tls) == (None, {"UIDL": ""})


def test_of_a_server_that_says_nothing_in_clear_tls_is_suspected() -> None:
    with pytest.raises(TimedOut, match="may be waiting for TLS: pop3s://"):
        probed(plain(greeting="~"))


def test_the_name_of_the_server_is_that_of_its_apop_stamp() -> None:
    assert probed(plain()).server_name == "pop.b.test"


@pytest.mark.parametrize(
    ("rule", "make", "expected"),
    [
        ("starttls", plain(), FAIL),
        ("starttls", upgrading(), PASS),
        ("starttls", plain("STLS", STLS="-ERR not now"), FAIL),
        ("starttls", plain(greeting="-ERR [SYS/TEMP] later"), UNKNOWN),
        ("starttls", lambda: NoTls("STLS"), PASS),
        ("certificate", plain(), UNKNOWN),
        ("certificate", upgrading(), PASS),
        ("certificate", upgrading(facts=UNTRUSTED), FAIL),
        ("tls-version", upgrading(), PASS),
        ("tls-version", lambda: NoTls("STLS"), FAIL),
        ("auth-in-clear", plain("UIDL"), PASS),
        ("auth-in-clear", plain("USER"), FAIL),
        ("auth-in-clear", plain("SASL PLAIN"), FAIL),
        ("auth-in-clear", plain("SASL"), PASS),
        ("auth-in-clear", plain(CAPA="-ERR what?"), UNKNOWN),
        ("auth-in-clear", upgrading("USER"), PASS),
        ("auth-mechanisms", plain("USER"), UNKNOWN),
        ("auth-mechanisms", upgrading("SASL LOGIN CRAM-MD5"), FAIL),
        ("auth-mechanisms", upgrading("SASL LOGIN PLAIN"), PASS),
        ("starttls-injection", Careless, FAIL),
        ("starttls-injection", lambda: Careless(noop="+OK"), FAIL),
        ("starttls-injection", upgrading(), PASS),
        ("starttls-injection", plain(), UNKNOWN),
        ("greeting-version", plain(), PASS),
        ("greeting-version", plain(greeting="+OK POP3 <1896.6971@pop.b.test>"), PASS),
        ("greeting-version", plain(greeting="+OK Qpopper 4.0.5 at pop.b.test"), FAIL),
        ("capabilities", plain(), PASS),
        ("capabilities", plain(CAPA="-ERR what?"), FAIL),
        ("capabilities", plain(greeting="-ERR later"), UNKNOWN),
        ("unique-ids", plain("UIDL"), PASS),
        ("unique-ids", plain("TOP"), FAIL),
        ("unique-ids", plain(CAPA="-ERR what?"), UNKNOWN),
        ("unique-ids", upgrading("UIDL"), PASS),
        ("headers", plain("TOP"), PASS),
        ("headers", plain("UIDL"), FAIL),
        ("pipelining", plain("PIPELINING"), PASS),
        ("pipelining", plain(), FAIL),
        ("response-codes", plain("RESP-CODES"), PASS),
        ("login-delay", plain(), PASS),
        ("login-delay", plain("LOGIN-DELAY 0"), PASS),
        ("login-delay", plain("LOGIN-DELAY 900 USER"), FAIL),
        ("login-delay", plain(CAPA="-ERR what?"), UNKNOWN),
        ("expire", plain(), UNKNOWN),
        ("expire", plain("EXPIRE 0"), FAIL),
        ("expire", plain("EXPIRE never"), PASS),
        ("expire", plain("EXPIRE 60 USER"), PASS),
    ],
)
def test_each_rule_has_its_verdict(rule: str, make: Make, expected: Verdict) -> None:
    assert probed(make).check(rule).verdict is expected


@EACH_MODE
def test_what_was_sent_in_clear_behind_stls_and_obeyed_inside_is_shown(mode: Mode) -> None:
    text = probed(Careless, mode=mode).check("starttls-injection").text

    assert text == "a command sent in clear behind STLS is obeyed inside TLS: -ERR log in first"


@EACH_MODE
@pytest.mark.parametrize("make", [plain("USER", "SASL PLAIN"), upgrading("USER"), Careless])
def test_nobody_logs_in(make: Make, mode: Mode) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: make())

    mode.drive(runtime.call(probe("pop3://pop.b.test", runtime)))
    said = b"".join(bytes(stream.written) for stream in runtime.streams)
    assert [verb for verb in (b"USER", b"PASS", b"APOP", b"AUTH") if verb in said] == []


@pytest.mark.parametrize("make", [plain(), plain(QUIT="~"), plain(QUIT="-"), plain(greeting="-ERR no")])
def test_every_connection_is_closed(make: Make) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: make())

    runtime.run(probe("pop3://pop.b.test", runtime))
    assert all(stream.is_closed for stream in runtime.streams)


@EACH_MODE
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: None, ConnectionLost),
        (plain(greeting="~"), TimedOut),
        (plain(greeting="-"), ConnectionLost),
        (plain(greeting="220 mx.b.test ESMTP"), ProtocolBroken),
        (plain(greeting="+OK " + "x" * 5_000), ProtocolBroken),
        (plain(greeting="+OK ready\r\n+OK again"), ProtocolBroken),
        (plain(CAPA="~"), TimedOut),
        (plain(CAPA="+OK\r\nUIDL"), TimedOut),
        (plain(CAPA="+OK\r\n" + "".join(f"X{n}\r\n" for n in range(600)) + "."), ProtocolBroken),
        (plain("STLS", STLS="+OK go\r\n+OK and more"), StarttlsInjection),
    ],
)
def test_whoever_holds_no_pop3_session_is_an_error(make: Make, error: type[MsgcoreError], mode: Mode) -> None:
    with pytest.raises(error):
        probed(make, mode=mode)


def test_tls_from_the_first_octet_that_fails_is_an_error() -> None:
    with pytest.raises(TlsFailed, match="unsupported protocol"):
        probed(lambda: NoTls(greeting="~"), "pop3s://pop.b.test")


def test_a_report_is_a_page() -> None:
    page = str(probed(plain("USER", "UIDL", "EXPIRE 0", "LOGIN-DELAY 60", greeting="+OK Dovecot ready.")))

    assert page == (
        "pop3://pop.b.test:110, 2030-01-01 12:00 UTC\n"
        "  greeting   +OK Dovecot ready.\n"
        "  name       not said\n"
        "  software   Dovecot (certain: greeting '+OK Dovecot ready.')\n"
        "Offered in clear\n"
        "  USER\n"
        "  UIDL\n"
        "  EXPIRE 0\n"
        "  LOGIN-DELAY 60\n"
        "Security\n"
        "  FAIL    starttls                not offered\n"
        "  unknown certificate             no TLS\n"
        "  unknown tls-version             no TLS\n"
        "  FAIL    auth-in-clear           USER\n"
        "  unknown auth-mechanisms         no SASL is offered: the login is by USER and PASS, or by APOP\n"
        "  unknown starttls-injection      there is no STLS to try\n"
        "  pass    greeting-version        no version\n"
        "Abilities\n"
        "  pass    capabilities            CAPA: it says what it can\n"
        "  pass    unique-ids              UIDL: copies can be left on the server\n"
        "  FAIL    headers                 no TOP: a header comes with its message only\n"
        "  FAIL    pipelining              no PIPELINING: one is asked for at a time\n"
        "  FAIL    response-codes          no RESP-CODES: why it refuses has to be guessed\n"
        "  FAIL    login-delay             LOGIN-DELAY: a login is refused within 60 seconds of the one before\n"
        "  FAIL    expire                  EXPIRE 0: the server itself deletes what was retrieved\n"
    )


def test_what_a_server_says_never_starts_a_line_of_the_page() -> None:
    page = str(probed(plain("X\x1b[2J\x85Y", "SASL \x1b[2J", greeting="+OK \x1b[2J\rSecurity <@\x1b[2J\x0b>")))

    assert [line for line in page.split("\n") if not line.isprintable()] == []


@pytest.mark.parametrize(
    ("greeting", "name", "version"),
    [
        ("+OK Dovecot (Ubuntu) ready.", "Dovecot", ""),
        ("+OK [XCLIENT] Dovecot ready.", "Dovecot", ""),
        ("+OK Gpop ready for requests from 192.0.2.1 x1mb1234", "Gmail", ""),
        ("+OK The Microsoft Exchange POP3 service is ready. [TABPADUAUAAyADcA]", "Exchange or Office 365", ""),
        ("+OK mail.b.test Cyrus POP3 v2.4.17 server ready <1.2@b.test>", "Cyrus", "v2.4.17"),
        ("+OK Qpopper (version 4.0.5) at b.test starting.", "Qpopper", "4.0.5"),
        ("+OK POP3 b.test 2007f.104 server ready", "UW ipop3d", "2007f.104"),
        ("+OK Hello there.", "Courier", ""),
    ],
)
def test_a_server_is_told_by_its_greeting(greeting: str, name: str, version: str) -> None:
    best = guess_software(Said({"greeting": greeting}), "pop3")[0]

    assert (best.name, best.version) == (name, version)


@pytest.mark.parametrize(
    ("text", "name"), [("Courier Mail Server", "Courier"), ("ZimbraInc", "Zimbra"), ("Cyrus POP3 v3.0", "Cyrus")]
)
def test_a_server_is_told_by_what_capa_says(text: str, name: str) -> None:
    assert guess_software(Said({"greeting": "+OK", "implementation": text}), "pop3")[0].name == name


@pytest.mark.parametrize("text", ["a" * 60_000, "+OK Dovecot (" * 5_000, " Cyrus POP3" * 6_000, "1." * 30_000])
def test_a_long_answer_is_nobodys(text: str) -> None:
    """Patterns that go back and forth over it would not end."""
    assert {one.name for one in guess_software(Said({"greeting": f"+OK {text}", "implementation": text}), "pop3")} <= {
        "Cyrus"
    }


@pytest.mark.interop
@EACH_MODE
def test_dovecot_is_told_by_its_greeting(mode: Mode, dovecot: Dovecot) -> None:
    report = mode.run(lambda runtime: probe(f"pop3://localhost:{dovecot.pop3}", runtime))

    assert report.software[0].name == "Dovecot"


@pytest.mark.interop
@EACH_MODE
@pytest.mark.parametrize("scheme", ["pop3", "pop3+starttls", "pop3s"])
def test_dovecot_over_tls_fails_only_what_it_does_not_offer(
    scheme: str, mode: Mode, dovecot: Dovecot, authority: Authority
) -> None:
    url = f"{scheme}://localhost:{dovecot.pop3s if scheme == 'pop3s' else dovecot.pop3}"
    report = mode.run(lambda runtime: probe(url, runtime, ca_file=authority.ca_file))

    in_clear = [] if scheme == "pop3s" else ["auth-in-clear"]
    assert [one.rule for one in report.checks + report.abilities if one.verdict is FAIL] == in_clear


@pytest.mark.interop
@EACH_MODE
def test_authorities_are_named_by_text_too(mode: Mode, dovecot: Dovecot, authority: Authority) -> None:
    url = f"pop3s://localhost:{dovecot.pop3s}"
    report = mode.run(lambda runtime: probe(url, runtime, ca_file=str(authority.ca_file)))

    assert report.check("certificate").verdict is PASS


@pytest.mark.interop
@EACH_MODE
def test_a_certificate_that_is_not_trusted_is_shown_with_the_reason(mode: Mode, dovecot: Dovecot) -> None:
    report = mode.run(lambda runtime: probe(f"pop3s://localhost:{dovecot.pop3s}", runtime))

    assert report.check("certificate").text == (
        "the certificate is not trusted: unable to get local issuer certificate (ca_file names a private authority)"
    )


@pytest.mark.parametrize("ca_file", [Path("/no/such/file"), "/no/such/file", "~/no/such/file", ""])
def test_a_file_that_is_not_there_is_refused_before_anybody_is_asked(ca_file: Path | str) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: Pop3())

    with pytest.raises(UsageError, match="there is no such file"):
        runtime.run(probe("pop3://pop.b.test", runtime, ca_file=ca_file))
    assert runtime.streams == []
