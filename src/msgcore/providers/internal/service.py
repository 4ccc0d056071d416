"""Personal folders: a service of one mailbox in a database file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import StoreError
from msgcore.providers.internal.folders import Mailbox, create_mailbox, list_mailboxes
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.store import InternalStore
from msgcore.runtime import Connection, Database, Runtime
from msgcore.spi.settings import setting
from msgcore.spi.store import StoreProvider
from msgcore.spi.url import DatabaseUrl

__all__ = ["PersonalFoldersConfig", "PersonalFoldersService", "SqliteConfig", "SqliteService"]

_NAME = "personal"
_TITLE = "Personal Folders"


@attrs.frozen
class PersonalFoldersConfig:
    """A mailbox in a file of its own."""

    path: Path = attrs.field(metadata=setting("the database file, made when it is not there"))
    display_name: str = attrs.field(default=_TITLE, metadata=setting("what people see"))


@attrs.frozen
class SqliteConfig:
    """A mailbox in a file, by URL."""

    url: DatabaseUrl = attrs.field(metadata=setting("sqlite:///PATH; the file is made when it is not there"))
    display_name: str = attrs.field(default=_TITLE, metadata=setting("what people see", in_url=True))

    @property
    def path(self) -> Path:
        return self.url.path


class PersonalFoldersService:
    """The message service ``personal-folders``."""

    config_type: type[PersonalFoldersConfig | SqliteConfig] = PersonalFoldersConfig

    def __init__(self, config: PersonalFoldersConfig | SqliteConfig, runtime: Runtime) -> None:
        self._config = config
        self._runtime = runtime
        self._database: Database | None = None
        self._store: InternalStore | None = None

    async def logon(self, deadline: Deadline) -> None:
        """Open the file; make it and its mailbox when they are not there."""
        path = self._config.path
        database = await self._runtime.in_thread(lambda: Database.open(path, STORE_SCHEMA, create=True), deadline)
        self._database = database
        mailboxes = await database.read(self._runtime, list_mailboxes, deadline)
        if not mailboxes:
            mailboxes = [await database.write(self._runtime, self._create, deadline)]
        if len(mailboxes) > 1:
            raise StoreError(f"{path}: holds {len(mailboxes)} mailboxes: an organisation's, not personal folders")
        self._store = InternalStore(self._runtime, database, mailboxes[0])

    def _create(self, connection: Connection) -> Mailbox:
        known = list_mailboxes(connection)  # another process may have been faster
        return known[0] if known else create_mailbox(connection, _NAME, self._config.display_name)

    def providers(self) -> Sequence[StoreProvider]:
        return () if self._store is None else (self._store,)

    async def close(self) -> None:
        if self._database is not None:
            await self._database.close(self._runtime)


class SqliteService(PersonalFoldersService):
    """The same by URL: what ``open_store("sqlite:///PATH")`` opens."""

    config_type = SqliteConfig
