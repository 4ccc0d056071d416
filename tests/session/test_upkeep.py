"""A store that is looked after by its owner: verified, backed up, compacted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore import Message
from msgcore.blocking.store import MessageStore
from msgcore.errors import NotSupported, UsageError
from tests.session.desk import Desk
from tests.session.ram import register_ram


@pytest.fixture
def kept(desk: Desk) -> Iterator[MessageStore]:
    """A store in a file, with a message."""
    with desk.open_store(f"sqlite:///{desk.mailbox()['path']}") as store:
        store.inbox.save(Message(subject="a"))
        yield store


def test_a_store_in_good_order_has_no_faults(kept: MessageStore) -> None:
    assert kept.check() == ()


def test_a_backup_is_a_store_of_what_there_was(kept: MessageStore, desk: Desk) -> None:
    path = desk.folder / "backup.db"
    kept.backup(path)
    kept.inbox.save(Message(subject="b"))
    with desk.open_store(f"sqlite:///{path}") as saved:
        assert [item.subject for item in saved.inbox.messages()] == ["a"]


def test_a_backup_does_not_write_over_a_file(kept: MessageStore, desk: Desk) -> None:
    path = desk.folder / "backup.db"
    path.write_bytes(b"mine")
    with pytest.raises(UsageError):
        kept.backup(path)

    assert path.read_bytes() == b"mine"


def test_a_backup_goes_to_a_path(kept: MessageStore) -> None:
    with pytest.raises(UsageError, match="backup: need a Path"):
        kept.backup("backup.db")  # type: ignore[arg-type]


def test_a_compacted_store_has_all_that_was_in_it(kept: MessageStore) -> None:
    kept.compact()

    assert [item.subject for item in kept.inbox.messages()] == ["a"]


def test_a_store_that_is_not_looked_after_says_so(desk: Desk) -> None:
    register_ram()
    with desk.open_store("ram://mail") as store, pytest.raises(NotSupported, match="maintenance"):
        store.backup(Path("backup.db"))


def test_a_backup_into_a_folder_that_is_not_there_names_it(kept: MessageStore, desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"no folder .*away"):
        kept.backup(desk.folder / "away" / "backup.db")
