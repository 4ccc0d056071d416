"""Who listens is told of every commit, and of nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled, StoreError, TimedOut, UsageError
from msgcore.runtime import Database
from tests.runtime.peers import PATIENCE_SECONDS
from tests.runtime.sql.places import Place, add, texts

WRITES_WHEN_TOLD = """
database = Database.open(target, NOTES, create=False)
for line in sys.stdin:
    runtime.run(database.write(runtime, lambda c: add(line.strip(), c)))
"""


def listen(place: Place, database: Database, listener: Callable[[], None]) -> Callable[[], None]:
    return place.runtime.run(database.listen(place.runtime, listener))


def test_a_listener_is_told_before_the_writer_goes_on(place: Place, database: Database) -> None:
    seen: list[list[str]] = []
    listen(place, database, lambda: seen.append(place.read(database, texts)))
    place.write(database, partial(add, "a"))
    assert ["a"] in seen


def test_what_another_process_commits_is_told(place: Place, database: Database) -> None:
    told = threading.Event()
    listen(place, database, told.set)
    with place.start(WRITES_WHEN_TOLD) as child:
        assert child.stdin is not None
        for text in ("a", "b"):
            told.clear()
            child.stdin.write(f"{text}\n")
            child.stdin.flush()
            assert told.wait(PATIENCE_SECONDS)
        child.stdin.close()
    assert place.read(database, texts) == ["a", "b"]


def test_what_was_undone_is_not_told(place: Place, database: Database) -> None:
    told: list[str] = []
    place.write(database, partial(add, "a"))
    listen(place, database, lambda: told.append("told"))
    with pytest.raises(StoreError, match=r"(?i)unique"):
        place.write(database, partial(add, "a"))
    assert told == []


@pytest.mark.parametrize("count", [1, 2])
def test_the_thread_that_looks_ends_with_the_last_listener(place: Place, database: Database, count: int) -> None:
    before = set(threading.enumerate())
    ends = [listen(place, database, lambda: None) for _ in range(count)]
    (watch,) = set(threading.enumerate()) - before
    for end in ends:
        assert watch.is_alive()
        end()
    watch.join(PATIENCE_SECONDS)
    assert not watch.is_alive()


def test_a_listener_that_was_forgotten_is_told_nothing(place: Place, database: Database) -> None:
    told: list[str] = []
    end = listen(place, database, lambda: told.append("first"))
    listen(place, database, lambda: told.append("second"))
    end()
    place.write(database, partial(add, "a"))
    assert set(told) == {"second"}


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_a_listener_that_raises_harms_neither_the_writer_nor_other_listeners(
    place: Place, database: Database, kind: type[BaseException]
) -> None:
    def raising() -> None:
        raise kind

    told: list[str] = []
    listen(place, database, raising)
    listen(place, database, lambda: told.append("told"))
    place.write(database, partial(add, "a"))
    assert set(told) == {"told"}


def test_a_listener_of_one_database_object_is_told_what_another_writes(place: Place, database: Database) -> None:
    told: list[str] = []
    other = place.open()
    listen(place, database, lambda: told.append("told"))
    place.write(other, partial(add, "a"))
    assert set(told) == {"told"}


def test_closing_ends_the_thread_that_looks(place: Place, database: Database) -> None:
    before = set(threading.enumerate())
    listen(place, database, lambda: None)
    (watch,) = set(threading.enumerate()) - before
    place.close()
    assert not watch.is_alive()


def test_a_listener_may_look_and_is_called_by_one_thread_at_a_time(place: Place, database: Database) -> None:
    inside: list[int] = []
    seen: list[tuple[int, int]] = []

    def looks() -> None:
        inside.append(1)
        seen.append((len(inside), len(database.look(texts))))
        inside.pop()

    listen(place, database, looks)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(partial(place.write, database), [partial(add, str(number)) for number in range(20)]))
    assert ({count for count, _ in seen}, max(length for _, length in seen)) == ({1}, 20)


def test_a_listener_that_is_told_at_once_is_told_before_it_is_known_to_listen(place: Place, database: Database) -> None:
    told: list[str] = []
    place.runtime.run(database.listen(place.runtime, lambda: told.append("told"), is_told_at_once=True))
    assert told == ["told"]


def test_a_listener_that_fails_at_once_is_told_nothing_more(place: Place, database: Database) -> None:
    told: list[str] = []

    def fails() -> None:
        told.append("told")
        raise ValueError

    with pytest.raises(ValueError):
        place.runtime.run(database.listen(place.runtime, fails, is_told_at_once=True))
    place.write(database, partial(add, "a"))
    assert told == ["told"]


def test_a_listener_whose_call_was_cancelled_is_told_nothing_more(place: Place, database: Database) -> None:
    told: list[str] = []

    def cancels() -> None:
        told.append("told")
        place.runtime.cancel()

    with pytest.raises(OperationCancelled):
        place.runtime.run(database.listen(place.runtime, cancels, is_told_at_once=True))
    place.write(database, partial(add, "a"))
    assert told == ["told"]


def test_who_is_told_at_once_waits_for_who_is_being_told(place: Place, database: Database) -> None:
    is_inside, may_end = threading.Event(), threading.Event()
    order: list[str] = []

    def slow() -> None:
        is_inside.set()
        assert may_end.wait(PATIENCE_SECONDS)
        order.append("slow")

    with ThreadPoolExecutor(2) as threads:
        end = listen(place, database, slow)
        threads.submit(place.write, database, partial(add, "a"))
        assert is_inside.wait(PATIENCE_SECONDS)
        with pytest.raises(TimedOut):
            place.runtime.run(
                database.listen(
                    place.runtime, partial(order.append, "late"), Deadline.after(0.05), is_told_at_once=True
                )
            )
        end()
        may_end.set()
    assert order == ["slow"]


def test_a_listener_cannot_write_in_the_thread_that_wrote(place: Place, database: Database) -> None:
    told: list[str] = []
    listen(place, database, partial(_write_and_say, place, database, told))
    place.write(database, partial(add, "a"))
    assert (set(told), place.read(database, texts)) == ({"must not write"}, ["a"])


def test_a_listener_cannot_write_in_the_thread_that_looks(place: Place, database: Database) -> None:
    told: list[str] = []
    is_told = threading.Event()

    def writes() -> None:
        _write_and_say(place, database, told)
        is_told.set()

    listen(place, database, writes)
    with place.start(WRITES_WHEN_TOLD) as child:
        assert child.stdin is not None
        child.stdin.write("a\n")
        child.stdin.close()
        assert is_told.wait(PATIENCE_SECONDS)
    assert (set(told), place.read(database, texts)) == ({"must not write"}, ["a"])


def _write_and_say(place: Place, database: Database, told: list[str]) -> None:
    try:
        place.write(database, partial(add, "b"))
    except UsageError as error:
        told.append("must not write" if "must not write" in str(error) else str(error))
