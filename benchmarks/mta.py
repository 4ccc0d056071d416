"""What an MTA costs: python -m benchmarks.mta [--quick] [--queued COUNT] [PART …]

Parts, all of them without a name:

- ``relay``: mails of 2 KB from smtp-source over 20 sessions, through a server, to smtp-sink; a mail counts when it has
  arrived there. Limits: from one to the other without anybody between (smtp-source waits for each reply; the one by
  hand pipelines), what a mail costs that is appended and synced, or inserted into SQLite and committed, and the least
  that a durable relay in Python does (peers/bare_relay.py). Who the others are says peers/relays.py; all run in
  processes of their own, and nobody has a core of his own.
- ``dead``: the same with two next hops that cost the same, one of which is dead: it refuses, or takes connections and
  stays silent.
- ``restart``: an MTA that starts with a queue full of deferred recipients: how long until its first delivery, and how
  much memory that is.
- ``postgresql``: what the queue alone does on PostgreSQL, with all its switches for durability on.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs

from msgcore.mta.queue.sql_queue import QUEUE_SCHEMA, SqlQueue
from msgcore.runtime import AsyncioRuntime, Database

from .harness import Goals, compare_cases, speed_table
from .peers import own_queue
from .peers.relays import (
    SESSIONS,
    Sink,
    all_relays,
    bare,
    child,
    free_port,
    send_with_source,
    sink,
    stopped_at_end,
    wait_for_greeting,
)
from .peers.senders import in_threads, send_raw
from .results import NotHere, Row, Share, Table, print_each
from .smtp_send import letters_of

OCTETS = 2_000
OWN_RELAY = Path(__file__).parent / "peers" / "own_relay.py"
OWN_DATABASE = "office.db"
LIMIT, PIPELINED = "limit: smtp-source to smtp-sink", "limit: pipelined to smtp-sink"
BARE = "limit: a bare relay on asyncio and SQLite"
POSTFIX, AIOSMTPD = "Postfix", "aiosmtpd, files, aiosmtplib"
OURS, ACCEPTED, QUEUED = "msgcore", "msgcore, taken in only", "msgcore, the queue's accept only"
GOALS: Goals = {POSTFIX: (10, 4), LIMIT: (0.33, 0.15), AIOSMTPD: (8, 4)}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""


@attrs.frozen
class Size:
    """How much is done."""

    mails: int
    rounds: int
    queued: int
    settles: float = 5.0
    """Seconds that an MTA is given before one looks at its memory."""


# Through a server


def relay(size: Size) -> Table:
    letters = letters_of(OCTETS, size.mails)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mc-")))
        end = stack.enter_context(sink())

        def through(port: int) -> Callable[[], None]:
            def case() -> None:
                before = end.count
                send_with_source(port, size.mails, OCTETS)
                end.wait_for(before + size.mails)

            return case

        cases: dict[str, Callable[[], object]] = {
            LIMIT: through(end.port),
            PIPELINED: lambda: in_threads(send_raw)(end.port, letters, SESSIONS),
            "limit: append and fdatasync": lambda: append_and_sync(folder / "octets", letters.octets),
            "limit: SQLite, a commit a mail": lambda: insert_and_commit(folder / "bare.db", letters.octets),
        }
        relays, missing = all_relays()
        relays = {BARE: bare, **relays}
        for name, start in relays.items():
            try:
                cases[name] = through(stack.enter_context(start(end.port)))
            except (NotHere, ChildProcessError, TimeoutError) as error:
                missing[name] = str(error)
        cases[OURS] = through(stack.enter_context(own_relay(folder / "relay", end.port)))
        cases[f"{OURS}, two nodes"] = through(stack.enter_context(own_pair(folder / "pair", end.port)))
        taking = stack.enter_context(own_relay(folder / "taking", 0))
        cases[ACCEPTED] = lambda: send_with_source(taking, size.mails, OCTETS)
        cases[QUEUED] = lambda: accept_all(folder / "accepting.db", letters.octets)
        results = compare_cases(cases, LIMIT, size.rounds, count=size.mails)
    about = f"{size.mails:,} mails of {OCTETS:,} octets a round, {SESSIONS} sessions"
    return speed_table("Through a server", results, "mails", about=about, goals={OURS: GOALS}, missing=missing)


@contextmanager
def own_relay(folder: Path, *sinks: int) -> Generator[int]:
    folder.mkdir(exist_ok=True)
    with child([OWN_RELAY, free_port(), folder, *sinks]) as port:
        yield port


@contextmanager
def own_pair(folder: Path, sink_port: int) -> Generator[int]:
    """Run two of them in processes of their own, which share a queue and a port."""
    with own_relay(folder, sink_port) as port:
        command: list[str | Path] = [sys.executable, OWN_RELAY, str(port), folder, str(sink_port)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        with stopped_at_end(process):
            assert process.stdout is not None
            process.stdout.readline()  # it is at work; the other one greets already
            yield port


def append_and_sync(path: Path, letters: Sequence[bytes]) -> None:
    with path.open("ab") as file:
        for octets in letters:
            file.write(octets)
            file.flush()
            os.fdatasync(file.fileno())


def insert_and_commit(path: Path, letters: Sequence[bytes]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table if not exists mail (id integer primary key, octets blob)")
    for octets in letters:
        connection.execute("insert into mail (octets) values (?)", (octets,))
    connection.close()


def accept_all(path: Path, letters: Sequence[bytes], sessions: int = SESSIONS) -> None:
    """Take letters in from so many tasks, as sessions would."""

    async def main() -> None:
        runtime = AsyncioRuntime()
        database = Database.open(path, QUEUE_SCHEMA, create=True)
        await own_queue.accept_from_tasks(SqlQueue(runtime, database), letters, sessions)
        await database.close(runtime)

    asyncio.run(main())


# One of two hosts is dead


@attrs.frozen
class TwoHosts:
    """Seconds until most mails had arrived: of some that came first, and of those that were sent after that."""

    first: float
    then: float


def dead(size: Size) -> Table:
    """In each case an MTA of its own, and two loads: in the first one the MTA finds out that a host is dead."""
    taken: dict[str, list[TwoHosts]] = {}
    for _ in range(size.rounds):
        for name, second in (("both alive", sink_port), ("one refuses", refusing), ("one stays silent", silent)):
            with tempfile.TemporaryDirectory(prefix="mc-") as folder, sink() as first, second() as (port, other):
                took = two_hosts(size.mails * 3, Path(folder), port, [first, *([other] if other else [])])
            taken.setdefault(name, []).append(took)
    rows: list[Row] = []
    for name, own in taken.items():
        share = Share(tuple(both.then / one.then for both, one in zip(taken["both alive"], own, strict=True)))
        rate = size.mails * 3 / statistics.median(one.then for one in own)
        rows.append(Row(f"{OURS}, {name}", (rate, share, statistics.median(one.first for one in own))))
    columns = ("mails/s", "of both alive", "seconds for the first mails")
    about = f"{size.mails * 3:,} mails of {OCTETS:,} octets a round"
    return Table("Two next hops that cost the same", columns, tuple(rows), about)


def two_hosts(count: int, folder: Path, port: int, sinks: Sequence[Sink]) -> TwoHosts:
    """All mails have to arrive but for those that a silent host may have hold of."""

    def load(mails: int) -> float:
        start, before = time.perf_counter(), sum(one.count for one in sinks)
        send_with_source(taking, mails, OCTETS)
        while sum(one.count for one in sinks) < before + mails - 2 * SESSIONS:
            if time.perf_counter() > start + 120:
                arrived = sum(one.count for one in sinks) - before
                raise TimeoutError(f"{arrived} of {mails} mails arrived within 120 seconds")
            time.sleep(0.002)
        return time.perf_counter() - start

    with own_relay(folder, sinks[0].port, port) as taking:
        return TwoHosts(load(10 * SESSIONS), load(count))


@contextmanager
def sink_port() -> Generator[tuple[int, Sink | None]]:
    with sink() as found:
        yield found.port, found


@contextmanager
def refusing() -> Generator[tuple[int, Sink | None]]:
    yield free_port(), None


@contextmanager
def silent() -> Generator[tuple[int, Sink | None]]:
    with socket.create_server(("127.0.0.1", 0), backlog=1_000) as listening:
        yield listening.getsockname()[1], None


# A full queue


def restart(size: Size) -> Table:
    with tempfile.TemporaryDirectory(prefix="mc-") as name:
        empty, full = Path(name) / "empty", Path(name) / "full"
        for folder, count in ((empty, 0), (full, size.queued)):
            folder.mkdir()
            asyncio.run(own_queue.fill(folder / OWN_DATABASE, count))
        octets = (full / OWN_DATABASE).stat().st_size
        few, many = first_delivery(empty, size.settles), first_delivery(full, size.settles)
    queued = max(1, size.queued)
    rows = (
        Row("msgcore, seconds from exec to the first delivery", (few.seconds, many.seconds)),
        Row("msgcore, memory, MB", (few.resident / 1e6, many.resident / 1e6)),
        Row("msgcore, octets of memory a recipient", (None, (many.resident - few.resident) / queued)),
        Row("msgcore, octets on the disk a recipient", (None, octets / queued)),
    )
    return Table("Start with a full queue", ("empty queue", "full"), rows, f"{size.queued:,} deferred recipients")


@attrs.frozen
class FirstDelivery:
    seconds: float
    resident: int
    """Octets of memory some seconds later."""


def first_delivery(folder: Path, settles: float) -> FirstDelivery:
    """Start an MTA on a queue in which one recipient is due."""
    with sink() as end:
        port = free_port()
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, OWN_RELAY, str(port), str(folder), str(end.port)])
        try:
            end.wait_for(1)
            seconds = time.perf_counter() - start
            wait_for_greeting(port)
            time.sleep(settles)
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        finally:
            process.kill()
            process.wait()
    return FirstDelivery(seconds, pages * os.sysconf("SC_PAGE_SIZE"))


# PostgreSQL


def postgresql(size: Size) -> Table:
    with own_queue.postgresql_server() as port:
        count = size.mails * 4
        own_queue.prepare(port)
        accepted = own_queue.accepts_each(port, count)
        inserted = own_queue.inserts_each(port, count)
        rows = [
            Row("limit: a row by psycopg, one commit each, 16 connections", (count / inserted, None)),
            Row("msgcore, accept, one commit each, 16 connections", (count / accepted, 5_000)),
        ]
        for sessions in (20, 100):
            own_queue.prepare(port)
            accepted = own_queue.accepts_together(port, count, sessions)
            rows.append(Row(f"msgcore, accept, sessions of one process: {sessions}", (count / accepted, 5_000)))
        for recipients in (1, 20):
            own_queue.prepare(port)
            total = own_queue.fill_server(port, count * 4, recipients)
            took = own_queue.finish_all(port, total)
            name = f"msgcore, claim and finish, 4 processes, recipients a message: {recipients}"
            rows.append(Row(name, (total / took, 10_000)))
    return Table("The queue on PostgreSQL", ("per second", "goal"), tuple(rows))


PARTS: Mapping[str, Callable[[Size], Table]] = {
    "relay": relay,
    "dead": dead,
    "restart": restart,
    "postgresql": postgresql,
}


FULL, QUICK = Size(1_000, 5, 1_000_000), Size(100, 1, 5_000, settles=1.0)


def measure_parts(parts: Sequence[str], size: Size) -> Iterator[Table]:
    for part in parts:
        try:
            yield PARTS[part](size)
        except NotHere as error:
            yield Table(part, (), (), missing={"all": str(error)})


def measure(is_quick: bool) -> Iterator[Table]:
    yield from measure_parts(list(PARTS), QUICK if is_quick else FULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--queued", type=int)
    parser.add_argument("part", nargs="*", help=f"one or several of {list(PARTS)}")
    given = parser.parse_args()
    size = QUICK if given.quick else FULL
    if given.queued is not None:
        size = attrs.evolve(size, queued=given.queued)
    print_each(measure_parts(given.part or list(PARTS), size))


if __name__ == "__main__":
    main()
