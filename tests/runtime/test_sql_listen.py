"""What triggers note of a transaction is told to listeners once it is on the disk."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from msgcore.errors import StoreError
from msgcore.runtime import BlockingRuntime, Connection, Database, Schema
from msgcore.runtime.sql_connection import Note

WATCHED = Schema(
    "watched",
    (
        """CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT UNIQUE NOT NULL) STRICT;
        CREATE TABLE letter (word_id INTEGER NOT NULL REFERENCES word (id) ON DELETE CASCADE, text TEXT) STRICT;""",
    ),
    """CREATE TEMP TRIGGER word_came AFTER INSERT ON main.word BEGIN SELECT note('came', new.id, new.text); END;
    CREATE TEMP TRIGGER word_went AFTER DELETE ON main.word BEGIN SELECT note('went', old.id, old.text); END;
    CREATE TEMP TRIGGER letter_went AFTER DELETE ON main.letter BEGIN SELECT note('letter went', old.text); END;""",
)


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    database = Database.open(tmp_path / "watched.db", WATCHED, create=True)
    yield database
    runtime = BlockingRuntime()
    runtime.run(database.close(runtime))


class Shelf:
    """A database, and what its listener was told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._runtime = BlockingRuntime()
        self.told: list[Sequence[Note]] = []
        self.forget = self._runtime.run(database.listen(self._runtime, self.told.append))

    def run(self, sql: str, *values: str | int) -> None:
        def work(connection: Connection) -> None:
            connection.run(sql, values)

        self._runtime.run(self._database.write(self._runtime, work))


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


def test_a_listener_is_told_before_the_writer_goes_on(shelf: Shelf) -> None:
    shelf.run("INSERT INTO word (text) VALUES (?), (?)", "a", "b")

    assert shelf.told == [[("came", 1, "a"), ("came", 2, "b")]]


def test_what_goes_with_something_else_is_told(shelf: Shelf) -> None:
    shelf.run("INSERT INTO word (text) VALUES (?)", "a")
    shelf.run("INSERT INTO letter VALUES (1, 'x')")
    shelf.run("DELETE FROM word")

    assert sorted(shelf.told[-1]) == [("letter went", "x"), ("went", 1, "a")]


def test_what_was_undone_is_not_told(shelf: Shelf) -> None:
    with pytest.raises(StoreError, match="UNIQUE"):
        shelf.run("INSERT INTO word (text) VALUES (?), (?)", "a", "a")
    shelf.run("INSERT INTO word (text) VALUES (?)", "b")

    assert shelf.told == [[("came", 1, "b")]]


def test_a_listener_that_was_forgotten_is_told_nothing(shelf: Shelf) -> None:
    shelf.forget()
    shelf.run("INSERT INTO word (text) VALUES (?)", "a")

    assert shelf.told == []


def test_a_transaction_that_notes_nothing_is_not_told(shelf: Shelf) -> None:
    shelf.run("UPDATE word SET text = 'x'")

    assert shelf.told == []


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_a_listener_that_raises_harms_neither_the_writer_nor_other_listeners(
    database: Database, kind: type[BaseException]
) -> None:
    def raising(notes: Sequence[Note]) -> None:
        raise kind

    runtime = BlockingRuntime()
    runtime.run(database.listen(runtime, raising))
    shelf = Shelf(database)
    shelf.run("INSERT INTO word (text) VALUES (?)", "a")

    assert shelf.told == [[("came", 1, "a")]]


def test_a_schema_opened_while_another_writes_to_the_file_is_watched_too(tmp_path: Path) -> None:
    path = tmp_path / "both.db"
    plain = Database.open(path, Schema("plain", ("CREATE TABLE plain (id INTEGER) STRICT;",)), create=True)
    Shelf(plain).run("INSERT INTO plain VALUES (1)")
    watched = Database.open(path, WATCHED, create=False)
    shelf = Shelf(watched)
    shelf.run("INSERT INTO word (text) VALUES (?)", "a")

    assert shelf.told == [[("came", 1, "a")]]
    runtime = BlockingRuntime()
    for database in (plain, watched):
        runtime.run(database.close(runtime))
