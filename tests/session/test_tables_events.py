"""What an open table tells of its rows, while others change them in threads of their own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

import msgcore
from msgcore import Message, aio
from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.blocking.table import Table
from msgcore.errors import Closed
from msgcore.props.restriction import at_most
from msgcore.props.table import PidTagInstanceKey, PidTagSubject
from msgcore.runtime import BlockingRuntime
from msgcore.runtime.abc import NEVER
from msgcore.session.notices.queue import EventQueue
from msgcore.session.table import Table as InnerTable
from msgcore.session.tables.events import RELOAD, ChangeSink, TableEvent, TableEventKind
from msgcore.session.tables.source import MemoryRows, bag_of
from msgcore.spi.store import EventKind, Incoming, SpecialFolder
from msgcore.testing.memory_store import MemoryStore
from tests.session.desk import Desk
from tests.session.ram import memory_of, register_ram

URL = "ram://ann"
RUNTIME = BlockingRuntime()


@attrs.define
class Others:
    """Another program that works on the same store."""

    store: MemoryStore

    @classmethod
    def new(cls) -> Others:
        return cls(MemoryStore(memory_of(URL)))

    def folder(self, role: SpecialFolder = SpecialFolder.INBOX) -> EntryId:
        return self.store.special_folders(NEVER)[role]

    def save(self, *subjects: str, folder: SpecialFolder = SpecialFolder.INBOX) -> list[EntryId]:
        incoming = [Incoming(Message(subject=subject)) for subject in subjects]
        return list(self.store.save(self.folder(folder), incoming, NEVER))

    def rename(self, entry_id: EntryId, subject: str) -> None:
        self.store.save_changes(entry_id, Message(subject=subject), NEVER)

    def delete(self, *entry_ids: EntryId) -> None:
        self.store.delete(entry_ids, NEVER)

    def move(self, entry_id: EntryId, folder: SpecialFolder) -> None:
        self.store.move([entry_id], self.folder(folder), NEVER)


@pytest.fixture
def others() -> Others:
    register_ram()
    return Others.new()


@pytest.fixture
def table(desk: Desk, others: Others) -> Iterator[Table]:
    with desk.open_store(URL) as store:
        yield store.inbox.contents_table([PidTagSubject])


def told(events: tuple[TableEvent, ...]) -> list[tuple[str, bytes, str | None]]:
    return [(one.kind.name, one.instance_key, None if one.row is None else one.row[PidTagSubject]) for one in events]


def test_a_message_that_arrives_is_a_row_added(others: Others, table: Table) -> None:
    table.advise()
    (new,) = others.save("a")

    assert told(table.next_events()) == [("ROW_ADDED", bytes(new), "a")]


def test_a_message_that_changes_is_a_row_modified(others: Others, table: Table) -> None:
    (old,) = others.save("a")
    table.advise()
    others.rename(old, "b")

    assert told(table.next_events()) == [("ROW_MODIFIED", bytes(old), "b")]


def test_a_message_that_goes_is_a_row_deleted(others: Others, table: Table) -> None:
    (old,) = others.save("a")
    table.advise()
    others.delete(old)

    assert told(table.next_events()) == [("ROW_DELETED", bytes(old), None)]


def test_a_message_that_moves_away_is_a_row_deleted(others: Others, table: Table) -> None:
    (old,) = others.save("a")
    table.advise()
    others.move(old, SpecialFolder.DRAFTS)

    assert told(table.next_events()) == [("ROW_DELETED", bytes(old), None)]


def test_a_row_shows_the_columns_in_force(others: Others, table: Table) -> None:
    table.advise()
    table.set_columns([PidTagInstanceKey])
    (new,) = others.save("a")
    (event,) = table.next_events()

    assert event.row is not None
    assert (event.row.columns, event.row[PidTagInstanceKey]) == ((PidTagInstanceKey,), bytes(new))


def test_what_happens_to_one_row_many_times_is_told_once(others: Others, table: Table) -> None:
    table.advise()
    (new,) = others.save("a")
    others.rename(new, "b")
    others.rename(new, "c")

    assert told(table.next_events()) == [("ROW_ADDED", bytes(new), "c")]


def test_what_came_and_went_is_told_as_gone(others: Others, table: Table) -> None:
    """It may have been read in between."""
    table.advise()
    saved = others.save("a")
    assert len(table.query_rows(1)) == 1
    others.delete(*saved)

    events = table.next_events(timeout_seconds=10)
    assert [(event.kind, event.instance_key) for event in events] == [(TableEventKind.ROW_DELETED, bytes(saved[0]))]


def test_what_happens_in_another_folder_is_not_told(others: Others, table: Table) -> None:
    table.advise()
    others.save("a", folder=SpecialFolder.DRAFTS)

    assert table.next_events(timeout_seconds=0.01) == ()


def test_events_wait_until_somebody_asks_in_their_order(others: Others, table: Table) -> None:
    table.advise()
    first, second = others.save("a")[0], others.save("b")[0]

    assert told(table.next_events()) == [("ROW_ADDED", bytes(first), "a"), ("ROW_ADDED", bytes(second), "b")]


# A restricted view

STEPS: list[tuple[str, str, list[tuple[str, str | None]]]] = [
    ("in", "in too", [("ROW_MODIFIED", "in too")]),
    ("in", "out", [("ROW_DELETED", None)]),
    ("out", "in", [("ROW_ADDED", "in")]),
    ("out", "still out", []),
]


@pytest.mark.parametrize(("before", "after", "expected"), STEPS, ids=[f"{one[0]} to {one[1]}" for one in STEPS])
def test_a_restricted_table_tells_of_rows_in_view_only(
    others: Others, table: Table, before: str, after: str, expected: list[tuple[str, str | None]]
) -> None:
    table.restrict(PidTagSubject.starts_with("in"))
    (old,) = others.save(before)
    table.advise()
    others.rename(old, after)

    events = table.next_events(timeout_seconds=None if expected else 0.01)
    assert [(kind, subject) for kind, _, subject in told(events)] == expected


def test_a_row_that_was_never_in_view_is_not_told_as_deleted(others: Others, table: Table) -> None:
    table.restrict(PidTagSubject.starts_with("in"))
    (old,) = others.save("out")
    table.advise()
    others.delete(old)

    assert table.next_events(timeout_seconds=0.01) == ()


def test_a_message_that_comes_without_ever_being_in_view_is_not_told(others: Others, table: Table) -> None:
    table.restrict(PidTagSubject.starts_with("in"))
    table.advise()
    others.save("out")

    assert table.next_events(timeout_seconds=0.01) == ()


READERS: list[Callable[[Table], object]] = [
    lambda table: table.query_rows(1),
    lambda table: table.find_row(PidTagSubject.exists()),
]


@pytest.mark.parametrize("read", READERS, ids=["a page", "found"])
@pytest.mark.parametrize("first", ["in", "out"])
def test_a_row_that_was_read_before_it_left_the_view_is_told_as_gone(
    others: Others, table: Table, first: str, read: Callable[[Table], object]
) -> None:
    table.restrict(PidTagSubject.starts_with("in"))
    (saved,) = others.save("out") if first == "out" else (None,)
    table.advise()
    if saved is None:
        (saved,) = others.save("in")
    else:
        others.rename(saved, "in")
    assert read(table)
    others.rename(saved, "out")

    assert told(table.next_events(timeout_seconds=10)) == [("ROW_DELETED", bytes(saved), None)]


def test_a_row_that_an_iteration_gave_is_told_as_gone_when_it_leaves_the_view() -> None:
    register_ram()
    others = Others.new()
    with msgcore.open_store(URL) as store, store.inbox.contents_table([PidTagSubject], 'subject = "in"') as table:
        table.advise()
        (saved,) = others.save("in")
        assert next(iter(table))[PidTagSubject] == "in"
        others.rename(saved, "out")

        assert told(table.next_events(timeout_seconds=10)) == [("ROW_DELETED", bytes(saved), None)]


def test_a_row_that_came_with_too_many_others_is_told_as_gone_later(others: Others, table: Table) -> None:
    table.restrict(PidTagSubject.starts_with("in"))
    table.advise()
    saved = others.save(*["in"] * 1_001)
    assert table.next_events() == (RELOAD,)
    others.rename(saved[0], "out")

    assert told(table.next_events(timeout_seconds=10)) == [("ROW_DELETED", bytes(saved[0]), None)]


def test_a_row_that_was_in_view_before_its_coming_was_noted_is_told_as_gone() -> None:
    """The store tells of it late: it had come already when the table found out which rows are in view."""

    class Source(MemoryRows):
        sink: ChangeSink

        async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
            self.sink = sink
            return lambda: None

    subjects = {b"1": "in"}
    source = Source(lambda: [bag_of([(PidTagInstanceKey, key), (PidTagSubject, one)]) for key, one in subjects.items()])
    table = InnerTable(RUNTIME, source, [PidTagSubject])
    table.restrict(PidTagSubject.starts_with("in"))
    RUNTIME.run(table.advise())
    assert len(RUNTIME.run(table.query_rows(1))) == 1
    subjects[b"1"] = "out"
    source.sink([(b"1", EventKind.CREATED), (b"1", EventKind.MODIFIED)])

    assert told(RUNTIME.run(table.next_events(timeout_seconds=10))) == [("ROW_DELETED", b"1", None)]


def test_a_view_that_was_changed_since_is_read_again(others: Others, table: Table) -> None:
    table.advise()
    table.restrict(PidTagSubject.starts_with("in"))
    others.save("in")

    assert table.next_events() == (RELOAD,)


# What is told as a whole


def test_more_events_than_are_kept_are_told_as_one_reload(others: Others, table: Table) -> None:
    table.advise()
    others.save(*["a"] * 1_001)

    assert table.next_events() == (RELOAD,)


def test_as_many_events_as_are_kept_are_told_one_by_one(others: Others, table: Table) -> None:
    table.advise()
    others.save(*["a"] * 1_000)

    assert {event.kind for event in table.next_events()} == {TableEventKind.ROW_ADDED}


def test_a_table_with_categories_is_read_again(others: Others, table: Table) -> None:
    table.sort("subject", categories=1)
    table.advise()
    others.save("a")

    assert table.next_events() == (RELOAD,)


def test_an_event_makes_a_table_read_its_headers_anew(others: Others, table: Table) -> None:
    table.sort("subject", categories=1)
    table.row_count()
    table.advise()
    others.save("a")
    table.next_events()

    assert table.row_count() == 1


def test_a_table_of_the_first_rows_is_read_again(others: Others, table: Table) -> None:
    table.restrict(at_most(1, PidTagSubject.exists()))
    table.advise()
    others.save("a")

    assert table.next_events() == (RELOAD,)


# Threads


def test_who_waits_is_woken_by_an_event_of_another_thread(others: Others, table: Table) -> None:
    table.advise()
    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(others.save, "a")

        assert [event.kind for event in table.next_events()] == [TableEventKind.ROW_ADDED]
        saving.result()


def test_nothing_is_lost_of_what_many_threads_do(others: Others, table: Table) -> None:
    table.advise()
    with ThreadPoolExecutor(4) as pool:
        savings = [pool.submit(others.save, str(number)) for number in range(40)]
        found: set[bytes] = set()
        while len(found) < 40:
            found |= {event.instance_key for event in table.next_events()}

    assert found == {bytes(one) for saving in savings for one in saving.result()}


def test_closing_a_table_wakes_the_thread_that_waits() -> None:
    register_ram()
    with msgcore.open_store(URL) as store, ThreadPoolExecutor(1) as pool:
        table = store.inbox.contents_table([PidTagSubject])
        table.advise()
        waiting = pool.submit(table.next_events)
        table.close()

        with pytest.raises(Closed):
            waiting.result()


@pytest.mark.parametrize("url", [URL, "sqlite:///{folder}/mail.db"], ids=["memory", "sqlite"])
def test_closing_the_store_wakes_the_thread_that_waits(url: str, tmp_path: Path) -> None:
    register_ram()
    with ThreadPoolExecutor(1) as pool:
        with msgcore.open_store(url.format(folder=tmp_path)) as store:
            table = store.inbox.contents_table([PidTagSubject])
            table.advise()
            waiting = pool.submit(table.next_events)

        with pytest.raises(Closed, match="the table, its store or the session has been closed"):
            waiting.result()


def test_closing_the_store_ends_a_task_that_iterates(tmp_path: Path) -> None:
    async def main() -> list[TableEvent]:
        async with aio.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
            table = store.inbox.contents_table([PidTagSubject])
            await table.advise()

            async def read() -> list[TableEvent]:
                return [event async for event in table.notifications()]

            reading = asyncio.create_task(read())
            await asyncio.sleep(0)
        return await reading

    assert asyncio.run(main()) == []


def test_a_table_of_a_closed_store_waits_for_nothing(tmp_path: Path) -> None:
    with msgcore.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
        table = store.inbox.contents_table([PidTagSubject])
        table.advise()

    with pytest.raises(Closed):
        table.next_events(timeout_seconds=60)


def test_closing_a_table_ends_an_iteration_over_its_notifications() -> None:
    register_ram()
    with msgcore.open_store(URL) as store:
        table = store.inbox.contents_table([PidTagSubject])
        table.advise()
        Others.new().save("a", "b")
        seen: list[TableEventKind] = []
        for event in table.notifications():
            seen.append(event.kind)
            table.close()

        assert seen == [TableEventKind.ROW_ADDED, TableEventKind.ROW_ADDED]


def test_a_task_iterates_until_another_closes_the_table() -> None:
    register_ram()

    async def main() -> list[str]:
        async with aio.open_store(URL) as store, store.inbox.contents_table([PidTagSubject]) as table:
            await table.advise()
            seen: list[str] = []

            async def read() -> None:
                async for event in table.notifications():
                    assert event.row is not None
                    seen.append(event.row[PidTagSubject])
                    if len(seen) == 2:
                        both.set()

            both = asyncio.Event()
            reading = asyncio.create_task(read())
            for subject in ("a", "b"):
                await asyncio.to_thread(Others.new().save, subject)
            await both.wait()
            await table.close()
            await reading
            return seen

    assert asyncio.run(main()) == ["a", "b"]


def test_a_table_that_was_closed_waits_for_nothing(others: Others, table: Table) -> None:
    table.advise()
    table.close()
    others.save("a")

    with pytest.raises(Closed):
        table.next_events()


# Tables that nobody closes


@pytest.mark.parametrize("url", [URL, "sqlite:///{folder}/mail.db"], ids=["memory", "sqlite"])
def test_a_table_that_was_dropped_leaves_no_queue_behind(url: str, tmp_path: Path) -> None:
    register_ram()
    before = queues()
    with msgcore.open_store(url.format(folder=tmp_path)) as store:
        for _ in range(5):
            store.inbox.contents_table([PidTagSubject]).advise()

        assert queues() <= before


def queues() -> int:
    gc.collect()
    return sum(isinstance(one, EventQueue) for one in gc.get_objects())


def test_the_next_change_forgets_tables_that_were_dropped() -> None:
    ends: list[str] = []

    class Source(MemoryRows):
        sink: ChangeSink

        async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
            self.sink = sink
            return lambda: ends.append("forgotten")

    source = Source(list)
    RUNTIME.run(InnerTable(RUNTIME, source, [PidTagSubject]).advise())
    gc.collect()
    source.sink(())

    assert ends == ["forgotten"]
