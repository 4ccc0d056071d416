"""Whatever is done to folders, messages and searches in whatever order: the store has what a simple model has."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.model import Message
from msgcore.props.restriction import Bitmask, Restriction
from msgcore.props.table import PidTagBody, PidTagMessageFlags, PidTagMessageStatus, PidTagSubject
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.runtime import NEVER, Database, PostgresTarget
from msgcore.spi.changes import ChangeKind
from msgcore.spi.folders import Search
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus, SpecialFolder
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.conftest import new_place
from tests.servers import Postgresql

_MEMORY = Path("/dev/shm")


@attrs.frozen
class Letter:
    folder: int
    subject: str
    is_read: bool = False
    is_tagged: bool = False
    is_deleted: bool = False


@attrs.frozen
class Shelf:
    parent: int
    name: str
    search: tuple[int, tuple[int, ...], bool] | None = None


SEARCHES: list[tuple[Restriction, Callable[[Letter], bool]]] = [
    (PidTagSubject.contains("A", ignore_case=True), lambda one: "a" in one.subject),
    (Bitmask(PidTagMessageFlags, MessageFlag.READ, is_set=False), lambda one: not one.is_read),
    (PidTagBody.has_phrase("b"), lambda one: "b" in one.subject),
    (Bitmask(PidTagMessageStatus, MessageStatus.TAGGED), lambda one: one.is_tagged),
    (PidTagBody.contains("y a"), lambda one: one.subject.startswith("a")),
]

places = st.integers(0, 100)
subjects = st.sampled_from(["a", "b", "ab", "c"])


def letter(subject: str) -> Message:
    return Message(subject=subject, text=f"body {' '.join(subject)}")


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mail.db"
        Box(Mode.BLOCKING, path).close()
        return path.read_bytes()


class Folders(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._kept = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
        self._box = self._open()
        self._store = self._box.store
        self._top = self._box.special[SpecialFolder.IPM_SUBTREE].number
        self._shelves: dict[int, Shelf] = {}
        self._letters: dict[int, Letter] = {}
        self._names = 0
        self._token: bytes | None = None
        self._followed: dict[EntryId, EntryId] = {}

    def _open(self) -> Box:
        path = Path(self._kept.name) / "mail.db"
        path.write_bytes(_empty())
        return Box(Mode.BLOCKING, path)

    def _sql(self, statement: str, *values: int) -> list[tuple[Any, ...]]:
        return self._box.sql(statement, *values)

    # What is there

    def _folder(self, number: int) -> EntryId:
        return EntryId(self._store.uid, ObjectKind.FOLDER, number)

    def _message(self, number: int) -> EntryId:
        return EntryId(self._store.uid, ObjectKind.MESSAGE, number)

    def _plain(self) -> list[int]:
        return [number for number, shelf in self._shelves.items() if shelf.search is None]

    def _parent(self, place: int) -> int:
        return _at([self._top, *self._plain()], place)

    def _there(self, *, is_deleted: bool = False) -> list[int]:
        return [number for number, one in self._letters.items() if one.is_deleted is is_deleted]

    def _inside(self, number: int) -> list[int]:
        found = [number]
        for one in found:
            found += [below for below, shelf in self._shelves.items() if shelf.parent == one]
        return found

    def _name(self) -> str:
        self._names += 1
        return f"folder {self._names}"

    def _shown(self, shelf: Shelf) -> set[int]:
        if shelf.search is None:
            return set()
        wanted, scope, is_recursive = shelf.search
        folders = {below for one in scope for below in (self._inside(one) if is_recursive else [one])}
        holds = SEARCHES[wanted][1]
        return {n for n, one in self._letters.items() if one.folder in folders and not one.is_deleted and holds(one)}

    # What is done

    @rule(place=places)
    def create(self, place: int) -> None:
        parent, name = self._parent(place), self._name()
        made = self._box.run(self._store.create_folder(self._folder(parent), name, NEVER))
        self._shelves[made.number] = Shelf(parent, name)

    @precondition(lambda self: self._plain())
    @rule(place=places, given_subjects=st.lists(subjects, min_size=1, max_size=3), is_read=st.booleans())
    def save(self, place: int, given_subjects: list[str], is_read: bool) -> None:
        folder = _at(self._plain(), place)
        incoming = [Incoming(letter(one), is_read=is_read) for one in given_subjects]
        saved = self._box.run(self._store.save(self._folder(folder), incoming, NEVER))
        for entry_id, subject in zip(saved, given_subjects, strict=True):
            self._letters[entry_id.number] = Letter(folder, subject, is_read)

    @precondition(lambda self: self._there())
    @rule(place=places, subject=subjects)
    def change(self, place: int, subject: str) -> None:
        number = _at(self._there(), place)
        self._box.run(self._store.save_changes(self._message(number), letter(subject), NEVER))
        self._letters[number] = attrs.evolve(self._letters[number], subject=subject)

    @precondition(lambda self: self._there())
    @rule(place=places, is_read=st.booleans())
    def mark(self, place: int, is_read: bool) -> None:
        number = _at(self._there(), place)
        self._box.run(self._store.set_read_flag([self._message(number)], is_read, NEVER))
        self._letters[number] = attrs.evolve(self._letters[number], is_read=is_read)

    @precondition(lambda self: self._there())
    @rule(place=places, is_tagged=st.booleans())
    def tag(self, place: int, is_tagged: bool) -> None:
        number = _at(self._there(), place)
        status = MessageStatus.TAGGED if is_tagged else MessageStatus(0)
        ids = [self._message(number)]
        self._box.run(self._store.set_message_status(ids, status, MessageStatus.TAGGED, NEVER))
        self._letters[number] = attrs.evolve(self._letters[number], is_tagged=is_tagged)

    @precondition(lambda self: self._there())
    @rule(place=places, goal=places)
    def move(self, place: int, goal: int) -> None:
        number, folder = _at(self._there(), place), _at(self._plain(), goal)
        self._box.run(self._store.move([self._message(number)], self._folder(folder), NEVER))
        self._letters[number] = attrs.evolve(self._letters[number], folder=folder)

    @precondition(lambda self: self._there())
    @rule(place=places, goal=places)
    def copy(self, place: int, goal: int) -> None:
        number, folder = _at(self._there(), place), _at(self._plain(), goal)
        (copy,) = self._box.run(self._store.copy([self._message(number)], self._folder(folder), NEVER))
        self._letters[copy.number] = attrs.evolve(self._letters[number], folder=folder)

    @precondition(lambda self: self._there())
    @rule(place=places)
    def delete(self, place: int) -> None:
        number = _at(self._there(), place)
        self._box.run(self._store.delete([self._message(number)], NEVER))
        self._letters[number] = attrs.evolve(self._letters[number], is_deleted=True)

    @precondition(lambda self: self._there(is_deleted=True))
    @rule(place=places)
    def restore(self, place: int) -> None:
        number = _at(self._there(is_deleted=True), place)
        self._box.run(self._store.restore([self._message(number)], NEVER))
        self._letters[number] = attrs.evolve(self._letters[number], is_deleted=False)

    @precondition(lambda self: self._letters)
    @rule(place=places)
    def purge(self, place: int) -> None:
        number = _at(list(self._letters), place)
        self._box.run(self._store.purge([self._message(number)], NEVER))
        del self._letters[number]

    @precondition(lambda self: self._shelves)
    @rule(place=places, goal=places)
    def move_folder(self, place: int, goal: int) -> None:
        number, parent, name = _at(list(self._shelves), place), self._parent(goal), self._name()
        if parent in self._inside(number):
            return
        self._box.run(self._store.move_folder(self._folder(number), self._folder(parent), name, NEVER))
        self._shelves[number] = attrs.evolve(self._shelves[number], parent=parent, name=name)

    @precondition(lambda self: self._shelves)
    @rule(place=places, goal=places)
    def copy_folder(self, place: int, goal: int) -> None:
        number, parent, name = _at(list(self._shelves), place), self._parent(goal), self._name()
        if parent in self._inside(number) or len(self._shelves) > 20:
            return
        made = self._box.run(self._store.copy_folder(self._folder(number), self._folder(parent), name, NEVER))
        self._learn(number, made.number, attrs.evolve(self._shelves[number], parent=parent, name=name))

    def _learn(self, source: int, copy: int, shelf: Shelf) -> None:
        """Note a copied folder; the store gives numbers to what is in it, in the order of the originals."""
        below = [(number, one) for number, one in self._shelves.items() if one.parent == source]
        self._shelves[copy] = shelf
        originals = sorted(n for n, one in self._letters.items() if one.folder == source and not one.is_deleted)
        copies = [n for (n,) in self._sql("select id from message where folder_id = ? order by id", copy)]
        for original, made in zip(originals, copies, strict=True):
            self._letters[made] = attrs.evolve(self._letters[original], folder=copy)
        named = dict(self._sql("select name, id from folder where parent_id = ?", copy))
        assert set(named) == {one.name for _, one in below}
        for number, one in below:
            self._learn(number, named[one.name], attrs.evolve(one, parent=copy))

    @precondition(lambda self: self._plain())
    @rule(place=places)
    def empty(self, place: int) -> None:
        number = _at(self._plain(), place)
        self._box.run(self._store.empty_folder(self._folder(number), NEVER))
        self._forget(self._inside(number)[1:])
        for one, kept in self._letters.items():
            if kept.folder == number:
                self._letters[one] = attrs.evolve(kept, is_deleted=True)

    @precondition(lambda self: self._shelves)
    @rule(place=places)
    def delete_folder(self, place: int) -> None:
        number = _at(list(self._shelves), place)
        self._box.run(self._store.delete_folder(self._folder(number), NEVER))
        self._forget(self._inside(number))

    def _forget(self, folders: list[int]) -> None:
        for number in folders:
            del self._shelves[number]
        self._letters = {number: one for number, one in self._letters.items() if one.folder not in folders}

    @rule(place=places, wanted=st.integers(0, len(SEARCHES) - 1), scope=st.lists(places, min_size=1, max_size=2))
    def search(self, place: int, wanted: int, scope: list[int]) -> None:
        parent, name = self._parent(place), self._name()
        folders, is_recursive = tuple(dict.fromkeys(map(self._parent, scope))), place % 2 == 0
        search = Search(SEARCHES[wanted][0], tuple(map(self._folder, folders)), is_recursive)
        made = self._box.run(self._store.create_search_folder(self._folder(parent), name, search, NEVER))
        self._shelves[made.number] = Shelf(parent, name, (wanted, folders, is_recursive))

    @precondition(lambda self: len(self._plain()) < len(self._shelves))
    @rule(place=places, wanted=st.integers(0, len(SEARCHES) - 1), scope=places)
    def search_for_else(self, place: int, wanted: int, scope: int) -> None:
        number = _at([n for n, shelf in self._shelves.items() if shelf.search is not None], place)
        folder, is_recursive = self._parent(scope), place % 2 == 0
        search = Search(SEARCHES[wanted][0], (self._folder(folder),), is_recursive)
        self._box.run(self._store.set_search_criteria(self._folder(number), search, NEVER))
        self._shelves[number] = attrs.evolve(self._shelves[number], search=(wanted, (folder,), is_recursive))

    # What then holds

    @invariant()
    def folders_are_those_of_the_model(self) -> None:
        found = self._sql("select id, parent_id, name, search is not null from folder where role is null")
        assert {row[0]: row[1:] for row in found} == {
            number: (shelf.parent, shelf.name, shelf.search is not None) for number, shelf in self._shelves.items()
        }

    @invariant()
    def search_folders_have_what_the_searches_find(self) -> None:
        links = set(self._sql("select folder_id, message_id from search_link"))
        assert links == {(number, one) for number, shelf in self._shelves.items() for one in self._shown(shelf)}

    @invariant()
    def counts_are_those_of_the_messages(self) -> None:
        there = {number: self._letters[number] for number in self._there()}
        held = [(one.folder, one) for one in there.values()]
        held += [(number, there[one]) for number, shelf in self._shelves.items() for one in self._shown(shelf)]
        every, unread = Counter(f for f, _ in held), Counter(f for f, one in held if not one.is_read)
        found = self._sql("select id, message_count, unread_count from folder where role is null")
        assert found == [(number, every[number], unread[number]) for number, _, _ in found]

    @invariant()
    def who_follows_the_changes_has_what_is_there(self) -> None:
        changes = self._box.run(self._store.changes_since(None, self._token, 10_000, NEVER))
        self._token = changes.token
        for one in changes.changes:
            if one.kind is ChangeKind.DELETED:
                self._followed.pop(one.entry_id, None)
            else:
                self._followed[one.entry_id] = one.folder
        own = {entry_id: at for entry_id, at in self._followed.items() if entry_id not in self._box.special.values()}
        assert own == {
            **{self._folder(number): self._folder(shelf.parent) for number, shelf in self._shelves.items()},
            **{self._message(number): self._folder(self._letters[number].folder) for number in self._there()},
        }

    def teardown(self) -> None:
        self._box.close()
        self._kept.cleanup()


def _at(found: list[int], place: int) -> int:
    return found[place % len(found)]


TestFolders = Folders.TestCase
TestFolders.settings = settings(
    max_examples=2_000 if SOAK else 25, stateful_step_count=40 if SOAK else 20, deadline=None
)


def test_folders_on_postgresql(postgresql: Postgresql) -> None:
    class OnPostgresql(Folders):
        def _open(self) -> Box:
            place = new_place(postgresql)
            target = PostgresTarget(place.host, place.port, place.user or "", place.dbname, place.namespace)
            box = Box(Mode.BLOCKING, place)
            self._database = Database.open(target, STORE_SCHEMA, create=False)
            return box

        def _sql(self, statement: str, *values: int) -> list[tuple[Any, ...]]:
            return self._box.run(self._database.read(self._box.runtime, lambda c: c.rows(statement, values)))

        def teardown(self) -> None:
            self._box.run(self._database.close(self._box.runtime))
            super().teardown()

    run_state_machine_as_test(
        OnPostgresql,
        settings=settings(max_examples=200 if SOAK else 5, stateful_step_count=40 if SOAK else 20, deadline=None),
    )
