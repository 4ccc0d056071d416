"""Hostile SMTP clients of a listener: whatever they say, what is kept of it is little."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Iterator

import attrs
import pytest

from msgcore.mta.listener import IntakeLimits, ListenerSettings
from msgcore.mta.listener.desk import Desk
from msgcore.mta.listener.handler import MailHandler
from msgcore.mta.listener.loops import is_going_round
from msgcore.mta.listener.submission import read_submission
from msgcore.mta.listener.visits import Visits
from msgcore.runtime import BlockingRuntime, run
from msgcore.wire.smtp.server import serve_session
from tests.mta.listener.house import HOST, KeepingQueue, everybody
from tests.wire.streams import Chunks

MEGABYTE = 1_000_000
BEGUN = (b"EHLO x.test\r\n", b"MAIL FROM:<ann@a.test>\r\n", b"RCPT TO:<bob@b.test>\r\n")
SETTINGS = ListenerSettings(HOST, max_message_octets=MEGABYTE)
PATIENT = attrs.evolve(SETTINGS, max_idle_commands=10**9, max_errors=10**9, max_commands=10**9)


class Endless(Chunks):
    """A client that goes on with one part as long as the server listens, or so many times; replies are not kept."""

    def __init__(self, begin: tuple[bytes, ...], part: bytes, times: int) -> None:
        super().__init__()
        self._said: Iterator[bytes] = itertools.chain(begin, itertools.repeat(part, times))
        self.last = b""

    async def read(self) -> bytes:
        return next(self._said, b"")

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self.last = octets


def peak_of(work: Callable[[], object]) -> int:
    """Give how many octets more than before were held at a time."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


LETTERS = b"x" * 62 + b"\r\n"


@pytest.mark.parametrize(
    ("begin", "part", "times", "settings", "end"),
    [
        ((*BEGUN, b"DATA\r\n"), LETTERS * 1_000, 800, SETTINGS, b"354"),
        ((*BEGUN, b"BDAT 99999999999 LAST\r\n"), LETTERS * 1_000, 800, SETTINGS, b"250"),
        (BEGUN, b"BDAT 64000\r\n" + LETTERS * 1_000, 200, PATIENT, b"421"),
        ((), b"A" * 64_000, 800, SETTINGS, b"500"),
        ((b"EHLO x.test\r\n", b"AUTH PLAIN "), b"A" * 64_000, 800, SETTINGS, b"500"),
        (BEGUN[:1], b"NOOP\r\n" * 1_000, 10, PATIENT, b"250"),
        (BEGUN[:2], b"RCPT TO:<bob@b.test>\r\n" * 1_000, 5, PATIENT, b"452"),
        ((), b"\0\xff\r\n" * 1_000, 10, PATIENT, b"421"),
    ],
    ids=["data", "chunk", "chunks", "line", "login", "noops", "recipients", "binary"],
)
def test_a_client_without_end_costs_little(
    begin: tuple[bytes, ...], part: bytes, times: int, settings: ListenerSettings, end: bytes
) -> None:
    """R03, R04, R06."""
    runtime, queue = BlockingRuntime(), KeepingQueue()
    client = Endless(begin, part, times)
    visit = Visits(runtime, settings.limits, 1).enter("192.0.2.1", client.abort)
    handler = MailHandler(Desk(runtime, settings, queue, everybody), visit)
    peak = peak_of(lambda: run(serve_session(client, handler, settings, guard=visit)))  # type: ignore[arg-type]  # no TLS

    assert (queue.accepted, client.last.splitlines()[-1][:3]) == ([], end)
    assert peak < 5 * MEGABYTE


@pytest.mark.parametrize(
    "header",
    [
        b"From: ann@a.test\r\n" * 100_000,
        b"X: y\r\n" * 100_000,
        b"From: " + b"," * 30_000,
        b"From: " + b"a:" * 15_000,
        b"From: " + b"<" * 30_000,
        b"Date: " + b"(" * 30_000,
        b"Message-ID: " + b"<a@" * 10_000,
        b"From:" + b"\r\n " * 10_000,
        b"From: " + b"x" * MEGABYTE,
        b"DKIM-Signature: x\r\n" * 50_000,
    ],
    ids=["authors", "fields", "commas", "groups", "angles", "comments", "ids", "folds", "long", "signatures"],
)
def test_a_header_without_end_costs_little_to_read(header: bytes) -> None:
    assert peak_of(lambda: read_submission(header + b"\r\n\r\ntext\r\n")) < 8 * MEGABYTE + 8 * len(header)


def test_traces_without_end_cost_little_to_read() -> None:
    header = b"received: by mx.b.test x\r\n" * 50_000

    assert peak_of(lambda: is_going_round(header, HOST, max_received=100, max_passes=10)) < MEGABYTE


def test_the_names_that_guessers_say_cost_little() -> None:
    limits = IntakeLimits(refused_login_seconds=0)

    async def guess() -> None:
        visits = Visits(BlockingRuntime(), limits, 1_000)
        for number in range(1_000):
            visit = visits.enter(f"192.0.2.{number % 250}", lambda: None)
            await visit.after_login(f"{number}{'x' * 9_000}", is_proved=False)

    assert peak_of(lambda: run(guess())) < 3 * MEGABYTE
