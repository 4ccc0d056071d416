"""The table of the folders below a folder, while others delete some of them."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, TooComplex
from msgcore.props.table import PidTagDisplayName
from msgcore.runtime import NEVER, BlockingRuntime
from msgcore.session.tables.folder_rows import hierarchy_rows
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import FolderFacts, SpecialFolder
from msgcore.testing.memory_store import MemoryStore

RUNTIME = BlockingRuntime()


class Vanishing(MemoryStore):
    """A store in which the folder ``b`` is deleted as soon as it has been listed."""

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        found = super().folders(parent, deadline)
        for facts in found:
            if facts.name == "b":
                self.delete_folder(facts.entry_id, deadline)
        return found


def guarded(store: MemoryStore) -> GuardedStore:
    return GuardedStore(Plugin("vanishing", store, RUNTIME), store)


def test_a_folder_that_goes_while_the_table_is_read_is_left_out() -> None:
    store = Vanishing()
    inbox = store.special_folders(NEVER)[SpecialFolder.INBOX]
    for name in "abc":
        store.create_folder(inbox, name, NEVER)
    rows = RUNTIME.run(hierarchy_rows(guarded(store), inbox, None, NEVER))

    assert sorted(row[PidTagDisplayName] for row in rows) == ["a", "c"]


def test_the_folders_of_a_folder_that_is_gone_are_not_found() -> None:
    store = MemoryStore()
    inbox = store.special_folders(NEVER)[SpecialFolder.INBOX]
    gone = store.create_folder(inbox, "gone", NEVER)
    store.delete_folder(gone, NEVER)

    with pytest.raises(NotFound):
        RUNTIME.run(hierarchy_rows(guarded(store), gone, None, NEVER))


class InItself(MemoryStore):
    """A store whose folder ``a`` holds the inbox, which holds it."""

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        found = super().folders(parent, deadline)
        if self.folder(parent, deadline).name != "a":
            return found
        return [*found, self.folder(self.special_folders(deadline)[SpecialFolder.INBOX], deadline)]


class Bottomless(MemoryStore):
    """A store each of whose folders has another one in it."""

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        inbox = self.folder(self.special_folders(deadline)[SpecialFolder.INBOX], deadline)
        return [attrs.evolve(inbox, entry_id=EntryId(parent.provider_uid, parent.kind, parent.number + 1), role=None)]


def test_a_folder_that_is_inside_itself_is_there_once() -> None:
    store = InItself()
    top = store.special_folders(NEVER)[SpecialFolder.IPM_SUBTREE]
    inbox = store.special_folders(NEVER)[SpecialFolder.INBOX]
    store.create_folder(inbox, "a", NEVER)
    rows = RUNTIME.run(hierarchy_rows(guarded(store), top, None, NEVER))

    assert [row[PidTagDisplayName] for row in rows].count("a") == 1


def test_folders_without_end_are_too_complex() -> None:
    store = Bottomless()
    inbox = store.special_folders(NEVER)[SpecialFolder.INBOX]

    with pytest.raises(TooComplex, match="more than 1000 levels down"):
        RUNTIME.run(hierarchy_rows(guarded(store), inbox, None, NEVER))
