"""Message stores for blocking code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from msgcore.base.ids import EntryIdLike
from msgcore.blocking.address_book import AddressBook
from msgcore.blocking.closing import Closing
from msgcore.blocking.folder import Folder
from msgcore.blocking.item import Item
from msgcore.blocking.stored_message import StoredMessage
from msgcore.blocking.table import Table
from msgcore.blocking.twin import twin_of
from msgcore.model.message import Message
from msgcore.props.key import PropertyName
from msgcore.props.restriction import Restriction
from msgcore.props.row import Row
from msgcore.props.tags import NamedProperty
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import folder as _folder
from msgcore.session import store as _store
from msgcore.session import stored_message as _stored_message
from msgcore.session.access import LOAD_LIMIT_OCTETS, FolderLike, Submission
from msgcore.session.changes import CHANGES_AT_ONCE
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Opening
from msgcore.spi.changes import Changes
from msgcore.spi.folders import ReceiveFolder
from msgcore.spi.message_state import OwedReceipt
from msgcore.spi.recovery import Fault
from msgcore.spi.store import Incoming

__all__ = ["Folder", "Item", "MessageStore", "SpecialFolders", "StoredMessage", "Table", "opened_entry"]


class SpecialFolders:
    """The special folders of a store, or of a session's default store, and the address book in one of them."""

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

    @property
    def junk_email(self) -> Folder:
        return Folder(self._runtime, self._special_store.junk_email)

    @property
    def contacts(self) -> Folder:
        return Folder(self._runtime, self._special_store.contacts)

    @property
    def address_book(self) -> AddressBook:
        return AddressBook(self._runtime, self._special_store.address_book)

    @property
    def finder(self) -> Folder:
        return Folder(self._runtime, self._special_store.finder)


@twin_of(_store.MessageStore)
class MessageStore(SpecialFolders, Closing):
    """:class:`msgcore.session.store.MessageStore` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _store.MessageStore) -> None:
        self._runtime = runtime
        self._inner = inner

    def ring(self) -> tuple[BlockingRuntime, _store.MessageStore]:
        """Give what it runs on, and the store that it stands for: for this package, not for applications."""
        return self._runtime, self._inner

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
    def entry_id(self) -> bytes:
        return self._inner.entry_id

    @property
    def root(self) -> Folder:
        return Folder(self._runtime, self._inner.root)

    def properties(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Row:
        return self._runtime.run(self._inner.properties(timeout_seconds=timeout_seconds))

    def receive_folder(
        self, message_class: str = "", *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> ReceiveFolder:
        return self._runtime.run(self._inner.receive_folder(message_class, timeout_seconds=timeout_seconds))

    def receive_folders(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[ReceiveFolder, ...]:
        return self._runtime.run(self._inner.receive_folders(timeout_seconds=timeout_seconds))

    def set_receive_folder(
        self, message_class: str, folder: FolderLike | None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.set_receive_folder(message_class, folder, timeout_seconds=timeout_seconds))

    def deliver(
        self, incoming: Iterable[Incoming | Message], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        return self._runtime.run(self._inner.deliver(incoming, timeout_seconds=timeout_seconds))

    def load_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Message:
        return self._runtime.run(self._inner.load_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds))

    def load_messages(
        self,
        entry_ids: Iterable[EntryIdLike],
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Message | None, ...]:
        return self._runtime.run(
            self._inner.load_messages(entry_ids, load_limit_octets, timeout_seconds=timeout_seconds)
        )

    def open_entry(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> StoredMessage | Folder:
        return opened_entry(
            self._runtime, self._inner.open_entry(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)
        )

    def open_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> StoredMessage:
        opening = self._inner.open_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)
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

    def search(
        self,
        where: Restriction | str,
        folders: Iterable[FolderLike] | None = None,
        *,
        limit: int | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Item, ...]:
        found = self._runtime.run(self._inner.search(where, folders, limit=limit, timeout_seconds=timeout_seconds))
        return tuple(Item(self._runtime, one) for one in found)

    def changes_since(
        self,
        token: bytes | None = None,
        *,
        limit: int = CHANGES_AT_ONCE,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Changes:
        return self._runtime.run(self._inner.changes_since(token, limit=limit, timeout_seconds=timeout_seconds))

    def delete(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.delete(*entry_ids, timeout_seconds=timeout_seconds))

    def restore(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.restore(*entry_ids, timeout_seconds=timeout_seconds))

    def purge(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.purge(*entry_ids, timeout_seconds=timeout_seconds))

    def purge_before(self, moment: datetime, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.purge_before(moment, timeout_seconds=timeout_seconds))

    def owed_receipts(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[OwedReceipt, ...]:
        return self._runtime.run(self._inner.owed_receipts(timeout_seconds=timeout_seconds))

    def clear_receipts(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.clear_receipts(*entry_ids, timeout_seconds=timeout_seconds))

    def check(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[Fault, ...]:
        return self._runtime.run(self._inner.check(timeout_seconds=timeout_seconds))

    def backup(self, path: Path, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.backup(path, timeout_seconds=timeout_seconds))

    def compact(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.compact(timeout_seconds=timeout_seconds))

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
