"""Nodes that sign what leaves and look at what comes in, each an organisation of its own, over SMTP between them."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

import msgcore
from msgcore import Message, Profile, ProfileAdmin
from msgcore.base.text import Secret
from msgcore.blocking.node import Node
from msgcore.blocking.organization import Organization
from msgcore.errors import SecretMissing, UsageError
from msgcore.model import Accepted
from msgcore.mta import (
    AddressSpace,
    Connector,
    DkimKey,
    EventKind,
    ListenOn,
    OutboundSettings,
    ReportSettings,
    RouteTable,
    TrustSettings,
)
from msgcore.mta.listener import ListenerSettings, from_networks
from msgcore.mta.trust.canonical import simple_body
from msgcore.testing.organization import MemoryOrganization
from msgcore.testing.servers import LoopbackSmtpServer
from tests.mta.clients.site import Kept
from tests.mta.nodes import QUICK, Watched
from tests.mta.office import installed
from tests.mta.trust.letters import LETTER, key, record
from tests.mta.trust.names import ZONES
from tests.servers.name_server import NameServer, servfail

HOME = '"v=spf1 ip4:127.0.0.1 -all"'
TO_ALL = ListenOn("127.0.0.1", 0, ListenerSettings("mx.a.test", may_relay=from_networks("127.0.0.0/8")))
HERE = ListenOn("127.0.0.1", 0)
SIGNS = TrustSettings([DkimKey("a.test", name, Secret(key(name)[0])) for name in ("rsa", "ed25519")])
LOOKS = TrustSettings(verifies=True)
FLOOR = OutboundSettings(tls={"*": "encrypt"}, uses_mta_sts=False)


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    at_home = ZONES["a.test"].replace('"v=spf1 ip4:192.0.2.1 -all"', HOME)
    with NameServer({**ZONES, "a.test": at_home, "empty.test": ""}) as server:
        yield server


@pytest.fixture
def b(tmp_path: Path) -> Iterator[Organization]:
    """Give the organisation that mail comes to; what is not for Bob is kept by connectors."""
    with msgcore.open_organization(f"sqlite:///{tmp_path / 'b.db'}", create=True) as organization:
        organization.add_mailbox("bob", addresses=["SMTP:bob@b.test"])
        yield organization


def send(port: int, to: str, octets: bytes = LETTER, sender: str = "ann@a.test") -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test") as client:
        client.sendmail(sender, [to], octets)


def last_text(organization: Organization, address: str) -> str:
    """Give what the first event of an address's last message says."""
    [event, *_] = organization.track(transfer_id=organization.track(address=address)[-1].transfer_id)
    return event.text


def relay_to(node: Node) -> Connector:
    return Connector("out", "smtp", [AddressSpace("SMTP", "*", 10)], {"relay": f"smtp://127.0.0.1:{node.ports[0]}"})


@pytest.mark.parametrize("place", ["file", "memory"])
def test_what_one_node_signs_another_one_believes(
    server: NameServer, b: Organization, tmp_path: Path, place: str
) -> None:
    a = (
        MemoryOrganization({}).open()
        if place == "memory"
        else msgcore.open_organization(f"sqlite:///{tmp_path / 'a.db'}", create=True)
    )
    watched = Watched()
    with a, b.working([HERE], settings=QUICK, trust=LOOKS, names=server.settings, watch=watched) as node_b:
        a.set_routes(RouteTable([relay_to(node_b)]))
        with a.working([TO_ALL], settings=QUICK, trust=SIGNS, names=server.settings) as node_a:
            send(node_a.ports[0], "bob@b.test")
            watched.outcome_for("bob@b.test")

    found = last_text(b, "SMTP:bob@b.test").partition("; ")[2]
    assert found == "arc=none dkim=pass dmarc=pass origin=outside spf=pass"


def test_what_a_stranger_brought_is_passed_on_without_our_signature(server: NameServer, b: Organization) -> None:
    """He could say that he is one of us, and we would vouch for it."""
    watched, c = Watched(), MemoryOrganization({}).open()
    c.add_mailbox("cid", addresses=["SMTP:cid@c.test"])
    b.add_redirect("SMTP:away@b.test", to="SMTP:cid@c.test")
    with c.working([HERE], settings=QUICK, trust=LOOKS, names=server.settings, watch=watched) as node_c:
        b.set_routes(RouteTable([relay_to(node_c)]))
        with b.working([HERE, TO_ALL], settings=QUICK, trust=SIGNS, names=server.settings) as node_b:
            found: list[bool] = []
            for port in node_b.ports:
                send(port, "away@b.test")
                watched.outcome_for("cid@c.test")
                found.append("dkim=pass" in last_text(c, "SMTP:cid@c.test"))

    assert found == [False, True]


def test_what_a_stranger_brought_is_sealed_when_it_is_passed_on(server: NameServer, b: Organization) -> None:
    watched, c = Watched(), MemoryOrganization({}).open()
    c.add_mailbox("cid", addresses=["SMTP:cid@c.test"])
    b.add_redirect("SMTP:away@b.test", to="SMTP:cid@c.test")
    seals = TrustSettings([DkimKey("c.test", "seal", Secret(key()[0]))], verifies=True, seals_as="c.test")
    with c.working([HERE], settings=QUICK, trust=LOOKS, names=server.settings, watch=watched) as node_c:
        b.set_routes(RouteTable([relay_to(node_c)]))
        with b.working([HERE], settings=QUICK, trust=seals, names=server.settings) as node_b:
            send(node_b.ports[0], "away@b.test")
            watched.outcome_for("cid@c.test")

    assert "arc=pass" in last_text(c, "SMTP:cid@c.test")


def test_routes_heed_what_was_found(server: NameServer, b: Organization) -> None:
    kept, jailed = Kept(), Kept()
    everything = [AddressSpace("SMTP", "*@c.test")]
    routes = RouteTable(
        [
            Connector("good", installed(kept.deliver), everything, refuses_verdicts=["policy=reject"]),
            Connector("jail", installed(jailed.deliver), everything, needs_verdicts=["policy=reject"]),
        ]
    )
    b.add_redirect("SMTP:away@b.test", to="SMTP:cid@c.test")
    b.set_routes(routes)

    with b.working([HERE], settings=QUICK, trust=LOOKS, names=server.settings) as node:
        send(node.ports[0], "away@b.test", LETTER, "ann@a.test")
        send(node.ports[0], "away@b.test", LETTER, "eve@evil.test")
        [good], [bad] = kept.wait_for("cid@c.test"), jailed.wait_for("cid@c.test")

    assert [str(one.envelope.sender and one.envelope.sender.email_address) for one in (good, bad)] == [
        "ann@a.test",
        "eve@evil.test",
    ]
    told = b.route("SMTP:cid@c.test", verdicts=["dmarc=fail", "policy=reject"])
    assert told.connector == "jail"
    assert "not for what was found of the message: refuses policy=reject" in told.explain()


@pytest.mark.parametrize("place", ["file", "memory"])
def test_no_stranger_speaks_in_the_name_of_another_node_of_ours(
    server: NameServer, b: Organization, place: str
) -> None:
    kept, both = Kept(), OutboundSettings(own_names=["mx1.b.test", "mx2.b.test"])
    b = MemoryOrganization({}).open() if place == "memory" else b
    b.add_redirect("SMTP:away@b.test", to="SMTP:cid@c.test")
    b.set_routes(RouteTable([Connector("out", installed(kept.deliver), [AddressSpace("SMTP", "*@c.test")])]))

    with b.working([HERE], settings=QUICK, trust=LOOKS, names=server.settings, outbound=both) as node:
        send(node.ports[0], "away@b.test", b"Authentication-Results: mx2.b.test; dmarc=pass\r\n" + LETTER)
        [delivery] = kept.wait_for("cid@c.test")

    assert b"mx2.b.test" not in delivery.content.octets


@pytest.mark.parametrize(
    ("sender", "reports", "expected"),
    [
        ("ann@a.test", ReportSettings("mx.b.test"), "reported"),
        ("victim@empty.test", ReportSettings("mx.b.test"), "absorbed"),
        ("victim@empty.test", ReportSettings("mx.b.test", tells_unknown_senders=True), "reported"),
    ],
)
def test_no_stranger_has_a_report_sent_to_whom_he_likes(
    server: NameServer, b: Organization, sender: str, reports: ReportSettings, expected: str
) -> None:
    watched, kept = Watched(), Kept()
    b.set_reports(reports)
    b.add_redirect("SMTP:away@b.test", to="MS:NOWHERE/PO/CID")
    senders = [AddressSpace("SMTP", "*@a.test"), AddressSpace("SMTP", "*@empty.test")]
    b.set_routes(RouteTable([Connector("back", installed(kept.deliver), senders)]))

    with b.working([HERE], settings=QUICK, watch=watched, trust=LOOKS, names=server.settings) as node:
        send(node.ports[0], "away@b.test", LETTER, sender)
        watched.outcome_for("NOWHERE/PO/CID")
        if expected == "reported":
            kept.wait_for(sender)

    kinds = [event.kind for event in b.track(address="MS:NOWHERE/PO/CID")]
    assert (EventKind.ABSORBED in kinds, bool(kept.of(sender))) == (expected == "absorbed", expected == "reported")


def test_keys_are_checked_before_a_node_signs(server: NameServer, b: Organization) -> None:
    other = TrustSettings([DkimKey("empty.test", "s", Secret(key()[0]))])

    assert b.check_keys(SIGNS, names=server.settings) == ()
    [finding] = b.check_keys(other, names=server.settings)
    assert str(finding) == f"s._domainkey.empty.test: no key is published; publish {record().decode()!r}"
    with pytest.raises(SecretMissing, match=r"nowhere\.pem"):
        b.working(trust=TrustSettings([DkimKey("a.test", "s", "file:nowhere.pem")])).start()


def test_a_node_on_the_caller_s_loop_looks_at_mail_too(server: NameServer, tmp_path: Path) -> None:
    async def story() -> str:
        watched = Watched()
        async with msgcore.aio.open_organization(f"sqlite:///{tmp_path / 'c.db'}", create=True) as organization:
            await organization.add_mailbox("bob", addresses=["SMTP:bob@b.test"])
            assert await organization.check_keys(SIGNS, names=server.settings) == ()
            node = organization.working([HERE], settings=QUICK, watch=watched, trust=LOOKS, names=server.settings)
            async with node:
                await asyncio.to_thread(send, node.ports[0], "bob@b.test")
                outcome = await asyncio.to_thread(watched.outcome_for, "bob@b.test")
            events = await organization.track(address="SMTP:bob@b.test")
            [event, *_] = await organization.track(transfer_id=events[0].transfer_id)
            assert not isinstance(outcome, Accepted)
            return event.text

    assert "spf=pass" in asyncio.run(story())


def test_what_nobody_can_tell_now_of_a_domain_that_refuses_is_put_off(server: NameServer, b: Organization) -> None:
    refuses = TrustSettings(verifies=True, on_dmarc_fail="reject")
    unknown = b"DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=dark; h=from; b=AAAA;\r\n bh="
    body = LETTER.partition(b"\r\n\r\n")[2]
    octets = unknown + b64encode(sha256(simple_body(body)).digest()) + b"\r\n" + LETTER
    server.faults["dark._domainkey.a.test"] = servfail
    try:
        with b.working([HERE], settings=QUICK, trust=refuses, names=server.settings) as node:
            replies = [refused(node.ports[0], one) for one in (octets, LETTER)]
    finally:
        server.faults.clear()

    assert [reply[:9] for reply in replies] == [b"451 4.7.1", b"550 5.7.1"]


def test_a_stranger_s_header_with_line_ends_that_only_some_see_is_refused(server: NameServer, b: Organization) -> None:
    octets = b"X-Odd: x\rAuthentication-Results: mx.b.test; dmarc=pass\r\n" + LETTER
    with b.working([HERE], settings=QUICK, trust=LOOKS, names=server.settings) as node:
        reply = refused(node.ports[0], octets)

    assert reply[:9] == b"554 5.5.2"


def refused(port: int, octets: bytes) -> bytes:
    """Send what may hold any octets, from nobody's host, and give the reply to it."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test") as client:
        client.ehlo()
        client.docmd("MAIL", "FROM:<eve@empty.test> BODY=BINARYMIME")
        client.docmd("RCPT", "TO:<bob@b.test>")
        client.send(b"BDAT %d LAST\r\n" % len(octets) + octets)
        code, text = client.getreply()
        return b"%d " % code + text


@pytest.mark.parametrize("place", ["file", "memory"])
def test_where_nodes_sign_nothing_leaves_unsigned(tmp_path: Path, place: str) -> None:
    """Sessions have no keys, and leave the queue to who has."""
    memory = MemoryOrganization({"ann": "ann@a.test"})
    url = f"sqlite:///{tmp_path / 'a.db'}"
    profile: Profile | str = memory.profile("ann")
    with LoopbackSmtpServer() as server, contextlib.ExitStack() as stack:
        if place == "memory":
            a = memory.open()
        else:
            a = stack.enter_context(msgcore.open_organization(url, create=True))
            a.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
            ProfileAdmin(tmp_path).create("ann", [{"service": "organization", "url": url, "mailbox": "ann"}])
            profile = "ann"
        a.set_routes(RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")], {"relay": server.url})]))
        with a.working(trust=SIGNS):
            pass
        with msgcore.logon(profile, admin=ProfileAdmin(tmp_path)) as session:
            session.submit(Message(to="bob@b.test", subject="hello"))
            session.flush_queues()
        with pytest.raises(UsageError, match="nodes of this organisation sign"):
            a.deliver()
        with pytest.raises(UsageError, match="nodes of this organisation sign"):
            a.deliver(outbound=FLOOR)
        assert not server.received
        a.deliver(trust=SIGNS)

    [received] = server.received
    assert received.octets.count(b"DKIM-Signature:") == 2


def test_a_queue_is_worked_by_the_floor_that_is_given() -> None:
    a = MemoryOrganization({"ann": "ann@a.test"})
    zones = {"b.test": "@ MX 10 mx\nmx A 127.0.0.1"}
    with a.open() as organization, NameServer(zones) as names, LoopbackSmtpServer() as server:
        options = {"port": str(server.port), "allow_loopback": "true"}
        organization.set_routes(RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")], options)]))
        with organization.working(outbound=FLOOR):
            pass
        with msgcore.logon(a.profile("ann")) as session:
            session.submit(Message(to="bob@b.test", subject="hello"))
            session.flush_queues()
        with pytest.raises(UsageError, match="nodes of this organisation have a floor of TLS"):
            organization.deliver(names=names.settings, trust=SIGNS)
        organization.deliver(names=names.settings, outbound=FLOOR)
        [waiting] = organization.queued()

    assert (str(waiting.outcome.enhanced), server.received) == ("4.7.5", ())
