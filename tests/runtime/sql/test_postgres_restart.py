"""A server that stands still, is stopped and starts again: what was acknowledged is there, once."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import attrs
import pytest

from msgcore.errors import CommitUnknown, ConnectionLost, MsgcoreError
from msgcore.runtime import Connection, Database, Engine, Schema
from tests.runtime.peers import PATIENCE_SECONDS
from tests.runtime.sql.places import Place, add, new_target, texts
from tests.servers import Postgresql

pytestmark = pytest.mark.interop

# Without a key: what was done twice would be there twice.
LINES = Schema("lines", {Engine.POSTGRES: ("create table line (text text not null)",)})
WRITERS = 4


@pytest.fixture(scope="module")
def server() -> Generator[Postgresql]:
    with Postgresql(is_durable=True) as server:
        yield server


def test_the_server_of_these_tests_is_durable(server: Postgresql) -> None:
    settings = ("fsync", "full_page_writes", "synchronous_commit")
    assert [server.psql(f"show {name}") for name in settings] == ["on", "on", "on"]


@attrs.define
class Load:
    """Writers that write a line after the other, and what was said to them of each."""

    place: Place
    database: Database
    done: list[str] = attrs.field(factory=list[str])
    undone: list[str] = attrs.field(factory=list[str])
    unknown: list[str] = attrs.field(factory=list[str])
    is_over: threading.Event = attrs.field(factory=threading.Event)
    is_going: threading.Event = attrs.field(factory=threading.Event)

    def write(self, writer: int) -> None:
        number = 0
        while not self.is_over.is_set():
            number += 1
            text = f"{writer} {number}"
            try:
                self.place.write(self.database, partial(put, text), PATIENCE_SECONDS)
            except CommitUnknown:
                self.unknown.append(text)
            except MsgcoreError:
                self.undone.append(text)
            else:
                self.done.append(text)
                if len(self.done) % 200 == 0:
                    self.is_going.set()


def put(text: str, connection: Connection) -> None:
    connection.run("insert into line values (?)", [text])


@pytest.mark.parametrize("crashes", [1, pytest.param(20, marks=pytest.mark.soak)])
def test_what_was_acknowledged_is_there_once_and_what_was_refused_is_not(server: Postgresql, crashes: int) -> None:
    place = Place(new_target(server))
    load = Load(place, place.open(LINES))
    with ThreadPoolExecutor(WRITERS) as threads:
        works = [threads.submit(load.write, writer) for writer in range(WRITERS)]
        for _ in range(crashes):
            load.is_going.clear()
            assert load.is_going.wait(PATIENCE_SECONDS)
            server.stop_at_once()
            server.start()
        load.is_over.set()
        for work in works:
            work.result(PATIENCE_SECONDS)

    found = Counter(text for (text,) in place.read(load.database, lambda c: c.rows("select text from line")))
    place.close()

    assert {text: found[text] for text in load.done if found[text] != 1} == {}
    assert {text: found[text] for text in load.undone if found[text]} == {}
    assert {text: found[text] for text in load.unknown if found[text] > 1} == {}


def test_the_pool_heals_after_the_server_was_started_again(server: Postgresql) -> None:
    place = Place(new_target(server))
    database = place.open()
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(partial(place.write, database), [partial(add, str(number)) for number in range(20)]))
    server.stop()
    with pytest.raises(ConnectionLost, match="refused"):
        place.write(database, partial(add, "lost"))
    server.start()
    place.write(database, partial(add, "after"))
    assert place.read(database, texts)[20:] == ["after"]
    place.close()


def test_a_server_that_stands_still_is_left_soon_after_the_deadline(server: Postgresql) -> None:
    place = Place(new_target(server))
    database = place.open()

    def stops(connection: Connection) -> None:
        backend = connection.value("select pg_backend_pid()")
        os.kill(backend, signal.SIGSTOP)
        try:
            connection.value("select 1")
        finally:
            os.kill(backend, signal.SIGCONT)

    with pytest.raises(ConnectionLost, match="has not answered by the deadline"):
        place.write(database, stops, 0.1)
    assert place.read(database, texts) == []
    place.close()


def test_who_listens_is_told_after_the_server_was_started_again(server: Postgresql) -> None:
    place = Place(new_target(server))
    database = place.open()
    told = threading.Event()
    place.runtime.run(database.listen(place.runtime, told.set))
    server.stop()
    server.start()
    server.psql(f"insert into {place.server_target.namespace}.msgcore_writer values ('another process', 1, now())")
    assert told.wait(PATIENCE_SECONDS)
    place.close()
