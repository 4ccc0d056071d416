"""What goes into a folder, moves, and is marked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgcore.base.ids import EntryIdLike
from msgcore.model.message import Message
from msgcore.session.access import message_ids
from msgcore.session.folders.base import FolderPart
from msgcore.session.letters import letter, letters
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.read_flags import ReadReceipt, set_read_flags
from msgcore.spi.store import Incoming, MessageStatus, check_status

__all__ = ["FolderWriting"]


class FolderWriting(FolderPart):
    """Change what a folder holds; a call that names several messages does all or nothing."""

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
        one = letter("save", message, is_read=is_read, received_at=received_at)
        return (await self.save_all([one], timeout_seconds=timeout_seconds))[0]

    async def save_all(
        self, incoming: Iterable[Incoming | Message], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        """Save many messages in one transaction, all or none, and give their entry ids.

        A bare message arrives as :meth:`save` says.
        """
        given, deadline = letters("save_all", incoming), self._store.deadline(timeout_seconds)
        await self._store.read_files([one.message for one in given], deadline)
        return tuple(bytes(saved) for saved in await self._store.provider.save(self._id, given, deadline))

    async def save_associated(self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> bytes:
        """Save a message among the folder's associated contents, and give its entry id.

        Raises:
            NotSupported: the store's folders have none.
        """
        deadline = self._store.deadline(timeout_seconds)
        one = letter("save_associated", message, is_read=False, received_at=None)
        await self._store.read_files([message], deadline)
        (saved,) = await self._store.provider.save_associated(self._id, [one], deadline)
        return bytes(saved)

    async def move_here(
        self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Move messages of the same store into this folder; their entry ids stay."""
        await self._store.provider.move(message_ids(entry_ids), self._id, self._store.deadline(timeout_seconds))

    async def copy_here(
        self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        """Copy messages of the same store into this folder, and give the copies' entry ids."""
        deadline = self._store.deadline(timeout_seconds)
        return tuple(
            bytes(copy) for copy in await self._store.provider.copy(message_ids(entry_ids), self._id, deadline)
        )

    async def set_status(
        self,
        entry_ids: Iterable[EntryIdLike],
        status: MessageStatus,
        mask: MessageStatus,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Set those bits of ``mask`` that ``status`` has, and clear the others of it ([MS-OXCFOLD] section 2.2.1.15).

        Raises:
            UsageError: one of them has more than 32 bits.
            NotSupported: the store keeps no status.
        """
        check_status(status, "set_status: the status")
        check_status(mask, "set_status: the mask")
        deadline = self._store.deadline(timeout_seconds)
        await self._store.provider.set_message_status(message_ids(entry_ids), status, mask, deadline)

    async def set_read_flags(
        self,
        entry_ids: Iterable[EntryIdLike],
        is_read: bool = True,
        *,
        receipt: ReadReceipt = ReadReceipt.SEND,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Mark messages as read or unread, as :meth:`StoredMessage.set_read_flag` does with one.

        Raises:
            NotSupported: the store keeps no read flags.
        """
        deadline = self._store.deadline(timeout_seconds)
        await set_read_flags(self._store.provider, message_ids(entry_ids), is_read, receipt, deadline)
