"""What it costs to send messages: python -m benchmarks.smtp_send [--quick]

Letters of 2 KB and of 100 KB go to smtp-sink over 1 and over 10 connections; see peers/senders.py for who sends them.
Then again over a link that is 20 ms long, there and back. The limit puts the end of a letter and the start of the next
into one write, on bare sockets; smtp-source, in C, waits for each reply, so it is no limit.

On Linux the server has one core and the senders another, as if they were two machines: left to the scheduler, one
connection is up to six times as fast when both happen to share a core, and the ratios mean nothing.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

import attrs

from msgcore.codecs import mime

from .harness import Goals, compare_cases, run_by_hand, speed_table
from .mails import sized_mails
from .peers.relays import free_port, stopped_at_end, wait_for_greeting
from .peers.senders import LIMIT, MSGCORE, MSGCORE_ASYNCIO, Letters, Sender, all_senders, find_program
from .results import NotHere, Table

GOALS: Mapping[int, Mapping[str, Goals]] = {
    2_000: {
        MSGCORE: {"smtp-source": (2.2, 1.8), "smtplib": (3, 2.5)},
        MSGCORE_ASYNCIO: {"smtp-source": (2.2, 1.8), "aiosmtplib": (6, 5)},
    },
    100_000: {
        MSGCORE: {"smtp-source": (0.9, 0.8), "smtplib": (1.6, 1.5)},
        MSGCORE_ASYNCIO: {"smtp-source": (0.83, 0.75), "aiosmtplib": (3.5, 3)},
    },
}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""

GOALS_AFAR: Mapping[str, Goals] = {MSGCORE: {"smtplib": (4, 4)}, MSGCORE_ASYNCIO: {}}
"""With 20 ms of latency, on one connection: four round trips a letter against one."""

ONE_WAY_SECONDS = 0.01
CORES: frozenset[int] = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


@attrs.frozen
class Run:
    """One table: so many letters of a size over so many connections, ``is_afar`` over the long link."""

    octets: int
    connections: int
    count: int
    rounds: int
    is_afar: bool = False

    @property
    def name(self) -> str:
        link = "20 ms away" if self.is_afar else "loopback"
        return f"{self.octets // 1_000} KB, connections: {self.connections}, {link}"

    @property
    def goals(self) -> Mapping[str, Goals]:
        if not self.is_afar:
            return GOALS[self.octets]
        return GOALS_AFAR if self.connections == 1 else {MSGCORE: {}, MSGCORE_ASYNCIO: {}}


def runs(is_quick: bool) -> list[Run]:
    rounds = 1 if is_quick else 7
    sizes = ((2_000, 300 if is_quick else 3_000), (100_000, 30 if is_quick else 400))
    near = [Run(octets, connections, count, rounds) for octets, count in sizes for connections in (1, 10)]
    if is_quick:
        return [*near, Run(2_000, 1, 10, 1, is_afar=True)]
    afar = [Run(octets, 1, 40, 2, is_afar=True) for octets, _ in sizes]
    return [*near, *afar, Run(2_000, 10, 400, 2, is_afar=True)]


def letters_of(octets: int, count: int) -> Letters:
    """Make letters of a size, each with a Message-ID of its own, and read them."""
    made = sized_mails(octets, count)
    return Letters(made, [mime.read(letter) for letter in made])


# Where letters go


@contextmanager
def sink() -> Generator[int]:
    """Run smtp-sink, which counts nothing, and give its port."""
    program = find_program("smtp-sink")
    if program is None:
        raise NotHere("smtp-sink, which comes with Postfix")
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"])
    with stopped_at_end(process):
        wait_for_greeting(port, process)
        yield port


@contextmanager
def long_link(port: int) -> Generator[int]:
    """Run a process that passes octets on to ``port`` ten milliseconds later, both ways, and give its port."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=serve_long_link, args=(port, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def serve_long_link(port: int, told: Connection[int, int]) -> None:
    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while octets := await reader.read(1 << 20):
            loop.call_later(ONE_WAY_SECONDS, writer.write, octets)
        loop.call_later(ONE_WAY_SECONDS, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(ONE_WAY_SECONDS * 2)  # the handshake of TCP
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


# The run


def compare(run: Run, port: int, senders: Sequence[Sender], missing: Mapping[str, str]) -> Table:
    letters = letters_of(run.octets, run.count)

    def case_of(send: Callable[[int, Letters, int], object]) -> Callable[[], object]:
        return lambda: send(port, letters, run.connections)

    cases = {sender.name: case_of(sender.send) for sender in senders}
    results = compare_cases(cases, LIMIT, run.rounds, count=run.count)
    about = f"{run.count:,} letters a round"
    return speed_table(run.name, results, "messages", about=about, goals=run.goals, missing=missing)


def move_to_core(number: int) -> None:
    """Run on one core from now on, where the system can do that, and whatever is started from here, too."""
    if hasattr(os, "sched_setaffinity") and len(cores := sorted(CORES)) > 1:
        os.sched_setaffinity(0, {cores[number]})


def measure(is_quick: bool) -> Iterator[Table]:
    senders, missing = all_senders()
    move_to_core(0)
    with sink() as near, long_link(near) as afar:
        move_to_core(1)
        for run in runs(is_quick):
            yield compare(run, afar if run.is_afar else near, senders, missing)


if __name__ == "__main__":
    run_by_hand(measure)
