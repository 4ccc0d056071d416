"""A message opened in its store: read it, change it, save it, move it, submit it."""

from __future__ import annotations

from typing import Any

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAddressType,
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagAttachNumber,
    PidTagAttachSize,
    PidTagChangeKey,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagEntryId,
    PidTagLastModificationTime,
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagParentEntryId,
    PidTagRead,
    PidTagRecipientType,
    PidTagRowid,
)
from msgcore.props.tags import Property
from msgcore.session.access import Draft, FolderLike, StoreAccess, Submission
from msgcore.session.attachment_stream import AttachmentStream, open_stream
from msgcore.session.checked import checked_integer
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Opening
from msgcore.session.read_flags import ReadReceipt, set_read_flags
from msgcore.session.table import Table
from msgcore.session.tables.message_rows import numbered
from msgcore.session.tables.source import MemoryRows
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.store import MessageStatus, check_status

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


# What a store notes beside the content of a message.
_NOTED: tuple[Property[Any], ...] = (
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagParentEntryId,
    PidTagRead,
    PidTagLastModificationTime,
)


@each_call_whole("_store.runtime")
class StoredMessage:
    """An open message. Changes to :attr:`message` are kept when :meth:`save_changes` has returned, not before.

    Raises (from every method that waits):
        ObjectDeleted: the message is gone, or the folder that is named.
        ForeignEntryId: the folder that is named is another store's.
        NotSupported: the store cannot do it; it may be one that is only read.
    """

    def __init__(self, store: StoreAccess, entry_id: EntryId, message: Message) -> None:
        self._store = store
        self._id = entry_id
        self.message = message
        """The message itself, detached; large attachments as the load limit had them."""

    @property
    def entry_id(self) -> bytes:
        return bytes(self._id)

    async def save_changes(self, *, force: bool = False, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Write the message anew, in one transaction, unless somebody else has changed it since it was opened.

        Who marked it as read, or moved it, has not changed it. With ``force`` the message is what it is here, whatever
        others made of it (FORCE_SAVE).

        Raises:
            ObjectChanged: somebody else has changed it: open it again, and make the change once more. So may have an
                earlier call that was cancelled, or raised ``CommitUnknown``. A store on an IMAP server tells it of what
                was changed in the same logon, but for categories that the server keeps as keywords.
            ObjectDeleted: it is gone; at an IMAP server also when another logon has changed or moved it.
        """
        deadline = self._store.deadline(timeout_seconds)
        await self._store.read_files([self.message], deadline)
        message = self.message
        saved = await self._store.provider.save_changes(self._id, self._versioned(force=force), deadline)
        if saved is not None or PidTagChangeKey in message:
            message.properties_set.preset(PidTagChangeKey, saved or b"")
            message.properties_set.preset(PidTagEntryId, self.entry_id)

    def _versioned(self, *, force: bool = False) -> Message:
        """Give the message; by force, or when it was loaded as another one, it says no version."""
        message = self.message
        is_own = message.get(PidTagEntryId, self.entry_id) == self.entry_id
        if PidTagChangeKey not in message or (is_own and not force):
            return message
        message = message.copy()
        message.properties_set.preset(PidTagChangeKey, b"")
        return message

    async def set_read_flag(
        self,
        is_read: bool = True,
        *,
        receipt: ReadReceipt = ReadReceipt.SEND,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Mark the message as read or unread, at once.

        Read for the first time, it makes the receipt owed that its sender asked for, if there is one; unless
        ``receipt`` suppresses it, and with it the one for deletion without being read.
        """
        deadline = self._store.deadline(timeout_seconds)
        await set_read_flags(self._store.provider, [self._id], is_read, receipt, deadline)
        await self._look_again(deadline)

    async def set_status(
        self, status: MessageStatus, mask: MessageStatus, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Set those bits of ``mask`` that ``status`` has, and clear the others of it; lists and tables show them.

        Raises:
            UsageError: one of them has more than 32 bits.
            NotSupported: the store keeps no status.
        """
        check_status(status, "set_status: the status")
        check_status(mask, "set_status: the mask")
        deadline = self._store.deadline(timeout_seconds)
        await self._store.provider.set_message_status([self._id], status, mask, deadline)
        await self._look_again(deadline)

    async def move_to(self, folder: FolderLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Move the message, as it is stored, to another folder of its store; its entry id stays."""
        deadline = self._store.deadline(timeout_seconds)
        await self._store.provider.move([self._id], EntryId.parse(folder), deadline)
        await self._look_again(deadline)

    async def _look_again(self, deadline: Deadline) -> None:
        """Let the open message say what the store notes about it now."""
        row = await self._store.provider.row(self._id, _NOTED, deadline)
        for tag in _NOTED:
            value = row.get(tag)
            if value is not None:
                self.message.properties_set.preset(tag, value)

    async def copy_to(self, folder: FolderLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> bytes:
        """Copy the message, as it is stored, to a folder of its store, and give the copy's entry id."""
        deadline = self._store.deadline(timeout_seconds)
        (copy,) = await self._store.provider.copy([self._id], EntryId.parse(folder), deadline)
        return bytes(copy)

    async def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete the message from the store, at once."""
        await self._store.provider.delete([self._id], self._store.deadline(timeout_seconds))

    def open_attachment(
        self, number: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Opening[AttachmentStream]:
        """Open the content of attachment ``number`` (from 0), as it is stored, as a stream of octets.

        Whatever its size, it is read piece by piece, where the store can do that (``Capability.STREAMS``).
        ``timeout_seconds`` bounds each read, too.

        Raises:
            NotFound: there is no such attachment.
            UsageError: it is a message, which :meth:`embedded` gives.
        """
        return Opening(lambda: open_stream(self._store, self._id, number, timeout_seconds))

    def embedded(self, number: int) -> Message:
        """Give the message that attachment ``number`` (from 0) is; changes to it are saved with :attr:`message`.

        Raises:
            NotFound: there is no such attachment.
            UsageError: it is no message.
        """
        attachments = self.message.attachments
        if not 0 <= checked_integer(number, "embedded") < len(attachments):
            raise NotFound(f"the message has {len(attachments)} attachments, no number {number}")
        inside = attachments[number].message
        if inside is None:
            raise UsageError(f"attachment {number} is no message, but {attachments[number].content_type}")
        return inside

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

        Of several who submit one draft, one does: in the session's default store both are one transaction.

        Raises:
            ObjectDeleted: the draft is gone, and was perhaps submitted; this call has submitted nothing.
            ObjectChanged: somebody else has changed the draft since it was opened; nothing is submitted.
            UsageError: the message is submitted already, or :meth:`Session.submit` refuses it.
            NotSupported: the store was opened without a session.
        """
        return await self._store.submit_draft(self._versioned(), timeout_seconds, Draft(self._store.provider, self._id))

    async def close(self) -> None:
        """Let go of the message; changes that were not saved are lost, as in MAPI."""

    def __repr__(self) -> str:
        return f"<StoredMessage {self.message.subject!r}>"
