"""A process that retrieves is killed with SIGKILL, or its disk is full: nothing is lost, and nothing doubled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import msgcore
from tests.flow.maildrops import LARGE, SMALL, LoopbackMaildrop, letter, loopback, subjects_of
from tests.flow.modes import Mode
from tests.shared import REPOSITORY
from tests.store_faults.faulty_disk import run_with_fault, strace

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
WHOLE_SECONDS = 60.0
A_ROUND = 6
"""How many letters come between two kills, every second one a large one."""


def command(mode: Mode, maildrop: LoopbackMaildrop, path: Path, *how: str) -> Sequence[str]:
    url = f"pop3://127.0.0.1:{maildrop.port}"
    return [sys.executable, "-m", "tests.flow.pop3_child", mode.value, url, f"sqlite:///{path}", *how]


class Host:
    """A running :mod:`tests.flow.pop3_child`."""

    def __init__(self, what: Sequence[str]) -> None:
        self._process = subprocess.Popen(what, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def retrieve(self, seconds: float) -> int:
        """Let a process retrieve for so long at most, and give its exit status."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(seconds, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=WHOLE_SECONDS)


@pytest.fixture
def maildrop() -> Iterator[LoopbackMaildrop]:
    with loopback() as server:
        yield LoopbackMaildrop(server)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mail.db"
    msgcore.open_store(f"sqlite:///{path}").close()
    return path


def stored(path: Path) -> list[str]:
    with msgcore.open_store(f"sqlite:///{path}") as store:
        return [item.subject for item in store.inbox.messages()]


def put(maildrop: LoopbackMaildrop, round_number: int) -> list[str]:
    """Let letters come, and give their subjects."""
    subjects = [f"{'small' if n % 2 else 'large'} {round_number}-{n}" for n in range(A_ROUND)]
    maildrop.put(letter(one, SMALL if one.startswith("small") else LARGE) for one in subjects)
    return subjects


def problems_of_kills(host: Host, maildrop: LoopbackMaildrop, path: Path, kills: int) -> list[str]:
    """Kill at moments of chance, and let the last one end; say what is wrong."""
    chance = random.Random(kills)
    letters = put(maildrop, 0)
    start = time.monotonic()
    assert host.retrieve(WHOLE_SECONDS) == 0
    whole = time.monotonic() - start
    wrong: list[str] = []
    for number in range(1, kills + 1):
        letters += put(maildrop, number)
        assert host.retrieve(chance.uniform(0, whole)) in {0, -signal.SIGKILL}
        wrong += [f"lost: {one}" for one in sorted({*letters} - {*stored(path), *subjects_of(maildrop.waiting())})]
    assert host.retrieve(WHOLE_SECONDS) == 0
    wrong += [f"stored {count} times: {one}" for one, count in Counter(stored(path)).items() if count != 1]
    wrong += [f"not stored: {one}" for one in sorted({*letters} - {*stored(path)})]
    left = subjects_of(maildrop.waiting())
    if left != [one for one in letters if one.startswith("small")]:
        wrong.append(f"left at the server: {left}")
    return wrong


@EACH_MODE
@pytest.mark.parametrize("kills", [10, pytest.param(150, marks=pytest.mark.soak)])
def test_kills_at_any_moment_lose_nothing_and_double_nothing(
    mode: Mode, maildrop: LoopbackMaildrop, path: Path, kills: int
) -> None:
    host = Host(command(mode, maildrop, path))
    try:
        wrong = problems_of_kills(host, maildrop, path, kills)
    finally:
        host.close()

    assert wrong == []


@pytest.mark.parametrize("first", [20, 50, *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 60, 3))])
def test_what_a_full_disk_does_not_take_stays_at_the_server(maildrop: LoopbackMaildrop, path: Path, first: int) -> None:
    strace()
    letters = put(maildrop, 0)
    run_with_fault(command(Mode.BLOCKING, maildrop, path, "once"), "pwrite64", "ENOSPC", f"{first}+")

    assert {*letters} - {*stored(path), *subjects_of(maildrop.waiting())} == set()


def test_a_full_disk_is_told_as_such(maildrop: LoopbackMaildrop, path: Path) -> None:
    strace()
    put(maildrop, 0)
    told = run_with_fault(command(Mode.BLOCKING, maildrop, path, "once"), "pwrite64", "ENOSPC", "20+")

    assert [line.partition("(")[0] for line in told] == ["StoreFull"]
