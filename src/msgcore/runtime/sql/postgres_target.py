"""Where a PostgreSQL database is, and how it is reached: said without the driver, which loads when it is used."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.errors import UsageError

__all__ = ["PostgresTarget"]

# What needs no quotes anywhere, within the 63 octets of a name.
_NAMESPACE = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@attrs.frozen
class PostgresTarget:
    """A namespace (what PostgreSQL calls a schema) of a database of a server.

    ``host`` is a name, an address or the folder of a Unix socket; an empty ``user`` or ``dbname`` is what the driver
    makes of it. Anything but a Unix socket or this machine itself is reached over TLS only, with its certificate
    checked against ``ca_file`` (PEM) or the system's authorities. Without ``password`` the user's ``.pgpass`` counts.

    Raises:
        UsageError: a part holds control characters, the namespace is no plain lower-case name, or the host is a list.
    """

    host: str
    port: int = 5432
    user: str = ""
    dbname: str = ""
    namespace: str = "msgcore"
    password: Secret | None = None
    ca_file: Path | None = None

    def __attrs_post_init__(self) -> None:
        for part in (self.host, self.user, self.dbname):
            if _CONTROL.search(part):
                raise UsageError(f"PostgreSQL: {part!r} holds control characters")
        if not self.host or "," in self.host:
            raise UsageError(f"PostgreSQL: need one host, got {self.host!r}")
        if not _NAMESPACE.fullmatch(self.namespace):
            raise UsageError(f"PostgreSQL: namespace {self.namespace!r}: need lower-case letters, digits and _")

    @property
    def is_local(self) -> bool:
        """Whether nothing of it goes over a network."""
        if self.host.startswith(("/", "@")) or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        return f"postgresql://{user}{host}:{self.port}/{self.dbname} ({self.namespace})"
