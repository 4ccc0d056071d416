"""One mailbox in a file or on a server, used as plain calls, whichever runtime is underneath."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from msgcore.base.ids import EntryId
from msgcore.model import Message
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.service import PersonalFoldersConfig, PersonalFoldersService, PostgresConfig
from msgcore.providers.internal.store import InternalStore
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Connection, Database, Engine, PostgresTarget
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import Incoming, SpecialFolder, TableQuery
from msgcore.spi.url import DatabaseUrl, PostgresPlace
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode

T = TypeVar("T")

EVERYTHING = 1 << 40


def run(runtime: BlockingRuntime | AsyncioRuntime, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run one public call."""
    if isinstance(runtime, BlockingRuntime):
        return runtime.run(coroutine)
    return asyncio.run(runtime.run(coroutine))


class Box:
    """An open mailbox; ``store`` is the provider under test, ``run`` makes one call of it."""

    def __init__(self, mode: Mode, place: Path | PostgresPlace) -> None:
        self.place = place
        self.clock = ManualClock()
        self.runtime = runtime_on(mode, self.clock)
        config = PersonalFoldersConfig(place) if isinstance(place, Path) else PostgresConfig(DatabaseUrl(place))
        self._service = PersonalFoldersService(config, self.runtime)
        self.run(self._service.logon(NEVER))
        (store,) = self._service.providers()
        assert isinstance(store, InternalStore)
        self.store = store
        self.special = self.run(store.special_folders(NEVER))
        self.inbox = self.special[SpecialFolder.INBOX]

    @property
    def path(self) -> Path:
        """The file of a box that has one."""
        assert isinstance(self.place, Path)
        return self.place

    @property
    def engine(self) -> Engine:
        return Engine.SQLITE if isinstance(self.place, Path) else Engine.POSTGRES

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return run(self.runtime, coroutine)

    def __enter__(self) -> Box:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.run(self._service.close())

    # Short forms of the calls that most tests make

    def folder(self, name: str) -> EntryId:
        return self.run(self.store.create_folder(self.special[SpecialFolder.IPM_SUBTREE], name, NEVER))

    def save(self, *messages: Message, folder: EntryId | None = None) -> list[EntryId]:
        incoming = [Incoming(message) for message in messages]
        return list(self.run(self.store.save(folder or self.inbox, incoming, NEVER)))

    def save_one(self, message: Message, folder: EntryId | None = None) -> EntryId:
        return self.save(message, folder=folder)[0]

    def deliver(self, incoming: Incoming, folder: EntryId | None = None) -> EntryId:
        return self.run(self.store.save(folder or self.inbox, [incoming], NEVER))[0]

    def load(self, entry_id: EntryId, limit_octets: int = EVERYTHING) -> Message:
        return self.run(self.store.load(entry_id, limit_octets, NEVER))

    def value(self, entry_id: EntryId, tag: PropertyKey) -> object:
        row: Any = self.run(self.store.row(entry_id, (tag,), NEVER))
        return row.get(tag)

    def query(
        self,
        restriction: Restriction | None = None,
        sort_order: Iterable[SortKey] = (),
        *,
        columns: tuple[PropertyKey, ...] = (PidTagEntryId, PidTagSubject),
        folder: EntryId | None = None,
        start: int = 0,
        count: int = 1_000,
    ) -> list[Row]:
        query = TableQuery(columns, restriction, tuple(sort_order), start, count)
        return list(self.run(self.store.query(folder or self.inbox, query, NEVER)))

    def ids(
        self,
        restriction: Restriction | None = None,
        sort_order: Iterable[SortKey] = (),
        *,
        folder: EntryId | None = None,
        start: int = 0,
        count: int = 1_000,
    ) -> list[EntryId]:
        rows = self.query(restriction, sort_order, folder=folder, start=start, count=count)
        return [EntryId.parse(row[PidTagEntryId]) for row in rows]

    def subjects(self, role: SpecialFolder = SpecialFolder.INBOX) -> list[str]:
        return [row.get(PidTagSubject, "") for row in self.query(folder=self.special[role])]

    def submit(self, message: Message, transfer_id: str = "t1") -> OutgoingItem:
        return self.run(self.store.submit(message, transfer_id, NEVER))

    def lock(self, lease_seconds: float = 600.0) -> OutgoingItem | None:
        return self.run(self.store.lock_due(lease_seconds, NEVER))

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look at the database itself, from outside."""
        if isinstance(self.place, Path):
            with closing(sqlite3.connect(self.place, timeout=10)) as raw, raw:
                return raw.execute(statement, values).fetchall()

        def work(connection: Connection) -> list[tuple[Any, ...]]:
            if statement.startswith("select"):
                return connection.rows(statement, values)
            connection.run(statement, values)
            return []

        return self.transact(work)

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run a transaction on the database itself."""
        target: Path | PostgresTarget
        match self.place:
            case Path():
                target = self.place
            case server:
                target = PostgresTarget(server.host, server.port, server.user or "", server.dbname, server.namespace)
        database = Database.open(target, STORE_SCHEMA, create=False)
        try:
            return self.run(database.write(self.runtime, work))
        finally:
            self.run(database.close(self.runtime))
