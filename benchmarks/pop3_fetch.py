"""What it costs to retrieve mail: python -m benchmarks.pop3_fetch [--quick]

Dovecot has 10,000 letters, 65 MB (mails.py; ``--quick``: 800), and gives all of them to each fetcher in turn; see
peers/fetchers.py for who fetches, and how. Then again over a link that is 20 ms long, there and back, where poplib
fetches few; then into a store, durably, beside what saving the same letters takes; and what memory it takes.

On Linux the server has one core and the fetchers another, as if they were two machines.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

import msgcore
from msgcore.codecs import mime
from msgcore.spi.store import Incoming
from tests.hostile.memory import peak_octets, reset_peak

from .harness import Goals, compare_cases, output_of, run_by_hand, speed_table
from .mails import mails_below
from .peers.callers import blocking
from .peers.fetchers import (
    CLIENT,
    FEW,
    LIMIT,
    MANY,
    POPLIB,
    all_fetchers,
    fetch_into_store,
    fetch_with_maildrop,
)
from .peers.maildrop import maildrops
from .results import Row, Table
from .smtp_send import long_link, move_to_core

GOALS: Goals = {LIMIT: (0.7, 0.6), POPLIB: (3.5, 3)}
"""How many times as fast as each case msgcore's client should be: the goal, and what every run must hold."""

GOALS_AFAR: Goals = {POPLIB: (20, 20)}
"""With 20 ms of latency, where poplib waits for every message."""

LARGEST = 9_500
"""Octets of the largest letter, which makes them 6.5 KB on average."""

BATCH = 500
MODULE = "benchmarks.pop3_fetch"
"""This, for a process of its own."""


@attrs.frozen
class Scale:
    """How many letters there are, how many poplib fetches from afar, and in how many rounds."""

    letters: int
    few_afar: int
    rounds: int


FULL, QUICK = Scale(10_000, 500, 7), Scale(800, 20, 2)


def compare(what: str, about: str, port: int, counts: Mapping[str, int], goals: Goals, rounds: int) -> Table:
    """Let each fetch as many letters as ``counts`` says."""
    cases = {one.name: functools.partial(one.fetch, port, counts[one.name]) for one in all_fetchers()}
    results = compare_cases(cases, LIMIT, rounds, fewer=counts)
    return speed_table(what, results, "messages", about=about, goals={CLIENT: goals})


# Into a store


def compare_stores(about: str, port: int, letters: Sequence[bytes], rounds: int) -> Table:
    """Retrieve into a new store, and save the same letters into another."""

    def in_new_store(do: Callable[[Path], object]) -> Callable[[], None]:
        def case() -> None:
            with tempfile.TemporaryDirectory() as folder:
                do(Path(folder) / "mail.db")

        return case

    saved = f"limit: save, {BATCH} at a time"
    cases = {
        saved: in_new_store(lambda path: save_all(letters, path)),
        "msgcore, retrieve and save": in_new_store(lambda path: fetch_into_store(port, path)),
    }
    results = compare_cases(cases, saved, rounds, count=len(letters))
    return speed_table("Into a store, durably", results, "messages", about=about)


def save_all(letters: Sequence[bytes], path: Path) -> None:
    with msgcore.open_store(f"sqlite:///{path}") as store:
        for start in range(0, len(letters), BATCH):
            store.inbox.save_all([Incoming(mime.read(one)) for one in letters[start : start + BATCH]])


# Memory


def memory(port: int, counts: Mapping[str, int]) -> Table:
    """Tell the peak of a process beyond what it held before, by how many letters it fetched."""
    rows = [
        Row(
            f"msgcore, {how}",
            tuple(float(output_of(MODULE, how, port, user, count)) for user, count in counts.items()),
        )
        for how in ("maildrop", "store")
    ]
    columns = [f"{count:,} letters" for count in counts.values()]
    return Table("Memory", tuple(columns), tuple(rows), "growth of the process, MB")


def print_growth(how: str, port: int, user: str, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = reset_peak()
        if how == "store":
            fetch_into_store(port, Path(folder) / "mail.db", user)
        else:
            blocking(lambda runtime, at, many: fetch_with_maildrop(runtime, at, many, user))(port, count)
        print(f"{(peak_octets() - before) / 1e6:.1f}")


def measure(is_quick: bool) -> Iterator[Table]:
    scale = QUICK if is_quick else FULL
    letters = mails_below(LARGEST, scale.letters)
    all_of_them = {one.name: len(letters) for one in all_fetchers()}
    move_to_core(0)
    with maildrops({MANY: letters, FEW: letters[: scale.letters // 10]}) as near, long_link(near) as afar:
        move_to_core(1)
        about = f"{len(letters):,} letters, {sum(map(len, letters)) / 1e6:.0f} MB"
        yield compare("Loopback", about, near, all_of_them, GOALS, scale.rounds)
        few = {**all_of_them, POPLIB: scale.few_afar}
        rounds = max(1, scale.rounds // 3)
        yield compare("20 ms away", about, afar, few, GOALS_AFAR, rounds)
        yield compare_stores(about, near, letters, rounds)
        yield memory(near, {FEW: len(letters) // 10, MANY: len(letters)})


if __name__ == "__main__":
    match sys.argv[1:]:
        case [how, port, user, count]:
            print_growth(how, int(port), user, int(count))
        case _:
            run_by_hand(measure)
