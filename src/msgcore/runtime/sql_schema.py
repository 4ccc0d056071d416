"""Versions of schemas: which tables a database file has, and how it gets those that it lacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import attrs

from msgcore.errors import StoreError
from msgcore.runtime.sql_connection import Connection, own_tables

__all__ = ["Schema", "migrate", "statements"]

_VERSIONS = """
    CREATE TABLE IF NOT EXISTS msgcore_schema (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID, STRICT
"""


@attrs.frozen
class Schema:
    """Tables of one concern; a file may hold several schemas.

    Script ``i`` of ``migrations`` brings version ``i`` to ``i + 1``. A script that was released is never changed.
    ``watch`` makes temporary triggers of the connection that writes, once somebody listens. They call ``note(…)``: what
    a transaction noted is told to listeners when it is on the disk (:meth:`msgcore.runtime.sql.Database.listen`).
    """

    name: str
    migrations: tuple[str, ...]
    watch: str = ""

    @property
    def version(self) -> int:
        return len(self.migrations)


def migrate(connection: Connection, schema: Schema, path: Path) -> None:
    """Bring the schema to its newest version: each step is one transaction, so that a crash leaves the step before.

    Raises:
        StoreError: the file is of a newer version than this one knows, or holds another program's tables.
    """
    while True:
        found = _version(connection, schema, path)
        if found > schema.version:
            raise StoreError(
                f"{path}: schema {schema.name!r} has version {found}, this msgcore knows up to {schema.version}"
            )
        if found == schema.version:
            return
        connection.run("BEGIN IMMEDIATE")
        try:
            # Another process may have been faster.
            if _version(connection, schema, path) == found:
                _step(connection, schema, found)
            connection.run("COMMIT")
        except BaseException:
            connection.roll_back()
            raise


def _version(connection: Connection, schema: Schema, path: Path) -> int:
    if not own_tables(connection, path):
        return 0
    return connection.value("SELECT version FROM msgcore_schema WHERE name = ?", [schema.name]) or 0


def _step(connection: Connection, schema: Schema, found: int) -> None:
    connection.run(_VERSIONS)
    for statement in statements(schema.migrations[found]):
        connection.run(statement)
    connection.run(
        "INSERT INTO msgcore_schema VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version",
        [schema.name, found + 1],
    )


def statements(script: str) -> Iterator[str]:
    """Cut a script into statements; ``executescript`` would commit the transaction first."""
    start = end = 0
    while (end := script.find(";", end) + 1) > 0:
        if sqlite3.complete_statement(script[start:end]):
            yield script[start:end]
            start = end
    if script[start:].strip():
        yield script[start:]
