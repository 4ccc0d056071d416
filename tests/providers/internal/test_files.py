"""Files that are none, are damaged, or belong to somebody else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from msgcore.errors import MsgcoreError, StoreBusy, StoreCorrupt, StoreError
from msgcore.model import Message
from msgcore.runtime import NEVER
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def test_text_is_no_store(mode: Mode, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Bob,\n" * 1_000)

    with pytest.raises(StoreCorrupt, match=r"letter\.txt"):
        Box(mode, path)


def test_random_octets_are_no_store(mode: Mode, tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    path.write_bytes(os.urandom(100_000))

    with pytest.raises(StoreCorrupt, match=r"mail\.db"):
        Box(mode, path)


def test_a_file_of_another_program_is_refused(mode: Mode, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    execute(path, "create table moz_places (id integer)")

    with pytest.raises(StoreError, match="moz_places"):
        Box(mode, path)


def test_a_file_of_another_program_stays_as_it_is(mode: Mode, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    execute(path, "create table moz_places (id integer)")
    with pytest.raises(StoreError):
        Box(mode, path)

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("select name from sqlite_schema").fetchall() == [("moz_places",)]


def test_a_file_of_a_newer_msgcore_is_refused(mode: Mode, tmp_path: Path, empty_mailbox: bytes) -> None:
    path = tmp_path / "mail.db"
    path.write_bytes(empty_mailbox)
    execute(path, "update msgcore_schema set version = 99 where name = 'store'")

    with pytest.raises(StoreError, match="version 99"):
        Box(mode, path)


def test_an_organisations_file_is_no_personal_folders(mode: Mode, tmp_path: Path, empty_mailbox: bytes) -> None:
    path = tmp_path / "mail.db"
    path.write_bytes(empty_mailbox)
    execute(
        path, "insert into mailbox (uid, epoch, name, name_key, display_name) values (x'00', x'00', 'b', x'62', 'B')"
    )

    with pytest.raises(StoreError, match="2 mailboxes"):
        Box(mode, path)


def test_a_folder_that_is_not_there_is_named(mode: Mode, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no-such-folder"):
        Box(mode, tmp_path / "no-such-folder" / "mail.db")


def test_a_folder_is_no_store(mode: Mode, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Box(mode, tmp_path)


def test_a_file_that_was_cut_is_corrupt(mode: Mode, tmp_path: Path, empty_mailbox: bytes) -> None:
    path = tmp_path / "mail.db"
    path.write_bytes(empty_mailbox[: len(empty_mailbox) // 2])

    with pytest.raises(StoreCorrupt, match=r"mail\.db"), Box(mode, path) as box:
        box.save(Message())


def damaged(path: Path, whole: bytes, page: int) -> None:
    size = int.from_bytes(whole[16:18], "big")
    path.write_bytes(whole[: page * size] + b"\xff" * size + whole[(page + 1) * size :])


def test_a_damaged_page_is_an_error_of_the_store_wherever_it_is(tmp_path: Path) -> None:
    """Never a foreign exception, and never another message's text."""
    path = tmp_path / "whole.db"
    with Box(Mode.BLOCKING, path) as box:
        texts = {one: f"{one.number}" * 3_000 for one in box.save(*(Message(subject=str(n)) for n in range(1, 6)))}
        for one, text in texts.items():
            box.run(box.store.save_changes(one, Message(subject=str(one.number), text=text), NEVER))
    whole = path.read_bytes()
    wrong: list[str] = []
    for page in range(1, len(whole) // int.from_bytes(whole[16:18], "big")):
        broken = tmp_path / f"{page}.db"
        damaged(broken, whole, page)
        try:
            with Box(Mode.BLOCKING, broken) as box:
                for one, text in texts.items():
                    if (box.load(one).text or "").strip() != text:
                        wrong.append(f"page {page}: {one}")
        except MsgcoreError:
            continue

    assert wrong == []


@pytest.mark.parametrize("overlay", ["{", "[[1]]", "[[26625, 3]]", "[[26625, 999, 1]]", '[["x", 1, 31, "y"]]', "5"])
def test_an_overlay_that_is_damaged_is_corrupt(box: Box, overlay: str) -> None:
    entry_id = box.save_one(Message(subject="s"))
    box.sql("update message set overlay = ?", overlay)

    with pytest.raises(StoreCorrupt, match="overlay"):
        box.load(entry_id)


def test_a_writer_that_another_program_holds_up_says_so(tmp_path: Path, empty_mailbox: bytes) -> None:
    from msgcore.providers.internal.mailboxes import list_mailboxes
    from msgcore.providers.internal.schema import STORE_SCHEMA
    from msgcore.providers.internal.store import InternalStore
    from msgcore.runtime import BlockingRuntime, Database
    from msgcore.spi.store import Incoming, SpecialFolder

    path = tmp_path / "mail.db"
    path.write_bytes(empty_mailbox)
    runtime = BlockingRuntime()
    database = Database.open(path, STORE_SCHEMA, create=False, busy_seconds=0.01)
    (mailbox,) = runtime.run(database.read(runtime, list_mailboxes))
    store = InternalStore(runtime, database, mailbox)
    inbox = runtime.run(store.special_folders(NEVER))[SpecialFolder.INBOX]
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("begin immediate")
        with pytest.raises(StoreBusy):
            runtime.run(store.save(inbox, [Incoming(Message())], NEVER))
    runtime.run(database.close(runtime))
