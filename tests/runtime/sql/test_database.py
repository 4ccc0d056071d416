"""Reading and writing, the same in both engines."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled, StoreError, TimedOut, UsageError
from msgcore.runtime import Connection, Database, Engine, Row, Runtime, SqlValue
from msgcore.runtime.sql.placeholders import translated
from msgcore.testing.modes import Mode, call, gather
from tests.runtime.sql.places import Place, add, texts

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(max_size=50),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50),
    st.floats(allow_nan=False),
)
KINDS = {Engine.SQLITE: ("integer", "blob", "text", "real"), Engine.POSTGRES: ("bigint", "bytea", "text", "float8")}


def test_what_was_written_can_be_read(mode: Mode, database: Database) -> None:
    async def main(runtime: Runtime) -> list[str]:
        first = await database.write(runtime, partial(add, "a"))
        second = await database.write(runtime, partial(add, "b"))
        assert (first, second) == (1, 2)
        return await database.read(runtime, texts)

    assert mode.run(main) == ["a", "b"]


def test_every_kind_of_call_gives_its_own_result(place: Place, database: Database) -> None:
    def work(connection: Connection) -> list[object]:
        return [
            connection.run_many("insert into note (text) values (?)", [("a",), ("b",), ("c",)]),
            connection.run("update note set text = text || '!' where id > ?", [1]),
            connection.row("select id, text from note where id = 2"),
            connection.row("select 1 where 1 = 0"),
            connection.value("select count(*) from note"),
            connection.value("select 1 where 1 = 0"),
            list(connection.stream("select text from note order by id")),
        ]

    assert place.write(database, work) == [3, 2, (2, "b!"), None, 3, None, [("a",), ("b!",), ("c!",)]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=1, max_size=4))
def test_values_come_back_as_they_went(place: Place, database: Database, values: list[SqlValue]) -> None:
    integer, blob, text, real = KINDS[database.engine]
    kinds = {int: integer, bytes: blob, str: text, float: real, type(None): text}
    columns = ", ".join(f"cast(? as {kinds[type(value)]})" for value in values)
    assert place.read(database, lambda c: c.row(f"select {columns}", values)) == tuple(values)


def test_a_sum_of_ints_is_an_int(place: Place, database: Database) -> None:
    found = place.read(database, lambda c: c.value("select sum(n) from (select 2 as n union all select 40) as numbers"))
    assert (type(found), found) == (int, 42)


def test_a_truth_value_goes_as_an_int(place: Place, database: Database) -> None:
    place.write(database, partial(add, "a"))
    assert place.read(database, lambda c: c.value("select text from note where id = ?", [True])) == "a"


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_a_stream_gives_every_row(place: Place, database: Database, count: int) -> None:
    def work(connection: Connection) -> list[Row]:
        connection.run_many("insert into note (text) values (?)", [(f"{n:03}",) for n in range(count)])
        return list(connection.stream("select text from note where id > ? order by text", [0]))

    assert place.write(database, work) == [(f"{n:03}",) for n in range(count)]


def test_a_stream_that_was_left_does_not_disturb_the_next_transaction(place: Place, database: Database) -> None:
    place.write(
        database, lambda c: c.run_many("insert into note (text) values (?)", [(f"{n:03}",) for n in range(300)])
    )

    def first(connection: Connection) -> list[Row]:
        streams = [connection.stream("select text from note order by text") for _ in range(2)]
        return [next(stream) for stream in streams]

    assert [place.read(database, first) for _ in range(2)] == [[("000",), ("000",)]] * 2


def test_a_read_sees_one_moment(place: Place, database: Database) -> None:
    def work(connection: Connection) -> tuple[list[str], list[str]]:
        before = texts(connection)
        place.write(database, partial(add, "later"))
        return before, texts(connection)

    assert place.read(database, work) == ([], [])
    assert place.read(database, texts) == ["later"]


def test_a_read_cannot_write(place: Place, database: Database) -> None:
    with pytest.raises(StoreError, match=r"read-?only"):
        place.read(database, partial(add, "a"))
    assert place.read(database, texts) == []


def test_what_raises_is_undone(place: Place, database: Database) -> None:
    def fails(connection: Connection) -> None:
        add("undone", connection)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        place.write(database, fails)
    place.write(database, partial(add, "b"))
    assert place.read(database, texts) == ["b"]


def test_many_writers_at_once_all_get_their_own_answers(mode: Mode, place: Place, database: Database) -> None:
    found: dict[str, int] = {}

    async def main(runtime: Runtime) -> None:
        async def work(text: str) -> None:
            found[text] = await database.write(runtime, partial(add, text), is_quick=text.endswith(("1", "2", "3")))

        await gather(runtime, *(work(str(number)) for number in range(40)))

    mode.run(main)
    assert dict(place.read(database, lambda c: c.rows("select text, id from note"))) == found


def test_a_cancelled_write_that_has_begun_is_waited_for(mode: Mode, place: Place, database: Database) -> None:
    runtime = mode.runtime()

    def cancels(connection: Connection) -> int:
        runtime.cancel()
        threading.Event().wait(0.05)
        return add("done", connection)

    with pytest.raises(OperationCancelled):
        call(runtime, lambda runtime: database.write(runtime, cancels))
    assert place.read(database, texts) == ["done"]


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_deadline_that_has_passed_starts_nothing(mode: Mode, database: Database, how: str) -> None:
    begun: list[Connection] = []

    async def main(runtime: Runtime) -> None:
        await getattr(database, how)(runtime, begun.append, Deadline(0.0))

    with pytest.raises(TimedOut):
        mode.run(main)
    assert begun == []


def test_a_broken_constraint_is_a_store_error_and_the_database_goes_on(place: Place, database: Database) -> None:
    place.write(database, partial(add, "a"))
    with pytest.raises(StoreError, match=r"(?i)unique constraint"):
        place.write(database, partial(add, "a"))
    place.write(database, partial(add, "b"))
    assert place.read(database, texts) == ["a", "b"]


def test_a_function_that_ends_the_transaction_is_told_so(place: Place, database: Database) -> None:
    with pytest.raises(StoreError, match="ended the transaction"):
        place.write(database, lambda connection: connection.run("rollback"))
    place.write(database, partial(add, "b"))
    assert place.read(database, texts) == ["b"]


@pytest.mark.parametrize("value", ["\udc80", 2**63, object()])
def test_a_value_that_sql_does_not_know_is_the_callers_mistake(place: Place, database: Database, value: object) -> None:
    with pytest.raises(UsageError):
        place.write(database, lambda c: c.run("insert into note (text) values (?)", [value]))  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def test_a_wrong_count_of_parameters_is_the_callers_mistake(place: Place, database: Database) -> None:
    with pytest.raises(UsageError):
        place.read(database, lambda c: c.row("select text from note where id = ?", [1, 2]))


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_closed_database_says_so(place: Place, how: str) -> None:
    database = place.open()
    place.close()
    with pytest.raises(StoreError, match="the database is closed"):
        place.runtime.run(getattr(database, how)(place.runtime, texts))


def test_one_of_two_database_objects_goes_on_when_the_other_is_closed(place: Place, database: Database) -> None:
    other = place.open()
    place.runtime.run(other.close(place.runtime))
    place.runtime.run(other.close(place.runtime))
    place.write(database, partial(add, "a"))
    assert place.read(database, texts) == ["a"]


def test_a_database_closes_in_a_cancelled_call(mode: Mode, place: Place) -> None:
    async def main(runtime: Runtime) -> None:
        database = place.open()
        await database.write(runtime, partial(add, "a"))
        runtime.cancel()
        await database.close(runtime)

    mode.run(main)
    assert place.read(place.open(), texts) == ["a"]


def test_compacting_keeps_everything(place: Place, database: Database) -> None:
    place.write(database, partial(add, "a"))
    place.runtime.run(database.compact(place.runtime))
    assert place.read(database, texts) == ["a"]


def test_a_sound_database_has_nothing_wrong(place: Place, database: Database) -> None:
    place.write(database, partial(add, "a"))
    assert place.runtime.run(database.verify(place.runtime)) == []


TWO_HUNDRED_WRITES = """
database = Database.open(target, NOTES, create=True)
for number in range(200):
    runtime.run(database.write(runtime, lambda c: add(f"{sys.argv[1]} {number}", c)))
runtime.run(database.close(runtime))
"""


def test_two_processes_that_make_one_database_and_write_to_it_lose_nothing(place: Place) -> None:
    assert place.run_all(TWO_HUNDRED_WRITES, ["ann"], ["bob"]) == [0, 0]
    found = place.read(place.open(create=False), texts)
    assert sorted(found) == sorted(f"{name} {number}" for name in ("ann", "bob") for number in range(200))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a = ? and b = ?", b"a = $1 and b = $2"),
        ("a = '?' and \"?\" = ?", b"a = '?' and \"?\" = $1"),
        ("a = 'it''s ?' -- why?\nand b = ?", b"a = 'it''s ?' -- why?\nand b = $1"),
        ("/* ? */ select $$?$$, $x$ $$ ? $x$, ?", b"/* ? */ select $$?$$, $x$ $$ ? $x$, $1"),
    ],
)
def test_placeholders_are_numbered_outside_of_quotes(sql: str, expected: bytes) -> None:
    assert translated(sql).sql == expected
