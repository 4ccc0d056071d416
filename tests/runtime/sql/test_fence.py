"""A process that has a database open while a newer msgcore brings its schema further."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from msgcore.errors import StoreError
from msgcore.runtime import Connection, Database, Engine, Runtime, Schema
from msgcore.testing.modes import Mode, gather
from tests.runtime.peers import PATIENCE_SECONDS
from tests.runtime.sql.places import Place, add, new_target, texts
from tests.servers import Postgresql
from tests.servers.server import wait_until

NEWER = """
scripts = NOTES.migrations
newer = {engine: (*scripts[engine], "create index note_text on note (text)") for engine in scripts}
database = Database.open(target, Schema("notes", newer), create=False)
runtime.run(database.close(runtime))
"""
OTHERS = """
database = Database.open(target, Schema("others", ("create table other (name text)",)), create=False)
runtime.run(database.close(runtime))
"""
GROWN = OTHERS.replace('(name text)",', '(name text)", "create index other_name on other (name)"')
READ = """
from tests.runtime.sql.places import texts
database = Database.open(target, Schema("readers", ("create table reader (name text)",)), create=False)
print(*runtime.run(database.read(runtime, texts)))
runtime.run(database.close(runtime))
"""
REFUSED = re.escape("brought schema 'notes' to version 2 while this process had it open, which knows up to 1")

Write = Callable[[Place, Database, str], object]


def write(place: Place, database: Database, text: str) -> object:
    return place.write(database, partial(add, text))


def write_at_once(place: Place, database: Database, text: str) -> object:
    steps = "added as (insert into note (text) values (?) returning id) select id from added"
    return place.runtime.run(database.write_at_once(place.runtime, steps, [text]))


def write_otherwise(place: Place, database: Database, text: str) -> object:
    """Write in the way that the engine has besides."""
    if database.engine is Engine.POSTGRES:
        return write_at_once(place, database, text)
    return place.runtime.run(database.write(place.runtime, partial(add, text), is_quick=True))


ALL_WRITES = pytest.mark.parametrize("write", [write, write_otherwise])


def upgrade(place: Place, program: str = NEWER) -> None:
    assert place.run_all(program, []) == [0]


def texts_there(place: Place) -> list[str]:
    """Say what is in the database, whichever version it has."""
    child = place.start(READ)
    found, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    return found.split()


@ALL_WRITES
def test_after_a_newer_version_came_nothing_is_written(place: Place, database: Database, write: Write) -> None:
    write(place, database, "before")
    upgrade(place)
    for _ in range(2):
        with pytest.raises(StoreError, match=REFUSED):
            write(place, database, "after")
    assert texts_there(place) == ["before"]


@ALL_WRITES
def test_who_has_not_written_yet_is_refused_too(place: Place, database: Database, write: Write) -> None:
    upgrade(place)
    with pytest.raises(StoreError, match=REFUSED):
        write(place, database, "after")
    assert texts_there(place) == []


def test_after_a_newer_version_came_reading_ends_within_seconds(place: Place, database: Database) -> None:
    assert place.read(database, texts) == []
    upgrade(place)

    def error() -> str | None:
        try:
            place.read(database, texts)
        except StoreError as error:
            return str(error)
        return None

    assert re.search(REFUSED, wait_until(error, "refusal", PATIENCE_SECONDS))


@ALL_WRITES
def test_another_schema_that_comes_or_grows_is_in_nobodys_way(place: Place, database: Database, write: Write) -> None:
    write(place, database, "a")
    upgrade(place, OTHERS)
    write(place, database, "b")
    upgrade(place, GROWN)
    write(place, database, "c")
    assert place.read(database, texts) == ["a", "b", "c"]


def test_a_schema_that_is_opened_later_is_kept_to_as_well(place: Place, database: Database) -> None:
    write(place, database, "a")
    place.open(Schema("others", ("create table other (name text)",)))
    write(place, database, "b")
    upgrade(place, GROWN)
    with pytest.raises(StoreError, match="schema 'others' to version 2"):
        write(place, database, "c")


def test_every_one_of_several_who_write_at_once_is_refused(mode: Mode, place: Place, database: Database) -> None:
    write(place, database, "before")
    upgrade(place)

    async def main(runtime: Runtime) -> None:
        async def attempt(text: str) -> None:
            with pytest.raises(StoreError, match=REFUSED):
                await database.write(runtime, partial(add, text))

        await gather(runtime, *(attempt(str(number)) for number in range(5)))

    mode.run(main)
    assert texts_there(place) == ["before"]


def test_the_database_is_closed_in_order_by_who_is_refused(place: Place, database: Database) -> None:
    upgrade(place)
    with pytest.raises(StoreError, match=REFUSED):
        write(place, database, "after")
    place.close()
    with pytest.raises(StoreError, match="schema 'notes' has version 2, this msgcore knows up to 1"):
        place.open()


# PostgreSQL: writers and the migration beside each other


@pytest.fixture
def far(postgresql: Postgresql) -> Generator[Place]:
    place = Place(new_target(postgresql))
    yield place
    place.close()


def waiting(server: Postgresql, place: Place) -> bool | None:
    """Say whether somebody waits for the lock that all writers hold; ``None``: not yet."""
    sql = (
        "select count(*) from pg_locks where not granted"
        f" and relation = to_regclass('{place.server_target.namespace}.msgcore_writer')"
    )
    return server.psql(sql) != "0" or None


@pytest.mark.interop
@pytest.mark.parametrize("write", [write, write_at_once])
@pytest.mark.parametrize("is_first", [True, False])
def test_who_waits_for_a_migration_is_refused_after_it(
    postgresql: Postgresql, far: Place, write: Write, is_first: bool
) -> None:
    database = far.open(busy_seconds=PATIENCE_SECONDS)
    if not is_first:
        for number in range(8):  # by then the statement is a prepared one
            write(far, database, str(number))
    with ThreadPoolExecutor() as pool, psycopg.connect(postgresql.url) as newer:
        newer.execute("select set_config('search_path', %s, false)", [far.server_target.namespace])
        newer.execute("lock table msgcore_writer in share row exclusive mode")
        newer.execute("update msgcore_schema set version = 2")
        late = pool.submit(write, far, database, "late")
        assert wait_until(lambda: waiting(postgresql, far), "the writer", PATIENCE_SECONDS)
        newer.commit()
        with pytest.raises(StoreError, match=REFUSED):
            late.result(PATIENCE_SECONDS)
    assert "late" not in texts_there(far)


@pytest.mark.interop
def test_a_migration_waits_for_who_writes(postgresql: Postgresql, far: Place) -> None:
    database = far.open()
    has_begun, goes_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        has_begun.set()
        assert goes_on.wait(PATIENCE_SECONDS)
        add("in-time", connection)

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(far.write, database, work)
        assert has_begun.wait(PATIENCE_SECONDS)
        upgrading = pool.submit(upgrade, far)
        assert wait_until(lambda: waiting(postgresql, far), "the migration", PATIENCE_SECONDS)
        goes_on.set()
        writing.result(PATIENCE_SECONDS)
        upgrading.result(PATIENCE_SECONDS)
    assert texts_there(far) == ["in-time"]


@pytest.mark.interop
def test_a_number_that_is_none_is_told_as_it_is(far: Place) -> None:
    """The server calls it the same as the other versions of schemas."""
    database = far.open()
    with pytest.raises(StoreError, match="two"):
        far.runtime.run(database.write_at_once(far.runtime, "a as (select 'two') select (select * from a)::bigint", []))
    with pytest.raises(StoreError, match="two"):
        far.write(database, lambda c: c.value("select (select 'two')::bigint"))
    assert write(far, database, "a") == 1


@pytest.mark.interop
def test_what_the_driver_deallocates_is_prepared_again(far: Place) -> None:
    database = far.open()
    write(far, database, "a")
    far.write(database, lambda c: c.run("deallocate all"))
    assert write(far, database, "b") == 2
