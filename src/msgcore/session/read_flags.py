"""Marking messages as read, and what becomes of the receipts that their senders asked for."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import cast

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore

__all__ = ["ReadReceipt", "set_read_flags"]


class ReadReceipt(enum.Enum):
    """What becomes of the receipt that the sender of a message asked for ([MS-OXCMSG] section 2.2.3.10)."""

    SEND = "send"
    SUPPRESS = "suppress"


async def set_read_flags(
    provider: GuardedStore, entry_ids: Sequence[EntryId], is_read: bool, receipt: ReadReceipt, deadline: Deadline
) -> None:
    """Mark messages as read or unread; a receipt that is suppressed is at no moment owed."""
    if not isinstance(cast(object, is_read), bool):
        raise UsageError(f"is_read: need True or False, got {type(is_read).__name__}")
    if not isinstance(cast(object, receipt), ReadReceipt):
        raise UsageError(f"receipt: need a ReadReceipt, got {receipt!r}")
    if receipt is ReadReceipt.SUPPRESS and provider.can(Capability.RECEIPTS):
        await provider.clear_receipts(entry_ids, deadline)
    await provider.set_read_flag(entry_ids, is_read, deadline)
