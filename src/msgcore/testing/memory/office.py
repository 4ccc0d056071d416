"""An organisation in memory at work: what it keeps, its MTA on one runtime, and the service of its mailboxes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, NotSupported, SetupError, UsageError
from msgcore.model.address import Address
from msgcore.mta.directory import EX, Directory
from msgcore.mta.expansion.preview import preview
from msgcore.mta.gateways.making import make_gateway
from msgcore.mta.links import links_for
from msgcore.mta.listener import DirectoryCheck
from msgcore.mta.manager.manager import RUN_OUT_SECONDS, Manager, ManagerSettings
from msgcore.mta.node import Parts
from msgcore.mta.node_events import Watch
from msgcore.mta.node_queue import NodeQueue
from msgcore.mta.node_services import NodeServices
from msgcore.mta.node_settings import NodesAffair, NodeSettings
from msgcore.mta.organization import RoutesEpoch
from msgcore.mta.postmaster import PostmasterDirectory
from msgcore.mta.queue.contract import WorkQueue
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.check import refuse_errors
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.mta.trust.making import signer_of, verifier_of
from msgcore.providers.relay import RelayTransport
from msgcore.runtime.abc import LoopRuntime, Runtime
from msgcore.spi.gateway import Gateway, content_forms_of
from msgcore.spi.secrets import check_reference, resolve_secret
from msgcore.spi.settings import setting
from msgcore.testing.memory.lists import Lists
from msgcore.testing.memory.mailboxes import HOST, Mailboxes, MailboxGateway, MailboxUsers
from msgcore.testing.memory_queue import MemoryQueue, QueueMemory
from msgcore.testing.memory_store import MemoryStore

__all__ = ["Desk", "MailboxConfig", "MailboxService", "Office"]

_MAILBOX_GATEWAY = "mailbox"
_MAILBOXES = Connector("mailboxes", _MAILBOX_GATEWAY, [AddressSpace(EX, "*")])
_FOLDER = Path()


@attrs.define(eq=False)
class Office:
    """What the organisation keeps, whoever works with it; ``gateways`` by the names that connectors say."""

    gateways: Mapping[str, Gateway]
    mailboxes: Mailboxes = attrs.field(factory=Mailboxes)
    queue: QueueMemory = attrs.field(factory=QueueMemory)
    tables: list[RoutesEpoch] = attrs.field(factory=list[RoutesEpoch])
    reports: ReportSettings = attrs.field(factory=lambda: ReportSettings(HOST))
    left_to_nodes: NodesAffair = NodesAffair.NOTHING
    directory: Lists = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.directory = Lists(self.mailboxes)

    @property
    def mta_directory(self) -> Directory:
        """The directory as the MTA sees it: with somebody behind ``postmaster``."""

        async def reports(_: Deadline) -> ReportSettings:
            return self.reports

        async def has_domain(domain: str, _: Deadline) -> bool:
            return self.mailboxes.has_domain(domain)

        return PostmasterDirectory(self.directory, reports, has_domain)

    @property
    def routes(self) -> RouteTable:
        """The table in force."""
        return self.tables[-1].routes if self.tables else RouteTable([_MAILBOXES])


class Desk:
    """An office as one runtime works with it."""

    def __init__(self, office: Office, runtime: Runtime) -> None:
        self.office = office
        self.runtime = runtime

    @property
    def queue(self) -> MemoryQueue:
        return MemoryQueue(self.office.queue, self.runtime)

    def put_routes(self, routes: RouteTable) -> int:
        """Put a table in force; as :meth:`msgcore.mta.organization.Organization.set_routes` does."""
        # What routes() gives may be given back.
        given = [connector for connector in routes.connectors if connector != _MAILBOXES]
        for connector in given:
            self._check_gateway(connector)
        epoch = len(self.office.tables) + 1
        complete = attrs.evolve(routes, connectors=[_MAILBOXES, *given], epoch=epoch)
        refuse_errors(complete, [self.office.reports.host], [_MAILBOX_GATEWAY, *self.office.gateways])
        self.office.tables.append(RoutesEpoch(epoch, self.runtime.now(), complete))
        return epoch

    def routes_of(self, epoch: int) -> RouteTable:
        """Give the table of an epoch.

        Raises:
            NotFound: there was none.
        """
        if not 1 <= epoch <= len(self.office.tables):
            raise NotFound(f"routes: there is no epoch {epoch}")
        return self.office.tables[epoch - 1].routes

    def _check_gateway(self, connector: Connector) -> None:
        """Refuse a connector whose gateway is not there or does not take its options; secrets are not looked at."""

        def check(reference: str) -> Secret:
            check_reference(reference)
            return Secret("not-fetched-yet")

        if connector.gateway in {_MAILBOX_GATEWAY, *self.office.gateways}:
            return
        try:
            make_gateway(connector, self.runtime, _FOLDER, check)
        except UsageError as error:
            kind = NotSupported if isinstance(error, NotSupported) else UsageError
            raise kind(f"connector {connector.name!r}: {error}") from error

    def manager(
        self,
        queue: WorkQueue,
        settings: ManagerSettings | None = None,
        reload: Callable[[Deadline], Awaitable[RouteTable | None]] | None = None,
        services: NodeServices | None = None,
    ) -> Manager:
        lent = {name: _Lent(gateway) for name, gateway in self.office.gateways.items()}
        inside = MailboxGateway(self.office.mailboxes, self.runtime)
        return Manager(
            self.runtime,
            queue,
            self.office.routes,
            self.office.mta_directory,
            built_in={**lent, _MAILBOX_GATEWAY: inside},
            secret=lambda reference: resolve_secret(reference, _FOLDER),
            folder=_FOLDER,
            settings=attrs.evolve(settings or ManagerSettings(), reports=self.office.reports),
            reload=reload,
            services=services,
        )

    async def decide(self, address: Address, facts: MessageFacts, deadline: Deadline) -> Decision:
        now, routes = self.runtime.now(), self.office.routes
        links = links_for(routes, await self.queue.links(deadline), now)
        return await preview(
            address,
            facts,
            self.office.mta_directory,
            routes,
            deadline,
            now=now,
            links=links,
            local_gateway=_MAILBOX_GATEWAY,
        )

    async def newer_routes(self, epoch: int | None, deadline: Deadline) -> RouteTable:
        """Give the table in force."""
        return self.office.routes

    async def run_mta(
        self,
        deadline: Deadline,
        settings: NodeSettings = NodeSettings(),  # noqa: B008  # frozen
    ) -> None:
        """Work the queue on an event loop until nothing is due."""

        async def work(runtime: LoopRuntime) -> None:
            here = Desk(self.office, runtime)
            services = here.services(settings)
            await here.manager(here.queue, services=services).run_until_idle(deadline)

        await self.runtime.on_loop(work, deadline.later(RUN_OUT_SECONDS))

    async def flush(self, deadline: Deadline) -> None:
        """Work the queue for a session, which has no settings; where nodes have some it is theirs."""
        if not self.office.left_to_nodes:
            await self.run_mta(deadline)

    def services(self, settings: NodeSettings) -> NodeServices:
        """Make what gateways need."""
        host = self.office.reports.host
        signer = signer_of(settings.trust, self.runtime, Path.cwd(), host)
        return NodeServices(self.runtime, host, settings, signer=signer)

    def node_parts(
        self,
        settings: ManagerSettings | None,
        watch: Watch,
        node_settings: NodeSettings = NodeSettings(),  # noqa: B008  # frozen
    ) -> Parts:
        """Make the parts of a node, which follows the table in force; on its loop."""
        routes = self.office.routes

        async def reload(_: Deadline) -> RouteTable:
            nonlocal routes
            routes = self.office.routes
            return routes

        queue = NodeQueue(self.queue, watch)
        check = DirectoryCheck(self.office.mta_directory, lambda: routes, local_gateway=_MAILBOX_GATEWAY)
        keep = (settings or ManagerSettings()).keep
        host = self.office.reports.host
        services = self.services(node_settings)
        self.office.left_to_nodes = node_settings.affair
        manager = self.manager(queue, settings, reload, services)
        users = MailboxUsers(self.office.mailboxes, self.runtime)
        verifier = verifier_of(node_settings.trust, self.runtime, lambda: services.resolver, services.own_names)
        return Parts(manager, queue, check, host, keep, users, verifier=verifier, own_addresses=services.own_addresses)


class _Lent:
    """A gateway that the MTA does not close when it has worked off its queue."""

    def __init__(self, gateway: Gateway) -> None:
        self.deliver = gateway.deliver
        self.runs_on: str = getattr(gateway, "runs_on", "")
        self.content_forms = content_forms_of(gateway)


@attrs.frozen
class MailboxConfig:
    """One mailbox of the organisation."""

    mailbox: str = attrs.field(metadata=setting("whose mailbox the session opens"))


class MailboxService:
    """One mailbox's store, the relay into the MTA, and the names of all mailboxes as an address book."""

    config_type = MailboxConfig
    office: ClassVar[Office]

    def __init__(self, config: MailboxConfig, runtime: Runtime) -> None:
        self._config = config
        self._desk = Desk(self.office, runtime)
        self._store: MemoryStore | None = None
        self._providers: tuple[object, ...] = ()

    def logon(self, deadline: Deadline) -> None:
        """Open the mailbox.

        Raises:
            SetupError: there is none of that name.
        """
        office = self.office
        mailbox = office.mailboxes.named(self._config.mailbox)
        if mailbox is None:
            raise SetupError(f"the organisation has no mailbox {self._config.mailbox!r}")
        relay = RelayTransport(
            self._desk.queue,
            office.routes,
            mailbox.primary,
            newer_routes=self._desk.newer_routes,
            decide=self._desk.decide,
            run=self._desk.flush,
        )
        self._store = MemoryStore(mailbox.memory, self._desk.runtime)
        self._providers = (self._store, relay, office.directory)

    def providers(self) -> Sequence[object]:
        return self._providers

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
