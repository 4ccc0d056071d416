"""Mail in files, brought into a folder and out of it, as an application asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from msgcore import Message
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import NotFound
from msgcore.transfer import ExportOptions, ImportOptions, MboxWriter, open_archive

FROM = b"From a@a.test Thu Jan  1 00:00:00 2026\n"
MBOX = FROM + b"Subject: one\n\nbody\n\n" + FROM + b"Subject: two\n\nbody\n"


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "old.mbox"
    path.write_bytes(MBOX)
    return path


def subjects(folder: Folder) -> list[str]:
    return sorted(item.subject for item in folder.messages())


def test_an_archive_is_imported_from_its_path(store: MessageStore, mbox: Path) -> None:
    result = store.inbox.import_archive(mbox)

    assert (result.messages, subjects(store.inbox)) == (2, ["one", "two"])


def test_an_archive_that_is_imported_again_doubles_nothing(store: MessageStore, mbox: Path) -> None:
    store.inbox.import_archive(mbox)
    store.inbox.import_archive(open_archive(mbox), ImportOptions(batch=1))

    assert subjects(store.inbox) == ["one", "two"]


def test_an_archive_that_is_not_there_is_not_found(store: MessageStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        store.inbox.import_archive(tmp_path / "none.mbox")


def test_a_folder_is_exported_and_an_export_goes_on(store: MessageStore, tmp_path: Path) -> None:
    path = tmp_path / "new.mbox"
    store.inbox.save(Message(subject="one"))
    store.inbox.export_to(MboxWriter(path))
    store.inbox.save(Message(subject="two"))
    result = store.inbox.export_to(MboxWriter(path), ExportOptions())

    assert (result.present, result.written) == (1, 1)
