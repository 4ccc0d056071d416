"""What a table takes it can do: what goes past what is evaluated is refused where it is said, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import msgcore
from msgcore import Message
from msgcore.blocking.folder import Folder
from msgcore.blocking.table import Table
from msgcore.errors import TooComplex, UsageError
from msgcore.props.restriction import Not, Restriction, at_most
from msgcore.props.table import PidTagDisplayTo, PidTagMessageSizeExtended, PidTagSubject
from msgcore.session.tables.events import TableEventKind
from msgcore.spi.store import Incoming
from tests.session.ram import register_ram

MOST_TERMS = 8_000
MOST_LEVELS = 98


@pytest.fixture(params=["ram://ann", "sqlite:///{folder}/mail.db"], ids=["memory", "sqlite"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    """An inbox of three letters with the subject 0."""
    register_ram()
    with msgcore.open_store(str(request.param).format(folder=tmp_path)) as store:
        for _ in range(3):
            store.inbox.save(Message(subject="0"), received_at=datetime(2026, 1, 1, tzinfo=UTC))
        yield store.inbox


def terms(number: int) -> Restriction:
    """Give a restriction of this many terms that holds for the subject 0."""
    return PidTagSubject.is_in(map(str, range(number - 1)))


def levels(depth: int) -> Restriction:
    made = PidTagSubject.equals("0") if depth % 2 else PidTagSubject.equals("1")
    for _ in range(depth - 1):
        made = Not(made)
    return made


LARGEST: list[tuple[str, Callable[[], Restriction]]] = [
    ("of the most terms", lambda: terms(MOST_TERMS)),
    ("of the most levels", lambda: levels(MOST_LEVELS)),
    ("of the most levels, of the first rows", lambda: at_most(2, levels(MOST_LEVELS - 1))),
]
largest = pytest.mark.parametrize("make", [one[1] for one in LARGEST], ids=[one[0] for one in LARGEST])


@largest
def test_a_table_of_the_largest_restriction_looks_for_something(
    folder: Folder, make: Callable[[], Restriction]
) -> None:
    table = folder.contents_table([PidTagSubject], make())

    assert table.find_row(terms(1_000)) is not None


@largest
def test_a_table_of_the_largest_restriction_shows_categories(folder: Folder, make: Callable[[], Restriction]) -> None:
    table = folder.contents_table([PidTagSubject], make())
    table.sort("subject, to", categories=2, expanded=2)

    assert table.find_row(PidTagDisplayTo.exists() | terms(1_000) | levels(MOST_LEVELS - 1)) is not None


def test_a_table_of_the_largest_restriction_tells_of_many_events(folder: Folder) -> None:
    table = folder.contents_table([PidTagSubject], terms(MOST_TERMS))
    table.advise()
    folder.save_all([Incoming(Message(subject="0"))] * 1_000)

    assert {event.kind for event in table.next_events()} == {TableEventKind.ROW_ADDED}


REFUSED: list[tuple[str, Restriction]] = [
    ("the restriction has more than 8000 terms", terms(MOST_TERMS + 1)),
    ("the restriction is nested deeper than 98", levels(MOST_LEVELS + 1)),
]


@pytest.mark.parametrize(("message", "restriction"), REFUSED, ids=["terms", "levels"])
def test_what_is_larger_is_refused_with_the_bound(folder: Folder, message: str, restriction: Restriction) -> None:
    with pytest.raises(TooComplex, match=message):
        folder.contents_table([PidTagSubject], restriction)


def test_what_does_not_fit_beside_the_restriction_is_refused(folder: Folder) -> None:
    table = folder.contents_table([PidTagSubject], terms(MOST_TERMS))

    with pytest.raises(TooComplex, match="with what the table shows, the restriction has more than 9500 terms"):
        table.find_row(terms(MOST_TERMS))


ANYTHING: Any = 5
WRONG_KINDS: dict[str, Callable[[Table], object]] = {
    "columns": lambda table: table.set_columns(ANYTHING),
    "sort order": lambda table: table.sort(ANYTHING),
    "expanded": lambda table: table.expand_row(ANYTHING),
    "collapsed": lambda table: table.collapse_row(ANYTHING),
    "collapse state": lambda table: table.set_collapse_state(ANYTHING),
}


@pytest.mark.parametrize("call", WRONG_KINDS.values(), ids=WRONG_KINDS)
def test_what_is_of_another_kind_is_refused(folder: Folder, call: Callable[[Table], object]) -> None:
    table = folder.contents_table([PidTagSubject])
    table.sort("subject", categories=1)

    with pytest.raises(UsageError):
        call(table)


def too_many_first_rows(table: Table) -> None:
    table.restrict(at_most(200_000, PidTagSubject.exists()))


def wrong_order(table: Table) -> None:
    table.sort("subject", categories=2)


@pytest.mark.parametrize("call", [too_many_first_rows, wrong_order])
def test_a_table_goes_on_as_before_when_something_was_refused(folder: Folder, call: Callable[[Table], None]) -> None:
    table = folder.contents_table([PidTagSubject], PidTagMessageSizeExtended > 0)
    table.query_rows(1)
    with pytest.raises(UsageError):
        call(table)
    table.sort("subject desc")

    assert (len(table.query_rows(9)), table.row_count()) == (3, 3)
