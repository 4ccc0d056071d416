"""Keeping an SQLite file in order: copies of it, its size, its health."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, StoreError, StoreFull
from msgcore.runtime.sql.sqlite_connection import SqliteConnection, give_name, open_connection

__all__ = ["back_up", "compact", "problems"]


def back_up(
    connection: SqliteConnection, path: Path, finish: Callable[[SqliteConnection], None], deadline: Deadline
) -> None:
    """Write what the transaction sees to a new file, which is complete on the disk, or not there.

    ``finish`` gets a connection to the copy before anybody finds it, and may change it.

    Raises:
        StoreError: there is such a file already, or it cannot be made.
        StoreFull: no space is left.
        TimedOut: the deadline passed.
    """
    path = path.absolute()
    if path.exists():
        raise StoreError(f"{path}: is there already; a backup goes to a new file")
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            connection.value("select count(*) from sqlite_schema")  # what is copied is of this moment
            connection.copy_to(partial, lambda: deadline.check(f"{path}: backup"))
            _finish(partial, finish)
            _sync(partial)
            give_name(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        _sync(path.parent)
    except MsgcoreError:  # TimedOut is an OSError, too
        raise
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def _finish(path: Path, finish: Callable[[SqliteConnection], None]) -> None:
    connection = open_connection(path, create=False, busy_seconds=1.0)
    try:
        connection.begin_alone()
        finish(connection)
        connection.commit()
    finally:
        connection.close()  # the last one to close a file leaves no log beside it


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise StoreFull(f"{path}: {error.strerror}") from error
    finally:
        os.close(descriptor)


def compact(connection: SqliteConnection) -> None:
    """Give free space back to the file system; needs as much again meanwhile."""
    connection.run("vacuum")
    connection.rows("pragma wal_checkpoint (truncate)")


def problems(connection: SqliteConnection) -> list[str]:
    """Say what SQLite finds wrong, in its own words; nothing when all is well."""
    found = [str(text) for (text,) in connection.rows("pragma integrity_check") if text != "ok"]
    for table, rowid, parent, _ in connection.rows("pragma foreign_key_check"):
        found.append(f"row {rowid} of {table} names a row of {parent} that is not there")
    return found
