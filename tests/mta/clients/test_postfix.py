"""Postfix in front of a node and behind it: mail goes from one into the other and back, over TLS, and so do reports."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.blocking.organization import Organization
from msgcore.model import Accepted
from msgcore.mta import AddressSpace, Connector, ReportSettings
from tests.mta.clients.site import HOST, LETTER, PASSWORD, RELAY, Site, is_whole, site
from tests.mta.reports import rfc3464
from tests.mta.trust.letters import signer, verified
from tests.servers import Authority, Dovecot, Postfix, SmtpSink
from tests.servers.server import free_ports

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def ports() -> list[int]:
    """Give the ports of the node, in the order of :class:`Site`; Postfix has to know of them, and it of Postfix's."""
    return free_ports(4)


@pytest.fixture(scope="module")
def relay(authority: Authority, dovecot: Dovecot, smtp_sink: SmtpSink, ports: list[int]) -> Iterator[Postfix]:
    """Run a Postfix whose way out is the node."""
    smtp, submission, smtps, lmtp = ports
    routes = {
        "node.test": f"smtp:[localhost]:{smtp}",
        "keep.test": f"smtp:[localhost]:{smtp}",
        "login.keep.test": f"smtp:[localhost]:{submission}",
        "tls.keep.test": f"smtps:[localhost]:{smtps}",
        "lmtp.keep.test": f"lmtp:inet:127.0.0.1:{lmtp}",
    }
    verified = ", ".join(f"{{[localhost]:{port} = verify match=hostname}}" for port in (smtp, submission, smtps))
    logins = ", ".join(f"{{[localhost]:{port} = {RELAY}:{PASSWORD}}}" for port in (submission, smtps))
    more = f"""
smtp_tls_policy_maps = inline:{{ {verified} }}
lmtp_tls_security_level = encrypt
smtp_sasl_auth_enable = yes
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = inline:{{ {logins} }}
"""
    with Postfix(authority, dovecot, smtp_sink, routes=routes, more=more) as postfix:
        yield postfix


@pytest.fixture(scope="module")
def node(authority: Authority, relay: Postfix, ports: list[int], folder: Path) -> Iterator[Site]:
    """Run a node whose way out is that Postfix: Alice's mail by one port of it, Bob's by another one."""
    upgraded = way("upgraded", "alice@example.test", f"smtp+starttls://localhost:{relay.smtp}", authority)
    at_once = way("at once", "bob@example.test", f"smtps://localhost:{relay.smtps}", authority)
    with site(authority, folder, ports=ports, connectors=[upgraded, at_once], prepare=prepare) as node:
        yield node


def way(name: str, pattern: str, relay: str, authority: Authority) -> Connector:
    options = {"relay": relay, "ca_file": str(authority.ca_file)}
    return Connector(name, "smtp", [AddressSpace("SMTP", pattern)], options=options)


def prepare(organization: Organization) -> None:
    organization.set_reports(ReportSettings(HOST))
    organization.add_redirect("SMTP:through@node.test", to="SMTP:alice@example.test")


def send(port: int, to: str, *, sender: str = "alice@example.test", mark: str = "", notify: str = "") -> None:
    letter = LETTER.replace(b"\r\n", f"\r\nX-Mark: {mark}\r\n".encode(), 1) if mark else LETTER
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test") as client:
        client.sendmail(sender, to, letter, ["BODY=8BITMIME"], [f"NOTIFY={notify}"] if notify else [])


@pytest.mark.parametrize(
    ("domain", "protocol"),
    [
        ("keep.test", b" with ESMTPS (TLSv1.3 "),
        ("login.keep.test", b" with ESMTPSA (TLSv1.3 "),
        ("tls.keep.test", b" with ESMTPSA (TLSv1.3 "),
        ("lmtp.keep.test", b" with LMTPS "),
    ],
)
def test_postfix_relays_into_a_node(relay: Postfix, node: Site, domain: str, protocol: bytes) -> None:
    """It checks the node's certificate, and logs in where it is told to."""
    send(relay.smtp, f"in@{domain}")

    octets = node.kept.only(f"in@{domain}")
    assert (is_whole(octets), protocol in octets) == (True, True)


@pytest.mark.parametrize(("name", "service"), [("alice", "STARTTLS"), ("bob", "TLS from the first octet")])
def test_a_node_relays_into_postfix(relay: Postfix, node: Site, name: str, service: str) -> None:
    send(node.smtp, f"{name}@example.test", mark=f"out to {name}")

    octets = relay.wait_for_message(name, f"out to {name}".encode())
    assert isinstance(node.watched.outcome_for(f"{name}@example.test"), Accepted)
    assert (is_whole(octets.replace(b"\n", b"\r\n")), b"with UTF8SMTPS id" in octets) == (True, True)


def test_mail_goes_from_postfix_through_a_node_to_postfix(relay: Postfix, node: Site) -> None:
    send(relay.smtp, "through@node.test", mark="there and back")

    octets = relay.wait_for_message("alice", b"there and back")
    by = [line.split()[1] for line in octets.splitlines() if line.lstrip().startswith(b"by ")]
    assert (is_whole(octets.replace(b"\n", b"\r\n")), by) == (
        True,
        [b"mx.example.test", HOST.encode(), b"mx.example.test"],
    )


def test_a_signature_is_right_behind_postfix_a_node_and_postfix(relay: Postfix, node: Site) -> None:
    """Postfix adds the Date and the Message-ID that are missing."""
    letter = b"From: ann@a.test\r\nSubject:  two  words\r\nX-Mark: signed\r\n\r\n.\r\n..dots\t \r\n \r\n\r\n\r\n"
    with smtplib.SMTP("127.0.0.1", relay.smtp, local_hostname="client.test") as client:
        client.sendmail("alice@example.test", "through@node.test", signer("rsa", "ed25519").sign(letter, None))

    octets = relay.wait_for_message("alice", b"X-Mark: signed").replace(b"\n", b"\r\n")
    assert [one.result for one in verified(octets)] == ["pass", "pass"]


def test_who_is_not_there_is_reported_by_postfix(relay: Postfix, node: Site) -> None:
    """What a node refuses at RCPT needs no report of its own."""
    send(relay.smtp, "nobody@node.test", sender="bob@example.test")

    report = relay.wait_for_message("bob", b"nobody@node.test")
    assert (b"Status: 5.1.1" in report, node.knows_of("nobody@node.test")) == (True, False)


def test_who_asked_is_told_of_success_by_the_last_of_both(relay: Postfix, node: Site) -> None:
    """Postfix passes on what its client wants to know (RFC 3461), and the report goes back through it."""
    send(relay.smtp, "ann@node.test", sender="bob@example.test", notify="SUCCESS")

    report = relay.wait_for_message("bob", b"Action: delivered").replace(b"\n", b"\r\n")
    assert (b"; ann@node.test\r\n" in report, f"Reporting-MTA: dns; {HOST}".encode() in report) == (True, True)
    assert rfc3464.faults(report) == []
