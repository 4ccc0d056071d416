"""The internal store's outgoing queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline, filetime_from_datetime
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.providers.internal import outgoing
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.outgoing import Lock
from msgcore.providers.internal.prepare import Prepared, prepare
from msgcore.providers.internal.receive_folders import place_by_class
from msgcore.providers.internal.special_folders import special_folders
from msgcore.providers.internal.standing import standing_of
from msgcore.providers.internal.writing import insert_message, insert_messages, put_away, update_message
from msgcore.runtime import Connection
from msgcore.runtime.abc import NEVER
from msgcore.spi.outgoing import USUAL_TERMS, Preprocessed, SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.persist import written_down
from msgcore.spi.store import Incoming, MessageFlag, SpecialFolder
from msgcore.spi.versions import version_of

__all__ = ["QueueCalls"]


class QueueCalls(StoreCalls):
    """Keep submissions until each recipient's lot is known."""

    async def submit(
        self,
        message: Message,
        transfer_id: str,
        deadline: Deadline,
        terms: SubmitTerms = USUAL_TERMS,
        recipients: Sequence[Recipient] | None = None,
        draft: EntryId | None = None,
    ) -> OutgoingItem:
        now = self._runtime.now()
        drafts = [] if draft is None else self._messages([draft])
        prepared = await self._runtime.in_thread(lambda: self._letter(message, MessageFlag.SUBMIT), deadline)
        given = list(dict.fromkeys(message.recipients if recipients is None else recipients))

        def work(connection: Connection) -> OutgoingItem:
            known = outgoing.number_of(connection, self._mailbox.id, transfer_id)
            if known is not None:
                return outgoing.read_item(connection, self.uid, known)
            old = self._changeable(connection, drafts)
            for one in old:
                self._check_version(connection, one.number, version_of(message))
            put_away(connection, self._mailbox.id, old, filetime_from_datetime(now))
            outbox = special_folders(connection, self._mailbox.id)[SpecialFolder.OUTBOX]
            number = insert_message(connection, outbox, prepared, self._mailbox.id)
            outgoing.enqueue(connection, number, transfer_id, message.from_, given, message.message_id, now, terms)
            return outgoing.read_item(connection, self.uid, number)

        return await self._write(work, deadline)

    def _letter(self, message: Message, flags: MessageFlag) -> Prepared:
        incoming = Incoming(message, is_read=True, is_unsent=True)
        return prepare(incoming, self._runtime.now(), flags, self._database.folder)

    async def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return await self._read(lambda c: outgoing.open_items(c, self.uid, self._mailbox.id), deadline)

    async def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        number = self._number(entry_id, ObjectKind.MESSAGE)

        def work(connection: Connection) -> OutgoingItem:
            standing_of(connection, self._mailbox.id, [number], is_deleted=None)
            return outgoing.read_item(connection, self.uid, number)

        return await self._read(work, deadline)

    async def find_submissions(self, transfer_id: str, message_id: str, deadline: Deadline) -> Sequence[OutgoingItem]:
        def work(connection: Connection) -> list[OutgoingItem]:
            numbers = outgoing.find_numbers(connection, self._mailbox.id, transfer_id, message_id)
            return [outgoing.read_item(connection, self.uid, number) for number in numbers]

        return await self._read(work, deadline)

    async def note_outcomes(self, entry_id: EntryId, outcomes: Mapping[Recipient, Outcome], deadline: Deadline) -> None:
        number = self._number(entry_id, ObjectKind.MESSAGE)

        def work(connection: Connection) -> None:
            standing_of(connection, self._mailbox.id, [number], is_deleted=None)
            outgoing.read_item(connection, self.uid, number)
            outgoing.note_outcomes(connection, number, outcomes)

        await self._write(work, deadline)

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

    async def keep_preprocessed(
        self, item: OutgoingItem, preprocessed: Preprocessed, reports: Sequence[Incoming], deadline: Deadline
    ) -> OutgoingItem | None:
        number = self._number(item.entry_id, ObjectKind.MESSAGE)

        def prepare_all() -> tuple[Prepared | None, Prepared | None, list[Prepared]]:
            beside, copy = preprocessed.message, preprocessed.sent_copy
            return (
                None if beside is None else self._letter(beside, MessageFlag.ASSOCIATED),
                None if copy is None else self._letter(copy, MessageFlag.SUBMIT),
                [prepare(self._keyed(report), self._runtime.now()) for report in reports],
            )

        def work(connection: Connection) -> OutgoingItem | None:
            goes_out = number
            if not outgoing.keep_preprocessed(connection, item, number):
                return None
            if copy is not None:
                (old,) = standing_of(connection, self._mailbox.id, [number])
                update_message(connection, self._mailbox.id, old, copy)
            if beside is not None:
                outbox = special_folders(connection, self._mailbox.id)[SpecialFolder.OUTBOX]
                goes_out = insert_message(connection, outbox, beside, self._mailbox.id)
                outgoing.keep_preprocessed(connection, item, goes_out)
            insert_messages(connection, place_by_class(connection, self._mailbox.id, told), self._mailbox.id)
            return outgoing.read_item(connection, self.uid, number)

        beside, copy, told = await self._runtime.in_thread(prepare_all, deadline)
        return await self._write(work, deadline)

    async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        self._number(item.entry_id, ObjectKind.MESSAGE)
        now = self._runtime.now()

        def work(connection: Connection) -> bool:
            sent_items = special_folders(connection, self._mailbox.id)[SpecialFolder.SENT_ITEMS]
            is_settled = outgoing.settle(connection, self._mailbox.id, item, sent_items)
            if is_settled:
                insert_messages(connection, place_by_class(connection, self._mailbox.id, prepared), self._mailbox.id)
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
