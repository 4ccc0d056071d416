"""Where an organisation called ``athena`` lives: in a file, or in a database of a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

import msgcore
from msgcore.blocking.organization import Organization
from msgcore.errors import NotFound
from msgcore.runtime import Connection, PostgresTarget
from msgcore.testing.organization import MemoryOrganization
from tests.mta.places import Target, in_queue
from tests.servers import Postgresql

__all__ = ["Home", "any_organization", "home_in_a_file", "home_on_a_server"]

_TABLES = (
    *(
        "mta_link",
        "mta_event",
        "mta_report",
        "mta_recipient",
        "mta_content",
        "mta_message",
        "organization",
        "route_epoch",
    ),
    *("directory_entry", "directory_setting", "mailbox", "message_words", "content"),
    *("sts_policy", "tls_session", "tls_report"),
)


@attrs.frozen
class Home:
    """``folder`` is an empty folder of the test."""

    url: str
    target: Target
    folder: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return in_queue(self.target, lambda c: c.rows(sql))

    def run(self, sql: str, *values: str | bytes | int) -> None:
        in_queue(self.target, lambda c: c.run(sql, values))


def home_in_a_file(folder: Path) -> Home:
    return Home(f"sqlite:///{folder / 'athena.db'}", folder / "athena.db", folder)


def home_on_a_server(server: Postgresql, folder: Path) -> Home:
    """Give the database ``athena`` without what the test before has left there: making the tables takes longer."""
    target = PostgresTarget(server.host, server.port, "postgres", "athena")
    try:
        in_queue(target, _empty)
    except NotFound:
        server.psql("create database athena")
        in_queue(target, _empty)
    return Home(f"postgresql://postgres@{server.host}:{server.port}/athena", target, folder)


def any_organization(request: pytest.FixtureRequest, folder: Path) -> Organization:
    """Open an empty one where the test's parameter says: ``memory``, ``file``, or ``server``."""
    if request.param == "memory":
        return MemoryOrganization({}).open()
    is_on_server = request.param == "server"
    home = home_on_a_server(request.getfixturevalue("postgresql"), folder) if is_on_server else home_in_a_file(folder)
    return msgcore.open_organization(home.url, create=True)


def _empty(connection: Connection) -> None:
    found = {name for (name,) in connection.rows("select tablename::text from pg_tables where schemaname = 'msgcore'")}
    for table in _TABLES:
        if table in found:
            connection.run(f"delete from {table}")
