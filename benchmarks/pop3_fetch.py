"""What it costs to retrieve mail: python benchmarks/pop3_fetch.py [--quick]

Dovecot has 10,000 letters, 65 MB (mails.py; ``--quick``: 2,000), and gives all of them to each fetcher in turn; see
peers/fetchers.py for who fetches, and how. Then again over a link that is 20 ms long, there and back, where poplib
fetches few; then into a store, durably, beside what saving the same letters takes; and what memory it takes.

On Linux the server has one core and the fetchers another, as if they were two machines.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
from mails import small_mails
from peers.fetchers import (
    CLIENT,
    FEW,
    LIMIT,
    MANY,
    POPLIB,
    Fetcher,
    all_fetchers,
    blocking,
    fetch_into_store,
    fetch_with_maildrop,
)
from peers.maildrop import maildrops
from smtp_send import long_link, move_to_core

import msgcore
from msgcore.codecs import mime
from msgcore.spi.store import Incoming
from tests.hostile.memory import peak_octets, reset_peak  # peers.maildrop has made it known where they are

Goals = Mapping[str, tuple[float, float]]
GOALS: Goals = {LIMIT: (0.7, 0.6), POPLIB: (3.5, 3)}
"""How many times as fast as each case msgcore's client should be: the goal, and what every run must hold."""

GOALS_AFAR: Goals = {POPLIB: (20, 20)}
"""With 20 ms of latency, where poplib waits for every message."""

LARGEST = 9_500
"""Octets of the largest letter, which makes them 6.5 KB on average."""

BATCH = 500


@attrs.frozen
class Scale:
    """How many letters there are, how many poplib fetches from afar, and in how many rounds."""

    letters: int
    few_afar: int
    rounds: int


FULL, QUICK = Scale(10_000, 500, 7), Scale(2_000, 50, 3)


def letters_of(count: int) -> list[bytes]:
    made = (one for one in small_mails(count * 8 // 5) if len(one) < LARGEST)
    return list(itertools.islice(made, count))


# Fetching


@attrs.frozen
class Case:
    """A fetcher, how many letters it is to fetch, and how many a second it fetched in each round."""

    fetcher: Fetcher
    count: int
    rates: list[float] = attrs.Factory(list[float])

    def times(self, other: Case) -> float:
        """Say how many times as fast this is, in the same round."""
        return statistics.median(own / its for own, its in zip(self.rates, other.rates, strict=True))


def compare(title: str, port: int, cases: Sequence[Case], goals: Goals, rounds: int) -> None:
    """Fetch once without counting, then in so many rounds, and print how fast each was."""
    for number in range(rounds + 1):
        for case in cases:
            start = time.perf_counter()
            case.fetcher.fetch(port, case.count)
            if number:
                case.rates.append(case.count / (time.perf_counter() - start))
    by_name = {case.fetcher.name: case for case in cases}
    print(f"\n### {title}\n")
    print(f"| case | messages/s | of limit | {CLIENT} is x times | goal | floor |\n|---|---:|---:|---:|---:|---:|")
    for name, case in by_name.items():
        goal, floor = goals.get(name, ("", ""))
        rate, of_limit = statistics.median(case.rates), case.times(by_name[LIMIT])
        print(f"| {name} | {rate:,.0f} | {of_limit:.3f} | {by_name[CLIENT].times(case):.2f} | {goal} | {floor} |")


# Into a store


def compare_stores(port: int, letters: Sequence[bytes], rounds: int) -> None:
    """Print how long retrieving into a new store takes, and how long saving the same letters does."""
    retrieved: list[float] = []
    saved: list[float] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            retrieved.append(timed(lambda: fetch_into_store(port, Path(folder) / "retrieved.db")))
            saved.append(timed(lambda: save_all(letters, Path(folder) / "saved.db")))
    print(f"\n### Into a store, durably: {len(letters):,} letters\n\n| case | messages/s |\n|---|---:|")
    for name, seconds in (("retrieve and save", retrieved), (f"save, {BATCH} at a time", saved)):
        print(f"| {name} | {len(letters) / statistics.median(seconds):,.0f} |")


def timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def save_all(letters: Sequence[bytes], path: Path) -> None:
    with msgcore.open_store(f"sqlite:///{path}") as store:
        for start in range(0, len(letters), BATCH):
            store.inbox.save_all([Incoming(mime.read(one)) for one in letters[start : start + BATCH]])


# Memory


def print_memory(port: int, counts: Mapping[str, int]) -> None:
    """Print the peak of a process beyond what it held before, by how many letters it fetched."""
    print("\n### Memory: growth of the process, MB\n")
    print(f"| case | {' | '.join(f'{count:,} letters' for count in counts.values())} |\n|---|{'---:|' * len(counts)}")
    for how in ("maildrop", "store"):
        cells = [growth_of(how, port, user, count) for user, count in counts.items()]
        print(f"| {how} | {' | '.join(cells)} |")


def growth_of(how: str, port: int, user: str, count: int) -> str:
    command = [sys.executable, __file__, how, str(port), user, str(count)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]


def print_growth(how: str, port: int, user: str, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = reset_peak()
        if how == "store":
            fetch_into_store(port, Path(folder) / "mail.db", user)
        else:
            blocking(lambda runtime, at, many: fetch_with_maildrop(runtime, at, many, user))(port, count)
        print(f"{(peak_octets() - before) / 1e6:.1f}")


def main(scale: Scale) -> None:
    letters = letters_of(scale.letters)
    octets = sum(map(len, letters))
    fetchers = all_fetchers()
    few = {POPLIB: scale.few_afar}
    move_to_core(0)
    with maildrops({MANY: letters, FEW: letters[: scale.letters // 10]}) as near, long_link(near) as afar:
        move_to_core(1)
        title = f"{len(letters):,} letters, {octets / 1e6:.0f} MB"
        compare(title, near, [Case(one, len(letters)) for one in fetchers], GOALS, scale.rounds)
        cases = [Case(one, few.get(one.name, len(letters))) for one in fetchers]
        compare(f"{title}, 20 ms away", afar, cases, GOALS_AFAR, max(1, scale.rounds // 3))
        compare_stores(near, letters, max(1, scale.rounds // 3))
        print_memory(near, {FEW: len(letters) // 10, MANY: len(letters)})


if __name__ == "__main__":
    match sys.argv[1:]:
        case [how, port, user, count]:
            print_growth(how, int(port), user, int(count))
        case options:
            main(QUICK if "--quick" in options else FULL)
