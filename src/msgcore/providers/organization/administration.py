"""What administers an organisation: its mailboxes, routes and queue."""

from __future__ import annotations

import json
from pathlib import Path

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, UsageError
from msgcore.model.address import SMTP, Address, check_smtp_address, parse_address
from msgcore.model.recipient import RecipientKind, RecipientsLike, parse_recipients
from msgcore.mta.gateways.making import make_gateway
from msgcore.mta.organization import MailboxFacts
from msgcore.mta.queue.contract import WaitingRecipient
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.providers.internal.mailboxes import Mailbox, add_address, create_mailbox, find_mailbox, list_mailboxes
from msgcore.providers.internal.opening import lock_mailboxes
from msgcore.providers.organization.office import MAILBOX_GATEWAY, MAILBOXES, Office
from msgcore.runtime import Connection, Runtime
from msgcore.spi.secrets import check_reference

__all__ = ["SqlOrganization"]


class SqlOrganization:
    """Administers an organisation in its database."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def _deadline(self, timeout_seconds: float) -> Deadline:
        return self._office.runtime.deadline(timeout_seconds)

    async def add_mailbox(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> MailboxFacts:
        given = [recipient.address for recipient in parse_recipients(addresses, RecipientKind.TO)]
        for address in given:
            if not address.is_resolved:
                raise UsageError(f"{address}: a mailbox needs addresses, such as SMTP:{name}@a.test")
            refuse_line_ends(address.typed, "address")
            if address.address_type == SMTP:
                check_smtp_address(address.email_address)

        def work(connection: Connection) -> Mailbox:
            lock_mailboxes(connection)
            known = find_mailbox(connection, name)
            if known is not None and exist_ok:
                return known
            mailbox = create_mailbox(connection, name, display_name)
            for number, address in enumerate(given):
                add_address(connection, mailbox.id, address, is_primary=number == 0)
            return attrs.evolve(mailbox, addresses=tuple(given))

        return _facts(await self._office.directory.write(work, self._deadline(timeout_seconds)))

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[MailboxFacts, ...]:
        found = await self._office.directory.read(list_mailboxes, self._deadline(timeout_seconds))
        return tuple(_facts(one) for one in found)

    async def set_routes(self, routes: RouteTable, *, timeout_seconds: float = 60.0) -> None:
        # What routes() gives may be given back.
        given = RouteTable(connector for connector in routes.connectors if connector != MAILBOXES)
        for connector in given.connectors:
            _check_gateway(connector, self._office.runtime, self._office.folder)
        RouteTable([MAILBOXES, *given.connectors])
        data = json.dumps(given.to_data())
        statement = "insert into route_epoch (routes) values (?)"
        await self._office.directory.write(lambda c: c.run(statement, (data,)), self._deadline(timeout_seconds))

    async def routes(self, *, timeout_seconds: float = 60.0) -> RouteTable:
        return await self._office.routes(self._deadline(timeout_seconds))

    async def route(self, recipient: str | Address, *, size_octets: int = 0, timeout_seconds: float = 60.0) -> Decision:
        address = parse_address(recipient) if isinstance(recipient, str) else recipient
        return await self._office.decide(address, MessageFacts(size_octets), self._deadline(timeout_seconds))

    async def deliver(self, *, timeout_seconds: float = 60.0) -> None:
        await self._office.run_mta(self._deadline(timeout_seconds))

    @property
    def _queue(self) -> SqlQueue:
        return SqlQueue(self._office.runtime, self._office.database)

    async def retry(self, *, timeout_seconds: float = 60.0) -> None:
        await self._queue.make_due(self._deadline(timeout_seconds))

    async def queued(self, *, limit: int = 1_000, timeout_seconds: float = 60.0) -> tuple[WaitingRecipient, ...]:
        return tuple(await self._queue.queued(limit, self._deadline(timeout_seconds)))

    async def waiting(self, *, timeout_seconds: float = 60.0) -> int:
        return await self._queue.waiting(self._deadline(timeout_seconds))

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
