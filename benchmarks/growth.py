"""What things cost as there are more of them: python -m benchmarks.growth [--quick]

One more message in a store, and its first page, with 10^3 to 10^6 messages there; a routing decision with as many
address spaces; one more message in the queue, and one claimed and finished, with as many recipients who wait; a message
of as many octets, read. ``--quick`` ends at 3,000.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgcore
from msgcore.codecs import mime
from msgcore.mta import RouteTable
from msgcore.mta.queue.sql_queue import QUEUE_SCHEMA, SqlQueue
from msgcore.props import PidTagMessageDeliveryTime
from msgcore.runtime import NEVER, BlockingRuntime, Database
from msgcore.spi.store import Incoming

from .handwritten_sql import HandwrittenInbox
from .harness import Result, compare_cases, run_by_hand
from .mails import mail_with_file, sized_mails
from .peers import own_queue
from .peers.keepers import BareBlobs
from .peers.readers import EVERYTHING, Reader, all_readers
from .results import Cell, Row, Table
from .route import FACTS, connectors_of, plain_dict, recipients_of, space_of, walk_of
from .table_store import filled_store, letters

SIZES, QUICK_SIZES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 3_000)
BATCH = 100

Cases = Mapping[str, Callable[[], object]]


def table_of(name: str, about: str, found: Mapping[int, Sequence[Result]]) -> Table:
    """Set what one costs and its share of the limit side by side, for each size."""
    columns = [column for size in found for column in (f"{size:,}: µs", f"{size:,}: of limit")]
    rows: list[Row] = []
    for at, first in enumerate(next(iter(found.values()))):
        cells: list[Cell] = []
        for results in found.values():
            cells += [results[at].each * 1e6, results[at].share]
        rows.append(Row(first.name, tuple(cells)))
    return Table(name, tuple(columns), tuple(rows), about)


# Stores


def store_at(size: int, rounds: int, folder: Path) -> list[Result]:
    path = filled_store(folder, size)
    peer = HandwrittenInbox(path)
    bare = BareBlobs(folder / f"bare-{size}.db")
    mails = iter([one.octets for start in range(size, size + 10_000, 1_000) for one in letters(size + 10_000, start)])
    newest = (PidTagMessageDeliveryTime.descending(),)
    with msgcore.open_store(f"sqlite:///{path}") as store:
        inbox = store.inbox

        def save() -> None:
            inbox.save_all([Incoming(mime.read(next(mails))) for _ in range(BATCH)])

        def insert() -> None:
            bare.save_all([next(mails) for _ in range(BATCH)])

        def page() -> None:
            for _ in range(BATCH):
                inbox.contents_table(sort_order=newest).query_rows(50)

        def handwritten_page() -> None:
            for _ in range(BATCH):
                peer.newest(50)

        limit, listed = "limit: insert a blob", "limit: first page, hand-written SQL"
        saved = compare_cases({limit: insert, "msgcore, save": save}, limit, rounds, count=BATCH)
        pages = compare_cases({listed: handwritten_page, "msgcore, first page": page}, listed, rounds, count=BATCH)
    bare.close()
    return [*saved, *pages]


# Routing


def routing_at(size: int, rounds: int, count: int) -> list[Result]:
    chance = random.Random(size)
    made = [space_of(number, chance) for number in range(size)]
    connectors = connectors_of([space for space, _ in made])
    recipients = recipients_of([known for _, known in made], count, chance)
    plain, route = plain_dict(connectors), RouteTable(connectors).route

    def look_up() -> None:
        for one in recipients:
            plain.get(one.key)

    def walk_each() -> None:
        for one in recipients:
            walk_of(plain, one.address.email_address)

    def decide() -> None:
        for one in recipients:
            route(one.address, FACTS)

    limit = "limit: one dict.get"
    cases: Cases = {limit: look_up, "suffix walk over a dict": walk_each, "msgcore, full decision": decide}
    return compare_cases(cases, limit, rounds, count=count)


# Messages


def reading_at(size: int, rounds: int, readers: Sequence[Reader]) -> list[Result]:
    octets = mail_with_file(size)
    times = max(1, 100_000 // size)

    def case_of(read: Callable[[bytes], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(times):
                read(octets)

        return run

    limit = "limit: copy it"
    cases = {limit: case_of(lambda octets: bytes(bytearray(octets)))}
    for reader in readers:
        read = reader.job(EVERYTHING)
        if read is not None:
            cases[reader.name] = case_of(read)
    return compare_cases(cases, limit, rounds, count=times)


# Queues


def queue_at(size: int, rounds: int, folder: Path) -> list[Result]:
    path = folder / f"queue-{size}.db"
    asyncio.run(own_queue.fill(path, size))
    mails = itertools.cycle(sized_mails(own_queue.OCTETS, BATCH))
    bare = BareBlobs(folder / f"bare-queue-{size}.db")
    runtime = BlockingRuntime()
    database = Database.open(path, QUEUE_SCHEMA, create=False)
    queue = SqlQueue(runtime, database)

    def insert() -> None:
        for _ in range(BATCH):
            bare.save(next(mails))

    def accept() -> None:
        for _ in range(BATCH):
            runtime.run(queue.accept(own_queue.accept_of(next(mails)), NEVER))

    def deliver() -> None:
        """Claim and finish what was accepted before."""
        while claims := runtime.run(queue.claim(BATCH, 600.0, NEVER)):
            runtime.run(queue.finish([own_queue.delivered(claim, runtime.now()) for claim in claims], NEVER))

    limit = "limit: insert a blob, a commit each"
    cases: Cases = {limit: insert, "msgcore, accept": accept, "msgcore, claim and finish": deliver}
    results = compare_cases(cases, limit, rounds, count=BATCH)
    runtime.run(database.close(runtime))
    bare.close()
    return results


# The run


def measure(is_quick: bool) -> Iterator[Table]:
    sizes, rounds = (QUICK_SIZES, 2) if is_quick else (SIZES, 7)
    with tempfile.TemporaryDirectory(prefix="mc-") as name:
        folder = Path(name)
        found = {size: store_at(size, rounds, folder) for size in sizes}
        yield table_of("Store", "messages in the folder", found)
        found = {size: queue_at(size, rounds, folder) for size in sizes}
        yield table_of("Queue", "recipients who wait in the queue", found)
    count = 2_000 if is_quick else 20_000
    yield table_of("Routing", "address spaces", {size: routing_at(size, rounds, count) for size in sizes})
    readers = [one for one in all_readers()[0] if one.name != "msgcore, text made of HTML"]
    yield table_of("MIME", "octets of a message", {size: reading_at(size, rounds, readers) for size in sizes})


if __name__ == "__main__":
    run_by_hand(measure)
