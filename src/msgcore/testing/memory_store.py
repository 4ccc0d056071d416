"""A message store in memory: a whole store provider in plain ``def``, for tests, and for whoever writes one.

Every method is one transaction: a read sees one moment; a write takes place as a whole or not at all. Messages are
encoded before the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.text import fold
from msgcore.base.times import Clock, Deadline, SystemClock
from msgcore.errors import NotFound, NotSupported, UsageError
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.runtime.abc import Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.limited import limit_attachments
from msgcore.spi.registry import register_service
from msgcore.spi.rows import count_rows, group_rows, select
from msgcore.spi.settings import setting
from msgcore.spi.store import (
    EventKind,
    EventSink,
    FolderFacts,
    Incoming,
    MessageFlag,
    OutgoingItem,
    RowGroup,
    SpecialFolder,
    StoreEvent,
    TableQuery,
)
from msgcore.testing.memory import outgoing
from msgcore.testing.memory.records import KeptFolder, KeptMessage, State, StoreMemory, keep

__all__ = ["MemoryStore", "MemoryStoreConfig", "MemoryStoreService", "StoreMemory", "register_memory_stores"]

_ABILITIES = frozenset(
    {
        Capability.CREATE,
        Capability.MODIFY,
        Capability.READ_FLAGS,
        Capability.MOVE,
        Capability.DELETE,
        Capability.FOLDERS,
        Capability.OUTGOING_QUEUE,
    }
)
_READING = frozenset({Capability.GROUPS, Capability.NOTIFY})
_SCHEME = "memory://"


class MemoryStore:
    """A store over a :class:`StoreMemory`, a new one if none is given. May be shared by threads.

    Several stores may be open on one memory. A ``read_only`` one declares no ability beyond reading.
    """

    def __init__(
        self, memory: StoreMemory | None = None, clock: Clock | None = None, *, read_only: bool = False
    ) -> None:
        self._memory = memory or StoreMemory()
        self._clock = clock or SystemClock()
        self._is_read_only = read_only
        self._is_closed = False

    @property
    def capabilities(self) -> frozenset[Capability]:
        return _READING if self._is_read_only else _READING | _ABILITIES

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
            raise NotFound(f"entry id {bytes(entry_id).hex()} belongs to another store")
        if entry_id.kind != kind:
            raise UsageError(f"entry id {bytes(entry_id).hex()} names an object of another kind")
        return entry_id.number

    def _folder_number(self, entry_id: EntryId) -> int:
        return self._number(entry_id, ObjectKind.FOLDER)

    def _message_number(self, entry_id: EntryId) -> int:
        return self._number(entry_id, ObjectKind.MESSAGE)

    def _folder_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.FOLDER, number)

    def _message_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.MESSAGE, number)

    # Folders

    def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        folders = self._state(deadline).folders.values()
        return {folder.role: self._folder_id(folder.number) for folder in folders if folder.role is not None}

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        state, number = self._state(deadline), self._folder_number(parent)
        state.folder(number)
        inside = [folder for folder in state.folders.values() if folder.parent == number]
        return [self._facts(state, folder) for folder in sorted(inside, key=lambda folder: fold(folder.name))]

    def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        state = self._state(deadline)
        return self._facts(state, state.folder(self._folder_number(entry_id)))

    def _facts(self, state: State, folder: KeptFolder) -> FolderFacts:
        messages = _messages_in(state, folder.number)
        return FolderFacts(
            self._folder_id(folder.number),
            None if folder.parent is None else self._folder_id(folder.parent),
            folder.name,
            folder.role,
            content_count=len(messages),
            unread_count=sum(MessageFlag.READ not in message.flags for message in messages),
        )

    def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        with self._change(deadline) as state:
            above = self._folder_number(parent)
            if not name.strip() or any(c < " " or "\ud800" <= c <= "\udfff" for c in name):
                raise UsageError(f"{name!r} is no name for a folder")
            state.folder(above)
            for folder in state.folders.values():
                if folder.parent == above and fold(folder.name) == fold(name):
                    return self._folder_id(folder.number)
            return self._folder_id(state.add_folder(above, name))

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            folder = state.folder(self._folder_number(entry_id))
            if folder.role is not None:
                raise UsageError(f"the {folder.name or 'root'} folder cannot be deleted")
            waiting = [folder.number]
            while waiting:
                number = waiting.pop()
                waiting += [one.number for one in state.folders.values() if one.parent == number]
                for message in _messages_in(state, number):
                    _drop(state, message.number)
                del state.folders[number]

    # Tables

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return select(self._table(folder, deadline), query)

    def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return count_rows(self._table(folder, deadline), query)

    def groups(
        self, folder: EntryId, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup]:
        return group_rows(self._table(folder, deadline), restriction, keys)

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        message = self._state(deadline).message(self._message_number(entry_id))
        (row,) = select([message.message(self.uid)], TableQuery(columns))
        return row

    def advise(self, folder: EntryId, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        number = self._folder_number(folder)
        self._state(deadline).folder(number)

        def watch(before: State, after: State) -> None:
            events = [
                StoreEvent(kind, folder, self._message_id(message)) for message, kind in _changes(before, after, number)
            ]
            if events:
                sink(events)

        return self._memory.watch(watch)

    def _table(self, folder: EntryId, deadline: Deadline) -> Sequence[Message]:
        state, number = self._state(deadline), self._folder_number(folder)
        state.folder(number)
        return [message.message(self.uid) for message in _messages_in(state, number)]

    # Messages

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        messages = [keep(one, self._clock.now()) for one in incoming]
        with self._change(deadline) as state:
            number = state.folder(self._folder_number(folder)).number
            return [self._message_id(state.add(number, message)) for message in messages]

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        changed = keep(Incoming(message), self._clock.now())
        with self._change(deadline) as state:
            known = state.message(self._message_number(entry_id))
            outgoing.refuse_submitted(state, known.number)
            state.messages[known.number] = attrs.evolve(
                known,
                octets=changed.octets,
                overlay=changed.overlay,
                flags=(known.flags & ~MessageFlag.HAS_ATTACHMENTS) | changed.flags,
                modified_at=changed.modified_at,
            )

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        known = self._state(deadline).message(self._message_number(entry_id))
        message = known.message(self.uid)
        return limit_attachments(message, load_limit_octets) if len(known.octets) > load_limit_octets else message

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        def flagged(message: KeptMessage) -> KeptMessage:
            flags = message.flags | MessageFlag.READ if is_read else message.flags & ~MessageFlag.READ
            return attrs.evolve(message, flags=flags)

        with self._change(deadline) as state:
            self._each(state, entry_ids, flagged)

    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            target = state.folder(self._folder_number(folder)).number

            def moved(message: KeptMessage) -> KeptMessage:
                outgoing.refuse_submitted(state, message.number)
                return attrs.evolve(message, folder=target)

            self._each(state, entry_ids, moved)

    def _each(self, state: State, entry_ids: Sequence[EntryId], change: Callable[[KeptMessage], KeptMessage]) -> None:
        for number in [self._message_number(entry_id) for entry_id in entry_ids]:
            state.messages[number] = change(state.message(number))

    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        with self._change(deadline) as state:
            target = state.folder(self._folder_number(folder)).number
            originals = [state.message(self._message_number(entry_id)) for entry_id in entry_ids]
            copies = [
                attrs.evolve(original, flags=original.flags & ~MessageFlag.SUBMIT, delivery_key=None)
                for original in originals
            ]
            return [self._message_id(state.add(target, one)) for one in copies]

    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            for number in dict.fromkeys(self._message_number(entry_id) for entry_id in entry_ids):
                state.message(number)
                outgoing.refuse_submitted(state, number)
                _drop(state, number)

    # The outgoing queue

    def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> OutgoingItem:
        now = self._clock.now()
        letter = keep(Incoming(message, is_read=True, is_unsent=True), now)
        with self._change(deadline) as state:
            number = state.add(state.special(SpecialFolder.OUTBOX), letter)
            return outgoing.enqueue(state, self._message_id(number), transfer_id, message, now)

    def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return outgoing.open_items(self._state(deadline))

    def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        return outgoing.submission(self._state(deadline), self._message_number(entry_id)).item

    def make_due(self, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.make_due(state, self._clock.now())

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        with self._change(deadline) as state:
            return outgoing.lock_due(state, self._clock.now(), self._clock.monotonic(), lease_seconds)

    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        messages = [keep(report, self._clock.now()) for report in reports]
        with self._change(deadline) as state:
            self._message_number(item.entry_id)
            is_settled = outgoing.settle(state, item)
            for message in messages if is_settled else ():
                state.add(state.special(SpecialFolder.INBOX), message)
            return is_settled

    def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.retry(state, self._message_number(entry_id), self._clock.now())

    def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            outgoing.abort(state, self._message_number(entry_id), self._clock.monotonic())


def _messages_in(state: State, folder: int) -> list[KeptMessage]:
    """List the messages of a folder, the one saved first in front."""
    return [message for message in state.messages.values() if message.folder == folder]


def _changes(before: State, after: State, folder: int) -> list[tuple[int, EventKind]]:
    """Say what a change did to the messages of a folder."""
    old = {message.number: message for message in _messages_in(before, folder)}
    new = {message.number: message for message in _messages_in(after, folder)}
    gone = [(number, EventKind.DELETED) for number in old if number not in new]
    come = [(number, EventKind.CREATED) for number in new if number not in old]
    changed = [(n, EventKind.MODIFIED) for n, message in new.items() if n in old and old[n] is not message]
    return gone + come + changed


def _drop(state: State, number: int) -> None:
    del state.messages[number]
    state.submissions.pop(number, None)


@attrs.frozen
class MemoryStoreConfig:
    """A store in memory, found by its name."""

    url: str = attrs.field(metadata=setting("memory://NAME; a store of a new name is empty"))
    display_name: str = attrs.field(default="Memory", metadata=setting("what people see", in_url=True))
    read_only: bool = attrs.field(default=False, metadata=setting("open it for reading only", in_url=True))

    def __attrs_post_init__(self) -> None:
        if not self.name or self.name == self.url:
            raise UsageError(f"{self.url!r}: need {_SCHEME}NAME")

    @property
    def name(self) -> str:
        return self.url.removeprefix(_SCHEME)


class MemoryStoreService:
    """The message service that :func:`register_memory_stores` registers."""

    config_type: type[MemoryStoreConfig] = MemoryStoreConfig
    memories: ClassVar[dict[str, StoreMemory]] = {}

    def __init__(self, config: MemoryStoreConfig, runtime: Runtime) -> None:
        # In one step, whoever else opens it at this moment.
        memory = self.memories.setdefault(config.name, StoreMemory(config.display_name))
        self._store = MemoryStore(memory, runtime, read_only=config.read_only)

    def providers(self) -> Sequence[MemoryStore]:
        return (self._store,)

    def close(self) -> None:
        self._store.close()


def register_memory_stores() -> None:
    """Register the service ``memory``: profiles and ``open_store("memory://ann")`` find each store by its name.

    A store outlives the sessions that open it, until the next call, which begins with none.
    """

    class Service(MemoryStoreService):
        memories: ClassVar[dict[str, StoreMemory]] = {}

    register_service("memory", Service)
