"""What is PostgreSQL's own: writers beside each other, connections that are lost, and how the server is reached."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    CommitUnknown,
    ConnectionLost,
    NameNotResolved,
    NotFound,
    NotSupported,
    StoreBusy,
    StoreError,
    TimedOut,
    TlsFailed,
    UsageError,
)
from msgcore.runtime import Connection, Database, PostgresTarget, Row
from tests.runtime.peers import PATIENCE_SECONDS
from tests.runtime.sql.lines import Cut, Line
from tests.runtime.sql.places import NOTES, Place, add, new_target, texts
from tests.servers import Postgresql

pytestmark = pytest.mark.interop


@pytest.fixture
def place(postgresql: Postgresql) -> Generator[Place]:
    place = Place(new_target(postgresql))
    yield place
    place.close()


@pytest.fixture
def line(postgresql: Postgresql) -> Generator[Line]:
    with Line(postgresql.port) as line:
        yield line


@pytest.fixture
def far(place: Place, line: Line) -> Generator[Place]:
    """The same place, reached over the line."""
    far = Place(attrs.evolve(place.server_target, port=line.port))
    yield far
    far.close()


# Writers beside each other


def test_who_opens_waits_for_nobody_who_wrote_a_day_ago_and_writes_again(place: Place) -> None:
    database = place.open()
    place.write(database, lambda c: c.run("update msgcore_writer set since = now() - interval '2 days'"))

    def work(connection: Connection) -> None:
        place.open(create=False, busy_seconds=0.1)
        add("one", connection)

    place.write(database, work)
    assert place.read(database, texts) == ["one"]


def test_a_deadlock_is_resolved_and_both_writes_are_done(place: Place) -> None:
    database = place.open()
    place.write(database, lambda c: c.run_many("insert into note (text) values (?)", [("a",), ("b",)]))
    meeting = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    runs: list[int] = []

    def append(connection: Connection, first: int, second: int) -> None:
        runs.append(first)
        connection.run("update note set text = text || '!' where id = ?", [first])
        if len(runs) <= 2:
            meeting.wait()
        connection.run("update note set text = text || '!' where id = ?", [second])

    with ThreadPoolExecutor(2) as threads:
        works = (partial(append, first=1, second=2), partial(append, first=2, second=1))
        list(threads.map(partial(place.write, database), works))

    assert place.read(database, texts) == ["a!!", "b!!"]
    assert len(runs) == 3


def test_who_was_overtaken_between_a_look_and_an_insert_looks_again(place: Place) -> None:
    database = place.open()
    overtaken: list[str] = []

    def find_or_add(connection: Connection) -> object:
        found = connection.value("select id from note where text = 'a'")
        if not overtaken:
            overtaken.append("a")
            place.write(database, partial(add, "a"))
        return add("a", connection) if found is None else found

    assert place.write(database, find_or_add) == 1
    assert place.read(database, texts) == ["a"]


def test_a_constraint_that_is_broken_by_the_work_itself_is_raised_after_two_runs(place: Place) -> None:
    database = place.open()
    runs: list[Connection] = []

    def breaks(connection: Connection) -> None:
        runs.append(connection)
        connection.run_many("insert into note (text) values (?)", [("a",), ("a",)])

    with pytest.raises(StoreError, match="unique constraint"):
        place.write(database, breaks)
    assert len(runs) == 2


def test_who_gave_way_before_he_was_overtaken_is_done_again_twice(place: Place) -> None:
    database = place.open()
    codes = ["40P01", "23505"]  # a deadlock, a row that came meanwhile

    def work(connection: Connection) -> str:
        if codes:
            connection.run(f"do $$ begin raise exception using errcode = '{codes.pop(0)}'; end $$")
        return "done"

    assert place.write(database, work) == "done"


def test_a_failure_that_the_work_hides_is_raised_and_nothing_is_committed(place: Place) -> None:
    """PostgreSQL does nothing more in such a transaction, so the work's result would be untrue."""
    database = place.open()

    def hides(connection: Connection) -> str:
        add("undone", connection)
        try:
            connection.run("insert into no_such_table values (1)")
        except StoreError:
            return "done"
        return "not reached"

    with pytest.raises(StoreError, match="no_such_table"):
        place.write(database, hides)
    assert place.read(database, texts) == []


def hold(
    place: Place, database: Database, how: str = "update note set text = text where id = 1"
) -> tuple[threading.Event, threading.Thread]:
    """Hold a lock, that of row 1 or another one, until the event is set."""
    is_held, may_end = threading.Event(), threading.Event()

    def holds(connection: Connection) -> None:
        connection.run(how)
        is_held.set()
        may_end.wait(PATIENCE_SECONDS)

    thread = threading.Thread(target=place.write, args=(database, holds))
    thread.start()
    assert is_held.wait(PATIENCE_SECONDS)
    return may_end, thread


@pytest.mark.parametrize(
    ("busy_seconds", "seconds", "error"), [(0.1, None, StoreBusy), (0.1, 0.3, TimedOut), (60.0, 0.1, TimedOut)]
)
def test_who_waits_for_a_lock_waits_no_longer_than_may_be(
    place: Place, busy_seconds: float, seconds: float | None, error: type[Exception]
) -> None:
    database = place.open(busy_seconds=busy_seconds)
    place.write(database, partial(add, "a"))
    may_end, thread = hold(place, database)
    try:
        with pytest.raises(error):
            place.write(database, lambda c: c.run("update note set text = 'b' where id = 1"), seconds)
    finally:
        may_end.set()
        thread.join()
    assert place.read(database, texts) == ["a"]


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_who_has_a_deadline_waits_for_a_lock_for_longer_than_who_has_none(place: Place, seconds: float | None) -> None:
    """Reading and writing, and what is a transaction by itself."""
    database = place.open(busy_seconds=0.05)
    place.write(database, partial(add, "a"))
    deadline = place.runtime.deadline(seconds)
    steps = "changed as (update note set text = text where id = 1 returning text) select text from changed"
    calls: list[Callable[[], object]] = [
        lambda: place.write(database, lambda c: c.rows("select text from note where id = 1 for update"), seconds),
        lambda: place.runtime.run(database.read(place.runtime, lambda c: c.rows("select text from note"), deadline)),
        lambda: place.runtime.run(database.write_at_once(place.runtime, steps, [], deadline)),
    ]
    with ThreadPoolExecutor(len(calls)) as threads:
        may_end, thread = hold(place, place.open(busy_seconds=60), "lock table note in access exclusive mode")
        try:
            waiting = [threads.submit(call) for call in calls]
            done, _ = wait(waiting, 0.3 if seconds else PATIENCE_SECONDS)
        finally:
            may_end.set()
            thread.join()
        if seconds is None:
            assert [type(one.exception()) for one in waiting] == [StoreBusy] * 3
        else:
            assert (done, [one.result() for one in waiting]) == (set(), [[("a",)]] * 3)


def test_an_error_of_others_in_the_way_is_not_its_own_cause(place: Place) -> None:
    """Who follows the causes would never come to an end."""
    database = place.open()

    def work(_: Connection) -> None:
        raise StoreBusy("no more connections")

    with pytest.raises(StoreBusy) as caught:
        place.write(database, work)
    assert caught.value.__cause__ is None


def test_a_statement_that_lasts_is_ended_at_the_deadline(place: Place) -> None:
    database = place.open()
    with pytest.raises(TimedOut, match="statement timeout"):
        place.write(database, lambda c: c.rows("select pg_sleep(60)"), 0.1)
    assert place.read(database, texts) == []


def test_more_calls_than_connections_wait_for_their_turn(place: Place) -> None:
    database = place.open(busy_seconds=60)
    with ThreadPoolExecutor(30) as threads:
        list(threads.map(partial(place.write, database), [partial(add, str(number)) for number in range(90)]))
    connections = place.read(database, lambda c: c.value("select count(*) from msgcore_writer"))
    # There are ten at a time; one that was lost meanwhile has left its row.
    assert (len(place.read(database, texts)), connections < 30) == (90, True)


# Connections that are lost


@pytest.mark.parametrize("cut", Cut)
def test_a_write_that_is_lost_at_its_commit_is_done_once(far: Place, line: Line, cut: Cut) -> None:
    database = far.open()
    far.write(database, partial(add, "a"))
    line.cut = cut
    far.write(database, partial(add, "b"))
    assert (line.cuts, far.read(database, texts)) == (1, ["a", "b"])


@pytest.mark.parametrize("cut", Cut)
def test_the_first_write_of_a_connection_that_is_lost_at_its_commit_is_done_once(
    far: Place, line: Line, cut: Cut
) -> None:
    database = far.open()
    line.cut = cut
    far.write(database, partial(add, "a"))
    assert (line.cuts, far.read(database, texts)) == (1, ["a"])


@pytest.mark.parametrize(("cut", "expected"), [(Cut.BEFORE, ["a"]), (Cut.AFTER, ["a", "b"])])
def test_a_commit_of_which_nobody_can_be_asked_is_unknown(
    place: Place, far: Place, line: Line, cut: Cut, expected: list[str]
) -> None:
    database = far.open()
    far.write(database, partial(add, "a"))
    line.cut, line.is_down_after_cut = cut, True
    with pytest.raises(CommitUnknown, match="lost while it committed"):
        far.write(database, partial(add, "b"), 1.0)
    assert place.read(place.open(), texts) == expected


_ADD_AT_ONCE = "new as (insert into note (text) values (?) on conflict do nothing returning text) select text from new"


def add_at_once(place: Place, database: Database, text: str, seconds: float | None = None) -> list[Row]:
    deadline = place.runtime.deadline(seconds)
    return place.runtime.run(database.write_at_once(place.runtime, _ADD_AT_ONCE, [text], deadline))


@pytest.mark.parametrize("cut", Cut)
def test_a_statement_that_is_a_transaction_by_itself_is_done_again_when_it_is_lost(
    place: Place, far: Place, line: Line, cut: Cut
) -> None:
    database = far.open()
    assert add_at_once(far, database, "a") == [("a",)]
    line.cut, line.cut_at = cut, b"msgcore_writes"
    # Who has lost the answer learns that it is there already.
    assert add_at_once(far, far.open(), "b") in ([("b",)], [])
    assert (line.cuts, place.read(place.open(), texts)) == (1, ["a", "b"])


@pytest.mark.parametrize(("busy_seconds", "seconds", "error"), [(0.1, None, StoreBusy), (60.0, 0.1, TimedOut)])
def test_a_statement_that_is_a_transaction_by_itself_waits_for_no_lock_for_longer(
    place: Place, busy_seconds: float, seconds: float | None, error: type[Exception]
) -> None:
    database = place.open(busy_seconds=busy_seconds)
    place.write(database, partial(add, "a"))
    may_end, thread = hold(place, database)
    try:
        with pytest.raises(error):
            steps = "changed as (update note set text = ? where id = 1) select 1"
            deadline = place.runtime.deadline(seconds)
            place.runtime.run(database.write_at_once(place.runtime, steps, ["b"], deadline))
    finally:
        may_end.set()
        thread.join()


def test_whether_a_lost_statement_was_done_is_unknown_when_the_server_does_not_come_back(
    place: Place, far: Place, line: Line
) -> None:
    database = far.open(busy_seconds=0.2)
    add_at_once(far, database, "a")
    line.cut, line.cut_at, line.is_down_after_cut = Cut.AFTER, b"msgcore_writes", True
    with pytest.raises(CommitUnknown):
        add_at_once(far, database, "b", 1.0)
    assert place.read(place.open(), texts) == ["a", "b"]


def test_a_write_whose_connection_is_ended_in_the_middle_is_done_again(place: Place, postgresql: Postgresql) -> None:
    database = place.open()
    runs: list[int] = []

    def is_ended_once(connection: Connection) -> int:
        runs.append(connection.value("select pg_backend_pid()"))
        number = add("a", connection)
        if len(runs) == 1:
            postgresql.psql(f"select pg_terminate_backend({runs[0]}, 30000)")
        connection.run("update note set text = 'b'")
        return number

    place.write(database, is_ended_once)
    assert (len(set(runs)), place.read(database, texts)) == (2, ["b"])


def test_a_read_whose_connection_is_ended_in_the_middle_is_done_again(place: Place, postgresql: Postgresql) -> None:
    database = place.open()
    runs: list[int] = []

    def is_ended_once(connection: Connection) -> object:
        runs.append(connection.value("select pg_backend_pid()"))
        if len(runs) == 1:
            postgresql.psql(f"select pg_terminate_backend({runs[0]}, 30000)")
        return connection.value("select 42")

    assert place.read(database, is_ended_once) == 42
    assert len(set(runs)) == 2


# How the server is reached


def test_no_password_is_shown(postgresql: Postgresql) -> None:
    target = attrs.evolve(new_target(postgresql), user="guarded", password=Secret("secret"))
    place = Place(target)
    database = place.open()
    with pytest.raises(StoreError) as caught:
        place.write(database, lambda c: c.run("nonsense"))
    place.close()
    shown = [database.name, repr(target), str(target), str(caught.value), repr(caught.value.__cause__)]
    assert [text for text in shown if "secret" in text] == []


@pytest.mark.parametrize("password", [Secret("wr0ng"), None])
def test_a_wrong_password_is_refused(postgresql: Postgresql, password: Secret | None) -> None:
    target = attrs.evolve(new_target(postgresql), user="guarded", password=password)
    with pytest.raises(AuthenticationRefused, match="guarded@127") as caught:
        Place(target).open()
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"dbname": "nothing"}, NotFound),
        ({"user": "nobody"}, AuthenticationRefused),
        ({"host": "no-such-host.invalid"}, NameNotResolved),
        ({"port": 1}, ConnectionLost),
        # Not the address of this machine that is written so, as far as anybody can tell: TLS, which is not there.
        ({"host": "127.1"}, TlsFailed),
    ],
)
def test_a_server_that_cannot_be_used_is_told(
    postgresql: Postgresql, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        Place(attrs.evolve(new_target(postgresql), **changes)).open()


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("/run/postgresql", True),
        ("LOCALHOST", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1", False),
        ("db.example", False),
    ],
)
def test_only_this_machine_itself_is_reached_without_tls(host: str, is_local: bool) -> None:
    assert PostgresTarget(host).is_local is is_local


@pytest.mark.parametrize(
    "changes",
    [
        {"host": ""},
        {"host": "localhost,db.example"},
        {"host": "local\0host"},
        {"dbname": "a\nb"},
        {"namespace": "pg_catalog"},
        {"namespace": 'x"; drop table note; --'},
        {"namespace": "Mail"},
        {"namespace": "x" * 64},
    ],
)
def test_a_target_that_is_none_is_the_callers_mistake(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        attrs.evolve(PostgresTarget("localhost"), **changes)


def test_a_namespace_may_be_a_word_of_sql(postgresql: Postgresql) -> None:
    place = Place(attrs.evolve(new_target(postgresql), namespace="order"))
    database = place.open()
    place.write(database, partial(add, "a"))
    assert place.read(database, texts) == ["a"]
    place.runtime.run(database.compact(place.runtime))
    place.close()


def test_namespaces_of_one_database_know_nothing_of_each_other(postgresql: Postgresql) -> None:
    places = [Place(new_target(postgresql)) for _ in range(2)]
    databases = [place.open() for place in places]
    places[0].write(databases[0], partial(add, "a"))
    assert [place.read(database, texts) for place, database in zip(places, databases, strict=True)] == [["a"], []]
    for place in places:
        place.close()


def test_another_programs_tables_are_left_alone(postgresql: Postgresql) -> None:
    target = new_target(postgresql)
    postgresql.psql(f"create schema {target.namespace}; create table {target.namespace}.bookmarks (url text)")
    with pytest.raises(StoreError, match=r"a database of another program \(its tables: bookmarks\)"):
        Place(target).open()


def test_a_server_is_not_backed_up_by_us(place: Place, tmp_path: Path) -> None:
    database = place.open()
    with pytest.raises(NotSupported, match="pg_dump"):
        place.runtime.run(database.backup(place.runtime, tmp_path / "copy.db"))


def test_a_server_is_not_opened_read_only(place: Place) -> None:
    with pytest.raises(NotSupported, match="only files are opened read-only"):
        Database.open(place.target, NOTES, create=False, is_read_only=True)


def test_text_with_a_nul_is_the_callers_mistake(place: Place) -> None:
    database = place.open()
    with pytest.raises(UsageError):
        place.write(database, partial(add, "a\0b"))
