"""Probing SMTP servers in memory: what is seen of them, how each rule fares, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from msgcore.errors import ConnectionLost, MsgcoreError, ProtocolBroken, TimedOut, TlsFailed, UsageError
from msgcore.runtime import TlsFacts
from msgcore.session.probe import ProbeReport, Verdict, probe
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Peer, ScriptedRuntime, Secured
from tests.wire.fake_server import FakeServer

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
UNTRUSTED = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", is_verified=False)

Make = Callable[[], Peer | None]


class Inside(FakeServer):
    """The server behind the TLS handshake: it does not greet again."""

    def greet(self) -> bytes:
        return b""


class Careless(FakeServer):
    """A server that keeps what arrived behind STARTTLS and obeys it inside TLS."""

    def __init__(self) -> None:
        super().__init__("STARTTLS", STARTTLS="220 go")
        self._behind = b""

    def react(self, octets: bytes) -> bytes:
        command, verb, self._behind = octets.partition(b"STARTTLS\r\n")
        return super().react(command + verb)

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        return TlsFacts("TLSv1.3", "", is_verified=True), super().react(self._behind)


class Strict(FakeServer):
    """A server that ends the session over a command that did not wait for the reply to EHLO."""

    def react(self, octets: bytes) -> bytes:
        if octets.startswith(b"EHLO") and octets.count(b"\r\n") > 1:
            self.is_closed = True
            return b"554 5.5.0 Error: SMTP protocol synchronization\r\n"
        return super().react(octets)


class NoTls(FakeServer):
    """A server that offers STARTTLS, and no handshake with it succeeds."""

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        raise TlsFailed("smtp mx.b.test:25: TLS: unsupported protocol")


def probed(make: Make, url: str = "smtp://mx.b.test", mode: Mode = Mode.BLOCKING) -> ProbeReport:
    runtime = ScriptedRuntime(lambda _endpoint: make())
    return mode.drive(runtime.call(probe(url, runtime)))


def verdict(rule: str, make: Make, url: str = "smtp://mx.b.test") -> Verdict:
    return probed(make, url).check(rule).verdict


def plain(*extensions: str, **replies: str) -> Make:
    return lambda: FakeServer(*extensions, **replies)


def upgrading(*extensions: str, facts: TlsFacts | None = None, **replies: str) -> Make:
    """A server with STARTTLS that offers these extensions inside TLS."""

    def make() -> Peer:
        inside = Inside(*extensions, **replies)
        clear = FakeServer("STARTTLS", STARTTLS="220 go")
        return Secured(inside, clear) if facts is None else Secured(inside, clear, facts)

    return make


def implicit(*extensions: str) -> Make:
    return lambda: Secured(FakeServer(*extensions))


@pytest.mark.parametrize("mode", Mode)
def test_what_is_offered_before_and_after_tls_is_told_apart(mode: Mode) -> None:
    report = probed(upgrading("SIZE 1000", "AUTH PLAIN"), mode=mode)

    assert (report.offers_in_clear, report.offers_in_tls) == (
        {"STARTTLS": "", "HELP": ""},
        {"SIZE": "1000", "AUTH": "PLAIN", "HELP": ""},
    )


def test_nothing_is_offered_in_clear_where_tls_starts_at_once() -> None:
    report = probed(implicit("SIZE 1000"), "smtps://mx.b.test")

    assert (report.offers_in_clear, report.offers_in_tls) == (None, {"SIZE": "1000", "HELP": ""})


def test_a_server_that_knows_no_ehlo_offers_nothing() -> None:
    report = probed(plain(EHLO="502 5.5.1 what", HELO="250 old.b.test hello"))

    assert (report.offers_in_clear, report.server_name) == ({}, "old.b.test")


def test_an_lmtp_server_is_asked_with_lhlo() -> None:
    assert probed(plain("PIPELINING"), "lmtp://mx.b.test").offers_in_clear == {"PIPELINING": "", "HELP": ""}


def test_a_server_that_takes_no_session_is_told_by_its_greeting() -> None:
    report = probed(plain(greeting="554 no service"))

    assert (report.greeting, report.offers_in_clear) == ("554 no service", None)


@pytest.mark.parametrize(
    ("rule", "make", "expected"),
    [
        ("starttls", plain(), FAIL),
        ("starttls", upgrading(), PASS),
        ("starttls", plain("STARTTLS", STARTTLS="454 4.7.0 not now"), FAIL),
        ("starttls", plain(greeting="554 no service"), UNKNOWN),
        ("certificate", plain(), UNKNOWN),
        ("certificate", upgrading(), PASS),
        ("certificate", upgrading(facts=UNTRUSTED), FAIL),
        ("tls-version", plain(), UNKNOWN),
        ("tls-version", upgrading(), PASS),
        ("tls-version", lambda: NoTls("STARTTLS", STARTTLS="220 go"), FAIL),
        ("auth-in-clear", plain(), PASS),
        ("auth-in-clear", plain("AUTH LOGIN"), FAIL),
        ("auth-in-clear", upgrading("AUTH LOGIN"), PASS),
        ("auth-mechanisms", plain(), UNKNOWN),
        ("auth-mechanisms", upgrading("AUTH LOGIN CRAM-MD5"), FAIL),
        ("auth-mechanisms", upgrading("AUTH LOGIN SCRAM-SHA-256"), PASS),
        ("starttls-injection", Careless, FAIL),
        ("starttls-injection", plain(), UNKNOWN),
        ("starttls-injection", lambda: NoTls("STARTTLS", STARTTLS="220 go"), UNKNOWN),
        ("pipelining", plain(), FAIL),
        ("pipelining", Strict, PASS),
        ("pipelining", plain(NOOP="503 5.5.0 wait"), PASS),
        ("vrfy", plain(VRFY="250 2.1.5 <postmaster@b.test>"), FAIL),
        ("vrfy", plain(VRFY="252 2.0.0 send some mail"), PASS),
        ("vrfy", plain(VRFY="502 5.5.1 no"), PASS),
        ("vrfy", plain(VRFY="450 4.3.0 later"), UNKNOWN),
        ("vrfy", plain(VRFY="-"), UNKNOWN),
        ("vrfy", plain(VRFY="~"), UNKNOWN),
        ("expn", plain(EXPN="250 2.1.5 ann, bob"), FAIL),
        ("expn", plain(EXPN="502 5.5.1 no"), PASS),
        ("expn", plain(HELP="421 4.3.2 closing"), UNKNOWN),
        ("greeting-version", plain(greeting="220 mx1.0.b.test ESMTP Postfix"), PASS),
        ("greeting-version", plain(greeting="220 mx.b.test ESMTP; your address is 192.0.2.1"), PASS),
        ("greeting-version", plain(greeting="220 mx.b.test ESMTP Exim 4.97.1 Mon, 05 Jan 2026 12:00:00 +0000"), FAIL),
        ("requiretls", plain("REQUIRETLS"), UNKNOWN),
        ("requiretls", upgrading("REQUIRETLS"), PASS),
        ("requiretls", upgrading(), FAIL),
    ],
)
def test_each_rule_has_its_verdict(rule: str, make: Make, expected: Verdict) -> None:
    assert verdict(rule, make) is expected


@pytest.mark.parametrize("mode", Mode)
def test_what_was_sent_in_clear_behind_starttls_and_obeyed_inside_is_shown(mode: Mode) -> None:
    text = probed(Careless, mode=mode).check("starttls-injection").text

    assert text == "a command sent in clear behind STARTTLS is obeyed inside TLS: 250 2.0.0 ok"


@pytest.mark.parametrize("rule", ["starttls", "certificate", "tls-version", "auth-in-clear"])
def test_tls_from_the_first_octet_passes(rule: str) -> None:
    assert verdict(rule, implicit(), "smtps://mx.b.test") is PASS


def test_why_a_certificate_is_not_trusted_is_told() -> None:
    report = probed(upgrading(facts=UNTRUSTED))

    assert report.tls is not None
    assert (report.tls.version, report.tls.distrust) == ("TLSv1.3", "the certificate is not trusted")


def test_without_agreement_on_tls_the_rest_is_seen_in_clear() -> None:
    report = probed(lambda: NoTls("STARTTLS", "SIZE 1000", STARTTLS="220 go"))

    assert (report.tls, report.offers_in_clear) == (None, {"STARTTLS": "", "SIZE": "1000", "HELP": ""})


@pytest.mark.parametrize("make", [plain("AUTH PLAIN"), upgrading("AUTH PLAIN"), Careless, Strict])
@pytest.mark.parametrize("mode", Mode)
def test_nobody_logs_in_and_no_mail_is_begun(make: Make, mode: Mode) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: make())

    mode.drive(runtime.call(probe("smtp://mx.b.test", runtime)))
    said = b"".join(bytes(stream.written) for stream in runtime.streams)
    assert [verb for verb in (b"AUTH", b"MAIL", b"RCPT", b"DATA", b"BDAT") if verb in said] == []


@pytest.mark.parametrize("make", [plain(), plain(VRFY="~"), plain(greeting="554 no service"), Strict])
def test_every_connection_is_closed(make: Make) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: make())

    runtime.run(probe("smtp://mx.b.test", runtime))
    assert all(stream.is_closed for stream in runtime.streams)


class Says(FakeServer):
    """A server that answers everything alike."""

    def __init__(self, octets: bytes) -> None:
        super().__init__()
        self._octets = octets

    def greet(self) -> bytes:
        return self._octets

    def react(self, octets: bytes) -> bytes:
        return self._octets if octets else b""


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: None, ConnectionLost),
        (plain(greeting="~"), TimedOut),
        (plain(greeting="-"), ConnectionLost),
        (lambda: Says(b"HTTP/1.1 400 Bad Request\r\n"), ProtocolBroken),
        (plain(EHLO="~"), TimedOut),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_whoever_holds_no_smtp_session_is_an_error(make: Make, error: type[MsgcoreError], mode: Mode) -> None:
    with pytest.raises(error):
        probed(make, mode=mode)


def test_of_a_server_that_says_nothing_in_clear_tls_is_suspected() -> None:
    with pytest.raises(TimedOut, match="may be waiting for TLS: smtps://"):
        probed(plain(greeting="~"))


@pytest.mark.parametrize("scheme", ["smtp", "pop3", "imap"])
def test_of_a_port_that_greets_in_clear_the_other_scheme_is_named(scheme: str) -> None:
    with pytest.raises(
        TlsFailed, match=rf"does not start with TLS on this port: {scheme}\+starttls://, or another port"
    ):
        probed(plain(), f"{scheme}s://mx.b.test")


@pytest.mark.parametrize("octets", [b"220 a\r\n220 b\r\n", b"250 x\r\n", b"220-x\r\n" * 10_000])
def test_a_server_that_says_too_much_or_the_wrong_thing_breaks_the_protocol(octets: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        probed(lambda: Says(octets))


def test_tls_from_the_first_octet_that_fails_is_an_error() -> None:
    with pytest.raises(TlsFailed, match="unsupported protocol"):
        probed(lambda: NoTls(greeting="~"), "smtps://mx.b.test")


@pytest.mark.parametrize(
    "url", ["http://mx.b.test", "mx.b.test", "nntp://mx.b.test", "smtp://ann:secret@mx.b.test", "lmtp+unix:///run/lmtp"]
)
def test_a_url_that_is_not_to_be_probed_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        probed(plain(), url)


@pytest.mark.parametrize("name", ["", "a b", "a\r\nMAIL", "bücher.test"])
def test_an_ehlo_name_that_is_none_is_refused_before_anybody_is_asked(name: str) -> None:
    runtime = ScriptedRuntime(lambda _endpoint: FakeServer())

    with pytest.raises(UsageError):
        runtime.run(probe("smtp://mx.b.test", runtime, ehlo_name=name))
    assert runtime.streams == []


def test_a_report_is_a_page() -> None:
    page = str(probed(plain("SIZE 1000", greeting="220 mx.b.test ESMTP Postfix", VRFY="252 2.0.0 postmaster")))

    assert page == (
        "smtp://mx.b.test:25, 2030-01-01 12:00 UTC\n"
        "  greeting   220 mx.b.test ESMTP Postfix\n"
        "  name       mx.b.test\n"
        "  software   Postfix (certain: greeting ' ESMTP Postfix')\n"
        "Offered in clear\n"
        "  SIZE 1000\n"
        "  HELP\n"
        "Security\n"
        "  FAIL    starttls                not offered\n"
        "  unknown certificate             no TLS\n"
        "  unknown tls-version             no TLS\n"
        "  pass    auth-in-clear           not offered\n"
        "  unknown auth-mechanisms         no AUTH is offered\n"
        "  unknown starttls-injection      there is no STARTTLS to try\n"
        "  FAIL    pipelining              a command sent behind EHLO without waiting is obeyed: 250 2.0.0 ok\n"
        "  pass    vrfy                    252 2.0.0 postmaster\n"
        "  FAIL    expn                    250 2.0.0 ok\n"
        "  pass    greeting-version        no version\n"
        "  unknown requiretls              no TLS\n"
    )


def test_what_a_server_says_never_starts_a_line_of_the_page() -> None:
    page = str(probed(plain("X\x1b[2J\x85Y", greeting="220 mx.b.test \x1b[2J\rSecurity")))

    assert [line for line in page.split("\n") if not line.isprintable()] == []
