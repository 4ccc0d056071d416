"""An organisation that is open: its database, directory, routes and MTA."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model.address import Address
from msgcore.mta.directory import EX
from msgcore.mta.manager.manager import Manager, ManagerSettings
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.providers.internal.opening import open_databases
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.organization.directory import Directory
from msgcore.providers.organization.gateway import MailboxGateway
from msgcore.runtime import Connection, Database, Engine, Runtime, Schema
from msgcore.runtime.abc import LoopRuntime
from msgcore.spi.secrets import resolve_secret
from msgcore.spi.url import Access, DatabaseUrl

__all__ = ["MAILBOXES", "MAILBOX_GATEWAY", "Office", "open_office"]

MAILBOX_GATEWAY = "mailbox"
MAILBOXES = Connector("mailboxes", MAILBOX_GATEWAY, [AddressSpace(EX, "*")])

_SCHEMA = Schema(
    "organization",
    {
        Engine.SQLITE: (
            """
            create table organization (id integer primary key check (id = 1), name text not null);
            create table route_epoch (epoch integer primary key autoincrement, routes text not null);
            """,
        ),
        Engine.POSTGRES: (
            """
            create table organization (id integer primary key check (id = 1), name text not null);
            create table route_epoch (epoch bigint generated always as identity primary key, routes text not null);
            """,
        ),
    },
)


class Office:
    """An open organisation, for one runtime."""

    def __init__(self, runtime: Runtime, databases: Sequence[Database], name: str) -> None:
        self.runtime = runtime
        self._databases = databases
        self.directory = Directory(runtime, databases[0], name)

    @property
    def database(self) -> Database:
        return self.directory.database

    def on(self, runtime: Runtime) -> Office:
        return Office(runtime, self._databases, self.directory.name)

    async def close(self) -> None:
        for database in self._databases:
            await database.close(self.runtime)

    async def routes(self, deadline: Deadline) -> RouteTable:
        newest = "select routes from route_epoch order by epoch desc limit 1"
        data = await self.directory.read(lambda c: c.value(newest), deadline)
        given = RouteTable.from_data(json.loads(data)) if data is not None else RouteTable([])
        return RouteTable([MAILBOXES, *given.connectors])

    @property
    def folder(self) -> Path:
        """From where the relative paths of connectors are taken: the file's folder, or the current one."""
        return self.database.folder or Path.cwd()

    def manager(self, routes: RouteTable) -> Manager:
        return Manager(
            self.runtime,
            SqlQueue(self.runtime, self.database),
            routes,
            self.directory,
            built_in={MAILBOX_GATEWAY: MailboxGateway(self.directory)},
            secret=lambda reference: resolve_secret(reference, self.folder),
            folder=self.folder,
            settings=ManagerSettings(host=self.directory.host),
        )

    async def decide(self, address: Address, facts: MessageFacts, deadline: Deadline) -> Decision:
        return await self.manager(await self.routes(deadline)).decide(address, facts, deadline)

    async def run_mta(self, deadline: Deadline) -> None:
        """Work the queue on an event loop until nothing is due."""

        async def work(runtime: LoopRuntime) -> None:
            here = self.on(runtime)
            await here.manager(await here.routes(deadline)).run_until_idle(deadline)

        await self.runtime.on_loop(work, deadline)


async def open_office(
    runtime: Runtime, url: DatabaseUrl, access: Access, *, create: bool, deadline: Deadline
) -> Office:
    """Open an organisation's database.

    Raises:
        NotFound: there is none, in the database or at all, and it is not to be made.
        StoreError: the file is another program's.
    """

    schemas = (_SCHEMA, STORE_SCHEMA, QUEUE_SCHEMA)
    databases = await open_databases(runtime, url, access, schemas, create=create, deadline=deadline)
    office = Office(runtime, databases, "")
    try:
        known = await office.directory.read(lambda c: c.value(_NAME), deadline)
        if known is None and not create:
            raise NotFound(f"{url}: holds no organisation")
        name = known if known is not None else await office.directory.write(lambda c: _make(c, url), deadline)
    except BaseException:
        await office.close()
        raise
    return Office(runtime, databases, name)


_NAME = "select name from organization"


def _make(connection: Connection, url: DatabaseUrl) -> str:
    """Make the organisation, named after its database, unless another process was faster; give its name."""
    name = fold(url.name) or "organization"
    connection.run("insert into organization (id, name) values (1, ?) on conflict do nothing", (name,))
    return str(connection.value(_NAME))
