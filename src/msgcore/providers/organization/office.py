"""An organisation that is open: its database, directory, routes and MTA."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from msgcore.base.text import fold
from msgcore.base.times import Deadline, datetime_from_filetime, filetime_from_datetime
from msgcore.errors import NotFound, StoreError
from msgcore.model.address import Address
from msgcore.mta.directory import EX, RecentDirectory
from msgcore.mta.directory import Directory as MtaDirectory
from msgcore.mta.expansion.preview import preview
from msgcore.mta.links import links_for
from msgcore.mta.listener import DirectoryCheck
from msgcore.mta.manager.manager import RUN_OUT_SECONDS, Manager, ManagerSettings
from msgcore.mta.nexthop.schema import NEXTHOP_SCHEMA
from msgcore.mta.nexthop.sql_keeper import SqlKeeper
from msgcore.mta.node import Parts
from msgcore.mta.node_events import Watch
from msgcore.mta.node_queue import NodeQueue
from msgcore.mta.node_services import NodeServices
from msgcore.mta.node_settings import NodesAffair, NodeSettings
from msgcore.mta.organization import RoutesEpoch
from msgcore.mta.postmaster import PostmasterDirectory
from msgcore.mta.queue.contract import WorkQueue
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.mta.trust.making import signer_of, verifier_of
from msgcore.providers.internal.opening import are_up_to_date, lock_mailboxes, look_at, open_databases
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.organization.directory import Directory
from msgcore.providers.organization.directory_schema import DIRECTORY_SCHEMA
from msgcore.providers.organization.gateway import MailboxGateway
from msgcore.providers.organization.passwords import DirectoryUsers
from msgcore.runtime import Connection, Database, Engine, Runtime, Schema
from msgcore.runtime.abc import LoopRuntime
from msgcore.runtime.sql.schema import MigratingConnection, check_tables
from msgcore.spi.secrets import resolve_secret
from msgcore.spi.url import Access, DatabaseUrl

__all__ = ["MAILBOXES", "MAILBOX_GATEWAY", "Office", "open_office"]

MAILBOX_GATEWAY = "mailbox"
MAILBOXES = Connector("mailboxes", MAILBOX_GATEWAY, [AddressSpace(EX, "*")])

_VERSION_3 = "alter table organization add column left_to_nodes integer not null default 0"

_SCHEMA = Schema(
    "organization",
    {
        Engine.SQLITE: (
            """
            create table organization (id integer primary key check (id = 1), name text not null);
            create table route_epoch (epoch integer primary key autoincrement, routes text not null);
            """,
            """
            alter table organization add column reports text;
            alter table route_epoch add column set_at integer not null default 0;
            """,
            _VERSION_3,
        ),
        Engine.POSTGRES: (
            """
            create table organization (id integer primary key check (id = 1), name text not null);
            create table route_epoch (epoch bigint generated always as identity primary key, routes text not null);
            """,
            """
            alter table organization add column reports text;
            alter table route_epoch add column set_at bigint not null default 0;
            """,
            _VERSION_3,
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

    @property
    def mta_directory(self) -> MtaDirectory:
        """The directory as the MTA sees it: with somebody behind ``postmaster``."""
        return PostmasterDirectory(self.directory, self.reports, self.directory.has_domain)

    @property
    def queue(self) -> SqlQueue:
        return SqlQueue(self.runtime, self.database)

    # Routes

    async def routes(self, deadline: Deadline) -> RouteTable:
        """Give the table in force."""
        return await self.newer_routes(None, deadline) or RouteTable([MAILBOXES])

    async def newer_routes(self, epoch: int | None, deadline: Deadline) -> RouteTable | None:
        """Give the table in force, unless it is that of ``epoch``."""
        newest = "select epoch, routes from route_epoch where epoch > ? order by epoch desc limit 1"
        row = await self.directory.read(lambda c: c.row(newest, (epoch or 0,)), deadline)
        return None if row is None else _table(*row)

    async def routes_of(self, epoch: int, deadline: Deadline) -> RouteTable:
        """Give the table of an epoch.

        Raises:
            NotFound: there was none.
        """
        data = await self.directory.read(
            lambda c: c.value("select routes from route_epoch where epoch = ?", (epoch,)), deadline
        )
        if data is None:
            raise NotFound(f"routes: there is no epoch {epoch}")
        return _table(epoch, data)

    async def route_history(self, limit: int, deadline: Deadline) -> tuple[RoutesEpoch, ...]:
        newest = "select epoch, set_at, routes from route_epoch order by epoch desc limit ?"
        rows = await self.directory.read(lambda c: c.rows(newest, (limit,)), deadline)
        return tuple(RoutesEpoch(epoch, datetime_from_filetime(at), _table(epoch, data)) for epoch, at, data in rows)

    async def put_routes(self, table: RouteTable, deadline: Deadline) -> int:
        """Put a table in force that is without the connector of the mailboxes; give its epoch."""
        data, now = json.dumps(table.to_data()), filetime_from_datetime(self.runtime.now())
        _table(0, data)  # what could not be read again would keep every node from its table
        statement = "insert into route_epoch (routes, set_at) values (?, ?) returning epoch"
        return int(await self.directory.write(lambda c: c.value(statement, (data, now)), deadline))

    # Reports

    async def reports(self, deadline: Deadline) -> ReportSettings:
        data = await self.directory.read(lambda c: c.value("select reports from organization"), deadline)
        return ReportSettings(self.directory.host) if data is None else _read_reports(json.loads(data))

    async def put_reports(self, reports: ReportSettings, deadline: Deadline) -> None:
        data = json.dumps(_write_reports(reports))
        await self.directory.write(lambda c: c.run("update organization set reports = ?", (data,)), deadline)

    # The MTA

    @property
    def folder(self) -> Path:
        """From where the relative paths of connectors are taken: the file's folder, or the current one."""
        return self.database.folder or Path.cwd()

    async def manager(
        self,
        queue: WorkQueue,
        routes: RouteTable,
        services: NodeServices,
        deadline: Deadline,
        settings: ManagerSettings | None = None,
        reload: Callable[[Deadline], Awaitable[RouteTable | None]] | None = None,
        directory: MtaDirectory | None = None,
    ) -> Manager:
        reports = await self.reports(deadline)
        return Manager(
            self.runtime,
            queue,
            routes,
            directory or self.mta_directory,
            built_in={MAILBOX_GATEWAY: MailboxGateway(self.directory, reports.host)},
            secret=lambda reference: resolve_secret(reference, self.folder),
            folder=self.folder,
            settings=attrs.evolve(settings or ManagerSettings(), reports=reports),
            reload=reload,
            services=services,
        )

    async def services(
        self,
        deadline: Deadline,
        settings: NodeSettings,
        queue: WorkQueue,
    ) -> NodeServices:
        """Make what gateways need; TLS reports are sent through the ``queue``.

        Raises:
            MissingExtra, SetupError: names cannot be asked for as the settings say.
        """
        host = (await self.reports(deadline)).host
        keeper = SqlKeeper(self.runtime, self.database)
        signer = await self.runtime.in_thread(
            lambda: signer_of(settings.trust, self.runtime, self.folder, host), deadline
        )
        services = NodeServices(self.runtime, host, settings, keeper=keeper, accept=queue.accept, signer=signer)
        if settings.names is not None:  # what cannot work ends the start, and does not put off every message
            await self.runtime.in_thread(lambda: services.resolver, deadline)
        return services

    async def decide(self, address: Address, facts: MessageFacts, deadline: Deadline) -> Decision:
        now, routes = self.runtime.now(), await self.routes(deadline)
        links = links_for(routes, await self.queue.links(deadline), now)
        return await preview(
            address, facts, self.mta_directory, routes, deadline, now=now, links=links, local_gateway=MAILBOX_GATEWAY
        )

    async def run_mta(
        self,
        deadline: Deadline,
        settings: NodeSettings = NodeSettings(),  # noqa: B008  # frozen
    ) -> None:
        """Work the queue on an event loop until nothing is due."""

        async def work(runtime: LoopRuntime) -> None:
            here = self.on(runtime)
            queue = here.queue
            services = await here.services(deadline, settings, queue)
            manager = await here.manager(queue, await here.routes(deadline), services, deadline)
            try:
                await manager.run_until_idle(deadline)
            finally:
                if services.reporting is not None:
                    await services.reporting.write_counts()

        await self.runtime.on_loop(work, deadline.later(RUN_OUT_SECONDS))

    async def flush(self, deadline: Deadline) -> None:
        """Work the queue for a session, which has no settings; where nodes have some it is theirs."""
        if not await self.left_to_nodes(deadline):
            await self.run_mta(deadline)

    async def left_to_nodes(self, deadline: Deadline) -> NodesAffair:
        """Say what the last node that began does about what goes out."""
        statement = "select left_to_nodes from organization"
        return NodesAffair(await self.directory.read(lambda c: c.value(statement), deadline) or 0)

    async def _leave_to_nodes(self, affair: NodesAffair, deadline: Deadline) -> None:
        if affair != await self.left_to_nodes(deadline):
            statement = "update organization set left_to_nodes = ?"
            await self.directory.write(lambda c: c.run(statement, (int(affair),)), deadline)

    async def node_parts(
        self,
        settings: ManagerSettings | None,
        watch: Watch,
        deadline: Deadline,
        node_settings: NodeSettings,
    ) -> Parts:
        """Make the parts of a node, which follows the table in force; on its loop."""
        routes = await self.routes(deadline)

        async def reload(deadline: Deadline) -> RouteTable | None:
            nonlocal routes
            newer = await self.newer_routes(routes.epoch, deadline)
            routes = newer or routes
            return newer

        queue, directory = NodeQueue(self.queue, watch), RecentDirectory(self.mta_directory, self.runtime)
        check = DirectoryCheck(directory, lambda: routes, local_gateway=MAILBOX_GATEWAY)
        services = await self.services(deadline, node_settings, queue)
        manager = await self.manager(queue, routes, services, deadline, settings, reload, directory)
        keep = (settings or ManagerSettings()).keep
        host = (await self.reports(deadline)).host
        verifier = await self.runtime.in_thread(
            lambda: verifier_of(node_settings.trust, self.runtime, lambda: services.resolver, services.own_names),
            deadline,
        )
        await self._leave_to_nodes(node_settings.affair, deadline)
        users = DirectoryUsers(self.directory)
        return Parts(manager, queue, check, host, keep, users, services.beside, verifier, services.own_addresses)


def _table(epoch: int, data: str) -> RouteTable:
    """Read a table as it is in force: with the connector of the mailboxes."""
    given = RouteTable.from_data(json.loads(data))
    return attrs.evolve(given, connectors=[MAILBOXES, *given.connectors], epoch=epoch)


def _write_reports(reports: ReportSettings) -> dict[str, object]:
    notice, postmaster = reports.delay_notice_after, reports.postmaster
    return {
        "host": reports.host,
        "postmaster": None if postmaster is None else attrs.astuple(postmaster),
        "delay_notice_after": None if notice is None else notice.total_seconds(),
        "most_returned_octets": reports.most_returned_octets,
        "most_recipients": reports.most_recipients,
        "own_addresses": sorted(attrs.astuple(one) for one in reports.own_addresses),
        "tells_unknown_senders": reports.tells_unknown_senders,
    }


def _read_reports(data: Mapping[str, Any]) -> ReportSettings:
    notice, postmaster = data["delay_notice_after"], data["postmaster"]
    return ReportSettings(
        data["host"],
        None if postmaster is None else Address(*postmaster),
        None if notice is None else timedelta(seconds=notice),
        data["most_returned_octets"],
        data["most_recipients"],
        frozenset(Address(*one) for one in data["own_addresses"]),
        data.get("tells_unknown_senders", False),
    )


def schemas() -> Sequence[Schema]:
    """List the schemas that an organisation's database has."""
    return (_SCHEMA, STORE_SCHEMA, DIRECTORY_SCHEMA, QUEUE_SCHEMA, NEXTHOP_SCHEMA)


async def open_office(
    runtime: Runtime, url: DatabaseUrl, access: Access, *, create: bool, deadline: Deadline
) -> Office:
    """Open an organisation's database.

    Raises:
        NotFound: there is none, in the database or at all, and it is not to be made.
        StoreError: the file is another program's, or personal folders.
    """
    await _see_that_it_is_ours(runtime, url, access, create=create, deadline=deadline)
    databases = await open_databases(runtime, url, access, schemas(), create=create, deadline=deadline)
    office = Office(runtime, databases, "")
    try:
        known = await office.directory.read(lambda c: c.value(_NAME), deadline)
        name = known if known is not None else await office.directory.write(lambda c: _make(c, url), deadline)
    except BaseException:
        await office.close()
        raise
    return Office(runtime, databases, name)


async def is_office_up_to_date(
    runtime: Runtime, url: DatabaseUrl, access: Access, *, create: bool, deadline: Deadline
) -> bool:
    """Say whether :func:`open_office` would change nothing.

    Raises:
        As :func:`open_office` does.
    """
    await _see_that_it_is_ours(runtime, url, access, create=create, deadline=deadline)
    return await are_up_to_date(runtime, url, access, schemas(), create=create, deadline=deadline)


async def _see_that_it_is_ours(
    runtime: Runtime, url: DatabaseUrl, access: Access, *, create: bool, deadline: Deadline
) -> None:
    """Go on when there is an organisation, or may be made one, before any table is added to what is something else."""

    def look(connection: MigratingConnection) -> None:
        tables = connection.tables()
        check_tables(tables, str(url))
        if "organization" in tables and connection.value(_NAME) is not None:
            return
        if "mailbox" in tables:
            _refuse_folders(connection, url)
        if not create:
            raise NotFound(f"{url}: holds no organisation")

    await look_at(runtime, url, access, look, create=create, deadline=deadline)


def _refuse_folders(connection: MigratingConnection | Connection, url: DatabaseUrl) -> None:
    if connection.value("select 1 from mailbox limit 1") is not None:
        raise StoreError(f"{url}: holds personal folders; an organisation needs a database of its own")


_NAME = "select name from organization"


def _make(connection: Connection, url: DatabaseUrl) -> str:
    """Make the organisation, named after its database, unless another process was faster; give its name.

    Raises:
        StoreError: it is the database of personal folders, which could not be opened as such any more.
    """
    lock_mailboxes(connection)
    if connection.value(_NAME) is None:
        _refuse_folders(connection, url)
    name = fold(url.name) or "organization"
    connection.run("insert into organization (id, name) values (1, ?) on conflict do nothing", (name,))
    return str(connection.value(_NAME))
