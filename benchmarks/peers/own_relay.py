"""msgcore's MTA in a process of its own: python own_relay.py PORT PLACE SINK_PORT …

The place is a folder, for SQLite, or a URL of PostgreSQL. With several sinks, they are connectors that cost the same.
With the sink port 0 mail is only taken in. Several of these may share a port and a place, and so the work; each says
when it is at work. As the other relays it is told that the next hop takes twenty sessions from the first.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgcore
from msgcore.base.times import Deadline
from msgcore.model import Address
from msgcore.mta import ListenOn, ManagerSettings, RouteTable
from msgcore.mta.directory import DirectoryObject
from msgcore.mta.listener import DirectoryCheck, Listener, ListenerSettings, from_networks
from msgcore.mta.manager.pace import PaceLimits
from msgcore.mta.queue.sql_queue import QUEUE_SCHEMA, SqlQueue
from msgcore.runtime import AsyncioRuntime, Database, PostgresTarget
from msgcore.runtime.abc import Endpoint
from msgcore.runtime.garbage import keep_for_good
from msgcore.spi.url import DatabaseUrl

DATABASE = "office.db"
SESSIONS = 20
LISTENING = ListenerSettings("mx.example.test", may_relay=from_networks("127.0.0.0/8"))


def table(sinks: list[int]) -> RouteTable:
    return RouteTable.from_data(
        {
            "connectors": [
                {
                    "name": f"sink-{number}",
                    "gateway": "smtp",
                    "spaces": [{"type": "SMTP", "pattern": "*"}],
                    "options": {"relay": f"smtp://127.0.0.1:{port}", "connections": str(SESSIONS)},
                }
                for number, port in enumerate(sinks)
            ]
        }
    )


def url_of(place: str) -> str:
    return place if "://" in place else f"sqlite:///{Path(place) / DATABASE}"


async def work(port: int, place: str, sinks: list[int]) -> None:
    """Be a node of an organisation without mailboxes."""
    settings = ManagerSettings(pace=PaceLimits(SESSIONS, SESSIONS))
    async with msgcore.aio.open_organization(url_of(place), create=True) as organization:
        await organization.set_routes(table(sinks))
        listen = ListenOn("127.0.0.1", port, LISTENING, is_shared=True)
        async with organization.working([listen], settings=settings) as node:
            keep_for_good()  # as the program does
            print("at work", flush=True)
            await node.wait()


class NoDirectory:
    """Nobody lives here."""

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        return None


def target_of(place: str) -> Path | PostgresTarget:
    found = DatabaseUrl.parse(url_of(place), Path.cwd()).place
    if isinstance(found, Path):
        return found
    return PostgresTarget(found.host, found.port, found.user or "", found.dbname, found.namespace)


async def take_in(port: int, place: str) -> None:
    runtime = AsyncioRuntime()
    queue = SqlQueue(runtime, Database.open(target_of(place), QUEUE_SCHEMA, create=True))
    routes = table([25])
    check = DirectoryCheck(NoDirectory(), lambda: routes)
    async with Listener(runtime, [Endpoint("127.0.0.1", port)], LISTENING, queue, check, is_shared=True):
        keep_for_good()
        print("at work", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    where, ports = sys.argv[2], [int(one) for one in sys.argv[3:]]
    listen_at = int(sys.argv[1])
    asyncio.run(take_in(listen_at, where) if ports == [0] else work(listen_at, where, ports))
