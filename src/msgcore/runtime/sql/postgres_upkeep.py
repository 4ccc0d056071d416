"""Keeping a namespace of a PostgreSQL server in order, as far as that is not the server's own affair."""

from __future__ import annotations

from msgcore.errors import StoreCorrupt
from msgcore.runtime.sql.postgres_connection import PostgresConnection

__all__ = ["compact", "problems"]

_INDEXES = """
select c.oid::bigint, c.relname::text from pg_class c join pg_am a on a.oid = c.relam
where c.relnamespace = current_schema()::regnamespace and c.relkind = 'i' and a.amname = 'btree'
"""


def compact(connection: PostgresConnection) -> None:
    """Let the room of rows that are gone be used again, and count anew for the planner."""
    for table in sorted(connection.tables()):
        connection.run(f'vacuum (analyze) "{table}"')


def problems(connection: PostgresConnection) -> list[str]:
    """Say what ``amcheck`` finds wrong with the indexes, where an administrator has installed it; else nothing."""
    place = connection.value(
        "select n.nspname::text from pg_extension e join pg_namespace n on n.oid = e.extnamespace"
        " where e.extname = 'amcheck'"
    )
    found: list[str] = []
    for number, name in connection.rows(_INDEXES) if place else ():
        try:
            connection.row(f'select "{place}".bt_index_check(cast(cast(? as bigint) as oid)::regclass)', [number])
        except StoreCorrupt as error:
            found.append(f"index {name}: {error}")
    return found
