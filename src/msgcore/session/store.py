"""Message stores as applications see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgcore.base.ids import EntryId, EntryIdLike, ObjectKind
from msgcore.errors import NotSupported
from msgcore.props.key import PropertyName
from msgcore.props.tags import NamedProperty
from msgcore.runtime.abc import Runtime
from msgcore.session.access import StoreAccess, SubmitCall
from msgcore.session.folder import Folder
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing, Opening
from msgcore.session.stored_message import StoredMessage
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import SpecialFolder

__all__ = ["MessageStore"]


class MessageStore(StoreAccess, Closing):
    """A message store: folders, and messages by entry id. May be shared by threads and tasks."""

    def __init__(
        self,
        runtime: Runtime,
        provider: GuardedStore,
        special_folders: Mapping[SpecialFolder, EntryId],
        plugin: Plugin | None = None,
        submit: SubmitCall | None = None,
    ) -> None:
        super().__init__(runtime, provider, submit)
        self.special_folders = special_folders
        self._plugin = plugin

    def _special(self, role: SpecialFolder) -> Folder:
        found = self.special_folders.get(role)
        if found is None:
            raise NotSupported(f"{self.display_name} has no {role.value.replace('_', ' ')} folder")
        return Folder(self, found)

    @property
    def root(self) -> Folder:
        """The folder whose folders a person sees."""
        return self._special(SpecialFolder.IPM_SUBTREE)

    @property
    def inbox(self) -> Folder:
        return self._special(SpecialFolder.INBOX)

    @property
    def outbox(self) -> Folder:
        return self._special(SpecialFolder.OUTBOX)

    @property
    def sent_items(self) -> Folder:
        return self._special(SpecialFolder.SENT_ITEMS)

    @property
    def deleted_items(self) -> Folder:
        return self._special(SpecialFolder.DELETED_ITEMS)

    @property
    def drafts(self) -> Folder:
        return self._special(SpecialFolder.DRAFTS)

    def open_entry(
        self, entry_id: EntryIdLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Opening[StoredMessage | Folder]:
        """Open a message or folder by entry id.

        Raises:
            NotFound: the entry id is another store's, or the object is gone.
        """

        async def start() -> StoredMessage | Folder:
            parsed = EntryId.parse(entry_id)
            if parsed.kind == ObjectKind.FOLDER:
                await self.provider.folder(parsed, self.deadline(timeout_seconds))
                return Folder(self, parsed)
            return await self.open_message(entry_id, timeout_seconds=timeout_seconds)

        return Opening(start)

    def open_message(
        self, entry_id: EntryIdLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Opening[StoredMessage]:
        """Open a message by entry id; raises as :meth:`open_entry` does."""

        async def start() -> StoredMessage:
            message = await self.load_message(entry_id, timeout_seconds=timeout_seconds)
            return StoredMessage(self, EntryId.parse(entry_id), message)

        return Opening(start)

    async def property_ids(
        self,
        names: Iterable[NamedProperty[Any] | PropertyName],
        *,
        create: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[int | None, ...]:
        """Give the ids, from 0x8000 on, that this store has for named properties, in the same order.

        One without an id gives ``None``, unless ``create`` makes it ([MS-OXCPRPT] section 3.1.5.10).

        Raises:
            LimitExceeded: the store has as many named properties as it takes.
            NotSupported: the store maps no names.
        """
        wanted = [(one.property_set, one.lid_or_name) if isinstance(one, NamedProperty) else one for one in names]
        return tuple(await self.provider.property_ids(wanted, create, self.deadline(timeout_seconds)))

    async def property_names(
        self, ids: Iterable[int], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[PropertyName | None, ...]:
        """Give the set, and the LID or name, that each id stands for in this store; ``None`` for no name.

        Raises:
            NotSupported: the store maps no names.
        """
        return tuple(await self.provider.property_names(list(ids), self.deadline(timeout_seconds)))

    async def delete(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete messages from the store, all or none."""
        ids = [EntryId.parse(entry_id) for entry_id in entry_ids]
        await self.provider.delete(ids, self.deadline(timeout_seconds))

    def cancel(self) -> None:
        """End the waits of every call now running on this store, from any thread."""
        self.runtime.cancel()

    async def close(self) -> None:
        """Close the store, when it was opened by URL; a session closes its own."""
        if self._plugin is not None:
            await self._plugin.close()

    def __repr__(self) -> str:
        return f"<MessageStore {self.display_name!r}>"
