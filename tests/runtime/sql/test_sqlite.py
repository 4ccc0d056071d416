"""What is SQLite's own: one writer thread a file, group commits, and files of every kind."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import NotFound, StoreBusy, StoreCorrupt, StoreError, StoreFull, TimedOut, UsageError
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Connection, Database, Runtime, Schema
from msgcore.runtime.sql.sqlite_connection import open_connection
from msgcore.runtime.sql.sqlite_writer import Writer
from msgcore.testing.modes import Mode, gather
from tests.runtime.peers import PATIENCE_SECONDS
from tests.runtime.sql.places import NOTES, add, texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest.fixture
def database(path: Path) -> Generator[Database]:
    database = Database.open(path, NOTES, create=True, busy_seconds=0.2)
    yield database
    runtime = BlockingRuntime()
    runtime.run(database.close(runtime))


def read_texts(database: Database) -> list[str]:
    runtime = BlockingRuntime()
    return runtime.run(database.read(runtime, texts))


@pytest.mark.parametrize("how", ["read", "write"])
def test_every_connection_has_the_settings_of_a_durable_database(database: Database, how: str) -> None:
    names = ["journal_mode", "synchronous", "foreign_keys", "page_size", "busy_timeout", "query_only"]

    def settings(connection: Connection) -> list[object]:
        return [connection.value(f"PRAGMA {name}") for name in names]

    runtime = BlockingRuntime()
    found = runtime.run(getattr(database, how)(runtime, settings))
    # Who writes waits for his turn, and then for nobody.
    assert found == ["wal", 2, 1, 4096, 200 if how == "read" else 0, int(how == "read")]


def test_none_and_octets_are_bound_as_they_are(database: Database) -> None:
    runtime, given = BlockingRuntime(), (None, b"\0one", b"", 1, 1.5, "two")
    rows = runtime.run(database.read(runtime, lambda c: c.rows("select ?, ?, ?, ?, ?, ?", given)))
    assert rows == [given]


def test_what_the_program_has_octets_made_into_stays() -> None:
    code = (
        "import sqlite3; sqlite3.register_adapter(bytes, bytes.hex); import msgcore.runtime.sql.sqlite_connection;"
        "print(*sqlite3.connect(':memory:').execute('select ?, ?', (b'A', None)).fetchone())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["41", "None"]


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


def test_work_that_has_begun_at_the_deadline_changes_nothing(mode: Mode, database: Database) -> None:
    async def main(runtime: Runtime) -> None:
        deadline = runtime.deadline(0.2)

        def slow(connection: Connection) -> int:
            add("early", connection)
            while not deadline.is_past:
                threading.Event().wait(0.05)
            return add("late", connection)

        with pytest.raises(TimedOut, match=r"notes\.db: the deadline has passed"):
            await database.write(runtime, slow, deadline)
        await database.write(runtime, partial(add, "next"))

    mode.run(main)
    assert read_texts(database) == ["next"]


def test_a_statement_that_writes_without_end_is_ended_at_the_deadline(mode: Mode, database: Database) -> None:
    async def main(runtime: Runtime) -> None:
        with pytest.raises(TimedOut, match=r"notes\.db: the deadline has passed"):
            await database.write(runtime, writes_without_end, runtime.deadline(0.05))
        await database.write(runtime, partial(add, "next"), runtime.deadline(60))

    mode.run(main)
    assert read_texts(database) == ["next"]


def writes_without_end(connection: Connection) -> int:
    add("early", connection)
    return connection.run(f"insert into note (text) {ENDLESS}")


def test_what_is_ended_at_its_deadline_takes_nobody_else_with_it(path: Path, database: Database) -> None:
    writer = Writer(lambda: open_connection(path, create=False, busy_seconds=1.0), lambda: None)
    begun, all_are_queued = threading.Event(), threading.Event()

    def holds_up(connection: Connection) -> None:
        begun.set()
        all_are_queued.wait(PATIENCE_SECONDS)

    first = writer.submit(holds_up)
    begun.wait(PATIENCE_SECONDS)
    ended = writer.submit(writes_without_end, Deadline.after(0.05))
    other = writer.submit(partial(add, "other"))
    all_are_queued.set()

    first.result(PATIENCE_SECONDS)
    assert isinstance(ended.exception(PATIENCE_SECONDS), TimedOut)
    other.result(PATIENCE_SECONDS)
    writer.close()
    assert read_texts(database) == ["other"]


def test_a_writer_thread_ends_when_idle_and_starts_again(path: Path, database: Database) -> None:
    writer = Writer(
        lambda: open_connection(path, create=False, busy_seconds=1.0),
        lambda: None,
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


def test_databases_of_one_file_share_one_connection_to_write(path: Path, database: Database) -> None:
    runtime = BlockingRuntime()
    other = Database.open(path, Schema("tags", ("CREATE TABLE tag (name TEXT)",)), create=False)

    def itself(connection: Connection) -> Connection:
        return connection

    first = runtime.run(database.write(runtime, itself))
    assert runtime.run(other.write(runtime, itself)) is first

    runtime.run(other.close(runtime))
    runtime.run(other.close(runtime))
    assert runtime.run(database.write(runtime, itself)) is first


def test_a_caller_writes_in_his_own_thread_when_nobody_else_does(database: Database) -> None:
    runtime = BlockingRuntime()
    thread = runtime.run(database.write(runtime, lambda _: threading.current_thread()))
    assert thread is threading.current_thread()


@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_quick_runs_on_the_loop_once_the_file_is_open(database: Database, is_first: bool) -> None:
    async def main() -> threading.Thread:
        runtime = AsyncioRuntime()
        if not is_first:
            await database.write(runtime, partial(add, "before"))
        return await database.write(runtime, lambda _: threading.current_thread(), is_quick=True)

    assert (asyncio.run(main()) is threading.current_thread()) is not is_first


def test_who_comes_while_what_was_quick_is_committed_is_served_after_it(database: Database) -> None:
    async def main() -> list[int]:
        runtime = AsyncioRuntime()
        await database.write(runtime, partial(add, "first"))
        works = [("quick", True), ("usual", False), ("quick, too", True)]
        return await asyncio.gather(
            *(database.write(runtime, partial(add, text), is_quick=is_quick) for text, is_quick in works)
        )

    assert sorted(asyncio.run(main())) == [2, 3, 4]
    assert sorted(read_texts(database)) == ["first", "quick", "quick, too", "usual"]


def test_many_that_are_quick_share_commits_and_none_is_overtaken_for_long(database: Database) -> None:
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1

    async def main() -> list[str]:
        runtime, ended = AsyncioRuntime(), list[str]()

        async def write(text: str) -> None:
            await database.write(runtime, partial(add, text), is_quick=True)
            ended.append(text)

        async def write_again_and_again() -> None:
            for number in range(20):
                await write(f"again {number}")

        await database.write(runtime, lambda _: None)
        stop = await database.listen(runtime, count)
        await asyncio.gather(write_again_and_again(), *(write(str(number)) for number in range(20)))
        stop()
        return ended

    ended = asyncio.run(main())
    assert ended.index("19") < ended.index("again 5")
    assert commits < 30


@pytest.fixture
def writer(path: Path, database: Database) -> Generator[Writer]:
    """A writer that has its connection, and that ends its thread soon."""
    writer = Writer(lambda: open_connection(path, create=False, busy_seconds=1.0), lambda: None, idle_seconds=0.05)
    assert writer.run_here(partial(add, "first")) is not None
    yield writer
    writer.close()


def test_without_a_thread_to_commit_it_nothing_is_begun_and_nothing_queued(
    writer: Writer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        assert writer.begin_here(partial(add, "begun")) is None
        with pytest.raises(RuntimeError):
            writer.submit(partial(add, "queued"))
    writer.submit(partial(add, "second")).result(PATIENCE_SECONDS)
    assert read_texts(database) == ["first", "second"]


def test_what_an_interrupted_caller_began_holds_up_no_other_process(
    writer: Writer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: Writer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Writer, "_wake", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writer.begin_here(partial(add, "begun"))
    other = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE_SECONDS)
    other.execute("begin immediate")
    assert other.execute("select text from note").fetchall() == [("first",), ("begun",)]
    other.close()


def test_what_was_begun_is_lost_with_the_transaction_that_another_fills_the_disk_in(
    writer: Writer, database: Database
) -> None:
    others = list[Future[None]]()

    def fills(connection: Connection) -> None:
        connection.rows(f"PRAGMA max_page_count = {connection.value('PRAGMA page_count')}")
        connection.run("INSERT INTO note (text) VALUES (hex(zeroblob(1000000)))")

    def begins(connection: Connection) -> int:
        other = threading.Thread(target=lambda: others.append(writer.submit(fills)))
        other.start()
        other.join(PATIENCE_SECONDS)
        return add("begun", connection)

    future = writer.begin_here(begins)
    assert future is not None
    outcomes: list[Future[Any]] = [future, *others]
    for one in outcomes:
        with pytest.raises(StoreFull):
            one.result(PATIENCE_SECONDS)
    writer.submit(partial(add, "second")).result(PATIENCE_SECONDS)
    assert read_texts(database) == ["first", "second"]


def test_closing_waits_for_what_is_just_being_begun(writer: Writer, path: Path, database: Database) -> None:
    closing = threading.Thread(target=writer.close)

    def work(connection: Connection) -> int:
        closing.start()
        closing.join(0.02)  # it would not be awaited if it ended
        return add("second", connection)

    future = writer.begin_here(work)
    closing.join(PATIENCE_SECONDS)
    assert future is not None
    assert future.done()
    BlockingRuntime().run(database.close(BlockingRuntime()))
    assert [file.name for file in path.parent.iterdir()] == ["notes.db"]  # nobody has it open any more


def test_who_comes_while_another_writes_is_served_after_him(database: Database) -> None:
    runtime, has_begun, may_end = BlockingRuntime(), threading.Event(), threading.Event()

    def first(connection: Connection) -> int:
        has_begun.set()
        assert may_end.wait(PATIENCE_SECONDS)
        return add("first", connection)

    def second() -> None:
        assert has_begun.wait(PATIENCE_SECONDS)
        threading.Timer(0.05, may_end.set).start()
        runtime.run(database.write(runtime, partial(add, "second")))

    thread = threading.Thread(target=second)
    thread.start()
    runtime.run(database.write(runtime, first))
    thread.join(PATIENCE_SECONDS)
    assert read_texts(database) == ["first", "second"]


def test_a_function_that_writes_by_itself_is_refused(mode: Mode, database: Database) -> None:
    async def main(runtime: Runtime) -> None:
        def writes(connection: Connection) -> None:
            add("outer", connection)
            BlockingRuntime().run(database.write(BlockingRuntime(), partial(add, "inner")))

        with pytest.raises(UsageError, match="behind itself"):
            await database.write(runtime, writes)

    mode.run(main)
    assert read_texts(database) == []


@pytest.mark.parametrize("is_quick", [False, True])
def test_a_caller_whose_function_raises_leaves_no_transaction_behind(database: Database, is_quick: bool) -> None:
    runtime = BlockingRuntime()
    runtime.run(database.write(runtime, lambda _: None))

    def raises(connection: Connection) -> None:
        add("lost", connection)
        raise LookupError("its own affair")

    with pytest.raises(LookupError):
        runtime.run(database.write(runtime, raises, is_quick=is_quick))
    runtime.run(database.write(runtime, partial(add, "kept"), is_quick=is_quick))
    assert read_texts(database) == ["kept"]


def test_closing_runs_what_is_queued_and_ends_the_thread(path: Path) -> None:
    async def main() -> None:
        runtime = AsyncioRuntime()
        database = Database.open(path, NOTES, create=True)
        tasks = [asyncio.create_task(database.write(runtime, partial(add, str(n)))) for n in range(20)]
        await asyncio.sleep(0)  # the last may be written without a wait, and those would come behind the end
        await database.write(runtime, partial(add, "last"))
        await database.close(runtime)
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert "msgcore writer" not in {thread.name for thread in threading.enumerate()}


def test_a_database_closes_in_a_cancelled_call(mode: Mode, path: Path) -> None:
    async def main(runtime: Runtime) -> None:
        database = Database.open(path, NOTES, create=True)
        await database.write(runtime, lambda connection: add("a", connection))
        runtime.cancel()
        await database.close(runtime)

    mode.run(main)
    assert sorted(file.name for file in path.parent.iterdir()) == ["notes.db"]  # the last to close tidies the WAL up


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


def test_another_process_is_waited_for_until_the_deadline(path: Path, database: Database) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def main() -> None:
        runtime = AsyncioRuntime()
        patient = asyncio.create_task(database.write(runtime, partial(add, "patient"), runtime.deadline(60)))
        for _ in range(2):  # the second begins to wait when the patient one does, or later
            with pytest.raises(StoreBusy):
                await database.write(runtime, partial(add, "impatient"))
        with pytest.raises(TimedOut, match=r"notes\.db: others wrote"):
            await database.write(runtime, partial(add, "in a hurry"), runtime.deadline(0.05))
        assert not patient.done()
        other.execute("ROLLBACK")
        await patient

    try:
        asyncio.run(main())
    finally:
        other.close()
    assert read_texts(database) == ["patient"]


def test_who_has_gone_at_his_deadline_is_not_waited_for_at_close(path: Path) -> None:
    runtime = BlockingRuntime()
    database = Database.open(path, NOTES, create=True, busy_seconds=1_000)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimedOut):
            runtime.run(database.write(runtime, partial(add, "a"), runtime.deadline(0.05)))
        runtime.run(database.close(runtime))


ENDLESS = "with recursive one (n) as (select 1 union all select n + 1 from one) select count(*) from one"


def test_a_statement_that_reads_without_end_is_ended_at_the_deadline(database: Database) -> None:
    runtime = BlockingRuntime()
    with pytest.raises(TimedOut, match=r"notes\.db: the deadline has passed"):
        runtime.run(database.read(runtime, lambda c: c.value(ENDLESS), runtime.deadline(0.05)))
    # The connection is used again, by who has time.
    some = "with recursive one (n) as (select 1 union all select n + 1 from one limit 300000) select count(*) from one"
    for seconds in (None, 60):
        assert runtime.run(database.read(runtime, lambda c: c.value(some), runtime.deadline(seconds))) == 300_000


@pytest.mark.parametrize("is_replaced", [False, True])
def test_nothing_is_written_to_a_file_that_was_removed_or_replaced(
    mode: Mode, path: Path, tmp_path: Path, is_replaced: bool
) -> None:
    """What is acknowledged would be gone with the last connection."""
    copy = tmp_path / "copy.db"

    def take_away() -> None:
        if is_replaced:
            copy.replace(path)
        else:
            path.unlink()

    async def main(runtime: Runtime) -> None:
        database = Database.open(path, NOTES, create=True)
        await database.write(runtime, partial(add, "a"))
        await database.backup(runtime, copy)
        take_away()
        for write in (database.write(runtime, partial(add, "b")), database.compact(runtime)):
            with pytest.raises(StoreError, match=r"notes\.db: .* removed, or another .*open it again"):
                await write
        await database.close(runtime)

    mode.run(main)


def test_a_file_that_has_another_number_and_was_not_open_is_written_to(mode: Mode, path: Path, tmp_path: Path) -> None:
    """Some file systems number the same file anew while nobody has it open: that is no reason to stop."""
    copy = tmp_path / "copy.db"

    def give_another_number() -> None:
        copy.write_bytes(path.read_bytes())
        copy.replace(path)

    async def main(runtime: Runtime) -> None:
        await Database.open(path, NOTES, create=True).close(runtime)
        database = Database.open(path, NOTES, create=False)
        give_another_number()
        await database.write(runtime, partial(add, "a"))
        await database.close(runtime)
        database = Database.open(path, NOTES, create=False)
        assert await database.read(runtime, lambda c: c.value("select count(*) from note")) == 1
        await database.close(runtime)

    mode.run(main)


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


def test_a_function_that_waits_for_another_write_is_refused(database: Database) -> None:
    runtime = BlockingRuntime()

    def nested(connection: Connection) -> int:
        return runtime.run(database.write(runtime, partial(add, "inner")))

    with pytest.raises(UsageError, match="behind itself"):
        runtime.run(database.write(runtime, nested))


@pytest.mark.parametrize("is_quick", [False, True])
def test_a_commit_that_fails_is_told_and_the_connection_replaced(path: Path, is_quick: bool) -> None:
    runtime = BlockingRuntime()
    schema = Schema(
        "tree",
        (
            "CREATE TABLE node (id INTEGER PRIMARY KEY,"
            " parent INTEGER REFERENCES node (id) DEFERRABLE INITIALLY DEFERRED)",
        ),
    )
    database = Database.open(path, schema, create=True)
    runtime.run(database.write(runtime, lambda _: None))
    with pytest.raises(StoreError, match="FOREIGN KEY constraint failed"):
        runtime.run(database.write(runtime, lambda c: c.run("INSERT INTO node VALUES (2, 1)"), is_quick=is_quick))
    runtime.run(database.write(runtime, lambda c: c.run("INSERT INTO node VALUES (1, NULL)")))
    assert runtime.run(database.read(runtime, lambda c: c.rows("SELECT id FROM node"))) == [(1,)]
    runtime.run(database.close(runtime))


def test_a_missing_file_is_not_found(path: Path) -> None:
    with pytest.raises(NotFound, match=r"notes\.db"):
        Database.open(path, NOTES, create=False)
    assert not path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no-such-folder does not exist"):
        Database.open(tmp_path / "no-such-folder" / "notes.db", NOTES, create=True)


@pytest.mark.parametrize("create", [False, True])
def test_an_empty_file_is_corrupt(path: Path, create: bool) -> None:
    path.touch()
    with pytest.raises(StoreCorrupt, match=r"notes\.db: is empty"):
        Database.open(path, NOTES, create=create)


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


def test_another_programs_database_is_left_alone(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"notes\.db: a database of another program \(its tables: bookmarks\)"):
        Database.open(path, NOTES, create=True)
    assert path.read_bytes() == before


def test_only_the_owner_reads_a_new_database(path: Path) -> None:
    database = Database.open(path, NOTES, create=True)
    runtime = BlockingRuntime()
    runtime.run(database.write(runtime, lambda connection: connection.run("delete from note")))
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    runtime.run(database.close(runtime))
    assert modes == {"notes.db": 0o600, "notes.db-wal": 0o600, "notes.db-shm": 0o600}
