"""A store on the desk of a test: opened as a session opens it, with the folder that the test puts messages into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagComment,
    PidTagEntryId,
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.session.services import providers_of
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.plugin import Plugin
from msgcore.spi.service import ServiceClass
from msgcore.spi.store import Contents, Incoming, SpecialFolder, StoreProvider, TableQuery
from msgcore.testing.clock import ManualClock
from msgcore.testing.conformance import see_that_there_is_one

__all__ = ["ACCOUNT", "ANN", "EVERYTHING", "LETTER", "NEW", "OLD", "OTHER", "Opening", "StoreDesk", "uid_of_nobody"]

T = TypeVar("T")

EVERYTHING = 1 << 40
"""A load limit that no message reaches."""

ACCOUNT = "ann at a.test"
"""The account whose journal :meth:`StoreDesk.all_there_is` shows."""

ANN = Address("SMTP", "ann@a.test", "Ann Alm")
LETTER = Message(from_=ANN, to=["bob@b.test", "FAX:+1 23"], bcc="cia@c.test", subject="letter", text="Hello")
OLD = Message(subject="old", text="old text")
NEW = Message(subject="new", text="new text", to="bob@b.test", attachments=[b"new"])
OTHER = Message(subject="other")
_AMPLE_SECONDS = 60.0
_MEMBERS = ("uid", "display_name", "special_folders", "folders", "folder", "query", "count", "row", "load")
_WHERE_ELSE = (SpecialFolder.DRAFTS, SpecialFolder.DELETED_ITEMS, SpecialFolder.INBOX, SpecialFolder.IPM_SUBTREE)


@attrs.frozen
class Opening:
    """How a store is opened, again and again: its service, its configuration, and the role of the folder to use."""

    service_class: ServiceClass
    config: object
    home: SpecialFolder
    runtime: Runtime
    clock: ManualClock


class _Slow(Plugin):
    """A way of calling on which time passes between the look at the deadline and the call."""

    async def call(
        self,
        function: Callable[..., object],
        *arguments: object,
        deadline: Deadline = NEVER,
        undo: Callable[[Any], object] | None = None,
        answer_seconds: float = 0.0,
    ) -> object:
        return await super().call(
            function,
            *arguments,
            deadline=self.runtime.deadline(_AMPLE_SECONDS),
            undo=undo,
            answer_seconds=answer_seconds,
        )


class StoreDesk:
    """One logon to a store. ``store`` is the provider as a session calls it, ``home`` the folder of the messages.

    ``ids`` are those of the messages that the test was given: in their order where the store saved them, in the order
    of the table where it had them before.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._open: list[Plugin] = []
        self.config = opening.config
        self.runtime = opening.runtime
        self.clock = opening.clock
        self.ids: list[EntryId] = []
        self.take_away: Callable[[int], None]
        """Take away one of the messages that were there before, behind the store's back; it may block."""

    async def open(self) -> StoreDesk:
        """Log on."""
        opening = self._opening
        self.plugin = Plugin.make("the store under test", opening.service_class, opening.config, self.runtime)
        self._open.append(self.plugin)
        await self.plugin.logon(self.runtime.deadline(None))
        stores = [one for one in providers_of(self.plugin) if isinstance(one, StoreProvider)]
        see_that_there_is_one(stores, self.plugin, "store", *_MEMBERS)
        [self.provider] = stores
        self.store = GuardedStore(self.plugin, self.provider)
        self.special = await self.store.special_folders(NEVER)
        home = self._opening.home
        assert home in self.special, f"the store has no {home.name}: name one that it has by home = … in the test class"
        self.home = self.special[home]
        return self

    async def close(self) -> None:
        """Log off, also where :meth:`beside` logged on."""
        while self._open:
            await self._open.pop().close()

    async def reopen(self) -> None:
        """Log off, and log on to the same store again."""
        await self.close()
        await self.open()

    async def another(self, config: object) -> StoreDesk:
        """Log on to another store of the same service, while this logon goes on."""
        other = await StoreDesk(attrs.evolve(self._opening, config=config)).open()
        self._open.insert(0, other.plugin)
        return other

    async def beside(self) -> StoreDesk:
        """Log on to the same store a second time, while this logon goes on."""
        other = await StoreDesk(self._opening).open()
        self._open.insert(0, other.plugin)
        return other

    def past_its_end(self) -> GuardedStore:
        """Give a way to the store that does not know of the service's end, as a plug-in's own threads have one."""
        return GuardedStore(Plugin("the closed store", self.plugin.target, self.runtime), self.provider)

    def past_its_deadlines(self) -> GuardedStore:
        """Give a way to the store on which deadlines may pass before it is reached."""
        return GuardedStore(_Slow("the late store", self.plugin.target, self.runtime), self.provider)

    def can(self, ability: Capability) -> bool:
        return self.store.can(ability)

    @property
    def elsewhere(self) -> EntryId:
        """Another folder than :attr:`home`."""
        roles = [role for role in _WHERE_ELSE if self.special.get(role, self.home) != self.home]
        return self.special[roles[0]]

    # Short forms of the calls that most tests make

    async def save(self, *messages: Message | Incoming, folder: EntryId | None = None) -> list[EntryId]:
        incoming = [one if isinstance(one, Incoming) else Incoming(one) for one in messages]
        return list(await self.store.save(folder or self.home, incoming, NEVER))

    async def save_one(self, message: Message | Incoming, folder: EntryId | None = None) -> EntryId:
        [entry_id] = await self.save(message, folder=folder)
        return entry_id

    async def load(self, entry_id: EntryId, limit_octets: int = EVERYTHING) -> Message:
        return await self.store.load(entry_id, limit_octets, NEVER)

    async def change(self, entry_id: EntryId, change: Callable[[Message], object]) -> None:
        """Load a message, change it, and save it."""
        message = await self.load(entry_id)
        change(message)
        await self.store.save_changes(entry_id, message, NEVER)

    async def value(self, entry_id: EntryId, tag: Property[Any]) -> object:
        """Give one property, as the message's row says it now."""
        return (await self.store.row(entry_id, (tag,), NEVER)).get(tag)

    async def flags(self, entry_id: EntryId) -> int:
        """Give the flags of a message, as its row says them now."""
        found = await self.value(entry_id, PidTagMessageFlags)
        assert isinstance(found, int), f"PidTagMessageFlags is {found!r}"
        return found

    async def now_and_at_the_next_logon(self, look: Callable[[], Awaitable[T]]) -> tuple[T, T]:
        """Give what is seen now, and what is seen after logging off and on."""
        now = await look()
        await self.reopen()
        return now, await look()

    async def query(
        self,
        restriction: Restriction | None = None,
        sort_order: Iterable[SortKey] = (),
        *,
        columns: Sequence[PropertyKey] = (PidTagEntryId, PidTagSubject),
        folder: EntryId | None = None,
        start: int = 0,
        count: int = 1_000,
        contents: Contents = Contents.MESSAGES,
    ) -> Sequence[Row]:
        query = TableQuery(tuple(columns), restriction, tuple(sort_order), start, count, contents=contents)
        return await self.store.query(folder or self.home, query, NEVER)

    async def find(
        self,
        restriction: Restriction | None = None,
        sort_order: Iterable[SortKey] = (),
        *,
        folder: EntryId | None = None,
        start: int = 0,
        count: int = 1_000,
        contents: Contents = Contents.MESSAGES,
    ) -> list[EntryId]:
        """Give the entry ids of the rows."""
        rows = await self.query(restriction, sort_order, folder=folder, start=start, count=count, contents=contents)
        return [EntryId.parse(row[PidTagEntryId]) for row in rows]

    async def subjects(self, role: SpecialFolder | None = None) -> list[str]:
        """Give the subjects of a folder's messages in alphabetical order."""
        folder = self.home if role is None else self.special[role]
        return sorted(row.get(PidTagSubject, "") for row in await self.query(folder=folder))

    async def names_in(self, folder: EntryId) -> list[str]:
        """Give the names of the folders in a folder."""
        return [one.name for one in await self.store.folders(folder, NEVER)]

    async def make_folder(self, name: str, parent: EntryId | None = None) -> EntryId:
        """Make a folder, below the subtree when nothing else is said."""
        return await self.store.create_folder(parent or self.special[SpecialFolder.IPM_SUBTREE], name, NEVER)

    async def every_folder(self) -> list[EntryId]:
        """List all folders, each behind its parent."""
        folders = [self.special[SpecialFolder.ROOT]]
        for folder in folders:
            inside = [one.entry_id for one in await self.store.folders(folder, NEVER)]
            folders += [one for one in inside if one not in folders]
        return folders

    @property
    def sections(self) -> list[Contents]:
        """The kinds of contents that the store has."""
        kept = {Contents.ASSOCIATED: Capability.ASSOCIATED, Contents.DELETED: Capability.RECOVERY}
        return [Contents.MESSAGES, *(contents for contents, ability in kept.items() if self.can(ability))]

    async def all_there_is(self) -> list[object]:
        """Describe everything in the store that a change would show in."""
        found: list[object] = []
        tags: list[Property[Any]] = [PidTagEntryId, PidTagSubject, PidTagMessageFlags]
        tags += [PidTagMessageStatus] if self.can(Capability.MESSAGE_STATUS) else []
        for folder in await self.every_folder():
            found.append(await self.store.folder(folder, NEVER))
            for contents in self.sections:
                found.extend(sorted(map(repr, await self.query(columns=tags, folder=folder, contents=contents))))
            if self.can(Capability.FOLDER_PROPERTIES):
                found.append((await self.store.folder_properties(folder, NEVER)).get(PidTagComment))
        if self.can(Capability.OUTGOING_QUEUE):
            found.extend(await self.store.outgoing(NEVER))
        if self.can(Capability.RECEIVE_FOLDERS):
            found.extend(await self.store.receive_folders(NEVER))
        if self.can(Capability.RECEIPTS):
            found.extend(await self.store.owed_receipts(NEVER))
        if self.can(Capability.JOURNAL):
            found.extend(await self.journal())
        return found

    async def journal(self, account: str = ACCOUNT) -> list[JournalEntry]:
        """Give the entries of an account that has not too many of them."""
        return list(await self.store.journal(account, None, 1_000, NEVER))

    # The outgoing queue

    async def submit(self, message: Message = LETTER, transfer_id: str = "t1") -> OutgoingItem:
        return await self.store.submit(message, transfer_id, NEVER)

    async def lock(self, lease_seconds: float = 600) -> OutgoingItem | None:
        return await self.store.lock_due(lease_seconds, NEVER)

    async def locked(self, lease_seconds: float = 600) -> OutgoingItem:
        item = await self.lock(lease_seconds)
        assert item is not None, "nothing was ready, due and free"
        return item

    async def settle(self, item: OutgoingItem, *reports: Message | Incoming, **changes: Any) -> bool:
        incoming = [one if isinstance(one, Incoming) else Incoming(one) for one in reports]
        return await self.store.settle(attrs.evolve(item, **changes), incoming, NEVER)

    async def now_is(self, item: OutgoingItem) -> OutgoingItem:
        return await self.store.submission(item.entry_id, NEVER)


def uid_of_nobody(desk: StoreDesk) -> bytes:
    """Give a uid that is another store's."""
    return bytes(octet ^ 0xFF for octet in desk.store.uid)
