"""Several users of one file: two opened stores, several processes, processes that are killed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.model import Message
from msgcore.props.table import PidTagEntryId
from msgcore.providers.internal.service import SqliteConfig, SqliteService
from msgcore.providers.internal.store import InternalStore
from msgcore.runtime import NEVER, BlockingRuntime, Engine
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.spi.store import EVERY_ROW, Incoming, SpecialFolder, TableQuery
from msgcore.spi.url import DatabaseUrl
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box
from tests.servers import Postgresql

PROLOGUE = """
import sys
import msgcore
from msgcore import Message
from msgcore.runtime import NEVER
from msgcore.providers.internal.service import SqliteConfig, SqliteService
from msgcore.runtime import BlockingRuntime
from msgcore.spi.url import DatabaseUrl
from pathlib import Path
runtime = BlockingRuntime()
service = SqliteService(SqliteConfig(DatabaseUrl.parse(sys.argv[1], Path())), runtime)
runtime.run(service.logon(NEVER))
(provider,) = service.providers()
special = {role.value: entry_id for role, entry_id in runtime.run(provider.special_folders(NEVER)).items()}
from msgcore.spi.store import Incoming
def save(*subjects):
    incoming = [Incoming(Message(subject=subject, text=subject)) for subject in subjects]
    runtime.run(provider.save(special["inbox"], incoming, NEVER))
"""

SAVES_WITHOUT_END = """
for number in range(10**9):
    save(str(number))
    print(number, flush=True)
"""

SUBMITS_WITHOUT_END = """
for number in range(10**9):
    runtime.run(provider.submit(Message(from_="a@a.test", to="b@b.test", subject=str(number)), f"t{number}", NEVER))
    print(number, flush=True)
"""

SAVES_50 = """
for number in range(50):
    save(f"{sys.argv[2]} {number}")
"""

LOCKS = """
print(runtime.run(provider.lock_due(600, NEVER)).transfer_id, flush=True)
sys.stdin.read()
"""


def command(program: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", PROLOGUE + program, *map(str, arguments)]


def reopened(path: Path) -> Box:
    return Box(Mode.BLOCKING, path)


@pytest.fixture(
    params=[
        pytest.param(Engine.SQLITE, id="sqlite"),
        pytest.param(Engine.POSTGRES, id="postgresql", marks=pytest.mark.interop),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Say where nothing is yet, on each engine."""
    if request.param is Engine.SQLITE:
        return f"sqlite:///{tmp_path / 'mail.db'}"
    server: Postgresql = request.getfixturevalue("postgresql")
    return f"{server.url}?namespace=t{uuid.uuid4().hex}"


@attrs.frozen
class Desk:
    """A mailbox that is open for plain calls."""

    store: InternalStore
    inbox: EntryId
    run: Callable[[Coroutine[Any, Any, Any]], Any]

    def submit(self, transfer_id: str) -> None:
        self.run(self.store.submit(Message(from_="a@a.test", to="b@b.test"), transfer_id, NEVER))

    def lock(self, lease_seconds: float = 600.0) -> str | None:
        item = self.run(self.store.lock_due(lease_seconds, NEVER))
        return None if item is None else item.transfer_id

    def ids(self) -> list[EntryId]:
        rows = self.run(self.store.query(self.inbox, TableQuery((PidTagEntryId,)), NEVER))
        return [EntryId.parse(row[PidTagEntryId]) for row in rows]

    def load(self, entry_id: EntryId) -> Message:
        message: Message = self.run(self.store.load(entry_id, 1 << 40, NEVER))
        return message

    def subjects(self) -> list[str]:
        return [self.load(one).subject for one in self.ids()]


@contextmanager
def opened(url: str, clock: ManualClock | None = None) -> Generator[Desk]:
    runtime = runtime_on(Mode.BLOCKING, clock or ManualClock())
    assert isinstance(runtime, BlockingRuntime)
    service = SqliteService(SqliteConfig(DatabaseUrl.parse(url, Path())), runtime)
    runtime.run(service.logon(NEVER))
    try:
        (store,) = service.providers()
        assert isinstance(store, InternalStore)
        special = runtime.run(store.special_folders(NEVER))
        yield Desk(store, special[SpecialFolder.INBOX], runtime.run)
    finally:
        runtime.run(service.close())


def test_what_one_user_saves_another_one_sees(box: Box) -> None:
    with reopened(box.path) as other:
        box.save(Message(subject="seen"))

        assert other.subjects() == ["seen"]


def test_a_user_that_closes_leaves_the_other_one_working(box: Box) -> None:
    reopened(box.path).close()
    box.save(Message(subject="still"))

    assert box.subjects() == ["still"]


def test_closing_twice_is_closing_once(box: Box) -> None:
    box.close()
    box.close()
    with reopened(box.path) as other:
        assert other.subjects() == []


def test_two_locks_at_once_lock_two_submissions(box: Box) -> None:
    message = Message(from_="a@a.test", to="b@b.test")
    for number in range(8):
        box.submit(message, f"t{number}")
    taken: list[str] = []

    def take() -> None:
        item = box.lock()
        assert item is not None
        taken.append(item.transfer_id)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [f"t{number}" for number in range(8)]


def test_many_threads_save_and_nothing_is_lost(box: Box) -> None:
    def work(name: int) -> None:
        for number in range(10):
            box.save(Message(subject=f"{name} {number}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(box.subjects()) == sorted(f"{name} {number}" for name in range(8) for number in range(10))


def test_two_processes_that_save_at_once_lose_nothing(url: str) -> None:
    """They make the tables, too: whoever is second finds them."""
    children = [subprocess.Popen(command(SAVES_50, url, name)) for name in ("ann", "bob")]
    assert [child.wait(120) for child in children] == [0, 0]

    with opened(url) as desk:
        assert sorted(desk.subjects()) == sorted(f"{name} {number}" for name in ("ann", "bob") for number in range(50))


def test_processes_that_make_one_store_make_one_mailbox(url: str) -> None:
    children = [subprocess.Popen(command("print(provider.uid.hex())", url), stdout=subprocess.PIPE) for _ in range(3)]
    said = {child.communicate(timeout=120)[0] for child in children}

    assert ([child.returncode for child in children], len(said)) == ([0, 0, 0], 1)


def test_a_reader_is_not_held_up_by_a_writer(box: Box) -> None:
    box.save(Message(subject="before"))
    writer = sqlite3.connect(box.path, isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("update message set subject = 'not yet'")

    assert box.subjects() == ["before"]
    writer.execute("rollback")
    writer.close()


def test_a_reader_sees_whole_transactions_of_a_writer_in_another_process(url: str) -> None:
    """The writer saves two at a time, so that an odd count would be half a transaction."""
    program = """
for number in range(150):
    save("a", "b")
    print(number, flush=True)
"""
    with opened(url) as desk, subprocess.Popen(command(program, url), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        counts = [desk.run(desk.store.count(desk.inbox, EVERY_ROW, NEVER)) for _ in child.stdout]

    assert [count for count in counts if count % 2] == []


@pytest.mark.parametrize("saves", [1, 40])
def test_a_kill_loses_no_message_that_was_acknowledged(url: str, saves: int) -> None:
    with subprocess.Popen(command(SAVES_WITHOUT_END, url), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(saves)]
        child.kill()
        acknowledged += child.stdout.read().split()

    with opened(url) as desk:
        assert desk.subjects()[: len(acknowledged)] == acknowledged


def test_a_kill_loses_no_submission_that_was_acknowledged(url: str) -> None:
    with subprocess.Popen(command(SUBMITS_WITHOUT_END, url), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(20)]
        child.kill()
        acknowledged += child.stdout.read().split()

    with opened(url) as desk:
        items = desk.run(desk.store.outgoing(NEVER))
        ready = [item.transfer_id for item in items if item.state is OutgoingState.READY]
        assert ready[: len(acknowledged)] == [f"t{number}" for number in acknowledged]


def test_a_kill_leaves_each_message_with_its_content(url: str) -> None:
    with subprocess.Popen(command(SAVES_WITHOUT_END, url), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(10):
            child.stdout.readline()
        child.kill()

    with opened(url) as desk:
        assert [(desk.load(one).text or "").strip() for one in desk.ids()] == desk.subjects()


def test_a_lock_ends_with_its_lease(url: str) -> None:
    clock = ManualClock()
    with opened(url, clock) as desk, opened(url, clock) as other:
        desk.submit("t1")
        desk.lock(60)
        clock.move(50)
        before = other.lock()
        clock.move(11)

        assert (before, other.lock()) == (None, "t1")


def test_a_lock_of_a_running_process_holds(url: str) -> None:
    with opened(url) as desk:
        desk.submit("t1")
        with subprocess.Popen(command(LOCKS, url), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()

            assert desk.lock() is None


def test_a_lock_of_a_killed_process_is_free_at_once(url: str) -> None:
    with opened(url) as desk:
        desk.submit("t1")
        with subprocess.Popen(command(LOCKS, url), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            child.kill()

        assert desk.lock() == "t1"


def test_a_submission_that_was_marked_as_unread_counts_as_read_in_sent_items(url: str) -> None:
    """The sender's copy has been read, whatever was done to it in the outbox."""
    with opened(url) as desk:
        item = desk.run(desk.store.submit(Message(from_="a@a.test", to="b@b.test"), "t1", NEVER))
        desk.run(desk.store.set_read_flag([item.entry_id], False, NEVER))
        locked = desk.run(desk.store.lock_due(600, NEVER))
        desk.run(desk.store.settle(attrs.evolve(locked, state=OutgoingState.SENT), [], NEVER))
        special = desk.run(desk.store.special_folders(NEVER))
        roles = (SpecialFolder.OUTBOX, SpecialFolder.SENT_ITEMS)
        facts = [desk.run(desk.store.folder(special[role], NEVER)) for role in roles]

        assert [(one.content_count, one.unread_count) for one in facts] == [(0, 0), (1, 0)]


def test_a_delivery_key_holds_for_one_mailbox_only(box: Box, mode: Mode) -> None:
    """A second mailbox of the same file may be delivered the same thing."""
    from msgcore.providers.internal.mailboxes import create_mailbox
    from msgcore.providers.internal.schema import STORE_SCHEMA
    from msgcore.runtime import Database

    box.deliver(Incoming(Message(subject="for both"), delivery_key=b"k"))
    database = Database.open(box.path, STORE_SCHEMA, create=False)
    mailbox = box.run(database.write(box.runtime, lambda c: create_mailbox(c, "eve")))
    eve = InternalStore(box.runtime, database, mailbox)
    inbox = box.run(eve.special_folders(NEVER))[SpecialFolder.INBOX]
    (entry_id,) = box.run(eve.save(inbox, [Incoming(Message(subject="for both"), delivery_key=b"k")], NEVER))

    assert box.run(eve.load(entry_id, 1_000, NEVER)).subject == "for both"
    box.run(database.close(box.runtime))
