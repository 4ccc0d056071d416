"""Keeping a process out of a database whose schema a newer msgcore has changed since it was opened.

Theory of operation: what a newer version promises (an index, a count, a column) an older one does not keep. So every
transaction that writes looks at the versions first, behind everything that a migration has committed:

- SQLite: one process writes at a time, and ``begin immediate`` sees what the last one did. The versions are read again
  when ``pragma data_version`` says that another connection has committed something.
- PostgreSQL: whoever writes holds a lock of ``msgcore_writer`` until its end, for which a migration waits, and those
  who come meanwhile wait for the migration. Once they have that lock, the statement that notes their number compares
  the sum of all versions, which only grows, with the one that they have seen, and fails when it is another.

Whoever finds other versions asks :meth:`Fence.check` whether they are newer than what this process knows.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.errors import StoreError
from msgcore.runtime.sql.connection import Connection

__all__ = ["Fence"]


class Fence:
    """The newest versions that this process knows of the schemas it has open in one database."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: Mapping[str, int] = {}

    @property
    def known(self) -> Mapping[str, int]:
        """Give the newest known version of each schema; another mapping once there are more."""
        return self._known

    def admit(self, schema: str, version: int) -> None:
        """Count a schema among those that are open."""
        if self._known.get(schema, 0) < version:
            self._known = {**self._known, schema: version}

    def check(self, connection: Connection) -> int:
        """Give the sum of the versions of all schemas in the database.

        Raises:
            StoreError: one that is open here has become newer than this process knows.
        """
        versions = connection.rows("select name, version from msgcore_schema")
        for schema, found in versions:
            known = self._known.get(schema, found)
            if found > known:
                raise StoreError(
                    f"{self._name}: a newer msgcore has brought schema {schema!r} to version {found} while this process"
                    f" had it open, which knows up to {known}: nothing was done; end this process, and upgrade its"
                    " msgcore before it opens the database again"
                )
        return sum(found for _, found in versions)
