"""Probing IMAP servers that listen: Dovecot, and msgcore's own with its quirks and faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from msgcore.errors import ConnectionLost, StarttlsInjection
from msgcore.runtime.abc import TlsServerSettings
from msgcore.session.probe import ProbeReport, Verdict, probe
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.imap_quirks import ImapQuirks
from msgcore.wire.imap.server import BARE_IMAP, EVERY_IMAP_EXTENSION, ServerSettings
from tests.servers import Authority, Dovecot

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
USERS = {"ann": "pa ss"}


def probed(mode: Mode, url: str, ca_file: Path | None = None) -> ProbeReport:
    return mode.run(lambda runtime: probe(url, runtime, ca_file=ca_file))


def failed(report: ProbeReport) -> list[str]:
    return [one.rule for one in report.checks + report.abilities if one.verdict is Verdict.FAIL]


def tls_of(authority: Authority) -> TlsServerSettings:
    return TlsServerSettings(authority.server.certificate, authority.server.key)


@pytest.mark.interop
@EACH_MODE
def test_dovecot_is_told_by_its_greeting(mode: Mode, dovecot: Dovecot) -> None:
    report = probed(mode, f"imap://localhost:{dovecot.imap}")

    assert report.software[0].name == "Dovecot"


@pytest.mark.interop
@EACH_MODE
@pytest.mark.parametrize("scheme", ["imap", "imap+starttls", "imaps"])
def test_dovecot_over_tls_fails_only_what_it_offers_in_clear(
    scheme: str, mode: Mode, dovecot: Dovecot, authority: Authority
) -> None:
    port = dovecot.imaps if scheme == "imaps" else dovecot.imap
    report = probed(mode, f"{scheme}://localhost:{port}", authority.ca_file)

    assert failed(report) == ([] if scheme == "imaps" else ["auth-in-clear"])


@pytest.mark.interop
@EACH_MODE
def test_dovecot_obeys_nothing_that_was_sent_in_clear_behind_starttls(mode: Mode, dovecot: Dovecot) -> None:
    check = probed(mode, f"imap://localhost:{dovecot.imap}").check("starttls-injection")

    assert check.verdict is Verdict.PASS


@pytest.mark.interop
@EACH_MODE
def test_dovecot_says_who_it_is_before_the_login(mode: Mode, dovecot: Dovecot) -> None:
    assert probed(mode, f"imaps://localhost:{dovecot.imaps}").check("identity").text == "ID: name Dovecot"


@pytest.mark.interop
@EACH_MODE
def test_what_dovecot_tells_only_after_the_login_is_unknown(mode: Mode, dovecot: Dovecot) -> None:
    """Debian's tells IDLE and LITERAL+ before, and QRESYNC after."""
    report = probed(mode, f"imaps://localhost:{dovecot.imaps}")

    assert [report.check(rule).verdict for rule in ("idle", "literals", "qresync")] == [
        Verdict.PASS,
        Verdict.PASS,
        Verdict.UNKNOWN,
    ]


@pytest.mark.interop
@EACH_MODE
@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_certificate_that_is_not_trusted_is_shown_with_the_reason(scheme: str, mode: Mode, dovecot: Dovecot) -> None:
    port = dovecot.imaps if scheme == "imaps" else dovecot.imap
    report = probed(mode, f"{scheme}://localhost:{port}")

    assert report.check("certificate").text == (
        "the certificate is not trusted: unable to get local issuer certificate (ca_file names a private authority)"
    )


@EACH_MODE
def test_our_own_server_is_told_by_its_replies(mode: Mode) -> None:
    with LoopbackImapServer(USERS) as server:
        assert probed(mode, server.url).software[0].name == "msgcore"


@EACH_MODE
@pytest.mark.parametrize("from_first_octet", [False, True])
def test_our_own_server_over_tls_fails_only_what_it_offers_in_clear(
    from_first_octet: bool, mode: Mode, authority: Authority
) -> None:
    with LoopbackImapServer(USERS, tls=tls_of(authority), from_first_octet=from_first_octet) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        report = probed(mode, url, authority.ca_file)

    assert failed(report) == ([] if from_first_octet else ["auth-in-clear"])


@EACH_MODE
def test_our_own_server_refuses_starttls_with_something_behind_it(mode: Mode, authority: Authority) -> None:
    with LoopbackImapServer(USERS, tls=tls_of(authority)) as server:
        check = probed(mode, server.url).check("starttls-injection")

    assert (check.verdict, check.text) == (
        Verdict.PASS,
        "STARTTLS with something behind it is refused: BAD octets ahead of the answer to STARTTLS",
    )


@EACH_MODE
def test_every_extension_that_our_own_server_names_is_an_ability(mode: Mode) -> None:
    with LoopbackImapServer(USERS, extensions=EVERY_IMAP_EXTENSION) as server:
        report = probed(mode, server.url)

    unknown = {one.rule for one in report.abilities if one.verdict is Verdict.UNKNOWN}
    assert unknown == {"acl", "identity", "notify", "quota", "threads", "utf8"}


@EACH_MODE
def test_what_a_server_hides_before_the_login_is_unknown(mode: Mode) -> None:
    with LoopbackImapServer(USERS, quirks=ImapQuirks(hides_before_login=frozenset({"MOVE"}))) as server:
        check = probed(mode, server.url).check("move")

    assert (check.verdict, check.text) == (Verdict.UNKNOWN, "MOVE is told after the login, if at all")


@EACH_MODE
def test_of_who_is_logged_in_from_the_start_all_abilities_are_told(mode: Mode) -> None:
    settings = ServerSettings("imap.loopback.test", preauthenticated_user="ann")
    with LoopbackImapServer(USERS, extensions=BARE_IMAP, settings=settings) as server:
        report = probed(mode, server.url)

    assert [report.check(rule).text for rule in ("preauth", "idle")] == [
        "PREAUTH: whoever connects is logged in, or somebody writes that",
        "no IDLE",
    ]


@EACH_MODE
def test_what_only_the_greeting_says_is_a_lie(mode: Mode) -> None:
    with LoopbackImapServer(USERS) as server:
        server.answer("OK [CAPABILITY IMAP4rev1 QUOTA] hi", at="greeting")
        report = probed(mode, server.url)

    assert report.check("capabilities").text == "only the greeting has QUOTA"


@EACH_MODE
def test_a_server_without_login_says_so(mode: Mode) -> None:
    with LoopbackImapServer(USERS, extensions=BARE_IMAP) as server:
        report = probed(mode, server.url)

    assert report.check("login").text == "AUTHENTICATE CRAM-MD5 LOGIN PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512"


@EACH_MODE
def test_a_server_that_says_bye_has_a_report_of_its_greeting(mode: Mode) -> None:
    with LoopbackImapServer(USERS, quirks=ImapQuirks(max_connections=0)) as server:
        report = probed(mode, server.url)

    assert (report.greeting, failed(report)) == ("* BYE [LIMIT] too many connections", [])


@EACH_MODE
def test_octets_in_clear_behind_the_go_ahead_are_an_error(mode: Mode, authority: Authority) -> None:
    with LoopbackImapServer(USERS, tls=tls_of(authority)) as server:
        server.say_behind(b"* OK and more\r\n", at="STARTTLS")
        with pytest.raises(StarttlsInjection, match="octets in clear"):
            probed(mode, server.url)


@EACH_MODE
def test_starttls_that_is_refused_leaves_a_report_in_clear(mode: Mode, authority: Authority) -> None:
    with LoopbackImapServer(USERS, tls=tls_of(authority)) as server:
        server.answer("NO [UNAVAILABLE] not now", at="STARTTLS")
        report = probed(mode, server.url)

    assert report.check("starttls").text == "offered and refused: NO [UNAVAILABLE] not now"


@EACH_MODE
def test_a_server_that_breaks_off_is_an_error(mode: Mode) -> None:
    with LoopbackImapServer(USERS) as server:
        server.cut_within("CAPABILITY", octets=20)
        with pytest.raises(ConnectionLost):
            probed(mode, server.url)


@EACH_MODE
def test_a_server_that_breaks_off_at_id_has_a_report(mode: Mode) -> None:
    with LoopbackImapServer(USERS) as server:
        server.cut_within("ID", octets=2)
        report = probed(mode, server.url)

    assert report.check("capabilities").text == "ID is offered and refused: the connection ends"


@EACH_MODE
def test_nobody_logs_in(mode: Mode, authority: Authority) -> None:
    with LoopbackImapServer(USERS, tls=tls_of(authority)) as server:
        probed(mode, server.url)

        assert server.logins == ()


@EACH_MODE
def test_a_good_client_says_this(mode: Mode, authority: Authority) -> None:
    with LoopbackImapServer(USERS, tls=tls_of(authority)) as server:
        probed(mode, server.url.replace("127.0.0.1", "localhost"), authority.ca_file)
        first = server.sessions[0]

    assert list(first) == ["CAPABILITY", "STARTTLS", "CAPABILITY", 'ID ("name" "msgcore")', "LOGOUT"]
