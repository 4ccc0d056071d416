"""Versions of schemas and the way from one to the next."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from msgcore.errors import StoreError
from msgcore.runtime import BlockingRuntime, Database, Row, Schema

FIRST = "CREATE TABLE note (text TEXT);"
SECOND = """
-- A trigger's semicolons; are its own.
ALTER TABLE note ADD COLUMN length INTEGER DEFAULT 0;
CREATE TRIGGER measure AFTER INSERT ON note BEGIN
    UPDATE note SET length = length(new.text) WHERE rowid = new.rowid;
    UPDATE note SET text = text || ';' WHERE rowid = new.rowid;
END;
INSERT INTO note (text) VALUES ('a;b')
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


def _open_and_close(path: Path, schema: Schema) -> None:
    _rows(path, schema, "SELECT 1")


def _rows(path: Path, schema: Schema, sql: str) -> list[Row]:
    runtime = BlockingRuntime()
    database = Database.open(path, schema, create=True)
    rows = runtime.run(database.read(runtime, lambda connection: connection.rows(sql)))
    runtime.run(database.close(runtime))
    return rows


def test_each_script_brings_the_schema_one_version_further(path: Path) -> None:
    _open_and_close(path, Schema("notes", (FIRST,)))
    assert _rows(path, Schema("notes", (FIRST, SECOND)), "SELECT * FROM note") == [("a;b;", 3)]
    assert _rows(path, Schema("notes", (FIRST, SECOND)), "SELECT * FROM msgcore_schema") == [("notes", 2)]


def test_several_schemas_live_in_one_file(path: Path) -> None:
    _open_and_close(path, Schema("notes", (FIRST, SECOND)))
    _open_and_close(path, Schema("tags", ("CREATE TABLE tag (name TEXT)",)))
    found = _rows(path, Schema("tags", ("CREATE TABLE tag (name TEXT)",)), "SELECT * FROM msgcore_schema ORDER BY name")
    assert found == [("notes", 2), ("tags", 1)]


def test_a_newer_version_is_refused_with_both_numbers(path: Path) -> None:
    _open_and_close(path, Schema("notes", (FIRST, SECOND)))
    with pytest.raises(StoreError, match=r"notes\.db: schema 'notes' has version 2, this msgcore knows up to 1"):
        Database.open(path, Schema("notes", (FIRST,)), create=False)


def test_a_script_that_fails_leaves_the_version_before(path: Path) -> None:
    _open_and_close(path, Schema("notes", (FIRST,)))
    broken = Schema("notes", (FIRST, "CREATE TABLE other (x); INSERT INTO no_such_table VALUES (1);"))
    with pytest.raises(StoreError, match="no_such_table"):
        Database.open(path, broken, create=False)
    tables = _rows(path, Schema("notes", (FIRST,)), "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    assert tables == [("msgcore_schema",), ("note",)]


def test_another_programs_database_is_left_alone(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"notes\.db: a database of another program \(its tables: bookmarks\)"):
        Database.open(path, Schema("notes", (FIRST,)), create=True)
    assert path.read_bytes() == before


def test_only_the_owner_reads_a_new_database(path: Path) -> None:
    database = Database.open(path, Schema("notes", (FIRST,)), create=True)
    runtime = BlockingRuntime()
    runtime.run(database.write(runtime, lambda connection: connection.run("DELETE FROM note")))
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    runtime.run(database.close(runtime))
    assert modes == {"notes.db": 0o600, "notes.db-wal": 0o600, "notes.db-shm": 0o600}
