"""What the internal store tells of a folder's messages."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, TimedOut
from msgcore.model import Message
from msgcore.props.table import PidTagSubject
from msgcore.providers.internal.changes import Scope
from msgcore.providers.internal.watching import FolderWatch
from msgcore.runtime import NEVER
from msgcore.spi.folders import Search
from msgcore.spi.store import EventKind, Incoming, SpecialFolder, StoreEvent
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.test_searches import UNREAD, search, shown
from tests.runtime.peers import PATIENCE_SECONDS

ROUNDS = 150 if SOAK else 10

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


# The whole store


def check_everything(store: Any, run: Callable[[Any], Any]) -> None:
    """Advise on the whole store, do one of each, and see that each is told once."""
    special = run(store.special_folders(NEVER))
    inbox, drafts = special[SpecialFolder.INBOX], special[SpecialFolder.DRAFTS]
    told: list[StoreEvent] = []
    end = run(store.advise(None, told.extend, NEVER))
    (mail,) = run(store.save(inbox, [Incoming(Message(subject="mail"))], NEVER))
    (draft,) = run(store.save(drafts, [Incoming(Message(subject="draft"))], NEVER))
    run(store.set_read_flag([mail], True, NEVER))
    run(store.move([mail], drafts, NEVER))
    run(store.delete([draft], NEVER))
    folder = run(store.create_folder(inbox, "new", NEVER))
    run(store.delete_folder(folder, NEVER))
    end()
    run(store.save(inbox, [Incoming(Message(subject="later"))], NEVER))
    assert told == [
        StoreEvent(EventKind.NEW_MAIL, inbox, mail),
        StoreEvent(CREATED, drafts, draft),
        StoreEvent(MODIFIED, inbox, mail),
        StoreEvent(EventKind.MOVED, drafts, mail),
        StoreEvent(DELETED, drafts, draft),
        StoreEvent(CREATED, inbox, folder),
        StoreEvent(DELETED, inbox, folder),
    ]


def test_what_happens_in_the_whole_store_is_told_with_the_folder(either_box: Box) -> None:
    check_everything(either_box.store, either_box.run)


def test_a_store_in_memory_tells_the_same() -> None:
    check_everything(MemoryStore(), lambda given: given)


def test_a_submission_that_waits_anew_is_told_in_the_outbox(either_box: Box) -> None:
    box = either_box
    item = box.submit(Message(from_="a@b.test", to="c@d.test"))
    watcher = Watcher(box, box.special[SpecialFolder.OUTBOX])
    locked = box.run(box.store.lock_due(60, NEVER))
    assert locked is not None
    box.run(box.store.settle(locked, [], NEVER))
    box.run(box.store.retry(item.entry_id, NEVER))

    assert watcher.told == [[(MODIFIED, item.entry_id)]] * 2


# A watch that begins while others commit


def test_what_comes_while_a_watch_begins_is_told_once_at_most(box: Box) -> None:
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            box.save(Message(subject="a"))

    told: list[list[EntryId]] = []
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        for _ in range(ROUNDS):
            watcher = Watcher(box, box.inbox)
            box.run(box.store.set_read_flag(box.save(Message(subject="b")), True, NEVER))
            watcher.end()
            told.append([entry_id for events in watcher.told for kind, entry_id in events if kind is CREATED])
        is_over.set()
        writing.result()
    assert [len(ids) - len(set(ids)) for ids in told] == [0] * ROUNDS


def test_a_watch_that_is_cancelled_as_it_begins_is_told_nothing(box: Box) -> None:
    """The first look, which the cancellation meets, comes when the listener is there already."""
    told: list[Sequence[StoreEvent]] = []
    is_inside, may_end = threading.Event(), threading.Event()

    def slow(_: Sequence[StoreEvent]) -> None:
        is_inside.set()
        assert may_end.wait(PATIENCE_SECONDS)

    box.run(box.store.advise(box.inbox, slow, NEVER))
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(box.save_one, Message(subject="a"))
        assert is_inside.wait(PATIENCE_SECONDS)
        with pytest.raises(TimedOut):
            box.run(box.store.advise(box.inbox, told.append, Deadline.after(0.05)))
        may_end.set()
        writing.result()
    box.save_one(Message(subject="b"))
    assert told == []


def test_a_look_that_is_made_again_finds_the_same(either_box: Box) -> None:
    """As it is on PostgreSQL when the server is lost."""
    box = either_box
    ((mailbox,),) = box.sql("select id from mailbox")
    watch = FolderWatch(Scope(box.store.uid, mailbox, box.inbox.number), box.inbox)
    watch.take(box.transact(watch.look))
    (one,) = box.save(Message(subject="a"))
    looks = [box.transact(watch.look).events for _ in range(2)]
    assert [[event.entry_id for event in events] for events in looks] == [[one], [one]]


# Search folders


def test_a_new_folder_with_the_number_of_a_message_in_a_search_folder_is_not_told(box: Box) -> None:
    made = box.folder("made")
    numbers = {one.number: one for one in box.save(*(Message(subject="a") for _ in range(made.number + 2)))}
    watcher = Watcher(box, search(box, UNREAD))
    later = box.folder("later")
    assert (later.number in numbers, watcher.told) == (True, [])


def test_a_folder_that_moves_out_of_the_scope_takes_its_messages_out_of_the_search(box: Box) -> None:
    inside = box.run(box.store.create_folder(box.inbox, "inside", NEVER))
    (one,) = box.save(Message(subject="a"), folder=inside)
    watcher = Watcher(box, search(box, UNREAD, box.inbox))
    box.run(box.store.move_folder(inside, box.special[SpecialFolder.IPM_SUBTREE], "inside", NEVER))
    assert watcher.told == [[(DELETED, one)]]


def test_a_search_that_is_changed_tells_what_it_shows_now(box: Box) -> None:
    one, two = box.save(Message(subject="one"), Message(subject="two"))
    found = search(box, PidTagSubject.contains("one"))
    watcher = Watcher(box, found)
    wanted = Search(PidTagSubject.contains("two"), (box.inbox,))
    box.run(box.store.set_search_criteria(found, wanted, NEVER))
    assert watcher.told == [[(DELETED, one), (CREATED, two)]]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["save", "read", "unread", "delete", "restore", "purge", "move", "folder"]),
            st.integers(0, 5),
        ),
        max_size=15,
    )
)
@settings(max_examples=20, deadline=None)
def test_who_follows_a_search_folder_knows_what_it_shows(shelf: Box, steps: list[tuple[str, int]]) -> None:
    here, there = (shelf.folder(uuid4().hex) for _ in range(2))
    found = search(shelf, UNREAD, here, name=uuid4().hex)
    watcher, messages = Watcher(shelf, found), shelf.save(Message(subject="a"), folder=here)
    for step, number in steps:
        messages += _step(shelf, step, messages[number % len(messages)], here, there)
    watcher.end()
    known: set[EntryId] = set()
    for kind, entry_id in (event for events in watcher.told for event in events):
        assert (entry_id in known) is (kind is not CREATED)
        known = known - {entry_id} if kind is DELETED else known | {entry_id}
    assert known == shown(shelf, found)


def _step(box: Box, step: str, message: EntryId, here: EntryId, there: EntryId) -> list[EntryId]:
    store, run = box.store, box.run
    match step:
        case "save":
            return box.save(Message(subject="b"), Message(subject="c"), folder=here)
        case "folder":
            box.run(store.create_folder(here, uuid4().hex, NEVER))
        case _:
            with contextlib.suppress(NotFound):
                match step:
                    case "read" | "unread":
                        run(store.set_read_flag([message], step == "read", NEVER))
                    case "delete":
                        run(store.delete([message], NEVER))
                    case "restore":
                        run(store.restore([message], NEVER))
                    case "move":
                        run(store.move([message], there, NEVER))
                    case _:
                        run(store.purge([message], NEVER))
    return []
