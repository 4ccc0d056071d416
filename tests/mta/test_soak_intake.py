"""A hundred sessions of smtp-source at a node, for minutes: nothing is lost, and memory stays flat.

``make soak`` runs it for ten minutes, on the disk, and prints how long clients waited beside what they wait at Postfix,
which passes on to the same sink. Another session, whose every transaction is timed, measures that.
"""

from __future__ import annotations

import itertools
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
import pytest

from tests.conftest import SOAK
from tests.mta.timed_client import Percentiles, Transaction, numbered_letters, percentiles, send_timed
from tests.requirements import unavailable
from tests.servers import Authority, Dovecot, Postfix, SmtpSink
from tests.servers.server import find_program, free_ports, greets, make_directory, wait_until
from tests.shared import REPOSITORY

pytestmark = pytest.mark.interop

SESSIONS, OCTETS = 100, 2_000
MOST_GROWTH_OCTETS = 32 * 1024 * 1024
NODE = REPOSITORY / "benchmarks" / "peers" / "own_relay.py"
"""A node that passes everything on to a sink, in a process of its own."""


class CountingSink(SmtpSink):
    """A sink that keeps nothing, and says how much it has taken."""

    def command(self) -> list[str | Path]:
        program, *rest = super().command()
        dump = rest.index("-d")
        return [program, *rest[:dump], "-c", *rest[dump + 2 :]]

    @property
    def count(self) -> int:
        with self.log_file.open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - 1_000))
            return int(max(re.findall(rb"mesg=(\d+)", log.read()), key=int, default=b"0"))


@attrs.frozen
class Account:
    """What clients were promised, how long one of them waited, and the memory of the server after each stretch."""

    mails: int
    timed: list[Transaction]
    seconds: float
    resident: list[int]

    def __str__(self) -> str:
        rate = (self.mails + len(self.timed)) / self.seconds
        return f"{self.mails + len(self.timed):,} mails, {rate:,.0f} a second, {shown(self.waits)}"

    @property
    def waits(self) -> Percentiles:
        return percentiles([one.seconds for one in self.timed])


def shown(waits: Percentiles) -> str:
    return f"ms until taken: p50 {waits.p50:.0f}, p95 {waits.p95:.0f}, p99 {waits.p99:.0f}, longest {waits.longest:.0f}"


def load(port: int, seconds: float, stretch: int, resident: Callable[[], int] = lambda: 0) -> Account:
    """Send in stretches of so many mails until the time is over; smtp-source gives up at anything but yes."""
    program = find_program("smtp-source")
    if program is None:
        unavailable("smtp-source is not installed (Debian: postfix)")
    start = time.monotonic()
    is_over = threading.Event()
    write, timed = numbered_letters(OCTETS), list[Transaction]()

    def letters() -> Iterator[tuple[int, bytes]]:
        for number in itertools.count():
            yield number, write(number)
            if is_over.is_set():
                return

    probe = threading.Thread(target=lambda: timed.extend(send_timed(port, 1, letters())))
    probe.start()
    count, seen = 0, list[int]()
    try:
        while not count or time.monotonic() < start + seconds:
            options = ["-d", "-s", SESSIONS, "-m", stretch, "-l", OCTETS, "-f", "ann@a.test", "-t", "bob@sink.test"]
            subprocess.run([program, *map(str, options), f"127.0.0.1:{port}"], check=True, timeout=300)
            count += stretch
            seen.append(resident())
    finally:
        is_over.set()
        probe.join()
    return Account(count, timed, time.monotonic() - start, seen)


@contextmanager
def node(folder: Path, sink: CountingSink) -> Generator[tuple[int, subprocess.Popen[bytes]]]:
    [port] = free_ports(1)
    process = subprocess.Popen([sys.executable, NODE, str(port), str(folder), str(sink.port)], cwd=REPOSITORY)
    try:
        wait_until(lambda: greets(port, b"220") or None, "greeting of the node")
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def resident_octets(process: subprocess.Popen[bytes]) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert found
    return int(found[1]) * 1_024


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Give a folder: on the disk, where it is about that."""
    if not SOAK:
        yield tmp_path
        return
    folder = make_directory()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def sink() -> Iterator[CountingSink]:
    with CountingSink() as sink:
        yield sink


@pytest.mark.parametrize(
    ("seconds", "stretch"), [(0, 400), pytest.param(600, 20_000, marks=pytest.mark.soak)], ids=["sample", "ten minutes"]
)
def test_under_load_nothing_is_lost_and_memory_stays_flat(
    seconds: float,
    stretch: int,
    place: Path,
    sink: CountingSink,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    beside = load_postfix(request, sink, seconds / 10) if seconds else None
    before = sink.count
    with node(place, sink) as (port, process):
        account = load(port, seconds, stretch, lambda: resident_octets(process))
        promised = account.mails + len(account.timed)
        wait_until(lambda: sink.count >= before + promised or None, "delivery of all mail", 60 + seconds)
        wait_until(lambda: not unfinished(place) or None, "end of all mail")
        settled = resident_octets(process)

    if seconds:
        warm = account.resident[len(account.resident) // 10]
        with capsys.disabled():
            memory = ", ".join(f"{one / 1e6:.0f}" for one in (warm, max(account.resident), settled))
            print(
                f"\nPostfix: {beside}\nmsgcore: {account}\nMB after a tenth of the time, at most, at the end: {memory}"
            )
        assert max(*account.resident, settled) - warm <= MOST_GROWTH_OCTETS
    taken = Counter(one for (one,) in rows(place, "select message_id from mta_message"))
    assert (taken.total(), sink.count - before) == (promised, promised)
    assert {taken[f"<{one.number}@timed.test>"] for one in account.timed} == {1}


def load_postfix(request: pytest.FixtureRequest, sink: CountingSink, seconds: float) -> Account:
    authority: Authority = request.getfixturevalue("authority")
    dovecot: Dovecot = request.getfixturevalue("dovecot")
    more = "in_flow_delay = 0\ndefault_destination_concurrency_limit = 20\ninitial_destination_concurrency = 20\n"
    with Postfix(authority, dovecot, sink, more=more) as postfix:
        before = sink.count
        account = load(postfix.smtp, seconds, 2_000)
        promised = account.mails + len(account.timed)
        wait_until(lambda: sink.count >= before + promised or None, "delivery of all mail", 300)
    return account


def unfinished(place: Path) -> int:
    """Count the recipients that have not ended."""
    return int(rows(place, "select count(*) from mta_recipient where state < 5")[0][0])


def rows(place: Path, sql: str) -> list[tuple[str]]:
    with closing(sqlite3.connect(place / "office.db")) as connection:
        return connection.execute(sql).fetchall()
