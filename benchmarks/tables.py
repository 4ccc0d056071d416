"""What tables cost: python -m benchmarks.tables [--quick] [--folder FOLDER] [SIZE …]

Stores of 20,000 and of 1,000,000 messages (``--quick``: of 2,000) are filled by msgcore, or taken from the folder when
they are there from an earlier run; see table_store.py for what is in them. Then each case is put to msgcore's tables
and to hand-written SQL on the same file in turn, after both have given the same rows; see handwritten_sql.py for what
that does not do. Rows are not looked into but in the case that says so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import attrs

import msgcore
from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import datetime_from_filetime
from msgcore.blocking.store import Folder, Table
from msgcore.props import (
    PidTagBody,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagEntryId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
    Restriction,
    Row,
)
from msgcore.providers.internal.service import PersonalFoldersConfig, PersonalFoldersService
from msgcore.providers.internal.store import InternalStore
from msgcore.runtime import NEVER, BlockingRuntime, run
from msgcore.spi.store import MessageFlag, RowKey, SpecialFolder, TableQuery

from .handwritten_sql import HandwrittenInbox
from .harness import Result, compare_cases
from .results import Row as Figures
from .results import Table as Results
from .results import print_each
from .table_store import FREQUENT, RARE, SENDER, filled_store

__all__ = ["Case", "cases_of"]

SIZES, QUICK_SIZES = (20_000, 1_000_000), (2_000,)
GOAL, FLOOR = 0.8, 0.5
"""What share of hand-written SQL's speed every case should reach, and must."""

GOALS_MS = {
    20_000: {"first page, newest first": 1, "filter by sender": 1, "word, rare": 10, "word, frequent": 10},
    1_000_000: {"first page, newest first": 5, "deep page from a bookmark": 5},
}

PAGE = 50
COLUMNS = (
    PidTagEntryId,
    PidTagSubject,
    PidTagSentRepresentingName,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
    PidTagMessageFlags,
)
NEWEST_FIRST = (PidTagMessageDeliveryTime.descending(),)
UNREAD = PidTagMessageFlags.has_no_bit(MessageFlag.READ)
FROM_SENDER = PidTagSentRepresentingEmailAddress.equals(SENDER, ignore_case=True)

Answer = int | Sequence[Row | Sequence[object]]
"""What was counted, or rows: as tables give them, as the database does, or their values."""


@attrs.frozen
class Case:
    """One question, as msgcore answers it and as hand-written SQL does."""

    name: str
    ours: Callable[[], Answer]
    handwritten: Callable[[], Answer]


def cases_of(inbox: Folder, peer: HandwrittenInbox, size: int) -> list[Case]:
    return [
        *page_cases(inbox, peer),
        *word_cases(inbox, peer),
        *deep_cases(inbox, peer, size),
        *whole_cases(inbox, peer),
    ]


def page_cases(inbox: Folder, peer: HandwrittenInbox) -> list[Case]:
    def with_values() -> list[list[object]]:
        return [[row.get(tag) for tag in COLUMNS] for row in first_page(inbox)]

    return [
        Case("first page, newest first", lambda: first_page(inbox), lambda: peer.newest(PAGE)),
        Case("the same, and every value read", with_values, lambda: peer.newest_read(PAGE)),
        Case(
            "filter by sender",
            lambda: first_page(inbox, FROM_SENDER),
            lambda: peer.newest_of_sender(SENDER, PAGE),
        ),
    ]


def store_cases(provider: InternalStore, runtime: BlockingRuntime, peer: HandwrittenInbox, size: int) -> list[Case]:
    """Ask the store itself: without the guard around a plug-in, and without a table's cursor."""
    inbox = runtime.run(provider.special_folders(NEVER))[SpecialFolder.INBOX]
    time_before, number_before = peer.place(size * 9 // 10)
    moment = datetime_from_filetime(time_before)
    origin = RowKey((moment,), bytes(EntryId(provider.uid, ObjectKind.MESSAGE, number_before)))

    def page(restriction: Restriction | None = None, origin: RowKey | None = None) -> Sequence[Row]:
        query = TableQuery(COLUMNS, restriction, NEWEST_FIRST, 0, PAGE, origin)
        return run(provider.query(inbox, query, NEVER))

    return [
        Case("store: first page, newest first", page, lambda: peer.newest(PAGE)),
        Case("store: filter by sender", lambda: page(FROM_SENDER), lambda: peer.newest_of_sender(SENDER, PAGE)),
        Case(
            "store: deep page from a key",
            lambda: page(None, origin),
            lambda: peer.older_than(time_before, number_before, PAGE),
        ),
    ]


def word_cases(inbox: Folder, peer: HandwrittenInbox) -> list[Case]:
    frequent, rare = PidTagBody.has_phrase(FREQUENT), PidTagBody.has_phrase(RARE)
    anywhere = rare | PidTagSubject.has_phrase(RARE)
    rare_in_body, rare_anywhere, in_body = f'body : "{RARE}"', f'{{subject body}} : "{RARE}"', f'body : "{FREQUENT}"'
    return [
        Case(
            "word, rare",
            lambda: first_page(inbox, rare),
            lambda: peer.newest_with_rare_word(rare_in_body, PAGE),
        ),
        Case(
            "word, rare, in subject or body",
            lambda: first_page(inbox, anywhere),
            lambda: peer.newest_with_rare_word(rare_anywhere, PAGE),
        ),
        Case(
            "word, frequent",
            lambda: first_page(inbox, frequent),
            lambda: peer.newest_with_common_word(in_body, PAGE),
        ),
        Case(
            "word, frequent; SQL for very frequent ones",
            lambda: first_page(inbox, frequent),
            lambda: peer.newest_with_very_common_word(in_body, PAGE),
        ),
        Case("count of a frequent word", lambda: row_count(inbox, frequent), lambda: peer.count_word(in_body)),
    ]


def deep_cases(inbox: Folder, peer: HandwrittenInbox, size: int) -> list[Case]:
    deep = size * 9 // 10
    time_before, number_before = peer.place(deep)
    table = open_table(inbox)
    table.seek_row(deep)
    bookmark = table.create_bookmark()

    def from_bookmark() -> tuple[Row, ...]:
        table.seek_row(0, bookmark)
        return table.query_rows(PAGE)

    def from_fraction(of: Table) -> tuple[Row, ...]:
        of.seek_fraction(9, 10)
        return of.query_rows(PAGE)

    def from_key() -> Answer:
        return peer.older_than(time_before, number_before, PAGE)

    def plain() -> Answer:
        return peer.newest_from_fraction(9, 10, PAGE)

    again = open_table(inbox)
    return [
        Case("deep page from a bookmark", from_bookmark, from_key),
        Case("seek to nine tenths", lambda: from_fraction(open_table(inbox)), plain),
        Case("seek to nine tenths again", lambda: from_fraction(again), plain),
    ]


def whole_cases(inbox: Folder, peer: HandwrittenInbox) -> list[Case]:
    def by_sender() -> tuple[Row, ...]:
        columns = (PidTagSentRepresentingEmailAddress, PidTagContentCount, PidTagContentUnreadCount)
        table = inbox.contents_table(columns)
        table.sort((PidTagSentRepresentingEmailAddress.ascending(),), categories=1, expanded=0)
        return table.query_rows(10_000)

    return [
        Case("categories by sender, counted", by_sender, peer.senders),
        Case("count of unread messages", lambda: row_count(inbox, UNREAD), peer.count_unread),
        Case("every row", lambda: list(open_table(inbox)), lambda: list(peer.every_row())),
    ]


def open_table(inbox: Folder, restriction: Restriction | None = None) -> Table:
    return inbox.contents_table(COLUMNS, restriction, NEWEST_FIRST)


def first_page(inbox: Folder, restriction: Restriction | None = None) -> tuple[Row, ...]:
    return open_table(inbox, restriction).query_rows(PAGE)


def row_count(inbox: Folder, restriction: Restriction) -> int:
    return open_table(inbox, restriction).row_count()


# The run


def compared(answer: Answer) -> object:
    """Give what must be the same in both answers."""
    return answer if isinstance(answer, int) else [compared_row(row) for row in answer]


def compared_row(row: Row | Sequence[object]) -> object:
    """Give a message's number; of a category how many messages there are, and how many of them unread."""
    if isinstance(row, Row):
        entry_id = row.get(PidTagEntryId)
        return (
            (row.get(PidTagContentCount), row.get(PidTagContentUnreadCount)) if entry_id is None else number(entry_id)
        )
    first = row[0]
    if isinstance(first, bytes):
        return number(first)
    return first if isinstance(first, int) else tuple(row[1:3])


def number(entry_id: bytes) -> int:
    return EntryId.parse(entry_id).number


def check(case: Case) -> None:
    ours, handwritten = compared(case.ours()), compared(case.handwritten())
    if ours != handwritten or not ours:
        sys.exit(f"{case.name}: msgcore gives {ours!r:.200}, hand-written SQL {handwritten!r:.200}")


def measured(case: Case, rounds: int) -> tuple[Result, Result]:
    """Time hand-written SQL and msgcore."""
    start = time.perf_counter()
    case.ours()
    # A round is long enough for the clock, and the whole not too long for whoever waits.
    seconds = time.perf_counter() - start
    repeats = max(1, int(0.03 / seconds))
    rounds = rounds if seconds < 0.3 else 3

    def repeated(function: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(repeats):
                function()

        return run

    both = {"limit": repeated(case.handwritten), "msgcore": repeated(case.ours)}
    handwritten, ours = compare_cases(both, "limit", rounds, count=repeats)
    return handwritten, ours


def compare(size: int, cases: Iterable[Case], rounds: int) -> Results:
    rows: list[Figures] = []
    for case in cases:
        check(case)
        handwritten, ours = measured(case, rounds)
        goal = GOALS_MS.get(size, {}).get(case.name)
        rows.append(Figures(f"msgcore, {case.name}", (handwritten.each * 1e3, ours.each * 1e3, ours.share, goal)))
    columns = ("hand-written, ms", "msgcore, ms", "of hand-written", "goal, ms")
    return Results(f"{size:,} messages", columns, tuple(rows), f"goal {GOAL} of hand-written SQL, floor {FLOOR}")


def compare_sizes(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Results]:
    for size in sizes:
        path = filled_store(folder, size)
        runtime, peer = BlockingRuntime(), HandwrittenInbox(path)
        service = PersonalFoldersService(PersonalFoldersConfig(path), runtime)
        runtime.run(service.logon(NEVER))
        (provider,) = service.providers()
        assert isinstance(provider, InternalStore)
        with msgcore.open_store(f"sqlite:///{path}") as store:
            cases = [*cases_of(store.inbox, peer, size), *store_cases(provider, runtime, peer, size)]
            yield compare(size, cases, rounds)
        runtime.run(service.close())


def measure(is_quick: bool) -> Iterator[Results]:
    with tempfile.TemporaryDirectory() as folder:
        yield from compare_sizes(QUICK_SIZES if is_quick else SIZES, 2 if is_quick else 7, Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description="What tables cost.")
    parser.add_argument("sizes", nargs="*", type=int, metavar="SIZE")
    parser.add_argument("--quick", action="store_true", help="a small store, and fewer rounds")
    parser.add_argument("--folder", type=Path, help="where the stores are kept for the next run")
    asked = parser.parse_args()
    sizes = asked.sizes or (QUICK_SIZES if asked.quick else SIZES)
    with tempfile.TemporaryDirectory() as temporary:
        print_each(compare_sizes(sizes, 3 if asked.quick else 7, asked.folder or Path(temporary)))


if __name__ == "__main__":
    main()
