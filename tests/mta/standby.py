"""Two PostgreSQL servers, one the synchronous standby of the other: what the first commits, the second has."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Postgresql, wait_until
from tests.servers.server import find_program
from tests.store_faults.dropping_proxy import DroppingProxy

__all__ = ["Standby", "Switch", "standby_of"]


class Standby(Postgresql):
    """A copy of a primary that follows it until it is promoted."""

    def __init__(self, primary: Postgresql) -> None:
        super().__init__(is_durable=True)
        self._primary = primary
        self._is_prepared = True  # it has the primary's roles: nothing can be made in it now

    @classmethod
    def missing(cls) -> str | None:
        return super().missing() or (None if _base_backup() else "not installed: pg_basebackup (Debian: postgresql)")

    def copy_primary(self) -> None:
        program = _base_backup()
        assert program is not None
        if self.user:
            shutil.chown(self.directory, self.user, self.user)
        source = ["-h", self._primary.host, "-p", str(self._primary.port), "-U", "postgres"]
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        subprocess.run(
            [program, "-D", self.directory / "data", *source, *options],
            cwd="/",
            check=True,
            capture_output=True,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
        )

    def promote(self) -> None:
        """Make it the one that takes writes; nobody stands by for it."""
        self.psql("select pg_promote()")


class Switch(DroppingProxy):
    """An address that leads to one server, and from some moment on to another."""

    def turn_to(self, port: int) -> None:
        self._target = port
        self.drop()


@contextmanager
def standby_of(primary: Postgresql) -> Generator[Standby]:
    """Run a standby that ``primary`` waits for with each commit; afterwards it runs and waits for nobody."""
    standby = Standby(primary)
    found = "select 1 from pg_stat_replication where sync_state = 'sync'"
    try:
        standby.copy_primary()
        standby.start()
        _stand_by(primary, "*")
        wait_until(lambda: primary.psql(found) or None, "synchronous standby")
        yield standby
    finally:
        standby.stop()
        shutil.rmtree(standby.directory)
        primary.stop()
        primary.start()
        _stand_by(primary, "")


def _stand_by(primary: Postgresql, names: str) -> None:
    primary.psql(f"alter system set synchronous_standby_names = '{names}'")
    primary.psql("select pg_reload_conf()")


def _base_backup() -> Path | None:
    name = "pg_basebackup"
    return find_program(name, f"usr/lib/postgresql/*/bin/{name}", f"usr/pgsql-*/bin/{name}")
