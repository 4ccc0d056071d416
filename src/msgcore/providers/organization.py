"""An organisation: mailboxes, addresses, routes and an MTA in one database; what Exchange Server was to its clients.

A profile's ``organization`` service gives one mailbox's store, the relay into the MTA, and the directory as an address
book. :class:`SqlOrganization` administers the whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import attrs

from msgcore.base.text import Secret, fold, refuse_line_ends
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import NotFound, NotSupported, SetupError, UsageError
from msgcore.model.address import SMTP, Address, check_smtp_address, parse_address
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient, RecipientKind, RecipientsLike, parse_recipients
from msgcore.mta.connector import Connector
from msgcore.mta.decision import Decision
from msgcore.mta.directory import EX, DirectoryEntry
from msgcore.mta.facts import MessageFacts
from msgcore.mta.gateways import make_gateway
from msgcore.mta.manager import Manager, ManagerSettings
from msgcore.mta.organization import MailboxFacts
from msgcore.mta.queue import WaitingRecipient
from msgcore.mta.route import RouteTable
from msgcore.mta.spaces import AddressSpace
from msgcore.mta.sql_queue import QUEUE_SCHEMA, SqlQueue
from msgcore.mta.trace import delivery_trace
from msgcore.providers.internal.folders import (
    Mailbox,
    add_address,
    create_mailbox,
    find_mailbox,
    list_mailboxes,
    mailbox_of_address,
    special_folders,
)
from msgcore.providers.internal.prepare import Prepared, prepare
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.store import InternalStore
from msgcore.providers.internal.writing import insert_messages
from msgcore.providers.relay import RelayTransport
from msgcore.runtime import Connection, Database, Runtime, Schema
from msgcore.runtime.abc import NEVER, LoopRuntime
from msgcore.spi.gateway import Content
from msgcore.spi.secrets import check_reference, resolve_secret
from msgcore.spi.settings import setting
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.spi.url import DatabaseUrl

__all__ = ["OrganizationConfig", "OrganizationService", "SqlOrganization"]

T = TypeVar("T")

MAILBOX_GATEWAY = "mailbox"
_NO_HOST = re.compile(r"[^a-z0-9]+")
_MAILBOXES = Connector("mailboxes", MAILBOX_GATEWAY, [AddressSpace(EX, "*")])

_SCHEMA = Schema(
    "organization",
    (
        """
        create table organization (id integer primary key check (id = 1), name text not null);
        create table route_epoch (epoch integer primary key autoincrement, routes text not null);
        """,
    ),
)


class _Athena:
    """The open database of an organisation, for one runtime."""

    def __init__(self, runtime: Runtime, databases: Sequence[Database], name: str) -> None:
        self.runtime = runtime
        self._databases = databases
        self.database = databases[0]
        self.name = name

    def on(self, runtime: Runtime) -> _Athena:
        return _Athena(runtime, self._databases, self.name)

    async def close(self) -> None:
        for database in self._databases:
            await database.close(self.runtime)

    async def read(self, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        return await self.database.read(self.runtime, work, deadline)

    async def write(self, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        return await self.database.write(self.runtime, work, deadline)

    def distinguished_name(self, mailbox: Mailbox) -> Address:
        return Address(EX, f"/o={self.name}/cn=recipients/cn={mailbox.name}", mailbox.display_name)

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryEntry | None:
        """Find whose address it is; a distinguished name is its own."""
        mailbox = await self.read(lambda c: self.find(c, address), deadline)
        return None if mailbox is None else DirectoryEntry(self.distinguished_name(mailbox), mailbox.name)

    def find(self, connection: Connection, address: Address) -> Mailbox | None:
        if address.address_type != EX:
            return mailbox_of_address(connection, address)
        name, here = fold(address.email_address), fold(f"/o={self.name}/cn=recipients/cn=")
        return find_mailbox(connection, name.removeprefix(here)) if name.startswith(here) else None

    @property
    def host(self) -> str:
        """The organisation's name in the form of a host, for trace fields and reports."""
        return f"{_NO_HOST.sub('-', self.name).strip('-')[:50] or 'organization'}.msgcore"

    async def routes(self, deadline: Deadline) -> RouteTable:
        data = await self.read(
            lambda c: c.value("select routes from route_epoch order by epoch desc limit 1"), deadline
        )
        given = RouteTable.from_data(json.loads(data)) if data is not None else RouteTable([])
        return RouteTable([_MAILBOXES, *given.connectors])

    @property
    def folder(self) -> Path:
        return self.database.path.parent

    def manager(self, routes: RouteTable) -> Manager:
        return Manager(
            self.runtime,
            SqlQueue(self.runtime, self.database),
            routes,
            self,
            built_in={MAILBOX_GATEWAY: MailboxGateway(self)},
            secret=lambda reference: resolve_secret(reference, self.folder),
            folder=self.folder,
            settings=ManagerSettings(host=self.host),
        )

    async def decide(self, address: Address, facts: MessageFacts, deadline: Deadline) -> Decision:
        return await self.manager(await self.routes(deadline)).decide(address, facts, deadline)

    async def run_mta(self, deadline: Deadline) -> None:
        """Work the queue on an event loop until nothing is due."""

        async def work(runtime: LoopRuntime) -> None:
            here = self.on(runtime)
            await here.manager(await here.routes(deadline)).run_until_idle(deadline)

        await self.runtime.on_loop(work, deadline)


class MailboxGateway:
    """Delivers inside: into the inboxes of this database, each message once for each mailbox, in one transaction."""

    def __init__(self, athena: _Athena) -> None:
        self._athena = athena

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        athena = self._athena
        now = athena.runtime.now()
        first_line = content.octets[: content.octets.find(b"\n") + 1]
        line_end = b"\r\n" if first_line.endswith(b"\r\n") or not first_line else b"\n"
        trace = delivery_trace(envelope.sender, athena.host, envelope.transfer_id, now, line_end)
        incoming = Incoming(mime.read(trace + content.octets), received_at=now)
        prepared = await athena.runtime.in_thread(lambda: prepare(incoming, now), deadline)

        def work(connection: Connection) -> dict[Recipient, Outcome]:
            outcomes: dict[Recipient, Outcome] = {}
            placed: list[tuple[int, Prepared]] = []
            for recipient in envelope.recipients:
                mailbox = athena.find(connection, recipient.address)
                if mailbox is None:
                    outcomes[recipient] = Refused(550, "5.1.1", "no such mailbox in the organisation", "delivery")
                    continue
                key = hashlib.sha256(envelope.transfer_id.encode() + mailbox.uid).digest()
                inbox = special_folders(connection, mailbox.id)[SpecialFolder.INBOX]
                placed.append((inbox, attrs.evolve(prepared, delivery_key=key)))
                outcomes[recipient] = Delivered(250, "2.1.5", f"in the mailbox of {mailbox.display_name}", "delivery")
            insert_messages(connection, placed)
            return outcomes

        return await athena.write(work, deadline)


class DirectoryAddressBook:
    """Resolves bare names: the whole name or display name of a mailbox, without case."""

    def __init__(self, athena: _Athena) -> None:
        self._athena = athena

    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address]:
        wanted = fold(name)
        mailboxes = await self._athena.read(list_mailboxes, deadline)
        found = [one for one in mailboxes if wanted in {fold(one.name), fold(one.display_name)}]
        return [_primary(one) or self._athena.distinguished_name(one) for one in found]


def _primary(mailbox: Mailbox) -> Address | None:
    smtp = [address for address in mailbox.addresses if address.address_type == SMTP]
    return smtp[0] if smtp else mailbox.addresses[0] if mailbox.addresses else None


async def _open(runtime: Runtime, url: DatabaseUrl, *, create: bool, deadline: Deadline) -> _Athena:
    """Open an organisation's database.

    Raises:
        NotFound: there is none, in the file or at all, and it is not to be made.
        StoreError: the file is another program's.
    """

    def open_file() -> list[Database]:
        first = Database.open(url.path, _SCHEMA, create=create)
        return [first, *(Database.open(url.path, schema, create=False) for schema in (STORE_SCHEMA, QUEUE_SCHEMA))]

    databases = await runtime.in_thread(open_file, deadline)
    athena = _Athena(runtime, databases, "")

    def name_of(connection: Connection) -> str:
        known = connection.value("select name from organization")
        if known is None:
            known = fold(url.path.stem) or "organization"
            connection.run("insert into organization (id, name) values (1, ?)", (known,))
        return str(known)

    try:
        known = await athena.read(lambda c: c.value("select name from organization"), deadline)
        if known is None and not create:
            raise NotFound(f"{url.path}: holds no organisation")
        athena.name = known if known is not None else await athena.write(name_of, deadline)
    except BaseException:
        await athena.close()
        raise
    return athena


class SqlOrganization:
    """Administers an organisation in a SQLite database."""

    def __init__(self, athena: _Athena) -> None:
        self._athena = athena

    def _deadline(self, timeout_seconds: float) -> Deadline:
        return self._athena.runtime.deadline(timeout_seconds)

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
            known = find_mailbox(connection, name)
            if known is not None and exist_ok:
                return known
            mailbox = create_mailbox(connection, name, display_name)
            for number, address in enumerate(given):
                add_address(connection, mailbox.id, address, is_primary=number == 0)
            return attrs.evolve(mailbox, addresses=tuple(given))

        return _facts(await self._athena.write(work, self._deadline(timeout_seconds)))

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[MailboxFacts, ...]:
        found = await self._athena.read(list_mailboxes, self._deadline(timeout_seconds))
        return tuple(_facts(one) for one in found)

    async def set_routes(self, routes: RouteTable, *, timeout_seconds: float = 60.0) -> None:
        # What routes() gives may be given back.
        given = RouteTable(connector for connector in routes.connectors if connector != _MAILBOXES)
        for connector in given.connectors:
            _check_gateway(connector, self._athena.runtime, self._athena.folder)
        RouteTable([_MAILBOXES, *given.connectors])
        data = json.dumps(given.to_data())
        statement = "insert into route_epoch (routes) values (?)"
        await self._athena.write(lambda c: c.run(statement, (data,)), self._deadline(timeout_seconds))

    async def routes(self, *, timeout_seconds: float = 60.0) -> RouteTable:
        return await self._athena.routes(self._deadline(timeout_seconds))

    async def route(self, recipient: str | Address, *, size_octets: int = 0, timeout_seconds: float = 60.0) -> Decision:
        address = parse_address(recipient) if isinstance(recipient, str) else recipient
        return await self._athena.decide(address, MessageFacts(size_octets), self._deadline(timeout_seconds))

    async def deliver(self, *, timeout_seconds: float = 60.0) -> None:
        await self._athena.run_mta(self._deadline(timeout_seconds))

    @property
    def _queue(self) -> SqlQueue:
        return SqlQueue(self._athena.runtime, self._athena.database)

    async def retry(self, *, timeout_seconds: float = 60.0) -> None:
        await self._queue.make_due(self._deadline(timeout_seconds))

    async def queued(self, *, limit: int = 1_000, timeout_seconds: float = 60.0) -> tuple[WaitingRecipient, ...]:
        return tuple(await self._queue.queued(limit, self._deadline(timeout_seconds)))

    async def waiting(self, *, timeout_seconds: float = 60.0) -> int:
        return await self._queue.waiting(self._deadline(timeout_seconds))

    async def close(self) -> None:
        await self._athena.close()


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


@attrs.frozen
class OrganizationConfig:
    """One mailbox of an organisation."""

    url: DatabaseUrl = attrs.field(metadata=setting("the organisation's database, sqlite:///PATH"))
    mailbox: str = attrs.field(metadata=setting("whose mailbox the session opens"))


class OrganizationService:
    """The message service ``organization``."""

    config_type = OrganizationConfig

    def __init__(self, config: OrganizationConfig, runtime: Runtime) -> None:
        self._config = config
        self._runtime = runtime
        self._athena: _Athena | None = None
        self._relay: RelayTransport | None = None
        self._providers: tuple[object, ...] = ()

    async def logon(self, deadline: Deadline) -> None:
        """Open the database and the mailbox.

        Raises:
            SetupError: the organisation, or a mailbox of that name in it, is not there.
        """
        url, name = self._config.url, self._config.mailbox
        try:
            athena = self._athena = await _open(self._runtime, url, create=False, deadline=deadline)
        except NotFound as error:
            raise SetupError(
                f"organisation {url}: there is none; open_organization(..., create=True) makes it"
            ) from error
        mailbox = await athena.read(lambda c: find_mailbox(c, name), deadline)
        if mailbox is None:
            raise SetupError(f"organisation {url}: has no mailbox {name!r}")
        relay = self._relay = RelayTransport(
            SqlQueue(self._runtime, athena.database),
            await athena.routes(deadline),
            _primary(mailbox) or athena.distinguished_name(mailbox),
            decide=athena.decide,
            run=athena.run_mta,
        )
        store = InternalStore(self._runtime, athena.database, mailbox)
        self._providers = (store, relay, DirectoryAddressBook(athena))

    def providers(self) -> Sequence[object]:
        return self._providers

    async def close(self) -> None:
        if self._relay is not None:
            self._relay.close()
        if self._athena is not None:
            await self._athena.close()

    @classmethod
    async def open_organization(
        cls, url: DatabaseUrl, *, create: bool, runtime: Runtime, deadline: Deadline
    ) -> SqlOrganization:
        return SqlOrganization(await _open(runtime, url, create=create, deadline=deadline))
