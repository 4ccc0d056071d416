"""Processes on one SQLite file that are killed, or forked."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from msgcore.runtime import BlockingRuntime, Database, Schema

NOTES = Schema("notes", ("CREATE TABLE note (text TEXT NOT NULL) STRICT",))

PROLOGUE = """
import os, sys
from pathlib import Path
from msgcore.errors import StoreError
from msgcore.runtime import BlockingRuntime, Database, Schema
NOTES = Schema("notes", ("CREATE TABLE note (text TEXT NOT NULL) STRICT",))
runtime = BlockingRuntime()
path = Path(sys.argv[1])
def write(database, text):
    runtime.run(database.write(runtime, lambda c: c.run("INSERT INTO note VALUES (?)", [text])))
"""

WRITES_WITHOUT_END = """
database = Database.open(path, NOTES, create=True)
for number in range(10**9):
    write(database, str(number))
    print(number, flush=True)
"""

MIGRATES_WITHOUT_END = """
endless = "INSERT INTO note WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;"
Database.open(path, Schema("notes", (*NOTES.migrations, "CREATE TABLE other (x);" + endless)), create=False)
"""

FORKS = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
database = Database.open(path, NOTES, create=True)
write(database, "parent")
child = os.fork()
if child == 0:
    said = []
    attempts = [lambda: write(database, "child"), lambda: Database.open(path, NOTES, create=False)]
    attempts.append(lambda: Database.open(path, NOTES, create=False, is_read_only=True))
    for attempt in attempts:
        try:
            attempt()
        except StoreError as error:
            said.append("fork" in str(error))
    runtime.run(database.close(runtime))
    os._exit(0 if said == [True, True, True] else 1)
_, status = os.waitpid(child, 0)
write(database, "parent again")
runtime.run(database.close(runtime))
print(status)
"""


def _command(program: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", PROLOGUE + program, *map(str, arguments)]


def _texts(path: Path) -> list[str]:
    runtime = BlockingRuntime()
    database = Database.open(path, NOTES, create=False)
    rows = runtime.run(database.read(runtime, lambda c: c.rows("SELECT text FROM note ORDER BY rowid")))
    runtime.run(database.close(runtime))
    return [text for (text,) in rows]


@pytest.mark.parametrize("writes", [1, 50, 200])
def test_a_kill_loses_no_write_that_was_acknowledged(tmp_path: Path, writes: int) -> None:
    path = tmp_path / "notes.db"
    with subprocess.Popen(_command(WRITES_WITHOUT_END, path), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(writes)]
        child.kill()
        acknowledged += child.stdout.read().split()

    found = _texts(path)

    assert found[: len(acknowledged)] == acknowledged
    assert len(found) <= len(acknowledged) + 1


def test_a_kill_in_the_middle_of_a_migration_leaves_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    runtime = BlockingRuntime()
    runtime.run(Database.open(path, NOTES, create=True).close(runtime))

    with subprocess.Popen(_command(MIGRATES_WITHOUT_END, path)) as child:
        _wait_until_written(path)
        child.kill()

    assert _texts(path) == []
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT name, version FROM msgcore_schema").fetchall() == [("notes", 1)]
    assert raw.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'other'").fetchone() == (0,)
    raw.close()


def _wait_until_written(path: Path) -> None:
    """Wait until somebody is inside a transaction that writes."""
    raw = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        while True:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        assert "locked" in str(error)
    finally:
        raw.close()


def test_a_forked_child_may_not_use_what_its_parent_had_open(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    done = subprocess.run(_command(FORKS, path), capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert _texts(path) == ["parent", "parent again"]
