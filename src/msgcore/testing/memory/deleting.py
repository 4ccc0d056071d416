"""Deleting messages of a store in memory with the chance to restore them, and what becomes of their receipts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from msgcore.spi.store import MessageFlag
from msgcore.testing.memory import outgoing
from msgcore.testing.memory.records import State
from msgcore.testing.memory.values import PENDING, KeptMessage

__all__ = ["bring_back", "put_away"]


def put_away(state: State, messages: Iterable[KeptMessage], now: datetime) -> None:
    """Delete messages; whoever asked for a receipt is owed one for those that were never read.

    Raises:
        UsageError: one is submitted.
    """
    for message in messages:
        outgoing.refuse_submitted(state, message.number)
        if MessageFlag.NON_READ_RECEIPT_PENDING in message.flags and not message.is_read:
            state.owed[message.number] = (False, now)
        state.put(attrs.evolve(message, flags=message.flags & ~PENDING, deleted_at=now))


def bring_back(state: State, messages: Iterable[KeptMessage]) -> None:
    """Restore messages; that they were not read is not yet true, and they may be read or deleted again."""
    for message in messages:
        if state.owed.get(message.number, (True,))[0] is False:
            del state.owed[message.number]
            message = attrs.evolve(message, flags=message.flags | PENDING)  # noqa: PLW2901
        state.put(attrs.evolve(message, deleted_at=None))
