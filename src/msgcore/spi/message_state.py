"""What a store may note about a message beside its content: its status, receipts that are owed, its streams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.spi.answer import Answer
from msgcore.spi.store import MessageStatus

__all__ = ["AttachmentFacts", "OwedReceipt", "SupportsMessageStatus", "SupportsReceipts", "SupportsStreams"]


@attrs.frozen
class OwedReceipt:
    """A read receipt, or one that says "deleted without being read", that the sender asked for and nobody sent yet."""

    entry_id: EntryId
    is_read: bool
    since: datetime


@attrs.frozen
class AttachmentFacts:
    """An attachment's size, decoded; and a mark that another content of its message does not have.

    Who shows the mark with every piece has pieces of one content only. What is noted beside the content, such as the
    read flag, leaves it as it is.
    """

    size_octets: int
    mark: bytes


@runtime_checkable
class SupportsMessageStatus(Protocol):
    """A store that keeps a status of each message ([MS-OXCFOLD] section 2.2.1.15); tables show it."""

    def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> Answer[None]:
        """Set those bits of ``mask`` that ``status`` has, and clear the others of it. Other bits stay; there are 32.

        A message that has them so already is not changed, for whoever asks what changed.
        """
        ...


@runtime_checkable
class SupportsReceipts(Protocol):
    """A store that notes which receipts are owed ([MS-OXCMSG] section 2.2.3.9).

    A message whose sender asks for a receipt (``PidTagReadReceiptRequested``) has ``READ_RECEIPT_PENDING`` and
    ``NON_READ_RECEIPT_PENDING`` from its arrival on, unless it is saved as read or unsent. Reading it for the first
    time, or deleting it unread, ends both and makes one receipt owed; restoring it takes back that it was not read:
    as long as that was owed, both are pending again. A copy has neither. What is deleted for good owes nothing.
    """

    def clear_receipts(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> Answer[None]:
        """End what is pending or owed for messages, also for deleted ones: their senders hear nothing (any more)."""
        ...

    def owed_receipts(self, deadline: Deadline) -> Answer[Sequence[OwedReceipt]]:
        """List the receipts that are owed, oldest first; a deleted message's for as long as it is kept."""
        ...


@runtime_checkable
class SupportsStreams(Protocol):
    """A store that gives large attachments piece by piece, and takes those of a file without holding them."""

    def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> Answer[AttachmentFacts]:
        """Say what attachment ``number`` (from 0) is.

        Raises:
            NotFound: the message has no such attachment.
            UsageError: it is a message: load what it is in, and take ``attachments[number].message``.
        """
        ...

    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> Answer[bytes]:
        """Give ``count`` octets of an attachment from ``start`` on; fewer at its end only, and none beyond it.

        Raises:
            StoreError: the message has another content now than when ``mark`` was given.
            NotFound, UsageError: as :meth:`attachment_facts` does; or ``start`` or ``count`` is negative.
        """
        ...
