"""Several users of one file: two opened stores, several processes, processes that are killed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from msgcore.model import Message
from msgcore.runtime import NEVER
from msgcore.spi.store import EVERY_ROW, Incoming, OutgoingState, SpecialFolder
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box

PROLOGUE = """
import sys
import msgcore
from msgcore import Message
from msgcore.runtime import NEVER
from msgcore.providers.internal.service import PersonalFoldersConfig, PersonalFoldersService
from msgcore.runtime import BlockingRuntime
from pathlib import Path
runtime = BlockingRuntime()
service = PersonalFoldersService(PersonalFoldersConfig(Path(sys.argv[1])), runtime)
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


def test_two_processes_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    """They make the file, too: whoever is second finds it."""
    path = tmp_path / "mail.db"
    children = [subprocess.Popen(command(SAVES_50, path, name)) for name in ("ann", "bob")]
    assert [child.wait(120) for child in children] == [0, 0]

    with reopened(path) as box:
        assert sorted(box.subjects()) == sorted(f"{name} {number}" for name in ("ann", "bob") for number in range(50))


def test_two_processes_that_make_one_file_make_one_mailbox(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    children = [subprocess.Popen(command("", path)) for _ in range(3)]
    assert [child.wait(120) for child in children] == [0, 0, 0]

    with reopened(path) as box:
        assert box.sql("select count(*) from mailbox") == [(1,)]


def test_a_reader_is_not_held_up_by_a_writer(box: Box) -> None:
    box.save(Message(subject="before"))
    writer = sqlite3.connect(box.path, isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("update message set subject = 'not yet'")

    assert box.subjects() == ["before"]
    writer.execute("rollback")
    writer.close()


def test_a_reader_sees_whole_transactions_of_a_writer_in_another_process(tmp_path: Path) -> None:
    """The writer saves two at a time, so that an odd count would be half a transaction."""
    path = tmp_path / "mail.db"
    program = """
for number in range(150):
    save("a", "b")
    print(number, flush=True)
"""
    with reopened(path) as box, subprocess.Popen(command(program, path), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        counts = [box.run(box.store.count(box.inbox, EVERY_ROW, NEVER)) for _ in child.stdout]

    assert [count for count in counts if count % 2] == []


@pytest.mark.parametrize("saves", [1, 40])
def test_a_kill_loses_no_message_that_was_acknowledged(tmp_path: Path, saves: int) -> None:
    path = tmp_path / "mail.db"
    with subprocess.Popen(command(SAVES_WITHOUT_END, path), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(saves)]
        child.kill()
        acknowledged += child.stdout.read().split()

    with reopened(path) as box:
        assert box.subjects()[: len(acknowledged)] == acknowledged


def test_a_kill_loses_no_submission_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    with subprocess.Popen(command(SUBMITS_WITHOUT_END, path), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(20)]
        child.kill()
        acknowledged += child.stdout.read().split()

    with reopened(path) as box:
        ready = [item.transfer_id for item in box.run(box.store.outgoing(NEVER)) if item.state is OutgoingState.READY]
        assert ready[: len(acknowledged)] == [f"t{number}" for number in acknowledged]


def test_a_kill_leaves_each_message_with_its_content(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    with subprocess.Popen(command(SAVES_WITHOUT_END, path), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(10):
            child.stdout.readline()
        child.kill()

    with reopened(path) as box:
        assert [(box.load(one).text or "").strip() for one in box.ids()] == box.subjects()


def test_a_lock_of_a_running_process_holds(box: Box) -> None:
    box.submit(Message(from_="a@a.test", to="b@b.test"))
    with subprocess.Popen(command(LOCKS, box.path), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()

        assert box.lock() is None


def test_a_lock_of_a_killed_process_is_free_at_once(box: Box) -> None:
    box.submit(Message(from_="a@a.test", to="b@b.test"), "t1")
    with subprocess.Popen(command(LOCKS, box.path), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.kill()
    item = box.lock()

    assert item is not None
    assert item.transfer_id == "t1"


def test_a_delivery_key_holds_for_one_mailbox_only(box: Box, mode: Mode) -> None:
    """A second mailbox of the same file may be delivered the same thing."""
    from msgcore.providers.internal.folders import create_mailbox
    from msgcore.providers.internal.schema import STORE_SCHEMA
    from msgcore.providers.internal.store import InternalStore
    from msgcore.runtime import Database

    box.deliver(Incoming(Message(subject="for both"), delivery_key=b"k"))
    database = Database.open(box.path, STORE_SCHEMA, create=False)
    mailbox = box.run(database.write(box.runtime, lambda c: create_mailbox(c, "eve")))
    eve = InternalStore(box.runtime, database, mailbox)
    inbox = box.run(eve.special_folders(NEVER))[SpecialFolder.INBOX]
    (entry_id,) = box.run(eve.save(inbox, [Incoming(Message(subject="for both"), delivery_key=b"k")], NEVER))

    assert box.run(eve.load(entry_id, 1_000, NEVER)).subject == "for both"
    box.run(database.close(box.runtime))
