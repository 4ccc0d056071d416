"""msgcore's queue without the rest of the MTA: for the benchmark mta."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import filetime_from_datetime
from msgcore.model import Address, Delivered, Recipient
from msgcore.mta.queue.columns import lane_of
from msgcore.mta.queue.contract import Accept, Claim, Finished, Settlement, State, Urgency
from msgcore.mta.queue.sql_queue import QUEUE_SCHEMA, SqlQueue
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Connection, Database, PostgresTarget
from msgcore.spi.gateway import Content

from ..mails import sized_mails
from ..results import NotHere
from .relays import free_port

__all__ = [
    "OCTETS",
    "accept_from_tasks",
    "accept_of",
    "accepts_each",
    "accepts_together",
    "delivered",
    "fill",
    "fill_server",
    "finish_all",
    "inserts_each",
    "postgresql_server",
    "prepare",
]

PROCESSES, THREADS = 4, 4
A_MESSAGE = 100
OCTETS = 2_000
HOPS = 1_000
ANN = Address("SMTP", "ann@a.test")
DELIVERED = Delivered(250, "2.0.0", "ok")
BOB = Recipient(Address("SMTP", "bob@sink.test"))


def accept_of(octets: bytes, recipients: tuple[Recipient, ...] = (BOB,)) -> Accept:
    return Accept(new_time_ordered_id().hex(), ANN, recipients, Content(octets))


def delivered(claim: Claim, now: datetime) -> Finished:
    """Say that all recipients of a claim were delivered."""
    settled = (Settlement(one, DELIVERED, now, "sink-0", "sink.test") for one in claim.recipients)
    return Finished(claim.message, tuple(settled))


async def accept_from_tasks(queue: SqlQueue, letters: Sequence[bytes], tasks: int) -> None:
    rest: Iterator[bytes] = iter(letters)

    async def accept() -> None:
        for octets in rest:
            await queue.accept(accept_of(octets), NEVER)

    await asyncio.gather(*(accept() for _ in range(tasks)))


# A full queue


async def fill(path: Path, count: int) -> None:
    """Make a queue with so many recipients who wait for their time at a thousand next hops, and one who is due."""
    runtime = AsyncioRuntime()
    database = Database.open(path, QUEUE_SCHEMA, create=True)
    queue = SqlQueue(runtime, database)
    for number, octets in enumerate(sized_mails(OCTETS, -(-count // A_MESSAGE))):
        names = range(min(A_MESSAGE, count - number * A_MESSAGE))
        at = f"d{number % HOPS}.test"
        recipients = tuple(Recipient(Address("SMTP", f"user{name}@{at}")) for name in names)
        await queue.accept(accept_of(octets, recipients), NEVER)
    later = filetime_from_datetime(datetime.now(UTC) + timedelta(hours=1))

    def defer(connection: Connection) -> None:
        lanes = [(lane_of(Urgency.NORMAL, f"sink-0 d{n}.test"), n) for n in range(HOPS)]
        connection.run("create index filling on mta_recipient (substr(address, instr(address, '@')))")
        connection.run_many(
            "update mta_recipient set state = ?, tries = 1, outcome = 'deferred', code = 451, reply = 'later',"
            " lane = ?, due_at = ? + number * 100 where substr(address, instr(address, '@')) = '@d' || ? || '.test'",
            [(int(State.WAITING), lane, later, number) for lane, number in lanes],
        )
        connection.run("drop index filling")

    await database.write(runtime, defer, NEVER)
    await queue.accept(accept_of(sized_mails(OCTETS, 1)[0]), NEVER)
    await database.close(runtime)


# PostgreSQL


@contextmanager
def postgresql_server() -> Generator[int]:
    """Run a server that loses nothing, and give its port."""
    folder = Path(tempfile.mkdtemp(prefix="mc-", dir="/tmp"))
    folder.chmod(0o755)
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        raise NotHere("PostgreSQL; apt-get install postgresql")
    port = free_port()

    def run(program: str, *options: object) -> subprocess.Popen[bytes]:
        arguments = [str(programs / program), *map(str, options)]
        groups: list[str] | None = [] if user else None
        return subprocess.Popen(
            arguments,
            cwd="/",
            user=user,
            group=user,
            extra_groups=groups,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8").wait()
    process = run("postgres", "-D", folder / "data", "-p", port, "-h", "127.0.0.1", "-k", folder)
    try:
        while run("pg_isready", "-q", "-h", "127.0.0.1", "-p", port).wait():
            time.sleep(0.05)
        yield port
    finally:
        process.send_signal(2)  # its fast shutdown
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def target(port: int) -> PostgresTarget:
    return PostgresTarget("127.0.0.1", port, "postgres", "postgres")


def opened(port: int) -> tuple[BlockingRuntime, Database, SqlQueue]:
    runtime = BlockingRuntime()
    database = Database.open(target(port), QUEUE_SCHEMA, create=True)
    return runtime, database, SqlQueue(runtime, database)


def prepare(port: int) -> None:
    """Make the tables, or empty them."""
    runtime, database, _ = opened(port)
    tables = "mta_event, mta_report, mta_recipient, mta_content, mta_message, mta_link"
    runtime.run(database.write(runtime, lambda c: c.run(f"truncate {tables}"), NEVER))
    runtime.run(database.close(runtime))


def in_processes(work: Callable[..., None], *arguments: object) -> float:
    """Run something in several processes at a time, and say how long it took from when all were there."""
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(PROCESSES + 1)
    running = [spawn.Process(target=work, args=(barrier, *arguments)) for _ in range(PROCESSES)]
    for one in running:
        one.start()
    barrier.wait()
    start = time.perf_counter()
    for one in running:
        one.join()
    return time.perf_counter() - start


def in_threads(barrier: threading.Barrier, work: Callable[[], None]) -> None:
    """Do something in several threads of a process, from when all processes are there."""
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    barrier.wait()
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def accepts_each(port: int, count: int) -> float:
    """Take letters in, each in a transaction of its own: 16 connections, four in each of four processes."""
    return in_processes(_accept_each, port, count // PROCESSES)


def _accept_each(barrier: threading.Barrier, port: int, count: int) -> None:
    letters: Iterator[bytes] = iter(sized_mails(OCTETS, count))
    runtime, database, _ = opened(port)

    def accept() -> None:
        queue = SqlQueue(runtime, database)  # one for all would take in together what comes at the same time
        while octets := next(letters, b""):
            runtime.run(queue.accept(accept_of(octets), NEVER))

    in_threads(barrier, accept)
    runtime.run(database.close(runtime))


def inserts_each(port: int, count: int) -> float:
    """Insert a row with the octets of a letter and commit it, over as many connections, with nothing but psycopg."""
    import psycopg

    with psycopg.connect(_conninfo(port), autocommit=True) as connection:
        connection.execute("drop table if exists bare; create table bare (id bigserial primary key, octets bytea)")
    return in_processes(_insert_each, port, count // PROCESSES)


def _insert_each(barrier: threading.Barrier, port: int, count: int) -> None:
    import psycopg

    letters: Iterator[bytes] = iter(sized_mails(OCTETS, count))

    def insert() -> None:
        with psycopg.connect(_conninfo(port), autocommit=True) as connection:
            while octets := next(letters, b""):
                connection.execute("insert into bare (octets) values (%s)", (octets,), prepare=True)

    in_threads(barrier, insert)


def _conninfo(port: int) -> str:
    return f"host=127.0.0.1 port={port} user=postgres dbname=postgres"


def accepts_together(port: int, count: int, sessions: int) -> float:
    """Take letters in as a node does: those that come while others are committed share the next commit."""
    letters = sized_mails(OCTETS, count)

    async def main() -> float:
        runtime = AsyncioRuntime()
        database = Database.open(target(port), QUEUE_SCHEMA, create=True)
        start = time.perf_counter()
        await accept_from_tasks(SqlQueue(runtime, database), letters, sessions)
        took = time.perf_counter() - start
        await database.close(runtime)
        return took

    return asyncio.run(main())


def fill_server(port: int, count: int, recipients: int) -> int:
    """Put messages with so many recipients each into the queue, and say how many recipients that are."""

    async def main() -> None:
        runtime = AsyncioRuntime()
        database = Database.open(target(port), QUEUE_SCHEMA, create=True)
        queue = SqlQueue(runtime, database)
        to = tuple(Recipient(Address("SMTP", f"user{n}@sink.test")) for n in range(recipients))
        rest = iter(sized_mails(OCTETS, count // recipients))

        async def accept() -> None:
            for octets in rest:
                await queue.accept(accept_of(octets, to), NEVER)

        await asyncio.gather(*(accept() for _ in range(100)))
        await database.close(runtime)

    asyncio.run(main())
    return count // recipients * recipients


def finish_all(port: int, _count: int) -> float:
    """Claim and finish everything from four processes; nothing is delivered between the two."""
    return in_processes(_finish_all, port)


def _finish_all(barrier: threading.Barrier, port: int) -> None:
    async def main() -> None:
        runtime = AsyncioRuntime()
        database = Database.open(target(port), QUEUE_SCHEMA, create=True)
        queue = SqlQueue(runtime, database)
        barrier.wait()
        while claims := await queue.claim(100, 600.0, NEVER):
            await queue.finish([delivered(claim, runtime.now()) for claim in claims], NEVER)
        await database.close(runtime)

    asyncio.run(main())
