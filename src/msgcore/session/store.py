"""Message stores as applications see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, cast
from uuid import UUID

from msgcore.base.ids import EntryId, EntryIdLike, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.props.key import PropertyName
from msgcore.props.restriction import Restriction
from msgcore.props.table import PidTagContentCount, PidTagEntryId
from msgcore.props.tags import NamedProperty
from msgcore.runtime.abc import Runtime
from msgcore.session.access import LOAD_LIMIT_OCTETS, FolderLike, SubmitCall, folder_ids
from msgcore.session.checked import checked_integer, checked_limit
from msgcore.session.contacts.address_book import AddressBook
from msgcore.session.contacts.known import KnownContacts
from msgcore.session.folder import Folder
from msgcore.session.item import Item
from msgcore.session.listing import list_messages
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing, Opening
from msgcore.session.stored_message import StoredMessage
from msgcore.session.stores.places import StorePlaces
from msgcore.session.stores.upkeep import StoreUpkeep
from msgcore.session.tables.asked import checked_restriction, without_limit
from msgcore.session.tables.folder_rows import hierarchy_rows
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import SpecialFolder

__all__ = ["MessageStore"]

_SIDE_BY_SIDE = 4  # folders that are searched at the same time


@each_call_whole("runtime")
class MessageStore(StorePlaces, StoreUpkeep, Closing):
    """A message store: folders, and messages by entry id. May be shared by threads and tasks.

    Raises (from every method that takes entry ids):
        ObjectDeleted: what is named is gone.
        ForeignEntryId: what is named is another store's.
        NotSupported: the store cannot do it; it may be one that is only read.
    """

    def __init__(
        self,
        runtime: Runtime,
        provider: GuardedStore,
        special_folders: Mapping[SpecialFolder, EntryId],
        plugin: Plugin | None = None,
        submit: SubmitCall | None = None,
    ) -> None:
        super().__init__(runtime, provider, special_folders, submit)
        self._plugin = plugin
        self.known_contacts = KnownContacts(runtime)
        """For the session's own use."""

    def open_entry(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Opening[StoredMessage | Folder]:
        """Open a message or folder by entry id.

        Of a message that is larger than ``load_limit_octets`` attachments are not loaded: to change one, give more.

        Raises:
            ForeignEntryId: the entry id is another store's.
            ObjectDeleted: the object is gone; the text says whether ``restore`` brings it back.
        """

        async def start() -> StoredMessage | Folder:
            parsed = EntryId.parse(entry_id)
            if parsed.kind == ObjectKind.FOLDER:
                await self.provider.folder(parsed, self.deadline(timeout_seconds))
                return Folder(self, parsed)
            return await self.open_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)

        return Opening(start)

    def open_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Opening[StoredMessage]:
        """Open a message by entry id; raises as :meth:`open_entry` does."""

        async def start() -> StoredMessage:
            message = await self.load_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)
            return StoredMessage(self, EntryId.parse(entry_id), message)

        return Opening(start)

    @property
    def address_book(self) -> AddressBook:
        """The people and personal distribution lists in the store's Contacts folder.

        Raises:
            NotSupported: it has no such folder.
        """
        self._special(SpecialFolder.CONTACTS)
        return AddressBook(self, self.known_contacts)

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
        wanted = [_property_name(one) for one in names]
        return tuple(await self.provider.property_ids(wanted, create, self.deadline(timeout_seconds)))

    async def property_names(
        self, ids: Iterable[int], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[PropertyName | None, ...]:
        """Give the set, and the LID or name, that each id stands for in this store; ``None`` for no name.

        Raises:
            NotSupported: the store maps no names.
            UsageError: an id has more than 16 bits.
        """
        wanted = [checked_integer(one, "property_names") for one in ids]
        for one in wanted:
            if not 0 <= one < 1 << 16:
                raise UsageError(f"property_names: {one:#x} is no property id; they have 16 bits")
        return tuple(await self.provider.property_names(wanted, self.deadline(timeout_seconds)))

    async def search(
        self,
        where: Restriction | str,
        folders: Iterable[FolderLike] | None = None,
        *,
        limit: int | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Item, ...]:
        """Give the messages that satisfy ``where``, newest first: all of them, or the newest ``limit``.

        It looks in ``folders``, or in all that a person sees and that are not empty, a few at a time; a search folder
        there shows what it shows anyway. Messages of one time stand in the order of their folders, and there as
        ``folder.messages(newest_first=True)`` gives them.

        Raises:
            UsageError: there is no restriction; or ``folders`` is one folder, not several.
        """
        deadline = self.deadline(timeout_seconds)
        restriction, most = without_limit(checked_restriction(where))
        if restriction is None:
            raise UsageError("search: need a restriction or its text; folder.messages() lists all of a folder")
        asked = None if limit is None else checked_limit(limit, "search")
        wanted = min((one for one in (asked, most) if one is not None), default=None)
        places = await self._places(deadline) if folders is None else folder_ids(folders)
        waiting = iter(enumerate(places))
        found: list[list[Item]] = [[] for _ in places]

        async def look() -> None:
            for number, place in waiting:
                try:
                    found[number] = await list_messages(
                        self, place, restriction, deadline, newest_first=True, limit=wanted
                    )
                except NotFound:
                    if folders is not None:
                        raise
                    continue  # deleted since it was listed

        async with self.runtime.group() as group:
            for _ in range(min(len(places), _SIDE_BY_SIDE)):
                group.start(look())
        each_once: dict[bytes, Item] = {}
        for item in chain(*found):
            each_once.setdefault(item.entry_id, item)
        return tuple(sorted(each_once.values(), key=lambda item: item.received_at, reverse=True)[:wanted])

    async def _places(self, deadline: Deadline) -> list[EntryId]:
        top = self.special_folders[SpecialFolder.IPM_SUBTREE]
        rows = await hierarchy_rows(self.provider, top, None, deadline)
        filled = [EntryId.parse(row[PidTagEntryId]) for row in rows if row[PidTagContentCount]]
        return [top, *filled] if (await self.provider.folder(top, deadline)).content_count else filled

    def cancel(self) -> None:
        """End the waits of every call now running on this store, from any thread."""
        self.runtime.cancel()

    async def close(self) -> None:
        """Close the store, when it was opened by URL; a session closes its own."""
        if self._plugin is not None:
            await self._plugin.close()

    def __repr__(self) -> str:
        return f"<MessageStore {self.display_name!r}>"


def _property_name(given: NamedProperty[Any] | PropertyName) -> PropertyName:
    if isinstance(given, NamedProperty):
        return given.property_set, given.lid_or_name
    match cast(object, given):
        case (UUID(), str()):
            return given
        case (UUID(), int(lid)) if not isinstance(lid, bool) and 0 <= lid < 1 << 32:
            return given
        case _:
            raise UsageError(
                f"property_ids: {given!r:.200} is no named property; need its tag, or its set and LID or name"
            )
