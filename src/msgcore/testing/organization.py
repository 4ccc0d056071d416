"""An organisation in memory: a mail system of several people, without a file and without a server.

::

    office = MemoryOrganization({"ann": "Ann Alm <ann@a.test>", "bob": "bob@a.test"})

    with msgcore.logon(office.profile("ann")) as ann:
        ann.submit(Message(to="bob@a.test", subject="Hello"))
        ann.flush_queues()
    with msgcore.logon(office.profile("bob")) as bob:
        (letter,) = bob.inbox.messages()

The MTA, its table of routes and its reports are the real ones; only what they keep is in memory. A gateway under test
gets its mail from it::

    office = MemoryOrganization(
        {"ann": "ann@a.test"},
        routes=RouteTable([Connector("phones", "sms", [AddressSpace("SMS", "*")])]),
        gateways={"sms": gateway},
    )
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.blocking.organization import Organization as BlockingOrganization
from msgcore.errors import UsageError
from msgcore.model.address import Address, parse_address
from msgcore.model.recipient import RecipientKind, RecipientsLike, parse_recipients
from msgcore.mta.expansion.given import (
    check_delimiter,
    checked_patterns,
    is_among,
    one_address,
    own_addresses,
    proxy_addresses,
)
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.node import ListenOn, Node, Parts
from msgcore.mta.node_events import HopTurned, Watch, turned_down, watch_nothing
from msgcore.mta.node_settings import NodeSettings
from msgcore.mta.organization import (
    ListFacts,
    MailboxFacts,
    Organization,
    RedirectFacts,
    RoutesEpoch,
    given_password,
)
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.contract import QueueDepth, WaitingRecipient, Where
from msgcore.mta.queue.tracking import Track, TrackingEvent
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.trust.making import check_keys
from msgcore.mta.trust.settings import NO_TRUST, TrustSettings
from msgcore.mta.trust.signer import KeyFinding
from msgcore.profile.profile import Profile, ServiceEntry
from msgcore.runtime.abc import LoopRuntime, Runtime
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.runtime.dns import DnsSettings
from msgcore.spi.gateway import Gateway
from msgcore.spi.service import ServiceClass
from msgcore.testing.memory.lists import Lists
from msgcore.testing.memory.mailboxes import Mailbox
from msgcore.testing.memory.office import Desk, MailboxConfig, MailboxService, Office
from msgcore.wire.sasl import new_keys

__all__ = ["MailboxConfig", "MailboxService", "MemoryOrganization"]

_NO_ROUTES = RouteTable()


class MemoryOrganization:
    """Mailboxes with their addresses, and an MTA between them. May be shared by threads and sessions.

    A mailbox has the display name of its first address. ``gateways`` gives objects for the gateways that connectors
    name; closing them stays the caller's affair. Other gateways are found by name, as everywhere.

    Raises:
        UsageError: a mailbox's name or address is taken or is none, or a connector's gateway is not there.
    """

    def __init__(
        self,
        mailboxes: Mapping[str, RecipientsLike],
        *,
        routes: RouteTable = _NO_ROUTES,
        gateways: Mapping[str, Gateway] | None = None,
    ) -> None:
        self._office = Office(dict(gateways or {}))
        for name, addresses in mailboxes.items():
            given = [recipient.address for recipient in parse_recipients(addresses, RecipientKind.TO)]
            self._office.mailboxes.add(name, given, given[0].display_name if given else "")
        if routes.connectors:
            Desk(self._office, BlockingRuntime()).put_routes(routes)

    def profile(self, mailbox: str) -> Profile:
        """Give a profile of one mailbox, for ``msgcore.logon`` and ``msgcore.aio.logon``.

        Its store is the default one; its relay takes what the routes take; its address book has the names of all.
        """
        service_class = cast(ServiceClass, self.service_class)
        entry = ServiceEntry("organization", "organization", service_class, {"mailbox": mailbox}, Path())
        return Profile(mailbox, (entry,))

    @property
    def service_class(self) -> type[MailboxService]:
        """The message service of its mailboxes, for ``register_service``, or to be tested as any other."""

        class Service(MailboxService):
            office = self._office

        return Service

    def open(self) -> BlockingOrganization:
        """Open it for administration, for blocking code, as ``msgcore.open_organization`` opens a database."""
        runtime = BlockingRuntime()
        return BlockingOrganization(runtime, self.on(runtime))

    def on(self, runtime: Runtime) -> Organization:
        """Open it for administration in coroutines."""
        return _Administration(Desk(self._office, runtime))


class _Administration:
    """The contract of :class:`msgcore.mta.organization.Organization`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _lists(self) -> Lists:
        return self._desk.office.directory

    async def add_mailbox(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> MailboxFacts:
        return _facts(self._desk.office.mailboxes.add(name, addresses, display_name, exist_ok=exist_ok))

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[MailboxFacts, ...]:
        return tuple(_facts(one) for one in self._desk.office.mailboxes.all())

    async def remove_mailbox(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        self._lists.remove_mailbox(name)

    async def set_password(self, name: str, password: str | Secret, *, timeout_seconds: float = 60.0) -> None:
        self._desk.office.mailboxes.set_keys(name, new_keys(given_password(password, Path())))

    async def remove_password(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        self._desk.office.mailboxes.set_keys(name, None)

    async def add_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = 60.0
    ) -> tuple[Address, ...]:
        return self._lists.add_addresses(name, own_addresses(addresses, repr(name), name))

    async def remove_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = 60.0
    ) -> tuple[Address, ...]:
        return self._lists.remove_addresses(name, own_addresses(addresses, repr(name), name))

    async def add_list(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        members: RecipientsLike = (),
        owner: str | Address | None = None,
        only_from: Sequence[str] = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> ListFacts:
        facts = ListFacts(
            name,
            display_name,
            own_addresses(addresses, "a list", name),
            proxy_addresses(members, "a list"),
            None if owner is None else one_address(owner, "a list's owner"),
            checked_patterns(only_from),
        )
        return self._lists.add(facts, exist_ok=exist_ok)

    async def lists(self, *, timeout_seconds: float = 60.0) -> tuple[ListFacts, ...]:
        return self._lists.all()

    async def set_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        given = proxy_addresses(members, "a list")
        self._lists.change_members(name, lambda _: given)

    async def add_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        given = proxy_addresses(members, "a list")
        self._lists.change_members(name, lambda there: (*there, *given))

    async def remove_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        given = proxy_addresses(members, "a list")
        self._lists.change_members(name, lambda there: [one for one in there if not is_among(one, given)])

    async def remove_list(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        self._lists.remove(name)

    async def add_redirect(
        self, address: str | Address, *, to: RecipientsLike, keep_copy: bool = False, timeout_seconds: float = 60.0
    ) -> RedirectFacts:
        (given,) = own_addresses(address, "a redirect")
        targets = proxy_addresses(to, "a redirect")
        if not targets:
            raise UsageError(f"{given.typed}: say to whom it is redirected")
        return self._lists.add_redirect(RedirectFacts(given, targets, keep_copy))

    async def redirects(self, *, timeout_seconds: float = 60.0) -> tuple[RedirectFacts, ...]:
        return self._lists.redirects()

    async def remove_redirect(self, address: str | Address, *, timeout_seconds: float = 60.0) -> None:
        self._lists.remove_redirect(one_address(address, "a redirect"))

    async def set_recipient_delimiter(self, delimiter: str, *, timeout_seconds: float = 60.0) -> None:
        check_delimiter(delimiter)
        self._desk.office.mailboxes.delimiter = delimiter

    # Routes

    async def set_routes(self, routes: RouteTable, *, timeout_seconds: float = 60.0) -> int:
        return self._desk.put_routes(routes)

    async def routes(self, *, timeout_seconds: float = 60.0) -> RouteTable:
        return self._desk.office.routes

    async def route_history(self, *, limit: int = 100, timeout_seconds: float = 60.0) -> tuple[RoutesEpoch, ...]:
        return tuple(self._desk.office.tables[::-1][:limit])

    async def restore_routes(self, epoch: int, *, timeout_seconds: float = 60.0) -> int:
        return self._desk.put_routes(self._desk.routes_of(epoch))

    async def route(
        self,
        recipient: str | Address,
        *,
        size_octets: int = 0,
        sender: str | Address | None = None,
        verdicts: Iterable[str] = (),
        timeout_seconds: float = 60.0,
    ) -> Decision:
        address = parse_address(recipient) if isinstance(recipient, str) else recipient
        by = parse_address(sender) if isinstance(sender, str) else sender
        facts = MessageFacts(size_octets, by, verdicts=verdicts)
        return await self._desk.decide(address, facts, self._desk.runtime.deadline(timeout_seconds))

    # The queue

    async def deliver(
        self,
        *,
        names: DnsSettings | None = None,
        outbound: OutboundSettings | None = None,
        trust: TrustSettings = NO_TRUST,
        timeout_seconds: float = 60.0,
    ) -> None:
        deadline = self._desk.runtime.deadline(timeout_seconds)
        settings = NodeSettings(names, outbound, trust)
        settings.refuse_less(self._desk.office.left_to_nodes)
        await self._desk.run_mta(deadline, settings)

    async def retry(self, *, timeout_seconds: float = 60.0) -> None:
        await self._desk.queue.change(Change.retry(), self._desk.runtime.deadline(timeout_seconds))

    async def queued(
        self, *, limit: int = 1_000, where: Where = None, timeout_seconds: float = 60.0
    ) -> tuple[WaitingRecipient, ...]:
        return tuple(await self._desk.queue.queued(limit, self._desk.runtime.deadline(timeout_seconds), where))

    async def change_queue(self, change: Change, *, where: Where, timeout_seconds: float = 60.0) -> Changed:
        return await self._desk.queue.change(change, self._desk.runtime.deadline(timeout_seconds), where)

    async def track(
        self,
        *,
        message_id: str = "",
        transfer_id: str = "",
        address: str | Address = "",
        sender: str | Address = "",
        since: datetime | None = None,
        after: int = 0,
        limit: int = 1_000,
        timeout_seconds: float = 60.0,
    ) -> tuple[TrackingEvent, ...]:
        track = Track(
            message_id=message_id,
            transfer_id=transfer_id,
            address=one_address(address, "track").typed if address else "",
            sender=one_address(sender, "track").typed if sender else "",
            since=since,
            after=after,
            limit=limit,
        )
        return tuple(await self._desk.queue.track(track, self._desk.runtime.deadline(timeout_seconds)))

    async def queue_depth(self, *, timeout_seconds: float = 60.0) -> QueueDepth:
        return await self._desk.queue.depth(self._desk.runtime.deadline(timeout_seconds))

    async def hops_down(self, *, timeout_seconds: float = 60.0) -> tuple[HopTurned, ...]:
        return turned_down(await self._desk.queue.links(self._desk.runtime.deadline(timeout_seconds)))

    async def tls_sessions(
        self, *, domain: str = "", limit: int = 1_000, timeout_seconds: float = 60.0
    ) -> tuple[CountedSessions, ...]:
        return ()  # nothing is counted where nothing is kept

    async def purge(self, ended_before: datetime, *, timeout_seconds: float = 60.0) -> int:
        return await self._desk.queue.purge(ended_before, self._desk.runtime.deadline(timeout_seconds))

    async def waiting(self, *, timeout_seconds: float = 60.0) -> int:
        return await self._desk.queue.waiting(self._desk.runtime.deadline(timeout_seconds))

    # The MTA

    async def set_reports(self, reports: ReportSettings, *, timeout_seconds: float = 60.0) -> None:
        self._desk.office.reports = reports

    async def reports(self, *, timeout_seconds: float = 60.0) -> ReportSettings:
        return self._desk.office.reports

    async def check_keys(
        self, trust: TrustSettings, *, names: DnsSettings | None = None, timeout_seconds: float = 60.0
    ) -> tuple[KeyFinding, ...]:
        runtime = self._desk.runtime
        return await check_keys(trust, names or DnsSettings(), runtime, Path.cwd(), runtime.deadline(timeout_seconds))

    def working(
        self,
        listen: Sequence[ListenOn] = (),
        *,
        settings: ManagerSettings | None = None,
        watch: Watch = watch_nothing,
        grace_seconds: float = 30.0,
        names: DnsSettings | None = None,
        outbound: OutboundSettings | None = None,
        trust: TrustSettings = NO_TRUST,
    ) -> Node:
        office, given = self._desk.office, NodeSettings(names, outbound, trust)

        async def build(runtime: LoopRuntime, _: Deadline) -> Parts:
            return Desk(office, runtime).node_parts(settings, watch, given)

        return Node(self._desk.runtime, build, listen, grace_seconds=grace_seconds)

    async def close(self) -> None:
        """Do nothing: the organisation lives as long as somebody holds it."""


def _facts(mailbox: Mailbox) -> MailboxFacts:
    return MailboxFacts(mailbox.name, mailbox.display_name, mailbox.addresses)
