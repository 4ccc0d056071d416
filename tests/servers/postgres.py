"""PostgreSQL, by default with its speed-for-safety switches set for throw-away data."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from tests.servers.authority import KeyPair
from tests.servers.namespaces import Namespaces
from tests.servers.server import Server, find_program


class Postgresql(Server):
    """A PostgreSQL cluster on ``port``; user ``postgres`` needs no password, ``guarded`` has ``secret``.

    Unless ``is_durable``, fsync, full_page_writes and synchronous_commit are off: not for tests of crashes. With a
    key pair it takes TLS connections, too.
    """

    # SIGINT is PostgreSQL's fast shutdown; SIGTERM waits for clients.
    stop_signal = signal.SIGINT
    # Killed, it would leave its shared memory.
    last_signal = signal.SIGQUIT
    host = "127.0.0.1"

    def __init__(self, *, is_durable: bool = False, key_pair: KeyPair | None = None) -> None:
        super().__init__(port_count=1, in_memory=not is_durable)
        self._is_durable = is_durable
        self._key_pair = key_pair
        if os.geteuid() == 0:
            self.user = "postgres"
        (self.port,) = self.ports
        self._namespaces: Namespaces | None = None

    @classmethod
    def missing(cls) -> str | None:
        absent = [name for name in ("initdb", "postgres", "psql", "pg_isready") if not _find(name)]
        return f"not installed: {', '.join(absent)} (Debian: postgresql)" if absent else None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{self.host}:{self.port}/postgres"

    @property
    def namespaces(self) -> Namespaces:
        if self._namespaces is None:
            self._namespaces = Namespaces(self.host, self.port)
        return self._namespaces

    def psql(self, sql: str) -> str:
        """Run ``sql`` with psql and return the rows, fields separated by ``|``, one row a line."""
        command: list[str | Path] = [_program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip("\n")

    def prepare(self) -> None:
        if self.user:
            shutil.chown(self.directory, self.user, self.user)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run(
            [_program("initdb"), "-D", self.directory / "data", *options],
            cwd="/",
            check=True,
            capture_output=True,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
        )
        access = self.directory / "data" / "pg_hba.conf"
        access.write_text("host all guarded all scram-sha-256\n" + access.read_text())
        if self._key_pair is not None:
            for source, name in ((self._key_pair.certificate, "server.pem"), (self._key_pair.key, "server.key")):
                copy = Path(shutil.copy(source, self.directory / name))
                copy.chmod(0o600)
                if self.user:
                    shutil.chown(copy, self.user, self.user)

    def start(self) -> None:
        is_new = not self._is_prepared
        super().start()
        if is_new:
            self.psql("create role guarded login superuser password 'secret'")

    def _end(self, number: signal.Signals) -> None:
        if self._namespaces is not None:
            self._namespaces.close()
            self._namespaces = None
        super()._end(number)

    def stop_at_once(self) -> None:
        """Stop as in a crash: nothing more is written, and the next start has to recover."""
        os.kill(self.process_id, signal.SIGQUIT)
        self.stop()

    def command(self) -> list[str | Path]:
        is_on = "on" if self._is_durable else "off"
        safety = ("fsync", "full_page_writes", "synchronous_commit")
        switches = [word for name in safety for word in ("-c", f"{name}={is_on}")]
        if self._key_pair is not None:
            certificate, key = self.directory / "server.pem", self.directory / "server.key"
            switches += ["-c", "ssl=on", "-c", f"ssl_cert_file={certificate}", "-c", f"ssl_key_file={key}"]
        address = ["-h", self.host, "-p", str(self.port), "-k", str(self.directory)]
        return [_program("postgres"), "-D", self.directory / "data", *address, *switches]

    def is_ready(self) -> bool:
        command: list[str | Path] = [_program("pg_isready"), "-q", "-h", self.host, "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


def _find(name: str) -> Path | None:
    return find_program(name, f"usr/lib/postgresql/*/bin/{name}", f"usr/pgsql-*/bin/{name}")


def _program(name: str) -> Path:
    program = _find(name)
    assert program
    return program
