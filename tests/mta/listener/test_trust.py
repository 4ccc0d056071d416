"""A listener that looks at the mail of strangers: what it adds, takes out, refuses, and hands on."""

from __future__ import annotations

import smtplib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pytest

from msgcore.mta import TrustSettings
from msgcore.mta.listener import from_networks
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime import AsyncioRuntime
from msgcore.runtime.dns import Resolver
from tests.mta.listener.house import HOST, House
from tests.mta.trust.letters import ANN, LETTER, signer
from tests.mta.trust.names import ZONES
from tests.servers.name_server import NameServer

FORGED = b"Authentication-Results: mx.b.test; dmarc=pass\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with NameServer(ZONES) as server:
        yield server


def house(server: NameServer, *, action: str = "note", own_names: Collection[str] = (), **settings: Any) -> House:
    runtime = AsyncioRuntime()
    trust = TrustSettings(verifies=True, on_dmarc_fail=action)  # type: ignore[arg-type]  # one of its words
    verifier = Verifier(runtime, Resolver(runtime, server.settings), trust, own_names)
    return House(runtime=runtime, verifier=verifier, **settings)


def sent(house: House, octets: bytes, sender: str = ANN.email_address) -> Any:
    with house.library(is_lmtp=house.is_lmtp) as client:
        client.sendmail(sender, ["bob@b.test"], octets)
    return house.queue.accepted[-1]


def test_what_was_found_stands_above_our_received_field_and_goes_with_the_message(server: NameServer) -> None:
    octets = signer().sign(LETTER, ANN)

    with house(server) as listening:
        accept = sent(listening, octets)

    head, _, rest = accept.content.octets.partition(b"Received: ")
    assert head.startswith(b"Authentication-Results: mx.b.test;\r\n\tspf=fail smtp.mailfrom=a.test;")
    assert rest.endswith(octets)
    assert accept.verdicts == {"origin=outside", "spf=fail", "dkim=pass", "dmarc=pass", "arc=none"}


def test_a_field_in_our_name_is_taken_out_and_no_other_octet(server: NameServer) -> None:
    octets = LETTER.replace(b"Subject:", FORGED + b"Subject:")

    with house(server) as listening:
        accept = sent(listening, octets)

    assert accept.content.octets.endswith(b"\r\n" + LETTER)
    assert accept.content.octets.count(b"dmarc=pass") == 0


HERE = from_networks("127.0.0.0/8")


@pytest.mark.parametrize(
    ("settings", "is_left"),
    [({}, False), ({"is_site": HERE}, True), ({"may_relay": HERE}, True), ({"is_lmtp": True}, True)],
)
def test_fields_of_our_other_nodes_are_believed_of_our_servers_only(
    server: NameServer, settings: Mapping[str, Any], is_left: bool
) -> None:
    field = FORGED.replace(b"mx.b.test", b"Mx2.B.test")

    with house(server, own_names=["mx2.b.test", "mx.b.test"], **settings) as listening:
        octets = sent(listening, field + FORGED + LETTER).content.octets

    assert (field in octets, FORGED in octets) == (is_left, False)


@pytest.mark.parametrize(("action", "is_taken"), [("note", True), ("reject", False)])
def test_what_its_domain_wants_refused_is_refused_if_the_node_obeys(
    server: NameServer, action: str, is_taken: bool
) -> None:
    refusal = ""
    with house(server, action=action) as listening:
        try:
            assert {"policy=reject", "sender=unknown"} <= sent(listening, LETTER).verdicts
        except smtplib.SMTPDataError as error:
            refusal = str(error)

    assert refusal == "" if is_taken else "(550, b'5.7.1 a.test wants this refused" in refusal


@pytest.mark.parametrize("author", [b"From: MAILER-DAEMON\r\n", b"From: =?utf-8?q?ann=40a=2Etest?=\r\n", b""])
@pytest.mark.parametrize("action", ["note", "reject"])
def test_mail_of_no_author_is_refused_where_dmarc_is_obeyed(server: NameServer, action: str, author: bytes) -> None:
    """Readers would show it as somebody's all the same, and whoever needs no domain needs no DMARC."""
    refusal = ""
    with house(server, action=action) as listening:
        try:
            sent(listening, LETTER.replace(b"From: Ann <ann@a.test>\r\n", author))
        except smtplib.SMTPDataError as error:
            refusal = str(error)

    assert refusal.startswith("(550, b'5.7.1 no author") if action == "reject" else not refusal


def test_who_may_relay_is_not_looked_at_and_may_not_speak_in_our_name_either(server: NameServer) -> None:
    with house(server, action="reject", may_relay=from_networks("127.0.0.0/8")) as listening:
        accept = sent(listening, FORGED + LETTER)

    assert accept.verdicts == frozenset()
    assert accept.content.octets.endswith(LETTER)
    assert b"Authentication-Results" not in accept.content.octets


def test_whoever_is_not_looked_at_is_still_a_stranger() -> None:
    with House() as listening:
        assert (sent(listening, FORGED + LETTER).verdicts, HOST) == ({"origin=outside"}, "mx.b.test")
