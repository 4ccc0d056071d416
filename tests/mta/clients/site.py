"""A node at work between real clients and real servers: what it passes on is kept, or goes to Postfix and to sinks."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path

import attrs

import msgcore
from msgcore.base.text import Secret
from msgcore.blocking.organization import Organization
from msgcore.model import Accepted, Outcome, Recipient
from msgcore.mta import AddressSpace, Connector, ListenOn, RouteTable
from msgcore.mta.listener import IntakeLimits, ListenerSettings, from_networks, logged_in_as
from msgcore.runtime import TlsServerSettings
from tests.mta.nodes import QUICK, Watched
from tests.mta.office import Delivery, installed
from tests.servers import Authority

__all__ = ["HOST", "LETTER", "PASSWORD", "RELAY", "SMALL_OCTETS", "USER", "Kept", "Site", "is_whole", "site"]

HOST = "mx.node.test"
USER, RELAY, PASSWORD = "ann", "relay", "pa ss"
"""Who log in; the relay sends under any name."""
SMALL_OCTETS = 1_000_000
"""The most that a message may have at the site."""
LETTER = b"From: ann@node.test\r\nSubject: caf\xc3\xa9\r\n\r\n.dot\r\n..\r\n\r\n.\r\n" + b"x" * 998 + b"\r\nend\r\n"
"""Dots where they mean something, 8 bits, and a line as long as one may be; as lines, without dots that are doubled."""

_LONG_SECONDS = 60.0


class Kept:
    """A gateway that keeps what it is given."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._deliveries: list[Delivery] = []

    async def deliver(self, delivery: Delivery) -> Mapping[Recipient, Outcome]:
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()
        return delivery.all(Accepted(250))

    def of(self, *addresses: str) -> list[Delivery]:
        """Give what has come for any of these addresses, one of which is in each delivery."""
        with self._changed:
            return [one for one in self._deliveries if _addresses(one).intersection(addresses)]

    def wait_for(self, address: str, count: int = 1) -> list[Delivery]:
        """Wait until so much mail has come for an address, and give it."""
        with self._changed:
            found = self._changed.wait_for(lambda: len(self.of(address)) >= count, _LONG_SECONDS)
            assert found, f"{len(self.of(address))} of {count} mails came for {address}"
            return self.of(address)

    def only(self, address: str) -> bytes:
        """Wait for the only mail of an address, and give its octets."""
        [delivery] = self.wait_for(address)
        return delivery.content.octets


def _addresses(delivery: Delivery) -> set[str]:
    return {one.email_address for one in delivery.envelope.recipients}


@attrs.frozen
class Site:
    """Its ports, and what it is made of.

    ``smtp`` takes mail from everybody and relays for this machine, ``submission`` and ``smtps`` for who has logged in;
    what is for ``@keep.test`` and its subdomains is kept.
    """

    smtp: int
    submission: int
    smtps: int
    lmtp: int
    database: Path
    organization: Organization
    kept: Kept
    watched: Watched

    def knows_of(self, address: str) -> bool:
        """Say whether the queue has ever taken anything for an address."""
        return bool(self.organization.track(address=address))


@contextlib.contextmanager
def site(
    authority: Authority,
    folder: Path,
    *,
    ports: Sequence[int] = (0, 0, 0, 0),
    connectors: Iterable[Connector] = (),
    prepare: Callable[[Organization], object] = lambda _: None,
) -> Generator[Site]:
    """Run a node for ``@node.test``, where Ann has a mailbox, with these ways out of it besides."""
    kept = Kept()
    spaces = [AddressSpace("SMTP", "*@keep.test"), AddressSpace("SMTP", "*@*.keep.test")]
    keep = Connector("keep", installed(kept.deliver), spaces)
    ours = Connector("ours", "mailbox", [AddressSpace("SMTP", "*@node.test")])
    tls = TlsServerSettings(authority.server.certificate, authority.server.key)

    plain = ListenerSettings(HOST, max_message_octets=SMALL_OCTETS, tls=tls, may_relay=from_networks("127.0.0.0/8"))
    submission = attrs.evolve(
        ListenerSettings.submission(HOST, tls),
        max_message_octets=SMALL_OCTETS,
        may_use_any_sender=logged_in_as(RELAY),
        limits=IntakeLimits(refused_login_seconds=0.0),
    )
    rules = (plain, submission, attrs.evolve(submission, from_first_octet=True), attrs.evolve(plain, is_lmtp=True))
    database = folder / "node.db"
    with msgcore.open_organization(f"sqlite:///{database}", create=True) as organization:
        organization.add_mailbox(USER, addresses=["SMTP:ann@node.test"])
        organization.add_mailbox(RELAY)
        for name in (USER, RELAY):
            organization.set_password(name, Secret(PASSWORD))
        prepare(organization)
        organization.set_routes(RouteTable([keep, ours, *connectors]))
        listen = [ListenOn("127.0.0.1", port, one) for port, one in zip(ports, rules, strict=True)]
        watched = Watched()
        with organization.working(listen, settings=QUICK, watch=watched) as node:
            smtp, upgraded, smtps, lmtp = node.ports
            yield Site(smtp, upgraded, smtps, lmtp, database, organization, kept, watched)


def is_whole(octets: bytes) -> bool:
    """Say whether a mail is the letter; its end may have blank lines besides."""
    _, _, body = LETTER.partition(b"\r\n\r\n")
    return octets.rstrip(b"\r\n").endswith(b"\r\n\r\n" + body.rstrip()) and b"\r\nSubject: caf\xc3\xa9\r\n" in octets
