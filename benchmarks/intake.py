"""What taking mail in costs: python -m benchmarks.intake [--quick] [SESSIONS …]

Mails of 2 KB over 1, 20 and 100 sessions at a time, into servers with a durable queue: Postfix, and msgcore on SQLite,
as one process and as two that share a port, and on PostgreSQL. Each is measured twice: when it only takes mail in
(Postfix puts it on hold), and when it passes it on to smtp-sink at the same time. smtp-source says how many mails a
second that is; a client of our own, which waits for each reply as that one does, times each transaction from MAIL to
the reply to the final dot. Limits: a mail that is appended and synced, and the queue's own accept from as many tasks.

Processor time and memory are each server's with all its processes (without PostgreSQL's server): what a mail took over
all rounds, and what is taken after the last one, where pages that processes share count once.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import attrs

from tests.mta.timed_client import numbered_letters, percentiles, send_timed

from .harness import Result, compare_cases, times_as_fast
from .mails import sized_mails
from .mta import OCTETS, OWN_RELAY, accept_all, append_and_sync, own_pair
from .peers import own_queue
from .peers.relays import child, free_port, postfix, postfix_missing, send_with_source, sink
from .results import Cell, NotHere, Row, Table, print_each

LIMIT = "limit: append and fdatasync"
QUEUED = "limit: the queue's accept"
POSTFIX = "Postfix"
HOLD = "smtpd_client_restrictions = check_client_access static:hold\n"


@attrs.frozen
class Size:
    """How much is done: so many mails with one session and with several, in so many rounds."""

    few: int
    many: int
    rounds: int


@attrs.frozen
class Server:
    """``processes`` have no other above them; ``peer`` names what it is compared with."""

    port: int
    processes: frozenset[int]
    peer: str
    began_with: float
    """Seconds of processor time until it greeted."""
    times: list[float] = attrs.field(factory=list[float])


def compare(sessions: int, size: Size, *, passes_on: bool) -> Table:
    """Measure the servers that only take mail in, or those that pass it on: these would cost the others time."""
    count = size.few if sessions == 1 else size.many
    letters = sized_mails(OCTETS, count)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mc-")))
        servers, missing = all_servers(stack, folder, passes_on=passes_on)
        cases: dict[str, Callable[[], object]] = {
            LIMIT: lambda: append_and_sync(folder / "octets", letters),
            QUEUED: lambda: accept_all(folder / "accepting.db", letters, sessions),
        }
        for name, server in servers.items():
            cases[name] = functools.partial(send_with_source, server.port, count, OCTETS, sessions=sessions)
            cases[f"{name}, timed"] = functools.partial(time_each, server, sessions, count)
        results = {one.name: one for one in compare_cases(cases, LIMIT, size.rounds, count=count)}
        rows = tuple(row_of(name, results, servers, count) for name in (LIMIT, QUEUED, *servers))
    name = f"{sessions} sessions, {'passed on' if passes_on else 'taken in'}"
    return Table(name, COLUMNS, rows, f"{count:,} mails of {OCTETS:,} octets a round", missing)


def all_servers(stack: ExitStack, folder: Path, *, passes_on: bool) -> tuple[dict[str, Server], dict[str, str]]:
    """Start those that are here, and say why each of the others is not."""
    end = stack.enter_context(sink())
    found: dict[str, Server] = {}
    missing = dict(postfix_missing())

    def start(name: str, peer: str, server: AbstractContextManager[int]) -> None:
        before = children(os.getpid())
        port = stack.enter_context(server)
        processes = frozenset(children(os.getpid()) - before)
        found[name] = Server(port, processes, peer, sum(map(processor_seconds, processes)))

    how, peer = ("passed on", f"{POSTFIX}, passed on") if passes_on else ("taken in", f"{POSTFIX}, on hold")
    if not missing:
        start(peer, "", postfix(end.port, "" if passes_on else HOLD))
    places = {"SQLite": f"{folder}/node"}
    try:
        port = stack.enter_context(own_queue.postgresql_server())
        places["PostgreSQL"] = f"postgresql://postgres@127.0.0.1:{port}/postgres?namespace=node"
    except NotHere as error:
        missing[f"msgcore on PostgreSQL, {how}"] = str(error)
    to = end.port if passes_on else 0
    for engine, place in places.items():
        start(f"msgcore on {engine}, {how}", peer, own_relay(place, to))
    start(f"msgcore on SQLite, two processes, {how}", peer, own_pair(folder / "pair", to))
    return found, missing


@contextmanager
def own_relay(place: str, sink_port: int) -> Generator[int]:
    if "://" not in place:
        Path(place).mkdir()
    with child([OWN_RELAY, free_port(), place, sink_port]) as port:
        yield port


def time_each(server: Server, sessions: int, count: int) -> None:
    write = numbered_letters(OCTETS)
    done = send_timed(server.port, sessions, ((n, write(n)) for n in itertools.islice(_numbers, count)))
    server.times.extend(one.seconds for one in done)


_numbers = itertools.count(1)


# Processes


def children(process: int) -> set[int]:
    """Give the processes that one has started, and that are there."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        if parent == process:
            found.add(int(stat.parent.name))
    return found


def memory_octets(process: int) -> int:
    """Give what a process and all that it has started take, each page by its share."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    own = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return (int(own[1]) * 1_024 if own else 0) + sum(map(memory_octets, children(process)))


def processor_seconds(process: int) -> float:
    """Give what a process and all that it has started have taken, with those that have ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(processor_seconds, children(process)))


COLUMNS = (
    "mails/s",
    "of limit",
    "of accept",
    "x Postfix (goal 3)",
    "p50, ms",
    "p95, ms",
    "p99, ms",
    "longest, ms",
    "processor, ms a mail",
    "memory, MB",
)


def row_of(name: str, results: Mapping[str, Result], servers: Mapping[str, Server], count: int) -> Row:
    one = results[name]
    cells: list[Cell] = [one.rate, one.share, times_as_fast(one, results[QUEUED])]
    server = servers.get(name)
    if server is None:
        return Row(name, (*cells, *[None] * (len(COLUMNS) - len(cells))))
    peer = results.get(server.peer)
    at = percentiles(server.times[count:])  # without the round that does not count
    # Each mail that was timed has one that smtp-source sent beside it.
    taken = sum(map(processor_seconds, server.processes)) - server.began_with
    took = 1e3 * taken / (2 * len(server.times))
    cells += [times_as_fast(one, peer) if peer else None, at.p50, at.p95, at.p99, at.longest, took]
    return Row(name, (*cells, sum(map(memory_octets, server.processes)) / 1e6))


FULL, QUICK = Size(500, 2_000, 5), Size(100, 200, 1)


def compare_each(numbers: Sequence[int], size: Size) -> Iterator[Table]:
    for sessions in numbers:
        for passes_on in (False, True):
            yield compare(sessions, size, passes_on=passes_on)


def measure(is_quick: bool) -> Iterator[Table]:
    yield from compare_each((20,) if is_quick else (1, 20, 100), QUICK if is_quick else FULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("sessions", nargs="*", type=int, help="at a time; 1, 20 and 100 without any")
    given = parser.parse_args()
    print_each(compare_each(given.sessions or (1, 20, 100), QUICK if given.quick else FULL))


if __name__ == "__main__":
    main()
