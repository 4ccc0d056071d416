"""A message opened in its store: read it, change it, save it, move it, submit it."""

from __future__ import annotations

import io
from typing import BinaryIO

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAddressType,
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagAttachNumber,
    PidTagAttachSize,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagMessageFlags,
    PidTagRecipientType,
    PidTagRowid,
)
from msgcore.session.access import StoreAccess, Submission
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.table import Table
from msgcore.session.tables.message_rows import numbered
from msgcore.session.tables.source import MemoryRows
from msgcore.spi.store import MessageFlag

__all__ = ["ATTACHMENT_COLUMNS", "RECIPIENT_COLUMNS", "StoredMessage"]

RECIPIENT_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagRowid,
    PidTagRecipientType,
    PidTagDisplayName,
    PidTagAddressType,
    PidTagEmailAddress,
)
ATTACHMENT_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagAttachNumber,
    PidTagAttachLongFilename,
    PidTagAttachMimeTag,
    PidTagAttachMethod,
    PidTagAttachSize,
)


class StoredMessage:
    """An open message. Changes to :attr:`message` are kept when :meth:`save_changes` has returned, not before."""

    def __init__(self, store: StoreAccess, entry_id: EntryId, message: Message) -> None:
        self._store = store
        self._id = entry_id
        self.message = message

    @property
    def entry_id(self) -> bytes:
        return bytes(self._id)

    async def save_changes(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Write the message anew, in one transaction."""
        deadline = self._store.deadline(timeout_seconds)
        await self._store.runtime.in_thread(self.message.load_files, deadline)
        await self._store.provider.save_changes(self._id, self.message, deadline)

    async def set_read_flag(self, is_read: bool = True, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Mark the message as read or unread, at once."""
        await self._store.provider.set_read_flag([self._id], is_read, self._store.deadline(timeout_seconds))
        flags = self.message.get(PidTagMessageFlags, 0) & ~MessageFlag.READ
        self.message.properties_set.preset(PidTagMessageFlags, int(flags | (MessageFlag.READ if is_read else 0)))

    async def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete the message from the store, at once."""
        await self._store.provider.delete([self._id], self._store.deadline(timeout_seconds))

    async def open_attachment(self, number: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> BinaryIO:
        """Open the content of attachment ``number`` (from 0) as a stream of octets, whatever its size.

        Raises:
            NotFound: there is no such attachment.
        """
        whole = await self._store.provider.load(self._id, 1 << 62, self._store.deadline(timeout_seconds))
        if not 0 <= number < len(whole.attachments):
            raise NotFound(f"the message has {len(whole.attachments)} attachments, no number {number}")
        return io.BytesIO(whole.attachments[number].data)

    def recipient_table(self) -> Table:
        """Open a table of the message's recipients, as they stand in :attr:`message` at each look."""
        return Table(self._store.runtime, MemoryRows(lambda: numbered(self.message.recipients)), RECIPIENT_COLUMNS)

    def attachment_table(self) -> Table:
        """Open a table of the message's attachments, as they stand in :attr:`message` at each look.

        ``PidTagAttachNumber`` is what :meth:`open_attachment` takes.
        """
        return Table(self._store.runtime, MemoryRows(lambda: numbered(self.message.attachments)), ATTACHMENT_COLUMNS)

    async def submit(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Submission:
        """Submit the message as it stands here, and delete the draft; needs a session.

        Raises:
            NotSupported: the store was opened without a session.
        """
        submission = await self._store.submit(self.message, timeout_seconds=timeout_seconds)
        await self.delete(timeout_seconds=timeout_seconds)
        return submission

    async def close(self) -> None:
        """Let go of the message; changes that were not saved are lost, as in MAPI."""

    def __repr__(self) -> str:
        return f"<StoredMessage {self.message.subject!r}>"
