"""What every part of a store in memory stands on: its state, to be read or changed, and entry ids as numbers."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Clock, Deadline, SystemClock
from msgcore.errors import ForeignEntryId, NotSupported, UsageError
from msgcore.testing.memory.records import State, StoreMemory
from msgcore.testing.memory.values import KeptFolder, KeptMessage

__all__ = ["MemoryCalls"]


class MemoryCalls:
    """A store over a :class:`~msgcore.testing.memory.records.StoreMemory`."""

    def __init__(
        self, memory: StoreMemory | None = None, clock: Clock | None = None, *, read_only: bool = False
    ) -> None:
        self._memory = memory or StoreMemory()
        self._clock = clock or SystemClock()
        self._is_read_only = read_only
        self._is_closed = False

    @property
    def uid(self) -> bytes:
        return self._memory.uid

    @property
    def display_name(self) -> str:
        return self._memory.display_name

    def close(self) -> None:
        """Refuse every further call; the memory stays."""
        self._is_closed = True

    def _state(self, deadline: Deadline) -> State:
        """Give the store's state, to be read."""
        if self._is_closed:
            raise UsageError(f"{self.display_name}: the store has been closed")
        deadline.check(self.display_name)
        return self._memory.state

    @contextmanager
    def _change(self, deadline: Deadline) -> Generator[State]:
        """Give a state to change; an error undoes it."""
        self._state(deadline)
        if self._is_read_only:
            raise NotSupported(f"{self.display_name}: this store is open for reading only")
        with self._memory.change() as state:
            yield state

    # Entry ids

    def _number(self, entry_id: EntryId, kind: int) -> int:
        if entry_id.provider_uid != self.uid:
            raise ForeignEntryId(f"entry id {bytes(entry_id).hex()} belongs to another store")
        if entry_id.kind != kind:
            raise UsageError(f"entry id {bytes(entry_id).hex()} names an object of another kind")
        return entry_id.number

    def _folder_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.FOLDER, number)

    def _message_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.MESSAGE, number)

    # What they name

    def _folder(self, state: State, entry_id: EntryId) -> KeptFolder:
        return state.folder(self._number(entry_id, ObjectKind.FOLDER))

    def _place(self, state: State, entry_id: EntryId) -> int:
        """Give the number of a folder that something can be put into."""
        folder = self._folder(state, entry_id)
        if folder.search is not None:
            raise UsageError(f"{folder.name!r} is a search folder: nothing is kept in it")
        return folder.number

    def _message(self, state: State, entry_id: EntryId) -> KeptMessage:
        return state.message(self._number(entry_id, ObjectKind.MESSAGE))

    def _messages(self, state: State, entry_ids: Sequence[EntryId]) -> list[KeptMessage]:
        """Give messages that are not deleted, each once."""
        return [self._message(state, one) for one in dict.fromkeys(entry_ids)]

    def _kept(self, state: State, entry_ids: Sequence[EntryId]) -> list[KeptMessage]:
        """Give messages, deleted or not, each once."""
        return [state.kept(self._number(one, ObjectKind.MESSAGE)) for one in dict.fromkeys(entry_ids)]
