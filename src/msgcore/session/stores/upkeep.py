"""What keeps a store, and its replicas, as they should be: changes, deleted messages, receipts, good order."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import cast

from msgcore.base.ids import EntryIdLike
from msgcore.base.times import local_time
from msgcore.errors import UsageError
from msgcore.session.access import StoreAccess, message_ids
from msgcore.session.changes import CHANGES_AT_ONCE, changes_of
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.spi.changes import Changes
from msgcore.spi.message_state import OwedReceipt
from msgcore.spi.recovery import Fault

__all__ = ["StoreUpkeep"]


class StoreUpkeep(StoreAccess):
    """Look after a store; a call that names several messages does all or nothing."""

    async def changes_since(
        self,
        token: bytes | None = None,
        *,
        limit: int = CHANGES_AT_ONCE,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Changes:
        """Say what has changed in the whole store since ``token``; ``None`` is before everything.

        As :meth:`Folder.changes_since` does, with the changes of folders, and ``MOVED`` for what went from one folder
        to another.

        Raises:
            InvalidToken: it is another store's, or too old: forget the replica and begin without one.
            NotSupported: the store does not number its changes.
        """
        return await changes_of(self, None, token, limit, timeout_seconds)

    async def delete(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete messages from the store, all or none."""
        await self.provider.delete(message_ids(entry_ids), self.deadline(timeout_seconds))

    async def restore(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Bring deleted messages back, with their entry ids, into the folders that they were deleted from.

        Raises:
            ObjectDeleted: a message, or its folder, is gone for good.
            NotSupported: the store keeps nothing that was deleted.
        """
        await self.provider.restore(message_ids(entry_ids), self.deadline(timeout_seconds))

    async def purge(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete messages for good, whether they were deleted before or not.

        Raises:
            NotSupported: the store keeps nothing that was deleted; ``delete`` is for good there.
        """
        await self.provider.purge(message_ids(entry_ids), self.deadline(timeout_seconds))

    async def purge_before(self, moment: datetime, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        """Delete for good what was deleted before a moment, and say how many messages that were.

        A time without a zone is local time.

        Raises:
            NotSupported: the store keeps nothing that was deleted.
            UsageError: ``moment`` is no ``datetime``.
        """
        if not isinstance(cast(object, moment), datetime):
            raise UsageError(f"purge_before: need a datetime, got {type(moment).__name__}")
        return await self.provider.purge_before(local_time(moment), self.deadline(timeout_seconds))

    async def owed_receipts(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[OwedReceipt, ...]:
        """List the read receipts that senders asked for and nobody sent yet, oldest first.

        Raises:
            NotSupported: the store does not note them.
        """
        return tuple(await self.provider.owed_receipts(self.deadline(timeout_seconds)))

    async def clear_receipts(self, *entry_ids: EntryIdLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """End what is pending or owed for messages: the receipt was sent, or is not to be sent.

        Raises:
            NotSupported: the store does not note receipts.
        """
        await self.provider.clear_receipts(message_ids(entry_ids), self.deadline(timeout_seconds))

    async def check(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[Fault, ...]:
        """Verify every invariant of the store, and give those that do not hold: none, as a rule.

        Raises:
            NotSupported: the store is looked after elsewhere.
        """
        return tuple(await self.provider.check(self.deadline(timeout_seconds)))

    async def backup(self, path: Path, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Write the store, as it is at one moment, into a new file; it may be used meanwhile.

        Raises:
            UsageError: there is a file already, or no folder for it.
            NotSupported: the store is looked after elsewhere.
        """
        if not isinstance(cast(object, path), Path):
            raise UsageError(f"backup: need a Path, got {type(path).__name__}")
        await self.provider.backup(path, self.deadline(timeout_seconds))

    async def compact(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Give back the space that nothing needs; messages deleted longer ago than the store keeps them go for good.

        Raises:
            NotSupported: the store is looked after elsewhere.
        """
        await self.provider.compact(self.deadline(timeout_seconds))
