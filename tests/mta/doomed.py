"""An MTA that is killed at a labelled step: ``python -m tests.mta.doomed FOLDER STEP COUNT``.

It takes four messages in and works them off. Its gateway writes each delivery to a file, and to the disk, before it
says so. Whoever runs it again, without a step, does what a restart does: hands in again what was perhaps not
acknowledged, and works off the rest.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.model import Address, Deferred, Delivered, Envelope, Outcome, Recipient, Refused
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.manager.manager import Manager
from msgcore.mta.queue.contract import Accept, Claim, NewReport, QueuedMessage, QueuedRecipient, Settlement
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, AsyncioRuntime, Connection, Database, Runtime
from msgcore.spi.gateway import Content

__all__ = ["ANN", "STEPS", "TRANSFERS", "Journal", "Marks", "letters", "open_queue", "work"]

T = TypeVar("T")

STEPS = (
    "accept, before its commit",
    "accept, after its commit",
    "claim, before its commit",
    "claim, after its commit",
    "deliver, before the record",
    "deliver, after the record",
    "finish, before its commit",
    "finish, after its commit",
)
ANN = Address("SMTP", "ann@a.test")
TRANSFERS = ("t0", "t1", "t2", "t3")
RECIPIENTS = ("good@b.test", "good@c.test", "later@d.test", "bad@e.test", "bad@f.test")


@attrs.define
class Marks:
    """The step to die at, and how often it is passed before."""

    step: str = ""
    left: int = 0

    def reach(self, step: str) -> None:
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Journal:
    """What the gateway did, one line of JSON each, on the disk before the next step."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal"

    def write(self, kind: str, transfer_id: str, recipient: str, about: Sequence[str] = ()) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps([kind, transfer_id, recipient, list(about)]) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> list[tuple[str, str, str, list[str]]]:
        if not self._path.exists():
            return []
        return [tuple(json.loads(line)) for line in self._path.read_text().splitlines()]


class JournalGateway:
    """Delivers ``good``, refuses ``bad``, and defers ``later`` once."""

    def __init__(self, journal: Journal, marks: Marks) -> None:
        self._journal = journal
        self._marks = marks

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        self._marks.reach("deliver, before the record")
        return {recipient: self._deliver(envelope, content, recipient) for recipient in envelope.recipients}

    def _deliver(self, envelope: Envelope, content: Content, recipient: Recipient) -> Outcome:
        address, transfer_id = recipient.email_address, envelope.transfer_id
        if address.startswith("bad"):
            return Refused(550, "5.1.1", "nobody here")
        is_known = any(line[:3] == ("deferred", transfer_id, address) for line in self._journal.lines())
        if address.startswith("later") and not is_known:
            self._journal.write("deferred", transfer_id, address)
            return Deferred(451, "4.2.1", "later")
        self._journal.write("delivered", transfer_id, address, _about(content))
        self._marks.reach("deliver, after the record")
        return Delivered(250)


def _about(content: Content) -> list[str]:
    report = mime.read_delivery_report(mime.read(content.octets))
    return [] if report is None else [one.address.email_address for one in report.recipients]


_verb: ContextVar[str] = ContextVar("verb", default="")


class MarkedDatabase(Database):
    """A database whose every write passes two marks."""

    marks: Marks

    async def write(self, runtime: Runtime, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        verb = _verb.get()

        def marked(connection: Connection) -> T:
            result = work(connection)
            self.marks.reach(f"{verb}, before its commit")
            return result

        result = await super().write(runtime, marked, deadline)
        self.marks.reach(f"{verb}, after its commit")
        return result


class MarkedQueue(SqlQueue):
    """A queue that says what each of its writes is for."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        _verb.set("accept")
        return await super().accept(accept, deadline)

    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        _verb.set("claim")
        return await super().claim(limit, lease_seconds, deadline)

    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        _verb.set("finish")
        return await super().finish(message, settlements, reports, deadline)


class NoDirectory:
    async def look_up(self, address: Address, deadline: Deadline) -> None:
        """Nobody has a mailbox here."""


def letters() -> list[Accept]:
    recipients = tuple(Recipient(Address("SMTP", address)) for address in RECIPIENTS)
    return [
        Accept(transfer_id, ANN, recipients, Content(f"Subject: {transfer_id}\r\n\r\n".encode()), subject=transfer_id)
        for transfer_id in TRANSFERS
    ]


def open_queue(runtime: Runtime, folder: Path, marks: Marks) -> tuple[MarkedDatabase, MarkedQueue]:
    database = MarkedDatabase.open(folder / "queue.db", QUEUE_SCHEMA, create=True)
    assert isinstance(database, MarkedDatabase)
    database.marks = marks
    return database, MarkedQueue(runtime, database)


async def work(folder: Path, marks: Marks) -> None:
    runtime = AsyncioRuntime()
    database, queue = open_queue(runtime, folder, marks)
    for letter in letters():
        await queue.accept(letter, NEVER)
    gateway = JournalGateway(Journal(folder), marks)
    manager = Manager(
        runtime,
        queue,
        RouteTable([Connector("out", "journal", [AddressSpace("SMTP", "*")])]),
        NoDirectory(),
        built_in={"journal": gateway},
        secret=Secret,
        folder=folder,
    )
    while await queue.waiting(NEVER):
        await manager.run_until_idle(NEVER)
        _verb.set("make due")
        await queue.make_due(NEVER)
    await database.close(runtime)


def main(arguments: Sequence[Any]) -> None:
    folder, step, count = arguments
    asyncio.run(work(Path(folder), Marks(step, int(count))))


if __name__ == "__main__":
    main(sys.argv[1:])
