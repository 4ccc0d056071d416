"""What it costs to read a mailbox over IMAP: python -m benchmarks.imap_fetch [--quick]

Dovecot has 10,000 letters, 65 MB (mails.py; ``--quick``: 800). Each fetcher in turn gives the envelopes of all, then
the bodies of all, then what a search finds; see peers/imap_fetchers.py for who fetches, and how. The limit reads the
same octets and looks at none of them. Slow peers are given fewer messages, and compared by messages a second. Then what
memory it takes.

On Linux the server has one core and the fetchers another, as if they were two machines.
"""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager

import attrs

from tests.hostile.memory import peak_octets, reset_peak

from .harness import REPOSITORY, Goals, compare_cases, module_command, output_of, run_by_hand, speed_table
from .mails import mails_below
from .peers.imap_fetchers import (
    AS_SENT,
    CLIENT,
    IMAPCLIENT,
    IMAPLIB,
    LIMIT,
    USER,
    Fetcher,
    bodies,
    envelopes,
    searches,
)
from .peers.maildrop import mailboxes
from .results import NotHere, Row, Table
from .smtp_send import move_to_core

ENVELOPES: Mapping[str, Goals] = {
    CLIENT: {LIMIT: (0.6, 0.45), IMAPLIB: (4, 3), IMAPCLIENT: (8, 6)},
    f"{CLIENT}, {AS_SENT}": {},
}
BODIES: Mapping[str, Goals] = {CLIENT: {LIMIT: (0.85, 0.75), "imaplib": (1.6, 1.4)}}
SEARCHES: Mapping[str, Goals] = {CLIENT: {LIMIT: (1.0, 0.9)}}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold.

What is left as it was sent is set beside who leaves it, too.
"""

MODULE = "benchmarks.imap_fetch"
"""This, for a process of its own."""

LARGEST = 9_500
"""Octets of the largest letter, which makes them 6.5 KB on average."""


@attrs.frozen
class Scale:
    """How many letters there are, how many slow peers fetch, and in how many rounds."""

    letters: int
    few: int
    rounds: int


FULL, QUICK = Scale(10_000, 500, 7), Scale(800, 100, 2)


def compare(
    what: str, about: str, port: int, fetchers: Sequence[Fetcher], goals: Mapping[str, Goals], scale: Scale
) -> Table:
    here = [one for one in fetchers if one.is_there]
    counts = {one.name: scale.few if one.is_slow else scale.letters for one in here}
    cases = {one.name: functools.partial(one.fetch, port, counts[one.name]) for one in here}
    results = compare_cases(cases, LIMIT, scale.rounds, fewer=counts)
    missing = {one.name: f"pip install {one.package}" for one in fetchers if not one.is_there}
    return speed_table(what, results, "messages", about=about, goals=goals, missing=missing)


# Memory


def memory(port: int, counts: Sequence[int]) -> Table:
    """Tell the peak of a process beyond what it held before, by how many letters it fetched."""
    rows = [
        Row(f"{CLIENT}, {what}", tuple(float(output_of(MODULE, what, port, count)) for count in counts))
        for what in ("envelopes", "bodies")
    ]
    columns = [f"{count:,} letters" for count in counts]
    return Table("Memory", tuple(columns), tuple(rows), "growth of the process, MB")


def print_growth(what: str, port: int, count: int) -> None:
    fetchers = {one.name: one for one in (envelopes() if what == "envelopes" else bodies())}
    before = reset_peak()
    fetchers[CLIENT].fetch(port, count)
    print(f"{(peak_octets() - before) / 1e6:.1f}")


# The server's side, in a process of its own: what letters leave in memory slows nobody down who fetches.


@contextmanager
def served(count: int) -> Generator[tuple[int, str]]:
    """Run Dovecot with so many letters; give its port, and a title."""
    command, pipe = module_command(MODULE, "serve", count), subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None and process.stdin is not None
        port, _, about = process.stdout.readline().rstrip().partition(" ")
        if not port.isdigit():
            raise NotHere(about)
        yield int(port), about
        process.stdin.close()


def serve(count: int) -> None:
    letters = mails_below(LARGEST, count)
    move_to_core(0)
    try:
        with mailboxes({USER: letters}) as port:
            print(port, f"{len(letters):,} letters, {sum(map(len, letters)) / 1e6:.0f} MB", flush=True)
            sys.stdin.read()
    except NotHere as error:
        print("missing:", error)


def measure(is_quick: bool) -> Iterator[Table]:
    scale = QUICK if is_quick else FULL
    with served(scale.letters) as (port, about):
        move_to_core(1)
        yield compare("Envelopes", about, port, envelopes(), ENVELOPES, scale)
        yield compare("Bodies", about, port, bodies(), BODIES, scale)
        yield compare("Search of the bodies", about, port, searches(), SEARCHES, scale)
        yield memory(port, [scale.letters // 10, scale.letters])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", count]:
            serve(int(count))
        case [what, port, count]:
            print_growth(what, int(port), int(count))
        case _:
            run_by_hand(measure)
