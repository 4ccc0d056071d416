"""The internal store's outgoing queue."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline, filetime_from_datetime
from msgcore.model.message import Message
from msgcore.providers.internal import outgoing
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.outgoing import Lock
from msgcore.providers.internal.prepare import prepare
from msgcore.providers.internal.receive_folders import place_by_class
from msgcore.providers.internal.special_folders import special_folders
from msgcore.providers.internal.standing import standing_of
from msgcore.providers.internal.writing import insert_message, insert_messages
from msgcore.runtime import Connection
from msgcore.runtime.abc import NEVER
from msgcore.spi.persist import written_down
from msgcore.spi.store import Incoming, MessageFlag, OutgoingItem, SpecialFolder

__all__ = ["QueueCalls"]


class QueueCalls(StoreCalls):
    """Keep submissions until each recipient's lot is known."""

    async def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> OutgoingItem:
        now = self._runtime.now()
        prepared = await self._runtime.in_thread(
            lambda: prepare(
                Incoming(message, is_read=True, is_unsent=True), now, MessageFlag.SUBMIT, self._database.folder
            ),
            deadline,
        )
        recipients = tuple(dict.fromkeys(message.recipients))

        def work(connection: Connection) -> OutgoingItem:
            known = outgoing.number_of(connection, self._mailbox.id, transfer_id)
            if known is not None:
                return outgoing.read_item(connection, self.uid, known)
            outbox = special_folders(connection, self._mailbox.id)[SpecialFolder.OUTBOX]
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
            standing_of(connection, self._mailbox.id, [number], is_deleted=None)
            return outgoing.read_item(connection, self.uid, number)

        return await self._read(work, deadline)

    async def make_due(self, deadline: Deadline) -> None:
        now = self._now()
        await self._write(lambda c: outgoing.make_due(c, self._mailbox.id, now), deadline)

    async def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        monotonic, now = self._runtime.monotonic(), self._now()
        locked: list[Lock] = []

        def work(connection: Connection) -> OutgoingItem | None:
            # Anew, should it run a second time: what the first one locked was undone.
            locked.clear()
            lock = outgoing.lock_due(connection, self.uid, self._mailbox.id, now, monotonic, lease_seconds)
            if lock is None:
                return None
            locked.append(lock)
            return lock.item

        try:
            return await self._write(work, deadline)
        except BaseException:
            # Cancelled when the lock was on the disk already: nobody would know of it.
            for lock in locked:
                await self._unlock(lock)
            raise

    async def _unlock(self, lock: Lock) -> None:
        async def write() -> None:
            await self._write(lambda c: outgoing.unlock(c, lock), NEVER)

        await written_down(self._runtime, write)

    async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        self._number(item.entry_id, ObjectKind.MESSAGE)
        now = self._runtime.now()

        def work(connection: Connection) -> bool:
            sent_items = special_folders(connection, self._mailbox.id)[SpecialFolder.SENT_ITEMS]
            is_settled = outgoing.settle(connection, self._mailbox.id, item, sent_items)
            if is_settled:
                insert_messages(connection, place_by_class(connection, self._mailbox.id, prepared))
            return is_settled

        prepared = await self._runtime.in_thread(
            lambda: [prepare(self._keyed(report), now) for report in reports], deadline
        )
        return await self._write(work, deadline)

    async def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        number, now = self._number(entry_id, ObjectKind.MESSAGE), self._now()

        def work(connection: Connection) -> None:
            self._standing(connection, [number])
            outgoing.retry(connection, self._mailbox.id, number, now)

        await self._write(work, deadline)

    async def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        number, monotonic = self._number(entry_id, ObjectKind.MESSAGE), self._runtime.monotonic()

        def work(connection: Connection) -> None:
            self._standing(connection, [number])
            drafts = special_folders(connection, self._mailbox.id)[SpecialFolder.DRAFTS]
            outgoing.abort(connection, self._mailbox.id, number, drafts, monotonic)

        await self._write(work, deadline)
