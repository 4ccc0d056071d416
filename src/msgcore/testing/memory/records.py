"""What a store in memory keeps at one moment, and the memory that goes from moment to moment."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

import attrs

from msgcore.base.ids import new_uid
from msgcore.base.text import fold
from msgcore.errors import NotFound, ObjectDeleted
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import SpecialFolder
from msgcore.testing.memory.log import Entry, touched
from msgcore.testing.memory.values import KeptEntry, KeptFolder, KeptMessage, KeptSearch

__all__ = ["EntryKey", "State", "StoreMemory", "Submission", "Watcher"]

_log = logging.getLogger("msgcore.testing")

_NAMES = {
    SpecialFolder.ROOT: "",
    SpecialFolder.IPM_SUBTREE: "Top of Information Store",
    SpecialFolder.INBOX: "Inbox",
    SpecialFolder.OUTBOX: "Outbox",
    SpecialFolder.SENT_ITEMS: "Sent Items",
    SpecialFolder.DELETED_ITEMS: "Deleted Items",
    SpecialFolder.DRAFTS: "Drafts",
    SpecialFolder.JUNK_EMAIL: "Junk E-mail",
    SpecialFolder.CONTACTS: "Contacts",
    SpecialFolder.FINDER: "Finder",
}


EntryKey = tuple[str, bytes, bytes]
"""What names an entry of a journal: the account, the unique id, and the fingerprint."""


@attrs.frozen
class Submission:
    """A submission, until when on the monotonic clock it is locked, and the Message-ID that it was submitted with."""

    item: OutgoingItem
    locked_until: float | None = None
    message_id: str = ""


@attrs.define
class State:
    """All that a store keeps at one moment, by number; ``change_number`` is how many entries of the log it has.

    ``receiving`` has class and folder of the receive folders by folded class, ``owed`` the read receipts by message:
    whether it was read, and when.
    """

    folders: dict[int, KeptFolder] = attrs.field(factory=dict[int, KeptFolder])
    messages: dict[int, KeptMessage] = attrs.field(factory=dict[int, KeptMessage])
    submissions: dict[int, Submission] = attrs.field(factory=dict[int, Submission])
    receiving: dict[str, tuple[str, int]] = attrs.field(factory=dict[str, tuple[str, int]])
    owed: dict[int, tuple[bool, datetime]] = attrs.field(factory=dict[int, tuple[bool, datetime]])
    journal: dict[EntryKey, KeptEntry] = attrs.field(factory=dict[EntryKey, KeptEntry])
    last_number: int = 0
    change_number: int = 0

    @classmethod
    def new(cls) -> State:
        """Make the state of a new store, which has its special folders, where messages of every class are received."""
        state = cls()
        root = state.add_folder(None, _NAMES[SpecialFolder.ROOT], SpecialFolder.ROOT)
        subtree = state.add_folder(root, _NAMES[SpecialFolder.IPM_SUBTREE], SpecialFolder.IPM_SUBTREE)
        for role in SpecialFolder:
            if role not in {SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE}:
                state.add_folder(root if role is SpecialFolder.FINDER else subtree, _NAMES[role], role)
        inbox = state.special(SpecialFolder.INBOX)
        state.receiving = {fold(one): (one, inbox) for one in ("", "IPM", "REPORT")} | {fold("IPC"): ("IPC", root)}
        return state

    def copy(self) -> State:
        return attrs.evolve(
            self,
            folders=dict(self.folders),
            messages=dict(self.messages),
            submissions=dict(self.submissions),
            receiving=dict(self.receiving),
            owed=dict(self.owed),
            journal=dict(self.journal),
        )

    def next_number(self) -> int:
        """Give a number that nothing in the store has or had."""
        self.last_number += 1
        return self.last_number

    def special(self, role: SpecialFolder) -> int:
        return next(folder.number for folder in self.folders.values() if folder.role is role)

    # Folders

    def folder(self, number: int) -> KeptFolder:
        """Find a folder.

        Raises:
            ObjectDeleted: it is gone.
            NotFound: it never was.
        """
        found = self.folders.get(number)
        if found is None:
            raise self._missing(f"folder {number}", number)
        return found

    def folders_in(self, parent: int) -> list[KeptFolder]:
        """List the folders in a folder by name."""
        inside = [folder for folder in self.folders.values() if folder.parent == parent]
        return sorted(inside, key=lambda folder: fold(folder.name))

    def tree(self, number: int) -> list[int]:
        """Give a folder and all below it, each behind its parent."""
        found = [number]
        for one in found:
            found += [folder.number for folder in self.folders_in(one)]
        return found

    def add_folder(
        self, parent: int | None, name: str, role: SpecialFolder | None = None, search: KeptSearch | None = None
    ) -> int:
        number = self.next_number()
        self.folders[number] = KeptFolder(number, parent, name, role, search)
        return number

    def drop_folder(self, number: int) -> None:
        """Take out a folder with all that is in it; what was received in it goes where it went without it."""
        gone = set(self.tree(number))
        for message in [one.number for one in self.messages.values() if one.folder in gone]:
            self.drop(message)
        for one in gone:
            del self.folders[one]
        self.receiving = {key: entry for key, entry in self.receiving.items() if entry[1] not in gone}
        self.receiving.setdefault("", ("", self.special(SpecialFolder.INBOX)))

    # Messages

    def message(self, number: int) -> KeptMessage:
        """Find a message that is not deleted; raises as :meth:`folder` does."""
        found = self.kept(number)
        if found.deleted_at is not None:
            raise ObjectDeleted(f"message {number} is deleted; restore brings it back")
        return found

    def kept(self, number: int) -> KeptMessage:
        """Find a message, deleted or not, that is not gone for good; raises as :meth:`folder` does."""
        found = self.messages.get(number)
        if found is None:
            raise self._missing(f"message {number}", number)
        return found

    def _missing(self, name: str, number: int) -> NotFound:
        return ObjectDeleted(f"{name} is deleted") if number <= self.last_number else NotFound(f"{name} never was")

    def add(self, folder: int, kept: KeptMessage) -> int:
        """Put a message into a folder; a delivery key that is there already gives the number that it has."""
        if kept.delivery_key is not None:
            for known in self.messages.values():
                if known.delivery_key == kept.delivery_key:
                    return known.number
        number = self.next_number()
        self.messages[number] = attrs.evolve(kept, folder=folder, number=number, version=number)
        return number

    def put(self, message: KeptMessage) -> None:
        """Put a changed message in its place."""
        self.messages[message.number] = message

    def drop(self, number: int) -> None:
        """Take out a message for good."""
        del self.messages[number]
        self.submissions.pop(number, None)
        self.owed.pop(number, None)


Watcher = Callable[[State, State], None]
"""Is shown the state before a change and after it."""


def _show(watcher: Watcher, before: State, after: State) -> None:
    try:
        watcher(before, after)
    except BaseException:  # the change is made, whatever a watcher makes of it
        _log.exception("a watcher of a store in memory raised")


class StoreMemory:
    """What stores on it keep, for as long as somebody holds it. May be shared by threads."""

    def __init__(self, display_name: str = "Memory") -> None:
        self.uid = new_uid()
        self.display_name = display_name
        self._guard = threading.Lock()
        self._log: list[Entry] = []
        self._state = self._logged(State(), State.new())
        self._watchers: tuple[Watcher, ...] = ()
        self._untold: deque[tuple[State, State, tuple[Watcher, ...]]] = deque()
        self._telling = threading.Lock()

    @property
    def state(self) -> State:
        """The state at this moment, to be read only: whoever changes something puts another one in its place."""
        return self._state

    @contextmanager
    def change(self) -> Generator[State]:
        """Give a state to change, which counts when the context ends without an error: all of it, or nothing."""
        with self._guard:
            state = self._state.copy()
            yield state
            before, self._state = self._state, self._logged(self._state, state)
            self._untold.append((before, state, self._watchers))
        self._tell()

    def _logged(self, before: State, after: State) -> State:
        """Number what has changed, and give the state that knows it."""
        self._log += touched((before.folders, after.folders), (before.messages, after.messages))
        after.change_number = len(self._log)
        return after

    def log(self, state: State) -> Sequence[Entry]:
        """Give what had changed by the moment of a state: change number n is entry n - 1."""
        return self._log[: state.change_number]

    def _tell(self) -> None:
        """Tell what is not told yet, in order: of threads that change something at once, one tells for all."""
        while self._untold and self._telling.acquire(blocking=False):
            try:
                while self._untold:
                    before, after, watchers = self._untold.popleft()
                    for watcher in watchers:
                        if watcher in self._watchers:
                            _show(watcher, before, after)
            finally:
                self._telling.release()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Show every change to ``watcher``, in order, until what is returned is called.

        It may be shown in the thread of another change. What it raises is logged: the change counts all the same.
        """
        with self._guard:
            self._watchers += (watcher,)

        def end() -> None:
            with self._guard:
                self._watchers = tuple(one for one in self._watchers if one is not watcher)

        return end
