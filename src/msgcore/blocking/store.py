"""Stores, folders, tables and open messages for blocking code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, Self, TypeVar

from msgcore.base.ids import EntryIdLike
from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.tags import NamedProperty, Property
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import folder as _folder
from msgcore.session import store as _store
from msgcore.session import stored_message as _stored_message
from msgcore.session import table as _table
from msgcore.session.access import LOAD_LIMIT_OCTETS, Submission
from msgcore.session.folder import DEFAULT_COLUMNS
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Opening
from msgcore.session.tables.events import TableEvent
from msgcore.session.tables.gap import Bookmark, Position
from msgcore.spi.store import FolderFacts, Incoming, TablePlan

__all__ = [
    "Folder",
    "Item",
    "MessageStore",
    "Notifications",
    "SpecialFolders",
    "StoredMessage",
    "Table",
    "opened_entry",
]

T = TypeVar("T")


@twin_of(_table.Table)
class Table(Closing):
    """:class:`msgcore.session.table.Table` for blocking code; iterating reads the rows from the cursor on."""

    def __init__(self, runtime: BlockingRuntime, inner: _table.Table) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def columns(self) -> tuple[PropertyKey, ...]:
        return self._inner.columns

    def set_columns(self, columns: Iterable[PropertyKey]) -> None:
        self._inner.set_columns(columns)

    def restrict(self, restriction: Restriction | str | None) -> None:
        self._inner.restrict(restriction)

    def sort(self, sort_order: Iterable[SortKey] | str, *, categories: int = 0, expanded: int = 0) -> None:
        self._inner.sort(sort_order, categories=categories, expanded=expanded)

    def refresh(self) -> None:
        self._inner.refresh()

    def query_rows(
        self, count: int, *, advance: bool = True, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[Row, ...]:
        return self._runtime.run(self._inner.query_rows(count, advance=advance, timeout_seconds=timeout_seconds))

    def row_count(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.row_count(timeout_seconds=timeout_seconds))

    def seek_row(
        self,
        rows: int,
        origin: Bookmark = Bookmark.BEGINNING,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> int:
        return self._runtime.run(self._inner.seek_row(rows, origin, timeout_seconds=timeout_seconds))

    def seek_fraction(
        self, numerator: int, denominator: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.seek_fraction(numerator, denominator, timeout_seconds=timeout_seconds))

    def query_position(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Position:
        return self._runtime.run(self._inner.query_position(timeout_seconds=timeout_seconds))

    def find_row(
        self,
        restriction: Restriction | str,
        origin: Bookmark = Bookmark.CURRENT,
        *,
        backward: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Row | None:
        return self._runtime.run(
            self._inner.find_row(restriction, origin, backward=backward, timeout_seconds=timeout_seconds)
        )

    def create_bookmark(self) -> Bookmark:
        return self._inner.create_bookmark()

    def free_bookmark(self, bookmark: Bookmark) -> None:
        self._inner.free_bookmark(bookmark)

    def expand_row(self, instance_key: bytes, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.expand_row(instance_key, timeout_seconds=timeout_seconds))

    def collapse_row(self, instance_key: bytes, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.collapse_row(instance_key, timeout_seconds=timeout_seconds))

    def get_collapse_state(self) -> bytes:
        return self._inner.get_collapse_state()

    def set_collapse_state(self, state: bytes) -> None:
        self._inner.set_collapse_state(state)

    def advise(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.advise(timeout_seconds=timeout_seconds))

    def next_events(self, *, timeout_seconds: float | None = None) -> tuple[TableEvent, ...]:
        return self._runtime.run(self._inner.next_events(timeout_seconds=timeout_seconds))

    def notifications(self) -> Notifications:
        return Notifications(self._runtime, self._inner.notifications())

    def explain(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> TablePlan:
        return self._runtime.run(self._inner.explain(timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __iter__(self) -> Iterator[Row]:
        while (row := self._inner.next_read()) or self._runtime.run(self._inner.read_ahead()):
            if row is not None:
                yield row


class Notifications:
    """An iterator over what happens to a table's rows, until the table is closed."""

    def __init__(self, runtime: BlockingRuntime, inner: _table.Notifications) -> None:
        self._runtime = runtime
        self._inner = inner

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> TableEvent:
        try:
            return self._runtime.run(self._inner.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None


@twin_of(_folder.Item)
class Item:
    """:class:`msgcore.session.folder.Item` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _folder.Item) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def row(self) -> Row:
        return self._inner.row

    @property
    def entry_id(self) -> bytes:
        return self._inner.entry_id

    @property
    def subject(self) -> str:
        return self._inner.subject

    @property
    def from_(self) -> Address | None:
        return self._inner.from_

    @property
    def received_at(self) -> datetime:
        return self._inner.received_at

    @property
    def size_octets(self) -> int:
        return self._inner.size_octets

    @property
    def is_read(self) -> bool:
        return self._inner.is_read

    @property
    def has_attachments(self) -> bool:
        return self._inner.has_attachments

    @property
    def message_class(self) -> str:
        return self._inner.message_class

    def __getitem__(self, tag: Property[T]) -> T:
        return self._inner[tag]

    def load(
        self, load_limit_octets: int = LOAD_LIMIT_OCTETS, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Message:
        return self._runtime.run(self._inner.load(load_limit_octets, timeout_seconds=timeout_seconds))

    def __repr__(self) -> str:
        return repr(self._inner)


@twin_of(_folder.Folder)
class Folder(Closing):
    """:class:`msgcore.session.folder.Folder` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _folder.Folder) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def entry_id(self) -> bytes:
        return self._inner.entry_id

    def facts(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> FolderFacts:
        return self._runtime.run(self._inner.facts(timeout_seconds=timeout_seconds))

    def folders(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[FolderFacts, ...]:
        return self._runtime.run(self._inner.folders(timeout_seconds=timeout_seconds))

    def create_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Folder:
        made = self._runtime.run(self._inner.create_folder(name, timeout_seconds=timeout_seconds))
        return Folder(self._runtime, made)

    def open_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Folder:
        opened = self._runtime.run(self._inner.open_folder(name, timeout_seconds=timeout_seconds))
        return Folder(self._runtime, opened)

    def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.delete(timeout_seconds=timeout_seconds))

    def contents_table(
        self,
        columns: Iterable[PropertyKey] = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str = (),
    ) -> Table:
        return Table(self._runtime, self._inner.contents_table(columns, restriction, sort_order))

    def hierarchy_table(self, *, depth: int | None = 1) -> Table:
        return Table(self._runtime, self._inner.hierarchy_table(depth=depth))

    def messages(
        self,
        where: Restriction | str | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Item, ...]:
        found = self._runtime.run(
            self._inner.messages(where, newest_first=newest_first, limit=limit, timeout_seconds=timeout_seconds)
        )
        return tuple(Item(self._runtime, one) for one in found)

    def count(self, where: Restriction | str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.count(where, timeout_seconds=timeout_seconds))

    def save(
        self,
        message: Message,
        *,
        is_read: bool = False,
        received_at: datetime | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> bytes:
        return self._runtime.run(
            self._inner.save(message, is_read=is_read, received_at=received_at, timeout_seconds=timeout_seconds)
        )

    def save_all(
        self, incoming: Iterable[Incoming | Message], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        return self._runtime.run(self._inner.save_all(incoming, timeout_seconds=timeout_seconds))

    def move_here(self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.move_here(entry_ids, timeout_seconds=timeout_seconds))

    def copy_here(
        self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        return self._runtime.run(self._inner.copy_here(entry_ids, timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __repr__(self) -> str:
        return repr(self._inner)


@twin_of(_stored_message.StoredMessage)
class StoredMessage(Closing):
    """:class:`msgcore.session.stored_message.StoredMessage` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _stored_message.StoredMessage) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def message(self) -> Message:
        return self._inner.message

    @message.setter
    def message(self, value: Message) -> None:
        self._inner.message = value

    @property
    def entry_id(self) -> bytes:
        return self._inner.entry_id

    def save_changes(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.save_changes(timeout_seconds=timeout_seconds))

    def set_read_flag(self, is_read: bool = True, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.set_read_flag(is_read, timeout_seconds=timeout_seconds))

    def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.delete(timeout_seconds=timeout_seconds))

    def open_attachment(self, number: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> BinaryIO:
        return self._runtime.run(self._inner.open_attachment(number, timeout_seconds=timeout_seconds))

    def recipient_table(self) -> Table:
        return Table(self._runtime, self._inner.recipient_table())

    def attachment_table(self) -> Table:
        return Table(self._runtime, self._inner.attachment_table())

    def submit(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Submission:
        return self._runtime.run(self._inner.submit(timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __repr__(self) -> str:
        return repr(self._inner)


class SpecialFolders:
    """The special folders of a store, or of a session's default store."""

    _runtime: BlockingRuntime

    @property
    def _special_store(self) -> _store.MessageStore:
        raise NotImplementedError

    @property
    def inbox(self) -> Folder:
        return Folder(self._runtime, self._special_store.inbox)

    @property
    def outbox(self) -> Folder:
        return Folder(self._runtime, self._special_store.outbox)

    @property
    def sent_items(self) -> Folder:
        return Folder(self._runtime, self._special_store.sent_items)

    @property
    def deleted_items(self) -> Folder:
        return Folder(self._runtime, self._special_store.deleted_items)

    @property
    def drafts(self) -> Folder:
        return Folder(self._runtime, self._special_store.drafts)


@twin_of(_store.MessageStore)
class MessageStore(SpecialFolders, Closing):
    """:class:`msgcore.session.store.MessageStore` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _store.MessageStore) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def _special_store(self) -> _store.MessageStore:
        return self._inner

    @property
    def display_name(self) -> str:
        return self._inner.display_name

    @property
    def uid(self) -> bytes:
        return self._inner.uid

    @property
    def root(self) -> Folder:
        return Folder(self._runtime, self._inner.root)

    def load_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Message:
        return self._runtime.run(self._inner.load_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds))

    def open_entry(
        self, entry_id: EntryIdLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> StoredMessage | Folder:
        return opened_entry(self._runtime, self._inner.open_entry(entry_id, timeout_seconds=timeout_seconds))

    def open_message(self, entry_id: EntryIdLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> StoredMessage:
        opening = self._inner.open_message(entry_id, timeout_seconds=timeout_seconds)
        return StoredMessage(self._runtime, self._runtime.run(opening.open()))

    def property_ids(
        self,
        names: Iterable[NamedProperty[Any] | PropertyName],
        *,
        create: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[int | None, ...]:
        return self._runtime.run(self._inner.property_ids(names, create=create, timeout_seconds=timeout_seconds))

    def property_names(
        self, ids: Iterable[int], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[PropertyName | None, ...]:
        return self._runtime.run(self._inner.property_names(ids, timeout_seconds=timeout_seconds))

    def delete(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.delete(*entry_ids, timeout_seconds=timeout_seconds))

    def submit(self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Submission:
        return self._runtime.run(self._inner.submit(message, timeout_seconds=timeout_seconds))

    def cancel(self) -> None:
        self._inner.cancel()

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __repr__(self) -> str:
        return repr(self._inner)


def opened_entry(
    runtime: BlockingRuntime, opening: Opening[_stored_message.StoredMessage | _folder.Folder]
) -> StoredMessage | Folder:
    """Wrap what was opened by entry id."""
    inner = runtime.run(opening.open())
    return Folder(runtime, inner) if isinstance(inner, _folder.Folder) else StoredMessage(runtime, inner)
