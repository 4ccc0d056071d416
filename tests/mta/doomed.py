"""An MTA whose disk may fail: ``python -m tests.mta.doomed FOLDER``.

It takes four messages in, works them off, and prints ``accepted TRANSFER`` and what it ``cannot`` do. Its gateway
keeps a journal of each delivery. Whoever runs it again does what a restart does: hands in again what was perhaps not
acknowledged, and works off the rest.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import MsgcoreError
from msgcore.model import Address, Deferred, Delivered, Envelope, Outcome, Recipient, Refused
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.manager.manager import Manager
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import Accept
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, AsyncioRuntime, Database
from msgcore.spi.gateway import Content

__all__ = ["ANN", "TRANSFERS", "Journal", "JournalGateway", "NoDirectory", "letters", "queue_file", "work"]

ANN = Address("SMTP", "ann@a.test")
TRANSFERS = ("t0", "t1", "t2", "t3")
RECIPIENTS = ("good@b.test", "good@c.test", "later@d.test", "bad@e.test", "bad@f.test")
_TRIES = 6


class Journal:
    """What the gateway did, one line of JSON each."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal"

    def write(self, kind: str, transfer_id: str, recipient: str, about: Sequence[str] = ()) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps([kind, transfer_id, recipient, list(about)]) + "\n")

    def lines(self) -> list[tuple[str, str, str, list[str]]]:
        if not self._path.exists():
            return []
        return [tuple(json.loads(line)) for line in self._path.read_text().splitlines()]


class JournalGateway:
    """Delivers ``good``, refuses ``bad``, and defers ``later`` once."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
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
        return Delivered(250)


def _about(content: Content) -> list[str]:
    report = mime.read_delivery_report(mime.read(content.octets))
    return [] if report is None else [one.address.email_address for one in report.recipients]


class NoDirectory:
    async def look_up(self, address: Address, deadline: Deadline) -> None:
        """Nobody has a mailbox here."""


def queue_file(folder: Path) -> Path:
    return folder / "queue.db"


def letters() -> list[Accept]:
    recipients = tuple(Recipient(Address("SMTP", address)) for address in RECIPIENTS)
    return [
        Accept(transfer_id, ANN, recipients, Content(f"Subject: {transfer_id}\r\n\r\n".encode()), subject=transfer_id)
        for transfer_id in TRANSFERS
    ]


async def work(folder: Path) -> None:
    """Go on after every error, but not without end."""
    runtime = AsyncioRuntime()
    database = _opened(folder)
    queue = SqlQueue(runtime, database)
    for letter in letters():
        try:
            await queue.accept(letter, NEVER)
            _say(f"accepted {letter.transfer_id}")
        except MsgcoreError as error:
            _say(f"cannot accept: {type(error).__name__}: {error}")
    for _ in range(_TRIES):
        try:
            await _work_once(runtime, queue, folder)
            if not await queue.waiting(NEVER):
                break
        except MsgcoreError as error:
            _say(f"cannot work: {type(error).__name__}: {error}")
    await database.close(runtime)


def _opened(folder: Path) -> Database:
    for _ in range(_TRIES):
        try:
            return Database.open(queue_file(folder), QUEUE_SCHEMA, create=True)
        except MsgcoreError as error:
            _say(f"cannot open: {type(error).__name__}: {error}")
    sys.exit(3)


async def _work_once(runtime: AsyncioRuntime, queue: SqlQueue, folder: Path) -> None:
    routes = RouteTable([Connector("out", "journal", [AddressSpace("SMTP", "*")])])
    gateway = JournalGateway(Journal(folder))
    manager = Manager(
        runtime, queue, routes, NoDirectory(), built_in={"journal": gateway}, secret=Secret, folder=folder
    )
    await manager.run_until_idle(NEVER)
    await queue.change(Change.retry(), NEVER)


def _say(line: str) -> None:
    print(line.replace("\n", " "), flush=True)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
