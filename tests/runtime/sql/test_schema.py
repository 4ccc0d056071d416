"""Versions of schemas and the way from one to the next."""

from __future__ import annotations

import pytest

from msgcore.errors import NotFound, NotSupported, StoreError
from msgcore.runtime import Engine, Schema
from tests.runtime.sql.places import Place

FIRST = "create table note (text text);"
SECOND = """
-- A statement's semicolons; are its own.
alter table note add column length integer default 0;
create table tag (name text default ';');
insert into note (text) values ('a;b');
"""
ONE, TWO = Schema("notes", (FIRST,)), Schema("notes", (FIRST, SECOND))

MIGRATES = """
database = Database.open(target, Schema("notes", tuple(sys.argv[1:])), create=True)
runtime.run(database.close(runtime))
"""


def rows(place: Place, schema: Schema, sql: str) -> list[tuple[object, ...]]:
    database = place.open(schema)
    found = place.read(database, lambda connection: connection.rows(sql))
    place.close()
    return found


def test_each_script_brings_the_schema_one_version_further(place: Place) -> None:
    rows(place, ONE, "select 1")
    assert rows(place, TWO, "select * from note") == [("a;b", 0)]
    assert rows(place, TWO, "select * from msgcore_schema") == [("notes", 2)]


def test_several_schemas_live_in_one_database(place: Place) -> None:
    rows(place, TWO, "select 1")
    others = Schema("others", ("create table other (name text)",))
    assert rows(place, others, "select * from msgcore_schema order by name") == [("notes", 2), ("others", 1)]


def test_a_newer_version_is_refused_with_both_numbers(place: Place) -> None:
    rows(place, TWO, "select 1")
    with pytest.raises(StoreError, match="schema 'notes' has version 2, this msgcore knows up to 1"):
        place.open(ONE)


def test_a_script_that_fails_leaves_the_version_before(place: Place) -> None:
    rows(place, ONE, "select 1")
    broken = Schema("notes", (FIRST, "create table other (x integer); insert into no_such_table values (1);"))
    with pytest.raises(StoreError, match="no_such_table"):
        place.open(broken)
    assert rows(place, TWO, "select * from msgcore_schema") == [("notes", 2)]


def test_nothing_is_made_unless_asked_for(place: Place) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            place.open(ONE, create=False)


def test_a_schema_that_is_not_written_for_the_engine_is_refused(place: Place) -> None:
    other = {Engine.POSTGRES: Engine.SQLITE, Engine.SQLITE: Engine.POSTGRES}[place.open().engine]
    with pytest.raises(NotSupported, match="'notes' is not written for"):
        place.open(Schema("notes", {other: (FIRST,)}))


def test_engines_with_different_numbers_of_versions_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="the same number of scripts"):
        Schema("notes", {Engine.SQLITE: (FIRST,), Engine.POSTGRES: (FIRST, SECOND)})


def test_processes_that_migrate_at_once_do_so_once(place: Place) -> None:
    steps = [FIRST, *(f"insert into note values ('{number}')" for number in range(30))]
    assert place.run_all(MIGRATES, steps, steps, steps) == [0, 0, 0]
    found = rows(place, Schema("notes", tuple(steps)), "select text from note")
    assert sorted(int(str(text)) for (text,) in found) == list(range(30))
