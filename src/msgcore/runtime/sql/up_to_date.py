"""Looking whether a database has the tables that this program knows, without a change to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import MissingExtra, NotFound
from msgcore.runtime.sql.connection import BUSY_SECONDS
from msgcore.runtime.sql.postgres_target import PostgresTarget
from msgcore.runtime.sql.schema import MigratingConnection, Schema, version_of

__all__ = ["is_up_to_date", "look_into"]

T = TypeVar("T")


def is_up_to_date(target: Path | PostgresTarget, schema: Schema, deadline: Deadline, *, create: bool) -> bool:
    """Say whether opening a database would change nothing: it is there, and its schema has the newest version. Blocks.

    Raises:
        NotFound: it is not there, and would not be made (``create``).
        As :func:`look_into` does.
    """
    found = look_into(target, lambda c: _has_newest(c, schema, str(target), create=create), deadline, create=create)
    return found is True


def look_into(
    target: Path | PostgresTarget, look: Callable[[MigratingConnection], T], deadline: Deadline, *, create: bool
) -> T | None:
    """Look at a database as it is, and change nothing; ``None`` when its file is still to be made. Blocks.

    Raises:
        NotFound: it is not there, and would not be made (``create``).
        StoreError, StoreCorrupt, SetupError, TryAgain: it cannot be opened, or not be made where it is not there.
        MissingExtra: a server needs the extra ``postgres``.
    """
    if isinstance(target, Path):
        from msgcore.runtime.sql.sqlite_connection import open_read_only
        from msgcore.runtime.sql.sqlite_file import check_file

        check_file(target, create=create, is_read_only=False)
        if not target.exists():
            return None
        with closing(open_read_only(target, BUSY_SECONDS)) as connection:
            return look(connection)
    try:
        from msgcore.runtime.sql.postgres_connect import connect
    except ImportError as error:
        raise MissingExtra("postgres", "PostgreSQL") from error
    with closing(connect(target, BUSY_SECONDS, deadline)) as server:
        return look(server)


def _has_newest(connection: MigratingConnection, schema: Schema, name: str, *, create: bool) -> bool:
    found = version_of(connection, schema, name)
    if not found and not create:
        raise NotFound(f"{name}: has no tables of schema {schema.name!r}")
    return found == len(schema.scripts(connection.engine))
