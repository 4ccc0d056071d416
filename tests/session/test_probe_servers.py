"""Probing real servers: Postfix, Dovecot, smtp-sink, and msgcore's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from msgcore.runtime.abc import TlsServerSettings
from msgcore.session.probe import Certificate, ProbeReport, Verdict, probe
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackSmtpServer
from tests.servers import Authority, Dovecot, Postfix, SmtpSink

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


def probed(mode: Mode, url: str, ca_file: Path | None = None) -> ProbeReport:
    return mode.run(lambda runtime: probe(url, runtime, ca_file=ca_file))


def best_guess(report: ProbeReport) -> str:
    return report.software[0].name


def certificate_of(report: ProbeReport) -> Certificate:
    assert report.tls is not None
    assert report.tls.certificate is not None
    return report.tls.certificate


@pytest.mark.interop
@EACH_MODE
def test_postfix_is_told_by_its_greeting(mode: Mode, postfix: Postfix) -> None:
    assert best_guess(probed(mode, f"smtp://localhost:{postfix.smtp}")) == "Postfix"


@pytest.mark.interop
@EACH_MODE
def test_postfix_offers_auth_inside_tls_only_where_tls_is_required(mode: Mode, postfix: Postfix) -> None:
    report = probed(mode, f"smtp+starttls://localhost:{postfix.submission}")

    assert ("AUTH" in (report.offers_in_clear or {}), "AUTH" in (report.offers_in_tls or {})) == (False, True)


@pytest.mark.interop
@EACH_MODE
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_certificate_of_a_known_authority_is_verified(
    scheme: str, mode: Mode, postfix: Postfix, authority: Authority
) -> None:
    port = {"smtp": postfix.smtp, "smtps": postfix.smtps}[scheme]
    report = probed(mode, f"{scheme}://localhost:{port}", authority.ca_file)

    assert (report.check("certificate").verdict, certificate_of(report).names) == (
        Verdict.PASS,
        ("localhost", "127.0.0.1"),
    )


@pytest.mark.interop
@EACH_MODE
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_is_not_trusted_is_shown_with_the_reason(scheme: str, mode: Mode, postfix: Postfix) -> None:
    port = {"smtp": postfix.smtp, "smtps": postfix.smtps}[scheme]
    report = probed(mode, f"{scheme}://localhost:{port}")

    assert (report.check("certificate").text, certificate_of(report).issuer) == (
        "the certificate is not trusted: unable to get local issuer certificate (ca_file names a private authority)",
        "CN=msgcore test authority",
    )


@pytest.mark.interop
@EACH_MODE
def test_postfix_and_dovecot_drop_what_was_sent_in_clear_behind_starttls(
    mode: Mode, postfix: Postfix, dovecot: Dovecot
) -> None:
    urls = [f"smtp://localhost:{postfix.smtp}", f"lmtp://localhost:{dovecot.lmtp}"]

    assert [probed(mode, url).check("starttls-injection").verdict for url in urls] == [Verdict.PASS] * 2


@pytest.mark.interop
@EACH_MODE
def test_dovecot_lmtp_is_told_by_its_greeting(mode: Mode, dovecot: Dovecot) -> None:
    assert best_guess(probed(mode, f"lmtp://localhost:{dovecot.lmtp}")) == "Dovecot LMTP"


@pytest.mark.interop
@EACH_MODE
def test_smtp_sink_is_told_by_its_greeting(mode: Mode, smtp_sink: SmtpSink) -> None:
    assert best_guess(probed(mode, f"smtp://localhost:{smtp_sink.port}")) == "smtp-sink (Postfix)"


@EACH_MODE
def test_our_own_server_is_told_by_its_replies(mode: Mode) -> None:
    with LoopbackSmtpServer() as server:
        assert best_guess(probed(mode, server.url)) == "msgcore"


@EACH_MODE
def test_our_own_server_over_tls_fails_only_what_it_does_not_offer(mode: Mode, authority: Authority) -> None:
    tls = TlsServerSettings(authority.server.certificate, authority.server.key)
    with LoopbackSmtpServer(tls=tls) as server:
        report = probed(mode, f"smtp://localhost:{server.port}", authority.ca_file)

    assert [check.rule for check in report.checks if check.verdict is Verdict.FAIL] == ["pipelining", "requiretls"]


@EACH_MODE
def test_no_mail_is_begun(mode: Mode) -> None:
    with LoopbackSmtpServer() as server:
        probed(mode, server.url)
        commands = [command for session in server.sessions for command in session]

    assert [command for command in commands if command.startswith(("AUTH", "MAIL", "RCPT", "DATA", "BDAT"))] == []
