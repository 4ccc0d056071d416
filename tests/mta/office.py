"""An MTA at work: a real queue in a file, a table of routes, and small gateways that tests write in place."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.model import Address, Delivered, Envelope, Outcome, Recipient
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.directory import DirectoryEntry, DirectoryObject
from msgcore.mta.manager.manager import Manager, ManagerSettings
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.queue.contract import Accept
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.reports.settings import ReportSettings
from msgcore.runtime import NEVER, AsyncioRuntime, Database, Runtime
from msgcore.spi.gateway import Content
from msgcore.spi.registry import register_gateway
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LETTER

__all__ = [
    "SETTINGS",
    "Book",
    "Delivery",
    "NoOptions",
    "Office",
    "at_office",
    "delivered",
    "gateway_class",
    "installed",
    "table",
]

T = TypeVar("T")

_numbers = itertools.count(1)

SETTINGS = ManagerSettings(retry=RetryPolicy(jitter=0, least_tries=0), reports=ReportSettings("mta.a.test"))


@attrs.frozen
class NoOptions:
    """A gateway's configuration; the relay names the next hop, as for every connector."""

    relay: str = ""


@attrs.frozen
class Delivery:
    """One call of a gateway."""

    envelope: Envelope
    content: Content
    next_hop: str
    deadline: Deadline
    runtime: Runtime

    @property
    def names(self) -> list[str]:
        return [one.email_address.partition("@")[0] for one in self.envelope.recipients]

    def all(self, outcome: Outcome) -> dict[Recipient, Outcome]:
        return dict.fromkeys(self.envelope.recipients, outcome)


Deliver = Callable[[Delivery], Awaitable[Mapping[Recipient, Outcome]]]


async def delivered(delivery: Delivery) -> Mapping[Recipient, Outcome]:
    return delivery.all(Delivered(250))


def gateway_class(deliver: Deliver) -> type[Any]:
    """Make a gateway of one function."""

    class OneFunction:
        config_type = NoOptions

        def __init__(self, config: NoOptions, runtime: Runtime) -> None:
            self._runtime = runtime

        async def deliver(
            self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
        ) -> Mapping[Recipient, Outcome]:
            return await deliver(Delivery(envelope, content, next_hop, deadline, self._runtime))

    return OneFunction


def installed(gateway: type[Any] | Deliver) -> str:
    """Register a gateway and give the name that it got."""
    name = f"test-{next(_numbers)}"
    register_gateway(name, gateway if isinstance(gateway, type) else gateway_class(gateway))
    return name


def table(**gateways: str) -> RouteTable:
    """Route ``bob@NAME.test`` through the connector NAME, for each name of a gateway."""
    return RouteTable(
        Connector(name, gateway, [AddressSpace("SMTP", f"*@{name}.test")]) for name, gateway in gateways.items()
    )


@attrs.define
class Book:
    """A directory in memory."""

    entries: dict[Address, Address] = attrs.field(factory=dict[Address, Address])

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        found = self.entries.get(address)
        return None if found is None else DirectoryEntry(found, found.email_address)


@attrs.define
class Office:
    """What a manager needs; ``work`` runs a new one, as every flush does."""

    queue: SqlQueue
    database: Database
    clock: ManualClock
    runtime: AsyncioRuntime
    folder: Path
    routes: RouteTable = RouteTable()  # noqa: RUF009  # frozen
    book: Book = attrs.field(factory=Book)
    settings: ManagerSettings = SETTINGS

    async def submit(
        self, *addresses: str, transfer_id: str = "t1", sender: Address | None = ANN, octets: bytes = LETTER
    ) -> None:
        recipients = tuple(Recipient(Address("SMTP", address)) for address in addresses)
        accept = Accept(transfer_id, sender, recipients, Content(octets), "<1@a.test>", "hello")
        await self.queue.accept(accept, NEVER)

    async def work(self, *, queue: SqlQueue | None = None, timeout_seconds: float = 3_600) -> None:
        """Work off what is due, as one public call."""
        manager = Manager(
            self.runtime,
            queue or self.queue,
            self.routes,
            self.book,
            secret=Secret,
            folder=self.folder,
            settings=self.settings,
        )
        await self.runtime.run(manager.run_until_idle(self.runtime.deadline(timeout_seconds)))

    async def work_later(self, after: timedelta) -> None:
        self.clock.move(after.total_seconds())
        await self.work()

    async def outcomes(self, transfer_id: str = "t1") -> list[Outcome]:
        return list((await self.queue.outcomes(transfer_id, NEVER)).values())

    async def outcome(self, transfer_id: str = "t1") -> Outcome:
        [outcome] = await self.outcomes(transfer_id)
        return outcome

    async def waiting(self) -> int:
        return await self.queue.waiting(NEVER)


def at_office(
    folder: Path, story: Callable[[Office], Coroutine[Any, Any, T]], *, lifetime: timedelta = timedelta(days=5)
) -> T:
    """Run a story at an office of its own; a manager always works on an event loop."""
    clock = ManualClock()
    runtime = runtime_on(Mode.ASYNCIO, clock)
    assert isinstance(runtime, AsyncioRuntime)

    async def main() -> T:
        path = folder / "office.db"
        database = await runtime.in_thread(lambda: Database.open(path, QUEUE_SCHEMA, create=True))
        try:
            return await story(Office(SqlQueue(runtime, database, lifetime), database, clock, runtime, folder))
        finally:
            await database.close(runtime)

    return asyncio.run(main())


def by_next_hop(deliveries: Sequence[Delivery]) -> dict[str, list[str]]:
    return {delivery.next_hop: delivery.names for delivery in deliveries}
