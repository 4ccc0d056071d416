"""One mailbox of the internal store, as the store contract has it.

Every method is one transaction: a read sees one moment, a write is on the disk when the method returns. Messages are
encoded before the transaction and decoded after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline, filetime_from_datetime
from msgcore.errors import NotFound, UsageError
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.providers.internal import folders, outgoing
from msgcore.providers.internal.contents import FolderTable, read_row
from msgcore.providers.internal.explain import explain_table
from msgcore.providers.internal.folders import Mailbox
from msgcore.providers.internal.groups import group_rows
from msgcore.providers.internal.named_properties import ids_of, make_ids, names_of
from msgcore.providers.internal.prepare import prepare
from msgcore.providers.internal.records import computed_properties, load_message, promoted, read_content
from msgcore.providers.internal.watching import watch_folder
from msgcore.providers.internal.writing import delete_messages, insert_message, insert_messages, update_message
from msgcore.runtime import Connection, Database, Runtime, SqlValue
from msgcore.runtime.abc import NEVER
from msgcore.spi.check import check_query
from msgcore.spi.limited import limit_attachments
from msgcore.spi.persist import written_down
from msgcore.spi.store import (
    EventSink,
    FolderFacts,
    Incoming,
    MessageFlag,
    OutgoingItem,
    RowGroup,
    SpecialFolder,
    TablePlan,
    TableQuery,
)

__all__ = ["InternalStore"]

T = TypeVar("T")


class InternalStore:
    """A mailbox in a SQLite database. May be shared by threads and tasks."""

    def __init__(self, runtime: Runtime, database: Database, mailbox: Mailbox) -> None:
        self._runtime = runtime
        self._database = database
        self._mailbox = mailbox
        # Those that were seen to be this mailbox's: a folder never goes to another, nor does its number.
        self._own_folders: set[int] = set()

    @property
    def uid(self) -> bytes:
        return self._mailbox.uid

    @property
    def display_name(self) -> str:
        return self._mailbox.display_name

    async def _read(self, work: Callable[[Connection], T], deadline: Deadline) -> T:
        return await self._database.read(self._runtime, work, deadline)

    async def _write(self, work: Callable[[Connection], T], deadline: Deadline) -> T:
        return await self._database.write(self._runtime, work, deadline)

    def _now(self) -> int:
        return filetime_from_datetime(self._runtime.now())

    def _number(self, entry_id: EntryId, kind: int) -> int:
        if entry_id.provider_uid != self.uid:
            raise NotFound(f"entry id {bytes(entry_id).hex()} belongs to another store")
        if entry_id.kind != kind:
            raise UsageError(f"entry id {bytes(entry_id).hex()} names an object of another kind")
        return entry_id.number

    def _folder(self, entry_id: EntryId) -> int:
        return self._number(entry_id, ObjectKind.FOLDER)

    def _messages(self, entry_ids: Sequence[EntryId]) -> list[int]:
        return [self._number(entry_id, ObjectKind.MESSAGE) for entry_id in entry_ids]

    def _id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.MESSAGE, number)

    # Folders

    async def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        found = await self._read(lambda c: folders.special_folders(c, self._mailbox.id), deadline)
        return {role: EntryId(self.uid, ObjectKind.FOLDER, number) for role, number in found.items()}

    async def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        number = self._folder(parent)

        def work(connection: Connection) -> list[FolderFacts]:
            self._check_folder(connection, number)
            return folders.folder_facts(connection, self.uid, self._mailbox.id, parent=number)

        return await self._read(work, deadline)

    async def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        number = self._folder(entry_id)
        found = await self._read(lambda c: folders.folder_facts(c, self.uid, self._mailbox.id, number=number), deadline)
        if not found:
            raise NotFound(f"folder {number} is not in the store (any more)")
        return found[0]

    async def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        above = self._folder(parent)
        number = await self._write(lambda c: folders.make_folder(c, self._mailbox.id, above, name), deadline)
        return EntryId(self.uid, ObjectKind.FOLDER, number)

    async def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        number = self._folder(entry_id)
        await self._write(lambda c: folders.delete_folder(c, self._mailbox.id, number), deadline)

    # Tables

    async def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return await self._look(folder, query, FolderTable.rows, deadline)

    async def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return await self._look(folder, query, FolderTable.count, deadline)

    async def groups(
        self, folder: EntryId, restriction: Restriction | None, keys: tuple[SortKey, ...], deadline: Deadline
    ) -> Sequence[RowGroup]:
        return await self._look(folder, TableQuery((), restriction, keys), group_rows, deadline)

    async def explain(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> TablePlan:
        return await self._look(folder, query, explain_table, deadline)

    async def _look(
        self, folder: EntryId, query: TableQuery, look: Callable[[FolderTable], T], deadline: Deadline
    ) -> T:
        """Look at a contents table as a checked query does."""
        number = self._folder(folder)
        check_query(query)

        def work(connection: Connection) -> T:
            if number not in self._own_folders:
                self._check_folder(connection, number)
                self._own_folders.add(number)
            found = look(FolderTable(connection, self.uid, number, query, deadline))
            if not found:  # perhaps because the folder is gone
                self._check_folder(connection, number)
            return found

        return await self._read(work, deadline)

    def _check_folder(self, connection: Connection, number: int) -> None:
        known = connection.value("select 1 from folder where id = ? and mailbox_id = ?", (number, self._mailbox.id))
        if known is None:
            raise NotFound(f"folder {number} is not in the store (any more)")

    async def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        number = self._number(entry_id, ObjectKind.MESSAGE)
        check_query(TableQuery(columns))
        return await self._read(lambda c: read_row(c, self.uid, self._mailbox.id, number, columns), deadline)

    def _record(self, connection: Connection, number: int) -> dict[str, Any]:
        mine = "id = ? and folder_id in (select id from folder where mailbox_id = ?)"
        found = next(promoted(connection, mine, (number, self._mailbox.id)), None)
        if found is None:
            raise NotFound(f"message {number} is not in the store (any more)")
        return found

    # Messages

    async def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        number = self._folder(folder)
        now = self._runtime.now()
        prepared = await self._runtime.in_thread(lambda: [prepare(self._keyed(one), now) for one in incoming], deadline)

        def work(connection: Connection) -> list[int]:
            self._check_folder(connection, number)
            return insert_messages(connection, [(number, one) for one in prepared])

        return [self._id(one) for one in await self._write(work, deadline)]

    def _keyed(self, incoming: Incoming) -> Incoming:
        """Make a delivery key hold for this mailbox, whatever others in the file were delivered."""
        key = incoming.delivery_key
        return incoming if key is None else attrs.evolve(incoming, delivery_key=hashlib.sha256(self.uid + key).digest())

    async def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        number = self._number(entry_id, ObjectKind.MESSAGE)
        now = self._runtime.now()
        prepared = await self._runtime.in_thread(lambda: prepare(Incoming(message), now), deadline)

        def work(connection: Connection) -> None:
            self._record(connection, number)
            outgoing.refuse_submitted(connection, number)
            update_message(connection, number, prepared)

        await self._write(work, deadline)

    async def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        number = self._number(entry_id, ObjectKind.MESSAGE)

        def work(connection: Connection) -> tuple[dict[str, Any], bytes, str | None]:
            record = self._record(connection, number)
            octets, overlay = read_content(connection, number)
            return record, octets, overlay

        record, octets, overlay = await self._read(work, deadline)
        message = load_message(octets, overlay, computed_properties(record, self.uid))
        return limit_attachments(message, load_limit_octets) if len(octets) > load_limit_octets else message

    async def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        change = "flags | 1" if is_read else "flags & ~1"
        await self._each(entry_ids, f"update message set flags = {change} where id = ?", (), deadline)

    async def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        number = self._folder(folder)
        statement = "update message set folder_id = ? where id = ?"
        await self._each(entry_ids, statement, (number,), deadline, folder=number)

    async def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        numbers = self._messages(entry_ids)

        def work(connection: Connection) -> None:
            for number in numbers:
                self._record(connection, number)
                outgoing.refuse_submitted(connection, number)
            delete_messages(connection, numbers)

        await self._write(work, deadline)

    async def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        target = self._folder(folder)
        numbers = self._messages(entry_ids)

        def work(connection: Connection) -> list[int]:
            self._check_folder(connection, target)
            names = [row[1] for row in connection.rows("pragma table_info(message)")]
            copied = ", ".join(name for name in names if name not in {"id", "folder_id", "delivery_key", "flags"})
            copies: list[int] = []
            for number in numbers:
                self._record(connection, number)
                copies.append(
                    connection.insert(
                        f"insert into message (folder_id, flags, {copied})"
                        f" select ?, flags & ~{int(MessageFlag.SUBMIT)}, {copied} from message where id = ?",
                        (target, number),
                    )
                )
            return copies

        return [self._id(number) for number in await self._write(work, deadline)]

    async def _each(
        self,
        entry_ids: Sequence[EntryId],
        statement: str,
        values: tuple[SqlValue, ...],
        deadline: Deadline,
        folder: int | None = None,
    ) -> None:
        numbers = self._messages(entry_ids)

        def work(connection: Connection) -> None:
            if folder is not None:
                self._check_folder(connection, folder)
            for number in numbers:
                self._record(connection, number)
                if folder is not None:
                    outgoing.refuse_submitted(connection, number)
                connection.run(statement, (*values, number))

        await self._write(work, deadline)

    # Named properties and notifications

    async def property_ids(
        self, names: Sequence[PropertyName], create: bool, deadline: Deadline
    ) -> Sequence[int | None]:
        mailbox = self._mailbox.id
        if create:
            return await self._write(lambda c: make_ids(c, mailbox, names), deadline)
        return await self._read(lambda c: ids_of(c, mailbox, names), deadline)

    async def property_names(self, ids: Sequence[int], deadline: Deadline) -> Sequence[PropertyName | None]:
        return await self._read(lambda c: names_of(c, self._mailbox.id, ids), deadline)

    async def advise(self, folder: EntryId, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        number = self._folder(folder)
        await self._read(lambda c: self._check_folder(c, number), deadline)
        return await watch_folder(self._runtime, self._database, folder, sink, deadline)

    # The outgoing queue

    async def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> OutgoingItem:
        now = self._runtime.now()
        prepared = await self._runtime.in_thread(
            lambda: prepare(Incoming(message, is_read=True, is_unsent=True), now), deadline
        )
        recipients = tuple(dict.fromkeys(message.recipients))

        def work(connection: Connection) -> OutgoingItem:
            outbox = folders.special_folders(connection, self._mailbox.id)[SpecialFolder.OUTBOX]
            number = insert_message(connection, outbox, prepared)
            submitted_at = filetime_from_datetime(now)
            outgoing.enqueue(connection, number, transfer_id, message.from_, recipients, submitted_at)
            return outgoing.read_item(connection, self.uid, number)

        return await self._write(work, deadline)

    async def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return await self._read(lambda c: outgoing.open_items(c, self.uid, self._mailbox.id), deadline)

    async def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        number = self._number(entry_id, ObjectKind.MESSAGE)

        def work(connection: Connection) -> OutgoingItem:
            self._record(connection, number)
            return outgoing.read_item(connection, self.uid, number)

        return await self._read(work, deadline)

    async def make_due(self, deadline: Deadline) -> None:
        now = self._now()
        await self._write(lambda c: outgoing.make_due(c, self._mailbox.id, now), deadline)

    async def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        monotonic, now = self._runtime.monotonic(), self._now()
        locked: list[OutgoingItem | None] = []

        def work(connection: Connection) -> OutgoingItem | None:
            locked.append(outgoing.lock_due(connection, self.uid, self._mailbox.id, now, monotonic, lease_seconds))
            return locked[-1]

        try:
            return await self._write(work, deadline)
        except BaseException:
            # Cancelled when the lock was on the disk already: nobody would know of it.
            for item in filter(None, locked):
                await self._unlock(item)
            raise

    async def _unlock(self, item: OutgoingItem) -> None:
        async def write() -> None:
            await self._write(lambda c: outgoing.unlock(c, item), NEVER)

        await written_down(self._runtime, write)

    async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        self._number(item.entry_id, ObjectKind.MESSAGE)
        now = self._runtime.now()

        def work(connection: Connection) -> bool:
            special = folders.special_folders(connection, self._mailbox.id)
            is_settled = outgoing.settle(connection, item, special[SpecialFolder.SENT_ITEMS])
            if is_settled:
                insert_messages(connection, [(special[SpecialFolder.INBOX], report) for report in prepared])
            return is_settled

        prepared = await self._runtime.in_thread(
            lambda: [prepare(self._keyed(report), now) for report in reports], deadline
        )
        return await self._write(work, deadline)

    async def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        number, now = self._number(entry_id, ObjectKind.MESSAGE), self._now()

        def work(connection: Connection) -> None:
            self._record(connection, number)
            outgoing.retry(connection, number, now)

        await self._write(work, deadline)

    async def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        number, monotonic = self._number(entry_id, ObjectKind.MESSAGE), self._runtime.monotonic()

        def work(connection: Connection) -> None:
            self._record(connection, number)
            drafts = folders.special_folders(connection, self._mailbox.id)[SpecialFolder.DRAFTS]
            outgoing.abort(connection, number, drafts, monotonic)

        await self._write(work, deadline)
