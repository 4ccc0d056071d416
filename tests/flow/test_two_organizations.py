"""Two organisations exchange mail by MX, over TLS, under policies that their domains publish: DANE and MTA-STS.

Each has a node with a listener on an address of its own; a name server has their zones, of which one is signed, and an
HTTPS server the policy of the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import threading
from collections.abc import Coroutine, Generator, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import attrs
import pytest

import msgcore
import msgcore.aio
from msgcore.base.times import Deadline
from msgcore.model import Accepted, Deferred
from msgcore.model.address import parse_address
from msgcore.mta import (
    AddressSpace,
    Connector,
    ListenOn,
    NodeEvent,
    OutboundSettings,
    RecipientSettled,
    ReportSettings,
    RouteTable,
)
from msgcore.mta.listener import ListenerSettings, from_networks
from msgcore.mta.nexthop.reporting import TlsReporting
from msgcore.mta.nexthop.schema import NEXTHOP_SCHEMA
from msgcore.mta.nexthop.sql_keeper import SqlKeeper
from msgcore.mta.queue.contract import Accept
from msgcore.runtime import NEVER, Database, Runtime
from msgcore.runtime.dns import Resolver
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from tests.mta.homes import Home, home_in_a_file
from tests.mta.nexthop.hosts import tls_of, tlsa_of
from tests.mta.nexthop.rfc8460 import problems_of_mail, report_in
from tests.mta.nodes import QUICK, Watched
from tests.servers import Authority, KeyPair
from tests.servers.https_server import HttpsServer, Page
from tests.servers.name_server import NameServer
from tests.servers.server import free_ports

T = TypeVar("T")

ADDRESSES = {"a.test": "127.0.0.1", "b.test": "127.0.0.2"}
POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mx.b.test\r\nmax_age: 604800\r\n"
LETTER = b"From: <ann@a.test>\r\nSubject: hello\r\n\r\nHello\r\n"


class Caller:
    """Blocking callers, or an event loop in a thread of its own, on which asyncio callers live."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    @contextlib.contextmanager
    def working(
        self, home: str, domain: str, reports: ReportSettings, routes: RouteTable, **node: Any
    ) -> Generator[None]:
        """Have an organisation with one mailbox at work."""
        if self.mode is Mode.BLOCKING:
            with msgcore.open_organization(home, create=True) as organization:
                organization.add_mailbox("user", addresses=[f"SMTP:user@{domain}"])
                organization.set_reports(reports)
                organization.set_routes(routes)
                with organization.working(**node):
                    yield
            return
        stack = contextlib.AsyncExitStack()
        self.run(self._enter(stack, home, domain, reports, routes, **node))
        try:
            yield
        finally:
            self.run(stack.aclose())

    async def _enter(
        self,
        stack: contextlib.AsyncExitStack,
        home: str,
        domain: str,
        reports: ReportSettings,
        routes: RouteTable,
        **node: Any,
    ) -> None:
        organization = await stack.enter_async_context(msgcore.aio.open_organization(home, create=True))
        await organization.add_mailbox("user", addresses=[f"SMTP:user@{domain}"])
        await organization.set_reports(reports)
        await organization.set_routes(routes)
        await stack.enter_async_context(organization.working(**node))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@attrs.define
class World:
    """What both organisations stand in, and who watches their nodes."""

    authority: Authority
    pairs: dict[str, KeyPair]
    names: NameServer
    web: HttpsServer
    port: int
    folder: Path
    watched: dict[str, Watched] = attrs.field(factory=lambda: {domain: Watched() for domain in ADDRESSES})

    @property
    def outbound(self) -> OutboundSettings:
        return OutboundSettings(
            ca_file=self.authority.ca_file, https_port=self.web.port, tls_reports_from="postmaster@a.test"
        )

    def home(self, domain: str) -> Home:
        folder = self.folder / domain
        folder.mkdir(exist_ok=True)
        return home_in_a_file(folder)

    @contextlib.contextmanager
    def at_work(self, caller: Caller, *, shown_by_b: str = "mx.b.test") -> Generator[None]:
        """Have both nodes at work."""
        options = {"port": str(self.port), "allow_loopback": "true", "ca_file": str(self.authority.ca_file)}
        routes = RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")], options=options)])
        shown = {"a.test": "mx.a.test", "b.test": shown_by_b}
        with contextlib.ExitStack() as stack:
            for domain, address in ADDRESSES.items():
                host, tls = f"mx.{domain}", tls_of(self.pairs[shown[domain]])
                listener = ListenerSettings(host, tls=tls, may_relay=from_networks("127.0.0.0/8"))
                node = caller.working(
                    self.home(domain).url,
                    domain,
                    ReportSettings(host, delay_notice_after=timedelta()),
                    routes,
                    listen=[ListenOn(address, self.port, listener)],
                    settings=QUICK,
                    watch=self.watched[domain],
                    names=self.names.settings,
                    outbound=self.outbound,
                )
                stack.enter_context(node)
            yield

    def send(self, sender: str, recipient: str) -> None:
        """Hand a mail to the sender's own node."""
        host = ADDRESSES[sender.partition("@")[2]]
        with smtplib.SMTP(host, self.port, local_hostname="client.test") as client:
            client.sendmail(sender, [recipient], LETTER)

    def reports_a_day_later(self) -> list[bytes]:
        """Give the reports that a node of ``a.test`` sends when the day is over."""
        mails: list[bytes] = []

        async def accept(accepted: Accept, _: Deadline) -> None:
            mails.append(accepted.content.octets)

        async def main(runtime: Runtime) -> None:
            database = Database.open(self.home("a.test").target, NEXTHOP_SCHEMA, create=True)
            try:
                resolver, keeper = Resolver(runtime, self.names.settings), SqlKeeper(runtime, database)
                reporting = TlsReporting(
                    runtime, resolver, self.outbound, "mx.a.test", parse_address("x@a.test"), keeper, accept
                )
                await reporting.send_due(NEVER)
            finally:
                await database.close(runtime)

        clock = ManualClock()
        clock.move(timedelta(days=1, hours=5))
        call(runtime_on(Mode.BLOCKING, clock), main)
        return mails


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def caller(request: pytest.FixtureRequest) -> Iterator[Caller]:
    with Caller(request.param) as caller:
        yield caller


@pytest.fixture(scope="module")
def pairs(authority: Authority) -> dict[str, KeyPair]:
    return {name: authority.issue(name) for name in ("mx.a.test", "mx.b.test", "mta-sts.b.test", "other.test")}


@pytest.fixture
def world(authority: Authority, pairs: dict[str, KeyPair], tmp_path: Path) -> Iterator[World]:
    """Give ``a.test`` with DANE in a signed zone, ``b.test`` with MTA-STS, and nobody at work."""
    [port] = free_ports(1, *ADDRESSES.values())
    zones = {
        "a.test": f"@ MX 10 mx\nmx A 127.0.0.1\n_{port}._tcp.mx {tlsa_of(pairs['mx.a.test'])}",
        "b.test": "@ MX 10 mx\nmx A 127.0.0.2\nmta-sts A 127.0.0.1\n"
        '_mta-sts TXT "v=STSv1; id=1"\n_smtp._tls TXT "v=TLSRPTv1; rua=mailto:user@b.test"',
    }
    with NameServer(zones, ["a.test"]) as names, HttpsServer(pairs["mta-sts.b.test"], Page(POLICY)) as web:
        yield World(authority, pairs, names, web, port, tmp_path)


def test_they_exchange_mail_under_dane_and_mta_sts(caller: Caller, world: World) -> None:
    with world.at_work(caller):
        for sender, recipient in (("user@a.test", "user@b.test"), ("user@b.test", "user@a.test")):
            world.send(sender, recipient)
            outcome = world.watched[sender.partition("@")[2]].outcome_for(recipient)
            arrived = world.watched[recipient.partition("@")[2]].outcome_for(recipient)

            assert (type(outcome), outcome.remote_mta) == (Accepted, f"mx.{recipient.partition('@')[2]}")
            assert "not verified" not in outcome.note
            assert arrived.code == 250
    assert len(world.web.asked) == 1


def test_where_the_policy_fails_mail_waits_is_reported_and_never_goes_with_less(caller: Caller, world: World) -> None:
    """The node of ``b.test`` shows the certificate of another host."""
    watched = world.watched["a.test"]
    with world.at_work(caller, shown_by_b="other.test"):
        world.send("user@a.test", "user@b.test")
        waiting = watched.wait_for(lambda event: _deferred(event, "user@b.test"))

        assert (str(waiting.enhanced), "mx.b.test" in waiting.text) == ("4.7.5", True)
        assert watched.outcome_for("user@a.test").code == 250  # the notice of the delay
    [mail] = world.reports_a_day_later()
    [policy] = report_in(mail)["policies"]

    assert problems_of_mail(mail, "b.test") == []
    assert (policy["policy"]["policy-type"], policy["summary"]["total-successful-session-count"]) == ("sts", 0)
    assert {one["result-type"] for one in policy["failure-details"]} == {"certificate-host-mismatch"}


def _deferred(event: NodeEvent, address: str) -> Deferred | None:
    if not isinstance(event, RecipientSettled):
        return None
    settlement = event.settlement
    is_it = settlement.queued.recipient.email_address == address
    return settlement.outcome if is_it and isinstance(settlement.outcome, Deferred) else None
