"""Connecting to a PostgreSQL server, with everything set as this library needs it."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import psycopg

from msgcore.base.times import Deadline
from msgcore.errors import StoreError, TimedOut
from msgcore.runtime.sql.postgres_connection import PostgresConnection, RawConnection, adapters
from msgcore.runtime.sql.postgres_errors import FOREIGN, connect_error, ours
from msgcore.runtime.sql.postgres_target import PostgresTarget

__all__ = ["connect"]

CONNECT_SECONDS = 30.0

# A process that stands still in a transaction loses it, so that nobody waits for its locks for ever.
_IDLE_IN_TRANSACTION_SECONDS = 60
_PREPARED_STATEMENTS = 500

_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def connect(target: PostgresTarget, busy_seconds: float, deadline: Deadline) -> PostgresConnection:
    """Connect, with every setting made; takes 2 seconds more than ``deadline`` at most.

    Raises:
        ConnectionLost, TimedOut, NameNotResolved, AuthenticationRefused, TlsFailed, NotFound, StoreBusy: it cannot.
        StoreError: the database's text is not in UTF-8.
    """
    name = str(target)
    deadline.check(f"{name}: connect")
    parameters = _parameters(target, deadline.sooner(CONNECT_SECONDS).remaining_seconds())
    try:
        raw = RawConnection.connect(autocommit=True, cursor_factory=psycopg.RawCursor, context=adapters(), **parameters)
    except psycopg.Error as error:
        if deadline.is_past:
            raise TimedOut(f"{name}: connect: the deadline has passed") from error
        raise connect_error(error, name) from error
    try:
        _set_up(raw, target, busy_seconds)
    except FOREIGN as error:
        raw.close()
        raise ours(error, name) from error
    except BaseException:
        raw.close()
        raise
    return PostgresConnection(raw, target)


def _parameters(target: PostgresTarget, seconds: float) -> dict[str, Any]:
    given = {"user": target.user, "dbname": target.dbname}
    return {
        **{name: value for name, value in given.items() if value},
        "password": target.password.reveal() if target.password else None,
        "host": target.host,
        # Empty, so that no variable of the environment leads elsewhere.
        "hostaddr": "",
        "port": target.port,
        "connect_timeout": max(1, round(seconds)),
        "application_name": "msgcore",
        "client_encoding": "utf8",
        "sslmode": "prefer" if target.is_local else "verify-full",
        "sslrootcert": _authorities(target.ca_file),
        # A server that has vanished is noticed after a minute, even by who waits for it without a deadline.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }


def _authorities(ca_file: Path | None) -> str:
    """Name the file of authorities: the driver's own OpenSSL need not know where the system keeps them."""
    candidates = (ssl.get_default_verify_paths().cafile, *_AUTHORITIES)
    return str(ca_file or next((path for path in candidates if path and Path(path).is_file()), "system"))


def _set_up(raw: RawConnection, target: PostgresTarget, busy_seconds: float) -> None:
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(f"{target}: the database's encoding is {encoding}, need UTF8")
    raw.prepared_max = _PREPARED_STATEMENTS
    settings = {
        "search_path": f'"{target.namespace}"',
        "lock_timeout": max(1, round(busy_seconds * 1_000)),
        "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION_SECONDS * 1_000,
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
        "standard_conforming_strings": "on",
        "jit": "off",
        "default_transaction_isolation": "'read committed'",
        # Of a statement that is a transaction by itself; within others the values decide the plan.
        "plan_cache_mode": "force_generic_plan",
        # What is read is mostly in memory, or on a fast disk.
        "random_page_cost": "1.1",
    }
    script = "; ".join(f"set {name} = {value}" for name, value in settings.items())
    raw.execute(script.encode(), prepare=False)
