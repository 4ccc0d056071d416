"""What taking mail in costs: python benchmarks/intake.py [--quick] [SESSIONS …]

Mails of 2 KB over 1, 20 and 100 sessions at a time, into servers with a durable queue: Postfix, and msgcore on SQLite
and on PostgreSQL. Each is measured twice: when it only takes mail in (Postfix puts it on hold), and when it passes it
on to smtp-sink at the same time. smtp-source says how many mails a second that is; a client of our own, which waits for
each reply as that one does, times each transaction from MAIL to the reply to the final dot. Limits: a mail that is
appended and synced, and the queue's own accept from as many tasks.

Processor time and memory are each server's with all its processes (without PostgreSQL's server): what a mail took over
all rounds, and what is taken after the last one, where pages that processes share count once.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import attrs
from harness import Result, compare_cases
from mta import OCTETS, OWN_RELAY, accept_all, append_and_sync
from peers import own_queue
from peers.relays import child, find_program, free_port, postfix, send_with_source, sink
from smtp_send import letters_of

sys.path.append(str(Path(__file__).resolve().parents[1]))  # where the tests are

from tests.mta.timed_client import numbered_letters, percentiles, send_timed

LIMIT = "limit: append and fdatasync"
QUEUED = "limit: the queue's accept"
POSTFIX = "Postfix"
GOAL = 3.0
"""How many times as fast as Postfix mail should be taken in."""
HOLD = "smtpd_client_restrictions = check_client_access static:hold\n"


@attrs.frozen
class Size:
    """How much is done: so many mails with one session and with several, in so many rounds."""

    few: int
    many: int
    rounds: int


@attrs.frozen
class Server:
    """``process`` is the first of its processes; ``peer`` names what it is compared with."""

    port: int
    process: int
    peer: str
    began_with: float
    """Seconds of processor time until it greeted."""
    times: list[float] = attrs.field(factory=list[float])


def measure(sessions: int, size: Size, *, passes_on: bool) -> None:
    """Measure the servers that only take mail in, or those that pass it on: these would cost the others time."""
    count = size.few if sessions == 1 else size.many
    letters = letters_of(OCTETS, count)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mc-")))
        servers = all_servers(stack, folder, passes_on=passes_on)
        cases: dict[str, Callable[[], object]] = {
            LIMIT: lambda: append_and_sync(folder / "octets", letters),
            QUEUED: lambda: accept_all(folder / "accepting.db", letters, sessions),
        }
        for name, server in servers.items():
            cases[name] = functools.partial(send_with_source, server.port, count, OCTETS, sessions=sessions)
            cases[f"{name}, timed"] = functools.partial(time_each, server, sessions, count)
        results = {one.name: one for one in compare_cases(cases, LIMIT, size.rounds)}
        print_table(sessions, count, results, servers)


def all_servers(stack: ExitStack, folder: Path, *, passes_on: bool) -> dict[str, Server]:
    end = stack.enter_context(sink())
    place = f"postgresql://postgres@127.0.0.1:{stack.enter_context(own_queue.postgresql_server())}/postgres?namespace="
    own = {"SQLite": (f"{folder}/taking", f"{folder}/node"), "PostgreSQL": (f"{place}taking", f"{place}node")}
    found: dict[str, Server] = {}

    def start(name: str, peer: str, server: AbstractContextManager[int]) -> None:
        before = children(os.getpid())
        port = stack.enter_context(server)
        [process] = children(os.getpid()) - before
        found[name] = Server(port, process, peer, processor_seconds(process))

    if find_program("postfix") and os.geteuid() == 0:
        if passes_on:
            start(f"{POSTFIX}, passed on", "", postfix(end.port))
        else:
            start(f"{POSTFIX}, on hold", "", postfix(end.port, HOLD))
    else:
        print("Postfix: left out; it has to be installed, and run by root")
    for engine, (taking, node) in own.items():
        if passes_on:
            start(f"msgcore on {engine}, passed on", f"{POSTFIX}, passed on", own_relay(node, end.port))
        else:
            start(f"msgcore on {engine}, taken in", f"{POSTFIX}, on hold", own_relay(taking, 0))
    return found


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


def print_table(sessions: int, count: int, results: dict[str, Result], servers: dict[str, Server]) -> None:
    print(f"\n### {sessions} sessions, {count} mails of {OCTETS:,} octets a round\n")
    print("| case | mails/s | of limit | of accept | x Postfix | p50 | p95 | p99 | longest, ms | CPU ms | MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    queued = results[QUEUED].of_limit
    for name in (LIMIT, QUEUED, *servers):
        one = results[name]
        rate = f"| {name} | {count / one.seconds:,.0f} | {one.of_limit:.3f} | {one.of_limit / queued:.3f}"
        server = servers.get(name)
        if server is None:
            print(f"{rate} | | | | | | | |")
            continue
        peer = results.get(server.peer)
        times = f"{one.of_limit / peer.of_limit:.2f} (goal {GOAL:g})" if peer else ""
        at = percentiles(server.times[count:])  # without the round that does not count
        memory = memory_octets(server.process) / 1e6
        # Each mail that was timed has one that smtp-source sent beside it.
        took = 1e3 * (processor_seconds(server.process) - server.began_with) / (2 * len(server.times))
        waits = f"{at.p50:.1f} | {at.p95:.1f} | {at.p99:.1f} | {at.longest:.1f}"
        print(f"{rate} | {times} | {waits} | {took:.2f} | {memory:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("sessions", nargs="*", type=int, help="at a time; 1, 20 and 100 without any")
    given = parser.parse_args()
    size = Size(200, 500, 2) if given.quick else Size(500, 2_000, 5)
    for sessions in given.sessions or (1, 20, 100):
        for passes_on in (False, True):
            measure(sessions, size, passes_on=passes_on)


if __name__ == "__main__":
    main()
