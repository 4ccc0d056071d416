"""Backups of a file in use, compacting it, looking for damage, and opening what is damaged."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import sqlite3
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import attrs
import pytest

from msgcore.base.times import Deadline, SystemClock
from msgcore.errors import NotFound, StoreBusy, StoreCorrupt, StoreError, TimedOut
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Connection, Database, Schema
from msgcore.runtime.sql.sqlite_connection import PAGE_OCTETS, give_name
from tests.runtime.sql.places import NOTES, Place, add, texts


@pytest.fixture
def place(tmp_path: Path) -> Generator[Place]:
    place = Place(tmp_path / "notes.db")
    yield place
    place.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


def fill(connection: Connection, count: int = 1_000) -> int:
    return connection.run_many("insert into note (text) values (?)", [(f"{n:05}" * 50,) for n in range(count)])


def write_much(connection: Connection) -> int:
    """Write 10 MB."""
    return connection.run("insert into note (text) values (hex(randomblob(5000000)))")


def write_pair(number: int, connection: Connection) -> None:
    add(f"left {number}", connection)
    add(f"right {number}", connection)


def back_up(place: Place, database: Database, path: Path, deadline: Deadline = NEVER) -> None:
    place.runtime.run(database.backup(place.runtime, path, deadline=deadline))


def test_a_backup_holds_all_that_was_written(place: Place, tmp_path: Path) -> None:
    database = place.open()
    place.write(database, fill)
    back_up(place, database, tmp_path / "copy.db")
    copy = Place(tmp_path / "copy.db")
    assert copy.read(copy.open(create=False), texts) == place.read(database, texts)
    copy.close()


def test_a_backup_is_of_one_moment_while_others_write(place: Place, tmp_path: Path) -> None:
    """Each transaction writes a pair; a backup that holds one of a pair would not be of one moment."""
    database = place.open()
    place.write(database, fill)
    is_over = threading.Event()

    def write_pairs() -> int:
        number = 0
        while not is_over.is_set():
            number += 1
            place.write(database, partial(write_pair, number))
        return number

    async def main() -> int:
        runtime = AsyncioRuntime()
        writing = asyncio.create_task(runtime.in_thread(write_pairs))
        for number in range(5):
            await database.backup(runtime, tmp_path / f"copy{number}.db")
        is_over.set()
        return await writing

    assert asyncio.run(main()) > 0
    for number in range(5):
        copy = Place(tmp_path / f"copy{number}.db")
        found = copy.read(copy.open(create=False), texts)[1_000:]
        copy.close()
        assert [text.split()[1] for text in found[::2]] == [text.split()[1] for text in found[1::2]]


def test_a_backup_never_replaces_a_file(place: Place, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"mine")
    with pytest.raises(StoreError, match=r"copy\.db: is there already"):
        back_up(place, place.open(), tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"mine"


class Ticking(SystemClock):
    """A clock that goes on by a second whenever somebody looks."""

    def __init__(self) -> None:
        self._looks = itertools.count(1.0)

    def monotonic(self) -> float:
        return next(self._looks)


def test_a_backup_that_the_deadline_ends_leaves_nothing(place: Place, tmp_path: Path) -> None:
    database = place.open()
    place.write(database, fill)
    (tmp_path / "copies").mkdir()
    with pytest.raises(TimedOut, match=r"copy\.db: backup"):
        back_up(place, database, tmp_path / "copies" / "copy.db", Deadline(3.0, Ticking()))
    assert list((tmp_path / "copies").iterdir()) == []


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand on a file system without hard links, as exFAT is."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("no_links")
def test_a_file_system_without_links_takes_databases_and_backups(place: Place, tmp_path: Path) -> None:
    database = place.open()
    place.write(database, partial(add, "one"))
    back_up(place, database, tmp_path / "copy.db")
    copy = Place(tmp_path / "copy.db")
    assert copy.read(copy.open(create=False), texts) == ["one"]
    copy.close()
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


@pytest.mark.usefixtures("no_links")
def test_a_name_that_somebody_takes_meanwhile_stays_his(tmp_path: Path) -> None:
    begun, path = tmp_path / "begun", tmp_path / "notes.db"
    begun.write_bytes(b"mine")
    path.write_bytes(b"another's")
    with pytest.raises(FileExistsError):
        give_name(begun, path)
    assert path.read_bytes() == b"another's"


@pytest.mark.usefixtures("no_links")
def test_without_links_a_name_is_taken_by_one_alone_and_by_no_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed in between leaves no file that nobody can open."""
    path, rename = tmp_path / "notes.db", os.rename
    seen: list[bool] = []

    def look_first(*names: Path) -> None:
        seen.append(path.exists())
        rename(*names)

    monkeypatch.setattr(os, "rename", look_first)
    begun = [tmp_path / f"begun {n}" for n in range(8)]
    for one in begun:
        one.write_text(one.name)
    with ThreadPoolExecutor(len(begun)) as pool:
        waiting = [pool.submit(give_name, one, path) for one in begun]
    errors = [type(one.exception()) for one in waiting]
    (first,) = [one for one, error in zip(begun, errors, strict=True) if error is not FileExistsError]
    assert (path.read_text(), seen) == (first.name, [False])


def test_a_backup_into_a_folder_that_is_missing_names_it(place: Place, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere/copy\.db: No such file"):
        back_up(place, place.open(), tmp_path / "nowhere" / "copy.db")


def test_only_the_owner_reads_a_backup(place: Place, tmp_path: Path) -> None:
    back_up(place, place.open(), tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_compacting_gives_the_space_back(place: Place, path: Path) -> None:
    database = place.open()
    place.write(database, fill)
    place.write(database, lambda c: c.run("delete from note"))
    before = place.read(database, lambda c: c.value("pragma page_count"))
    place.runtime.run(database.compact(place.runtime))
    after = place.read(database, lambda c: c.value("pragma page_count"))
    assert (after < before / 2, path.stat().st_size) == (True, after * PAGE_OCTETS)


def test_a_log_that_grew_behind_a_long_look_shrinks_again(place: Place, path: Path) -> None:
    database, log = place.open(), Path(f"{path}-wal")
    look = sqlite3.connect(path, isolation_level=None)
    look.execute("begin")
    look.execute("select count(*) from note").fetchall()
    for _ in range(9):
        place.write(database, write_much)
    grown = log.stat().st_size
    look.close()
    for _ in range(3):
        place.write(database, write_much)
    assert (grown > 80_000_000, log.stat().st_size <= 64 << 20) == (True, True)


def test_writes_wait_while_the_file_is_compacted(place: Place, tmp_path: Path) -> None:
    database = place.open(busy_seconds=0.0)
    place.write(database, fill)

    async def main() -> set[int | None]:
        runtime = AsyncioRuntime()
        writes = [database.write(runtime, partial(add, str(number))) for number in range(3)]
        return {*await asyncio.gather(writes[0], database.compact(runtime), *writes[1:])}

    assert asyncio.run(main()) == {1_001, None, 1_002, 1_003}


def test_compacting_says_when_another_process_is_in_the_way(place: Place, path: Path) -> None:
    database = place.open(busy_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(Exception, match="locked"):
        place.runtime.run(database.compact(place.runtime))
    other.execute("rollback")
    other.close()

    # Writing goes on as before: without SQLite's own wait, which costs two statements a transaction.
    assert place.runtime.run(database.write(place.runtime, lambda c: c.value("pragma busy_timeout"))) == 0


@pytest.mark.parametrize("seconds", [0.05, 60])
def test_compacting_waits_for_another_process_until_the_deadline(place: Place, path: Path, seconds: float) -> None:
    database = place.open(busy_seconds=0.01 if seconds == 60 else 60)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    deadline = place.runtime.deadline(seconds)

    async def main() -> None:
        waiting = asyncio.ensure_future(database.compact(AsyncioRuntime(), deadline))
        done, _ = await asyncio.wait([waiting], timeout=0.15)
        assert bool(done) is (seconds < 1)
        other.execute("rollback")
        await waiting

    try:
        if seconds == 60:
            asyncio.run(main())
        else:
            with pytest.raises(TimedOut, match="others wrote"):
                asyncio.run(main())
    finally:
        other.close()


def test_opening_waits_for_another_process_until_the_deadline(place: Place, path: Path) -> None:
    """Where the tables are to be changed."""
    place.open()
    more = Schema("more", ("create table more (id integer primary key);",))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    end = threading.Timer(0.1, other.execute, ["rollback"])
    end.start()
    try:
        with pytest.raises(StoreBusy):
            Database.open(path, more, create=True, busy_seconds=60, deadline=place.runtime.deadline(0.01))
        opened = Database.open(path, more, create=True, busy_seconds=0.01, deadline=place.runtime.deadline(60))
        place.runtime.run(opened.close(place.runtime))
    finally:
        end.join()
        other.close()


# Damage


@pytest.fixture
def damaged(place: Place, path: Path) -> Path:
    """A file of which all but the first pages are overwritten."""
    place.write(place.open(), fill)
    place.close()
    octets = bytearray(path.read_bytes())
    octets[PAGE_OCTETS * 8 :] = b"\xff" * (len(octets) - PAGE_OCTETS * 8)
    path.write_bytes(octets)
    return path


def test_damage_is_found(place: Place, damaged: Path) -> None:
    found = place.runtime.run(place.open().verify(place.runtime))
    assert any("malformed" in text or "Page" in text for text in found), found


def test_a_row_that_names_one_that_is_not_there_is_found(place: Place, path: Path) -> None:
    tree = Schema("tree", ("create table node (id integer primary key, parent integer references node (id));",))
    database = place.open(tree)
    raw = sqlite3.connect(path)
    raw.execute("insert into node values (2, 1)")
    raw.commit()
    raw.close()
    found = place.runtime.run(database.verify(place.runtime))
    assert found == ["row 2 of node names a row of node that is not there"]


@attrs.frozen
class ReadOnly:
    path: Path
    schema: Schema = NOTES

    def read(self) -> list[str]:
        runtime = BlockingRuntime()
        database = Database.open(self.path, self.schema, create=False, is_read_only=True)
        try:
            return runtime.run(database.read(runtime, texts))
        finally:
            runtime.run(database.close(runtime))


def test_a_damaged_file_opens_read_only_and_says_what_cannot_be_read(damaged: Path) -> None:
    before = damaged.read_bytes()
    with pytest.raises(StoreCorrupt, match="malformed"):
        ReadOnly(damaged).read()
    assert damaged.read_bytes() == before


def test_a_file_of_a_newer_version_opens_read_only(place: Place, path: Path) -> None:
    place.write(place.open(), partial(add, "a"))
    place.close()
    raw = sqlite3.connect(path)
    raw.execute("update msgcore_schema set version = 99")
    raw.commit()
    raw.close()
    assert ReadOnly(path).read() == ["a"]


def test_what_another_has_written_and_not_moved_from_the_wal_is_read(place: Place, path: Path) -> None:
    place.write(place.open(), partial(add, "a"))
    assert path.with_name("notes.db-wal").stat().st_size > 0
    assert ReadOnly(path).read() == ["a"]


def test_a_file_without_a_wal_is_read_and_nothing_is_left_beside_it(place: Place, path: Path) -> None:
    place.write(place.open(), partial(add, "a"))
    place.close()
    before = path.read_bytes()
    assert ReadOnly(path).read() == ["a"]
    assert path.read_bytes() == before


def test_a_database_that_is_read_only_cannot_be_written(place: Place, path: Path) -> None:
    place.open()
    database = Database.open(path, NOTES, create=False, is_read_only=True)
    for call in (database.write(place.runtime, partial(add, "a")), database.compact(place.runtime)):
        with pytest.raises(StoreError, match="was opened to be read only"):
            place.runtime.run(call)
    place.runtime.run(database.close(place.runtime))


def test_a_missing_file_is_not_made_to_be_read(path: Path) -> None:
    with pytest.raises(NotFound, match=r"notes\.db"):
        ReadOnly(path).read()
    assert not path.exists()
