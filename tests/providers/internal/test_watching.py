"""What the internal store tells of a folder's messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound
from msgcore.model import Message
from msgcore.runtime import NEVER
from msgcore.spi.store import EventKind, SpecialFolder, StoreEvent
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box

CREATED, MODIFIED, DELETED = EventKind.CREATED, EventKind.MODIFIED, EventKind.DELETED


class Watcher:
    """What was told of one folder: one list a transaction."""

    def __init__(self, box: Box, folder: EntryId) -> None:
        self.told: list[list[tuple[EventKind, EntryId]]] = []
        self._folder = folder
        self.end: Callable[[], None] = box.run(box.store.advise(folder, self._take, NEVER))

    def _take(self, events: Sequence[StoreEvent]) -> None:
        assert {event.folder for event in events} == {self._folder}
        self.told.append([(event.kind, event.entry_id) for event in events])

    def kinds(self) -> list[set[EventKind]]:
        return [{kind for kind, _ in events} for events in self.told]


@pytest.fixture
def watcher(box: Box) -> Watcher:
    return Watcher(box, box.inbox)


def test_saved_messages_are_told_with_their_entry_ids_in_one_piece(box: Box, watcher: Watcher) -> None:
    first, second = box.save(Message(subject="a"), Message(subject="b"))

    assert [[one for one in events if one[0] is CREATED] for events in watcher.told] == [
        [(CREATED, first), (CREATED, second)]
    ]


def test_a_changed_message_is_told(box: Box) -> None:
    entry_id = box.save_one(Message(subject="a"))
    watcher = Watcher(box, box.inbox)
    box.run(box.store.save_changes(entry_id, Message(subject="b"), NEVER))

    assert set(watcher.told[0]) == {(MODIFIED, entry_id)}


def test_a_read_flag_is_told(box: Box) -> None:
    entry_id = box.save_one(Message(subject="a"))
    watcher = Watcher(box, box.inbox)
    box.run(box.store.set_read_flag([entry_id], True, NEVER))

    assert watcher.told == [[(MODIFIED, entry_id)]]


def test_a_message_that_moves_leaves_one_folder_and_appears_in_the_other(box: Box) -> None:
    entry_id = box.save_one(Message(subject="a"))
    drafts = box.special[SpecialFolder.DRAFTS]
    here, there = Watcher(box, box.inbox), Watcher(box, drafts)
    box.run(box.store.move([entry_id], drafts, NEVER))

    assert (here.told, there.told) == ([[(DELETED, entry_id)]], [[(CREATED, entry_id)]])


def test_a_deleted_message_is_told(box: Box) -> None:
    entry_id = box.save_one(Message(subject="a"))
    watcher = Watcher(box, box.inbox)
    box.run(box.store.delete([entry_id], NEVER))

    assert watcher.told == [[(DELETED, entry_id)]]


def test_what_goes_with_its_folder_is_told(box: Box) -> None:
    folder = box.run(box.store.create_folder(box.inbox, "old", NEVER))
    entry_id = box.save_one(Message(subject="a"), folder)
    watcher = Watcher(box, folder)
    box.run(box.store.delete_folder(folder, NEVER))

    assert watcher.told == [[(DELETED, entry_id)]]


def test_a_submission_is_told_in_the_outbox(box: Box) -> None:
    watcher = Watcher(box, box.special[SpecialFolder.OUTBOX])
    box.submit(Message(from_="a@b.test", to="c@d.test"))

    assert watcher.told[0][0][0] is CREATED


def test_what_happens_elsewhere_is_not_told(box: Box, watcher: Watcher) -> None:
    box.save_one(Message(subject="a"), box.special[SpecialFolder.DRAFTS])

    assert watcher.told == []


def test_what_was_undone_is_not_told(box: Box) -> None:
    entry_id = box.save_one(Message(subject="a"))
    gone = box.save_one(Message(subject="b"))
    box.run(box.store.delete([gone], NEVER))
    watcher = Watcher(box, box.inbox)
    with pytest.raises(NotFound):
        box.run(box.store.delete([entry_id, gone], NEVER))

    assert watcher.told == []


def test_nothing_is_told_after_the_end(box: Box, watcher: Watcher) -> None:
    watcher.end()
    box.save_one(Message(subject="a"))

    assert watcher.told == []


def test_another_store_on_the_same_file_is_heard(mode: Mode, box: Box, watcher: Watcher) -> None:
    with Box(mode, box.path) as other:
        other.save_one(Message(subject="a"))

    assert CREATED in watcher.kinds()[0]


def test_a_folder_that_is_gone_cannot_be_watched(box: Box) -> None:
    folder = box.run(box.store.create_folder(box.inbox, "old", NEVER))
    box.run(box.store.delete_folder(folder, NEVER))

    with pytest.raises(NotFound):
        Watcher(box, folder)
