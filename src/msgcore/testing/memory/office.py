"""An organisation in memory at work: what it keeps, its MTA on one runtime, and the service of its mailboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, SetupError, UsageError
from msgcore.model.address import Address
from msgcore.mta.directory import EX
from msgcore.mta.gateways.making import make_gateway
from msgcore.mta.manager.manager import Manager, ManagerSettings
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.providers.relay import RelayTransport
from msgcore.runtime.abc import LoopRuntime, Runtime
from msgcore.spi.gateway import Gateway, content_forms_of
from msgcore.spi.secrets import check_reference, resolve_secret
from msgcore.spi.settings import setting
from msgcore.testing.memory.mailboxes import HOST, Mailboxes, MailboxGateway
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
    routes: RouteTable = RouteTable([_MAILBOXES])  # noqa: RUF009  # frozen


class Desk:
    """An office as one runtime works with it."""

    def __init__(self, office: Office, runtime: Runtime) -> None:
        self.office = office
        self.runtime = runtime

    @property
    def queue(self) -> MemoryQueue:
        return MemoryQueue(self.office.queue, self.runtime)

    def put_routes(self, routes: RouteTable) -> None:
        """Put a table in force; raises as :meth:`msgcore.mta.organization.Organization.set_routes` does."""
        # What routes() gives may be given back.
        given = [connector for connector in routes.connectors if connector != _MAILBOXES]
        for connector in given:
            self._check_gateway(connector)
        self.office.routes = RouteTable([_MAILBOXES, *given])

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

    def manager(self) -> Manager:
        lent = {name: _Lent(gateway) for name, gateway in self.office.gateways.items()}
        inside = MailboxGateway(self.office.mailboxes, self.runtime)
        return Manager(
            self.runtime,
            self.queue,
            self.office.routes,
            self.office.mailboxes,
            built_in={**lent, _MAILBOX_GATEWAY: inside},
            secret=lambda reference: resolve_secret(reference, _FOLDER),
            folder=_FOLDER,
            settings=ManagerSettings(host=HOST),
        )

    async def decide(self, address: Address, facts: MessageFacts, deadline: Deadline) -> Decision:
        return await self.manager().decide(address, facts, deadline)

    async def run_mta(self, deadline: Deadline) -> None:
        """Work the queue on an event loop until nothing is due."""

        async def work(runtime: LoopRuntime) -> None:
            await Desk(self.office, runtime).manager().run_until_idle(deadline)

        await self.runtime.on_loop(work, deadline)


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
            self._desk.queue, office.routes, mailbox.primary, decide=self._desk.decide, run=self._desk.run_mta
        )
        self._store = MemoryStore(mailbox.memory, self._desk.runtime)
        self._providers = (self._store, relay, office.mailboxes)

    def providers(self) -> Sequence[object]:
        return self._providers

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
