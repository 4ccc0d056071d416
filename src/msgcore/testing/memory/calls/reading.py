"""Folders, tables and messages of a store in memory, as they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, StoreError, UsageError
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.row import Row
from msgcore.spi.changes import ChangeKind
from msgcore.spi.limited import limit_attachments
from msgcore.spi.message_state import AttachmentFacts
from msgcore.spi.rows import count_rows, group_rows, select
from msgcore.spi.store import (
    Contents,
    EventKind,
    EventSink,
    FolderFacts,
    RowGroup,
    SpecialFolder,
    StoreEvent,
    TableQuery,
)
from msgcore.testing.memory.calls.base import MemoryCalls
from msgcore.testing.memory.log import Noted, noted_since
from msgcore.testing.memory.records import State
from msgcore.testing.memory.searching import messages_in
from msgcore.testing.memory.values import KeptFolder

__all__ = ["ReadingCalls"]

_LOADED_AT_ONCE = 2
_KINDS = {
    ChangeKind.CREATED: EventKind.CREATED,
    ChangeKind.MOVED: EventKind.MOVED,
    ChangeKind.DELETED: EventKind.DELETED,
}


class ReadingCalls(MemoryCalls):
    """What a store that is open for reading can."""

    # Folders

    def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        folders = self._state(deadline).folders.values()
        return {folder.role: self._folder_id(folder.number) for folder in folders if folder.role is not None}

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        state = self._state(deadline)
        return [self._facts(state, folder) for folder in state.folders_in(self._folder(state, parent).number)]

    def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        state = self._state(deadline)
        return self._facts(state, self._folder(state, entry_id))

    def _facts(self, state: State, folder: KeptFolder) -> FolderFacts:
        messages = messages_in(state, self.uid, folder.number).values()
        return FolderFacts(
            self._folder_id(folder.number),
            None if folder.parent is None else self._folder_id(folder.parent),
            folder.name,
            folder.role,
            content_count=len(messages),
            unread_count=sum(not message.is_read for message in messages),
            is_search=folder.search is not None,
        )

    # Tables

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return select(self._table(folder, query.contents, deadline), query)

    def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return count_rows(self._table(folder, query.contents, deadline), query)

    def groups(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[RowGroup]:
        return group_rows(self._table(folder, query.contents, deadline), query.restriction, query.sort_order)

    def _table(self, folder: EntryId, contents: Contents, deadline: Deadline) -> Sequence[Message]:
        state = self._state(deadline)
        messages = messages_in(state, self.uid, self._folder(state, folder).number, contents)
        return [message.message(self.uid) for message in messages.values()]

    def advise(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        state = self._state(deadline)
        if folder is None:
            return self._memory.watch(lambda before, after: self._tell_all(before, after, sink))
        number = self._folder(state, folder).number

        def watch(before: State, after: State) -> None:
            changes = _changes(before, after, self.uid, number)
            if changes:
                sink([StoreEvent(kind, folder, self._message_id(message)) for message, kind in changes])

        return self._memory.watch(watch)

    def _tell_all(self, before: State, after: State, sink: EventSink) -> None:
        """Tell what a change did in the whole store."""
        position = before.change_number
        noted = noted_since(self._memory.log(after), position, position, None)
        events = [self._event(after, one) for one in noted if not one.place.is_associated]
        if events:
            sink(list(dict.fromkeys(events)))

    def _event(self, state: State, noted: Noted) -> StoreEvent:
        is_message = noted.kind == ObjectKind.MESSAGE
        kind = _KINDS.get(noted.what, EventKind.MODIFIED)
        receiving = {folder for _, folder in state.receiving.values()}
        if is_message and kind is EventKind.CREATED and not noted.place.is_read and noted.place.folder in receiving:
            kind = EventKind.NEW_MAIL
        entry_id = self._message_id(noted.number) if is_message else self._folder_id(noted.number)
        return StoreEvent(kind, self._folder_id(noted.place.folder), entry_id)

    # Messages

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        message = self._message(self._state(deadline), entry_id)
        (row,) = select([message.message(self.uid)], TableQuery(columns))
        return row

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        known = self._message(self._state(deadline), entry_id)
        message = known.message(self.uid)
        return limit_attachments(message, load_limit_octets) if len(known.octets) > load_limit_octets else message

    def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        # As few as that, so that whoever asks has to ask for the rest.
        found: list[Message | NotFound] = []
        for entry_id in entry_ids[:_LOADED_AT_ONCE]:
            try:
                found.append(self.load(entry_id, load_limit_octets, deadline))
            except NotFound as error:
                found.append(error)
            except UsageError:
                if not found:
                    raise
                break
        return found

    def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> AttachmentFacts:
        data, mark = self._attachment(entry_id, number, deadline)
        return AttachmentFacts(len(data), mark)

    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        data, now = self._attachment(entry_id, number, deadline)
        if now != mark:
            raise StoreError("the message has another content now than when its attachment was opened; open it again")
        if start < 0 or count < 0:
            raise UsageError(f"{count} octets from {start} on: neither may be negative")
        return data[start : start + count]

    def _attachment(self, entry_id: EntryId, number: int, deadline: Deadline) -> tuple[bytes, bytes]:
        """Give the content of an attachment, and the mark of the message's."""
        kept = self._message(self._state(deadline), entry_id)
        attachments = kept.message(self.uid).attachments
        if not 0 <= number < len(attachments):
            raise NotFound(f"the message has no attachment {number}; it has {len(attachments)}, counted from 0")
        if attachments[number].message is not None:
            raise UsageError(f"attachment {number} is a message, and not octets: embedded({number}) gives it")
        return attachments[number].data, hashlib.sha256(kept.octets).digest()


def _changes(before: State, after: State, uid: bytes, folder: int) -> list[tuple[int, EventKind]]:
    """Say what a change did to the messages of a folder."""
    old, new = (messages_in(state, uid, folder) for state in (before, after))
    gone = [(number, EventKind.DELETED) for number in old if number not in new]
    come = [(number, EventKind.CREATED) for number in new if number not in old]
    changed = [(n, EventKind.MODIFIED) for n, message in new.items() if n in old and old[n] is not message]
    return gone + come + changed
