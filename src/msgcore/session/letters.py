"""Messages on their way into a store: when they arrive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from msgcore.errors import UsageError
from msgcore.model.message import Message, check_message
from msgcore.props.table import PidTagMessageDeliveryTime
from msgcore.spi.store import Incoming

__all__ = ["letter", "letters"]


def letter(what: str, message: Message, *, is_read: bool, received_at: datetime | None) -> Incoming:
    """Make a letter of a message; ``what`` names the call in errors."""
    check_message(message, what)
    if received_at is None:
        received_at = _arrival(message)
    elif not isinstance(cast(object, received_at), datetime):
        raise UsageError(f"{what}: need a datetime for received_at, got {type(received_at).__name__}")
    return Incoming(message, is_read, False, received_at)


def letters(what: str, given: object) -> list[Incoming]:
    """Take messages and letters; a bare message arrives when its own fields say, a composed one now."""
    if not isinstance(given, Iterable):
        raise UsageError(f"{what}: need messages, got {type(given).__name__}")
    found: list[Incoming] = []
    for one in cast("Iterable[object]", given):
        if isinstance(one, Message):
            found.append(Incoming(one, received_at=_arrival(one)))
        elif isinstance(one, Incoming):
            found.append(one)
        else:
            raise UsageError(f"{what}: need a Message or Incoming, got {type(one).__name__}")
    return found


def _arrival(message: Message) -> datetime | None:
    """Say when a message that was read has arrived; ``None`` is now."""
    if message.source is None:
        return None
    return message.get(PidTagMessageDeliveryTime) or message.date
