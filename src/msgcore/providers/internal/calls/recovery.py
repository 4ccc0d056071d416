"""The internal store's deleted messages, and the receipts that it owes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline, datetime_from_filetime, filetime_from_datetime
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.flags import clear_receipts, owed_receipts
from msgcore.providers.internal.standing import Section, Standing, standing_of
from msgcore.providers.internal.writing import purge_messages, restore_messages
from msgcore.runtime import Connection
from msgcore.spi.message_state import OwedReceipt

__all__ = ["RecoveryCalls"]

_PURGED_AT_ONCE = 2_000


class RecoveryCalls(StoreCalls):
    """Restore or purge what was deleted; say which receipts are owed."""

    def _known(self, connection: Connection, numbers: Sequence[int]) -> list[Standing]:
        return standing_of(connection, self._mailbox.id, numbers, is_deleted=None)

    async def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        numbers = self._messages(entry_ids)

        def work(connection: Connection) -> None:
            deleted = [one for one in self._known(connection, numbers) if one.section is Section.DELETED]
            restore_messages(connection, self._mailbox.id, deleted)

        await self._write(work, deadline)

    async def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        numbers = self._messages(entry_ids)

        def work(connection: Connection) -> None:
            messages = self._known(connection, numbers)
            self._changeable(connection, [one.number for one in messages if one.section is not Section.DELETED])
            purge_messages(connection, self._mailbox.id, messages)

        await self._write(work, deadline)

    async def purge_before(self, moment: datetime, deadline: Deadline) -> int:
        before = filetime_from_datetime(moment)

        def work(connection: Connection) -> int:
            rows = connection.rows(
                "select message.id from message join folder on folder.id = folder_id"
                " where deleted_time < ? and mailbox_id = ? order by deleted_time limit ?",
                (before, self._mailbox.id, _PURGED_AT_ONCE),
            )
            purge_messages(connection, self._mailbox.id, self._known(connection, [number for (number,) in rows]))
            return len(rows)

        count = 0
        while purged := await self._write(work, deadline):  # others write in between
            count += purged
        return count

    async def clear_receipts(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        numbers = self._messages(entry_ids)
        await self._write(lambda c: clear_receipts(c, self._mailbox.id, self._known(c, numbers)), deadline)

    async def owed_receipts(self, deadline: Deadline) -> Sequence[OwedReceipt]:
        rows = await self._read(lambda c: owed_receipts(c, self._mailbox.id), deadline)
        return [
            OwedReceipt(self._id(number), bool(is_read), datetime_from_filetime(since))
            for number, is_read, since in rows
        ]
