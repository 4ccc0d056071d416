"""Tables as an application uses them: what a call may ask, what a row shows, and what is refused, by which error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from msgcore import Attachment, Message, read_message
from msgcore.base.ids import EntryId
from msgcore.blocking.folder import Folder
from msgcore.blocking.table import Table
from msgcore.errors import (
    Closed,
    InvalidBookmark,
    NotFound,
    NotSupported,
    PropertyNotFound,
    RestrictionSyntax,
    TooComplex,
    UnknownProperty,
    UsageError,
    WrongType,
)
from msgcore.model import RecipientKind
from msgcore.model.recipient import parse_recipients
from msgcore.props.restriction import And, Comparison, Exists, Relation, any_recipient, at_most
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagAttachLongFilename,
    PidTagAttachNumber,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDefaultStore,
    PidTagDepth,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagEntryId,
    PidTagHtml,
    PidTagInstanceKey,
    PidTagMessageFlags,
    PidTagMessageRecipients,
    PidTagMessageSizeExtended,
    PidTagProviderDisplay,
    PidTagRowType,
    PidTagStatusString,
    PidTagSubfolders,
    PidTagSubject,
)
from msgcore.runtime import AsyncioRuntime, BlockingRuntime
from msgcore.runtime.abc import NEVER
from msgcore.session import table as inner_table
from msgcore.session.tables.gap import Bookmark, Position
from msgcore.session.tables.source import MemoryRows, bag_of
from msgcore.spi.store import Incoming
from msgcore.testing.memory_store import MemoryStore
from tests.session.desk import MEMORY, Desk
from tests.session.ram import memory_of, register_ram

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(desk: Desk) -> Iterator[Folder]:
    """The inbox of a store that can do all that a store can: letters a, b, a, c, b in the order of arrival."""
    register_ram()
    with desk.open_store("ram://ann") as store:
        for number, subject in enumerate("abacb"):
            message = Message(subject=subject, to=f"{subject}@b.test")
            store.inbox.save(message, is_read=number == 0, received_at=EPOCH + timedelta(minutes=number))
        yield store.inbox


def subjects(rows: tuple[Any, ...]) -> list[str]:
    return [row.get(PidTagSubject) for row in rows]


def by_arrival(folder: Folder, restriction: Any = None, columns: Any = (PidTagSubject,)) -> Table:
    return folder.contents_table(columns, restriction, "received")


# Rows and columns


def test_a_row_shows_no_column_but_those_that_were_asked_for(folder: Folder) -> None:
    (row,) = by_arrival(folder).query_rows(1)

    with pytest.raises(PropertyNotFound):
        _ = row[PidTagInstanceKey]


def test_columns_may_be_text(folder: Folder) -> None:
    table = by_arrival(folder, columns="subject, PR_MESSAGE_FLAGS")
    before = table.columns
    table.set_columns("size")
    assert (before, table.columns) == ((PidTagSubject, PidTagMessageFlags), (PidTagMessageSizeExtended,))


@pytest.mark.parametrize(
    ("text", "kind"), [("", UsageError), ("subject, (", RestrictionSyntax), ("nothing_like_it", UnknownProperty)]
)
def test_text_that_is_no_columns_is_refused(folder: Folder, text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        by_arrival(folder, columns=text)


def test_a_row_knows_its_columns(folder: Folder) -> None:
    (row,) = by_arrival(folder).query_rows(1)

    assert row.columns == (PidTagSubject,)


def test_a_column_may_be_asked_for_twice(folder: Folder) -> None:
    (row,) = by_arrival(folder, columns=[PidTagSubject, PidTagSubject]).query_rows(1)

    assert row[PidTagSubject] == "a"


def test_a_value_that_a_row_has_not_is_an_error_in_it(folder: Folder) -> None:
    (row,) = by_arrival(folder, columns=[PidTagHtml]).query_rows(1)

    assert (row.get(PidTagHtml), row.error(PidTagHtml) is None) == (None, False)


def test_restriction_and_order_may_be_text(folder: Folder) -> None:
    table = folder.contents_table([PidTagSubject], 'not subject:contains("b")', "received desc")

    assert subjects(table.query_rows(9)) == ["c", "a", "a"]


@pytest.mark.parametrize("rows", [6, 2**62, 2**70])
def test_more_rows_than_there_are_lead_to_the_end_or_the_beginning(folder: Folder, rows: int) -> None:
    table = by_arrival(folder)

    assert (table.seek_row(rows), table.query_position().row) == (5, 5)
    assert (table.seek_row(-rows, Bookmark.END), table.query_position().row) == (-5, 0)


def test_rows_before_the_cursor_come_in_the_order_of_the_table(folder: Folder) -> None:
    table = by_arrival(folder)
    table.seek_row(0, Bookmark.END)

    assert (subjects(table.query_rows(-2)), table.query_position()) == (["c", "b"], Position(3, 5))


def test_a_look_may_leave_the_cursor_where_it_is(folder: Folder) -> None:
    table = by_arrival(folder)
    table.query_rows(2, advance=False)

    assert table.query_position().row == 0


def test_the_fraction_is_how_much_stands_before_the_cursor(folder: Folder) -> None:
    table = by_arrival(folder)
    table.seek_fraction(2, 5)

    assert table.query_position().fraction == pytest.approx(0.4)


def test_nothing_stands_before_the_cursor_of_an_empty_table(folder: Folder) -> None:
    assert by_arrival(folder, PidTagSubject.equals("z")).query_position().fraction == 0


# While rows come and go


def test_a_row_that_goes_between_two_pages_makes_none_skipped(folder: Folder) -> None:
    table = by_arrival(folder, columns=[PidTagEntryId, PidTagSubject])
    first = table.query_rows(2)
    delete(first[0])

    assert subjects(table.query_rows(9)) == ["a", "c", "b"]


def test_a_row_that_arrives_before_the_cursor_makes_none_repeated(folder: Folder) -> None:
    table = by_arrival(folder)
    table.query_rows(2)
    folder.save(Message(subject="early"), received_at=EPOCH - timedelta(1))

    assert subjects(table.query_rows(9)) == ["a", "c", "b"]


def test_rows_that_arrive_behind_the_last_one_are_read_next(folder: Folder) -> None:
    table = by_arrival(folder)
    table.query_rows(9)
    folder.save(Message(subject="late"), received_at=EPOCH + timedelta(1))

    assert subjects(table.query_rows(9)) == ["late"]


def test_every_row_is_shown_while_each_is_deleted(folder: Folder) -> None:
    table = by_arrival(folder, columns=[PidTagEntryId, PidTagSubject])
    seen: list[str] = []
    while rows := table.query_rows(1):
        seen += subjects(rows)
        delete(rows[0])

    assert (seen, folder.count()) == (list("abacb"), 0)


def test_a_bookmark_keeps_its_place_when_its_row_goes(folder: Folder) -> None:
    table = by_arrival(folder, columns=[PidTagEntryId, PidTagSubject])
    table.seek_row(1)
    bookmark = table.create_bookmark()
    (row,) = table.query_rows(1)
    delete(row)
    table.seek_row(0, bookmark)

    assert subjects(table.query_rows(9)) == ["a", "c", "b"]


def delete(*rows: Row) -> None:
    """Delete messages as another program does."""
    MemoryStore(memory_of("ram://ann")).delete([EntryId.parse(row[PidTagEntryId]) for row in rows], NEVER)


# The first rows


def test_of_the_first_rows_there_are_no_more(folder: Folder) -> None:
    table = by_arrival(folder, at_most(2, PidTagSubject.is_in(["b", "c"])))

    assert (subjects(table.query_rows(9)), table.row_count()) == (["b", "c"], 2)


def test_the_first_rows_stay_until_they_are_read_again(folder: Folder) -> None:
    table = by_arrival(folder, at_most(2, PidTagSubject.exists()))
    table.query_rows(1)
    folder.save(Message(subject="early"), received_at=EPOCH - timedelta(1))
    before = subjects(table.query_rows(-1))
    table.refresh()
    table.seek_row(0)

    assert (before, subjects(table.query_rows(9))) == (["a"], ["early", "a"])


def test_among_the_first_rows_one_is_found_by_what_no_row_shows(folder: Folder) -> None:
    table = by_arrival(folder, at_most(4, PidTagSubject.exists()))
    found = table.find_row(any_recipient(PidTagEmailAddress.equals("c@b.test")))

    assert found is not None
    assert found[PidTagSubject] == "c"


def test_what_is_not_among_the_first_rows_is_not_found(folder: Folder) -> None:
    table = by_arrival(folder, at_most(3, PidTagSubject.exists()))

    assert table.find_row(any_recipient(PidTagEmailAddress.equals("c@b.test"))) is None


def test_messages_obey_at_most(folder: Folder) -> None:
    found = folder.messages(at_most(2, PidTagSubject.not_equals("c")), newest_first=True)

    assert [item.subject for item in found] == ["b", "a"]


def test_a_count_obeys_at_most(folder: Folder) -> None:
    assert (folder.count(at_most(2, PidTagSubject.exists())), folder.count(at_most(9, PidTagSubject.exists()))) == (
        2,
        5,
    )


def test_messages_may_be_asked_for_by_text(folder: Folder) -> None:
    assert [item.subject for item in folder.messages('subject:contains("b")', limit=1)] == ["b"]


# Categories


def grouped(folder: Folder, expanded: int = 0) -> Table:
    table = folder.contents_table([PidTagSubject, PidTagRowType, PidTagDepth, PidTagContentCount, PidTagInstanceKey])
    table.sort("subject, received", categories=1, expanded=expanded)
    return table


def test_each_category_has_a_header(folder: Folder) -> None:
    rows = grouped(folder).query_rows(9)

    assert [(row[PidTagSubject], row[PidTagRowType], row[PidTagContentCount]) for row in rows] == [
        ("a", 4, 2),
        ("b", 4, 2),
        ("c", 4, 1),
    ]


def test_an_expanded_category_shows_its_rows(folder: Folder) -> None:
    table = grouped(folder)
    header = table.query_rows(2)[1]
    shown = table.expand_row(header[PidTagInstanceKey])
    table.seek_row(0)

    assert (shown, subjects(table.query_rows(9))) == (2, ["a", "b", "b", "b", "c"])


def test_a_collapsed_category_hides_its_rows(folder: Folder) -> None:
    table = grouped(folder, expanded=1)
    (header,) = table.query_rows(1)

    assert (table.collapse_row(header[PidTagInstanceKey]), table.row_count()) == (2, 6)


def test_what_is_expanded_already_shows_nothing_more(folder: Folder) -> None:
    table = grouped(folder, expanded=1)
    (header,) = table.query_rows(1)

    assert table.expand_row(header[PidTagInstanceKey]) == 0


def test_a_collapse_state_serves_another_table(folder: Folder) -> None:
    table, other = grouped(folder), grouped(folder)
    table.expand_row(table.query_rows(3)[2][PidTagInstanceKey])
    other.set_collapse_state(table.get_collapse_state())

    assert subjects(other.query_rows(9)) == ["a", "b", "c", "c"]


def test_headers_are_as_they_were_until_they_are_read_again(folder: Folder) -> None:
    table = grouped(folder)
    table.query_rows(1)
    folder.save(Message(subject="d"))
    before = table.row_count()
    table.refresh()

    assert (before, table.row_count()) == (3, 4)


# Misuse, each with its own error


def another_bookmark(folder: Folder, table: Table) -> object:
    return table.seek_row(0, by_arrival(folder).create_bookmark())


def freed(folder: Folder, table: Table) -> object:
    bookmark = table.create_bookmark()
    table.free_bookmark(bookmark)
    return table.seek_row(0, bookmark)


def after_restrict(folder: Folder, table: Table) -> object:
    bookmark = table.create_bookmark()
    table.restrict(None)
    return table.seek_row(0, bookmark)


def after_sort(folder: Folder, table: Table) -> object:
    bookmark = table.create_bookmark()
    table.sort("subject")
    return table.find_row(PidTagSubject.exists(), bookmark)


def closed(table: Table) -> Table:
    table.close()
    return table


MISUSE: list[tuple[str, type[Exception], Callable[[Folder, Table], object]]] = [
    ("a bookmark of another table", InvalidBookmark, another_bookmark),
    ("a bookmark that was freed", InvalidBookmark, freed),
    ("a bookmark from before a restriction", InvalidBookmark, after_restrict),
    ("a bookmark from before a sort order", InvalidBookmark, after_sort),
    ("freeing what all tables have", InvalidBookmark, lambda _, table: table.free_bookmark(Bookmark.END)),
    ("text that is no restriction", RestrictionSyntax, lambda _, table: table.restrict("subject:contains(")),
    ("a name that no property has", UnknownProperty, lambda _, table: table.restrict("colour = 1")),
    ("a sort order of no property", UnknownProperty, lambda _, table: table.sort("colour desc")),
    ("a value of another type", WrongType, lambda _, table: table.restrict(Comparison(PidTagSubject, Relation.GT, 1))),
    ("a limit inside a restriction", TooComplex, lambda _, table: table.restrict(~at_most(1, PidTagSubject.exists()))),
    ("looking for the first rows", TooComplex, lambda _, table: table.find_row(at_most(1, PidTagSubject.exists()))),
    ("very many first rows", TooComplex, lambda _, table: table.restrict(at_most(10**6, PidTagSubject.exists()))),
    ("an order of what has none", WrongType, lambda _, table: table.sort([PidTagMessageRecipients.ascending()])),
    ("more categories than keys", UsageError, lambda _, table: table.sort("subject", categories=2)),
    ("more expanded than categories", UsageError, lambda _, table: table.sort("subject", categories=1, expanded=2)),
    ("expanding without categories", UsageError, lambda _, table: table.expand_row(b"")),
    ("a header that there is not", NotFound, lambda folder, _: grouped(folder).expand_row(b"no header")),
    ("a state that is none", UsageError, lambda folder, _: grouped(folder).set_collapse_state(b"no state")),
    (
        "a state of other categories",
        UsageError,
        lambda folder, _: grouped(folder).set_collapse_state(grouped(folder, expanded=1).get_collapse_state()),
    ),
    ("part of nothing", UsageError, lambda _, table: table.seek_fraction(0, 0)),
    ("more than all", UsageError, lambda _, table: table.seek_fraction(2, 1)),
    ("a hierarchy of no levels", UsageError, lambda folder, _: folder.hierarchy_table(depth=0)),
    ("notifications of folders", NotSupported, lambda folder, _: folder.hierarchy_table().advise()),
    ("a table that was closed", Closed, lambda _, table: closed(table).query_rows(1)),
    ("sorting a closed table", Closed, lambda _, table: closed(table).sort("subject")),
    ("restricting a closed table", Closed, lambda _, table: closed(table).restrict(None)),
    ("columns of a closed table", Closed, lambda _, table: closed(table).set_columns([PidTagSubject])),
]


@pytest.mark.parametrize(("kind", "call"), [one[1:] for one in MISUSE], ids=[one[0] for one in MISUSE])
def test_misuse_has_an_error_of_its_own(
    folder: Folder, kind: type[Exception], call: Callable[[Folder, Table], object]
) -> None:
    table = by_arrival(folder)

    with pytest.raises(kind):
        call(folder, table)


WHERE: list[tuple[object, str]] = [
    ({"property": "subject"}, "need a restriction or its text, got dict"),
    (b"size > 1", "need a restriction or its text, got bytes"),
    (Exists, "need a restriction or its text, got type"),
    (PidTagSubject, "need a restriction or its text, got PropertyTag"),
    (PidTagSubject.ascending(), "need a restriction or its text, got SortKey"),
    (
        PidTagSubject == "x",  # type: ignore[comparison-overlap]  # what a beginner writes
        "need a restriction or its text, got bool; for equality write tag.equals(value), not tag == value",
    ),
    (
        at_most(30, cast(Any, "size > 1")),
        "a text stands inside a restriction; parse_restriction makes a restriction of it",
    ),
    (
        And((PidTagSubject.exists(), cast(Any, "size > 1"))),
        "a text stands inside a restriction; parse_restriction makes a restriction of it",
    ),
    (
        "subject:exists() and not received > 2026-01-01T10:00:00",
        "PidTagMessageDeliveryTime: need a time with its zone; write 2026-01-01T10:00:00Z, or an offset",
    ),
    (And(cast(Any, [PidTagSubject.exists()])), "And: need tuple, got list"),
    (Comparison(PidTagSubject, Relation.GT, 1), "PidTagSubject: need text, got a number"),
    (Comparison(cast(Any, "received"), Relation.EQ, datetime(2026, 1, 1)), "a restriction: need PropertyKey, got str"),
]
TAKES_A_RESTRICTION: dict[str, Callable[[Folder, Any], object]] = {
    "contents_table": lambda folder, where: folder.contents_table([PidTagSubject], where),
    "restrict": lambda folder, where: by_arrival(folder).restrict(where),
    "find_row": lambda folder, where: by_arrival(folder).find_row(where),
    "messages": lambda folder, where: folder.messages(where),
    "count": lambda folder, where: folder.count(where),
}


@pytest.mark.parametrize("call", TAKES_A_RESTRICTION.values(), ids=TAKES_A_RESTRICTION)
@pytest.mark.parametrize(("where", "problem"), WHERE)
def test_what_is_no_restriction_is_refused_with_what_to_write(
    folder: Folder, call: Callable[[Folder, Any], object], where: object, problem: str
) -> None:
    with pytest.raises(UsageError) as caught:
        call(folder, where)

    assert str(caught.value) == problem


TAKES_AN_INTEGER: dict[str, Callable[[Folder, Any], object]] = {
    "query_rows": lambda folder, number: by_arrival(folder).query_rows(number),
    "seek_row": lambda folder, number: by_arrival(folder).seek_row(number),
    "seek_fraction, the numerator": lambda folder, number: by_arrival(folder).seek_fraction(number, 3),
    "seek_fraction, the denominator": lambda folder, number: by_arrival(folder).seek_fraction(0, number),
    "sort, categories": lambda folder, number: by_arrival(folder).sort("subject, to", categories=number),
    "sort, expanded": lambda folder, number: by_arrival(folder).sort("subject", categories=1, expanded=number),
    "messages": lambda folder, number: folder.messages(limit=number),
    "hierarchy_table": lambda folder, number: folder.hierarchy_table(depth=number),
}


@pytest.mark.parametrize("call", TAKES_AN_INTEGER.values(), ids=TAKES_AN_INTEGER)
@pytest.mark.parametrize("number", [2.5, 1.0, "1", True])
def test_number_that_is_no_integer_is_refused(
    folder: Folder, call: Callable[[Folder, Any], object], number: object
) -> None:
    with pytest.raises(UsageError, match=f": need an integer, got {type(number).__name__}$"):
        call(folder, number)


def test_a_negative_limit_is_refused(folder: Folder) -> None:
    with pytest.raises(UsageError, match="a limit of -1"):
        folder.messages(limit=-1)


def test_a_limit_of_none_gives_nothing(folder: Folder) -> None:
    assert folder.messages(limit=0) == ()


@pytest.mark.parametrize("received_at", ["2026-01-01", 1.5, date(2026, 1, 1)])
def test_a_time_of_arrival_is_a_datetime(folder: Folder, received_at: Any) -> None:
    with pytest.raises(UsageError, match=f"need a datetime for received_at, got {type(received_at).__name__}"):
        folder.save(Message(subject="x"), received_at=received_at)


# Saving many


def test_messages_and_incoming_ones_are_saved_from_any_iterable(folder: Folder) -> None:
    saved: Any = (Message(subject="d") if number else Incoming(Message(subject="e")) for number in range(2))
    folder.save_all(saved)

    assert sorted(item.subject for item in folder.messages()) == ["a", "a", "b", "b", "c", "d", "e"]


def test_a_bare_message_arrives_as_one_that_is_saved_alone(folder: Folder) -> None:
    read = read_message(b"Date: Thu, 1 Jan 2015 10:00:00 +0000\r\nSubject: old\r\n\r\nx\r\n")
    many: Any = [read]
    folder.save_all(many)

    (item,) = folder.messages('subject = "old"')
    assert item.received_at == datetime(2015, 1, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["x"], "save_all: need a Message or Incoming, got str"),
        ([b"x"], "save_all: need a Message or Incoming, got bytes"),
        (Message(), "save_all: need messages, got Message"),
        (None, "save_all: need messages, got NoneType"),
    ],
)
def test_what_is_no_message_is_not_saved(folder: Folder, given: Any, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        folder.save_all(given)

    assert str(caught.value) == problem


# Iterating


ROWS = MemoryRows(
    lambda: [bag_of([(PidTagInstanceKey, bytes([n])), (PidTagMessageSizeExtended, n)]) for n in range(250)]
)


def blocking_table() -> Table:
    runtime = BlockingRuntime()
    return Table(runtime, inner_table.Table(runtime, ROWS, [PidTagMessageSizeExtended]))


def test_iterating_gives_every_row_once() -> None:
    assert [row[PidTagMessageSizeExtended] for row in blocking_table()] == list(range(250))


def test_the_cursor_moves_with_the_rows_of_an_iteration() -> None:
    table = blocking_table()
    for row in table:
        if row[PidTagMessageSizeExtended] == 6:
            break

    assert table.query_position().row == 7


def test_an_iteration_goes_on_from_where_the_cursor_was_put() -> None:
    table = blocking_table()
    seen: list[int] = []
    for row in table:
        seen.append(row[PidTagMessageSizeExtended])
        if seen == [0, 1]:
            table.seek_row(248)

    assert seen == [0, 1, 248, 249]


def test_an_iteration_in_coroutines_gives_every_row_once() -> None:
    async def main() -> list[int]:
        table = inner_table.Table(AsyncioRuntime(), ROWS, [PidTagMessageSizeExtended])
        return [row[PidTagMessageSizeExtended] async for row in table]

    assert asyncio.run(main()) == list(range(250))


# Other tables


def test_a_table_of_recipients_shows_the_message_as_it_is(desk: Desk) -> None:
    register_ram()
    with desk.open_store("ram://ann") as store:
        stored = store.open_message(store.inbox.save(Message(to="a@b.test")))
        table = stored.recipient_table()
        stored.message.cc = parse_recipients("carol@c.test", RecipientKind.CC)

        assert [row[PidTagEmailAddress] for row in table.query_rows(9)] == ["a@b.test", "carol@c.test"]


def test_a_table_of_attachments_names_what_opens_them(desk: Desk) -> None:
    register_ram()
    with desk.open_store("ram://ann") as store:
        message = Message(attachments=[Attachment(b"1", filename="a.txt"), Attachment(b"22", filename="b.txt")])
        stored = store.open_message(store.inbox.save(message))
        table = stored.attachment_table()
        table.restrict(PidTagAttachLongFilename.equals("b.txt"))
        (row,) = table.query_rows(9)

        assert desk.octets(stored.open_attachment(row[PidTagAttachNumber])) == b"22"


def test_a_hierarchy_shows_each_folder_in_front_of_those_below_it(desk: Desk) -> None:
    register_ram()
    with desk.open_store("ram://ann") as store:
        above = store.inbox.create_folder("b")
        above.create_folder("z")
        above.create_folder("c")
        store.inbox.create_folder("A")
        rows = store.inbox.hierarchy_table(depth=None).query_rows(9)

        assert [(row[PidTagDisplayName], row[PidTagDepth], row[PidTagSubfolders]) for row in rows] == [
            ("A", 1, False),
            ("b", 1, True),
            ("c", 2, False),
            ("z", 2, False),
        ]


def test_a_hierarchy_of_one_level_shows_that_one(desk: Desk) -> None:
    register_ram()
    with desk.open_store("ram://ann") as store:
        store.inbox.create_folder("b").create_folder("c")

        assert [row[PidTagDisplayName] for row in store.inbox.hierarchy_table().query_rows(9)] == ["b"]


def test_a_hierarchy_is_read_again_when_it_is_refreshed(desk: Desk) -> None:
    register_ram()
    with desk.open_store("ram://ann") as store:
        table = store.inbox.hierarchy_table()
        before = table.row_count()
        store.inbox.create_folder("b")
        kept = table.row_count()
        table.refresh()

        assert (before, kept, table.row_count()) == (0, 0, 1)


def test_a_table_of_stores_says_which_is_the_default_one(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, desk.mailbox("old.db")) as session:
        rows = session.stores_table().query_rows(9)

        assert [(row[PidTagProviderDisplay], row[PidTagDefaultStore]) for row in rows] == [
            ("mail.db", True),
            ("old.db", False),
        ]


def test_an_open_table_of_the_queue_shows_what_was_submitted_since(desk: Desk) -> None:
    with desk.log_on() as session:
        table = session.outgoing_queue_table()
        session.submit(Message(to="b@b.test", subject="late"))

        assert [(row[PidTagSubject], row[PidTagStatusString]) for row in table.query_rows(9)] == [("late", "ready")]


# Plans


def test_a_table_in_memory_says_so() -> None:
    plan = blocking_table().explain()

    assert plan.steps == ("every row, in memory",)


def test_a_plan_prints_its_restriction_as_text() -> None:
    table = blocking_table()
    table.restrict("size > 1kb")

    assert "size > 1024\n" in str(table.explain())


def test_read_and_unread_are_counted_in_a_header(folder: Folder) -> None:
    table = grouped(folder)
    table.set_columns([PidTagContentUnreadCount, PidTagMessageFlags])

    assert [row[PidTagContentUnreadCount] for row in table.query_rows(9)] == [1, 2, 1]
