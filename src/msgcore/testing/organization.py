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

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from msgcore.blocking.organization import Organization as BlockingOrganization
from msgcore.model.address import Address, parse_address
from msgcore.model.recipient import RecipientKind, RecipientsLike, parse_recipients
from msgcore.mta.organization import MailboxFacts, Organization
from msgcore.mta.queue.contract import WaitingRecipient
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.profile.profile import Profile, ServiceEntry
from msgcore.runtime.abc import Runtime
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.spi.gateway import Gateway
from msgcore.spi.service import ServiceClass
from msgcore.testing.memory.mailboxes import Mailbox
from msgcore.testing.memory.office import Desk, MailboxConfig, MailboxService, Office

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

    async def set_routes(self, routes: RouteTable, *, timeout_seconds: float = 60.0) -> None:
        self._desk.put_routes(routes)

    async def routes(self, *, timeout_seconds: float = 60.0) -> RouteTable:
        return self._desk.office.routes

    async def route(self, recipient: str | Address, *, size_octets: int = 0, timeout_seconds: float = 60.0) -> Decision:
        address = parse_address(recipient) if isinstance(recipient, str) else recipient
        deadline = self._desk.runtime.deadline(timeout_seconds)
        return await self._desk.decide(address, MessageFacts(size_octets), deadline)

    async def deliver(self, *, timeout_seconds: float = 60.0) -> None:
        await self._desk.run_mta(self._desk.runtime.deadline(timeout_seconds))

    async def retry(self, *, timeout_seconds: float = 60.0) -> None:
        await self._desk.queue.make_due(self._desk.runtime.deadline(timeout_seconds))

    async def queued(self, *, limit: int = 1_000, timeout_seconds: float = 60.0) -> tuple[WaitingRecipient, ...]:
        return tuple(await self._desk.queue.queued(limit, self._desk.runtime.deadline(timeout_seconds)))

    async def waiting(self, *, timeout_seconds: float = 60.0) -> int:
        return await self._desk.queue.waiting(self._desk.runtime.deadline(timeout_seconds))

    async def close(self) -> None:
        """Do nothing: the organisation lives as long as somebody holds it."""


def _facts(mailbox: Mailbox) -> MailboxFacts:
    return MailboxFacts(mailbox.name, mailbox.display_name, mailbox.addresses)
