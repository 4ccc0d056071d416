"""What administers an organisation: its mailboxes, routes and queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline, local_time
from msgcore.errors import NotSupported, UsageError
from msgcore.model.address import Address, parse_address
from msgcore.model.recipient import RecipientsLike
from msgcore.mta.expansion.given import one_address, own_addresses
from msgcore.mta.gateways.making import make_gateway
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.nexthop.sql_keeper import SqlKeeper
from msgcore.mta.node import ListenOn, Node, Parts
from msgcore.mta.node_events import HopTurned, Watch, turned_down, watch_nothing
from msgcore.mta.node_settings import NodeSettings
from msgcore.mta.organization import MailboxFacts, RoutesEpoch, given_password
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.contract import QueueDepth, WaitingRecipient, Where
from msgcore.mta.queue.tracking import Track, TrackingEvent
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.check import refuse_errors
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.trust.making import check_keys
from msgcore.mta.trust.settings import NO_TRUST, TrustSettings
from msgcore.mta.trust.signer import KeyFinding
from msgcore.providers.internal.mailboxes import Mailbox, add_address, create_mailbox, find_mailbox, list_mailboxes
from msgcore.providers.internal.opening import lock_mailboxes
from msgcore.providers.internal.removing import remove_some
from msgcore.providers.organization.entries import check_free_address, check_free_name
from msgcore.providers.organization.lists import ListAdministration, close_mailbox
from msgcore.providers.organization.office import MAILBOX_GATEWAY, MAILBOXES, Office
from msgcore.providers.organization.passwords import set_keys
from msgcore.runtime import Connection, LoopRuntime, Runtime
from msgcore.runtime.dns import DnsSettings
from msgcore.spi.secrets import check_reference
from msgcore.wire.domain import ascii_domain
from msgcore.wire.sasl import new_keys

__all__ = ["SqlOrganization"]


class SqlOrganization(ListAdministration):
    """Administers an organisation in its database."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.directory)
        self._office = office

    async def add_mailbox(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> MailboxFacts:
        given = own_addresses(addresses, "a mailbox", name)

        def work(connection: Connection) -> Mailbox:
            lock_mailboxes(connection)
            known = find_mailbox(connection, name)
            if known is not None and exist_ok:
                return known
            check_free_name(connection, name)
            mailbox = create_mailbox(connection, name, display_name)
            for number, address in enumerate(given):
                check_free_address(connection, address)
                add_address(connection, mailbox.id, address, is_primary=number == 0)
            return attrs.evolve(mailbox, addresses=given)

        return _facts(await self._office.directory.write(work, self._deadline(timeout_seconds)))

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[MailboxFacts, ...]:
        found = await self._office.directory.read(list_mailboxes, self._deadline(timeout_seconds))
        return tuple(_facts(one) for one in found)

    async def remove_mailbox(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        directory, deadline = self._office.directory, self._deadline(timeout_seconds)
        mailbox = await directory.write(lambda c: close_mailbox(c, name), deadline)
        while await directory.write(lambda c: remove_some(c, mailbox.id), deadline):
            pass  # others write in between

    async def set_password(self, name: str, password: str | Secret, *, timeout_seconds: float = 60.0) -> None:
        office, deadline = self._office, self._deadline(timeout_seconds)
        given = given_password(password, office.folder)
        keys = await office.runtime.in_thread(lambda: new_keys(given), deadline)
        await office.directory.write(lambda c: set_keys(c, name, keys), deadline)

    async def remove_password(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        await self._office.directory.write(lambda c: set_keys(c, name, None), self._deadline(timeout_seconds))

    # Routes

    async def set_routes(self, routes: RouteTable, *, timeout_seconds: float = 60.0) -> int:
        if not isinstance(cast(object, routes), RouteTable):
            raise UsageError(f"need RouteTable([…]), got {type(routes).__name__}")
        deadline = self._deadline(timeout_seconds)
        # What routes() gives may be given back.
        given = attrs.evolve(routes, connectors=[one for one in routes.connectors if one != MAILBOXES])
        for connector in given.connectors:
            _check_gateway(connector, self._office.runtime, self._office.folder)
        complete = attrs.evolve(given, connectors=[MAILBOXES, *given.connectors])
        refuse_errors(complete, [(await self._office.reports(deadline)).host], [MAILBOX_GATEWAY])
        return await self._office.put_routes(given, deadline)

    async def routes(self, *, timeout_seconds: float = 60.0) -> RouteTable:
        return await self._office.routes(self._deadline(timeout_seconds))

    async def route_history(self, *, limit: int = 100, timeout_seconds: float = 60.0) -> tuple[RoutesEpoch, ...]:
        return await self._office.route_history(limit, self._deadline(timeout_seconds))

    async def restore_routes(self, epoch: int, *, timeout_seconds: float = 60.0) -> int:
        earlier = await self._office.routes_of(epoch, self._deadline(timeout_seconds))
        return await self.set_routes(earlier, timeout_seconds=timeout_seconds)

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
        return await self._office.decide(address, facts, self._deadline(timeout_seconds))

    # The queue

    async def deliver(
        self,
        *,
        names: DnsSettings | None = None,
        outbound: OutboundSettings | None = None,
        trust: TrustSettings = NO_TRUST,
        timeout_seconds: float = 60.0,
    ) -> None:
        deadline = self._deadline(timeout_seconds)
        settings = NodeSettings(names, outbound, trust)
        settings.refuse_less(await self._office.left_to_nodes(deadline))
        await self._office.run_mta(deadline, settings)

    async def retry(self, *, timeout_seconds: float = 60.0) -> None:
        await self._office.queue.change(Change.retry(), self._deadline(timeout_seconds))

    async def queued(
        self, *, limit: int = 1_000, where: Where = None, timeout_seconds: float = 60.0
    ) -> tuple[WaitingRecipient, ...]:
        return tuple(await self._office.queue.queued(limit, self._deadline(timeout_seconds), where))

    async def change_queue(self, change: Change, *, where: Where, timeout_seconds: float = 60.0) -> Changed:
        return await self._office.queue.change(change, self._deadline(timeout_seconds), where)

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
        return tuple(await self._office.queue.track(track, self._deadline(timeout_seconds)))

    async def queue_depth(self, *, timeout_seconds: float = 60.0) -> QueueDepth:
        return await self._office.queue.depth(self._deadline(timeout_seconds))

    async def hops_down(self, *, timeout_seconds: float = 60.0) -> tuple[HopTurned, ...]:
        return turned_down(await self._office.queue.links(self._deadline(timeout_seconds)))

    async def tls_sessions(
        self, *, domain: str = "", limit: int = 1_000, timeout_seconds: float = 60.0
    ) -> tuple[CountedSessions, ...]:
        keeper = SqlKeeper(self._office.runtime, self._office.database)
        name = ascii_domain(domain.removesuffix("."))
        return tuple(await keeper.counted(name, limit, self._deadline(timeout_seconds)))

    async def purge(self, ended_before: datetime, *, timeout_seconds: float = 60.0) -> int:
        return await self._office.queue.purge(local_time(ended_before), self._deadline(timeout_seconds))

    async def waiting(self, *, timeout_seconds: float = 60.0) -> int:
        return await self._office.queue.waiting(self._deadline(timeout_seconds))

    # The MTA

    async def set_reports(self, reports: ReportSettings, *, timeout_seconds: float = 60.0) -> None:
        if not isinstance(cast(object, reports), ReportSettings):
            raise UsageError(f"need ReportSettings(…), got {type(reports).__name__}")
        if reports.postmaster is not None and not reports.postmaster.is_resolved:
            raise UsageError(f"postmaster '{reports.postmaster}' is only a name; need an address, such as pm@a.test")
        await self._office.put_reports(reports, self._deadline(timeout_seconds))

    async def reports(self, *, timeout_seconds: float = 60.0) -> ReportSettings:
        return await self._office.reports(self._deadline(timeout_seconds))

    async def check_keys(
        self, trust: TrustSettings, *, names: DnsSettings | None = None, timeout_seconds: float = 60.0
    ) -> tuple[KeyFinding, ...]:
        office, deadline = self._office, self._deadline(timeout_seconds)
        given = NodeSettings(names, trust=trust)
        return await check_keys(given.trust, given.names or DnsSettings(), office.runtime, office.folder, deadline)

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
        office = self._office
        given = NodeSettings(names, outbound, trust)
        if isinstance(listen, ListenOn) or not all(isinstance(one, ListenOn) for one in cast("list[object]", listen)):
            raise UsageError("listen: need a sequence of places; write [ListenOn(…)]")
        given = attrs.evolve(given, outbound=given.outbound.listening_at(one.host for one in listen))

        async def build(runtime: LoopRuntime, deadline: Deadline) -> Parts:
            return await office.on(runtime).node_parts(settings, watch, deadline, given)

        return Node(office.runtime, build, listen, grace_seconds=grace_seconds)

    async def close(self) -> None:
        await self._office.close()


def _facts(mailbox: Mailbox) -> MailboxFacts:
    return MailboxFacts(mailbox.name, mailbox.display_name, mailbox.addresses)


def _check_gateway(connector: Connector, runtime: Runtime, folder: Path) -> None:
    """Refuse a connector whose gateway is not there or does not take its options; secrets are not looked at."""

    def check(reference: str) -> Secret:
        check_reference(reference)
        return Secret("not-fetched-yet")

    if connector.gateway == MAILBOX_GATEWAY:
        return
    try:
        make_gateway(connector, runtime, folder, check)
    except UsageError as error:
        kind = NotSupported if isinstance(error, NotSupported) else UsageError
        raise kind(f"connector {connector.name!r}: {error}") from error
