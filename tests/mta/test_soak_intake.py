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
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
import pytest

from tests.conftest import SOAK
from tests.mta.timed_client import Transaction, numbered_letters, percentiles, send_timed
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


_letter = numbered_letters(OCTETS)


@attrs.define
class Account:
    """What clients of a server were promised in all, and how long one of them waited each time."""

    port: int
    mails: int = 0
    timed: list[Transaction] = attrs.field(factory=list[Transaction])
    seconds: float = 0.0
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1))

    @property
    def promised(self) -> int:
        return self.mails + len(self.timed)

    def load(self, count: int) -> None:
        """Send so many mails; smtp-source gives up at anything but yes."""
        program = find_program("smtp-source")
        if program is None:
            unavailable("smtp-source is not installed (Debian: postfix)")
        start = time.monotonic()
        is_over = threading.Event()

        def letters() -> Iterator[tuple[int, bytes]]:
            for number in self._numbers:
                yield number, _letter(number)
                if is_over.is_set():
                    return

        probe = threading.Thread(target=lambda: self.timed.extend(send_timed(self.port, 1, letters())))
        probe.start()
        options = ["-d", "-s", SESSIONS, "-m", count, "-l", OCTETS, "-f", "ann@a.test", "-t", "bob@sink.test"]
        try:
            subprocess.run([program, *map(str, options), f"127.0.0.1:{self.port}"], check=True, timeout=600)
        finally:
            is_over.set()
            probe.join()
        self.mails += count
        self.seconds += time.monotonic() - start

    def __str__(self) -> str:
        at = percentiles([one.seconds for one in self.timed])
        waits = f"p50 {at.p50:.0f}, p95 {at.p95:.0f}, p99 {at.p99:.0f}, longest {at.longest:.0f}"
        return f"{self.promised:,} mails, {self.promised / self.seconds:,.0f} a second, ms until taken: {waits}"


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
    before = sink.count
    with node(place, sink) as (port, process):
        account, beside = Account(port), postfix_beside(request, sink) if seconds else None
        resident = list[int]()
        while not resident or account.seconds < seconds:
            account.load(stretch)
            resident.append(resident_octets(process))
            if beside is not None:
                beside.load(stretch // 10)
        promised = account.promised + (0 if beside is None else beside.promised)
        wait_until(lambda: sink.count >= before + promised or None, "delivery of all mail", 60 + seconds)
        wait_until(lambda: not unfinished(place) or None, "end of all mail")
        resident.append(resident_octets(process))

    if seconds:
        warm = resident[len(resident) // 10]
        with capsys.disabled():
            memory = ", ".join(f"{one / 1e6:.0f}" for one in (warm, max(resident), resident[-1]))
            print(
                f"\nPostfix: {beside}\nmsgcore: {account}\nMB after a tenth of the time, at most, at the end: {memory}"
            )
        assert max(resident) - warm <= MOST_GROWTH_OCTETS
    taken = Counter(one for (one,) in rows(place, "select message_id from mta_message"))
    assert (taken.total(), sink.count - before) == (account.promised, promised)
    assert {taken[f"<{one.number}@timed.test>"] for one in account.timed} == {1}


def postfix_beside(request: pytest.FixtureRequest, sink: CountingSink) -> Account:
    """Run Postfix until the end of the test."""
    authority: Authority = request.getfixturevalue("authority")
    dovecot: Dovecot = request.getfixturevalue("dovecot")
    more = "in_flow_delay = 0\ndefault_destination_concurrency_limit = 20\ninitial_destination_concurrency = 20\n"
    postfix = Postfix(authority, dovecot, sink, more=more)
    postfix.__enter__()
    request.addfinalizer(lambda: postfix.__exit__(None, None, None))
    return Account(postfix.smtp)


def unfinished(place: Path) -> int:
    """Count the recipients that have not ended."""
    return int(rows(place, "select count(*) from mta_recipient where state < 5")[0][0])


def rows(place: Path, sql: str) -> list[tuple[str]]:
    with closing(sqlite3.connect(place / "office.db")) as connection:
        return connection.execute(sql).fetchall()
