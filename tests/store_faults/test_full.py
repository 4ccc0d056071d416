"""A file system of its own that is full, and then is not any more; and one that may only be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

import msgcore
from msgcore import mime
from msgcore.blocking.store import MessageStore
from msgcore.errors import StoreError, StoreFull
from tests.store_faults.ledger import octets_of


def mount(*arguments: str | Path) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")  # a container that may not


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    place = tmp_path / "disk"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", place)
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.fixture
def store(disk: Path) -> Iterator[MessageStore]:
    with msgcore.open_store(f"sqlite:///{disk / 'mail.db'}") as store:
        yield store


def fill(store: MessageStore) -> list[str]:
    """Save until there is no room, and give the subjects that were acknowledged."""
    saved: list[str] = []
    with pytest.raises(StoreFull, match=r"mail\.db"):
        while True:
            subject = f"letter {len(saved)} large"
            store.inbox.save(mime.read(octets_of(subject)))
            saved.append(subject)
    return saved


def shown(store: MessageStore) -> list[str]:
    return [item.subject for item in store.inbox.messages() if item.load().message_id]


def test_on_a_full_disk_everything_can_be_read(store: MessageStore) -> None:
    assert sorted(fill(store)) == sorted(shown(store))


def test_a_full_disk_leaves_a_store_without_a_fault(store: MessageStore) -> None:
    fill(store)
    assert store.check() == ()


def test_a_store_on_a_full_disk_is_opened_and_has_what_was_acknowledged(disk: Path) -> None:
    url = f"sqlite:///{disk / 'mail.db'}"
    with msgcore.open_store(url) as store:
        saved = fill(store)
    with msgcore.open_store(url) as store:
        assert sorted(shown(store)) == sorted(saved)


def test_a_store_that_cannot_be_opened_on_a_full_disk_says_so(disk: Path) -> None:
    url = f"sqlite:///{disk / 'mail.db'}"
    msgcore.open_store(url).close()
    with suppress(OSError), (disk / "large").open("wb", buffering=0) as large:
        while large.write(bytes(4096)):
            pass

    with pytest.raises(StoreFull, match=r"no space is left on the disk of .*disk"):
        msgcore.open_store(url)


def test_when_there_is_room_again_the_same_logon_deletes_and_saves(disk: Path, store: MessageStore) -> None:
    saved = fill(store)
    mount("-o", "remount,size=16m", disk)
    store.purge(*[item.entry_id for item in store.inbox.messages()])
    store.inbox.save(mime.read(octets_of("again")))
    assert (len(saved) > 3, shown(store), store.check()) == (True, ["again"], ())


def test_on_a_disk_that_may_only_be_read_the_error_names_the_file(disk: Path) -> None:
    url = f"sqlite:///{disk / 'mail.db'}"
    msgcore.open_store(url).close()
    mount("-o", "remount,ro", disk)
    with pytest.raises(StoreError, match=r"mail\.db: .* may not be written: .*mounted read-only"):
        msgcore.open_store(url)


def test_on_a_disk_that_may_only_be_read_a_store_is_read(disk: Path) -> None:
    url = f"sqlite:///{disk / 'mail.db'}"
    with msgcore.open_store(url) as store:
        store.inbox.save(mime.read(octets_of("letter")))
    mount("-o", "remount,ro", disk)
    with msgcore.open_store(url, read_only=True) as store:
        assert shown(store) == ["letter"]


def test_on_a_disk_that_may_only_be_read_the_rest_of_a_cut_file_is_read(tmp_path: Path, disk: Path) -> None:
    path = tmp_path / "mail.db"
    with msgcore.open_store(f"sqlite:///{path}") as store:
        store.inbox.save(mime.read(octets_of("letter")))
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("create table more as select randomblob(200000)")
    (disk / "mail.db").write_bytes(path.read_bytes()[:-100_000])
    mount("-o", "remount,ro", disk)
    with msgcore.open_store(f"sqlite:///{disk / 'mail.db'}", read_only=True) as store:
        assert shown(store) == ["letter"]


@pytest.mark.parametrize("suffixes", [("", "-wal", "-shm"), ("", "-wal")], ids=["all of it", "-shm lost"])
def test_on_a_disk_that_may_only_be_read_what_a_killed_writer_left_is_read_or_refused(
    tmp_path: Path, disk: Path, suffixes: tuple[str, ...]
) -> None:
    path = tmp_path / "mail.db"
    with msgcore.open_store(f"sqlite:///{path}") as store:
        store.inbox.save(mime.read(octets_of("letter")))
        for suffix in suffixes:
            shutil.copy(f"{path}{suffix}", disk)
    mount("-o", "remount,ro", disk)
    said = ""
    try:
        with msgcore.open_store(f"sqlite:///{disk / 'mail.db'}", read_only=True) as store:
            assert shown(store) == ["letter"]
    except StoreError as error:
        said = str(error)
    assert ("mail.db-wal" in said) is ("-shm" not in suffixes)
