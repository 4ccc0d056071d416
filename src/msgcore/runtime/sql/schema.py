"""Versions of schemas: which tables a database has, and how it gets those that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import attrs

from msgcore.errors import NotSupported, StoreError
from msgcore.runtime.sql.connection import Connection, Engine

__all__ = ["MigratingConnection", "Schema", "check_tables", "migrate"]


def _same_length(_: object, __: object, migrations: tuple[str, ...] | Mapping[Engine, tuple[str, ...]]) -> None:
    if isinstance(migrations, Mapping) and len({len(scripts) for scripts in migrations.values()}) != 1:
        raise ValueError("every engine needs the same number of scripts")


@attrs.frozen
class Schema:
    """Tables of one concern; a database may hold several schemas.

    Script ``i`` of ``migrations`` brings version ``i`` to ``i + 1``. A script that was released is never changed. Where
    no SQL suits both engines, each has scripts of its own, as many as the other.
    """

    name: str
    migrations: tuple[str, ...] | Mapping[Engine, tuple[str, ...]] = attrs.field(validator=_same_length)

    def scripts(self, engine: Engine) -> tuple[str, ...]:
        """Give the migrations of an engine.

        Raises:
            NotSupported: the schema is not written for it.
        """
        if not isinstance(self.migrations, Mapping):
            return self.migrations
        if engine not in self.migrations:
            raise NotSupported(f"schema {self.name!r} is not written for {engine.value}")
        return self.migrations[engine]


class MigratingConnection(Connection, Protocol):
    """A connection that may change the tables themselves."""

    def tables(self) -> set[str]: ...

    def begin_alone(self) -> None:
        """Begin a transaction that no other process migrates beside."""
        ...

    def lay_foundation(self) -> None:
        """Make the tables that every database of msgcore's has, unless they are there."""
        ...

    def run_script(self, script: str) -> None: ...

    def commit(self) -> None: ...

    def roll_back(self) -> None: ...


def migrate(connection: MigratingConnection, schema: Schema, name: str) -> None:
    """Bring the schema to its newest version: each step is one transaction, so that a crash leaves the step before.

    Raises:
        StoreError: the database is of a newer version than this one knows, or holds another program's tables.
    """
    scripts = schema.scripts(connection.engine)
    while True:
        found = version_of(connection, schema, name)
        if found > len(scripts):
            raise StoreError(
                f"{name}: schema {schema.name!r} has version {found}, this msgcore knows up to {len(scripts)};"
                " upgrade msgcore"
            )
        if found == len(scripts):
            return
        connection.begin_alone()
        try:
            # Another process may have been faster.
            if version_of(connection, schema, name) == found:
                _step(connection, schema.name, found, scripts[found])
            connection.commit()
        except BaseException:
            connection.roll_back()
            raise


def check_tables(tables: set[str], name: str) -> None:
    """Go on when there are no tables yet, or msgcore's.

    Raises:
        StoreError: they are another program's.
    """
    if tables and "msgcore_schema" not in tables:
        raise StoreError(f"{name}: a database of another program (its tables: {', '.join(sorted(tables)[:5])})")


def version_of(connection: MigratingConnection, schema: Schema, name: str) -> int:
    """Say which version the schema has, from 1; 0 where it is not there.

    Raises:
        StoreError: the tables are another program's.
    """
    tables = connection.tables()
    check_tables(tables, name)
    return (connection.value("select version from msgcore_schema where name = ?", [schema.name]) or 0) if tables else 0


def _step(connection: MigratingConnection, schema: str, found: int, script: str) -> None:
    connection.lay_foundation()
    connection.run_script(script)
    connection.run(
        "insert into msgcore_schema values (?, ?) on conflict (name) do update set version = excluded.version",
        [schema, found + 1],
    )
