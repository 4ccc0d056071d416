"""What a message needs before it leaves: From, Message-ID, Date, and somebody to go to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgcore.base.ids import new_message_id
from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient

__all__ = ["ready_to_send", "refuse_nobody"]


def ready_to_send(message: Message, identity: Address | None, now: datetime) -> Message:
    """Give a copy with From (``identity`` when not set), Message-ID and Date; the message itself stays as it is.

    Raises:
        UsageError: it has no From, and there is no identity.
    """
    ready = message.copy()
    sender = ready.from_
    if sender is None:
        if identity is None:
            raise UsageError("the message has no From, and no service here has an address; give from_=")
        ready.from_ = sender = identity
    if ready.message_id is None:
        ready.message_id = new_message_id(sender.domain or "localhost")
    if ready.date is None:
        ready.date = now.replace(microsecond=0)  # what a Date field can say
    return ready


def refuse_nobody(recipients: Sequence[Recipient]) -> None:
    """Go on when there is somebody to go to.

    Raises:
        UsageError: there is nobody.
    """
    if not recipients:
        raise UsageError("the message has no recipient")
