"""Namespaces of a server that tests have done with: emptied, and had again under another name.

To make the tables of one takes the server ten times as long, and longer with each that it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import psycopg

from msgcore.runtime import BlockingRuntime, Database, PostgresTarget, Schema

__all__ = ["Namespaces"]

_SHAPE = """
select string_agg(concat_ws(' ', relname, relkind, relnatts, relchecks), ',' order by relname)
from pg_class where relnamespace = to_regnamespace(%s)
"""
_CONTENTS = "select relname::text, relkind::text from pg_class where relnamespace = to_regnamespace(%s)"
_SETTINGS = "set lock_timeout = '1s'; set session_replication_role = replica"


class Namespaces:
    """Those of the server at ``host`` and ``port``, each for one schema that leaves its tables empty at first."""

    def __init__(self, host: str, port: int) -> None:
        self._place = PostgresTarget(host, port, "postgres", "postgres")
        self._connection = psycopg.connect(host=host, port=port, user="postgres", dbname="postgres", autocommit=True)
        self._connection.execute(_SETTINGS)
        self._free: defaultdict[str, list[str]] = defaultdict(list)
        self._shapes: dict[str, str | None] = {}
        self._count = 0

    def make(self, name: str, schema: Schema) -> PostgresTarget:
        """Make a namespace with the tables of a schema, or rename one that is free."""
        target = PostgresTarget(self._place.host, self._place.port, "postgres", "postgres", name)
        if free := self._free[schema.name]:
            self._connection.execute(f'alter schema "{free.pop()}" rename to "{name}"'.encode())
            return target
        runtime = BlockingRuntime()
        runtime.run(Database.open(target, schema, create=True).close(runtime))
        if schema.name not in self._shapes:
            self._shapes[schema.name] = self._shape(name)
        return target

    def give_back(self, name: str, schema: Schema) -> None:
        """Empty a namespace that nobody uses any more; one that was changed, or is still in use, is left alone."""
        if self._shape(name) != self._shapes.get(schema.name):
            return
        self._count += 1
        free = f"free{self._count}"
        steps = [*self._emptying(name), f'alter schema "{name}" rename to "{free}"']
        try:
            self._connection.execute("; ".join(steps).encode())
        except psycopg.Error:
            return
        self._free[schema.name].append(free)

    def close(self) -> None:
        self._connection.close()

    def _shape(self, name: str) -> str | None:
        shape: str | None
        [(shape,)] = self._connection.execute(_SHAPE, [name]).fetchall()
        return shape

    def _emptying(self, name: str) -> Iterator[str]:
        for one, kind in self._connection.execute(_CONTENTS, [name]).fetchall():
            if kind == "S":
                yield f"""select setval('"{name}"."{one}"', 1, false)"""
            elif kind == "r" and one != "msgcore_schema":
                yield f'delete from "{name}"."{one}"'
