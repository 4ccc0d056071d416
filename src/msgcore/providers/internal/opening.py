"""Opening the database of a store or an organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgcore.base.times import Deadline
from msgcore.errors import StoreCorrupt, StoreError
from msgcore.runtime import Connection, Database, Engine, PostgresTarget, Runtime, Schema
from msgcore.runtime.sql.schema import MigratingConnection
from msgcore.runtime.sql.up_to_date import is_up_to_date, look_into
from msgcore.spi.url import Access, DatabaseUrl

__all__ = ["are_up_to_date", "lock_mailboxes", "look_at", "open_databases"]


async def open_databases(
    runtime: Runtime,
    url: DatabaseUrl,
    access: Access,
    schemas: Sequence[Schema],
    *,
    create: bool,
    deadline: Deadline,
    is_read_only: bool = False,
) -> list[Database]:
    """Open a database once for each of the schemas; a read-only one as it is, damaged or not.

    Raises:
        NotFound: it is not there, and is not to be made.
        MissingExtra: it is a PostgreSQL server's, and the extra ``postgres`` is not installed.
        StoreError, StoreCorrupt, SetupError, TryAgain: it cannot be used; read-only, it is of another version.
    """
    target = _target(url, access)
    opened: list[Database] = []
    try:
        for schema in schemas:
            opened.append(await _open(runtime, target, schema, create, is_read_only, deadline))
    except BaseException:
        for database in opened:
            await database.close(runtime)
        raise
    return opened


async def _open(
    runtime: Runtime,
    target: Path | PostgresTarget,
    schema: Schema,
    create: bool,
    is_read_only: bool,
    deadline: Deadline,
) -> Database:
    opened: list[Database] = []

    def open_it() -> Database:
        opened.append(Database.open(target, schema, create=create, is_read_only=is_read_only, deadline=deadline))
        return opened[0]

    try:
        database = await runtime.in_thread(open_it, deadline)
        if is_read_only:
            await database.read(runtime, lambda c: _check_version(c, schema, database.name), deadline)
    except BaseException:  # cancelled when it was open already, too
        for database in opened:
            await database.close(runtime)
        raise
    return database


def _check_version(connection: Connection, schema: Schema, name: str) -> None:
    """Go on when the tables are those that this program knows, or do not say any more what they are."""
    try:
        found = connection.value("select version from msgcore_schema where name = ?", (schema.name,))
    except StoreCorrupt:
        return
    known = len(schema.scripts(connection.engine))
    if found != known:
        # A file that cannot be written is copied first.
        way = "" if (found or 0) > known else "; opened once without read_only it, or a copy of it, is brought to that"
        raise StoreError(f"{name}: schema {schema.name!r} has version {found}; only version {known} can be read{way}")


async def are_up_to_date(
    runtime: Runtime, url: DatabaseUrl, access: Access, schemas: Sequence[Schema], *, create: bool, deadline: Deadline
) -> bool:
    """Say whether opening a database would change nothing: it is there, and of this version.

    Raises:
        NotFound: it is not there, and would not be made.
        StoreError, StoreCorrupt, SetupError, TryAgain, MissingExtra: as :func:`open_databases` does.
    """
    target = _target(url, access)

    def look() -> bool:
        return all(is_up_to_date(target, schema, deadline, create=create) for schema in schemas)

    return await runtime.in_thread(look, deadline)


async def look_at(
    runtime: Runtime,
    url: DatabaseUrl,
    access: Access,
    look: Callable[[MigratingConnection], None],
    *,
    create: bool,
    deadline: Deadline,
) -> None:
    """Look at a database as it is, before it is opened; one whose file is still to be made is not looked at.

    Raises:
        NotFound: it is not there, and would not be made.
        StoreError, StoreCorrupt, SetupError, TryAgain, MissingExtra: as :func:`open_databases` does.
    """
    target = _target(url, access)
    await runtime.in_thread(lambda: look_into(target, look, deadline, create=create), deadline)


def _target(url: DatabaseUrl, access: Access) -> Path | PostgresTarget:
    place = url.place
    if isinstance(place, Path):
        return place
    return PostgresTarget(
        place.host, place.port, place.user or "", place.dbname, place.namespace, access.password, access.ca_file
    )


def lock_mailboxes(connection: Connection) -> None:
    """Let no other transaction make mailboxes before this one ends."""
    if connection.engine is Engine.POSTGRES:  # SQLite has one writer at a time
        connection.run("lock table mailbox in share row exclusive mode")
