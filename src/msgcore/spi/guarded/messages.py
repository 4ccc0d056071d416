"""Writing messages, and what a store notes of them, as sessions do it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.model.message import Message
from msgcore.spi.capability import Capability
from msgcore.spi.guarded.base import GuardedCalls
from msgcore.spi.message_state import AttachmentFacts, OwedReceipt
from msgcore.spi.store import Incoming, MessageStatus

__all__ = ["GuardedMessages"]


class GuardedMessages(GuardedCalls):
    """What a store may be able to do with messages."""

    async def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        method = self._able(Capability.CREATE).save
        return await self._several(EntryId, method, folder, incoming, deadline=deadline, exactly=len(incoming))

    async def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes | None:
        method = self._able(Capability.MODIFY).save_changes
        given = await self._plugin.call(method, entry_id, message, deadline, deadline=deadline)
        return given if isinstance(given, bytes) else None

    async def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.READ_FLAGS).set_read_flag, entry_ids, is_read, deadline=deadline)

    async def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.MOVE).move, entry_ids, folder, deadline=deadline)

    async def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        method = self._able(Capability.MOVE).copy
        return await self._several(EntryId, method, entry_ids, folder, deadline=deadline, exactly=len(entry_ids))

    async def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.DELETE).delete, entry_ids, deadline=deadline)

    async def keeps_sent_mail(self, deadline: Deadline) -> bool:
        return await self._one(bool, self._able(Capability.SENT_MAIL).keeps_sent_mail, deadline=deadline)

    # Deleted ones

    async def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.RECOVERY).restore, entry_ids, deadline=deadline)

    async def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.RECOVERY).purge, entry_ids, deadline=deadline)

    async def purge_before(self, moment: datetime, deadline: Deadline) -> int:
        return await self._number(self._able(Capability.RECOVERY).purge_before, moment, deadline=deadline)

    # What is noted beside their content

    async def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        method = self._able(Capability.MESSAGE_STATUS).set_message_status
        await self._nothing(method, entry_ids, status, mask, deadline=deadline)

    async def clear_receipts(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        await self._nothing(self._able(Capability.RECEIPTS).clear_receipts, entry_ids, deadline=deadline)

    async def owed_receipts(self, deadline: Deadline) -> Sequence[OwedReceipt]:
        return await self._several(OwedReceipt, self._able(Capability.RECEIPTS).owed_receipts, deadline=deadline)

    # Streams

    async def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> AttachmentFacts:
        method = self._able(Capability.STREAMS).attachment_facts
        found = await self._one(AttachmentFacts, method, entry_id, number, deadline=deadline)
        size, mark = cast("tuple[object, object]", (found.size_octets, found.mark))
        if isinstance(size, bool) or not isinstance(size, int) or size < 0 or not isinstance(mark, bytes):
            raise self._plugin.nonsense(method, found, "a size from 0 on, and a mark of octets")
        return found

    async def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        method = self._able(Capability.STREAMS).attachment_octets
        found = await self._one(bytes, method, entry_id, number, mark, start, count, deadline=deadline)
        if len(found) > count:
            raise self._plugin.nonsense(method, found, f"{count} octets at most")
        return found
