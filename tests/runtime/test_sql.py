"""Reading and writing one SQLite file."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import (
    NotFound,
    OperationCancelled,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    TimedOut,
    UsageError,
)
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Connection, Database, Runtime, Schema
from msgcore.runtime.sql_connection import open_connection
from msgcore.runtime.sql_writer import Writer
from msgcore.testing.modes import Mode, call, gather
from tests.runtime.peers import PATIENCE_SECONDS

Method = Callable[[Runtime, Callable[[Connection], list[str]], Deadline], Coroutine[Any, Any, list[str]]]

NOTES = Schema("notes", ("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT UNIQUE NOT NULL) STRICT;",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest.fixture
def database(path: Path) -> Generator[Database]:
    database = Database.open(path, NOTES, create=True, busy_seconds=0.2)
    yield database
    runtime = BlockingRuntime()
    runtime.run(database.close(runtime))


def add(text: str, connection: Connection) -> int:
    return connection.insert("INSERT INTO note (text) VALUES (?)", [text])


def texts(connection: Connection) -> list[str]:
    return [text for (text,) in connection.rows("SELECT text FROM note ORDER BY id")]


def read_texts(database: Database) -> list[str]:
    runtime = BlockingRuntime()
    return runtime.run(database.read(runtime, texts))


def test_what_was_written_can_be_read(mode: Mode, database: Database) -> None:
    async def main(runtime: Runtime) -> list[str]:
        first = await database.write(runtime, lambda connection: add("a", connection))
        second = await database.write(runtime, lambda connection: add("b", connection))
        assert (first, second) == (1, 2)
        return await database.read(runtime, texts)

    assert mode.run(main) == ["a", "b"]


def test_every_kind_of_call_gives_its_own_result(database: Database) -> None:
    def work(connection: Connection) -> list[object]:
        return [
            connection.run_many("INSERT INTO note (text) VALUES (?)", [("a",), ("b",), ("c",)]),
            connection.run("UPDATE note SET text = text || '!' WHERE id > ?", [1]),
            connection.row("SELECT id, text FROM note WHERE id = 2"),
            connection.row("SELECT 1 WHERE 0"),
            connection.value("SELECT count(*) FROM note"),
            connection.value("SELECT 1 WHERE 0"),
            list(connection.stream("SELECT text FROM note")),
        ]

    runtime = BlockingRuntime()
    found = runtime.run(database.write(runtime, work))
    assert found == [3, 2, (2, "b!"), None, 3, None, [("a",), ("b!",), ("c!",)]]


@pytest.mark.parametrize("how", ["read", "write"])
def test_every_connection_has_the_settings_of_a_durable_database(database: Database, how: str) -> None:
    names = ["journal_mode", "synchronous", "foreign_keys", "page_size", "busy_timeout", "query_only"]

    def settings(connection: Connection) -> list[object]:
        return [connection.value(f"PRAGMA {name}") for name in names]

    runtime = BlockingRuntime()
    found = runtime.run(getattr(database, how)(runtime, settings))
    assert found == ["wal", 2, 1, 16384, 200, int(how == "read")]


def test_a_read_sees_one_moment(database: Database) -> None:
    runtime = BlockingRuntime()

    def work(connection: Connection) -> tuple[list[str], list[str]]:
        before = texts(connection)
        runtime.run(database.write(runtime, lambda connection: add("later", connection)))
        return before, texts(connection)

    assert runtime.run(database.read(runtime, work)) == ([], [])
    assert read_texts(database) == ["later"]


def test_a_read_cannot_write(database: Database) -> None:
    runtime = BlockingRuntime()
    with pytest.raises(StoreError, match=r"notes\.db: attempt to write a readonly database"):
        runtime.run(database.read(runtime, lambda connection: add("a", connection)))
    assert read_texts(database) == []


def test_a_function_that_raises_undoes_its_own_changes_only(database: Database) -> None:
    has_begun, all_are_queued = threading.Event(), threading.Event()

    def holds_up(connection: Connection) -> None:
        has_begun.set()
        all_are_queued.wait(PATIENCE_SECONDS)

    def fails(connection: Connection) -> None:
        add("undone", connection)
        raise KeyError("mine")

    async def main() -> list[object]:
        runtime = AsyncioRuntime()
        first = asyncio.create_task(database.write(runtime, holds_up))
        await runtime.in_thread(has_begun.wait)
        works: list[Callable[[Connection], object]] = [partial(add, "a"), fails, partial(add, "b")]
        tasks = [asyncio.create_task(database.write(runtime, work)) for work in works]
        await asyncio.sleep(0)
        all_are_queued.set()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)

    found = asyncio.run(main())

    assert isinstance(found[1], KeyError)
    assert read_texts(database) == ["a", "b"]


def test_all_that_is_queued_meanwhile_is_one_commit(database: Database) -> None:
    """Functions of one group share a transaction: the last sees what others did, and nobody outside does so yet."""
    has_begun, all_are_queued = threading.Event(), threading.Event()
    seen_from_outside: list[list[str]] = []

    def holds_up(connection: Connection) -> None:
        has_begun.set()
        all_are_queued.wait(PATIENCE_SECONDS)

    def looks(connection: Connection) -> list[str]:
        seen_from_outside.append(read_texts(database))
        return texts(connection)

    async def main() -> list[str]:
        runtime = AsyncioRuntime()
        first = asyncio.create_task(database.write(runtime, holds_up))
        await runtime.in_thread(has_begun.wait)
        tasks = [asyncio.create_task(database.write(runtime, partial(add, str(n)))) for n in range(3)]
        last = asyncio.create_task(database.write(runtime, looks))
        await asyncio.sleep(0)
        all_are_queued.set()
        await asyncio.gather(first, *tasks)
        return await last

    assert asyncio.run(main()) == ["0", "1", "2"]
    assert seen_from_outside == [[]]


def test_many_writers_at_once_all_get_their_own_answers(mode: Mode, database: Database) -> None:
    found: dict[str, int] = {}

    async def main(runtime: Runtime) -> None:
        async def work(text: str) -> None:
            found[text] = await database.write(runtime, partial(add, text))

        await gather(runtime, *(work(str(number)) for number in range(40)))

    mode.run(main)
    runtime = BlockingRuntime()
    rows = runtime.run(database.read(runtime, lambda c: c.rows("SELECT text, id FROM note")))
    assert dict(rows) == found


def test_work_that_has_not_begun_at_the_deadline_never_runs(mode: Mode, database: Database) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def holds_up(connection: Connection) -> None:
        has_begun.set()
        may_end.wait(PATIENCE_SECONDS)

    async def main(runtime: Runtime) -> None:
        async def late() -> None:
            await runtime.in_thread(has_begun.wait)
            try:
                with pytest.raises(TimedOut):
                    await database.write(runtime, lambda connection: add("late", connection), runtime.deadline(0.05))
            finally:
                may_end.set()

        await gather(runtime, database.write(runtime, holds_up), late())

    mode.run(main)
    assert read_texts(database) == []


def test_work_that_has_begun_at_the_deadline_is_waited_for_and_told(mode: Mode, database: Database) -> None:
    def slow(connection: Connection) -> int:
        threading.Event().wait(0.1)
        return add("slow", connection)

    async def main(runtime: Runtime) -> int:
        return await database.write(runtime, slow, runtime.deadline(0.03))

    assert mode.run(main) == 1
    assert read_texts(database) == ["slow"]


def test_a_cancelled_write_that_has_begun_is_waited_for(mode: Mode, database: Database) -> None:
    runtime = mode.runtime()

    def cancels(connection: Connection) -> int:
        runtime.cancel()
        threading.Event().wait(0.05)
        return add("done", connection)

    with pytest.raises(OperationCancelled):
        call(runtime, lambda runtime: database.write(runtime, cancels))
    assert read_texts(database) == ["done"]


async def _with_past_deadline(method: Method, runtime: Runtime) -> list[str]:
    return await method(runtime, texts, Deadline(0.0))


def test_a_deadline_that_has_passed_starts_nothing(mode: Mode, database: Database) -> None:
    for method in (database.read, database.write):
        with pytest.raises(TimedOut):
            mode.run(partial(_with_past_deadline, method))


def test_a_writer_thread_ends_when_idle_and_starts_again(path: Path, database: Database) -> None:
    writer = Writer(
        lambda open_one: open_one or open_connection(path, create=False, busy_seconds=1.0),
        lambda _notes: None,
        idle_seconds=0.0,
    )

    def write(text: str) -> threading.Thread:
        def work(connection: Connection) -> threading.Thread:
            add(text, connection)
            return threading.current_thread()

        return writer.submit(work).result(PATIENCE_SECONDS)

    first = write("a")
    first.join(PATIENCE_SECONDS)
    assert not first.is_alive()
    assert write("b") is not first
    writer.close()
    assert read_texts(database) == ["a", "b"]


# Sharing and closing


def test_databases_of_one_file_share_one_writer_thread(path: Path, database: Database) -> None:
    runtime = BlockingRuntime()
    other = Database.open(path, Schema("tags", ("CREATE TABLE tag (name TEXT)",)), create=False)

    def thread(connection: Connection) -> threading.Thread:
        return threading.current_thread()

    first = runtime.run(database.write(runtime, thread))
    assert runtime.run(other.write(runtime, thread)) is first

    runtime.run(other.close(runtime))
    runtime.run(other.close(runtime))
    assert runtime.run(database.write(runtime, thread)) is first


def test_closing_runs_what_is_queued_and_ends_the_thread(path: Path) -> None:
    async def main() -> threading.Thread:
        runtime = AsyncioRuntime()
        database = Database.open(path, NOTES, create=True)
        tasks = [asyncio.create_task(database.write(runtime, partial(add, str(n)))) for n in range(20)]
        thread = await database.write(runtime, lambda _: threading.current_thread())
        await database.close(runtime)
        await asyncio.gather(*tasks)
        return thread

    assert not asyncio.run(main()).is_alive()


def test_a_database_closes_in_a_cancelled_call(mode: Mode, path: Path) -> None:
    async def main(runtime: Runtime) -> None:
        database = Database.open(path, NOTES, create=True)
        await database.write(runtime, lambda connection: add("a", connection))
        runtime.cancel()
        await database.close(runtime)

    mode.run(main)
    assert sorted(file.name for file in path.parent.iterdir()) == ["notes.db"]  # the last to close tidies the WAL up


def test_a_closed_database_says_so(path: Path) -> None:
    runtime = BlockingRuntime()
    database = Database.open(path, NOTES, create=True)
    runtime.run(database.close(runtime))
    for method in (database.read, database.write):
        with pytest.raises(StoreError, match=r"notes\.db: the database is closed"):
            runtime.run(method(runtime, texts))


# Errors


def test_a_lock_that_is_held_for_too_long_is_busy(path: Path, database: Database) -> None:
    runtime = BlockingRuntime()
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match=r"notes\.db: database is locked"):
            runtime.run(database.write(runtime, lambda connection: add("a", connection)))
        other.execute("ROLLBACK")
    finally:
        other.close()
    runtime.run(database.write(runtime, lambda connection: add("b", connection)))
    assert read_texts(database) == ["b"]


def test_a_full_disk_undoes_the_group_and_tells_all_of_it(database: Database) -> None:
    """``max_page_count`` makes SQLite find the disk full, on which it rolls the whole transaction back."""
    has_begun, all_are_queued = threading.Event(), threading.Event()

    def holds_up(connection: Connection) -> None:
        has_begun.set()
        all_are_queued.wait(PATIENCE_SECONDS)

    def fills(connection: Connection) -> None:
        pages = connection.value("PRAGMA page_count")
        connection.rows(f"PRAGMA max_page_count = {pages}")
        connection.run("INSERT INTO note (text) VALUES (hex(zeroblob(1000000)))")

    async def main() -> list[object]:
        runtime = AsyncioRuntime()
        first = asyncio.create_task(database.write(runtime, holds_up))
        await runtime.in_thread(has_begun.wait)
        works: list[Callable[[Connection], object]] = [partial(add, "before"), fills, partial(add, "after")]
        tasks = [asyncio.create_task(database.write(runtime, work)) for work in works]
        await asyncio.sleep(0)
        all_are_queued.set()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)

    before, full, after = asyncio.run(main())

    assert isinstance(before, StoreFull)
    assert isinstance(full, StoreFull)
    assert "notes.db" in str(before)
    assert after == 1
    assert read_texts(database) == ["after"]


def test_a_broken_constraint_is_a_store_error_and_the_database_goes_on(database: Database) -> None:
    runtime = BlockingRuntime()
    runtime.run(database.write(runtime, lambda connection: add("a", connection)))
    with pytest.raises(StoreError, match=r"UNIQUE constraint failed: note\.text"):
        runtime.run(database.write(runtime, lambda connection: add("a", connection)))
    runtime.run(database.write(runtime, lambda connection: add("b", connection)))
    assert read_texts(database) == ["a", "b"]


def test_a_function_that_ends_the_transaction_is_told_so(database: Database) -> None:
    runtime = BlockingRuntime()
    with pytest.raises(StoreError, match="ended the transaction"):
        runtime.run(database.write(runtime, lambda connection: connection.run("ROLLBACK")))
    runtime.run(database.write(runtime, lambda connection: add("b", connection)))
    assert read_texts(database) == ["b"]


def test_a_function_that_waits_for_another_write_is_refused(database: Database) -> None:
    runtime = BlockingRuntime()

    def nested(connection: Connection) -> int:
        return runtime.run(database.write(runtime, partial(add, "inner")))

    with pytest.raises(UsageError, match="behind itself"):
        runtime.run(database.write(runtime, nested))


def test_a_commit_that_fails_is_told_and_the_connection_replaced(path: Path) -> None:
    runtime = BlockingRuntime()
    schema = Schema(
        "tree",
        (
            "CREATE TABLE node (id INTEGER PRIMARY KEY,"
            " parent INTEGER REFERENCES node (id) DEFERRABLE INITIALLY DEFERRED)",
        ),
    )
    database = Database.open(path, schema, create=True)
    with pytest.raises(StoreError, match="FOREIGN KEY constraint failed"):
        runtime.run(database.write(runtime, lambda c: c.run("INSERT INTO node VALUES (2, 1)")))
    runtime.run(database.write(runtime, lambda c: c.run("INSERT INTO node VALUES (1, NULL)")))
    assert runtime.run(database.read(runtime, lambda c: c.rows("SELECT id FROM node"))) == [(1,)]
    runtime.run(database.close(runtime))


@pytest.mark.parametrize("value", ["\udc80", 2**63, object()])
def test_a_value_that_sql_does_not_know_is_the_callers_mistake(database: Database, value: object) -> None:
    runtime = BlockingRuntime()
    with pytest.raises(UsageError, match=r"notes\.db"):
        runtime.run(database.write(runtime, lambda c: c.run("INSERT INTO note (text) VALUES (?)", [value])))  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def test_a_missing_file_is_not_found(path: Path) -> None:
    with pytest.raises(NotFound, match=r"notes\.db"):
        Database.open(path, NOTES, create=False)
    assert not path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no-such-folder does not exist"):
        Database.open(tmp_path / "no-such-folder" / "notes.db", NOTES, create=True)


def test_an_empty_file_is_corrupt_unless_it_may_be_made(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreCorrupt, match=r"notes\.db: is empty"):
        Database.open(path, NOTES, create=False)
    database = Database.open(path, NOTES, create=True)
    assert read_texts(database) == []
    runtime = BlockingRuntime()
    runtime.run(database.close(runtime))


def test_a_file_that_is_no_database_is_corrupt(path: Path) -> None:
    path.write_bytes(b"From ann@a.test Mon Jan  1 00:00:00 2024\n" * 100)
    with pytest.raises(StoreCorrupt, match=r"notes\.db: file is not a database"):
        Database.open(path, NOTES, create=True)


def test_a_damaged_page_is_corrupt(path: Path) -> None:
    runtime = BlockingRuntime()
    database = Database.open(path, NOTES, create=True)

    def fill(connection: Connection) -> int:
        return connection.run_many("INSERT INTO note (text) VALUES (?)", [(f"{n:05}" * 50,) for n in range(1_000)])

    runtime.run(database.write(runtime, fill))
    runtime.run(database.close(runtime))
    octets = bytearray(path.read_bytes())
    octets[16384 * 2 :] = b"\xff" * (len(octets) - 16384 * 2)
    path.write_bytes(octets)

    damaged = Database.open(path, NOTES, create=False)
    with pytest.raises(StoreCorrupt, match=r"notes\.db: .*malformed"):
        runtime.run(damaged.read(runtime, texts))
    runtime.run(damaged.close(runtime))


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Database.open(tmp_path, NOTES, create=True)
