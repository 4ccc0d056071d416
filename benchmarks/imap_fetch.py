"""What it costs to read a mailbox over IMAP: python benchmarks/imap_fetch.py [--quick]

Dovecot has 10,000 letters, 65 MB (mails.py; ``--quick``: 2,000). Each fetcher in turn gives the envelopes of all, then
the bodies of all, then what a search finds; see peers/imap_fetchers.py for who fetches, and how. The limit reads the
same octets and looks at none of them. Slow peers are given fewer messages, and compared by messages a second. Then what
memory it takes.

On Linux the server has one core and the fetchers another, as if they were two machines.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

import attrs
from mails import small_mails
from peers.imap_fetchers import CLIENT, IMAPCLIENT, IMAPLIB, LIMIT, USER, Fetcher, bodies, envelopes, searches
from peers.maildrop import mailboxes
from smtp_send import move_to_core

from tests.hostile.memory import peak_octets, reset_peak  # peers.maildrop has made it known where they are

Goals = Mapping[str, tuple[float, float]]
ENVELOPES: Goals = {LIMIT: (0.6, 0.45), IMAPLIB: (4, 3), IMAPCLIENT: (8, 6)}
BODIES: Goals = {LIMIT: (0.85, 0.75), "imaplib": (1.6, 1.4)}
SEARCHES: Goals = {LIMIT: (1.0, 0.9)}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""

LARGEST = 9_500
"""Octets of the largest letter, which makes them 6.5 KB on average."""


@attrs.frozen
class Scale:
    """How many letters there are, how many slow peers fetch, and in how many rounds."""

    letters: int
    few: int
    rounds: int


FULL, QUICK = Scale(10_000, 500, 7), Scale(2_000, 200, 3)


@attrs.frozen
class Case:
    """A fetcher, how many letters it is to fetch, and how many a second it fetched in each round."""

    fetcher: Fetcher
    count: int
    rates: list[float] = attrs.Factory(list[float])

    def times(self, other: Case) -> float:
        """Say how many times as fast this is, in the same round."""
        return statistics.median(own / its for own, its in zip(self.rates, other.rates, strict=True))


def compare(title: str, port: int, fetchers: Sequence[Fetcher], goals: Goals, scale: Scale) -> None:
    """Fetch once without counting, then in so many rounds, and print how fast each was."""
    cases = [Case(one, scale.few if one.is_slow else scale.letters) for one in fetchers if one.is_there]
    for number in range(scale.rounds + 1):
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


# Memory


def print_memory(port: int, counts: Sequence[int]) -> None:
    """Print the peak of a process beyond what it held before, by how many letters it fetched."""
    print("\n### Memory: growth of the process, MB\n")
    print(f"| msgcore fetches | {' | '.join(f'{count:,} letters' for count in counts)} |\n|---|{'---:|' * len(counts)}")
    for what in ("envelopes", "bodies"):
        print(f"| {what} | {' | '.join(growth_of(what, port, count) for count in counts)} |")


def growth_of(what: str, port: int, count: int) -> str:
    command = [sys.executable, __file__, what, str(port), str(count)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]


def print_growth(what: str, port: int, count: int) -> None:
    fetchers = {one.name: one for one in (envelopes() if what == "envelopes" else bodies())}
    before = reset_peak()
    fetchers[CLIENT].fetch(port, count)
    print(f"{(peak_octets() - before) / 1e6:.1f}")


# The server's side, in a process of its own: what letters leave in memory slows nobody down who fetches.


@contextmanager
def served(count: int) -> Generator[tuple[int, str]]:
    """Run Dovecot with so many letters; give its port, and a title."""
    command = [sys.executable, __file__, "serve", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        port, title = process.stdout.readline().rstrip().split(" ", 1)
        yield int(port), title
        process.stdin.close()


def serve(count: int) -> None:
    made = (one for one in small_mails(count * 8 // 5) if len(one) < LARGEST)
    letters = list(itertools.islice(made, count))
    move_to_core(0)
    with mailboxes({USER: letters}) as port:
        print(port, f"{len(letters):,} letters, {sum(map(len, letters)) / 1e6:.0f} MB", flush=True)
        sys.stdin.read()


def main(scale: Scale) -> None:
    with served(scale.letters) as (port, title):
        move_to_core(1)
        compare(f"Envelopes: {title}", port, envelopes(), ENVELOPES, scale)
        compare(f"Bodies: {title}", port, bodies(), BODIES, scale)
        compare(f"Search of the bodies: {title}", port, searches(), SEARCHES, scale)
        print_memory(port, [scale.letters // 10, scale.letters])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", count]:
            serve(int(count))
        case [what, port, count]:
            print_growth(what, int(port), int(count))
        case options:
            main(QUICK if "--quick" in options else FULL)
