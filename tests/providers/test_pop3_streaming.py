"""Messages of the service ``pop3`` that go into a file piece by piece."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

import msgcore
from msgcore import Maildrop, Secret, aio
from msgcore.errors import CommandRefused, ConnectionLost, UsageError
from msgcore.testing.servers import LoopbackPop3Server
from tests.waits import Waits

LETTER = b"Subject: x\r\n\r\n.\r\n..Hello\r\n"
LARGE_OCTETS = 50_000_000
# Of its own process, so that what it has in memory is not counted.
SERVER = f"""
import sys
from msgcore.testing.servers import LoopbackPop3Server
with LoopbackPop3Server({{"ann": "pw"}}, recorded=False) as server:
    server.put("ann", b"Subject: large\\r\\n\\r\\n" + b"{"x" * 74}\\r\\n" * ({LARGE_OCTETS} // 76))
    print(server.url, flush=True)
    sys.stdin.read()
"""


def open_maildrop(url: str) -> Maildrop:
    return msgcore.open_maildrop(url, user="ann", password=Secret("pw"), allow_cleartext_login=True)


@pytest.fixture
def server() -> Iterator[LoopbackPop3Server]:
    with LoopbackPop3Server({"ann": "pw"}) as server:
        server.put("ann", LETTER)
        server.put("ann", b"Subject: y\r\n\r\n")
        yield server


@pytest.fixture
def maildrop(server: LoopbackPop3Server) -> Iterator[Maildrop]:
    with open_maildrop(server.url) as maildrop:
        yield maildrop


def test_a_file_holds_the_message_octet_for_octet(maildrop: Maildrop, tmp_path: Path) -> None:
    size = maildrop.retrieve_to(maildrop.list()[0], tmp_path / "x.eml")

    assert (size, (tmp_path / "x.eml").read_bytes()) == (len(LETTER), LETTER)


def test_a_file_is_for_its_owner_only(maildrop: Maildrop, tmp_path: Path) -> None:
    maildrop.retrieve_to(maildrop.list()[0], tmp_path / "x.eml")

    assert (tmp_path / "x.eml").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_left_alone(maildrop: Maildrop, tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_text("mine")
    with pytest.raises(UsageError, match="File exists"):
        maildrop.retrieve_to(maildrop.list()[0], tmp_path / "x.eml")

    assert (tmp_path / "x.eml").read_text() == "mine"


def test_a_message_that_is_refused_leaves_no_file(
    maildrop: Maildrop, server: LoopbackPop3Server, tmp_path: Path
) -> None:
    server.answer("-ERR not this one", at="RETR", times=1)
    with pytest.raises(CommandRefused):
        maildrop.retrieve_to(maildrop.list()[0], tmp_path / "x.eml")

    assert list(tmp_path.iterdir()) == []


def test_the_session_goes_on_after_a_refusal(maildrop: Maildrop, server: LoopbackPop3Server, tmp_path: Path) -> None:
    server.answer("-ERR not this one", at="RETR", times=1)
    one, two = maildrop.list()
    with pytest.raises(CommandRefused):
        maildrop.retrieve_to(one, tmp_path / "x.eml")

    assert maildrop.retrieve(two).subject == "y"


def test_a_connection_that_breaks_leaves_no_file(
    maildrop: Maildrop, server: LoopbackPop3Server, tmp_path: Path
) -> None:
    server.cut(at="RETR")
    with pytest.raises(ConnectionLost):
        maildrop.retrieve_to(maildrop.list()[0], tmp_path / "x.eml")

    assert list(tmp_path.iterdir()) == []


def test_a_task_that_is_cancelled_at_any_wait_leaves_no_file(server: LoopbackPop3Server, tmp_path: Path) -> None:
    async def is_cancelled(wait: int) -> bool:
        opening = aio.open_maildrop(server.url, user="ann", password=Secret("pw"), allow_cleartext_login=True)
        async with opening as maildrop:
            (waiting, _) = await maildrop.list()
            waits = Waits(lambda: task.cancel())  # noqa: PLW0108  # which is not there yet
            waits.begin(wait)
            loop = asyncio.get_running_loop()
            loop.set_task_factory(waits.start)
            task = asyncio.create_task(maildrop.retrieve_to(waiting, tmp_path / "x.eml"))
            await asyncio.wait([task])
            loop.set_task_factory(None)
            return task.cancelled()

    left = [
        list(tmp_path.iterdir())
        for _ in itertools.takewhile(lambda wait: asyncio.run(is_cancelled(wait)), itertools.count(1))
    ]
    assert (bool(left), any(left)) == (True, False)


def test_a_large_message_goes_into_a_file_in_little_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as far:
        assert far.stdin is not None
        assert far.stdout is not None
        with open_maildrop(far.stdout.readline().strip()) as maildrop:
            (waiting,) = maildrop.list()
            tracemalloc.start()
            try:
                size = maildrop.retrieve_to(waiting, tmp_path / "large.eml")
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        far.stdin.close()

    assert size == (tmp_path / "large.eml").stat().st_size > LARGE_OCTETS - 100
    assert peak < 2_000_000
