"""Folders of a message store, and the items in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar, cast

from msgcore.base.ids import EntryId, EntryIdLike
from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.match import PropertySource
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDepth,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagParentEntryId,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubfolders,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.session.access import LOAD_LIMIT_OCTETS, StoreAccess
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.table import Table
from msgcore.session.tables.asked import checked_integer, checked_restriction, without_limit
from msgcore.session.tables.flat import FlatView
from msgcore.session.tables.folder_rows import FolderContents, hierarchy_rows
from msgcore.session.tables.gap import BEGINNING, Gap
from msgcore.session.tables.source import KeptRows
from msgcore.spi.store import FolderFacts, Incoming, MessageFlag, TableQuery

__all__ = ["DEFAULT_COLUMNS", "HIERARCHY_COLUMNS", "Folder", "Item"]

T = TypeVar("T")

_PAGE = 1_000

DEFAULT_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagEntryId,
    PidTagSubject,
    PidTagSentRepresentingName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
    PidTagMessageFlags,
    PidTagMessageClass,
    PidTagHasAttachments,
)


HIERARCHY_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagDisplayName,
    PidTagEntryId,
    PidTagParentEntryId,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagSubfolders,
    PidTagDepth,
)


class Item:
    """One message of a folder, as its row shows it; :meth:`load` reads the message itself."""

    def __init__(self, store: StoreAccess, row: Row) -> None:
        self._store = store
        self.row = row

    @property
    def entry_id(self) -> bytes:
        return self.row[PidTagEntryId]

    @property
    def subject(self) -> str:
        return self.row.get(PidTagSubject, "")

    @property
    def from_(self) -> Address | None:
        kind = self.row.get(PidTagSentRepresentingAddressType)
        address = self.row.get(PidTagSentRepresentingEmailAddress)
        if kind is None or address is None:
            return None
        return Address(kind, address, self.row.get(PidTagSentRepresentingName, ""))

    @property
    def received_at(self) -> datetime:
        return self.row[PidTagMessageDeliveryTime]

    @property
    def size_octets(self) -> int:
        return self.row[PidTagMessageSizeExtended]

    @property
    def is_read(self) -> bool:
        return bool(self.row[PidTagMessageFlags] & MessageFlag.READ)

    @property
    def has_attachments(self) -> bool:
        return self.row[PidTagHasAttachments]

    @property
    def message_class(self) -> str:
        return self.row[PidTagMessageClass]

    def __getitem__(self, tag: Property[T]) -> T:
        return self.row[tag]

    async def load(
        self, load_limit_octets: int = LOAD_LIMIT_OCTETS, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Message:
        """Load the message; attachments only when it is not larger than ``load_limit_octets``."""
        return await self._store.load_message(self.entry_id, load_limit_octets, timeout_seconds=timeout_seconds)

    def __repr__(self) -> str:
        return f"<Item {self.subject!r} from {self.from_}>"


class Folder:
    """A folder. Making one does no I/O: a folder that is gone shows when it is used (``NotFound``)."""

    def __init__(self, store: StoreAccess, entry_id: EntryId) -> None:
        self._store = store
        self._id = entry_id

    @property
    def entry_id(self) -> bytes:
        return bytes(self._id)

    async def facts(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> FolderFacts:
        """Say the folder's name, role, and how many messages it holds."""
        return await self._store.provider.folder(self._id, self._store.deadline(timeout_seconds))

    async def folders(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[FolderFacts, ...]:
        """List the folders in this one, by name."""
        return tuple(await self._store.provider.folders(self._id, self._store.deadline(timeout_seconds)))

    async def create_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Folder:
        """Make a folder in this one, or find the one of that name."""
        made = await self._store.provider.create_folder(self._id, name, self._store.deadline(timeout_seconds))
        return Folder(self._store, made)

    async def open_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Folder:
        """Open the folder of that name in this one; names compare without case.

        Raises:
            NotFound: there is none.
        """
        wanted = fold(name)
        for facts in await self.folders(timeout_seconds=timeout_seconds):
            if fold(facts.name) == wanted:
                return Folder(self._store, facts.entry_id)
        raise NotFound(f"there is no folder {name!r} here")

    async def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete this folder with all that is in it.

        Raises:
            UsageError: it is a special folder.
        """
        await self._store.provider.delete_folder(self._id, self._store.deadline(timeout_seconds))

    def contents_table(
        self,
        columns: Iterable[PropertyKey] = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str = (),
    ) -> Table:
        """Open a table of the folder's messages; nothing is read before rows are asked for."""
        source = FolderContents(self._store.provider, self._id)
        return Table(self._store.runtime, source, columns, restriction, sort_order)

    def hierarchy_table(self, *, depth: int | None = 1) -> Table:
        """Open a table of the folders below this one, each in front of those below it: ``depth`` levels, or all.

        It is read once, and again after ``refresh()``. ``PidTagDepth`` is 1 for the folders right below.
        """
        if depth is not None and checked_integer(depth, "hierarchy_table") < 1:
            raise UsageError(f"a hierarchy of {depth} levels has no row")

        async def read(deadline: Deadline) -> Sequence[PropertySource]:
            return await hierarchy_rows(self._store.provider, self._id, depth, deadline)

        return Table(self._store.runtime, KeptRows(read), HIERARCHY_COLUMNS)

    async def messages(
        self,
        where: Restriction | str | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Item, ...]:
        """Give the folder's messages in order of delivery: at most ``limit``, those that satisfy ``where``.

        ``where`` may be text, such as ``'subject:contains("report") and size > 10kb'``.
        """
        deadline = self._store.deadline(timeout_seconds)
        restriction, most = without_limit(checked_restriction(where))
        if limit is not None and checked_integer(limit, "messages: the limit") < 0:
            raise UsageError(f"messages: a limit of {limit}")
        wanted = min((one for one in (limit, most) if one is not None), default=None)
        key = PidTagMessageDeliveryTime.descending() if newest_first else PidTagMessageDeliveryTime.ascending()
        view = FlatView(FolderContents(self._store.provider, self._id), restriction, (key,))
        found: list[Item] = []
        gap = BEGINNING
        while wanted is None or len(found) < wanted:
            count = _PAGE if wanted is None else min(_PAGE, wanted - len(found))
            page = await view.read(gap, DEFAULT_COLUMNS, count, deadline)
            found += [Item(self._store, row) for row in page.rows]
            if len(page.rows) < count:
                break
            gap = Gap(page.place(count - 1), is_after=True)
        return tuple(found)

    async def count(
        self, where: Restriction | str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> int:
        """Count the messages that satisfy ``where``."""
        restriction, most = without_limit(checked_restriction(where))
        deadline = self._store.deadline(timeout_seconds)
        found = await self._store.provider.count(self._id, TableQuery((), restriction), deadline)
        return found if most is None else min(found, most)

    async def save(
        self,
        message: Message,
        *,
        is_read: bool = False,
        received_at: datetime | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> bytes:
        """Save a message here and give its entry id; it is on the disk when this returns.

        It keeps the time at which it arrived where it was read from (its first Received field, else its Date), unless
        ``received_at`` says another; a composed one arrives now.
        """
        if not isinstance(cast(object, message), Message):
            raise UsageError(f"save: need a Message, got {type(message).__name__}; read_message makes one of octets")
        if received_at is None:
            received_at = _arrival(message)
        elif not isinstance(cast(object, received_at), datetime):
            raise UsageError(f"save: need a datetime for received_at, got {type(received_at).__name__}")
        saved = await self.save_all([Incoming(message, is_read, False, received_at)], timeout_seconds=timeout_seconds)
        return saved[0]

    async def save_all(
        self, incoming: Iterable[Incoming | Message], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        """Save many messages in one transaction, all or none, and give their entry ids.

        A bare message arrives as :meth:`save` says.
        """
        letters = _letters(incoming)
        runtime, deadline = self._store.runtime, self._store.deadline(timeout_seconds)

        def load_files() -> None:
            for one in letters:
                one.message.load_files()

        await runtime.in_thread(load_files, deadline)
        return tuple(bytes(saved) for saved in await self._store.provider.save(self._id, letters, deadline))

    async def move_here(
        self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Move messages of the same store into this folder; their entry ids stay."""
        ids = [EntryId.parse(entry_id) for entry_id in entry_ids]
        await self._store.provider.move(ids, self._id, self._store.deadline(timeout_seconds))

    async def copy_here(
        self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        """Copy messages of the same store into this folder, and give the copies' entry ids."""
        ids = [EntryId.parse(entry_id) for entry_id in entry_ids]
        copies = await self._store.provider.copy(ids, self._id, self._store.deadline(timeout_seconds))
        return tuple(bytes(copy) for copy in copies)

    async def close(self) -> None:
        """Let go of the folder; nothing is held."""

    def __repr__(self) -> str:
        return f"<Folder {self._id.number} of {self._store.display_name}>"


def _letters(given: object) -> list[Incoming]:
    if not isinstance(given, Iterable):
        raise UsageError(f"save_all: need messages, got {type(given).__name__}")
    letters: list[Incoming] = []
    for one in cast("Iterable[object]", given):
        if isinstance(one, Message):
            letters.append(Incoming(one, received_at=_arrival(one)))
        elif isinstance(one, Incoming):
            letters.append(one)
        else:
            raise UsageError(f"save_all: need a Message or Incoming, got {type(one).__name__}")
    return letters


def _arrival(message: Message) -> datetime | None:
    """Say when a message that was read has arrived; ``None`` is now."""
    if message.source is None:
        return None
    return message.get(PidTagMessageDeliveryTime) or message.date
