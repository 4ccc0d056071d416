"""A message opened in its store: read it, change it, save it, move it, submit it."""

from __future__ import annotations

import io
from typing import BinaryIO

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.session.access import StoreAccess, Submission
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS

__all__ = ["StoredMessage"]


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
