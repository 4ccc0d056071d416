"""What a message costs besides its way through a node: python -m benchmarks.costs [--quick] [PART …]

The figures that docs/scale.md reckons with. Parts, all of them without a name:

- ``tls``: processor time of a handshake, of the server's side and the client's, in full and resumed (P-256, TLS 1.3).
- ``dns``: a question to a name server on this machine, one whose answer is kept, and one that is validated.
- ``trust``: signing a mail, and verifying one that is signed (SPF, DKIM, DMARC), its records kept.
- ``node``: processor time of a node for a message that goes through it, small and of the size that mail has.
- ``disk``: what a message takes in the queue on SQLite while it waits, and what is kept of it afterwards.
- ``postgresql``: transactions, log and processor time of PostgreSQL for a message that goes through a node.
- ``wire``: octets on both sides of a node for a message.
- ``sessions``: memory of an SMTP session that is open and says nothing.

Processor time is that of one thread or process: what else the machine does hardly changes it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import psycopg

from msgcore.base.text import Secret
from msgcore.errors import MsgcoreError
from msgcore.model import Address, Recipient
from msgcore.mta.queue.sql_queue import QUEUE_SCHEMA, SqlQueue
from msgcore.mta.trust.keys import generate_key
from msgcore.mta.trust.settings import DkimKey, TrustSettings
from msgcore.mta.trust.signer import Signer
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Database
from msgcore.runtime.abc import Endpoint, Listener, Stream, TlsServerSettings, TlsSettings
from msgcore.runtime.dns import DnsKind, Resolver
from msgcore.wire.smtp.server import Client
from tests.servers import Authority
from tests.servers.name_server import NameServer

from .intake import children, memory_octets, own_relay, processor_seconds
from .mails import sized_mails
from .peers import own_queue
from .peers.relays import Sink, free_port, send_with_source, sink
from .results import NotHere, Row, Table, print_each

OCTETS, USUAL_OCTETS = 2_000, 30_000
ANN = Address("SMTP", "ann@a.test")


@attrs.frozen
class Size:
    """How much is done of what is cheap, and of what is not."""

    many: int
    few: int
    octets: tuple[int, ...]
    """Of the messages that go through a node."""


Rows = Iterator[Row]


def row(name: str, figure: float, unit: str = "octets") -> Row:
    return Row(f"msgcore, {name}", (figure, unit))


def micros(name: str, seconds: float) -> Row:
    return row(name, seconds * 1e6, "µs")


# TLS


class TlsServer:
    """Shakes hands on many ports, in a thread of its own; ``seconds`` is the processor time of that."""

    def __init__(self, settings: TlsServerSettings | None, ports: int) -> None:
        self.seconds = 0.0
        self.ports: list[int] = []
        self._settings = settings
        self._count = ports
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    async def _serve(self) -> None:
        runtime = AsyncioRuntime()
        self._loop, self._is_over = asyncio.get_running_loop(), asyncio.Event()
        listeners: list[Listener] = [
            await runtime.listen(Endpoint("127.0.0.1", 0), self._shake_hands) for _ in range(self._count)
        ]
        self.ports = [one.port for one in listeners]
        self._is_ready.set()
        await self._is_over.wait()
        for one in listeners:
            await one.close()

    async def _shake_hands(self, stream: Stream) -> None:
        if self._settings is not None:
            stream = await stream.start_tls_server(self._settings)
        await stream.write(b"x")  # what lets the session be resumed goes with it
        with contextlib.suppress(MsgcoreError):
            await stream.read()
        await stream.close()

    def clock(self) -> float:
        """Give the processor time of the thread so far."""
        asyncio.run_coroutine_threadsafe(self._read_clock(), self._loop).result()
        return self.seconds

    async def _read_clock(self) -> None:
        self.seconds = time.thread_time()

    def __enter__(self) -> TlsServer:
        self._thread.start()
        self._is_ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._is_over.set)
        self._thread.join()


def tls(size: Size) -> Rows:
    """Connect to each of many ports: the first handshake with one is a full one, the next one goes on from it."""
    with Authority() as authority:
        pair = TlsServerSettings(authority.server.certificate, authority.server.key)
        client = TlsSettings(ca_file=authority.ca_file)
        with TlsServer(None, size.few) as plain, TlsServer(pair, size.few) as secured:
            for name, server in (("without TLS", plain), ("TLS in full", secured), ("TLS resumed", secured)):
                before, own = server.clock(), time.thread_time()
                resumed = connect_each(server.ports, None if server is plain else client)
                own, its = time.thread_time() - own, server.clock() - before
                if resumed != (size.few if name == "TLS resumed" else 0):
                    raise RuntimeError(f"{resumed} of {size.few} sessions were resumed")
                yield micros(f"connection, {name}: client", own / size.few)
                yield micros(f"connection, {name}: server", its / size.few)


def connect_each(ports: list[int], settings: TlsSettings | None) -> int:
    """Connect to each port, and say how many sessions went on."""
    runtime = BlockingRuntime()

    async def connect(port: int) -> bool:
        stream = await runtime.connect(Endpoint("127.0.0.1", port))
        if settings is not None:
            stream = await stream.start_tls(settings)
        await stream.read()
        facts = stream.tls
        await stream.close()
        return facts is not None and facts.is_resumed

    return sum([runtime.run(connect(port)) for port in ports])


# Names and trust

ZONE = """
$TTL 3600
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
@ MX 10 mx
mx A 127.0.0.1
@ TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc TXT "v=DMARC1; p=reject"
"""
HOSTS = [f"h{number}" for number in range(500)]


def timed(count: int, ask: Callable[[int], Coroutine[Any, Any, object]]) -> float:
    """Ask so often, each time for a number, and give the processor time of each."""
    runtime = BlockingRuntime()
    before = time.thread_time()
    for number in range(count):
        runtime.run(ask(number))
    return (time.thread_time() - before) / count


def dns(size: Size) -> Rows:
    for name, signed in (("asked", ()), ("asked and validated", ("a.test",))):
        zone = ZONE + "".join(f"{host} MX 10 mx\n" for host in HOSTS)
        with NameServer({"a.test": zone}, signed) as server:
            yield from ask_each(name, server, size)


def ask_each(name: str, server: NameServer, size: Size) -> Rows:
    runtime = BlockingRuntime()
    resolver = Resolver(runtime, server.settings)

    async def ask(number: int) -> bool:
        return (await resolver.ask(f"{HOSTS[number % len(HOSTS)]}.a.test", DnsKind.MX, NEVER)).is_secure

    if runtime.run(ask(-1)) != server.settings.validates:
        raise NotHere("pip install 'msgcore[dnssec]'")
    yield micros(f"MX, {name}", timed(min(size.few, len(HOSTS) - 1), ask))
    yield micros(f"MX, {name}, from what is kept", timed(size.few, lambda _: ask(0)))


def trust(size: Size) -> Rows:
    (letter,) = sized_mails(OCTETS, 1)
    for kind in ("rsa", "ed25519"):
        secret, record = generate_key(kind)
        signer = Signer([DkimKey("a.test", "mail", Secret(secret))], lambda: datetime.now(UTC), Path())
        signed = signer.sign(letter, ANN)
        before = time.thread_time()
        for _ in range(size.few):
            signer.sign(letter, ANN)
        yield micros(f"DKIM, signed with {kind}", (time.thread_time() - before) / size.few)
        texts = " ".join(f'"{record[n : n + 200]}"' for n in range(0, len(record), 200))
        with NameServer({"a.test": f"{ZONE}mail._domainkey TXT {texts}\n"}) as server:
            yield micros(f"SPF, DKIM with {kind} and DMARC, verified", verify_each(signed, server, size))


def verify_each(signed: bytes, server: NameServer, size: Size) -> float:
    runtime = BlockingRuntime()
    verifier = Verifier(runtime, Resolver(runtime, server.settings), TrustSettings())

    async def verify(_: int) -> AbstractSet[str]:
        found = await verifier.verify(signed, Client("192.0.2.1", "mx.a.test"), ANN, NEVER)
        return frozenset() if found is None else found.verdicts

    missing = {"dkim=pass", "spf=pass", "dmarc=pass"} - runtime.run(verify(0))
    if missing:
        raise RuntimeError(f"not so: {missing}")
    return timed(size.few, verify)


# Through a node


def node(size: Size) -> Rows:
    for octets in size.octets:
        with tempfile.TemporaryDirectory(prefix="mc-") as folder, sink() as end, contextlib.ExitStack() as stack:
            before = children_now()
            port = stack.enter_context(own_relay(f"{folder}/node", end.port))
            [process] = children_now() - before
            send_with_source(port, 100, octets)
            end.wait_for(100)
            seconds = processor_seconds(process)
            send_with_source(port, size.few, octets)
            end.wait_for(100 + size.few)
            seconds = processor_seconds(process) - seconds
        yield micros(f"a node on SQLite, a message of {octets:,} octets in and out", seconds / size.few)


# The queue


def disk(size: Size) -> Rows:
    for recipients in (1, 10):
        with tempfile.TemporaryDirectory(prefix="mc-") as folder:
            path = Path(folder) / "queue.db"
            empty, waiting, ended = asyncio.run(queue_sizes(path, size.many, recipients))
        name = f"SQLite, {recipients} recipient{'' if recipients == 1 else 's'} a message of {OCTETS:,} octets"
        yield row(f"{name}: waiting", (waiting - empty) / size.many)
        yield row(f"{name}: ended, tracked", (ended - empty) / size.many)


async def queue_sizes(path: Path, count: int, recipients: int) -> tuple[int, int, int]:
    """Say how many octets a queue uses empty, with messages that wait, and when all have been delivered."""
    runtime = AsyncioRuntime()
    database = Database.open(path, QUEUE_SCHEMA, create=True)
    queue = SqlQueue(runtime, database)
    empty = used(path)
    to = tuple(Recipient(Address("SMTP", f"user{n}@sink.test")) for n in range(recipients))
    for octets in sized_mails(OCTETS, count):
        await queue.accept(own_queue.accept_of(octets, to), NEVER)
    waiting = used(path)
    while claims := await queue.claim(1_000, 600.0, NEVER):
        await queue.finish([own_queue.delivered(claim, runtime.now()) for claim in claims], NEVER)
    ended = used(path)
    await database.close(runtime)
    return empty, waiting, ended


def used(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        pages, free, octets = (
            connection.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * octets)


def postgresql(size: Size) -> Rows:
    with sink() as end:
        for octets in size.octets:
            yield from through_postgresql(end, size.few, octets)


def through_postgresql(end: Sink, count: int, octets: int) -> Rows:
    before = children_now()
    with own_queue.postgresql_server() as port, contextlib.ExitStack() as stack:
        [server] = children_now() - before
        place = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        node_port = stack.enter_context(own_relay(place, end.port))
        [process] = children_now() - before - {server}
        connection = stack.enter_context(psycopg.connect(place, autocommit=True))

        def send(mails: int) -> None:
            arrived = end.count
            send_with_source(node_port, mails, octets)
            end.wait_for(arrived + mails)

        def state() -> list[float]:
            seconds = [1e6 * processor_seconds(one) for one in (server, process)]
            connection.execute("checkpoint")
            time.sleep(2)  # until the others have told their statistics
            found = connection.execute(
                "select xact_commit, pg_current_wal_lsn() - '0/0', pg_database_size(current_database())"
                " from pg_stat_database where datname = current_database()"
            ).fetchone()
            assert found is not None
            return [*map(float, found), *seconds]

        send(200)  # the first pages are written whole
        first = state()
        send(count)
        commits, log, kept, server_micros, node_micros = ((b - a) / count for a, b in zip(first, state(), strict=True))
    name = f"PostgreSQL, a message of {octets:,} octets in and out"
    yield row(f"{name}: transactions", commits, "transactions")
    yield row(f"{name}: log", log)
    yield row(f"{name}: kept of it", kept)
    yield row(f"{name}: server", server_micros, "µs")
    yield row(f"{name}: node", node_micros, "µs")


def children_now() -> set[int]:
    return children(os.getpid())


# The network


class Counting:
    """Passes octets on between a port of its own and another, and counts them."""

    def __init__(self, port: int) -> None:
        self.octets = 0
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = self._listening.accept()
                other = socket.create_connection(("127.0.0.1", self._to))
                for ends in ((one, other), (other, one)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(65_536):
                self.octets += len(octets)
                to.sendall(octets)
            to.shutdown(socket.SHUT_WR)


@contextmanager
def node_between(folder: Path) -> Generator[tuple[Any, Counting, Counting]]:
    with sink() as end:
        out = Counting(end.port)
        with own_relay(str(folder / "node"), out.port) as node:
            yield end, Counting(node), out


def wire(size: Size) -> Rows:
    with tempfile.TemporaryDirectory(prefix="mc-") as folder, node_between(Path(folder)) as (end, into, out):
        send_with_source(into.port, size.few, OCTETS)
        end.wait_for(size.few)
        for name, one in (("into", into), ("out of", out)):
            yield row(f"{name} a node, both ways, a message of {OCTETS:,} octets", one.octets / size.few)


def sessions(size: Size) -> Rows:
    count = min(size.few, 900)
    with tempfile.TemporaryDirectory(prefix="mc-") as folder, contextlib.ExitStack() as stack:
        before = children_now()
        port = stack.enter_context(own_relay(f"{folder}/node", free_port()))
        [process] = children_now() - before
        memory = memory_octets(process)
        for _ in range(count):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            one.recv(1_000)
            one.sendall(b"EHLO client.test\r\n")
            one.recv(1_000)
        yield row("an SMTP session that waits, memory", (memory_octets(process) - memory) / count)


PARTS: Mapping[str, Callable[[Size], Rows]] = {
    "tls": tls,
    "dns": dns,
    "trust": trust,
    "node": node,
    "disk": disk,
    "postgresql": postgresql,
    "wire": wire,
    "sessions": sessions,
}


FULL, QUICK = Size(5_000, 500, (OCTETS, USUAL_OCTETS)), Size(500, 50, (OCTETS,))


def measure_parts(parts: Sequence[str], size: Size) -> Iterator[Table]:
    for part in parts:
        rows: list[Row] = []
        missing: dict[str, str] = {}
        try:
            rows.extend(PARTS[part](size))
        except NotHere as error:
            missing["more"] = str(error)
        yield Table(f"Costs, {part}", ("a message, or one of these", "unit"), tuple(rows), missing=missing)


def measure(is_quick: bool) -> Iterator[Table]:
    yield from measure_parts(list(PARTS), QUICK if is_quick else FULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("part", nargs="*", help=f"one or several of {list(PARTS)}")
    given = parser.parse_args()
    print_each(measure_parts(given.part or list(PARTS), QUICK if given.quick else FULL))


if __name__ == "__main__":
    main()
