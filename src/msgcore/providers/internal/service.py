"""Personal folders: a service of one mailbox in a database of its own."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import StoreCorrupt, StoreError
from msgcore.providers.internal.mailboxes import Mailbox, create_mailbox, list_mailboxes
from msgcore.providers.internal.opening import are_up_to_date, lock_mailboxes, open_databases
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.store import InternalStore, ReadOnlyStore
from msgcore.runtime import Connection, Database, Runtime
from msgcore.runtime.sql.writable import is_only_to_read
from msgcore.spi.settings import setting
from msgcore.spi.store import StoreProvider
from msgcore.spi.url import Access, DatabaseUrl

__all__ = [
    "PersonalFoldersConfig",
    "PersonalFoldersService",
    "PostgresConfig",
    "PostgresService",
    "SqliteConfig",
    "SqliteService",
]

_NAME = "personal"
_TITLE = "Personal Folders"


@attrs.frozen
class PersonalFoldersConfig:
    """A mailbox in a file of its own."""

    path: Path = attrs.field(metadata=setting("the database file, made when it is not there"))
    display_name: str = attrs.field(default=_TITLE, metadata=setting("what people see"))
    read_only: bool = attrs.field(
        default=False, metadata=setting("open the file as it is, damaged or not, and change nothing")
    )

    @property
    def access(self) -> Access:
        return Access()

    @property
    def url(self) -> DatabaseUrl:
        return DatabaseUrl(self.path)


@attrs.frozen
class SqliteConfig:
    """A mailbox in a file, by URL."""

    url: DatabaseUrl = attrs.field(metadata=setting("sqlite:///PATH; the file is made when it is not there"))
    display_name: str = attrs.field(default=_TITLE, metadata=setting("what people see", in_url=True))
    read_only: bool = attrs.field(
        default=False, metadata=setting("open the file as it is, damaged or not, and change nothing", in_url=True)
    )

    @property
    def access(self) -> Access:
        return Access()


@attrs.frozen
class PostgresConfig:
    """A mailbox in a schema of a PostgreSQL database."""

    url: DatabaseUrl = attrs.field(
        metadata=setting("postgresql://USER@HOST/DBNAME?namespace=NAME; the schema is made when it is not there")
    )
    password: Secret | None = attrs.field(default=None, metadata=setting("the user's, if the server asks for one"))
    ca_file: Path | None = attrs.field(
        default=None, metadata=setting("the authorities that vouch for the server (PEM), instead of the system's")
    )
    display_name: str = attrs.field(default=_TITLE, metadata=setting("what people see"))

    @property
    def access(self) -> Access:
        return Access(self.password, self.ca_file)

    @property
    def read_only(self) -> bool:
        return False


class PersonalFoldersService:
    """The message service ``personal-folders``."""

    config_type: type[PersonalFoldersConfig | SqliteConfig | PostgresConfig] = PersonalFoldersConfig

    def __init__(self, config: PersonalFoldersConfig | SqliteConfig | PostgresConfig, runtime: Runtime) -> None:
        self._config = config
        self._runtime = runtime
        self._database: Database | None = None
        self._store: InternalStore | None = None

    async def logon(self, deadline: Deadline) -> None:
        """Open the database; make its tables and mailbox when they are not there, unless it is only to be read.

        Raises:
            StoreCorrupt: it is damaged; the message says how what is left of it can be read.
            StoreError: it is of another version of msgcore, or holds an organisation's mailboxes; or it may not be
            written: the message says why, and that it can be read.
        """
        with self._telling_of_read_only():
            await self._open(deadline)

    async def validate_state(self, deadline: Deadline) -> None:
        """See that :meth:`logon` would do; what it would make, or bring to this version, stays as it is."""
        config = self._config
        with self._telling_of_read_only():
            would_change = not config.read_only and not await are_up_to_date(
                self._runtime, config.url, config.access, [STORE_SCHEMA], create=True, deadline=deadline
            )
        if not would_change:
            await self.logon(deadline)

    @contextmanager
    def _telling_of_read_only(self) -> Generator[None]:
        """Say what ``read_only`` would still open."""
        try:
            yield
        except StoreCorrupt as error:
            if self._config.read_only:
                raise
            raise StoreCorrupt(f"{error} (read_only=True may open what is left of it)") from error
        except StoreError as error:
            place = self._config.url.place
            if self._config.read_only or not isinstance(place, Path) or not is_only_to_read(place):
                raise
            raise StoreError(f"{error} (read_only=True opens it to be read)") from error

    async def _open(self, deadline: Deadline) -> None:
        url, access, is_read_only = self._config.url, self._config.access, self._config.read_only
        (database,) = await open_databases(
            self._runtime,
            url,
            access,
            [STORE_SCHEMA],
            create=not is_read_only,
            deadline=deadline,
            is_read_only=is_read_only,
        )
        self._database = database
        mailboxes = await database.read(self._runtime, list_mailboxes, deadline)
        if not mailboxes and not is_read_only:
            mailboxes = [await database.write(self._runtime, self._create, deadline)]
        if len(mailboxes) != 1:
            raise StoreError(f"{url}: holds {len(mailboxes)} mailboxes: no personal folders")
        kind = ReadOnlyStore if is_read_only else InternalStore
        self._store = kind(self._runtime, database, mailboxes[0])

    def _create(self, connection: Connection) -> Mailbox:
        lock_mailboxes(connection)
        known = list_mailboxes(connection)  # another process may have been faster
        if not known and connection.value("select 1 from folder limit 1") is not None:
            raise StoreCorrupt(f"{self._config.url}: has folders, and no mailbox that they belong to")
        return known[0] if known else create_mailbox(connection, _NAME, self._config.display_name)

    def providers(self) -> Sequence[StoreProvider]:
        return () if self._store is None else (self._store,)

    async def close(self) -> None:
        if self._database is not None:
            await self._database.close(self._runtime)


class SqliteService(PersonalFoldersService):
    """The same by URL: what ``open_store("sqlite:///PATH")`` opens."""

    config_type = SqliteConfig


class PostgresService(PersonalFoldersService):
    """The same on PostgreSQL: what ``open_store("postgresql://…")`` opens."""

    config_type = PostgresConfig
